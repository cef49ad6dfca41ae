/* Calling: the checks that are the same for every function, written once. */
#include "functions.h"

#include <assert.h>

/* --- types in rows -------------------------------------------------------------------------- */

static const Type *type_of_text(Text text)
{
    Text kind, element;

    if (text_is(text, "any"))
        return type_dynamic;
    if (text_is(text, "string"))
        return type_string;
    if (text_is(text, "number"))
        return type_number;
    if (text_is(text, "bool"))
        return type_bool;
    text_cut(text, TEXT_LIT("("), &kind, &element);
    assert(text_ends_with(element, TEXT_LIT(")")));
    element.length--;
    if (text_is(kind, "list"))
        return type_list(type_of_text(element));
    return text_is(kind, "set") ? type_set(type_of_text(element)) : type_map(type_of_text(element));
}

const Type *function_type(const char *text)
{
    return type_of_text(text_of(text));
}

/* --- what bodies ask ------------------------------------------------------------------------ */

static const Parameter *parameter_at(const Function *function, size_t index)
{
    return index < function->parameter_count ? &function->parameters[index] : function->variadic;
}

Value call_error(Call *call, int argument, const char *format, ...)
{
    va_list arguments;
    Text why;
    const char *name = call->function->name;

    va_start(arguments, format);
    why = text_format_list(call->arena, format, arguments);
    va_end(arguments);
    if (argument < 0)
        diag_error(call->diags, call->range, "Error in function call",
                   "Call to function \"%s\" failed: " TEXT_FMT ".", name, TEXT(why));
    else
        diag_error(call->diags, call->argument_ranges[argument], "Invalid function argument",
                   "Invalid value for \"%s\" parameter: " TEXT_FMT ".",
                   parameter_at(call->function, (size_t)argument)->name, TEXT(why));
    return value_unknown(type_dynamic);
}

Value call_argument(const Call *call, size_t index)
{
    assert(index < call->count);
    return call->arguments[index];
}

Text call_text(const Call *call, size_t index)
{
    return value_text(call_argument(call, index));
}

bool call_integer(Call *call, size_t index, int64_t *ret_integer)
{
    if (number_to_int(value_to_number(call_argument(call, index)), ret_integer))
        return true;
    call_error(
        call, -1,
        "value must be a whole number, between -9223372036854775808 and 9223372036854775807");
    return false;
}

bool call_is_lenient(const Call *call)
{
    for (const Scope *scope = call->scope; scope; scope = scope->parent)
        if (scope->lenient)
            return true;
    return false;
}

Value call_string(const Call *call, Text text)
{
    return value_string(call->arena, text);
}

Value call_unknown(const Call *call, const Type *type)
{
    return unknown_not_null(call->arena, type);
}

bool is_sequence_type(const Type *type)
{
    return type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_TUPLE;
}

bool is_mapping_type(const Type *type)
{
    return type->kind == TYPE_MAP || type->kind == TYPE_OBJECT;
}

/* --- checks --------------------------------------------------------------------------------- */

static bool check_count(const Call *call)
{
    const Function *function = call->function;

    if (call->count < function->parameter_count) {
        diag_error(call->diags, call->range, "Not enough function arguments",
                   "Function \"%s\" expects%s %zu argument(s). Missing value for \"%s\".",
                   function->name, function->variadic ? " at least" : "", function->parameter_count,
                   function->parameters[call->count].name);
        return false;
    }
    if (!function->variadic && call->count > function->parameter_count) {
        diag_error(call->diags, call->argument_ranges[function->parameter_count],
                   "Too many function arguments", "Function \"%s\" expects only %zu argument(s).",
                   function->name, function->parameter_count);
        return false;
    }
    return true;
}

static bool convert_arguments(Call *call, Value *arguments)
{
    bool ok = true;

    for (size_t i = 0; i < call->count; i++) {
        const Type *type = function_type(parameter_at(call->function, i)->type);
        Text why;

        if (!value_convert(call->arena, arguments[i], type, &arguments[i], &why))
            call_error(call, (int)i, TEXT_FMT, TEXT(why));
        else if (!type->has_dynamic &&
                 arguments[i].type != type) /* a set that is not settled yet */
            call_error(call, (int)i, TEXT_FMT " required", TEXT(type_friendly(call->arena, type)));
        else
            continue;
        ok = false;
    }
    return ok;
}

static Value empty_of(const Type *type, Arena *arena)
{
    if (type->kind == TYPE_LIST)
        return value_list(arena, type->element, NULL, 0);
    if (type->kind == TYPE_SET)
        return value_set(arena, type->element, NULL, 0);
    return value_tuple(arena, NULL, 0);
}

typedef enum NullOutcome { NULLS_FINE, NULLS_REPORTED, NULLS_MAKE_NULL } NullOutcome;

static NullOutcome check_nulls(Call *call, Value *arguments)
{
    bool lenient = call_is_lenient(call);

    for (size_t i = 0; i < call->count; i++) {
        const Parameter *parameter = parameter_at(call->function, i);

        if (arguments[i].state != VALUE_NULL)
            continue;
        if (lenient && (parameter->allow & NULL_IS_EMPTY)) {
            arguments[i] = empty_of(function_type(parameter->type), call->arena);
        } else if (!(parameter->allow & ALLOW_NULL)) {
            if (lenient)
                return NULLS_MAKE_NULL;
            call_error(call, (int)i, "argument must not be null");
            return NULLS_REPORTED;
        }
    }
    return NULLS_FINE;
}

