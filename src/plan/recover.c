/* Looking for lost creates: one operation a doubt, all at once. */
#include "recover.h"

#include "pipectl/value/json.h"

/* After a change until everybody sees it: twice the longest that services are known to lag behind.
 */
static const Nanoseconds visible_within = SECONDS(10);

static const Nanoseconds look_again_after = SECONDS(1);

typedef struct Recovery {
    Planner *planner;
    const JournalDoubt *doubt;
    ProviderConfiguration *provider;
    const Schema *schema;
} Recovery;

static void report_candidates(const Recovery *recovery, const OperationResult *result)
{
    TextBuilder builder = text_builder(recovery->planner->arena);

    for (size_t i = 0; i < result->candidate_count; i++)
        text_add_format(&builder, "%s" TEXT_FMT, i > 0 ? ", " : "", TEXT(result->candidates[i]));
    diag_error(recovery->planner->diags, RANGE_NONE, "Objects that cannot be told apart",
               "A run that died was making " TEXT_FMT
               ", and several objects may be the one: " TEXT_FMT ". None was adopted. "
               "Delete those that are not wanted, or all of them, and run this again.",
               TEXT(recovery->doubt->name), TEXT(text_built(&builder)));
}

static const InstanceObject *adopted_object(const Recovery *recovery, const OperationResult *result)
{
    Change keep = { .create_before_destroy = recovery->doubt->create_before_destroy,
                    .private_json = result->private_json,
                    .dependencies = recovery->doubt->dependencies };

    Value object = value_copy(recovery->planner->arena, result->object);

    return object_to_state(recovery->planner->arena, recovery->schema, object, false, &keep);
}

static void tell(const Recovery *recovery, const char *what, Text id)
{
    const PlanEvents *events = &recovery->planner->request->events;

    if (events->recovered)
        events->recovered(
            events->user, recovery->doubt->name,
            text_format(recovery->planner->arena, "%s [id=" TEXT_FMT "]", what, TEXT(id)));
}

static bool is_lost_create(const JournalDoubt *doubt)
{
    return text_is(doubt->action, "create");
}

static bool is_same_create(const JournalDoubt *a, const JournalDoubt *b)
{
    return is_lost_create(a) && is_lost_create(b) && text_equal(a->name, b->name) &&
           text_equal(a->deposed, b->deposed);
}

/* The object is in the state from now on, or it is known that there is none. Runs that died one
   after another may have begun it more than once. */
static void settle(Recovery *recovery, const InstanceObject *object)
{
    Planner *planner = recovery->planner;
    const JournalDoubtList *doubts = planner->request->doubts;

    if (object)
        state_put(planner->request->state, recovery->doubt->address, recovery->doubt->provider,
                  object);
    for (size_t i = 0; planner->request->store && i < doubts->count; i++)
        if (is_same_create(&doubts->items[i], recovery->doubt))
            store_resolve(planner->request->store, &doubts->items[i], object);
}

/* --- where nothing is found ----------------------------------------------------------------------
 */

/* Whether the plan will make it, under the same name, and the service then tells if there is one
 * after all. */
static bool is_made_again(const Recovery *recovery)
{
    const Planner *planner = recovery->planner;
    const JournalDoubt *doubt = recovery->doubt;
    const ProviderKind *kind = recovery->provider->kind;

    return planner->request->mode != PLAN_DESTROY &&
           config_graph_resource(planner->graph,
                                 address_config_text(planner->arena, doubt->address)) &&
           !(kind->needs_known_ids && kind->needs_known_ids(doubt->address.type));
}

static void start_recovery(Recovery *recovery);

static void look_again(void *user)
{
    Recovery *recovery = user;

    recovery->planner->reads--;
    start_recovery(recovery);
}

/* What a dead run sent may be carried out late, and what was made may be seen late. So what is made
   again stays in doubt until then, and everything else is looked for until nothing can come any
   more. */
static void take_absence(Recovery *recovery)
{
    Planner *planner = recovery->planner;

    if (!planner->request->store || is_made_again(recovery))
        return;
    if (clock_now() - recovery->doubt->time >= visible_within) {
        settle(recovery, NULL);
        return;
    }
    if (plan_is_interrupted())
        return;
    planner->reads++;
    loop_timer(exchange_loop(planner->request->exchange), clock_monotonic() + look_again_after,
               look_again, recovery);
}

/* --- looking
 * --------------------------------------------------------------------------------------- */

static void on_recovered(void *user, const OperationResult *result)
{
    Recovery *recovery = user;

    recovery->planner->reads--;
    if (!plan_is_interrupted()) /* that is said once, at the end */
        diags_append(recovery->planner->diags, result->diags, recovery->doubt->name);
    if (result->candidate_count > 1)
        report_candidates(recovery, result);
    else if (!result->failed && value_is_null(result->object))
        take_absence(recovery);
    else if (!result->failed) {
        settle(recovery, adopted_object(recovery, result));
        tell(recovery, "adopted: it was made by a run that died",
             recovery->provider->kind->id(recovery->doubt->address.type, result->object));
    }
}

