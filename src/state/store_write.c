/* store_write.c: replacing the state file, and the end of a store. */
#include "pipectl/state/statefile.h"
#include "store_parts.h"

/* --- when ----------------------------------------------------------------------------------- */

Nanoseconds store_due(const StateStore *store)
{
    /* A large state is written less often: at most a twentieth of the time goes into it. */
    Nanoseconds behind = store->write_took * 20;

    if (!store->changed || !store->settings.writable || store->uploads.snapshot.length ||
        store->uploads.failed)
        return 0;
    return store->changed_at + (behind > SECONDS(1) ? behind : SECONDS(1));
}

void store_write_if_due(StateStore *store, Diags *diags)
{
    Nanoseconds due = store_due(store);

    if (store->settings.home) {
        if (due && clock_monotonic() >= due)
            store_begin_upload(store);
        return;
    }
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
    Text path = store->settings.backup, content;
    Arena scratch = { 0 };
    bool ok;

    if (store->backed_up || store->keep_backup || !store->file_exists || text_is(path, "-"))
        return true;
    ok = read_file(store, &scratch, &content, diags) &&
         (path.length ? file_replace(path, content, 0600, diags)
                      : store_replace_backup(store, content, diags));
    store->backed_up = ok;
    arena_free(&scratch);
    return ok;
}

/* --- the file ------------------------------------------------------------------------------- */

void store_journal_snapshot(StateStore *store, Text sum, Text content)
{
    Arena scratch = { 0 };
    ValueBuilder builder = value_builder(&scratch);

    value_builder_put(&builder, TEXT_LIT("record"), value_string_raw(TEXT_LIT("snapshot")));
    value_builder_put(&builder, TEXT_LIT("serial"), value_integer(store->state->serial));
    value_builder_put(&builder, TEXT_LIT("state"), value_string_raw(sum));
    if (content.length)
        value_builder_put(&builder, TEXT_LIT("content"), value_string_raw(content));
    journal_add(store->journal, value_built_object(&builder));
    store->added++;
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

/* In place, once the journal holds the same content: what is half written can be completed from it.
 */
static bool rewrite(StateStore *store, Text content, Text sum, Diags *diags)
{
    if (!store_ensure_journal(store)) {
        diags_append(diags, &store->notes, TEXT_NONE);
        return false;
    }
    store_journal_snapshot(store, sum, content);
    return journal_sync(store->journal, diags) &&
           (store->lock ? lock_rewrite(store->lock, content, diags)
                        : file_rewrite(store->settings.path, content, 0600, diags));
}

static bool replace(StateStore *store, Text content, Text sum, Diags *diags)
{
    FileReplaced replaced;

    /* Before the rename: afterwards nobody could tell which content the journal continues. */
    if (store->journal) {
        store_journal_facts(store);
        store_journal_snapshot(store, sum, TEXT_NONE);
        if (!journal_sync(store->journal, diags))
            return false;
    }
    replaced = store->lock ? lock_replace(store->lock, content, diags)
                           : file_try_replace(store->settings.path, content, 0600, diags);
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

bool store_snapshot_text(StateStore *store, Arena *arena, Text *ret_text, Digest *ret_body)
{
    store->state->serial++;
    *ret_text = statefile_text(arena, store->state);
    *ret_body = digest_of(DIGEST_SHA256, statefile_body(*ret_text));
    /* Same content, same serial: a plan saved yesterday must still apply today. */
    if (!store->file_exists || !text_equal(digest_text(ret_body), digest_text(&store->body_digest)))
        return true;
    store->state->serial--;
    return false;
}

static bool write_text(StateStore *store, Arena *scratch, Diags *diags)
{
    Digest body, sum;
    Text text;

    if (!store_snapshot_text(store, scratch, &text, &body))
        return true;
    sum = digest_of(DIGEST_SHA256, text);
    if (!back_up(store, diags) || !replace(store, text, digest_hex(scratch, &sum), diags)) {
        store->state->serial--;
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

/* What cannot go home is left here, as Terraform does it. */
static bool write_errored(StateStore *store, Diags *diags)
{
    static const Text path = TEXT_INIT("errored.tfstate");
    Arena scratch = { 0 };
    bool ok;

    store->state->serial++;
    ok = file_replace(path, statefile_text(&scratch, store->state), 0600, diags);
    store->state->serial--;
    arena_free(&scratch);
    return ok;
}

static void report_unwritten(StateStore *store, Diags *diags)
{
    if (store->settings.home && write_errored(store, diags))
        diag_error(
            diags, RANGE_NONE, "The state could not be written",
            "\"" TEXT_FMT "\" is not what it should be after this run. The state is in "
            "\"errored.tfstate\" in this folder: keep that file, and when the reason is mended, "
            "bring it there with \"pipectl state push errored.tfstate\".",
            TEXT(store->settings.path));
    else if (store->journal)
        diag_error(diags, RANGE_NONE, "The state could not be written",
                   "What this run changed is safe in the journal \"" TEXT_FMT
                   "\". Keep it beside the "
                   "state file: the next command takes it from there.",
                   TEXT(store->journal_path));
    else
        diag_error(diags, RANGE_NONE, "The state could not be written",
                   "\"" TEXT_FMT "\" is as it was before this command.",
                   TEXT(store->settings.path));
}

/* False when it could not be written. */
static bool write_last(StateStore *store, Diags *diags)
{
    bool ok;

    if (!store->settings.writable)
        return true;
    if (!store->settings.home)
        return !store->changed || store_write(store, diags);
    ok = store_finish_uploads(store);
    if (ok && store->changed) {
        store_begin_upload(store);
        ok = store_finish_uploads(store);
    }
    return ok && !store->changed;
}

/* What an earlier run left is removed even if this one had nothing to add. */
static void remove_journal(StateStore *store, Diags *diags)
{
    StateHome *home = store->settings.home;

    if (store_journal_is_away(store)) {
        home->remove(home->self, TEXT_LIT(".journal"), diags);
    } else if (store_ensure_journal(store)) {
        journal_remove(store->journal);
        store->journal = NULL;
    }
}

void store_release_lock(StateStore *store, Diags *diags)
{
    if (store->lock)
        lock_release(store->lock);
    if (store->is_locked_away)
        store->settings.home->unlock(store->settings.home->self, diags);
    store->lock = NULL;
    store->is_locked_away = false;
}

bool store_close(StateStore *store, Diags *diags)
{
    bool ok = write_last(store, diags);

    if (!ok) {
        diags_append(diags, &store->notes, TEXT_NONE);
        store->notes = diags_make(store->arena);
        report_unwritten(store, diags);
    }
    /* The state says it all now. */
    if (ok && store->settings.writable && store->journal_exists && !store->open_count)
        remove_journal(store, diags);
    else if (store->journal && store_journal_is_away(store) && store_sync(store, diags))
        store_finish_uploads(store);
    if (store->journal)
        journal_close(store->journal);
    store_release_lock(store, diags);
    diags_append(diags, &store->notes, TEXT_NONE);
    return ok;
}
