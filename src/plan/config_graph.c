/* The graph of blocks as written: vertices first, then the edges that their references make. */
#include "config_graph.h"

#include "ephemeral.h"
#include "evaluate.h"
#include <stdlib.h>

Text config_module_name(Arena *arena, const Module *module)
{
    Text parent;

    if (!module->parent)
        return TEXT_NONE;
    parent = config_module_name(arena, module->parent);
    return text_format(arena, TEXT_FMT "%smodule." TEXT_FMT, TEXT(parent),
                       parent.length > 0 ? "." : "", TEXT(module->call_name));
}

static Text block_key(Arena *arena, const Module *module, const char *prefix, Text name)
{
    return text_format(arena, TEXT_FMT "|%s" TEXT_FMT, TEXT(config_module_name(arena, module)),
                       prefix, TEXT(name));
}

static Text resource_name(Arena *arena, const Resource *resource)
{
    return text_format(arena, "%s" TEXT_FMT "." TEXT_FMT,
                       resource->mode == MODE_DATA ? "data." : "", TEXT(resource->type),
                       TEXT(resource->name));
}

ConfigBlock *config_graph_add_block(ConfigGraph *graph, BlockKind kind, const Module *module,
                                    const void *written, Text key)
{
    ConfigBlock *block = arena_new(graph->arena, ConfigBlock);
    Text head, tail, name;

    (void)text_cut(key, TEXT_LIT("|"), &head, &tail);
    name = head.length > 0
               ? text_format(graph->arena, TEXT_FMT "." TEXT_FMT, TEXT(head), TEXT(tail))
               : tail;
    block->kind = kind;
    block->module = module;
    block->written = written;
    block->config_name = name;
    block->vertex = graph_add(graph->graph, name, block);
    table_put(graph->arena, &graph->blocks, key, block);
    return block;
}

static ConfigBlock *find_block(const ConfigGraph *graph, const Module *module, const char *prefix,
                               Text name)
{
    Arena scratch = { 0 };
    ConfigBlock *block = table_find(&graph->blocks, block_key(&scratch, module, prefix, name));

    arena_free(&scratch);
    return block;
}

/* --- vertices ---------------------------------------------------------------------------- */

static void add_module(ConfigGraph *graph, const Module *module, Diags *diags);

static void add_resource(ConfigGraph *graph, const Module *module, const Resource *resource,
                         Diags *diags)
{
    ConfigBlock *block = config_graph_add_block(
        graph, BLOCK_RESOURCE, module, resource,
        block_key(graph->arena, module, "", resource_name(graph->arena, resource)));
    Text local = resource->provider.local.length > 0 ? resource->provider.local
                                                     : module_type_provider(resource->type);

    block->schema = resource_schema(resource, module, diags);
    if (!block->schema)
        return;
    block->binding = schema_bind(block->schema, resource->body, graph->arena, diags);
    block->provider = config_graph_resolve_provider(graph, module, local, resource->provider.alias,
                                                    resource->provider.range, diags);
}

static void add_call(ConfigGraph *graph, const Module *module, const ModuleCall *call, Diags *diags)
{
    config_graph_add_block(graph, BLOCK_EXPAND, module, call,
                           block_key(graph->arena, module, "expand.", call->name));
    config_graph_add_block(graph, BLOCK_DEPENDS, module, call,
                           block_key(graph->arena, module, "depends.", call->name));
    if (call->module)
        add_module(graph, call->module, diags);
    config_graph_add_block(graph, BLOCK_CLOSE, module, call,
                           block_key(graph->arena, module, "module.", call->name));
}

static void add_check(ConfigGraph *graph, const Module *module, const Check *check)
{
    if (!graph->checks)
        graph->checks =
            config_graph_add_block(graph, BLOCK_CHECKS, graph->root, NULL,
                                   block_key(graph->arena, graph->root, "checks", TEXT_NONE));
    config_graph_add_block(graph, BLOCK_CHECK, module, check,
                           block_key(graph->arena, module, "check.", check->name));
}

