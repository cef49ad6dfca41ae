/* type.c: the table in which equal types become one pointer. */
#include "pipectl/value/type.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const Type dynamic_type = { .kind = TYPE_DYNAMIC, .has_dynamic = true };
static const Type bool_type = { .kind = TYPE_BOOL };
static const Type number_type = { .kind = TYPE_NUMBER };
static const Type string_type = { .kind = TYPE_STRING };

const Type *const type_dynamic = &dynamic_type;
const Type *const type_bool = &bool_type;
const Type *const type_number = &number_type;
const Type *const type_string = &string_type;

typedef struct TypeSlot {
    uint64_t hash;
    const Type *type; /* NULL: free */
} TypeSlot;

/* Types live as long as the program, so nothing ever frees this arena. */
static Arena types_arena;
static Arena scratch; /* empty between calls */
static TypeSlot *slots;
static size_t slot_count; /* a power of two */
static size_t type_count;

/* --- interning ---------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

static uint64_t type_hash(const Type *type)
{
    uint64_t hash = mix((uint64_t)type->kind, (uint64_t)(uintptr_t)type->element);

    for (size_t i = 0; i < type->count; i++) {
        hash = mix(hash, (uint64_t)(uintptr_t)type->types[i]);
        if (type->names)
            hash = mix(hash, text_hash(type->names[i]));
        if (type->optional)
            hash = mix(hash, type->optional[i]);
    }
    return hash;
}

/* Children are interned already, so this looks one level deep. */
static bool same_shape(const Type *a, const Type *b)
{
    if (a->kind != b->kind || a->element != b->element || a->count != b->count ||
        !a->optional != !b->optional)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->types[i] != b->types[i] || (a->optional && a->optional[i] != b->optional[i]) ||
            (a->names && !text_equal(a->names[i], b->names[i])))
            return false;
    }
    return true;
}

/* The slot that holds an equal type, or the free one where it belongs. */
static TypeSlot *find_slot(const Type *type, uint64_t hash)
{
    size_t at = (size_t)hash & (slot_count - 1);

    while (slots[at].type && (slots[at].hash != hash || !same_shape(slots[at].type, type)))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static void grow_slots(void)
{
    TypeSlot *old = slots;
    size_t old_count = slot_count;

    slot_count = old_count ? old_count * 2 : 256;
    slots = arena_array(&types_arena, TypeSlot, slot_count);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].type)
            *find_slot(old[i].type, old[i].hash) = old[i];
    }
}

/* All the bytes of the names stand in one piece. */
static Text *copy_names(const Text *names, size_t count)
{
    Text *copies = arena_array(&types_arena, Text, count);
    size_t length = 0, used = 0;

    for (size_t i = 0; i < count; i++)
        length += names[i].length;
    char *bytes = arena_alloc(&types_arena, length);
    for (size_t i = 0; i < count; i++) {
        copies[i] = (Text){ bytes + used, names[i].length };
        if (names[i].length)
            memcpy(bytes + used, names[i].bytes, names[i].length);
        used += names[i].length;
    }
    return copies;
}

/* What is asked often of a type is remembered in it. */
static void summarise(Type *type)
{
    if (type->element) {
        type->has_dynamic = type->element->has_dynamic;
        type->has_optional = type->element->has_optional;
    }
    for (size_t i = 0; i < type->count; i++) {
        type->has_dynamic |= type->types[i]->has_dynamic;
        type->has_optional |= type->types[i]->has_optional || (type->optional && type->optional[i]);
    }
}

/* The one type equal to [candidate], whose arrays may be the caller's scratch. */
static const Type *intern(const Type *candidate)
{
    if (type_count * 2 >= slot_count)
        grow_slots();

    uint64_t hash = type_hash(candidate);
    TypeSlot *slot = find_slot(candidate, hash);

    if (slot->type)
        return slot->type;

    Type *type = arena_new(&types_arena, Type);
    size_t count = candidate->count;

    *type = *candidate;
    if (count) {
        const Type **children = arena_array(&types_arena, const Type *, count);
        memcpy(children, candidate->types, count * sizeof *children);
        type->types = children;
    }
    if (candidate->names)
        type->names = copy_names(candidate->names, count);
    if (candidate->optional) {
        bool *optional = arena_array(&types_arena, bool, count);
        memcpy(optional, candidate->optional, count * sizeof *optional);
        type->optional = optional;
    }
    summarise(type);
    *slot = (TypeSlot){ hash, type };
    type_count++;
    return type;
}

/* --- making ------------------------------------------------------------------------------- */

static const Type *collection(TypeKind kind, const Type *element)
{
    assert(element);
    return intern(&(Type){ .kind = kind, .element = element });
}

const Type *type_list(const Type *element)
{
    return collection(TYPE_LIST, element);
}

const Type *type_set(const Type *element)
{
    return collection(TYPE_SET, element);
}

const Type *type_map(const Type *element)
{
    return collection(TYPE_MAP, element);
}

const Type *type_tuple(const Type *const *types, size_t count)
{
    return intern(&(Type){ .kind = TYPE_TUPLE, .types = count ? types : NULL, .count = count });
}

const Type *type_empty_tuple(void)
{
    return type_tuple(NULL, 0);
}

typedef struct Attribute {
    Text name;
    const Type *type;
    bool optional;
} Attribute;

static int compare_attributes(const void *a, const void *b)
{
    return text_compare(((const Attribute *)a)->name, ((const Attribute *)b)->name);
}

