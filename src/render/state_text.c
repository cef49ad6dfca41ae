/* A state for people: every object in configuration syntax, modules after what they stand in, then
 * the outputs. */
#include "pipectl/render/plan_text.h"

#include "diff_text.h"
#include "json_parts.h"
#include <stdlib.h>

static const DiffView state_view = { .hides_symbols = true, .shows_unchanged = true };

static void add_object(const DiffPrinter *printer, const StateInstance *instance,
                       const InstanceObject *object, Text deposed)
{
    Arena scratch = { 0 };
    DiffPrinter own = { printer->terminal, printer->builder, &scratch };
    const Schema *schema;
    Value value =
        json_object_value(&scratch, instance->address, instance->provider, object, &schema);
    Diff *diff = schema ? diff_object(&scratch, schema, value, value, NULL)
                        : diff_typed(&scratch, TEXT_NONE, value);

    text_add_format(printer->builder, "# " TEXT_FMT ":", TEXT(instance->name));
    if (deposed.length > 0)
        text_add_format(printer->builder, " (deposed object " TEXT_FMT ")", TEXT(deposed));
    else if (object->tainted)
        text_add(printer->builder, TEXT_LIT(" (tainted)"));
    text_add_format(printer->builder, "\n%s \"" TEXT_FMT "\" \"" TEXT_FMT "\" ",
                    instance->address.mode == MODE_DATA ? "data" : "resource",
                    TEXT(instance->address.type), TEXT(instance->address.name));
    diff_print(&own, diff, 0, state_view);
    text_add_char(printer->builder, '\n');
    arena_free(&scratch);
}

/* --- the order: modules below the one that calls them, objects by the text of their address --- */

static int compare_paths(ModulePath a, ModulePath b)
{
    for (size_t i = 0; i < a.count && i < b.count; i++) {
        int order = text_compare(a.steps[i].name, b.steps[i].name);

        order = order != 0 ? order : key_compare(a.steps[i].key, b.steps[i].key);
        if (order != 0)
            return order;
    }
    return (a.count > b.count) - (a.count < b.count);
}

static int compare_instances(const void *a, const void *b)
{
    const StateInstance *first = *(StateInstance *const *)a, *second = *(StateInstance *const *)b;
    int order = compare_paths(first->address.module, second->address.module);

    return order != 0 ? order : text_compare(first->name, second->name);
}

typedef struct Listing {
    const DiffPrinter *printer;
    Table modules; /* that objects have been shown of */
    bool between;  /* an empty line comes before the next object */
    bool current_only; /* without deposed objects */
} Listing;

/* Two empty lines before the first object of a module, unless nothing was shown of the modules
 * around it: so Terraform does it. */
static void begin_module(Listing *listing, ModulePath path)
{
    Text name = module_path_text(listing->printer->arena, path);

    if (table_has(&listing->modules, name))
        return;
    table_put(listing->printer->arena, &listing->modules, name, listing);
    listing->between = false;
    while (path.count > 0 && !listing->between) {
        path.count--;
        listing->between =
            table_has(&listing->modules, module_path_text(listing->printer->arena, path));
    }
    if (listing->between)
        text_add_char(listing->printer->builder, '\n');
}

static void list_object(Listing *listing, const StateInstance *instance,
                        const InstanceObject *object, Text deposed)
{
    if (listing->between)
        text_add_char(listing->printer->builder, '\n');
    listing->between = true;
    add_object(listing->printer, instance, object, deposed);
}

static void list_instance(Listing *listing, const StateInstance *instance)
{
    begin_module(listing, instance->address.module);
    if (instance->current)
        list_object(listing, instance, instance->current, TEXT_NONE);
    for (size_t i = 0; i < instance->deposed.count && !listing->current_only; i++)
        list_object(listing, instance, instance->deposed.items[i].object,
                    instance->deposed.items[i].key);
}

static void add_outputs(const DiffPrinter *printer, const State *state)
{
    if (state->outputs.count == 0)
        return;
    text_add(printer->builder, TEXT_LIT("\n\nOutputs:\n\n"));
    for (size_t i = 0; i < state->outputs.count; i++) {
        const StateOutput *output = &state->outputs.items[i];
        Value value =
            output->sensitive ? value_marked(output->value, MARK_SENSITIVE) : output->value;

        text_add_format(printer->builder, TEXT_FMT " = ", TEXT(output->name));
        diff_print(printer, diff_typed(printer->arena, output->name, value), 0, state_view);
        text_add_char(printer->builder, '\n');
    }
}

void state_print(const State *state, Text only, Terminal *terminal, Arena *arena)
{
    TextBuilder builder = text_builder(arena);
    DiffPrinter printer = { terminal, &builder, arena };
    StateInstanceList instances = state_sorted(state, arena);
    Listing listing = { .printer = &printer, .current_only = only.length > 0 };

    if (instances.count > 1)
        qsort(instances.items, instances.count, sizeof *instances.items, compare_instances);
    for (size_t i = 0; i < instances.count; i++) {
        const StateInstance *instance = instances.items[i];

        if (only.length > 0 && !text_equal(only, instance->name))
            continue;
        list_instance(&listing, instance);
    }
    if (only.length == 0)
        add_outputs(&printer, state);
    terminal_write(terminal, text_built(&builder));
}
