/*
 * resource.c: resource and data blocks: what is the language's own in them. The rest is the type's.
 */
#include "decode.h"

static const AttributeRule resource_rules[] = {
    RULE("count"),
    RULE("for_each"),
    RULE_LITERAL("provider"),
    RULE_LITERAL("depends_on"),
};
static const BlockRule managed_blocks[] = {
    { .type = TEXT_INIT("lifecycle") },
    { .type = TEXT_INIT("provisioner"), .labels = label_type, .label_count = 1 },
    { .type = TEXT_INIT("connection") },
    { .type = TEXT_INIT("locals") },
    { .type = TEXT_INIT("_") },
};
static const BlockRule data_blocks[] = {
    { .type = TEXT_INIT("lifecycle") },
    { .type = TEXT_INIT("locals") },
    { .type = TEXT_INIT("_") },
};
static const BodySchema managed_schema = { resource_rules, COUNT_OF(resource_rules), managed_blocks,
                                           COUNT_OF(managed_blocks) };
static const BodySchema data_schema = { resource_rules, COUNT_OF(resource_rules), data_blocks,
                                        COUNT_OF(data_blocks) };

/* --- lifecycle ------------------------------------------------------------------------------ */

static const AttributeRule lifecycle_rules[] = {
    RULE("create_before_destroy"),
    RULE("prevent_destroy"),
    RULE_LITERAL("ignore_changes"),
    RULE_LITERAL("replace_triggered_by"),
};
static const BlockRule lifecycle_blocks[] = { { .type = TEXT_INIT("precondition") },
                                              { .type = TEXT_INIT("postcondition") } };
static const BodySchema lifecycle_schema = { lifecycle_rules, COUNT_OF(lifecycle_rules),
                                             lifecycle_blocks, COUNT_OF(lifecycle_blocks) };

static bool is_wildcard(const Expr *expr)
{
    return text_is(range_text(expr_range(expr)), "\"*\"") ||
           text_is(range_text(expr_range(expr)), "*");
}

