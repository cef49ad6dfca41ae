/*
 * The expression grammar: operators, terms and the steps that follow them. Each function stands for
 * the production above it. Collections and calls are in parse_collection.c, templates in
 * template.c.
 */
#include "parse.h"

#include "parse_term.h"

/* Every recursion passes through here on its way down. */
static bool descend(Parser *parser)
{
    if (parser->depth == PARSE_DEPTH_MAX)
        parser_fail(parser, "Expression too deep", "Expressions can be nested %d levels deep.",
                    PARSE_DEPTH_MAX);
    else
        parser->depth++;
    return !parser->failed;
}

static const Expr *mistake(Parser *parser)
{
    return expr_make(parser->arena, EXPR_MISTAKE, parser_peek(parser)->range);
}

/* --- steps ---------------------------------------------------------------------------------- */

static TraversalStep attribute_step(Range dot, const Token *name)
{
    return (TraversalStep){ .name = name->text, .range = range_between(dot, name->range) };
}

static TraversalStep index_step(Value key, Range range)
{
    return (TraversalStep){ .is_index = true, .key = key, .range = range };
}

static const TraversalStep *append_step(Arena *arena, const TraversalStep *steps, size_t count,
                                        TraversalStep step)
{
    TraversalStep *grown = arena_grow(arena, steps, count * sizeof step, (count + 1) * sizeof step);

    grown[count] = step;
    return grown;
}

/* The expression and one more step, joined to its steps if it has any: nobody else has it yet. */
static const Expr *add_step(Parser *parser, const Expr *from, TraversalStep step)
{
    Expr *expr;

    if (from->kind == EXPR_TRAVERSAL || from->kind == EXPR_RELATIVE) {
        expr = (Expr *)from;
        expr->range = range_between(from->range, step.range);
    } else {
        expr = expr_make(parser->arena, EXPR_RELATIVE, range_between(from->range, step.range));
        expr->as.relative.source = from;
    }
    if (expr->kind == EXPR_TRAVERSAL) {
        Traversal *traversal = &expr->as.traversal;

        traversal->steps = append_step(parser->arena, traversal->steps, traversal->count++, step);
        traversal->range = expr->range;
    } else {
        expr->as.relative.steps =
            append_step(parser->arena, expr->as.relative.steps, expr->as.relative.count, step);
        expr->as.relative.count++;
    }
    return expr;
}

static Value number_of_token(Parser *parser, const Token *token)
{
    Number number;

    if (number_parse(parser->arena, token->text, &number))
        return value_number(number);
    parser_fail_at(
        parser, token->range, "Invalid number literal",
        "This is not a number: digits, at most one decimal point, and an exponent if need be.");
    return value_unknown(type_number);
}

/* legacy-index = "." digits */
static bool parse_legacy_index(Parser *parser, Range dot, TraversalStep *ret_step)
{
    const Token *token = parser_read(parser);
    Text first, second;

    if (text_cut(token->text, TEXT_LIT("."), &first, &second)) {
        parser_fail_at(parser, token->range, "Invalid legacy index syntax",
                       "Two indexes cannot follow each other in this form. Write [" TEXT_FMT
                       "][" TEXT_FMT "].",
                       TEXT(first), TEXT(second));
        return false;
    }
    *ret_step = index_step(number_of_token(parser, token), range_between(dot, token->range));
    return !parser->failed;
}

static const Expr *make_splat(Parser *parser, const Expr *source, const Expr *each, Range marker)
{
    Expr *expr = expr_make(parser->arena, EXPR_SPLAT, parser_range_from(parser, source->range));

    expr->as.splat.source = source;
    expr->as.splat.each = each;
    expr->as.splat.marker = marker;
    return expr;
}

/* attribute-splat = "." "*" ("." (identifier | digits))*   An index after it takes from the result.
 */
static const Expr *parse_attribute_splat(Parser *parser, const Expr *source)
{
    Range marker = parser_read(parser)->range;
    const Expr *each = expr_make(parser->arena, EXPR_SPLAT_ITEM, marker);

    while (parser_is(parser, TOKEN_DOT)) {
        Range dot = parser_read(parser)->range;
        TraversalStep step;

        if (parser_is(parser, TOKEN_IDENTIFIER))
            step = attribute_step(dot, parser_read(parser));
        else if (parser_is(parser, TOKEN_STAR))
            return parser_fail(
                parser, "Nested splat expression not allowed",
                "An attribute-only splat (.*) cannot hold another one. Use [*] instead.");
        else if (!parser_is(parser, TOKEN_NUMBER))
            return parser_fail(parser, "Invalid attribute name",
                               "A dot must be followed by an attribute's name.");
        else if (!parse_legacy_index(parser, dot, &step))
            return mistake(parser);
        each = add_step(parser, each, step);
    }
    return make_splat(parser, source, each, marker);
}

