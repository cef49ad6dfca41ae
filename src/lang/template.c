/*
 * Templates: text with ${...} and %{...} in it.
 *
 * First the tokens become a flat list of parts, white space is trimmed where a ~ says so, and a <<-
 * heredoc loses its indentation; then the parts become a tree, in which the parts between %{ if }
 * and %{ endif } are the results of a conditional. A ~ trims no more than the neighbouring part,
 * and that is at most one line of a heredoc: so does Terraform.
 */
#include "parse.h"

#include "pipectl/value/unicode.h"

typedef enum PartKind {
    PART_TEXT,
    PART_INTERPOLATION,
    PART_IF,
    PART_ELSE,
    PART_ENDIF,
    PART_FOR,
    PART_ENDFOR,
    PART_END,
} PartKind;

typedef struct Part {
    PartKind kind;
    Text text;
    const Expr *expr; /* interpolation; condition of an if; a for without its value */
    Range range;
} Part;

typedef LIST(Part) PartList;

/* --- white space ---------------------------------------------------------------------------- */

static Text trim_left(Text text)
{
    size_t at = 0;
    uint32_t code_point;

    while (at < text.length) {
        size_t next = unicode_next(text, at, &code_point);

        if (!unicode_is_space(code_point))
            break;
        at = next;
    }
    return text_slice(text, at, text.length);
}

static Text trim_right(Text text)
{
    size_t kept = 0;
    uint32_t code_point;

    for (size_t at = 0; at < text.length;) {
        at = unicode_next(text, at, &code_point);
        if (!unicode_is_space(code_point))
            kept = at;
    }
    return text_slice(text, 0, kept);
}

static bool ends_line(const Part *part)
{
    return part->kind == PART_TEXT && text_ends_with(part->text, TEXT_LIT("\n"));
}

/* How many characters of white space a line begins with; SIZE_MAX for a blank line, which has no
   say. */
static size_t indentation(const Part *part)
{
    Text trimmed = trim_left(part->text);

    if (part->kind != PART_TEXT)
        return 0;
    if (!trimmed.length && ends_line(part))
        return SIZE_MAX;
    return unicode_clusters(text_slice(part->text, 0, part->text.length - trimmed.length));
}

static Text without_characters(Text text, size_t count)
{
    size_t at = 0;

    while (count-- > 0)
        at = unicode_next_cluster(text, at);
    return text_slice(text, at, text.length);
}

/* <<-: every line loses as much white space as the least indented one has. */
static void remove_indentation(PartList *parts)
{
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < parts->count; i++) {
        const Part *part = &parts->items[i];

        if (part->kind != PART_END && (i == 0 || ends_line(part - 1)) && indentation(part) < least)
            least = indentation(part);
    }
    if (least == 0 || least == SIZE_MAX)
        return;
    for (size_t i = parts->count; i-- > 0;) {
        Part *part = &parts->items[i];

        /* From the end, so that the line end before a part is still there to be seen. */
        if (part->kind == PART_TEXT && (i == 0 || ends_line(part - 1)) &&
            indentation(part) != SIZE_MAX)
            part->text = without_characters(part->text, least);
    }
}

/* --- text ----------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* [escape] lies in the token's text. */
static void fail_escape(Parser *parser, const Token *token, Text escape, const char *detail)
{
    Range range = token->range;

    range.start += (uint32_t)(escape.bytes - token->text.bytes);
    range.end = range.start + (uint32_t)escape.length;
    parser_fail_at(parser, range, "Invalid escape sequence", "%s", detail);
}

/* \uXXXX or \UXXXXXXXX at the start of [text]; its length, 0 when it is wrong. */
static size_t add_code_point(Parser *parser, const Token *token, Text text, TextBuilder *builder)
{
    size_t digits = text.bytes[1] == 'u' ? 4 : 8, i;
    uint32_t code_point = 0;

    for (i = 0; i < digits && i + 2 < text.length && hex_digit(text.bytes[i + 2]) >= 0; i++)
        code_point = code_point * 16 + (uint32_t)hex_digit(text.bytes[i + 2]);
    if (i < digits) {
        fail_escape(parser, token, text_slice(text, 0, i + 2),
                    digits == 4 ? "\\u must be followed by four hexadecimal digits."
                                : "\\U must be followed by eight hexadecimal digits.");
        return 0;
    }
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
        fail_escape(parser, token, text_slice(text, 0, i + 2),
                    "There is no such character in Unicode.");
        return 0;
    }
    unicode_add(builder, code_point);
    return digits + 2;
}

