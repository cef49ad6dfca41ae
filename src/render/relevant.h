/*
 * relevant.h: which attributes of which resources have a part in what is planned.
 *
 * "A part" is to be referred to, at whatever distance, by something that changes. The plan's JSON lists these
 * attributes; of what has changed outside, people are shown only these.
 */
#pragma once

#include "pipectl/lang/traversal.h"
#include "pipectl/plan/plan.h"

typedef struct RelevantAttribute {
    Text resource;              /* an address, of one instance only where the reference names one */
    const TraversalStep *steps; /* into the resource; none: the whole of it */
    size_t count;
} RelevantAttribute;

typedef LIST(RelevantAttribute) RelevantAttributeList;

RelevantAttributeList plan_relevant_attributes(const Plan *plan, Arena *arena);

bool relevant_has(const RelevantAttributeList *attributes, Text resource);

/* [before] with the relevant parts of [after], both values of [resource]. */
Value relevant_part(const RelevantAttributeList *attributes, Text resource, Value before, Value after, Arena *arena);
