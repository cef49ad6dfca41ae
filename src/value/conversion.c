/* conversion.c: which types can become which. */
#include "conversion.h"
#include <assert.h>

static bool is_sequence(const Type *type)
{
    return type->kind == TYPE_LIST || type->kind == TYPE_SET;
}

/* --- possible or not ---------------------------------------------------------------------- */

static bool primitives_convert(const Type *from, const Type *to, ConversionMode mode)
{
    return from == to || to == type_string || (from == type_string && mode == CONVERT_ANY);
}

static bool is_optional(const Type *object, size_t index)
{
    return object->optional && object->optional[index];
}

static bool objects_convert(const Type *from, const Type *to, ConversionMode mode)
{
    for (size_t i = 0; i < to->count; i++) {
        const Type *attribute = type_attribute(from, to->names[i]);

        if (attribute ? !type_converts(attribute, to->types[i], mode) : !is_optional(to, i))
            return false;
    }
    return true;
}

static bool tuples_convert(const Type *from, const Type *to, ConversionMode mode)
{
    if (from->count != to->count)
        return false;
    for (size_t i = 0; i < to->count; i++) {
        if (!type_converts(from->types[i], to->types[i], mode))
            return false;
    }
    return true;
}

static bool all_convert_to(const Type *const *types, size_t count, const Type *to,
                           ConversionMode mode)
{
    for (size_t i = 0; i < count; i++) {
        if (!type_converts(types[i], to, mode))
            return false;
    }
    return true;
}

/* An attribute that may be missing is no obstacle yet: the map may lack it. */
static bool map_converts_to_object(const Type *element, const Type *object, ConversionMode mode)
{
    if (mode == CONVERT_SAFELY)
        return false;
    for (size_t i = 0; i < object->count; i++) {
        if (!is_optional(object, i) && !type_converts(element, object->types[i], mode))
            return false;
    }
    return true;
}

static bool all_dynamic(const Type *structural)
{
    for (size_t i = 0; i < structural->count; i++) {
        if (structural->types[i] != type_dynamic)
            return false;
    }
    return true;
}

/* An empty tuple or object fits every element type, "any" included. What no type is found for is
   refused in a tuple; of an object the values decide: so Terraform has it. */
const Type *type_of_elements(const Type *structural, const Type *wanted_element,
                             ConversionMode mode)
{
    const Type *element = wanted_element;

    if (structural->count == 0)
        return element;
    if (element == type_dynamic)
        element = type_unify_by(mode, structural->types, structural->count);
    if (element == type_dynamic && structural->kind == TYPE_TUPLE && !all_dynamic(structural))
        return NULL;
    return element && all_convert_to(structural->types, structural->count, element, mode) ? element
                                                                                          : NULL;
}

static bool sequences_convert(const Type *from, const Type *to, ConversionMode mode)
{
    /* A set loses the order and what is repeated. */
    if (from->kind == TYPE_LIST && to->kind == TYPE_SET && mode == CONVERT_SAFELY)
        return false;
    return is_sequence(from) && type_converts(from->element, to->element, mode);
}

bool type_converts(const Type *from, const Type *to, ConversionMode mode)
{
    if (from == to || to == type_dynamic)
        return true;
    if (from == type_dynamic)
        return mode == CONVERT_ANY;
    if (type_is_primitive(from) && type_is_primitive(to))
        return primitives_convert(from, to, mode);
    switch (to->kind) {
    case TYPE_OBJECT:
        if (from->kind == TYPE_MAP)
            return map_converts_to_object(from->element, to, mode);
        return from->kind == TYPE_OBJECT && objects_convert(from, to, mode);
    case TYPE_TUPLE:
        return from->kind == TYPE_TUPLE && tuples_convert(from, to, mode);
    case TYPE_LIST:
    case TYPE_SET:
        if (from->kind == TYPE_TUPLE)
            return type_of_elements(from, to->element, mode);
        return sequences_convert(from, to, mode);
    case TYPE_MAP:
        if (from->kind == TYPE_OBJECT)
            return type_of_elements(from, to->element, mode);
        return from->kind == TYPE_MAP && type_converts(from->element, to->element, mode);
    default:
        return false;
    }
}

/* --- why not ------------------------------------------------------------------------------ */

static Text required(Arena *arena, const Type *type)
{
    return text_format(arena, TEXT_FMT " required", TEXT(type_friendly(arena, type)));
}

static Text missing_attributes(Arena *arena, const Text *names, size_t count)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, count == 1 ? TEXT_LIT("attribute ") : TEXT_LIT("attributes "));
    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count;

        if (i > 0)
            text_add(&builder, count == 2 ? TEXT_LIT(" ") : TEXT_LIT(", "));
        if (i > 0 && is_last)
            text_add(&builder, TEXT_LIT("and "));
        text_add_format(&builder, "\"" TEXT_FMT "\"", TEXT(names[i]));
    }
    text_add(&builder, count == 1 ? TEXT_LIT(" is required") : TEXT_LIT(" are required"));
    return text_built(&builder);
}

