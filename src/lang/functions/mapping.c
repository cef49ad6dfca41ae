/* Functions of maps and objects. */
#include "functions.h"

#include "pipectl/base/table.h"

/* --- keys and values ------------------------------------------------------------------------ */

Value function_keys(Call *call)
{
    Value map = call_argument(call, 0);
    uint8_t marks = take_marks(&map);
    ValueBuilder builder = value_builder(call->arena);

    if (map.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (!is_mapping_type(map.type))
        return call_error(call, 0, "must have map or object type");
    if (map.type->kind == TYPE_OBJECT) {
        /* The type is enough: an object's names are known before its values. */
        for (size_t i = 0; i < map.type->count; i++)
            value_builder_add(&builder, value_string_raw(map.type->names[i]));
        return value_marked(value_built_tuple(&builder), marks);
    }
    if (map.state == VALUE_UNKNOWN)
        return value_marked(call_unknown(call, type_list(type_string)), marks);
    for (size_t i = 0; i < value_count(map); i++)
        value_builder_add(&builder, value_string_raw(value_key_at(map, i)));
    return value_marked(value_built_list(&builder, type_string), marks);
}

Value function_values(Call *call)
{
    Value map = call_argument(call, 0);
    uint8_t marks = take_marks(&map);
    Value values;

    if (map.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (!is_mapping_type(map.type))
        return call_error(call, -1, "values() requires a map as the first argument");
    if (map.state == VALUE_UNKNOWN)
        values = call_unknown(call, map.type->kind == TYPE_MAP
                                        ? type_list(map.type->element)
                                        : type_tuple(map.type->types, map.type->count));
    else if (map.type->kind == TYPE_MAP)
        values = value_list(call->arena, map.type->element, map.as.items->values, value_count(map));
    else
        values = value_tuple(call->arena, map.as.items->values, value_count(map));
    return value_marked(values, marks);
}

/* --- lookup --------------------------------------------------------------------------------- */

static Value lookup_default(Call *call, Value map, Text key)
{
    Value fallback;
    Text why;

    if (call->count < 3 && call_is_lenient(call))
        return value_null(type_dynamic);
    if (call->count < 3 && map.type->kind == TYPE_OBJECT)
        return call_error(call, 0, "the given object has no attribute \"" TEXT_FMT "\"", TEXT(key));
    if (call->count < 3)
        return call_error(call, -1, "lookup failed to find key \"" TEXT_FMT "\"", TEXT(key));
    fallback = call_argument(call, 2);
    if (map.type->kind == TYPE_MAP)
        value_convert(call->arena, fallback, map.type->element, &fallback, &why);
    return fallback;
}

/* A default that does not fit a map is an error even where it is not needed. */
static bool check_default(Call *call, Value map)
{
    Value ignored;
    Text why;

    if (map.type->kind != TYPE_MAP || call->count < 3 ||
        value_convert(call->arena, call_argument(call, 2), map.type->element, &ignored, &why))
        return true;
    call_error(call, 2, "the default value must have the same type as the map elements");
    return false;
}

/* The type of what is looked up while the map or the key is unknown. */
static const Type *lookup_type(const Call *call, Value map, Value key)
{
    const Type *attribute;

    if (map.type->kind == TYPE_MAP)
        return map.type->element;
    if (key.state == VALUE_UNKNOWN)
        return type_dynamic;
    attribute = type_attribute(map.type, value_text(key));
    if (attribute)
        return attribute;
    return call->count == 3 ? call_argument(call, 2).type : NULL;
}

Value function_lookup(Call *call)
{
    Value map = call_argument(call, 0), key = call_argument(call, 1), found;
    uint8_t marks = take_marks(&map) | take_marks(&key);
    const Type *type;

    if (call->count > 3)
        return call_error(call, -1, "lookup() takes two or three arguments, got %zu", call->count);
    if (map.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (!is_mapping_type(map.type))
        return call_error(call, 0, "lookup() requires a map as the first argument");
    if (!check_default(call, map))
        return value_unknown(type_dynamic);
    if (map.state == VALUE_UNKNOWN || key.state == VALUE_UNKNOWN) {
        type = lookup_type(call, map, key);
        return type ? value_marked(value_unknown(type), marks)
                    : lookup_default(call, map, value_text(key));
    }
    if (value_member(map, value_text(key), &found))
        return value_marked(found, marks);
    return value_marked(lookup_default(call, map, value_text(key)), marks);
}

/* --- merge ---------------------------------------------------------------------------------- */

/* What is made when all arguments are of one type, which then is the result's, too; else NULL. */
static const Type *merge_type(const Call *call)
{
    for (size_t i = 1; i < call->count; i++)
        if (call_argument(call, i).type != call_argument(call, 0).type)
            return NULL;
    return call->count ? call_argument(call, 0).type : NULL;
}

/* The type of the object that is made of objects and known maps; dynamic where not all is typed. */
static const Type *merged_object_type(const Call *call)
{
    ValueBuilder builder = value_builder(call->arena);

    for (size_t i = 0; i < call->count; i++) {
        Value map = call_argument(call, i);

        if (map.type == type_dynamic || (map.type->kind == TYPE_MAP && map.state == VALUE_UNKNOWN))
            return type_dynamic;
        for (size_t j = 0; map.type->kind == TYPE_OBJECT && j < map.type->count; j++)
            value_builder_put(&builder, map.type->names[j], value_unknown(map.type->types[j]));
        for (size_t j = 0;
             map.type->kind == TYPE_MAP && map.state == VALUE_KNOWN && j < value_count(map); j++)
            value_builder_put(&builder, value_key_at(map, j), value_unknown(map.type->element));
    }
    return value_built_object(&builder).type;
}

static bool any_unknown(const Call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (call_argument(call, i).state == VALUE_UNKNOWN)
            return true;
    return false;
}

static bool has_untyped(const Call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (call_argument(call, i).type == type_dynamic)
            return true;
    return false;
}

/* The first argument that cannot be merged, or -1. While something is unknown, what stands behind
   an argument without a type is not looked at. */
static int find_unmergeable(const Call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        const Type *type = call_argument(call, i).type;

        if (type == type_dynamic && any_unknown(call))
            return -1;
        if (type != type_dynamic && !is_mapping_type(type))
            return (int)i;
    }
    return -1;
}

static Value merge_unknown(const Call *call, const Type *type)
{
    if (!type)
        type = merged_object_type(call);
    return type == type_dynamic ? value_unknown(type) : call_unknown(call, type);
}

Value function_merge(Call *call)
{
    ValueBuilder builder = value_builder(call->arena);
    const Type *type = merge_type(call);
    bool is_known = !any_unknown(call);
    int unmergeable = find_unmergeable(call);
    uint8_t marks = 0;

    if (unmergeable >= 0)
        return call_error(
            call, -1, "arguments must be maps or objects, got \"" TEXT_FMT "\"",
            TEXT(type_friendly(call->arena, call_argument(call, (size_t)unmergeable).type)));
    for (size_t i = 0; i < call->count; i++) {
        Value map = call_argument(call, i);

        marks |= map.state == VALUE_NULL ? 0 : take_marks(&map);
        for (size_t j = 0; is_known && map.state == VALUE_KNOWN && j < value_count(map); j++)
            value_builder_put(&builder, value_key_at(map, j), value_at(map, j));
    }
    if (!is_known && has_untyped(call))
        return value_unknown(type_dynamic); /* without marks: so Terraform has it */
    if (!is_known)
        return value_marked(merge_unknown(call, type), marks);
    return value_marked(type && type->kind == TYPE_MAP ? value_built_map(&builder, type->element)
                                                       : value_built_object(&builder),
                        marks);
}

/* --- making --------------------------------------------------------------------------------- */

/* Adds to the list that grows under the key. */
static void add_under(Arena *arena, Table *lists, Text key, Value value)
{
    ValueBuilder *list = table_find(lists, key);

    if (!list) {
        list = arena_new(arena, ValueBuilder);
        *list = value_builder(arena);
        table_put(arena, lists, key, list);
    }
    value_builder_add(list, value);
}

Value function_transpose(Call *call)
{
    Value map = call_argument(call, 0);
    ValueBuilder result = value_builder(call->arena);
    Table lists = { 0 };

    for (size_t i = 0; i < value_count(map); i++) {
        Value list = value_at(map, i);

        if (list.state == VALUE_NULL)
            return call_error(call, 0, "element \"" TEXT_FMT "\": must not be null",
                              TEXT(value_key_at(map, i)));
        for (size_t j = 0; j < value_count(list); j++) {
            Value key = value_at(list, j);

            if (key.state == VALUE_NULL)
                return call_error(call, 0, "must not contain null");
            add_under(call->arena, &lists, value_text(key), value_string_raw(value_key_at(map, i)));
        }
    }
    for (size_t i = 0; i < lists.count; i++)
        value_builder_put(&result, lists.entries[i].key,
                          value_built_list(lists.entries[i].value, type_string));
    return value_built_map(&result, type_list(type_string));
}

static Value zipmap_unknown(const Call *call, const Type *values)
{
    return values->kind == TYPE_LIST ? call_unknown(call, type_map(values->element))
                                     : value_unknown(type_dynamic);
}

Value function_zipmap(Call *call)
{
    Value keys = call_argument(call, 0), values = call_argument(call, 1);
    uint8_t marks = take_marks(&keys) | take_marks(&values);
    ValueBuilder builder = value_builder(call->arena);
    size_t count;

    if (values.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (values.type->kind != TYPE_LIST && values.type->kind != TYPE_TUPLE)
        return call_error(call, -1, "the values argument must be a list or tuple");
    if (!value_is_wholly_known(keys))
        return zipmap_unknown(call, values.type); /* without marks, as in Terraform */
    if (values.state == VALUE_UNKNOWN && values.type->kind == TYPE_LIST)
        return zipmap_unknown(call, values.type);
    count = values.state == VALUE_UNKNOWN ? values.type->count : value_count(values);
    if (value_count(keys) != count)
        return call_error(call, -1, "number of keys (%zu) does not match number of values (%zu)",
                          value_count(keys), count);
    for (size_t i = 0; i < value_count(keys); i++) {
        Value key = value_at(keys, i);

        marks |= take_marks(&key);
        if (key.state == VALUE_NULL)
            return call_error(call, 0, "element %zu is null", i);
        value_builder_put(&builder, value_text(key),
                          values.state == VALUE_UNKNOWN ? value_unknown(values.type->types[i])
                                                        : value_at(values, i));
    }
    if (values.state == VALUE_UNKNOWN)
        return call_unknown(call, value_built_object(&builder).type);
    return value_marked(values.type->kind == TYPE_LIST
                            ? value_built_map(&builder, values.type->element)
                            : value_built_object(&builder),
                        marks);
}
