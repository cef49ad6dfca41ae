/* path.c: steps into a value. */
#include "pipectl/value/path.h"
#include "items.h"
#include "pipectl/value/json.h"
#include <assert.h>
#include <string.h>

/* --- making ------------------------------------------------------------------------------- */

static Path extend(Arena *arena, Path parent, PathStep step)
{
    PathStep *steps = arena_array(arena, PathStep, parent.count + 1);

    if (parent.count)
        memcpy(steps, parent.steps, parent.count * sizeof *steps);
    steps[parent.count] = step;
    return (Path){ steps, parent.count + 1 };
}

Path path_child(Arena *arena, Path parent, Text attribute)
{
    return extend(arena, parent, (PathStep){ .name = attribute });
}

Path path_index(Arena *arena, Path parent, Value index)
{
    return extend(arena, parent, (PathStep){ .is_index = true, .index = index });
}

Path path_copy(Arena *arena, Path path)
{
    PathStep *steps = arena_array(arena, PathStep, path.count);

    for (size_t i = 0; i < path.count; i++) {
        steps[i] = path.steps[i];
        if (steps[i].is_index)
            steps[i].index = value_copy(arena, steps[i].index);
        else
            steps[i].name = text_copy(arena, steps[i].name);
    }
    return (Path){ steps, path.count };
}

PathStep path_step(Value value, size_t index)
{
    switch (value.type->kind) {
    case TYPE_OBJECT:
        return (PathStep){ .name = value_key_at(value, index) };
    case TYPE_MAP:
        return (PathStep){ .is_index = true,
                           .index = value_string_raw(value_key_at(value, index)) };
    case TYPE_SET:
        return (PathStep){ .is_index = true, .index = value_at(value, index) };
    default:
        return (PathStep){ .is_index = true, .index = value_integer((int64_t)index) };
    }
}

/* --- comparing ---------------------------------------------------------------------------- */

static bool same_step(PathStep a, PathStep b)
{
    if (a.is_index != b.is_index)
        return false;
    return a.is_index ? value_same(a.index, b.index) : text_equal(a.name, b.name);
}

bool path_starts_with(Path path, Path prefix)
{
    if (prefix.count > path.count)
        return false;
    for (size_t i = 0; i < prefix.count; i++) {
        if (!same_step(path.steps[i], prefix.steps[i]))
            return false;
    }
    return true;
}

bool path_equal(Path a, Path b)
{
    return a.count == b.count && path_starts_with(a, b);
}

Text path_text(Arena *arena, Path path)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < path.count; i++) {
        PathStep step = path.steps[i];

        if (!step.is_index)
            text_add_format(&builder, "." TEXT_FMT, TEXT(step.name));
        else if (step.index.state != VALUE_KNOWN || !type_is_primitive(step.index.type))
            text_add(&builder, TEXT_LIT("[...]")); /* an element of a set has no short name */
        else if (step.index.type == type_string)
            text_add_format(&builder, "[\"" TEXT_FMT "\"]", TEXT(step.index.as.text));
        else
            text_add_format(&builder, "[" TEXT_FMT "]", TEXT(value_to_text(arena, step.index)));
    }
    return text_built(&builder);
}

/* --- walking ------------------------------------------------------------------------------ */