/* The escape at the start of [text], which begins with a backslash; its length, 0 when it is wrong.
 */
static size_t add_escape(Parser *parser, const Token *token, Text text, TextBuilder *builder)
{
    static const char selectors[] = "nrt\"\\", characters[] = "\n\r\t\"\\";

    for (size_t i = 0; text.length > 1 && selectors[i]; i++) {
        if (text.bytes[1] == selectors[i]) {
            text_add_char(builder, characters[i]);
            return 2;
        }
    }
    if (text.length > 1 && (text.bytes[1] == 'u' || text.bytes[1] == 'U'))
        return add_code_point(parser, token, text, builder);
    fail_escape(parser, token, text_slice(text, 0, 2),
                "After a backslash only n, r, t, \", \\, u and U have a meaning. Write \\\\ for a "
                "backslash.");
    return 0;
}

static bool is_escaped_opening(Text text, size_t at)
{
    return at + 2 < text.length && (text.bytes[at] == '$' || text.bytes[at] == '%') &&
           text.bytes[at + 1] == text.bytes[at] && text.bytes[at + 2] == '{';
}

static Text decode_text(Parser *parser, const Token *token)
{
    Text text = token->text;
    bool quoted = token->kind == TOKEN_QUOTED_TEXT;
    TextBuilder builder = text_builder(parser->arena);
    size_t done = 0;

    for (size_t at = 0; at < text.length;) {
        size_t length;

        if (is_escaped_opening(text, at)) {
            text_add(&builder, text_slice(text, done, at + 1));
            at += 2;
            done = at;
        } else if (quoted && text.bytes[at] == '\\') {
            text_add(&builder, text_slice(text, done, at));
            length = add_escape(parser, token, text_slice(text, at, text.length), &builder);
            if (!length)
                return text;
            at += length;
            done = at;
        } else {
            at++;
        }
    }
    if (!done)
        return text;
    text_add(&builder, text_slice(text, done, text.length));
    return text_built(&builder);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* The closing brace of a sequence; whether it says to trim what follows. */
static bool parse_sequence_end(Parser *parser, TokenKind end, const char *summary)
{
    const Token *token = parser_peek(parser);

    if (parser_accept(parser, TOKEN_CLOSE_SEQUENCE))
        return token->text.length == 2;
    if (token->kind == TOKEN_END ||
        (end == TOKEN_CLOSE_QUOTE &&
         (token->kind == TOKEN_OPEN_QUOTE || token->kind == TOKEN_CLOSE_QUOTE)))
        parser_fail(parser, "Unclosed template interpolation sequence",
                    "The closing brace of this sequence is missing before the end of the string.");
    else
        parser_fail(parser, summary,
                    "A closing brace is expected here. If the sequence is meant for another "
                    "language, write $${ for "
                    "${ and %%%%{ for %%{.");
    return false;
}

/* for = "for" identifier ("," identifier)? "in" expression, after its first word */
static const Expr *parse_for_directive(Parser *parser, Range start)
{
    static const char summary[] = "Invalid 'for' directive";
    Expr *expr = expr_make(parser->arena, EXPR_FOR, start);
    ForExpr *for_each = &expr->as.for_each;

    if (!parser_is(parser, TOKEN_IDENTIFIER))
        return parser_fail(parser, summary, "A variable's name must follow the word \"for\".");
    for_each->value_name = parser_read(parser)->text;
    if (parser_accept(parser, TOKEN_COMMA)) {
        if (!parser_is(parser, TOKEN_IDENTIFIER))
            return parser_fail(parser, summary,
                               "The name of the variable for the value must follow the comma.");
        for_each->key_name = for_each->value_name;
        for_each->value_name = parser_read(parser)->text;
    }
    if (!parser_is_keyword(parser, "in"))
        return parser_fail(parser, summary,
                           "The word \"in\" must follow the variable's name (or the two names).");
    parser_read(parser);
    for_each->collection = parse_expression(parser);
    return expr;
}

/* directive = ("if" expression | "else" | "endif" | for | "endfor") */
static Part parse_directive(Parser *parser, Range start)
{
    static const struct {
        const char *word;
        PartKind kind;
    } words[] = { { "if", PART_IF },
                  { "else", PART_ELSE },
                  { "endif", PART_ENDIF },
                  { "for", PART_FOR },
                  { "endfor", PART_ENDFOR } };
    Part part = { .kind = PART_END, .range = start };
    Text word = parser_peek(parser)->text;

    if (!parser_is(parser, TOKEN_IDENTIFIER)) {
        parser_fail(parser, "Invalid template directive",
                    "A %%{ must be followed by if, else, endif, for or endfor. Write %%%%{ for the "
                    "text itself.");
        return part;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i].word))
            part.kind = words[i].kind;
    if (part.kind == PART_END) {
        parser_fail(parser, "Invalid template control keyword",
                    "\"" TEXT_FMT "\" is none of the directives: if, else, endif, for and endfor.",
                    TEXT(word));
        return part;
    }
    parser_read(parser);
    if (part.kind == PART_IF)
        part.expr = parse_expression(parser);
    else if (part.kind == PART_FOR)
        part.expr = parse_for_directive(parser, start);
    return part;
}

