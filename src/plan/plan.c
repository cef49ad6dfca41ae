/* Planning: refresh, walk the configuration, compare. */
#include "planner.h"
#include "provision.h"
#include "recover.h"
#include "triggers.h"

#include "pipectl/graph/walk.h"
#include <stdlib.h>
#include <string.h>

static bool interrupted;

void plan_interrupt(void)
{
    interrupted = true;
    provider_wind_down();
    provision_interrupt();
}

bool plan_is_interrupted(void)
{
    return interrupted;
}

Text reason_text(Reason reason)
{
    static const char *const texts[] = {
        [REASON_NONE] = "",
        [REASON_REPLACE_CANNOT_UPDATE] = "replace_because_cannot_update",
        [REASON_REPLACE_TAINTED] = "replace_because_tainted",
        [REASON_REPLACE_BY_REQUEST] = "replace_by_request",
        [REASON_REPLACE_BY_TRIGGERS] = "replace_by_triggers",
        [REASON_DELETE_NO_RESOURCE_CONFIG] = "delete_because_no_resource_config",
        [REASON_DELETE_WRONG_REPETITION] = "delete_because_wrong_repetition",
        [REASON_DELETE_COUNT_INDEX] = "delete_because_count_index",
        [REASON_DELETE_EACH_KEY] = "delete_because_each_key",
        [REASON_DELETE_NO_MODULE] = "delete_because_no_module",
        [REASON_DELETE_NO_MOVE_TARGET] = "delete_because_no_move_target",
        [REASON_READ_CONFIG_UNKNOWN] = "read_because_config_unknown",
        [REASON_READ_DEPENDENCY_PENDING] = "read_because_dependency_pending",
        [REASON_READ_CHECK_NESTED] = "read_because_check_nested",
    };

    return text_of(texts[reason]);
}

/* --- shared by the parts ------------------------------------------------------------------- */

Change *planner_change(Planner *planner, Address address, Text deposed,
                       ProviderConfiguration *provider, const Schema *schema, Action action)
{
    Change *change = arena_new(planner->arena, Change);

    change->address = address;
    change->name = address_text(planner->arena, address);
    if (deposed.length == 0 && planner->request->mode != PLAN_DESTROY)
        change->previous_name = moved_from(&planner->moves, change->name);
    change->deposed = deposed;
    change->provider = provider->name;
    change->kind = provider->kind;
    change->schema = schema;
    change->action = action;
    list_add(planner->arena, &planner->plan->changes, change);
    if (deposed.length == 0)
        triggers_note(planner, change);
    return change;
}

void planner_complete(Planner *planner, ConfigBlock *block)
{
    list_add(planner->arena, &planner->completed, block->vertex);
}

/* --- the walk ------------------------------------------------------------------------------ */

/* A destroy pulls only what the providers' configurations need: counts and outputs may refer to
 * what is gone. */
static bool is_evaluated(const Planner *planner, const ConfigBlock *block)
{
    if (planner->request->mode == PLAN_DESTROY &&
        (block->kind != BLOCK_VARIABLE || block->module->parent))
        return false;
    return !planner->targeted || planner->targeted[block->vertex->index];
}

static bool has_failed(const Planner *planner, Text variable)
{
    for (size_t i = 0; i < planner->failed_variables.count; i++)
        if (text_equal(planner->failed_variables.items[i], variable))
            return true;
    return false;
}

static bool is_failed_variable(const Planner *planner, const ConfigBlock *block)
{
    return block->kind == BLOCK_VARIABLE && !block->module->parent &&
           has_failed(planner, ((const Variable *)block->written)->name);
}

static void evaluate_everywhere(Planner *planner, const ConfigBlock *block)
{
    ModuleInstanceList instances = evaluator_instances(planner->evaluator, block->module);

    for (size_t i = 0; i < instances.count; i++) {
        if (block->kind == BLOCK_VARIABLE)
            (void)evaluate_variable(instances.items[i], ((const Variable *)block->written)->name);
        else if (block->kind == BLOCK_LOCAL)
            (void)evaluate_local(instances.items[i], ((const Local *)block->written)->name);
        else if (block->kind == BLOCK_OUTPUT)
            (void)evaluate_output(instances.items[i], block->written);
        else if (block->kind == BLOCK_CHECK)
            evaluate_check(instances.items[i], block->written);
        else
            (void)evaluate_expansion(instances.items[i], block->written);
    }
}

