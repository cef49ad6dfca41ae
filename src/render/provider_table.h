/*
 * provider_table.h: the provider configurations of all modules, as a plan's JSON lists them.
 *
 * A module's own are there under "module.lake:aws"; one that it only takes over from its caller
 * points to that, and is not listed itself.
 */
#pragma once

#include "pipectl/config/module.h"

typedef struct ProviderEntry ProviderEntry;

struct ProviderEntry {
    Text key;                    /* "aws", "aws.west", "module.lake:aws" */
    Text name;                   /* local: "aws" */
    Text alias;
    Text source;
    Text version;                /* constraint, as written; empty: none */
    Text module_address;         /* empty: the root */
    const Body *body;            /* NULL: nothing is written */
    const ProviderEntry *parent; /* of the module that calls; NULL: its own */
};

typedef struct ProviderTable {
    Arena *arena;
    Table by_key;
    LIST(ProviderEntry *) entries; /* sorted by key */
} ProviderTable;

ProviderTable *provider_table_make(Arena *arena, const Module *root);

/* The key of the configuration that a resource is managed with. */
Text provider_table_key(const ProviderTable *table, const Module *module, const Resource *resource,
                        Arena *arena);

/* The local name of its provider: as it says, or by its type. */
Text provider_local(const Resource *resource);
