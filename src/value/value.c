/* value.c: making values, looking into them, marking them. */
#include "pipectl/value/value.h"
#include "items.h"
#include "pipectl/value/unicode.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- single values ------------------------------------------------------------------------ */

static Value value_of(const Type *type, uint8_t state)
{
    assert(type);
    return (Value){ .type = type, .state = state, .inside_states = state };
}

Value value_unknown(const Type *type)
{
    return value_of(type, VALUE_UNKNOWN);
}

Value value_null(const Type *type)
{
    return value_of(type, VALUE_NULL);
}

Value value_bool(bool truth)
{
    Value value = value_of(type_bool, VALUE_KNOWN);

    value.as.truth = truth;
    return value;
}

Value value_number(Number number)
{
    Value value = value_of(type_number, VALUE_KNOWN);

    value.as.number = number;
    return value;
}

Value value_integer(int64_t integer)
{
    return value_number(number_of(integer));
}

Value value_string_raw(Text text)
{
    Value value = value_of(type_string, VALUE_KNOWN);

    value.as.text = text;
    return value;
}

Value value_string(Arena *arena, Text text)
{
    Text composed = unicode_nfc(arena, text);

    return value_string_raw(composed.bytes == text.bytes ? text_copy(arena, text) : composed);
}

/* --- collections -------------------------------------------------------------------------- */

NewItems items_make(Arena *arena, size_t count, bool with_keys)
{
    size_t each = sizeof(Value) + (with_keys ? sizeof(Text) : 0);
    char *room;
    NewItems made;

    assert(count < SIZE_MAX / 2 / each);
    room = arena_alloc(arena, sizeof(Items) + count * each);
    made.items = (Items *)(void *)room;
    made.values = (Value *)(void *)(room + sizeof(Items));
    made.keys = with_keys ? (Text *)(void *)(made.values + count) : NULL;
    *made.items = (Items){ count, made.keys, made.values };
    return made;
}

Value value_of_items(const Type *type, const Items *items)
{
    Value value = value_of(type, VALUE_KNOWN);

    for (size_t i = 0; i < items->count; i++) {
        assert(items->values[i].type);
        value.inside_states |= items->values[i].inside_states;
        value.inside_marks |= items->values[i].inside_marks;
    }
    value.as.items = items;
    return value;
}

static void copy_values(Value *copies, const Value *values, size_t count)
{
    if (count)
        memcpy(copies, values, count * sizeof *values);
}

/* A collection of dynamic elements may hold any: only their reader will know. */
bool values_have_type(const Type *element, const Value *values, size_t count)
{
    for (size_t i = 0; i < count && !element->has_dynamic; i++) {
        if (values[i].type != element)
            return false;
    }
    return true;
}

Value value_list(Arena *arena, const Type *element, const Value *values, size_t count)
{
    NewItems made = items_make(arena, count, false);

    assert(values_have_type(element, values, count));
    copy_values(made.values, values, count);
    return value_of_items(type_list(element), made.items);
}

Value value_tuple(Arena *arena, const Value *values, size_t count)
{
    NewItems made = items_make(arena, count, false);
    ArenaMark mark = arena_mark(arena);
    const Type **types = arena_array(arena, const Type *, count);

    for (size_t i = 0; i < count; i++)
        types[i] = values[i].type;
    copy_values(made.values, values, count);
    const Type *type = type_tuple(types, count);
    arena_rewind(arena, mark);
    return value_of_items(type, made.items);
}

/* --- maps and objects --------------------------------------------------------------------- */

typedef struct Member {
    Text key;
    size_t index;
} Member;

static int compare_members(const void *a, const void *b)
{
    const Member *left = a, *right = b;
    int order = text_compare(left->key, right->key);

    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static bool is_ascending(const Text *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (text_compare(keys[i - 1], keys[i]) >= 0)
            return false;
    }
    return true;
}

