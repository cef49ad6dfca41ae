/*
 * body_merged.c: several bodies as one: the content of all, in order.
 */
#include "body_form.h"

typedef struct MergedBody {
    Body base;
    const Body *const *bodies;
    size_t count;
} MergedBody;

static const MergedBody *merged_of(const Body *body)
{
    return (const MergedBody *)body;
}

static void merged_content(const Body *body, const BodySchema *schema, BodyContent *content,
                           Arena *arena, Diags *diags)
{
    const MergedBody *merged = merged_of(body);

    for (size_t i = 0; i < merged->count; i++)
        merged->bodies[i]->form->content(merged->bodies[i], schema, content, arena, diags);
}

static void merged_check_rest(const Body *body, const BodySchema *schema,
                              const BodyContent *content, Diags *diags)
{
    const MergedBody *merged = merged_of(body);

    for (size_t i = 0; i < merged->count; i++)
        merged->bodies[i]->form->check_rest(merged->bodies[i], schema, content, diags);
}

static void merged_attributes(const Body *body, BodyContent *content, Arena *arena, Diags *diags)
{
    const MergedBody *merged = merged_of(body);

    for (size_t i = 0; i < merged->count; i++)
        merged->bodies[i]->form->attributes(merged->bodies[i], content, arena, diags);
}

static const Body *merged_rest(const Body *body, const TakenSchema *taken, Arena *arena)
{
    const MergedBody *merged = merged_of(body);
    const Body **rests = arena_array(arena, const Body *, merged->count);
    MergedBody *rest = arena_new(arena, MergedBody);

    for (size_t i = 0; i < merged->count; i++) {
        TakenSchema *also = arena_new(arena, TakenSchema);

        *also = (TakenSchema){ taken->schema, merged->bodies[i]->taken };
        rests[i] = merged->bodies[i]->form->rest(merged->bodies[i], also, arena);
    }
    *rest = *merged;
    rest->base.taken = taken;
    rest->bodies = rests;
    return &rest->base;
}

static void merged_traversals(const Body *body, Arena *arena, TraversalList *traversals)
{
    const MergedBody *merged = merged_of(body);

    for (size_t i = 0; i < merged->count; i++)
        body_traversals(merged->bodies[i], arena, traversals);
}

static const BodyForm merged_form = {
    .content = merged_content,
    .check_rest = merged_check_rest,
    .attributes = merged_attributes,
    .rest = merged_rest,
    .traversals = merged_traversals,
};

const Body *body_merge(const Body *const *bodies, size_t count, Arena *arena)
{
    MergedBody *merged = arena_new(arena, MergedBody);
    const Body **copy = arena_array(arena, const Body *, count);

    for (size_t i = 0; i < count; i++)
        copy[i] = bodies[i];
    merged->base.form = &merged_form;
    merged->base.range = count ? bodies[0]->range : RANGE_NONE;
    merged->base.missing = count ? bodies[0]->missing : RANGE_NONE;
    merged->bodies = copy;
    merged->count = count;
    return &merged->base;
}
