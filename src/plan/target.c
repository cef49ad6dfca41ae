/* What -target leaves in: what is named, what that needs, and (for a destroy) what needs it. */
#include "planner.h"

bool target_names(const Planner *planner, Text name)
{
    for (size_t i = 0; i < planner->request->targets.count; i++) {
        Text target = planner->request->targets.items[i];

        if (text_starts_with(name, target) &&
            (name.length == target.length || name.bytes[target.length] == '.' ||
             name.bytes[target.length] == '['))
            return true;
    }
    return false;
}

bool target_is_read(const Planner *planner, Text name, Text config_name)
{
    const ConfigBlock *block = config_graph_resource(planner->graph, config_name);

    return planner->request->targets.count == 0 || target_names(planner, name) ||
           (block && planner->whole[block->vertex->index]);
}

bool target_has_instance(const Planner *planner, Text name, Text config_name)
{
    if (planner->request->targets.count > 0 && planner->request->mode == PLAN_DESTROY)
        return target_names(planner, name) || table_has(&planner->dependents, config_name);
    return target_is_read(planner, name, config_name);
}

/* --- the configuration ----------------------------------------------------------------------- */

static bool has_keys(Address address)
{
    bool any = address.key.kind != KEY_NONE;

    for (size_t i = 0; i < address.module.count; i++)
        any = any || address.module.steps[i].key.kind != KEY_NONE;
    return any;
}

/* Whether a target names the resource as written, an instance of it, or a module around it. */
static bool names_block(Arena *arena, Address target, bool is_module, const ConfigBlock *block)
{
    if (!is_module)
        return text_equal(address_config_text(arena, target), block->config_name);
    return text_starts_with(
        block->config_name,
        text_format(arena, TEXT_FMT ".", TEXT(module_path_config_text(arena, target.module))));
}

static void note_target(Planner *planner, Text text)
{
    const Graph *graph = planner->graph->graph;
    Diags ignored = diags_make(planner->arena); /* the command line has been checked */
    Address target;
    bool is_module;

    if (!address_parse(planner->arena, text, RANGE_NONE, &target, &is_module, &ignored))
        return;
    for (size_t i = 0; i < graph->vertices.count; i++) {
        const Vertex *vertex = graph->vertices.items[i];
        const ConfigBlock *block = vertex->subject;

        if (block->kind != BLOCK_RESOURCE || !names_block(planner->arena, target, is_module, block))
            continue;
        planner->targeted[vertex->index] = true;
        if (!has_keys(target))
            graph_ancestors(graph, vertex, planner->whole);
        else /* of the resource itself only the instances that are named */
            for (size_t p = 0; p < vertex->previous.count; p++)
                graph_ancestors(graph, vertex->previous.items[p], planner->whole);
    }
}

/* An output of the root comes along when everything that it is made of does. */
static void note_output(Planner *planner, const Vertex *vertex)
{
    const Graph *graph = planner->graph->graph;
    Arena scratch = { 0 };
    bool *needed = arena_array(&scratch, bool, graph->vertices.count);
    size_t resources = 0, targeted = 0;

    graph_ancestors(graph, vertex, needed);
    for (size_t i = 0; i < graph->vertices.count; i++) {
        bool is_resource =
            needed[i] &&
            ((const ConfigBlock *)graph->vertices.items[i]->subject)->kind == BLOCK_RESOURCE;

        resources += is_resource;
        targeted += is_resource && planner->targeted[i];
    }
    for (size_t i = 0; i < graph->vertices.count && resources > 0 && targeted == resources; i++)
        planner->targeted[i] = planner->targeted[i] || needed[i];
    arena_free(&scratch);
}

/* --- the state ------------------------------------------------------------------------------- */

typedef struct Dependents {
    Arena *arena;
    Table users; /* resource as written -> TextList of those whose objects need it */
} Dependents;

static void note_users(Dependents *dependents, const InstanceObject *object, Text config_name)
{
    for (size_t i = 0; object && i < object->dependencies.count; i++) {
        TextList *users = table_find(&dependents->users, object->dependencies.items[i]);

        if (!users) {
            users = arena_new(dependents->arena, TextList);
            table_put(dependents->arena, &dependents->users, object->dependencies.items[i], users);
        }
        list_add(dependents->arena, users, config_name);
    }
}

/* What cannot stay when something that it needs is destroyed. */
static void note_dependents(Planner *planner)
{
    Dependents dependents = { .arena = planner->arena };
    const State *state = planner->request->state;

    for (size_t i = 0; i < state->instances.count; i++) {
        const StateInstance *instance = state->instances.entries[i].value;

        note_users(&dependents, instance->current,
                   address_config_text(planner->arena, instance->address));
    }
    for (size_t i = 0; i < state->instances.count; i++) {
        const StateInstance *instance = state->instances.entries[i].value;
        const TextList *users =
            target_names(planner, instance->name)
                ? table_find(&dependents.users,
                             address_config_text(planner->arena, instance->address))
                : NULL;

        for (size_t u = 0; users && u < users->count; u++)
            table_put(planner->arena, &planner->dependents, users->items[u], planner);
    }
    for (size_t i = 0; i < planner->dependents.count; i++) {
        const TextList *users = table_find(&dependents.users, planner->dependents.entries[i].key);

        for (size_t u = 0; users && u < users->count; u++)
            if (!table_has(&planner->dependents, users->items[u]))
                table_put(planner->arena, &planner->dependents, users->items[u], planner);
    }
}

/* --- all of it ------------------------------------------------------------------------------- */

void target_note(Planner *planner)
{
    const Graph *graph = planner->graph->graph;
    const TextList *targets = &planner->request->targets;

    if (targets->count == 0)
        return;
    planner->targeted = arena_array(planner->arena, bool, graph->vertices.count);
    planner->whole = arena_array(planner->arena, bool, graph->vertices.count);
    planner->plan->complete = false;
    diag_warning(planner->diags, RANGE_NONE, "Resource targeting is in effect",
                 "You are creating a plan with the -target option, which means that the result of "
                 "this plan may not represent all of the changes "
                 "requested by the current configuration. It is meant for exceptional situations, "
                 "not for routine use.");
    for (size_t t = 0; t < targets->count; t++)
        note_target(planner, targets->items[t]);
    for (size_t i = 0; i < graph->vertices.count; i++)
        planner->targeted[i] = planner->targeted[i] || planner->whole[i];
    for (size_t i = 0; i < graph->vertices.count; i++) {
        const ConfigBlock *block = graph->vertices.items[i]->subject;

        if (block->kind == BLOCK_OUTPUT && !block->module->parent)
            note_output(planner, graph->vertices.items[i]);
    }
    if (planner->request->mode == PLAN_DESTROY)
        note_dependents(planner);
}
