#include "saved_value.h"

#include "pipectl/value/json.h"

/* --- writing ------------------------------------------------------------------------------- */

/* Whether the value can be read back when only the place's type is known. */
static bool fits(Value value, const Type *type)
{
    if (value.type == type)
        return true;
    if (value.type->kind != type->kind || value.type->count != type->count ||
        !value_is_known(value) || value_is_null(value))
        return false;
    if (type->kind != TYPE_OBJECT)
        return type->kind == TYPE_TUPLE;
    for (size_t i = 0; i < type->count; i++)
        if (!text_equal(type->names[i], value.type->names[i]))
            return false;
    return true;
}

static const Type *member_type(const Type *type, size_t index)
{
    return type->element ? type->element : type->types[index];
}

static void add_known(TextBuilder *builder, Value value, const Type *type)
{
    Arena scratch = { 0 };

    if (value_is_null(value) || type->kind < TYPE_LIST) {
        if (value_is_null(value))
            text_add(builder, TEXT_LIT("null"));
        else if (type->kind == TYPE_STRING)
            json_add_string(builder, value_text(value));
        else if (type->kind == TYPE_NUMBER && number_is_infinite(value_to_number(value)))
            json_add_string(builder, value_to_text(&scratch, value));
        else
            text_add(builder, value_to_text(&scratch, value));
        arena_free(&scratch);
        return;
    }
    text_add_char(builder, '[');
    for (size_t i = 0; i < value_count(value); i++) {
        if (i > 0)
            text_add_char(builder, ',');
        if (type->kind == TYPE_MAP) {
            json_add_string(builder, value_key_at(value, i));
            text_add_char(builder, ',');
        }
        saved_value_add(builder, value_at(value, i), member_type(type, i));
    }
    text_add_char(builder, ']');
}

static void add_unknown(TextBuilder *builder, const Refinement *refinement)
{
    if (!refinement) {
        text_add(builder, TEXT_LIT("true"));
        return;
    }
    text_add(builder, refinement->not_null ? TEXT_LIT("{\"not_null\":true")
                                           : TEXT_LIT("{\"not_null\":false"));
    if (refinement->prefix.length > 0) {
        text_add(builder, TEXT_LIT(",\"prefix\":"));
        json_add_string(builder, refinement->prefix);
    }
    if (refinement->predicted.type) {
        text_add(builder, TEXT_LIT(",\"predicted\":"));
        saved_value_add(builder, refinement->predicted, type_dynamic);
    }
    text_add_char(builder, '}');
}

static void add_type(TextBuilder *builder, const Type *type)
{
    Arena scratch = { 0 };

    text_add(builder, TEXT_LIT("\"type\":"));
    json_add(builder, json_of_type(&scratch, type));
    text_add_char(builder, ',');
    arena_free(&scratch);
}

void saved_value_add(TextBuilder *builder, Value value, const Type *type)
{
    bool has_type = !fits(value, type);

    if (has_type)
        type = value.type;
    if (!has_type && value.marks == 0 && !value_is_unknown(value)) {
        add_known(builder, value, type);
        return;
    }
    text_add_char(builder, '{');
    if (has_type)
        add_type(builder, type);
    if (value.marks != 0)
        text_add_format(builder, "\"marks\":%d,", value.marks);
    if (value_is_unknown(value)) {
        text_add(builder, TEXT_LIT("\"unknown\":"));
        add_unknown(builder, value.as.refinement);
    } else {
        text_add(builder, TEXT_LIT("\"value\":"));
        add_known(builder, value, type);
    }
    text_add_char(builder, '}');
}

/* --- reading ------------------------------------------------------------------------------- */

/* JSON has no infinite numbers: they stand as text. */
static bool read_scalar(Arena *arena, Value json, const Type *type, Value *ret_value)
{
    Number number;

    if (type == type_number && value_has_kind(json, TYPE_STRING) && value_is_known(json) &&
        number_parse(arena, value_text(json), &number)) {
        *ret_value = value_number(number);
        return true;
    }
    *ret_value = json;
    return json.type == type && value_is_known(json);
}

static Value build(ValueBuilder *builder, const Type *type)
{
    switch (type->kind) {
    case TYPE_LIST:
        return value_built_list(builder, type->element);
    case TYPE_SET:
        return value_built_set(builder, type->element);
    case TYPE_MAP:
        return value_built_map(builder, type->element);
    case TYPE_OBJECT:
        return value_built_object(builder);
    default:
        return value_built_tuple(builder);
    }
}

static bool read_member(Arena *arena, Value json, const Type *type, size_t index,
                        ValueBuilder *builder)
{
    bool is_map = type->kind == TYPE_MAP;
    Value value;

    if (is_map && !value_has_kind(value_at(json, 2 * index), TYPE_STRING))
        return false;
    if (!saved_value_read(arena, value_at(json, is_map ? 2 * index + 1 : index),
                          member_type(type, index), &value))
        return false;
    if (is_map)
        value_builder_put(builder, value_text(value_at(json, 2 * index)), value);
    else if (type->kind == TYPE_OBJECT)
        value_builder_put(builder, type->names[index], value);
    else
        value_builder_add(builder, value);
    return true;
}

static bool read_known(Arena *arena, Value json, const Type *type, Value *ret_value)
{
    ValueBuilder builder = value_builder(arena);
    size_t count;

    if (value_is_null(json)) {
        *ret_value = value_null(type);
        return true;
    }
    if (type->kind < TYPE_LIST)
        return read_scalar(arena, json, type, ret_value);
    if (!value_has_kind(json, TYPE_TUPLE))
        return false;
    count = type->kind == TYPE_MAP ? value_count(json) / 2 : value_count(json);
    if (!type->element && count != type->count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_member(arena, json, type, i, &builder))
            return false;
    *ret_value = build(&builder, type);
    return true;
}

static bool read_unknown(Arena *arena, Value json, const Type *type, Value *ret_value)
{
    Refinement *refinement;
    Value predicted;

    *ret_value = value_unknown(type);
    if (!value_has_kind(json, TYPE_OBJECT))
        return value_is_true(json);
    refinement = arena_new(arena, Refinement);
    refinement->not_null = value_is_true(value_get(json, "not_null"));
    refinement->prefix = text_copy(arena, value_get_text(json, "prefix"));
    predicted = value_get(json, "predicted");
    if (!value_is_null(predicted) &&
        !saved_value_read(arena, predicted, type_dynamic, &refinement->predicted))
        return false;
    ret_value->as.refinement = refinement;
    return true;
}

bool saved_value_read(Arena *arena, Value json, const Type *type, Value *ret_value)
{
    Value unknown, marks, value;
    bool ok;

    if (value_is_null(json) || !value_has_kind(json, TYPE_OBJECT))
        return read_known(arena, json, type, ret_value);
    if (value_member(json, TEXT_LIT("type"), &value) && !json_to_type(value, &type))
        return false;
    unknown = value_get(json, "unknown");
    ok = value_is_null(unknown) ? read_known(arena, value_get(json, "value"), type, &value)
                                : read_unknown(arena, unknown, type, &value);
    marks = value_get(json, "marks");
    if (ok && value_has_kind(marks, TYPE_NUMBER) && !value_is_null(marks))
        value = value_marked(value, (uint8_t)value_to_integer(marks));
    if (ok)
        *ret_value = value;
    return ok;
}
