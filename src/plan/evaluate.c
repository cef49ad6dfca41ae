/* Values of variables, locals, outputs and resources, pulled by expressions and remembered. */
#include "evaluate.h"

#include "pipectl/lang/suggestion.h"
#include "pipectl/provider/provider.h"
#include <stdio.h>
#include <unistd.h>

typedef struct Remembered {
    bool running; /* asked for while it is being computed: a cycle that the graph has reported */
    Value value;
} Remembered;

static ModuleInstance *module_instance_make(Evaluator *evaluator, const Module *module,
                                            ModuleInstance *parent, const ModuleCall *call,
                                            InstanceKey key);

/* --- remembering ------------------------------------------------------------------------- */

/* The slot for a value, and whether it has to be computed (false: it is there, or being computed).
 */
static Remembered *recall(ModuleInstance *instance, const char *prefix, Text name,
                          bool *ret_compute)
{
    Arena *arena = instance->evaluator->arena;
    Text key = text_format(arena, "%s." TEXT_FMT, prefix, TEXT(name));
    Remembered *slot = table_find(&instance->values, key);

    *ret_compute = !slot;
    if (slot)
        return slot;
    slot = arena_new(arena, Remembered);
    slot->running = true;
    slot->value = value_unknown(type_dynamic);
    table_put(arena, &instance->values, key, slot);
    return slot;
}

static Value remember(Remembered *slot, Value value)
{
    slot->running = false;
    slot->value = value;
    return value;
}

/* --- variables, locals, outputs ---------------------------------------------------------- */

/* What an argument of a call gives to a variable: converted, defaults of optional() applied. */
static Value convert_variable(const Variable *variable, Value value, Range range,
                              Evaluator *evaluator)
{
    Value converted;
    Text why;

    if (value_is_null(value) && !variable->nullable && variable->has_default)
        value = variable->default_value;
    if (value_is_null(value) && !variable->nullable)
        diag_error(evaluator->diags, range, "Required variable not set",
                   "The variable \"" TEXT_FMT "\" must not be null.", TEXT(variable->name));
    if (variable->defaults && value_is_known(value))
        value = type_apply_defaults(evaluator->arena, variable->defaults, value);
    if (!value_convert(evaluator->arena, value, variable->type, &converted, &why)) {
        diag_error(evaluator->diags, range, "Invalid value for input variable",
                   "The given value is not suitable for \"" TEXT_FMT "\": " TEXT_FMT ".",
                   TEXT(variable->name), TEXT(why));
        return value_unknown(variable->type);
    }
    return converted;
}

/* A child module's variable: its call's argument, evaluated in the calling module. */
static Value call_argument(ModuleInstance *instance, const Variable *variable)
{
    Evaluator *evaluator = instance->evaluator;
    const Attribute *attribute = NULL;

    for (size_t i = 0; i < instance->call->arguments.attributes.count; i++)
        if (text_equal(instance->call->arguments.attributes.items[i].name, variable->name))
            attribute = &instance->call->arguments.attributes.items[i];
    if (attribute)
        return convert_variable(variable,
                                expr_evaluate(attribute->expr, &instance->call_scope,
                                              evaluator->arena, evaluator->diags),
                                expr_range(attribute->expr), evaluator);
    return variable->has_default ? variable->default_value : value_unknown(variable->type);
}

static Value root_variable(Evaluator *evaluator, const Variable *variable)
{
    const Value *given = table_find(&evaluator->variables, variable->name);

    return given ? *given : value_unknown(variable->type);
}

static void check_variable(ModuleInstance *instance, const Variable *variable)
{
    Conditioned subject = evaluate_subject(instance, "var", variable->name);

    subject.summary = "Invalid value for variable";
    evaluate_conditions(instance->evaluator, &variable->validations, &subject, &instance->scope,
                        instance->evaluator->diags);
}

Value evaluate_variable(ModuleInstance *instance, Text name)
{
    const Variable *variable = module_variable(instance->module, name);
    bool compute;
    Remembered *slot = recall(instance, "var", name, &compute);
    Value value;

    if (!compute || !variable)
        return slot->value;
    value = instance->parent ? call_argument(instance, variable)
                             : root_variable(instance->evaluator, variable);
    if (variable->sensitive)
        value = value_marked(value, MARK_SENSITIVE);
    remember(slot, value);
    if (!instance->evaluator->validating)
        check_variable(instance, variable);
    return value;
}

Value evaluate_local(ModuleInstance *instance, Text name)
{
    const Local *local = module_local(instance->module, name);
    bool compute;
    Remembered *slot = recall(instance, "local", name, &compute);

    if (!compute || !local)
        return slot->value;
    return remember(slot, expr_evaluate(local->expr, &instance->scope, instance->evaluator->arena,
                                        instance->evaluator->diags));
}

