/* session_backend.c: where the state of this folder lives, and opening it there. */
#include "command.h"

#include "pipectl/backend/backend.h"
#include "pipectl/state/statefile.h"
#include "pipectl/state/store.h"

/* --- the backend ------------------------------------------------------------------------------ */

static Loop *loop_of_session(void *user)
{
    Session *session = user;

    return session_loop(session);
}

static Value outputs_of_remote_state(void *user, Value configuration, Arena *arena, Diags *diags)
{
    BackendSettings settings = { .arena = arena, .loop = loop_of_session, .user = user };

    return remote_state_outputs(&settings, configuration, diags);
}

void session_serve_remote_states(Session *session)
{
    session->remote_states = (RemoteStates){ .check = remote_state_check,
                                             .outputs = outputs_of_remote_state,
                                             .user = session };
    provider_set_remote_states(&session->remote_states);
}

Backend *session_open_backend(Session *session, const BackendKind *kind, Value config)
{
    BackendSettings settings = { .arena = session->arena,
                                 .loop = loop_of_session,
                                 .user = session };
    Backend *backend = backend_open(&settings, kind, config, &session->diags);

    if (backend)
        list_add(session->arena, &session->backends, backend);
    return backend;
}

/* "Backend initialization required": what the block says is not what init has written down. */
static void report_not_initialised(Session *session, const char *reason)
{
    diag_error(
        &session->diags, RANGE_NONE,
        "Backend initialization required, please run \"terraform init\"",
        "Reason: %s\n\n"
        "The \"backend\" says where the state is kept. What the configuration says is not what "
        "\"pipectl init\" has written down for this folder, so the state could be in either place. "
        "Run \"pipectl init\" with \"-migrate-state\" to take the state along to the new place, or "
        "with \"-reconfigure\" to use the new one as it is. Nothing was changed.",
        reason);
}

/* Whether the block (without what -backend-config added at init) or all of it is what was recorded.
 */
static bool is_recorded(Session *session, const BackendRecord *record, const BackendKind *kind,
                        uint32_t hash, Value config)
{
    Diags ignored = diags_make(session->arena);
    Value recorded;

    if (!text_is(record->type, kind->name))
        return false;
    if ((uint32_t)record->hash == hash)
        return true;
    recorded =
        backend_config_from(session->arena, kind, record->config, false, RANGE_NONE, &ignored);
    return value_same(recorded, config);
}

static Value recorded_config(Session *session, const BackendRecord *record, const BackendKind *kind)
{
    Diags ignored = diags_make(session->arena);

    return backend_config_from(session->arena, kind, record->config, false, RANGE_NONE, &ignored);
}

static Text reason(Session *session, const BackendRecord *record, const BackendBlock *block)
{
    if (!record->type.length)
        return text_format(session->arena,
                           "Initial configuration of the requested backend \"" TEXT_FMT "\"",
                           TEXT(block->type));
    if (!block)
        return text_format(session->arena, "Unsetting the previously set backend \"" TEXT_FMT "\"",
                           TEXT(record->type));
    if (text_equal(record->type, block->type))
        return text_format(session->arena, "Backend configuration block has changed");
    return text_format(session->arena,
                       "Backend type changed from \"" TEXT_FMT "\" to \"" TEXT_FMT "\"",
                       TEXT(record->type), TEXT(block->type));
}

const BackendKind *session_backend_kind(Session *session, const BackendBlock *block)
{
    const BackendKind *kind = backend_kind_find(block->type);

    if (!kind)
        diag_error(
            &session->diags, block->range, "Unsupported backend type",
            backend_kind_is_terraforms(block->type)
                ? "The backend \"" TEXT_FMT "\" is not supported by pipectl: it knows " TEXT_FMT "."
                : "There is no backend type named \"" TEXT_FMT "\". pipectl knows " TEXT_FMT ".",
            TEXT(block->type), TEXT(backend_kind_names(session->arena)));
    return kind;
}

/* The kind and configuration that the state is to be opened with. */
static bool find_backend(Session *session, const BackendBlock *block, const BackendKind **ret_kind,
                         Value *ret_config)
{
    BackendRecord record;
    uint32_t hash = 0;

    if (!backend_record_read(session->arena, &record, &session->diags))
        return false;
    if (!block && !record.type.length) {
        *ret_kind = backend_kind_find(TEXT_LIT("local"));
        *ret_config = backend_config(session->arena, *ret_kind, NULL, NULL, NULL, &session->diags);
        return true;
    }
    if (block) {
        *ret_kind = session_backend_kind(session, block);
        if (!*ret_kind)
            return false;
        *ret_config =
            backend_config(session->arena, *ret_kind, block->body, NULL, &hash, &session->diags);
        if (value_is_unknown(*ret_config))
            return false;
    }
    if (!block || !is_recorded(session, &record, *ret_kind, hash, *ret_config)) {
        report_not_initialised(session,
                               text_cstring(session->arena, reason(session, &record, block)));
        return false;
    }
    *ret_config = recorded_config(session, &record, *ret_kind);
    return !value_is_unknown(*ret_config);
}

Backend *session_backend(Session *session)
{
    const BackendKind *kind;
    const Module *root = session->root;
    Value config;

    if (session->backend)
        return session->backend;
    if (!root)
        root = module_load_settings(session->arena, TEXT_LIT("."), &session->diags);
    if (!root || diags_have_errors(&session->diags))
        return NULL;
    if (find_backend(session, root->backend, &kind, &config) &&
        backend_config_check(kind, config, RANGE_NONE, &session->diags))
        session->backend = session_open_backend(session, kind, config);
    return session->backend;
}

/* --- the state -------------------------------------------------------------------------------- */

