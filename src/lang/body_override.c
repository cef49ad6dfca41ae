/*
 * body_override.c: a body as another one changes it: an argument of the other replaces the one of
 * that name, its blocks replace all blocks of their type.
 */
#include "body_form.h"

typedef struct OverrideBody {
    Body base;
    const Body *below;
    const Body *above; /* wins */
    const char *const *deep;
} OverrideBody;

static const OverrideBody *override_of(const Body *body)
{
    return (const OverrideBody *)body;
}

static bool is_deep(const OverrideBody *override, Text type)
{
    for (const char *const *deep = override->deep; deep && *deep; deep++)
        if (text_is(type, *deep))
            return true;
    return false;
}

static bool has_attribute(const BodyContent *content, Text name)
{
    for (size_t i = 0; i < content->attributes.count; i++)
        if (text_equal(content->attributes.items[i].name, name))
            return true;
    return false;
}

static const Block *find_block(const BodyContent *content, Text type)
{
    for (size_t i = 0; i < content->blocks.count; i++)
        if (text_equal(content->blocks.items[i].type, type))
            return &content->blocks.items[i];
    return NULL;
}

static void take_attributes(BodyContent *content, const BodyContent *below,
                            const BodyContent *above, Arena *arena)
{
    for (size_t i = 0; i < below->attributes.count; i++)
        if (!has_attribute(above, below->attributes.items[i].name))
            list_add(arena, &content->attributes, below->attributes.items[i]);
    for (size_t i = 0; i < above->attributes.count; i++)
        list_add(arena, &content->attributes, above->attributes.items[i]);
}

static void take_blocks(const OverrideBody *override, BodyContent *content,
                        const BodyContent *below, const BodyContent *above, Arena *arena)
{
    for (size_t i = 0; i < below->blocks.count; i++) {
        Block block = below->blocks.items[i];
        const Block *other = find_block(above, block.type);

        if (other && is_deep(override, block.type))
            block.body = body_override(block.body, other->body, override->deep, arena);
        if (!other || is_deep(override, block.type))
            list_add(arena, &content->blocks, block);
    }
    for (size_t i = 0; i < above->blocks.count; i++) {
        Block block = above->blocks.items[i];

        if (!is_deep(override, block.type) || !find_block(below, block.type))
            list_add(arena, &content->blocks, block);
    }
}

static void override_content(const Body *body, const BodySchema *schema, BodyContent *content,
                             Arena *arena, Diags *diags)
{
    const OverrideBody *override = override_of(body);
    BodyContent below = { 0 }, above = { 0 };

    override->below->form->content(override->below, schema, &below, arena, diags);
    override->above->form->content(override->above, schema, &above, arena, diags);
    take_attributes(content, &below, &above, arena);
    take_blocks(override, content, &below, &above, arena);
}

static void override_check_rest(const Body *body, const BodySchema *schema,
                                const BodyContent *content, Diags *diags)
{
    const OverrideBody *override = override_of(body);

    override->below->form->check_rest(override->below, schema, content, diags);
    override->above->form->check_rest(override->above, schema, content, diags);
}

static void override_attributes(const Body *body, BodyContent *content, Arena *arena, Diags *diags)
{
    const OverrideBody *override = override_of(body);
    BodyContent below = { 0 }, above = { 0 };

    override->below->form->attributes(override->below, &below, arena, diags);
    override->above->form->attributes(override->above, &above, arena, diags);
    take_attributes(content, &below, &above, arena);
}

static const Body *rest_of(const Body *body, const TakenSchema *taken, Arena *arena)
{
    TakenSchema *also = arena_new(arena, TakenSchema);

    *also = (TakenSchema){ taken->schema, body->taken };
    return body->form->rest(body, also, arena);
}

static const Body *override_rest(const Body *body, const TakenSchema *taken, Arena *arena)
{
    OverrideBody *rest = arena_new(arena, OverrideBody);

    *rest = *override_of(body);
    rest->base.taken = taken;
    rest->below = rest_of(rest->below, taken, arena);
    rest->above = rest_of(rest->above, taken, arena);
    return &rest->base;
}

/* What is replaced counts too: an edge too many in the graph does no harm. */
static void override_traversals(const Body *body, Arena *arena, TraversalList *traversals)
{
    body_traversals(override_of(body)->below, arena, traversals);
    body_traversals(override_of(body)->above, arena, traversals);
}

static const BodyForm override_form = {
    .content = override_content,
    .check_rest = override_check_rest,
    .attributes = override_attributes,
    .rest = override_rest,
    .traversals = override_traversals,
};

const Body *body_override(const Body *below, const Body *above, const char *const *deep,
                          Arena *arena)
{
    OverrideBody *override = arena_new(arena, OverrideBody);

    override->base = (Body){ .form = &override_form,
                             .range = below->range,
                             .missing = below->missing };
    override->below = below;
    override->above = above;
    override->deep = deep;
    return &override->base;
}