Value evaluate_output(ModuleInstance *instance, const Output *output)
{
    Evaluator *evaluator = instance->evaluator;
    bool compute;
    Remembered *slot = recall(instance, "output", output->name, &compute);
    Value value;

    if (!compute)
        return slot->value;
    Conditioned subject = evaluate_subject(instance, "output_value", output->name);

    subject.summary = "Module output value precondition failed";
    evaluate_conditions(evaluator, &output->preconditions, &subject, &instance->scope,
                        evaluator->diags);
    value = expr_evaluate(output->value, &instance->scope, evaluator->arena, evaluator->diags);
    if (!instance->parent && value_has_sensitive(value) && !output->sensitive)
        diag_error(evaluator->diags, output->range, "Output refers to sensitive values",
                   "The value of output \"" TEXT_FMT
                   "\" holds a sensitive value. To show that this is meant, set sensitive = true "
                   "in the output.",
                   TEXT(output->name));
    if (output->sensitive &&
        !instance->parent) /* of a child it changes nothing for who uses it: so Terraform does it */
        value = value_marked(value, MARK_SENSITIVE);
    return remember(slot, value);
}

/* --- module instances -------------------------------------------------------------------- */

static Repetition unknown_as_one(Repetition repetition, Arena *arena)
{
    if (repetition.kind != REPEAT_UNKNOWN)
        return repetition;
    repetition.keys = arena_array(arena, InstanceKey, 1);
    return repetition; /* count stays 0: nothing is planned for it, but its content is checked once
                        */
}

const ModuleExpansion *evaluate_expansion(ModuleInstance *instance, const ModuleCall *call)
{
    Arena *arena = instance->evaluator->arena;
    ModuleExpansion *expansion = table_find(&instance->children, call->name);

    if (expansion)
        return expansion;
    expansion = arena_new(arena, ModuleExpansion);
    expansion->repetition = repetition_unknown();
    table_put(arena, &instance->children, call->name,
              expansion); /* for_each may name the module itself */
    expansion->repetition = unknown_as_one(
        repetition_of(instance->evaluator, call->count, call->for_each, &instance->scope), arena);
    expansion->count =
        expansion->repetition.kind == REPEAT_UNKNOWN && instance->evaluator->validating
            ? 1
            : expansion->repetition.count;
    expansion->instances = arena_array(arena, ModuleInstance *, expansion->count + 1);
    for (size_t i = 0; i < expansion->count; i++) {
        ModuleInstance *child = module_instance_make(instance->evaluator, call->module, instance,
                                                     call, expansion->repetition.keys[i]);

        child->call_scope = evaluate_instance_scope(&instance->scope, &expansion->repetition, i,
                                                    child->call_names, arena);
        expansion->instances[i] = child;
    }
    return expansion;
}

const Repetition *evaluate_repetition(ModuleInstance *instance, const Resource *resource)
{
    Arena *arena = instance->evaluator->arena;
    Text key =
        text_format(arena, "%s" TEXT_FMT "." TEXT_FMT, resource->mode == MODE_DATA ? "data." : "",
                    TEXT(resource->type), TEXT(resource->name));
    Repetition *repetition = table_find(&instance->repetitions, key);

    if (repetition)
        return repetition;
    repetition = arena_new(arena, Repetition);
    *repetition = repetition_unknown();
    table_put(arena, &instance->repetitions, key,
              repetition); /* for_each may name the resource itself */
    *repetition = unknown_as_one(
        repetition_of(instance->evaluator, resource->count, resource->for_each, &instance->scope),
        arena);
    return repetition;
}

ModuleInstanceList evaluator_instances(Evaluator *evaluator, const Module *module)
{
    ModuleInstanceList list = { 0 };

    if (!module->parent) {
        list_add(evaluator->arena, &list, evaluator->root);
        return list;
    }
    ModuleInstanceList parents = evaluator_instances(evaluator, module->parent);
    for (size_t p = 0; p < parents.count; p++) {
        const ModuleCall *call = module_call(module->parent, module->call_name);
        const ModuleExpansion *expansion = evaluate_expansion(parents.items[p], call);

        for (size_t i = 0; i < expansion->count; i++)
            list_add(evaluator->arena, &list, expansion->instances[i]);
    }
    return list;
}

ModuleInstance *evaluator_instance(Evaluator *evaluator, ModulePath path)
{
    ModuleInstance *instance = evaluator->root;

    for (size_t s = 0; s < path.count; s++) {
        const ModuleCall *call = module_call(instance->module, path.steps[s].name);
        const ModuleExpansion *expansion =
            call && call->module ? evaluate_expansion(instance, call) : NULL;
        ModuleInstance *found = NULL;

        for (size_t i = 0; expansion && i < expansion->count && !found; i++)
            if (key_equal(expansion->repetition.keys[i], path.steps[s].key))
                found = expansion->instances[i];
        if (!found)
            return NULL;
        instance = found;
    }
    return instance;
}