bool session_workspace(Session *session, Text *ret_name)
{
    bool overridden;
    Text name = workspace_selected(session->arena, &overridden);

    if (!workspace_name_is_valid(name)) {
        diag_error(
            &session->diags, RANGE_NONE,
            overridden ? "Invalid workspace name set using TF_WORKSPACE" : "Invalid workspace name",
            "\"" TEXT_FMT "\" is no name of a workspace: it must consist of URL safe characters, "
            "without a slash.",
            TEXT(name));
        return false;
    }
    *ret_name = name;
    return true;
}

static bool confirm_replay(void *user, Text question)
{
    Session *session = user;

    return session_confirm(session, text_cstring(session->arena, question), "confirmation");
}

static bool lock_timeout(Session *session, Nanoseconds *ret_timeout)
{
    Text text = options_text(&session->options, "lock-timeout");

    if (!text.length || clock_parse_duration(text, ret_timeout))
        return true;
    diag_error(&session->diags, RANGE_NONE, "Failed to parse command-line flags",
               "invalid value \"" TEXT_FMT
               "\" for flag -lock-timeout: write a number and a unit, such as 30s or 5m.",
               TEXT(text));
    return false;
}

static void say_waiting(void *user)
{
    Session *session = user;

    session->view.waits(session->view.user);
}

static bool settings_for(Session *session, bool writable, bool lock, const char *operation,
                         StoreSettings *ret_settings)
{
    *ret_settings = (StoreSettings){ .lock = lock && options_flag(&session->options, "lock", true),
                                     .writable = writable,
                                     .recovers = session->command->recovers,
                                     .spare_folder = data_directory(session->arena),
                                     .operation = text_of(operation),
                                     .interrupted = &session->interrupted,
                                     .waits = say_waiting,
                                     .confirm = confirm_replay,
                                     .user = session };
    return lock_timeout(session, &ret_settings->lock_timeout);
}

StateStore *session_open(Session *session, Backend *backend, Text workspace, bool writable,
                         bool lock, const char *operation)
{
    StoreSettings settings;

    if (!settings_for(session, writable, lock, operation, &settings))
        return NULL;
    backend_locate(backend, workspace, &settings);
    return store_open(session->arena, &settings, &session->diags);
}

Text session_timed_backup(const Session *session, Text path)
{
    return text_format(session->arena, TEXT_FMT ".%lld.backup", TEXT(path),
                       (long long)(clock_now() / SECONDS(1)));
}

/* -state-out, which `state mv` has with another meaning; empty: not given. */
static Text written_path(const Session *session)
{
    Text path = TEXT_NONE;

    for (size_t i = 0; i < session->options.given.count; i++)
        if (session->options.given.items[i].option == options_state_out)
            path = session->options.given.items[i].value;
    return path;
}

/* -state, -state-out and -backup name other files, where the state is a file at all. [ret_read]:
 * what is read is elsewhere; empty: it is not. */
static bool locate(Session *session, StoreSettings *settings, Text *ret_read)
{
    Text given = options_text(&session->options, "state"), workspace;
    Text written = settings->writable ? written_path(session) : TEXT_NONE;
    Backend *backend = session_backend(session);

    if (!backend || !session_workspace(session, &workspace))
        return false;
    if (!backend->kind->has_workspaces && !text_equal(workspace, DEFAULT_WORKSPACE)) {
        diag_error(&session->diags, RANGE_NONE, "Workspaces not supported",
                   "The backend \"%s\" has only the workspace \"default\", and \"" TEXT_FMT
                   "\" is selected.",
                   backend->kind->name, TEXT(workspace));
        return false;
    }
    backend_locate(backend, workspace, settings);
    if (settings->home)
        return true;
    if (given.length)
        settings->path = given;
    if (written.length && !text_equal(written, settings->path)) {
        *ret_read = settings->path;
        settings->path = written;
    }
    settings->backup = options_text(&session->options, "backup");
    if (!settings->backup.length && session->command->keeps_every_backup)
        settings->backup = session_timed_backup(session, settings->path);
    return true;
}

/* What is read at one place and written at another takes the place of what stood there. */
static bool read_elsewhere(Session *session, Text path)
{
    Source *source = source_make(session->arena, path, TEXT_NONE);
    bool exists;
    State *state;

    if (!file_read_optional(session->arena, path, &exists, &source->text, &session->diags))
        return false;
    if (!exists || source->text.length == 0)
        return true;
    state = statefile_read(session->arena, source, &session->diags);
    if (state)
        store_push(session->store, state);
    return state != NULL;
}

bool session_store(Session *session, bool writable, bool lock, const char *operation)
{
    StoreSettings settings;
    Text read = TEXT_NONE;

    if (!settings_for(session, writable, lock, operation, &settings) ||
        !locate(session, &settings, &read))
        return false;
    session->store = store_open(session->arena, &settings, &session->diags);
    return session->store && (!read.length || read_elsewhere(session, read));
}

void session_no_state(Session *session)
{
    terminal_print(&session->err,
                   "No state file was found!\n\nState management commands require a state file. "
                   "Run this command\nin a directory where pipectl has been run, or use the -state "
                   "option to point it\nto a state file.\n");
}

bool session_existing_store(Session *session, const char *operation)
{
    if (!session_store(session, true, true, operation))
        return false;
    if (!store_exists(session->store))
        session_no_state(session);
    return store_exists(session->store);
}

State *session_state(Session *session)
{
    return session_store(session, false, false, "") ? store_state(session->store) : NULL;
}

State *session_state_file(Session *session, Text path)
{
    StoreSettings settings = { .path = path, .spare_folder = data_directory(session->arena) };

    session->store = store_open(session->arena, &settings, &session->diags);
    return session->store ? store_state(session->store) : NULL;
}
