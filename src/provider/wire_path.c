/*
 * Paths on the wire: A.B, A[], A[0], A[Key=value]. Read through them, and written through them by
 * making what is missing on the way.
 */
#include "resource_type.h"

static bool is_name(Text text)
{
    return text.length > 0 && text_find(text, TEXT_LIT("[")) == TEXT_NOT_FOUND &&
           text_find(text, TEXT_LIT("]")) == TEXT_NOT_FOUND;
}

/* selector = "" | "[]" | "[" digits "]" | "[" name "=" value "]" */
static bool parse_selector(Text selector, WireStep *step)
{
    int64_t index;

    if (selector.length == 0)
        return true;
    if (!text_ends_with(selector, TEXT_LIT("]")))
        return false;
    selector = text_slice(selector, 1, selector.length - 1);
    if (selector.length == 0)
        step->select = WIRE_EACH;
    else if (text_cut(selector, TEXT_LIT("="), &step->key, &step->value))
        step->select = WIRE_MATCH;
    else if (text_to_int(selector, &index) && index >= 0)
        *step = (WireStep){ .name = step->name, .select = WIRE_INDEX, .index = (size_t)index };
    else
        return false;
    return true;
}

static bool parse_step(Text text, WireStep *ret_step)
{
    size_t bracket = text_find(text, TEXT_LIT("["));

    *ret_step = (WireStep){ .name = text_slice(text, 0,
                                               bracket == TEXT_NOT_FOUND ? text.length : bracket) };
    return is_name(ret_step->name) &&
           parse_selector(bracket == TEXT_NOT_FOUND ? TEXT_NONE
                                                    : text_slice(text, bracket, text.length),
                          ret_step);
}

bool wire_path_parse(Arena *arena, Text text, WirePath *ret_path)
{
    LIST(WireStep) steps = { 0 };
    bool more = text.length > 0 && !text_is(text, "none");

    while (more) {
        Text head, tail;
        WireStep step;

        more = text_cut(text, TEXT_LIT("."), &head, &tail);
        if (!parse_step(head, &step))
            return false;
        list_add(arena, &steps, step);
        text = tail;
    }
    *ret_path = (WirePath){ steps.items, steps.count };
    return true;
}

bool wire_path_is_list(WirePath path)
{
    return path.count > 0 && path.steps[path.count - 1].select == WIRE_EACH;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_sequence(Value value)
{
    return value_is_known(value) && !value_is_null(value) &&
           (value.type->kind == TYPE_TUPLE || value.type->kind == TYPE_LIST ||
            value.type->kind == TYPE_SET);
}

static bool is_mapping(Value value)
{
    return value_is_known(value) && !value_is_null(value) &&
           (value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP);
}

/* Names in the middle of an S3 filter come as "prefix" or "Prefix". */
static bool matches(Value element, const WireStep *step)
{
    Value key;

    return is_mapping(element) && value_member(element, step->key, &key) &&
           value_has_kind(key, TYPE_STRING) && !value_is_null(key) &&
           text_equal_nocase(value_text(key), step->value);
}

static bool select_element(Value value, const WireStep *step, Value *ret_value)
{
    if (step->select == WIRE_MEMBER || step->select == WIRE_EACH) {
        *ret_value = value;
        return true;
    }
    if (!is_sequence(value))
        return false;
    for (size_t i = 0; i < value_count(value); i++) {
        if (step->select == WIRE_INDEX ? i == step->index : matches(value_at(value, i), step)) {
            *ret_value = value_at(value, i);
            return true;
        }
    }
    return false;
}

bool wire_get(Value members, WirePath path, Value *ret_value)
{
    if (path.count == 0)
        return false;
    for (size_t i = 0; i < path.count; i++) {
        Value member;

        if (!is_mapping(members) || !value_member(members, path.steps[i].name, &member))
            return false;
        if (!select_element(member, &path.steps[i], &members) || value_is_null(members))
            return false;
    }
    *ret_value = members;
    return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The object with one member replaced or added. */
static Value with_member(Arena *arena, Value object, Text name, Value value)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; is_mapping(object) && i < value_count(object); i++)
        value_builder_put(&builder, value_key_at(object, i), value_at(object, i));
    value_builder_put(&builder, name, value);
    return value_built_object(&builder);
}

/* The sequence with the element that [step] selects replaced, or added at its end. */
static Value with_element(Arena *arena, Value sequence, const WireStep *step, WirePath rest,
                          Value value)
{
    ValueBuilder builder = value_builder(arena);
    size_t count = is_sequence(sequence) ? value_count(sequence) : 0;
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        Value element = value_at(sequence, i);

        if (!found && (step->select == WIRE_INDEX ? i == step->index : matches(element, step))) {
            element = wire_put(arena, element, rest, value);
            found = true;
        }
        value_builder_add(&builder, element);
    }
    if (!found) {
        Value fresh = value_null(type_dynamic);

        if (step->select == WIRE_MATCH)
            fresh = with_member(arena, fresh, step->key, value_string_raw(step->value));
        value_builder_add(&builder, wire_put(arena, fresh, rest, value));
    }
    return value_built_tuple(&builder);
}

Value wire_put(Arena *arena, Value members, WirePath path, Value value)
{
    WirePath rest = { path.steps + 1, path.count - 1 };
    const WireStep *step = path.steps;
    Value member = value_null(type_dynamic);

    if (path.count == 0)
        return value;
    if (value_is_null(value))
        return members;
    if (is_mapping(members))
        value_member(members, step->name, &member);
    if (step->select == WIRE_INDEX || step->select == WIRE_MATCH)
        return with_member(arena, members, step->name,
                           with_element(arena, member, step, rest, value));
    return with_member(arena, members, step->name, wire_put(arena, member, rest, value));
}

static Value prune_sequence(Arena *arena, Value sequence)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(sequence); i++) {
        Value element = wire_prune(arena, value_at(sequence, i));

        if (!value_is_null(element))
            value_builder_add(&builder, element);
    }
    return value_built_tuple(&builder);
}

static Value prune_mapping(Arena *arena, Value mapping)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(mapping); i++) {
        Value member = wire_prune(arena, value_at(mapping, i));

        if (!value_is_null(member))
            value_builder_put(&builder, value_key_at(mapping, i), member);
    }
    if (builder.keys.count == 0 && value_count(mapping) > 0)
        return value_null(type_dynamic);
    return value_built_object(&builder);
}

Value wire_prune(Arena *arena, Value value)
{
    if (value_is_unknown(value))
        return value_null(type_dynamic);
    if (is_sequence(value))
        return prune_sequence(arena, value);
    if (is_mapping(value))
        return prune_mapping(arena, value);
    return value;
}
