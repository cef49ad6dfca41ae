/*
 * equal.h: when two values of a row are the same: `same`, documents, times, and nothing in its many
 * spellings.
 */
#pragma once

#include "type_scope.h"

/* Nothing: null, "", 0, false, no elements. */
bool value_is_nothing(Value value);
Value value_nothing(const Type *type, Arena *arena); /* null for objects */

/* The normal form of a row's text: documents compact and sorted. Others as they are. */
Text row_normal(const Row *row, Text text, Arena *arena);

/* Whether [value] says no more than [prior] did. Silence is the same as nothing. Blocks are
   compared row by row, those of sets without order. Unknown values are the same only as each other.
 */
bool row_same(const TypeScope *scope, const Row *row, Value value, Value prior, Arena *arena);
