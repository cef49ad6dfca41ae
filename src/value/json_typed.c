/* json_typed.c: types as JSON, and JSON of a known type. */
#include "pipectl/value/json.h"
#include "pipectl/value/path.h"
#include <assert.h>

/* --- types -------------------------------------------------------------------------------- */

static const char *const kind_names[] = {
    [TYPE_DYNAMIC] = "dynamic", [TYPE_BOOL] = "bool",   [TYPE_NUMBER] = "number",
    [TYPE_STRING] = "string",   [TYPE_LIST] = "list",   [TYPE_SET] = "set",
    [TYPE_MAP] = "map",         [TYPE_TUPLE] = "tuple", [TYPE_OBJECT] = "object",
};

static Value types_to_json(Arena *arena, const Type *type)
{
    Value *values = arena_array(arena, Value, type->count);

    for (size_t i = 0; i < type->count; i++)
        values[i] = json_of_type(arena, type->types[i]);
    return type->kind == TYPE_OBJECT ? value_object(arena, type->names, values, type->count)
                                     : value_tuple(arena, values, type->count);
}

static Value optional_to_json(Arena *arena, const Type *object)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < object->count; i++) {
        if (object->optional[i])
            value_builder_add(&builder, value_string_raw(object->names[i]));
    }
    return value_built_tuple(&builder);
}

Value json_of_type(Arena *arena, const Type *type)
{
    Value parts[3] = { value_string_raw(text_of(kind_names[type->kind])) };
    size_t count = 2;

    if (type->kind < TYPE_LIST)
        return parts[0];
    parts[1] = type->element ? json_of_type(arena, type->element) : types_to_json(arena, type);
    if (type->optional)
        parts[count++] = optional_to_json(arena, type);
    return value_tuple(arena, parts, count);
}

static bool kind_of(Text name, TypeKind *ret_kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++) {
        if (text_is(name, kind_names[i])) {
            *ret_kind = (TypeKind)i;
            return true;
        }
    }
    return false;
}

static const Type *simple_type(TypeKind kind)
{
    switch (kind) {
    case TYPE_DYNAMIC:
        return type_dynamic;
    case TYPE_BOOL:
        return type_bool;
    case TYPE_NUMBER:
        return type_number;
    case TYPE_STRING:
        return type_string;
    default:
        return NULL;
    }
}

static bool is_known(Value json, TypeKind kind)
{
    return json.state == VALUE_KNOWN && json.type->kind == kind;
}

/* The third part of an object's type: the names of its optional attributes. */
static bool read_optional(Value names, Value attributes, bool *optional)
{
    for (size_t i = 0; i < value_count(names); i++) {
        Value name = value_at(names, i);
        size_t at = 0;

        if (!is_known(name, TYPE_STRING))
            return false;
        while (at < value_count(attributes) &&
               !text_equal(value_key_at(attributes, at), name.as.text))
            at++;
        if (at == value_count(attributes))
            return false;
        optional[at] = true;
    }
    return true;
}

static bool structural_type(Value json, TypeKind kind, const Type **ret_type)
{
    Value parts = value_at(json, 1);
    Arena scratch = { 0 };
    bool is_empty = kind == TYPE_TUPLE && parts.state == VALUE_NULL; /* Terraform may write that */
    bool valid = is_empty || is_known(parts, kind), has_optional = value_count(json) > 2;
    size_t count = valid && !is_empty ? value_count(parts) : 0;
    const Type **types = arena_array(&scratch, const Type *, count);
    bool *optional = arena_array(&scratch, bool, count);

    for (size_t i = 0; valid && i < count; i++)
        valid = json_to_type(value_at(parts, i), &types[i]);
    if (valid && has_optional)
        valid = kind == TYPE_OBJECT && is_known(value_at(json, 2), TYPE_TUPLE) &&
                read_optional(value_at(json, 2), parts, optional);
    if (valid)
        *ret_type = kind == TYPE_OBJECT ? type_object(parts.as.items->keys, types, optional, count)
                                        : type_tuple(types, count);
    arena_free(&scratch);
    return valid;
}

