/*
 * output.c: output and locals blocks.
 */
#include "decode.h"

static const AttributeRule output_rules[] = {
    RULE_TEXT("description"), RULE_REQUIRED("value"),     RULE("sensitive"),
    RULE("ephemeral"),        RULE_LITERAL("depends_on"),
};
static const BlockRule output_blocks[] = { { .type = TEXT_INIT("precondition") },
                                           { .type = TEXT_INIT("postcondition") } };
static const BodySchema output_schema = { output_rules, COUNT_OF(output_rules), output_blocks,
                                          COUNT_OF(output_blocks) };

static void decode_output_conditions(Decoder *decoder, Output *output, const BodyContent *content)
{
    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (text_is(block->type, "precondition"))
            decode_condition(decoder, block, "precondition", &output->preconditions);
        else
            diag_error(decoder->diags, block->type_range, "Postconditions are not allowed",
                       "Output values can only have preconditions, not postconditions.");
    }
}

static void add_output(Decoder *decoder, const Output *output)
{
    const Output *before = table_find(&decoder->module->output_table, output->name);

    if (before) {
        diag_error(decoder->diags, output->range, "Duplicate output definition",
                   "An output named \"" TEXT_FMT "\" was already defined at " TEXT_FMT
                   ". Output names must be unique within a module.",
                   TEXT(output->name), TEXT(range_place(decoder->arena, before->range)));
        return;
    }
    table_put(decoder->arena, &decoder->module->output_table, output->name,
              (void *)(uintptr_t)output);
    list_add(decoder->arena, &decoder->module->outputs, output);
}

void decode_output(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &output_schema, decoder->arena, decoder->diags);
    const Attribute *value = content_attribute(&content, "value");
    Output *output = arena_new(decoder->arena, Output);

    *output = (Output){ .name = block->labels[0], .range = block->range };
    check_identifier(decoder, output->name, block->label_ranges[0], "output");
    static_text(decoder, content_attribute(&content, "description"), &output->description);
    static_bool(decoder, content_attribute(&content, "sensitive"), &output->sensitive);
    static_bool(decoder, content_attribute(&content, "ephemeral"), &output->ephemeral);
    if (output->ephemeral && !decoder->module->parent)
        diag_error(decoder->diags, block->range, "Ephemeral output not allowed",
                   "What a root module puts out is kept in the state, which holds no ephemeral "
                   "values.");
    decode_depends_on(decoder, content_attribute(&content, "depends_on"), &output->depends_on);
    decode_output_conditions(decoder, output, &content);
    output->value = value ? value->expr
                          : expr_literal(decoder->arena, value_unknown(type_dynamic), block->range);
    add_output(decoder, output);
}

/* --- locals --------------------------------------------------------------------------------- */

static void override_local(Decoder *decoder, Local *local, const Attribute *attribute)
{
    if (local)
        *local = (Local){ attribute->name, attribute->expr, attribute->range };
    else
        diag_error(decoder->diags, attribute->range,
                   "Missing base local value definition to override",
                   "There is no local value named \"" TEXT_FMT
                   "\". An override file can only change what other files declare.",
                   TEXT(attribute->name));
}

static void add_local(Decoder *decoder, const Attribute *attribute)
{
    Local *before = table_find(&decoder->module->local_table, attribute->name);
    Local *local;

    if (!check_identifier(decoder, attribute->name, attribute->name_range, "local value"))
        return;
    if (decoder->overriding) {
        override_local(decoder, before, attribute);
        return;
    }
    if (before) {
        diag_error(decoder->diags, attribute->range, "Duplicate local value definition",
                   "A local value named \"" TEXT_FMT "\" was already defined at " TEXT_FMT
                   ". Local value names must be unique within a module.",
                   TEXT(attribute->name), TEXT(range_place(decoder->arena, before->range)));
        return;
    }
    local = arena_new(decoder->arena, Local);
    *local = (Local){ attribute->name, attribute->expr, attribute->range };
    table_put(decoder->arena, &decoder->module->local_table, local->name, local);
    list_add(decoder->arena, &decoder->module->locals, local);
}

void decode_locals(Decoder *decoder, const Block *block)
{
    BodyContent content = body_attributes(block->body, decoder->arena, decoder->diags);

    for (size_t i = 0; i < content.attributes.count; i++)
        add_local(decoder, &content.attributes.items[i]);
}