static const char *extra_characters(Arena *arena, const Part *part)
{
    static const char *const words[] = { [PART_IF] = "if",
                                         [PART_ELSE] = "else",
                                         [PART_ENDIF] = "endif",
                                         [PART_FOR] = "for",
                                         [PART_ENDFOR] = "endfor" };

    if (part->kind == PART_INTERPOLATION)
        return "Extra characters after interpolation expression";
    return text_format(arena, "Extra characters in %s marker", words[part->kind]).bytes;
}

/* sequence = ("${" expression | "%{" directive) "}" */
static Part parse_sequence(Parser *parser, TokenKind end, bool *ret_trims_next)
{
    const Token *open = parser_read(parser);
    bool newlines = parser_set_newlines(parser, false);
    Part part = { .kind = PART_INTERPOLATION };

    if (open->kind == TOKEN_OPEN_DIRECTIVE)
        part = parse_directive(parser, open->range);
    else
        part.expr = parse_expression(parser);
    if (!parser->failed)
        *ret_trims_next = parse_sequence_end(parser, end, extra_characters(parser->arena, &part));
    part.range = parser_range_from(parser, open->range);
    parser_set_newlines(parser, newlines);
    return part;
}

/* part* = (text | sequence)* end */
static PartList parse_parts(Parser *parser, TokenKind end)
{
    PartList parts = { 0 };
    bool trims_next = false;

    while (!parser->failed && !parser_is(parser, end)) {
        const Token *token = parser_peek(parser);
        Part *before = parts.count ? &parts.items[parts.count - 1] : NULL;
        Part part = { .kind = PART_TEXT, .range = token->range };

        if (token->kind == TOKEN_QUOTED_TEXT || token->kind == TOKEN_PLAIN_TEXT) {
            part.text = decode_text(parser, parser_read(parser));
            if (trims_next)
                part.text = trim_left(part.text);
            trims_next = false;
        } else if (token->kind == TOKEN_OPEN_INTERPOLATION || token->kind == TOKEN_OPEN_DIRECTIVE) {
            if (token->text.length == 3 && before && before->kind == PART_TEXT)
                before->text = trim_right(before->text);
            trims_next = false;
            part = parse_sequence(parser, end, &trims_next);
        } else {
            parser_fail(parser, "Unterminated template string", "%s",
                        end == TOKEN_CLOSE_HEREDOC
                            ? "There is no closing marker for this text: a line that holds the "
                              "marker and nothing else, no comma or bracket after it."
                            : "There is no closing quote for this string.");
            break;
        }
        list_add(parser->scratch, &parts, part);
    }
    parser_accept(parser, end);
    list_add(parser->scratch, &parts, (Part){ .kind = PART_END, .range = parser->previous });
    return parts;
}

/* --- the tree ------------------------------------------------------------------------------- */

typedef struct Tree {
    Parser *parser;
    const Part *parts;
    size_t next;
} Tree;

static const Expr *make_template(Tree *tree, const Expr *const *items, size_t count, Range range)
{
    Expr *expr = expr_make(tree->parser->arena, EXPR_TEMPLATE, range);

    expr->as.list.items = items;
    expr->as.list.count = count;
    return expr;
}

