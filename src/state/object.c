#include "object.h"

TextList object_read_texts(Arena *arena, Value json)
{
    TextList texts = { 0 };

    if (!value_is_known(json) || value_is_null(json) || !value_has_kind(json, TYPE_TUPLE))
        return texts;
    for (size_t i = 0; i < value_count(json); i++)
        if (value_has_kind(value_at(json, i), TYPE_STRING) && !value_is_null(value_at(json, i)))
            list_add(arena, &texts, value_text(value_at(json, i)));
    return texts;
}

Value object_texts_to_json(Arena *arena, const TextList *texts)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < texts->count; i++)
        value_builder_add(&builder, value_string_raw(texts->items[i]));
    return value_built_tuple(&builder);
}

static PathList read_paths(Arena *arena, Value json)
{
    PathList paths = { 0 };
    Path path;

    if (value_is_null(json) || !value_has_kind(json, TYPE_TUPLE))
        return paths;
    for (size_t i = 0; i < value_count(json); i++)
        if (path_from_json(arena, value_at(json, i), &path))
            list_add(arena, &paths, path);
    return paths;
}

static bool is_known_member(Text key)
{
    static const Text members[] = {
        TEXT_INIT("index_key"),    TEXT_INIT("status"),
        TEXT_INIT("deposed"),      TEXT_INIT("schema_version"),
        TEXT_INIT("attributes"),   TEXT_INIT("attributes_flat"),
        TEXT_INIT("private"),      TEXT_INIT("sensitive_attributes"),
        TEXT_INIT("dependencies"), TEXT_INIT("depends_on"),
        TEXT_INIT("provider"),     TEXT_INIT("create_before_destroy"),
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (text_equal(members[i], key))
            return true;
    return false;
}

/* What newer writers added; null when there is nothing. */
static Value other_members(Arena *arena, Value json)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(json); i++)
        if (!is_known_member(value_key_at(json, i)))
            value_builder_put(&builder, value_key_at(json, i), value_at(json, i));
    return builder.keys.count ? value_built_object(&builder) : value_null(type_dynamic);
}

const InstanceObject *object_read(Arena *arena, Value json, const char **ret_why)
{
    InstanceObject *object = arena_new(arena, InstanceObject);
    Value version = value_get(json, "schema_version");

    if (value_is_null(json) || !value_has_kind(json, TYPE_OBJECT)) {
        *ret_why = "it is no JSON object";
        return NULL;
    }
    object->attributes = value_get(json, "attributes");
    if (value_is_null(object->attributes) || !value_has_kind(object->attributes, TYPE_OBJECT)) {
        *ret_why = value_is_null(value_get(json, "attributes_flat"))
                       ? "it has no attributes"
                       : "its attributes are in the form that was used before Terraform 0.12";
        return NULL;
    }
    if (!value_is_null(version) && value_has_kind(version, TYPE_NUMBER) &&
        !number_to_int(value_to_number(version), &object->schema_version)) {
        *ret_why = "its schema version is no whole number";
        return NULL;
    }
    object->tainted = text_is(value_get_text(json, "status"), "tainted");
    object->create_before_destroy = value_is_true(value_get(json, "create_before_destroy"));
    object->private_json = value_get_text(json, "private");
    object->dependencies = object_read_texts(arena, value_get(json, "dependencies"));
    object->sensitive_paths = read_paths(arena, value_get(json, "sensitive_attributes"));
    object->other = other_members(arena, json);
    return object;
}

Value object_to_json(Arena *arena, const InstanceObject *object)
{
    ValueBuilder builder = value_builder(arena);
    ValueBuilder paths = value_builder(arena);

    value_builder_put(&builder, TEXT_LIT("attributes"), object->attributes);
    value_builder_put(&builder, TEXT_LIT("schema_version"), value_integer(object->schema_version));
    if (object->tainted)
        value_builder_put(&builder, TEXT_LIT("status"), value_string_raw(TEXT_LIT("tainted")));
    if (object->create_before_destroy)
        value_builder_put(&builder, TEXT_LIT("create_before_destroy"), value_bool(true));
    if (object->private_json.length)
        value_builder_put(&builder, TEXT_LIT("private"), value_string_raw(object->private_json));
    value_builder_put(&builder, TEXT_LIT("dependencies"),
                      object_texts_to_json(arena, &object->dependencies));
    for (size_t i = 0; i < object->sensitive_paths.count; i++)
        value_builder_add(&paths, path_to_json(arena, object->sensitive_paths.items[i]));
    value_builder_put(&builder, TEXT_LIT("sensitive_attributes"), value_built_tuple(&paths));
    if (object->other.type && !value_is_null(object->other))
        for (size_t i = 0; i < value_count(object->other); i++)
            value_builder_put(&builder, value_key_at(object->other, i), value_at(object->other, i));
    return value_built_object(&builder);
}

Text object_identity(Value attributes)
{
    Text id;

    if (!attributes.type || value_is_null(attributes) || value_is_unknown(attributes) ||
        !value_has_kind(attributes, TYPE_OBJECT))
        return TEXT_NONE;
    id = value_get_text(attributes, "id");
    return id.length ? id : value_get_text(attributes, "arn");
}

bool object_is_same(Value attributes, Value other)
{
    Text identity = object_identity(attributes);

    if (identity.length)
        return text_equal(identity, object_identity(other));
    return value_same(attributes, other);
}
