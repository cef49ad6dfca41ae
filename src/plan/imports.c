/* Import blocks: which objects they name, and which of them the state lacks. */
#include "planner.h"

/* --- what the blocks say ------------------------------------------------------------------ */

static bool report_id(const Import *import, const char *why, Diags *diags)
{
    diag_error(diags, expr_range(import->id), "Invalid import id argument",
               "The id of what is to be imported %s.", why);
    return false;
}

static bool read_id(Arena *arena, const Import *import, const Scope *scope, Text *ret_id,
                    Diags *diags)
{
    size_t errors = diags->error_count;
    Value value = expr_evaluate(import->id, scope, arena, diags), text;
    Text why;

    if (diags->error_count > errors)
        return false;
    if (value_is_unknown(value))
        return report_id(import,
                         "depends on values that are only known after apply: it has to be known "
                         "while planning",
                         diags);
    if (value_is_null(value))
        return report_id(import, "is null", diags);
    if (!value_convert(arena, value_unmarked(arena, value), type_string, &text, &why)) {
        diag_error(diags, expr_range(import->id), "Incorrect value type",
                   "Invalid expression value: " TEXT_FMT ".", TEXT(why));
        return false;
    }
    *ret_id = value_text(text);
    return ret_id->length > 0 || report_id(import, "is empty", diags);
}

static bool report_twice(Arena *arena, Text name, Range range, Diags *diags)
{
    Text summary =
        text_format(arena, "Duplicate import configuration for \"" TEXT_FMT "\"", TEXT(name));

    diag_error(diags, range, text_cstring(arena, summary),
               "Another import block names the same instance: it can be one object only.");
    return false;
}

static bool add_target(Planner *planner, const Import *import, const Scope *scope)
{
    ImportTarget *target = arena_new(planner->arena, ImportTarget);
    Text text;

    target->range = expr_range(import->to);
    if (!expr_address(import->to, scope, planner->arena, &text, planner->diags) ||
        !address_parse(planner->arena, text, target->range, &target->address, NULL,
                       planner->diags) ||
        !read_id(planner->arena, import, scope, &target->id, planner->diags))
        return false;
    target->name = address_text(planner->arena, target->address);
    if (table_has(&planner->imports, target->name))
        return report_twice(planner->arena, target->name, target->range, planner->diags);
    table_put(planner->arena, &planner->imports, target->name, target);
    return true;
}

/* One for each element of for_each. */
static void add_targets(Planner *planner, const Import *import)
{
    const Scope *root = &planner->evaluator->root->scope;
    Repetition repetition = repetition_of(planner->evaluator, NULL, import->for_each, root);

    for (size_t i = 0; i < repetition.count; i++) {
        ScopeName names[2];
        Scope scope = evaluate_instance_scope(root, &repetition, i, names, planner->arena);

        if (!add_target(planner, import, &scope))
            return;
    }
}

static Text config_name(Arena *arena, const Import *import)
{
    return address_config_text(arena, import->resource);
}

/* --- before the walk ---------------------------------------------------------------------- */

bool imports_check(Planner *planner)
{
    const Module *root = planner->request->root;
    size_t errors = planner->diags->error_count;

    for (size_t i = 0; i < root->imports.count; i++) {
        const Import *import = root->imports.items[i];
        Text name = config_name(planner->arena, import);

        if (!config_graph_resource(planner->graph, name))
            diag_error(planner->diags, expr_range(import->to),
                       "Configuration for import target does not exist",
                       "There is no resource " TEXT_FMT
                       " in the configuration. Write one, or let the option "
                       "-generate-config-out=generated.tf of plan do it.",
                       TEXT(name));
    }
    return planner->diags->error_count == errors;
}

/* Two blocks that both name the same instance, as far as that can be seen without evaluating. */
static void check_twice(Arena *arena, Table *seen, const Import *import, Diags *diags)
{
    Diags ignored = diags_make(arena);
    Text name;

    if (import->for_each || !expr_address(import->to, NULL, arena, &name, &ignored))
        return;
    if (table_has(seen, name))
        report_twice(arena, name, expr_range(import->to), diags);
    table_put(arena, seen, name, (void *)import);
}

