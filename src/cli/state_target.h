/*
 * state_target.h: what an address on the command line names in a state.
 *
 * A module, with all that is in it; a resource, with all its instances; or one instance. A module
 * step without a key names all instances of that module.
 */
#pragma once

#include "pipectl/state/state.h"

typedef struct StateTarget {
    Text text;       /* as it was given */
    Address address; /* of a module only the path counts */
    bool is_module;
} StateTarget;

/* False when it is no address. */
bool state_target_parse(Arena *arena, Text text, StateTarget *ret_target, Diags *diags);

bool state_target_contains(const StateTarget *target, Address address);

/* All instances of the state that it contains, in order. */
StateInstanceList state_target_instances(const StateTarget *target, const State *state,
                                         Arena *arena);

/* The address of one resource instance, as taint and state show take it: no module. */
bool state_target_instance(Arena *arena, Text text, Address *ret_address, Diags *diags);