/* Keys and values in order of the keys, in the arrays given; of equal keys the last. Gives how many. */
static size_t sort_members(const Text *keys, const Value *values, size_t count, Text *sorted_keys,
                           Value *sorted_values)
{
    Arena scratch = { 0 };
    size_t kept = 0;

    if (is_ascending(keys, count)) {
        copy_values(sorted_values, values, count);
        if (count)
            memcpy(sorted_keys, keys, count * sizeof *keys);
        return count;
    }
    Member *members = arena_array(&scratch, Member, count);
    for (size_t i = 0; i < count; i++)
        members[i] = (Member){ keys[i], i };
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && text_equal(members[i].key, members[i + 1].key))
            continue;
        sorted_keys[kept] = members[i].key;
        sorted_values[kept++] = values[members[i].index];
    }
    arena_free(&scratch);
    return kept;
}

/* The bytes of all keys, in one piece of the arena. */
static void own_keys(Arena *arena, Text *keys, size_t count)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += keys[i].length;
    char *bytes = arena_alloc(arena, length);
    for (size_t i = 0; i < count; i++) {
        if (keys[i].length)
            memcpy(bytes, keys[i].bytes, keys[i].length);
        keys[i].bytes = bytes;
        bytes += keys[i].length;
    }
}

Value value_map(Arena *arena, const Type *element, const Text *keys, const Value *values,
                size_t count)
{
    NewItems made = items_make(arena, count, true);

    assert(values_have_type(element, values, count));
    made.items->count = sort_members(keys, values, count, made.keys, made.values);
    own_keys(arena, made.keys, made.items->count);
    return value_of_items(type_map(element), made.items);
}

Value value_object(Arena *arena, const Text *keys, const Value *values, size_t count)
{
    NewItems made = items_make(arena, count, false);
    ArenaMark mark = arena_mark(arena);
    Text *sorted = arena_array(arena, Text, count);
    const Type **types = arena_array(arena, const Type *, count);

    count = sort_members(keys, values, count, sorted, made.values);
    for (size_t i = 0; i < count; i++)
        types[i] = made.values[i].type;
    const Type *type = type_object(sorted, types, NULL, count);
    arena_rewind(arena, mark);
    made.items->count = count;
    made.items->keys = type->names; /* interned: they outlive every arena */
    return value_of_items(type, made.items);
}

Value value_object_adopt(Arena *arena, const Text *names, const Value *values, size_t count)
{
    Items *items = arena_new(arena, Items);
    ArenaMark mark = arena_mark(arena);
    const Type **types = arena_array(arena, const Type *, count);

    assert(is_ascending(names, count));
    for (size_t i = 0; i < count; i++)
        types[i] = values[i].type;
    const Type *type = type_object(names, types, NULL, count);
    arena_rewind(arena, mark);
    *items = (Items){ count, type->names, values };
    return value_of_items(type, items);
}

/* --- builders ----------------------------------------------------------------------------- */

ValueBuilder value_builder(Arena *arena)
{
    return (ValueBuilder){ .arena = arena };
}

void value_builder_put(ValueBuilder *builder, Text key, Value value)
{
    list_add(builder->arena, &builder->keys, key);
    list_add(builder->arena, &builder->values, value);
}

void value_builder_add(ValueBuilder *builder, Value value)
{
    list_add(builder->arena, &builder->values, value);
}

Value value_built_object(ValueBuilder *builder)
{
    assert(builder->keys.count == builder->values.count);
    return value_object(builder->arena, builder->keys.items, builder->values.items,
                        builder->values.count);
}

Value value_built_map(ValueBuilder *builder, const Type *element)
{
    assert(builder->keys.count == builder->values.count);
    return value_map(builder->arena, element, builder->keys.items, builder->values.items,
                     builder->values.count);
}

Value value_built_tuple(ValueBuilder *builder)
{
    return value_tuple(builder->arena, builder->values.items, builder->values.count);
}

