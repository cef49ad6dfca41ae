#include "husks.h"

static bool has_objects(const State *state, const ModuleInstance *module, const Resource *resource,
                        const Repetition *repetition)
{
    Arena scratch = { 0 };
    bool found = false;

    for (size_t i = 0; i < repetition->count && !found; i++) {
        Address address = resource_address(module, resource, repetition->keys[i]);

        found = state_find(state, address_text(&scratch, address)) != NULL;
    }
    arena_free(&scratch);
    return found;
}

static void note_block(State *state, const ConfigBlock *block, Evaluator *evaluator)
{
    ModuleInstanceList modules = evaluator_instances(evaluator, block->module);
    const Resource *resource = block_resource(block);

    for (size_t m = 0; m < modules.count; m++)
        if (!has_objects(state, modules.items[m], resource,
                         evaluate_repetition(modules.items[m], resource)))
            state_add_husk(state, resource_address(modules.items[m], resource, KEY_OF_NONE),
                           block->provider->name);
}

void husks_note(State *state, const ConfigGraph *config, Evaluator *evaluator)
{
    for (size_t i = 0; i < config->graph->vertices.count; i++) {
        const ConfigBlock *block = config->graph->vertices.items[i]->subject;
        const ConfigBlock *close =
            block->kind == BLOCK_RESOURCE ? config_graph_close(config, block->module) : NULL;

        if (block->kind == BLOCK_RESOURCE && block->started && !(close && close->started))
            note_block(state, block, evaluator);
    }
}
