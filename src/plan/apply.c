/* Carrying out a plan: each change is written down, made, and its result put into the state. */
#include "apply_graph.h"
#include "evaluate.h"
#include "husks.h"
#include "instance.h"
#include "planner.h"
#include "provision.h"
#include "recover.h"

#include "pipectl/graph/walk.h"

typedef struct Applier {
    Plan *plan;
    const ApplyRequest *request;
    Arena *arena;
    Diags *diags;
    Evaluator *evaluator;
    ConfigGraph *config;
    Provisioning *provisioning;
    Table changes;             /* instance name -> Change of its current object */
    Table outputs;             /* names of those in the plan: with targets not all are */
    LIST(struct Work *) begun; /* written down and not sent: sent after the next sync */
    VertexList completed;
    size_t next_completed;
    LoopTimer *write_timer;
    ApplySummary summary;
} Applier;

/* One half of a change, under way. */
typedef struct Work {
    Applier *applier;
    ApplyVertex *vertex;
    Change *change;
    ProviderConfiguration *provider;
    Instance *instance; /* creates and updates */
    Value prior;        /* without marks; null: none */
    Value planned;      /* null: delete */
    TextList known_ids;
    bool knows_ids; /* they were listed */
    int64_t record; /* of the journal */
    Text deposed;   /* the deposed object that a delete is about */
    Value made;     /* creates and updates: what came of it */
    ScopeName names[2];
    Scope scope; /* of provisioners before a delete */
    Nanoseconds start;
    LoopTimer *progress;
    bool failed; /* creates and updates, once they have ended */
    bool to_provision;
} Work;

#define PROGRESS_INTERVAL SECONDS(10)

/* --- events -------------------------------------------------------------------------------- */

static const PlanEvents *events_of(const Work *work)
{
    return &work->applier->request->events;
}

static void on_progress(void *user)
{
    Work *work = user;

    work->progress = loop_timer(exchange_loop(work->applier->request->exchange),
                                clock_monotonic() + PROGRESS_INTERVAL, on_progress, work);
    if (events_of(work)->apply_progress)
        events_of(work)->apply_progress(events_of(work)->user, work->change, work->vertex->half,
                                        clock_monotonic() - work->start);
}

static void announce(Work *work)
{
    work->start = clock_monotonic();
    work->progress = loop_timer(exchange_loop(work->applier->request->exchange),
                                work->start + PROGRESS_INTERVAL, on_progress, work);
    if (events_of(work)->apply_start)
        events_of(work)->apply_start(events_of(work)->user, work->change, work->vertex->half);
}

static void on_identity(void *user, Value object)
{
    Work *work = user;

    store_identity(work->applier->request->store, work->record,
                   object_known_json(work->applier->arena, work->change->schema, object));
}

static Safety on_safety(void *user)
{
    Work *work = user;
    StateStore *store = work->applier->request->store;

    if (store_is_durable(store, work->record))
        return SAFE;
    return store_sync(store, work->applier->diags) ? NOT_YET_SAFE : NEVER_SAFE;
}

static void on_retrying(void *user, Text why, Nanoseconds wait)
{
    Work *work = user;

    if (events_of(work)->retrying)
        events_of(work)->retrying(events_of(work)->user, work->change->name, why, wait);
}

static void on_call(void *user, Text service, Text operation)
{
    Work *work = user;

    if (events_of(work)->call)
        events_of(work)->call(events_of(work)->user, work->change->name, service, operation);
}

static ObjectRequest request_for(Work *work, OperationDone *done)
{
    return (ObjectRequest){ .type = work->change->address.type,
                            .mode = work->change->address.mode,
                            .address = work->change->name,
                            .region = value_is_null(work->prior) ? TEXT_NONE : work->change->region,
                            .private_json = work->change->private_json,
                            .events = { .user = work,
                                        .identity = on_identity,
                                        .safety = on_safety,
                                        .call = on_call,
                                        .retrying = on_retrying },
                            .done = done,
                            .user = work };
}

static void count(Work *work)
{
    ApplySummary *summary = &work->applier->summary;

    summary->added += work->vertex->half == ACTION_CREATE;
    summary->changed += work->vertex->half == ACTION_UPDATE;
    summary->destroyed += work->vertex->half == ACTION_DELETE;
}

/* --- ending ---------------------------------------------------------------------------------- */

static void finish_work(Work *work, bool failed)
{
    Applier *applier = work->applier;

    loop_cancel(exchange_loop(applier->request->exchange), work->progress);
    work->vertex->vertex->failed = failed;
    list_add(applier->arena, &applier->completed, work->vertex->vertex);
}

