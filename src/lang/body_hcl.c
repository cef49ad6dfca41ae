/*
 * body_hcl.c: bodies in native syntax.
 */
#include "body_hcl.h"

static const HclBody *hcl_of(const Body *body)
{
    return (const HclBody *)body;
}

/* "type, name" */
static Text label_names(const BlockRule *rule, Arena *arena)
{
    TextBuilder names = text_builder(arena);

    for (size_t i = 0; i < rule->label_count; i++)
        text_add_format(&names, "%s%s", i ? ", " : "", rule->labels[i]);
    return text_built(&names);
}

static bool check_labels(const HclBlock *block, const BlockRule *rule, Diags *diags)
{
    size_t wanted = rule->label_count;
    Text type = block->type, names = label_names(rule, diags->arena);
    Text summary;

    if (block->label_count == wanted)
        return true;
    if (block->label_count < wanted) {
        summary = text_format(diags->arena, "Missing %s for " TEXT_FMT,
                              rule->labels[block->label_count], TEXT(type));
        diag_error(diags, block->brace, text_cstring(diags->arena, summary),
                   "All " TEXT_FMT " blocks must have %zu labels (" TEXT_FMT ").", TEXT(type),
                   wanted, TEXT(names));
        return false;
    }
    summary = text_format(diags->arena, "Extraneous label for " TEXT_FMT, TEXT(type));
    if (wanted)
        diag_error(diags, block->label_ranges[wanted], text_cstring(diags->arena, summary),
                   "Only %zu labels (" TEXT_FMT ") are expected for " TEXT_FMT " blocks.", wanted,
                   TEXT(names), TEXT(type));
    else
        diag_error(diags, block->label_ranges[0], text_cstring(diags->arena, summary),
                   "No labels are expected for " TEXT_FMT " blocks.", TEXT(type));
    return false;
}

static void add_block(const HclBlock *block, BodyContent *content, Arena *arena)
{
    Range last = block->label_count ? block->label_ranges[block->label_count - 1]
                                    : block->type_range;

    list_add(arena, &content->blocks,
             (Block){ .type = block->type,
                      .labels = block->labels,
                      .label_ranges = block->label_ranges,
                      .label_count = block->label_count,
                      .body = block->body,
                      .type_range = block->type_range,
                      .range = range_between(block->type_range, last) });
}

static void hcl_content(const Body *body, const BodySchema *schema, BodyContent *content,
                        Arena *arena, Diags *diags)
{
    const HclBody *hcl = hcl_of(body);

    for (size_t i = 0; i < hcl->attributes.count; i++) {
        const Attribute *attribute = &hcl->attributes.items[i];

        if (rule_of_attribute(schema, attribute->name) &&
            !taken_attribute(body->taken, attribute->name))
            list_add(arena, &content->attributes, *attribute);
    }
    for (size_t i = 0; i < hcl->blocks.count; i++) {
        const HclBlock *block = &hcl->blocks.items[i];
        const BlockRule *rule = rule_of_block(schema, block->type);

        if (rule && !taken_block(body->taken, block->type) && check_labels(block, rule, diags))
            add_block(block, content, arena);
    }
}

static void check_attribute(const Attribute *attribute, const BodySchema *schema,
                            const BodyContent *content, Diags *diags)
{
    Text suggestion = body_suggestion(schema, content, attribute->name, true, false, diags->arena);

    if (!suggestion.length && rule_of_block(schema, attribute->name))
        suggestion = text_format(diags->arena,
                                 " Did you mean to define a block of type \"" TEXT_FMT "\"?",
                                 TEXT(attribute->name));
    diag_error(diags, attribute->name_range, "Unsupported argument",
               "An argument named \"" TEXT_FMT "\" is not expected here." TEXT_FMT,
               TEXT(attribute->name), TEXT(suggestion));
}

static void check_block(const HclBlock *block, const BodySchema *schema, const BodyContent *content,
                        Diags *diags)
{
    Text suggestion = body_suggestion(schema, content, block->type, false, true, diags->arena);

    if (!suggestion.length && rule_of_attribute(schema, block->type))
        suggestion = text_format(diags->arena,
                                 " Did you mean to define argument \"" TEXT_FMT
                                 "\"? If so, use the equals sign to assign it a value.",
                                 TEXT(block->type));
    diag_error(diags, block->type_range, "Unsupported block type",
               "Blocks of type \"" TEXT_FMT "\" are not expected here." TEXT_FMT, TEXT(block->type),
               TEXT(suggestion));
}

static void hcl_check_rest(const Body *body, const BodySchema *schema, const BodyContent *content,
                           Diags *diags)
{
    const HclBody *hcl = hcl_of(body);

    for (size_t i = 0; i < hcl->attributes.count; i++) {
        Text name = hcl->attributes.items[i].name;

        if (!rule_of_attribute(schema, name) && !taken_attribute(body->taken, name))
            check_attribute(&hcl->attributes.items[i], schema, content, diags);
    }
    for (size_t i = 0; i < hcl->blocks.count; i++) {
        Text type = hcl->blocks.items[i].type;

        if (!rule_of_block(schema, type) && !taken_block(body->taken, type))
            check_block(&hcl->blocks.items[i], schema, content, diags);
    }
}

static void hcl_attributes(const Body *body, BodyContent *content, Arena *arena, Diags *diags)
{
    const HclBody *hcl = hcl_of(body);
    bool reported = false; /* one message is enough: the body as a whole was misunderstood */

    for (size_t i = 0; i < hcl->attributes.count; i++)
        if (!taken_attribute(body->taken, hcl->attributes.items[i].name))
            list_add(arena, &content->attributes, hcl->attributes.items[i]);
    for (size_t i = 0; i < hcl->blocks.count && !reported; i++) {
        const HclBlock *block = &hcl->blocks.items[i];
        Text summary = text_format(arena, "Unexpected \"" TEXT_FMT "\" block", TEXT(block->type));

        if (taken_block(body->taken, block->type))
            continue;
        diag_error(diags, block->type_range, text_cstring(arena, summary),
                   "Blocks are not allowed here.");
        reported = true;
    }
}

static const Body *hcl_rest(const Body *body, const TakenSchema *taken, Arena *arena)
{
    HclBody *rest = arena_new(arena, HclBody);

    *rest = *hcl_of(body);
    rest->base.taken = taken;
    return &rest->base;
}

static void hcl_traversals(const Body *body, Arena *arena, TraversalList *traversals)
{
    const HclBody *hcl = hcl_of(body);

    for (size_t i = 0; i < hcl->attributes.count; i++)
        if (!taken_attribute(body->taken, hcl->attributes.items[i].name))
            expr_traversals(hcl->attributes.items[i].expr, arena, traversals);
    for (size_t i = 0; i < hcl->blocks.count; i++)
        if (!taken_block(body->taken, hcl->blocks.items[i].type))
            body_traversals(hcl->blocks.items[i].body, arena, traversals);
}

static const BodyForm hcl_form = {
    .content = hcl_content,
    .check_rest = hcl_check_rest,
    .attributes = hcl_attributes,
    .rest = hcl_rest,
    .traversals = hcl_traversals,
};

HclBody *hcl_body_make(Arena *arena, Range opening)
{
    HclBody *body = arena_new(arena, HclBody);

    body->base.form = &hcl_form;
    body->base.range = opening;
    body->base.missing = opening;
    return body;
}