static bool collection_type(Value json, TypeKind kind, const Type **ret_type)
{
    const Type *element;

    if (value_count(json) != 2 || !json_to_type(value_at(json, 1), &element))
        return false;
    *ret_type = kind == TYPE_LIST  ? type_list(element)
                : kind == TYPE_SET ? type_set(element)
                                   : type_map(element);
    return true;
}

bool json_to_type(Value json, const Type **ret_type)
{
    TypeKind kind;
    Value name;

    if (is_known(json, TYPE_STRING)) {
        const Type *type = kind_of(json.as.text, &kind) ? simple_type(kind) : NULL;

        if (type)
            *ret_type = type;
        return type;
    }
    if (!is_known(json, TYPE_TUPLE) || value_count(json) < 2 || value_count(json) > 3)
        return false;
    name = value_at(json, 0);
    if (!is_known(name, TYPE_STRING) || !kind_of(name.as.text, &kind) || kind < TYPE_LIST)
        return false;
    if (kind == TYPE_TUPLE || kind == TYPE_OBJECT)
        return structural_type(json, kind, ret_type);
    return collection_type(json, kind, ret_type);
}

/* --- decoding ----------------------------------------------------------------------------- */

typedef struct Decoder {
    Arena *arena;
    Text why;
    Text where; /* the steps to what failed, put together on the way back up */
} Decoder;

static bool decode(Decoder *decoder, Value json, const Type *type, Value *ret_value);

static bool refuse(Decoder *decoder, Text why)
{
    decoder->why = why;
    return false;
}

static bool decode_item(Decoder *decoder, Value json, size_t index, const Type *type,
                        Value *ret_value)
{
    if (decode(decoder, value_at(json, index), type, ret_value))
        return true;

    PathStep step = path_step(json, index);
    Text text = path_text(decoder->arena, (Path){ &step, 1 });
    decoder->where = text_concat(decoder->arena, text, decoder->where);
    return false;
}

/* Strings for numbers and bools, and the reverse, are taken as conversions take them. */
static bool decode_primitive(Decoder *decoder, Value json, const Type *type, Value *ret_value)
{
    Text why;

    if (type_is_primitive(json.type) && value_convert(decoder->arena, json, type, ret_value, &why))
        return true;
    return refuse(decoder, type == type_bool     ? TEXT_LIT("a bool is required")
                           : type == type_number ? TEXT_LIT("a number is required")
                                                 : TEXT_LIT("a string is required"));
}

/* Elements of a dynamic type say their own; one collection holds one type. */
static bool settle_element(Decoder *decoder, const Value *values, size_t count,
                           const Type **element)
{
    if (!(*element)->has_dynamic || count == 0)
        return true;
    *element = values[0].type;
    for (size_t i = 1; i < count; i++) {
        if (values[i].type != *element)
            return refuse(decoder, TEXT_LIT("all elements must have the same type"));
    }
    return true;
}

static bool decode_collection(Decoder *decoder, Value json, const Type *type, Value *ret_value)
{
    bool is_map = type->kind == TYPE_MAP;
    const Type *element = type->element;
    Value *values;
    size_t count;

    if (!value_has_kind(json, is_map ? TYPE_OBJECT : TYPE_TUPLE))
        return refuse(decoder, is_map ? TEXT_LIT("an object is required")
                                      : TEXT_LIT("an array is required"));
    count = value_count(json);
    values = arena_array(decoder->arena, Value, count);
    for (size_t i = 0; i < count; i++) {
        if (!decode_item(decoder, json, i, element, &values[i]))
            return false;
    }
    if (!settle_element(decoder, values, count, &element))
        return false;
    *ret_value = type->kind == TYPE_LIST  ? value_list(decoder->arena, element, values, count)
                 : type->kind == TYPE_SET ? value_set(decoder->arena, element, values, count)
                                          : value_map(decoder->arena, element,
                                                      json.as.items->keys, values, count);
    return true;
}

static bool decode_tuple(Decoder *decoder, Value json, const Type *type, Value *ret_value)
{
    Value *values = arena_array(decoder->arena, Value, type->count);

    if (!value_has_kind(json, TYPE_TUPLE))
        return refuse(decoder, TEXT_LIT("an array is required"));
    if (value_count(json) != type->count)
        return refuse(decoder, text_format(decoder->arena, "%zu elements are required",
                                           type->count));
    for (size_t i = 0; i < type->count; i++) {
        if (!decode_item(decoder, json, i, type->types[i], &values[i]))
            return false;
    }
    *ret_value = value_tuple(decoder->arena, values, type->count);
    return true;
}

