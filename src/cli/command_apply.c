/* apply and destroy: carrying a plan out. */
#include "command.h"

#include "pipectl/plan/planfile.h"

static const Option options[] = {
    { "auto-approve", OPTION_FLAG, NULL, "Do not ask before applying." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options,           options_plan,   options_reach,
                                        options_variables, options_input,  options_lock,
                                        options_state_out, options_backup, options_stream,
                                        options_common };

/* Given on this command line; a value may also lie in a file that is always read, or in the
 * environment. */
static bool is_from_options(const Session *session, const VariableInput *input)
{
    for (size_t i = 0; i < session->options.given.count; i++) {
        const GivenOption *option = &session->options.given.items[i];

        if (input->range.source && text_is(text_of(option->option->name), "var-file") &&
            text_equal(option->value, input->range.source->name))
            return true;
    }
    return input->undeclared_is_error;
}

static void report_changed(Session *session, const VariableInput *input)
{
    if (is_from_options(session, input))
        diag_error(
            &session->diags, input->range, "Can't change variable when applying a saved plan",
            "The value of var." TEXT_FMT " that is given here is another one than the saved plan "
            "was made with. A saved plan has the values of "
            "all variables: leave it out, or make a new plan.",
            TEXT(input->name));
    else
        diag_warning(
            &session->diags, input->range, "Ignoring variable when applying a saved plan",
            "The value of var." TEXT_FMT
            " has changed since the plan was made. What counts is the one in the saved plan.",
            TEXT(input->name));
}

static const VariableInput *given_input(const Session *session, Text name)
{
    const VariableInput *input = NULL; /* the last one counts */

    for (size_t i = 0; i < session->variables.count; i++)
        if (text_equal(session->variables.items[i].name, name))
            input = &session->variables.items[i];
    return input;
}

/* Values of ephemeral variables are not in the plan: they are given again, and no others. */
static void take_ephemeral(Session *session, const Plan *plan, ScopeName *variable, Value values)
{
    bool given = given_input(session, variable->name) != NULL, was_given = false;

    for (size_t i = 0; i < plan->ephemeral_given.count; i++)
        was_given |= text_equal(plan->ephemeral_given.items[i], variable->name);
    if (was_given && !given)
        diag_error(&session->diags, RANGE_NONE, "No value for required variable",
                   "The ephemeral input variable \"" TEXT_FMT
                   "\" was given a value for the plan, which does not keep it: give it to the "
                   "apply, too.",
                   TEXT(variable->name));
    else if (given && !was_given)
        diag_error(&session->diags, RANGE_NONE, "Ephemeral variable was not set during planning",
                   "The ephemeral input variable \"" TEXT_FMT
                   "\" was given no value for the plan, and must not be given one now.",
                   TEXT(variable->name));
    (void)value_member(values, variable->name, &variable->value);
}

/* The values of variables are in the plan: others are refused, or at least mentioned. */
static bool variables_fit(Session *session, Plan *plan)
{
    Value values;

    session->root = plan->root;
    if (!session_given_variables(session))
        return false;
    values = variables_values(session->arena, plan->root, &session->variables, NULL, NULL,
                              &session->diags);
    for (size_t v = 0; v < plan->variables.count; v++) {
        const VariableInput *input = given_input(session, plan->variables.items[v].name);
        Value value;

        if (value_has_ephemeral(plan->variables.items[v].value))
            take_ephemeral(session, plan, &plan->variables.items[v], values);
        else if (input && value_member(values, input->name, &value) &&
            !value_same(value, plan->variables.items[v].value))
            report_changed(session, input);
    }
    return !diags_have_errors(&session->diags);
}

/* A saved plan: what it was made from must still stand. NULL with errors. */
static Plan *open_saved_plan(Session *session, Text path)
{
    Plan *plan;

    session_warn_of_state_option(session);
    if (!session_exchange(session))
        return NULL;
    plan = plan_file_read(session->arena, path, &session->diags);
    session->input = false;
    if (plan && plan->errored)
        diag_error(&session->diags, RANGE_NONE, "Cannot apply incomplete plan",
                   "There were errors when this plan was made, so it cannot be applied.");
    if (!plan || plan->errored || !variables_fit(session, plan) ||
        !session_store(session, true, true, "OperationTypeApply") ||
        !plan_file_fits(plan, store_state(session->store), &session->diags))
        return NULL;
    return plan;
}

static bool is_approved(Session *session, const Plan *plan)
{
    if (options_flag(&session->options, "auto-approve", false) ||
        session->options.arguments.count > 0)
        return true;
    session_say_diags(session); /* warnings are for who decides */
    if (plan->mode == PLAN_DESTROY)
        return session_confirm(session,
                               "Do you really want to destroy all resources?\n"
                               "  Everything shown above will be destroyed.\n"
                               "  There is no undo. Only 'yes' will be accepted to confirm.",
                               "approval");
    if (plan->mode == PLAN_REFRESH_ONLY)
        return session_confirm(
            session,
            "Would you like to update the state to reflect these detected changes?\n"
            "  The changes will be written to the state without modifying any real "
            "infrastructure.\n"
            "  There is no undo. Only 'yes' will be accepted to confirm.",
            "approval");
    return session_confirm(session,
                           "Do you want to perform these actions?\n"
                           "  The actions described above will be performed.\n"
                           "  Only 'yes' will be accepted to approve.",
                           "approval");
}

static int carry_out(Session *session, Plan *plan)
{
    ApplyRequest request = { .exchange = session->exchange,
                             .store = session->store,
                             .variables = session->variables,
                             .events = session->view.events };
    bool destroys = session->command == &command_destroy;
    ApplySummary summary;

    session->applies = true;
    summary = plan_apply(plan, &request, &session->diags);
    if (summary.ok)
        session->view.applied(session->view.user, &summary, destroys);
    if (summary.ok && !destroys)
        session->view.outputs(session->view.user, store_state(session->store));
    return session_end(session, summary.ok ? 0 : 1);
}

/* There would be nobody to ask. */
static bool can_be_approved(Session *session)
{
    if (!session->streams || session->options.arguments.count > 0 ||
        options_flag(&session->options, "auto-approve", false))
        return true;
    diag_error(&session->diags, RANGE_NONE, "Plan file or auto-approve required",
               "Nobody can be asked for approval where -json is set. Apply a saved plan, or give "
               "the -auto-approve option.");
    return false;
}

int session_plan_and_apply(Session *session, PlanMode mode)
{
    bool saved = session->options.arguments.count > 0;
    Plan *plan;

    if (!can_be_approved(session))
        return session_end(session, 1);
    plan = saved ? open_saved_plan(session, session->options.arguments.items[0])
                 : session_plan(session, mode, true, "OperationTypeApply");
    if (!plan || diags_have_errors(&session->diags)) {
        if (plan && !saved && plan->changes.count + plan->outputs.count > 0)
            session->view.plan(session->view.user, plan);
        return session_end(session, 1);
    }
    if (!saved)
        session->view.plan(session->view.user, plan);
    if (!saved && plan_has_changes(plan) && !is_approved(session, plan)) {
        if (!diags_have_errors(&session->diags))
            terminal_print(&session->out, mode == PLAN_DESTROY ? "\nDestroy cancelled.\n"
                                                               : "\nApply cancelled.\n");
        return session_end(session, 1);
    }
    return carry_out(session, plan);
}

static int run_apply(Session *session)
{
    PlanMode mode;

    return session_mode(session, &mode) ? session_plan_and_apply(session, mode)
                                        : session_end(session, 1);
}

static int run_destroy(Session *session)
{
    if (options_has(&session->options, "destroy") ||
        options_has(&session->options, "refresh-only")) {
        diag_error(
            &session->diags, RANGE_NONE, "Invalid mode option",
            "The -destroy and -refresh-only options are not valid for \"pipectl destroy\": it "
            "always destroys.");
        return session_end(session, 1);
    }
    return session_plan_and_apply(session, PLAN_DESTROY);
}

const Command command_apply = {
    .name = "apply",
    .usage = "[options] [PLAN]",
    .summary = "Create or update infrastructure",
    .about = "Makes the world what the configuration says, after showing the plan and asking. "
             "Given a saved plan it carries out exactly that.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = 1,
    .streams = true,
    .run = run_apply,
};

const Command command_destroy = {
    .name = "destroy",
    .usage = "[options]",
    .summary = "Destroy previously-created infrastructure",
    .about = "Destroys everything in the state: the same as `apply -destroy`.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = 1,
    .streams = true,
    .run = run_destroy,
};
