/*
 * object.h: instance objects as JSON, with the members that a state file gives an instance.
 */
#pragma once

#include "pipectl/state/state.h"

/* From an instance of a state file or a journal's record. NULL, and [ret_why], when it is none. */
const InstanceObject *object_read(Arena *arena, Value json, const char **ret_why);

/* The object's members (not those of its instance: key, deposed). */
Value object_to_json(Arena *arena, const InstanceObject *object);

/* Reads a list of strings; empty when it is none. */
TextList object_read_texts(Arena *arena, Value json);
Value object_texts_to_json(Arena *arena, const TextList *texts);

/* "id", else "arn": what tells it from others of its type; empty when it has none. */
Text object_identity(Value attributes);

/* As far as the attributes tell, the same thing in the world. */
bool object_is_same(Value attributes, Value other);
