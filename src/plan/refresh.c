/* Reading what exists: all reads start together, and the walk picks the answers up. */
#include "planner.h"
#include "recover.h"

static Text refresh_key(Arena *arena, Text name, Text deposed)
{
    return deposed.length == 0
               ? name
               : text_format(arena, TEXT_FMT " (deposed " TEXT_FMT ")", TEXT(name), TEXT(deposed));
}

static RefreshList *resource_list(Planner *planner, Address address)
{
    Text key = address_resource_text(planner->arena, address);
    RefreshList *list = table_find(&planner->by_resource, key);

    if (!list) {
        list = arena_new(planner->arena, RefreshList);
        table_put(planner->arena, &planner->by_resource, key, list);
    }
    return list;
}

static void prepare_object(Planner *planner, const StateInstance *instance,
                           const InstanceObject *object, Text deposed)
{
    Refresh *refresh = arena_new(planner->arena, Refresh);

    refresh->planner = planner;
    refresh->instance = instance;
    refresh->object = object;
    refresh->deposed = deposed;
    refresh->provider =
        config_graph_provider(planner->graph, instance->provider, instance->name, planner->diags);
    if (refresh->provider)
        refresh->schema = refresh->provider->kind->schema(instance->address.mode,
                                                          instance->address.type, planner->diags);
    if (refresh->provider && !refresh->schema)
        diag_error(planner->diags, RANGE_NONE, "Invalid resource type",
                   "The state holds " TEXT_FMT ", whose type is not supported here. Use Terraform "
                   "for it, or take it out of the state.",
                   TEXT(instance->name));
    refresh->failed = refresh->done = !refresh->schema;
    if (refresh->schema) {
        refresh->prior =
            object_from_state(refresh->provider, refresh->schema, instance->address.type, object,
                              instance->name, planner->arena, planner->diags);
        refresh->failed = refresh->done = value_is_null(refresh->prior);
        refresh->read = refresh->prior;
    }
    table_put(planner->arena, &planner->refreshes,
              refresh_key(planner->arena, instance->name, deposed), refresh);
    list_add(planner->arena, resource_list(planner, instance->address), refresh);
}

void refresh_prepare(Planner *planner)
{
    StateInstanceList instances = state_sorted(planner->plan->prior, planner->arena);

    planner->homes = homes_make(planner->arena, planner->plan->prior);
    for (size_t i = 0; i < instances.count; i++) {
        StateInstance *instance = instances.items[i];

        if (instance->address.mode == MODE_DATA)
            continue; /* read anew, or forgotten */
        if (instance->current)
            prepare_object(planner, instance, instance->current, TEXT_NONE);
        for (size_t d = 0; d < instance->deposed.count; d++)
            prepare_object(planner, instance, instance->deposed.items[d].object,
                           instance->deposed.items[d].key);
    }
}

/* --- one read ---------------------------------------------------------------------------- */

static const PlanEvents *events_of(const Planner *planner)
{
    return &planner->request->events;
}

static void note_drift(Planner *planner, const Refresh *refresh)
{
    bool gone = value_is_null(refresh->read);
    bool same = !gone && value_same(refresh->prior, refresh->read);
    Text from = moved_from(&planner->moves, refresh->instance->name);

    /* What is destroyed is shown as it is: that it was otherwise matters to nobody. */
    if (planner->request->mode == PLAN_DESTROY || refresh->deposed.length > 0 ||
        (same && (from.length == 0 || planner->request->mode != PLAN_REFRESH_ONLY)))
        return;
    Drift drift = { .address = refresh->instance->address,
                    .name = refresh->instance->name,
                    .provider = refresh->instance->provider,
                    .schema = refresh->schema,
                    .previous_name = from,
                    .action = gone   ? ACTION_DELETE
                              : same ? ACTION_NONE
                                     : ACTION_UPDATE,
                    .before = refresh->prior,
                    .after = refresh->read };
    list_add(planner->arena, &planner->plan->drift, drift);
}

