/* What stands in brackets: tuples, objects, for expressions, and the arguments of calls. */
#include "parse_term.h"

typedef LIST(const Expr *) ExprList;

static Expr *list_expr(Parser *parser, ExprKind kind, Range open, const ExprList *items,
                       const ExprList *keys)
{
    Expr *expr = expr_make(parser->arena, kind, parser_range_from(parser, open));

    expr->as.list.items = items->items;
    expr->as.list.keys = keys ? keys->items : NULL;
    expr->as.list.count = items->count;
    return expr;
}

/* --- for ------------------------------------------------------------------------------------ */

/* names = identifier ("," identifier)? "in" */
static bool parse_for_names(Parser *parser, ForExpr *ret_for)
{
    static const char summary[] = "Invalid 'for' expression";

    if (!parser_is(parser, TOKEN_IDENTIFIER)) {
        parser_fail(parser, summary, "A variable's name must follow the word \"for\".");
        return false;
    }
    ret_for->value_name = parser_read(parser)->text;
    if (parser_accept(parser, TOKEN_COMMA)) {
        if (!parser_is(parser, TOKEN_IDENTIFIER)) {
            parser_fail(parser, summary,
                        "The name of the variable for the value must follow the comma.");
            return false;
        }
        ret_for->key_name = ret_for->value_name;
        ret_for->value_name = parser_read(parser)->text;
    }
    if (!parser_is_keyword(parser, "in")) {
        parser_fail(parser, summary,
                    "The word \"in\" must follow the variable's name (or the two names).");
        return false;
    }
    parser_read(parser);
    return true;
}

/* body = expression ":" (expression "=>")? expression "..."? ("if" expression)? */
static bool parse_for_body(Parser *parser, ForExpr *ret_for)
{
    ret_for->collection = parse_expression(parser);
    if (!parser->failed && !parser_accept(parser, TOKEN_COLON))
        parser_fail(parser, "Invalid 'for' expression", "A colon must follow the collection.");
    if (parser->failed)
        return false;
    ret_for->value = parse_expression(parser);
    if (!parser->failed && parser_accept(parser, TOKEN_ARROW)) {
        ret_for->key = ret_for->value;
        ret_for->value = parse_expression(parser);
    }
    if (!parser->failed)
        ret_for->group = parser_accept(parser, TOKEN_ELLIPSIS);
    if (!parser->failed && parser_is_keyword(parser, "if")) {
        parser_read(parser);
        ret_for->condition = parse_expression(parser);
    }
    return !parser->failed;
}

static void check_for(Parser *parser, const ForExpr *for_each, bool makes_object, Range range)
{
    static const char summary[] = "Invalid 'for' expression";

    if (makes_object && !for_each->key)
        parser_fail_at(parser, range, summary, "An object needs keys: { for ... : key => value }.");
    else if (!makes_object && for_each->key)
        parser_fail_at(parser, for_each->key->range, summary,
                       "A tuple has no keys: [ for ... : value ].");
    else if (!makes_object && for_each->group)
        parser_fail_at(
            parser, for_each->value->range, summary,
            "Grouping (...) puts values with one key together, and a tuple has no keys.");
}

/* for = ("[" | "{") "for" names body ("]" | "}"), after its opening bracket */
static const Expr *parse_for(Parser *parser, Range open, TokenKind close)
{
    bool newlines = parser_set_newlines(parser, false);
    ForExpr for_each = { 0 };
    Expr *expr;

    parser_read(parser);
    if (parse_for_names(parser, &for_each) && parse_for_body(parser, &for_each) &&
        !parser_accept(parser, close))
        parser_fail(parser, "Invalid 'for' expression",
                    "The expression must end here: there is more before the %s.",
                    close == TOKEN_CLOSE_BRACE ? "closing brace" : "closing bracket");
    parser_set_newlines(parser, newlines);
    expr = expr_make(parser->arena, EXPR_FOR, parser_range_from(parser, open));
    expr->as.for_each = for_each;
    if (!parser->failed)
        check_for(parser, &for_each, close == TOKEN_CLOSE_BRACE, expr->range);
    if (parser->failed)
        expr->kind = EXPR_MISTAKE;
    return expr;
}

/* --- tuples --------------------------------------------------------------------------------- */

/* elements = (expression ("," expression)* ","?)? "]" */
static ExprList parse_elements(Parser *parser)
{
    ExprList items = { 0 };

    while (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_BRACKET)) {
        list_add(parser->arena, &items, parse_expression(parser));
        if (parser->failed || parser_accept(parser, TOKEN_COMMA) ||
            parser_is(parser, TOKEN_CLOSE_BRACKET))
            continue;
        if (parser_is(parser, TOKEN_END))
            parser_fail(parser, "Unterminated tuple constructor expression",
                        "The bracket of this tuple is not closed before the end of the file.");
        else
            parser_fail(parser, "Missing item separator",
                        "A comma must stand before the next element.");
    }
    return items;
}

/* tuple = "[" elements | for */
const Expr *parse_tuple(Parser *parser)
{
    Range open = parser_read(parser)->range;
    bool newlines = parser_set_newlines(parser, false);
    bool is_for = parser_is_keyword(parser, "for");
    ExprList items;

    if (is_for) {
        parser_set_newlines(parser, newlines);
        return parse_for(parser, open, TOKEN_CLOSE_BRACKET);
    }
    items = parse_elements(parser);
    parser_set_newlines(parser, newlines);
    return list_expr(parser, EXPR_TUPLE, open, &items, NULL);
}

/* --- objects -------------------------------------------------------------------------------- */

/* key = expression   A name by itself is a literal key; so that this shows, such keys are wrapped.
 */
