/*
 * statefile.h: the text of a state, version 4, as Terraform 1.11 reads and writes it.
 *
 * Files of newer writers are read too: members of an instance that are not known here are kept with the
 * object, all others are dropped, as Terraform drops them. Written is byte for byte what Terraform would
 * write: members in its order, resources and instances sorted, two spaces of indentation.
 *
 * One thing cannot be known without a schema: whether {"type":"string","value":"x"} among the attributes
 * is a dynamic value (Terraform writes "value" first) or a map with two such keys ("type" first). What
 * reads as a dynamic value is written as one; only the order of two lines depends on it.
 */
#pragma once

#include "pipectl/base/version.h"
#include "pipectl/state/state.h"

/* NULL on failure. Empty text is an error here: whether that means "no state yet" is for the caller. */
State *statefile_read(Arena *arena, const Source *source, Diags *diags);

/* The whole file, from [state] as it is (serial and lineage too). */
Text statefile_text(Arena *arena, const State *state);

/* The part of a written text that decides whether the state has changed: all but versions, serial and lineage. */
Text statefile_body(Text text);