/* All that is missing, or else the first attribute that does not fit. */
static Text object_mismatch(Arena *arena, const Type *from, const Type *to)
{
    Text *missing = arena_array(arena, Text, to->count);
    size_t missing_count = 0;
    long unfit = -1;

    for (size_t i = 0; i < to->count; i++) {
        const Type *attribute = type_attribute(from, to->names[i]);

        if (!attribute && !is_optional(to, i))
            missing[missing_count++] = to->names[i];
        else if (attribute && unfit < 0 && !type_converts(attribute, to->types[i], CONVERT_ANY))
            unfit = (long)i;
    }
    if (missing_count > 0)
        return missing_attributes(arena, missing, missing_count);
    assert(unfit >= 0);
    return text_format(
        arena, "attribute \"" TEXT_FMT "\": " TEXT_FMT, TEXT(to->names[unfit]),
        TEXT(type_mismatch(arena, type_attribute(from, to->names[unfit]), to->types[unfit])));
}

/* The first element of a tuple or object that does not fit the collection's element type. */
static Text element_mismatch(Arena *arena, const Type *from, const Type *to)
{
    size_t i = 0;

    while (i < from->count && type_converts(from->types[i], to->element, CONVERT_ANY))
        i++;
    if (i == from->count)
        return text_format(arena, "all elements must be " TEXT_FMT,
                           TEXT(type_friendly(arena, to->element)));

    Text why = type_mismatch(arena, from->types[i], to->element);
    if (from->names)
        return text_format(arena, "element \"" TEXT_FMT "\": " TEXT_FMT, TEXT(from->names[i]),
                           TEXT(why));
    return text_format(arena, "element %zu: " TEXT_FMT, i, TEXT(why));
}

Text type_mismatch(Arena *arena, const Type *from, const Type *to)
{
    const char *noun = to->kind == TYPE_LIST ? "list" : to->kind == TYPE_SET ? "set" : "map";
    bool is_structural = from->kind == TYPE_TUPLE || from->kind == TYPE_OBJECT;
    bool same_nature = to->kind == TYPE_MAP ? from->kind == TYPE_OBJECT || from->kind == TYPE_MAP
                                            : from->kind == TYPE_TUPLE || is_sequence(from);

    if (from->kind == TYPE_OBJECT && to->kind == TYPE_OBJECT)
        return object_mismatch(arena, from, to);
    if (!type_is_collection(to) || !same_nature)
        return required(arena, to);
    if (is_structural && to->element == type_dynamic)
        return text_format(arena, "all %s elements must have the same type", noun);
    if (is_structural)
        return element_mismatch(arena, from, to);
    return text_format(arena, "incorrect %s element type: " TEXT_FMT, noun,
                       TEXT(type_mismatch(arena, from->element, to->element)));
}

/* --- filling dynamic places ---------------------------------------------------------------- */

/* What [from] has where the [index]th element or attribute of [to] is; dynamic when it has none. */
static const Type *counterpart(const Type *from, const Type *to, size_t index)
{
    const Type *attribute = NULL;

    if (from->element)
        return from->element;
    if (to->kind == TYPE_OBJECT && from->kind == TYPE_OBJECT)
        attribute = type_attribute(from, to->names[index]);
    else if (to->kind == TYPE_TUPLE && from->kind == TYPE_TUPLE && index < from->count)
        attribute = from->types[index];
    return attribute ? attribute : type_dynamic;
}

static const Type *filled_element(const Type *from, const Type *element)
{
    const Type *unified;

    if (from->element)
        return type_filled(from->element, element);
    unified = from->count ? type_unify(from->types, from->count) : NULL;
    return unified ? type_filled(unified, element) : element;
}

const Type *type_filled(const Type *from, const Type *to)
{
    Arena scratch = { 0 };
    const Type **types;

    if (!to->has_dynamic || from == type_dynamic)
        return to;
    if (to == type_dynamic)
        return from;
    if (to->element) {
        const Type *element = filled_element(from, to->element);

        return to->kind == TYPE_LIST  ? type_list(element)
               : to->kind == TYPE_SET ? type_set(element)
                                      : type_map(element);
    }
    types = arena_array(&scratch, const Type *, to->count);
    for (size_t i = 0; i < to->count; i++)
        types[i] = type_filled(counterpart(from, to, i), to->types[i]);
    to = to->names ? type_object(to->names, types, to->optional, to->count)
                   : type_tuple(types, to->count);
    arena_free(&scratch);
    return to;
}
