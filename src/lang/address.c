#include "pipectl/lang/address.h"

#include "pipectl/lang/reference.h"

/* --- keys ----------------------------------------------------------------------------------- */

InstanceKey key_of_integer(int64_t integer)
{
    return (InstanceKey){ .kind = KEY_INTEGER, .integer = integer };
}

InstanceKey key_of_text(Text text)
{
    return (InstanceKey){ .kind = KEY_STRING, .text = text };
}

Value key_value(InstanceKey key)
{
    switch (key.kind) {
    case KEY_INTEGER:
        return value_integer(key.integer);
    case KEY_STRING:
        return value_string_raw(key.text);
    case KEY_NONE:
        break;
    }
    return value_null(type_dynamic);
}

bool key_equal(InstanceKey a, InstanceKey b)
{
    return key_compare(a, b) == 0;
}

int key_compare(InstanceKey a, InstanceKey b)
{
    if (a.kind != b.kind)
        return a.kind < b.kind ? -1 : 1;
    if (a.kind == KEY_INTEGER)
        return (a.integer > b.integer) - (a.integer < b.integer);
    return a.kind == KEY_STRING ? text_compare(a.text, b.text) : 0;
}

static void add_key(TextBuilder *builder, Arena *arena, InstanceKey key)
{
    Traversal traversal = { 0 };
    TraversalStep step = { .is_index = true, .key = key_value(key) };

    if (key.kind == KEY_NONE)
        return;
    traversal.steps = &step;
    traversal.count = 1;
    text_add(builder, traversal_text(arena, &traversal));
}

Text key_text(Arena *arena, InstanceKey key)
{
    TextBuilder builder = text_builder(arena);

    add_key(&builder, arena, key);
    return text_built(&builder);
}

/* --- texts ---------------------------------------------------------------------------------- */

ModulePath module_path_child(Arena *arena, ModulePath parent, Text name, InstanceKey key)
{
    ModuleStep *steps = arena_array(arena, ModuleStep, parent.count + 1);

    for (size_t i = 0; i < parent.count; i++)
        steps[i] = parent.steps[i];
    steps[parent.count] = (ModuleStep){ name, key };
    return (ModulePath){ steps, parent.count + 1 };
}

static void add_module(TextBuilder *builder, Arena *arena, ModulePath path, bool with_keys)
{
    for (size_t i = 0; i < path.count; i++) {
        text_add_format(builder, "%smodule." TEXT_FMT, i ? "." : "", TEXT(path.steps[i].name));
        if (with_keys)
            add_key(builder, arena, path.steps[i].key);
    }
}

Text module_path_text(Arena *arena, ModulePath path)
{
    TextBuilder builder = text_builder(arena);

    add_module(&builder, arena, path, true);
    return text_built(&builder);
}

Text module_path_config_text(Arena *arena, ModulePath path)
{
    TextBuilder builder = text_builder(arena);

    add_module(&builder, arena, path, false);
    return text_built(&builder);
}

static void add_resource(TextBuilder *builder, Address address)
{
    text_add_format(builder, "%s%s" TEXT_FMT "." TEXT_FMT, address.module.count ? "." : "",
                    address.mode == MODE_DATA ? "data." : "", TEXT(address.type),
                    TEXT(address.name));
}

Text address_text(Arena *arena, Address address)
{
    TextBuilder builder = text_builder(arena);

    add_module(&builder, arena, address.module, true);
    add_resource(&builder, address);
    add_key(&builder, arena, address.key);
    return text_built(&builder);
}

Text address_resource_text(Arena *arena, Address address)
{
    address.key = KEY_OF_NONE;
    return address_text(arena, address);
}

Text address_config_text(Arena *arena, Address address)
{
    TextBuilder builder = text_builder(arena);

    add_module(&builder, arena, address.module, false);
    add_resource(&builder, address);
    return text_built(&builder);
}

/* --- order ---------------------------------------------------------------------------------- */

/* All modules of one depth before those below any of them. */
static int module_compare(ModulePath a, ModulePath b)
{
    int order = (a.count > b.count) - (a.count < b.count);

    for (size_t i = 0; i < a.count && !order; i++) {
        order = text_compare(a.steps[i].name, b.steps[i].name);
        if (!order)
            order = key_compare(a.steps[i].key, b.steps[i].key);
    }
    return order;
}

bool module_path_equal(ModulePath a, ModulePath b)
{
    return module_compare(a, b) == 0;
}

