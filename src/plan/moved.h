/*
 * moved.h: objects that the configuration now knows by another address.
 */
#pragma once

#include "config_graph.h"
#include "pipectl/state/state.h"

typedef struct MovedTable {
    Arena *arena;
    Table from; /* new name -> where it was (Text *) */
} MovedTable;

/* Renames what `moved` blocks say, and the single instance of a resource that gained or lost
   `count`. A target that is taken is a warning. */
void moves_apply(MovedTable *table, State *state, const ConfigGraph *graph, Diags *diags);

/* Where the object with this name was before, or empty. */
Text moved_from(const MovedTable *table, Text name);