static void setup_provider(Planner *planner, ProviderConfiguration *provider)
{
    provider_setup(provider, planner->evaluator, planner->request->exchange, true, planner->diags);
    refresh_start(planner, provider);
}

static bool is_planned(const Planner *planner, const ConfigBlock *block)
{
    return block->schema && block->provider && !block->provider->failed &&
           planner->request->mode != PLAN_DESTROY &&
           (!planner->targeted || planner->targeted[block->vertex->index]);
}

/* The reads of its objects have ended: true when it is planned, false when more reads are under
 * way. */
static bool continue_resource(Planner *planner, ConfigBlock *block)
{
    if (block_resource(block)->mode == MODE_DATA)
        return plan_data(planner, block);
    if (!block->provider->provider)
        diag_error(
            planner->diags, block_resource(block)->range, "Provider configuration is not known yet",
            "The configuration of " TEXT_FMT " depends on values that are only known after apply. "
            "Apply what they come from first, with -target.",
            TEXT(block->provider->name));
    else
        plan_resource(planner, block);
    return true;
}

static bool start_vertex(void *user, Vertex *vertex)
{
    Planner *planner = user;
    ConfigBlock *block = vertex->subject;
    size_t errors = planner->diags->error_count;
    bool done = true;

    switch (block->kind) {
    case BLOCK_VARIABLE:
    case BLOCK_LOCAL:
    case BLOCK_OUTPUT:
    case BLOCK_EXPAND:
    case BLOCK_CHECK:
        if (is_evaluated(planner, block) && !is_failed_variable(planner, block))
            evaluate_everywhere(planner, block);
        break;
    case BLOCK_PROVIDER:
        setup_provider(planner, block->provider);
        break;
    case BLOCK_RESOURCE:
        if (is_planned(planner, block)) {
            bool managed = block_resource(block)->mode == MODE_MANAGED;
            bool waits;

            if (managed && !imports_start(planner, block))
                break;
            waits = managed && refresh_wait(planner, block) > 0;

            block->started = !waits;
            done = !waits && continue_resource(planner, block);
        }
        break;
    case BLOCK_DEPENDS:
    case BLOCK_CLOSE:
    case BLOCK_CHECKS:
        break;
    }
    if (done)
        vertex->failed = planner->diags->error_count > errors || is_failed_variable(planner, block);
    return done;
}

/* Waits until a block's reads have ended and it is planned. */
static Vertex *finish_vertex(void *user)
{
    Planner *planner = user;

    for (;;) {
        Vertex *vertex;
        ConfigBlock *block;
        size_t errors;

        while (planner->next_completed == planner->completed.count)
            (void)loop_run_once(exchange_loop(planner->request->exchange));
        vertex = planner->completed.items[planner->next_completed++];
        block = vertex->subject;
        errors = planner->diags->error_count;
        if (block->started) /* a data source's own reads were what it waited for */
            return vertex;
        block->started = true;
        if (continue_resource(planner, block)) {
            vertex->failed = planner->diags->error_count > errors;
            return vertex;
        }
    }
}

static bool is_stopped(void *user)
{
    (void)user;
    return interrupted;
}

/* --- outputs ------------------------------------------------------------------------------- */

static Action output_action(Value before, Value after, bool had, bool is_configured)
{
    if (!had)
        return value_is_null(after) ? ACTION_NONE : ACTION_CREATE;
    if (!is_configured)
        return ACTION_DELETE;
    return value_is_wholly_known(after) && value_same(before, after) ? ACTION_NONE : ACTION_UPDATE;
}

