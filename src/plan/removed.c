/* Removed blocks, with the addresses in them as the root sees them. */
#include "removed.h"

static ModulePath static_path(Arena *arena, const Module *module)
{
    if (!module->parent)
        return (ModulePath){ NULL, 0 };
    return module_path_child(arena, static_path(arena, module->parent), module->call_name,
                             KEY_OF_NONE);
}

static Text full_name(Arena *arena, const Module *module, const Removed *removed)
{
    Address address = removed->from;

    address.module = static_path(arena, module);
    for (size_t i = 0; i < removed->from.module.count; i++)
        address.module = module_path_child(arena, address.module,
                                           removed->from.module.steps[i].name, KEY_OF_NONE);
    return removed->is_module ? module_path_text(arena, address.module)
                              : address_text(arena, address);
}

static bool is_listed(const RemovalList *list, Text name)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].name, name))
            return true;
    return false;
}

/* Of several about the same the first one counts. */
static void collect(const Module *module, Arena *arena, RemovalList *list)
{
    for (size_t i = 0; i < module->removed.count; i++) {
        const Removed *removed = module->removed.items[i];
        Text name = full_name(arena, module, removed);

        if (!is_listed(list, name))
            list_add(arena, list, ((Removal){ removed, module, name }));
    }
    for (size_t i = 0; i < module->calls.count; i++)
        if (module->calls.items[i]->module)
            collect(module->calls.items[i]->module, arena, list);
}

/* Where the configuration has it; RANGE_NONE: it has not. */
static Range find_configured(const Removal *removal)
{
    const Module *module = removal->module;
    const ModuleCall *call = NULL;
    const Resource *resource;
    ModulePath path = removal->removed->from.module;

    for (size_t i = 0; i < path.count && module; i++) {
        call = module_call(module, path.steps[i].name);
        module = call ? call->module : NULL;
    }
    if (!module)
        return RANGE_NONE;
    if (removal->removed->is_module)
        return call->range;
    resource = module_resource(module, MODE_MANAGED, removal->removed->from.type,
                               removal->removed->from.name);
    return resource ? resource->range : RANGE_NONE;
}

RemovalList removals_of(const Module *root, Arena *arena)
{
    RemovalList list = { 0 };

    collect(root, arena, &list);
    return list;
}

bool removals_check(const Module *root, Arena *arena, Diags *diags)
{
    RemovalList removals = removals_of(root, arena);
    size_t errors = diags->error_count;

    for (size_t i = 0; i < removals.count; i++) {
        const Removal *removal = &removals.items[i];
        Range range = find_configured(removal);

        if (range.source)
            diag_error(diags, range,
                       removal->removed->is_module ? "Removed module still exists"
                                                   : "Removed resource still exists",
                       "A removed block says that " TEXT_FMT
                       " was removed, and here it is configured. Take one of the two out.",
                       TEXT(removal->name));
    }
    return diags->error_count == errors;
}

bool removals_forget(const RemovalList *removals, Address address, Arena *arena)
{
    Text name = removals->count > 0 ? address_config_text(arena, address) : TEXT_NONE;

    for (size_t i = 0; i < removals->count; i++) {
        const Removal *removal = &removals->items[i];
        bool inside = removal->removed->is_module && text_starts_with(name, removal->name) &&
                      name.bytes[removal->name.length] == '.';

        if (!removal->removed->destroy && (inside || text_equal(name, removal->name)))
            return true;
    }
    return false;
}
