/* Functions that convert, and those that deal with errors and marks. */
#include "functions.h"

/* --- to another type ------------------------------------------------------------------------ */

/* Why a conversion failed, as Terraform says it here: with the text when a string does not read as
   the type, with the types otherwise. */
static Value fail_conversion(Call *call, Value value, const Type *type)
{
    Text from = type_friendly(call->arena, value.type), to = type_friendly(call->arena, type);
    bool shows_text = value.type == type_string && value.state == VALUE_KNOWN &&
                      !value.inside_marks && type_is_primitive(type);

    if (shows_text && type == type_bool)
        return call_error(call, 0,
                          "cannot convert \"" TEXT_FMT
                          "\" to bool; only the strings \"true\" or \"false\" "
                          "are allowed",
                          TEXT(value_text(value)));
    if (shows_text)
        return call_error(call, 0,
                          "cannot convert \"" TEXT_FMT
                          "\" to number; given string must be a decimal "
                          "representation of a number",
                          TEXT(value_text(value)));
    return call_error(call, 0, "cannot convert " TEXT_FMT " to " TEXT_FMT, TEXT(from), TEXT(to));
}

static Value convert(Call *call, const Type *type)
{
    Value value = call_argument(call, 0), result;
    Text why;

    if (!value_convert(call->arena, value, type, &result, &why))
        return fail_conversion(call, value, type);
    /* The elements of what is not known have no type yet, whatever the argument says of them. */
    return value.state == VALUE_UNKNOWN ? value_with_marks_of(value_unknown(type), result) : result;
}

Value function_tobool(Call *call)
{
    return convert(call, type_bool);
}

Value function_tolist(Call *call)
{
    return convert(call, type_list(type_dynamic));
}

Value function_tomap(Call *call)
{
    return convert(call, type_map(type_dynamic));
}

Value function_tonumber(Call *call)
{
    return convert(call, type_number);
}

Value function_toset(Call *call)
{
    return convert(call, type_set(type_dynamic));
}

Value function_tostring(Call *call)
{
    return convert(call, type_string);
}

/* --- errors --------------------------------------------------------------------------------- */

/* Evaluates on a list of diagnostics of its own. */
static Value attempt(const Call *call, const Expr *expr, Diags *ret_diags)
{
    *ret_diags = diags_make(call->arena);
    return expr_evaluate(expr, call->scope, call->arena, ret_diags);
}

static void add_failure(TextBuilder *builder, const Diag *diag)
{
    text_add_format(builder, "\n- " TEXT_FMT, TEXT(diag->summary));
    if (diag->subject.source)
        text_add_format(builder, " (at " TEXT_FMT ")",
                        TEXT(range_start_place(builder->arena, diag->subject)));
    text_add_format(builder, "\n  " TEXT_FMT, TEXT(diag->detail));
}

Value function_try(Call *call)
{
    TextBuilder failures = text_builder(call->arena);

    if (call->count == 0)
        return call_error(call, -1, "at least one argument is required");
    for (size_t i = 0; i < call->count; i++)
        if (!check_names(call->expressions[i], call->scope, call->arena, call->diags))
            return value_unknown(type_dynamic);
    for (size_t i = 0; i < call->count; i++) {
        Diags diags;
        Value value = attempt(call, call->expressions[i], &diags);

        /* What is not known yet may still fail, so what comes of it is not known either. */
        if (!diags_have_errors(&diags))
            return value_is_wholly_known(value) ? value : value_unknown(type_dynamic);
        for (size_t j = 0; j < diags.list.count; j++)
            add_failure(&failures, &diags.list.items[j]);
    }
    return call_error(call, -1,
                      "no expression succeeded:" TEXT_FMT
                      "\n\nAt least one expression must produce a "
                      "successful result",
                      TEXT(text_built(&failures)));
}

Value function_can(Call *call)
{
    Diags diags;
    Value value;

    if (call->count != 1) {
        diag_error(call->diags, call->range,
                   call->count ? "Too many function arguments" : "Not enough function arguments",
                   "Function \"can\" expects one expression.");
        return value_unknown(type_bool);
    }
    if (!check_names(call->expressions[0], call->scope, call->arena, call->diags))
        return value_unknown(type_bool);
    value = attempt(call, call->expressions[0], &diags);
    if (diags_have_errors(&diags))
        return value_bool(false);
    return value_is_wholly_known(value) ? value_bool(true) : call_unknown(call, type_bool);
}

/* --- marks ---------------------------------------------------------------------------------- */

Value function_sensitive(Call *call)
{
    return value_marked(call_argument(call, 0), MARK_SENSITIVE);
}

Value function_nonsensitive(Call *call)
{
    Value value = call_argument(call, 0);
    uint8_t marks = take_marks(&value);

    return value_marked(value, marks & (uint8_t)~MARK_SENSITIVE);
}

Value function_issensitive(Call *call)
{
    Value value = call_argument(call, 0);

    if (value.marks & MARK_SENSITIVE)
        return value_bool(true);
    return value.state == VALUE_UNKNOWN ? call_unknown(call, type_bool) : value_bool(false);
}

static Value without_ephemeral(Arena *arena, Value value)
{
    ValueBuilder builder = value_builder(arena);
    uint8_t marks;

    if (!(value.inside_marks & MARK_EPHEMERAL))
        return value;
    if (value.marks & MARK_EPHEMERAL)
        return value_marked(value_null(value.type), value.marks & (uint8_t)~MARK_EPHEMERAL);
    marks = take_marks(&value);
    for (size_t i = 0; i < value_count(value); i++) {
        Value element = without_ephemeral(arena, value_at(value, i));

        if (is_mapping_type(value.type))
            value_builder_put(&builder, value_key_at(value, i), element);
        else
            value_builder_add(&builder, element);
    }
    if (value.type->kind == TYPE_OBJECT)
        value = value_built_object(&builder);
    else if (value.type->kind == TYPE_MAP)
        value = value_built_map(&builder, value.type->element);
    else if (value.type->kind == TYPE_TUPLE)
        value = value_built_tuple(&builder);
    else
        value = value_built_list(&builder, value.type->element);
    return value_marked(value, marks);
}

Value function_ephemeralasnull(Call *call)
{
    return without_ephemeral(call->arena, call_argument(call, 0));
}
