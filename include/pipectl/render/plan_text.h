/*
 * plan_text.h: a plan for people, with the structure of Terraform's.
 *
 * "Terraform will perform the following actions" and what follows: drift, each change with its
 * attributes, outputs, and the closing line "Plan: 1 to add, 0 to change, 0 to destroy.".
 */
#pragma once

#include "pipectl/plan/plan.h"
#include "pipectl/render/terminal.h"

void plan_print(const Plan *plan, Terminal *terminal, Arena *arena);

/* All outputs: `name = value`, a line each; <sensitive> for those that are. */
void outputs_print(const State *state, Terminal *terminal, Arena *arena);

/* One value in configuration syntax, as `output` prints it. */
void value_print(Value value, Terminal *terminal, Arena *arena);

/* A type as the console's type() shows it: objects and tuples a member a line. */
void type_print(const Type *type, Terminal *terminal, Arena *arena);

/* An object of the state, as `state show` and `show` print it: in configuration syntax with a
 * heading. */
void state_print(const State *state, Text only, Terminal *terminal, Arena *arena);
