/*
 * read_hcl.c: native syntax into bodies. Expressions are parse.c's business; what is here are
 * arguments, blocks and their labels.
 *
 *   body  = (item newline)*
 *   item  = name "=" expression | name label* "{" (newline body | argument?) "}"
 *   label = name | quoted string
 */
#include "body_hcl.h"
#include "parse.h"

static void parse_body(Parser *parser, HclBody *body, TokenKind end);

enum { FEW_ATTRIBUTES = 32 }; /* that are looked through as fast without a table */

static void index_name(Arena *arena, HclBody *body, const Attribute *attribute)
{
    Range *range = arena_new(arena, Range);

    *range = attribute->name_range;
    table_put(arena, &body->names, attribute->name, range);
}

/* Where an attribute of that name was set before; NULL: nowhere. */
static const Range *find_name(Arena *arena, HclBody *body, Text name)
{
    size_t count = body->attributes.count;

    if (count > FEW_ATTRIBUTES) {
        for (size_t i = body->names.count; i < count; i++)
            index_name(arena, body, &body->attributes.items[i]);
        return table_find(&body->names, name);
    }
    for (size_t i = 0; i < count; i++)
        if (text_equal(body->attributes.items[i].name, name))
            return &body->attributes.items[i].name_range;
    return NULL;
}

static void add_attribute(Parser *parser, HclBody *body, Attribute attribute)
{
    const Range *before = find_name(parser->arena, body, attribute.name);

    if (!before) {
        list_add(parser->arena, &body->attributes, attribute);
        return;
    }
    diag_error(parser->diags, attribute.name_range, "Attribute redefined",
               "The argument \"" TEXT_FMT "\" was already set at " TEXT_FMT
               ". Each argument may be set only once.",
               TEXT(attribute.name), TEXT(range_place(parser->arena, *before)));
}

/* The rest of "name = expression"; the next token is the equals sign. */
static void parse_argument(Parser *parser, HclBody *body, const Token *name)
{
    const Expr *expr;

    parser_read(parser);
    expr = parse_expression(parser);
    add_attribute(
        parser, body,
        (Attribute){ name->text, name->range, expr, range_between(name->range, expr_range(expr)) });
}

/* Reading a file again for each of its mistakes would not end soon: blocks lie in blocks. */
enum { MOST_RETURNS = 50 };

/* Goes on after a mistake: from the item's first token on, so that brackets are counted that it
   opened. */
static void skip_item(Parser *parser, size_t first)
{
    if (parser->returns < MOST_RETURNS)
        parser->next = first;
    parser->returns++;
    parser_skip_line(parser);
}

static void end_item(Parser *parser, size_t first, const char *summary, const char *detail)
{
    if (!parser->failed && !parser_is(parser, TOKEN_NEWLINE) && !parser_is(parser, TOKEN_END))
        parser_fail(parser, summary, "%s", detail);
    if (parser->failed)
        skip_item(parser, first);
    parser_accept(parser, TOKEN_NEWLINE);
}

/* --- blocks --------------------------------------------------------------------------------- */

typedef LIST(Text) LabelList;
typedef LIST(Range) LabelRangeList;

static bool parse_labels(Parser *parser, HclBlock *block)
{
    LabelList labels = { 0 };
    LabelRangeList ranges = { 0 };

    while (parser_is(parser, TOKEN_IDENTIFIER) || parser_is(parser, TOKEN_OPEN_QUOTE)) {
        Text label = parser_peek(parser)->text;
        Range range = parser_peek(parser)->range;

        if (parser_is(parser, TOKEN_IDENTIFIER))
            parser_read(parser);
        else if (!parse_label(parser, &label, &range))
            return false;
        list_add(parser->arena, &labels, label);
        list_add(parser->arena, &ranges, range);
    }
    block->labels = labels.items;
    block->label_ranges = ranges.items;
    block->label_count = labels.count;
    return true;
}

/* { argument }: after the brace, on the same line. */
static void parse_single_line(Parser *parser, HclBody *body)
{
    const Token *name = parser_peek(parser);

    if (name->kind != TOKEN_IDENTIFIER) {
        parser_fail(
            parser, "Invalid single-argument block definition",
            "A single-line block holds at most one argument, and its closing brace comes right "
            "after it.");
        return;
    }
    parser_read(parser);
    if (!parser_is(parser, TOKEN_ASSIGN)) {
        parser_fail_at(
            parser, name->range, "Argument definition required",
            "A single-line block holds one argument and no block. To set the argument \"" TEXT_FMT
            "\", use the equals sign; a nested block needs a line of its own.",
            TEXT(name->text));
        return;
    }
    parse_argument(parser, body, name);
    if (parser->failed || parser_is(parser, TOKEN_CLOSE_BRACE))
        return;
    parser_fail(
        parser, "Invalid single-argument block definition",
        "A block that begins on one line with its argument must end right after it on the same "
        "line. For more arguments, put each on a line of its own.");
}