static void add_output(Planner *planner, Text name, const Output *output)
{
    const StateOutput *prior = state_output(planner->plan->prior, name);
    OutputChange change = { .name = name,
                            .before = prior ? prior->value : value_null(type_dynamic),
                            .after = value_null(type_dynamic) };

    if (output && planner->request->mode != PLAN_DESTROY)
        change.after = evaluate_output(planner->evaluator->root, output);
    change.sensitive = (prior && prior->sensitive) || (output && output->sensitive);
    change.action = output_action(change.before, change.after, prior != NULL,
                                  output && planner->request->mode != PLAN_DESTROY);
    list_add(planner->arena, &planner->plan->outputs, change);
}

static int compare_outputs(const void *a, const void *b)
{
    return text_compare(((const OutputChange *)a)->name, ((const OutputChange *)b)->name);
}

/* One that refers to what failed, or is outside the targets, is not in the plan. */
static bool is_output_planned(const Planner *planner, const Output *output)
{
    const ConfigBlock *block = config_graph_output(planner->graph, output->name);

    return !block || (!block->vertex->failed &&
                      (!planner->targeted || planner->targeted[block->vertex->index]));
}

static void plan_outputs(Planner *planner)
{
    const Module *root = planner->request->root;

    if (planner->targeted && planner->request->mode == PLAN_DESTROY)
        return;
    for (size_t i = 0; i < root->outputs.count; i++)
        if (is_output_planned(planner, root->outputs.items[i]))
            add_output(planner, root->outputs.items[i]->name, root->outputs.items[i]);
    for (size_t i = 0; i < planner->plan->prior->outputs.count && !planner->targeted; i++)
        if (!module_output(root, planner->plan->prior->outputs.items[i].name))
            add_output(planner, planner->plan->prior->outputs.items[i].name, NULL);
    if (planner->plan->outputs.count > 1)
        qsort(planner->plan->outputs.items, planner->plan->outputs.count,
              sizeof *planner->plan->outputs.items, compare_outputs);
}

/* What will be forgotten goes on existing, and being paid for: that is said apart. */
static void warn_of_forgotten(Planner *planner)
{
    TextBuilder names = text_builder(planner->arena);

    for (size_t i = 0; i < planner->plan->changes.count; i++)
        if (planner->plan->changes.items[i]->action == ACTION_FORGET)
            text_add_format(&names, " - " TEXT_FMT "\n",
                            TEXT(planner->plan->changes.items[i]->name));
    if (names.length > 0)
        diag_warning(
            planner->diags, RANGE_NONE, "Some objects will no longer be managed by pipectl",
            "An apply of this plan forgets these objects, and does not delete them:\n" TEXT_FMT
            "\nAfter that only an import brings them back.",
            TEXT(text_built(&names)));
}

/* --- putting it together ------------------------------------------------------------------- */

/* An object that is referred to and was not planned: outside the targets, or it failed. */
static Value missing_object(void *user, const ModuleInstance *module, const Resource *resource,
                            Text name)
{
    Planner *planner = user;
    const Refresh *refresh = refresh_find(planner, name, TEXT_NONE);
    const Schema *schema;

    if (refresh && !refresh->failed && !value_is_null(refresh->read))
        return refresh->read;
    schema = resource_schema(resource, module->module, planner->diags);
    return value_unknown(schema ? schema->type : type_dynamic);
}

static void put_variables(Planner *planner)
{
    const Module *root = planner->request->root;
    const VariableInputList *inputs = &planner->request->variables;
    Value values = variables_values(planner->arena, root, inputs, &planner->failed_variables,
                                    &planner->plan->raw_variables, planner->diags);

    evaluator_put_given(planner->evaluator, inputs);
    for (size_t i = 0; i < root->variables.count; i++) {
        const Variable *variable = root->variables.items[i];
        Value value = value_unknown(variable->type);

        (void)value_member(values, variable->name, &value);
        evaluator_put_variable(planner->evaluator, variable->name, value);
        list_add(planner->arena, &planner->plan->variables, (ScopeName){ variable->name, value });
        if (variable->ephemeral && variable_input(inputs, variable->name))
            list_add(planner->arena, &planner->plan->ephemeral_given, variable->name);
    }
}

static int compare_changes(const void *a, const void *b)
{
    const Change *first = *(Change *const *)a, *second = *(Change *const *)b;
    int order = address_compare(first->address, second->address);

    return order != 0 ? order : text_compare(first->deposed, second->deposed);
}

