/* Addresses with computed keys: what import blocks name. */
#include "expr_node.h"

#include "pipectl/lang/address.h"

typedef struct AddressText {
    const Scope *scope; /* NULL: computed keys are left out */
    Arena *arena;
    TextBuilder builder;
    Diags *diags;
} AddressText;

static bool refuse(AddressText *address, const Expr *expr)
{
    diag_error(address->diags, expr->range, "Invalid expression",
               "An address is expected here, such as aws_kinesis_stream.s or "
               "aws_kinesis_stream.s[each.key].");
    return false;
}

static bool add_key(AddressText *address, const Expr *expr)
{
    Value value;

    if (!address->scope)
        return true;
    value = expr_evaluate(expr, address->scope, address->arena, address->diags);
    if (value_is_unknown(value) || value_is_null(value))
        return refuse(address, expr);
    value = value_unmarked(address->arena, value);
    if (value_has_kind(value, TYPE_NUMBER))
        text_add(&address->builder,
                 key_text(address->arena, key_of_integer(value_to_integer(value))));
    else if (value_has_kind(value, TYPE_STRING))
        text_add(&address->builder, key_text(address->arena, key_of_text(value_text(value))));
    else
        return refuse(address, expr);
    return true;
}

/* Steps as they stand behind a name. */
static void add_steps(AddressText *address, const TraversalStep *steps, size_t count)
{
    Traversal behind = { .steps = steps, .count = count };

    text_add(&address->builder, traversal_text(address->arena, &behind));
}

static bool add(AddressText *address, const Expr *expr)
{
    Traversal traversal;

    if (expr->kind == EXPR_INDEX)
        return add(address, expr->as.index.collection) && add_key(address, expr->as.index.key);
    if (expr->kind == EXPR_RELATIVE) {
        if (!add(address, expr->as.relative.source))
            return false;
        add_steps(address, expr->as.relative.steps, expr->as.relative.count);
        return true;
    }
    if (!expr_as_traversal(expr, address->arena, &traversal))
        return refuse(address, expr);
    text_add(&address->builder, traversal_text(address->arena, &traversal));
    return true;
}

bool expr_address(const Expr *expr, const Scope *scope, Arena *arena, Text *ret_text, Diags *diags)
{
    AddressText address = {
        .scope = scope, .arena = arena, .builder = text_builder(arena), .diags = diags
    };

    if (!add(&address, expr))
        return false;
    *ret_text = text_built(&address.builder);
    return true;
}