static void report_end(Work *work, Value object, bool failed)
{
    const PlanEvents *events = events_of(work);
    Nanoseconds took = clock_monotonic() - work->start;

    if (failed && events->apply_failed)
        events->apply_failed(events->user, work->change, work->vertex->half, took);
    if (!failed && events->apply_complete)
        events->apply_complete(events->user, work->change, work->vertex->half, took,
                               work->change->kind->id(work->change->address.type, object));
}

static void report_adoption(Work *work, Value object)
{
    const char *why = recover_was_begun(work->applier->request->store, work->change->name)
                          ? "it was made by a run that died"
                          : "the answer to its creation was lost";

    if (events_of(work)->recovered)
        events_of(work)->recovered(
            events_of(work)->user, work->change->name,
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
        count(work);
        work->change->done = true;
    }
    report_end(work, work->made, failed);
    finish_work(work, failed || work->applier->diags->error_count > errors);
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

static void on_made(void *user, const OperationResult *result)
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

static void on_deleted(void *user, const OperationResult *result)
{
    Work *work = user;
    Applier *applier = work->applier;
    const InstanceObject *left = NULL;

    diags_append(applier->diags, result->diags, work->change->name);
    if (result->failed)
        left = object_to_state(applier->arena, work->change->schema, work->change->before, false,
                               work->change);
    store_end(applier->request->store, work->record, left, result->failed && result->in_doubt);
    report_end(work, work->change->before, result->failed);
    if (!result->failed)
        count(work);
    finish_work(work, result->failed);
}

/* --- beginning ------------------------------------------------------------------------------- */

/* Writes down what is about to happen; it is sent after the sync that makes the record durable. */
static void begin(Work *work)
{
    static Arena scratch;
    ArenaMark mark = arena_mark(&scratch);
    Applier *applier = work->applier;
    static const char *const words[] = {
        [ACTION_CREATE] = "create", [ACTION_UPDATE] = "update", [ACTION_DELETE] = "delete"
    };
    const Schema *schema = work->change->schema;
    StoreIntent intent = { .address = work->change->address,
                           .provider = work->change->provider,
                           .deposed = work->deposed,
                           .action = text_of(words[work->vertex->half]),
                           .planned = object_known_json(&scratch, schema, work->planned),
                           .prior = object_known_json(&scratch, schema, work->prior),
                           .known_ids = work->known_ids,
                           .dependencies = work->change->dependencies,
                           .schema_version = schema->version,
                           .create_before_destroy = work->change->create_before_destroy };

    work->record = store_begin(applier->request->store, &intent);
    arena_rewind(&scratch, mark);
    list_add(applier->arena, &applier->begun, work);
}

static void send(Work *work)
{
    bool deletes = value_is_null(work->planned);
    ObjectRequest request = request_for(work, deletes ? on_deleted : on_made);

    Value configuration = deletes ? work->planned : work->instance->configuration;
    Intent intent = { .known_ids = work->known_ids.items, .known_id_count = work->known_ids.count };

    request.begun_before = recover_was_begun(work->applier->request->store, work->change->name);
    if (request.begun_before)
        request.begun_as = recover_begun_as(
            work->applier->request->store, work->change->name, work->change->schema,
            object_known_json(work->applier->arena, work->change->schema, work->planned),
            work->applier->arena);
    if (work->knows_ids)
        request.intent = &intent;
    work->change->kind->apply(work->provider->provider, &request, work->prior, work->planned,
                              configuration);
}

/* Everything that was begun becomes durable with one sync, then goes out; what is not durable yet
   waits for the loop. False: nothing could be done. */
static bool send_begun(Applier *applier)
{
    StateStore *store = applier->request->store;
    size_t count_begun = applier->begun.count, kept = 0;
    struct Work **works = applier->begun.items;
    bool ok;

    if (count_begun == 0)
        return false;
    applier->begun.items = NULL;
    applier->begun.count = applier->begun.capacity = 0;
    ok = store_sync(store, applier->diags);
    for (size_t i = 0; i < count_begun; i++) {
        if (!ok) {
            finish_work(works[i], true);
        } else if (store_is_durable(store, works[i]->record)) {
            send(works[i]);
        } else {
            list_add(applier->arena, &applier->begun, works[i]);
            kept++;
        }
    }
    return kept < count_begun;
}

static void on_known_ids(void *user, const OperationResult *result)
{
    Work *work = user;

    diags_append(work->applier->diags, result->diags, work->change->name);
    if (result->failed) {
        restore_replaced(work);
        report_end(work, work->prior, true);
        finish_work(work, true);
        return;
    }
    for (size_t i = 0; i < result->candidate_count; i++)
        list_add(work->applier->arena, &work->known_ids,
                 text_copy(work->applier->arena, result->candidates[i]));
    work->knows_ids = true;
    begin(work);
}

/* --- creates and updates -----------------------------------------------------------------------
 */

static bool index_of_key(const Repetition *repetition, InstanceKey key, size_t *ret_index)
{
    for (size_t i = 0; i < repetition->count; i++)
        if (key_equal(repetition->keys[i], key)) {
            *ret_index = i;
            return true;
        }
    return false;
}

static Instance *find_instance(Applier *applier, ConfigBlock *block, const Change *change)
{
    ModuleInstance *module = evaluator_instance(applier->evaluator, change->address.module);
    const Repetition *repetition =
        module ? evaluate_repetition(module, block_resource(block)) : NULL;
    size_t index;

    if (repetition && index_of_key(repetition, change->address.key, &index))
        return instance_make(applier->arena, block, module, repetition, index, applier->diags);
    diag_error(applier->diags, block_resource(block)->range, "Instance is gone",
               TEXT_FMT
               " was planned, and the configuration does not have it any more. Make a new plan.",
               TEXT(change->name));
    return NULL;
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

static bool start_make(Applier *applier, ApplyVertex *vertex)
{
    Work *work = arena_new(applier->arena, Work);
    Change *change = vertex->change;

    work->applier = applier;
    work->vertex = vertex;
    work->change = change;
    work->provider = vertex->block->provider;
    work->prior = vertex->half == ACTION_CREATE ? value_null(change->schema->type)
                                                : value_unmarked(applier->arena, change->before);
    work->instance = find_instance(applier, vertex->block, change);
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
    announce(work);
    if (change->action == ACTION_CREATE_THEN_DELETE)
        change->deposed = state_depose(store_state(applier->request->store), change->name);
    if (vertex->half == ACTION_CREATE && change->kind->needs_known_ids &&
        change->kind->needs_known_ids(change->address.type)) {
        ObjectRequest request = request_for(work, on_known_ids);

        change->kind->list_ids(work->provider->provider, &request, work->planned);
    } else {
        begin(work);
    }
    return false;
}

/* --- deletes ------------------------------------------------------------------------------------
 */

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
        begin(work);
        return;
    }
    report_end(work, work->change->before, true);
    finish_work(work, true);
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

static bool start_delete(Applier *applier, ApplyVertex *vertex)
{
    Work *work = arena_new(applier->arena, Work);
    Change *change = vertex->change;

    work->applier = applier;
    work->vertex = vertex;
    work->change = change;
    work->provider = table_find(&applier->config->providers, change->provider);
    work->prior = value_unmarked(applier->arena, change->before);
    work->planned = value_null(change->schema->type);
    work->deposed = change->deposed;
    vertex->vertex->failed = !work->provider || !work->provider->provider;
    if (vertex->vertex->failed)
        return true;
    announce(work);
    if (is_to_be_provisioned_before(work))
        provision_doomed(work);
    else
        begin(work);
    return false;
}

/* The object stays as it is, and the state knows it no longer. */
static bool forget(Applier *applier, const Change *change)
{
    State *state = store_state(applier->request->store);

    if (change->deposed.length > 0)
        state_remove_deposed(state, change->name, change->deposed);
    else
        state_put(state, change->address, change->provider, NULL);
    store_changed(applier->request->store);
    return true;
}

/* --- data sources that had to wait
 * ---------------------------------------------------------------- */

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
    report_end(work, value, result->failed);
    finish_work(work, applier->diags->error_count > errors);
}

