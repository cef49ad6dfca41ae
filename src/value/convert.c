/*
 * convert.c: values of one type made values of another.
 *
 * Whether it can be done is first asked of the types (conversion.c); what then still fails is in a
 * value: a string that is no number, a map without a required key.
 */
#include "conversion.h"
#include "items.h"
#include "pipectl/value/path.h"
#include <assert.h>

/* What one conversion needs on its way down. */
typedef struct Conversion {
    Arena *arena;
    ConversionMode mode;
    Text why;
    Text where; /* the steps to what failed, put together on the way back up */
} Conversion;

static bool convert(Conversion *conversion, Value value, const Type *to, Value *ret_value);

static bool refuse(Conversion *conversion, Text why)
{
    conversion->why = why;
    return false;
}

/* The item of [collection] at [index] was refused. */
static bool refuse_at(Conversion *conversion, Value collection, size_t index)
{
    PathStep step = path_step(collection, index);
    Text text = path_text(conversion->arena, (Path){ &step, 1 });

    conversion->where = text_concat(conversion->arena, text, conversion->where);
    return false;
}

/* --- primitive ---------------------------------------------------------------------------- */

static bool string_to_bool(Conversion *conversion, Text text, Value *ret_value)
{
    bool is_true = text_is(text, "true") || text_is(text, "1");

    if (is_true || text_is(text, "false") || text_is(text, "0")) {
        *ret_value = value_bool(is_true);
        return true;
    }
    if (text_equal_nocase(text, TEXT_LIT("true")))
        return refuse(conversion, TEXT_LIT("a bool is required; to convert from string, use "
                                           "lowercase \"true\""));
    if (text_equal_nocase(text, TEXT_LIT("false")))
        return refuse(conversion, TEXT_LIT("a bool is required; to convert from string, use "
                                           "lowercase \"false\""));
    return refuse(conversion, TEXT_LIT("a bool is required"));
}

static bool convert_primitive(Conversion *conversion, Value value, const Type *to, Value *ret_value)
{
    Number number;

    if (to == type_string) {
        *ret_value = value_string_raw(value_to_text(conversion->arena, value));
        return true;
    }
    if (to == type_bool)
        return string_to_bool(conversion, value.as.text, ret_value);
    assert(to == type_number);
    if (!number_parse(conversion->arena, value.as.text, &number))
        return refuse(conversion, TEXT_LIT("a number is required"));
    *ret_value = value_number(number);
    return true;
}

/* --- elements ----------------------------------------------------------------------------- */

static bool convert_element(Conversion *conversion, Value collection, size_t index, const Type *to,
                            Value *ret_value)
{
    if (convert(conversion, value_at(collection, index), to, ret_value))
        return true;
    return refuse_at(conversion, collection, index);
}

static bool convert_elements(Conversion *conversion, Value value, const Type *to, Value *elements)
{
    for (size_t i = 0; i < value_count(value); i++) {
        if (!convert_element(conversion, value, i, to, &elements[i]))
            return false;
    }
    return true;
}

static Value collection(Arena *arena, TypeKind kind, const Type *element, const Text *keys,
                        const Value *elements, size_t count)
{
    return kind == TYPE_LIST  ? value_list(arena, element, elements, count)
           : kind == TYPE_SET ? value_set(arena, element, elements, count)
                              : value_map(arena, element, keys, elements, count);
}

/* How long an unknown one will be as the collection; of a tuple's elements some may be equal. */
static Lengths converted_lengths(Value value, TypeKind to)
{
    Lengths lengths = value_lengths(value);

    if (value.type->kind == TYPE_TUPLE && to == TYPE_SET && lengths.low > 1)
        lengths.low = 1;
    return lengths;
}

static Value convert_unknown(Arena *arena, Value value, const Type *type)
{
    bool not_null = value.as.refinement && value.as.refinement->not_null;

    if (type_is_collection(type) && value.type != type_dynamic)
        return value_unknown_sized(arena, type, converted_lengths(value, type->kind), not_null);
    return not_null ? value_unknown_not_null(arena, type) : value_unknown(type);
}

