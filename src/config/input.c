/*
 * input.c: what was given for root variables, as values of their types.
 */
#include "pipectl/config/load.h"

#include "decode.h"

typedef struct Inputs {
    Arena *arena;
    const Module *root;
    Diags *diags;
} Inputs;

const VariableInput *variable_input(const VariableInputList *given, Text name)
{
    for (size_t i = given->count; i > 0; i--)
        if (text_equal(given->items[i - 1].name, name))
            return &given->items[i - 1];
    return NULL;
}

/* --- one value ------------------------------------------------------------------------------ */

/* Text for a variable of a primitive or no type is taken as it stands; for others it is an
   expression. */
static bool is_literal(const Variable *variable)
{
    return !variable->has_type || type_is_primitive(variable->type);
}

static Value parse_text(Decoder *decoder, const Variable *variable, Text text)
{
    const Source *source = source_make(
        decoder->arena,
        text_format(decoder->arena, "<value for var." TEXT_FMT ">", TEXT(variable->name)), text);
    const Expr *expr;

    expr = expr_parse(decoder->arena, (ExprText){ .source = source, .text = text }, decoder->diags);
    return expr ? static_value(decoder, expr) : value_unknown(type_dynamic);
}

static Value raw_value(Decoder *decoder, const Variable *variable, const VariableInput *input)
{
    if (input->expr)
        return static_value(decoder, input->expr);
    return is_literal(variable) ? value_string(decoder->arena, input->text)
                                : parse_text(decoder, variable, input->text);
}

__attribute__((format(printf, 5, 6))) static void
report_value(Decoder *decoder, const Variable *variable, const VariableInput *input,
             const char *summary, const char *format, ...)
{
    Text address = text_format(decoder->arena, "var." TEXT_FMT, TEXT(variable->name));
    va_list arguments;
    Text why;

    va_start(arguments, format);
    why = text_format_list(decoder->arena, format, arguments);
    va_end(arguments);
    if (input->range.source)
        diag_error(decoder->diags, input->expr ? expr_range(input->expr) : input->range, summary,
                   "The given value is not suitable for " TEXT_FMT " declared at " TEXT_FMT
                   ": " TEXT_FMT ".",
                   TEXT(address), TEXT(range_place(decoder->arena, variable->range)), TEXT(why));
    else
        diag_error(decoder->diags, variable->range, summary,
                   "Unsuitable value for " TEXT_FMT " set " TEXT_FMT ": " TEXT_FMT ".",
                   TEXT(address), TEXT(input->origin), TEXT(why));
}

static Value convert_value(Decoder *decoder, const Variable *variable, const VariableInput *input,
                           Value raw)
{
    Value value = raw;
    Text why;

    if (variable->defaults && !value_is_null(value))
        value = type_apply_defaults(decoder->arena, variable->defaults, value);
    if (!value_convert(decoder->arena, value, variable->type, &value, &why)) {
        report_value(decoder, variable, input, "Invalid value for input variable", TEXT_FMT,
                     TEXT(why));
        return value_unknown(type_without_optional(variable->type));
    }
    if (!value_is_null(value) || variable->nullable)
        return value;
    if (variable->has_default)
        return variable->default_value;
    report_value(decoder, variable, input, "Required variable not set",
                 "required variable may not be set to null");
    return value_unknown(type_without_optional(variable->type));
}

static Value given_value(Inputs *inputs, const Variable *variable, const VariableInput *input,
                         Value *ret_raw)
{
    Decoder decoder = { .arena = inputs->arena, .diags = inputs->diags };
    size_t errors = inputs->diags->error_count;

    *ret_raw = raw_value(&decoder, variable, input);
    if (inputs->diags->error_count > errors)
        return value_unknown(type_without_optional(variable->type));
    return convert_value(&decoder, variable, input, *ret_raw);
}

Value variable_from_text(Arena *arena, const Variable *variable, Text text, Text origin,
                         Diags *diags)
{
    Inputs inputs = { .arena = arena, .diags = diags };
    VariableInput input = { .name = variable->name, .text = text, .origin = origin };
    Value raw, value = given_value(&inputs, variable, &input, &raw);

    return value_marked(value, variable_marks(variable));
}

