/* What references in a module mean: variables, locals, objects, module outputs and fixed names. */
#include "evaluate.h"
#include "undeclared.h"

#include "pipectl/lang/suggestion.h"
#include "pipectl/provider/provider.h"
#include <stdio.h>
#include <unistd.h>

/* --- resources --------------------------------------------------------------------------- */

Address resource_address(const ModuleInstance *instance, const Resource *resource, InstanceKey key)
{
    return (Address){ instance->path, resource->mode, resource->type, resource->name, key };
}

const Schema *resource_schema(const Resource *resource, const Module *module, Diags *diags)
{
    Arena scratch = { 0 };
    Text local = resource->provider.local.length > 0 ? resource->provider.local
                                                     : module_type_provider(resource->type);
    const ProviderKind *kind =
        provider_kind_of_source(module_provider_source(&scratch, module, local));
    const Schema *schema = NULL;

    if (!kind)
        diag_error(diags, resource->range, "Unsupported provider",
                   "There is no built-in provider for \"" TEXT_FMT
                   "\": pipectl carries the providers aws, random and terraform.",
                   TEXT(local));
    else
        schema = kind->schema(resource->mode, resource->type, diags);
    if (kind && !schema) {
        size_t count;
        const Text *known = kind->types(resource->mode, &count);

        diag_error(diags, resource->type_range, "Invalid resource type",
                   "The provider %s has no %s type \"" TEXT_FMT
                   "\" that is supported here." TEXT_FMT " `pipectl types` lists those that are.",
                   kind->source, resource->mode == MODE_DATA ? "data source" : "resource",
                   TEXT(resource->type),
                   TEXT(suggestion_text(&scratch, resource->type, known, count)));
    }
    arena_free(&scratch);
    return schema;
}

static Value instance_value(ModuleInstance *instance, const Resource *resource, InstanceKey key)
{
    Evaluator *evaluator = instance->evaluator;
    Text name = address_text(evaluator->arena, resource_address(instance, resource, key));
    const Value *object = table_find(&evaluator->objects, name);

    if (object)
        return *object;
    return evaluator->missing ? evaluator->missing(evaluator->user, instance, resource, name)
                              : value_unknown(type_dynamic);
}

/* All instances as one value: the object itself, a tuple (count), an object by key (for_each). */
static Value aggregate_value(ModuleInstance *instance, const Resource *resource,
                             const Repetition *repetition)
{
    ValueBuilder builder = value_builder(instance->evaluator->arena);

    if (repetition->kind == REPEAT_UNKNOWN)
        return value_unknown(type_dynamic);
    if (repetition->kind == REPEAT_ONCE)
        return instance_value(instance, resource, KEY_OF_NONE);
    for (size_t i = 0; i < repetition->count; i++) {
        Value value = instance_value(instance, resource, repetition->keys[i]);

        if (repetition->kind == REPEAT_COUNT)
            value_builder_add(&builder, value);
        else
            value_builder_put(&builder, repetition->keys[i].text, value);
    }
    return repetition->kind == REPEAT_COUNT ? value_built_tuple(&builder)
                                            : value_built_object(&builder);
}

static Value remembered_aggregate(ModuleInstance *instance, const Resource *resource,
                                  const Repetition *repetition)
{
    Arena *arena = instance->evaluator->arena;
    Text key = text_format(arena, "%d " TEXT_FMT "." TEXT_FMT, (int)resource->mode,
                           TEXT(resource->type), TEXT(resource->name));
    Value *value = table_find(&instance->aggregates, key);

    if (value)
        return *value;
    value = arena_new(arena, Value);
    *value = aggregate_value(instance, resource, repetition);
    table_put(arena, &instance->aggregates, key, value);
    return *value;
}

static bool has_key(const Repetition *repetition, InstanceKey key)
{
    if (repetition->kind == REPEAT_COUNT)
        return key.kind == KEY_INTEGER && key.integer >= 0 &&
               (size_t)key.integer < repetition->count;
    for (size_t i = 0; i < repetition->count; i++)
        if (key_equal(repetition->keys[i], key))
            return true;
    return false;
}

/* --- references -------------------------------------------------------------------------- */

static bool has_objects(const ModuleInstance *instance, const Resource *resource)
{
    Evaluator *evaluator = instance->evaluator;

    return !evaluator->resources ||
           table_has(
               evaluator->resources,
               address_text(evaluator->arena, resource_address(instance, resource, KEY_OF_NONE)));
}

