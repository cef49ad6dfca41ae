/*
 * format_spelling.c: old spellings in today's words.
 *
 * Three things are spelled anew: the labels of a block stand in quotes, the type of a variable is
 * no string, and an argument that is one ${...} in quotes is the expression itself. Values inside
 * of expressions stay as they are.
 */
#include "format_parts.h"

#include "pipectl/lang/expr.h"
#include "pipectl/value/unicode.h"

typedef struct Speller {
    Arena *arena;
    const FormatToken *next;
    FormatTokenList written;
} Speller;

/* Part of the tokens of a file. */
typedef struct Span {
    const FormatToken *first;
    size_t count;
} Span;

static void write_token(Speller *speller, TokenKind kind, Text text)
{
    list_add(speller->arena, &speller->written, (FormatToken){ kind, text, 0 });
}

static void write_span(Speller *speller, Span span)
{
    for (size_t i = 0; i < span.count; i++)
        list_add(speller->arena, &speller->written, span.first[i]);
}

static void copy_next(Speller *speller)
{
    write_span(speller, (Span){ speller->next++, 1 });
}

static void copy_comments(Speller *speller)
{
    while (speller->next->kind == TOKEN_COMMENT)
        copy_next(speller);
}

/* --- values --------------------------------------------------------------------------------- */

/* Whether the tokens between ${ and } are one expression and hold no other sequence, except in
   quotes of their own. */
static bool is_one_expression(Span inside)
{
    size_t quotes = 0;

    for (size_t i = 0; i < inside.count; i++) {
        TokenKind kind = inside.first[i].kind;

        if (kind == TOKEN_OPEN_QUOTE)
            quotes++;
        else if (kind == TOKEN_CLOSE_QUOTE)
            quotes--;
        else if (quotes == 0 && (kind == TOKEN_OPEN_INTERPOLATION || kind == TOKEN_CLOSE_SEQUENCE))
            return false;
    }
    return true;
}

static Span without_outer_newlines(Span span)
{
    while (span.count && span.first->kind == TOKEN_NEWLINE)
        span = (Span){ span.first + 1, span.count - 1 };
    while (span.count && span.first[span.count - 1].kind == TOKEN_NEWLINE)
        span.count--;
    return span;
}

static bool has_kind(Span span, TokenKind kind)
{
    for (size_t i = 0; i < span.count; i++)
        if (span.first[i].kind == kind)
            return true;
    return false;
}

static bool is_in_parentheses(Span span)
{
    return span.first->kind == TOKEN_OPEN_PARENTHESIS &&
           span.first[span.count - 1].kind == TOKEN_CLOSE_PARENTHESIS;
}

/* Whether a line ends outside of all brackets, and not only the last one: without quotes or
   parentheses around it that would be the end of the argument. */
static bool breaks_off(Span span)
{
    int nesting = 0;

    for (size_t i = 0; i + 1 < span.count; i++) {
        nesting += format_nesting(span.first[i].kind);
        if (nesting == 0 && format_ends_line(&span.first[i]))
            return true;
    }
    return false;
}

static bool is_quoted_sequence(Span value)
{
    return value.count >= 5 && value.first[0].kind == TOKEN_OPEN_QUOTE &&
           value.first[1].kind == TOKEN_OPEN_INTERPOLATION &&
           value.first[value.count - 2].kind == TOKEN_CLOSE_SEQUENCE;
}

static void spell_value(Speller *speller, Span value)
{
    Span inside = { value.first + 2, value.count - 4 };
    bool spreads;

    if (!is_quoted_sequence(value) || !is_one_expression(inside)) {
        write_span(speller, value);
        return;
    }
    inside = without_outer_newlines(inside);
    spreads = has_kind(inside, TOKEN_NEWLINE) && !is_in_parentheses(inside);
    if (!spreads && breaks_off(inside)) { /* Terraform makes something of it that cannot be read */
        write_span(speller, value);
        return;
    }
    if (spreads)
        write_token(speller, TOKEN_OPEN_PARENTHESIS, TEXT_LIT("("));
    write_span(speller, inside);
    if (spreads)
        write_token(speller, TOKEN_CLOSE_PARENTHESIS, TEXT_LIT(")"));
}

/* --- types ---------------------------------------------------------------------------------- */

static const struct {
    const char *quoted; /* "string" */
    const char *bare;   /* list */
    const char *name, *element;
} types[] = {
    { "string", NULL, "string", NULL }, { "list", NULL, "list", "string" },
    { "map", NULL, "map", "string" },   { NULL, "list", "list", "any" },
    { NULL, "set", "set", "any" },      { NULL, "map", "map", "any" },
};

static void write_type(Speller *speller, const char *name, const char *element)
{
    write_token(speller, TOKEN_IDENTIFIER, text_of(name));
    if (!element)
        return;
    write_token(speller, TOKEN_OPEN_PARENTHESIS, TEXT_LIT("("));
    write_token(speller, TOKEN_IDENTIFIER, text_of(element));
    write_token(speller, TOKEN_CLOSE_PARENTHESIS, TEXT_LIT(")"));
}

static void spell_type(Speller *speller, Span value)
{
    bool quoted = value.count == 3 && value.first->kind == TOKEN_OPEN_QUOTE;
    bool bare = value.count == 1;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if ((quoted && types[i].quoted && text_is(value.first[1].text, types[i].quoted)) ||
            (bare && types[i].bare && text_is(value.first->text, types[i].bare))) {
            write_type(speller, types[i].name, types[i].element);
            return;
        }
    }
    write_span(speller, value);
}

