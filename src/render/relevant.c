/*
 * Which attributes of which resources have a part in what is planned: followed from each change and
 * output back through variables, locals and module outputs until a resource is met.
 */
#include "relevant.h"

typedef struct Relevant {
    RelevantAttributeList found;
    Arena *arena;
    Table seen; /* what has been followed, and what has been found */
} Relevant;

/* Where an expression stands. */
typedef struct Place {
    const Module *module;
    ModulePath path;
    const Expr *repetition; /* count or for_each around it: what each and count mean; NULL: none */
} Place;

static void follow(Relevant *relevant, const Place *place, const Traversal *traversal);

static bool is_new(Relevant *relevant, Text key)
{
    if (table_has(&relevant->seen, key))
        return false;
    table_put(relevant->arena, &relevant->seen, key, relevant);
    return true;
}

/* The value of a literal key in an object constructor. */
static const Expr *member_expr(const Expr *expr, Text name, Arena *arena)
{
    const Expr *const *keys, *const *values;
    Scope scope = { 0 };
    size_t count;

    if (!expr_items(expr, &keys, &values, &count))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        Diags ignored = diags_make(arena);
        Value key = expr_is_literal(keys[i]) ? expr_evaluate(keys[i], &scope, arena, &ignored)
                                             : value_null(type_string);

        if (value_has_kind(key, TYPE_STRING) && !value_is_null(key) &&
            text_equal(value_text(key), name))
            return values[i];
    }
    return NULL;
}

/* All that an expression refers to; of an object constructor only what the steps lead to. */
static void follow_expr(Relevant *relevant, const Place *place, const Expr *expr,
                        const TraversalStep *steps, size_t count)
{
    TraversalList traversals = { 0 };

    for (size_t i = 0; i < count && !steps[i].is_index; i++) {
        const Expr *inner = member_expr(expr, steps[i].name, relevant->arena);

        if (!inner)
            break;
        expr = inner;
    }
    expr_traversals(expr, relevant->arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++)
        follow(relevant, place, &traversals.items[i]);
}

static void add_attribute(Relevant *relevant, const Place *place, const Reference *reference,
                          const Traversal *traversal)
{
    Address address = {place->path, reference->mode, reference->type, reference->name,
                       reference->key};
    Text name = address_text(relevant->arena, address);
    Traversal rest = {.root = name,
                      .steps = traversal->steps + reference->used,
                      .count = traversal->count - reference->used};

    if (is_new(relevant, traversal_text(relevant->arena, &rest)))
        list_add(relevant->arena, &relevant->found, (RelevantAttribute){ name, rest.steps, rest.count });
}

static const Attribute *argument_of(const ModuleCall *call, Text name)
{
    for (size_t i = 0; i < call->arguments.attributes.count; i++)
        if (text_equal(call->arguments.attributes.items[i].name, name))
            return &call->arguments.attributes.items[i];
    return NULL;
}

/* A child's variable is what the call in the parent says. */
static void follow_variable(Relevant *relevant, const Place *place, Text name,
                            const TraversalStep *steps, size_t count)
{
    const ModuleCall *call =
        place->module->parent ? module_call(place->module->parent, place->module->call_name) : NULL;
    const Attribute *argument = call ? argument_of(call, name) : NULL;

    if (argument) {
        Place outside = {place->module->parent,
                         {place->path.steps, place->path.count - 1},
                         call->count ? call->count : call->for_each};

        follow_expr(relevant, &outside, argument->expr, steps, count);
    }
}

static void follow_output(Relevant *relevant, const Place *place, const Reference *reference,
                          const TraversalStep *steps, size_t count)
{
    const ModuleCall *call = module_call(place->module, reference->name);

    if (!call || !call->module)
        return;
    Place inside = {
        call->module,
        module_path_child(relevant->arena, place->path, reference->name, reference->key), NULL};

    for (size_t i = 0; i < call->module->outputs.count; i++) {
        const Output *output = call->module->outputs.items[i];

        if (reference->output.length == 0 || text_equal(output->name, reference->output))
            follow_expr(relevant, &inside, output->value, steps, count);
    }
}

static void follow(Relevant *relevant, const Place *place, const Traversal *traversal)
{
    Diags ignored = diags_make(relevant->arena);
    const TraversalStep *steps;
    Reference reference;
    const Local *local;
    size_t count;

    if (!reference_of(traversal, &reference, &ignored))
        return;
    steps = traversal->steps + reference.used;
    count = traversal->count - reference.used;
    if (reference.kind == REFERENCE_RESOURCE) {
        add_attribute(relevant, place, &reference, traversal);
        return;
    }
    if (reference.kind == REFERENCE_EACH || reference.kind == REFERENCE_COUNT) {
        if (place->repetition)
            follow_expr(relevant, &(Place){place->module, place->path, NULL}, place->repetition,
                        NULL, 0);
        return;
    }
    if (!is_new(relevant, text_format(relevant->arena, TEXT_FMT " " TEXT_FMT,
                                      TEXT(module_path_text(relevant->arena, place->path)),
                                      TEXT(traversal_text(relevant->arena, traversal)))))
        return;
    local = reference.kind == REFERENCE_LOCAL ? module_local(place->module, reference.name) : NULL;
    if (local)
        follow_expr(relevant, place, local->expr, steps, count);
    else if (reference.kind == REFERENCE_VARIABLE)
        follow_variable(relevant, place, reference.name, steps, count);
    else if (reference.kind == REFERENCE_MODULE)
        follow_output(relevant, place, &reference, steps, count);
}

