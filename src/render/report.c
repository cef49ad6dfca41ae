/*
 * report.c: first what must be there, then as many details as there is room for, those of what is
 * destroyed or replaced before the others.
 */
#include "pipectl/render/report.h"

#include "plan_parts.h"

#include "pipectl/render/terminal.h"

/* GitHub takes 65,536 characters; whoever posts it may want to add a line. A character has at least
   one byte. */
enum { REPORT_MAX = 65000, CLOSING_MAX = 400, NAMED_MAX = 20 };

/* Shorter secrets are no secrets, and masking them would spoil other words. */
enum { SECRET_MIN = 4 };

/* One thing that the report lists: its line, and what the line opens to. */
typedef struct Entry {
    Text line;    /* HTML, without an end */
    Text details; /* in a fence; empty: none */
    bool destroys;
    bool opened; /* there is room for the details */
} Entry;

typedef LIST(Entry) EntryList;

typedef struct Report {
    Arena *arena;
    const Plan *plan;
    Terminal plain;
    EntryList entries;
    TextList secrets; /* texts that must not be printed, wherever they stand */
} Report;

/* --- pieces ----------------------------------------------------------------------------------- */

/* In a line that is HTML. */
static Text escaped(Arena *arena, Text text)
{
    TextBuilder builder = text_builder(arena), visible = text_builder(arena);
    Text shown;

    terminal_add_foreign(&visible, text);
    shown = text_built(&visible);
    for (size_t i = 0; i < shown.length; i++)
        switch (shown.bytes[i]) {
        case '<':
            text_add(&builder, TEXT_LIT("&lt;"));
            break;
        case '>':
            text_add(&builder, TEXT_LIT("&gt;"));
            break;
        case '&':
            text_add(&builder, TEXT_LIT("&amp;"));
            break;
        default:
            text_add_char(&builder, shown.bytes[i]);
        }
    return text_built(&builder);
}

/* A fence is longer than any run of backticks inside. */
static Text fenced(Arena *arena, Text content)
{
    size_t run = 0, longest = 2;
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < content.length; i++) {
        run = content.bytes[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    text_add_repeated(&builder, '`', longest + 1);
    text_add_format(&builder, "diff\n" TEXT_FMT, TEXT(content));
    text_add_repeated(&builder, '`', longest + 1);
    text_add_char(&builder, '\n');
    return text_built(&builder);
}

static bool destroys(const Change *change)
{
    return change->action == ACTION_DELETE || change->action == ACTION_REPLACE ||
           change->action == ACTION_CREATE_THEN_DELETE;
}

static bool is_listed(const Change *change)
{
    return change->action != ACTION_NONE || change->previous_name.length > 0;
}

/* --- secrets ---------------------------------------------------------------------------------- */

/* Marks do not reach everything: what a resource gives back of a secret argument has none, and a
   comment is read by more people than a log. */
static void collect_secrets(Report *report, Value value, bool is_secret)
{
    is_secret = is_secret || (value.type && value_is_sensitive(value));
    if (!value.type || !value_is_known(value) || value_is_null(value))
        return;
    if (value_has_kind(value, TYPE_STRING)) {
        if (is_secret && value_text(value).length >= SECRET_MIN)
            list_add(report->arena, &report->secrets, value_text(value));
    } else if (value.type->kind >= TYPE_LIST) {
        for (size_t i = 0; i < value_count(value); i++)
            collect_secrets(report, value_at(value, i), is_secret);
    }
}

static void find_secrets(Report *report)
{
    const Plan *plan = report->plan;

    for (size_t i = 0; i < plan->variables.count; i++)
        collect_secrets(report, plan->variables.items[i].value, false);
    for (size_t i = 0; i < plan->outputs.count; i++) {
        collect_secrets(report, plan->outputs.items[i].before, plan->outputs.items[i].sensitive);
        collect_secrets(report, plan->outputs.items[i].after, plan->outputs.items[i].sensitive);
    }
    for (size_t i = 0; i < plan->changes.count; i++) {
        collect_secrets(report, plan->changes.items[i]->before, false);
        collect_secrets(report, plan->changes.items[i]->after, false);
    }
}

static Text masked(const Report *report, Text text)
{
    for (size_t i = 0; i < report->secrets.count; i++)
        if (text_find(text, report->secrets.items[i]) != TEXT_NOT_FOUND)
            text = text_replace(report->arena, text, report->secrets.items[i],
                                TEXT_LIT("(sensitive value)"));
    return text;
}

/* --- entries ---------------------------------------------------------------------------------- */

static Text change_line(Report *report, const Change *change)
{
    TextBuilder builder = text_builder(report->arena);
    Text why = change_explanation(change, report->arena);

    if (change->action == ACTION_NONE)
        return text_format(report->arena,
                           "<code>" TEXT_FMT "</code> has moved to <code>" TEXT_FMT "</code>",
                           TEXT(escaped(report->arena, change->previous_name)),
                           TEXT(escaped(report->arena, change->name)));
    text_add_format(&builder, "<code>" TEXT_FMT " " TEXT_FMT "</code>",
                    TEXT(text_trim(text_of(action_symbol(change->action)))),
                    TEXT(escaped(report->arena, change->name)));
    if (change->deposed.length > 0)
        text_add_format(&builder, " (deposed object " TEXT_FMT ")", TEXT(change->deposed));
    text_add_format(&builder, " %s", change_heading(change));
    if (why.length > 0)
        text_add_format(&builder, " (" TEXT_FMT ")", TEXT(escaped(report->arena, why)));
    if (change->previous_name.length > 0)
        text_add_format(&builder, " (moved from " TEXT_FMT ")",
                        TEXT(escaped(report->arena, change->previous_name)));
    return text_built(&builder);
}

/* The symbol stands first, where a fence for differences has its colours from. */
static const char *first_symbol(Action action)
{
    switch (action) {
    case ACTION_CREATE:
        return "+ ";
    case ACTION_UPDATE:
        return "! ";
    case ACTION_DELETE:
        return "- ";
    case ACTION_REPLACE:
        return "-/+ ";
    case ACTION_CREATE_THEN_DELETE:
        return "+/- ";
    default:
        return "  ";
    }
}

static Text change_details(Report *report, const Change *change)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);
    DiffPrinter printer = { &report->plain, &builder, &scratch };
    Value after = change->action == ACTION_FORGET ? change->before : change->after;
    Text details;

    if (change->action == ACTION_NONE)
        return TEXT_NONE;
    text_add_format(&builder, "%s%s \"" TEXT_FMT "\" \"" TEXT_FMT "\" ",
                    first_symbol(change->action),
                    change->address.mode == MODE_DATA ? "data" : "resource",
                    TEXT(change->address.type), TEXT(change->address.name));
    diff_print(&printer,
               diff_object(&scratch, change->schema, change->before, after, &change->replace), 0,
               (DiffView){ .symbols_first = true });
    text_add_char(&builder, '\n');
    details = fenced(report->arena, masked(report, text_built(&builder)));
    arena_free(&scratch);
    return details;
}