static void add_module(ConfigGraph *graph, const Module *module, Diags *diags)
{
    for (size_t i = 0; i < module->variables.count; i++)
        config_graph_add_block(
            graph, BLOCK_VARIABLE, module, module->variables.items[i],
            block_key(graph->arena, module, "var.", module->variables.items[i]->name));
    for (size_t i = 0; i < module->locals.count; i++)
        config_graph_add_block(
            graph, BLOCK_LOCAL, module, module->locals.items[i],
            block_key(graph->arena, module, "local.", module->locals.items[i]->name));
    for (size_t i = 0; i < module->outputs.count; i++)
        config_graph_add_block(
            graph, BLOCK_OUTPUT, module, module->outputs.items[i],
            block_key(graph->arena, module, "output.", module->outputs.items[i]->name));
    for (size_t i = 0; i < module->resources.count; i++)
        add_resource(graph, module, module->resources.items[i], diags);
    for (size_t i = 0; i < module->checks.count; i++)
        add_check(graph, module, module->checks.items[i]);
    for (size_t i = 0; i < module->calls.count; i++)
        add_call(graph, module, module->calls.items[i], diags);
    for (size_t i = 0; i < module->providers.count; i++)
        (void)config_graph_configuration(
            graph, module, module->providers.items[i],
            module_provider_source(graph->arena, module, module->providers.items[i]->name.local),
            module->providers.items[i]->name.alias);
}

/* --- edges ------------------------------------------------------------------------------- */

/* What a reference leads to: the output of a call where it names one, else all of the module. */
static ConfigBlock *referenced(const ConfigGraph *graph, const Module *module,
                               const Reference *reference)
{
    switch (reference->kind) {
    case REFERENCE_VARIABLE:
        return find_block(graph, module, "var.", reference->name);
    case REFERENCE_LOCAL:
        return find_block(graph, module, "local.", reference->name);
    case REFERENCE_RESOURCE: {
        Arena scratch = { 0 };
        Text name = text_format(&scratch, "%s" TEXT_FMT "." TEXT_FMT,
                                reference->mode == MODE_DATA ? "data." : "", TEXT(reference->type),
                                TEXT(reference->name));
        ConfigBlock *block = find_block(graph, module, "", name);

        arena_free(&scratch);
        return block;
    }
    case REFERENCE_MODULE: {
        const ModuleCall *call = module_call(module, reference->name);
        ConfigBlock *output = call && call->module && reference->output.length > 0
                                  ? find_block(graph, call->module, "output.", reference->output)
                                  : NULL;

        return output ? output : find_block(graph, module, "module.", reference->name);
    }
    default:
        return NULL;
    }
}

/* The data source of a check block is there for that block alone. */
static bool may_refer(const ConfigBlock *block, const ConfigBlock *target)
{
    const Check *check = target->kind == BLOCK_RESOURCE ? block_resource(target)->check : NULL;

    return !check || block->written == check || block->written == check->data;
}

static void connect_references(ConfigGraph *graph, ConfigBlock *block, const Module *scope,
                               const ReferenceList *references, Diags *diags)
{
    for (size_t i = 0; i < references->count; i++) {
        const Reference *reference = &references->items[i];
        ConfigBlock *target = referenced(graph, scope, reference);

        if (target && may_refer(block, target))
            graph_connect(graph->graph, target->vertex, block->vertex);
        else if (target)
            diag_error(diags, reference->range, "Reference to scoped resource",
                       "The referenced data resource \"" TEXT_FMT "\" \"" TEXT_FMT
                       "\" is not available from this context.",
                       TEXT(reference->type), TEXT(reference->name));
    }
}

static void connect_expr(ConfigGraph *graph, ConfigBlock *block, const Module *scope,
                         const Expr *expr, Diags *diags)
{
    ReferenceList references = { 0 };
    Diags ignored =
        diags_make(graph->arena); /* what is no reference is reported when it is evaluated */

    if (!expr)
        return;
    expr_references(expr, graph->arena, &references, &ignored);
    connect_references(graph, block, scope, &references, diags);
}

static void connect_body(ConfigGraph *graph, ConfigBlock *block, const Module *scope,
                         const Body *body, Diags *diags)
{
    ReferenceList references = { 0 };
    Diags ignored = diags_make(graph->arena);

    body_references(body, graph->arena, &references, &ignored);
    connect_references(graph, block, scope, &references, diags);
}