/* Neighbouring texts are one. */
static const Expr *tree_text(Tree *tree)
{
    const Part *first = &tree->parts[tree->next++];
    Range range = first->range;
    TextBuilder builder;

    if (tree->parts[tree->next].kind != PART_TEXT)
        return expr_literal(tree->parser->arena, value_string(tree->parser->arena, first->text),
                            range);
    builder = text_builder(tree->parser->arena);
    text_add(&builder, first->text);
    for (; tree->parts[tree->next].kind == PART_TEXT; tree->next++) {
        text_add(&builder, tree->parts[tree->next].text);
        range = range_between(range, tree->parts[tree->next].range);
    }
    return expr_literal(tree->parser->arena,
                        value_string(tree->parser->arena, text_built(&builder)), range);
}

static const Expr *tree_item(Tree *tree);

static void fail_missing_end(Tree *tree, const Part *open)
{
    const char *word = open->kind == PART_IF ? "if" : "for";

    parser_fail_at(tree->parser, tree->parts[tree->next].range, "Unexpected end of template",
                   "The %s directive at " TEXT_FMT " has no end%s.", word,
                   TEXT(range_place(tree->parser->arena, open->range)), word);
}

static void fail_wrong_end(Tree *tree, const Part *open, PartKind kind, Range range)
{
    Text at = range_place(tree->parser->arena, open->range);

    if (kind == PART_ELSE && open->kind == PART_FOR)
        parser_fail_at(tree->parser, range, "Unexpected else directive",
                       "A for directive has no else.");
    else if (kind == PART_ELSE)
        parser_fail_at(tree->parser, range, "Unexpected else directive",
                       "The if directive at " TEXT_FMT " has an else already.", TEXT(at));
    else if (kind == PART_ENDIF)
        parser_fail_at(tree->parser, range, "Unexpected endif directive",
                       "An endfor is expected here, for the for directive at " TEXT_FMT ".",
                       TEXT(at));
    else
        parser_fail_at(tree->parser, range, "Unexpected endfor directive",
                       "An endif is expected here, for the if directive at " TEXT_FMT ".",
                       TEXT(at));
}

/* item* up to one of the two ends; what was found there. */
static const Expr *tree_items(Tree *tree, const Part *open, PartKind end, PartKind other_end,
                              PartKind *ret_end)
{
    LIST(const Expr *) items = { 0 };
    Range range = { open->range.source, open->range.end, open->range.end };

    *ret_end = PART_END;
    while (!tree->parser->failed) {
        const Part *part = &tree->parts[tree->next];

        if (part->kind == PART_END) {
            fail_missing_end(tree, open);
        } else if (part->kind == end || part->kind == other_end) {
            tree->next++;
            *ret_end = part->kind;
            break;
        } else if (part->kind == PART_ELSE || part->kind == PART_ENDIF ||
                   part->kind == PART_ENDFOR) {
            fail_wrong_end(tree, open, part->kind, part->range);
        } else {
            range = range_between(range, part->range);
            list_add(tree->parser->arena, &items, tree_item(tree));
        }
    }
    return make_template(tree, items.items, items.count, range);
}

/* if = "%{ if c }" item* ("%{ else }" item*)? "%{ endif }" */
static const Expr *tree_if(Tree *tree)
{
    const Part *open = &tree->parts[tree->next++];
    Arena *arena = tree->parser->arena;
    Expr *expr = expr_make(arena, EXPR_CONDITIONAL, open->range);
    PartKind end;

    expr->as.conditional.condition = open->expr;
    expr->as.conditional.if_true = tree_items(tree, open, PART_ENDIF, PART_ELSE, &end);
    if (end == PART_ELSE)
        expr->as.conditional.if_false = tree_items(tree, open, PART_ENDIF, PART_ENDIF, &end);
    else
        expr->as.conditional.if_false =
            expr_literal(arena, value_string_raw(TEXT_NONE), open->range);
    return expr;
}