static void add_changes(Report *report)
{
    for (size_t i = 0; i < report->plan->changes.count; i++) {
        const Change *change = report->plan->changes.items[i];
        Entry entry = { .destroys = destroys(change) };

        if (!is_listed(change))
            continue;
        entry.line = change_line(report, change);
        entry.details = change_details(report, change);
        list_add(report->arena, &report->entries, entry);
    }
}

static void add_outputs(Report *report)
{
    TextBuilder builder = text_builder(report->arena);
    DiffPrinter printer = { &report->plain, &builder, report->arena };
    size_t count = 0;

    for (size_t i = 0; i < report->plan->outputs.count; i++) {
        const OutputChange *output = &report->plan->outputs.items[i];

        if (output->action == ACTION_NONE)
            continue;
        diff_print_attribute(&printer, output_diff(output, report->arena), output->name, 0, 0,
                             (DiffView){ .symbols_first = true });
        count++;
    }
    if (count > 0)
        list_add(report->arena, &report->entries,
                 (Entry){ .line = text_format(report->arena, "%zu output%s will change", count,
                                              count == 1 ? "" : "s"),
                          .details = fenced(report->arena, masked(report, text_built(&builder))) });
}

static void add_drift(Report *report)
{
    const Plan *plan = report->plan;
    RelevantAttributeList relevant = plan_relevant_attributes(plan, report->arena);

    for (size_t i = 0; i < plan->drift.count; i++) {
        const Drift *drift = &plan->drift.items[i];

        if (drift->action != ACTION_NONE && drift_is_shown(plan, &relevant, drift, report->arena))
            list_add(report->arena, &report->entries,
                     (Entry){ .line = text_format(
                                  report->arena, "<code>" TEXT_FMT "</code> %s outside of pipectl",
                                  TEXT(escaped(report->arena, drift->name)),
                                  drift->action == ACTION_DELETE ? "has been deleted"
                                                                 : "has changed") });
    }
}

/* --- the top ---------------------------------------------------------------------------------- */

static void add_title(Report *report, TextBuilder *builder)
{
    const Plan *plan = report->plan;
    PlanCounts counts = plan_count(plan);

    text_add_format(builder, "### pipectl plan: ");
    if (plan->errored && !report->entries.count)
        text_add_format(builder, "failed");
    else if (!plan_has_changes(plan))
        text_add_format(builder, "no changes");
    else
        text_add_format(builder, "%zu to add, %zu to change, %zu to destroy", counts.add,
                        counts.change, counts.destroy);
    if (plan->mode == PLAN_DESTROY)
        text_add_format(builder, " (destroy)");
    text_add_format(builder, "\n\n");
    if (!plan->complete)
        text_add_format(builder, "Only what -target names, and what that needs, is in it.\n\n");
}

