/* A plan for people: legend, changes, outputs, and the closing line. */
#include "pipectl/render/plan_text.h"

#include "plan_parts.h"

static void add(const DiffPrinter *printer, const char *text)
{
    text_add(printer->builder, text_of(text));
}

static void add_bold(const DiffPrinter *printer, Text text)
{
    terminal_style(printer->terminal, printer->builder, STYLE_BOLD);
    terminal_add_foreign(printer->builder, text);
    terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
}

/* --- how an action looks ---------------------------------------------------------------------- */

typedef struct ActionStyle {
    const char *symbol;
    Style style;
    const char *legend;
    const char *heading; /* after the address */
} ActionStyle;

static const ActionStyle action_styles[] = {
    [ACTION_CREATE] = {"  +", STYLE_GREEN, "create", "will be created"},
    [ACTION_UPDATE] = {"  ~", STYLE_YELLOW, "update in-place", "will be updated in-place"},
    [ACTION_DELETE] = {"  -", STYLE_RED, "destroy", "will be destroyed"},
    [ACTION_REPLACE] = {"-/+", STYLE_RED, "destroy and then create replacement",
                        "must be replaced"},
    [ACTION_CREATE_THEN_DELETE] = {"+/-", STYLE_RED, "create replacement and then destroy",
                                   "must be replaced"},
    [ACTION_READ] = {" <=", STYLE_CYAN, "read (data resources)", "will be read during apply"},
    [ACTION_FORGET] = {" .", STYLE_RED, "forget",
                       "will no longer be managed by pipectl, but will not be destroyed"},
};

static const Action legend_order[] = {
    ACTION_CREATE, ACTION_UPDATE, ACTION_DELETE, ACTION_REPLACE, ACTION_CREATE_THEN_DELETE,
    ACTION_READ};

#define LEGEND_COUNT (sizeof legend_order / sizeof *legend_order)

static bool has_action(const Plan *plan, Action action)
{
    for (size_t i = 0; i < plan->changes.count; i++)
        if (plan->changes.items[i]->action == action)
            return true;
    return false;
}

static bool has_resource_changes(const Plan *plan)
{
    for (size_t i = 0; i < plan->changes.count; i++)
        if (change_is_something(plan->changes.items[i]))
            return true;
    return false;
}

const char *action_symbol(Action action)
{
    return action_styles[action].symbol;
}

static bool has_output_changes(const Plan *plan)
{
    for (size_t i = 0; i < plan->outputs.count; i++)
        if (plan->outputs.items[i].action != ACTION_NONE)
            return true;
    return false;
}

static void add_legend(const DiffPrinter *printer, const Plan *plan)
{
    bool any = false;

    for (size_t i = 0; i < LEGEND_COUNT; i++)
        any = any || has_action(plan, legend_order[i]);
    if (any)
        add(printer, "\npipectl made the following execution plan. Resource actions are indicated "
                     "with\nthe following symbols:\n");
    for (size_t i = 0; i < LEGEND_COUNT; i++) {
        const ActionStyle *style = &action_styles[legend_order[i]];

        if (!has_action(plan, legend_order[i]))
            continue;
        terminal_style(printer->terminal, printer->builder, style->style);
        add(printer, style->symbol);
        terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
        text_add_format(printer->builder, " %s\n", style->legend);
    }
    add(printer,
        plan->errored
            ? "\npipectl planned the following actions, but then encountered a problem:\n\n"
            : "\npipectl will perform the following actions:\n\n");
}

/* --- one change ------------------------------------------------------------------------------- */

const char *change_heading(const Change *change)
{
    switch (change->reason) {
    case REASON_REPLACE_TAINTED:
        return "is tainted, so must be replaced";
    case REASON_REPLACE_BY_REQUEST:
        return "will be replaced, as requested";
    case REASON_REPLACE_BY_TRIGGERS:
        return "will be replaced due to changes in replace_triggered_by";
    default:
        return action_styles[change->action].heading;
    }
}