/* Null stays null and unknown unknown, of the new type. What is known of the one still holds. */
static Value convert_absent(Arena *arena, Value value, const Type *to)
{
    const Type *type = type_filled(value.type, type_without_optional(to));

    return value.state == VALUE_NULL ? value_null(type) : convert_unknown(arena, value, type);
}

/* How the elements of a new collection come to be of one type. Where the constraint has dynamic
   places they may have been converted to different ones. Terraform unifies those of lists and
   maps, but of a map that was a map before only safely, and those of sets and of what was a
   collection before not at all. */
typedef struct Settlement {
    bool unifies;
    ConversionMode mode;
    Text mismatch; /* what is said when they differ in the end */
} Settlement;

static Settlement settlement_of(const Conversion *conversion, const Type *from, TypeKind to,
                                const Type *element)
{
    bool is_nested = type_is_collection(element) || element->kind == TYPE_OBJECT;

    if (to == TYPE_SET)
        return (Settlement){ .mismatch = TEXT_LIT("element types must all match for conversion to "
                                                  "set") };
    if (to == TYPE_LIST)
        return (Settlement){ from->kind == TYPE_TUPLE, conversion->mode,
                             TEXT_LIT("element types must all match for conversion to list") };
    if (from->kind == TYPE_MAP)
        return (Settlement){ is_nested, CONVERT_SAFELY,
                             TEXT_LIT("element types must all match for conversion to map") };
    return (Settlement){ is_nested, conversion->mode,
                         TEXT_LIT("attribute types must all match for conversion to map") };
}

static bool unify_elements(Conversion *conversion, ConversionMode mode, Value *elements,
                           size_t count)
{
    const Type **types = arena_array(conversion->arena, const Type *, count);
    Conversion unifying = { .arena = conversion->arena, .mode = mode };
    const Type *type;

    for (size_t i = 0; i < count; i++)
        types[i] = elements[i].type;
    type = type_unify_by(mode, types, count);
    if (!type)
        return refuse(conversion, TEXT_LIT("cannot find a common base type for all elements"));
    for (size_t i = 0; i < count; i++) {
        if (!convert(&unifying, elements[i], type, &elements[i]))
            return refuse(conversion, unifying.why);
    }
    return true;
}

bool values_settle(Arena *arena, Value *values, size_t count, const Type **ret_type)
{
    const Type *common = type_dynamic;

    for (size_t i = 0; i < count; i++) {
        if (values[i].type == type_dynamic)
            continue;
        if (common != type_dynamic && values[i].type != common)
            return false;
        common = values[i].type;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].type != common)
            values[i] = value_marked(convert_absent(arena, values[i], common), values[i].marks);
    }
    *ret_type = common;
    return true;
}

static bool settle_elements(Conversion *conversion, Settlement settlement, Value *elements,
                            size_t count, const Type **ret_element)
{
    if (settlement.unifies && !unify_elements(conversion, settlement.mode, elements, count))
        return false;
    return values_settle(conversion->arena, elements, count, ret_element) ||
           refuse(conversion, settlement.mismatch);
}

/* The element type of the empty collection: a concrete one where there is a choice. */
static const Type *empty_element(Value value, const Type *wanted)
{
    if (wanted == type_dynamic && value.type->element)
        return value.type->element;
    return type_without_optional(wanted);
}

static bool convert_to_collection(Conversion *conversion, Value value, const Type *to,
                                  Value *ret_value)
{
    size_t count = value_count(value);
    const Type *element = to->element;
    Value *elements = arena_array(conversion->arena, Value, count);

    /* The new type is not looked at then: so Terraform has it. */
    if (to->kind == TYPE_LIST && value_length_is_unknown(value)) {
        *ret_value = value_unknown(type_list(value.type->element));
        return true;
    }
    if (!value.type->element)
        element = type_of_elements(value.type, element, conversion->mode);
    assert(element);
    if (!convert_elements(conversion, value, element, elements))
        return false;
    if (count == 0)
        element = empty_element(value, element);
    else if (!settle_elements(conversion, settlement_of(conversion, value.type, to->kind, element),
                              elements, count, &element))
        return false;
    *ret_value =
        collection(conversion->arena, to->kind, element, value.as.items->keys, elements, count);
    return true;
}

