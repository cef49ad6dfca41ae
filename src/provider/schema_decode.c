/*
 * From a body to the value of its schema: attributes evaluated and converted, blocks collected.
 *
 * A `dynamic` block stands for any number of blocks of its label's type: its content is a body that
 * is decoded once for each element of for_each, in a scope that has the iterator. Where for_each is
 * unknown nobody can say how many there will be, so all blocks of the type together are unknown.
 */
#include "pipectl/provider/schema.h"

#include "pipectl/value/json.h"

typedef struct Decoder {
    const Schema *schema;
    const BodyContent *content;
    const Scope *scope;
    Arena *arena;
    Diags *diags;
} Decoder;

/* The blocks of one type, gathered. */
typedef struct Gathered {
    ValueBuilder values;
    LIST(Range) ranges;
    bool unknown;
} Gathered;

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

static BodyContent content_of(const Schema *schema, const Body *body, Arena *arena, Diags *diags)
{
    BodySchema wanted = body_schema_of(schema, arena);

    return body ? body_content(body, &wanted, arena, diags) : (BodyContent){ 0 };
}

static const Attribute *find_attribute(const BodyContent *content, Text name)
{
    for (size_t i = 0; i < content->attributes.count; i++)
        if (text_equal(content->attributes.items[i].name, name))
            return &content->attributes.items[i];
    return NULL;
}

/* --- attributes ------------------------------------------------------------------------------- */

/* YAML's own comfort: a mapping or sequence written out where a document in a string is wanted. */
static bool is_written_document(const AttributeSchema *attribute, const Attribute *written)
{
    const Expr *const *keys, *const *values;
    size_t count;
    Range range = expr_range(written->expr);

    if (!attribute->json_document || !range.source)
        return false;
    if (!text_ends_with(range.source->name, TEXT_LIT(".yaml")) &&
        !text_ends_with(range.source->name, TEXT_LIT(".yml")))
        return false;
    return expr_items(written->expr, &keys, &values, &count) ||
           expr_elements(written->expr, &values, &count);
}

static Value encode_document(Value value, Arena *arena)
{
    Value text;

    if (!value_is_wholly_known(value))
        return value_with_marks_of(value_unknown(type_string), value);
    text = value_string(arena, json_text(arena, value));
    return value_with_marks_of(text, value);
}

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

/* What the provider decides cannot be set. */
static bool is_for_provider(const AttributeSchema *attribute, Value value)
{
    return attribute->computed && !attribute->optional && !value_is_null(value);
}

/* A required argument that YAML made null of: said here, where it is known how it was written. */
static bool is_null_by_accident(const Decoder *decoder, const AttributeSchema *attribute,
                                const Attribute *written, Value value)
{
    Text hint;

    if (!attribute->required || !value_is_null(value))
        return false;
    hint = body_text_hint(decoder->arena, written->expr, value);
    if (hint.length > 0)
        diag_error(decoder->diags, written->range, "Missing required argument",
                   "The argument \"" TEXT_FMT "\" is required, and null is given." TEXT_FMT,
                   TEXT(attribute->name), TEXT(hint));
    return hint.length > 0;
}

