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

/* There is one now, whichever create made it. */
void recover_end(StateStore *store, Text name);
