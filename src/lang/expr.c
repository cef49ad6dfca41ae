/* Making expressions, and asking what they are without evaluating them. */
#include "expr_node.h"
#include "lex.h"
#include "parse.h"

Expr *expr_make(Arena *arena, ExprKind kind, Range range)
{
    Expr *expr = arena_new(arena, Expr);

    expr->kind = kind;
    expr->range = range;
    return expr;
}

/* --- reading -------------------------------------------------------------------------------- */

const Expr *expr_parse(Arena *arena, ExprText text, Diags *diags)
{
    size_t errors = diags->error_count;
    Arena scratch = { 0 };
    Lexer *lexer = lexer_open(&scratch, &text, LEX_EXPRESSION, diags);
    Parser parser = parser_make(arena, &scratch, lexer, diags);
    const Expr *expr;

    parser_set_newlines(&parser, false);
    expr = parse_expression(&parser);
    if (!parser.failed && !parser_is(&parser, TOKEN_END))
        parser_fail(&parser, "Extra characters after expression",
                    "The expression was already complete before this.");
    arena_free(&scratch);
    return diags->error_count == errors ? expr : NULL;
}

const Expr *expr_parse_template(Arena *arena, ExprText text, Diags *diags)
{
    size_t errors = diags->error_count;
    Arena scratch = { 0 };
    Lexer *lexer = lexer_open(&scratch, &text, LEX_TEMPLATE, diags);
    Parser parser = parser_make(arena, &scratch, lexer, diags);
    const Expr *expr = parse_template(&parser, TOKEN_END, lexer_token(lexer, 0)->range);

    arena_free(&scratch);
    return diags->error_count == errors ? expr : NULL;
}

/* --- making --------------------------------------------------------------------------------- */

const Expr *expr_literal(Arena *arena, Value value, Range range)
{
    Expr *expr = expr_make(arena, EXPR_LITERAL, range);

    expr->as.literal = value;
    return expr;
}

static const Expr *const *copy_list(Arena *arena, const Expr *const *items, size_t count)
{
    const Expr **copy = arena_array(arena, const Expr *, count);

    for (size_t i = 0; i < count; i++)
        copy[i] = items[i];
    return copy;
}

const Expr *expr_tuple(Arena *arena, const Expr *const *elements, size_t count, Range range)
{
    Expr *expr = expr_make(arena, EXPR_TUPLE, range);

    expr->as.list.items = copy_list(arena, elements, count);
    expr->as.list.count = count;
    return expr;
}

const Expr *expr_object(Arena *arena, const Expr *const *keys, const Expr *const *values,
                        size_t count, Range range)
{
    Expr *expr = expr_make(arena, EXPR_OBJECT, range);

    expr->as.list.keys = copy_list(arena, keys, count);
    expr->as.list.items = copy_list(arena, values, count);
    expr->as.list.count = count;
    expr->as.list.template_keys = true;
    return expr;
}

/* --- asking --------------------------------------------------------------------------------- */

Range expr_range(const Expr *expr)
{
    return expr->range;
}

static const Expr *unwrapped(const Expr *expr)
{
    while (expr->kind == EXPR_PARENTHESES || expr->kind == EXPR_OBJECT_KEY)
        expr = expr->as.inner;
    return expr;
}

bool expr_is_literal(const Expr *expr)
{
    return unwrapped(expr)->kind == EXPR_LITERAL;
}

Text expr_keyword(const Expr *expr)
{
    if (expr->kind == EXPR_OBJECT_KEY)
        expr = expr->as.inner;
    if (expr->kind == EXPR_TRAVERSAL && expr->as.traversal.count == 0)
        return expr->as.traversal.root;
    if (expr->kind != EXPR_LITERAL)
        return TEXT_NONE;
    /* The literal words are names too, where names are asked for. */
    if (expr->as.literal.state == VALUE_NULL)
        return TEXT_LIT("null");
    if (value_has_kind(expr->as.literal, TYPE_BOOL))
        return value_truth(expr->as.literal) ? TEXT_LIT("true") : TEXT_LIT("false");
    return TEXT_NONE;
}

bool expr_as_traversal(const Expr *expr, Arena *arena, Traversal *ret_traversal)
{
    Text keyword = expr_keyword(expr);
    Diags ignored = diags_make(arena);

    if (expr->kind == EXPR_OBJECT_KEY)
        expr = expr->as.inner;
    if (expr->kind == EXPR_TRAVERSAL)
        *ret_traversal = expr->as.traversal;
    else if (keyword.length)
        *ret_traversal =
            (Traversal){ .root = keyword, .root_range = expr->range, .range = expr->range };
    else if (expr->kind == EXPR_LITERAL && expr->as.literal.state == VALUE_KNOWN &&
             value_has_kind(expr->as.literal, TYPE_STRING))
        return traversal_parse(arena, value_text(expr->as.literal), expr->range, ret_traversal,
                               &ignored);
    else
        return false;
    return true;
}

bool expr_elements(const Expr *expr, const Expr *const **ret_elements, size_t *ret_count)
{
    expr = unwrapped(expr);
    if (expr->kind != EXPR_TUPLE)
        return false;
    *ret_elements = expr->as.list.items;
    *ret_count = expr->as.list.count;
    return true;
}

bool expr_items(const Expr *expr, const Expr *const **ret_keys, const Expr *const **ret_values,
                size_t *ret_count)
{
    expr = unwrapped(expr);
    if (expr->kind != EXPR_OBJECT)
        return false;
    *ret_keys = expr->as.list.keys;
    *ret_values = expr->as.list.items;
    *ret_count = expr->as.list.count;
    return true;
}

bool expr_call(const Expr *expr, Text *ret_name, const Expr *const **ret_arguments,
               size_t *ret_count)
{
    if (expr->kind != EXPR_CALL)
        return false;
    *ret_name = expr->as.call.name;
    *ret_arguments = expr->as.call.arguments;
    *ret_count = expr->as.call.count;
    return true;
}

const Expr *expr_without_parentheses(const Expr *expr)
{
    while (expr->kind == EXPR_PARENTHESES)
        expr = expr->as.inner;
    return expr;
}

/* A quote that is not closed is a mistake of its line. A heredoc begins with the line's end. */
bool expr_is_unfinished(Text text)
{
    Arena scratch = { 0 };
    Source source = { .text = text_concat(&scratch, text, TEXT_LIT("\n")) };
    Diags unheard = diags_make(&scratch);
    ExprText whole = { .source = &source, .text = source.text };
    TokenList tokens = lex_expression(&scratch, &whole, &unheard);
    int depth = 0;

    for (size_t i = 0; i < tokens.count; i++)
        if (tokens.items[i].kind != TOKEN_OPEN_QUOTE && tokens.items[i].kind != TOKEN_CLOSE_QUOTE)
            depth += token_nesting(tokens.items[i].kind);
    arena_free(&scratch);
    return depth > 0;
}