static bool is_ascending(const Text *names, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (text_compare(names[i - 1], names[i]) >= 0)
            return false;
    }
    return true;
}

/* The same three arrays in the order of the names, in scratch. */
static Type sorted_object(Type object)
{
    size_t count = object.count;
    Attribute *attributes = arena_array(&scratch, Attribute, count);
    Text *names = arena_array(&scratch, Text, count);
    const Type **types = arena_array(&scratch, const Type *, count);
    bool *optional = arena_array(&scratch, bool, count);

    for (size_t i = 0; i < count; i++)
        attributes[i] = (Attribute){ object.names[i], object.types[i],
                                     object.optional && object.optional[i] };
    qsort(attributes, count, sizeof *attributes, compare_attributes);
    for (size_t i = 0; i < count; i++) {
        names[i] = attributes[i].name;
        types[i] = attributes[i].type;
        optional[i] = attributes[i].optional;
    }
    assert(is_ascending(names, count)); /* each name once */
    object.names = names;
    object.types = types;
    object.optional = object.optional ? optional : NULL;
    return object;
}

static bool any_true(const bool *flags, size_t count)
{
    return flags && count && memchr(flags, true, count * sizeof *flags);
}

const Type *type_object(const Text *names, const Type *const *types, const bool *optional,
                        size_t count)
{
    Type object = { .kind = TYPE_OBJECT, .count = count };

    if (count == 0)
        return intern(&object);
    object.names = names;
    object.types = types;
    object.optional = any_true(optional, count) ? optional : NULL;
    if (is_ascending(names, count))
        return intern(&object);

    ArenaMark mark = arena_mark(&scratch);
    object = sorted_object(object);
    const Type *type = intern(&object);
    arena_rewind(&scratch, mark);
    return type;
}

const Type *type_empty_object(void)
{
    return type_object(NULL, NULL, NULL, 0);
}

const Type *type_without_optional(const Type *type)
{
    if (!type->has_optional)
        return type;
    if (type->element)
        return collection(type->kind, type_without_optional(type->element));

    ArenaMark mark = arena_mark(&scratch);
    const Type **types = arena_array(&scratch, const Type *, type->count);

    for (size_t i = 0; i < type->count; i++)
        types[i] = type_without_optional(type->types[i]);
    type = type->names ? type_object(type->names, types, NULL, type->count)
                       : type_tuple(types, type->count);
    arena_rewind(&scratch, mark);
    return type;
}

/* --- asking ------------------------------------------------------------------------------- */

long type_attribute_index(const Type *object, Text name)
{
    size_t low = 0, high = object->count;

    assert(object->kind == TYPE_OBJECT);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(name, object->names[middle]);

        if (order == 0)
            return (long)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

const Type *type_attribute(const Type *object, Text name)
{
    long index = type_attribute_index(object, name);

    return index < 0 ? NULL : object->types[index];
}

bool type_is_primitive(const Type *type)
{
    return type->kind == TYPE_BOOL || type->kind == TYPE_NUMBER || type->kind == TYPE_STRING;
}

bool type_is_collection(const Type *type)
{
    return type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP;
}

/* --- text forms --------------------------------------------------------------------------- */

static const char *const keywords[] = {
    [TYPE_DYNAMIC] = "any", [TYPE_BOOL] = "bool",   [TYPE_NUMBER] = "number",
    [TYPE_STRING] = "string", [TYPE_LIST] = "list", [TYPE_SET] = "set",
    [TYPE_MAP] = "map",     [TYPE_TUPLE] = "tuple", [TYPE_OBJECT] = "object",
};

static void add_type(TextBuilder *builder, const Type *type);

static void add_attribute(TextBuilder *builder, const Type *object, size_t index)
{
    bool optional = object->optional && object->optional[index];

    text_add(builder, object->names[index]);
    text_add(builder, optional ? TEXT_LIT("=optional(") : TEXT_LIT("="));
    add_type(builder, object->types[index]);
    if (optional)
        text_add_char(builder, ')');
}

static void add_type(TextBuilder *builder, const Type *type)
{
    bool is_object = type->kind == TYPE_OBJECT;

    text_add(builder, text_of(keywords[type->kind]));
    if (type->element) {
        text_add_char(builder, '(');
        add_type(builder, type->element);
        text_add_char(builder, ')');
    } else if (is_object || type->kind == TYPE_TUPLE) {
        text_add(builder, is_object ? TEXT_LIT("({") : TEXT_LIT("(["));
        for (size_t i = 0; i < type->count; i++) {
            if (i > 0)
                text_add_char(builder, ',');
            if (is_object)
                add_attribute(builder, type, i);
            else
                add_type(builder, type->types[i]);
        }
        text_add(builder, is_object ? TEXT_LIT("})") : TEXT_LIT("])"));
    }
}

Text type_text(Arena *arena, const Type *type)
{
    TextBuilder builder = text_builder(arena);

    add_type(&builder, type);
    return text_built(&builder);
}

Text type_friendly(Arena *arena, const Type *type)
{
    if (type->kind == TYPE_DYNAMIC)
        return TEXT_LIT("any type");
    if (!type->element)
        return text_of(keywords[type->kind]);
    if (type->element == type_dynamic)
        return text_format(arena, "%s of any single type", keywords[type->kind]);
    return text_format(arena, "%s of " TEXT_FMT, keywords[type->kind],
                       TEXT(type_friendly(arena, type->element)));
}