static int compare_drift(const void *a, const void *b)
{
    return address_compare(((const Drift *)a)->address, ((const Drift *)b)->address);
}

/* Arrival decides nothing that a user sees. */
static void sort_plan(Plan *plan)
{
    if (plan->changes.count > 1)
        qsort(plan->changes.items, plan->changes.count, sizeof *plan->changes.items,
              compare_changes);
    if (plan->drift.count > 1)
        qsort(plan->drift.items, plan->drift.count, sizeof *plan->drift.items, compare_drift);
}

static void setup_early_providers(Planner *planner)
{
    for (size_t i = 0; i < planner->graph->providers.count; i++) {
        ProviderConfiguration *provider = planner->graph->providers.entries[i].value;

        if (provider->early)
            setup_provider(planner, provider);
    }
}

/* Data sources that are gone from the configuration are forgotten; the others are read anew. */
static void forget_data(Planner *planner)
{
    StateInstanceList instances = state_sorted(planner->plan->prior, planner->arena);

    for (size_t i = 0; i < instances.count; i++)
        if (instances.items[i]->address.mode == MODE_DATA)
            state_put(planner->plan->refreshed, instances.items[i]->address,
                      instances.items[i]->provider, NULL);
}

/* The state that everything starts from: what was adopted is in, moves are made, data sources are
 * read anew. */
static void begin_with_state(Planner *planner)
{
    Plan *plan = planner->plan;
    State *prior = state_copy(planner->arena, planner->request->state);

    planner->moves.arena = planner->arena;
    prior->keeps_facts = planner->request->store != NULL;
    moves_apply(&planner->moves, prior, planner->graph, planner->diags);
    plan->prior = prior;
    plan->refreshed = state_copy(planner->arena, prior);
    plan->refreshed->keeps_facts = prior->keeps_facts;
    memcpy(&plan->refreshed->facts, &prior->facts,
           sizeof prior->facts); /* a move reaches the journal before what follows it */
    forget_data(planner);
}

static void walk_configuration(Planner *planner)
{
    Walk walk = { .graph = planner->graph->graph,
                  .start = start_vertex,
                  .finish = finish_vertex,
                  .stopped = is_stopped,
                  .user = planner };

    size_t errors = planner->diags->error_count;

    recover_doubts(planner);
    if (planner->diags->error_count > errors)
        return;
    planner->removals = removals_of(planner->request->root, planner->arena);
    begin_with_state(planner);
    refresh_prepare(planner);
    if (planner->request->mode == PLAN_NORMAL && !imports_check(planner))
        return;
    setup_early_providers(planner);
    (void)walk_run(&walk);
    refresh_run_all(planner);
    recover_settle_read(planner);
    if (interrupted) {
        diag_error(planner->diags, RANGE_NONE, "Interrupted",
                   "The plan was interrupted before it was complete.");
        return;
    }
    if (planner->request->mode != PLAN_REFRESH_ONLY)
        plan_remaining_orphans(planner);
    plan_outputs(planner);
    if (planner->request->mode == PLAN_DESTROY)
        evaluator_forget_checks(planner->evaluator, !planner->targeted);
    planner->plan->check_results = evaluator_check_results(
        planner->evaluator, planner->request->mode != PLAN_DESTROY && !planner->targeted);
}

static Planner *planner_make(const PlanMakeRequest *request, Diags *diags)
{
    Planner *planner = arena_new(request->arena, Planner);
    Plan *plan = arena_new(request->arena, Plan);

    planner->request = request;
    planner->arena = plan->arena = request->arena;
    planner->plan = plan;
    planner->diags = diags;
    plan->mode = request->mode;
    plan->root = request->root;
    plan->prior = request->state;
    plan->refreshed = request->state;
    plan->targets = request->targets;
    plan->workspace = request->workspace;
    plan->time = clock_now();
    plan->complete = true;
    plan->check_results = request->state->check_results;
    planner->evaluator = evaluator_make(request->arena, request->root, request->workspace, diags);
    planner->evaluator->time = plan->time;
    planner->evaluator->missing = missing_object;
    planner->evaluator->user = planner;
    return planner;
}

