/*
 * graph.h: who waits for whom.
 *
 * Vertices with a subject and edges "before -> after". Built once, then walked (walk.h); nothing changes it while
 * it is walked.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef struct Vertex Vertex;

struct Vertex {
    Text name;      /* for messages and output: "module.kinesis.aws_kinesis_stream.my_stream" */
    void *subject;
    LIST(Vertex *) next;     /* those that wait for this one */
    LIST(Vertex *) previous; /* those that this one waits for */
    size_t index;
    size_t waiting;          /* during a walk: how many it still waits for */
    bool failed;             /* during a walk: itself, or one that it waited for */
    bool skipped;            /* during a walk: not started, because of a failure before it */
};

typedef struct Graph {
    Arena *arena;
    LIST(Vertex *) vertices;
} Graph;

Graph *graph_make(Arena *arena);
Vertex *graph_add(Graph *graph, Text name, void *subject);

/* [after] waits for [before]. The same edge twice is one; an edge to itself is ignored. */
void graph_connect(Graph *graph, Vertex *before, Vertex *after);

/* The vertices of one cycle in order, or a count of 0. Linear. */
typedef LIST(Vertex *) VertexList;
VertexList graph_cycle(const Graph *graph, Arena *arena);

/* Every vertex that can be reached from [from] against the edges (what it needs), itself included, marked in [reached] by index. */
void graph_ancestors(const Graph *graph, const Vertex *from, bool *reached);