static const Expr *parse_object_key(Parser *parser)
{
    bool forced = parser_is(parser, TOKEN_OPEN_PARENTHESIS);
    const Expr *inner = parse_expression(parser);
    Expr *expr;

    if (forced || (inner->kind != EXPR_TRAVERSAL && inner->kind != EXPR_LITERAL))
        return inner;
    expr = expr_make(parser->arena, EXPR_OBJECT_KEY, inner->range);
    expr->as.inner = inner;
    return expr;
}

static void fail_separator(Parser *parser)
{
    switch (parser_peek(parser)->kind) {
    case TOKEN_NEWLINE:
    case TOKEN_COMMA:
        parser_fail(parser, "Missing attribute value",
                    "The key must be followed by an equals sign and a value.");
        break;
    case TOKEN_END:
        parser_fail(parser, "Unterminated object constructor expression",
                    "The brace of this object is not closed before the end of the file.");
        break;
    default:
        parser_fail(parser, "Missing key/value separator",
                    "The key must be followed by an equals sign (\"=\") and a value. A key with "
                    "dots or blanks in it "
                    "stands in quotes.");
    }
}

/* item = key ("=" | ":") expression, and what separates it from the next */
static void parse_object_item(Parser *parser, ExprList *keys, ExprList *values)
{
    const Expr *key = parse_object_key(parser), *value;

    if (!parser->failed && !parser_accept(parser, TOKEN_ASSIGN) &&
        !parser_accept(parser, TOKEN_COLON))
        fail_separator(parser);
    if (parser->failed)
        return;
    value = parse_expression(parser);
    list_add(parser->arena, keys, key);
    list_add(parser->arena, values, value);
    if (parser->failed || parser_is(parser, TOKEN_CLOSE_BRACE) ||
        parser_accept(parser, TOKEN_COMMA) || parser_accept(parser, TOKEN_NEWLINE))
        return;
    if (parser_is(parser, TOKEN_END))
        fail_separator(parser);
    else
        parser_fail(parser, "Missing attribute separator",
                    "A line end or a comma must stand before the next key.");
}

/* object = "{" (item | line-end)* "}" | for */
const Expr *parse_object(Parser *parser)
{
    Range open = parser_read(parser)->range;
    bool newlines = parser_set_newlines(parser, false);
    bool is_for = parser_is_keyword(parser, "for");
    ExprList keys = { 0 }, values = { 0 };

    if (is_for) {
        parser_set_newlines(parser, newlines);
        return parse_for(parser, open, TOKEN_CLOSE_BRACE);
    }
    parser_set_newlines(parser, true);
    while (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_BRACE))
        if (!parser_accept(parser, TOKEN_NEWLINE))
            parse_object_item(parser, &keys, &values);
    parser_set_newlines(parser, newlines);
    return list_expr(parser, EXPR_OBJECT, open, &values, &keys);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* function = identifier ("::" identifier)* "(" */
static bool parse_function_name(Parser *parser, const Token *first, Text *ret_name,
                                Range *ret_range)
{
    TextBuilder name = text_builder(parser->arena);

    text_add(&name, first->text);
    while (parser_accept(parser, TOKEN_DOUBLE_COLON)) {
        if (!parser_is(parser, TOKEN_IDENTIFIER)) {
            parser_fail(parser, "Missing function name",
                        "The \"::\" must be followed by a function's name.");
            return false;
        }
        text_add(&name, TEXT_LIT("::"));
        text_add(&name, parser_read(parser)->text);
    }
    *ret_name = text_built(&name);
    *ret_range = parser_range_from(parser, first->range);
    if (!parser_accept(parser, TOKEN_OPEN_PARENTHESIS))
        parser_fail(parser, "Missing open parenthesis",
                    "A function's name must be followed by its arguments in parentheses.");
    return !parser->failed;
}

/* arguments = (expression ("," expression)* (","? | "..."))? ")" */
static ExprList parse_arguments(Parser *parser, bool *ret_expand)
{
    ExprList items = { 0 };

    while (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_PARENTHESIS)) {
        list_add(parser->arena, &items, parse_expression(parser));
        if (parser->failed || parser_accept(parser, TOKEN_COMMA) ||
            parser_is(parser, TOKEN_CLOSE_PARENTHESIS))
            continue;
        if (parser_accept(parser, TOKEN_ELLIPSIS)) {
            *ret_expand = true;
            if (!parser_is(parser, TOKEN_CLOSE_PARENTHESIS))
                parser_fail(parser, "Missing closing parenthesis",
                            "An expanded argument (...) is the last one: a closing parenthesis "
                            "must follow.");
        } else if (parser_is(parser, TOKEN_END)) {
            parser_fail(parser, "Unterminated function call",
                        "The parenthesis of this call is not closed before the end of the file.");
        } else {
            parser_fail(parser, "Missing argument separator",
                        "A comma must stand before the next argument.");
        }
    }
    return items;
}

/* call = function arguments */
const Expr *parse_call(Parser *parser, const Token *name)
{
    Expr *expr = expr_make(parser->arena, EXPR_CALL, name->range);
    bool newlines;
    ExprList arguments;

    if (!parse_function_name(parser, name, &expr->as.call.name, &expr->as.call.name_range)) {
        expr->kind = EXPR_MISTAKE;
        return expr;
    }
    newlines = parser_set_newlines(parser, false);
    arguments = parse_arguments(parser, &expr->as.call.expand);
    parser_set_newlines(parser, newlines);
    expr->range = parser_range_from(parser, name->range);
    expr->as.call.arguments = arguments.items;
    expr->as.call.count = arguments.count;
    return expr;
}
