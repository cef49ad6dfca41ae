/*
 * text_diff.h: what changed between two texts, as `diff -u` shows it.
 */
#pragma once

#include "pipectl/base/text.h"

/* Empty where they are equal. [name] is shown behind old/ and new/. */
Text text_diff(Arena *arena, Text name, Text before, Text after);
