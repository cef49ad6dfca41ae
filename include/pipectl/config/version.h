/*
 * version.h: version numbers and what constrains them: ">= 1.5.0, < 2.0", "~> 5.0".
 */
#pragma once

#include "pipectl/base/text.h"

/* Whether the text is a constraint at all. */
bool version_constraint_is_valid(Text constraint);

/* Whether [version] ("1.11.4") satisfies a valid constraint; an empty one is always satisfied. */
bool version_satisfies(Text version, Text constraint);

/* As Terraform's JSON writes it: ">= 5.0" is ">= 5.0.0"; "~> 5.0" stays. */
Text version_constraint_text(Arena *arena, Text constraint);