/* attribute = "." (identifier | digits) | attribute-splat */
static const Expr *parse_attribute(Parser *parser, const Expr *from)
{
    Range dot = parser_read(parser)->range;
    TraversalStep step;

    switch (parser_peek(parser)->kind) {
    case TOKEN_IDENTIFIER:
        return add_step(parser, from, attribute_step(dot, parser_read(parser)));
    case TOKEN_NUMBER:
        return parse_legacy_index(parser, dot, &step) ? add_step(parser, from, step)
                                                      : mistake(parser);
    case TOKEN_STAR:
        return parse_attribute_splat(parser, from);
    default:
        return parser_fail(parser, "Invalid attribute name",
                           "A dot must be followed by an attribute's name.");
    }
}

static const Expr *parse_steps(Parser *parser, const Expr *from);

/* full-splat = "[" "*" "]" step*   The steps are taken in each element. */
static const Expr *parse_full_splat(Parser *parser, const Expr *source, Range open)
{
    const Expr *each;

    parser_read(parser);
    if (!parser_accept(parser, TOKEN_CLOSE_BRACKET))
        return parser_fail(
            parser, "Missing close bracket on splat index",
            "The star of a splat must be followed at once by a closing bracket (\"]\").");
    if (!descend(parser))
        return mistake(parser);
    open = parser_range_from(parser, open);
    each = parse_steps(parser, expr_make(parser->arena, EXPR_SPLAT_ITEM, open));
    parser->depth--;
    return make_splat(parser, source, each, open);
}

/* index = "[" expression "]" | full-splat   With a literal key it is a step of a traversal. */
static const Expr *parse_index(Parser *parser, const Expr *from)
{
    Range open = parser_read(parser)->range;
    bool newlines;
    const Expr *key;
    Expr *expr;

    if (parser_is(parser, TOKEN_STAR))
        return parse_full_splat(parser, from, open);
    newlines = parser_set_newlines(parser, false);
    key = parse_expression(parser);
    if (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_BRACKET))
        parser_fail(parser, "Missing close bracket on index",
                    "The index must be followed by a closing bracket (\"]\").");
    parser_set_newlines(parser, newlines);
    if (parser->failed)
        return mistake(parser);
    if (key->kind == EXPR_LITERAL)
        return add_step(parser, from, index_step(key->as.literal, parser_range_from(parser, open)));
    expr = expr_make(parser->arena, EXPR_INDEX, parser_range_from(parser, from->range));
    expr->as.index.collection = from;
    expr->as.index.key = key;
    return expr;
}

/* step* = (attribute | index)* */
static const Expr *parse_steps(Parser *parser, const Expr *from)
{
    for (size_t count = 0; !parser->failed; count++) {
        if (count == PARSE_CHAIN_MAX)
            return parser_fail(parser, "Expression too long",
                               "At most %d steps can follow one another.", PARSE_CHAIN_MAX);
        if (parser_is(parser, TOKEN_DOT))
            from = parse_attribute(parser, from);
        else if (parser_is(parser, TOKEN_OPEN_BRACKET))
            from = parse_index(parser, from);
        else
            break;
    }
    return from;
}

/* --- terms ---------------------------------------------------------------------------------- */

/* name = "true" | "false" | "null" | identifier | call */
static const Expr *parse_name(Parser *parser)
{
    const Token *name = parser_read(parser);
    Expr *expr;

    if (parser_is(parser, TOKEN_OPEN_PARENTHESIS) || parser_is(parser, TOKEN_DOUBLE_COLON))
        return parse_call(parser, name);
    if (text_is(name->text, "true") || text_is(name->text, "false"))
        return expr_literal(parser->arena, value_bool(text_is(name->text, "true")), name->range);
    if (text_is(name->text, "null"))
        return expr_literal(parser->arena, value_null(type_dynamic), name->range);
    expr = expr_make(parser->arena, EXPR_TRAVERSAL, name->range);
    expr->as.traversal.root = name->text;
    expr->as.traversal.root_range = expr->as.traversal.range = name->range;
    return expr;
}

/* parentheses = "(" expression ")" */
static const Expr *parse_parentheses(Parser *parser)
{
    Range open = parser_read(parser)->range;
    bool newlines = parser_set_newlines(parser, false);
    const Expr *inner = parse_expression(parser);
    Expr *expr;

    if (!parser->failed && !parser_accept(parser, TOKEN_CLOSE_PARENTHESIS))
        parser_fail(parser, "Unbalanced parentheses", "A closing parenthesis is missing here.");
    parser_set_newlines(parser, newlines);
    expr = expr_make(parser->arena, EXPR_PARENTHESES, parser_range_from(parser, open));
    expr->as.inner = inner;
    return expr;
}

static const Expr *parse_term(Parser *parser);

/* negation = ("-" | "!") term step* */
static const Expr *parse_unary(Parser *parser)
{
    const Token *token = parser_read(parser);
    const Expr *operand;
    Expr *expr;

    if (!descend(parser))
        return mistake(parser);
    operand = parse_steps(parser, parse_term(parser));
    parser->depth--;
    expr = expr_make(parser->arena, EXPR_UNARY, parser_range_from(parser, token->range));
    expr->as.operation.operator = token->kind == TOKEN_MINUS ? OPERATOR_NEGATE : OPERATOR_NOT;
    expr->as.operation.left = operand;
    return expr;
}

