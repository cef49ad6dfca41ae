/* A plan for programs, in the form of Terraform's `show -json PLAN` (format version 1.2). */
#include "pipectl/render/plan_json.h"

#include "json_parts.h"
#include "relevant.h"

#include "pipectl/base/version.h"
#include "pipectl/value/json.h"

/* --- changes --------------------------------------------------------------------------------- */

static const char *const action_texts[] = {
    [ACTION_NONE] = "[\"no-op\"]",
    [ACTION_CREATE] = "[\"create\"]",
    [ACTION_READ] = "[\"read\"]",
    [ACTION_UPDATE] = "[\"update\"]",
    [ACTION_REPLACE] = "[\"delete\",\"create\"]",
    [ACTION_CREATE_THEN_DELETE] = "[\"create\",\"delete\"]",
    [ACTION_DELETE] = "[\"delete\"]",
    [ACTION_FORGET] = "[\"forget\"]",
};

static void put_actions(TextBuilder *builder, Action action)
{
    json_key(builder, TEXT_LIT("actions"));
    text_add(builder, text_of(action_texts[action]));
}

static void put_before_and_after(TextBuilder *builder, Value before, Value after)
{
    json_key(builder, TEXT_LIT("before"));
    json_add_known(builder, before);
    json_key(builder, TEXT_LIT("after"));
    json_add_known(builder, after);
    json_key(builder, TEXT_LIT("after_unknown"));
    if (value_is_wholly_known(after))
        text_add(builder, TEXT_LIT("{}"));
    else
        json_add_unknown_shape(builder, after);
    json_key(builder, TEXT_LIT("before_sensitive"));
    json_add_sensitive_shape(builder, before);
    json_key(builder, TEXT_LIT("after_sensitive"));
    json_add_sensitive_shape(builder, after);
}

/* [["triggers_replace"],["rule",0,"name"]] */
static void put_replace_paths(TextBuilder *builder, const PathList *paths)
{
    if (paths->count == 0)
        return;
    json_key(builder, TEXT_LIT("replace_paths"));
    text_add_char(builder, '[');
    for (size_t p = 0; p < paths->count; p++) {
        json_separate(builder);
        text_add_char(builder, '[');
        for (size_t s = 0; s < paths->items[p].count; s++) {
            const PathStep *step = &paths->items[p].steps[s];

            json_separate(builder);
            if (step->is_index)
                json_add_known(builder, step->index);
            else
                json_add_string(builder, step->name);
        }
        text_add_char(builder, ']');
    }
    text_add_char(builder, ']');
}

/* What every entry begins with. */
static void put_heading(TextBuilder *builder, Text name, Text previous_name, Address address,
                        Text provider, Arena *arena)
{
    json_put_text(builder, "address", name);
    json_put_text(builder, "previous_address", previous_name);
    json_put_text(builder, "module_address", module_path_text(arena, address.module));
    json_put_text(builder, "mode",
                  address.mode == MODE_DATA ? TEXT_LIT("data") : TEXT_LIT("managed"));
    json_put_text(builder, "type", address.type);
    json_put_text(builder, "name", address.name);
    json_put_key(builder, address.key);
    json_put_text(builder, "provider_name", provider_text_source(provider));
}

static void put_import(TextBuilder *builder, const Change *change)
{
    if (change->import_id.length == 0)
        return;
    json_key(builder, TEXT_LIT("importing"));
    text_add_char(builder, '{');
    json_put_text(builder, "id", change->import_id);
    text_add_char(builder, '}');
    json_put_text(builder, "generated_config", change->generated);
}

static void add_change(TextBuilder *builder, const Change *change)
{
    Arena scratch = { 0 };

    json_separate(builder);
    text_add_char(builder, '{');
    put_heading(builder, change->name, change->previous_name, change->address, change->provider,
                &scratch);
    json_put_text(builder, "deposed", change->deposed);
    json_key(builder, TEXT_LIT("change"));
    text_add_char(builder, '{');
    put_actions(builder, change->action);
    put_before_and_after(builder, change->before, change->after);
    put_replace_paths(builder, &change->replace);
    put_import(builder, change);
    text_add_char(builder, '}');
    json_put_text(builder, "action_reason", reason_text(change->reason));
    text_add_char(builder, '}');
    arena_free(&scratch);
}

