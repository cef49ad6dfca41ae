/*
 * regex_grammar.h: RE2's regular expressions, written as PCRE2's.
 *
 * The two look alike and differ in meaning: \s, $, ^, \b and . match other things, names of groups
 * have other rules, and PCRE2 takes much that RE2 refuses (look-around, backreferences, possessive
 * repetition). So a pattern is parsed by RE2's grammar, and what is written says everything out.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef struct RegexSyntax {
    Text pattern;     /* PCRE2's */
    LIST(Text) names; /* of the capture groups, in order; empty where a group has none */
    const char *wrong; /* what is wrong, when it is */
    Text where;        /* the part that is */
} RegexSyntax;

/* False when it is no pattern: [wrong] and [where] say why. */
bool regex_translate(Arena *arena, Text pattern, RegexSyntax *ret_syntax);