/* Takes off the marks that the function does not want to see; whether something is unknown that it
   does not want to see either. */
static bool strip_arguments(const Call *call, Value *arguments, uint8_t *ret_marks)
{
    bool has_unknown = false;
    uint8_t marks = 0;

    for (size_t i = 0; i < call->count; i++) {
        const Parameter *parameter = parameter_at(call->function, i);

        has_unknown |=
            !(parameter->allow & ALLOW_UNKNOWN) && (arguments[i].inside_states & VALUE_UNKNOWN);
        if (parameter->allow & ALLOW_MARKED)
            continue;
        marks |= arguments[i].inside_marks;
        arguments[i] = value_unmarked(call->arena, arguments[i]);
    }
    *ret_marks = marks;
    return has_unknown;
}

static bool can_be_null(const Function *function)
{
    for (size_t i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].allow & ALLOW_NULL)
            return true;
    return function->variadic && (function->variadic->allow & ALLOW_NULL);
}

static Value unknown_result(const Call *call)
{
    const Type *type = function_type(call->function->result);

    return can_be_null(call->function) ? value_unknown(type) : call_unknown(call, type);
}

/* --- predictions ---------------------------------------------------------------------------- */

static Value rebuilt(Arena *arena, Value like, const Value *elements)
{
    const Type *type = like.type;
    size_t count = value_count(like);

    switch (type->kind) {
    case TYPE_LIST:
        return value_list(arena, type->element, elements, count);
    case TYPE_SET:
        return value_set(arena, type->element, elements, count);
    case TYPE_MAP:
        return value_map(arena, type->element, like.as.items->keys, elements, count);
    case TYPE_TUPLE:
        return value_tuple(arena, elements, count);
    default:
        return value_object(arena, like.as.items->keys, elements, count);
    }
}

/* The value with what it is predicted to be in place of what is unknown; false where nothing is. */
static bool predict(Arena *arena, Value value, Value *ret_predicted)
{
    Value *elements;

    *ret_predicted = value;
    if (value_is_wholly_known(value))
        return true;
    if (value.state == VALUE_UNKNOWN) {
        if (!value.as.refinement || value.as.refinement->predicted.type != value.type)
            return false;
        *ret_predicted = value.as.refinement->predicted;
        return true;
    }
    elements = arena_array(arena, Value, value_count(value));
    for (size_t i = 0; i < value_count(value); i++)
        if (!predict(arena, value_at(value, i), &elements[i]))
            return false;
    *ret_predicted = rebuilt(arena, value, elements);
    return true;
}

/* An unknown text is shown to people as what comes of the predicted arguments. */
static Value with_prediction(const Call *call, const Value *arguments, Value result)
{
    Value *predicted = arena_array(call->arena, Value, call->count);
    Diags ignored = diags_make(call->arena);
    Call again = *call;
    Value value;

    for (size_t i = 0; i < call->count; i++)
        if (!predict(call->arena, arguments[i], &predicted[i]))
            return result;
    again.arguments = predicted;
    again.diags = &ignored;
    value = call->function->body(&again);
    if (value.state != VALUE_KNOWN || value.type != type_string || diags_have_errors(&ignored))
        return result;
    return value_marked(unknown_predicted(call->arena, result, value), value.marks);
}

/* --- the call ------------------------------------------------------------------------------- */

static Value call_body(Call *call, const Value *arguments, bool has_unknown)
{
    size_t errors = call->diags->error_count;
    Value result = has_unknown ? unknown_result(call) : call->function->body(call);

    if (result.state != VALUE_UNKNOWN || result.type != type_string ||
        call->diags->error_count > errors)
        return result;
    return with_prediction(call, arguments, result);
}

static Value call_checked(Call *call, Value *arguments)
{
    const Type *result = function_type(call->function->result);
    uint8_t marks;
    bool has_unknown;

    switch (check_nulls(call, arguments)) {
    case NULLS_REPORTED:
        return value_unknown(result);
    case NULLS_MAKE_NULL:
        return value_null(result);
    case NULLS_FINE:
        break;
    }
    has_unknown = strip_arguments(call, arguments, &marks);
    return value_marked(call_body(call, arguments, has_unknown), marks);
}

Value function_call(const Function *function, const Value *arguments, const Range *argument_ranges,
                    size_t count, const Scope *scope, Range range, Arena *arena, Diags *diags)
{
    Value *own = arena_array(arena, Value, count);
    Call call = {
        .function = function,
        .arguments = own,
        .argument_ranges = argument_ranges,
        .count = count,
        .scope = scope,
        .range = range,
        .arena = arena,
        .diags = diags,
    };
    size_t errors = diags->error_count;
    Value result;

    for (size_t i = 0; i < count; i++)
        own[i] = arguments[i];
    if (!check_count(&call) || !convert_arguments(&call, own))
        return value_unknown(type_dynamic);
    result = call_checked(&call, own);
    /* What has failed has no type that could be in anything's way. */
    return diags->error_count > errors ? value_unknown(type_dynamic) : result;
}
