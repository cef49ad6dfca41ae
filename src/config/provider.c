/*
 * provider.c: provider blocks and required_providers.
 */
#include "decode.h"

#include "pipectl/config/version.h"

/* --- provider "aws" { ... } ----------------------------------------------------------------- */

static const AttributeRule provider_rules[] = {
    RULE_TEXT("alias"), RULE_TEXT("version"), RULE("count"),
    RULE("depends_on"), RULE("for_each"),     RULE("source"),
};
static const BlockRule provider_blocks[] = {
    { .type = TEXT_INIT("_") },
    { .type = TEXT_INIT("lifecycle") },
    { .type = TEXT_INIT("locals") },
};
static const BodySchema provider_schema = { provider_rules, COUNT_OF(provider_rules),
                                            provider_blocks, COUNT_OF(provider_blocks) };

static void refuse_reserved(Decoder *decoder, const BodyContent *content)
{
    for (size_t i = 0; i < content->attributes.count; i++) {
        const Attribute *attribute = &content->attributes.items[i];

        if (!text_is(attribute->name, "alias") && !text_is(attribute->name, "version"))
            diag_error(decoder->diags, attribute->name_range,
                       "Reserved argument name in provider block",
                       "The provider argument name \"" TEXT_FMT
                       "\" is reserved for use by Terraform in a future version.",
                       TEXT(attribute->name));
    }
    for (size_t i = 0; i < content->blocks.count; i++)
        diag_error(decoder->diags, content->blocks.items[i].type_range,
                   "Reserved block type name in provider block",
                   "The block type name \"" TEXT_FMT
                   "\" is reserved for use by Terraform in a future version.",
                   TEXT(content->blocks.items[i].type));
}

static void decode_version(Decoder *decoder, const Attribute *attribute, Text *ret_version)
{
    if (!static_text(decoder, attribute, ret_version))
        return;
    diag_warning(
        decoder->diags, expr_range(attribute->expr),
        "Version constraints inside provider configuration blocks are deprecated",
        "Version constraints belong into the required_providers block; here they are deprecated.");
    if (!version_constraint_is_valid(*ret_version))
        diag_error(decoder->diags, expr_range(attribute->expr), "Invalid version constraint",
                   "This string does not use correct version constraint syntax.");
}

static const ProviderBlock *find_block(const Module *module, ProviderName name)
{
    for (size_t i = 0; i < module->providers.count; i++) {
        ProviderName other = module->providers.items[i]->name;

        if (text_equal(other.local, name.local) && text_equal(other.alias, name.alias))
            return module->providers.items[i];
    }
    return NULL;
}

static void report_duplicate(Decoder *decoder, const ProviderBlock *provider,
                             const ProviderBlock *before)
{
    Text place = range_place(decoder->arena, before->range);
    Text local = provider->name.local, alias = provider->name.alias;

    if (alias.length)
        diag_error(decoder->diags, provider->range, "Duplicate provider configuration",
                   "A provider configuration for \"" TEXT_FMT "\" with alias \"" TEXT_FMT
                   "\" was already given at " TEXT_FMT
                   ". Each configuration for the same provider must have a distinct alias.",
                   TEXT(local), TEXT(alias), TEXT(place));
    else
        diag_error(
            decoder->diags, provider->range, "Duplicate provider configuration",
            "A default (non-aliased) provider configuration for \"" TEXT_FMT
            "\" was already given at " TEXT_FMT
            ". If multiple configurations are required, set the \"alias\" argument for alternative "
            "configurations.",
            TEXT(local), TEXT(place));
}

void decode_provider(Decoder *decoder, const Block *block)
{
    ProviderBlock *provider = arena_new(decoder->arena, ProviderBlock);
    BodyContent content = body_partial_content(block->body, &provider_schema, &provider->body,
                                               decoder->arena, decoder->diags);
    const Attribute *alias = content_attribute(&content, "alias");
    const ProviderBlock *before;

    provider->name = (ProviderName){ .local = block->labels[0], .range = block->range };
    provider->range = block->range;
    if (check_identifier(decoder, provider->name.local, block->label_ranges[0], "provider") &&
        static_text(decoder, alias, &provider->name.alias) && !is_identifier(provider->name.alias))
        diag_error(
            decoder->diags, expr_range(alias->expr), "Invalid provider configuration alias",
            "An alias must be a valid name. A name must start with a letter or underscore and may "
            "contain only letters, digits, underscores, and dashes.");
    decode_version(decoder, content_attribute(&content, "version"), &provider->version);
    refuse_reserved(decoder, &content);
    before = find_block(decoder->module, provider->name);
    if (before)
        report_duplicate(decoder, provider, before);
    else
        list_add(decoder->arena, &decoder->module->providers, provider);
}

