/* Vertices for blocks, delete groups and changes, and the edges of the four rules. */
#include "apply_graph.h"

typedef struct BlockVertices {
    Vertex *open, *close, *after;
} BlockVertices;

typedef struct DeleteGroup {
    Text config_name;
    ConfigBlock *block; /* NULL: not configured any more */
    Vertex *open, *close;
} DeleteGroup;

typedef struct ApplyGraph {
    Arena *arena;
    Graph *graph;
    const Plan *plan;
    const ConfigGraph *config;
    BlockVertices *blocks; /* by index of the configuration's vertex */
    Table groups;          /* resource as written -> DeleteGroup */
    bool update_first;     /* rule 4 */
} ApplyGraph;

static ApplyVertex *add(ApplyGraph *apply, ApplyKind kind, Text name, ConfigBlock *block,
                        Change *change, Action half)
{
    ApplyVertex *vertex = arena_new(apply->arena, ApplyVertex);

    vertex->kind = kind;
    vertex->block = block;
    vertex->change = change;
    vertex->half = half;
    vertex->vertex = graph_add(apply->graph, name, vertex);
    return vertex;
}

/* --- blocks -------------------------------------------------------------------------------- */

static void add_blocks(ApplyGraph *apply)
{
    const Graph *config = apply->config->graph;

    apply->blocks = arena_array(apply->arena, BlockVertices, config->vertices.count);
    for (size_t i = 0; i < config->vertices.count; i++) {
        Vertex *written = config->vertices.items[i];
        BlockVertices *block = &apply->blocks[i];

        block->open =
            add(apply, APPLY_OPEN, written->name, written->subject, NULL, ACTION_NONE)->vertex;
        block->close =
            add(apply, APPLY_CLOSE, written->name, written->subject, NULL, ACTION_NONE)->vertex;
        block->after =
            add(apply, APPLY_AFTER, written->name, written->subject, NULL, ACTION_NONE)->vertex;
    }
    for (size_t i = 0; i < config->vertices.count; i++) {
        const Vertex *written = config->vertices.items[i];
        BlockVertices *block = &apply->blocks[i];

        graph_connect(apply->graph, block->open, block->close);
        graph_connect(apply->graph, block->close, block->after);
        for (size_t n = 0; n < written->next.count; n++) {
            BlockVertices *next = &apply->blocks[written->next.items[n]->index];

            graph_connect(apply->graph, block->close, next->open);
            graph_connect(apply->graph, next->after, block->after);
        }
    }
}

static BlockVertices *vertices_of(ApplyGraph *apply, const ConfigBlock *block)
{
    return &apply->blocks[block->vertex->index];
}

/* --- groups of deletes ----------------------------------------------------------------------- */

static DeleteGroup *group_of(ApplyGraph *apply, Text config_name)
{
    DeleteGroup *group = table_find(&apply->groups, config_name);

    if (group)
        return group;
    group = arena_new(apply->arena, DeleteGroup);
    group->config_name = config_name;
    group->block = config_graph_resource(apply->config, config_name);
    group->open = add(apply, APPLY_GROUP, config_name, group->block, NULL, ACTION_DELETE)->vertex;
    group->close = add(apply, APPLY_GROUP, config_name, group->block, NULL, ACTION_DELETE)->vertex;
    graph_connect(apply->graph, group->open, group->close);
    table_put(apply->arena, &apply->groups, config_name, group);
    return group;
}

/* Rule 2: what [dependencies] name is deleted after this group. */
static void connect_groups(ApplyGraph *apply, DeleteGroup *group, const TextList *dependencies)
{
    for (size_t i = 0; i < dependencies->count; i++) {
        DeleteGroup *needed = table_find(&apply->groups, dependencies->items[i]);

        if (needed)
            graph_connect(apply->graph, group->close, needed->open);
    }
}

/* --- changes --------------------------------------------------------------------------------- */

static Vertex *add_make(ApplyGraph *apply, Change *change, ConfigBlock *block, Action half)
{
    BlockVertices *around = vertices_of(apply, block);
    Vertex *vertex = add(apply, APPLY_CHANGE, change->name, block, change, half)->vertex;

    graph_connect(apply->graph, around->open, vertex);
    graph_connect(apply->graph, vertex, around->close);
    return vertex;
}

static Vertex *add_delete(ApplyGraph *apply, Change *change, Action half)
{
    DeleteGroup *group = group_of(apply, address_config_text(apply->arena, change->address));
    Vertex *vertex = add(apply, APPLY_CHANGE, change->name, group->block, change, half)->vertex;
    ProviderConfiguration *provider = table_find(&apply->config->providers, change->provider);

    graph_connect(apply->graph, group->open, vertex);
    graph_connect(apply->graph, vertex, group->close);
    if (provider && !provider->early)
        graph_connect(apply->graph, apply->blocks[provider->vertex->index].close, vertex);
    return vertex;
}

