/*
 * moved.c: moved blocks.
 */
#include "decode.h"

static const AttributeRule moved_rules[] = {
    { .name = TEXT_INIT("from"), .required = true, .literal = true },
    { .name = TEXT_INIT("to"), .required = true, .literal = true },
};
static const BodySchema moved_schema = { moved_rules, COUNT_OF(moved_rules), NULL, 0 };

void decode_moved(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &moved_schema, decoder->arena, decoder->diags);
    Moved *moved = arena_new(decoder->arena, Moved);
    bool from_module = false, to_module = false;
    bool from = decode_address(decoder, content_attribute(&content, "from"), &moved->from,
                               &from_module);
    bool to = decode_address(decoder, content_attribute(&content, "to"), &moved->to, &to_module);

    if (!from || !to)
        return;
    if (from_module != to_module) {
        diag_error(
            decoder->diags, block->range, "Invalid \"moved\" addresses",
            "The \"from\" and \"to\" addresses must either both refer to resources or both refer "
            "to modules.");
        return;
    }
    moved->is_module = to_module;
    moved->range = block->range;
    list_add(decoder->arena, &decoder->module->moved, moved);
}