bool plan_check(Arena *arena, const Module *root, Diags *diags)
{
    bool removals = removals_check(root, arena, diags);

    return imports_check_constants(arena, root, diags) && removals;
}

bool plan_unconfigured(const PlanMakeRequest *request, UnconfiguredList *ret_list, Diags *diags)
{
    Planner *planner = planner_make(request, diags);
    size_t errors = diags->error_count;

    put_variables(planner);
    planner->graph = config_graph_make(planner->arena, request->root, diags);
    planner->homes = homes_make(planner->arena, planner->plan->prior);
    planner->plan->refreshed = state_copy(planner->arena, planner->plan->prior);
    return diags->error_count == errors && imports_read_unconfigured(planner, ret_list);
}

bool plan_import(const PlanMakeRequest *request, Address address, Text id, Diags *diags)
{
    Planner *planner = planner_make(request, diags);
    ImportTarget target = { .id = id,
                            .address = address,
                            .name = address_text(request->arena, address) };
    size_t errors = diags->error_count;

    put_variables(planner);
    planner->graph = config_graph_make(planner->arena, request->root, diags);
    planner->plan->refreshed = state_copy(planner->arena, planner->plan->prior);
    if (diags->error_count == errors)
        refresh_prepare(planner); /* what counts and keys refer to */
    return diags->error_count == errors && imports_run(planner, &target);
}

Plan *plan_make(const PlanMakeRequest *request, Diags *diags)
{
    Planner *planner = planner_make(request, diags);
    size_t errors = diags->error_count, before_graph;

    put_variables(planner);
    before_graph = diags->error_count;
    planner->graph =
        request->graph ? request->graph : config_graph_make(planner->arena, request->root, diags);
    if (diags->error_count == before_graph) {
        target_note(planner);
        walk_configuration(planner);
    }
    sort_plan(planner->plan);
    warn_of_forgotten(planner);
    planner->plan->errored = diags->error_count > errors;
    return planner->plan;
}

ConfiguredProviderList plan_providers(const PlanMakeRequest *request, Diags *diags)
{
    Planner *planner = planner_make(request, diags);
    ConfiguredProviderList found = { 0 };

    put_variables(planner);
    planner->graph = config_graph_make(planner->arena, request->root, diags);
    setup_early_providers(planner);
    for (size_t i = 0; i < planner->graph->providers.count; i++) {
        const ProviderConfiguration *provider = planner->graph->providers.entries[i].value;

        if (provider->kind)
            list_add(request->arena, &found,
                     (ConfiguredProvider){ provider->name, provider->kind, provider->provider,
                                           provider->failed });
    }
    return found;
}

/* --- counting ------------------------------------------------------------------------------ */

bool change_is_something(const Change *change)
{
    return change->action != ACTION_NONE || change->previous_name.length > 0 ||
           change->import_id.length > 0;
}

bool plan_has_changes(const Plan *plan)
{
    for (size_t i = 0; i < plan->drift.count && plan->mode == PLAN_REFRESH_ONLY; i++)
        if (plan->drift.items[i].action != ACTION_NONE)
            return true;
    for (size_t i = 0; i < plan->changes.count; i++)
        if (change_is_something(plan->changes.items[i]))
            return true;
    for (size_t i = 0; i < plan->outputs.count; i++)
        if (plan->outputs.items[i].action != ACTION_NONE)
            return true;
    return false;
}

PlanCounts plan_count(const Plan *plan)
{
    PlanCounts counts = { 0 };

    for (size_t i = 0; i < plan->changes.count; i++) {
        Action action = plan->changes.items[i]->action;
        bool replaces = action == ACTION_REPLACE || action == ACTION_CREATE_THEN_DELETE;

        counts.import += plan->changes.items[i]->import_id.length > 0;
        counts.add += action == ACTION_CREATE || replaces;
        counts.change += action == ACTION_UPDATE;
        counts.destroy += action == ACTION_DELETE || replaces;
    }
    return counts;
}
