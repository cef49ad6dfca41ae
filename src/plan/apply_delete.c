/* Deletes, and objects that are only forgotten. */
#include "apply_work.h"
#include "planner.h"

static const Resource *configured_resource(const Work *work)
{
    const ConfigBlock *block = config_graph_resource(
        work->applier->config, address_config_text(work->applier->arena, work->change->address));

    return block ? block_resource(block) : NULL;
}

static bool is_tainted(const Work *work)
{
    const StateInstance *instance =
        state_find(store_state(work->applier->request->store), work->change->name);

    return instance && instance->current && instance->current->tainted;
}

/* Not what was never whole, and not what stands aside for its successor. */
static bool is_to_be_provisioned_before(const Work *work)
{
    const Resource *resource = configured_resource(work);

    return work->deposed.length == 0 && resource && provision_is_needed(resource, true) &&
           !is_tainted(work);
}

static void on_doomed_provisioned(void *user, bool failed)
{
    Work *work = user;

    if (!failed) {
        work_begin(work);
        return;
    }
    work_report_end(work, work->change->before, true);
    work_finish(work, true);
}

/* What is run before the object is destroyed; where that fails it stays. */
static void provision_doomed(Work *work)
{
    ProvisionRequest request = { .change = work->change,
                                 .resource = configured_resource(work),
                                 .scope = &work->scope,
                                 .self = work->change->before,
                                 .at_destroy = true,
                                 .diags = work->applier->diags,
                                 .done = on_doomed_provisioned,
                                 .user = work };

    work->scope =
        provision_destroy_scope(work->applier->evaluator, work->change->address, work->names);
    provision_run(work->applier->provisioning, &request);
}

void work_deleted(void *user, const OperationResult *result)
{
    Work *work = user;
    Applier *applier = work->applier;
    const InstanceObject *left = NULL;

    diags_append(applier->diags, result->diags, work->change->name);
    if (result->failed)
        left = object_to_state(applier->arena, work->change->schema, work->change->before, false,
                               work->change);
    store_end(applier->request->store, work->record, left, result->failed && result->in_doubt);
    work_report_end(work, work->change->before, result->failed);
    if (!result->failed)
        work_count(work);
    work_finish(work, result->failed);
}

bool apply_delete(Applier *applier, ApplyVertex *vertex)
{
    Work *work = work_make(applier, vertex);
    Change *change = vertex->change;

    work->provider = table_find(&applier->config->providers, change->provider);
    work->prior = value_unmarked(applier->arena, change->before);
    work->planned = value_null(change->schema->type);
    work->deposed = change->deposed;
    vertex->vertex->failed = !work->provider || !work->provider->provider;
    if (vertex->vertex->failed)
        return true;
    work_announce(work);
    if (is_to_be_provisioned_before(work))
        provision_doomed(work);
    else
        work_begin(work);
    return false;
}

/* The object stays as it is, and the state knows it no longer. */
bool apply_forget(Applier *applier, const Change *change)
{
    State *state = store_state(applier->request->store);

    if (change->deposed.length > 0)
        state_remove_deposed(state, change->name, change->deposed);
    else
        state_put(state, change->address, change->provider, NULL);
    store_changed(applier->request->store);
    return true;
}
