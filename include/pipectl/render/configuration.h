/*
 * configuration.h: a configuration as a whole, for people and programs: who needs whom, which
 * providers and modules it has, and what types and functions it may use.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/config/module.h"
#include "pipectl/plan/resource_graph.h"
#include "pipectl/state/state.h"

/* In the language of Graphviz. */
Text graph_dot(Arena *arena, const ResourceGraph *graph);

/* The tree of modules with the providers that each needs. [state]: what it names is listed behind;
 * may be NULL. */
Text requirements_text(Arena *arena, const Module *root, const State *state);

/* The sources of all providers that the configuration needs, and the state ([state] may be NULL)
 * names, sorted. */
TextList required_sources(Arena *arena, const Module *root, const State *state);

Text modules_text(Arena *arena, const Module *root);
Text modules_json(Arena *arena, const Module *root);

/* {"format_version":"1.0","provider_schemas":{...}} of the built-in ones among [sources]. */
Text schemas_json(Arena *arena, const TextList *sources, Diags *diags);

/* {"format_version":"1.0","function_signatures":{...}} */
Text functions_json(Arena *arena);
