/* state rm: forgetting objects, which stay as they are. */
#include "command.h"

#include "state_target.h"

static const Option options[] = {
    { "dry-run", OPTION_FLAG, NULL, "Only say what would be removed." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_backup, options_lock, options_common };

/* What the arguments name, each once. */
static bool named_instances(Session *session, const State *state, StateInstanceList *ret_named)
{
    TextList *arguments = &session->options.arguments;
    Table seen = { 0 };

    for (size_t i = 0; i < arguments->count; i++) {
        StateTarget target;
        StateInstanceList found;

        if (!state_target_parse(session->arena, arguments->items[i], &target, &session->diags))
            continue;
        found = state_target_instances(&target, state, session->arena);
        for (size_t k = 0; k < found.count; k++) {
            if (table_has(&seen, found.items[k]->name))
                continue;
            table_put(session->arena, &seen, found.items[k]->name, found.items[k]);
            list_add(session->arena, ret_named, found.items[k]);
        }
    }
    return !diags_have_errors(&session->diags);
}

static int found_nothing(Session *session, bool dry)
{
    if (dry)
        terminal_print(&session->out, "Would have removed nothing.\n");
    else
        diag_error(&session->diags, RANGE_NONE, "Invalid target address",
                   "No matching objects found. `pipectl state list` shows what there is.");
    return session_end(session, 0);
}

static int run(Session *session)
{
    bool dry = options_flag(&session->options, "dry-run", false);
    StateInstanceList named = { 0 };

    if (session->options.arguments.count == 0)
        return session_usage(session, "At least one address is required.");
    if (!session_existing_store(session, "state-rm") ||
        !named_instances(session, store_state(session->store), &named))
        return session_end(session, 1);
    if (named.count == 0)
        return found_nothing(session, dry);
    for (size_t i = 0; i < named.count; i++) {
        terminal_print(&session->out, "%s " TEXT_FMT "\n", dry ? "Would remove" : "Removed",
                       TEXT(named.items[i]->name));
        if (!dry)
            state_remove(store_state(session->store), named.items[i]->name);
    }
    if (dry)
        return session_end(session, 0);
    store_changed(session->store);
    terminal_print(&session->out, "Successfully removed %zu resource instance(s).\n", named.count);
    return session_end(session, 0);
}

const Command command_state_rm = {
    .name = "state rm",
    .usage = "[options] ADDRESS...",
    .summary = "Remove objects from the state",
    .about =
        "Forgets the instances, resources or modules that the addresses name: the objects stay "
        "as they are, and pipectl has nothing to do with them any more.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
    .keeps_every_backup = true,
};
