/* Creates and updates: planned again with the values that are known by now, made, provisioned. */
#include "apply_work.h"
#include "planner.h"
#include "recover.h"

static void report_adoption(Work *work, Value object)
{
    const char *why = recover_was_begun(work->applier->request->store, work->change->name)
                          ? "it was made by a run that died"
                          : "the answer to its creation was lost";

    if (work_events(work)->recovered)
        work_events(work)->recovered(
            work_events(work)->user, work->change->name,
            text_format(work->applier->arena, "adopted: %s [id=" TEXT_FMT "]", why,
                        TEXT(work->change->kind->id(work->change->address.type, object))));
}

/* Something is still to be run before the object counts as made. */
static bool is_to_be_provisioned(const Work *work, const OperationResult *result)
{
    return !result->failed && work->vertex->half == ACTION_CREATE &&
           provision_is_needed(work->instance->resource, false);
}

/* What exists after a create or update, well or badly ended, as it goes into the state; NULL:
 * nothing. Tainted as long as it is not whole: a run that dies now leaves it so. */
static const InstanceObject *resulting_object(Work *work, const OperationResult *result)
{
    bool creates = work->vertex->half == ACTION_CREATE;
    Value value =
        value_is_null(result->object)
            ? value_null(work->change->schema->type)
            : instance_mark(work->instance, value_copy(work->applier->arena, result->object));

    if (value_is_null(value) && result->failed && !creates)
        value = work->change
                    ->before; /* nothing is known of what the update did: the next refresh tells */
    if (result->private_json.length > 0)
        work->change->private_json = text_copy(work->applier->arena, result->private_json);
    work->made = value;
    if (value_is_null(value))
        return NULL;
    return object_to_state(work->applier->arena, work->change->schema, value,
                           creates && (result->failed || is_to_be_provisioned(work, result)),
                           work->change);
}

static void end_making(Work *work, bool failed)
{
    size_t errors = work->applier->diags->error_count;

    if (!failed) {
        instance_check_postconditions(work->instance, work->made);
        work_count(work);
        work->change->done = true;
    }
    work_report_end(work, work->made, failed);
    work_finish(work, failed || work->applier->diags->error_count > errors);
}

static void on_provisioned(void *user, bool failed)
{
    Work *work = user;
    StateStore *store = work->applier->request->store;

    if (!failed) {
        state_untaint(store_state(store), work->change->name);
        store_changed(store);
    }
    end_making(work, failed);
}

static void provision_made(Work *work)
{
    ProvisionRequest request = { .change = work->change,
                                 .resource = work->instance->resource,
                                 .scope = &work->instance->scope,
                                 .self = work->made,
                                 .diags = work->applier->diags,
                                 .done = on_provisioned,
                                 .user = work };

    provision_run(work->applier->provisioning, &request);
}

static void go_on_after_making(void *user)
{
    Work *work = user;

    if (work->to_provision)
        provision_made(work);
    else
        end_making(work, work->failed);
}

/* Of what was begun by runs that died. */
static void end_recovery(Work *work)
{
    RecoverEnd end = { .store = work->applier->request->store,
                       .arena = work->applier->arena,
                       .diags = work->applier->diags,
                       .kind = work->change->kind,
                       .provider = work->provider->provider,
                       .schema = work->change->schema,
                       .name = work->change->name,
                       .object = work->made,
                       .done = go_on_after_making,
                       .user = work };

    recover_end(&end);
}

/* Nothing came in its place: what was to be replaced is the current object again. */
static void restore_replaced(Work *work)
{
    if (work->vertex->half != ACTION_CREATE || work->change->action != ACTION_CREATE_THEN_DELETE)
        return;
    state_restore(store_state(work->applier->request->store), work->change->name,
                  work->change->deposed);
    work->change->deposed = TEXT_NONE;
    store_changed(work->applier->request->store);
}

