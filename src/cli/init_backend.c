/* init_backend.c: init's part for the backend: writing down which one is used, and taking the
 * states along. */
#include "command.h"

#include "pipectl/state/store.h"

#include <stdio.h>
#include <unistd.h>

/* What init has to decide upon. */
typedef struct Initialisation {
    Session *session;
    BackendRecord record; /* what is written down so far */
    const BackendBlock *block;
    const BackendKind *kind; /* of the block; NULL: local files without one */
    Value config;
    uint32_t hash;
    bool reconfigure, force_copy, migrate;
} Initialisation;

static Diags *diags_of(Initialisation *init)
{
    return &init->session->diags;
}

static const BackendKind *local_kind(void)
{
    return backend_kind_find(TEXT_LIT("local"));
}

/* --- opening both ----------------------------------------------------------------------------- */

static Backend *open_backend(Initialisation *init, const BackendKind *kind, Value config)
{
    return session_open_backend(init->session, kind, config);
}

static Backend *open_local(Initialisation *init)
{
    Value config =
        backend_config(init->session->arena, local_kind(), NULL, NULL, NULL, diags_of(init));

    return open_backend(init, local_kind(), config);
}

static Backend *open_new(Initialisation *init)
{
    return init->kind ? open_backend(init, init->kind, init->config) : open_local(init);
}

/* What was used up to now. */
static Backend *open_old(Initialisation *init)
{
    const BackendKind *kind = backend_kind_find(init->record.type);
    Value config;

    if (!init->record.type.length)
        return open_local(init);
    if (!kind) {
        diag_error(diags_of(init), RANGE_NONE, "Unsupported backend type",
                   "This folder was initialised with the backend \"" TEXT_FMT
                   "\", which pipectl does "
                   "not have: it cannot take the state along. Let Terraform do that, or use "
                   "-reconfigure.",
                   TEXT(init->record.type));
        return NULL;
    }
    config = backend_config_from(init->session->arena, kind, init->record.config, false, RANGE_NONE,
                                 diags_of(init));
    return value_is_unknown(config) ? NULL : open_backend(init, kind, config);
}

static const char *name_of(const Backend *backend)
{
    return backend->kind->name;
}

/* --- copying states --------------------------------------------------------------------------- */

/* What a backend holds for a workspace; false with errors. NULL: nothing. */
static bool read_state(Initialisation *init, Backend *backend, Text workspace,
                       const State **ret_state)
{
    StateStore *store =
        session_open(init->session, backend, workspace, false, true, "migration source state");

    if (!store)
        return false;
    *ret_state = state_is_empty(store_state(store)) ? NULL : store_state(store);
    return store_close(store, diags_of(init));
}

static bool write_state(Initialisation *init, Backend *backend, Text workspace, const State *state)
{
    StateStore *store =
        session_open(init->session, backend, workspace, true, true, "migration destination state");

    if (!store)
        return false;
    store_push(store, state_copy(init->session->arena, state));
    return store_close(store, diags_of(init));
}

static bool is_same(const State *a, const State *b)
{
    return a && b && text_equal(a->lineage, b->lineage) && a->serial == b->serial;
}

/* May be asked: it overwrites what lies there. */
static bool confirm_copy(Initialisation *init, Backend *from, Backend *to, bool overwrites)
{
    Session *session = init->session;
    Text question = text_format(
        session->arena,
        "Do you want to copy existing state to the new backend?\n"
        "  Pre-existing state was found while migrating the previous \"%s\" backend to the\n"
        "  newly configured \"%s\" backend. %s",
        name_of(from), name_of(to),
        overwrites ? "A state was found there too, and it is another one:\n"
                     "  \"yes\" overwrites it, \"no\" uses it as it is."
                   : "No existing state was found there.\n"
                     "  Enter \"yes\" to copy and \"no\" to start with an empty state.");

    if (init->force_copy)
        return true;
    if (!session->input) {
        diag_error(diags_of(init), RANGE_NONE,
                   "Can't ask approval for state migration when interactive input is disabled.",
                   "Remove the \"-input=false\" option, or say \"-force-copy\" to copy without a "
                   "question.");
        return false;
    }
    return session_confirm(session, text_cstring(session->arena, question), "confirmation");
}

