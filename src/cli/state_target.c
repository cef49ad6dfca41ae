/* Addresses of the command line against those of a state. */
#include "state_target.h"

bool state_target_parse(Arena *arena, Text text, StateTarget *ret_target, Diags *diags)
{
    ret_target->text = text;
    return address_parse(arena, text, RANGE_NONE, &ret_target->address, &ret_target->is_module,
                         diags);
}

static bool module_contains(ModulePath outer, ModulePath inner)
{
    if (inner.count < outer.count)
        return false;
    for (size_t i = 0; i < outer.count; i++)
        if (!text_equal(outer.steps[i].name, inner.steps[i].name) ||
            (!key_equal(outer.steps[i].key, inner.steps[i].key) &&
             outer.steps[i].key.kind != KEY_NONE))
            return false;
    return true;
}

bool state_target_contains(const StateTarget *target, Address address)
{
    Address of_resource = address;

    if (target->is_module)
        return module_contains(target->address.module, address.module);
    of_resource.key = KEY_OF_NONE;
    return address_equal(target->address, address) ||
           (target->address.key.kind == KEY_NONE && address_equal(target->address, of_resource));
}

StateInstanceList state_target_instances(const StateTarget *target, const State *state,
                                         Arena *arena)
{
    StateInstanceList all = state_sorted(state, arena), named = { 0 };

    for (size_t i = 0; i < all.count; i++)
        if (state_target_contains(target, all.items[i]->address))
            list_add(arena, &named, all.items[i]);
    return named;
}

bool state_target_instance(Arena *arena, Text text, Address *ret_address, Diags *diags)
{
    return address_parse(arena, text, RANGE_NONE, ret_address, NULL, diags);
}