static void decode_ignore_changes(Decoder *decoder, const Attribute *attribute,
                                  Lifecycle *lifecycle)
{
    const Expr *const *elements;
    size_t count;

    if (!attribute)
        return;
    if (text_is(expr_keyword(attribute->expr), "all")) {
        lifecycle->ignore_all = true;
        return;
    }
    if (!static_list(decoder, attribute->expr, &elements, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        Traversal traversal;

        if (is_wildcard(elements[i]))
            diag_error(
                decoder->diags, expr_range(elements[i]), "Invalid ignore_changes wildcard",
                "The [\"*\"] form is not valid any more. Use \"ignore_changes = all\" to ignore "
                "changes to all attributes.");
        else if (decode_traversal(decoder, elements[i], &traversal))
            list_add(decoder->arena, &lifecycle->ignore_changes, traversal);
    }
}

/* One element of replace_triggered_by names one resource; count.index and each.key may stand in its
   key. */
static bool check_trigger(Decoder *decoder, const Expr *expr)
{
    Diags unheard = diags_make(decoder->arena);
    ReferenceList references = { 0 };
    size_t resources = 0, errors = decoder->diags->error_count;
    bool others = false;

    expr_references(expr, decoder->arena, &references, &unheard);
    for (size_t i = 0; i < references.count; i++) {
        ReferenceKind kind = references.items[i].kind;

        resources += kind == REFERENCE_RESOURCE;
        others |= kind != REFERENCE_RESOURCE && kind != REFERENCE_COUNT && kind != REFERENCE_EACH;
    }
    if (others)
        diag_error(decoder->diags, expr_range(expr), "Invalid replace_triggered_by expression",
                   "Only resources, count.index, and each.key may be used in "
                   "replace_triggered_by.");
    if (resources == 0)
        diag_error(decoder->diags, expr_range(expr),
                   "Invalid reference in replace_triggered_by expression",
                   "Missing resource reference in replace_triggered_by expression.");
    if (resources > 1)
        diag_error(decoder->diags, expr_range(expr), "Invalid replace_triggered_by expression",
                   "Multiple resource references in replace_triggered_by expression.");
    return decoder->diags->error_count == errors;
}

static void decode_replace_triggered_by(Decoder *decoder, const Attribute *attribute,
                                        Lifecycle *lifecycle)
{
    const Expr *const *elements;
    size_t count;

    if (!attribute || !static_list(decoder, attribute->expr, &elements, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (check_trigger(decoder, elements[i]))
            list_add(decoder->arena, &lifecycle->replace_triggered_by, elements[i]);
}

static void refuse_for_data(Decoder *decoder, const BodyContent *content)
{
    for (size_t i = 0; i < content->attributes.count; i++) {
        const Attribute *attribute = &content->attributes.items[i];

        diag_error(
            decoder->diags, attribute->name_range, "Invalid data resource lifecycle argument",
            "The lifecycle argument \"" TEXT_FMT
            "\" is defined only for managed resources (\"resource\" blocks), and is not valid for "
            "data resources.",
            TEXT(attribute->name));
    }
}

static void decode_lifecycle(Decoder *decoder, Resource *resource, const Block *block)
{
    BodyContent content =
        body_content(block->body, &lifecycle_schema, decoder->arena, decoder->diags);
    Lifecycle *lifecycle = &resource->lifecycle;

    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *inner = &content.blocks.items[i];

        if (text_is(inner->type, "precondition"))
            decode_condition(decoder, inner, "precondition", &lifecycle->preconditions);
        else
            decode_condition(decoder, inner, "postcondition", &lifecycle->postconditions);
    }
    if (resource->mode == MODE_DATA) {
        refuse_for_data(decoder, &content);
        return;
    }
    lifecycle->has_create_before_destroy =
        static_bool(decoder, content_attribute(&content, "create_before_destroy"),
                    &lifecycle->create_before_destroy);
    static_bool(decoder, content_attribute(&content, "prevent_destroy"),
                &lifecycle->prevent_destroy);
    decode_ignore_changes(decoder, content_attribute(&content, "ignore_changes"), lifecycle);
    decode_replace_triggered_by(decoder, content_attribute(&content, "replace_triggered_by"),
                                lifecycle);
}

/* --- blocks --------------------------------------------------------------------------------- */

static void refuse_reserved(Decoder *decoder, const Block *block, ResourceMode mode)
{
    Text summary = text_format(decoder->arena, "Reserved block type name in %s block",
                               mode == MODE_DATA ? "data" : "resource");

    diag_error(decoder->diags, block->type_range, text_cstring(decoder->arena, summary),
               "The block type name \"" TEXT_FMT
               "\" is reserved for use by Terraform in a future version.",
               TEXT(block->type));
}

static void decode_blocks(Decoder *decoder, Resource *resource, const BodyContent *content)
{
    const Block *lifecycle = NULL;

    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (text_is(block->type, "locals") || text_is(block->type, "_")) {
            refuse_reserved(decoder, block, resource->mode);
        } else if (!text_is(block->type, "lifecycle")) {
            continue; /* of provisioner.c */
        } else if (lifecycle) {
            diag_error(decoder->diags, block->range, "Duplicate lifecycle block",
                       "This resource already has a lifecycle block at " TEXT_FMT ".",
                       TEXT(range_place(decoder->arena, lifecycle->range)));
        } else {
            lifecycle = block;
            decode_lifecycle(decoder, resource, block);
        }
    }
}

static Text resource_key(Arena *arena, ResourceMode mode, Text type, Text name)
{
    return text_format(arena, "%s" TEXT_FMT "." TEXT_FMT, mode == MODE_DATA ? "data." : "",
                       TEXT(type), TEXT(name));
}

enum {
    NAME_LIMIT = 400
}; /* type and name together: module_resource looks them up in that much room */

static bool add_resource(Decoder *decoder, const Resource *resource)
{
    Text key = resource_key(decoder->arena, resource->mode, resource->type, resource->name);
    const Resource *before = table_find(&decoder->module->resource_table, key);
    const char *what = resource->mode == MODE_DATA ? "data resource" : "resource";

    if (before) {
        Text summary =
            text_format(decoder->arena, "Duplicate %s \"" TEXT_FMT "\" configuration",
                        resource->mode == MODE_DATA ? "data" : "resource", TEXT(resource->type));

        diag_error(decoder->diags, resource->range, text_cstring(decoder->arena, summary),
                   "A " TEXT_FMT " %s named \"" TEXT_FMT "\" was already declared at " TEXT_FMT
                   ". Resource names must be unique per type in each module.",
                   TEXT(resource->type), what, TEXT(resource->name),
                   TEXT(range_place(decoder->arena, before->range)));
        return false;
    }
    table_put(decoder->arena, &decoder->module->resource_table, key, (void *)(uintptr_t)resource);
    list_add(decoder->arena, &decoder->module->resources, resource);
    return true;
}

/* What the data source of a check block cannot have. */
static void refuse_nested(Decoder *decoder, BodyContent *content)
{
    for (size_t i = 0; i < content->attributes.count; i++) {
        const Attribute *attribute = &content->attributes.items[i];
        Text summary = text_format(decoder->arena, "Invalid \"" TEXT_FMT "\" attribute",
                                   TEXT(attribute->name));

        if (text_is(attribute->name, "count") || text_is(attribute->name, "for_each"))
            diag_error(decoder->diags, attribute->range, text_cstring(decoder->arena, summary),
                       "The \"count\" and \"for_each\" meta-arguments are not supported within "
                       "nested data blocks.");
    }
    for (size_t i = 0; i < content->blocks.count; i++)
        if (text_is(content->blocks.items[i].type, "lifecycle"))
            diag_error(decoder->diags, content->blocks.items[i].range, "Invalid lifecycle block",
                       "Nested data blocks do not support \"lifecycle\" blocks as the lifecycle is "
                       "managed by the containing block.");
}

static Resource *decode_body(Decoder *decoder, const Block *block, ResourceMode mode,
                             const Check *check)
{
    Resource *resource = arena_new(decoder->arena, Resource);
    const BodySchema *schema = mode == MODE_DATA ? &data_schema : &managed_schema;
    BodyContent content =
        body_partial_content(block->body, schema, &resource->body, decoder->arena, decoder->diags);
    const Attribute *provider = content_attribute(&content, "provider");

    resource->mode = mode;
    resource->type = block->labels[0];
    resource->name = block->labels[1];
    resource->range = block->range;
    resource->type_range = block->label_ranges[0];
    resource->check = check;
    check_identifier(decoder, resource->type, block->label_ranges[0],
                     mode == MODE_DATA ? "data source" : "resource type");
    check_identifier(decoder, resource->name, block->label_ranges[1],
                     mode == MODE_DATA ? "data resource" : "resource");
    if (resource->type.length + resource->name.length > NAME_LIMIT)
        diag_error(decoder->diags, block->range, "Invalid resource name",
                   "Type and name may have %d bytes together.", NAME_LIMIT);
    if (check)
        refuse_nested(decoder, &content);
    else
        decode_repetition(decoder, &content, &resource->count, &resource->for_each);
    if (provider)
        decode_provider_name(decoder, provider->expr, "provider", &resource->provider);
    decode_depends_on(decoder, content_attribute(&content, "depends_on"), &resource->depends_on);
    decode_blocks(decoder, resource, &content);
    decode_provisioners(decoder, resource, &content);
    return add_resource(decoder, resource) ? resource : NULL;
}

void decode_resource(Decoder *decoder, const Block *block, ResourceMode mode)
{
    (void)decode_body(decoder, block, mode, NULL);
}

const Resource *decode_nested_data(Decoder *decoder, const Block *block, const Check *check)
{
    return decode_body(decoder, block, MODE_DATA, check);
}
