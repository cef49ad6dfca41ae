/*
 * store_home.c: a state that is not a file of this machine, and its journal.
 *
 * One write is under way at a time. The journal goes before everything else: what was begun waits
 * for it. The state goes when it is due, and a record that names its content goes before it, so
 * that whoever finds either of two states knows what of the journal it holds.
 *
 * The journal is one object that is written whole, so it must stay short: when the state is
 * written, it begins anew with what that state does not hold, which is what was begun and has not
 * ended, and what came since.
 */
#include "store_parts.h"

#include "pipectl/value/json.h"

bool store_journal_is_away(const StateStore *store)
{
    return store->settings.home && !store->settings.home->journal_path.length;
}

/* --- what the next journal has to hold ------------------------------------------------------- */

static Text number_key(Arena *arena, Value record)
{
    Value number = value_get(record, "number");

    return value_is_null(number) ? TEXT_NONE : value_to_text(arena, number);
}

void store_note_record(StateStore *store, Value record)
{
    Uploads *uploads = &store->uploads;
    Text kind = value_get_text(record, "record");
    Text key = number_key(store->arena, record);
    Text json = json_text(store->arena, record);
    TextList *records = table_find(&uploads->open, key);

    if (text_is(kind, "run"))
        return;
    if (uploads->snapshot.length)
        list_add(store->arena, &uploads->kept, json);
    if (text_is(kind, "begin") && !records) {
        records = arena_new(store->arena, TextList);
        table_put(store->arena, &uploads->open, key, records);
    }
    if (!records)
        return;
    if (text_is(kind, "end") && !value_is_true(value_get(record, "doubt")))
        table_remove(&uploads->open, key);
    else
        list_add(store->arena, records, json);
}

/* The state that was written holds what ended; the rest begins a new journal that continues it. */
static void begin_new_journal(StateStore *store)
{
    Uploads *uploads = &store->uploads;
    JournalEnd none = { 0 };

    if (!store->journal || store->doubts.count)
        return; /* with doubts of earlier runs it is kept whole */
    store->journal = journal_open_text(store->arena, TEXT_NONE, none);
    store_add_run(store);
    for (size_t i = 0; i < uploads->snapshot_open.count; i++)
        journal_add_json(store->journal, uploads->snapshot_open.items[i]);
    for (size_t i = 0; i < uploads->kept.count; i++)
        journal_add_json(store->journal, uploads->kept.items[i]);
}

static void remember_open(StateStore *store)
{
    Uploads *uploads = &store->uploads;

    uploads->kept.count = uploads->snapshot_open.count = 0;
    for (size_t i = 0; i < uploads->open.count; i++) {
        const TextList *records = uploads->open.entries[i].value;

        for (size_t k = 0; k < records->count; k++)
            list_add(store->arena, &uploads->snapshot_open, records->items[k]);
    }
}

/* --- failures ------------------------------------------------------------------------------- */

static void report_conflict(StateStore *store, const char *what)
{
    diag_error(
        &store->notes, RANGE_NONE, "Somebody else has written the state",
        "The %s of \"" TEXT_FMT "\" is not the one that this run has read or written last: another "
        "program writes it without holding its lock. It was not overwritten, and nothing more is "
        "created or changed.",
        what, TEXT(store->settings.path));
}

static void note_failure(StateStore *store, HomeOutcome outcome, const char *what, Text why)
{
    if (outcome == HOME_CONFLICT)
        report_conflict(store, what);
    else
        diag_error(&store->notes, RANGE_NONE, "Failed to write the state",
                   "The %s of \"" TEXT_FMT "\" could not be written: " TEXT_FMT, what,
                   TEXT(store->settings.path), TEXT(why));
}

/* --- the journal ---------------------------------------------------------------------------- */

static void on_journal_written(void *user, HomeOutcome outcome, Text why)
{
    StateStore *store = user;
    Uploads *uploads = &store->uploads;

    uploads->writing = false;
    arena_free(&uploads->journal_arena);
    if (outcome == HOME_DONE) {
        store->durable = uploads->sent;
    } else {
        note_failure(store, outcome, "journal", why);
        uploads->failed = true;
    }
    store_pump(store);
}

