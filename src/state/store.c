/* store.c: recording changes, in the journal and in the state. */
#include "store_parts.h"

#include "object.h"

#include <unistd.h>

/* The place that a begun change is about. */
typedef struct Intent {
    int64_t number;
    Address address;
    Text provider, deposed;
    int64_t position; /* of its record in the journal */
} Intent;

State *store_state(StateStore *store)
{
    return store->state;
}

const JournalDoubtList *store_doubts(const StateStore *store)
{
    return &store->doubts;
}

bool store_exists(const StateStore *store)
{
    return store->file_exists;
}

void store_changed(StateStore *store)
{
    if (!store->changed)
        store->changed_at = clock_monotonic();
    store->changed = true;
    if (store->journal)
        store_journal_facts(store);
}

void store_replace(StateStore *store, State *state)
{
    state->lineage = store->state->lineage;
    state->serial = store->state->serial;
    state->keeps_facts = store->settings.writable;
    store->state = state;
    store_changed(store);
}

void store_push(StateStore *store, State *state)
{
    store->state->facts.count = 0;
    store->state = state;
    state->keeps_facts = store->settings.writable;
    state->serial--; /* writing it counts one up again */
    store->body_digest.length = 0;
    store_changed(store);
}

/* --- records -------------------------------------------------------------------------------- */

/* A record is built in a scratch arena and queued as text. */
typedef struct Record {
    Arena arena;
    ValueBuilder builder;
} Record;

static void record_put(Record *record, const char *name, Value value)
{
    if (value.type && !value_is_null(value))
        value_builder_put(&record->builder, text_of(name), value);
}

static void record_put_text(Record *record, const char *name, Text text)
{
    if (text.length)
        record_put(record, name, value_string_raw(text));
}

static void record_begin(Record *record, const char *kind)
{
    record->arena = (Arena){ 0 };
    record->builder = value_builder(&record->arena);
    record_put_text(record, "record", text_of(kind));
}

static void record_put_time(Record *record, Nanoseconds time)
{
    record_put_text(record, "time", clock_rfc3339(&record->arena, time ? time : clock_now(), 3));
}

static void record_add(Record *record, StateStore *store)
{
    Value value = value_built_object(&record->builder);

    journal_add(store->journal, value);
    if (store_journal_is_away(store))
        store_note_record(store, value);
    store->added++;
    arena_free(&record->arena);
}

static void record_begin_numbered(Record *record, const char *kind, int64_t number)
{
    record_begin(record, kind);
    record_put(record, "number", value_integer(number));
}

void store_journal_facts(StateStore *store)
{
    static const char *const kinds[] = { "deposed", "moved", "removed", "removed_deposed",
                                          "untainted", "restored" };
    State *state = store->state;

    for (size_t i = 0; i < state->facts.count; i++) {
        const StateFact *fact = &state->facts.items[i];
        Record record;

        record_begin(&record, "fact");
        record_put_text(&record, "kind", text_of(kinds[fact->kind]));
        record_put_text(&record, "address", fact->name);
        record_put_text(&record, "key", fact->key);
        record_put_text(&record, "to", fact->to);
        record_add(&record, store);
    }
    state->facts.count = 0;
}

/* --- opening the journal -------------------------------------------------------------------- */

void store_add_run(StateStore *store)
{
    char host[256] = "";
    Record record;

    gethostname(host, sizeof host - 1);
    record_begin(&record, "run");
    record_put_text(&record, "run", store->run);
    record_put_text(&record, "host", text_of(host));
    record_put(&record, "pid", value_integer(getpid()));
    record_put_text(&record, "operation", store->settings.operation);
    record_put_text(&record, "lineage", store->state->lineage);
    record_put(&record, "serial", value_integer(store->state->serial));
    record_put_text(&record, "state", store->file_sum);
    if (store->keep_backup)
        record_put(&record, "restored", value_bool(true));
    record_put_time(&record, 0);
    record_add(&record, store);
}

