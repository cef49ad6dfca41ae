/*
 * conversion.h: what can be said of a conversion from the types alone.
 *
 * Terraform decides from the types whether a conversion is possible and only then looks at the
 * values: a tuple with one unsuitable element is refused as a whole, with a text about types.
 */
#pragma once

#include "pipectl/value/type.h"

/* Which conversions count: all that may succeed with some value, or only those that no value makes
   fail and that lose nothing (a number becomes a string, a string no number). Terraform converts
   values in the first way, but unifies the elements of maps that it converts in the second. */
typedef enum ConversionMode { CONVERT_ANY, CONVERT_SAFELY } ConversionMode;

/* Whether a value of type [from] may be converted to [to] at all. Everything may become dynamic,
   and a dynamic one may turn out to be anything. */
bool type_converts(const Type *from, const Type *to, ConversionMode mode);

/* Why type_converts says no (to CONVERT_ANY). */
Text type_mismatch(Arena *arena, const Type *from, const Type *to);

/* type_unify, by the conversions of [mode]. */
const Type *type_unify_by(ConversionMode mode, const Type *const *types, size_t count);

/* [to] with its dynamic places filled from [from]: the type of a null or unknown converted to it. */
const Type *type_filled(const Type *from, const Type *to);

/* The type that the elements of a tuple or object are first converted to when it becomes a
   collection of [wanted_element]; NULL when there is none. */
const Type *type_of_elements(const Type *structural, const Type *wanted_element,
                             ConversionMode mode);
