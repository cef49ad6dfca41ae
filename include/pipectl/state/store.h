/*
 * store.h: the state while a command works on it: lock, journal and snapshot behind one door.
 *
 * Calling sequence
 *   StateStore *store = store_open(...)     takes the lock, reads the file, replays the journal of a run that died
 *   store_state(store), store_doubts(store)
 *   store_begin / store_identity / store_end   around every change; see journal.h for what is on disk when
 *   state_put_output, store_changed
 *   store_close(store)                      writes the snapshot, removes the journal, releases the lock
 *
 * A store opened for reading (plan, show, output) takes the lock for plan only and never writes a file.
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/state/state.h"

typedef struct StateStore StateStore;
typedef struct StateHome StateHome;

typedef struct StoreSettings {
    StateHome *home;           /* NULL: a file of this machine */
    Text path;                 /* of the state file; unused with a home */
    Text backup;               /* of the content before this run's first write; empty: PATH.backup; "-": none */
    Text spare_folder;         /* for journal and backup, where none can be made beside the state; empty: none */
    bool lock;                 /* -lock */
    Nanoseconds lock_timeout;
    bool writable;             /* false: replay in memory only */
    bool recovers;             /* journals that were put aside are its business: they are not named */
    Text operation;            /* "OperationTypeApply" as the lock's information says it */
    const bool *interrupted;   /* waiting for the lock ends when it becomes true; may be NULL */
    void (*waits)(void *user); /* called when the lock is waited for; may be NULL */
    bool (*confirm)(void *user, Text question); /* design 4.6 (4); NULL: no */
    void *user;
} StoreSettings;

/* What a dead run left in doubt: begun, and not known to have ended. */
typedef struct JournalDoubt {
    int64_t number;            /* of its begin record */
    Address address;
    Text name;
    Text provider;
    Text deposed;              /* key; empty: the current object */
    Text action;               /* "create", "update", "delete" */
    Value planned;             /* planned attributes of a create or update as JSON; null for deletes */
    Value identity;            /* the object as an answer named it; null: not known */
    Value prior;               /* attributes before; null for creates */
    Nanoseconds time;          /* when it was begun */
    TextList known_ids;
    TextList dependencies;
    int64_t schema_version;
    bool create_before_destroy;
    bool resolved;             /* store_resolve was called */
} JournalDoubt;

typedef LIST(JournalDoubt) JournalDoubtList;

/* NULL and errors when it cannot be used. Messages about what was replayed are warnings. */
StateStore *store_open(Arena *arena, const StoreSettings *settings, Diags *diags);
State *store_state(StateStore *store);
/* There was one when it was opened, or it has been written since. */
bool store_exists(const StateStore *store);
const JournalDoubtList *store_doubts(const StateStore *store);

/* What a plan made of the state becomes the one that is kept: lineage and serial stay, and what the plan moved or
   found gone is among its facts. */
void store_replace(StateStore *store, State *state);

/* Another state takes its place, with its own lineage and serial. */
void store_push(StateStore *store, State *state);

/* A doubt was resolved: the object is in the state (or is known not to exist). */
void store_resolve(StateStore *store, const JournalDoubt *doubt, const InstanceObject *object);

/* What is about to happen to one object. */
typedef struct StoreIntent {
    Address address;
    Text provider;
    Text deposed;              /* the deposed object that is deleted; empty: the current one */
    Text action;               /* "create", "update", "delete" */
    Value planned;             /* JSON of the planned attributes, unknown ones left out; null for deletes */
    Value prior;               /* JSON of the attributes before; null for creates */
    TextList known_ids;
    TextList dependencies;
    int64_t schema_version;
    bool create_before_destroy;
    Nanoseconds time;          /* when it was begun; 0: now */
} StoreIntent;

/* Queued. Returns a number for the records that follow. */
int64_t store_begin(StateStore *store, const StoreIntent *intent);

/* What was begun becomes durable: at once where the journal is a file, else as soon as the loop says so (several begins: one
   sync). Only then may the first request be sent. False: the journal failed, nothing more may be sent. */
bool store_sync(StateStore *store, Diags *diags);
bool store_is_durable(const StateStore *store, int64_t number);

/* Durable when it returns, where the journal is a file; else under way: store_is_durable tells. [object]: what is known of
   the object so far. */
void store_identity(StateStore *store, int64_t number, Value object);

/* The change ended: [object] is what exists now (NULL: nothing), in the place that the intent named. Changes
   store_state too. [in_doubt]: it failed and may have been made all the same: the doubt stays in the journal. */
void store_end(StateStore *store, int64_t number, const InstanceObject *object, bool in_doubt);

/* What a refresh found becomes the state that the store keeps from now on; lineage and serial stay the store's. */
void store_replace(StateStore *store, State *state);

/* A change of the state's own bookkeeping, with no call behind it: deposing, a move, a removed orphan. */
void store_changed(StateStore *store);

/* Writes the snapshot when it is due (see design: 1 s behind, or 20 times the last write's duration); the time at which
   that will be, or 0 when nothing is waiting. */
Nanoseconds store_due(const StateStore *store);
void store_write_if_due(StateStore *store, Diags *diags);

/* Writes what is not written, removes the journal unless doubts are left, releases the lock. False when the state could not
   be written (it then is in the journal, and the message says so). */
bool store_close(StateStore *store, Diags *diags);
