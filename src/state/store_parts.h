/*
 * store.h: what a store is made of. store_open.c brings it up (lock, file, replay), store.c records changes,
 * store_write.c replaces the file.
 */
#pragma once

#include "pipectl/base/digest.h"
#include "pipectl/state/journal.h"
#include "pipectl/state/lock.h"
#include "pipectl/state/store.h"
#include "replay.h"

struct StateStore {
    Arena *arena;
    StoreSettings settings;
    State *state;
    StateLock *lock;         /* NULL: not locked */
    Diags notes;             /* what went wrong where nobody could be told */

    /* the file */
    bool file_exists;        /* with content */
    bool keep_backup;        /* the backup is better than what it would be replaced with */
    bool backed_up;          /* or nothing was there before this run */
    Text file_sum;           /* SHA-256 of its content in hex; empty: none */
    Digest body_digest;      /* of what is in it; of length 0: to be replaced in any case */
    bool changed;            /* the state may be another than that of the file */
    Nanoseconds changed_at;  /* since when */
    Nanoseconds write_took;  /* the last write */

    /* the journal */
    Text journal_path;
    JournalEnd journal_end;  /* of what an earlier run left */
    Journal *journal;        /* NULL: not opened (yet) */
    bool journal_exists;
    bool journal_failed;
    bool others_wrote;
    Text run;                /* a UUID */
    JournalDoubtList doubts; /* of earlier runs; not changed when they are resolved */
    int64_t last_number;
    size_t open_count;       /* changes of which the end is not known */
    Table intents;           /* number as text -> Intent */
};

/* Opens the journal at first use. False, and noted, when that is impossible. */
bool store_ensure_journal(StateStore *store);

/* Hands the state's own facts to the journal. */
void store_journal_facts(StateStore *store);

/* Now, whether due or not. False when it could not be written. */
bool store_write(StateStore *store, Diags *diags);
