/* Which provider configuration a resource has: a vertex each, made when one first asks. */
#include "config_graph.h"

#include "pipectl/state/state.h"

static const ProviderBlock *provider_block(const Module *module, Text local, Text alias)
{
    for (size_t i = 0; i < module->providers.count; i++)
        if (text_equal(module->providers.items[i]->name.local, local) &&
            text_equal(module->providers.items[i]->name.alias, alias))
            return module->providers.items[i];
    return NULL;
}

ProviderConfiguration *config_graph_configuration(ConfigGraph *graph, const Module *module,
                                                  const ProviderBlock *block, Text source,
                                                  Text alias)
{
    Text name =
        provider_text(graph->arena, config_module_name(graph->arena, module), source, alias);
    ProviderConfiguration *configuration = table_find(&graph->providers, name);
    ConfigBlock *vertex;

    if (configuration)
        return configuration;
    configuration = arena_new(graph->arena, ProviderConfiguration);
    configuration->name = name;
    configuration->kind = provider_kind_of_source(source);
    configuration->module = module;
    configuration->block = block;
    table_put(graph->arena, &graph->providers, name, configuration);
    vertex = config_graph_add_block(graph, BLOCK_PROVIDER, module, NULL,
                                    text_format(graph->arena, "|" TEXT_FMT, TEXT(name)));
    vertex->provider = configuration;
    configuration->vertex = vertex->vertex;
    return configuration;
}

static const ProviderMapping *call_mapping(const ModuleCall *call, Text local, Text alias)
{
    for (size_t i = 0; call && i < call->providers.count; i++)
        if (text_equal(call->providers.items[i].inner.local, local) &&
            text_equal(call->providers.items[i].inner.alias, alias))
            return &call->providers.items[i];
    return NULL;
}

/* Upwards from the module that uses it: a block of its own, what its call hands in, or the caller's
 * default one. */
ProviderConfiguration *config_graph_resolve_provider(ConfigGraph *graph, const Module *module,
                                                     Text local, Text alias, Range range,
                                                     Diags *diags)
{
    const ProviderBlock *block = provider_block(module, local, alias);
    Text source = module_provider_source(graph->arena, module, local);
    const ProviderMapping *mapping;

    if (block || (!module->parent && alias.length == 0))
        return config_graph_configuration(graph, module, block, source, alias);
    mapping = module->parent
                  ? call_mapping(module_call(module->parent, module->call_name), local, alias)
                  : NULL;
    if (mapping)
        return config_graph_resolve_provider(graph, module->parent, mapping->outer.local,
                                             mapping->outer.alias, mapping->outer.range, diags);
    if (alias.length == 0)
        return config_graph_resolve_provider(graph, module->parent, local, alias, range, diags);
    diag_error(diags, range, "Provider configuration not present",
               "There is no provider \"" TEXT_FMT "\" block with the alias \"" TEXT_FMT
               "\" in this module, and its call hands none in.",
               TEXT(local), TEXT(alias));
    return NULL;
}

ProviderConfiguration *config_graph_provider(ConfigGraph *graph, Text provider, Text address,
                                             Diags *diags)
{
    ProviderConfiguration *configuration = table_find(&graph->providers, provider);
    Text source = provider_text_source(provider);

    if (configuration)
        return configuration;
    if (!provider_kind_of_source(source)) {
        diag_error(diags, RANGE_NONE, "Unsupported provider",
                   "The object " TEXT_FMT " was made by the provider " TEXT_FMT
                   ", which is not built in. Use Terraform for it, or take it out of the state.",
                   TEXT(address), TEXT(source));
        return NULL;
    }
    if (provider_text_alias(provider).length == 0) { /* an empty block is implied */
        configuration = config_graph_configuration(graph, graph->root, NULL, source, TEXT_NONE);
        configuration->early = true;
        return configuration;
    }
    diag_error(diags, RANGE_NONE, "Provider configuration not present",
               "To work with " TEXT_FMT " its original provider configuration " TEXT_FMT
               " is needed, but it has been removed. "
               "Put the provider block back, destroy the object, and then remove the block again.",
               TEXT(address), TEXT(provider));
    return NULL;
}
