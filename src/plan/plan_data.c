/* Data sources: read while planning where everything they need is known, else left for apply. */
#include "instance.h"
#include "planner.h"

typedef struct DataRead {
    Planner *planner;
    ConfigBlock *block;
    Instance *instance;
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

/* What has conditions also waits for what it refers to: that may be what makes them hold. */
static bool conditions_pending(const Planner *planner, const ConfigBlock *block)
{
    const Lifecycle *lifecycle = &block_resource(block)->lifecycle;

    if (lifecycle->preconditions.count + lifecycle->postconditions.count == 0)
        return false;
    for (size_t i = 0; i < block->dependencies.count; i++)
        if (changes_inside(planner, block->dependencies.items[i]))
            return true;
    return false;
}

/* Its own depends_on, and those of the calls that it stands in. */
static bool dependency_pending(Planner *planner, const ConfigBlock *block)
{
    if (conditions_pending(planner, block))
        return true;
    if (is_pending(planner, block->module, &block_resource(block)->depends_on))
        return true;
    for (const Module *module = block->module; module->parent; module = module->parent)
        if (is_pending(planner, module->parent,
                       &module_call(module->parent, module->call_name)->depends_on))
            return true;
    return false;
}

/* --- reading ------------------------------------------------------------------------------ */

/* A change that apply reads it with. */
static void add_read(DataRead *read, Reason reason, Value after)
{
    Planner *planner = read->planner;
    const Instance *instance = read->instance;
    const Schema *schema = read->block->schema;
    Change *change = planner_change(planner, instance->address, TEXT_NONE, read->block->provider,
                                    schema, ACTION_READ);

    change->resource = instance->resource;
    change->reason = reason;
    change->before = value_null(schema->type);
    change->configuration = instance_mark(instance, instance->configuration);
    change->after = after;
    change->dependencies = read->block->dependencies;
}

/* What is not known yet of it is left for apply. */
static Value unread_value(const DataRead *read)
{
    const Instance *instance = read->instance;

    return instance_mark(instance,
                         schema_with_unknown_computed(read->block->schema, instance->configuration,
                                                      read->planner->arena));
}

static void defer_data(DataRead *read, Reason reason)
{
    Value after = unread_value(read);

    add_read(read, reason, after);
    evaluator_put_object(read->planner->evaluator, read->instance->name, after);
    instance_check_postconditions(read->instance, after);
}

static void keep_data(DataRead *read, Value value)
{
    Planner *planner = read->planner;
    Change none = { 0 }; /* the state does not keep the dependencies of data */

    evaluator_put_object(planner->evaluator, read->instance->name, value);
    state_put(planner->plan->refreshed, read->instance->address, read->block->provider->name,
              object_to_state(planner->arena, read->block->schema, value, false, &none));
    /* A check is made again when all is applied, with what is there then. */
    if (read->instance->resource->check && planner->request->mode == PLAN_NORMAL)
        add_read(read, REASON_READ_CHECK_NESTED, value);
}

/* What cannot be read is a failed check where it stands in one, else a mistake. */
static void fail_data(DataRead *read, const Diags *why)
{
    Planner *planner = read->planner;
    const Instance *instance = read->instance;

    if (instance->resource->check) {
        evaluate_unread_check(instance->module, instance->resource, why, planner->diags);
        keep_data(read, unread_value(read));
        return;
    }
    if (!plan_is_interrupted()) /* that is said once, at the end */
        diags_append_about(planner->diags, why, instance->name, instance->resource->range);
    read->block->vertex->failed = true;
}

static void on_data(void *user, const OperationResult *result)
{
    DataRead *read = user;
    Planner *planner = read->planner;
    const PlanEvents *events = &planner->request->events;
    Instance *instance = read->instance;

    if (result->failed) {
        fail_data(read, result->diags);
    } else {
        Value value = instance_mark(instance, value_copy(planner->arena, result->object));
        size_t errors = planner->diags->error_count;

        diags_append_about(planner->diags, result->diags, instance->name,
                           instance->resource->range);
        keep_data(read, value);
        instance_check_postconditions(instance, value);
        read->block->vertex->failed |= planner->diags->error_count > errors;
        if (events->read_complete)
            events->read_complete(events->user, instance->name, clock_monotonic() - read->start,
                                  read->block->provider->kind->id(instance->address.type, value));
    }
    if (--read->block->pending == 0)
        planner_complete(planner, read->block);
}

static void start_data(DataRead *read)
{
    Planner *planner = read->planner;
    const PlanEvents *events = &planner->request->events;
    ObjectRequest request = { .type = read->instance->address.type,
                              .mode = MODE_DATA,
                              .address = read->instance->name,
                              .done = on_data,
                              .user = read };

    if (events->read_start)
        events->read_start(events->user, read->instance->name);
    read->start = clock_monotonic();
    read->block->provider->kind->read_data(read->block->provider->provider, &request,
                                           read->instance->configuration);
}

static void plan_data_instance(Planner *planner, ConfigBlock *block, ModuleInstance *module,
                               const Repetition *repetition, size_t index)
{
    DataRead *read = arena_new(planner->arena, DataRead);

    read->planner = planner;
    read->block = block;
    read->instance =
        instance_make(planner->arena, block, module, repetition, index, planner->diags);
    if (!instance_configure(read->instance))
        return;
    if (!value_is_wholly_known(read->instance->configuration) || !block->provider->provider)
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
