/* Modules and the providers that they need, as a tree and as JSON. */
#include "pipectl/render/configuration.h"

#include "json_parts.h"
#include "provider_table.h"

#include "pipectl/config/version.h"
#include <stdlib.h>

/* --- what a module needs ---------------------------------------------------------------------- */

typedef struct Requirement {
    Text source;
    Text version; /* constraint; empty: none */
} Requirement;

typedef LIST(Requirement) RequirementList;

static void require(Arena *arena, RequirementList *list, Text source, Text version)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].source, source))
            return;
    list_add(arena, list, (Requirement){ source, version });
}

static int compare_requirements(const void *a, const void *b)
{
    return text_compare(((const Requirement *)a)->source, ((const Requirement *)b)->source);
}

/* What it says that it needs, and what its blocks do; by name. */
static RequirementList requirements_of(Arena *arena, const Module *module)
{
    RequirementList list = { 0 };

    for (size_t i = 0; i < module->required_providers.count; i++)
        require(arena, &list, module->required_providers.items[i]->source,
                module->required_providers.items[i]->version);
    for (size_t i = 0; i < module->providers.count; i++)
        require(arena, &list,
                module_provider_source(arena, module, module->providers.items[i]->name.local),
                module->providers.items[i]->version);
    for (size_t i = 0; i < module->resources.count; i++)
        require(arena, &list,
                module_provider_source(arena, module, provider_local(module->resources.items[i])),
                TEXT_NONE);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, compare_requirements);
    return list;
}

static int compare_calls(const void *a, const void *b)
{
    return text_compare((*(const ModuleCall *const *)a)->name,
                        (*(const ModuleCall *const *)b)->name);
}

/* Those whose module could be read, by name. */
static const ModuleCall **sorted_calls(Arena *arena, const Module *module, size_t *ret_count)
{
    const ModuleCall **calls = arena_array(arena, const ModuleCall *, module->calls.count);
    size_t count = 0;

    for (size_t i = 0; i < module->calls.count; i++)
        if (module->calls.items[i]->module)
            calls[count++] = module->calls.items[i];
    if (count > 1)
        qsort(calls, count, sizeof *calls, compare_calls);
    *ret_count = count;
    return calls;
}

/* Of a local module: without detours. "./mods/../m" is "./m". */
static Text shown_source(Arena *arena, const ModuleCall *call)
{
    Text clean = file_clean(arena, call->source);

    if (!text_starts_with(call->source, TEXT_LIT(".")))
        return call->source;
    return text_starts_with(clean, TEXT_LIT("..")) || text_is(clean, ".")
               ? clean
               : text_concat(arena, TEXT_LIT("./"), clean);
}

/* --- trees ------------------------------------------------------------------------------------ */

static void add_branch(TextBuilder *builder, Text above, bool last)
{
    text_add(builder, above);
    text_add(builder, last ? TEXT_LIT("└── ") : TEXT_LIT("├── "));
}

static Text below(Arena *arena, Text above, bool last)
{
    return text_concat(arena, above, last ? TEXT_LIT("    ") : TEXT_LIT("│   "));
}

static void add_requirements(TextBuilder *builder, const Module *module, Text above)
{
    Arena *arena = builder->arena;
    RequirementList needed = requirements_of(arena, module);
    size_t count;
    const ModuleCall **calls = sorted_calls(arena, module, &count);

    for (size_t i = 0; i < needed.count; i++) {
        Text version = version_constraint_text(arena, needed.items[i].version);

        add_branch(builder, above, i + 1 == needed.count && count == 0);
        text_add_format(builder, "provider[" TEXT_FMT "]%s" TEXT_FMT "\n",
                        TEXT(needed.items[i].source), version.length > 0 ? " " : "", TEXT(version));
    }
    for (size_t i = 0; i < count; i++) {
        add_branch(builder, above, i + 1 == count);
        text_add_format(builder, "module." TEXT_FMT "\n", TEXT(calls[i]->name));
        add_requirements(builder, calls[i]->module, below(arena, above, i + 1 == count));
    }
}

