/* Operators and conditionals. */
#include "eval.h"

/* --- arithmetic and comparison -------------------------------------------------------------- */

static Value fail_operation(const Expr *expr, const Evaluation *in, const char *why)
{
    diag_error(in->diags, expr->range, "Operation failed", "Error during operation: %s.", why);
    return value_unknown(type_number);
}

/* Why the operation has no result, or NULL. */
static const char *undefined_operation(Operator operator, Number a, Number b)
{
    bool a_infinite = number_is_infinite(a), b_infinite = number_is_infinite(b);

    switch (operator) {
    case OPERATOR_ADD:
        return a_infinite && b_infinite && number_sign(a) != number_sign(b)
                   ? "can't compute sum of opposing infinities"
                   : NULL;
    case OPERATOR_SUBTRACT:
        return a_infinite && b_infinite && number_sign(a) == number_sign(b)
                   ? "can't subtract infinity from itself"
                   : NULL;
    case OPERATOR_MULTIPLY:
        return (a_infinite && number_sign(b) == NUMBER_ZERO) ||
                       (b_infinite && number_sign(a) == NUMBER_ZERO)
                   ? "can't multiply zero by infinity"
                   : NULL;
    case OPERATOR_DIVIDE:
        return number_is_valid_division(a, b) ? NULL
                                              : "can't divide zero by zero or infinity by infinity";
    case OPERATOR_MODULO:
        return a_infinite || b_infinite ? "there is no remainder of a division with infinity"
                                        : NULL;
    default:
        return NULL;
    }
}

static Value calculate(const Expr *expr, Number a, Number b, const Evaluation *in)
{
    Operator operator= expr->as.operation.operator;
    const char *why = undefined_operation(operator, a, b);

    if (why)
        return fail_operation(expr, in, why);
    switch (operator) {
    case OPERATOR_ADD:
        return value_number(number_add(in->arena, a, b));
    case OPERATOR_SUBTRACT:
        return value_number(number_subtract(in->arena, a, b));
    case OPERATOR_MULTIPLY:
        return value_number(number_multiply(in->arena, a, b));
    case OPERATOR_DIVIDE:
        return value_number(number_divide(in->arena, a, b));
    case OPERATOR_MODULO:
        return value_number(number_modulo(in->arena, a, b));
    case OPERATOR_LESS:
        return value_bool(number_compare(a, b) < 0);
    case OPERATOR_LESS_EQUAL:
        return value_bool(number_compare(a, b) <= 0);
    case OPERATOR_GREATER:
        return value_bool(number_compare(a, b) > 0);
    default:
        return value_bool(number_compare(a, b) >= 0);
    }
}

/* --- operands ------------------------------------------------------------------------------- */

static const Type *operand_type(Operator operator)
{
    return operator== OPERATOR_AND || operator== OPERATOR_OR || operator== OPERATOR_NOT
               ? type_bool
               : type_number;
}

static bool is_comparison(Operator operator)
{
    return operator== OPERATOR_LESS || operator== OPERATOR_LESS_EQUAL || operator==
        OPERATOR_GREATER ||
        operator== OPERATOR_GREATER_EQUAL;
}

static const Type *result_type(Operator operator)
{
    return operator>= OPERATOR_ADD && operator<= OPERATOR_NEGATE ? type_number : type_bool;
}

/* The operand as the operator wants it; unknown and reported where it cannot be. */
static bool convert_operand(Value *operand, Operator operator, const char * side, Range range,
                            const Evaluation *in)
{
    Text why;

    if (in->lenient && operand->state == VALUE_NULL && operand_type(operator) == type_bool)
        *operand = value_marked(value_bool(false), operand->marks);
    if (value_convert(in->arena, *operand, operand_type(operator), operand, &why))
        return true;
    diag_error(in->diags, range, "Invalid operand",
               "Unsuitable value for %s operand: " TEXT_FMT ".", side, TEXT(why));
    return false;
}

static Value logic(Operator operator, bool a, bool b)
{
    return value_bool(operator== OPERATOR_AND ? a && b : a || b);
}

static bool is_either_unknown(Value left, Value right)
{
    return left.state == VALUE_UNKNOWN || right.state == VALUE_UNKNOWN;
}