Value value_built_list(ValueBuilder *builder, const Type *element)
{
    return value_list(builder->arena, element, builder->values.items, builder->values.count);
}

Value value_built_set(ValueBuilder *builder, const Type *element)
{
    return value_set(builder->arena, element, builder->values.items, builder->values.count);
}

/* --- copying ------------------------------------------------------------------------------ */

static const Number *copy_bound(Arena *arena, const Number *bound)
{
    Number *copy;

    if (!bound)
        return NULL;
    copy = arena_new(arena, Number);
    *copy = number_copy(arena, *bound);
    return copy;
}

static const Lengths *copy_lengths(Arena *arena, const Lengths *lengths)
{
    Lengths *copy;

    if (!lengths)
        return NULL;
    copy = arena_new(arena, Lengths);
    *copy = *lengths;
    return copy;
}

static const Refinement *copy_refinement(Arena *arena, const Refinement *refinement)
{
    Refinement *copy;

    if (!refinement)
        return NULL;
    copy = arena_new(arena, Refinement);
    *copy = *refinement;
    copy->prefix = text_copy(arena, refinement->prefix);
    copy->bounds.low = copy_bound(arena, refinement->bounds.low);
    copy->bounds.high = copy_bound(arena, refinement->bounds.high);
    copy->lengths = copy_lengths(arena, refinement->lengths);
    if (copy->predicted.type)
        copy->predicted = value_copy(arena, copy->predicted);
    return copy;
}

static const Items *copy_items(Arena *arena, Value value)
{
    const Items *items = value.as.items;
    bool is_map = value.type->kind == TYPE_MAP;
    NewItems made = items_make(arena, items->count, is_map);

    for (size_t i = 0; i < items->count; i++)
        made.values[i] = value_copy(arena, items->values[i]);
    if (is_map) {
        if (items->count)
            memcpy(made.keys, items->keys, items->count * sizeof *items->keys);
        own_keys(arena, made.keys, items->count);
    } else {
        made.items->keys = items->keys;
    }
    return made.items;
}

Value value_copy(Arena *arena, Value value)
{
    assert(value.type);
    if (value.state == VALUE_UNKNOWN)
        value.as.refinement = copy_refinement(arena, value.as.refinement);
    if (value.state != VALUE_KNOWN)
        return value;
    switch (value.type->kind) {
    case TYPE_BOOL:
        break;
    case TYPE_NUMBER:
        value.as.number = number_copy(arena, value.as.number);
        break;
    case TYPE_STRING:
        value.as.text = text_copy(arena, value.as.text);
        break;
    default:
        value.as.items = copy_items(arena, value);
    }
    return value;
}

/* --- asking ------------------------------------------------------------------------------- */

bool value_is_known(Value value)
{
    assert(value.type);
    return value.state != VALUE_UNKNOWN;
}

bool value_is_null(Value value)
{
    assert(value.type);
    return value.state == VALUE_NULL;
}

bool value_is_unknown(Value value)
{
    assert(value.type);
    return value.state == VALUE_UNKNOWN;
}

bool value_is_wholly_known(Value value)
{
    assert(value.type);
    return !(value.inside_states & VALUE_UNKNOWN);
}

bool value_has_kind(Value value, TypeKind kind)
{
    assert(value.type);
    return value.type->kind == kind;
}

static bool is_known_kind(Value value, TypeKind kind)
{
    return value.state == VALUE_KNOWN && value_has_kind(value, kind);
}

bool value_is_true(Value value)
{
    return is_known_kind(value, TYPE_BOOL) && value.as.truth;
}

bool value_truth(Value value)
{
    assert(is_known_kind(value, TYPE_BOOL));
    return value.as.truth;
}

Number value_to_number(Value value)
{
    assert(is_known_kind(value, TYPE_NUMBER));
    return value.as.number;
}