/* --- labels --------------------------------------------------------------------------------- */

static void add_escaped(TextBuilder *builder, Text text)
{
    uint32_t code_point;

    for (size_t at = 0, next; at < text.length; at = next) {
        next = unicode_next(text, at, &code_point);
        if (code_point == '\n')
            text_add(builder, TEXT_LIT("\\n"));
        else if (code_point == '\r')
            text_add(builder, TEXT_LIT("\\r"));
        else if (code_point == '\t')
            text_add(builder, TEXT_LIT("\\t"));
        else if (code_point == '"' || code_point == '\\')
            text_add_format(builder, "\\%c", (char)code_point);
        else if ((code_point == '$' || code_point == '%') && next < text.length &&
                 text.bytes[next] == '{')
            text_add_repeated(builder, (char)code_point, 2);
        else if (code_point > 0xFFFF && !unicode_is_printable(code_point))
            text_add_format(builder, "\\U%08x", code_point);
        else if (!unicode_is_printable(code_point))
            text_add_format(builder, "\\u%04x", code_point);
        else
            text_add(builder, text_slice(text, at, next));
    }
}

/* What the label says, with as few escapes as possible. */
static Text label_text(Speller *speller, Text literal)
{
    Diags diags = diags_make(speller->arena);
    Source source = { .text = text_format(speller->arena, "\"" TEXT_FMT "\"", TEXT(literal)) };
    ExprText text = { .source = &source, .text = source.text };
    Value value =
        expr_evaluate(expr_parse(speller->arena, text, &diags), NULL, speller->arena, &diags);
    TextBuilder builder = text_builder(speller->arena);

    add_escaped(&builder, value_text(value));
    return text_built(&builder);
}

static void write_label(Speller *speller, Text text)
{
    write_token(speller, TOKEN_OPEN_QUOTE, TEXT_LIT("\""));
    write_token(speller, TOKEN_QUOTED_TEXT, text);
    write_token(speller, TOKEN_CLOSE_QUOTE, TEXT_LIT("\""));
}

/* Terraform leaves out a label with a $ or % in it (there are several tokens in its quotes). Here
   nothing gets lost. */
static void spell_label(Speller *speller)
{
    const FormatToken *token = speller->next;
    TextBuilder literal = text_builder(speller->arena);

    if (token->kind == TOKEN_IDENTIFIER) {
        write_label(speller, token->text);
    } else {
        for (token++; token->kind != TOKEN_CLOSE_QUOTE; token++)
            text_add(&literal, token->text);
        write_label(speller, label_text(speller, text_built(&literal)));
    }
    speller->next = token + 1;
}

static bool is_label(const FormatToken *token)
{
    return token->kind == TOKEN_IDENTIFIER || token->kind == TOKEN_OPEN_QUOTE;
}

/* Comments between labels are left out. */
static void spell_labels(Speller *speller)
{
    const FormatToken *after = speller->next;

    while (after->kind == TOKEN_COMMENT)
        after++;
    while (is_label(after)) {
        speller->next = after;
        spell_label(speller);
        after = speller->next;
        while (after->kind == TOKEN_COMMENT)
            after++;
    }
}

/* --- bodies --------------------------------------------------------------------------------- */

/* The value of an argument: up to the end of its line, without comments there. */
static Span value_span(const FormatToken *first)
{
    size_t count = 0;
    int nesting = 0;

    for (const FormatToken *token = first; token->kind != TOKEN_END; token++) {
        if (nesting == 0 && (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_CLOSE_BRACE))
            break;
        nesting += format_nesting(token->kind);
        if (nesting > 0 || token->kind != TOKEN_COMMENT)
            count = (size_t)(token - first) + 1;
        else if (text_ends_with(token->text, TEXT_LIT("\n")))
            break;
    }
    return (Span){ first, count };
}

static void spell_argument(Speller *speller, bool is_type)
{
    Span value;

    copy_next(speller); /* = */
    copy_comments(speller);
    value = value_span(speller->next);
    if (is_type)
        spell_type(speller, value);
    else
        spell_value(speller, value);
    speller->next += value.count;
}

/* Up to the end of the text or the brace that closes the body. [block]: the type of the outermost
   block, empty outside and in blocks within blocks. */
static void spell_body(Speller *speller, Text block, size_t depth)
{
    while (speller->next->kind != TOKEN_END && speller->next->kind != TOKEN_CLOSE_BRACE) {
        Text name = speller->next->text;

        if (speller->next->kind != TOKEN_IDENTIFIER) {
            copy_next(speller);
            continue;
        }
        copy_next(speller);
        if (speller->next[0].kind != TOKEN_ASSIGN)
            spell_labels(speller);
        copy_comments(speller);
        if (speller->next->kind == TOKEN_ASSIGN) {
            spell_argument(speller,
                           depth == 1 && text_is(block, "variable") && text_is(name, "type"));
        } else {
            copy_next(speller); /* { */
            spell_body(speller, name, depth + 1);
            copy_next(speller); /* } */
        }
    }
}

FormatTokenList format_spelling(Arena *arena, const FormatTokenList *tokens)
{
    Speller speller = { .arena = arena, .next = tokens->items };

    spell_body(&speller, TEXT_NONE, 0);
    copy_next(&speller); /* the end */
    return speller.written;
}
