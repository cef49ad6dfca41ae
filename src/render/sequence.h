/*
 * sequence.h: which elements of two lists belong together.
 *
 * Lists of one length are compared place by place, unless the same elements only stand in another
 * order. Else what both have in common, in order, stays; in between, elements that were and
 * elements that are new stand side by side, and those that can change into each other (objects,
 * blocks) are paired.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/value/value.h"

#define NOT_THERE SIZE_MAX

typedef struct Pair {
    size_t before; /* index, or NOT_THERE: it is new */
    size_t after;  /* index, or NOT_THERE: it is gone */
} Pair;

typedef LIST(Pair) PairList;

typedef struct Sequence {
    const Value *values;
    size_t count;
} Sequence;

/* [changes]: whether an element may change into another one that [changes], too. */
PairList sequence_pairs(Arena *arena, Sequence before, Sequence after,
                        bool (*changes)(Value value));
