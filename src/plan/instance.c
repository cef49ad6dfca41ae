/* An instance's configuration, and the provider's answer to it. */
#include "instance.h"

#include "ephemeral.h"
#include "infinite.h"

/* --- ignore_changes ---------------------------------------------------------------------- */

static Path traversal_path(Arena *arena, const Traversal *traversal)
{
    Path path = path_child(arena, (Path){ 0 }, traversal->root);

    for (size_t i = 0; i < traversal->count; i++)
        path = traversal->steps[i].is_index ? path_index(arena, path, traversal->steps[i].key)
                                            : path_child(arena, path, traversal->steps[i].name);
    return path;
}

/* One member of a map: as it was before, present or absent. */
static Value with_prior_member(Arena *arena, Value map, Value prior_map, Text key)
{
    ValueBuilder builder = value_builder(arena);
    const Type *element = value_is_null(map) ? prior_map.type->element : map.type->element;
    Value before;

    for (size_t i = 0; !value_is_null(map) && i < value_count(map); i++)
        if (!text_equal(value_key_at(map, i), key))
            value_builder_put(&builder, value_key_at(map, i), value_at(map, i));
    if (!value_is_null(prior_map) && value_member(prior_map, key, &before))
        value_builder_put(&builder, key, before);
    if (builder.keys.count == 0 && value_is_null(prior_map))
        return prior_map;
    return value_built_map(&builder, element);
}

static Value ignore_one(Arena *arena, Value configuration, Value prior, Path path)
{
    Path parent = { path.steps, path.count - 1 };
    const PathStep *last = &path.steps[path.count - 1];
    Value before, map;

    if (last->is_index && path_get(configuration, parent, &map) && value_has_kind(map, TYPE_MAP) &&
        !value_is_unknown(map) && path_get(prior, parent, &before) &&
        value_has_kind(last->index, TYPE_STRING))
        return path_set(arena, configuration, parent,
                        with_prior_member(arena, map, before, value_text(last->index)));
    return path_get(prior, path, &before) ? path_set(arena, configuration, path, before)
                                          : configuration;
}

/* The configuration as if it said what is there already, where the user wants changes to be
 * ignored. */
static Value ignore_changes(const Instance *instance, Value configuration, Value prior)
{
    const Lifecycle *lifecycle = &instance->resource->lifecycle;
    Arena *arena = instance->arena;

    if (value_is_null(prior))
        return configuration;
    if (lifecycle->ignore_all)
        return prior;
    for (size_t i = 0; i < lifecycle->ignore_changes.count; i++)
        configuration = ignore_one(arena, configuration, prior,
                                   traversal_path(arena, &lifecycle->ignore_changes.items[i]));
    return configuration;
}

/* --- asking the provider --------------------------------------------------------------------- */

PlanAnswer instance_ask(const Instance *instance, Value prior)
{
    const ProviderConfiguration *provider = instance->block->provider;
    PlanRequest request = { .type = instance->address.type,
                            .address = instance->name,
                            .prior = prior,
                            .configuration =
                                ignore_changes(instance, instance->configuration, prior),
                            .written = instance->configuration,
                            .region = value_is_null(prior) ? TEXT_NONE : instance->region,
                            .body = instance->resource->body };
    PlanAnswer answer;
    Diags own = diags_make(instance->arena);

    request.proposed =
        schema_propose(instance->block->schema, prior, request.configuration, instance->arena);
    answer = provider->kind->plan(provider->provider, &request, instance->arena, &own);
    diags_append_about(instance->diags, &own, instance->name, instance->resource->range);
    if (provider->kind->goes_beyond)
        answer.planned = ignore_changes(instance, answer.planned, prior);
    return answer;
}

Value instance_mark(const Instance *instance, Value value)
{
    if (value_is_null(value))
        return value;
    value = path_apply_mark(instance->arena, value, &instance->marked, MARK_SENSITIVE);
    return schema_mark_sensitive(instance->block->schema, value, instance->arena);
}

/* --- the configuration ------------------------------------------------------------------------ */

void instance_check_postconditions(const Instance *instance, Value object)
{
    ScopeName self = { TEXT_LIT("self"), object };
    Scope scope = { .parent = &instance->scope, .names = &self, .name_count = 1 };
    Conditioned subject = { "resource", "Resource postcondition failed",
                            instance->block->config_name, instance->name, RANGE_NONE };

    evaluate_conditions(instance->module->evaluator, &instance->resource->lifecycle.postconditions,
                        &subject, &scope, instance->diags);
}

static void check_preconditions(const Instance *instance, Diags *diags)
{
    Conditioned subject = { "resource", "Resource precondition failed",
                            instance->block->config_name, instance->name, RANGE_NONE };

    evaluate_conditions(instance->module->evaluator, &instance->resource->lifecycle.preconditions,
                        &subject, &instance->scope, diags);
}

void instance_check_kept(Instance *instance, Value object)
{
    Diags *diags = instance->diags;
    Diags own = diags_make(instance->arena);

    check_preconditions(instance, &own);
    instance->diags = &own;
    instance_check_postconditions(instance, object);
    instance->diags = diags;
    for (size_t i = 0; i < own.list.count; i++) {
        own.list.items[i].severity = SEVERITY_WARNING;
        diag_add(diags, own.list.items[i]);
    }
}

bool instance_configure(Instance *instance)
{
    Diags own = diags_make(instance->arena);
    Value value;

    check_preconditions(instance, &own);
    value = binding_decode(instance->block->binding, &instance->scope, instance->arena, &own);
    ephemeral_check_arguments(value, instance->block->schema, instance->resource->body,
                              instance->arena, &own);
    infinite_check_arguments(value, instance->block->schema, instance->resource->body,
                             instance->arena, &own);
    path_marked(instance->arena, value, MARK_SENSITIVE, &instance->marked);
    instance->configuration = value_unmarked(instance->arena, value);
    if (!diags_have_errors(&own))
        (void)instance->block->provider->kind->validate(
            instance->address.mode, instance->address.type, instance->configuration,
            instance->resource->body, instance->arena, &own);
    diags_append(instance->diags, &own, instance->name);
    return !diags_have_errors(&own);
}

Instance *instance_make(Arena *arena, ConfigBlock *block, ModuleInstance *module,
                        const Repetition *repetition, size_t index, Diags *diags)
{
    Instance *instance = arena_new(arena, Instance);

    instance->arena = arena;
    instance->diags = diags;
    instance->block = block;
    instance->module = module;
    instance->resource = block_resource(block);
    instance->address = resource_address(module, instance->resource, repetition->keys[index]);
    instance->name = address_text(arena, instance->address);
    instance->scope =
        evaluate_instance_scope(&module->scope, repetition, index, instance->names, arena);
    instance->prior = value_null(block->schema->type);
    return instance;
}