int64_t value_to_integer(Value value)
{
    int64_t integer = 0;
    bool fits = number_to_int(value_to_number(value), &integer);

    assert(fits);
    return integer;
}

Text value_text(Value value)
{
    assert(is_known_kind(value, TYPE_STRING));
    return value.as.text;
}

static const Items *items_of(Value value)
{
    assert(value.state == VALUE_KNOWN && value.type && value.type->kind >= TYPE_LIST);
    return value.as.items;
}

size_t value_count(Value value)
{
    return items_of(value)->count;
}

Value value_at(Value value, size_t index)
{
    const Items *items = items_of(value);

    assert(index < items->count);
    return items->values[index];
}

Text value_key_at(Value value, size_t index)
{
    const Items *items = items_of(value);

    assert(items->keys && index < items->count);
    return items->keys[index];
}

size_t items_find(const Items *items, Text key)
{
    size_t low = 0, high = items->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (text_compare(items->keys[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < items->count && text_equal(items->keys[low], key) ? low : items->count;
}

bool value_member(Value value, Text key, Value *ret_value)
{
    const Items *items = items_of(value);
    size_t index;

    assert(value.type->kind == TYPE_MAP || value.type->kind == TYPE_OBJECT);
    index = items_find(items, key);
    if (index < items->count && ret_value)
        *ret_value = items->values[index];
    return index < items->count;
}

Value value_get(Value object, const char *key)
{
    Value member = value_null(type_dynamic);

    if (is_known_kind(object, TYPE_OBJECT) || is_known_kind(object, TYPE_MAP))
        value_member(object, text_of(key), &member);
    return member;
}

Text value_get_text(Value object, const char *key)
{
    Value member = value_get(object, key);

    return is_known_kind(member, TYPE_STRING) ? member.as.text : TEXT_NONE;
}

/* --- marks -------------------------------------------------------------------------------- */

bool value_is_sensitive(Value value)
{
    assert(value.type);
    return value.marks & MARK_SENSITIVE;
}

bool value_has_sensitive(Value value)
{
    assert(value.type);
    return value.inside_marks & MARK_SENSITIVE;
}

bool value_has_ephemeral(Value value)
{
    assert(value.type);
    return value.inside_marks & MARK_EPHEMERAL;
}

bool value_has_infinity(Value value)
{
    if (value.state != VALUE_KNOWN || value.type == type_string || value.type == type_bool)
        return false;
    if (value.type == type_number)
        return number_is_infinite(value_to_number(value));
    for (size_t i = 0; i < value_count(value); i++) {
        if (value_has_infinity(value_at(value, i)))
            return true;
    }
    return false;
}

Value value_marked(Value value, uint8_t marks)
{
    assert(value.type);
    value.marks |= marks;
    value.inside_marks |= marks;
    return value;
}

Value value_with_marks_of(Value value, Value from)
{
    return value_marked(value, from.inside_marks);
}

Value value_unmarked(Arena *arena, Value value)
{
    assert(value.type);
    if (!value.inside_marks)
        return value;
    value.marks = 0;
    value.inside_marks = 0;
    if (value.state != VALUE_KNOWN || value.type->kind < TYPE_LIST)
        return value;

    const Items *items = value.as.items;
    NewItems made = items_make(arena, items->count, false);

    made.items->keys = items->keys;
    for (size_t i = 0; i < items->count; i++)
        made.values[i] = value_unmarked(arena, items->values[i]);
    value.as.items = made.items;
    return value;
}

/* --- text forms --------------------------------------------------------------------------- */

Text value_to_text(Arena *arena, Value value)
{
    assert(value.state == VALUE_KNOWN && type_is_primitive(value.type));
    switch (value.type->kind) {
    case TYPE_BOOL:
        return value.as.truth ? TEXT_LIT("true") : TEXT_LIT("false");
    case TYPE_NUMBER:
        return number_text(arena, value.as.number);
    default:
        return value.as.text;
    }
}
