/*
 * walk.h: one traversal of a graph: all concurrency of the program.
 *
 * A vertex starts when all it waits for are finished. `start` either finishes it at once (returns true) or
 * leaves it running (returns false); `finish` waits for any running vertex and returns it. A vertex that
 * failed makes those that wait for it fail without being started.
 */
#pragma once

#include "pipectl/graph/graph.h"

typedef struct Walk {
    Graph *graph;
    bool (*start)(void *user, Vertex *vertex);   /* true: finished already (vertex->failed says how) */
    Vertex *(*finish)(void *user);               /* waits for one that was left running; sets vertex->failed */
    bool (*stopped)(void *user);                 /* true: start nothing more; may be NULL */
    void *user;

    LIST(Vertex *) ready; /* in order; private to the walk */
    size_t next_ready;
    size_t running;
} Walk;

/* True when every vertex was finished without failure. */
bool walk_run(Walk *walk);
