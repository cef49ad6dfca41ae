/*
 * format_parts.h: the steps of formatting.
 *
 * Tokens here are not those of lex.h: a comment that reaches to the line's end holds that line end,
 * and instead of a place in a file a token has the blanks that stand before it.
 */
#pragma once

#include "lex.h"
#include "pipectl/lang/format.h"

typedef struct FormatToken {
    TokenKind kind;
    Text text;
    size_t blanks;
} FormatToken;

typedef LIST(FormatToken) FormatTokenList;

/* The same tokens in today's spelling (format_spelling.c). They belong to a file without syntax
   errors. */
FormatTokenList format_spelling(Arena *arena, const FormatTokenList *tokens);

/* Sets the blanks of every token (format_layout.c). */
void format_layout(Arena *arena, FormatTokenList *tokens);

/* What a token does to the nesting of brackets: 1, -1 or 0. Quotes and heredocs are none. */
int format_nesting(TokenKind kind);

/* A line end, or a comment that holds one. */
bool format_ends_line(const FormatToken *token);