/* What was read becomes the state that the plan starts from. */
static void put_refreshed(Planner *planner, const Refresh *refresh)
{
    Change keep = { .create_before_destroy = refresh->object->create_before_destroy,
                    .private_json = refresh->object->private_json,
                    .dependencies = refresh->object->dependencies };
    const InstanceObject *object = NULL;

    if (!refresh->import && !value_is_null(refresh->read) &&
        value_same_marked(refresh->prior, refresh->read) &&
        refresh->object->schema_version == refresh->schema->version)
        return;
    if (!value_is_null(refresh->read))
        object = object_to_state(planner->arena, refresh->schema, refresh->read,
                                 refresh->object->tainted, &keep);
    if (refresh->deposed.length == 0)
        state_put(planner->plan->refreshed, refresh->instance->address, refresh->instance->provider,
                  object);
    else if (!object)
        state_remove_deposed(planner->plan->refreshed, refresh->instance->name, refresh->deposed);
    else
        state_put_deposed(planner->plan->refreshed, refresh->instance->address,
                          refresh->instance->provider, refresh->deposed, object);
}

static bool check_imported(Refresh *refresh)
{
    const ImportTarget *target = refresh->import;

    if (!value_is_null(refresh->read))
        return true;
    diag_error(refresh->planner->diags, target->range, "Cannot import non-existent remote object",
               "There is no object with the id \"" TEXT_FMT "\", or it is not where " TEXT_FMT
               " would be: check the id, the region and the account.",
               TEXT(target->id), TEXT(target->name));
    return false;
}

static void end_read(Refresh *refresh)
{
    Planner *planner = refresh->planner;

    refresh->done = true;
    if (refresh->import && !refresh->failed)
        refresh->failed = !check_imported(refresh);
    if (!refresh->failed) {
        if (!refresh->import)
            note_drift(planner, refresh);
        put_refreshed(planner, refresh);
    }
    if (refresh->waiter && --refresh->waiter->pending == 0)
        planner_complete(planner, refresh->waiter);
}

/* What stands in [id=...]: of an import that only the read can tell, the id that was given. */
static Text said_id(const Refresh *refresh)
{
    Text id = refresh->provider->kind->id(refresh->instance->address.type, refresh->prior);

    return id.length == 0 && refresh->import ? refresh->import->id : id;
}

static void on_read(void *user, const OperationResult *result)
{
    Refresh *refresh = user;
    Planner *planner = refresh->planner;
    const PlanEvents *events = events_of(planner);

    planner->reads--;
    if (!plan_is_interrupted()) /* that is said once, at the end */
        diags_append(planner->diags, result->diags, refresh->instance->name);
    refresh->failed = result->failed;
    if (!result->failed) {
        Value read = value_copy(planner->arena, result->object);

        if (!value_is_null(read)) { /* marks of the configuration are not known to the provider */
            read = path_apply_mark(planner->arena, read, &refresh->object->sensitive_paths,
                                   MARK_SENSITIVE);
            read = schema_mark_sensitive(refresh->schema, read, planner->arena);
        }
        refresh->read = read;
    }
    if (events->refresh_complete && !result->failed)
        events->refresh_complete(events->user, refresh->instance->name, refresh->deposed,
                                 said_id(refresh));
    end_read(refresh);
}

static void on_call(void *user, Text service, Text operation)
{
    Refresh *refresh = user;
    const PlanEvents *events = events_of(refresh->planner);

    if (events->call)
        events->call(events->user, refresh->instance->name, service, operation);
}

static void start_read(Planner *planner, Refresh *refresh)
{
    const PlanEvents *events = events_of(planner);
    ObjectRequest request = { .type = refresh->instance->address.type,
                              .mode = MODE_MANAGED,
                              .address = refresh->instance->name,
                              .region = refresh->region,
                              .private_json = refresh->object->private_json,
                              .events = { .user = refresh, .call = on_call },
                              .done = on_read,
                              .user = refresh };

    if (events->refresh_start)
        events->refresh_start(events->user, refresh->instance->name, refresh->deposed,
                              said_id(refresh));
    planner->reads++;
    refresh->provider->kind->read(refresh->provider->provider, &request, refresh->prior);
}

