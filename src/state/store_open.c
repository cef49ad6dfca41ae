/* store_open.c: lock, file, and the journal that an earlier run left (design: the four cases of a
 * replay). */
#include "pipectl/state/aside.h"
#include "pipectl/state/statefile.h"
#include "store_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is found when a store is opened. */
typedef struct Opening {
    StateStore *store;
    Arena *arena;
    Text content;  /* of the state file */
    bool exists;   /* the state file */
    bool restored; /* it was damaged, and another content is used */
    Replay replay;
    Diags *diags;
} Opening;

/* --- what there is -------------------------------------------------------------------------- */

static bool take_lock(Opening *opening)
{
    StateStore *store = opening->store;
    LockSettings settings = {
        .path = store->settings.path,
        .operation = store->settings.operation,
        .timeout = store->settings.lock_timeout,
        .interrupted = store->settings.interrupted,
        .waits = store->settings.waits,
        .user = store->settings.user,
    };

    if (!store->settings.lock)
        return true;
    if (store->settings.home) {
        StateHome *home = store->settings.home;

        store->is_locked_away = home->lock(home->self, &settings, opening->diags);
        return store->is_locked_away;
    }
    store->lock = lock_acquire(opening->arena, &settings, opening->diags);
    return store->lock != NULL;
}

/* The state and, where it is kept there, the journal. */
static bool read_home(Opening *opening)
{
    StateStore *store = opening->store;
    StateHome *home = store->settings.home;
    HomeContent state = { 0 }, journal = { 0 };

    if (!home->read(home->self, opening->arena, &state,
                    store_journal_is_away(store) ? &journal : NULL, opening->diags))
        return false;
    opening->exists = state.exists && state.content.length;
    opening->content = state.content;
    store->journal_content = journal.content;
    store->journal_exists = journal.exists;
    if (home->journal_path.length) /* which may have turned out just now */
        store->journal_path = home->journal_path;
    return true;
}

static bool read_state_file(Opening *opening)
{
    StateStore *store = opening->store;

    if (!store->lock) {
        if (!file_read_optional(opening->arena, store->settings.path, &opening->exists,
                                &opening->content, opening->diags))
            return false;
        if (!opening->exists)
            opening->content = TEXT_NONE;
        else if (!opening->content.length)
            opening->exists = !lock_says_new(opening->arena, store->settings.path);
        return true;
    }
    opening->exists = !lock_found_new(store->lock);
    return lock_read(store->lock, opening->arena, &opening->content, opening->diags);
}

static bool read_journal(Opening *opening)
{
    StateStore *store = opening->store;
    Text content = store->journal_content;

    if (!store_journal_is_away(store) &&
        !file_read_optional(opening->arena, store->journal_path, &store->journal_exists, &content,
                            opening->diags))
        return false;
    opening->replay.records = journal_read(opening->arena, content, &store->journal_end);
    for (size_t i = opening->replay.records.count; i-- > 0;) {
        opening->replay.run = opening->replay.records.items[i];
        if (text_is(value_get_text(opening->replay.run, "record"), "run"))
            break;
    }
    return true;
}

static Text sum_of(Arena *arena, Text content)
{
    Digest digest = digest_of(DIGEST_SHA256, content);

    return content.length ? digest_hex(arena, &digest) : TEXT_NONE;
}

static State *parse(Opening *opening, Text name, Text content, Diags *diags)
{
    return statefile_read(opening->arena, source_make(opening->arena, name, content), diags);
}

/* --- messages ------------------------------------------------------------------------------- */

/* "of root@host, begun 2026-01-02T03:04:05Z" */
static Text run_text(const Opening *opening)
{
    Value run = opening->replay.run;

    return text_format(opening->arena, "on " TEXT_FMT ", begun " TEXT_FMT,
                       TEXT(value_get_text(run, "host")), TEXT(value_get_text(run, "time")));
}

static void report_replayed(const Opening *opening)
{
    const Replay *replay = &opening->replay;
    TextBuilder names = text_builder(opening->arena);

    if (!replay->finished && !replay->doubts.count)
        return;
    for (size_t i = 0; i < replay->doubts.count; i++)
        text_add_format(&names, "\n  " TEXT_FMT " (" TEXT_FMT ")",
                        TEXT(replay->doubts.items[i].name), TEXT(replay->doubts.items[i].action));
    diag_warning(opening->diags, RANGE_NONE, "An earlier run was stopped",
                 "The run " TEXT_FMT ", left a journal. Taken from it into the state: %zu finished "
                 "changes. Begun, and not known to have ended: %zu." TEXT_FMT,
                 TEXT(run_text(opening)), replay->finished, replay->doubts.count,
                 TEXT(text_built(&names)));
}

