#include "type_upgrade.h"

typedef struct Upgrading {
    const ResourceType *type;
    const Upgrade *upgrade;
    Arena *arena;
    Diags *diags;
} Upgrading;

static Value upgrade_value(const Upgrading *upgrading, Value value, size_t at);

/* Blocks are lists: the path leads into each of their elements. */
static Value upgrade_elements(const Upgrading *upgrading, Value list, size_t at)
{
    ValueBuilder builder = value_builder(upgrading->arena);

    for (size_t i = 0; i < value_count(list); i++)
        value_builder_add(&builder, upgrade_value(upgrading, value_at(list, i), at));
    return value_built_tuple(&builder);
}

static Value upgrade_member(const Upgrading *upgrading, Value object, size_t at)
{
    ValueBuilder builder = value_builder(upgrading->arena);

    for (size_t i = 0; i < value_count(object); i++) {
        Value value = value_at(object, i);

        if (text_equal(value_key_at(object, i), upgrading->upgrade->path.items[at]))
            value = upgrade_value(upgrading, value, at + 1);
        value_builder_put(&builder, value_key_at(object, i), value);
    }
    return value_built_object(&builder);
}

static Value upgrade_value(const Upgrading *upgrading, Value value, size_t at)
{
    TypeScope scope = { .type = upgrading->type, .self = value };

    if (at == upgrading->upgrade->path.count)
        return type_evaluate(&scope, upgrading->upgrade->value, upgrading->arena, upgrading->diags);
    if (value_has_kind(value, TYPE_TUPLE) && !value_is_null(value))
        return upgrade_elements(upgrading, value, at);
    if (value_has_kind(value, TYPE_OBJECT) && !value_is_null(value))
        return upgrade_member(upgrading, value, at);
    return value;
}

Value type_upgrade(const ResourceType *type, int64_t version, Value json, Arena *arena,
                   Diags *diags)
{
    for (; version < type->schema_version; version++) {
        for (size_t i = 0; i < type->upgrades.count; i++) {
            Upgrading upgrading = { type, &type->upgrades.items[i], arena, diags };

            if (upgrading.upgrade->from == version)
                json = upgrade_value(&upgrading, json, 0);
        }
    }
    return json;
}
