/*
 * resource_graph.h: what the resources of a configuration need of each other, for those who draw it.
 *
 * All else (variables, locals, outputs, module calls) is left out, and what leads through it is an
 * edge; an edge that others imply is left out as well.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/config/module.h"

typedef struct ResourceNode {
    const Resource *resource;
    Text module;    /* "module.a.module.b"; empty: the root */
    Text name;      /* within it: "data.aws_region.r" */
    Text address;   /* as written: module and name */
    TextList needs; /* addresses, in the order of the nodes */
} ResourceNode;

/* By module, then by name. Cycles are reported. */
typedef LIST(ResourceNode) ResourceGraph;
ResourceGraph resource_graph_make(Arena *arena, const Module *root, Diags *diags);