/* depends_on is for the whole thing that it names: never for one output. */
static void connect_depends_on(ConfigGraph *graph, ConfigBlock *block, const Module *scope,
                               const TraversalList *depends_on, Diags *diags)
{
    for (size_t i = 0; i < depends_on->count; i++) {
        Reference reference;
        ConfigBlock *target;

        if (!reference_of(&depends_on->items[i], &reference, diags))
            continue;
        reference.output = TEXT_NONE;
        target = referenced(graph, scope, &reference);
        if (target)
            graph_connect(graph->graph, target->vertex, block->vertex);
        else
            diag_error(diags, reference.range, "Reference to undeclared resource",
                       "depends_on names \"" TEXT_FMT "\", which is not declared in this module.",
                       TEXT(range_text(reference.range)));
    }
}

static void connect_conditions(ConfigGraph *graph, ConfigBlock *block, const Module *scope,
                               const ConditionList *conditions, Diags *diags)
{
    for (size_t i = 0; i < conditions->count; i++) {
        connect_expr(graph, block, scope, conditions->items[i].condition, diags);
        connect_expr(graph, block, scope, conditions->items[i].error_message, diags);
    }
}

/* What a check reads is read last, when all else is as it will be. */
static void connect_to_checks(ConfigGraph *graph, ConfigBlock *block)
{
    if (graph->checks && block_resource(block)->check)
        graph_connect(graph->graph, graph->checks->vertex, block->vertex);
    else if (graph->checks && block_resource(block)->mode == MODE_MANAGED)
        graph_connect(graph->graph, block->vertex, graph->checks->vertex);
}

static void connect_resource(ConfigGraph *graph, ConfigBlock *block, Diags *diags)
{
    const Resource *resource = block->written;
    const Lifecycle *lifecycle = &resource->lifecycle;

    connect_expr(graph, block, block->module, resource->count, diags);
    connect_expr(graph, block, block->module, resource->for_each, diags);
    connect_body(graph, block, block->module, resource->body, diags);
    connect_depends_on(graph, block, block->module, &resource->depends_on, diags);
    for (size_t i = 0; i < lifecycle->replace_triggered_by.count; i++)
        connect_expr(graph, block, block->module, lifecycle->replace_triggered_by.items[i], diags);
    for (size_t i = 0; i < resource->provisioners.count; i++)
        connect_body(graph, block, block->module, resource->provisioners.items[i].body, diags);
    for (size_t i = 0; i < resource->connections.count; i++)
        connect_body(graph, block, block->module, resource->connections.items[i], diags);
    connect_conditions(graph, block, block->module, &lifecycle->preconditions, diags);
    connect_conditions(graph, block, block->module, &lifecycle->postconditions, diags);
    if (block->provider)
        graph_connect(graph->graph, block->provider->vertex, block->vertex);
    connect_to_checks(graph, block);
}

static void connect_check(ConfigGraph *graph, ConfigBlock *block, Diags *diags)
{
    const Check *check = block->written;

    connect_conditions(graph, block, block->module, &check->assertions, diags);
    if (check->data)
        graph_connect(
            graph->graph,
            find_block(graph, block->module, "", resource_name(graph->arena, check->data))->vertex,
            block->vertex);
}

/* What an import block evaluates is needed by the resource that it names. */
static void connect_imports(ConfigGraph *graph, Diags *diags)
{
    for (size_t i = 0; i < graph->root->imports.count; i++) {
        const Import *import = graph->root->imports.items[i];
        ConfigBlock *block =
            config_graph_resource(graph, address_config_text(graph->arena, import->resource));

        if (!block)
            continue;
        connect_expr(graph, block, graph->root, import->id, diags);
        connect_expr(graph, block, graph->root, import->for_each, diags);
    }
}

/* A child's variable takes its value from the argument in the calling module. */
static void connect_variable(ConfigGraph *graph, ConfigBlock *block, Diags *diags)
{
    const Variable *variable = block->written;
    const ModuleCall *call =
        block->module->parent ? module_call(block->module->parent, block->module->call_name) : NULL;

    for (size_t i = 0; i < variable->validations.count; i++)
        connect_expr(graph, block, block->module, variable->validations.items[i].condition, diags);
    for (size_t i = 0; call && i < call->arguments.attributes.count; i++)
        if (text_equal(call->arguments.attributes.items[i].name, variable->name))
            connect_expr(graph, block, block->module->parent,
                         call->arguments.attributes.items[i].expr, diags);
}

