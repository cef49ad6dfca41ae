/* Carrying out a plan: the walk over its changes, and what an apply is as a whole. */
#include "apply_work.h"
#include "husks.h"
#include "planner.h"

#include "pipectl/graph/walk.h"

/* --- the walk ----------------------------------------------------------------------------------
 */

/* What stays as it is, is looked at again where it has conditions: what they refer to may be new.
 */
static bool check_kept(Applier *applier, ApplyVertex *vertex)
{
    Instance *instance = apply_instance(applier, vertex->block, vertex->change);
    size_t errors = applier->diags->error_count;

    if (instance && instance_configure(instance))
        instance_check_postconditions(instance, vertex->change->after);
    vertex->vertex->failed = !instance || applier->diags->error_count > errors;
    return true;
}

static bool start_change(Applier *applier, ApplyVertex *vertex)
{
    switch (vertex->half) {
    case ACTION_NONE:
        return check_kept(applier, vertex);
    case ACTION_CREATE:
    case ACTION_UPDATE:
        return apply_make(applier, vertex);
    case ACTION_READ:
        return apply_read(applier, vertex);
    case ACTION_FORGET:
        return apply_forget(applier, vertex->change);
    default:
        return apply_delete(applier, vertex);
    }
}

static void close_output(Applier *applier, const ConfigBlock *block)
{
    const Output *output = block->written;

    const OutputChange *planned = table_find(&applier->outputs, output->name);

    if (block->module->parent || applier->plan->mode == PLAN_DESTROY || !planned)
        return;
    Value value = evaluate_output(applier->evaluator->root, output);

    if (value_is_wholly_known(planned->after))
        value =
            planned->after; /* a file that has changed since does not change what was promised */
    /* What will never be known is null (see has_bare_null of format). */
    value = object_known_part(applier->arena, value_unmarked(applier->arena, value));
    state_put_output(store_state(applier->request->store), output->name, value, output->sensitive);
}

static void close_check(Applier *applier, const ConfigBlock *block)
{
    ModuleInstanceList instances = evaluator_instances(applier->evaluator, block->module);

    if (applier->plan->mode == PLAN_DESTROY || applier->plan->targets.count > 0)
        return; /* nothing was planned for it */
    for (size_t i = 0; i < instances.count; i++)
        evaluate_check(instances.items[i], block->written);
}

static bool start_vertex(void *user, Vertex *vertex)
{
    Applier *applier = user;
    ApplyVertex *apply = vertex->subject;
    size_t errors = applier->diags->error_count;

    if (apply->kind == APPLY_CHANGE)
        return start_change(applier, apply);
    if (apply->kind ==
        (apply->block && apply->block->kind == BLOCK_CLOSE ? APPLY_CLOSE : APPLY_OPEN))
        apply->block->started = true;
    if (apply->kind == APPLY_OPEN && apply->block->kind == BLOCK_PROVIDER &&
        applier->plan->mode != PLAN_DESTROY)
        provider_setup(apply->block->provider, applier->evaluator, applier->request->exchange,
                       false, applier->diags);
    if (apply->kind == APPLY_CLOSE && apply->block->kind == BLOCK_OUTPUT)
        close_output(applier, apply->block);
    if (apply->kind == APPLY_CLOSE && apply->block->kind == BLOCK_CHECK)
        close_check(applier, apply->block);
    vertex->failed = applier->diags->error_count > errors;
    return true;
}

static void on_write_due(void *user)
{
    Applier *applier = user;

    applier->write_timer = NULL;
    store_write_if_due(applier->request->store, applier->diags);
}

static Vertex *finish_vertex(void *user)
{
    Applier *applier = user;
    Loop *loop = exchange_loop(applier->request->exchange);

    for (;;) {
        Nanoseconds due;
        bool sent = apply_send_begun(applier);

        if (applier->next_completed < applier->completed.count)
            return applier->completed.items[applier->next_completed++];
        if (sent && applier->begun.count > 0)
            continue;
        due = store_due(applier->request->store);
        if (due > 0 && !applier->write_timer)
            applier->write_timer = loop_timer(loop, due, on_write_due, applier);
        (void)loop_run_once(loop);
    }
}

static bool is_stopped(void *user)
{
    (void)user;
    return plan_is_interrupted();
}

/* --- putting it together ------------------------------------------------------------------------
 */

/* An object that this apply does not change: as the plan has it. */
static Value missing_object(void *user, const ModuleInstance *module, const Resource *resource,
                            Text name)
{
    Applier *applier = user;
    const Change *change = table_find(&applier->changes, name);
    const StateInstance *instance = state_find(applier->plan->refreshed, name);
    const Schema *schema = resource_schema(resource, module->module, applier->diags);
    ProviderConfiguration *provider;

    if (change && change->action == ACTION_NONE)
        return change->after;
    provider =
        instance ? config_graph_provider(applier->config, instance->provider, name, applier->diags)
                 : NULL;
    if (provider && schema && instance->current)
        return object_from_state(provider, schema, resource->type, instance->current, name,
                                 applier->arena, applier->diags);
    return value_unknown(schema ? schema->type : type_dynamic);
}