static Value resolve_resource(ModuleInstance *instance, const Reference *reference,
                              const Traversal *traversal, size_t *used, Diags *diags)
{
    const Resource *resource =
        module_resource(instance->module, reference->mode, reference->type, reference->name);
    const Repetition *repetition;
    size_t name_steps = reference->mode == MODE_DATA ? 2 : 1;

    *used = name_steps;
    if (!resource)
        return reference_undeclared(reference, instance, diags);
    if (!reference_key_fits(resource, reference, traversal, diags)) {
        *used = traversal->count;
        return value_unknown(type_dynamic);
    }
    if (instance->evaluator->untyped || !has_objects(instance, resource))
        return value_unknown(type_dynamic);
    repetition = evaluate_repetition(instance, resource);
    if (reference->key.kind != KEY_NONE && repetition->kind != REPEAT_UNKNOWN &&
        has_key(repetition, reference->key)) {
        *used = reference->used; /* one instance: the others are not looked at */
        return instance_value(instance, resource, reference->key);
    }
    return remembered_aggregate(instance, resource, repetition);
}

/* Whether it is sensitive is for the plan to find out: variables may have other values then. */
static Value output_seen_outside(ModuleInstance *child, const Output *output)
{
    Value value = evaluate_output(child, output);

    return child->evaluator->validating ? value_unmarked(child->evaluator->arena, value) : value;
}

static Value module_outputs(ModuleInstance *child)
{
    ValueBuilder builder = value_builder(child->evaluator->arena);

    for (size_t i = 0; i < child->module->outputs.count; i++)
        value_builder_put(&builder, child->module->outputs.items[i]->name,
                          output_seen_outside(child, child->module->outputs.items[i]));
    return value_built_object(&builder);
}

/* What a call says of its module before anything in it has a type: the names of its outputs. */
static Value untyped_outputs(const ModuleCall *call, Arena *arena)
{
    size_t count = call->module->outputs.count;
    Text *names = arena_array(arena, Text, count);
    const Type **types = arena_array(arena, const Type *, count);
    const Type *type;

    for (size_t i = 0; i < count; i++) {
        names[i] = call->module->outputs.items[i]->name;
        types[i] = type_dynamic;
    }
    type = type_object(names, types, NULL, count);
    return value_unknown(call->count ? type_list(type) : call->for_each ? type_map(type) : type);
}

static Value expansion_value(const ModuleExpansion *expansion, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    if (expansion->repetition.kind == REPEAT_UNKNOWN)
        return value_unknown(type_dynamic);
    for (size_t i = 0; i < expansion->count; i++) {
        Value outputs = module_outputs(expansion->instances[i]);

        if (expansion->repetition.kind == REPEAT_EACH)
            value_builder_put(&builder, expansion->repetition.keys[i].text, outputs);
        else
            value_builder_add(&builder, outputs);
    }
    return expansion->repetition.kind == REPEAT_EACH ? value_built_object(&builder)
                                                     : value_built_tuple(&builder);
}

static Value resolve_module(ModuleInstance *instance, const Reference *reference, size_t *used,
                            Diags *diags)
{
    const ModuleCall *call = module_call(instance->module, reference->name);
    const ModuleExpansion *expansion;

    *used = 1;
    if (!call)
        return reference_undeclared(reference, instance, diags);
    if (!call->module)
        return value_unknown(type_dynamic); /* could not be read: reported */
    if (instance->evaluator->untyped) {
        if (reference->key.kind == KEY_NONE || call->count || call->for_each)
            return untyped_outputs(call, instance->evaluator->arena);
        *used = reference->used; /* as if the call had count, see below */
        return value_unknown(type_dynamic);
    }
    expansion = evaluate_expansion(instance, call);
    if (expansion->repetition.kind != REPEAT_ONCE)
        return expansion_value(expansion, instance->evaluator->arena);
    /* With an index, as if the call had count: the index is what does not apply. */
    if (reference->output.length == 0 ||
        (reference->key.kind != KEY_NONE && !instance->evaluator->validating))
        return module_outputs(expansion->instances[0]);

    const Output *output = module_output(call->module, reference->output);
    if (!output) {
        diag_error(diags, reference->range, "Unsupported attribute",
                   "The module \"" TEXT_FMT "\" has no output named \"" TEXT_FMT "\".",
                   TEXT(call->name), TEXT(reference->output));
        *used = reference->used;
        return value_unknown(type_dynamic);
    }
    *used = 2;
    return output_seen_outside(expansion->instances[0], output);
}

/* An object of names that has no value of its own: each, path, terraform ... */
static Value invalid_attribute(const Reference *reference, const char *object,
                               const char *attributes, Arena *arena, Diags *diags)
{
    Text summary = text_format(arena, "Invalid \"%s\" attribute", object);

    diag_error(diags, reference->range, text_cstring(arena, summary),
               "The \"%s\" object has no attribute named \"" TEXT_FMT "\": there is %s.", object,
               TEXT(reference->name), attributes);
    return value_unknown(type_dynamic);
}

