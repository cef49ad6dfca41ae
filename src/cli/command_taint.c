/* taint and untaint: whether the next plan makes a new object. */
#include "command.h"

#include "state_target.h"

static const Option options[] = {
    { "allow-missing", OPTION_FLAG, NULL, "That there is no such object is no error." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_state_out, options_backup, options_lock,
                                        options_common };

static void report_missing(Session *session, Text name)
{
    if (options_flag(&session->options, "allow-missing", false))
        diag_warning(&session->diags, RANGE_NONE, "No such resource instance",
                     "Resource instance " TEXT_FMT
                     " was not found, but this is not an error because -allow-missing was set.",
                     TEXT(name));
    else
        diag_error(&session->diags, RANGE_NONE, "No such resource instance",
                   "There is no resource instance in the state with the address " TEXT_FMT
                   ". `pipectl state list` shows those that there are.",
                   TEXT(name));
}

static bool can_change(Session *session, const StateInstance *instance, bool tainted)
{
    if (tainted || instance->current->tainted)
        return true;
    diag_error(&session->diags, RANGE_NONE, "Resource instance is not tainted",
               "Resource instance " TEXT_FMT
               " is not currently tainted, and so it cannot be untainted.",
               TEXT(instance->name));
    return false;
}

static void put_status(Session *session, const StateInstance *instance, bool tainted)
{
    InstanceObject *object = arena_new(session->arena, InstanceObject);

    *object = *instance->current;
    object->tainted = tainted;
    state_put(store_state(session->store), instance->address, instance->provider, object);
    store_changed(session->store);
    terminal_print(&session->out, "Resource instance " TEXT_FMT " has been %s.\n",
                   TEXT(instance->name), tainted ? "marked as tainted" : "successfully untainted");
}

static int set_status(Session *session, bool tainted)
{
    const StateInstance *instance;
    Address address;
    Text name;

    if (session->options.arguments.count != 1)
        return session_usage(session, tainted
                                          ? "The taint command expects exactly one argument."
                                          : "The untaint command expects exactly one argument.");
    if (!state_target_instance(session->arena, session->options.arguments.items[0], &address,
                               &session->diags))
        return session_end(session, 1);
    name = address_text(session->arena, address);
    if (tainted && address.mode == MODE_DATA) {
        terminal_print(&session->err, "Resource instance " TEXT_FMT " cannot be tainted\n",
                       TEXT(name));
        return 1;
    }
    if (!session_store(session, true, true, tainted ? "taint" : "untaint"))
        return session_end(session, 1);
    instance = state_find(store_state(session->store), name);
    if (!instance || !instance->current)
        report_missing(session, name);
    else if (can_change(session, instance, tainted))
        put_status(session, instance, tainted);
    return session_end(session, 0);
}

static int run_taint(Session *session)
{
    return set_status(session, true);
}

static int run_untaint(Session *session)
{
    return set_status(session, false);
}

const Command command_taint = {
    .name = "taint",
    .usage = "[options] ADDRESS",
    .summary = "Mark an object as not fully functional",
    .about =
        "The next plan replaces it. `apply -replace=ADDRESS` does the same without changing the "
        "state beforehand.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run_taint,
};

const Command command_untaint = {
    .name = "untaint",
    .usage = "[options] ADDRESS",
    .summary = "Take that mark away",
    .about = "Also after a creation that failed halfway, when the object is known to be good.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run_untaint,
};
