/*
 * import.c: import blocks.
 */
#include "decode.h"

static const AttributeRule import_rules[] = {
    { .name = TEXT_INIT("to"), .required = true, .literal = true },
    { .name = TEXT_INIT("id"), .required = true },
    RULE("for_each"),
    RULE_LITERAL("provider"),
};
static const BodySchema import_schema = { import_rules, COUNT_OF(import_rules), NULL, 0 };

/* What it names as far as that is written out. */
static bool decode_target(Decoder *decoder, Import *import)
{
    Range range = expr_range(import->to);
    bool is_module = false;
    Text text;

    if (body_expr_failed(import->to) ||
        !expr_address(import->to, NULL, decoder->arena, &text, decoder->diags) ||
        !address_parse(decoder->arena, text, range, &import->resource, &is_module, decoder->diags))
        return false;
    if (!is_module && import->resource.mode == MODE_MANAGED)
        return true;
    diag_error(decoder->diags, range, "Invalid import address",
               "Only managed resources can be imported.");
    return false;
}

static const Expr *expr_of(const Attribute *attribute)
{
    return attribute ? attribute->expr : NULL;
}

void decode_import(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &import_schema, decoder->arena, decoder->diags);
    const Attribute *provider = content_attribute(&content, "provider");
    Import *import = arena_new(decoder->arena, Import);

    import->range = block->range;
    import->to = expr_of(content_attribute(&content, "to"));
    import->id = expr_of(content_attribute(&content, "id"));
    import->for_each = expr_of(content_attribute(&content, "for_each"));
    if (decoder->module->parent) {
        diag_error(decoder->diags, block->range, "Invalid import configuration",
                   "Import blocks are only allowed in the root module, and this one stands in a "
                   "module that is called.");
        return;
    }
    if ((provider &&
         !decode_provider_name(decoder, provider->expr, "provider", &import->provider)) ||
        !import->to || !import->id || !decode_target(decoder, import))
        return;
    list_add(decoder->arena, &decoder->module->imports, import);
}
