/*
 * home.h: where a state lives when that is not a file of this machine.
 *
 * Objects, named by what is added to the state's own name ("" is the state, ".journal" the journal
 * beside it), and a lock: a table that the layer `backend` fills, so that the store need not know
 * any service.
 *
 * A home remembers the version of each object that it read or wrote last, and a write replaces only
 * that version: who finds another one there writes nothing and says HOME_CONFLICT. A store that
 * cannot do that (it says so once, as a warning) reads, compares and writes under the lock.
 *
 * Calling sequence
 *   lock      once, unless -lock=false
 *   read      the state and its journal
 *   write     as often as needed, one after another; `done` comes from the loop
 *   wait      runs the loop once: until something may have changed
 *   remove, unlock
 */
#pragma once

#include "pipectl/state/lock.h"

typedef struct StateHome StateHome;

typedef enum HomeOutcome {
    HOME_DONE,
    HOME_CONFLICT, /* somebody else has written it in between */
    HOME_FAILED,   /* it may have been written, or not */
} HomeOutcome;

typedef struct HomeContent {
    bool exists;
    Text content;
} HomeContent;

/* [why] for people; empty when it is done. */
typedef void HomeDone(void *user, HomeOutcome outcome, Text why);

struct StateHome {
    Text name;         /* for people: "s3://bucket/key" */
    Text journal_path; /* where only the state can be kept there: the journal is this file; empty:
                          it can */
    void *self;

    /* Waits for another holder as long as the settings say. False with an error. */
    bool (*lock)(void *self, const LockSettings *settings, Diags *diags);
    /* False with an error: it may still be locked. */
    bool (*unlock)(void *self, Diags *diags);
    /* force-unlock: whoever holds it, if its lock has this id. */
    bool (*break_lock)(void *self, Text id, Diags *diags);

    /* [ret_journal] is NULL where it is not kept there. */
    bool (*read)(void *self, Arena *arena, HomeContent *ret_state, HomeContent *ret_journal,
                 Diags *diags);

    /* [content] must stay until [done] is called, which is never from within. */
    void (*write)(void *self, Text object, Text content, HomeDone *done, void *user);
    bool (*remove)(void *self, Text object, Diags *diags);

    /* Objects whose names begin with [prefix], and the content of one. NULL where no journal is kept there. */
    bool (*list)(void *self, Text prefix, TextList *ret_objects, Diags *diags);
    bool (*read_object)(void *self, Arena *arena, Text object, HomeContent *ret_content, Diags *diags);

    /* False when there is nothing to wait for. */
    bool (*wait)(void *self);
};
