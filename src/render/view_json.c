/* What a command says to programs: the lines of -json around those of progress_json.c. */
#include "pipectl/render/view.h"

#include "event_json.h"
#include "progress_json.h"

#include "pipectl/base/version.h"
#include "pipectl/render/diag_json.h"
#include "pipectl/value/json.h"
#include <stdlib.h>

typedef struct JsonView {
    Arena *arena;
    Terminal *out;
} JsonView;

/* --- the plan --------------------------------------------------------------------------------- */

static const char *const action_words[] = {
    [ACTION_NONE] = "noop",       [ACTION_CREATE] = "create",
    [ACTION_READ] = "read",       [ACTION_UPDATE] = "update",
    [ACTION_REPLACE] = "replace", [ACTION_CREATE_THEN_DELETE] = "replace",
    [ACTION_DELETE] = "delete",   [ACTION_FORGET] = "remove",
};

/* Shorter than in the document of a saved plan for those that replace. */
static Text reason_word(Reason reason)
{
    switch (reason) {
    case REASON_REPLACE_CANNOT_UPDATE:
        return TEXT_LIT("cannot_update");
    case REASON_REPLACE_TAINTED:
        return TEXT_LIT("tainted");
    case REASON_REPLACE_BY_REQUEST:
        return TEXT_LIT("requested");
    case REASON_REPLACE_BY_TRIGGERS:
        return TEXT_LIT("replace_triggered_by");
    default:
        return reason_text(reason);
    }
}

static void put_previous(EventLine *line, Text name)
{
    Diags ignored = diags_make(&line->scratch);
    Address address;

    if (name.length > 0 &&
        address_parse(&line->scratch, name, RANGE_NONE, &address, NULL, &ignored))
        event_put_resource(line, "previous_resource", address, name);
}

static void say_drift(const JsonView *view, const Drift *drift)
{
    const char *action = drift->action == ACTION_NONE ? "move" : action_words[drift->action];
    EventLine line;

    event_begin(
        &line, "info",
        text_format(view->arena, TEXT_FMT ": Drift detected (%s)", TEXT(drift->name), action));
    json_key(&line.builder, TEXT_LIT("change"));
    text_add_char(&line.builder, '{');
    event_put_resource(&line, "resource", drift->address, drift->name);
    put_previous(&line, drift->previous_name);
    json_put_text(&line.builder, "action", text_of(action));
    text_add_char(&line.builder, '}');
    event_end(&line, "resource_drift", view->out);
}

static void put_import(EventLine *line, const Change *change)
{
    if (change->import_id.length == 0)
        return;
    json_key(&line->builder, TEXT_LIT("importing"));
    text_add_char(&line->builder, '{');
    json_put_text(&line->builder, "id", change->import_id);
    text_add_char(&line->builder, '}');
    json_put_text(&line->builder, "generated_config", change->generated);
}

static void say_change(const JsonView *view, const Change *change)
{
    bool stays = change->action == ACTION_NONE;
    const char *action = stays && change->previous_name.length > 0 ? "move"
                         : stays && change->import_id.length > 0   ? "import"
                                                                   : action_words[change->action];
    EventLine line;

    event_begin(&line, "info",
                text_format(view->arena, TEXT_FMT ": Plan to %s", TEXT(change->name), action));
    json_key(&line.builder, TEXT_LIT("change"));
    text_add_char(&line.builder, '{');
    event_put_resource(&line, "resource", change->address, change->name);
    put_previous(&line, change->previous_name);
    json_put_text(&line.builder, "action", text_of(action));
    json_put_text(&line.builder, "reason", reason_word(change->reason));
    put_import(&line, change);
    text_add_char(&line.builder, '}');
    event_end(&line, "planned_change", view->out);
}

/* What depends on more comes later. Dependencies are transitive, so that is the order of work. */
static int compare_rank(const void *a, const void *b)
{
    const Change *first = *(Change *const *)a, *second = *(Change *const *)b;
    size_t x = first->dependencies.count, y = second->dependencies.count;
    int order = x < y ? -1 : x > y;

    if (order == 0)
        order = address_compare(first->address, second->address);
    return order != 0 ? order : -text_compare(first->deposed, second->deposed);
}

/* In the order in which Terraform plans them: dependencies first, in a destroy last. */
static void say_changes(const JsonView *view, const Plan *plan)
{
    size_t count = plan->changes.count;
    Change **changes = arena_array(view->arena, Change *, count);

    for (size_t i = 0; i < count; i++)
        changes[i] = plan->changes.items[i];
    if (count > 1)
        qsort(changes, count, sizeof *changes, compare_rank);
    for (size_t i = 0; i < count; i++) {
        const Change *change = changes[plan->mode == PLAN_DESTROY ? count - 1 - i : i];

        if (change_is_something(change))
            say_change(view, change);
    }
}

/* --- counts ----------------------------------------------------------------------------------- */

static void say_counts(const JsonView *view, Text message, PlanCounts counts, const char *operation)
{
    EventLine line;

    event_begin(&line, "info", message);
    json_key(&line.builder, TEXT_LIT("changes"));
    text_add_char(&line.builder, '{');
    json_put_value(&line.builder, "add", value_integer((int64_t)counts.add));
    json_put_value(&line.builder, "change", value_integer((int64_t)counts.change));
    json_put_value(&line.builder, "import", value_integer((int64_t)counts.import));
    json_put_value(&line.builder, "remove", value_integer((int64_t)counts.destroy));
    json_put_text(&line.builder, "operation", text_of(operation));
    text_add_char(&line.builder, '}');
    event_end(&line, "change_summary", view->out);
}