int address_compare(Address a, Address b)
{
    int order = module_compare(a.module, b.module);

    if (!order && a.mode != b.mode)
        order = a.mode == MODE_DATA ? -1 : 1;
    if (!order)
        order = text_compare(a.type, b.type);
    if (!order)
        order = text_compare(a.name, b.name);
    return order ? order : key_compare(a.key, b.key);
}

bool address_equal(Address a, Address b)
{
    return address_compare(a, b) == 0;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool fail_address(Range range, const char *detail, Diags *diags)
{
    diag_error(diags, range, "Invalid address", "%s", detail);
    return false;
}

static bool is_attribute(const Traversal *traversal, size_t at)
{
    return at < traversal->count && !traversal->steps[at].is_index;
}

/* The name at [at]: the root is at 0, the first step at 1. */
static Text name_at(const Traversal *traversal, size_t at)
{
    return at == 0 ? traversal->root : traversal->steps[at - 1].name;
}

static bool has_name_at(const Traversal *traversal, size_t at)
{
    return at == 0 || is_attribute(traversal, at - 1);
}

/* The key after the name before [*at], if there is one there. */
static bool read_key(const Traversal *traversal, size_t *at, InstanceKey *ret_key, Diags *diags)
{
    const TraversalStep *step =
        *at >= 1 && *at - 1 < traversal->count ? &traversal->steps[*at - 1] : NULL;
    int64_t integer;

    *ret_key = KEY_OF_NONE;
    if (!step || !step->is_index)
        return true;
    ++*at;
    if (step->key.state == VALUE_KNOWN && value_has_kind(step->key, TYPE_STRING))
        *ret_key = key_of_text(value_text(step->key));
    else if (step->key.state == VALUE_KNOWN && value_has_kind(step->key, TYPE_NUMBER) &&
             number_to_int(value_to_number(step->key), &integer))
        *ret_key = key_of_integer(integer);
    else
        return fail_address(step->range, "A resource's instance key is a whole number or a string.",
                            diags);
    return true;
}

/* module = ("module" "." name key?)* */
static bool read_module(Arena *arena, const Traversal *traversal, size_t *at, ModulePath *ret_path,
                        Diags *diags)
{
    ModulePath path = { 0 };

    while (*at <= traversal->count && has_name_at(traversal, *at) &&
           text_is(name_at(traversal, *at), "module")) {
        InstanceKey key;
        Text name;

        if (++*at > traversal->count || !has_name_at(traversal, *at))
            return fail_address(traversal->range,
                                "The word \"module\" must be followed by a module's name.", diags);
        name = name_at(traversal, (*at)++);
        if (!read_key(traversal, at, &key, diags))
            return false;
        path = module_path_child(arena, path, name, key);
    }
    *ret_path = path;
    return true;
}

/* resource = "data"? type "." name key? */
static bool read_resource(const Traversal *traversal, size_t at, Address *address, Diags *diags)
{
    if (text_is(name_at(traversal, at), "data")) {
        address->mode = MODE_DATA;
        at++;
    } else if (text_is(name_at(traversal, at), "resource")) {
        at++;
    }
    if (at + 1 > traversal->count || !has_name_at(traversal, at) || !has_name_at(traversal, at + 1))
        return fail_address(traversal->range,
                            "A resource's address has its type and its name, with a dot between.",
                            diags);
    address->type = name_at(traversal, at);
    address->name = name_at(traversal, at + 1);
    at += 2;
    if (!read_key(traversal, &at, &address->key, diags))
        return false;
    if (at <= traversal->count)
        return fail_address(traversal->range, "There is more after the resource's name and key.",
                            diags);
    return true;
}

bool address_parse(Arena *arena, Text text, Range range, Address *ret_address, bool *ret_is_module,
                   Diags *diags)
{
    Traversal traversal;
    Address address = { 0 };
    size_t at = 0;

    if (!traversal_parse(arena, text, range, &traversal, diags) ||
        !read_module(arena, &traversal, &at, &address.module, diags))
        return false;
    if (at > traversal.count) {
        if (!ret_is_module)
            return fail_address(range, "A resource is wanted here, and this is a module.", diags);
    } else if (!has_name_at(&traversal, at)) {
        return fail_address(range, "A key must follow a module's or a resource's name.", diags);
    } else if (!read_resource(&traversal, at, &address, diags)) {
        return false;
    }
    if (ret_is_module)
        *ret_is_module = at > traversal.count;
    *ret_address = address;
    return true;
}
