/*
 * instance.h: one instance of a resource or data source, as plan and apply both ask for it.
 *
 * Its configuration is evaluated, the provider is asked what would become of the prior object, and
 * marks are kept apart on the way, since a provider sees plain values.
 */
#pragma once

#include "config_graph.h"
#include "evaluate.h"

typedef struct Instance {
    Arena *arena;
    Diags *diags;
    ConfigBlock *block;
    const Resource *resource;
    ModuleInstance *module;
    Scope scope;
    ScopeName names[2];
    Address address;
    Text name;
    Value prior;         /* without marks; null: none */
    Value configuration; /* without marks */
    PathList marked;     /* what is sensitive in it */
    Text region;         /* where the prior object lives; empty: the provider's */
} Instance;

Instance *instance_make(Arena *arena, ConfigBlock *block, ModuleInstance *module,
                        const Repetition *repetition, size_t index, Diags *diags);

/* The configuration's value; false when it has mistakes (reported). Preconditions are checked on
 * the way. */
bool instance_configure(Instance *instance);

/* What the provider makes of [prior] (null: a new object) under the configuration, with
 * ignore_changes honoured. */
PlanAnswer instance_ask(const Instance *instance, Value prior);

/* Marks of the configuration and the schema put on a provider's value. */
Value instance_mark(const Instance *instance, Value value);

void instance_check_postconditions(const Instance *instance, Value object);

/* Both kinds of conditions of an object that stays as it is: what does not hold is a warning. */
void instance_check_kept(Instance *instance, Value object);
