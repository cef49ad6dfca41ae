/* Moves: objects that the configuration now knows by another address; applied to the state before
 * anything is read. */
#include "moved.h"

static bool same_module_path(ModulePath a, ModulePath b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!text_equal(a.steps[i].name, b.steps[i].name) ||
            !key_equal(a.steps[i].key, b.steps[i].key))
            return false;
    return true;
}

/* The path with its first [from.count] steps, below the module that the block stands in, exchanged.
 */
static ModulePath exchange_path(Arena *arena, ModulePath path, size_t base, ModulePath from,
                                ModulePath to)
{
    ModulePath result = { NULL, 0 };

    for (size_t i = 0; i < base; i++)
        result = module_path_child(arena, result, path.steps[i].name, path.steps[i].key);
    for (size_t i = 0; i < to.count; i++)
        result = module_path_child(arena, result, to.steps[i].name, to.steps[i].key);
    for (size_t i = base + from.count; i < path.count; i++)
        result = module_path_child(arena, result, path.steps[i].name, path.steps[i].key);
    return result;
}

/* Whether [path] goes through the static module that the block is written in. */
static bool is_below(const Module *module, ModulePath path, size_t *ret_base)
{
    size_t depth = 0;

    for (const Module *at = module; at->parent; at = at->parent)
        depth++;
    if (path.count < depth)
        return false;
    *ret_base = depth;
    for (const Module *at = module; at->parent; at = at->parent)
        if (!text_equal(path.steps[--depth].name, at->call_name))
            return false;
    return true;
}

/* A module step without a key in the block stands for all its instances. */
static bool module_matches(ModulePath path, size_t base, ModulePath from)
{
    ModulePath rest = { path.steps + base, path.count - base };

    return rest.count >= from.count && same_module_path(rest, from, from.count);
}

static bool moved_address(Arena *arena, const Module *module, const Moved *moved, Address address,
                          Address *ret_to)
{
    size_t base;

    if (!is_below(module, address.module, &base) ||
        !module_matches(address.module, base, moved->from.module))
        return false;
    *ret_to = address;
    ret_to->module =
        exchange_path(arena, address.module, base, moved->from.module, moved->to.module);
    if (moved->is_module)
        return true;
    if (address.module.count != base + moved->from.module.count ||
        !text_equal(address.type, moved->from.type) ||
        !text_equal(address.name, moved->from.name) || address.mode != MODE_MANAGED)
        return false;
    if (moved->from.key.kind != KEY_NONE && !key_equal(moved->from.key, address.key))
        return false;
    ret_to->type = moved->to.type;
    ret_to->name = moved->to.name;
    if (moved->from.key.kind != KEY_NONE || moved->to.key.kind != KEY_NONE)
        ret_to->key = moved->to.key;
    return true;
}

static void note_move(MovedTable *table, Text from, Text to)
{
    Text *first = table_find(&table->from, from); /* a chain of moves began there */
    Text *slot = arena_new(table->arena, Text);

    *slot = first ? *first : from;
    table_put(table->arena, &table->from, to, slot);
}

static void move_object(MovedTable *table, State *state, const StateInstance *instance, Address to,
                        Diags *diags, Range range)
{
    Text from = instance->name;
    Text name = address_text(table->arena, to);

    if (text_equal(from, name))
        return;
    if (state_move(state, from, to))
        note_move(table, from, name);
    else
        diag_warning(diags, range, "Unresolved resource instance address changes",
                     "The object at " TEXT_FMT " was to move to " TEXT_FMT
                     ", but there is one already. It stays where it is, and will be destroyed "
                     "where it is not configured.",
                     TEXT(from), TEXT(name));
}

static void apply_module_moves(MovedTable *table, State *state, const Module *module, Diags *diags)
{
    for (size_t m = 0; m < module->moved.count; m++) {
        StateInstanceList instances = state_sorted(state, table->arena);

        for (size_t i = 0; i < instances.count; i++) {
            Address to;

            if (moved_address(table->arena, module, module->moved.items[m],
                              instances.items[i]->address, &to))
                move_object(table, state, instances.items[i], to, diags,
                            module->moved.items[m]->range);
        }
    }
    for (size_t c = 0; c < module->calls.count; c++)
        if (module->calls.items[c]->module)
            apply_module_moves(table, state, module->calls.items[c]->module, diags);
}

/* count taken away or added: the object without a key and [0] are the same one. */
static void apply_implied_move(MovedTable *table, State *state, const StateInstance *instance,
                               const Resource *resource, Diags *diags)
{
    Address to = instance->address;
    bool has_key = instance->address.key.kind == KEY_INTEGER && instance->address.key.integer == 0;

    if (resource->for_each)
        return;
    if (resource->count && instance->address.key.kind == KEY_NONE)
        to.key = key_of_integer(0);
    else if (!resource->count && has_key)
        to.key = KEY_OF_NONE;
    else
        return;
    if (!state_find(state, address_text(table->arena, to)))
        move_object(table, state, instance, to, diags, resource->range);
}

void moves_apply(MovedTable *table, State *state, const ConfigGraph *graph, Diags *diags)
{
    StateInstanceList instances;

    apply_module_moves(table, state, graph->root, diags);
    instances = state_sorted(state, table->arena);
    for (size_t i = 0; i < instances.count; i++) {
        const ConfigBlock *block = config_graph_resource(
            graph, address_config_text(table->arena, instances.items[i]->address));

        if (block && instances.items[i]->address.mode == MODE_MANAGED)
            apply_implied_move(table, state, instances.items[i], block_resource(block), diags);
    }
}

Text moved_from(const MovedTable *table, Text name)
{
    const Text *from = table_find(&table->from, name);

    return from ? *from : TEXT_NONE;
}