static bool start_read(Applier *applier, ApplyVertex *vertex)
{
    Work *work = arena_new(applier->arena, Work);
    ObjectRequest request;

    work->applier = applier;
    work->vertex = vertex;
    work->change = vertex->change;
    work->provider = vertex->block->provider;
    work->instance = find_instance(applier, vertex->block, vertex->change);
    work->prior = work->planned = value_null(vertex->change->schema->type);
    vertex->vertex->failed = !work->instance || !work->provider->provider;
    vertex->vertex->failed |= work->instance && !instance_configure(work->instance);
    if (vertex->vertex->failed)
        return true;
    announce(work);
    request = request_for(work, on_data);
    work->change->kind->read_data(work->provider->provider, &request,
                                  work->instance->configuration);
    return false;
}

/* --- the walk ----------------------------------------------------------------------------------
 */

/* What stays as it is, is looked at again where it has conditions: what they refer to may be new.
 */
static bool check_kept(Applier *applier, ApplyVertex *vertex)
{
    Instance *instance = find_instance(applier, vertex->block, vertex->change);
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
        return start_make(applier, vertex);
    case ACTION_READ:
        return start_read(applier, vertex);
    case ACTION_FORGET:
        return forget(applier, vertex->change);
    default:
        return start_delete(applier, vertex);
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
        bool sent = send_begun(applier);

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
