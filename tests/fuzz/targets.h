/*
 * targets.h: every reader of the program as a function of its input's bytes.
 *
 * A target reads the input as the program would, looks at all that came out, and forgets it. It may
 * refuse whatever it wants; it may not crash, leak, overrun, take long, or contradict itself: what
 * was written by us (formatted text, JSON) must be readable again.
 */
#pragma once

#include "pipectl/base/text.h"

typedef struct FuzzTarget {
    const char *name;
    void (*run)(Text input);
} FuzzTarget;

extern const FuzzTarget fuzz_targets[]; /* ends with a name of NULL */

const FuzzTarget *fuzz_target_find(const char *name); /* NULL: there is none */
