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

static void report_candidates(Arena *arena, Text name, const OperationResult *result, Diags *diags)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < result->candidate_count; i++)
        text_add_format(&builder, "%s" TEXT_FMT, i > 0 ? ", " : "", TEXT(result->candidates[i]));
    diag_error(diags, RANGE_NONE, "Objects that cannot be told apart",
               "A run that died was making " TEXT_FMT
               ", and several objects may be the one: " TEXT_FMT ". None was adopted. "
               "Delete those that are not wanted, or all of them, and run this again.",
               TEXT(name), TEXT(text_built(&builder)));
}

static const InstanceObject *adopted_object(Arena *arena, const JournalDoubt *doubt,
                                            const Schema *schema, const OperationResult *result)
{
    Change keep = { .create_before_destroy = doubt->create_before_destroy,
                    .private_json = result->private_json,
                    .dependencies = doubt->dependencies };

    return object_to_state(arena, schema, value_copy(arena, result->object), false, &keep);
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

static bool is_made_again(const Recovery *recovery)
{
    const Planner *planner = recovery->planner;

    return planner->request->mode != PLAN_DESTROY &&
           config_graph_resource(planner->graph,
                                 address_config_text(planner->arena, recovery->doubt->address));
}

/* Its name is its key: the service itself tells, when it is made again, whether there is one. */
static bool has_key(const Recovery *recovery)
{
    const ProviderKind *kind = recovery->provider->kind;

    return !(kind->needs_known_ids && kind->needs_known_ids(recovery->doubt->address.type));
}

static void start_recovery(Recovery *recovery);

static void look_again(void *user)
{
    Recovery *recovery = user;

    recovery->planner->reads--;
    start_recovery(recovery);
}

/* What a dead run sent may be carried out late, and what was made may be seen late. So what is made
   again stays in doubt until then, and what has no key, or is not made again, is looked for until
   nothing should come any more. */
static void take_absence(Recovery *recovery)
{
    Planner *planner = recovery->planner;

    if (!planner->request->store || (is_made_again(recovery) && has_key(recovery)))
        return;
    if (clock_now() - recovery->doubt->time >= visible_within) {
        if (!is_made_again(recovery))
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
        report_candidates(recovery->planner->arena, recovery->doubt->name, result,
                          recovery->planner->diags);
    else if (!result->failed && value_is_null(result->object))
        take_absence(recovery);
    else if (!result->failed) {
        settle(recovery,
               adopted_object(recovery->planner->arena, recovery->doubt, recovery->schema, result));
        tell(recovery, "adopted: it was made by a run that died",
             recovery->provider->kind->id(recovery->doubt->address.type, result->object));
    }
}

/* What was planned, with what an answer had told on top: enough for a read. */
static Value known_object(Arena *arena, const Schema *schema, const JournalDoubt *doubt)
{
    Value json = value_is_null(doubt->identity) ? doubt->planned : doubt->identity;
    Value planned, identity;
    ValueBuilder builder = value_builder(arena);
    Text why;

    if (!schema_decode_state(schema, doubt->planned, arena, &planned, &why) ||
        !schema_decode_state(schema, json, arena, &identity, &why))
        return value_null(schema->type);
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
    Value known = known_object(recovery->planner->arena, recovery->schema, doubt);
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

/* --- once it is made
 * ------------------------------------------------------------------------------- */

static void resolve_creates(const RecoverEnd *end, const JournalDoubt *found,
                            const InstanceObject *object)
{
    const JournalDoubtList *doubts = store_doubts(end->store);

    for (size_t i = 0; i < doubts->count; i++)
        if (is_open_create(&doubts->items[i], end->name))
            store_resolve(end->store, &doubts->items[i],
                          &doubts->items[i] == found ? object : NULL);
}

/* The first one: it knew the fewest, so its search finds what any of them has made. */
static const JournalDoubt *first_open_create(const RecoverEnd *end)
{
    const JournalDoubtList *doubts = store_doubts(end->store);

    for (size_t i = 0; i < doubts->count; i++)
        if (is_open_create(&doubts->items[i], end->name))
            return &doubts->items[i];
    return NULL;
}

static void on_looked_through(void *user, const OperationResult *result)
{
    const RecoverEnd *end = user;
    const JournalDoubt *doubt = first_open_create(end);

    diags_append(end->diags, result->diags, end->name);
    if (result->candidate_count > 1)
        report_candidates(end->arena, end->name, result, end->diags);
    else if (!result->failed)
        resolve_creates(end, doubt,
                        value_is_null(result->object)
                            ? NULL
                            : adopted_object(end->arena, doubt, end->schema, result));
    end->done(end->user);
}

static void look_through(const RecoverEnd *end, const JournalDoubt *doubt)
{
    TextList known_ids = { 0 };
    ObjectRequest request = { .type = doubt->address.type,
                              .mode = MODE_MANAGED,
                              .address = end->name,
                              .done = on_looked_through };
    Intent intent = { .time = doubt->time,
                      .configuration = known_object(end->arena, end->schema, doubt) };
    RecoverEnd *kept = arena_new(end->arena, RecoverEnd);

    for (size_t i = 0; i < doubt->known_ids.count; i++)
        list_add(end->arena, &known_ids, doubt->known_ids.items[i]);
    list_add(end->arena, &known_ids, end->kind->id(doubt->address.type, end->object));
    intent.known_ids = known_ids.items;
    intent.known_id_count = known_ids.count;
    *kept = *end;
    request.user = kept;
    end->kind->recover(end->provider, &request, &intent);
}

void recover_end(const RecoverEnd *end)
{
    const JournalDoubt *doubt = first_open_create(end);

    if (doubt && end->kind->needs_known_ids && end->kind->needs_known_ids(doubt->address.type)) {
        look_through(end, doubt);
        return;
    }
    resolve_creates(end, NULL, NULL);
    end->done(end->user);
}
