/*
 * traversal.h: a name followed by attribute and index steps: var.names[0].first
 */
#pragma once

#include "pipectl/value/value.h"

typedef struct TraversalStep {
    bool is_index;
    Text name;  /* of an attribute step */
    Value key;  /* of an index step: a string or a number */
    Range range;
} TraversalStep;

typedef struct Traversal {
    Text root;
    Range root_range;
    const TraversalStep *steps;
    size_t count;
    Range range; /* the whole */
} Traversal;

typedef LIST(Traversal) TraversalList;

/* As it would be written: a.b["k"][0] */
Text traversal_text(Arena *arena, const Traversal *traversal);

/* Reads one from text such as a `depends_on` element or a -target address: no expressions inside. */
bool traversal_parse(Arena *arena, Text text, Range range, Traversal *ret_traversal, Diags *diags);
