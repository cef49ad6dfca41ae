/*
 * block_text.h: an object as the block that would configure it, in native syntax.
 */
#pragma once

#include "pipectl/plan/plan.h"

/* What can be configured of it, as Terraform generates it for an import: nulls too, JSON as jsonencode. Ends with the block's
   brace. */
Text block_text(Arena *arena, Address address, const Schema *schema, Value object);
