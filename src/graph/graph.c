/* Vertices, edges, cycles. */
#include "pipectl/graph/graph.h"

Graph *graph_make(Arena *arena)
{
    Graph *graph = arena_new(arena, Graph);

    graph->arena = arena;
    return graph;
}

Vertex *graph_add(Graph *graph, Text name, void *subject)
{
    Vertex *vertex = arena_new(graph->arena, Vertex);

    vertex->name = name;
    vertex->subject = subject;
    vertex->index = graph->vertices.count;
    list_add(graph->arena, &graph->vertices, vertex);
    return vertex;
}

/* The shorter of the two lists decides: a join has many neighbours, its instances one or two. */
static bool is_connected(const Vertex *before, const Vertex *after)
{
    if (before->next.count <= after->previous.count) {
        for (size_t i = 0; i < before->next.count; i++)
            if (before->next.items[i] == after)
                return true;
        return false;
    }
    for (size_t i = 0; i < after->previous.count; i++)
        if (after->previous.items[i] == before)
            return true;
    return false;
}

void graph_connect(Graph *graph, Vertex *before, Vertex *after)
{
    if (before == after || is_connected(before, after))
        return;
    list_add(graph->arena, &before->next, after);
    list_add(graph->arena, &after->previous, before);
}

/* Kahn's algorithm: what cannot be taken away lies on a cycle or behind one. Returns whether a
 * vertex stayed. */
static bool take_away_free_vertices(const Graph *graph, size_t *waiting, VertexList *order,
                                    Arena *arena)
{
    for (size_t i = 0; i < graph->vertices.count; i++) {
        waiting[i] = graph->vertices.items[i]->previous.count;
        if (waiting[i] == 0)
            list_add(arena, order, graph->vertices.items[i]);
    }
    for (size_t i = 0; i < order->count; i++)
        for (size_t n = 0; n < order->items[i]->next.count; n++)
            if (--waiting[order->items[i]->next.items[n]->index] == 0)
                list_add(arena, order, order->items[i]->next.items[n]);
    return order->count < graph->vertices.count;
}

/* A predecessor that was not taken away: every vertex on or behind a cycle has one. */
static Vertex *predecessor_left(const Vertex *vertex, const size_t *waiting)
{
    for (size_t i = 0; i < vertex->previous.count; i++)
        if (waiting[vertex->previous.items[i]->index] > 0)
            return vertex->previous.items[i];
    return NULL;
}

VertexList graph_cycle(const Graph *graph, Arena *arena)
{
    VertexList cycle = { 0 };
    VertexList order = { 0 };
    size_t *waiting = arena_array(arena, size_t, graph->vertices.count + 1);
    bool *seen = arena_array(arena, bool, graph->vertices.count + 1);
    Vertex *vertex = NULL;

    if (!take_away_free_vertices(graph, waiting, &order, arena))
        return cycle;
    for (size_t i = 0; !vertex; i++)
        if (waiting[i] > 0)
            vertex = graph->vertices.items[i];
    while (!seen[vertex->index]) { /* backwards until a vertex comes again: it lies on the cycle */
        seen[vertex->index] = true;
        vertex = predecessor_left(vertex, waiting);
    }
    Vertex *first = vertex;
    do {
        list_add(arena, &cycle, vertex);
        vertex = predecessor_left(vertex, waiting);
    } while (vertex != first);
    return cycle;
}

void graph_ancestors(const Graph *graph, const Vertex *from, bool *reached)
{
    Arena scratch = { 0 };
    VertexList open = { 0 };

    (void)graph;
    if (!reached[from->index]) {
        reached[from->index] = true;
        list_add(&scratch, &open, (Vertex *)from);
    }
    for (size_t i = 0; i < open.count; i++)
        for (size_t p = 0; p < open.items[i]->previous.count; p++) {
            Vertex *vertex = open.items[i]->previous.items[p];

            if (reached[vertex->index])
                continue;
            reached[vertex->index] = true;
            list_add(&scratch, &open, vertex);
        }
    arena_free(&scratch);
}
