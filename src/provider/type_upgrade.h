/*
 * type_upgrade.h: objects that an older schema saved.
 */
#pragma once

#include "type_scope.h"

/* The object's JSON as the present schema has it. */
Value type_upgrade(const ResourceType *type, int64_t version, Value json, Arena *arena,
                   Diags *diags);