/* --- structural --------------------------------------------------------------------------- */

static bool convert_to_tuple(Conversion *conversion, Value value, const Type *to, Value *ret_value)
{
    Value *elements = arena_array(conversion->arena, Value, to->count);

    for (size_t i = 0; i < to->count; i++) {
        if (!convert_element(conversion, value, i, to->types[i], &elements[i]))
            return false;
    }
    *ret_value = value_tuple(conversion->arena, elements, to->count);
    return true;
}

/* From an object or a map; what the type does not name is dropped. */
static bool convert_to_object(Conversion *conversion, Value value, const Type *to, Value *ret_value)
{
    Value *attributes = arena_array(conversion->arena, Value, to->count);

    for (size_t i = 0; i < to->count; i++) {
        size_t index = items_find(value.as.items, to->names[i]);

        if (index < value_count(value)) {
            if (!convert_element(conversion, value, index, to->types[i], &attributes[i]))
                return false;
        } else if (to->optional && to->optional[i]) {
            attributes[i] = value_null(type_without_optional(to->types[i]));
        } else {
            return refuse(conversion,
                          text_format(conversion->arena,
                                      "map has no element for required attribute \"" TEXT_FMT "\"",
                                      TEXT(to->names[i])));
        }
    }
    *ret_value = value_object(conversion->arena, to->names, attributes, to->count);
    return true;
}

/* --- all ---------------------------------------------------------------------------------- */

static bool convert_known(Conversion *conversion, Value value, const Type *to, Value *ret_value)
{
    if (type_is_primitive(to))
        return convert_primitive(conversion, value, to, ret_value);
    if (to->kind == TYPE_OBJECT)
        return convert_to_object(conversion, value, to, ret_value);
    if (to->kind == TYPE_TUPLE)
        return convert_to_tuple(conversion, value, to, ret_value);
    return convert_to_collection(conversion, value, to, ret_value);
}

static bool convert(Conversion *conversion, Value value, const Type *to, Value *ret_value)
{
    if (to == type_dynamic || value.type == type_without_optional(to)) {
        *ret_value = value;
        return true;
    }
    if (!type_converts(value.type, to, conversion->mode))
        return refuse(conversion, type_mismatch(conversion->arena, value.type, to));
    if (value.state != VALUE_KNOWN) {
        *ret_value = value_marked(convert_absent(conversion->arena, value, to), value.marks);
        return true;
    }
    if (!convert_known(conversion, value, to, ret_value))
        return false;
    *ret_value = value_marked(*ret_value, value.marks);
    return true;
}

bool value_convert(Arena *arena, Value value, const Type *type, Value *ret_value, Text *ret_why)
{
    Conversion conversion = { .arena = arena };
    Value result;

    assert(value.type && type);
    if (!convert(&conversion, value, type, &result)) {
        if (ret_why)
            *ret_why = conversion.where.length
                           ? text_format(arena, TEXT_FMT ": " TEXT_FMT, TEXT(conversion.where),
                                         TEXT(conversion.why))
                           : conversion.why;
        return false;
    }
    *ret_value = result;
    return true;
}

bool value_unify(Arena *arena, Value *values, size_t count, const Type **ret_type)
{
    Arena scratch = { 0 };
    const Type **types = arena_array(&scratch, const Type *, count);

    for (size_t i = 0; i < count; i++)
        types[i] = values[i].type;
    const Type *type = type_unify(types, count);
    arena_free(&scratch);
    if (!type)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!value_convert(arena, values[i], type, &values[i], NULL))
            return false;
    }
    *ret_type = type;
    return true;
}
