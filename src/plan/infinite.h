/*
 * infinite.h: infinite numbers (1 / 0) may not go into a state or a plan, whose JSON cannot hold them.
 */
#pragma once

#include "config_graph.h"

/* The arguments of a resource or data source. */
void infinite_check_arguments(Value configuration, const Schema *schema, const Body *body,
                              Arena *arena, Diags *diags);

/* The value of an output of the root module. */
void infinite_check_output(const Output *output, Value value, Diags *diags);
