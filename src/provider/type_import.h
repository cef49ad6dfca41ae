/*
 * type_import.h: objects of described types by the ids that people know.
 */
#pragma once

#include "type_scope.h"

/* The rows that [id] gives by the first pattern that it fits, all others null; an error where it
   fits none. */
Value type_import(const ResourceType *type, Text id, Value provider, Arena *arena, Diags *diags);
