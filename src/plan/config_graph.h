/*
 * config_graph.h: one vertex for each block of each module as written.
 *
 * Variables, locals, outputs, module calls, resources, data sources, provider configurations; edges
 * are the references (with depends_on, the provider of a resource, and everything inside a module
 * for a depends_on of its call). Validate finds cycles in it, plan walks the same one, apply
 * takes its order from one of its own. How many instances a block has plays no part.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/config/module.h"
#include "pipectl/graph/graph.h"
#include "pipectl/provider/provider.h"

typedef enum BlockKind {
    BLOCK_VARIABLE,
    BLOCK_LOCAL,
    BLOCK_OUTPUT,
    BLOCK_EXPAND,   /* of a module call: count and for_each; everything inside waits for it */
    BLOCK_DEPENDS,  /* of a module call: its depends_on; every resource inside waits for it */
    BLOCK_CLOSE,    /* of a module call: everything inside is done */
    BLOCK_RESOURCE, /* managed or data */
    BLOCK_PROVIDER,
    BLOCK_CHECKS, /* all resources are done: the data sources of checks may be read */
    BLOCK_CHECK,  /* a check block: its assertions */
} BlockKind;

/* One provider configuration, written or implied. */
typedef struct ProviderConfiguration {
    Text name; /* provider["registry.terraform.io/hashicorp/aws"].west */
    const ProviderKind *kind;
    const Module *module;       /* whose scope its body is evaluated in */
    const ProviderBlock *block; /* NULL: none is written */
    Vertex *vertex;
    Provider *provider; /* configured; NULL: not yet, or its configuration is not known yet */
    bool early;         /* needs no resource and no data source: configured before the walk */
    bool failed;        /* could not be configured: reported */
} ProviderConfiguration;

typedef struct ConfigBlock {
    BlockKind kind;
    const Module *module; /* that it stands in (for module calls: the calling one) */
    const void *written;  /* Variable, Local, Output, ModuleCall, Resource; NULL for providers */
    ProviderConfiguration *provider; /* of a resource, or itself */
    Vertex *vertex;
    const Schema *schema;   /* of a resource; NULL: unknown type, reported */
    const Binding *binding; /* of a resource: its body, read with the schema */
    Text config_name;       /* of a resource: its address as written */
    TextList dependencies; /* of a resource: all resources that it needs, also indirectly; sorted */
    bool create_before_destroy; /* of a managed resource: itself, or something that depends on it */
    /* during a walk */
    size_t pending; /* reads under way */
    bool started;
    bool waits; /* a data source: what it depends on is about to change */
    void *work; /* of the walk that runs */
} ConfigBlock;

typedef struct ConfigGraph {
    Arena *arena;
    Graph *graph;
    const Module *root;
    Table blocks;        /* "module.a|var.x" ... -> ConfigBlock */
    Table providers;     /* name -> ProviderConfiguration */
    ConfigBlock *checks; /* the BLOCK_CHECKS; NULL: there are no check blocks */
} ConfigGraph;

/* References to what is not declared are reported when they are evaluated, cycles here. */
ConfigGraph *config_graph_make(Arena *arena, const Module *root, Diags *diags);

static inline const Resource *block_resource(const ConfigBlock *block)
{
    return block->written;
}

/* The block of a resource as written ("module.a.aws_x.y"), or NULL. */
ConfigBlock *config_graph_resource(const ConfigGraph *graph, Text config_name);

/* Where a module ends in its caller; NULL for the root. */
const ConfigBlock *config_graph_close(const ConfigGraph *graph, const Module *module);

/* The block of an output of the root, or NULL. */
ConfigBlock *config_graph_output(const ConfigGraph *graph, Text name);

/* The configuration that the state names for an object, implied where it is the default one; NULL
   with an error when that is gone or unknown. */
ProviderConfiguration *config_graph_provider(ConfigGraph *graph, Text provider, Text address,
                                             Diags *diags);

/* The one of a module's provider block, made with its vertex when it is first asked for; [block]
   NULL: none is written. */
ProviderConfiguration *config_graph_configuration(ConfigGraph *graph, const Module *module,
                                                  const ProviderBlock *block, Text source,
                                                  Text alias);

/* The one that a provider's name means in a module; NULL with an error where there is none. */
ProviderConfiguration *config_graph_resolve_provider(ConfigGraph *graph, const Module *module,
                                                     Text local, Text alias, Range range,
                                                     Diags *diags);

/* "module.a.module.b" as written, empty for the root. */
Text config_module_name(Arena *arena, const Module *module);

/* A vertex for [written]; [key]: module name, "|", and what is unique in the module. */
ConfigBlock *config_graph_add_block(ConfigGraph *graph, BlockKind kind, const Module *module,
                                    const void *written, Text key);
