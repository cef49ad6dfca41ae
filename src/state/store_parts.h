/*
 * store.h: what a store is made of. store_open.c brings it up (lock, file, replay), store.c records
 * changes, store_write.c replaces the file.
 */
#pragma once

#include "pipectl/base/digest.h"
#include "pipectl/state/home.h"
#include "pipectl/state/journal.h"
#include "pipectl/state/lock.h"
#include "pipectl/state/store.h"
#include "replay.h"

/* What is under way to a home (store_home.c): one write at a time. */
typedef struct Uploads {
    bool writing;
    bool failed;         /* sticky: nothing more is written */
    int64_t wanted;      /* so many records have to be durable */
    int64_t sent;        /* so many are on their way */
    Arena journal_arena; /* the text that is on its way */
    Arena state_arena;   /* the same */
    Text snapshot;       /* waits for its record to be durable, or is on its way; empty: none */
    int64_t snapshot_at; /* the number of that record */
    Digest snapshot_body, snapshot_sum;
    Nanoseconds snapshot_start;
    Table open;             /* number as text -> TextList of JSON: begun and not ended */
    TextList snapshot_open; /* what was open when the snapshot was made */
    TextList kept;          /* what was recorded since */
} Uploads;

struct StateStore {
    Arena *arena;
    StoreSettings settings;
    State *state;
    StateLock *lock;     /* of a file; NULL: not locked */
    bool is_locked_away; /* the home's lock is held */
    Diags notes;         /* what went wrong where nobody could be told */

    /* the file */
    bool file_exists;       /* with content */
    bool keep_backup;       /* the backup is better than what it would be replaced with */
    bool backed_up;         /* or nothing was there before this run */
    Text file_sum;          /* SHA-256 of its content in hex; empty: none */
    Digest body_digest;     /* of what is in it; of length 0: to be replaced in any case */
    bool changed;           /* the state may be another than that of the file */
    Nanoseconds changed_at; /* since when */
    Nanoseconds write_took; /* the last write */

    /* the journal */
    Text journal_path;
    Text journal_content;   /* what an earlier run left, when the journal is not a file */
    JournalEnd journal_end; /* of what an earlier run left */
    Journal *journal;       /* NULL: not opened (yet) */
    bool journal_exists;
    bool journal_failed;
    bool others_wrote;
    Text run;                /* a UUID */
    JournalDoubtList doubts; /* of earlier runs; not changed when they are resolved */
    int64_t last_number;
    int64_t added, durable; /* records */
    Uploads uploads;
    size_t open_count; /* changes of which the end is not known */
    Table intents;     /* number as text -> Intent */
};

/* Opens the journal at first use. False, and noted, when that is impossible. */
bool store_ensure_journal(StateStore *store);

void store_release_lock(StateStore *store, Diags *diags);

void store_add_run(StateStore *store);

/* Hands the state's own facts to the journal. */
void store_journal_facts(StateStore *store);

/* --- a state that is not a file (store_home.c) --------------------------------------------------
 */

/* The journal is kept where the state is. */
bool store_journal_is_away(const StateStore *store);

/* --- store_beside.c --- */

/* Where the file with that suffix is; where none is, where it is to be made first. */
Text store_find_beside(const StateStore *store, Arena *arena, const char *suffix);

/* Wherever it can be; NULL, and noted, where it cannot. */
Journal *store_open_journal(StateStore *store);
bool store_replace_backup(StateStore *store, Text content, Diags *diags);

/* What a record means for the journal that is written after the next snapshot. */
void store_note_record(StateStore *store, Value record);

/* Starts what is wanted and not under way. */
void store_pump(StateStore *store);

/* Starts writing the state, if it has changed. */
void store_begin_upload(StateStore *store);

/* Waits for what is under way; false after a failure. */
bool store_finish_uploads(StateStore *store);

/* Writes an object, and waits for it. */
bool store_put_object(StateStore *store, Text object, Text content);

/* The whole state as text, one serial further; false when nothing is to be written. */
bool store_snapshot_text(StateStore *store, Arena *arena, Text *ret_text, Digest *ret_body);
void store_journal_snapshot(StateStore *store, Text sum, Text content);

/* Now, whether due or not. False when it could not be written. */
bool store_write(StateStore *store, Diags *diags);
