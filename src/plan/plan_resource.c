/* One managed resource: for each of its instances, what is, what should be, and the Change between.
 */
#include "instance.h"
#include "planner.h"
#include "triggers.h"

/* --- reasons to replace ------------------------------------------------------------------- */

static bool is_requested(const Planner *planner, const Instance *instance)
{
    for (size_t i = 0; i < planner->request->replace.count; i++)
        if (text_equal(planner->request->replace.items[i], instance->name))
            return true;
    return false;
}

/* --- planning one instance ----------------------------------------------------------------- */

static Reason replace_reason(const Planner *planner, const Instance *instance,
                             const Refresh *refresh, const PlanAnswer *answer)
{
    if (triggers_replacement(planner, instance)) /* the first to be named, as under Terraform */
        return REASON_REPLACE_BY_TRIGGERS;
    if (refresh->object->tainted)
        return REASON_REPLACE_TAINTED;
    if (answer->replace.count > 0)
        return REASON_REPLACE_CANNOT_UPDATE;
    return is_requested(planner, instance) ? REASON_REPLACE_BY_REQUEST : REASON_NONE;
}

static void check_prevent_destroy(Planner *planner, const Resource *resource, Text name)
{
    if (resource->lifecycle.prevent_destroy)
        diag_add(planner->diags,
                 (Diag){ .severity = SEVERITY_ERROR,
                         .summary = TEXT_LIT("Instance cannot be destroyed"),
                         .detail = text_format(
                             planner->arena,
                             "Resource " TEXT_FMT " has lifecycle.prevent_destroy set, but the "
                             "plan calls for it to be destroyed. "
                             "To avoid this error and continue, either disable prevent_destroy or "
                             "reduce the scope of the plan with -target.",
                             TEXT(name)),
                         .subject = resource->range,
                         .address = name });
}

/* [after] has its marks. What the instance made of it lives in its own arena: the change keeps copies. */
static Change *make_change(Planner *planner, const Instance *instance, const Refresh *refresh,
                           Action action, Value after)
{
    ConfigBlock *block = instance->block;
    Change *change = planner_change(planner, instance->address, TEXT_NONE, block->provider,
                                    block->schema, action);

    change->resource = instance->resource;
    change->before = value_is_null(instance->prior) ? instance->prior : refresh->read;
    change->after = action == ACTION_NONE ? refresh->read : value_copy(planner->arena, after);
    change->configuration =
        value_copy(planner->arena, instance_mark(instance, instance->configuration));
    change->dependencies = block->dependencies;
    change->create_before_destroy = block->create_before_destroy;
    change->region = instance->region;
    change->import_id = refresh && refresh->import ? refresh->import->id : TEXT_NONE;
    for (size_t i = 0; planner->request->generated && i < planner->request->generated->count; i++)
        if (text_equal(planner->request->generated->items[i].name, change->name))
            change->generated = planner->request->generated->items[i].config;
    change->private_json = refresh ? refresh->object->private_json : TEXT_NONE;
    return change;
}

static void copy_paths(Arena *arena, const PathList *paths, PathList *copies)
{
    for (size_t i = 0; i < paths->count; i++)
        list_add(arena, copies, path_copy(arena, paths->items[i]));
}

/* Before against configured: nothing, an update, or another object. */
static Change *plan_existing(Planner *planner, const Instance *instance, const Refresh *refresh)
{
    PlanAnswer answer = instance_ask(instance, instance->prior);
    Reason reason = replace_reason(planner, instance, refresh, &answer);
    Change *change;

    if (reason == REASON_NONE) { /* what becomes or was sensitive is a change of the state */
        Value after = instance_mark(instance, answer.planned);
        bool same = value_same(answer.planned, instance->prior) &&
                    value_same_marked(after, refresh->read);

        return make_change(planner, instance, refresh, same ? ACTION_NONE : ACTION_UPDATE, after);
    }
    check_prevent_destroy(planner, instance->resource, instance->name);
    change = make_change(
        planner, instance, refresh,
        instance->block->create_before_destroy ? ACTION_CREATE_THEN_DELETE : ACTION_REPLACE,
        instance_mark(instance,
                      instance_ask(instance, value_null(instance->block->schema->type)).planned));
    change->reason = reason;
    if (reason != REASON_REPLACE_TAINTED) /* it is replaced whatever changes */
        copy_paths(planner->arena, &answer.replace, &change->replace);
    change->note = text_copy(planner->arena, answer.note);
    return change;
}