static void report_unusable(const Opening *opening)
{
    const StateStore *store = opening->store;

    diag_error(
        opening->diags, RANGE_NONE, "The state file is damaged",
        "\"" TEXT_FMT
        "\" is missing, empty or cut off, and no state that fits together can be made "
        "from its backup and a journal. Nothing was changed. Restore the file from a backup (the "
        "content before the last run is in \"" TEXT_FMT ".backup\", where that exists). Only if "
        "nothing was ever created with it, remove it (and \"" TEXT_FMT "\").",
        TEXT(store->settings.path), TEXT(store->settings.path), TEXT(store->journal_path));
}

/* --- the four cases ------------------------------------------------------------------------- */

static State *new_state(Opening *opening, Text lineage)
{
    State *state = state_make(opening->arena);

    state->lineage = lineage;
    return state;
}

/* Case 1: replays everything behind the point. */
static bool continue_from(Opening *opening, State *state, size_t point)
{
    opening->replay.point = point;
    opening->store->state = state;
    if (state)
        replay_apply(opening->arena, state, &opening->replay);
    return state != NULL;
}

/* Case 4 with the means to help: the content that was being written in place is in the journal. */
static bool restore_from_journal(Opening *opening)
{
    size_t point;
    Text content = replay_unfinished_content(&opening->replay.records, &point);

    if (!content.length)
        return false;
    opening->store->keep_backup = opening->restored = true;
    return continue_from(
        opening, parse(opening, opening->store->journal_path, content, opening->diags), point);
}

/* Case 4: the backup, when the journal continues it, and only after a question. */
static bool restore_from_backup(Opening *opening)
{
    const StoreSettings *settings = &opening->store->settings;
    Text path = store_find_beside(opening->store, opening->arena, ".backup");
    Text content, question;
    bool exists;
    size_t point;

    if (!settings->confirm || !settings->writable || settings->home ||
        !file_read_optional(opening->arena, path, &exists, &content, opening->diags) || !exists)
        return false;
    point = replay_find_point(&opening->replay.records, sum_of(opening->arena, content));
    if (!content.length || point == NO_POINT)
        return false;
    question =
        text_format(opening->arena,
                    "The state file \"" TEXT_FMT "\" is damaged. Its backup and the journal of "
                    "the run " TEXT_FMT ", fit together and make a whole state. Use them?",
                    TEXT(settings->path), TEXT(run_text(opening)));
    if (!settings->confirm(settings->user, question))
        return false;
    opening->store->keep_backup = opening->restored = true;
    return continue_from(opening, parse(opening, path, content, opening->diags), point);
}

static bool restore(Opening *opening)
{
    if (restore_from_journal(opening) || restore_from_backup(opening))
        return true;
    report_unusable(opening);
    return false;
}

/* Case 3: it belongs to another state, and is kept beside. */
static bool put_object_aside(Opening *opening)
{
    StateStore *store = opening->store;
    Text object = text_format(opening->arena, ".journal." TEXT_FMT,
                              TEXT(value_get_text(opening->replay.run, "run")));

    store->journal_end = (JournalEnd){ 0 };
    if (store_put_object(store, object, store->journal_content))
        return true;
    diags_append(opening->diags, &store->notes, TEXT_NONE);
    return false;
}

static bool rename_aside(Opening *opening, Text aside)
{
    StateStore *store = opening->store;

    if (rename(text_cstring(opening->arena, store->journal_path),
               text_cstring(opening->arena, aside)) < 0) {
        diag_error(opening->diags, RANGE_NONE, "A journal of another state",
                   "The journal \"" TEXT_FMT "\" belongs to another state than \"" TEXT_FMT
                   "\", and cannot be put aside: %s. Nothing was changed. Move it away, or bring "
                   "the state "
                   "back that it belongs to.",
                   TEXT(store->journal_path), TEXT(store->settings.path), strerror(errno));
        return false;
    }
    store->journal_exists = false;
    store->journal_end = (JournalEnd){ 0 };
    return true;
}

