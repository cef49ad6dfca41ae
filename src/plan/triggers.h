/*
 * triggers.h: replace_triggered_by: whether something that it names changes.
 *
 * Only updates and replacements of what is there count, as under Terraform: an object that is made
 * for the first time, or goes, replaces nothing.
 */
#pragma once

#include "instance.h"
#include "planner.h"

/* The changes of one resource in one module instance. */
typedef struct ResourceChanges {
    const Change *first;
    bool triggers; /* one of them counts */
} ResourceChanges;

/* To be told of each change when it is made. */
void triggers_note(Planner *planner, Change *change);

/* What is wrong with a name is reported. */
bool triggers_replacement(const Planner *planner, const Instance *instance);