static void add_modules(TextBuilder *builder, const Module *module, Text above)
{
    size_t count;
    const ModuleCall **calls = sorted_calls(builder->arena, module, &count);

    for (size_t i = 0; i < count; i++) {
        add_branch(builder, above, i + 1 == count);
        text_add_format(builder, "\"" TEXT_FMT "\"[" TEXT_FMT "]\n", TEXT(calls[i]->name),
                        TEXT(shown_source(builder->arena, calls[i])));
        add_modules(builder, calls[i]->module, below(builder->arena, above, i + 1 == count));
    }
}

/* --- all of them ------------------------------------------------------------------------------ */

static void require_all(Arena *arena, RequirementList *list, const Module *module)
{
    RequirementList own = requirements_of(arena, module);

    for (size_t i = 0; i < own.count; i++)
        require(arena, list, own.items[i].source, TEXT_NONE);
    for (size_t i = 0; i < module->calls.count; i++)
        if (module->calls.items[i]->module)
            require_all(arena, list, module->calls.items[i]->module);
}

static void require_stored(Arena *arena, RequirementList *list, const State *state)
{
    for (size_t i = 0; i < state->instances.count; i++) {
        const StateInstance *instance = state->instances.entries[i].value;

        require(arena, list, provider_text_source(instance->provider), TEXT_NONE);
    }
}

static TextList sources_of(Arena *arena, RequirementList *list)
{
    TextList sources = { 0 };

    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare_requirements);
    for (size_t i = 0; i < list->count; i++)
        list_add(arena, &sources, list->items[i].source);
    return sources;
}

TextList required_sources(Arena *arena, const Module *root, const State *state)
{
    RequirementList list = { 0 };

    require_all(arena, &list, root);
    if (state)
        require_stored(arena, &list, state);
    return sources_of(arena, &list);
}

Text requirements_text(Arena *arena, const Module *root, const State *state)
{
    TextBuilder builder = text_builder(arena);
    RequirementList stored = { 0 };
    TextList sources;

    text_add(&builder, TEXT_LIT("\nProviders required by configuration:\n.\n"));
    add_requirements(&builder, root, TEXT_NONE);
    text_add_char(&builder, '\n');
    if (!state)
        return text_built(&builder);
    require_stored(arena, &stored, state);
    sources = sources_of(arena, &stored);
    if (sources.count > 0)
        text_add(&builder, TEXT_LIT("Providers required by state:\n\n"));
    for (size_t i = 0; i < sources.count; i++)
        text_add_format(&builder, "    provider[" TEXT_FMT "]\n\n", TEXT(sources.items[i]));
    return text_built(&builder);
}

Text modules_text(Arena *arena, const Module *root)
{
    TextBuilder builder = text_builder(arena);
    size_t count;

    (void)sorted_calls(arena, root, &count);
    if (count == 0)
        return TEXT_LIT("No modules found in configuration.\n");
    text_add(&builder, TEXT_LIT("\nModules declared by configuration:\n.\n"));
    add_modules(&builder, root, TEXT_NONE);
    text_add_char(&builder, '\n');
    return text_built(&builder);
}

/* --- as JSON ---------------------------------------------------------------------------------- */

typedef LIST(const ModuleCall *) CallList;

static void collect_calls(Arena *arena, CallList *list, const Module *module)
{
    for (size_t i = 0; i < module->calls.count; i++) {
        const ModuleCall *call = module->calls.items[i];

        if (!call->module)
            continue;
        list_add(arena, list, call);
        collect_calls(arena, list, call->module);
    }
}

Text modules_json(Arena *arena, const Module *root)
{
    TextBuilder builder = text_builder(arena);
    CallList calls = { 0 };

    collect_calls(arena, &calls, root);
    if (calls.count > 1)
        qsort(calls.items, calls.count, sizeof *calls.items, compare_calls);
    text_add(&builder, TEXT_LIT("{\"format_version\":\"1.0\",\"modules\":["));
    for (size_t i = 0; i < calls.count; i++) {
        json_separate(&builder);
        text_add_char(&builder, '{');
        json_put_text(&builder, "key", calls.items[i]->name);
        json_put_text(&builder, "source", shown_source(arena, calls.items[i]));
        json_put_value(&builder, "version", value_string_raw(TEXT_NONE));
        text_add_char(&builder, '}');
    }
    text_add(&builder, TEXT_LIT("]}"));
    return text_built(&builder);
}