/* An id that refers to nothing is wrong before anything is planned. */
static void check_constant(Arena *arena, const Import *import, Diags *diags)
{
    ReferenceList references = { 0 };
    Scope nothing = { 0 };
    Diags ignored = diags_make(arena);
    Text id;

    expr_references(import->id, arena, &references, &ignored);
    if (references.count == 0 && !diags_have_errors(&ignored))
        (void)read_id(arena, import, &nothing, &id, diags);
}

bool imports_check_constants(Arena *arena, const Module *root, Diags *diags)
{
    size_t errors = diags->error_count;
    Table seen = { 0 };

    for (size_t i = 0; i < root->imports.count; i++) {
        check_twice(arena, &seen, root->imports.items[i], diags);
        check_constant(arena, root->imports.items[i], diags);
    }
    return diags->error_count == errors;
}

static const Resource *target_resource(const Module *root, const Import *import)
{
    const Module *module = root;

    for (size_t i = 0; i < import->resource.module.count && module; i++) {
        const ModuleCall *call = module_call(module, import->resource.module.steps[i].name);

        module = call ? call->module : NULL;
    }
    return module
               ? module_resource(module, MODE_MANAGED, import->resource.type, import->resource.name)
               : NULL;
}

void imports_check_providers(const Module *root, Diags *diags)
{
    for (size_t i = 0; i < root->imports.count; i++) {
        const Import *import = root->imports.items[i];

        if (import->provider.local.length > 0 && target_resource(root, import))
            diag_error(diags, import->provider.range, "Invalid import provider argument",
                       "The provider argument is for import blocks whose configuration is "
                       "generated. The resource that is configured names its provider itself.");
    }
}

/* --- during the walk ---------------------------------------------------------------------- */

/* Whether count and for_each give the resource this instance. */
static bool has_instance(Planner *planner, const ConfigBlock *block, const ImportTarget *target)
{
    ModuleInstance *module = evaluator_instance(planner->evaluator, target->address.module);
    const Repetition *repetition =
        module ? evaluate_repetition(module, block_resource(block)) : NULL;

    for (size_t i = 0; repetition && i < repetition->count; i++)
        if (key_equal(repetition->keys[i], target->address.key))
            return true;
    diag_error(planner->diags, RANGE_NONE, "Configuration for import target does not exist",
               "The resource has no instance " TEXT_FMT
               ": what is imported must be configured, too.",
               TEXT(target->name));
    return false;
}

static void start(Planner *planner, ConfigBlock *block, const ImportTarget *target)
{
    Refresh *refresh;

    if (refresh_find(planner, target->name, TEXT_NONE)) /* it has been imported already */
        return;
    refresh = refresh_import(planner, target, block->provider, block->schema);
    if (refresh->done)
        return;
    refresh->waiter = block;
    block->pending++;
}

bool imports_start(Planner *planner, ConfigBlock *block)
{
    const Module *root = planner->request->root;
    size_t first = planner->imports.count, errors = planner->diags->error_count;

    if (planner->request->mode != PLAN_NORMAL || !block->provider->provider)
        return true;
    for (size_t i = 0; i < root->imports.count; i++)
        if (text_equal(config_name(planner->arena, root->imports.items[i]), block->config_name))
            add_targets(planner, root->imports.items[i]);
    for (size_t i = first; i < planner->imports.count; i++)
        (void)has_instance(planner, block, planner->imports.entries[i].value);
    for (size_t i = first; i < planner->imports.count && planner->diags->error_count == errors; i++)
        start(planner, block, planner->imports.entries[i].value);
    return planner->diags->error_count == errors;
}

/* --- what is not configured ---------------------------------------------------------------- */

static bool has_keys(Address address)
{
    return address.module.count > 0 || address.key.kind != KEY_NONE;
}

/* The configuration of the provider that the block names, or that the type's name does. */
static ProviderConfiguration *provider_of(Planner *planner, const Import *import, Text name)
{
    const Module *root = planner->request->root;
    Text local = import->provider.local.length > 0 ? import->provider.local
                                                   : module_type_provider(import->resource.type);
    Text source = module_provider_source(planner->arena, root, local);
    ProviderConfiguration *provider = config_graph_provider(
        planner->graph, provider_text(planner->arena, TEXT_NONE, source, import->provider.alias),
        name, planner->diags);

    if (provider && !provider->provider)
        provider_setup(provider, planner->evaluator, planner->request->exchange, false,
                       planner->diags);
    return provider && provider->provider ? provider : NULL;
}