/* What others wrote is now the content that the journal continues; so what came before it, and is
   still in doubt because of it, must be said again. */
static void repeat_doubts(StateStore *store)
{
    for (size_t i = 0; store->others_wrote && i < store->doubts.count; i++) {
        const JournalDoubt *doubt = &store->doubts.items[i];
        Record record;

        record_begin_numbered(&record, "identity", doubt->number);
        record_put(&record, "object", doubt->identity);
        record_add(&record, store);
        record_begin_numbered(&record, "end", doubt->number);
        record_put(&record, "doubt", value_bool(true));
        record_put(&record, "unchanged", value_bool(true));
        record_add(&record, store);
    }
}

bool store_ensure_journal(StateStore *store)
{
    if (store->journal)
        return true;
    if (store->journal_failed)
        return false;
    store->journal =
        store_journal_is_away(store)
            ? journal_open_text(store->arena, store->journal_content, store->journal_end)
            : store_open_journal(store);
    if (!store->journal) {
        store->journal_failed = true;
        return false;
    }
    store->journal_exists = true;
    store_add_run(store);
    repeat_doubts(store);
    store_journal_facts(store);
    return true;
}

/* --- changes -------------------------------------------------------------------------------- */

static Text intent_key(Arena *arena, int64_t number)
{
    return text_format(arena, "%lld", (long long)number);
}

static void remember_intent(StateStore *store, int64_t number, const StoreIntent *intent)
{
    Intent *remembered = arena_new(store->arena, Intent);

    *remembered = (Intent){ .number = number,
                            .address = intent->address,
                            .provider = intent->provider,
                            .deposed = intent->deposed };
    table_put(store->arena, &store->intents, intent_key(store->arena, number), remembered);
}

static Intent *find_intent(const StateStore *store, int64_t number)
{
    Arena scratch = { 0 };
    Intent *intent = table_find(&store->intents, intent_key(&scratch, number));

    arena_free(&scratch);
    return intent;
}

int64_t store_begin(StateStore *store, const StoreIntent *intent)
{
    int64_t number = ++store->last_number;
    Record record;

    remember_intent(store, number, intent);
    store->open_count++;
    if (!store_ensure_journal(store))
        return number;
    store_journal_facts(store);
    record_begin_numbered(&record, "begin", number);
    record_put_text(&record, "action", intent->action);
    record_put_text(&record, "address", address_text(&record.arena, intent->address));
    record_put_text(&record, "provider", intent->provider);
    record_put_text(&record, "deposed", intent->deposed);
    record_put(&record, "planned", intent->planned);
    record_put(&record, "prior", intent->prior);
    record_put(&record, "known_ids", object_texts_to_json(&record.arena, &intent->known_ids));
    record_put(&record, "dependencies", object_texts_to_json(&record.arena, &intent->dependencies));
    record_put(&record, "schema_version", value_integer(intent->schema_version));
    if (intent->create_before_destroy)
        record_put(&record, "create_before_destroy", value_bool(true));
    record_put_time(&record, intent->time);
    record_add(&record, store);
    find_intent(store, number)->position = store->added;
    return number;
}

bool store_sync(StateStore *store, Diags *diags)
{
    bool ok = !store->journal_failed && !store->uploads.failed;

    if (!ok) {
        diags_append(diags, &store->notes, TEXT_NONE);
        store->notes = diags_make(store->arena);
    } else if (store_journal_is_away(store)) {
        store->uploads.wanted = store->added;
        store_pump(store);
    } else if (store->journal) {
        ok = journal_sync(store->journal, diags);
        store->durable = store->added;
    }
    return ok;
}

bool store_is_durable(const StateStore *store, int64_t number)
{
    const Intent *intent = find_intent(store, number);

    return intent && intent->position <= store->durable;
}

