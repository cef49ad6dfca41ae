/* Values of variables, locals, outputs and resources, pulled by expressions and remembered. */
#include "evaluate.h"

#include "ephemeral.h"
#include "infinite.h"

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

static const Attribute *argument_of(const ModuleInstance *instance, const Variable *variable)
{
    const BodyContent *arguments = &instance->call->arguments;

    for (size_t i = 0; i < arguments->attributes.count; i++)
        if (text_equal(arguments->attributes.items[i].name, variable->name))
            return &arguments->attributes.items[i];
    return NULL;
}

/* A child module's variable: its call's argument, evaluated in the calling module. */
static Value call_argument(ModuleInstance *instance, const Variable *variable)
{
    Evaluator *evaluator = instance->evaluator;
    const Attribute *attribute = argument_of(instance, variable);
    Value value;

    if (!attribute)
        return variable->has_default ? variable->default_value : value_unknown(variable->type);
    value =
        expr_evaluate(attribute->expr, &instance->call_scope, evaluator->arena, evaluator->diags);
    value =
        ephemeral_check_variable(variable, value, expr_range(attribute->expr), evaluator->diags);
    return convert_variable(variable, value, expr_range(attribute->expr), evaluator);
}

static Value root_variable(Evaluator *evaluator, const Variable *variable)
{
    const Value *given = table_find(&evaluator->variables, variable->name);

    return given ? *given : value_unknown(variable->type);
}

/* What gave the variable its value: the call's argument, a line of a file, or its own default. */
static Range given_at(const ModuleInstance *instance, const Variable *variable)
{
    const Range *range = table_find(&instance->evaluator->given, variable->name);
    const Attribute *attribute = instance->parent ? argument_of(instance, variable) : NULL;

    if (attribute)
        return expr_range(attribute->expr);
    return range && !instance->parent ? *range : variable->range;
}

static void check_variable(ModuleInstance *instance, const Variable *variable)
{
    Conditioned subject = evaluate_subject(instance, "var", variable->name);

    subject.summary = "Invalid value for variable";
    subject.given = given_at(instance, variable);
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
    value = value_marked(value, variable_marks(variable));
    remember(slot, value);
    check_variable(instance, variable);
    /* A rule is held against what a call says already; elsewhere no value stands for all of them.
     */
    if (instance->evaluator->validating)
        remember(slot, value_marked(value_unknown(variable->type), variable_marks(variable)));
    return slot->value;
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
    Conditioned subject = evaluate_subject(instance, "output", output->name);

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
    ephemeral_check_output(output, value, evaluator->diags);
    if (!instance->parent)
        infinite_check_output(output, value, evaluator->diags);
    if (output->ephemeral)
        value = value_marked(value, MARK_EPHEMERAL);
    if (output->sensitive &&
        !instance->parent) /* of a child it changes nothing for who uses it: so Terraform does it */
        value = value_marked(value, MARK_SENSITIVE);
    return remember(slot, value);
}

/* --- module instances -------------------------------------------------------------------- */

static Repetition unknown_as_one(Repetition repetition, const Evaluator *evaluator, Arena *arena)
{
    if (evaluator->untyped && repetition.kind != REPEAT_ONCE)
        repetition = repetition_unknown();
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
        repetition_of(instance->evaluator, call->count, call->for_each, &instance->scope),
        instance->evaluator, arena);
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
        instance->evaluator, arena);
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
    instance->scope = (Scope){ .resolve = evaluate_reference,
                               .check = evaluate_check_reference,
                               .user = instance,
                               .function = evaluate_function };
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

void evaluator_put_given(Evaluator *evaluator, const VariableInputList *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        Range *slot = arena_new(evaluator->arena, Range);

        *slot = inputs->items[i].range;
        table_put(evaluator->arena, &evaluator->given, inputs->items[i].name,
                  slot->source ? slot : NULL);
    }
}

void evaluator_put_object(Evaluator *evaluator, Text name, Value object)
{
    Value *slot = arena_new(evaluator->arena, Value);

    *slot = object;
    table_put(evaluator->arena, &evaluator->objects, name, slot);
}