/* term = number | name | parentheses | quoted | heredoc | negation | tuple | object */
static const Expr *parse_term(Parser *parser)
{
    const Token *token = parser_peek(parser);

    switch (token->kind) {
    case TOKEN_NUMBER:
        parser_read(parser);
        return expr_literal(parser->arena, number_of_token(parser, token), token->range);
    case TOKEN_IDENTIFIER:
        return parse_name(parser);
    case TOKEN_OPEN_PARENTHESIS:
        return parse_parentheses(parser);
    case TOKEN_OPEN_QUOTE:
        parser_read(parser);
        return parse_template(parser, TOKEN_CLOSE_QUOTE, token->range);
    case TOKEN_OPEN_HEREDOC:
        parser_read(parser);
        return parse_template(parser, TOKEN_CLOSE_HEREDOC, token->range);
    case TOKEN_MINUS:
    case TOKEN_NOT:
        return parse_unary(parser);
    case TOKEN_OPEN_BRACKET:
        return parse_tuple(parser);
    case TOKEN_OPEN_BRACE:
        return parse_object(parser);
    case TOKEN_END:
        return parser_fail(parser, "Missing expression",
                           "An expression is expected, and this is the end.");
    default:
        return parser_fail(parser, "Invalid expression",
                           "An expression is expected here, and this cannot be the start of one.");
    }
}

/* --- operators ------------------------------------------------------------------------------ */

/* Lower binds looser; all are left associative. */
static const struct {
    TokenKind token;
    Operator operator;
    int level;
} binary_operators[] = {
    { TOKEN_OR,            OPERATOR_OR,            1 },
    { TOKEN_AND,           OPERATOR_AND,           2 },
    { TOKEN_EQUAL,         OPERATOR_EQUAL,         3 },
    { TOKEN_NOT_EQUAL,     OPERATOR_NOT_EQUAL,     3 },
    { TOKEN_GREATER,       OPERATOR_GREATER,       4 },
    { TOKEN_GREATER_EQUAL, OPERATOR_GREATER_EQUAL, 4 },
    { TOKEN_LESS,          OPERATOR_LESS,          4 },
    { TOKEN_LESS_EQUAL,    OPERATOR_LESS_EQUAL,    4 },
    { TOKEN_PLUS,          OPERATOR_ADD,           5 },
    { TOKEN_MINUS,         OPERATOR_SUBTRACT,      5 },
    { TOKEN_STAR,          OPERATOR_MULTIPLY,      6 },
    { TOKEN_SLASH,         OPERATOR_DIVIDE,        6 },
    { TOKEN_PERCENT,       OPERATOR_MODULO,        6 },
};

static int operator_level(const Parser *parser, Operator *ret_operator)
{
    TokenKind kind = parser_peek(parser)->kind;

    for (size_t i = 0; i < sizeof binary_operators / sizeof *binary_operators; i++) {
        if (binary_operators[i].token == kind) {
            *ret_operator = binary_operators[i].operator;
            return binary_operators[i].level;
        }
    }
    return 0;
}

/* operation = term step* (operator operation)*, with operators of at least this level */
static const Expr *parse_operation(Parser *parser, int level)
{
    const Expr *left = parse_steps(parser, parse_term(parser));
    Operator operator = OPERATOR_OR;
    int found;

    for (size_t count = 0; !parser->failed && (found = operator_level(parser, &operator)) >= level;
         count++) {
        Expr *expr;
        const Expr *right;

        if (count == PARSE_CHAIN_MAX)
            return parser_fail(parser, "Expression too long",
                               "At most %d operators can follow one another.", PARSE_CHAIN_MAX);
        parser_read(parser);
        right = parse_operation(parser, found + 1);
        expr = expr_make(parser->arena, EXPR_BINARY, range_between(left->range, right->range));
        expr->as.operation.operator = operator;
        expr->as.operation.left = left;
        expr->as.operation.right = right;
        left = expr;
    }
    return left;
}

/* conditional = "?" expression ":" expression, after its condition */
static const Expr *parse_conditional(Parser *parser, const Expr *condition)
{
    const Expr *if_true, *if_false;
    Expr *expr;

    parser_read(parser);
    if_true = parse_expression(parser);
    if (parser->failed)
        return if_true;
    if (!parser_accept(parser, TOKEN_COLON))
        return parser_fail(parser, "Missing false expression in conditional",
                           "A conditional (condition ? a : b) has a second result after a colon.");
    if_false = parse_expression(parser);
    expr = expr_make(parser->arena, EXPR_CONDITIONAL,
                     range_between(condition->range, if_false->range));
    expr->as.conditional.condition = condition;
    expr->as.conditional.if_true = if_true;
    expr->as.conditional.if_false = if_false;
    return expr;
}

/* expression = operation conditional? */
const Expr *parse_expression(Parser *parser)
{
    const Expr *expr;

    if (!descend(parser))
        return mistake(parser);
    expr = parse_operation(parser, 1);
    if (!parser->failed && parser_is(parser, TOKEN_QUESTION))
        expr = parse_conditional(parser, expr);
    parser->depth--;
    return expr;
}