static bool find_element(const Items *items, Value element, size_t *ret_index)
{
    for (size_t i = 0; i < items->count; i++) {
        if (value_same(items->values[i], element)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* Which of the value's items the step leads to. An attribute step also finds a map's key. */
static bool item_at(Value value, PathStep step, size_t *ret_index)
{
    int64_t index;

    if (value.state != VALUE_KNOWN || value.type->kind < TYPE_LIST)
        return false;
    if (value.type->kind == TYPE_SET)
        return step.is_index && find_element(value.as.items, step.index, ret_index);
    if (value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP) {
        if (step.is_index && (step.index.state != VALUE_KNOWN || step.index.type != type_string))
            return false;
        *ret_index = items_find(value.as.items, step.is_index ? step.index.as.text : step.name);
        return *ret_index < value.as.items->count;
    }
    if (!step.is_index || step.index.state != VALUE_KNOWN || step.index.type != type_number ||
        !number_to_int(step.index.as.number, &index) || index < 0 ||
        (uint64_t)index >= value_count(value))
        return false;
    *ret_index = (size_t)index;
    return true;
}

bool path_get(Value value, Path path, Value *ret_value)
{
    size_t index;

    for (size_t i = 0; i < path.count; i++) {
        if (!item_at(value, path.steps[i], &index))
            return false;
        value = value.as.items->values[index];
    }
    *ret_value = value;
    return true;
}

/* The same kind of value with other items. A collection keeps its element type only when all items
   still have it; else they are unified, and where that fails it becomes a tuple or object. */
static Value rebuild(Arena *arena, Value value, Value *items)
{
    const Items *old = value.as.items;
    const Type *element = value.type->element;
    Value result;

    if (element && old->count && !value_unify(arena, items, old->count, &element))
        element = NULL;
    if (value.type->kind == TYPE_OBJECT || (value.type->kind == TYPE_MAP && !element))
        result = value_object(arena, old->keys, items, old->count);
    else if (value.type->kind == TYPE_TUPLE || !element)
        result = value_tuple(arena, items, old->count);
    else if (value.type->kind == TYPE_MAP)
        result = value_map(arena, element, old->keys, items, old->count);
    else if (value.type->kind == TYPE_SET)
        result = value_set(arena, element, items, old->count);
    else
        result = value_list(arena, element, items, old->count);
    return value_marked(result, value.marks);
}

static Value replace_item(Arena *arena, Value value, size_t index, Value item)
{
    size_t count = value.as.items->count;
    Value *items = arena_array(arena, Value, count);

    memcpy(items, value.as.items->values, count * sizeof *items);
    items[index] = item;
    return rebuild(arena, value, items);
}

Value path_set(Arena *arena, Value value, Path path, Value replacement)
{
    Value ignored;
    size_t index;

    if (path.count == 0)
        return replacement;
    if (!path_get(value, path, &ignored) || !item_at(value, path.steps[0], &index))
        return value;
    Path rest = { path.steps + 1, path.count - 1 };
    return replace_item(arena, value, index,
                        path_set(arena, value.as.items->values[index], rest, replacement));
}

/* --- marks -------------------------------------------------------------------------------- */

static void find_marked(Arena *arena, Value value, uint8_t mark, Path path, PathList *paths)
{
    if (value.marks & mark) {
        list_add(arena, paths, path);
        return;
    }
    if (!(value.inside_marks & mark))
        return;
    for (size_t i = 0; i < value.as.items->count; i++) {
        Value item = value.as.items->values[i];

        if (item.inside_marks & mark)
            find_marked(arena, item, mark, extend(arena, path, path_step(value, i)), paths);
    }
}

void path_marked(Arena *arena, Value value, uint8_t mark, PathList *paths)
{
    assert(value.type);
    find_marked(arena, value, mark, (Path){ NULL, 0 }, paths);
}

Value path_apply_mark(Arena *arena, Value value, const PathList *paths, uint8_t mark)
{
    Value found;

    for (size_t i = 0; i < paths->count; i++) {
        if (path_get(value, paths->items[i], &found))
            value = path_set(arena, value, paths->items[i], value_marked(found, mark));
    }
    return value;
}

/* --- JSON --------------------------------------------------------------------------------- */

static Value pair(Arena *arena, const char *first, Value a, const char *second, Value b)
{
    Text keys[] = { text_of(first), text_of(second) };
    Value values[] = { a, b };

    return value_object(arena, keys, values, 2);
}

static Value literal(const char *text)
{
    return value_string_raw(text_of(text));
}

static Value step_to_json(Arena *arena, PathStep step)
{
    if (!step.is_index)
        return pair(arena, "type", literal("get_attr"), "value", value_string_raw(step.name));
    return pair(arena, "type", literal("index"), "value",
                pair(arena, "type", json_of_type(arena, step.index.type), "value",
                     json_encode_typed(arena, step.index, step.index.type)));
}

Value path_to_json(Arena *arena, Path path)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < path.count; i++)
        value_builder_add(&builder, step_to_json(arena, path.steps[i]));
    return value_built_tuple(&builder);
}

static bool step_from_json(Arena *arena, Value json, PathStep *ret_step)
{
    Text type = value_get_text(json, "type");
    Value value = value_get(json, "value");
    const Type *index_type;

    if (text_is(type, "get_attr")) {
        *ret_step = (PathStep){ .name = value_get_text(json, "value") };
        return ret_step->name.bytes;
    }
    ret_step->is_index = true;
    return text_is(type, "index") && json_to_type(value_get(value, "type"), &index_type) &&
           json_decode_typed(arena, value_get(value, "value"), index_type, &ret_step->index, NULL);
}

bool path_from_json(Arena *arena, Value json, Path *ret_path)
{
    PathStep *steps;

    if (!value_has_kind(json, TYPE_TUPLE) || json.state != VALUE_KNOWN)
        return false;
    steps = arena_array(arena, PathStep, value_count(json));
    for (size_t i = 0; i < value_count(json); i++) {
        if (!step_from_json(arena, value_at(json, i), &steps[i]))
            return false;
    }
    *ret_path = (Path){ steps, value_count(json) };
    return true;
}
