/* Formatting from end to end: tokens, their spelling, their layout, and the text again. */
#include "format_parts.h"

#include "pipectl/lang/body.h"

static const Token *comment_line_end(const Token *comment)
{
    bool is_inline = text_starts_with(comment->text, TEXT_LIT("/*"));

    return !is_inline && comment[1].kind == TOKEN_NEWLINE ? &comment[1] : NULL;
}

/* Each byte between two tokens counts for a blank: tabs, and the mark of the byte order. */
static FormatTokenList format_tokens(Arena *arena, const TokenList *tokens)
{
    FormatTokenList list = { 0 };
    size_t end = 0;

    for (size_t i = 0; i < tokens->count; i++) {
        const Token *token = &tokens->items[i];
        FormatToken made = { token->kind, token->text, token->range.start - end };
        const Token *line_end = token->kind == TOKEN_COMMENT ? comment_line_end(token) : NULL;

        if (line_end) {
            made.text.length += line_end->text.length;
            i++;
        }
        list_add(arena, &list, made);
        end = tokens->items[i].range.end;
    }
    return list;
}

static Text format_text(Arena *arena, const FormatTokenList *tokens)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < tokens->count; i++) {
        text_add_repeated(&builder, ' ', tokens->items[i].blanks);
        text_add(&builder, tokens->items[i].text);
    }
    return text_built(&builder);
}

bool format_native(Arena *arena, const Source *source, Text *ret_text, Diags *diags)
{
    size_t errors = diags->error_count;
    ExprText text = { .source = source, .text = source->text };
    TokenList tokens;
    FormatTokenList format;

    (void)body_read_hcl(arena, source, diags);
    if (diags->error_count > errors)
        return false;
    tokens = lex_expression(arena, &text, diags);
    format = format_tokens(arena, &tokens);
    format = format_spelling(arena, &format);
    format_layout(arena, &format);
    *ret_text = format_text(arena, &format);
    return true;
}
