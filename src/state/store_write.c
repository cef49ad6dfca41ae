/* store_write.c: replacing the state file, and the end of a store. */
#include "pipectl/state/statefile.h"
#include "store_parts.h"

/* --- when ----------------------------------------------------------------------------------- */

Nanoseconds store_due(const StateStore *store)
{
    /* A large state is written less often: at most a twentieth of the time goes into it. */
    Nanoseconds behind = store->write_took * 20;

    if (!store->changed || !store->settings.writable)
        return 0;
    return store->changed_at + (behind > SECONDS(1) ? behind : SECONDS(1));
}

void store_write_if_due(StateStore *store, Diags *diags)
{
    Nanoseconds due = store_due(store);

    if (due && clock_monotonic() >= due && !store_write(store, diags))
        store->changed_at = clock_monotonic(); /* and again, not at once */
}

/* --- the backup ----------------------------------------------------------------------------- */

static bool read_file(StateStore *store, Arena *arena, Text *ret_content, Diags *diags)
{
    bool exists = false;

    *ret_content = TEXT_NONE;
    if (store->lock)
        return lock_read(store->lock, arena, ret_content, diags);
    return file_read_optional(arena, store->settings.path, &exists, ret_content, diags);
}

/* The content before this run, once. */
static bool back_up(StateStore *store, Diags *diags)
{
    Text path = store->settings.backup;
    Arena scratch = { 0 };
    Text content;
    bool ok;

    if (store->backed_up || store->keep_backup || !store->file_exists || text_is(path, "-"))
        return true;
    if (!path.length)
        path = text_concat(&scratch, store->settings.path, TEXT_LIT(".backup"));
    ok = read_file(store, &scratch, &content, diags) && file_replace(path, content, 0600, diags);
    store->backed_up = ok;
    arena_free(&scratch);
    return ok;
}

/* --- the file ------------------------------------------------------------------------------- */

static void journal_snapshot(StateStore *store, Text sum, Text content)
{
    Arena scratch = { 0 };
    ValueBuilder builder = value_builder(&scratch);

    value_builder_put(&builder, TEXT_LIT("record"), value_string_raw(TEXT_LIT("snapshot")));
    value_builder_put(&builder, TEXT_LIT("serial"), value_integer(store->state->serial));
    value_builder_put(&builder, TEXT_LIT("state"), value_string_raw(sum));
    if (content.length)
        value_builder_put(&builder, TEXT_LIT("content"), value_string_raw(content));
    journal_add(store->journal, value_built_object(&builder));
    arena_free(&scratch);
}

static void journal_written(StateStore *store)
{
    Arena scratch = { 0 };
    ValueBuilder builder = value_builder(&scratch);

    value_builder_put(&builder, TEXT_LIT("record"), value_string_raw(TEXT_LIT("written")));
    journal_add(store->journal, value_built_object(&builder));
    journal_write(store->journal);
    arena_free(&scratch);
}

/* In place, once the journal holds the same content: what is half written can be completed from it. */
static bool rewrite(StateStore *store, Text content, Text sum, Diags *diags)
{
    if (!store_ensure_journal(store)) {
        diags_append(diags, &store->notes, TEXT_NONE);
        return false;
    }
    journal_snapshot(store, sum, content);
    return journal_sync(store->journal, diags) && lock_rewrite(store->lock, content, diags);
}

static bool replace(StateStore *store, Text content, Text sum, Diags *diags)
{
    FileReplaced replaced;

    /* Before the rename: afterwards nobody could tell which content the journal continues. */
    if (store->journal) {
        store_journal_facts(store);
        journal_snapshot(store, sum, TEXT_NONE);
        if (!journal_sync(store->journal, diags))
            return false;
    }
    if (!store->lock)
        return file_replace(store->settings.path, content, 0600, diags);
    replaced = lock_replace(store->lock, content, diags);
    if (replaced == FILE_NOT_REPLACEABLE)
        return rewrite(store, content, sum, diags);
    return replaced == FILE_REPLACED;
}

static void note_written(StateStore *store, Text sum, Digest body)
{
    store->file_exists = true;
    store->backed_up = true; /* what is there now is of this run */
    store->file_sum = text_copy(store->arena, sum);
    store->body_digest = body;
    store->state->facts.count = 0;
    if (store->journal)
        journal_written(store);
}

static bool write_text(StateStore *store, Arena *scratch, Diags *diags)
{
    State *state = store->state;
    int64_t serial = state->serial;
    Digest body, sum;
    Text text;

    state->serial++;
    text = statefile_text(scratch, state);
    body = digest_of(DIGEST_SHA256, statefile_body(text));
    sum = digest_of(DIGEST_SHA256, text);
    /* Same content, same serial: a plan saved yesterday must still apply today. */
    if (store->file_exists &&
        text_equal(digest_text(&body), digest_text(&store->body_digest))) {
        state->serial = serial;
        return true;
    }
    if (!back_up(store, diags) || !replace(store, text, digest_hex(scratch, &sum), diags)) {
        state->serial = serial;
        return false;
    }
    note_written(store, digest_hex(scratch, &sum), body);
    return true;
}

bool store_write(StateStore *store, Diags *diags)
{
    Nanoseconds start = clock_monotonic();
    Arena scratch = { 0 };
    bool ok = write_text(store, &scratch, diags);

    arena_free(&scratch);
    store->write_took = clock_monotonic() - start;
    store->changed &= !ok;
    return ok;
}

/* --- the end -------------------------------------------------------------------------------- */

static void report_unwritten(const StateStore *store, Diags *diags)
{
    if (store->journal)
        diag_error(diags, RANGE_NONE, "The state could not be written",
                   "What this run changed is safe in the journal \"" TEXT_FMT "\". Keep it beside the "
                   "state file: the next command takes it from there.",
                   TEXT(store->journal_path));
    else
        diag_error(diags, RANGE_NONE, "The state could not be written",
                   "\"" TEXT_FMT "\" is as it was before this command.", TEXT(store->settings.path));
}

bool store_close(StateStore *store, Diags *diags)
{
    bool ok = true;

    if (store->settings.writable && store->changed && !store_write(store, diags)) {
        report_unwritten(store, diags);
        ok = false;
    }
    /* The state says it all now: what an earlier run left is removed even if this one had nothing to add. */
    if (ok && store->settings.writable && store->journal_exists && !store->open_count &&
        store_ensure_journal(store)) {
        journal_remove(store->journal);
        store->journal = NULL;
    }
    if (store->journal)
        journal_close(store->journal);
    if (store->lock)
        lock_release(store->lock);
    diags_append(diags, &store->notes, TEXT_NONE);
    return ok;
}