static void plan_instance(Planner *planner, Instance *instance)
{
    Refresh *refresh = refresh_find(planner, instance->name, TEXT_NONE);
    size_t errors = planner->diags->error_count;
    Change *change;

    if ((refresh && refresh->failed) ||
        !target_has_instance(planner, instance->name, instance->block->config_name))
        return;
    if (refresh) {
        instance->prior = value_unmarked(instance->arena, refresh->read);
        instance->region = refresh->region;
    }
    if (!instance_configure(instance))
        return;
    if (value_is_null(instance->prior))
        (void)triggers_replacement(planner, instance); /* only for what is wrong with it */
    if (planner->diags->error_count > errors)
        return;
    change = value_is_null(instance->prior)
                 ? make_change(
                       planner, instance, refresh, ACTION_CREATE,
                       instance_mark(instance, instance_ask(instance, instance->prior).planned))
                 : plan_existing(planner, instance, refresh);
    if (planner->diags->error_count > errors)
        return;
    evaluator_put_object(planner->evaluator, change->name, change->after);
    instance_check_postconditions(instance, change->after);
}

/* Of a refresh-only plan: nothing is planned, and others see the object as it was read. */
static void keep_instance(Planner *planner, Instance *instance)
{
    Refresh *refresh = refresh_find(planner, instance->name, TEXT_NONE);

    if (!refresh || refresh->failed || value_is_null(refresh->read) ||
        !target_has_instance(planner, instance->name, instance->block->config_name))
        return;
    evaluator_put_object(planner->evaluator, refresh->instance->name, refresh->read);
    instance_check_kept(instance, refresh->read);
}

/* What is needed only to come to a decision goes with it, unless messages hold on to it. */
static void plan_one(Planner *planner, ConfigBlock *block, ModuleInstance *module,
                     const Repetition *repetition, size_t index)
{
    static Arena scratch;
    ArenaMark mark = arena_mark(&scratch);
    size_t messages = planner->diags->list.count;
    Instance *instance = instance_make(&scratch, block, module, repetition, index, planner->diags);

    instance->name = text_copy(planner->arena, instance->name);
    if (planner->request->mode == PLAN_REFRESH_ONLY) {
        keep_instance(planner, instance);
    } else {
        table_put(planner->arena, &planner->visited, instance->name, block);
        plan_instance(planner, instance);
    }
    if (planner->diags->list.count == messages)
        arena_rewind(&scratch, mark);
}

/* --- objects that are not wanted any more ------------------------------------------------- */

void plan_orphan(Planner *planner, Refresh *refresh, Reason reason)
{
    Change *change;

    table_put(planner->arena, &planner->visited, refresh->instance->name, refresh);
    if (refresh->failed || value_is_null(refresh->read) || !refresh->provider)
        return;
    change = planner_change(planner, refresh->instance->address, refresh->deposed,
                            refresh->provider, refresh->schema, ACTION_DELETE);
    if (planner->request->mode != PLAN_DESTROY &&
        removals_forget(&planner->removals, change->address, planner->arena))
        change->action = ACTION_FORGET;
    change->reason = reason;
    change->before = refresh->read;
    change->after = value_null(refresh->schema->type);
    change->configuration = change->after;
    change->dependencies = refresh->object->dependencies;
    change->create_before_destroy = refresh->object->create_before_destroy;
    change->region = refresh->region;
    change->private_json = refresh->object->private_json;
}

/* What a target only needs is left with its deposed objects. */
static bool is_wanted_gone(const Planner *planner, const Refresh *refresh)
{
    return planner->request->targets.count == 0 || planner->request->mode == PLAN_DESTROY ||
           target_names(planner, refresh->instance->name);
}

/* Objects of a configured resource whose key is not among its instances, and deposed ones. */
static void plan_leftovers(Planner *planner, const ModuleInstance *module, const Resource *resource,
                           const Repetition *repetition)
{
    static const Reason reasons[] = { [REPEAT_ONCE] = REASON_DELETE_WRONG_REPETITION,
                                      [REPEAT_COUNT] = REASON_DELETE_COUNT_INDEX,
                                      [REPEAT_EACH] = REASON_DELETE_EACH_KEY };
    const RefreshList *list =
        refresh_of_resource(planner, resource_address(module, resource, KEY_OF_NONE));

    for (size_t i = 0; i < list->count && repetition->kind != REPEAT_UNKNOWN; i++) {
        Refresh *refresh = list->items[i];
        InstanceKey key = refresh->instance->address.key;
        bool fits = (repetition->kind == REPEAT_ONCE) == (key.kind == KEY_NONE) &&
                    (repetition->kind == REPEAT_COUNT) == (key.kind == KEY_INTEGER);

        if (!target_has_instance(planner, refresh->instance->name,
                                 address_config_text(planner->arena, refresh->instance->address)))
            continue;
        if (refresh->deposed.length > 0) {
            if (is_wanted_gone(planner, refresh))
                plan_orphan(planner, refresh, REASON_NONE);
        } else if (!table_has(&planner->visited, refresh->instance->name)) {
            plan_orphan(planner, refresh,
                        fits ? reasons[repetition->kind] : REASON_DELETE_WRONG_REPETITION);
            check_prevent_destroy(planner, resource, refresh->instance->name);
        }
    }
}