void store_identity(StateStore *store, int64_t number, Value object)
{
    Intent *intent = find_intent(store, number);
    Record record;

    if (!store->journal)
        return;
    record_begin_numbered(&record, "identity", number);
    record_put(&record, "object", object);
    record_add(&record, store);
    if (intent)
        intent->position = store->added;
    if (store_journal_is_away(store)) {
        store->uploads.wanted = store->added;
        store_pump(store);
    } else if (journal_sync(store->journal, &store->notes)) {
        store->durable = store->added;
    } /* a failure is sticky: the next store_sync says so */
}

static void add_end(StateStore *store, int64_t number, const InstanceObject *object, Text deposed,
                    const char *flag)
{
    Record record;

    record_begin_numbered(&record, "end", number);
    if (object)
        record_put(&record, "object", object_to_json(&record.arena, object));
    record_put_text(&record, "deposed", deposed);
    if (flag)
        record_put(&record, flag, value_bool(true));
    if (flag && text_is(text_of(flag), "doubt") && !object)
        record_put(&record, "unchanged", value_bool(true));
    record_add(&record, store);
    journal_write(store->journal);
}

/* What exists now in a place of the state. Its own fact is in the end record already. */
static void put_object(StateStore *store, Address address, Text provider, Text deposed,
                       const InstanceObject *object)
{
    State *state = store->state;
    size_t facts = state->facts.count;

    if (!deposed.length)
        state_put(state, address, provider, object);
    else if (object)
        state_put_deposed(state, address, provider, deposed, object);
    else
        state_remove_deposed(state, address_text(store->arena, address), deposed);
    state->facts.count = facts;
}

void store_end(StateStore *store, int64_t number, const InstanceObject *object, bool in_doubt)
{
    Intent *intent = find_intent(store, number);

    if (!intent)
        return;
    table_remove_unordered(&store->intents, intent_key(store->arena, number));
    if (store->journal) {
        store_journal_facts(store);
        add_end(store, number, object, TEXT_NONE, in_doubt ? "doubt" : NULL);
    }
    if (!in_doubt)
        store->open_count--;
    if (!in_doubt || object)
        put_object(store, intent->address, intent->provider, intent->deposed, object);
    store_changed(store);
}

/* --- doubts --------------------------------------------------------------------------------- */

/* The deposed key under which a found object has to be kept, because another one has its place;
   empty when it has not. */
static Text place_of_found(StateStore *store, const JournalDoubt *doubt,
                           const InstanceObject *object)
{
    const StateInstance *instance = state_find(store->state, doubt->name);

    if (doubt->deposed.length || !object || !text_is(doubt->action, "create") || !instance ||
        !instance->current || object_is_same(object->attributes, instance->current->attributes))
        return doubt->deposed;
    return state_new_deposed_key(store->arena, instance);
}

static void mark_resolved(StateStore *store, int64_t number)
{
    for (size_t i = 0; i < store->doubts.count; i++)
        if (store->doubts.items[i].number == number)
            store->doubts.items[i].resolved = true;
}

void store_resolve(StateStore *store, const JournalDoubt *doubt, const InstanceObject *object)
{
    Text deposed = place_of_found(store, doubt, object);
    bool unchanged =
        !object && text_is(doubt->action, "create"); /* nothing was made, so nothing is removed */

    mark_resolved(store, doubt->number);
    if (store->settings.writable && store_ensure_journal(store)) {
        store_journal_facts(store);
        add_end(store, doubt->number, object, deposed, unchanged ? "unchanged" : "resolved");
    }
    if (store->open_count)
        store->open_count--;
    if (!unchanged)
        put_object(store, doubt->address, doubt->provider, deposed, object);
    if (deposed.length && !doubt->deposed.length)
        diag_warning(
            &store->notes, RANGE_NONE, "Two objects of one resource",
            "A run that was stopped had created " TEXT_FMT " (" TEXT_FMT "), and the state "
            "now has another object there. Both exist. The one of the stopped run is kept as "
            "a deposed object (%.8s): the next plan proposes to delete it.",
            TEXT(doubt->name), TEXT(object_identity(object->attributes)), deposed.bytes);
    store_changed(store);
}
