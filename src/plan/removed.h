/*
 * removed.h: what `removed` blocks say about objects that are not configured any more.
 */
#pragma once

#include "pipectl/config/module.h"

typedef struct Removal {
    const Removed *removed;
    const Module *module; /* that it is written in */
    Text name;            /* as written, from the root on: "module.a.aws_x.y" */
} Removal;

/* Of all modules; of several about the same the first one counts. */
typedef LIST(Removal) RemovalList;

RemovalList removals_of(const Module *root, Arena *arena);

/* False when something that was removed is configured all the same (reported). */
bool removals_check(const Module *root, Arena *arena, Diags *diags);

/* Whether the object is to be forgotten, not destroyed. */
bool removals_forget(const RemovalList *removals, Address address, Arena *arena);
