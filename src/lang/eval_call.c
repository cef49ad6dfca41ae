/* Calls: the function, its arguments one by one, the last one possibly expanded. */
#include "eval.h"

#include "functions/functions.h"

/* Arguments as they are evaluated. */
typedef struct Arguments {
    LIST(Value) values;
    LIST(Range) ranges;
} Arguments;

static const Function *find_function(const Scope *scope, Text name)
{
    for (const Scope *outer = scope; outer; outer = outer->parent)
        if (outer->function)
            return outer->function(scope, name);
    return function_find(name);
}

static Value fail_unknown_function(const Expr *expr, const Evaluation *in)
{
    Text name = expr->as.call.name;
    Text suggestion = function_suggestion(name);

    if (text_starts_with(name, TEXT_LIT("provider::")))
        diag_error(in->diags, expr->as.call.name_range, "Unknown provider function",
                   "There is no function named \"" TEXT_FMT
                   "\". pipectl has those of terraform.io/builtin/terraform, under the name that "
                   "this module's required_providers give to this source.",
                   TEXT(name));
    else if (text_find(name, TEXT_LIT("::")) != TEXT_NOT_FOUND)
        diag_error(in->diags, expr->as.call.name_range, "Unknown provider function",
                   "There is no function named \"" TEXT_FMT
                   "\": the functions of a provider begin with "
                   "\"provider::\", those of the language with nothing or \"core::\".",
                   TEXT(name));
    else if (suggestion.length)
        diag_error(in->diags, expr->as.call.name_range, "Call to unknown function",
                   "There is no function named \"" TEXT_FMT "\". Did you mean \"" TEXT_FMT "\"?",
                   TEXT(name), TEXT(suggestion));
    else
        diag_error(in->diags, expr->as.call.name_range, "Call to unknown function",
                   "There is no function named \"" TEXT_FMT "\".", TEXT(name));
    return value_unknown(type_dynamic);
}

static void add_argument(Arguments *arguments, Value value, Range range, Arena *arena)
{
    list_add(arena, &arguments->values, value);
    list_add(arena, &arguments->ranges, range);
}

/* Adds the elements of the last argument. False when they are not known, or it has none (reported).
 */
static bool expand(Arguments *arguments, Value value, Range range, const Evaluation *in)
{
    static const char summary[] = "Invalid expanding argument value";
    uint8_t marks = take_marks(&value);
    bool is_sequence = value.type->kind == TYPE_LIST || value.type->kind == TYPE_SET ||
                       value.type->kind == TYPE_TUPLE;

    if (value.state == VALUE_NULL && in->lenient)
        return true;
    if (value.state == VALUE_NULL) {
        diag_error(in->diags, range, summary,
                   "The expanding argument (indicated by ...) must not be null.");
        return false;
    }
    if (!is_sequence && value.type != type_dynamic)
        diag_error(
            in->diags, range, summary,
            "The expanding argument (indicated by ...) must be of a tuple, list, or set type.");
    if (!is_sequence || value.state == VALUE_UNKNOWN)
        return false;
    for (size_t i = 0; i < value_count(value); i++)
        add_argument(arguments, value_marked(value_at(value, i), marks), range, in->arena);
    return true;
}

static bool evaluate_arguments(const Expr *expr, const Evaluation *in, Arguments *arguments)
{
    size_t errors = in->diags->error_count;

    for (size_t i = 0; i < expr->as.call.count; i++) {
        const Expr *argument = expr->as.call.arguments[i];
        Value value = evaluate(argument, in);

        if (!expr->as.call.expand || i + 1 < expr->as.call.count)
            add_argument(arguments, value, argument->range, in->arena);
        else if (in->diags->error_count > errors || !expand(arguments, value, argument->range, in))
            return false;
    }
    return in->diags->error_count == errors;
}

/* The expressions of a call; those of an expanded last argument are its elements. False (reported)
   when that fails. */
static bool lazy_expressions(const Expr *expr, const Evaluation *in, Call *call)
{
    size_t errors = in->diags->error_count, count = expr->as.call.count;
    Arguments elements = { 0 };
    const Expr **expressions, *last;
    Value value;

    call->expressions = expr->as.call.arguments;
    call->count = count;
    if (!expr->as.call.expand)
        return true;
    last = expr->as.call.arguments[count - 1];
    value = evaluate(last, in);
    if (in->diags->error_count > errors || !expand(&elements, value, last->range, in))
        return false;
    call->count = count - 1 + elements.values.count;
    expressions = arena_array(in->arena, const Expr *, call->count);
    for (size_t i = 0; i < call->count; i++)
        expressions[i] =
            i < count - 1
                ? expr->as.call.arguments[i]
                : expr_literal(in->arena, elements.values.items[i - count + 1], last->range);
    call->expressions = expressions;
    return true;
}

static Value call_lazy(const Function *function, const Expr *expr, const Evaluation *in)
{
    Call call = {
        .function = function,
        .scope = in->scope,
        .range = expr->range,
        .arena = in->arena,
        .diags = in->diags,
    };

    return lazy_expressions(expr, in, &call) ? function->body(&call) : value_unknown(type_dynamic);
}

Value evaluate_call(const Expr *expr, const Evaluation *in)
{
    const Function *function = in->constant ? NULL : find_function(in->scope, expr->as.call.name);
    Arguments arguments = { 0 };

    if (in->constant) {
        diag_error(in->diags, expr->range, "Function calls not allowed",
                   "Functions may not be called here.");
        return value_unknown(type_dynamic);
    }
    if (!function)
        return fail_unknown_function(expr, in);
    if (function->lazy)
        return call_lazy(function, expr, in);
    if (!evaluate_arguments(expr, in, &arguments))
        return value_unknown(type_dynamic);
    return function_call(function, arguments.values.items, arguments.ranges.items,
                         arguments.values.count, in->scope, expr->range, in->arena, in->diags);
}