static void read_unconfigured(Planner *planner, const Import *import)
{
    const Scope *scope = &planner->evaluator->root->scope;
    ImportTarget *target = arena_new(planner->arena, ImportTarget);
    ProviderConfiguration *provider;
    const Schema *schema = NULL;

    target->address = import->resource;
    target->name = address_text(planner->arena, target->address);
    target->range = expr_range(import->to);
    provider = provider_of(planner, import, target->name);
    if (provider)
        schema = provider->kind->schema(MODE_MANAGED, target->address.type, planner->diags);
    if (provider && !schema)
        diag_error(planner->diags, target->range, "Invalid resource type",
                   "The provider has no type " TEXT_FMT ".", TEXT(target->address.type));
    if (schema && read_id(planner->arena, import, scope, &target->id, planner->diags))
        (void)refresh_import(planner, target, provider, schema);
}

bool imports_read_unconfigured(Planner *planner, UnconfiguredList *list)
{
    const Module *root = planner->request->root;
    size_t errors = planner->diags->error_count;

    for (size_t i = 0; i < root->imports.count; i++)
        if (!root->imports.items[i]->for_each && !has_keys(root->imports.items[i]->resource) &&
            !target_resource(root, root->imports.items[i]))
            read_unconfigured(planner, root->imports.items[i]);
    refresh_run_all(planner);
    for (size_t i = 0; i < planner->refreshes.count; i++) {
        const Refresh *refresh = planner->refreshes.entries[i].value;

        if (refresh->import && !refresh->failed)
            list_add(planner->arena, list,
                     ((Unconfigured){ .address = refresh->import->address,
                                      .name = refresh->import->name,
                                      .id = refresh->import->id,
                                      .schema = refresh->schema,
                                      .object = refresh->read }));
    }
    return planner->diags->error_count == errors;
}

/* --- the command -------------------------------------------------------------------------- */

static void put_imported(Planner *planner, const Refresh *refresh, const ConfigBlock *block)
{
    State *state = store_state(planner->request->store);
    Change keep = { .private_json = refresh->object->private_json,
                    .dependencies = block->dependencies,
                    .create_before_destroy = block->create_before_destroy };

    state_put(state, refresh->instance->address, refresh->instance->provider,
              object_to_state(planner->arena, refresh->schema, refresh->read, false, &keep));
    store_changed(planner->request->store);
}

static bool report_managed(Planner *planner, const ImportTarget *target)
{
    const PlanEvents *events = &planner->request->events;

    if (events->import_prepare)
        events->import_prepare(events->user, target->name, target->id);
    diag_error(planner->diags, RANGE_NONE, "Resource already managed by pipectl",
               "The state holds an object for " TEXT_FMT
               " already. To import another one there, remove that one from the state first.",
               TEXT(target->name));
    return false;
}

/* The provider's configuration, which may need nothing that a plan would have to find out. */
static bool setup(Planner *planner, const ConfigBlock *block)
{
    provider_setup(block->provider, planner->evaluator, planner->request->exchange, true,
                   planner->diags);
    if (!block->provider->provider && !block->provider->failed)
        diag_error(
            planner->diags, block_resource(block)->range, "Provider configuration is not known yet",
            "The configuration of " TEXT_FMT " depends on other objects: use an import block, "
            "which is planned with them.",
            TEXT(block->provider->name));
    return block->provider->provider != NULL;
}

bool imports_run(Planner *planner, const ImportTarget *target)
{
    ConfigBlock *block =
        config_graph_resource(planner->graph, address_config_text(planner->arena, target->address));
    Refresh *refresh;

    if (!block->schema || !has_instance(planner, block, target) || !setup(planner, block))
        return false;
    if (state_find(planner->request->state, target->name))
        return report_managed(planner, target);
    refresh = refresh_import(planner, target, block->provider, block->schema);
    refresh_run_all(planner);
    if (refresh->failed)
        return false;
    put_imported(planner, refresh, block);
    return true;
}
