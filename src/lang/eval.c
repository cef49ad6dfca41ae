/* Evaluation: what an expression of each kind gives. */
#include "eval.h"

/* What no inner scope binds is asked of the resolver around them. */
static Value resolve(const Traversal *traversal, const Evaluation *in)
{
    const Scope *scope = in->scope;
    bool has_names = false;
    size_t used = 0;
    Value value;

    while (scope && !scope->resolve) {
        has_names |= scope->name_count > 0 && !text_equal(scope->names[0].name, SPLAT_ITEM_NAME);
        scope = scope->parent;
    }
    if (scope) {
        value = scope->resolve(scope->user, traversal, &used, in->arena, in->diags);
        return take_steps(value, traversal->steps + used, traversal->count - used, in);
    }
    if (has_names)
        diag_error(in->diags, traversal->root_range, "Unknown variable",
                   "There is no variable named \"" TEXT_FMT "\".", TEXT(traversal->root));
    else
        diag_error(in->diags, traversal->root_range, "Variables not allowed",
                   "Variables may not be used here.");
    return value_unknown(type_dynamic);
}

Value evaluate_traversal(const Traversal *traversal, const Evaluation *in)
{
    Value value;

    if (scope_find(in->scope, traversal->root, &value))
        return take_steps(value, traversal->steps, traversal->count, in);
    return resolve(traversal, in);
}

static Value evaluate_item(const Evaluation *in)
{
    Value value;

    return scope_find(in->scope, SPLAT_ITEM_NAME, &value) ? value : value_unknown(type_dynamic);
}

static Value evaluate_tuple(const Expr *expr, const Evaluation *in)
{
    Value *values = arena_array(in->arena, Value, expr->as.list.count);

    for (size_t i = 0; i < expr->as.list.count; i++)
        values[i] = evaluate(expr->as.list.items[i], in);
    return value_tuple(in->arena, values, expr->as.list.count);
}

static Value evaluate_index(const Expr *expr, const Evaluation *in)
{
    Value collection = evaluate(expr->as.index.collection, in);
    Value key = evaluate(expr->as.index.key, in);

    return step_index(collection, key, expr->range, in);
}

Value evaluate(const Expr *expr, const Evaluation *in)
{
    switch (expr->kind) {
    case EXPR_LITERAL:
        return expr->as.literal;
    case EXPR_TEMPLATE:
        return evaluate_template(expr, in);
    case EXPR_JOIN:
        return evaluate_join(expr, in);
    case EXPR_WRAP:
    case EXPR_PARENTHESES:
    case EXPR_OBJECT_KEY:
        return evaluate(expr->as.inner, in);
    case EXPR_TRAVERSAL:
        return evaluate_traversal(&expr->as.traversal, in);
    case EXPR_RELATIVE:
        return take_steps(evaluate(expr->as.relative.source, in), expr->as.relative.steps,
                          expr->as.relative.count, in);
    case EXPR_INDEX:
        return evaluate_index(expr, in);
    case EXPR_SPLAT:
        return evaluate_splat(expr, in);
    case EXPR_SPLAT_ITEM:
        return evaluate_item(in);
    case EXPR_CALL:
        return evaluate_call(expr, in);
    case EXPR_CONDITIONAL:
        return evaluate_conditional(expr, in);
    case EXPR_BINARY:
    case EXPR_UNARY:
        return evaluate_operation(expr, in);
    case EXPR_TUPLE:
        return evaluate_tuple(expr, in);
    case EXPR_OBJECT:
        return evaluate_object(expr, in);
    case EXPR_FOR:
        return evaluate_for(expr, in);
    case EXPR_MISTAKE:
        break;
    }
    return value_unknown(type_dynamic);
}

bool check_names(const Expr *expr, const Scope *scope, Arena *arena, Diags *diags)
{
    const Scope *checking = scope;
    size_t errors = diags->error_count;
    TraversalList traversals = { 0 };
    Value bound;

    while (checking && !checking->check)
        checking = checking->parent;
    if (!checking)
        return true;
    expr_traversals(expr, arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++)
        if (!scope_find(scope, traversals.items[i].root, &bound))
            checking->check(checking->user, &traversals.items[i], diags);
    return diags->error_count == errors;
}

/* Names that are not declared come first: they may be why the rest is wrong. */
static Value evaluate_checked(const Expr *expr, Evaluation *in)
{
    Diags *diags = in->diags, own = diags_make(in->arena);
    Value value;

    in->diags = &own;
    value = evaluate(expr, in);
    in->diags = diags;
    if (own.error_count > 0)
        (void)check_names(expr, in->scope, in->arena, diags);
    diags_append(diags, &own, TEXT_NONE);
    return value;
}

Value expr_evaluate(const Expr *expr, const Scope *scope, Arena *arena, Diags *diags)
{
    Evaluation in = { .scope = scope, .arena = arena, .diags = diags, .constant = !scope };
    size_t before = diags->list.count;
    bool checks = false;
    Value value;

    for (const Scope *outer = scope; outer; outer = outer->parent) {
        in.lenient |= outer->lenient;
        checks |= outer->check != NULL;
    }
    value = checks ? evaluate_checked(expr, &in) : evaluate(expr, &in);
    if (scope && !in.lenient && diags->list.count > before)
        evaluate_explain(expr, &in, before);
    return value;
}