/* --- undeclared ones ------------------------------------------------------------------------ */

enum { SHOWN_UNDECLARED = 2 };

static Text input_place(Inputs *inputs, const VariableInput *input)
{
    if (!input->range.source)
        return input->origin;
    return text_format(inputs->arena, TEXT_FMT " line %u", TEXT(input->origin),
                       range_start(input->range).line);
}

static void report_undeclared(Inputs *inputs, const VariableInput *input, size_t *warned)
{
    if (input->undeclared_is_silent)
        return;
    if (input->undeclared_is_error)
        diag_error(
            inputs->diags, RANGE_NONE, "Value for undeclared variable",
            "A variable named \"" TEXT_FMT
            "\" was assigned on the command line, but the root module does not declare a variable "
            "of that name. To use this value, add a \"variable\" block to the configuration.",
            TEXT(input->name));
    else if ((*warned)++ < SHOWN_UNDECLARED)
        diag_warning(
            inputs->diags, RANGE_NONE, "Value for undeclared variable",
            "The root module does not declare a variable named \"" TEXT_FMT
            "\" but a value was found in " TEXT_FMT
            ". If you meant to use this value, add a \"variable\" block to the configuration. "
            "Values for many configurations can be given silently in TF_VAR_... environment "
            "variables.",
            TEXT(input->name), TEXT(input_place(inputs, input)));
}

static void check_undeclared(Inputs *inputs, const VariableInputList *given)
{
    size_t warned = 0;

    for (size_t i = 0; i < given->count; i++)
        if (!module_variable(inputs->root, given->items[i].name))
            report_undeclared(inputs, &given->items[i], &warned);
    if (warned > SHOWN_UNDECLARED)
        diag_warning(
            inputs->diags, RANGE_NONE, "Values for undeclared variables",
            "In addition to the other similar warnings shown, %zu other variable(s) defined "
            "without being declared.",
            warned - SHOWN_UNDECLARED);
}

/* --- all of them ---------------------------------------------------------------------------- */

static void report_missing(Inputs *inputs, const Variable *variable)
{
    diag_error(inputs->diags, variable->range, "No value for required variable",
               "The root module input variable \"" TEXT_FMT
               "\" is not set, and has no default value. Use a -var or -var-file command line "
               "argument to provide a value for this variable.",
               TEXT(variable->name));
}

void variables_check(Arena *arena, const Module *root, const VariableInputList *given,
                     TextList *missing, Diags *diags)
{
    Inputs inputs = { arena, root, diags };
    Decoder decoder = { .arena = arena, .diags = diags };

    check_undeclared(&inputs, given);
    for (size_t i = 0; i < root->variables.count; i++) {
        const Variable *variable = root->variables.items[i];
        const VariableInput *input = variable_input(given, variable->name);

        if (input)
            (void)raw_value(&decoder, variable, input);
        else if (!variable->has_default && missing)
            list_add(arena, missing, variable->name);
        else if (!variable->has_default)
            report_missing(&inputs, variable);
    }
}

Value variables_values(Arena *arena, const Module *root, const VariableInputList *given,
                       TextList *failed, Value *raw, Diags *diags)
{
    Inputs inputs = { arena, root, diags };
    ValueBuilder values = value_builder(arena), raws = value_builder(arena);

    for (size_t i = 0; i < root->variables.count; i++) {
        const Variable *variable = root->variables.items[i];
        const VariableInput *input = variable_input(given, variable->name);
        size_t errors = diags->error_count;
        Value value = variable->has_default ? variable->default_value
                                            : value_null(type_without_optional(variable->type));
        Value raw_one = value;

        if (input)
            value = given_value(&inputs, variable, input, &raw_one);
        if (failed && diags->error_count > errors)
            list_add(arena, failed, variable->name);
        value_builder_put(&values, variable->name, value_marked(value, variable_marks(variable)));
        if (variable->ephemeral && input) /* what was given is not kept */
            raw_one = variable->default_value;
        if (!variable->ephemeral || variable->has_default)
            value_builder_put(&raws, variable->name, raw_one);
    }
    if (raw)
        *raw = value_built_object(&raws);
    return value_built_object(&values);
}
