/* What a command says to people. */
#include "pipectl/render/view.h"

#include "progress.h"

#include "pipectl/render/plan_text.h"

typedef struct TextView {
    Arena *arena;
    Terminal *out, *err;
    DiagStyle style;
} TextView;

static void print_plan(void *user, const Plan *plan)
{
    const TextView *view = user;

    plan_print(plan, view->out, view->arena);
}

static void print_applied(void *user, const ApplySummary *summary, bool destroyed)
{
    const TextView *view = user;

    if (destroyed)
        terminal_print(view->out, "\nDestroy complete! Resources: %zu destroyed.\n",
                       summary->destroyed);
    else if (summary->imported > 0)
        terminal_print(view->out,
                       "\nApply complete! Resources: %zu imported, %zu added, %zu changed, %zu "
                       "destroyed.\n",
                       summary->imported, summary->added, summary->changed, summary->destroyed);
    else
        terminal_print(view->out,
                       "\nApply complete! Resources: %zu added, %zu changed, %zu destroyed.\n",
                       summary->added, summary->changed, summary->destroyed);
}

static void print_outputs(void *user, const State *state)
{
    const TextView *view = user;

    if (state->outputs.count == 0)
        return;
    terminal_print(view->out, "\nOutputs:\n\n");
    outputs_print(state, view->out, view->arena);
}

static void print_diags(void *user, const Diags *diags)
{
    const TextView *view = user;

    diags_print(diags, diags_have_errors(diags) ? view->err : view->out, view->style);
}

static void print_notice(void *user, Text text)
{
    const TextView *view = user;

    terminal_print(view->err, TEXT_FMT "\n", TEXT(text));
}

static void print_step(void *user, const char *code, Text text)
{
    const TextView *view = user;

    (void)code;
    terminal_print(view->out, TEXT_FMT "\n", TEXT(text));
}

static void print_waiting(void *user)
{
    const TextView *view = user;

    terminal_print(view->out, "Acquiring state lock. This may take a few moments...\n");
}

View view_text(Arena *arena, Terminal *out, Terminal *err, DiagStyle style)
{
    TextView *view = arena_new(arena, TextView);

    *view = (TextView){ arena, out, err, style };
    return (View){ .user = view,
                   .events = progress_events(out),
                   .plan = print_plan,
                   .applied = print_applied,
                   .outputs = print_outputs,
                   .diags = print_diags,
                   .notice = print_notice,
                   .waits = print_waiting,
                   .step = print_step };
}