/* A resource has no values of its own before it is made. */
static bool refers_to_itself(Planner *planner, const ConfigBlock *block)
{
    const Resource *resource = block_resource(block);
    ReferenceList references = { 0 };
    Diags ignored = diags_make(planner->arena);
    size_t errors = planner->diags->error_count;

    body_references(resource->body, planner->arena, &references, &ignored);
    if (resource->count)
        expr_references(resource->count, planner->arena, &references, &ignored);
    if (resource->for_each)
        expr_references(resource->for_each, planner->arena, &references, &ignored);
    for (size_t i = 0; i < references.count; i++) {
        const Reference *reference = &references.items[i];

        if (reference->kind == REFERENCE_RESOURCE && reference->mode == resource->mode &&
            text_equal(reference->type, resource->type) &&
            text_equal(reference->name, resource->name))
            diag_error(planner->diags, reference->range, "Self-referential block",
                       "Configuration for " TEXT_FMT " may not refer to itself.",
                       TEXT(block->config_name));
    }
    return planner->diags->error_count > errors;
}

/* -replace names one instance: a resource with several is probably meant otherwise. */
static void check_requests(Planner *planner, const ModuleInstance *module, const Resource *resource,
                           const Repetition *repetition)
{
    Text name = planner->request->replace.count > 0
                    ? address_text(planner->arena, resource_address(module, resource, KEY_OF_NONE))
                    : TEXT_NONE;

    for (size_t i = 0; i < planner->request->replace.count && repetition->kind != REPEAT_ONCE; i++)
        if (text_equal(planner->request->replace.items[i], name))
            diag_warning(planner->diags, RANGE_NONE,
                         "Incompletely-matched force-replace resource instance",
                         "-replace=" TEXT_FMT " has no key, and the resource has instances with "
                         "keys, so it names none of them. Give the key, too.",
                         TEXT(name));
}

void plan_resource(Planner *planner, ConfigBlock *block)
{
    ModuleInstanceList instances;
    const Resource *resource = block_resource(block);

    if (refers_to_itself(planner, block))
        return;
    instances = evaluator_instances(planner->evaluator, block->module);
    for (size_t m = 0; m < instances.count; m++) {
        const Repetition *repetition = evaluate_repetition(instances.items[m], resource);

        for (size_t i = 0; i < repetition->count; i++)
            plan_one(planner, block, instances.items[m], repetition, i);
        if (planner->request->mode == PLAN_REFRESH_ONLY)
            continue;
        plan_leftovers(planner, instances.items[m], resource, repetition);
        check_requests(planner, instances.items[m], resource, repetition);
    }
}

static Reason orphan_reason(Planner *planner, const Refresh *refresh, const ConfigBlock *block)
{
    if (planner->request->mode == PLAN_DESTROY)
        return REASON_NONE;
    if (block)
        return REASON_DELETE_NO_MODULE;
    return moved_from(&planner->moves, refresh->instance->name).length > 0
               ? REASON_DELETE_NO_MOVE_TARGET
               : REASON_DELETE_NO_RESOURCE_CONFIG;
}

void plan_remaining_orphans(Planner *planner)
{
    for (size_t i = 0; i < planner->refreshes.count; i++) {
        Refresh *refresh = planner->refreshes.entries[i].value;
        const ConfigBlock *block = config_graph_resource(
            planner->graph, address_config_text(planner->arena, refresh->instance->address));
        bool planned = planner->request->mode != PLAN_DESTROY && block &&
                       evaluator_instance(planner->evaluator, refresh->instance->address.module);

        if (planned ||
            evaluator_is_unknown(planner->evaluator, refresh->instance->address.module) ||
            !target_has_instance(planner, refresh->instance->name,
                                 address_config_text(planner->arena, refresh->instance->address)))
            continue;
        plan_orphan(planner, refresh, orphan_reason(planner, refresh, block));
        if (block && !value_is_null(refresh->read))
            check_prevent_destroy(planner, block_resource(block), refresh->instance->name);
    }
}