static void connect_block(ConfigGraph *graph, ConfigBlock *block, Diags *diags)
{
    switch (block->kind) {
    case BLOCK_VARIABLE:
        connect_variable(graph, block, diags);
        break;
    case BLOCK_LOCAL:
        connect_expr(graph, block, block->module, ((const Local *)block->written)->expr, diags);
        break;
    case BLOCK_OUTPUT:
        connect_expr(graph, block, block->module, ((const Output *)block->written)->value, diags);
        connect_depends_on(graph, block, block->module,
                           &((const Output *)block->written)->depends_on, diags);
        connect_conditions(graph, block, block->module,
                           &((const Output *)block->written)->preconditions, diags);
        break;
    case BLOCK_EXPAND:
        connect_expr(graph, block, block->module, ((const ModuleCall *)block->written)->count,
                     diags);
        connect_expr(graph, block, block->module, ((const ModuleCall *)block->written)->for_each,
                     diags);
        break;
    case BLOCK_DEPENDS:
        connect_depends_on(graph, block, block->module,
                           &((const ModuleCall *)block->written)->depends_on, diags);
        break;
    case BLOCK_RESOURCE:
        connect_resource(graph, block, diags);
        break;
    case BLOCK_PROVIDER:
        if (block->provider->block)
            connect_body(graph, block, block->module, block->provider->block->body, diags);
        break;
    case BLOCK_CHECK:
        connect_check(graph, block, diags);
        break;
    case BLOCK_CHECKS:
    case BLOCK_CLOSE:
        break;
    }
}

/* Whether it comes after everything else, so that nothing can wait for it. */
static bool is_of_check(const ConfigBlock *block)
{
    return block->kind == BLOCK_CHECK || block->kind == BLOCK_CHECKS ||
           (block->kind == BLOCK_RESOURCE && block_resource(block)->check);
}

/* Everything inside a module waits for its expansion, resources also for its depends_on; its close
 * waits for all but checks. */
static void connect_to_module(ConfigGraph *graph, ConfigBlock *block)
{
    const Module *inside = block->module;
    const Module *caller = inside->parent;

    if (!caller || block->kind == BLOCK_PROVIDER)
        return;
    graph_connect(graph->graph, find_block(graph, caller, "expand.", inside->call_name)->vertex,
                  block->vertex);
    if (block->kind == BLOCK_RESOURCE || block->kind == BLOCK_DEPENDS)
        graph_connect(graph->graph,
                      find_block(graph, caller, "depends.", inside->call_name)->vertex,
                      block->vertex);
    if (!is_of_check(block))
        graph_connect(graph->graph, block->vertex,
                      find_block(graph, caller, "module.", inside->call_name)->vertex);
}

/* --- what follows from the edges ----------------------------------------------------------- */

/* Where a block is written; nowhere for what stands for several. */
static Range block_range(const ConfigBlock *block)
{
    switch (block->kind) {
    case BLOCK_VARIABLE:
        return ((const Variable *)block->written)->range;
    case BLOCK_LOCAL:
        return ((const Local *)block->written)->range;
    case BLOCK_OUTPUT:
        return ((const Output *)block->written)->range;
    case BLOCK_RESOURCE:
        return block_resource(block)->range;
    default:
        return RANGE_NONE;
    }
}