static Value decode_attribute(const Decoder *decoder, const AttributeSchema *attribute)
{
    const Attribute *written = find_attribute(decoder->content, attribute->name);
    Value value, converted;
    Text why;

    if (!written)
        return attribute->required ? value_unknown(attribute->type) : value_null(attribute->type);
    report_given(attribute, written, decoder->diags);
    value = expr_evaluate(written->expr, decoder->scope, decoder->arena, decoder->diags);
    if (is_written_document(attribute, written))
        value = encode_document(value, decoder->arena);
    if (!value_convert(decoder->arena, value, attribute->type, &converted, &why)) {
        Text hint = attribute->type == type_string
                        ? body_text_hint(decoder->arena, written->expr, value)
                        : TEXT_NONE;

        diag_error(decoder->diags, expr_range(written->expr), "Incorrect attribute value type",
                   "Inappropriate value for attribute \"" TEXT_FMT "\": " TEXT_FMT "." TEXT_FMT,
                   TEXT(attribute->name), TEXT(why), TEXT(hint));
        return value_unknown(attribute->type);
    }
    body_check_text(written->expr, attribute->type, decoder->arena, decoder->diags);
    if (is_null_by_accident(decoder, attribute, written, converted))
        return value_unknown(attribute->type);
    if (is_for_provider(attribute, converted)) {
        diag_error(decoder->diags, written->range, "Value for unconfigurable attribute",
                   "Can't configure a value for \"" TEXT_FMT
                   "\": its value will be decided automatically based on the result of applying "
                   "this configuration.",
                   TEXT(attribute->name));
        return value_null(attribute->type);
    }
    return converted;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void gather(const Decoder *decoder, Gathered *gathered, Value value, Range range)
{
    value_builder_add(&gathered->values, value);
    list_add(decoder->arena, &gathered->ranges, range);
}

/* The name that the content calls the element by: the block's type, or `iterator`. */
static Text iterator_of(const Block *block, const BodyContent *content)
{
    const Attribute *written = content_attribute(content, "iterator");
    Text keyword = written ? expr_keyword(written->expr) : TEXT_NONE;

    return keyword.length > 0 ? keyword : block->labels[0];
}

/* The value of for_each; a null of the dynamic type when it cannot be used, and it is said why. */
static Value evaluate_for_each(const Decoder *decoder, const Attribute *written)
{
    Value value = expr_evaluate(written->expr, decoder->scope, decoder->arena, decoder->diags);
    const char *why = NULL;

    if (value_is_sensitive(value))
        why = "Cannot use a sensitive value in for_each: which blocks there are cannot be kept "
              "secret.";
    else if (value_is_unknown(value))
        return value;
    else if (value_is_null(value))
        why = "Cannot use a null value in for_each.";
    else if (type_is_primitive(value.type))
        why = "Cannot use a value of this type in for_each. An iterable collection is required.";
    if (!why)
        return value;
    diag_error(decoder->diags, expr_range(written->expr), "Invalid dynamic for_each value", "%s",
               why);
    return value_null(type_dynamic);
}

static Value iterator_value(const Decoder *decoder, Value collection, size_t index)
{
    Text names[] = { TEXT_LIT("key"), TEXT_LIT("value") };
    Value element = value_at(collection, index), key;

    if (value_has_kind(collection, TYPE_MAP) || value_has_kind(collection, TYPE_OBJECT))
        key = value_string_raw(value_key_at(collection, index));
    else if (value_has_kind(collection, TYPE_SET))
        key = element;
    else
        key = value_integer((int64_t)index);
    return value_object(decoder->arena, names, (Value[]){ key, element }, 2);
}

static const Body *dynamic_content(const Decoder *decoder, const Block *block,
                                   BodyContent *ret_content)
{
    *ret_content = body_content(block->body, &dynamic_schema, decoder->arena, decoder->diags);
    if (!content_attribute(ret_content, "for_each"))
        return NULL;
    if (ret_content->blocks.count == 1)
        return ret_content->blocks.items[0].body;
    diag_error(decoder->diags, block->range,
               ret_content->blocks.count == 0 ? "Missing content block"
                                              : "Extraneous content block",
               "A dynamic block must have exactly one content block.");
    return NULL;
}

static void gather_dynamic(const Decoder *decoder, const BlockSchema *wanted, const Block *block,
                           Gathered *gathered)
{
    BodyContent content;
    const Body *body = dynamic_content(decoder, block, &content);
    Value collection = body ? evaluate_for_each(decoder, content_attribute(&content, "for_each"))
                            : value_null(type_dynamic);

    if (value_is_unknown(collection)) {
        gathered->unknown = true;
        return;
    }
    for (size_t i = 0; !value_is_null(collection) && i < value_count(collection); i++) {
        ScopeName name = { iterator_of(block, &content), iterator_value(decoder, collection, i) };
        Scope scope = { .parent = decoder->scope,
                        .names = &name,
                        .name_count = 1,
                        .lenient = decoder->scope->lenient };

        gather(decoder, gathered,
               schema_decode(wanted->block, body, &scope, decoder->arena, decoder->diags),
               block->range);
    }
}

static void report_count(const Decoder *decoder, const BlockSchema *wanted,
                         const Gathered *gathered)
{
    int64_t count = (int64_t)gathered->values.values.count;

    if (gathered->unknown)
        return;
    if (count < wanted->min_items)
        diag_error(decoder->diags, decoder->content->missing,
                   text_cstring(decoder->arena,
                                text_format(decoder->arena, "Insufficient " TEXT_FMT " blocks",
                                            TEXT(wanted->name))),
                   "At least %lld \"" TEXT_FMT "\" blocks are required.",
                   (long long)wanted->min_items, TEXT(wanted->name));
    if (wanted->max_items > 0 && count > wanted->max_items)
        diag_error(
            decoder->diags, gathered->ranges.items[wanted->max_items],
            text_cstring(decoder->arena, text_format(decoder->arena, "Too many " TEXT_FMT " blocks",
                                                     TEXT(wanted->name))),
            "No more than %lld \"" TEXT_FMT "\" blocks are allowed", (long long)wanted->max_items,
            TEXT(wanted->name));
}

static Value single_of(const Decoder *decoder, const BlockSchema *wanted, Gathered *gathered)
{
    if (gathered->values.values.count == 0)
        return value_null(wanted->block->type);
    if (gathered->values.values.count > 1)
        diag_error(
            decoder->diags, gathered->ranges.items[1],
            text_cstring(decoder->arena, text_format(decoder->arena, "Duplicate " TEXT_FMT " block",
                                                     TEXT(wanted->name))),
            "Only one block of type \"" TEXT_FMT "\" is allowed.", TEXT(wanted->name));
    return gathered->values.values.items[0];
}

static Value collection_of(const Decoder *decoder, const BlockSchema *wanted, Gathered *gathered)
{
    if (wanted->nesting == NESTING_SINGLE)
        return single_of(decoder, wanted, gathered);
    report_count(decoder, wanted, gathered);
    if (gathered->unknown)
        return value_unknown(type_attribute(decoder->schema->type, wanted->name));
    return wanted->nesting == NESTING_SET
               ? value_built_set(&gathered->values, wanted->block->type)
               : value_built_list(&gathered->values, wanted->block->type);
}

static bool report_refused(const BlockSchema *wanted, const Block *block, Diags *diags)
{
    if (wanted->refused.length > 0)
        diag_error(diags, block->range, "Unsupported block type",
                   "\"" TEXT_FMT "\" (" TEXT_FMT ") is not supported yet.", TEXT(wanted->name),
                   TEXT(wanted->refused));
    return wanted->refused.length > 0;
}

static Value decode_blocks(const Decoder *decoder, const BlockSchema *wanted)
{
    Gathered gathered = { .values = value_builder(decoder->arena) };

    for (size_t i = 0; i < decoder->content->blocks.count; i++) {
        const Block *block = &decoder->content->blocks.items[i];
        bool dynamic = text_is(block->type, "dynamic");

        if (!text_equal(dynamic ? block->labels[0] : block->type, wanted->name))
            continue;
        if (report_refused(wanted, block, decoder->diags))
            continue;
        if (dynamic)
            gather_dynamic(decoder, wanted, block, &gathered);
        else
            gather(decoder, &gathered,
                   schema_decode(wanted->block, block->body, decoder->scope, decoder->arena,
                                 decoder->diags),
                   block->range);
    }
    return collection_of(decoder, wanted, &gathered);
}

static void report_dynamic_labels(const Decoder *decoder)
{
    for (size_t i = 0; i < decoder->content->blocks.count; i++) {
        const Block *block = &decoder->content->blocks.items[i];

        if (text_is(block->type, "dynamic") && !schema_block(decoder->schema, block->labels[0]))
            diag_error(decoder->diags, block->label_ranges[0], "Unsupported block type",
                       "Blocks of type \"" TEXT_FMT "\" are not expected here.",
                       TEXT(block->labels[0]));
    }
}

Value schema_decode(const Schema *schema, const Body *body, const Scope *scope, Arena *arena,
                    Diags *diags)
{
    BodyContent content = content_of(schema, body, arena, diags);
    Decoder decoder = { schema, &content, scope, arena, diags };
    ValueBuilder builder = value_builder(arena);

    report_dynamic_labels(&decoder);
    for (size_t i = 0; i < schema->attribute_count; i++)
        value_builder_put(&builder, schema->attributes[i].name,
                          decode_attribute(&decoder, &schema->attributes[i]));
    for (size_t i = 0; i < schema->block_count; i++)
        value_builder_put(&builder, schema->blocks[i].name,
                          decode_blocks(&decoder, &schema->blocks[i]));
    return value_built_object(&builder);
}

/* --- without values --------------------------------------------------------------------------- */

/* The body that a block of [schema] decodes, the content's for a dynamic one, and its schema. NULL
   when it has none. */
static const Body *block_body(const Decoder *decoder, const Block *block, const Schema **ret_schema,
                              BodyContent *ret_dynamic)
{
    bool dynamic = text_is(block->type, "dynamic");
    const BlockSchema *wanted = schema_block(decoder->schema,
                                             dynamic ? block->labels[0] : block->type);

    if (!wanted || report_refused(wanted, block, decoder->diags))
        return NULL;
    *ret_schema = wanted->block;
    return dynamic ? dynamic_content(decoder, block, ret_dynamic) : block->body;
}

void schema_check(const Schema *schema, const Body *body, Arena *arena, Diags *diags)
{
    BodyContent content = content_of(schema, body, arena, diags);
    Decoder decoder = { schema, &content, NULL, arena, diags };

    report_dynamic_labels(&decoder);
    for (size_t i = 0; i < content.attributes.count; i++)
        report_given(schema_attribute(schema, content.attributes.items[i].name),
                     &content.attributes.items[i], diags);
    for (size_t i = 0; i < content.blocks.count; i++) {
        BodyContent dynamic = { 0 };
        const Schema *inner;
        const Body *inner_body = block_body(&decoder, &content.blocks.items[i], &inner, &dynamic);

        if (inner_body)
            schema_check(inner, inner_body, arena, diags);
    }
}

static void add_without(const TraversalList *from, Text iterator, Arena *arena,
                        TraversalList *traversals)
{
    for (size_t i = 0; i < from->count; i++)
        if (!text_equal(from->items[i].root, iterator))
            list_add(arena, traversals, from->items[i]);
}

void schema_traversals(const Schema *schema, const Body *body, Arena *arena,
                       TraversalList *traversals)
{
    Diags ignored = diags_make(arena);
    BodyContent content = content_of(schema, body, arena, &ignored);
    Decoder decoder = { schema, &content, NULL, arena, &ignored };

    for (size_t i = 0; i < content.attributes.count; i++)
        expr_traversals(content.attributes.items[i].expr, arena, traversals);
    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *block = &content.blocks.items[i];
        BodyContent dynamic = { 0 };
        TraversalList inside = { 0 };
        const Schema *inner;
        const Body *inner_body = block_body(&decoder, block, &inner, &dynamic);
        const Attribute *for_each = content_attribute(&dynamic, "for_each");

        if (!inner_body)
            continue;
        if (for_each)
            expr_traversals(for_each->expr, arena, traversals);
        schema_traversals(inner, inner_body, arena, &inside);
        add_without(&inside, for_each ? iterator_of(block, &dynamic) : TEXT_NONE, arena,
                    traversals);
    }
}

/* --- positions -------------------------------------------------------------------------------- */

/* The [index]-th block of a type as written; NULL where a dynamic block stands before it. */
static const Block *written_block(const BodyContent *content, Text type, size_t index)
{
    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (text_is(block->type, "dynamic") && text_equal(block->labels[0], type))
            return NULL;
        if (text_equal(block->type, type) && index-- == 0)
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

Range schema_range(const Schema *schema, const Body *body, Path path, Arena *arena)
{
    Diags ignored = diags_make(arena);
    const BlockSchema *wanted;
    const Attribute *written;
    const Block *block;
    BodyContent content;
    size_t used;

    if (!body || path.count == 0)
        return body ? body_range(body) : RANGE_NONE;
    content = content_of(schema, body, arena, &ignored);
    written = find_attribute(&content, path.steps[0].name);
    if (written)
        return expr_range(written->expr);
    wanted = schema_block(schema, path.steps[0].name);
    block = wanted ? written_block(&content, wanted->name, index_of(path)) : NULL;
    if (!block)
        return body_range(body);
    used = path.count > 1 && path.steps[1].is_index ? 2 : 1;
    return schema_range(wanted->block, block->body, (Path){ path.steps + used, path.count - used },
                        arena);
}
