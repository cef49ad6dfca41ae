/*
 * module_call.c: module blocks.
 */
#include "decode.h"

#include "call.h"

static const AttributeRule call_rules[] = {
    { .name = TEXT_INIT("source"), .required = true, .literal = true, .text = true },
    RULE_TEXT("version"),
    RULE("count"),
    RULE("for_each"),
    RULE_LITERAL("depends_on"),
    RULE_LITERAL("providers"),
};
static const BlockRule call_blocks[] = {
    { .type = TEXT_INIT("_") },
    { .type = TEXT_INIT("lifecycle") },
    { .type = TEXT_INIT("locals") },
    { .type = TEXT_INIT("provider") },
};
static const BodySchema call_schema = { call_rules, COUNT_OF(call_rules), call_blocks,
                                        COUNT_OF(call_blocks) };

/* --- source --------------------------------------------------------------------------------- */

bool module_source_is_local(Text source)
{
    return text_starts_with(source, TEXT_LIT("./")) || text_starts_with(source, TEXT_LIT("../")) ||
           text_starts_with(source, TEXT_LIT("/"));
}

static void check_source(Decoder *decoder, Text source, Range range, bool has_version)
{
    if (module_source_is_local(source)) {
        if (has_version)
            diag_error(
                decoder->diags, range, "Invalid registry module source address",
                "\"" TEXT_FMT
                "\" is a local directory, and \"version\" applies only to modules of a registry.",
                TEXT(source));
        return;
    }
    if (text_find(source, TEXT_LIT("/")) == TEXT_NOT_FOUND &&
        text_find(source, TEXT_LIT(":")) == TEXT_NOT_FOUND)
        diag_error(
            decoder->diags, range, "Invalid module source address",
            "\"" TEXT_FMT
            "\" says no way in which the module is installed. If you intended this as a path "
            "relative to the current module, "
            "use \"./" TEXT_FMT "\" instead.",
            TEXT(source), TEXT(source));
    else
        diag_error(
            decoder->diags, range, "Module source not supported yet",
            "This version of pipectl reads local modules only: a source that begins with \"./\" or "
            "\"../\".");
}

/* In YAML and JSON a text place takes any text: a template there was meant to be evaluated. */
static bool is_template(Decoder *decoder, const Attribute *attribute, Text source)
{
    if (text_find(source, TEXT_LIT("${")) == TEXT_NOT_FOUND)
        return false;
    diag_error(decoder->diags, expr_range(attribute->expr), "Invalid module source address",
               "A module's source is literal text: variables may not be used here.");
    return true;
}

static void decode_source(Decoder *decoder, ModuleCall *call, const BodyContent *content)
{
    const Attribute *source = content_attribute(content, "source");
    const Attribute *version = content_attribute(content, "version");
    Text constraint;
    bool has_version = static_text(decoder, version, &constraint);

    if (!static_text(decoder, source, &call->source))
        return;
    if (is_template(decoder, source, call->source))
        call->source = TEXT_NONE;
    else
        check_source(decoder, call->source, expr_range(source->expr), has_version);
    call->source_range = expr_range(source->expr);
}

/* --- providers ------------------------------------------------------------------------------ */

static bool is_passed(const ModuleCall *call, ProviderName inner)
{
    for (size_t i = 0; i < call->providers.count; i++) {
        ProviderName other = call->providers.items[i].inner;

        if (text_equal(other.local, inner.local) && text_equal(other.alias, inner.alias))
            return true;
    }
    return false;
}

static void decode_providers(Decoder *decoder, ModuleCall *call, const Attribute *attribute)
{
    const Expr *const *keys, *const *values;
    size_t count;

    if (!attribute)
        return;
    if (!expr_items(attribute->expr, &keys, &values, &count)) {
        diag_error(decoder->diags, expr_range(attribute->expr), "Invalid expression",
                   "A static map expression is required.");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ProviderMapping mapping;

        if (!decode_provider_name(decoder, keys[i], "providers", &mapping.inner) ||
            !decode_provider_name(decoder, values[i], "providers", &mapping.outer))
            continue;
        if (is_passed(call, mapping.inner))
            diag_error(
                decoder->diags, expr_range(keys[i]), "Duplicate provider address",
                "A configuration was already passed to this provider. Each child provider "
                "configuration can be assigned only once.");
        else
            list_add(decoder->arena, &call->providers, mapping);
    }
}

/* --- the block ------------------------------------------------------------------------------ */

static void add_call(Decoder *decoder, ModuleCall *call)
{
    const ModuleCall *before = table_find(&decoder->module->call_table, call->name);

    if (before) {
        diag_error(decoder->diags, call->range, "Duplicate module call",
                   "A module call named \"" TEXT_FMT "\" was already defined at " TEXT_FMT
                   ". Module calls must have unique names within a module.",
                   TEXT(call->name), TEXT(range_place(decoder->arena, before->range)));
        return;
    }
    table_put(decoder->arena, &decoder->module->call_table, call->name, call);
    list_add(decoder->arena, &decoder->calls, call);
    list_add(decoder->arena, &decoder->module->calls, call);
}

void decode_module_call(Decoder *decoder, const Block *block)
{
    ModuleCall *call = arena_new(decoder->arena, ModuleCall);
    BodyContent content = body_partial_content(block->body, &call_schema, &call->body,
                                               decoder->arena, decoder->diags);

    call->name = block->labels[0];
    call->range = block->range;
    check_identifier(decoder, call->name, block->label_ranges[0], "module instance");
    decode_source(decoder, call, &content);
    decode_repetition(decoder, &content, &call->count, &call->for_each);
    decode_depends_on(decoder, content_attribute(&content, "depends_on"), &call->depends_on);
    decode_providers(decoder, call, content_attribute(&content, "providers"));
    for (size_t i = 0; i < content.blocks.count; i++)
        diag_error(decoder->diags, content.blocks.items[i].type_range,
                   "Reserved block type name in module block",
                   "The block type name \"" TEXT_FMT
                   "\" is reserved for use by Terraform in a future version.",
                   TEXT(content.blocks.items[i].type));
    add_call(decoder, call);
}

/* --- arguments ------------------------------------------------------------------------------ */

void module_call_arguments(ModuleCall *call, Arena *arena, Diags *diags)
{
    const Module *module = call->module;
    BodySchema *schema = arena_new(arena, BodySchema);
    AttributeRule *rules = arena_array(arena, AttributeRule, module->variables.count);

    for (size_t i = 0; i < module->variables.count; i++)
        rules[i] = (AttributeRule){ .name = module->variables.items[i]->name,
                                    .required = !module->variables.items[i]->has_default };
    *schema = (BodySchema){ rules, module->variables.count, NULL, 0 };
    call->arguments = body_content(call->body, schema, arena, diags);
    for (size_t i = 0; i < call->arguments.attributes.count; i++) {
        const Attribute *argument = &call->arguments.attributes.items[i];

        body_check_text(argument->expr, module_variable(module, argument->name)->type, arena,
                        diags);
    }
}
