/* The parallel walk: readiness is a count, no locks, no sorting; the same for plan, apply and
 * destroy. */
#include "pipectl/graph/walk.h"

static void push(Walk *walk, Vertex *vertex)
{
    list_add(walk->graph->arena, &walk->ready, vertex);
}

static Vertex *pop(Walk *walk)
{
    return walk->next_ready < walk->ready.count ? walk->ready.items[walk->next_ready++] : NULL;
}

/* Releases the vertices that waited only for this one. */
static void release(Walk *walk, Vertex *done)
{
    for (size_t i = 0; i < done->next.count; i++) {
        Vertex *next = done->next.items[i];

        next->failed |= done->failed;
        if (--next->waiting == 0)
            push(walk, next);
    }
}

static void begin(Walk *walk)
{
    walk->ready.count = walk->next_ready = walk->running = 0;
    for (size_t i = 0; i < walk->graph->vertices.count; i++) {
        Vertex *vertex = walk->graph->vertices.items[i];

        vertex->waiting = vertex->previous.count;
        vertex->failed = vertex->skipped = false;
        if (vertex->waiting == 0)
            push(walk, vertex);
    }
}

/* Starts a vertex, or skips it where something before it failed or the walk is stopped. */
static void start(Walk *walk, Vertex *vertex)
{
    if (walk->stopped && walk->stopped(walk->user))
        vertex->failed = true;
    if (vertex->failed)
        vertex->skipped = true;
    else if (!walk->start(walk->user, vertex)) {
        walk->running++;
        return;
    }
    release(walk, vertex);
}

bool walk_run(Walk *walk)
{
    bool ok = true;

    begin(walk);
    for (;;) {
        Vertex *vertex = pop(walk);

        if (vertex) {
            start(walk, vertex);
        } else if (walk->running > 0) {
            vertex = walk->finish(walk->user);
            walk->running--;
            release(walk, vertex);
        } else {
            break;
        }
    }
    for (size_t i = 0; i < walk->graph->vertices.count; i++)
        ok &= !walk->graph->vertices.items[i]->failed;
    return ok;
}