static void begin_journal(StateStore *store)
{
    StateHome *home = store->settings.home;
    Uploads *uploads = &store->uploads;

    uploads->writing = true;
    uploads->sent = store->added;
    home->write(home->self, TEXT_LIT(".journal"),
                text_copy(&uploads->journal_arena, journal_text(store->journal)),
                on_journal_written, store);
}

/* --- the state ------------------------------------------------------------------------------ */

static void note_state_written(StateStore *store)
{
    Uploads *uploads = &store->uploads;

    store->file_exists = true;
    store->file_sum = digest_hex(store->arena, &uploads->snapshot_sum);
    store->body_digest = uploads->snapshot_body;
    store->write_took = clock_monotonic() - uploads->snapshot_start;
    if (store_journal_is_away(store))
        begin_new_journal(store);
}

static void on_state_written(void *user, HomeOutcome outcome, Text why)
{
    StateStore *store = user;
    Uploads *uploads = &store->uploads;

    uploads->writing = false;
    if (outcome == HOME_DONE) {
        note_state_written(store);
    } else {
        note_failure(store, outcome, "content", why);
        uploads->failed = true;
    }
    uploads->snapshot = TEXT_NONE;
    arena_free(&uploads->state_arena);
    store_pump(store);
}

static void begin_state(StateStore *store)
{
    StateHome *home = store->settings.home;

    store->uploads.writing = true;
    store->uploads.snapshot_start = clock_monotonic();
    home->write(home->self, TEXT_NONE, store->uploads.snapshot, on_state_written, store);
}

/* The journal says which content comes, before it comes. */
static bool announce_snapshot(StateStore *store)
{
    Uploads *uploads = &store->uploads;
    Arena scratch = { 0 };
    bool ok = true;

    uploads->snapshot_at = 0;
    if (store->journal) {
        store_journal_facts(store);
        store_journal_snapshot(store, digest_hex(&scratch, &uploads->snapshot_sum), TEXT_NONE);
        if (store_journal_is_away(store))
            uploads->wanted = uploads->snapshot_at = store->added;
        else
            ok = journal_sync(store->journal, &store->notes);
    }
    store->state->facts.count = 0;
    arena_free(&scratch);
    return ok;
}

void store_begin_upload(StateStore *store)
{
    Uploads *uploads = &store->uploads;
    Text text;

    if (uploads->snapshot.length || uploads->failed)
        return;
    store->changed = false;
    if (!store_snapshot_text(store, &uploads->state_arena, &text, &uploads->snapshot_body)) {
        arena_free(&uploads->state_arena);
        return;
    }
    uploads->snapshot_sum = digest_of(DIGEST_SHA256, text);
    if (!announce_snapshot(store)) {
        uploads->failed = true;
        return;
    }
    uploads->snapshot = text;
    remember_open(store);
    store_pump(store);
}

/* --- one after another ---------------------------------------------------------------------- */

void store_pump(StateStore *store)
{
    Uploads *uploads = &store->uploads;

    if (uploads->writing || uploads->failed)
        return;
    if (store->journal && uploads->wanted > store->durable)
        begin_journal(store);
    else if (uploads->snapshot.length && uploads->snapshot_at <= store->durable)
        begin_state(store);
}

bool store_finish_uploads(StateStore *store)
{
    StateHome *home = store->settings.home;

    while (store->uploads.writing)
        if (!home->wait(home->self)) {
            store->uploads.failed = true;
            return false;
        }
    return !store->uploads.failed;
}

static void on_object_written(void *user, HomeOutcome outcome, Text why)
{
    StateStore *store = user;

    store->uploads.writing = false;
    store->uploads.failed = outcome != HOME_DONE;
    if (store->uploads.failed)
        note_failure(store, outcome, "journal", why);
}

bool store_put_object(StateStore *store, Text object, Text content)
{
    StateHome *home = store->settings.home;

    store->uploads.writing = true;
    home->write(home->self, object, content, on_object_written, store);
    return store_finish_uploads(store);
}
