/* validate: everything that can be said without credentials, state or network. */
#include "planner.h"
#include "config_graph.h"
#include "ephemeral.h"
#include "evaluate.h"
#include "provision.h"
#include "pipectl/plan/plan.h"

static Value unknown_object(void *user, const ModuleInstance *module, const Resource *resource,
                            Text name)
{
    Diags *diags = user;
    Diags ignored =
        diags_make(diags->arena); /* a type that is not known is reported with its block */
    const Schema *schema = resource_schema(resource, module->module, &ignored);

    (void)name;
    return value_unknown(schema ? schema->type : type_dynamic);
}

/* Names below each and count that do not exist: said better here than where they are evaluated. */
static bool check_bound_names(const Resource *resource, Arena *arena, Diags *diags)
{
    TraversalList traversals = { 0 };
    size_t errors = diags->error_count;

    body_traversals(resource->body, arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++) {
        const Traversal *traversal = &traversals.items[i];
        Text name = traversal->count > 0 && !traversal->steps[0].is_index ? traversal->steps[0].name
                                                                          : TEXT_NONE;

        if (text_is(traversal->root, "each") && resource->for_each && !text_is(name, "key") &&
            !text_is(name, "value"))
            diag_error(diags, traversal->range, "Invalid \"each\" attribute",
                       "The \"each\" object has only the attributes key and value.");
        if (text_is(traversal->root, "count") && resource->count && !text_is(name, "index"))
            diag_error(diags, traversal->range, "Invalid \"count\" attribute",
                       "The \"count\" object has only the attribute index.");
    }
    return diags->error_count == errors;
}

/* What ignore_changes names must be there, and should be something that a configuration can change.
 */
static void check_ignored(const Schema *schema, const Resource *resource, Diags *diags)
{
    for (size_t i = 0; i < resource->lifecycle.ignore_changes.count; i++) {
        const Traversal *ignored = &resource->lifecycle.ignore_changes.items[i];
        const AttributeSchema *attribute = schema_attribute(schema, ignored->root);

        if (!attribute && !schema_block(schema, ignored->root))
            diag_error(diags, ignored->range, "Unsupported attribute",
                       "There is no argument or block named \"" TEXT_FMT "\" here.",
                       TEXT(ignored->root));
        else if (attribute && attribute->computed && !attribute->optional)
            diag_warning(diags, resource->range, "Redundant ignore_changes element",
                         "The attribute " TEXT_FMT
                         " is decided by the provider alone, so there is no change of the "
                         "configuration to ignore. Remove it from ignore_changes.",
                         TEXT(ignored->root));
    }
}

/* Once for each instance that can be told, with everything unknown that only a plan can know. */
static void validate_resource(Evaluator *evaluator, const ConfigBlock *block, Diags *diags)
{
    ModuleInstanceList instances = evaluator_instances(evaluator, block->module);
    const Resource *resource = block_resource(block);

    if (!block->schema || instances.count == 0 ||
        !check_bound_names(resource, evaluator->arena, diags))
        return;
    check_ignored(block->schema, resource, diags);
    const Repetition *repetition = evaluate_repetition(instances.items[0], resource);
    ScopeName names[2];
    Scope scope;
    Value value;
    size_t errors = diags->error_count;

    if (repetition->kind != REPEAT_UNKNOWN && repetition->count == 0)
        return; /* nothing to look at, but its shape, which has been */
    scope =
        evaluate_instance_scope(&instances.items[0]->scope, repetition, 0, names, evaluator->arena);
    provision_validate(resource, &scope, value_unknown(block->schema->type), evaluator->arena,
                       diags);
    value = binding_decode(block->binding, &scope, evaluator->arena, diags);
    ephemeral_check_arguments(value, block->schema, resource->body, evaluator->arena, diags);
    if (diags->error_count == errors && !binding_failed(block->binding) && block->provider &&
        block->provider->kind)
        (void)block->provider->kind->validate(resource->mode, resource->type,
                                              value_unmarked(evaluator->arena, value),
                                              resource->body, evaluator->arena, diags);
}

/* Pre- and postconditions are a plan's; before, only their expressions can be wrong. */
static void evaluate_rules(const ConditionList *conditions, const Scope *scope, Arena *arena,
                           Diags *diags)
{
    for (size_t i = 0; i < conditions->count; i++) {
        (void)expr_evaluate(conditions->items[i].condition, scope, arena, diags);
        (void)expr_evaluate(conditions->items[i].error_message, scope, arena, diags);
    }
}

