/*
 * scalar.h: where the bytes of a decoded scalar stand in its file.
 *
 * A quoted or folded scalar is not the source's own text: escapes shrink, folds disappear. For
 * one that holds ${ or %{ the walk over its raw text notes a run (decoded offset, place)
 * wherever the two part, so that a mistake in the third line of a folded block is shown there.
 */
#pragma once

#include "pipectl/lang/node.h"

typedef enum ScalarStyle {
    SCALAR_PLAIN,
    SCALAR_SINGLE, /* 'it''s' */
    SCALAR_DOUBLE, /* "a\tb", YAML's escapes and folds */
    SCALAR_BLOCK,  /* | and >: raw begins with the indicator */
    SCALAR_JSON,   /* "a\tb", JSON's escapes */
} ScalarStyle;

/* Says where a string node's text stands. [raw] is the source's text from [start] on, without quotes. */
void scalar_locate(Arena *arena, Node *node, Text raw, uint32_t start, ScalarStyle style);

/* The number that a number node's text stands for: decimal, 0x or 0o. False: no number is that large. */
bool scalar_number(Arena *arena, Text text, Number *ret_number);

/* Whether it holds ${ or %{. */
bool scalar_is_template(Text text);

/* The offset of the first ${ or %{ that no } closes (strings inside it skipped), or
   TEXT_NOT_FOUND. */
size_t scalar_find_unclosed(Text text);

/* The offset after the } that closes the sequence opened at [from], or TEXT_NOT_FOUND. */
size_t scalar_sequence_end(Text text, size_t from);
