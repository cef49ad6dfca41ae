/*
 * check.c: check blocks, and the data source that may stand in one.
 */
#include "decode.h"

static const BlockRule check_blocks[] = {
    { .type = TEXT_INIT("data"), .labels = label_type_name, .label_count = 2 },
    { .type = TEXT_INIT("assert") },
};
static const BodySchema check_schema = { NULL, 0, check_blocks, COUNT_OF(check_blocks) };

static void decode_check_data(Decoder *decoder, Check *check, const Block *block)
{
    if (check->data)
        diag_error(decoder->diags, block->range, "Multiple data resource blocks",
                   "This check block already has a data resource defined at " TEXT_FMT ".",
                   TEXT(range_place(decoder->arena, check->data->range)));
    else
        check->data = decode_nested_data(decoder, block, check);
}

static bool is_new(Decoder *decoder, const Check *check)
{
    for (size_t i = 0; i < decoder->module->checks.count; i++) {
        const Check *before = decoder->module->checks.items[i];
        Text summary;

        if (!text_equal(before->name, check->name))
            continue;
        summary = text_format(decoder->arena, "Duplicate check \"" TEXT_FMT "\" configuration",
                              TEXT(check->name));
        diag_error(decoder->diags, check->range, text_cstring(decoder->arena, summary),
                   "A check block named \"" TEXT_FMT "\" was already declared at " TEXT_FMT
                   ". Check blocks must be unique within each module.",
                   TEXT(check->name), TEXT(range_place(decoder->arena, before->range)));
        return false;
    }
    return true;
}

void decode_check(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &check_schema, decoder->arena, decoder->diags);
    Check *check = arena_new(decoder->arena, Check);

    *check = (Check){ .name = block->labels[0], .range = block->range };
    check_identifier(decoder, check->name, block->label_ranges[0], "check block");
    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *inner = &content.blocks.items[i];

        if (text_is(inner->type, "data"))
            decode_check_data(decoder, check, inner);
        else
            decode_condition(decoder, inner, "assert", &check->assertions);
    }
    if (check->assertions.count == 0)
        diag_error(decoder->diags, block->range, "Zero assert blocks",
                   "Check blocks must have at least one assert block.");
    if (is_new(decoder, check))
        list_add(decoder->arena, &decoder->module->checks, check);
}
