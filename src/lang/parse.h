/*
 * parse.h: tokens into expressions, by recursive descent.
 *
 * A parser function reads as many tokens as its production covers and leaves the rest: what comes
 * after an expression is the business of whoever asked for it. Whether line ends count is a state
 * of the parser: inside brackets they do not.
 *
 * Calling sequence
 *   Lexer *lexer = lexer_open(&scratch, &text, LEX_EXPRESSION, diags);
 *   Parser parser = parser_make(arena, &scratch, lexer, diags);
 *   const Expr *expr = parse_expression(&parser);
 *   if (parser.failed) parser_skip_line(&parser);
 *
 * Errors      The first mistake is reported and sets [failed]; nothing more is reported until the
 *             caller has found a place to go on and has cleared it. Expressions are never NULL:
 * what could not be read evaluates to unknown, silently.
 */
#pragma once

#include "expr_node.h"
#include "lex.h"

typedef struct Parser {
    Arena *arena;
    Arena *scratch; /* for what is not needed when all has been read */
    Lexer *lexer;
    size_t next;   /* index of the next token */
    bool newlines; /* line ends are tokens, not white space */
    bool failed;
    bool was_strange; /* what follows from a TOKEN_STRANGE was reported, which is done once */
    size_t depth;     /* of nesting */
    int returns;      /* how often it went back to skip what holds a mistake */
    Range previous;   /* of the token read last */
    Diags *diags;
} Parser;

/* How deep expressions may be nested, and how many operators or steps may follow one another. */
enum { PARSE_DEPTH_MAX = 1000, PARSE_CHAIN_MAX = 2000 };

/* Line ends count to begin with, as they do in a body. */
Parser parser_make(Arena *arena, Arena *scratch, Lexer *lexer, Diags *diags);

/* What was read so far will not be gone back to: its tokens are forgotten. */
void parser_forget(Parser *parser);

/* The next token that counts; comments never do. */
const Token *parser_peek(const Parser *parser);
const Token *parser_read(Parser *parser);
bool parser_is(const Parser *parser, TokenKind kind);
bool parser_is_keyword(const Parser *parser, const char *word);

/* Reads the next token if it is of this kind. */
bool parser_accept(Parser *parser, TokenKind kind);

/* Line ends count or not from here on; returns what was so before. */
bool parser_set_newlines(Parser *parser, bool newlines);

/* Reports at the next token, unless something was reported already. Returns EXPR_MISTAKE. */
__attribute__((format(printf, 3, 4))) const Expr *parser_fail(Parser *parser, const char *summary,
                                                              const char *detail_format, ...);
/* The same at a range of one's own. */
__attribute__((format(printf, 4, 5))) const Expr *
parser_fail_at(Parser *parser, Range range, const char *summary, const char *detail_format, ...);

/* 1 for what opens, -1 for what closes, 0 for the rest. */
int token_nesting(TokenKind kind);

/* Skips what the next token opens, through what closes it. */
void parser_skip_nested(Parser *parser);

/* Skips to the line end that ends the current argument: brackets that open on the way are skipped
   whole. Stops before a } that was not opened there. Clears [failed]. */
void parser_skip_line(Parser *parser);

/* From the start of [start] to the end of the token read last. */
Range parser_range_from(const Parser *parser, Range start);

/* expression = operation ("?" expression ":" expression)? */
const Expr *parse_expression(Parser *parser);

/* A quoted string that may not hold ${ or %{: a label of a block. The opening quote is the next
   token. */
bool parse_label(Parser *parser, Text *ret_text, Range *ret_range);

/* The parts of a template up to the token [end]: its quote, its heredoc marker, or the text's end.
 */
const Expr *parse_template(Parser *parser, TokenKind end, Range start);