/* What was planned, with what an answer had told on top: enough for a read. */
static Value known_object(const Recovery *recovery)
{
    Value json = value_is_null(recovery->doubt->identity) ? recovery->doubt->planned
                                                          : recovery->doubt->identity;
    Value planned, identity;
    ValueBuilder builder = value_builder(recovery->planner->arena);
    Text why;

    if (!schema_decode_state(recovery->schema, recovery->doubt->planned, recovery->planner->arena,
                             &planned, &why) ||
        !schema_decode_state(recovery->schema, json, recovery->planner->arena, &identity, &why))
        return value_null(recovery->schema->type);
    for (size_t i = 0; i < value_count(planned); i++) {
        Value named = value_at(identity, i);

        value_builder_put(&builder, value_key_at(planned, i),
                          value_is_null(named) ? value_at(planned, i) : named);
    }
    return value_built_object(&builder);
}

static void start_recovery(Recovery *recovery)
{
    const JournalDoubt *doubt = recovery->doubt;
    const ProviderKind *kind = recovery->provider->kind;
    ObjectRequest request = { .type = doubt->address.type,
                              .mode = MODE_MANAGED,
                              .address = doubt->name,
                              .done = on_recovered,
                              .user = recovery };
    Value known = known_object(recovery);
    Intent intent = { .time = doubt->time,
                      .known_ids = doubt->known_ids.items,
                      .known_id_count = doubt->known_ids.count,
                      .configuration = known };

    request.begun_before = true;
    recovery->planner->reads++;
    if (!value_is_null(doubt->identity) && !value_is_null(known))
        kind->read(recovery->provider->provider, &request, known);
    else
        kind->recover(recovery->provider->provider, &request, &intent);
}

/* Of several creates of one object the last is looked for. Of an update or delete the object is in
   the state: the refresh reads it. */
static bool is_looked_for(const JournalDoubtList *doubts, size_t index)
{
    for (size_t i = index + 1; i < doubts->count; i++)
        if (is_same_create(&doubts->items[i], &doubts->items[index]))
            return false;
    return is_lost_create(&doubts->items[index]) && !doubts->items[index].resolved;
}

static Recovery *prepare(Planner *planner, const JournalDoubt *doubt)
{
    Recovery *recovery = arena_new(planner->arena, Recovery);

    recovery->planner = planner;
    recovery->doubt = doubt;
    recovery->provider =
        config_graph_provider(planner->graph, doubt->provider, doubt->name, planner->diags);
    if (!recovery->provider)
        return NULL;
    recovery->schema =
        recovery->provider->kind->schema(MODE_MANAGED, doubt->address.type, planner->diags);
    provider_setup(recovery->provider, planner->evaluator, planner->request->exchange, true,
                   planner->diags);
    if (!recovery->provider->provider)
        diag_error(planner->diags, RANGE_NONE, "A lost object cannot be looked for",
                   "A run that died was making " TEXT_FMT
                   ", and its provider cannot be configured now. The journal is kept: run this "
                   "again when it can be.",
                   TEXT(doubt->name));
    return recovery->schema && recovery->provider->provider ? recovery : NULL;
}

void recover_doubts(Planner *planner)
{
    const JournalDoubtList *doubts = planner->request->doubts;

    for (size_t i = 0; doubts && i < doubts->count; i++) {
        const JournalDoubt *doubt = &doubts->items[i];
        Recovery *recovery = is_looked_for(doubts, i) ? prepare(planner, doubt) : NULL;

        if (recovery)
            start_recovery(recovery);
    }
    refresh_run_all(planner);
}

bool recover_needs_read(const Planner *planner, Text name)
{
    const JournalDoubtList *doubts = planner->request->doubts;

    for (size_t i = 0; doubts && i < doubts->count; i++)
        if (text_equal(doubts->items[i].name, name))
            return true;
    return false;
}

void recover_settle_read(Planner *planner)
{
    const JournalDoubtList *doubts = planner->request->doubts;

    for (size_t i = 0; planner->request->store && doubts && i < doubts->count; i++) {
        const JournalDoubt *doubt = &doubts->items[i];
        const Refresh *refresh = refresh_find(planner, doubt->name, doubt->deposed);
        const StateInstance *instance = state_find(planner->plan->refreshed, doubt->name);

        if (is_lost_create(doubt) || (refresh && refresh->failed))
            continue;
        store_resolve(planner->request->store, doubt,
                      instance && doubt->deposed.length == 0 ? instance->current : NULL);
    }
}

/* --- while it is made again
 * ------------------------------------------------------------------------ */

static bool is_open_create(const JournalDoubt *doubt, Text name)
{
    return is_lost_create(doubt) && !doubt->resolved && doubt->deposed.length == 0 &&
           text_equal(doubt->name, name);
}

bool recover_was_begun(const StateStore *store, Text name)
{
    const JournalDoubtList *doubts = store_doubts(store);

    for (size_t i = 0; i < doubts->count; i++)
        if (is_open_create(&doubts->items[i], name))
            return true;
    return false;
}

Value recover_begun_as(const StateStore *store, Text name, const Schema *schema, Value planned,
                       Arena *arena)
{
    const JournalDoubtList *doubts = store_doubts(store);
    Value object = value_null(schema->type);
    Text why;

    for (size_t i = 0; i < doubts->count; i++) {
        const JournalDoubt *doubt = &doubts->items[i];

        if (is_open_create(doubt, name) && !value_is_null(doubt->identity) &&
            text_equal(json_text(arena, doubt->planned), json_text(arena, planned)))
            schema_decode_state(schema, doubt->identity, arena, &object, &why);
    }
    return object;
}

void recover_end(StateStore *store, Text name)
{
    const JournalDoubtList *doubts = store_doubts(store);

    for (size_t i = 0; i < doubts->count; i++)
        if (is_open_create(&doubts->items[i], name))
            store_resolve(store, &doubts->items[i], NULL);
}
