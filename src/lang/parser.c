/* Looking at tokens, and reporting the first mistake. */
#include "parse.h"

Parser parser_make(Arena *arena, const TokenList *tokens, Diags *diags)
{
    return (Parser){
        .arena = arena,
        .tokens = tokens->items,
        .newlines = true,
        .previous = { tokens->items->range.source, tokens->items->range.start,
                     tokens->items->range.start},
        .diags = diags,
    };
}

static size_t next_index(const Parser *parser)
{
    size_t i = parser->next;

    while (parser->tokens[i].kind == TOKEN_COMMENT ||
           (!parser->newlines && parser->tokens[i].kind == TOKEN_NEWLINE))
        i++;
    return i;
}

const Token *parser_peek(const Parser *parser)
{
    return &parser->tokens[next_index(parser)];
}

const Token *parser_read(Parser *parser)
{
    size_t i = next_index(parser);

    parser->next = parser->tokens[i].kind == TOKEN_END ? i : i + 1;
    parser->previous = parser->tokens[i].range;
    return &parser->tokens[i];
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
    /* An invalid token has been reported by the lexer. */
    if (!parser->failed && !parser_is(parser, TOKEN_INVALID)) {
        Text detail = text_format_list(parser->arena, format, arguments);

        diag_error(parser->diags, range, summary, TEXT_FMT, TEXT(detail));
    }
    parser->failed = true;
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
