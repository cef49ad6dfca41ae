/*
 * saved_value.h: values as a saved plan holds them: with unknown parts, what is known of these, and
 * marks.
 *
 * A place has a static type, from the schema; a value that fits it is plain JSON: scalars, null,
 * and arrays for all collections (an object's members in the order of its type, a map's keys and
 * values by turns). So a JSON object is free to say what plain JSON cannot:
 *
 *   {"type":..., "marks":1, "unknown":true, "value":...}
 *
 *   type     the value's own, where it is not the place's
 *   marks    MARK_SENSITIVE and the like
 *   unknown  true, or {"not_null":true,"prefix":...,"predicted":{...}}; there is no value then
 *   value    plain JSON; an infinite number is a string, "+Inf"
 */
#pragma once

#include "pipectl/value/value.h"

void saved_value_add(TextBuilder *builder, Value value, const Type *type);

/* False when the JSON is not what saved_value_add wrote for the type. */
bool saved_value_read(Arena *arena, Value json, const Type *type, Value *ret_value);
