/* Looking at tokens, and reporting the first mistake. */
#include "parse.h"

Parser parser_make(Arena *arena, Arena *scratch, Lexer *lexer, Diags *diags)
{
    Range first = lexer_token(lexer, 0)->range;

    return (Parser){
        .arena = arena,
        .scratch = scratch,
        .lexer = lexer,
        .newlines = true,
        .previous = { first.source, first.start, first.start },
        .diags = diags,
    };
}

void parser_forget(Parser *parser)
{
    lexer_forget(parser->lexer, parser->next);
    parser->next = 0;
}

static size_t next_index(const Parser *parser)
{
    size_t i = parser->next;
    TokenKind kind = lexer_token(parser->lexer, i)->kind;

    while (kind == TOKEN_COMMENT || (!parser->newlines && kind == TOKEN_NEWLINE))
        kind = lexer_token(parser->lexer, ++i)->kind;
    return i;
}

const Token *parser_peek(const Parser *parser)
{
    return lexer_token(parser->lexer, next_index(parser));
}

const Token *parser_read(Parser *parser)
{
    size_t i = next_index(parser);
    const Token *token = lexer_token(parser->lexer, i);

    parser->next = token->kind == TOKEN_END ? i : i + 1;
    parser->previous = token->range;
    return token;
}

bool parser_is(const Parser *parser, TokenKind kind)
{
    return parser_peek(parser)->kind == kind;
}

bool parser_is_keyword(const Parser *parser, const char *word)
{
    return parser_is(parser, TOKEN_IDENTIFIER) && text_is(parser_peek(parser)->text, word);
}

bool parser_accept(Parser *parser, TokenKind kind)
{
    if (!parser_is(parser, kind))
        return false;
    parser_read(parser);
    return true;
}

bool parser_set_newlines(Parser *parser, bool newlines)
{
    bool before = parser->newlines;

    parser->newlines = newlines;
    return before;
}

Range parser_range_from(const Parser *parser, Range start)
{
    return range_between(start, parser->previous);
}

static const Expr *fail(Parser *parser, Range range, const char *summary, const char *format,
                        va_list arguments)
{
    bool strange = parser_is(parser, TOKEN_STRANGE);
    bool known = parser_is(parser, TOKEN_UNREADABLE) || (strange && parser->was_strange);

    if (!parser->failed && !known) {
        Text detail = text_format_list(parser->arena, format, arguments);

        diag_error(parser->diags, range, summary, TEXT_FMT, TEXT(detail));
    }
    parser->failed = true;
    parser->was_strange |= strange;
    return expr_make(parser->arena, EXPR_MISTAKE, range);
}

const Expr *parser_fail(Parser *parser, const char *summary, const char *detail_format, ...)
{
    va_list arguments;
    const Expr *expr;

    va_start(arguments, detail_format);
    expr = fail(parser, parser_peek(parser)->range, summary, detail_format, arguments);
    va_end(arguments);
    return expr;
}

const Expr *parser_fail_at(Parser *parser, Range range, const char *summary,
                           const char *detail_format, ...)
{
    va_list arguments;
    const Expr *expr;

    va_start(arguments, detail_format);
    expr = fail(parser, range, summary, detail_format, arguments);
    va_end(arguments);
    return expr;
}

int token_nesting(TokenKind kind)
{
    switch (kind) {
    case TOKEN_OPEN_BRACE:
    case TOKEN_OPEN_BRACKET:
    case TOKEN_OPEN_PARENTHESIS:
    case TOKEN_OPEN_QUOTE:
    case TOKEN_OPEN_HEREDOC:
    case TOKEN_OPEN_INTERPOLATION:
    case TOKEN_OPEN_DIRECTIVE:
        return 1;
    case TOKEN_CLOSE_BRACE:
    case TOKEN_CLOSE_BRACKET:
    case TOKEN_CLOSE_PARENTHESIS:
    case TOKEN_CLOSE_QUOTE:
    case TOKEN_CLOSE_HEREDOC:
    case TOKEN_CLOSE_SEQUENCE:
        return -1;
    default:
        return 0;
    }
}

void parser_skip_nested(Parser *parser)
{
    int depth = 0;

    do
        depth += token_nesting(parser_read(parser)->kind);
    while (depth > 0 && !parser_is(parser, TOKEN_END));
}

void parser_skip_line(Parser *parser)
{
    int depth = 0;

    parser->newlines = true;
    parser->failed = false;
    for (;;) {
        TokenKind kind = parser_peek(parser)->kind;
        int step = token_nesting(kind);

        if (kind == TOKEN_END ||
            (depth == 0 && (kind == TOKEN_NEWLINE || kind == TOKEN_CLOSE_BRACE)))
            return;
        /* A stray closing bracket closes nothing. */
        depth += depth > 0 || step > 0 ? step : 0;
        parser_read(parser);
    }
}
