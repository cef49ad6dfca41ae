#include "pipectl/state/state.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

State *state_make(Arena *arena)
{
    State *state = arena_new(arena, State);

    state->arena = arena;
    state->check_results = value_null(type_dynamic);
    return state;
}

State *state_copy(Arena *arena, const State *state)
{
    State *copy = arena_new(arena, State);

    *copy = (State){
        .arena = arena,
        .lineage = state->lineage,
        .serial = state->serial,
        .terraform_version = state->terraform_version,
        .check_results = state->check_results,
    };
    for (size_t i = 0; i < state->instances.count; i++) {
        const StateInstance *from = state->instances.entries[i].value;
        StateInstance *to = arena_new(arena, StateInstance);

        *to = *from;
        to->deposed.items = NULL;
        to->deposed.count = to->deposed.capacity = 0;
        for (size_t j = 0; j < from->deposed.count; j++)
            list_add(arena, &to->deposed, from->deposed.items[j]);
        table_put(arena, &copy->instances, to->name, to);
    }
    for (size_t i = 0; i < state->outputs.count; i++)
        list_add(arena, &copy->outputs, state->outputs.items[i]);
    return copy;
}

/* --- instances ------------------------------------------------------------------------------ */

StateInstance *state_find(const State *state, Text name)
{
    return table_find(&state->instances, name);
}

static StateInstance *find_or_add(State *state, Address address, Text provider)
{
    ArenaMark mark = arena_mark(state->arena);
    Text name = address_text(state->arena, address);
    StateInstance *instance = state_find(state, name);

    if (instance) {
        arena_rewind(state->arena, mark);
    } else {
        instance = arena_new(state->arena, StateInstance);
        instance->address = address;
        instance->name = name;
        table_put(state->arena, &state->instances, name, instance);
    }
    instance->provider = provider;
    return instance;
}

static void remove_if_empty(State *state, StateInstance *instance)
{
    if (!instance->current && !instance->deposed.count)
        table_remove_unordered(&state->instances, instance->name);
}

static void note(State *state, StateFact fact)
{
    if (state->keeps_facts)
        list_add(state->arena, &state->facts, fact);
}

void state_put(State *state, Address address, Text provider, const InstanceObject *object)
{
    StateInstance *instance = find_or_add(state, address, provider);

    if (instance->current && !object)
        note(state, (StateFact){ .kind = FACT_REMOVED, .name = instance->name });
    instance->current = object;
    remove_if_empty(state, instance);
}

void state_untaint(State *state, Text name)
{
    StateInstance *instance = state_find(state, name);
    InstanceObject *object;

    if (!instance || !instance->current || !instance->current->tainted)
        return;
    object = arena_new(state->arena, InstanceObject);
    *object = *instance->current;
    object->tainted = false;
    instance->current = object;
    note(state, (StateFact){ .kind = FACT_UNTAINTED, .name = instance->name });
}

static DeposedObject *find_deposed(StateInstance *instance, Text key)
{
    for (size_t i = 0; instance && i < instance->deposed.count; i++)
        if (text_equal(instance->deposed.items[i].key, key))
            return &instance->deposed.items[i];
    return NULL;
}

Text state_new_deposed_key(Arena *arena, const StateInstance *instance)
{
    unsigned char bytes[4];
    Text key;

    do {
        random_bytes(bytes, sizeof bytes);
        key = hex_encode(arena, (Text){ (const char *)bytes, sizeof bytes });
    } while (find_deposed((StateInstance *)instance, key));
    return key;
}

void state_add_husk(State *state, Address resource, Text provider)
{
    StateInstance *husk = arena_new(state->arena, StateInstance);

    husk->address = resource;
    husk->address.key = KEY_OF_NONE;
    husk->provider = provider;
    list_add(state->arena, &state->husks, husk);
}

Text state_depose(State *state, Text name)
{
    StateInstance *instance = state_find(state, name);
    Text key;

    if (!instance || !instance->current)
        return TEXT_NONE;
    key = state_new_deposed_key(state->arena, instance);
    list_add(state->arena, &instance->deposed, (DeposedObject){ key, instance->current });
    instance->current = NULL;
    note(state, (StateFact){ .kind = FACT_DEPOSED, .name = instance->name, .key = key });
    return key;
}

void state_restore(State *state, Text name, Text key)
{
    StateInstance *instance = state_find(state, name);
    DeposedObject *deposed = find_deposed(instance, key);

    if (!deposed || instance->current)
        return;
    instance->current = deposed->object;
    *deposed = instance->deposed.items[--instance->deposed.count];
    note(state, (StateFact){ .kind = FACT_RESTORED, .name = instance->name, .key = key });
}

void state_put_deposed(State *state, Address address, Text provider, Text key,
                       const InstanceObject *object)
{
    StateInstance *instance = find_or_add(state, address, provider);
    DeposedObject *deposed = find_deposed(instance, key);

    if (deposed)
        deposed->object = object;
    else
        list_add(state->arena, &instance->deposed, (DeposedObject){ key, object });
}

