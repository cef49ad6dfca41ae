/*
 * undeclared.h: references that mean nothing, and what may be meant instead.
 */
#pragma once

#include "evaluate.h"

#include "pipectl/lang/reference.h"

/* Reports it; unknown. */
Value reference_undeclared(const Reference *reference, const ModuleInstance *instance,
                           Diags *diags);

/* Whether the reference has an instance key where the resource has several instances, and none
   where it has one: seen without knowing how many there are. Reports it where not. */
bool reference_key_fits(const Resource *resource, const Reference *reference,
                        const Traversal *traversal, Diags *diags);