void work_made(void *user, const OperationResult *result)
{
    Work *work = user;
    Applier *applier = work->applier;
    const InstanceObject *object = resulting_object(work, result);

    diags_append_about(applier->diags, result->diags, work->change->name,
                       work->instance->resource->range);
    store_end(applier->request->store, work->record, object, result->failed && result->in_doubt);
    if (!object && !result->in_doubt)
        restore_replaced(work);
    if (result->adopted)
        report_adoption(work, work->made);
    if (!result->failed)
        evaluator_put_object(applier->evaluator, work->change->name, work->made);
    work->failed = result->failed;
    work->to_provision = is_to_be_provisioned(work, result);
    if (object && work->vertex->half == ACTION_CREATE)
        end_recovery(work);
    else
        go_on_after_making(work);
}

static void on_known_ids(void *user, const OperationResult *result)
{
    Work *work = user;

    diags_append(work->applier->diags, result->diags, work->change->name);
    if (result->failed) {
        restore_replaced(work);
        work_report_end(work, work->prior, true);
        work_finish(work, true);
        return;
    }
    for (size_t i = 0; i < result->candidate_count; i++)
        list_add(work->applier->arena, &work->known_ids,
                 text_copy(work->applier->arena, result->candidates[i]));
    work->knows_ids = true;
    work_begin(work);
}

/* What was promised in the plan must be kept: known parts may not change. */
static bool keeps_promise(Value promised, Value now)
{
    if (value_is_unknown(promised))
        return true;
    if (value_is_wholly_known(promised) || value_is_null(promised) || value_is_null(now) ||
        value_is_unknown(now))
        return value_same(promised, now);
    if (promised.type->kind == TYPE_SET)
        return true; /* elements with unknown parts cannot be told apart */
    if (value_count(promised) != value_count(now))
        return false;
    for (size_t i = 0; i < value_count(promised); i++)
        if (!keeps_promise(value_at(promised, i), value_at(now, i)))
            return false;
    return true;
}

static bool plan_again(Work *work)
{
    Applier *applier = work->applier;
    size_t errors = applier->diags->error_count;

    if (!instance_configure(work->instance))
        return false;
    work->planned = instance_ask(work->instance, work->prior).planned;
    if (applier->diags->error_count > errors)
        return false;
    if (keeps_promise(work->change->after, work->planned))
        return true;
    diag_add(applier->diags,
             (Diag){ .severity = SEVERITY_ERROR,
                     .summary = TEXT_LIT("Provider produced inconsistent final plan"),
                     .detail = TEXT_LIT(
                         "With the values that are known by now another change would be made than "
                         "the one that was planned. Nothing was done: make a new plan."),
                     .subject = work->change->resource->range,
                     .address = work->change->name });
    return false;
}

bool apply_make(Applier *applier, ApplyVertex *vertex)
{
    Work *work = work_make(applier, vertex);
    Change *change = vertex->change;

    work->provider = vertex->block->provider;
    work->prior = vertex->half == ACTION_CREATE ? value_null(change->schema->type)
                                                : value_unmarked(applier->arena, change->before);
    work->instance = apply_instance(applier, vertex->block, change);
    if (work->instance && vertex->half == ACTION_UPDATE) {
        work->instance->prior = work->prior;
        work->instance->region = change->region;
    }
    vertex->vertex->failed = !work->instance || !work->provider->provider || !plan_again(work);
    if (vertex->vertex->failed)
        return true;
    if (vertex->half == ACTION_UPDATE && value_same(work->planned, work->prior) &&
        !value_same(change->after, work->prior)) {
        evaluator_put_object(applier->evaluator, change->name, change->before);
        return true; /* turned out to be nothing: not announced, not counted */
    }
    work_announce(work);
    if (change->action == ACTION_CREATE_THEN_DELETE)
        change->deposed = state_depose(store_state(applier->request->store), change->name);
    if (vertex->half == ACTION_CREATE && change->kind->needs_known_ids &&
        change->kind->needs_known_ids(change->address.type)) {
        ObjectRequest request = work_request(work, on_known_ids);

        change->kind->list_ids(work->provider->provider, &request, work->planned);
    } else {
        work_begin(work);
    }
    return false;
}