Text change_explanation(const Change *change, Arena *arena)
{
    Text resource = text_format(arena, TEXT_FMT "." TEXT_FMT, TEXT(change->address.type),
                                TEXT(change->address.name));

    if (change->note.length > 0)
        return change->note;
    if (change->action == ACTION_FORGET)
        return TEXT_LIT("destroy = false is set in the configuration");
    if (change->deposed.length > 0)
        return TEXT_LIT("left over from a partially-failed replacement of this instance");
    switch (change->reason) {
    case REASON_DELETE_NO_RESOURCE_CONFIG:
        return text_format(arena, "because " TEXT_FMT " is not in configuration", TEXT(resource));
    case REASON_DELETE_WRONG_REPETITION:
        return change->address.key.kind == KEY_NONE
                   ? TEXT_LIT("because resource uses count or for_each")
               : change->address.key.kind == KEY_INTEGER
                   ? TEXT_LIT("because resource does not use count")
                   : TEXT_LIT("because resource does not use for_each");
    case REASON_DELETE_COUNT_INDEX:
        return text_format(arena, "because index " TEXT_FMT " is out of range for count",
                           TEXT(key_text(arena, change->address.key)));
    case REASON_DELETE_EACH_KEY:
        return text_format(arena, "because key " TEXT_FMT " is not in for_each map",
                           TEXT(key_text(arena, change->address.key)));
    case REASON_DELETE_NO_MODULE:
        return text_format(arena, "because " TEXT_FMT " is not in configuration",
                           TEXT(module_path_text(arena, change->address.module)));
    case REASON_DELETE_NO_MOVE_TARGET:
        return text_format(
            arena, "because " TEXT_FMT " was moved to " TEXT_FMT ", which is not in configuration",
            TEXT(change->previous_name), TEXT(change->name));
    case REASON_READ_CONFIG_UNKNOWN:
        return TEXT_LIT("config refers to values not yet known");
    case REASON_READ_DEPENDENCY_PENDING:
        return TEXT_LIT("depends on a resource or a module with changes pending");
    case REASON_READ_CHECK_NESTED:
        return TEXT_LIT("config will be reloaded to verify a check block");
    default:
        return TEXT_NONE;
    }
}

static void add_heading(const DiffPrinter *printer, const Change *change)
{
    Text why = change_explanation(change, printer->arena);
    /* A place further left than all others, as Terraform has it. */
    const char *margin = change->action == ACTION_FORGET ? " # " : "  # ";

    add(printer, margin);
    if (change->action == ACTION_NONE && change->previous_name.length == 0) {
        add_bold(printer, change->name);
        add(printer, " will be imported\n");
        if (change->generated.length > 0)
            add(printer, "  # (config will be generated)\n");
        return;
    }
    if (change->action == ACTION_NONE) {
        add_bold(printer, change->previous_name);
        add(printer, " has moved to ");
        add_bold(printer, change->name);
        add(printer, "\n");
        return;
    }
    add_bold(printer, change->name);
    if (change->deposed.length > 0)
        text_add_format(printer->builder, " (deposed object " TEXT_FMT ")", TEXT(change->deposed));
    text_add_format(printer->builder, " %s\n", change_heading(change));
    if (why.length > 0) {
        text_add_format(printer->builder, "%s(", margin);
        terminal_add_foreign(printer->builder, why);
        add(printer, ")\n");
    }
    if (change->previous_name.length > 0)
        text_add_format(printer->builder, "%s(moved from " TEXT_FMT ")\n", margin,
                        TEXT(change->previous_name));
    if (change->import_id.length > 0) {
        add(printer, "  # (imported from \"");
        terminal_add_foreign(printer->builder, change->import_id);
        add(printer, "\")\n");
    }
}

static void add_object(const DiffPrinter *printer, const Address *address, Action action,
                       const Diff *diff)
{
    if (action == ACTION_NONE) {
        add(printer, "    ");
    } else {
        terminal_style(printer->terminal, printer->builder, action_styles[action].style);
        add(printer, action_styles[action].symbol);
        terminal_style(printer->terminal, printer->builder, STYLE_PLAIN);
        add(printer, " ");
    }
    text_add_format(printer->builder, "%s \"" TEXT_FMT "\" \"" TEXT_FMT "\" ",
                    address->mode == MODE_DATA ? "data" : "resource", TEXT(address->type),
                    TEXT(address->name));
    diff_print(printer, diff, 0, (DiffView){ 0 });
    add(printer, "\n\n");
}