/* a < b where both may be unknown: what their bounds say. False when they do not say it. */
static bool compare_bounds(const Evaluation *in, Value a, Value b, bool *ret_less)
{
    Bounds left = value_bounds(in->arena, a), right = value_bounds(in->arena, b);

    *ret_less = left.high && right.low && number_compare(*left.high, *right.low) < 0;
    return *ret_less || (left.low && right.high && number_compare(*left.low, *right.high) > 0);
}

/* An unknown result, unless the bounds of a comparison's operands decide it. That something is
   less or equal, Terraform says of one unknown only. */
static Value apply_unknown(Operator operator, Value left, Value right, const Evaluation *in)
{
    bool or_equal = operator== OPERATOR_LESS_EQUAL || operator== OPERATOR_GREATER_EQUAL;
    bool is_less;

    if (!is_comparison(operator) || (or_equal && left.state == right.state) ||
        !compare_bounds(in, left, right, &is_less))
        return unknown_not_null(in->arena, result_type(operator));
    return value_bool(is_less == (operator== OPERATOR_LESS || operator== OPERATOR_LESS_EQUAL));
}

static Value apply_converted(const Expr *expr, Value left, Value right, const Evaluation *in)
{
    Operator operator= expr->as.operation.operator;

    if (left.state == VALUE_NULL || right.state == VALUE_NULL) {
        if (in->lenient)
            return value_null(result_type(operator));
        fail_operation(expr, in, "argument must not be null");
        return value_unknown(result_type(operator));
    }
    if (is_either_unknown(left, right))
        return apply_unknown(operator, left, right, in);
    if (operand_type(operator) == type_bool)
        return logic(operator, value_truth(left), value_truth(right));
    return calculate(expr, value_to_number(left), value_to_number(right), in);
}

static Value apply(const Expr *expr, Value left, Value right, const Evaluation *in)
{
    Operator operator= expr->as.operation.operator;
    uint8_t marks = left.inside_marks | right.inside_marks;
    bool ok;

    if (operator== OPERATOR_EQUAL)
        return values_equal(in->arena, left, right);
    if (operator== OPERATOR_NOT_EQUAL) {
        Value equal = values_equal(in->arena, left, right);

        return equal.state == VALUE_UNKNOWN
                   ? equal
                   : value_marked(value_bool(!value_truth(equal)), equal.marks);
    }
    ok = convert_operand(&left, operator, "left", expr->as.operation.left->range, in);
    ok &= convert_operand(&right, operator, "right", expr->as.operation.right->range, in);
    if (operand_type(operator) == type_bool && is_either_unknown(left, right))
        marks = 0; /* as Terraform has it, which takes no part of an unknown truth for a secret */
    return value_marked(
        ok ? apply_converted(expr, left, right, in) : value_unknown(result_type(operator)), marks);
}

static Value evaluate_unary(const Expr *expr, const Evaluation *in)
{
    Operator operator= expr->as.operation.operator;
    Value operand = evaluate(expr->as.operation.left, in);
    uint8_t marks = operand.state == VALUE_UNKNOWN ? 0 : operand.inside_marks;
    Value result;

    if (!convert_operand(&operand, operator, "unary", expr->as.operation.left->range, in))
        result = value_unknown(operand_type(operator));
    else if (operand.state == VALUE_NULL && in->lenient)
        result = value_null(type_number);
    else if (operand.state == VALUE_NULL)
        result = fail_operation(expr, in, "argument must not be null");
    else if (operand.state == VALUE_UNKNOWN)
        result = unknown_not_null(in->arena, operand_type(operator));
    else if (operator== OPERATOR_NOT)
        result = value_bool(!value_truth(operand));
    else
        result = value_number(number_negate(in->arena, value_to_number(operand)));
    return value_marked(result, marks);
}

/* a + b + c ... leans to the left: it is folded from there, so that long chains cost no stack. */
Value evaluate_operation(const Expr *expr, const Evaluation *in)
{
    LIST(const Expr *) spine = { 0 };
    Value value;

    if (expr->kind == EXPR_UNARY)
        return evaluate_unary(expr, in);
    for (; expr->kind == EXPR_BINARY; expr = expr->as.operation.left)
        list_add(in->arena, &spine, expr);
    value = evaluate(expr, in);
    while (spine.count) {
        const Expr *node = spine.items[--spine.count];

        value = apply(node, value, evaluate(node->as.operation.right, in), in);
    }
    return value;
}