/* All the names are in the summary, as under Terraform; the detail has the places. */
static bool report_cycle(const ConfigGraph *graph, Diags *diags)
{
    VertexList cycle = graph_cycle(graph->graph, graph->arena);
    TextBuilder names = text_builder(graph->arena), places = text_builder(graph->arena);

    if (cycle.count == 0)
        return false;
    text_add(&names, TEXT_LIT("Cycle: "));
    for (size_t i = 0; i < cycle.count; i++) {
        const ConfigBlock *block = cycle.items[i]->subject;
        Range range = block_range(block);

        text_add_format(&names, "%s" TEXT_FMT "%s", i > 0 ? ", " : "", TEXT(cycle.items[i]->name),
                        block->kind == BLOCK_RESOURCE ? "" : " (expand)");
        if (range.source)
            text_add_format(&places, "%s" TEXT_FMT, places.length > 0 ? ", " : " See ",
                            TEXT(range_place(graph->arena, range)));
    }
    if (places.length > 0)
        text_add_char(&places, '.');
    diag_error(diags, RANGE_NONE, text_built(&names).bytes,
               "These refer to each other in a circle, so none of them can be first." TEXT_FMT,
               TEXT(text_built(&places)));
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

/* All resources among a block's ancestors, for the state's record of what depends on what. */
static void note_dependencies(const ConfigGraph *graph, ConfigBlock *block)
{
    bool *reached = arena_array(graph->arena, bool, graph->graph->vertices.count);

    graph_ancestors(graph->graph, block->vertex, reached);
    for (size_t i = 0; i < graph->graph->vertices.count; i++) {
        ConfigBlock *other = graph->graph->vertices.items[i]->subject;

        if (!reached[i] || other == block || other->kind != BLOCK_RESOURCE)
            continue;
        list_add(graph->arena, &block->dependencies, other->config_name);
        other->create_before_destroy |=
            block->create_before_destroy; /* it spreads to what it depends on */
    }
    if (block->dependencies.count > 1)
        qsort(block->dependencies.items, block->dependencies.count, sizeof(Text), compare_texts);
}

static void note_early(const ConfigGraph *graph, ProviderConfiguration *provider)
{
    bool *reached = arena_array(graph->arena, bool, graph->graph->vertices.count);

    graph_ancestors(graph->graph, provider->vertex, reached);
    provider->early = true;
    for (size_t i = 0; i < graph->graph->vertices.count; i++)
        if (reached[i] &&
            ((ConfigBlock *)graph->graph->vertices.items[i]->subject)->kind == BLOCK_RESOURCE)
            provider->early = false;
}

static void note_all(const ConfigGraph *graph)
{
    for (size_t i = 0; i < graph->graph->vertices.count; i++) {
        ConfigBlock *block = graph->graph->vertices.items[i]->subject;

        if (block->kind == BLOCK_RESOURCE && block_resource(block)->mode == MODE_MANAGED)
            block->create_before_destroy = block_resource(block)->lifecycle.create_before_destroy;
    }
    for (size_t i = 0; i < graph->graph->vertices.count; i++) {
        ConfigBlock *block = graph->graph->vertices.items[i]->subject;
        if (block->kind == BLOCK_RESOURCE)
            note_dependencies(graph, block);
        else if (block->kind == BLOCK_PROVIDER)
            note_early(graph, block->provider);
    }
}

ConfigGraph *config_graph_make(Arena *arena, const Module *root, Diags *diags)
{
    ConfigGraph *graph = arena_new(arena, ConfigGraph);

    graph->arena = arena;
    graph->root = root;
    graph->graph = graph_make(arena);
    add_module(graph, root, diags);
    ephemeral_check_blocks(root, diags);
    for (size_t i = 0; i < graph->graph->vertices.count; i++) {
        ConfigBlock *block = graph->graph->vertices.items[i]->subject;

        connect_block(graph, block, diags);
        connect_to_module(graph, block);
    }
    if (report_cycle(graph, diags))
        return graph;
    note_all(graph);
    connect_imports(graph, diags); /* after that: no dependencies for the state */
    if (root->imports.count > 0)
        (void)report_cycle(graph, diags);
    return graph;
}

ConfigBlock *config_graph_resource(const ConfigGraph *graph, Text config_name)
{
    /* "module.a.module.b.aws_x.y": the key has a bar where the module's path ends. */
    Arena scratch = { 0 };
    Text rest = config_name;
    size_t path = 0;
    Text key;
    ConfigBlock *block;

    while (text_starts_with(rest, TEXT_LIT("module."))) {
        size_t dot = text_find(text_slice(rest, 7, rest.length), TEXT_LIT("."));

        if (dot == TEXT_NOT_FOUND)
            break;
        rest = text_slice(rest, 7 + dot + 1, rest.length);
        path = config_name.length - rest.length - 1;
    }
    key = text_format(&scratch, TEXT_FMT "|" TEXT_FMT, TEXT(text_slice(config_name, 0, path)),
                      TEXT(rest));
    block = table_find(&graph->blocks, key);
    arena_free(&scratch);
    return block && block->kind == BLOCK_RESOURCE ? block : NULL;
}

ConfigBlock *config_graph_output(const ConfigGraph *graph, Text name)
{
    return find_block(graph, graph->root, "output.", name);
}

const ConfigBlock *config_graph_close(const ConfigGraph *graph, const Module *module)
{
    return module->parent ? find_block(graph, module->parent, "module.", module->call_name) : NULL;
}