static bool has_conditions(const Resource *resource)
{
    return resource->lifecycle.preconditions.count + resource->lifecycle.postconditions.count > 0;
}

static void add_change(ApplyGraph *apply, Change *change)
{
    ConfigBlock *block =
        config_graph_resource(apply->config, address_config_text(apply->arena, change->address));

    switch (change->action) {
    case ACTION_NONE:
        if (block && change->deposed.length == 0 && has_conditions(block_resource(block)))
            (void)add_make(apply, change, block, ACTION_NONE);
        break;
    case ACTION_CREATE:
    case ACTION_UPDATE:
    case ACTION_READ:
        (void)add_make(apply, change, block, change->action);
        break;
    case ACTION_REPLACE:
        graph_connect(apply->graph, add_delete(apply, change, ACTION_DELETE),
                      add_make(apply, change, block, ACTION_CREATE));
        break;
    case ACTION_CREATE_THEN_DELETE: {
        Vertex *make = add_make(apply, change, block, ACTION_CREATE);
        Vertex *gone = add_delete(apply, change, ACTION_DELETE);

        graph_connect(apply->graph, make, gone);
        graph_connect(apply->graph, vertices_of(apply, block)->after, gone);
        break;
    }
    case ACTION_DELETE:
    case ACTION_FORGET: {
        Vertex *gone = add_delete(apply, change, change->action);

        if (apply->update_first && block)
            graph_connect(apply->graph, vertices_of(apply, block)->after, gone);
        break;
    }
    }
}

/* Rule 4 for what is not configured any more: objects that stay and used it are updated first. */
static void connect_users(ApplyGraph *apply)
{
    for (size_t i = 0; i < apply->plan->changes.count; i++) {
        const Change *change = apply->plan->changes.items[i];
        const StateInstance *instance = state_find(apply->plan->refreshed, change->name);
        ConfigBlock *block = config_graph_resource(
            apply->config, address_config_text(apply->arena, change->address));

        if (change->action == ACTION_DELETE || !instance || !instance->current || !block ||
            change->deposed.length > 0)
            continue;
        for (size_t d = 0; d < instance->current->dependencies.count; d++) {
            DeleteGroup *group =
                table_find(&apply->groups, instance->current->dependencies.items[d]);

            if (group && !group->block)
                graph_connect(apply->graph, vertices_of(apply, block)->close, group->open);
        }
    }
}

static void connect_deletes(ApplyGraph *apply)
{
    for (size_t i = 0; i < apply->plan->changes.count; i++) {
        const Change *change = apply->plan->changes.items[i];
        const StateInstance *instance = state_find(apply->plan->refreshed, change->name);
        DeleteGroup *group =
            table_find(&apply->groups, address_config_text(apply->arena, change->address));

        if (group && instance && instance->current)
            connect_groups(apply, group, &instance->current->dependencies);
        if (group && group->block)
            connect_groups(apply, group, &group->block->dependencies);
    }
    if (apply->update_first)
        connect_users(apply);
}

static Graph *build(Arena *arena, const Plan *plan, const ConfigGraph *config, bool update_first)
{
    ApplyGraph apply = { .arena = arena,
                         .graph = graph_make(arena),
                         .plan = plan,
                         .config = config,
                         .update_first = update_first };

    add_blocks(&apply);
    for (size_t i = 0; i < plan->changes.count; i++)
        add_change(&apply, plan->changes.items[i]);
    connect_deletes(&apply);
    return apply.graph;
}

Graph *apply_graph_make(Arena *arena, const Plan *plan, const ConfigGraph *config, Diags *diags)
{
    Graph *graph = build(arena, plan, config, true);
    VertexList cycle = graph_cycle(graph, arena);
    TextBuilder builder = text_builder(arena);

    if (cycle.count > 0) {
        graph = build(arena, plan, config, false);
        cycle = graph_cycle(graph, arena);
    }
    if (cycle.count == 0)
        return graph;
    for (size_t i = 0; i < cycle.count; i++)
        text_add_format(&builder, "%s" TEXT_FMT, i > 0 ? ", " : "", TEXT(cycle.items[i]->name));
    diag_error(diags, RANGE_NONE, "Cycle",
               "The changes wait for each other in a circle: " TEXT_FMT ".",
               TEXT(text_built(&builder)));
    return NULL;
}
