/* plan: what would change. */
#include "command.h"

#include "pipectl/plan/planfile.h"
#include "pipectl/render/report.h"
#include <stdlib.h>

static const Option options[] = {
    { "out", OPTION_TEXT, "path", "Save the plan, for `apply` or `show`." },
    { "report", OPTION_TEXT, "path",
      "Write the plan as Markdown, too, for a comment on a pull request." },
    { "generate-config-out", OPTION_TEXT, "path",
      "Write configuration for what import blocks name and nothing configures into a new file." },
    { "detailed-exitcode", OPTION_FLAG, NULL,
      "Exit with 0 where nothing would change, 2 where something would, 1 with errors." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options,           options_plan,   options_reach,
                                        options_variables, options_input,  options_lock,
                                        options_state_out, options_backup, options_stream,
                                        options_common };

/* What to do with it, below a line. [path]: where it was saved; empty: nowhere. */
static void print_next_step(Session *session, Text path)
{
    TextBuilder rule = text_builder(session->arena);

    if (session->streams || getenv("TF_IN_AUTOMATION"))
        return;
    for (int i = 1; i < session->out.width; i++)
        text_add(&rule, TEXT_LIT("─"));
    terminal_print(&session->out, "\n" TEXT_FMT "\n", TEXT(text_built(&rule)));
    if (path.length > 0)
        terminal_print(&session->out,
                       "\nSaved the plan to: " TEXT_FMT
                       "\n\nTo perform exactly these actions, run the following command to "
                       "apply:\n    pipectl apply \"" TEXT_FMT "\"\n",
                       TEXT(path), TEXT(path));
    else
        terminal_print(
            &session->out,
            "\nNote: You didn't use the -out option to save this plan, so pipectl can't\n"
            "guarantee to take exactly these actions if you run \"pipectl apply\" now.\n");
}

/* Also of a plan that failed: whoever reads the comment wants to know. */
static void write_report(Session *session, const Plan *plan)
{
    Text path = options_text(&session->options, "report");

    if (path.length > 0)
        (void)file_replace(path, plan_report(plan, &session->diags, session->arena), 0666,
                           &session->diags);
}

static int run(Session *session)
{
    Text path = options_text(&session->options, "out");
    PlanMode mode;
    Plan *plan;

    if (!session_mode(session, &mode))
        return session_end(session, 1);
    plan = session_plan(session, mode, false, "OperationTypePlan");
    write_report(session, plan);
    if (!plan)
        return session_end(session, 1);
    session->view.plan(session->view.user, plan);
    if (path.length > 0)
        (void)plan_file_write(plan, path, &session->diags);
    if (!plan->errored && plan_has_changes(plan) && !diags_have_errors(&session->diags))
        print_next_step(session, path);
    return session_end(session, options_flag(&session->options, "detailed-exitcode", false) &&
                                        plan_has_changes(plan)
                                    ? 2
                                    : 0);
}

const Command command_plan = {
    .name = "plan",
    .usage = "[options]",
    .summary = "Show changes required by the current configuration",
    .about = "Reads what exists, compares it with the configuration, and shows what an apply would "
             "do. Nothing is changed.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .streams = true,
    .run = run,
};