/* In a scratch arena: a plan may have very many. */
static void add_change(const DiffPrinter *printer, const Change *change)
{
    Arena scratch = { 0 };
    DiffPrinter own = { printer->terminal, printer->builder, &scratch };
    Value after = change->action == ACTION_FORGET ? change->before : change->after;

    add_heading(&own, change);
    add_object(&own, &change->address, change->action,
               diff_object(&scratch, change->schema, change->before, after, &change->replace));
    arena_free(&scratch);
}

static void add_changes(const DiffPrinter *printer, const Plan *plan)
{
    for (size_t i = 0; i < plan->changes.count; i++)
        if (change_is_something(plan->changes.items[i]))
            add_change(printer, plan->changes.items[i]);
}

/* --- drift ---------------------------------------------------------------------------------- */

/* Nothing is said by it: null, or empty all through. AWS's answers and a configuration differ in
 * how they say nothing. */
static bool is_silent(Value value)
{
    if (value_is_null(value))
        return true;
    if (value_has_kind(value, TYPE_STRING))
        return value_is_known(value) && value_text(value).length == 0;
    if (value_is_unknown(value) || value.type->kind < TYPE_LIST)
        return false;
    for (size_t i = 0; i < value_count(value); i++)
        if (!is_silent(value_at(value, i)))
            return false;
    return true;
}

static bool says_the_same(Value before, Value after)
{
    if (value_same(before, after) || (is_silent(before) && is_silent(after)))
        return true;
    if (value_is_null(before) || value_is_null(after) || before.type != after.type ||
        before.type->kind < TYPE_LIST || before.type->kind == TYPE_SET ||
        value_count(before) != value_count(after))
        return false;
    for (size_t i = 0; i < value_count(before); i++)
        if (!says_the_same(value_at(before, i), value_at(after, i)))
            return false;
    return true;
}

/* Only what may have led to a planned change is shown: what something that changes refers to. */
static Value shown_drift(const RelevantAttributeList *relevant, const Drift *drift, Arena *arena)
{
    if (drift->action == ACTION_DELETE)
        return relevant_has(relevant, drift->name) ? drift->after : drift->before;
    return relevant_part(relevant, drift->name, drift->before, drift->after, arena);
}

bool drift_is_shown(const Plan *plan, const RelevantAttributeList *relevant, const Drift *drift,
                    Arena *arena)
{
    if (plan->mode != PLAN_NORMAL)
        return plan->mode == PLAN_REFRESH_ONLY;
    return !says_the_same(drift->before, shown_drift(relevant, drift, arena));
}

static void add_drift_heading(const DiffPrinter *printer, const Drift *drift)
{
    add(printer, "  # ");
    if (drift->action == ACTION_NONE) {
        add_bold(printer, drift->previous_name);
        add(printer, " has moved to ");
        add_bold(printer, drift->name);
        add(printer, "\n");
        return;
    }
    add_bold(printer, drift->name);
    add(printer, drift->action == ACTION_DELETE ? " has been deleted\n" : " has changed\n");
    if (drift->previous_name.length > 0)
        text_add_format(printer->builder, "  # (moved from " TEXT_FMT ")\n",
                        TEXT(drift->previous_name));
}

static void add_drift_closing(const DiffPrinter *printer, const Plan *plan)
{
    if (plan->mode == PLAN_REFRESH_ONLY)
        add(printer, "\nThis is a refresh-only plan, so pipectl will not take any actions to undo "
                     "these. If\nyou were expecting these changes then you can apply this plan to "
                     "record the updated\nvalues in the state without changing any remote "
                     "objects.\n");
    else
        add(printer, "\nUnless you have made equivalent changes to your configuration, or ignored "
                     "the\nrelevant attributes using ignore_changes, the following plan may include "
                     "actions\nto undo or respond to these changes.\n\n"
                     "─────────────────────────────────────────────────────────────────────────────"
                     "\n");
}

static void add_drift(const DiffPrinter *printer, const Plan *plan)
{
    bool any = false, all = plan->mode == PLAN_REFRESH_ONLY;
    RelevantAttributeList relevant = plan_relevant_attributes(plan, printer->arena);

    for (size_t i = 0; i < plan->drift.count && plan->mode != PLAN_DESTROY; i++) {
        const Drift *drift = &plan->drift.items[i];
        Value after = all ? drift->after : shown_drift(&relevant, drift, printer->arena);

        if (!all && says_the_same(drift->before, after))
            continue;
        if (!any)
            add(printer, "\nNote: Objects have changed outside of pipectl\n\npipectl detected the "
                         "following changes made outside of it since the last\n"
                         "\"pipectl apply\" which may have affected this plan:\n\n");
        any = true;
        add_drift_heading(printer, drift);
        add_object(printer, &drift->address, drift->action,
                   diff_object(printer->arena, drift->schema, drift->before, after, NULL));
    }
    if (any)
        add_drift_closing(printer, plan);
}

