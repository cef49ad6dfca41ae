#include "pipectl/config/module.h"

#include <stdio.h>

const Variable *module_variable(const Module *module, Text name)
{
    return table_find(&module->variable_table, name);
}

uint8_t variable_marks(const Variable *variable)
{
    return (uint8_t)((variable->sensitive ? MARK_SENSITIVE : 0) |
                     (variable->ephemeral ? MARK_EPHEMERAL : 0));
}

const Local *module_local(const Module *module, Text name)
{
    return table_find(&module->local_table, name);
}

const Output *module_output(const Module *module, Text name)
{
    return table_find(&module->output_table, name);
}

const ModuleCall *module_call(const Module *module, Text name)
{
    return table_find(&module->call_table, name);
}

const Resource *module_resource(const Module *module, ResourceMode mode, Text type, Text name)
{
    char key[512];
    int length = snprintf(key, sizeof key, "%s" TEXT_FMT "." TEXT_FMT,
                          mode == MODE_DATA ? "data." : "", TEXT(type), TEXT(name));

    if (length < 0 || (size_t)length >= sizeof key)
        return NULL; /* longer than any name that was declared: resource.c refuses those */
    return table_find(&module->resource_table, (Text){ key, (size_t)length });
}

Text module_type_provider(Text type)
{
    Text prefix, rest;

    text_cut(type, TEXT_LIT("_"), &prefix, &rest);
    return prefix;
}

static const RequiredProvider *required_provider(const Module *module, Text local_name)
{
    for (size_t i = 0; i < module->required_providers.count; i++)
        if (text_equal(module->required_providers.items[i]->name, local_name))
            return module->required_providers.items[i];
    return NULL;
}

bool module_requires(const Module *module, Text local_name, Text source)
{
    const RequiredProvider *required = required_provider(module, local_name);

    return required && text_equal(required->source, source);
}

Text module_provider_source(Arena *arena, const Module *module, Text local_name)
{
    const RequiredProvider *required = required_provider(module, local_name);

    if (required)
        return required->source;
    if (text_is(local_name, "terraform"))
        return TEXT_LIT("terraform.io/builtin/terraform");
    return text_format(arena, "registry.terraform.io/hashicorp/" TEXT_FMT, TEXT(local_name));
}

static bool is_source_part(Text part)
{
    for (size_t i = 0; i < part.length; i++) {
        char c = part.bytes[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.' || c == ':'))
            return false;
    }
    return part.length > 0;
}

Text module_full_source(Arena *arena, Text source)
{
    Text part, rest = source;
    size_t count = 0;
    bool more = true;

    while (more) {
        more = text_cut(rest, TEXT_LIT("/"), &part, &rest);
        if (++count > 3 || !is_source_part(part))
            return TEXT_NONE;
    }
    if (count == 1)
        return text_format(arena, "registry.terraform.io/hashicorp/" TEXT_FMT, TEXT(source));
    return count == 2 ? text_format(arena, "registry.terraform.io/" TEXT_FMT, TEXT(source))
                      : source;
}

/* --- references ----------------------------------------------------------------------------- */

static void add_references(const TraversalList *traversals, Arena *arena, ReferenceList *references,
                           Diags *diags)
{
    for (size_t i = 0; i < traversals->count; i++) {
        Reference reference;

        if (reference_of(&traversals->items[i], &reference, diags))
            list_add(arena, references, reference);
    }
}

void body_references(const Body *body, Arena *arena, ReferenceList *references, Diags *diags)
{
    TraversalList traversals = { 0 };

    body_traversals(body, arena, &traversals);
    add_references(&traversals, arena, references, diags);
}

void expr_references(const Expr *expr, Arena *arena, ReferenceList *references, Diags *diags)
{
    TraversalList traversals = { 0 };

    expr_traversals(expr, arena, &traversals);
    add_references(&traversals, arena, references, diags);
}