static bool is_targeted(const Planner *planner, const Refresh *refresh)
{
    return target_is_read(planner, refresh->instance->name,
                          address_config_text(planner->arena, refresh->instance->address));
}

/* What will be forgotten need not be there. */
static bool is_forgotten(const Planner *planner, const Refresh *refresh)
{
    return planner->request->mode != PLAN_DESTROY &&
           removals_forget(&planner->removals, refresh->instance->address, planner->arena);
}

static bool is_read(const Planner *planner, const Refresh *refresh)
{
    return (planner->request->refresh && is_targeted(planner, refresh) &&
            !is_forgotten(planner, refresh)) ||
           recover_needs_read(planner, refresh->instance->name);
}

void refresh_start(Planner *planner, ProviderConfiguration *provider)
{
    for (size_t i = 0; i < planner->refreshes.count; i++) {
        Refresh *refresh = planner->refreshes.entries[i].value;

        if (refresh->provider != provider || refresh->started || refresh->done)
            continue;
        refresh->started = true;
        if (provider->provider)
            refresh->region = homes_find(&planner->homes, provider, refresh->instance->address.type,
                                         refresh->prior, &refresh->object->dependencies);
        if (!provider->provider || !is_read(planner, refresh))
            end_read(refresh);
        else
            start_read(planner, refresh);
    }
}

/* --- imports ------------------------------------------------------------------------------ */

/* An instance as the state will have it. */
static Refresh *imported(Planner *planner, const ImportTarget *target,
                         ProviderConfiguration *provider, const Schema *schema)
{
    Refresh *refresh = arena_new(planner->arena, Refresh);
    StateInstance *instance = arena_new(planner->arena, StateInstance);

    instance->address = target->address;
    instance->name = target->name;
    instance->provider = provider->name;
    refresh->planner = planner;
    refresh->import = target;
    refresh->instance = instance;
    refresh->object = arena_new(planner->arena, InstanceObject);
    refresh->provider = provider;
    refresh->schema = schema;
    table_put(planner->arena, &planner->refreshes, target->name, refresh);
    return refresh;
}

Refresh *refresh_import(Planner *planner, const ImportTarget *target,
                        ProviderConfiguration *provider, const Schema *schema)
{
    const PlanEvents *events = events_of(planner);
    Refresh *refresh = imported(planner, target, provider, schema);
    Diags own = diags_make(planner->arena);

    if (events->import_prepare)
        events->import_prepare(events->user, target->name, target->id);
    refresh->prior = provider->kind->import(provider->provider, target->address.type, target->id,
                                            planner->arena, &own);
    diags_append_about(planner->diags, &own, target->name, target->range);
    refresh->read = refresh->prior;
    refresh->started = true;
    refresh->failed = refresh->done = value_is_null(refresh->prior);
    if (refresh->done)
        return refresh;
    refresh->region = homes_find(&planner->homes, provider, target->address.type, refresh->prior,
                                 &refresh->object->dependencies);
    start_read(planner, refresh);
    return refresh;
}

/* --- asking ------------------------------------------------------------------------------ */

const RefreshList *refresh_of_resource(Planner *planner, Address any_instance)
{
    return resource_list(planner, any_instance);
}

Refresh *refresh_find(Planner *planner, Text name, Text deposed)
{
    return table_find(&planner->refreshes, refresh_key(planner->arena, name, deposed));
}

size_t refresh_wait(Planner *planner, ConfigBlock *block)
{
    ModuleInstanceList instances = evaluator_instances(planner->evaluator, block->module);

    for (size_t i = 0; i < instances.count; i++) {
        const RefreshList *list = refresh_of_resource(
            planner, resource_address(instances.items[i], block_resource(block), KEY_OF_NONE));

        for (size_t r = 0; r < list->count; r++) {
            Refresh *refresh = list->items[r];

            if (refresh->done || !refresh->started || refresh->waiter)
                continue;
            refresh->waiter = block;
            block->pending++;
        }
    }
    return block->pending;
}

void refresh_run_all(Planner *planner)
{
    while (planner->reads > 0)
        if (!loop_run_once(exchange_loop(planner->request->exchange)))
            break;
}
