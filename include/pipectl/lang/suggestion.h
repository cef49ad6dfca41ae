/*
 * suggestion.h: "Did you mean ...?" for a name that is not known.
 */
#pragma once

#include "pipectl/base/text.h"

/* How many letters must be added, taken or changed to make one of the other. */
size_t suggestion_distance(Text a, Text b);

/* The first of the names that is at most two letters away, or empty. */
Text suggestion_find(Text name, const Text *known, size_t count);

/* " Did you mean \"x\"?" for messages, or empty. */
Text suggestion_text(Arena *arena, Text name, const Text *known, size_t count);
