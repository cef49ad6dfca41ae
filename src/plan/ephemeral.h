/*
 * ephemeral.h: where ephemeral values may not go: whatever outlives the run, which is what a state
 * or a plan holds, and the number and keys of instances. Everywhere else (locals, arguments of
 * modules that accept them, providers, provisioners, conditions) they may.
 */
#pragma once

#include "config_graph.h"

/* The arguments of a resource or data source. */
void ephemeral_check_arguments(Value configuration, const Schema *schema, const Body *body,
                               Arena *arena, Diags *diags);

/* count or for_each, whose name is [argument]. False when it is derived from an ephemeral value. */
bool ephemeral_check_repetition(Value value, const char *argument, Range range, Diags *diags);

/* The value that a call gives to a variable of a module; what is refused is unknown. */
Value ephemeral_check_variable(const Variable *variable, Value value, Range range, Diags *diags);

/* An output's value: the one of an ephemeral output must be ephemeral, the others must not. */
void ephemeral_check_output(const Output *output, Value value, Diags *diags);

/* Blocks of ephemeral resources: none of the providers has any, so all are refused by name. */
void ephemeral_check_blocks(const Module *module, Diags *diags);
