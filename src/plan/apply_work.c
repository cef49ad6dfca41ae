/* One half of a change on its way: told of, written down, sent, ended. */
#include "apply_work.h"
#include "recover.h"

#define PROGRESS_INTERVAL SECONDS(10)

Work *work_make(Applier *applier, ApplyVertex *vertex)
{
    Work *work = arena_new(applier->arena, Work);

    work->applier = applier;
    work->vertex = vertex;
    work->change = vertex->change;
    return work;
}

static void on_progress(void *user)
{
    Work *work = user;

    work->progress = loop_timer(exchange_loop(work->applier->request->exchange),
                                clock_monotonic() + PROGRESS_INTERVAL, on_progress, work);
    if (work_events(work)->apply_progress)
        work_events(work)->apply_progress(work_events(work)->user, work->change, work->vertex->half,
                                          clock_monotonic() - work->start);
}

void work_announce(Work *work)
{
    work->start = clock_monotonic();
    work->progress = loop_timer(exchange_loop(work->applier->request->exchange),
                                work->start + PROGRESS_INTERVAL, on_progress, work);
    if (work_events(work)->apply_start)
        work_events(work)->apply_start(work_events(work)->user, work->change, work->vertex->half);
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

    if (work_events(work)->retrying)
        work_events(work)->retrying(work_events(work)->user, work->change->name, why, wait);
}

static void on_call(void *user, Text service, Text operation)
{
    Work *work = user;

    if (work_events(work)->call)
        work_events(work)->call(work_events(work)->user, work->change->name, service, operation);
}

ObjectRequest work_request(Work *work, OperationDone *done)
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

void work_count(Work *work)
{
    ApplySummary *summary = &work->applier->summary;

    summary->added += work->vertex->half == ACTION_CREATE;
    summary->changed += work->vertex->half == ACTION_UPDATE;
    summary->destroyed += work->vertex->half == ACTION_DELETE;
}

void work_finish(Work *work, bool failed)
{
    Applier *applier = work->applier;

    loop_cancel(exchange_loop(applier->request->exchange), work->progress);
    work->vertex->vertex->failed = failed;
    list_add(applier->arena, &applier->completed, work->vertex->vertex);
}

void work_report_end(Work *work, Value object, bool failed)
{
    const PlanEvents *events = work_events(work);
    Nanoseconds took = clock_monotonic() - work->start;

    if (failed && events->apply_failed)
        events->apply_failed(events->user, work->change, work->vertex->half, took);
    if (!failed && events->apply_complete)
        events->apply_complete(events->user, work->change, work->vertex->half, took,
                               work->change->kind->id(work->change->address.type, object));
}

/* Writes down what is about to happen; it is sent after the sync that makes the record durable. */
void work_begin(Work *work)
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
    ObjectRequest request = work_request(work, deletes ? work_deleted : work_made);

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
bool apply_send_begun(Applier *applier)
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
            work_finish(works[i], true);
        } else if (store_is_durable(store, works[i]->record)) {
            send(works[i]);
        } else {
            list_add(applier->arena, &applier->begun, works[i]);
            kept++;
        }
    }
    return kept < count_begun;
}

static bool index_of_key(const Repetition *repetition, InstanceKey key, size_t *ret_index)
{
    for (size_t i = 0; i < repetition->count; i++)
        if (key_equal(repetition->keys[i], key)) {
            *ret_index = i;
            return true;
        }
    return false;
}

Instance *apply_instance(Applier *applier, ConfigBlock *block, const Change *change)
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
