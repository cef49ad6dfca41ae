#include "pipectl/plan/resource_graph.h"

#include "config_graph.h"

#include <stdlib.h>

static int compare_nodes(const void *a, const void *b)
{
    const ResourceNode *first = a, *second = b;
    int order = text_compare(first->module, second->module);

    return order != 0 ? order : text_compare(first->name, second->name);
}

static ResourceNode node_of(Arena *arena, const ConfigBlock *block)
{
    const Resource *resource = block_resource(block);
    Address address = { .mode = resource->mode, .type = resource->type, .name = resource->name };
    ResourceNode node = { .resource = resource,
                          .address = block->config_name,
                          .name = address_text(arena, address) };

    if (node.address.length > node.name.length)
        node.module = text_slice(node.address, 0, node.address.length - node.name.length - 1);
    return node;
}

static bool has_text(const TextList *list, Text text)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], text))
            return true;
    return false;
}

/* Whether [needed] is needed by something else that the block needs, so that it goes without
 * saying. */
static bool is_implied(const ConfigGraph *graph, const ConfigBlock *block, Text needed)
{
    for (size_t i = 0; i < block->dependencies.count; i++) {
        const ConfigBlock *between = config_graph_resource(graph, block->dependencies.items[i]);

        if (between && has_text(&between->dependencies, needed))
            return true;
    }
    return false;
}

ResourceGraph resource_graph_make(Arena *arena, const Module *root, Diags *diags)
{
    ConfigGraph *graph = config_graph_make(arena, root, diags);
    ResourceGraph nodes = { 0 };

    for (size_t i = 0; i < graph->graph->vertices.count; i++) {
        const ConfigBlock *block = graph->graph->vertices.items[i]->subject;

        if (block->kind == BLOCK_RESOURCE)
            list_add(arena, &nodes, node_of(arena, block));
    }
    if (nodes.count > 1)
        qsort(nodes.items, nodes.count, sizeof *nodes.items, compare_nodes);
    for (size_t i = 0; i < nodes.count; i++) {
        const ConfigBlock *block = config_graph_resource(graph, nodes.items[i].address);

        for (size_t n = 0; n < nodes.count; n++)
            if (has_text(&block->dependencies, nodes.items[n].address) &&
                !is_implied(graph, block, nodes.items[n].address))
                list_add(arena, &nodes.items[i].needs, nodes.items[n].address);
    }
    return nodes;
}