static void add_warning(Report *report, TextBuilder *builder)
{
    size_t count = 0, named = 0;

    for (size_t i = 0; i < report->entries.count; i++)
        count += report->entries.items[i].destroys;
    if (count == 0)
        return;
    text_add_format(builder, "> [!CAUTION]\n> **%zu object%s destroyed or replaced:**", count,
                    count == 1 ? " is" : "s are");
    for (size_t i = 0; i < report->plan->changes.count && named < NAMED_MAX; i++)
        if (destroys(report->plan->changes.items[i]))
            text_add_format(builder, "%s <code>" TEXT_FMT "</code>", named++ ? "," : "",
                            TEXT(escaped(report->arena, report->plan->changes.items[i]->name)));
    if (count > named)
        text_add_format(builder, " and %zu more", count - named);
    text_add_format(builder, "\n\n");
}

static void add_errors(Arena *arena, const Diags *diags, TextBuilder *builder)
{
    if (!diags_have_errors(diags))
        return;
    text_add_format(builder, "> [!WARNING]\n> **The plan is not complete:**\n");
    for (size_t i = 0; i < diags->list.count && i < NAMED_MAX; i++) {
        const Diag *diag = &diags->list.items[i];
        Text detail = text_slice(diag->detail, 0, 1000);

        if (diag->severity != SEVERITY_ERROR)
            continue;
        text_add_format(builder, ">\n> " TEXT_FMT "\n", TEXT(escaped(arena, diag->summary)));
        if (detail.length)
            text_add_format(builder, "> <br>" TEXT_FMT "\n",
                            TEXT(text_replace(arena, escaped(arena, detail), TEXT_LIT("\n"),
                                              TEXT_LIT("\n> <br>"))));
    }
    text_add_format(builder, "\n");
}

/* --- what fits -------------------------------------------------------------------------------- */

static Text closed(Arena *arena, const Entry *entry)
{
    return text_format(arena, "- " TEXT_FMT "\n", TEXT(entry->line));
}

static Text opened(Arena *arena, const Entry *entry)
{
    return text_format(arena,
                       "<details><summary>" TEXT_FMT "</summary>\n\n" TEXT_FMT "\n</details>\n",
                       TEXT(entry->line), TEXT(entry->details));
}

/* Opens what there is room for beyond the lines alone. */
static void open_entries(Report *report, bool destroying, size_t *room)
{
    for (size_t i = 0; i < report->entries.count; i++) {
        Entry *entry = &report->entries.items[i];
        size_t more;

        if (!entry->details.length || entry->destroys != destroying)
            continue;
        more = opened(report->arena, entry).length - closed(report->arena, entry).length + 2;
        if (more > *room)
            continue;
        entry->opened = true;
        *room -= more;
    }
}

/* How many lines fit, and in [room] what is left then. */
static size_t fit_lines(const Report *report, size_t *room)
{
    size_t count = 0;

    for (; count < report->entries.count; count++) {
        size_t length = closed(report->arena, &report->entries.items[count]).length;

        if (length > *room)
            break;
        *room -= length;
    }
    return count;
}

static void add_closing(const Report *report, TextBuilder *builder, size_t lines)
{
    size_t hidden = 0;

    for (size_t i = 0; i < lines; i++)
        hidden += report->entries.items[i].details.length > 0 && !report->entries.items[i].opened;
    if (hidden == 0 && lines == report->entries.count)
        return;
    text_add_format(builder, "\n_A comment holds 65,536 characters, so ");
    if (lines < report->entries.count)
        text_add_format(builder, "%zu of %zu lines and ", report->entries.count - lines,
                        report->entries.count);
    text_add_format(builder,
                    "the details of %zu lines are left out here. The log of the job has all of "
                    "it._\n",
                    hidden);
}

static void add_entries(Report *report, TextBuilder *builder)
{
    size_t used = builder->length + CLOSING_MAX, room = used < REPORT_MAX ? REPORT_MAX - used : 0;
    size_t lines = fit_lines(report, &room);
    bool after_details = false;

    if (lines == report->entries.count) {
        open_entries(report, true, &room);
        open_entries(report, false, &room);
    }
    for (size_t i = 0; i < lines; i++) {
        const Entry *entry = &report->entries.items[i];

        if (after_details && !entry->opened)
            text_add_char(builder, '\n');
        text_add(builder,
                 entry->opened ? opened(report->arena, entry) : closed(report->arena, entry));
        after_details = entry->opened;
        if (entry->opened && i + 1 < lines)
            text_add_char(builder, '\n');
    }
    add_closing(report, builder, lines);
}

Text plan_report(const Plan *plan, const Diags *diags, Arena *arena)
{
    Report report = { .arena = arena, .plan = plan, .plain = { .descriptor = -1, .width = 80 } };
    TextBuilder builder = text_builder(arena);

    if (plan) {
        find_secrets(&report);
        add_changes(&report);
        add_outputs(&report);
        add_drift(&report);
        add_title(&report, &builder);
        add_warning(&report, &builder);
    } else {
        text_add_format(&builder, "### pipectl plan: failed\n\n");
    }
    add_errors(arena, diags, &builder);
    add_entries(&report, &builder);
    return text_built(&builder);
}