/* for = "%{ for v in e }" item* "%{ endfor }" */
static const Expr *tree_for(Tree *tree)
{
    const Part *open = &tree->parts[tree->next++];
    Arena *arena = tree->parser->arena;
    Expr *each = expr_make(arena, EXPR_FOR, open->range),
         *expr = expr_make(arena, EXPR_JOIN, open->range);
    PartKind end;

    each->as.for_each = open->expr->as.for_each;
    each->as.for_each.value = tree_items(tree, open, PART_ENDFOR, PART_ENDFOR, &end);
    expr->as.inner = each;
    return expr;
}

/* item = text | interpolation | if | for */
static const Expr *tree_item(Tree *tree)
{
    const Part *part = &tree->parts[tree->next];

    switch (part->kind) {
    case PART_TEXT:
        return tree_text(tree);
    case PART_INTERPOLATION:
        tree->next++;
        return part->expr;
    case PART_IF:
    case PART_FOR: {
        const Expr *expr;

        if (tree->parser->depth == PARSE_DEPTH_MAX)
            return parser_fail_at(tree->parser, part->range, "Expression too deep",
                                  "Directives can be nested %d levels deep.", PARSE_DEPTH_MAX);
        tree->parser->depth++;
        expr = part->kind == PART_IF ? tree_if(tree) : tree_for(tree);
        tree->parser->depth--;
        return expr;
    }
    default:
        return parser_fail_at(tree->parser, part->range,
                              part->kind == PART_ELSE     ? "Unexpected else directive"
                              : part->kind == PART_ENDFOR ? "Unexpected endfor directive"
                                                          : "Unexpected endif directive",
                              "There is no directive before it that it could belong to.");
    }
}

/* item* of the whole template. A single ${e} is e, whatever its type; a single text is a literal.
 */
static const Expr *make_tree(Parser *parser, const PartList *parts, Range range)
{
    Tree tree = { .parser = parser, .parts = parts->items };
    LIST(const Expr *) items = { 0 };

    while (!parser->failed && tree.parts[tree.next].kind != PART_END)
        list_add(parser->arena, &items, tree_item(&tree));
    if (parser->failed)
        return expr_make(parser->arena, EXPR_MISTAKE, range);
    if (items.count == 0)
        return expr_literal(parser->arena, value_string_raw(TEXT_NONE), range);
    if (items.count == 1 && parts->items[0].kind == PART_TEXT)
        return expr_literal(parser->arena, items.items[0]->as.literal, range);
    if (items.count == 1 && parts->items[0].kind == PART_INTERPOLATION) {
        Expr *expr = expr_make(parser->arena, EXPR_WRAP, range);

        expr->as.inner = items.items[0];
        return expr;
    }
    return make_template(&tree, items.items, items.count, range);
}

const Expr *parse_template(Parser *parser, TokenKind end, Range start)
{
    bool indented =
        end == TOKEN_CLOSE_HEREDOC &&
        text_starts_with(lexer_token(parser->lexer, parser->next - 1)->text, TEXT_LIT("<<-"));
    bool newlines = parser_set_newlines(parser, true);
    PartList parts = parse_parts(parser, end);
    const Expr *expr;

    parser_set_newlines(parser, newlines);
    if (indented)
        remove_indentation(&parts);
    expr = make_tree(parser, &parts, parser_range_from(parser, start));
    return expr;
}

/* The name is kept where it holds a sequence, with a sign in its place that no name can have. */
bool parse_label(Parser *parser, Text *ret_text, Range *ret_range)
{
    Range open = parser_read(parser)->range;
    TextBuilder builder = text_builder(parser->arena);

    while (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_QUOTE)) {
        const Token *token = parser_peek(parser);

        if (token->kind == TOKEN_QUOTED_TEXT) {
            text_add(&builder, decode_text(parser, parser_read(parser)));
        } else if (token->kind == TOKEN_OPEN_INTERPOLATION || token->kind == TOKEN_OPEN_DIRECTIVE) {
            diag_error(parser->diags, token->range, "Invalid string literal",
                       "Template sequences are not allowed here: this is a plain name.");
            text_add_format(&builder, "%c{ ... }", token->text.bytes[0]);
            parser_skip_nested(parser);
        } else {
            parser_fail(parser, "Invalid string literal",
                        "There is no closing quote for this name.");
        }
    }
    if (parser->failed)
        return false;
    *ret_text = unicode_nfc(parser->arena, text_built(&builder));
    *ret_range = parser_range_from(parser, open);
    return true;
}
