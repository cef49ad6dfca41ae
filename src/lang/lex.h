/*
 * lex.h: text into tokens.
 *
 * A text is cut up as far as it is asked for, and what has been parsed is forgotten: a file of a
 * million tokens never has them all in memory. Inside a template the tokens are its parts: literal
 * text, the openings ${ and %{, what stands between, and the closing brace, which has a kind of its
 * own. Comments are tokens too (a formatter needs them).
 *
 * Calling sequence
 *   Lexer *lexer = lexer_open(&scratch, &text, LEX_EXPRESSION, diags);
 *   lexer_token(lexer, 0), lexer_token(lexer, 1) ...     in any order
 *   lexer_forget(lexer, n)                               what was token n is token 0 now
 *
 * Errors      Characters that belong to no token are reported here, and are tokens of kinds that
 *             parsers refuse.
 * Ownership   Token texts share the bytes of the text that was cut up. A token can be read
 *             until the next lexer_forget; all of them live in the arena of lexer_open.
 */
#pragma once

#include "pipectl/lang/expr.h"

typedef enum TokenKind {
    TOKEN_END, /* of the text; always the last one */
    TOKEN_NEWLINE,
    TOKEN_COMMENT, /* without the line's end */
    TOKEN_IDENTIFIER,
    TOKEN_NUMBER,
    TOKEN_STRANGE,    /* a character that belongs to no token; reported already */
    TOKEN_UNREADABLE, /* the rest of a text that is no UTF-8; reported already */

    /* templates */
    TOKEN_OPEN_QUOTE,
    TOKEN_CLOSE_QUOTE,
    TOKEN_OPEN_HEREDOC,       /* << or <<-, marker and line end */
    TOKEN_CLOSE_HEREDOC,      /* the line of the marker, without its end */
    TOKEN_QUOTED_TEXT,        /* with backslash escapes */
    TOKEN_QUOTED_NEWLINE,     /* reported already; where no quote follows in the text */
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

typedef enum LexKind {
    LEX_EXPRESSION, /* a native file or a single expression */
    LEX_TEMPLATE,   /* a bare template: what stands in a template file, or in a YAML or JSON string */
} LexKind;

typedef struct Lexer Lexer;

/* [text] must live as long as the lexer. */
Lexer *lexer_open(Arena *arena, const ExprText *text, LexKind kind, Diags *diags);

/* There is always one: TOKEN_END repeats itself. */
const Token *lexer_token(Lexer *lexer, size_t index);

void lexer_forget(Lexer *lexer, size_t count);

/* All tokens of a native file or a single expression. */
TokenList lex_expression(Arena *arena, const ExprText *text, Diags *diags);

/* Whether the whole text is one identifier. */
bool lex_is_identifier(Text text);
