/* workspace list, show, new, select, delete: several states of one configuration. */
#include "command.h"

#include "pipectl/state/store.h"

static const Option lock_options[] = {
    { "lock", OPTION_FLAG, NULL, "Hold the state lock (default true)." },
    { "lock-timeout", OPTION_TEXT, "duration",
      "How long to wait for the lock, such as 30s (default 0s)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option new_options[] = {
    { "state", OPTION_TEXT, "path", "Copy this state file into the new workspace." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option select_options[] = {
    { "or-create", OPTION_FLAG, NULL, "Make the workspace when it does not exist." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option delete_options[] = {
    { "force", OPTION_FLAG, NULL, "Even if the workspace still manages objects." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static int fail(Session *session, const char *format, Text name)
{
    terminal_print(&session->err, format, TEXT(name));
    return session_end(session, 1);
}

static int report_missing(Session *session, Text name)
{
    return fail(session,
                "\nWorkspace \"" TEXT_FMT "\" doesn't exist.\n\nYou can create this workspace with "
                "the \"new\" subcommand\nor include the \"-or-create\" flag with the \"select\" "
                "subcommand.\n",
                name);
}

static int report_bad_name(Session *session, Text name)
{
    return fail(session,
                "\nThe workspace name \"" TEXT_FMT "\" is not allowed. The name must contain only "
                "URL safe\ncharacters, and no path separators.\n\n",
                name);
}

static bool is_overridden(Session *session)
{
    bool overridden;

    (void)workspace_selected(session->arena, &overridden);
    return overridden;
}

/* The one argument of new, select and delete; empty where it is not alone. */
static Text name_argument(Session *session)
{
    TextList *arguments = &session->options.arguments;

    return arguments->count == 1 ? arguments->items[0] : TEXT_NONE;
}

static int report_arguments(Session *session)
{
    return session_usage(session, "Expected a single argument: NAME.");
}

/* --- list, show ------------------------------------------------------------------------------- */

static int run_list(Session *session)
{
    Text selected = workspace_selected(session->arena, NULL);
    Backend *backend;
    TextList names;

    if (session->options.arguments.count > 0)
        return fail(session,
                    "Too many command line arguments. Did you mean to use -chdir?" TEXT_FMT "\n",
                    TEXT_NONE);
    backend = session_backend(session);
    if (backend && !backend->kind->has_workspaces)
        return fail(session, "workspaces not supported" TEXT_FMT "\n", TEXT_NONE);
    if (!backend || !backend_workspaces(backend, &names, &session->diags))
        return session_end(session, 1);
    for (size_t i = 0; i < names.count; i++)
        terminal_print(&session->out, "%s" TEXT_FMT "\n",
                       text_equal(names.items[i], selected) ? "* " : "  ", TEXT(names.items[i]));
    terminal_print(&session->out, "\n");
    if (is_overridden(session))
        terminal_print(&session->out, "\n\nThe active workspace is being overridden using the "
                                      "TF_WORKSPACE environment\nvariable.\n\n");
    return session_end(session, 0);
}

static int run_show(Session *session)
{
    Text name;

    if (!session_workspace(session, &name))
        return session_end(session, 1);
    terminal_print(&session->out, TEXT_FMT "\n", TEXT(name));
    return session_end(session, 0);
}

/* --- new, select ------------------------------------------------------------------------------ */

/* The state of a file becomes the new workspace's, with its lineage and serial. */
static bool copy_state(Session *session, Backend *backend, Text name, Text path)
{
    State *state;
    StateStore *store;

    if (file_kind(path) == FILE_ABSENT) {
        diag_error(&session->diags, RANGE_NONE, "Failed to read file",
                   TEXT_FMT ": no such file or directory.", TEXT(path));
        return false;
    }
    state = session_state_file(session, path);
    if (!state || !store_close(session->store, &session->diags))
        return false;
    session->store = NULL;
    store = session_open(session, backend, name, true, true, "workspace-new");
    if (!store)
        return false;
    store_push(store, state);
    return store_close(store, &session->diags);
}

bool session_create_workspace(Session *session, Backend *backend, Text name)
{
    StateStore *store;

    if (backend->kind->create_workspace)
        return backend->kind->create_workspace(backend, name, &session->diags);
    store = session_open(session, backend, name, true, true, "init");
    if (store && !store_exists(store))
        store_changed(store);
    return store && store_close(store, &session->diags);
}

static int create(Session *session, Backend *backend, Text name)
{
    Text path = options_text(&session->options, "state");

    if (!session_create_workspace(session, backend, name) ||
        !workspace_select(name, &session->diags))
        return session_end(session, 1);
    terminal_print(&session->out,
                   "Created and switched to workspace \"" TEXT_FMT "\"!\n\nYou're now on a new, "
                   "empty workspace. Workspaces isolate their state, so\n\"pipectl plan\" will not "
                   "see any existing state for this configuration.\n",
                   TEXT(name));
    if (path.length && !copy_state(session, backend, name, path))
        return session_end(session, 1);
    return session_end(session, 0);
}

/* What new and select need: the backend, and whether the workspace exists there. */
static bool find(Session *session, Text name, Backend **ret_backend, bool *ret_exists)
{
    *ret_backend = session_backend(session);
    if (*ret_backend && !(*ret_backend)->kind->has_workspaces) {
        terminal_print(&session->err, "workspaces not supported\n");
        return false;
    }
    return *ret_backend && backend_has_workspace(*ret_backend, name, ret_exists, &session->diags);
}

static int run_new(Session *session)
{
    Text name = name_argument(session);
    Backend *backend;
    bool exists;

    if (!name.length)
        return report_arguments(session);
    if (!workspace_name_is_valid(name))
        return report_bad_name(session, name);
    if (is_overridden(session) && !text_equal(workspace_selected(session->arena, NULL), name))
        return fail(session,
                    "\nThe workspace is currently overridden using the TF_WORKSPACE environment\n"
                    "variable. You cannot create a new workspace when using this setting.\n\n"
                    "To create \"" TEXT_FMT "\", either unset the variable or set it to this "
                    "name.\n\n",
                    name);
    if (!find(session, name, &backend, &exists))
        return session_end(session, 1);
    if (exists)
        return fail(session, "Workspace \"" TEXT_FMT "\" already exists\n", name);
    return create(session, backend, name);
}

static int run_select(Session *session)
{
    Text name = name_argument(session);
    Backend *backend;
    bool exists;

    if (!name.length)
        return report_arguments(session);
    if (is_overridden(session))
        return fail(session,
                    "\nThe selected workspace is currently overridden using the TF_WORKSPACE\n"
                    "environment variable.\n\nTo select \"" TEXT_FMT "\", either update this "
                    "variable or unset it.\n\n",
                    name);
    if (!workspace_name_is_valid(name))
        return report_bad_name(session, name);
    if (!find(session, name, &backend, &exists))
        return session_end(session, 1);
    if (exists && text_equal(name, workspace_selected(session->arena, NULL)))
        return session_end(session, 0);
    if (!exists && !options_flag(&session->options, "or-create", false))
        return report_missing(session, name);
    if (!exists)
        return create(session, backend, name);
    if (!workspace_select(name, &session->diags))
        return session_end(session, 1);
    terminal_print(&session->out, "Switched to workspace \"" TEXT_FMT "\".\n", TEXT(name));
    return session_end(session, 0);
}

/* --- delete ----------------------------------------------------------------------------------- */

static void report_not_empty(Session *session, const State *state, Text name)
{
    StateInstanceList instances = state_sorted(state, session->arena);
    TextBuilder names = text_builder(session->arena);

    for (size_t i = 0; i < instances.count; i++)
        text_add_format(&names, "\n  - " TEXT_FMT, TEXT(instances.items[i]->name));
    diag_error(
        &session->diags, RANGE_NONE, "Workspace is not empty",
        "Workspace \"" TEXT_FMT
        "\" is currently tracking the following resource instances:" TEXT_FMT "\n\n"
        "Deleting this workspace would make pipectl forget them, and you would have to delete "
        "them yourself. Destroy them first (pipectl destroy), or use -force to forget them.",
        TEXT(name), TEXT(text_built(&names)));
}

/* The lock is held while it is looked whether anything is in there, and then given back: what is
 * deleted cannot be locked. */
static bool may_delete(Session *session, Backend *backend, Text name, bool force, bool *ret_empty)
{
    StateStore *store = session_open(session, backend, name, false, true, "workspace-delete");
    bool may;

    if (!store)
        return false;
    *ret_empty = store_state(store)->instances.count == 0;
    may = *ret_empty || force;
    if (!may)
        report_not_empty(session, store_state(store), name);
    return store_close(store, &session->diags) && may;
}

static int run_delete(Session *session)
{
    Text name = name_argument(session);
    bool force = options_flag(&session->options, "force", false), exists, empty = true;
    Backend *backend;

    if (!name.length)
        return report_arguments(session);
    if (!find(session, name, &backend, &exists))
        return session_end(session, 1);
    if (!exists)
        return report_missing(session, name);
    if (text_equal(name, workspace_selected(session->arena, NULL)))
        return fail(session,
                    "Workspace \"" TEXT_FMT "\" is your active workspace.\n\nYou cannot delete the "
                    "currently active workspace. Please switch\nto another workspace and try "
                    "again.\n",
                    name);
    if (text_equal(name, DEFAULT_WORKSPACE))
        return fail(session, "The workspace \"" TEXT_FMT "\" cannot be deleted.\n", name);
    if (!may_delete(session, backend, name, force, &empty) ||
        !backend_delete_workspace(backend, name, &session->diags))
        return session_end(session, 1);
    terminal_print(&session->out, "Deleted workspace \"" TEXT_FMT "\"!\n", TEXT(name));
    if (!empty)
        terminal_print(
            &session->out,
            "WARNING: \"" TEXT_FMT "\" was non-empty.\nThe resources managed by the "
            "deleted workspace may still exist,\nbut are no longer manageable by pipectl "
            "since the state has\nbeen deleted.\n",
            TEXT(name));
    return session_end(session, 0);
}

static const Option *const plain_tables[] = { options_common };
static const Option *const new_tables[] = { new_options, lock_options, options_common };
static const Option *const select_tables[] = { select_options, options_common };
static const Option *const delete_tables[] = { delete_options, lock_options, options_common };

static const Command command_list = {
    .name = "workspace list",
    .usage = "[options]",
    .summary = "List all workspaces",
    .about = "The selected one has an asterisk.",
    .options = plain_tables,
    .option_count = sizeof plain_tables / sizeof *plain_tables,
    .most_arguments = SIZE_MAX,
    .run = run_list,
};

static const Command command_workspace_show = {
    .name = "workspace show",
    .usage = "[options]",
    .summary = "Print the name of the selected workspace",
    .about = "What TF_WORKSPACE says, or what was selected.",
    .options = plain_tables,
    .option_count = sizeof plain_tables / sizeof *plain_tables,
    .most_arguments = SIZE_MAX,
    .run = run_show,
};

static const Command command_new = {
    .name = "workspace new",
    .usage = "[options] NAME",
    .summary = "Make a workspace, and select it",
    .about = "A new workspace has an empty state, or a copy of one.",
    .options = new_tables,
    .option_count = sizeof new_tables / sizeof *new_tables,
    .most_arguments = SIZE_MAX,
    .run = run_new,
};

static const Command command_select = {
    .name = "workspace select",
    .usage = "[options] NAME",
    .summary = "Work with another workspace",
    .about = "All commands in this folder then work with its state.",
    .options = select_tables,
    .option_count = sizeof select_tables / sizeof *select_tables,
    .most_arguments = SIZE_MAX,
    .run = run_select,
};

static const Command command_delete = {
    .name = "workspace delete",
    .usage = "[options] NAME",
    .summary = "Delete a workspace with its state",
    .about = "Refused for the selected one, and for one that still manages objects.",
    .options = delete_tables,
    .option_count = sizeof delete_tables / sizeof *delete_tables,
    .most_arguments = SIZE_MAX,
    .run = run_delete,
};

static const Command *const subcommands[] = {
    &command_delete, &command_list, &command_new, &command_select, &command_workspace_show, NULL
};

const Command command_workspace = {
    .name = "workspace",
    .summary = "Several states of one configuration",
    .about = "Workspaces isolate their states, wherever the backend keeps them.",
    .subcommands = subcommands,
};