static void put_changes(TextBuilder *builder, const Plan *plan)
{
    if (plan->changes.count == 0)
        return;
    json_key(builder, TEXT_LIT("resource_changes"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < plan->changes.count; i++)
        add_change(builder, plan->changes.items[i]);
    text_add_char(builder, ']');
}

static void add_drift(TextBuilder *builder, const Drift *drift)
{
    Arena scratch = { 0 };

    json_separate(builder);
    text_add_char(builder, '{');
    put_heading(builder, drift->name, drift->previous_name, drift->address, drift->provider,
                &scratch);
    json_key(builder, TEXT_LIT("change"));
    text_add_char(builder, '{');
    put_actions(builder, drift->action);
    put_before_and_after(builder, drift->before, drift->after);
    text_add_char(builder, '}');
    text_add_char(builder, '}');
    arena_free(&scratch);
}

static void put_drift(TextBuilder *builder, const Plan *plan)
{
    if (plan->drift.count == 0)
        return;
    json_key(builder, TEXT_LIT("resource_drift"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < plan->drift.count; i++)
        add_drift(builder, &plan->drift.items[i]);
    text_add_char(builder, ']');
}

/* Sensitivity of an output is all or nothing; what is not known at all has no "after". */
static void add_output_change(TextBuilder *builder, const OutputChange *output)
{
    json_key(builder, output->name);
    text_add_char(builder, '{');
    put_actions(builder, output->action);
    json_put_value(builder, "before", output->before);
    if (!value_is_unknown(output->after)) {
        json_key(builder, TEXT_LIT("after"));
        json_add_known(builder, output->after);
    }
    json_key(builder, TEXT_LIT("after_unknown"));
    if (value_is_wholly_known(output->after))
        text_add(builder, TEXT_LIT("false"));
    else
        json_add_unknown_shape(builder, output->after);
    json_put_bool(builder, "before_sensitive", output->sensitive);
    json_put_bool(builder, "after_sensitive", output->sensitive);
    text_add_char(builder, '}');
}

static void put_output_changes(TextBuilder *builder, const Plan *plan)
{
    if (plan->outputs.count == 0)
        return;
    json_key(builder, TEXT_LIT("output_changes"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < plan->outputs.count; i++)
        add_output_change(builder, &plan->outputs.items[i]);
    text_add_char(builder, '}');
}

/* --- planned values -------------------------------------------------------------------------- */

static void put_planned_outputs(TextBuilder *builder, const Plan *plan, Arena *arena)
{
    bool any = false;

    for (size_t i = 0; i < plan->outputs.count; i++) {
        const OutputChange *output = &plan->outputs.items[i];

        if (output->action == ACTION_DELETE)
            continue;
        if (!any) {
            json_key(builder, TEXT_LIT("outputs"));
            text_add_char(builder, '{');
        }
        any = true;
        json_key(builder, output->name);
        text_add_char(builder, '{');
        json_put_bool(builder, "sensitive", output->sensitive);
        if (value_is_wholly_known(output->after)) {
            json_put_value(builder, "type", json_of_type(arena, output->after.type));
            json_put_value(builder, "value", output->after);
        }
        text_add_char(builder, '}');
    }
    if (any)
        text_add_char(builder, '}');
}

static void put_planned_values(TextBuilder *builder, const Plan *plan, Arena *arena)
{
    JsonResourceList resources = { 0 };

    for (size_t i = 0; i < plan->changes.count; i++) {
        const Change *change = plan->changes.items[i];

        if (change->action != ACTION_DELETE)
            list_add(arena, &resources,
                     (JsonResource){ .address = change->address,
                                     .name = change->name,
                                     .provider = change->provider,
                                     .change = change });
    }
    json_key(builder, TEXT_LIT("planned_values"));
    text_add_char(builder, '{');
    put_planned_outputs(builder, plan, arena);
    json_put_modules(builder, &resources, arena);
    text_add_char(builder, '}');
}

/* --- conditions ------------------------------------------------------------------------------ */

static Text last_part(Text address)
{
    size_t dot = text_find_last(address, TEXT_LIT("."));

    return dot == TEXT_NOT_FOUND ? address : text_slice(address, dot + 1, address.length);
}

/* The module in the address of a variable, an output or a check. */
static Text module_part(Text kind, Text text, Arena *arena)
{
    size_t prefix = text_find_last(text, text_format(arena, TEXT_FMT ".", TEXT(kind)));

    return prefix == TEXT_NOT_FOUND || prefix == 0 ? TEXT_NONE : text_slice(text, 0, prefix - 1);
}

/* What the words of an address are, by name. */
static void put_check_address(TextBuilder *builder, Text kind, Text text, Arena *arena)
{
    Diags ignored = diags_make(arena);
    Address address;

    json_key(builder, TEXT_LIT("address"));
    text_add_char(builder, '{');
    /* The state has another word for it. */
    json_put_text(builder, "kind", text_is(kind, "output") ? TEXT_LIT("output_value") : kind);
    if (text_is(kind, "resource") &&
        address_parse(arena, text, RANGE_NONE, &address, NULL, &ignored)) {
        json_put_text(builder, "mode",
                      address.mode == MODE_DATA ? TEXT_LIT("data") : TEXT_LIT("managed"));
        json_put_text(builder, "module", module_path_config_text(arena, address.module));
        json_put_text(builder, "name", address.name);
        json_put_text(builder, "to_display", text);
        json_put_text(builder, "type", address.type);
    } else {
        json_put_text(builder, "module", module_part(kind, text, arena));
        json_put_text(builder, "name", last_part(text));
        json_put_text(builder, "to_display", text);
    }
    text_add_char(builder, '}');
}

static void put_instance_address(TextBuilder *builder, Text kind, Text text, Arena *arena)
{
    Diags ignored = diags_make(arena);
    Text module = module_part(kind, text, arena);
    Address address;

    json_separate(builder);
    text_add(builder, TEXT_LIT("{\"address\":{"));
    if (text_is(kind, "resource") &&
        address_parse(arena, text, RANGE_NONE, &address, NULL, &ignored)) {
        module = module_path_text(arena, address.module);
        if (address.key.kind != KEY_NONE)
            json_put_value(builder, "instance_key", key_value(address.key));
    }
    json_put_text(builder, "module", module);
    json_put_text(builder, "to_display", text);
    text_add_char(builder, '}');
}

static void add_check_instance(TextBuilder *builder, Text kind, Value object, Arena *arena)
{
    Value messages = value_get(object, "failure_messages");

    put_instance_address(builder, kind, value_get_text(object, "object_addr"), arena);
    json_put_text(builder, "status", value_get_text(object, "status"));
    if (!value_is_null(messages)) {
        json_key(builder, TEXT_LIT("problems"));
        text_add_char(builder, '[');
        for (size_t i = 0; i < value_count(messages); i++) {
            json_separate(builder);
            text_add_char(builder, '{');
            json_put_text(builder, "message", value_text(value_at(messages, i)));
            text_add_char(builder, '}');
        }
        text_add_char(builder, ']');
    }
    text_add_char(builder, '}');
}

static void add_check(TextBuilder *builder, Value check, Arena *arena)
{
    Value objects = value_get(check, "objects");

    json_separate(builder);
    text_add_char(builder, '{');
    put_check_address(builder, value_get_text(check, "object_kind"),
                      value_get_text(check, "config_addr"), arena);
    json_put_text(builder, "status", value_get_text(check, "status"));
    if (!value_is_null(objects)) {
        json_key(builder, TEXT_LIT("instances"));
        text_add_char(builder, '[');
        for (size_t i = 0; i < value_count(objects); i++)
            add_check_instance(builder, value_get_text(check, "object_kind"), value_at(objects, i),
                               arena);
        text_add_char(builder, ']');
    }
    text_add_char(builder, '}');
}

static void put_checks(TextBuilder *builder, Value results, Arena *arena)
{
    if (!results.type || value_is_null(results) || value_count(results) == 0)
        return;
    json_key(builder, TEXT_LIT("checks"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < value_count(results); i++)
        add_check(builder, value_at(results, i), arena);
    text_add_char(builder, ']');
}

/* --- putting it together --------------------------------------------------------------------- */

/* As they were given: {"name":{"value":...}}. */
static void put_variables(TextBuilder *builder, const Plan *plan)
{
    Value variables = plan->raw_variables;

    if (!variables.type || value_is_null(variables) || value_count(variables) == 0)
        return;
    json_key(builder, TEXT_LIT("variables"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < value_count(variables); i++) {
        json_key(builder, value_key_at(variables, i));
        text_add_char(builder, '{');
        json_put_value(builder, "value", value_at(variables, i));
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

/* Outputs whose new value is known by now are taken for done: so Terraform does it. */
static void put_prior_state(TextBuilder *builder, const Plan *plan, Arena *arena)
{
    State *state = state_copy(arena, plan->refreshed);

    for (size_t i = 0; i < plan->outputs.count && plan->mode != PLAN_DESTROY; i++)
        if (value_is_wholly_known(plan->outputs.items[i].after))
            state_put_output(state, plan->outputs.items[i].name, plan->outputs.items[i].after,
                             plan->outputs.items[i].sensitive);
    if (state_is_empty(state))
        return;
    json_key(builder, TEXT_LIT("prior_state"));
    json_add_state(builder, state, arena);
}

/* Left out when there are none. */
static void put_relevant_attributes(TextBuilder *builder, const Plan *plan, Arena *arena)
{
    RelevantAttributeList relevant = plan_relevant_attributes(plan, arena);

    if (relevant.count == 0)
        return;
    json_key(builder, TEXT_LIT("relevant_attributes"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < relevant.count; i++) {
        json_separate(builder);
        text_add_char(builder, '{');
        json_put_text(builder, "resource", relevant.items[i].resource);
        json_key(builder, TEXT_LIT("attribute"));
        text_add_char(builder, '[');
        for (size_t s = 0; s < relevant.items[i].count; s++) {
            const TraversalStep *step = &relevant.items[i].steps[s];

            json_separate(builder);
            if (step->is_index)
                json_add_known(builder, step->key);
            else
                json_add_string(builder, step->name);
        }
        text_add(builder, TEXT_LIT("]}"));
    }
    text_add_char(builder, ']');
}

Text plan_json(Arena *arena, const Plan *plan)
{
    TextBuilder builder = text_builder(arena);

    text_add_char(&builder, '{');
    json_put_text(&builder, "format_version", TEXT_LIT("1.2"));
    json_put_text(&builder, "terraform_version", TEXT_LIT(TERRAFORM_VERSION));
    put_variables(&builder, plan);
    put_planned_values(&builder, plan, arena);
    put_drift(&builder, plan);
    put_changes(&builder, plan);
    put_output_changes(&builder, plan);
    put_prior_state(&builder, plan, arena);
    json_key(&builder, TEXT_LIT("configuration"));
    json_add_configuration(&builder, plan->root, arena);
    put_relevant_attributes(&builder, plan, arena);
    put_checks(&builder, plan->check_results, arena);
    json_put_text(&builder, "timestamp", clock_rfc3339(arena, plan->time, 0));
    json_put_bool(&builder, "applyable", !plan->errored && plan_has_changes(plan));
    json_put_bool(&builder, "complete", plan->complete && !plan->errored);
    json_put_bool(&builder, "errored", plan->errored);
    text_add_char(&builder, '}');
    return text_built(&builder);
}
