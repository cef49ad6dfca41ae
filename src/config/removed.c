/*
 * removed.c: removed blocks.
 */
#include "decode.h"

static const AttributeRule removed_rules[] = {
    { .name = TEXT_INIT("from"), .required = true, .literal = true },
};
static const BlockRule removed_blocks[] = {
    { .type = TEXT_INIT("lifecycle") },
    { .type = TEXT_INIT("connection") },
    { .type = TEXT_INIT("provisioner"), .labels = label_type, .label_count = 1 },
};
static const BodySchema removed_schema = { removed_rules, COUNT_OF(removed_rules), removed_blocks,
                                           COUNT_OF(removed_blocks) };

static const AttributeRule lifecycle_rules[] = { RULE("destroy") };
static const BodySchema lifecycle_schema = { lifecycle_rules, COUNT_OF(lifecycle_rules), NULL, 0 };

static void decode_lifecycle(Decoder *decoder, const Block *block, Removed *removed)
{
    BodyContent content =
        body_content(block->body, &lifecycle_schema, decoder->arena, decoder->diags);

    if (content_attribute(&content, "destroy"))
        (void)static_bool(decoder, content_attribute(&content, "destroy"), &removed->destroy);
}

/* Whole resources and modules are given up, with all their instances. */
static bool check_from(Decoder *decoder, const Removed *removed, Range range)
{
    for (size_t i = 0; i < removed->from.module.count; i++)
        if (removed->from.module.steps[i].key.kind != KEY_NONE) {
            diag_error(decoder->diags, range, "Module instance keys not allowed",
                       "The address is of a module such as module.foo, with all its instances, not "
                       "of one instance such as module.foo[1].");
            return false;
        }
    if (removed->is_module)
        return true;
    if (removed->from.key.kind != KEY_NONE) {
        diag_error(decoder->diags, range, "Resource instance keys not allowed",
                   "The address is of a resource such as aws_kinesis_stream.foo, with all its "
                   "instances, not of one instance such as aws_kinesis_stream.foo[1].");
        return false;
    }
    if (removed->from.mode == MODE_DATA) {
        diag_error(decoder->diags, range, "Data source address not allowed",
                   "Data sources are never destroyed, so nothing has to be said where one goes: "
                   "remove its block.");
        return false;
    }
    return true;
}

void decode_removed(Decoder *decoder, const Block *block)
{
    BodyContent content =
        body_content(block->body, &removed_schema, decoder->arena, decoder->diags);
    const Attribute *from = content_attribute(&content, "from");
    Removed *removed = arena_new(decoder->arena, Removed);

    removed->destroy = true;
    removed->range = block->range;
    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *inner = &content.blocks.items[i];

        if (text_is(inner->type, "lifecycle"))
            decode_lifecycle(decoder, inner, removed);
        else
            refuse_unsupported(decoder, inner->type_range, inner->type);
    }
    if (decode_address(decoder, from, &removed->from, &removed->is_module) &&
        check_from(decoder, removed, expr_range(from->expr)))
        list_add(decoder->arena, &decoder->module->removed, removed);
}
