/* The graph of resources, as Graphviz reads it. */
#include "pipectl/render/configuration.h"

static void add_quoted(TextBuilder *builder, Text text)
{
    text_add_char(builder, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '"' || text.bytes[i] == '\\')
            text_add_char(builder, '\\');
        text_add_char(builder, text.bytes[i]);
    }
    text_add_char(builder, '"');
}

static void add_node(TextBuilder *builder, const ResourceNode *node)
{
    text_add(builder, node->module.length > 0 ? TEXT_LIT("    ") : TEXT_LIT("  "));
    add_quoted(builder, node->address);
    text_add(builder, TEXT_LIT(" [label="));
    add_quoted(builder, node->name);
    text_add(builder, TEXT_LIT("];\n"));
}

/* The nodes of one module, from [first] on; returns where the next one begins. */
static size_t add_module(TextBuilder *builder, const ResourceGraph *graph, size_t first)
{
    Text module = graph->items[first].module;
    size_t i = first;

    if (module.length > 0) {
        text_add_format(builder,
                        "  subgraph \"cluster_" TEXT_FMT "\" {\n    label = ", TEXT(module));
        add_quoted(builder, module);
        text_add(builder, TEXT_LIT("\n    fontname = \"sans-serif\"\n"));
    }
    while (i < graph->count && text_equal(graph->items[i].module, module))
        add_node(builder, &graph->items[i++]);
    if (module.length > 0)
        text_add(builder, TEXT_LIT("  }\n"));
    return i;
}

Text graph_dot(Arena *arena, const ResourceGraph *graph)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder,
             TEXT_LIT("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = "
                      "\"sans-serif\"];\n"));
    if (graph->count == 0)
        text_add(&builder,
                 TEXT_LIT("  /* This configuration does not contain any resources. */\n"));
    for (size_t i = 0; i < graph->count;)
        i = add_module(&builder, graph, i);
    for (size_t i = 0; i < graph->count; i++)
        for (size_t n = 0; n < graph->items[i].needs.count; n++) {
            text_add(&builder, TEXT_LIT("  "));
            add_quoted(&builder, graph->items[i].address);
            text_add(&builder, TEXT_LIT(" -> "));
            add_quoted(&builder, graph->items[i].needs.items[n]);
            text_add(&builder, TEXT_LIT(";\n"));
        }
    text_add(&builder, TEXT_LIT("}\n"));
    return text_built(&builder);
}
