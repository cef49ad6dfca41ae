/*
 * recover.h: looking for what a run that died may have made.
 *
 * The journal says which creates were begun and not known to have ended. Where an answer had named
 * the object it is read; else the provider looks for it by what was about to be made (`find`). What
 * is found becomes part of the state before the plan is made; of two that cannot be told apart
 * neither does, and both are listed.
 */
#pragma once

#include "planner.h"

/* Runs before the refresh, with the providers that are configured early. Errors are in the
 * planner's diags. */
void recover_doubts(Planner *planner);

/* Whether a doubt is about this object: then it is read whatever -refresh says. */
bool recover_needs_read(const Planner *planner, Text name);

/* After the refresh: what became of updates and deletes is known. */
void recover_settle_read(Planner *planner);

/* Whether a run that died had begun to create this object, and it was not found: it may still come
 * to light. */
bool recover_was_begun(const StateStore *store, Text name);

/* What that one was to be called, where its name was made up at the last moment and the same is
   [planned] again (as the journal's JSON); else null. */
Value recover_begun_as(const StateStore *store, Text name, const Schema *schema, Value planned,
                       Arena *arena);

/* A create that has ended well, of an object that runs which died had begun to create, too. */
typedef struct RecoverEnd {
    StateStore *store;
    Arena *arena;
    Diags *diags;
    const ProviderKind *kind;
    Provider *provider;
    const Schema *schema;
    Text name;
    Value object; /* what is there now */
    void (*done)(void *user);
    void *user;
} RecoverEnd;

/* There is one now, whichever create made it: nothing is in doubt any more. Where only a list tells
   objects apart, it is looked through once more, and another one that has come to light becomes a
   deposed object. [done] comes at once, or from the loop. */
void recover_end(const RecoverEnd *end);