static bool same_dependencies(const TextList *a, const TextList *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!text_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

/* What is taken over is in the state from the beginning on: it was read while planning. */
static void record_import(Applier *applier, const Change *change)
{
    const PlanEvents *events = &applier->request->events;

    if (change->import_id.length == 0)
        return;
    applier->summary.imported++;
    if (events->import_done)
        events->import_done(events->user, change);
}

/* A new depends_on changes nothing in the world, but the state records it. */
static void record_unchanged(Applier *applier, const Change *change)
{
    State *state = store_state(applier->request->store);
    const StateInstance *instance = state_find(state, change->name);
    InstanceObject *object;

    if (change->action != ACTION_NONE || !instance || !instance->current ||
        (same_dependencies(&instance->current->dependencies, &change->dependencies) &&
         instance->current->create_before_destroy == change->create_before_destroy))
        return;
    object = arena_new(applier->arena, InstanceObject);
    *object = *instance->current;
    object->dependencies = change->dependencies;
    object->create_before_destroy = change->create_before_destroy;
    state_put(state, change->address, change->provider, object);
}

static Applier *applier_make(Plan *plan, const ApplyRequest *request, Diags *diags)
{
    Applier *applier = arena_new(plan->arena, Applier);

    applier->plan = plan;
    applier->request = request;
    applier->arena = plan->arena;
    applier->diags = diags;
    applier->evaluator = evaluator_make(plan->arena, plan->root, plan->workspace, diags);
    applier->evaluator->applying = true;
    applier->evaluator->time = plan->time;
    applier->evaluator->missing = missing_object;
    applier->evaluator->user = applier;
    for (size_t i = 0; i < plan->variables.count; i++)
        evaluator_put_variable(applier->evaluator, plan->variables.items[i].name,
                               plan->variables.items[i].value);
    for (size_t i = 0; i < plan->changes.count; i++)
        if (plan->changes.items[i]->deposed.length == 0)
            table_put(plan->arena, &applier->changes, plan->changes.items[i]->name,
                      plan->changes.items[i]);
    evaluator_expect_checks(applier->evaluator, plan->check_results);
    for (size_t i = 0; i < plan->outputs.count; i++)
        table_put(plan->arena, &applier->outputs, plan->outputs.items[i].name,
                  &plan->outputs.items[i]);
    applier->config = config_graph_make(plan->arena, plan->root, diags);
    applier->provisioning =
        provisioning_make(plan->arena, exchange_loop(request->exchange),
                          (size_t)exchange_parallelism(request->exchange), &request->events);
    return applier;
}

/* Providers that need nothing of this apply; also those that only the state names. */
static void setup_providers(Applier *applier)
{
    for (size_t i = 0; i < applier->plan->changes.count; i++)
        (void)config_graph_provider(applier->config, applier->plan->changes.items[i]->provider,
                                    applier->plan->changes.items[i]->name, applier->diags);
    for (size_t i = 0; i < applier->config->providers.count; i++) {
        ProviderConfiguration *provider = applier->config->providers.entries[i].value;

        if (provider->early || applier->plan->mode == PLAN_DESTROY)
            provider_setup(provider, applier->evaluator, applier->request->exchange, false,
                           applier->diags);
    }
}

/* After a complete destroy nothing is left to say about outputs; else those that the configuration
 * lost go. */
static void drop_outputs(Applier *applier, bool ok)
{
    State *state = store_state(applier->request->store);

    if (!ok)
        return;
    for (size_t i = applier->plan->outputs.count; i-- > 0;)
        if (applier->plan->outputs.items[i].action == ACTION_DELETE)
            state_put_output(state, applier->plan->outputs.items[i].name, value_null(type_dynamic),
                             false);
}

ApplySummary plan_apply(Plan *plan, const ApplyRequest *request, Diags *diags)
{
    Applier *applier = applier_make(plan, request, diags);
    size_t errors = diags->error_count;
    Walk walk = {
        .start = start_vertex, .finish = finish_vertex, .stopped = is_stopped, .user = applier
    };

    if (plan->targets.count > 0)
        diag_warning(diags, RANGE_NONE, "Applied changes may be incomplete",
                     "The plan was created with the -target option in effect, so some changes "
                     "requested in the configuration may have been ignored and the "
                     "output values may not be fully updated. Run a plan without -target to see "
                     "whether anything is left to do.");
    store_replace(request->store, plan->refreshed);
    setup_providers(applier);
    for (size_t i = 0; i < plan->changes.count; i++) {
        record_import(applier, plan->changes.items[i]);
        record_unchanged(applier, plan->changes.items[i]);
    }
    walk.graph = diags->error_count == errors
                     ? apply_graph_make(plan->arena, plan, applier->config, diags)
                     : NULL;
    applier->summary.ok = walk.graph && walk_run(&walk) && diags->error_count == errors;
    drop_outputs(applier, applier->summary.ok);
    if (!applier->summary.ok && walk.graph && plan->mode != PLAN_DESTROY)
        husks_note(store_state(request->store), applier->config, applier->evaluator);
    store_state(request->store)->check_results =
        plan->mode == PLAN_NORMAL ? evaluator_check_results(applier->evaluator, false)
                                  : plan->check_results;
    store_changed(request->store);
    loop_cancel(exchange_loop(request->exchange), applier->write_timer);
    provisioning_end();
    applier->summary.interrupted = plan_is_interrupted();
    if (applier->summary.interrupted)
        diag_error(diags, RANGE_NONE, "execution halted",
                   "The apply was interrupted: what was under way has been finished and saved, the "
                   "rest was not started. Run it again to go on.");
    return applier->summary;
}
