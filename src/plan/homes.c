/* Where objects live: found through what they name, at a cost that does not grow with the state. */
#include "homes.h"

static const char *const identities[] = { "id", "arn", "name", "bucket" };

#define IDENTITY_COUNT (sizeof identities / sizeof *identities)

static Text identity_key(Arena *arena, Text config_name, Text identity)
{
    return text_format(arena, TEXT_FMT " " TEXT_FMT, TEXT(config_name), TEXT(identity));
}

static void note(Homes *homes, StateInstance *instance)
{
    Text config_name = address_config_text(homes->arena, instance->address);

    table_put(homes->arena, &homes->by_resource, config_name, instance);
    for (size_t i = 0; i < IDENTITY_COUNT; i++) {
        Text identity = value_get_text(instance->current->attributes, identities[i]);

        if (identity.length > 0)
            table_put(homes->arena, &homes->by_identity,
                      identity_key(homes->arena, config_name, identity), instance);
    }
}

Homes homes_make(Arena *arena, const State *state)
{
    Homes homes = { .arena = arena };

    for (size_t i = 0; i < state->instances.count; i++) {
        StateInstance *instance = state->instances.entries[i].value;

        if (instance->current && instance->address.mode == MODE_MANAGED)
            note(&homes, instance);
    }
    return homes;
}

/* The home that another object's own attributes tell. Its value need not be typed: ids, ARNs and
 * regions are strings. */
static Text home_of(const Homes *homes, const ProviderConfiguration *provider,
                    const StateInstance *other)
{
    Text home = TEXT_NONE;

    if (other && text_equal(other->provider, provider->name))
        home = provider->kind->home(provider->provider, other->address.type,
                                    other->current->attributes, homes->arena);
    return text_is(home, "global") ? TEXT_NONE : home;
}

/* The home of the dependency that one of the object's texts names. */
static Text home_of_named(const Homes *homes, const ProviderConfiguration *provider,
                          Text config_name, Value object)
{
    for (size_t i = 0; i < value_count(object); i++) {
        Value part = value_at(object, i);
        Text home;
        Arena scratch = { 0 };

        if (!value_has_kind(part, TYPE_STRING) || !value_is_known(part) || value_is_null(part))
            continue;
        home = home_of(
            homes, provider,
            table_find(&homes->by_identity, identity_key(&scratch, config_name, value_text(part))));
        arena_free(&scratch);
        if (home.length > 0)
            return home;
    }
    return TEXT_NONE;
}

Text homes_find(const Homes *homes, const ProviderConfiguration *provider, Text type, Value object,
                const TextList *dependencies)
{
    Text home = TEXT_NONE;

    if (provider->kind->home)
        home = provider->kind->home(provider->provider, type, object, homes->arena);
    for (size_t i = 0; provider->kind->home && home.length == 0 && i < dependencies->count; i++)
        home = home_of_named(homes, provider, dependencies->items[i], object);
    for (size_t i = 0; provider->kind->home && home.length == 0 && i < dependencies->count; i++)
        home = home_of(homes, provider, table_find(&homes->by_resource, dependencies->items[i]));
    return home;
}
