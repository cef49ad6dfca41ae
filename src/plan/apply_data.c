/* Data sources that had to wait for a change. */
#include "apply_work.h"
#include "planner.h"

static void on_data(void *user, const OperationResult *result)
{
    Work *work = user;
    Applier *applier = work->applier;
    Change keep = { 0 };
    Value value = value_null(work->change->schema->type);
    bool unread = result->failed && work->instance->resource->check;
    size_t errors = applier->diags->error_count;

    if (unread)
        evaluate_unread_check(work->instance->module, work->instance->resource, result->diags,
                              applier->diags);
    else
        diags_append_about(applier->diags, result->diags, work->change->name,
                           work->instance->resource->range);
    if (!result->failed || unread) {
        value = instance_mark(work->instance,
                              unread ? schema_with_unknown_computed(work->change->schema,
                                                                    work->instance->configuration,
                                                                    applier->arena)
                                     : value_copy(applier->arena, result->object));
        evaluator_put_object(applier->evaluator, work->change->name, value);
    }
    if (!result->failed) {
        state_put(store_state(applier->request->store), work->change->address,
                  work->change->provider,
                  object_to_state(applier->arena, work->change->schema, value, false, &keep));
        store_changed(applier->request->store);
        work->change->done = true;
        instance_check_postconditions(work->instance, value);
    }
    work_report_end(work, value, result->failed);
    work_finish(work, applier->diags->error_count > errors);
}

bool apply_read(Applier *applier, ApplyVertex *vertex)
{
    Work *work = work_make(applier, vertex);
    ObjectRequest request;

    work->provider = vertex->block->provider;
    work->instance = apply_instance(applier, vertex->block, vertex->change);
    work->prior = work->planned = value_null(vertex->change->schema->type);
    vertex->vertex->failed = !work->instance || !work->provider->provider;
    vertex->vertex->failed |= work->instance && !instance_configure(work->instance);
    if (vertex->vertex->failed)
        return true;
    work_announce(work);
    request = work_request(work, on_data);
    work->change->kind->read_data(work->provider->provider, &request,
                                  work->instance->configuration);
    return false;
}
