/* force-unlock: removes the lock that a run left which cannot do so any more. */
#include "command.h"

#include "pipectl/state/home.h"
#include "pipectl/state/store.h"

static const Option options[] = {
    { "force", OPTION_FLAG, NULL, "Do not ask." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static bool is_meant(Session *session)
{
    if (options_flag(&session->options, "force", false))
        return true;
    if (session_confirm(session,
                        "Do you really want to force-unlock?\n"
                        "  pipectl will remove the lock on the remote state.\n"
                        "  This will allow local commands to modify this state, even though it\n"
                        "  may still be in use. Only 'yes' will be accepted to confirm.",
                        "confirmation"))
        return true;
    if (!diags_have_errors(&session->diags))
        terminal_print(&session->out, "force-unlock cancelled.\n");
    return false;
}

static int run(Session *session)
{
    Backend *backend = NULL;
    StoreSettings settings = { 0 };
    Text workspace;

    if (session->options.arguments.count != 1)
        return session_usage(session, "Expected a single argument: LOCK_ID");
    backend = session_backend(session);
    if (!backend || !session_workspace(session, &workspace))
        return session_end(session, 1);
    backend_locate(backend, workspace, &settings);
    if (!settings.home) {
        diag_error(
            &session->diags, RANGE_NONE, "Failed to unlock state: LocalState not locked",
            "A state file is locked by a program that runs: it ends with that program, and nobody "
            "else can take it away.");
        return session_end(session, 1);
    }
    if (!is_meant(session) ||
        !settings.home->break_lock(settings.home->self, session->options.arguments.items[0],
                                   &session->diags))
        return session_end(session, 1);
    terminal_print(
        &session->out,
        "pipectl state has been successfully unlocked!\n\nThe state has been unlocked, and "
        "pipectl commands should now be able to\nobtain a new lock on the remote state.\n");
    return session_end(session, 0);
}

const Command command_force_unlock = {
    .name = "force-unlock",
    .usage = "[-force] LOCK_ID",
    .summary = "Release a stuck lock of the selected workspace",
    .about = "Removes the lock of a run that ended without doing so (its machine died). The id "
             "stands in the message of whoever found it locked.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
};
