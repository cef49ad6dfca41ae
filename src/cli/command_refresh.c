/* refresh: what was changed outside, taken into the state at once. */
#include "command.h"

static const Option *const tables[] = { options_reach,  options_variables, options_input,
                                        options_lock,   options_state_out, options_backup,
                                        options_stream, options_common };

static bool has_something(Session *session)
{
    if (!state_is_empty(store_state(session->store)))
        return true;
    diag_warning(&session->diags, RANGE_NONE, "Empty or non-existent state",
                 "There is nothing in the state, so there is nothing to refresh.");
    return false;
}

static int run(Session *session)
{
    Plan *plan = session_plan(session, PLAN_REFRESH_ONLY, true, "OperationTypeRefresh");
    ApplyRequest request = { .exchange = session->exchange,
                             .store = session->store,
                             .variables = session->variables,
                             .events = session->view.events };

    if (!plan || diags_have_errors(&session->diags))
        return session_end(session, 1);
    if (!has_something(session))
        return session_end(session, 0);
    if (plan_apply(plan, &request, &session->diags).ok)
        session->view.outputs(session->view.user, store_state(session->store));
    return session_end(session, 0);
}

const Command command_refresh = {
    .name = "refresh",
    .usage = "[options]",
    .summary = "Update the state to match remote systems",
    .about =
        "Reads everything that the state knows and writes what was found into the state, without "
        "asking. `apply -refresh-only` shows it beforehand.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .streams = true,
    .run = run,
};
