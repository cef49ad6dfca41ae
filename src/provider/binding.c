/*
 * A body read with a schema: which expression stands for which attribute, and what is in its
 * blocks.
 *
 * Reading is done once for a block of the configuration, however many instances it has. All that is
 * wrong whatever the values may be is said here: unknown names, missing ones, refused ones.
 */
#include "binding.h"

static const char *const dynamic_labels[] = { "type" };

static const BodySchema dynamic_schema = {
    .attributes = (const AttributeRule[]){ { TEXT_INIT("for_each"), .required = true },
                                           { TEXT_INIT("iterator"), .literal = true },
                                           { TEXT_INIT("labels"), .required = false } },
    .attribute_count = 3,
    .blocks = (const BlockRule[]){ { TEXT_INIT("content"), NULL, 0 } },
    .block_count = 1,
};

static BodySchema body_schema_of(const Schema *schema, Arena *arena)
{
    AttributeRule *attributes = arena_array(arena, AttributeRule, schema->attribute_count);
    BlockRule *blocks = arena_array(arena, BlockRule, schema->block_count + 1);

    for (size_t i = 0; i < schema->attribute_count; i++)
        attributes[i] = (AttributeRule){ .name = schema->attributes[i].name,
                                         .required = schema->attributes[i].required };
    for (size_t i = 0; i < schema->block_count; i++)
        blocks[i] = (BlockRule){ .type = schema->blocks[i].name };
    blocks[schema->block_count] = (BlockRule){ TEXT_LIT("dynamic"), dynamic_labels, 1 };
    return (BodySchema){ attributes, schema->attribute_count, blocks, schema->block_count + 1 };
}

/* --- attributes ------------------------------------------------------------------------------- */

static void report_given(const AttributeSchema *attribute, const Attribute *written, Diags *diags)
{
    if (attribute->refused.length > 0)
        diag_error(diags, written->range, "Unsupported argument",
                   "\"" TEXT_FMT "\" (" TEXT_FMT ") is not supported yet.", TEXT(attribute->name),
                   TEXT(attribute->refused));
    if (attribute->deprecated.length > 0)
        diag_warning(diags, written->range, "Argument is deprecated", TEXT_FMT,
                     TEXT(attribute->deprecated));
}

static void bind_attributes(Binding *binding, Arena *arena, Diags *diags)
{
    const AttributeSchema *first = binding->schema->attributes;

    binding->attributes = arena_array(arena, const Attribute *, binding->schema->attribute_count);
    for (size_t i = 0; i < binding->content.attributes.count; i++) {
        const Attribute *written = &binding->content.attributes.items[i];
        const AttributeSchema *attribute = schema_attribute(binding->schema, written->name);

        report_given(attribute, written, diags);
        binding->attributes[attribute - first] = written;
    }
}

/* --- blocks ----------------------------------------------------------------------------------- */

static bool is_refused(const BlockSchema *wanted, const Block *block, Diags *diags)
{
    if (wanted->refused.length > 0)
        diag_error(diags, block->range, "Unsupported block type",
                   "\"" TEXT_FMT "\" (" TEXT_FMT ") is not supported yet.", TEXT(wanted->name),
                   TEXT(wanted->refused));
    return wanted->refused.length > 0;
}

/* The name that the content calls the element by: the block's type, or `iterator`. */
static Text iterator_of(const Block *block, const BodyContent *content)
{
    const Attribute *written = content_attribute(content, "iterator");
    Text keyword = written ? expr_keyword(written->expr) : TEXT_NONE;

    return keyword.length > 0 ? keyword : block->labels[0];
}

/* The content's body; NULL when the block is no good. */
static const Body *bind_dynamic(BoundBlock *bound, Arena *arena, Diags *diags)
{
    const Block *block = bound->written;
    BodyContent content = body_content(block->body, &dynamic_schema, arena, diags);
    const Attribute *for_each = content_attribute(&content, "for_each");

    if (!for_each)
        return NULL;
    bound->for_each = for_each->expr;
    bound->iterator = iterator_of(block, &content);
    if (content.blocks.count == 1)
        return content.blocks.items[0].body;
    diag_error(diags, block->range,
               content.blocks.count == 0 ? "Missing content block" : "Extraneous content block",
               "A dynamic block must have exactly one content block.");
    return NULL;
}

static void bind_block(Binding *binding, const Block *block, Arena *arena, Diags *diags)
{
    bool dynamic = text_is(block->type, "dynamic");
    BoundBlock bound = { .written = block,
                         .schema = schema_block(binding->schema,
                                                dynamic ? block->labels[0] : block->type) };
    const Body *body;

    if (!bound.schema) {
        diag_error(diags, block->label_ranges[0], "Unsupported block type",
                   "Blocks of type \"" TEXT_FMT "\" are not expected here.",
                   TEXT(block->labels[0]));
        return;
    }
    if (is_refused(bound.schema, block, diags))
        return;
    body = dynamic ? bind_dynamic(&bound, arena, diags) : block->body;
    if (!body)
        return;
    bound.content = schema_bind(bound.schema->block, body, arena, diags);
    list_add(arena, &binding->blocks, bound);
}

const Binding *schema_bind(const Schema *schema, const Body *body, Arena *arena, Diags *diags)
{
    Binding *binding = arena_new(arena, Binding);
    BodySchema wanted = body_schema_of(schema, arena);
    size_t errors = diags->error_count;

    binding->schema = schema;
    if (body)
        binding->content = body_content(body, &wanted, arena, diags);
    bind_attributes(binding, arena, diags);
    for (size_t i = 0; i < binding->content.blocks.count; i++)
        bind_block(binding, &binding->content.blocks.items[i], arena, diags);
    binding->failed = diags->error_count > errors;
    return binding;
}

bool binding_failed(const Binding *binding)
{
    return binding->failed;
}

/* --- positions -------------------------------------------------------------------------------- */

/* The [index]-th block of a type as written; NULL where a dynamic block stands before it. */
static const BoundBlock *written_block(const Binding *binding, Text type, size_t index)
{
    for (size_t i = 0; i < binding->blocks.count; i++) {
        const BoundBlock *block = &binding->blocks.items[i];

        if (!text_equal(block->schema->name, type))
            continue;
        if (block->for_each)
            return NULL;
        if (index-- == 0)
            return block;
    }
    return NULL;
}

static size_t index_of(Path path)
{
    int64_t index = 0;

    if (path.count > 1 && path.steps[1].is_index &&
        value_has_kind(path.steps[1].index, TYPE_NUMBER))
        number_to_int(path.steps[1].index.as.number, &index);
    return index < 0 ? 0 : (size_t)index;
}

static Range binding_range(const Binding *binding, Range otherwise, Path path)
{
    const AttributeSchema *attribute;
    const BoundBlock *block;
    size_t used;

    if (path.count == 0)
        return otherwise;
    attribute = schema_attribute(binding->schema, path.steps[0].name);
    if (attribute && binding->attributes[attribute - binding->schema->attributes])
        return expr_range(binding->attributes[attribute - binding->schema->attributes]->expr);
    block = written_block(binding, path.steps[0].name, index_of(path));
    if (!block)
        return otherwise;
    used = path.count > 1 && path.steps[1].is_index ? 2 : 1;
    return binding_range(block->content, body_range(block->written->body),
                         (Path){ path.steps + used, path.count - used });
}

Range schema_range(const Schema *schema, const Body *body, Path path, Arena *arena)
{
    Diags ignored = diags_make(arena);

    return body ? binding_range(schema_bind(schema, body, arena, &ignored), body_range(body), path)
                : RANGE_NONE;
}