static bool put_aside(Opening *opening)
{
    StateStore *store = opening->store;
    Text aside = text_format(opening->arena, TEXT_FMT "." TEXT_FMT, TEXT(store->journal_path),
                             TEXT(value_get_text(opening->replay.run, "run")));

    if (store->settings.writable &&
        !(store_journal_is_away(store) ? put_object_aside(opening) : rename_aside(opening, aside)))
        return false;
    opening->replay.records.count = 0;
    if (store->settings.recovers)
        return true;
    diag_warning(
        opening->diags, RANGE_NONE, "A journal of another state",
        "The run " TEXT_FMT ", was stopped, and its journal belongs to a state of another "
        "lineage than \"" TEXT_FMT "\". Objects that it created may exist and be in no state. "
        "%s as \"" TEXT_FMT "\": `pipectl state recover` then shows what is in it, and adopts or "
        "discards it.",
        TEXT(run_text(opening)), TEXT(store->settings.path),
        store->settings.writable ? "It is kept" : "An apply will keep it", TEXT(aside));
    return true;
}

/* Journals that were put aside by earlier runs are named until somebody has dealt with them. */
static void list_aside(Opening *opening)
{
    TextList paths = aside_paths(opening->arena, opening->store->journal_path);

    for (size_t i = 0; i < paths.count && !opening->store->settings.recovers; i++)
        diag_warning(
            opening->diags, RANGE_NONE, "A journal of another state",
            "\"" TEXT_FMT "\" was put aside by an earlier run. Objects that it names may exist "
            "and be in no state. `pipectl state recover` shows what is in it, and adopts or "
            "discards it.",
            TEXT(paths.items[i]));
}

/* Case 2, or 3: the journal continues another content than the file's. */
static bool use_what_others_wrote(Opening *opening)
{
    StateStore *store = opening->store;

    if (!opening->replay.records.count)
        return true;
    if (!text_equal(replay_lineage(&opening->replay.records), store->state->lineage))
        return put_aside(opening);
    store->others_wrote = true;
    replay_doubt(opening->arena, store->state, &opening->replay);
    return true;
}

static bool load(Opening *opening)
{
    StateStore *store = opening->store;
    const JournalRecords *records = &opening->replay.records;
    Diags errors = diags_make(opening->arena);
    size_t point = replay_find_point(records, store->file_sum);

    if (!opening->content.length && point != NO_POINT)
        return continue_from(opening, new_state(opening, replay_lineage(records)), point);
    if (!opening->content.length && !opening->exists && !records->count) {
        store->state = new_state(opening, TEXT_NONE);
        return true;
    }
    if (opening->content.length)
        store->state = parse(opening, store->settings.path, opening->content, &errors);
    if (!store->state && (!opening->content.length || records->count))
        return restore(opening);
    diags_append(opening->diags, &errors, TEXT_NONE);
    if (!store->state)
        return false;
    if (point != NO_POINT)
        return continue_from(opening, store->state, point);
    return use_what_others_wrote(opening);
}

/* --- opening -------------------------------------------------------------------------------- */

/* What the file holds, in our spelling: to see later whether anything has changed. */
static Digest body_digest(const State *state)
{
    Arena scratch = { 0 };
    Digest digest = digest_of(DIGEST_SHA256, statefile_body(statefile_text(&scratch, state)));

    arena_free(&scratch);
    return digest;
}

static void take_over(Opening *opening)
{
    StateStore *store = opening->store;

    store->doubts = opening->replay.doubts;
    store->last_number = opening->replay.last_number;
    store->open_count = store->doubts.count;
    if (opening->replay.changed || opening->restored)
        store_changed(store);
    else if (store->settings.writable && store->file_exists)
        store->body_digest = body_digest(store->state);
    if (store->settings.writable && !store->state->lineage.length)
        store->state->lineage = random_uuid(store->arena);
    store->state->keeps_facts = store->settings.writable;
    report_replayed(opening);
}

static bool bring_up(Opening *opening)
{
    StateStore *store = opening->store;

    if (!(store->settings.home ? read_home(opening) : read_state_file(opening)) ||
        !read_journal(opening))
        return false;
    store->file_exists = opening->content.length > 0;
    list_aside(opening);
    store->file_sum = sum_of(opening->arena, opening->content);
    return load(opening);
}

StateStore *store_open(Arena *arena, const StoreSettings *settings, Diags *diags)
{
    StateStore *store = arena_new(arena, StateStore);
    Opening opening = { .store = store, .arena = arena, .diags = diags };

    store->arena = arena;
    store->settings = *settings;
    store->notes = diags_make(arena);
    if (settings->home)
        store->settings.path = settings->home->name;
    store->journal_path = store_find_beside(store, arena, ".journal");
    store->run = random_uuid(arena);
    if (!take_lock(&opening))
        return NULL;
    if (!bring_up(&opening)) {
        store_release_lock(store, diags);
        return NULL;
    }
    take_over(&opening);
    return store;
}
