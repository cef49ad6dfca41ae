#include "pipectl/plan/console.h"

#include "planner.h"

struct Console {
    const ConsoleRequest *request;
    Arena *arena;
    Evaluator *evaluator;
    ConfigGraph *graph;
    Table resources; /* "module.a.aws_x.y" of those that have objects */
    Diags said;      /* what is wrong with values that are pulled again: said when it was opened */
};

/* --- objects -------------------------------------------------------------------------------- */

static void put_object(Console *console, Address address, Text name, Value object)
{
    evaluator_put_object(console->evaluator, name, object);
    table_put(console->arena, &console->resources, address_resource_text(console->arena, address),
              console);
}

static void put_from_state(Console *console, const StateInstance *instance, Diags *diags)
{
    ProviderConfiguration *provider =
        config_graph_provider(console->graph, instance->provider, instance->name, diags);
    const Schema *schema =
        provider ? provider->kind->schema(instance->address.mode, instance->address.type, diags)
                 : NULL;

    if (schema && instance->current)
        put_object(console, instance->address, instance->name,
                   object_from_state(provider, schema, instance->address.type, instance->current,
                                     instance->name, console->arena, diags));
}

static void put_objects(Console *console, Diags *diags)
{
    const Plan *plan = console->request->plan;
    StateInstanceList instances =
        state_sorted(plan ? plan->refreshed : console->request->state, console->arena);

    for (size_t i = 0; i < instances.count; i++)
        put_from_state(console, instances.items[i], diags);
    for (size_t i = 0; plan && i < plan->changes.count; i++) {
        const Change *change = plan->changes.items[i];

        if (change->deposed.length == 0 && !value_is_null(change->after))
            put_object(console, change->address, change->name, change->after);
    }
}

/* An instance without an object. */
static Value unknown_object(void *user, const ModuleInstance *module, const Resource *resource,
                            Text name)
{
    (void)user;
    (void)module;
    (void)resource;
    (void)name;
    return value_unknown(type_dynamic);
}

/* --- opening -------------------------------------------------------------------------------- */

/* A variable that nobody gave a value is unknown. */
static void put_variables(Console *console, Diags *diags)
{
    const ConsoleRequest *request = console->request;
    Value values =
        variables_values(console->arena, request->root, &request->variables, NULL, NULL, diags);

    for (size_t i = 0; i < request->root->variables.count; i++) {
        const Variable *variable = request->root->variables.items[i];
        Value value;

        if ((variable->has_default || variable_input(&request->variables, variable->name)) &&
            value_member(values, variable->name, &value))
            evaluator_put_variable(console->evaluator, variable->name, value);
    }
}

static Value refuse_type(Call *call)
{
    diag_error(call->diags, RANGE_NONE, "Invalid use of type function",
               "type() is known to the console alone, as the whole of what is asked.");
    return value_unknown(type_dynamic);
}

static const Function *console_function(const Scope *scope, Text name)
{
    static const Parameter parameters[] = { { "value", "any",
                                              ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED } };
    static const Function type = { .name = "type",
                                   .summary = "The type of a value.",
                                   .parameters = parameters,
                                   .parameter_count = 1,
                                   .result = "any",
                                   .body = refuse_type };

    return text_is(name, "type") ? &type : evaluate_function(scope, name);
}

/* Everything that has a value of its own, so that what is wrong is said at once, and once. */
static void evaluate_block(Console *console, const ConfigBlock *block)
{
    ModuleInstanceList instances = evaluator_instances(console->evaluator, block->module);

    for (size_t i = 0; i < instances.count; i++)
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
        default: /* instances of resources are the state's */
            break;
        }
}

Console *console_open(const ConsoleRequest *request, Diags *diags)
{
    Console *console = arena_new(request->arena, Console);
    size_t errors = diags->error_count;

    console->request = request;
    console->arena = request->arena;
    console->evaluator = evaluator_make(request->arena, request->root, request->workspace, diags);
    console->evaluator->missing = unknown_object;
    console->evaluator->resources = &console->resources;
    console->evaluator->applying = true;
    console->evaluator->time = request->plan ? request->plan->time : clock_now();
    console->graph = config_graph_make(request->arena, request->root, diags);
    put_variables(console, diags);
    if (diags->error_count > errors)
        return NULL;
    put_objects(console, diags);
    for (size_t i = 0; i < console->graph->graph->vertices.count; i++)
        evaluate_block(console, console->graph->graph->vertices.items[i]->subject);
    console->said = diags_make(request->arena);
    console->evaluator->diags = &console->said;
    return console;
}

/* --- asking --------------------------------------------------------------------------------- */

/* The argument where the expression is type(argument); NULL else. */
static const Expr *asked_type(const Expr *expr)
{
    const Expr *const *arguments;
    size_t count;
    Text name;

    expr = expr_without_parentheses(expr);
    return expr_call(expr, &name, &arguments, &count) && text_is(name, "type") && count == 1
               ? arguments[0]
               : NULL;
}

static const Expr *parse_input(Arena *arena, Text input, Diags *diags)
{
    const Source *source = source_make(arena, TEXT_LIT("<console-input>"), text_copy(arena, input));

    return expr_parse(arena, (ExprText){ .source = source, .text = source->text }, diags);
}

bool console_answer(Console *console, Text input, ConsoleAnswer *ret_answer, Diags *diags)
{
    size_t errors = diags->error_count;
    Scope scope = { .parent = &console->evaluator->root->scope, .function = console_function };
    const Expr *expr = parse_input(console->arena, input, diags);
    const Expr *of_type = expr ? asked_type(expr) : NULL;

    if (!expr)
        return false;
    *ret_answer = (ConsoleAnswer){ .kind = of_type ? ANSWER_TYPE : ANSWER_VALUE };
    if (of_type && asked_type(of_type)) {
        ret_answer->kind = ANSWER_TYPE_OF_TYPE;
        of_type = asked_type(of_type);
    }
    ret_answer->value = expr_evaluate(of_type ? of_type : expr, &scope, console->arena, diags);
    ret_answer->type = ret_answer->value.type;
    return diags->error_count == errors;
}