/* Once, whatever count and for_each say: none of the values has a type yet. */
static void validate_untyped(Evaluator *evaluator, const ConfigBlock *block, Diags *diags)
{
    ModuleInstanceList instances = evaluator_instances(evaluator, block->module);
    const Resource *resource = block_resource(block);
    Value object = value_unknown(type_dynamic);
    ScopeName names[2], self = { TEXT_LIT("self"), object };
    Scope scope, inner = { .parent = &scope, .names = &self, .name_count = 1 };

    if (!block->schema || instances.count == 0 ||
        !check_bound_names(resource, evaluator->arena, diags))
        return;
    scope = evaluate_instance_scope(&instances.items[0]->scope,
                                    evaluate_repetition(instances.items[0], resource), 0, names,
                                    evaluator->arena);
    (void)binding_decode(block->binding, &scope, evaluator->arena, diags);
    provision_validate(resource, &scope, object, evaluator->arena, diags);
    evaluate_rules(&resource->lifecycle.preconditions, &scope, evaluator->arena, diags);
    evaluate_rules(&resource->lifecycle.postconditions, &inner, evaluator->arena, diags);
}

static void validate_provider(Evaluator *evaluator, const ProviderConfiguration *provider,
                              Diags *diags)
{
    ModuleInstanceList instances = evaluator_instances(evaluator, provider->module);

    if (provider->kind && provider->block && instances.count > 0)
        (void)schema_decode(provider->kind->configuration_schema(), provider->block->body,
                            &instances.items[0]->scope, evaluator->arena, diags);
}

static void validate_block(Evaluator *evaluator, const ConfigBlock *block, Diags *diags)
{
    ModuleInstanceList instances = evaluator_instances(evaluator, block->module);

    for (size_t i = 0; i < instances.count && i < 1; i++)
        switch (block->kind) {
        case BLOCK_VARIABLE:
            (void)evaluate_variable(instances.items[i], ((const Variable *)block->written)->name);
            break;
        case BLOCK_LOCAL:
            (void)evaluate_local(instances.items[i], ((const Local *)block->written)->name);
            break;
        case BLOCK_OUTPUT:
            (void)evaluate_output(instances.items[i], block->written);
            break;
        case BLOCK_EXPAND:
            (void)evaluate_expansion(instances.items[i], block->written);
            break;
        case BLOCK_RESOURCE:
            (evaluator->untyped ? validate_untyped : validate_resource)(evaluator, block, diags);
            break;
        case BLOCK_PROVIDER:
            validate_provider(evaluator, block->provider, diags);
            break;
        case BLOCK_CHECK:
            evaluate_check(instances.items[i], block->written);
            break;
        case BLOCK_CHECKS:
        case BLOCK_DEPENDS:
        case BLOCK_CLOSE:
            break;
        }
}

static void validate_blocks(Arena *arena, const Module *root, const ConfigGraph *graph,
                            bool untyped, Diags *diags)
{
    Evaluator *evaluator = evaluator_make(arena, root, TEXT_LIT("default"), diags);

    evaluator->validating = true;
    evaluator->untyped = untyped;
    evaluator->missing = unknown_object;
    evaluator->user = diags;
    for (size_t i = 0; i < graph->graph->vertices.count; i++)
        validate_block(evaluator, graph->graph->vertices.items[i]->subject, diags);
}

static Text mistake_key(const Diag *diag, Arena *arena)
{
    return text_format(arena, TEXT_FMT " " TEXT_FMT, TEXT(range_place(arena, diag->subject)),
                       TEXT(diag->summary));
}

/* The errors among [found] that nothing was said about yet. */
static void add_new_mistakes(Arena *arena, const Diags *found, Diags *diags)
{
    Table said = { 0 };

    if (found->error_count == 0)
        return;
    for (size_t i = 0; i < diags->list.count; i++)
        table_put(arena, &said, mistake_key(&diags->list.items[i], arena), &said);
    for (size_t i = 0; i < found->list.count; i++) {
        const Diag *diag = &found->list.items[i];

        if (diag->severity == SEVERITY_ERROR && !table_has(&said, mistake_key(diag, arena)))
            diag_add(diags, *diag);
    }
}

/*
 * Twice. With the types of the objects, which finds most; then with objects that have no type yet,
 * and each block once, as Terraform does it: of what has no type, some cannot be brought to one
 * type with the rest, and is refused whatever the types would be.
 */
ConfigGraph *plan_validate(Arena *arena, const Module *root, Diags *diags)
{
    size_t errors = diags->error_count;
    ConfigGraph *graph = config_graph_make(arena, root, diags);
    Diags untyped = diags_make(arena);

    imports_check_providers(root, diags);
    if (diags->error_count > errors && graph_cycle(graph->graph, arena).count > 0)
        return graph;
    validate_blocks(arena, root, graph, false, diags);
    validate_blocks(arena, root, graph, true, &untyped);
    add_new_mistakes(arena, &untyped, diags);
    return graph;
}
