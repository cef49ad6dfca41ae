/*
 * homes.h: which region an object lives in.
 *
 * An object belongs to the region in which it was made: its own ARN or region attribute says which,
 * and one that has neither (a bucket's ACL, a method of an API) lives where the object lives that
 * it names.
 */
#pragma once

#include "config_graph.h"
#include "pipectl/state/state.h"

typedef struct Homes {
    Arena *arena;
    Table by_identity; /* resource as written, a blank, an id, ARN or name -> StateInstance */
    Table by_resource; /* resource as written -> StateInstance, any one of it */
} Homes;

Homes homes_make(Arena *arena, const State *state);

/* "global" for types without a region; empty: not known, so the provider's own. */
Text homes_find(const Homes *homes, const ProviderConfiguration *provider, Text type, Value object,
                const TextList *dependencies);
