/*
 * lex.h: text into tokens.
 *
 * A text is cut up whole, so that parsers can look ahead as far as they like. Inside a template the
 * tokens are its parts: literal text, the openings ${ and %{, what stands between, and the closing
 * brace, which has a kind of its own. Comments are tokens too (a formatter needs them).
 *
 * Errors      Characters that belong to no token are reported here and become TOKEN_INVALID, which
 *             parsers refuse silently.
 * Ownership   Token texts share the bytes of the text that was cut up.
 */
#pragma once

#include "pipectl/lang/expr.h"

typedef enum TokenKind {
    TOKEN_END, /* of the text; always the last one */
    TOKEN_NEWLINE,
    TOKEN_COMMENT, /* without the line's end */
    TOKEN_IDENTIFIER,
    TOKEN_NUMBER,
    TOKEN_INVALID, /* reported already */

    /* templates */
    TOKEN_OPEN_QUOTE,
    TOKEN_CLOSE_QUOTE,
    TOKEN_OPEN_HEREDOC,       /* << or <<-, marker and line end */
    TOKEN_CLOSE_HEREDOC,      /* the line of the marker, without its end */
    TOKEN_QUOTED_TEXT,        /* with backslash escapes */
    TOKEN_PLAIN_TEXT,         /* of a heredoc or a bare template: at most one line, with its end */
    TOKEN_OPEN_INTERPOLATION, /* ${ or ${~ */
    TOKEN_OPEN_DIRECTIVE,     /* %{ or %{~ */
    TOKEN_CLOSE_SEQUENCE,     /* } or ~} that ends one of the two */

    /* brackets */
    TOKEN_OPEN_BRACE,
    TOKEN_CLOSE_BRACE,
    TOKEN_OPEN_BRACKET,
    TOKEN_CLOSE_BRACKET,
    TOKEN_OPEN_PARENTHESIS,
    TOKEN_CLOSE_PARENTHESIS,

    /* operators */
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_EQUAL, /* == */
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,

    /* punctuation */
    TOKEN_ASSIGN, /* = */
    TOKEN_ARROW,  /* => */
    TOKEN_QUESTION,
    TOKEN_COLON,
    TOKEN_DOUBLE_COLON,
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_ELLIPSIS,
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Text text;
    Range range;
} Token;

typedef LIST(Token) TokenList;

/* A native file or a single expression. */
TokenList lex_expression(Arena *arena, const ExprText *text, Diags *diags);

/* A bare template: what stands in a template file, or in a YAML or JSON string. */
TokenList lex_template(Arena *arena, const ExprText *text, Diags *diags);

/* Whether the whole text is one identifier. */
bool lex_is_identifier(Text text);
