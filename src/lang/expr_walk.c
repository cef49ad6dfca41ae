/*
 * The traversals of an expression: what it refers to, found without evaluating it. Names that a
 * `for` binds are not among them. The walk keeps its own stack, so that long chains of operators
 * cost no C stack.
 */
#include "expr_node.h"

/* Names bound around an expression. */
typedef struct Names {
    const struct Names *outer;
    Text key;
    Text value;
} Names;

typedef struct Visit {
    const Expr *expr;
    const Names *names;
} Visit;

typedef struct ExprWalk {
    Arena *arena;
    LIST(Visit) stack;
    TraversalList *traversals;
} ExprWalk;

static void push(ExprWalk *walk, const Expr *expr, const Names *names)
{
    if (expr)
        list_add(walk->arena, &walk->stack, (Visit){ expr, names });
}

static bool is_bound(const Names *names, Text name)
{
    for (; names; names = names->outer)
        if (text_equal(names->key, name) || text_equal(names->value, name))
            return true;
    return false;
}

static void push_for(ExprWalk *walk, const ForExpr *for_each, const Names *names)
{
    Names *inner = arena_new(walk->arena, Names);

    *inner = (Names){ names, for_each->key_name, for_each->value_name };
    push(walk, for_each->condition, inner);
    push(walk, for_each->value, inner);
    push(walk, for_each->key, inner);
    push(walk, for_each->collection, names);
}

static void push_list(ExprWalk *walk, const Expr *expr, const Names *names)
{
    for (size_t i = expr->as.list.count; i-- > 0;) {
        push(walk, expr->as.list.items[i], names);
        if (expr->kind == EXPR_OBJECT)
            push(walk, expr->as.list.keys[i], names);
    }
}

/* Pushes the parts in reverse, so that they come off in the order in which they are written. */
static void visit(ExprWalk *walk, const Expr *expr, const Names *names)
{
    switch (expr->kind) {
    case EXPR_LITERAL:
    case EXPR_SPLAT_ITEM:
    case EXPR_MISTAKE:
        break;
    case EXPR_TRAVERSAL:
        if (!is_bound(names, expr->as.traversal.root))
            list_add(walk->arena, walk->traversals, expr->as.traversal);
        break;
    case EXPR_JOIN:
    case EXPR_WRAP:
    case EXPR_PARENTHESES:
        push(walk, expr->as.inner, names);
        break;
    case EXPR_OBJECT_KEY:
        if (expr->as.inner->kind != EXPR_TRAVERSAL || expr->as.inner->as.traversal.count > 0)
            push(walk, expr->as.inner, names);
        break;
    case EXPR_RELATIVE:
        push(walk, expr->as.relative.source, names);
        break;
    case EXPR_INDEX:
        push(walk, expr->as.index.key, names);
        push(walk, expr->as.index.collection, names);
        break;
    case EXPR_SPLAT:
        push(walk, expr->as.splat.each, names);
        push(walk, expr->as.splat.source, names);
        break;
    case EXPR_CALL:
        for (size_t i = expr->as.call.count; i-- > 0;)
            push(walk, expr->as.call.arguments[i], names);
        break;
    case EXPR_CONDITIONAL:
        push(walk, expr->as.conditional.if_false, names);
        push(walk, expr->as.conditional.if_true, names);
        push(walk, expr->as.conditional.condition, names);
        break;
    case EXPR_BINARY:
    case EXPR_UNARY:
        push(walk, expr->as.operation.right, names);
        push(walk, expr->as.operation.left, names);
        break;
    case EXPR_TEMPLATE:
    case EXPR_TUPLE:
    case EXPR_OBJECT:
        push_list(walk, expr, names);
        break;
    case EXPR_FOR:
        push_for(walk, &expr->as.for_each, names);
        break;
    }
}

void expr_traversals(const Expr *expr, Arena *arena, TraversalList *traversals)
{
    ExprWalk walk = { .arena = arena, .traversals = traversals };

    push(&walk, expr, NULL);
    while (walk.stack.count) {
        Visit next = walk.stack.items[--walk.stack.count];

        visit(&walk, next.expr, next.names);
    }
}