static void parse_block_body(Parser *parser, HclBody *body, Range brace)
{
    size_t errors = parser->diags->error_count;

    if (parser_accept(parser, TOKEN_NEWLINE))
        parse_body(parser, body, TOKEN_CLOSE_BRACE);
    else if (!parser_is(parser, TOKEN_CLOSE_BRACE) && !parser_is(parser, TOKEN_END))
        parse_single_line(parser, body);
    if (parser->failed) {
        /* The mistake stands on the block's own line: whatever follows up to its brace is the
           block's. */
        parser_skip_line(parser);
        parse_body(parser, body, TOKEN_CLOSE_BRACE);
    }
    /* Where something went wrong inside, the end may have been skipped with it. */
    if (!parser_accept(parser, TOKEN_CLOSE_BRACE) && parser->diags->error_count == errors)
        parser_fail_at(
            parser, brace, "Unclosed configuration block",
            "There is no closing brace for this block before the end of the file. This may be "
            "caused by incorrect brace nesting elsewhere in this file.");
}

/* The brace of a block stands on the next line: its content is passed over. */
static void skip_late_content(Parser *parser)
{
    size_t line_end;

    parser_fail(
        parser, "Invalid block definition",
        "A block definition must have block content delimited by \"{\" and \"}\", starting on the "
        "same line as the block header.");
    line_end = parser->next;
    parser->failed = false;
    while (parser_accept(parser, TOKEN_NEWLINE))
        ;
    if (parser_is(parser, TOKEN_OPEN_BRACE))
        parser_skip_line(parser);
    else
        parser->next = line_end; /* it was no block */
}

static void parse_block(Parser *parser, HclBody *parent, const Token *type)
{
    HclBlock block = { .type = type->text, .type_range = type->range };
    HclBody *body;

    if (!parse_labels(parser, &block))
        return;
    block.brace = parser_is(parser, TOKEN_OPEN_BRACE) ? parser_peek(parser)->range : type->range;
    body = hcl_body_make(parser->arena, block.brace);
    block.body = &body->base;
    if (parser_accept(parser, TOKEN_OPEN_BRACE)) {
        parse_block_body(parser, body, block.brace);
    } else if (parser_is(parser, TOKEN_NEWLINE)) {
        skip_late_content(parser);
    } else {
        parser_fail(
            parser, "Invalid block definition",
            "Either a quoted string block label or an opening brace (\"{\") is expected here.");
    }
    list_add(parser->arena, &parent->blocks, block);
}

/* --- items ---------------------------------------------------------------------------------- */

static void parse_named_item(Parser *parser, HclBody *body)
{
    size_t first = parser->next;
    const Token *name = parser_read(parser);

    if (parser_is(parser, TOKEN_ASSIGN)) {
        parse_argument(parser, body, name);
        if (parser_is(parser, TOKEN_COMMA))
            end_item(parser, first, "Unexpected comma after argument",
                     "Arguments are separated by line ends, not by commas.");
        else
            end_item(parser, first, "Missing newline after argument",
                     "An argument definition must end with a newline.");
    } else if (parser_is(parser, TOKEN_IDENTIFIER) || parser_is(parser, TOKEN_OPEN_QUOTE) ||
               parser_is(parser, TOKEN_OPEN_BRACE)) {
        parse_block(parser, body, name);
        end_item(parser, first, "Missing newline after block definition",
                 "A block definition must end with a newline.");
    } else {
        parser_fail_at(
            parser, name->range, "Argument or block definition required",
            "An argument or block definition is required here. To set an argument, use the equals "
            "sign \"=\" to introduce the argument value.");
        end_item(parser, first, NULL, NULL);
    }
}

static void parse_item(Parser *parser, HclBody *body)
{
    if (parser_is(parser, TOKEN_IDENTIFIER)) {
        parse_named_item(parser, body);
        return;
    }
    if (parser_is(parser, TOKEN_OPEN_QUOTE))
        parser_fail(parser, "Invalid argument name", "Argument names must not be quoted.");
    else if (parser_is(parser, TOKEN_SLASH) &&
             lexer_token(parser->lexer, parser->next + 1)->kind == TOKEN_STAR)
        parser_fail(parser, "Argument or block definition required",
                    "A comment begins here that nothing ends: */ is missing.");
    else
        parser_fail(parser, "Argument or block definition required",
                    "An argument or block definition is required here.");
    parser_skip_line(parser);
    if (parser_is(parser, TOKEN_CLOSE_BRACE))
        parser_read(parser); /* a stray one */
}

static void parse_body(Parser *parser, HclBody *body, TokenKind end)
{
    while (!parser_is(parser, end) && !parser_is(parser, TOKEN_END)) {
        if (parser_accept(parser, TOKEN_NEWLINE))
            continue;
        if (parser->depth == 0)
            parser_forget(parser);
        if (parser->depth == PARSE_DEPTH_MAX) {
            parser_fail(parser, "Blocks nested too deeply", "Blocks may be nested %d levels deep.",
                        PARSE_DEPTH_MAX);
            parser_skip_line(parser);
            continue;
        }
        parser->depth++;
        parse_item(parser, body);
        parser->depth--;
    }
}

const Body *body_read_hcl(Arena *arena, const Source *source, Diags *diags)
{
    ExprText text = { .source = source, .text = source->text };
    HclBody *body = hcl_body_make(arena, (Range){ .source = source });
    Arena scratch = { 0 };
    Parser parser;

    if (text_starts_with(text.text, TEXT_LIT("\xEF\xBB\xBF"))) {
        text.text = text_slice(text.text, 3, text.text.length);
        text.start = 3;
    }
    parser =
        parser_make(arena, &scratch, lexer_open(&scratch, &text, LEX_EXPRESSION, diags), diags);
    parse_body(&parser, body, TOKEN_END);
    arena_free(&scratch);
    return &body->base; /* even where something was reported: the rest of it can still be checked */
}
