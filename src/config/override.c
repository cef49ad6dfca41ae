#include "override.h"

static const AttributeRule alias_rules[] = { RULE_TEXT("alias") };
static const BodySchema alias_schema = { alias_rules, COUNT_OF(alias_rules), NULL, 0 };

static const char *const deep_blocks[] = { "lifecycle", NULL };

static Text alias_of(Decoder *decoder, const Block *block)
{
    Diags unheard = diags_make(
        decoder->arena); /* what is wrong with it is reported when the block is decoded */
    BodyContent content = body_partial_content(block->body, &alias_schema, NULL, decoder->arena,
                                               &unheard);
    const Attribute *attribute = content_attribute(&content, "alias");
    Decoder quiet = { .arena = decoder->arena, .diags = &unheard };
    Text alias = TEXT_NONE;

    static_text(&quiet, attribute, &alias);
    return alias;
}

static bool is_counterpart(Decoder *decoder, const Block *block, const Block *other)
{
    if (!text_equal(block->type, other->type))
        return false;
    for (size_t i = 0; i < block->label_count; i++)
        if (!text_equal(block->labels[i], other->labels[i]))
            return false;
    return !text_is(block->type, "provider") ||
           text_equal(alias_of(decoder, block), alias_of(decoder, other));
}

static Text labels_text(Decoder *decoder, const Block *block)
{
    TextBuilder text = text_builder(decoder->arena);

    for (size_t i = 0; i < block->label_count; i++)
        text_add_format(&text, " \"" TEXT_FMT "\"", TEXT(block->labels[i]));
    return text_built(&text);
}

static void report_missing(Decoder *decoder, const Block *block)
{
    Text summary = text_format(
        decoder->arena, "Missing base " TEXT_FMT " configuration to override", TEXT(block->type));

    diag_error(
        decoder->diags, block->range, text_cstring(decoder->arena, summary),
        "There is no " TEXT_FMT TEXT_FMT
        " block for this one to change. An override file can only change what other files declare.",
        TEXT(block->type), TEXT(labels_text(decoder, block)));
}

void override_block(Decoder *decoder, BlockList *blocks, const Block *block)
{
    static const char *const fixed[] = { "moved", "import", "removed", "check" };

    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        Text summary = text_format(decoder->arena, "Cannot override \"%s\" blocks", fixed[i]);

        if (!text_is(block->type, fixed[i]))
            continue;
        diag_error(decoder->diags, block->range, text_cstring(decoder->arena, summary),
                   "They can stand in normal files only, not in override files.");
        return;
    }
    for (size_t i = 0; i < blocks->count; i++) {
        Block *other = &blocks->items[i];

        if (!is_counterpart(decoder, block, other))
            continue;
        other->body = body_override(other->body, block->body, deep_blocks, decoder->arena);
        return;
    }
    /* A provider without a block of its own has an empty one. */
    if (text_is(block->type, "provider"))
        list_add(decoder->arena, blocks, *block);
    else
        report_missing(decoder, block);
}