/* --- conditionals --------------------------------------------------------------------------- */

static Text describe_mismatch(Arena *arena, const Type *a, const Type *b);

/* Two parts that cannot be of one type, or, with [any], that are not. */
static bool is_apart(const Type *a, const Type *b, bool any)
{
    return a != b && (any || !type_unify((const Type *[]){ a, b }, 2));
}

static Text tuple_mismatch(Arena *arena, const Type *a, const Type *b, bool any)
{
    for (size_t i = 0; i < a->count; i++)
        if (is_apart(a->types[i], b->types[i], any))
            return text_format(arena, "Type mismatch for tuple element %zu: " TEXT_FMT, i,
                               TEXT(describe_mismatch(arena, a->types[i], b->types[i])));
    return TEXT_NONE;
}

static Text absent_attribute(Arena *arena, Text name, const char *here, const char *there)
{
    return text_format(arena,
                       "The '%s' value includes object attribute \"" TEXT_FMT
                       "\", which is absent in the '%s' value.",
                       here, TEXT(name), there);
}

static Text object_mismatch(Arena *arena, const Type *a, const Type *b, bool any)
{
    for (size_t i = 0; i < a->count; i++) {
        const Type *other = type_attribute(b, a->names[i]);

        if (!other && any)
            return absent_attribute(arena, a->names[i], "true", "false");
        if (other && is_apart(a->types[i], other, any))
            return text_format(
                arena, "Type mismatch for object attribute \"" TEXT_FMT "\": " TEXT_FMT,
                TEXT(a->names[i]), TEXT(describe_mismatch(arena, a->types[i], other)));
    }
    for (size_t i = 0; any && i < b->count; i++)
        if (!type_attribute(a, b->names[i]))
            return absent_attribute(arena, b->names[i], "false", "true");
    return TEXT_NONE;
}

static Text mismatch_inside(Arena *arena, const Type *a, const Type *b, bool any)
{
    if (a->kind == TYPE_TUPLE && b->kind == TYPE_TUPLE && a->count == b->count)
        return tuple_mismatch(arena, a, b, any);
    if (a->kind == TYPE_OBJECT && b->kind == TYPE_OBJECT)
        return object_mismatch(arena, a, b, any);
    return TEXT_NONE;
}

static Text type_word(Arena *arena, const Type *type)
{
    return type == type_dynamic ? TEXT_LIT("dynamic") : type_friendly(arena, type);
}

/* What can by no means be of one type is the reason; where there is nothing of that kind, it is
   what is not the same. */
static Text describe_mismatch(Arena *arena, const Type *a, const Type *b)
{
    Text inside = mismatch_inside(arena, a, b, false);

    if (inside.length == 0)
        inside = mismatch_inside(arena, a, b, true);
    return inside.length > 0 ? inside
                             : text_format(arena,
                                           "The 'true' value is " TEXT_FMT
                                           ", but the 'false' value is " TEXT_FMT ".",
                                           TEXT(type_word(arena, a)), TEXT(type_word(arena, b)));
}

static void fail_types(const Expr *expr, const Type *a, const Type *b, const Evaluation *in)
{
    diag_error(in->diags, expr->range, "Inconsistent conditional result types",
               "The true and false result expressions must have consistent types. " TEXT_FMT,
               TEXT(describe_mismatch(in->arena, a, b)));
}

static bool is_bare_null(Value value)
{
    return value.state == VALUE_NULL && value.type == type_dynamic;
}

/* The type of the whole; NULL when there is none. */
static const Type *common_type(Value a, Value b)
{
    const Type *types[] = { a.type, b.type };

    if (is_bare_null(a))
        return b.type;
    if (is_bare_null(b))
        return a.type;
    if (a.type == type_dynamic || b.type == type_dynamic)
        return type_dynamic;
    return a.type == b.type ? a.type : type_unify(types, 2);
}

/* Evaluates on a list of its own: only what the branch that is taken says is reported. */
static Value evaluate_branch(const Expr *expr, const Evaluation *in, Diags *ret_diags)
{
    Evaluation branch = *in;
    Value value;

    *ret_diags = diags_make(in->arena);
    branch.diags = ret_diags;
    value = evaluate(expr, &branch);
    return diags_have_errors(ret_diags) ? value_unknown(value.type) : value; /* without marks */
}

