#include "provider_table.h"

#include <stdlib.h>

static Text module_address(Arena *arena, const Module *module)
{
    Text above;

    if (!module->parent)
        return TEXT_NONE;
    above = module_address(arena, module->parent);
    return text_format(arena, TEXT_FMT "%smodule." TEXT_FMT, TEXT(above),
                       above.length > 0 ? "." : "", TEXT(module->call_name));
}

static Text key_of(Arena *arena, const Module *module, ProviderName name)
{
    Text address = module_address(arena, module);

    return text_format(arena, TEXT_FMT "%s" TEXT_FMT "%s" TEXT_FMT, TEXT(address),
                       address.length > 0 ? ":" : "", TEXT(name.local),
                       name.alias.length > 0 ? "." : "", TEXT(name.alias));
}

Text provider_local(const Resource *resource)
{
    return resource->provider.local.length > 0 ? resource->provider.local
                                               : module_type_provider(resource->type);
}

static Text version_of(const Module *module, const ProviderBlock *block, Text local)
{
    for (size_t i = 0; i < module->required_providers.count; i++)
        if (text_equal(module->required_providers.items[i]->name, local))
            return module->required_providers.items[i]->version;
    return block ? block->version : TEXT_NONE;
}

/* The configuration above that a name in a module stands for, if it is one of the same provider. */
static const ProviderEntry *find_parent(const ProviderTable *table, const Module *caller,
                                        ProviderName outer, Text source)
{
    const ProviderEntry *entry = table_find(&table->by_key, key_of(table->arena, caller, outer));

    if (!entry || !text_equal(entry->source, source))
        return NULL;
    return entry->parent ? entry->parent : entry;
}

/* Does nothing where the key is taken: what is written comes before what is implied. */
static ProviderEntry *enter(ProviderTable *table, const Module *module, ProviderName name)
{
    Text key = key_of(table->arena, module, name);
    ProviderEntry *entry;

    if (table_has(&table->by_key, key))
        return NULL;
    entry = arena_new(table->arena, ProviderEntry);
    entry->key = key;
    entry->name = name.local;
    entry->alias = name.alias;
    entry->source = module_provider_source(table->arena, module, name.local);
    entry->module_address = module_address(table->arena, module);
    table_put(table->arena, &table->by_key, key, entry);
    list_add(table->arena, &table->entries, entry);
    return entry;
}

static void enter_implied(ProviderTable *table, const Module *module, Text local)
{
    ProviderName name = { .local = local };
    ProviderEntry *entry = enter(table, module, name);

    if (!entry)
        return;
    entry->version = version_of(module, NULL, local);
    if (module->parent)
        entry->parent = find_parent(table, module->parent, name, entry->source);
}

static void enter_mapped(ProviderTable *table, const ModuleCall *call, const Module *caller)
{
    for (size_t i = 0; i < call->providers.count; i++) {
        ProviderEntry *entry = enter(table, call->module, call->providers.items[i].inner);

        if (entry)
            entry->parent =
                find_parent(table, caller, call->providers.items[i].outer, entry->source);
    }
}

static void collect(ProviderTable *table, const Module *module)
{
    for (size_t i = 0; i < module->providers.count; i++) {
        const ProviderBlock *block = module->providers.items[i];
        ProviderEntry *entry = enter(table, module, block->name);

        if (!entry)
            continue;
        entry->body = block->body;
        entry->version = version_of(module, block, block->name.local);
    }
    for (size_t i = 0; i < module->required_providers.count; i++)
        enter_implied(table, module, module->required_providers.items[i]->name);
    for (size_t i = 0; i < module->resources.count; i++)
        enter_implied(table, module, provider_local(module->resources.items[i]));
    for (size_t i = 0; i < module->calls.count; i++) {
        if (!module->calls.items[i]->module)
            continue;
        enter_mapped(table, module->calls.items[i], module);
        collect(table, module->calls.items[i]->module);
    }
}

static int compare_entries(const void *a, const void *b)
{
    return text_compare((*(ProviderEntry *const *)a)->key, (*(ProviderEntry *const *)b)->key);
}

ProviderTable *provider_table_make(Arena *arena, const Module *root)
{
    ProviderTable *table = arena_new(arena, ProviderTable);

    table->arena = arena;
    collect(table, root);
    if (table->entries.count > 1)
        qsort(table->entries.items, table->entries.count, sizeof *table->entries.items,
              compare_entries);
    return table;
}

Text provider_table_key(const ProviderTable *table, const Module *module, const Resource *resource,
                        Arena *arena)
{
    ProviderName name = { .local = provider_local(resource), .alias = resource->provider.alias };
    Text key = key_of(arena, module, name);
    const ProviderEntry *entry = table_find(&table->by_key, key);

    if (!entry)
        return key;
    return entry->parent ? entry->parent->key : entry->key;
}
