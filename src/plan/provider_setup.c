/* From a provider block to a configured provider. */
#include "planner.h"

/* An empty body stands for the block that nobody wrote. */
static Value configuration_value(const ProviderConfiguration *provider, Evaluator *evaluator,
                                 Diags *diags)
{
    const Schema *schema = provider->kind->configuration_schema();
    ModuleInstanceList instances = evaluator_instances(evaluator, provider->module);
    const Scope *scope = instances.count > 0 ? &instances.items[0]->scope : &evaluator->root->scope;

    if (!provider->block)
        return schema_decode(schema, NULL, scope, evaluator->arena, diags);
    return schema_decode(schema, provider->block->body, scope, evaluator->arena, diags);
}

void provider_setup(ProviderConfiguration *provider, Evaluator *evaluator, Exchange *exchange,
                    bool allow_unknown, Diags *diags)
{
    size_t errors = diags->error_count;
    const Body *body = provider->block ? provider->block->body : NULL;
    Value configuration;

    if (provider->provider || provider->failed || !provider->kind)
        return;
    configuration = configuration_value(provider, evaluator, diags);
    if (allow_unknown && diags->error_count == errors && !value_is_wholly_known(configuration))
        return;
    if (diags->error_count == errors)
        provider->provider =
            provider->kind->configure(evaluator->arena, exchange, configuration, body, diags);
    provider->failed = !provider->provider;
}