/* --- where to begin -------------------------------------------------------------------------- */

static const Module *module_of(const Module *root, ModulePath path)
{
    for (size_t i = 0; i < path.count && root; i++) {
        const ModuleCall *call = module_call(root, path.steps[i].name);

        root = call ? call->module : NULL;
    }
    return root;
}

static void follow_change(Relevant *relevant, const Plan *plan, const Change *change)
{
    const Resource *resource = change->resource;
    Place place = { module_of(plan->root, change->address.module), change->address.module, NULL };
    TraversalList traversals = { 0 };

    if (change->action == ACTION_NONE || !resource ||
        !place.module || /* all its instances are written the same */
        !is_new(relevant,
                text_format(relevant->arena, "resource " TEXT_FMT,
                            TEXT(address_resource_text(relevant->arena, change->address)))))
        return;
    place.repetition = resource->count ? resource->count : resource->for_each;
    body_traversals(resource->body, relevant->arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++)
        follow(relevant, &place, &traversals.items[i]);
}

/* An output of a child module is new in every plan: no state remembers it. Modules are those that
 * something is planned in. */
static void follow_module_outputs(Relevant *relevant, const Plan *plan, ModulePath path)
{
    for (; path.count > 0; path.count--) {
        Place place = { module_of(plan->root, path), path, NULL };

        if (!place.module ||
            !is_new(relevant, text_format(relevant->arena, "outputs of " TEXT_FMT,
                                          TEXT(module_path_text(relevant->arena, path)))))
            return;
        for (size_t i = 0; i < place.module->outputs.count; i++)
            follow_expr(relevant, &place, place.module->outputs.items[i]->value, NULL, 0);
    }
}

RelevantAttributeList plan_relevant_attributes(const Plan *plan, Arena *arena)
{
    Relevant relevant = { .arena = arena };
    Place root = { plan->root, { NULL, 0 }, NULL };

    for (size_t i = 0; i < plan->changes.count; i++) {
        follow_change(&relevant, plan, plan->changes.items[i]);
        if (plan->changes.items[i]->resource)
            follow_module_outputs(&relevant, plan, plan->changes.items[i]->address.module);
    }
    for (size_t i = 0; i < plan->outputs.count; i++) {
        const Output *output = module_output(plan->root, plan->outputs.items[i].name);

        if (output && plan->outputs.items[i].action != ACTION_NONE)
            follow_expr(&relevant, &root, output->value, NULL, 0);
    }
    return relevant.found;
}

/* --- parts of values ------------------------------------------------------------------------- */

bool relevant_has(const RelevantAttributeList *attributes, Text resource)
{
    for (size_t i = 0; i < attributes->count; i++)
        if (text_equal(attributes->items[i].resource, resource))
            return true;
    return false;
}

static bool leads_to(const TraversalStep *step, Text key)
{
    if (!step->is_index)
        return text_equal(step->name, key);
    return value_has_kind(step->key, TYPE_STRING) && text_equal(value_text(step->key), key);
}

/* Those of the attributes whose step at [depth] leads to [key]. */
static RelevantAttributeList below(const RelevantAttributeList *attributes, size_t depth, Text key, Arena *arena)
{
    RelevantAttributeList inside = { 0 };

    for (size_t i = 0; i < attributes->count; i++)
        if (leads_to(&attributes->items[i].steps[depth], key))
            list_add(arena, &inside, attributes->items[i]);
    return inside;
}

static bool has_members(Value value)
{
    return value_is_known(value) && !value_is_null(value) && (value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP);
}

static Value part(const RelevantAttributeList *attributes, size_t depth, Value before, Value after, Arena *arena);

/* What is only in [before] stays where it is not relevant, what is only in [after] comes where it is. */
static void put_members(ValueBuilder *builder, const RelevantAttributeList *attributes, size_t depth, Value before, Value after)
{
    for (size_t i = 0; i < value_count(before); i++) {
        Text key = value_key_at(before, i);
        RelevantAttributeList inside = below(attributes, depth, key, builder->arena);
        Value member;

        if (inside.count == 0)
            value_builder_put(builder, key, value_at(before, i));
        else if (value_member(after, key, &member))
            value_builder_put(builder, key, part(&inside, depth + 1, value_at(before, i), member, builder->arena));
    }
    for (size_t i = 0; i < value_count(after); i++) {
        Text key = value_key_at(after, i);

        if (!value_member(before, key, NULL) && below(attributes, depth, key, builder->arena).count > 0)
            value_builder_put(builder, key, value_at(after, i));
    }
}

static Value part(const RelevantAttributeList *attributes, size_t depth, Value before, Value after, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < attributes->count; i++)
        if (attributes->items[i].count == depth)
            return after;
    if (!has_members(before) || !has_members(after) || before.type->kind != after.type->kind)
        return after;
    put_members(&builder, attributes, depth, before, after);
    return before.type->kind == TYPE_MAP ? value_built_map(&builder, before.type->element) : value_built_object(&builder);
}

Value relevant_part(const RelevantAttributeList *attributes, Text resource, Value before, Value after, Arena *arena)
{
    RelevantAttributeList own = { 0 };

    for (size_t i = 0; i < attributes->count; i++)
        if (text_equal(attributes->items[i].resource, resource))
            list_add(arena, &own, attributes->items[i]);
    return own.count > 0 ? part(&own, 0, before, after, arena) : before;
}