static Value resolve_path(const ModuleInstance *instance, const Reference *reference, Diags *diags)
{
    Arena *arena = instance->evaluator->arena;

    if (text_is(reference->name, "module"))
        return value_string(arena, instance->module->directory);
    if (text_is(reference->name, "root"))
        return value_string(arena, instance->evaluator->root_module->directory);
    if (text_is(reference->name, "cwd")) {
        char directory[4096];

        return value_string(arena, text_of(getcwd(directory, sizeof directory) ? directory : "."));
    }
    return invalid_attribute(reference, "path", "module, root, and cwd", arena, diags);
}

static Value resolve_terraform(const ModuleInstance *instance, const Reference *reference,
                               Diags *diags)
{
    if (text_is(reference->name, "workspace"))
        return value_string(instance->evaluator->arena, instance->evaluator->workspace);
    return invalid_attribute(reference, "terraform", "only workspace", instance->evaluator->arena,
                             diags);
}

static Value resolve_bound(const Reference *reference, Arena *arena, Diags *diags)
{
    static const char *const needs[] = {
        [REFERENCE_EACH] = "each.key and each.value are only there in blocks with for_each",
        [REFERENCE_COUNT] = "count.index is only there in blocks with count",
        [REFERENCE_SELF] = "self is only there in provisioners, connections and postconditions",
    };

    if (reference->kind != REFERENCE_SELF && reference->name.length == 0)
        return reference->kind == REFERENCE_EACH
                   ? invalid_attribute(reference, "each", "key, and value", arena, diags)
                   : invalid_attribute(reference, "count", "only index", arena, diags);
    diag_error(diags, reference->range,
               reference->kind == REFERENCE_EACH
                   ? (text_is(reference->name, "value")
                          ? "each.value cannot be used in this context"
                          : "Reference to \"each\" in context without for_each")
               : reference->kind == REFERENCE_COUNT
                   ? "Reference to \"count\" in non-counted context"
                   : "Invalid \"self\" reference",
               "%s.", needs[reference->kind]);
    return value_unknown(type_dynamic);
}

static bool is_declared(const ModuleInstance *instance, const Reference *reference)
{
    const Module *module = instance->module;

    switch (reference->kind) {
    case REFERENCE_VARIABLE:
        return module_variable(module, reference->name);
    case REFERENCE_LOCAL:
        return module_local(module, reference->name);
    case REFERENCE_RESOURCE:
        return module_resource(module, reference->mode, reference->type, reference->name);
    case REFERENCE_MODULE:
        return module_call(module, reference->name);
    case REFERENCE_PATH:
        return text_is(reference->name, "module") || text_is(reference->name, "root") ||
               text_is(reference->name, "cwd");
    case REFERENCE_TERRAFORM:
        return text_is(reference->name, "workspace");
    case REFERENCE_EACH:
    case REFERENCE_COUNT:
    case REFERENCE_SELF:
        return false; /* else they would be bound */
    default:
        return true;
    }
}

void evaluate_check_reference(void *user, const Traversal *traversal, Diags *diags)
{
    ModuleInstance *instance = user;
    Reference reference;
    size_t used;

    /* What says so when it is evaluated, says it here, too. */
    if (reference_of(traversal, &reference, diags) && !is_declared(instance, &reference))
        (void)evaluate_reference(instance, traversal, &used, instance->evaluator->arena, diags);
}

Value evaluate_reference(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena,
                         Diags *diags)
{
    ModuleInstance *instance = user;
    Reference reference;

    *ret_used = traversal->count;
    if (!reference_of(traversal, &reference, diags))
        return value_unknown(type_dynamic);
    *ret_used = traversal->count > 0 ? 1 : 0;
    switch (reference.kind) {
    case REFERENCE_VARIABLE:
        return module_variable(instance->module, reference.name)
                   ? evaluate_variable(instance, reference.name)
                   : reference_undeclared(&reference, instance, diags);
    case REFERENCE_LOCAL:
        return module_local(instance->module, reference.name)
                   ? evaluate_local(instance, reference.name)
                   : reference_undeclared(&reference, instance, diags);
    case REFERENCE_MODULE:
        return resolve_module(instance, &reference, ret_used, diags);
    case REFERENCE_RESOURCE:
        return resolve_resource(instance, &reference, traversal, ret_used, diags);
    case REFERENCE_PATH:
        return resolve_path(instance, &reference, diags);
    case REFERENCE_TERRAFORM:
        return resolve_terraform(instance, &reference, diags);
    case REFERENCE_EACH:
    case REFERENCE_COUNT:
    case REFERENCE_SELF:
        return resolve_bound(&reference, arena, diags);
    }
    return value_unknown(type_dynamic);
}
