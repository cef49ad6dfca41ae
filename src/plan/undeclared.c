#include "undeclared.h"

#include "pipectl/lang/suggestion.h"

/* --- names that are there ------------------------------------------------------------------- */

static TextList variable_names(Arena *arena, const Module *module)
{
    TextList names = { 0 };

    for (size_t i = 0; i < module->variables.count; i++)
        list_add(arena, &names, module->variables.items[i]->name);
    return names;
}

static TextList local_names(Arena *arena, const Module *module)
{
    TextList names = { 0 };

    for (size_t i = 0; i < module->locals.count; i++)
        list_add(arena, &names, module->locals.items[i]->name);
    return names;
}

static TextList call_names(Arena *arena, const Module *module)
{
    TextList names = { 0 };

    for (size_t i = 0; i < module->calls.count; i++)
        list_add(arena, &names, module->calls.items[i]->name);
    return names;
}

static TextList resource_names(Arena *arena, const Module *module, const Reference *reference)
{
    TextList names = { 0 };

    for (size_t i = 0; i < module->resources.count; i++) {
        const Resource *resource = module->resources.items[i];

        if (resource->mode == reference->mode && text_equal(resource->type, reference->type))
            list_add(arena, &names, resource->name);
    }
    return names;
}

static Text suggestion(Arena *arena, const Reference *reference, TextList names)
{
    return suggestion_text(arena, reference->name, names.items, names.count);
}

/* --- undeclared ----------------------------------------------------------------------------- */

static void report_variable(const Reference *reference, const Module *module, Arena *arena,
                            Diags *diags)
{
    Text meant = suggestion(arena, reference, variable_names(arena, module));

    if (!meant.length)
        meant = text_format(
            arena, " This variable can be declared with a variable \"" TEXT_FMT "\" {} block.",
            TEXT(reference->name));
    diag_error(diags, reference->range, "Reference to undeclared input variable",
               "An input variable with the name \"" TEXT_FMT "\" has not been declared." TEXT_FMT,
               TEXT(reference->name), TEXT(meant));
}

static void report_local(const Reference *reference, const Module *module, Arena *arena,
                         Diags *diags)
{
    Text meant = suggestion(arena, reference, local_names(arena, module));

    diag_error(diags, reference->range, "Reference to undeclared local value",
               "A local value with the name \"" TEXT_FMT "\" has not been declared." TEXT_FMT,
               TEXT(reference->name), TEXT(meant));
}

static void report_call(const Reference *reference, const Module *module, Text where, Arena *arena,
                        Diags *diags)
{
    Text meant = suggestion(arena, reference, call_names(arena, module));

    diag_error(diags, reference->range, "Reference to undeclared module",
               "No module call named \"" TEXT_FMT "\" is declared in " TEXT_FMT "." TEXT_FMT,
               TEXT(reference->name), TEXT(where), TEXT(meant));
}

/* A data source whose first word is missing, the word of a block for that of its values, or a name
   that was misspelt. */
static Text resource_meant(const Reference *reference, const Module *module, Arena *arena)
{
    if (reference->mode == MODE_MANAGED &&
        module_resource(module, MODE_DATA, reference->type, reference->name))
        return text_format(arena,
                           "\n\nDid you mean the data resource data." TEXT_FMT "." TEXT_FMT "?",
                           TEXT(reference->type), TEXT(reference->name));
    if (text_is(reference->type, "locals") && module_local(module, reference->name))
        return text_format(arena, " Did you mean local." TEXT_FMT "?", TEXT(reference->name));
    if (text_is(reference->type, "variable") && module_variable(module, reference->name))
        return text_format(arena, " Did you mean var." TEXT_FMT "?", TEXT(reference->name));
    return suggestion(arena, reference, resource_names(arena, module, reference));
}

static void report_resource(const Reference *reference, const Module *module, Text where,
                            Arena *arena, Diags *diags)
{
    diag_error(diags, reference->range, "Reference to undeclared resource",
               "A %s resource \"" TEXT_FMT "\" \"" TEXT_FMT "\" has not been declared in " TEXT_FMT
               "." TEXT_FMT,
               reference->mode == MODE_DATA ? "data" : "managed", TEXT(reference->type),
               TEXT(reference->name), TEXT(where), TEXT(resource_meant(reference, module, arena)));
}

Value reference_undeclared(const Reference *reference, const ModuleInstance *instance, Diags *diags)
{
    Arena scratch = { 0 };
    const Module *module = instance->module;
    Text where = instance->parent
                     ? text_format(&scratch, "module " TEXT_FMT, TEXT(module->call_name))
                     : TEXT_LIT("the root module");

    switch (reference->kind) {
    case REFERENCE_VARIABLE:
        report_variable(reference, module, &scratch, diags);
        break;
    case REFERENCE_LOCAL:
        report_local(reference, module, &scratch, diags);
        break;
    case REFERENCE_MODULE:
        report_call(reference, module, where, &scratch, diags);
        break;
    default:
        report_resource(reference, module, where, &scratch, diags);
        break;
    }
    arena_free(&scratch);
    return value_unknown(type_dynamic);
}

/* --- instance keys -------------------------------------------------------------------------- */

static void report_missing_key(const Resource *resource, Text name, Range range, Diags *diags)
{
    diag_error(diags, range, "Missing resource instance key",
               "Because " TEXT_FMT " has \"%s\" set, its attributes must be accessed on specific "
               "instances.\n\nFor example, to correlate with indices of a referring resource, "
               "use:\n    " TEXT_FMT "[%s]",
               TEXT(name), resource->count ? "count" : "for_each", TEXT(name),
               resource->count ? "count.index" : "each.key");
}

bool reference_key_fits(const Resource *resource, const Reference *reference,
                        const Traversal *traversal, Diags *diags)
{
    bool is_data = reference->mode == MODE_DATA;
    bool repeats = resource->count || resource->for_each;
    bool has_key = reference->key.kind != KEY_NONE;
    bool goes_on = traversal->count > (is_data ? 2u : 1u);
    Text name;

    if (has_key == repeats || (repeats && !goes_on))
        return true;
    name = text_format(diags->arena, "%s" TEXT_FMT "." TEXT_FMT, is_data ? "data." : "",
                       TEXT(resource->type), TEXT(resource->name));
    if (repeats)
        report_missing_key(resource, name, reference->range, diags);
    else
        diag_error(diags, reference->range, "Unexpected resource instance key",
                   "Because " TEXT_FMT
                   " does not have \"count\" or \"for_each\" set, references to it must not "
                   "include an index key. Remove the bracketed index to refer to the single "
                   "instance of this resource.",
                   TEXT(name));
    return false;
}
