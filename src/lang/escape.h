/*
 * escape.h: "\uD83D\uDE00", a character beyond U+FFFF as JSON's writers put it: in two halves.
 *
 * A YAML file may have been written by a writer of JSON, but YAML takes each escape for a
 * character, and libyaml refuses a half of one. So the backslashes of pairs are hidden from it
 * behind a stand-in, and what it makes of a scalar has its pairs joined afterwards. Nothing else
 * moves: the stand-in is one character for one, and libyaml's marks count characters.
 */
#pragma once

#include "pipectl/base/text.h"

/* Four hexadecimal digits at [at], or -1. */
int32_t escape_unit(Text text, size_t at);

/* The length of the pair at [at], 0 where there is none; its halves begin with [backslash]. */
size_t escape_pair(Text text, size_t at, Text backslash, uint32_t *ret_code_point);

/* Puts the stand-in before the halves of each pair: wherever there may be one, since what is
   inside of double quotes only libyaml knows. False: there is none, or the text has the stand-in
   itself, which is U+FDD0 and belongs into no text. */
bool escape_hide_pairs(Arena *arena, Text text, Text *ret_hidden);

/* What the scalar holds without the stand-in: characters in double quotes, elsewhere a backslash
   is only that. */
Text escape_join_pairs(Arena *arena, Text scalar, bool double_quoted);
