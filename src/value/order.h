/*
 * order.h: the order in which sets keep their elements.
 *
 * Strings, numbers and bools have their natural order, unknown ones stand after known ones, nulls
 * last. All other elements are ordered by a text that spells them, Terraform's "hash bytes".
 */
#pragma once

#include "pipectl/value/value.h"

/* The text by which elements of this kind are ordered; not for primitive ones. */
Text order_text(Arena *arena, Value value);

/* Of two values of one primitive type. */
int order_primitives(Value a, Value b);