/* --- required_providers { aws = { source, version } } ----------------------------------------- */

static bool item_text(Decoder *decoder, Text key, const Expr *expr, Text *ret_text)
{
    Attribute attribute = {
        .name = key, .name_range = expr_range(expr), .expr = expr, .range = expr_range(expr)
    };

    return static_text(decoder, &attribute, ret_text);
}

static void decode_source(Decoder *decoder, RequiredProvider *required, const Expr *expr)
{
    Text source;

    if (!item_text(decoder, TEXT_LIT("source"), expr, &source))
        return;
    required->source = module_full_source(decoder->arena, source);
    if (!required->source.length)
        diag_error(
            decoder->diags, expr_range(expr), "Invalid provider source string",
            "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\"");
}

static void decode_required_version(Decoder *decoder, RequiredProvider *required, const Expr *expr)
{
    if (item_text(decoder, TEXT_LIT("version"), expr, &required->version) &&
        !version_constraint_is_valid(required->version))
        diag_error(decoder->diags, expr_range(expr), "Invalid version constraint",
                   "This string does not use correct version constraint syntax.");
}

static Text item_name(Decoder *decoder, const Expr *key)
{
    Text word = expr_keyword(key);
    Value name = word.length ? value_string_raw(word) : static_value(decoder, key);

    return value_is_known(name) && !value_is_null(name) && value_has_kind(name, TYPE_STRING)
               ? value_text(name)
               : TEXT_NONE;
}

static void decode_item(Decoder *decoder, RequiredProvider *required, const Expr *key,
                        const Expr *expr)
{
    Text name = item_name(decoder, key);

    if (text_is(name, "source"))
        decode_source(decoder, required, expr);
    else if (text_is(name, "version"))
        decode_required_version(decoder, required, expr);
    else if (name.length && !text_is(name, "configuration_aliases"))
        diag_error(
            decoder->diags, expr_range(key), "Invalid required_providers object",
            "required_providers objects can only contain \"version\", \"source\" and "
            "\"configuration_aliases\" attributes. To configure a provider, use a \"provider\" "
            "block.");
}

/* In an override file a provider that is required already is replaced. */
static void add_required(Decoder *decoder, const RequiredProvider *required)
{
    for (size_t i = 0; i < decoder->module->required_providers.count; i++) {
        if (!text_equal(decoder->module->required_providers.items[i]->name, required->name))
            continue;
        decoder->module->required_providers.items[i] = required;
        return;
    }
    list_add(decoder->arena, &decoder->module->required_providers, required);
}

static void decode_required(Decoder *decoder, const Attribute *attribute)
{
    RequiredProvider *required = arena_new(decoder->arena, RequiredProvider);
    const Expr *const *keys, *const *values;
    size_t count;

    *required = (RequiredProvider){ .name = attribute->name, .range = attribute->range };
    if (!text_equal(required->name, text_lower(decoder->arena, required->name)))
        diag_error(decoder->diags, attribute->name_range, "Invalid provider local name",
                   "Provider names must be normalized. Replace \"" TEXT_FMT "\" with \"" TEXT_FMT
                   "\" to fix this error.",
                   TEXT(required->name), TEXT(text_lower(decoder->arena, required->name)));
    if (!expr_items(attribute->expr, &keys, &values, &count)) {
        decode_required_version(decoder, required, attribute->expr);
        count = 0;
    }
    for (size_t i = 0; i < count; i++)
        decode_item(decoder, required, keys[i], values[i]);
    if (!required->source.length)
        required->source = module_full_source(decoder->arena, required->name);
    add_required(decoder, required);
}

void decode_required_providers(Decoder *decoder, const Block *block)
{
    BodyContent content = body_attributes(block->body, decoder->arena, decoder->diags);

    for (size_t i = 0; i < content.attributes.count; i++)
        decode_required(decoder, &content.attributes.items[i]);
}
