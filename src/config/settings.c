/*
 * settings.c: terraform blocks.
 */
#include "decode.h"

#include "pipectl/base/version.h"
#include "pipectl/config/version.h"

static const AttributeRule settings_rules[] = { RULE_TEXT("required_version"), RULE("experiments"),
                                                RULE_LITERAL("language") };
static const char *const label_provider[] = { "provider" };
static const BlockRule settings_blocks[] = {
    { .type = TEXT_INIT("backend"), .labels = label_type, .label_count = 1 },
    { .type = TEXT_INIT("cloud") },
    { .type = TEXT_INIT("required_providers") },
    { .type = TEXT_INIT("provider_meta"), .labels = label_provider, .label_count = 1 },
};
static const BodySchema settings_schema = { settings_rules, COUNT_OF(settings_rules),
                                            settings_blocks, COUNT_OF(settings_blocks) };

static void check_version(Decoder *decoder, const Attribute *attribute)
{
    Value value;
    Text constraint;

    if (!attribute)
        return;
    value = static_value(decoder, attribute->expr);
    if (value_is_null(value) || !value_is_known(value))
        return;
    if (!static_text(decoder, attribute, &constraint))
        return;
    if (!version_constraint_is_valid(constraint))
        diag_error(decoder->diags, expr_range(attribute->expr), "Invalid version constraint",
                   "This string does not use correct version constraint syntax.");
    else if (!version_satisfies(TEXT_LIT(TERRAFORM_VERSION), constraint))
        diag_error(
            decoder->diags, attribute->range, "Unsupported Terraform Core version",
            "This configuration does not support Terraform version " TERRAFORM_VERSION
            ", with which pipectl is compatible. Such constraints are set for a reason: if you "
            "lift this one, expect errors or other behavior.");
}

static void check_language(Decoder *decoder, const BodyContent *content)
{
    const Attribute *language = content_attribute(content, "language");
    const Attribute *experiments = content_attribute(content, "experiments");

    if (language && !text_is(expr_keyword(language->expr), "TF2021"))
        diag_error(decoder->diags, expr_range(language->expr), "Invalid language edition",
                   "The only language edition is TF2021, which is the default.");
    if (experiments)
        diag_error(decoder->diags, experiments->name_range, "Module uses experimental features",
                   "Experimental features are available in alpha releases of Terraform only.");
}

static void decode_backend(Decoder *decoder, const Block *block)
{
    const BackendBlock *before = decoder->module->backend;
    BackendBlock *backend = arena_new(decoder->arena, BackendBlock);

    if (before && !decoder->overriding) {
        diag_error(
            decoder->diags, block->range, "Duplicate backend configuration",
            "A module may have only one backend configuration. The backend was previously "
            "configured at " TEXT_FMT
            ".",
            TEXT(range_place(decoder->arena, before->range)));
        return;
    }
    *backend = (BackendBlock){ block->labels[0], block->body, block->range };
    decoder->module->backend = backend;
}

static void decode_providers_once(Decoder *decoder, const Block *block)
{
    if (decoder->required_providers.source && !decoder->overriding) {
        diag_error(
            decoder->diags, block->range, "Duplicate required providers configuration",
            "A module may have only one required providers configuration. The required providers "
            "were previously configured at " TEXT_FMT
            ".",
            TEXT(range_place(decoder->arena, decoder->required_providers)));
        return;
    }
    decoder->required_providers = block->range;
    decode_required_providers(decoder, block);
}

void decode_terraform(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &settings_schema, decoder->arena,
                                       decoder->diags);

    check_version(decoder, content_attribute(&content, "required_version"));
    check_language(decoder, &content);
    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *inner = &content.blocks.items[i];

        if (text_is(inner->type, "backend"))
            decode_backend(decoder, inner);
        else if (text_is(inner->type, "required_providers"))
            decode_providers_once(decoder, inner);
        else
            refuse_unsupported(decoder, inner->type_range, inner->type);
    }
}