/* --- outputs --------------------------------------------------------------------------------- */

Diff *output_diff(const OutputChange *change, Arena *arena)
{
    Value before = value_is_null(change->before) ? VALUE_ABSENT : change->before,
          after = value_is_null(change->after) ? VALUE_ABSENT : change->after;

    if (change->sensitive && before.type)
        before = value_marked(before, MARK_SENSITIVE);
    if (change->sensitive && after.type)
        after = value_marked(after, MARK_SENSITIVE);
    return diff_value(arena, change->name, before, after);
}

static void add_outputs(const DiffPrinter *printer, const Plan *plan)
{
    size_t width = 0;

    if (!has_output_changes(plan))
        return;
    for (size_t i = 0; i < plan->outputs.count; i++)
        if (plan->outputs.items[i].name.length > width)
            width = plan->outputs.items[i].name.length;
    add(printer, "\nChanges to Outputs:\n");
    for (size_t i = 0; i < plan->outputs.count; i++)
        if (plan->outputs.items[i].action != ACTION_NONE)
            diff_print_attribute(printer, output_diff(&plan->outputs.items[i], printer->arena),
                                 plan->outputs.items[i].name, 0, width, (DiffView){0});
}

/* --- putting it together ------------------------------------------------------------------ */

static void add_no_changes(const DiffPrinter *printer, const Plan *plan)
{
    if (plan->mode == PLAN_DESTROY) {
        add(printer, "\n");
        add_bold(printer, TEXT_LIT("No changes."));
        add(printer, " No objects need to be destroyed.\n\nEither you have not created any objects "
                     "yet or the existing objects were\nalready deleted outside of pipectl.\n");
        return;
    }
    add(printer, "\n");
    terminal_style(printer->terminal, printer->builder, STYLE_GREEN);
    add_bold(printer, TEXT_LIT("No changes."));
    if (plan->mode == PLAN_REFRESH_ONLY) {
        add(printer, " Your infrastructure still matches the configuration.\n\npipectl has checked "
                     "that the real remote objects still match the result of\nyour most recent "
                     "changes, and found no differences.\n");
        return;
    }
    add(printer, " Your infrastructure matches the configuration.\n\npipectl has compared your "
                 "real infrastructure against your configuration and\nfound no differences, so no "
                 "changes are needed.\n");
}

static void add_counts(const DiffPrinter *printer, const Plan *plan)
{
    PlanCounts counts = plan_count(plan);

    add_bold(printer, TEXT_LIT("Plan:"));
    add(printer, " ");
    if (counts.import > 0)
        text_add_format(printer->builder, "%zu to import, ", counts.import);
    text_add_format(printer->builder, "%zu to add, %zu to change, %zu to destroy.\n", counts.add,
                    counts.change, counts.destroy);
}

void plan_print(const Plan *plan, Terminal *terminal, Arena *arena)
{
    TextBuilder builder = text_builder(arena);
    DiffPrinter printer = { terminal, &builder, arena };

    add_drift(&printer, plan);
    if (!has_resource_changes(plan) && !has_output_changes(plan)) {
        if (plan->errored)
            add(&printer,
                "\nPlanning failed. pipectl encountered an error while generating this plan.\n\n");
        else if (plan->mode != PLAN_REFRESH_ONLY || plan->drift.count == 0)
            add_no_changes(&printer, plan);
        terminal_write(terminal, text_built(&builder));
        return;
    }
    if (has_resource_changes(plan)) {
        add_legend(&printer, plan);
        add_changes(&printer, plan);
        add_counts(&printer, plan);
    }
    add_outputs(&printer, plan);
    if (!has_resource_changes(plan))
        add(&printer, "\nYou can apply this plan to save these new output values to the state, "
                      "without\nchanging any real infrastructure.\n");
    terminal_write(terminal, text_built(&builder));
}