void state_remove_deposed(State *state, Text name, Text key)
{
    StateInstance *instance = state_find(state, name);
    DeposedObject *deposed = find_deposed(instance, key);

    if (!deposed)
        return;
    *deposed = instance->deposed.items[--instance->deposed.count];
    note(state, (StateFact){ .kind = FACT_REMOVED_DEPOSED, .name = instance->name, .key = key });
    remove_if_empty(state, instance);
}

void state_remove(State *state, Text name)
{
    StateInstance *instance = state_find(state, name);

    while (instance && instance->deposed.count > 0) {
        bool last = instance->deposed.count == 1 && !instance->current;

        state_remove_deposed(state, name, instance->deposed.items[0].key);
        if (last)
            return;
    }
    if (instance)
        state_put(state, instance->address, instance->provider, NULL);
}

bool state_move(State *state, Text name, Address to)
{
    StateInstance *instance = state_find(state, name);
    Text new_name = address_text(state->arena, to);

    if (!instance || state_find(state, new_name))
        return false;
    note(state, (StateFact){ .kind = FACT_MOVED, .name = instance->name, .to = new_name });
    table_remove_unordered(&state->instances, instance->name);
    instance->address = to;
    instance->name = new_name;
    table_put(state->arena, &state->instances, new_name, instance);
    return true;
}

bool state_is_empty(const State *state)
{
    return !state->instances.count && !state->outputs.count;
}

static int compare_instances(const void *a, const void *b)
{
    return address_compare((*(StateInstance *const *)a)->address,
                           (*(StateInstance *const *)b)->address);
}

StateInstanceList state_sorted(const State *state, Arena *arena)
{
    StateInstanceList list = { 0 };

    list.items = arena_array(arena, StateInstance *, state->instances.count);
    list.capacity = state->instances.count;
    for (size_t i = 0; i < state->instances.count; i++)
        list.items[list.count++] = state->instances.entries[i].value;
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, compare_instances);
    return list;
}

/* --- outputs -------------------------------------------------------------------------------- */

/* Where the output is, or would have to be. */
static size_t output_place(const State *state, Text name)
{
    size_t place = 0;

    while (place < state->outputs.count && text_compare(state->outputs.items[place].name, name) < 0)
        place++;
    return place;
}

static bool is_at(const State *state, size_t place, Text name)
{
    return place < state->outputs.count && text_equal(state->outputs.items[place].name, name);
}

const StateOutput *state_output(const State *state, Text name)
{
    size_t place = output_place(state, name);

    return is_at(state, place, name) ? &state->outputs.items[place] : NULL;
}

void state_remove_output(State *state, Text name)
{
    size_t place = output_place(state, name);

    if (!is_at(state, place, name))
        return;
    for (size_t i = place + 1; i < state->outputs.count; i++)
        state->outputs.items[i - 1] = state->outputs.items[i];
    state->outputs.count--;
}

void state_put_output(State *state, Text name, Value value, bool sensitive)
{
    StateOutput output = { name, value, sensitive };
    size_t place = output_place(state, name);

    if (value_is_null(value)) {
        state_remove_output(state, name);
        return;
    }
    if (!is_at(state, place, name)) {
        list_add(state->arena, &state->outputs, output);
        for (size_t i = state->outputs.count - 1; i > place; i--)
            state->outputs.items[i] = state->outputs.items[i - 1];
    }
    state->outputs.items[place] = output;
}

/* --- the text form of providers ------------------------------------------------------------- */

/* [module path .] provider["source"] [.alias] */
typedef struct ProviderParts {
    Text module, source, alias;
} ProviderParts;

static ProviderParts provider_parts(Text provider)
{
    ProviderParts parts = { 0 };
    Text head, rest;

    if (!text_cut(provider, TEXT_LIT("provider[\""), &head, &rest))
        return parts;
    if (text_ends_with(head, TEXT_LIT(".")))
        parts.module = text_slice(head, 0, head.length - 1);
    text_cut(rest, TEXT_LIT("\"]"), &parts.source, &rest);
    if (text_starts_with(rest, TEXT_LIT(".")))
        parts.alias = text_slice(rest, 1, rest.length);
    return parts;
}

Text provider_text_source(Text provider)
{
    return provider_parts(provider).source;
}

Text provider_text_alias(Text provider)
{
    return provider_parts(provider).alias;
}

Text provider_text_module(Text provider)
{
    return provider_parts(provider).module;
}

Text provider_text(Arena *arena, Text module_config_text, Text source, Text alias)
{
    return text_format(arena, TEXT_FMT "%sprovider[\"" TEXT_FMT "\"]%s" TEXT_FMT,
                       TEXT(module_config_text), module_config_text.length ? "." : "", TEXT(source),
                       alias.length ? "." : "", TEXT(alias));
}
