/*
 * document.h: JSON documents in strings: their normal form, and when two policies mean the same.
 */
#pragma once

#include "pipectl/value/value.h"

/* As IAM keeps inline policies: the normal form, its version in front. */
Text policy_inline_normal(Arena *arena, Text text);

/* Compact, keys sorted; the text itself when it is no JSON. */
Text document_normal(Arena *arena, Text text);

bool document_equal(Arena *arena, Text a, Text b);

/* As IAM sees it: the order of statements, actions and keys does not matter, one element is a list
   of one, an account's number is its root. */
bool policy_equal(Arena *arena, Text a, Text b);