static bool copy_workspace(Initialisation *init, Backend *from, Backend *to, Text workspace,
                           bool *ret_copied)
{
    const State *source, *destination;

    *ret_copied = false;
    if (!read_state(init, from, workspace, &source))
        return false;
    if (!source)
        return true;
    if (!read_state(init, to, workspace, &destination))
        return false;
    if (is_same(source, destination))
        return true;
    if (!confirm_copy(init, from, to, destination != NULL))
        return !diags_have_errors(diags_of(init));
    *ret_copied = write_state(init, to, workspace, source);
    return *ret_copied;
}

/* The local file has gone somewhere else: it must not be taken for the state any more. Its content
 * stays as the backup. */
static bool retire_local_file(Initialisation *init, Backend *from, Backend *to)
{
    StoreSettings old = { 0 }, new = { 0 };
    Arena *arena = init->session->arena;

    if (from->kind != local_kind() || init->record.type.length)
        return true;
    backend_locate(from, DEFAULT_WORKSPACE, &old);
    backend_locate(to, DEFAULT_WORKSPACE, &new);
    if (!new.home && text_equal(old.path, new.path))
        return true;
    return rename(text_cstring(arena, old.path),
                  text_cstring(arena, text_concat(arena, old.path, TEXT_LIT(".backup")))) == 0;
}

static bool copy_states(Initialisation *init, Backend *from, Backend *to)
{
    TextList names;
    bool copied;

    if (!backend_workspaces(from, &names, diags_of(init)))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        bool is_default = text_equal(names.items[i], DEFAULT_WORKSPACE);

        if (!is_default && !to->kind->has_workspaces) {
            diag_error(
                diags_of(init), RANGE_NONE, "Workspaces not supported",
                "The \"%s\" backend has only one state, and there are several workspaces. Select "
                "one, delete the others, and try again.",
                name_of(to));
            return false;
        }
        if (!copy_workspace(init, from, to, names.items[i], &copied) ||
            (copied && is_default && !retire_local_file(init, from, to)))
            return false;
    }
    return true;
}

static bool migrate(Initialisation *init)
{
    Backend *from = open_old(init), *to = from ? open_new(init) : NULL;

    return to && copy_states(init, from, to);
}

/* --- the selected workspace ------------------------------------------------------------------- */

/* It must exist where the states are now: one that TF_WORKSPACE names is made. */
static bool settle_workspace(Initialisation *init, Backend *backend)
{
    Session *session = init->session;
    Text name;
    bool overridden, exists;

    if (!session_workspace(session, &name))
        return false;
    (void)workspace_selected(session->arena, &overridden);
    if (text_equal(name, DEFAULT_WORKSPACE) && backend->kind == local_kind())
        return true;
    if (!backend_has_workspace(backend, name, &exists, diags_of(init)))
        return false;
    if (exists)
        return true;
    if (overridden && !backend->kind->has_workspaces) {
        diag_error(diags_of(init), RANGE_NONE, "Workspaces not supported",
                   "The backend \"%s\" has only the workspace \"default\", and TF_WORKSPACE says "
                   "\"" TEXT_FMT "\".",
                   name_of(backend), TEXT(name));
        return false;
    }
    if (overridden)
        return session_create_workspace(session, backend, name);
    session_step(session, NULL,
                 "\nThe workspace \"" TEXT_FMT "\", which was selected, does not exist in this "
                 "backend. Selected now is \"default\".",
                 TEXT(name));
    return workspace_select(DEFAULT_WORKSPACE, diags_of(init));
}

/* Nothing is written down of a place whose state cannot be read. */
static bool is_readable(Initialisation *init, Backend *backend)
{
    Text name;
    StateStore *store;

    if (!session_workspace(init->session, &name))
        return false;
    store = session_open(init->session, backend, name, false, false, "");
    return store && store_close(store, diags_of(init));
}

