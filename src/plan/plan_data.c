/* Data sources: read while planning where everything they need is known, else left for apply. */
#include "ephemeral.h"
#include "planner.h"

typedef struct DataRead {
    Planner *planner;
    ConfigBlock *block;
    Address address;
    Text name;
    Value configuration;
    PathList marked;
    Nanoseconds start;
} DataRead;

/* --- what has to happen first --------------------------------------------------------------- */

/* Whether something inside [config_name] (a resource or a module) is about to change. */
static bool changes_inside(const Planner *planner, Text config_name)
{
    Text inside = text_format(planner->arena, TEXT_FMT ".", TEXT(config_name));

    for (size_t i = 0; i < planner->plan->changes.count; i++) {
        const Change *change = planner->plan->changes.items[i];
        Text name = address_config_text(planner->arena, change->address);

        if (change->action != ACTION_NONE && change->address.mode == MODE_MANAGED &&
            (text_equal(name, config_name) || text_starts_with(name, inside)))
            return true;
    }
    return false;
}

static Text dependency_name(Arena *arena, const Module *module, const Reference *reference)
{
    Text path = TEXT_NONE;

    for (const Module *at = module; at->parent; at = at->parent)
        path = text_format(arena, "module." TEXT_FMT "." TEXT_FMT, TEXT(at->call_name), TEXT(path));
    if (reference->kind == REFERENCE_MODULE)
        return text_format(arena, TEXT_FMT "module." TEXT_FMT, TEXT(path), TEXT(reference->name));
    return text_format(arena, TEXT_FMT "%s" TEXT_FMT "." TEXT_FMT, TEXT(path),
                       reference->mode == MODE_DATA ? "data." : "", TEXT(reference->type),
                       TEXT(reference->name));
}

static bool is_pending(Planner *planner, const Module *module, const TraversalList *depends_on)
{
    Diags ignored = diags_make(planner->arena);

    for (size_t i = 0; i < depends_on->count; i++) {
        Reference reference;

        if (reference_of(&depends_on->items[i], &reference, &ignored) &&
            changes_inside(planner, dependency_name(planner->arena, module, &reference)))
            return true;
    }
    return false;
}

/* Its own depends_on, and those of the calls that it stands in. */
static bool dependency_pending(Planner *planner, const ConfigBlock *block)
{
    if (is_pending(planner, block->module, &block_resource(block)->depends_on))
        return true;
    for (const Module *module = block->module; module->parent; module = module->parent)
        if (is_pending(planner, module->parent,
                       &module_call(module->parent, module->call_name)->depends_on))
            return true;
    return false;
}

/* --- reading ------------------------------------------------------------------------------ */

static Value marked_value(const DataRead *read, Value value)
{
    Arena *arena = read->planner->arena;

    return schema_mark_sensitive(
        read->block->schema, path_apply_mark(arena, value, &read->marked, MARK_SENSITIVE), arena);
}

static void on_data(void *user, const OperationResult *result)
{
    DataRead *read = user;
    Planner *planner = read->planner;
    const PlanEvents *events = &planner->request->events;
    const ProviderConfiguration *provider = read->block->provider;
    Change keep = { .dependencies = read->block->dependencies };

    if (!plan_is_interrupted()) /* that is said once, at the end */
        diags_append_about(planner->diags, result->diags, read->name,
                           block_resource(read->block)->range);
    if (!result->failed) {
        Value value = marked_value(read, value_copy(planner->arena, result->object));

        evaluator_put_object(planner->evaluator, read->name, value);
        keep.dependencies = (TextList){ 0 }; /* the state does not keep them for data */
        state_put(planner->plan->refreshed, read->address, provider->name,
                  object_to_state(planner->arena, read->block->schema, value, false, &keep));
        if (events->read_complete)
            events->read_complete(events->user, read->name, clock_monotonic() - read->start,
                                  provider->kind->id(read->address.type, value));
    }
    if (--read->block->pending == 0)
        planner_complete(planner, read->block);
}

static void start_data(DataRead *read)
{
    Planner *planner = read->planner;
    const PlanEvents *events = &planner->request->events;
    ObjectRequest request = { .type = read->address.type,
                              .mode = MODE_DATA,
                              .address = read->name,
                              .done = on_data,
                              .user = read };

    if (events->read_start)
        events->read_start(events->user, read->name);
    read->start = clock_monotonic();
    read->block->provider->kind->read_data(read->block->provider->provider, &request,
                                           read->configuration);
}

static void defer_data(DataRead *read, Reason reason)
{
    Planner *planner = read->planner;
    const Schema *schema = read->block->schema;
    Change *change = planner_change(planner, read->address, TEXT_NONE, read->block->provider,
                                    schema, ACTION_READ);

    change->resource = block_resource(read->block);
    change->reason = reason;
    change->before = value_null(schema->type);
    change->configuration = marked_value(read, read->configuration);
    change->after = marked_value(
        read, schema_with_unknown_computed(schema, read->configuration, planner->arena));
    change->dependencies = read->block->dependencies;
    evaluator_put_object(planner->evaluator, read->name, change->after);
}

static void plan_data_instance(Planner *planner, ConfigBlock *block, ModuleInstance *module,
                               const Repetition *repetition, size_t index)
{
    DataRead *read = arena_new(planner->arena, DataRead);
    ScopeName names[2];
    Scope scope = evaluate_instance_scope(&module->scope, repetition, index, names, planner->arena);
    Diags own = diags_make(planner->arena);
    Value value = binding_decode(block->binding, &scope, planner->arena, &own);

    read->planner = planner;
    read->block = block;
    read->address = resource_address(module, block_resource(block), repetition->keys[index]);
    read->name = address_text(planner->arena, read->address);
    ephemeral_check_arguments(value, block->schema, block_resource(block)->body, planner->arena,
                              &own);
    path_marked(planner->arena, value, MARK_SENSITIVE, &read->marked);
    read->configuration = value_unmarked(planner->arena, value);
    diags_append(planner->diags, &own, read->name);
    if (diags_have_errors(&own))
        return;
    if (!value_is_wholly_known(read->configuration) || !block->provider->provider)
        defer_data(read, REASON_READ_CONFIG_UNKNOWN);
    else if (block->waits)
        defer_data(read, REASON_READ_DEPENDENCY_PENDING);
    else {
        block->pending++;
        start_data(read);
    }
}

bool plan_data(Planner *planner, ConfigBlock *block)
{
    ModuleInstanceList instances = evaluator_instances(planner->evaluator, block->module);

    block->waits = dependency_pending(planner, block);
    block->pending = 1; /* keeps a read that is answered at once from ending the block early */
    for (size_t m = 0; m < instances.count; m++) {
        const Repetition *repetition =
            evaluate_repetition(instances.items[m], block_resource(block));

        for (size_t i = 0; i < repetition->count; i++)
            plan_data_instance(planner, block, instances.items[m], repetition, i);
    }
    return --block->pending == 0;
}
