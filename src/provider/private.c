/*
 * What Terraform's provider keeps beside an object: how long each operation may take, and its
 * schema's version. Terraform reads it when it takes a state over.
 */
#include "operation.h"

#include "pipectl/base/digest.h"
#include "pipectl/value/json.h"

static const char timeouts_key[] = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";

static Nanoseconds said_by_user(Value object, Text name, Nanoseconds otherwise)
{
    Value block, text;
    Nanoseconds limit;

    if (!object.type || !value_is_known(object) || value_is_null(object) ||
        !value_member(object, TEXT_LIT("timeouts"), &block) || !value_is_known(block) ||
        value_is_null(block) || !value_member(block, name, &text))
        return otherwise;
    return value_is_known(text) && !value_is_null(text) &&
                   clock_parse_duration(value_text(text), &limit)
               ? limit
               : otherwise;
}

static Value timeouts_of(const ResourceType *type, Value object, Arena *arena)
{
    const struct {
        const char *name;
        Nanoseconds usual;
    } timeouts[] = { { "create", type->create_timeout },
                     { "delete", type->delete_timeout },
                     { "read", type->read_timeout },
                     { "update", type->update_timeout } };
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        Nanoseconds limit = said_by_user(object, text_of(timeouts[i].name), timeouts[i].usual);

        if (limit > 0)
            value_builder_put(&builder, text_of(timeouts[i].name), value_integer(limit));
    }
    return value_built_object(&builder);
}

Text private_of(const ResourceType *type, Value object, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);
    Text json = TEXT_LIT("null");

    if (type->has_timeouts)
        value_builder_put(&builder, text_of(timeouts_key), timeouts_of(type, object, arena));
    if (type->schema_version > 0)
        value_builder_put(
            &builder, TEXT_LIT("schema_version"),
            value_string(arena, text_format(arena, "%lld", (long long)type->schema_version)));
    if (builder.keys.count > 0)
        json = json_text(arena, value_built_object(&builder));
    return base64_encode(arena, json);
}