/* "2 imported, " or nothing. */
static Text imports(Arena *arena, size_t count, const char *words)
{
    return count > 0 ? text_format(arena, "%zu %s, ", count, words) : TEXT_NONE;
}

static void say_applied(void *user, const ApplySummary *summary, bool destroyed)
{
    const JsonView *view = user;
    PlanCounts counts = { summary->added, summary->changed, summary->destroyed, summary->imported };
    Text message = destroyed
                       ? text_format(view->arena, "Destroy complete! Resources: %zu destroyed.",
                                     summary->destroyed)
                       : text_format(view->arena,
                                     "Apply complete! Resources: " TEXT_FMT
                                     "%zu added, %zu changed, %zu destroyed.",
                                     TEXT(imports(view->arena, summary->imported, "imported")),
                                     summary->added, summary->changed, summary->destroyed);

    say_counts(view, message, counts, destroyed ? "destroy" : "apply");
}

/* --- outputs ---------------------------------------------------------------------------------- */

static void begin_outputs(EventLine *line, const JsonView *view, size_t count)
{
    event_begin(line, "info", text_format(view->arena, "Outputs: %zu", count));
    json_key(&line->builder, TEXT_LIT("outputs"));
    text_add_char(&line->builder, '{');
}

static void say_output_changes(const JsonView *view, const Plan *plan)
{
    EventLine line;

    if (plan->outputs.count == 0)
        return;
    begin_outputs(&line, view, plan->outputs.count);
    for (size_t i = 0; i < plan->outputs.count; i++) {
        json_key(&line.builder, plan->outputs.items[i].name);
        text_add_char(&line.builder, '{');
        json_put_bool(&line.builder, "sensitive", plan->outputs.items[i].sensitive);
        json_put_text(&line.builder, "action",
                      text_of(action_words[plan->outputs.items[i].action]));
        text_add_char(&line.builder, '}');
    }
    text_add_char(&line.builder, '}');
    event_end(&line, "outputs", view->out);
}

/* A sensitive one without its value. */
static void say_outputs(void *user, const State *state)
{
    const JsonView *view = user;
    EventLine line;

    begin_outputs(&line, view, state->outputs.count);
    for (size_t i = 0; i < state->outputs.count; i++) {
        const StateOutput *output = &state->outputs.items[i];

        json_key(&line.builder, output->name);
        text_add_char(&line.builder, '{');
        json_put_bool(&line.builder, "sensitive", output->sensitive);
        json_put_value(&line.builder, "type", json_of_type(&line.scratch, output->value.type));
        if (!output->sensitive)
            json_put_value(&line.builder, "value", output->value);
        text_add_char(&line.builder, '}');
    }
    text_add_char(&line.builder, '}');
    event_end(&line, "outputs", view->out);
}

static void say_plan(void *user, const Plan *plan)
{
    const JsonView *view = user;
    PlanCounts counts = plan_count(plan);

    for (size_t i = 0; i < plan->drift.count; i++)
        say_drift(view, &plan->drift.items[i]);
    say_changes(view, plan);
    say_counts(view,
               text_format(view->arena,
                           "Plan: " TEXT_FMT "%zu to add, %zu to change, %zu to destroy.",
                           TEXT(imports(view->arena, counts.import, "to import")), counts.add,
                           counts.change, counts.destroy),
               counts, "plan");
    say_output_changes(view, plan);
}

/* --- messages --------------------------------------------------------------------------------- */

static void say_diags(void *user, const Diags *diags)
{
    const JsonView *view = user;

    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];
        bool is_error = diag->severity == SEVERITY_ERROR;
        EventLine line;

        event_begin(&line, is_error ? "error" : "warn",
                    text_format(view->arena, "%s: " TEXT_FMT, is_error ? "Error" : "Warning",
                                TEXT(diag->summary)));
        json_key(&line.builder, TEXT_LIT("diagnostic"));
        diag_add_json(&line.builder, diag);
        event_end(&line, "diagnostic", view->out);
    }
}

static void say_notice(void *user, Text text)
{
    const JsonView *view = user;

    event_log(view->out, text);
}

static void say_step(void *user, const char *code, Text text)
{
    const JsonView *view = user;
    EventLine line;

    if (!code) {
        event_log(view->out, text_trim(text));
        return;
    }
    event_begin(&line, "info", text_trim(text));
    json_put_text(&line.builder, "message_code", text_of(code));
    event_end(&line, "init_output", view->out);
}

static void say_waiting(void *user)
{
    const JsonView *view = user;
    EventLine line;

    event_begin(&line, "info", TEXT_LIT("Acquiring state lock. This may take a few moments..."));
    event_end(&line, "state_lock_acquire", view->out);
}

static void say_version(const JsonView *view)
{
    EventLine line;

    event_begin(&line, "info", TEXT_LIT("Terraform " TERRAFORM_VERSION));
    json_put_text(&line.builder, "terraform", TEXT_LIT(TERRAFORM_VERSION));
    event_put_type(&line, "version");
    json_put_text(&line.builder, "ui", TEXT_LIT("1.2"));
    event_end(&line, NULL, view->out);
}

View view_json(Arena *arena, Terminal *out)
{
    JsonView *view = arena_new(arena, JsonView);

    *view = (JsonView){ arena, out };
    say_version(view);
    return (View){ .user = view,
                   .events = progress_json_events(out),
                   .plan = say_plan,
                   .applied = say_applied,
                   .outputs = say_outputs,
                   .diags = say_diags,
                   .notice = say_notice,
                   .waits = say_waiting,
                   .step = say_step };
}