bool evaluator_is_unknown(Evaluator *evaluator, ModulePath path)
{
    ModuleInstance *instance = evaluator->root;

    for (size_t s = 0; s < path.count && instance; s++) {
        const ModuleCall *call = module_call(instance->module, path.steps[s].name);
        const ModuleExpansion *expansion =
            call && call->module ? evaluate_expansion(instance, call) : NULL;
        ModuleInstance *next = NULL;

        if (expansion && expansion->repetition.kind == REPEAT_UNKNOWN)
            return true;
        for (size_t i = 0; expansion && i < expansion->count && !next; i++)
            if (key_equal(expansion->repetition.keys[i], path.steps[s].key))
                next = expansion->instances[i];
        instance = next;
    }
    return false;
}

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

        diag_error(diags, resource->range, "Invalid resource type",
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

static Value undeclared(const Reference *reference, const char *what,
                        const ModuleInstance *instance, Diags *diags)
{
    Arena scratch = { 0 };
    Text where = instance->parent
                     ? text_format(&scratch, "module " TEXT_FMT, TEXT(instance->module->call_name))
                     : TEXT_LIT("the root module");
    char summary[96];

    (void)snprintf(summary, sizeof summary, "Reference to undeclared %s", what);
    if (reference->kind == REFERENCE_RESOURCE)
        diag_error(diags, reference->range, summary,
                   "A %s \"" TEXT_FMT "\" \"" TEXT_FMT "\" has not been declared in " TEXT_FMT ".",
                   what, TEXT(reference->type), TEXT(reference->name), TEXT(where));
    else
        diag_error(diags, reference->range, summary,
                   "%s %s with the name \"" TEXT_FMT "\" has not been declared in " TEXT_FMT ".",
                   *what == 'i' ? "An" : "A", what, TEXT(reference->name), TEXT(where));
    arena_free(&scratch);
    return value_unknown(type_dynamic);
}

static Value resolve_resource(ModuleInstance *instance, const Reference *reference, size_t *used,
                              Diags *diags)
{
    const Resource *resource =
        module_resource(instance->module, reference->mode, reference->type, reference->name);
    const Repetition *repetition;
    size_t name_steps = reference->mode == MODE_DATA ? 2 : 1;

    *used = name_steps;
    if (!resource)
        return undeclared(reference, "resource", instance, diags);
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
        return undeclared(reference, "module", instance, diags);
    if (!call->module)
        return value_unknown(type_dynamic); /* could not be read: reported */
    expansion = evaluate_expansion(instance, call);
    if (expansion->repetition.kind != REPEAT_ONCE)
        return expansion_value(expansion, instance->evaluator->arena);
    if (reference->output.length == 0)
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

static Value resolve(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena,
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
                   : undeclared(&reference, "input variable", instance, diags);
    case REFERENCE_LOCAL:
        return module_local(instance->module, reference.name)
                   ? evaluate_local(instance, reference.name)
                   : undeclared(&reference, "local value", instance, diags);
    case REFERENCE_MODULE:
        return resolve_module(instance, &reference, ret_used, diags);
    case REFERENCE_RESOURCE:
        return resolve_resource(instance, &reference, ret_used, diags);
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

/* --- making ------------------------------------------------------------------------------ */

static ModuleInstance *module_instance_make(Evaluator *evaluator, const Module *module,
                                            ModuleInstance *parent, const ModuleCall *call,
                                            InstanceKey key)
{
    Arena *arena = evaluator->arena;
    ModuleInstance *instance = arena_new(arena, ModuleInstance);

    instance->evaluator = evaluator;
    instance->module = module;
    instance->parent = parent;
    instance->call = call;
    if (parent)
        instance->path = module_path_child(arena, parent->path, call->name, key);
    instance->name = module_path_text(arena, instance->path);
    instance->scope = (Scope){ .resolve = resolve, .user = instance, .directory = TEXT_NONE };
    return instance;
}

Evaluator *evaluator_make(Arena *arena, const Module *root, Text workspace, Diags *diags)
{
    Evaluator *evaluator = arena_new(arena, Evaluator);

    evaluator->arena = arena;
    evaluator->diags = diags;
    evaluator->root_module = root;
    evaluator->workspace = workspace;
    evaluator->checks.arena = arena;
    evaluator->root = module_instance_make(evaluator, root, NULL, NULL, KEY_OF_NONE);
    return evaluator;
}

void evaluator_put_variable(Evaluator *evaluator, Text name, Value value)
{
    Value *slot = arena_new(evaluator->arena, Value);

    *slot = value;
    table_put(evaluator->arena, &evaluator->variables, name, slot);
}

void evaluator_put_object(Evaluator *evaluator, Text name, Value object)
{
    Value *slot = arena_new(evaluator->arena, Value);

    *slot = object;
    table_put(evaluator->arena, &evaluator->objects, name, slot);
}
