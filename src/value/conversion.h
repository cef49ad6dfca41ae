/*
 * conversion.h: what can be said of a conversion from the types alone.
 *
 * Terraform decides from the types whether a conversion is possible and only then looks at the
 * values: a tuple with one unsuitable element is refused as a whole, with a text about types.
 */
#pragma once

#include "pipectl/value/type.h"

/* Whether a value of type [from] may be converted to [to] at all. Everything may become dynamic,
   and a dynamic one may turn out to be anything. */
bool type_converts(const Type *from, const Type *to);

/* Why type_converts says no. */
Text type_mismatch(Arena *arena, const Type *from, const Type *to);

/* [to] with its dynamic places filled from [from]: the type of a null or unknown converted to it. */
const Type *type_filled(const Type *from, const Type *to);

/* The element type of a collection that a tuple or object becomes; NULL when there is none. */
const Type *type_of_elements(const Type *structural, const Type *wanted_element);
