#include "triggers.h"

static bool counts(const Change *change)
{
    return change->action == ACTION_UPDATE || change->action == ACTION_REPLACE ||
           change->action == ACTION_CREATE_THEN_DELETE;
}

void triggers_note(Planner *planner, Change *change)
{
    Text key = address_resource_text(planner->arena, change->address);
    ResourceChanges *of_resource = table_find(&planner->changes, key);

    if (!of_resource) {
        of_resource = arena_new(planner->arena, ResourceChanges);
        table_put(planner->arena, &planner->changes, key, of_resource);
    }
    of_resource->triggers |= counts(change);
    if (!of_resource->first)
        of_resource->first = change;
    table_put(planner->arena, &planner->changes_by_name, change->name, change);
}

/* The reference with [each.key] and [count.index] replaced by what they are here: nothing else may
 * stand there. */
static bool read_trigger(const Planner *planner, const Instance *instance, const Expr *expr,
                         Traversal *ret_traversal)
{
    Arena *arena = planner->arena;
    Text key = key_text(arena, instance->address.key);
    Text text = range_text(expr_range(expr));

    if (expr_as_traversal(expr, arena, ret_traversal))
        return true;
    text = text_replace(arena, text_replace(arena, text, TEXT_LIT("[each.key]"), key),
                        TEXT_LIT("[count.index]"), key);
    return traversal_parse(arena, text, expr_range(expr), ret_traversal, planner->diags);
}

static bool attribute_changes(const Change *change, const Traversal *traversal, size_t used,
                              Arena *arena)
{
    Path path = { 0 };
    Value before, after;
    bool had, has;

    for (size_t i = used; i < traversal->count; i++)
        path = traversal->steps[i].is_index ? path_index(arena, path, traversal->steps[i].key)
                                            : path_child(arena, path, traversal->steps[i].name);
    had = path_get(change->before, path, &before);
    has = path_get(change->after, path, &after);
    return had != has || (had && !value_same(before, after));
}

/* Subject and place are in the text: the summary is all that Terraform says. */
static void report_no_change(const Planner *planner, const Instance *instance,
                             const Traversal *traversal, const Reference *reference)
{
    Traversal named = *traversal;
    Text summary;

    named.count = reference->used;
    summary = text_format(planner->arena, "no change found for " TEXT_FMT " in %s" TEXT_FMT,
                          TEXT(traversal_text(planner->arena, &named)),
                          instance->module->parent ? "" : "the root module",
                          TEXT(instance->module->name));
    diag_error(planner->diags, RANGE_NONE, text_cstring(planner->arena, summary),
               "replace_triggered_by of " TEXT_FMT " names it (" TEXT_FMT
               "), and there is no such instance.",
               TEXT(instance->name), TEXT(range_place(planner->arena, traversal->range)));
}

static bool is_triggered_by(const Planner *planner, const Instance *instance, const Expr *expr)
{
    Traversal traversal;
    Reference reference;
    const ResourceChanges *of_resource;
    const Change *change;
    Address named;

    if (!read_trigger(planner, instance, expr, &traversal) ||
        !reference_of(&traversal, &reference, planner->diags))
        return false;
    if (!module_resource(instance->module->module, reference.mode, reference.type,
                         reference.name)) {
        diag_error(planner->diags, expr_range(expr), "Reference to undeclared resource",
                   "A resource \"" TEXT_FMT "\" \"" TEXT_FMT
                   "\" has not been declared in this module.",
                   TEXT(reference.type), TEXT(reference.name));
        return false;
    }
    named = (Address){ instance->module->path, reference.mode, reference.type, reference.name,
                       reference.key };
    of_resource = table_find(&planner->changes, address_resource_text(planner->arena, named));
    if (reference.key.kind != KEY_NONE)
        change = table_find(&planner->changes_by_name, address_text(planner->arena, named));
    else
        change = of_resource ? of_resource->first : NULL;
    if (!change) {
        report_no_change(planner, instance, &traversal, &reference);
        return false;
    }
    if (traversal.count == reference.used)
        return reference.key.kind == KEY_NONE ? of_resource->triggers : counts(change);
    return counts(change) && attribute_changes(change, &traversal, reference.used, planner->arena);
}

bool triggers_replacement(const Planner *planner, const Instance *instance)
{
    const Lifecycle *lifecycle = &instance->resource->lifecycle;

    for (size_t i = 0; i < lifecycle->replace_triggered_by.count; i++)
        if (is_triggered_by(planner, instance, lifecycle->replace_triggered_by.items[i]))
            return true;
    return false;
}