static bool settle(Initialisation *init, Backend *backend)
{
    return settle_workspace(init, backend) && is_readable(init, backend);
}

/* --- what is to be done ----------------------------------------------------------------------- */

static bool is_unchanged(Initialisation *init)
{
    Diags ignored = diags_make(init->session->arena);
    Value recorded;

    if (!init->kind)
        return !init->record.type.length;
    if (!text_is(init->record.type, init->kind->name))
        return false;
    recorded = backend_config_from(init->session->arena, init->kind, init->record.config, false,
                                   RANGE_NONE, &ignored);
    return value_same(recorded, init->config);
}

static bool write_record(Initialisation *init)
{
    BackendRecord record = { 0 };

    if (init->kind)
        record = (BackendRecord){ text_of(init->kind->name), init->config, init->hash };
    return backend_record_write(&record, diags_of(init));
}

static void report_changed(Initialisation *init)
{
    diag_error(
        diags_of(init), RANGE_NONE, "Backend configuration changed",
        "A change in the backend configuration has been detected, which may require migrating "
        "existing state.\n\n"
        "If you wish to attempt automatic migration of the state, use \"pipectl init "
        "-migrate-state\".\n"
        "If you wish to store the current configuration with no changes to the state, use "
        "\"pipectl init -reconfigure\".");
}

static void announce(Initialisation *init)
{
    if (init->kind)
        session_step(
            init->session, NULL,
            "\nSuccessfully configured the backend \"%s\"! pipectl will automatically\nuse "
            "this backend unless the backend configuration changes.",
            init->kind->name);
    else if (!init->reconfigure)
        session_step(init->session, NULL,
                     "\nSuccessfully unset the backend \"" TEXT_FMT
                     "\". pipectl will now operate locally.",
                     TEXT(init->record.type));
}

static bool change(Initialisation *init)
{
    Backend *backend;

    if (init->record.type.length && !init->reconfigure && !init->migrate) {
        report_changed(init);
        return false;
    }
    if (!init->reconfigure && !migrate(init))
        return false;
    backend = open_new(init);
    if (!backend || !settle(init, backend) || !write_record(init))
        return false;
    announce(init);
    return true;
}

static bool read_configuration(Initialisation *init)
{
    Session *session = init->session;
    TextList options = options_list(&session->options, "backend-config", session->arena);

    if (!init->block) {
        if (options.count)
            diag_warning(
                diags_of(init), RANGE_NONE, "Missing backend configuration",
                "-backend-config was used without a \"backend\" block in the configuration. If "
                "you intended to override the default local backend configuration, no action "
                "is required, but you may add an explicit backend block.");
        return true;
    }
    init->kind = session_backend_kind(session, init->block);
    if (!init->kind)
        return false;
    init->config = backend_config(session->arena, init->kind, init->block->body, &options,
                                  &init->hash, diags_of(init));
    return !value_is_unknown(init->config) &&
           backend_config_check(init->kind, init->config, init->block->range, diags_of(init));
}

bool session_init_backend(Session *session)
{
    Options *options = &session->options;
    Initialisation init = { .session = session,
                            .block = session->root->backend,
                            .reconfigure = options_flag(options, "reconfigure", false),
                            .force_copy = options_flag(options, "force-copy", false) };
    Backend *backend;

    init.migrate = init.force_copy || options_flag(options, "migrate-state", false);
    if (init.migrate && init.reconfigure) {
        diag_error(&session->diags, RANGE_NONE, "Invalid init options",
                   "The -migrate-state and -reconfigure options are mutually-exclusive.");
        return false;
    }
    if (!backend_record_read(session->arena, &init.record, &session->diags) ||
        !read_configuration(&init))
        return false;
    if (!is_unchanged(&init) || (init.reconfigure && init.kind))
        return change(&init);
    backend = open_new(&init);
    /* The block may say in other words (or in fewer, with -backend-config) what it said before. */
    return backend && settle(&init, backend) && (!init.kind || write_record(&init));
}
