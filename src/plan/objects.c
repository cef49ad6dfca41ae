/* Between the state's objects, the journal's JSON and typed values. */
#include "planner.h"

#include "pipectl/value/json.h"

static bool upgrade(const ProviderConfiguration *provider, const Schema *schema, Text type,
                    const InstanceObject *object, Text name, Arena *arena, Value *ret_json,
                    Diags *diags)
{
    *ret_json = object->attributes;
    if (object->schema_version > schema->version) {
        diag_error(diags, RANGE_NONE, "Resource instance managed by newer provider version",
                   "The object " TEXT_FMT
                   " was last written with schema version %lld, and this pipectl knows %lld. Use a "
                   "newer pipectl, or the tool that wrote it.",
                   TEXT(name), (long long)object->schema_version, (long long)schema->version);
        return false;
    }
    if (object->schema_version == schema->version)
        return true;
    return provider->kind->upgrade &&
           provider->kind->upgrade(type, object->schema_version, object->attributes, arena,
                                   ret_json, diags);
}

Value object_from_state(const ProviderConfiguration *provider, const Schema *schema, Text type,
                        const InstanceObject *object, Text name, Arena *arena, Diags *diags)
{
    Value json, value;
    Text why;

    if (!upgrade(provider, schema, type, object, name, arena, &json, diags))
        return value_null(schema->type);
    if (!schema_decode_state(schema, json, arena, &value, &why)) {
        diag_error(diags, RANGE_NONE, "Invalid object in the state",
                   "What the state holds for " TEXT_FMT " does not fit its type: " TEXT_FMT ".",
                   TEXT(name), TEXT(why));
        return value_null(schema->type);
    }
    value = path_apply_mark(arena, value, &object->sensitive_paths, MARK_SENSITIVE);
    return schema_mark_sensitive(schema, value, arena);
}

/* Unknown leaves become null, so that the rest can be written down. */
Value object_known_part(Arena *arena, Value value)
{
    ValueBuilder builder = value_builder(arena);

    if (value_is_unknown(value))
        return value_null(value.type);
    if (value_is_wholly_known(value) || value_is_null(value))
        return value;
    for (size_t i = 0; i < value_count(value); i++) {
        Value part = object_known_part(arena, value_at(value, i));

        if (value_has_kind(value, TYPE_OBJECT) || value_has_kind(value, TYPE_MAP))
            value_builder_put(&builder, value_key_at(value, i), part);
        else
            value_builder_add(&builder, part);
    }
    switch (value.type->kind) {
    case TYPE_OBJECT:
        return value_built_object(&builder);
    case TYPE_MAP:
        return value_built_map(&builder, value.type->element);
    case TYPE_LIST:
        return value_built_list(&builder, value.type->element);
    case TYPE_SET:
        return value_built_set(&builder, value.type->element);
    default:
        return value_built_tuple(&builder);
    }
}

Value object_known_json(Arena *arena, const Schema *schema, Value value)
{
    if (value_is_null(value))
        return value_null(type_dynamic);
    return json_encode_typed(arena, object_known_part(arena, value_unmarked(arena, value)), schema->type);
}

const InstanceObject *object_to_state(Arena *arena, const Schema *schema, Value value, bool tainted,
                                      const Change *change)
{
    static Arena scratch;
    ArenaMark mark = arena_mark(&scratch);
    InstanceObject *object = arena_new(arena, InstanceObject);

    object->attributes = value_copy(arena, object_known_json(&scratch, schema, value));
    arena_rewind(&scratch, mark);
    object->schema_version = schema->version;
    object->tainted = tainted;
    object->create_before_destroy = change->create_before_destroy;
    object->private_json = text_copy(arena, change->private_json);
    object->dependencies = change->dependencies;
    path_marked(arena, value, MARK_SENSITIVE, &object->sensitive_paths);
    return object;
}
