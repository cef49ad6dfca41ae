/*
 * call.h: what a module call needs once the module that it calls is there. Private to the layer.
 */
#pragma once

#include "pipectl/config/module.h"

/* ./x, ../x, /x: a directory of this machine. */
bool module_source_is_local(Text source);

/* Sorts the call's arguments by the variables of call->module, and reports unknown and missing
   ones. */
void module_call_arguments(ModuleCall *call, Arena *arena, Diags *diags);
