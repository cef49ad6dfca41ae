/*
 * husks.h: resources without objects, as an apply that fails leaves them in the state.
 *
 * Terraform writes an entry with no instances for each resource that the apply came to and that has
 * no object then, in every module that did not end well. The next apply that ends well drops them.
 */
#pragma once

#include "config_graph.h"
#include "evaluate.h"
#include "pipectl/state/state.h"

/* Of the blocks that were started; a module's close is started where all in it ended well. */
void husks_note(State *state, const ConfigGraph *config, Evaluator *evaluator);