/* Attributes that are missing are null; others than the type's are refused. */
static bool decode_object(Decoder *decoder, Value json, const Type *type, Value *ret_value)
{
    Value *values = arena_array(decoder->arena, Value, type->count);

    if (!value_has_kind(json, TYPE_OBJECT))
        return refuse(decoder, TEXT_LIT("an object is required"));
    for (size_t i = 0; i < type->count; i++)
        values[i] = value_null(type_without_optional(type->types[i]));
    for (size_t i = 0; i < value_count(json); i++) {
        long at = type_attribute_index(type, value_key_at(json, i));

        if (at < 0)
            return refuse(decoder, text_format(decoder->arena,
                                               "unsupported attribute \"" TEXT_FMT "\"",
                                               TEXT(value_key_at(json, i))));
        if (!decode_item(decoder, json, i, type->types[at], &values[at]))
            return false;
    }
    *ret_value = value_object(decoder->arena, type->names, values, type->count);
    return true;
}

/* {"value": ..., "type": ...} */
static bool decode_dynamic(Decoder *decoder, Value json, Value *ret_value)
{
    const Type *type;
    Value value;

    if (!value_has_kind(json, TYPE_OBJECT) || !value_member(json, TEXT_LIT("value"), &value) ||
        !json_to_type(value_get(json, "type"), &type))
        return refuse(decoder, TEXT_LIT("an object with \"value\" and \"type\" is required"));
    return decode(decoder, value, type, ret_value);
}

static bool decode(Decoder *decoder, Value json, const Type *type, Value *ret_value)
{
    assert(json.state != VALUE_UNKNOWN);
    if (json.state == VALUE_NULL) {
        *ret_value = value_null(type_without_optional(type));
        return true;
    }
    if (json.type == type && type_is_primitive(type)) {
        *ret_value = json;
        return true;
    }
    switch (type->kind) {
    case TYPE_DYNAMIC:
        return decode_dynamic(decoder, json, ret_value);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_MAP:
        return decode_collection(decoder, json, type, ret_value);
    case TYPE_TUPLE:
        return decode_tuple(decoder, json, type, ret_value);
    case TYPE_OBJECT:
        return decode_object(decoder, json, type, ret_value);
    default:
        return decode_primitive(decoder, json, type, ret_value);
    }
}

bool json_decode_typed(Arena *arena, Value json, const Type *type, Value *ret_value, Text *ret_why)
{
    Decoder decoder = { .arena = arena };

    if (decode(&decoder, json, type, ret_value))
        return true;
    if (ret_why)
        *ret_why = decoder.where.length ? text_format(arena, TEXT_FMT ": " TEXT_FMT,
                                                      TEXT(decoder.where), TEXT(decoder.why))
                                        : decoder.why;
    return false;
}

/* --- encoding ----------------------------------------------------------------------------- */

static const Type *item_type(const Type *type, size_t index)
{
    return type->element ? type->element : type->types[index];
}

static Value encode_items(Arena *arena, Value value, const Type *type)
{
    const Items *items = value.as.items;
    Value *values = arena_array(arena, Value, items->count);
    bool keyed = type->kind == TYPE_MAP || type->kind == TYPE_OBJECT; /* also when it is empty */

    for (size_t i = 0; i < items->count; i++)
        values[i] = json_encode_typed(arena, items->values[i], item_type(type, i));
    return keyed ? value_object(arena, items->keys, values, items->count)
                 : value_tuple(arena, values, items->count);
}

Value json_encode_typed(Arena *arena, Value value, const Type *type)
{
    assert(value.state != VALUE_UNKNOWN);
    if (type == type_dynamic && value.type != type_dynamic) {
        Text keys[] = { TEXT_LIT("type"), TEXT_LIT("value") };
        Value values[] = { json_of_type(arena, value.type),
                           json_encode_typed(arena, value, value.type) };

        return value_object(arena, keys, values, 2);
    }
    if (type_is_primitive(type) || value.state == VALUE_NULL)
        return value;
    return encode_items(arena, value, type);
}