static Value take_branch(const Expr *expr, Value value, const Type *type, const char *which,
                         const Diags *diags, const Evaluation *in)
{
    Text why;

    diags_append(in->diags, diags, TEXT_NONE);
    if (value.type == type || value_convert(in->arena, value, type, &value, &why))
        return value;
    diag_error(in->diags, expr->range, "Inconsistent conditional result types",
               "The %s result value has the wrong type: " TEXT_FMT ".", which, TEXT(why));
    return value_unknown(type);
}

/* The condition as a bool; unknown when it was none, which is then reported. */
static Value evaluate_condition(const Expr *expr, const Evaluation *in)
{
    Value condition = evaluate(expr, in);
    Text why;

    if (condition.state == VALUE_NULL) {
        if (in->lenient)
            return value_marked(value_bool(false), condition.marks);
        diag_error(in->diags, expr->range, "Null condition",
                   "The condition value is null. Conditions must either be true or false.");
        return value_unknown(type_bool);
    }
    if (value_convert(in->arena, condition, type_bool, &condition, &why))
        return condition;
    diag_error(in->diags, expr->range, "Incorrect condition type",
               "The condition expression must be of type bool.");
    return value_unknown(type_bool);
}

/* Type files do not unify: what goes to the wire is what was written. */
static Value evaluate_lenient_conditional(const Expr *expr, const Evaluation *in)
{
    Value condition = evaluate_condition(expr->as.conditional.condition, in);
    Value result;

    if (condition.state == VALUE_UNKNOWN)
        return value_marked(value_unknown(type_dynamic), condition.marks);
    result = evaluate(
        value_truth(condition) ? expr->as.conditional.if_true : expr->as.conditional.if_false, in);
    return value_marked(result, condition.marks);
}

static const Number *outer_bound(const Number *a, const Number *b, int side)
{
    if (!a || !b)
        return NULL;
    return number_compare(*a, *b) * side > 0 ? a : b;
}

/* What will be one of the two: null if both are, and within the bounds and lengths of both. */
static Value unknown_choice(Arena *arena, Value a, Value b, const Type *type)
{
    bool not_null = is_definitely_not_null(a) && is_definitely_not_null(b);

    if (a.state == VALUE_NULL && b.state == VALUE_NULL)
        return value_null(type);
    if (a.type == type_number && b.type == type_number) {
        Bounds left = value_bounds(arena, a), right = value_bounds(arena, b);
        Bounds outer = { outer_bound(left.low, right.low, -1),
                         outer_bound(left.high, right.high, 1) };

        return value_unknown_between(arena, outer, not_null);
    }
    if (type_is_collection(a.type) && a.type == b.type) {
        Lengths left = value_lengths(a), right = value_lengths(b);
        Lengths outer = { left.low < right.low ? left.low : right.low,
                          left.high > right.high ? left.high : right.high };

        return value_unknown_sized(arena, type, outer, not_null);
    }
    return not_null ? unknown_not_null(arena, type) : value_unknown(type);
}

Value evaluate_conditional(const Expr *expr, const Evaluation *in)
{
    Diags true_diags, false_diags;
    Value if_true, if_false, condition, result;
    const Type *type;

    if (in->lenient)
        return evaluate_lenient_conditional(expr, in);
    if_true = evaluate_branch(expr->as.conditional.if_true, in, &true_diags);
    if_false = evaluate_branch(expr->as.conditional.if_false, in, &false_diags);
    type = common_type(if_true, if_false);
    if (!type) {
        fail_types(expr, if_true.type, if_false.type, in);
        return value_unknown(type_dynamic);
    }
    condition = evaluate_condition(expr->as.conditional.condition, in);
    if (condition.state == VALUE_UNKNOWN)
        result = unknown_choice(in->arena, if_true, if_false, type);
    else if (value_truth(condition))
        result = take_branch(expr->as.conditional.if_true, if_true, type, "true", &true_diags, in);
    else
        result =
            take_branch(expr->as.conditional.if_false, if_false, type, "false", &false_diags, in);
    return value_marked(result, condition.marks | if_true.marks | if_false.marks);
}
