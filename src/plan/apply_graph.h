/*
 * apply_graph.h: the order of an apply, made of the plan.
 *
 * Every block of the configuration opens when what it refers to is closed, and closes when its own
 * changes are made; a Change is one vertex, or two where it replaces. Deletes run the other way
 * round, in groups by resource as written: a group opens when the groups of everything that depends
 * on it are closed. So edges stay linear in the number of instances.
 *
 *   (1) close of what a block refers to -> its open -> its creates and updates -> its close
 *   (2) deletes of dependents -> deletes of what they depend on, by the state's dependencies and
 * the configuration's (3) replace: delete -> create; create_before_destroy: create -> the
 * dependents' updates -> delete (4) an object that is only deleted goes after the updates of what
 * used it, where that makes no circle
 */
#pragma once

#include "config_graph.h"
#include "pipectl/plan/plan.h"

typedef enum ApplyKind {
    APPLY_OPEN,   /* of a block: providers are configured here */
    APPLY_CLOSE,  /* of a block: outputs are final here */
    APPLY_AFTER,  /* of a block: it and all that depends on it is done */
    APPLY_GROUP,  /* open or close of a group of deletes */
    APPLY_CHANGE, /* one half of a change */
} ApplyKind;

typedef struct ApplyVertex {
    ApplyKind kind;
    ConfigBlock *block; /* NULL: a resource that is not configured any more */
    Change *change;
    Action
        half; /* of a change: CREATE, UPDATE, READ, DELETE or FORGET; NONE: only its conditions */
    Vertex *vertex;
    void *work; /* of apply.c */
} ApplyVertex;

Graph *apply_graph_make(Arena *arena, const Plan *plan, const ConfigGraph *config, Diags *diags);
