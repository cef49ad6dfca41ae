#include "ephemeral.h"

void ephemeral_check_arguments(Value configuration, const Schema *schema, const Body *body,
                               Arena *arena, Diags *diags)
{
    PathList paths = { 0 };

    if (!value_has_ephemeral(configuration))
        return;
    path_marked(arena, configuration, MARK_EPHEMERAL, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        Text name = path_text(arena, paths.items[i]);

        diag_error(diags, schema_range(schema, body, paths.items[i], arena),
                   "Invalid use of ephemeral value",
                   "An ephemeral value is not kept after the run, and \"" TEXT_FMT
                   "\" is kept in the state.",
                   TEXT(text_slice(name, text_starts_with(name, TEXT_LIT(".")), name.length)));
    }
}

bool ephemeral_check_repetition(Value value, const char *argument, Range range, Diags *diags)
{
    Text summary = text_format(diags->arena, "Invalid %s argument", argument);

    if (!(value.marks & MARK_EPHEMERAL) &&
        !(value_has_kind(value, TYPE_SET) && value_has_ephemeral(value)))
        return true;
    diag_error(diags, range, text_cstring(diags->arena, summary),
               "The given \"%s\" is derived from an ephemeral value, which is not kept from a plan "
               "to its apply: both must agree on which instances there are.",
               argument);
    return false;
}

Value ephemeral_check_variable(const Variable *variable, Value value, Range range, Diags *diags)
{
    if (variable->ephemeral || !value_has_ephemeral(value))
        return value;
    diag_error(diags, range, "Ephemeral value not allowed",
               "The input variable \"" TEXT_FMT
               "\" does not accept ephemeral values: it is declared without ephemeral = true.",
               TEXT(variable->name));
    return value_unknown(value.type);
}

void ephemeral_check_output(const Output *output, Value value, Diags *diags)
{
    if (!output->ephemeral && value_has_ephemeral(value))
        diag_error(diags, expr_range(output->value), "Ephemeral value not allowed",
                   "The output value \"" TEXT_FMT
                   "\" is derived from an ephemeral value, and is declared without ephemeral = "
                   "true.",
                   TEXT(output->name));
    if (output->ephemeral && value_is_known(value) && !value_has_ephemeral(value))
        diag_error(diags, expr_range(output->value), "Value not allowed in ephemeral output",
                   "The output value \"" TEXT_FMT
                   "\" is declared as ephemeral, and its value is not derived from an ephemeral "
                   "one.",
                   TEXT(output->name));
}

static void refuse_block(const Module *module, const Resource *resource, Diags *diags)
{
    Arena scratch = { 0 };
    Text source = module_provider_source(&scratch, module, module_type_provider(resource->type));
    const char *kind = provider_kind_of_source(source) ? "Invalid ephemeral resource"
                                                       : "Missing required provider";

    if (provider_kind_of_source(source))
        diag_error(diags, resource->range, kind,
                   "The provider " TEXT_FMT " has no ephemeral resource \"" TEXT_FMT
                   "\" that is supported here.",
                   TEXT(source), TEXT(resource->type));
    else
        diag_error(diags, RANGE_NONE, kind,
                   "The configuration needs the provider " TEXT_FMT " for ephemeral." TEXT_FMT
                   "." TEXT_FMT ", and it is not built in.",
                   TEXT(source), TEXT(resource->type), TEXT(resource->name));
    arena_free(&scratch);
}

void ephemeral_check_blocks(const Module *module, Diags *diags)
{
    for (size_t i = 0; i < module->ephemerals.count; i++)
        refuse_block(module, module->ephemerals.items[i], diags);
    for (size_t i = 0; i < module->calls.count; i++)
        if (module->calls.items[i]->module)
            ephemeral_check_blocks(module->calls.items[i]->module, diags);
}
