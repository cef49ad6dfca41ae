/* local.c: state files on this machine: terraform.tfstate, and
 * terraform.tfstate.d/NAME/terraform.tfstate. */
#include "kinds.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const BackendArgument arguments[] = {
    { .name = "path" },
    { .name = "workspace_dir" },
    { .name = NULL },
};

static void check(Value config, Range subject, Diags *diags)
{
    static const char *const names[] = { "path", "workspace_dir" };

    for (size_t i = 0; i < 2; i++) {
        Value value = value_get(config, names[i]);

        if (!value_is_null(value) && !value_text(value).length)
            diag_error(diags, subject, "Invalid local state file path",
                       "The \"%s\" attribute value must not be empty.", names[i]);
    }
}

static Text folder(Backend *backend)
{
    Text named = config_text(backend->config, "workspace_dir");

    return named.length ? named : TEXT_LIT("terraform.tfstate.d");
}

static Text workspace_folder(Backend *backend, Text workspace)
{
    return file_join(backend->settings.arena, folder(backend), workspace);
}

static void locate(Backend *backend, Text workspace, StoreSettings *settings)
{
    Text named = config_text(backend->config, "path");

    if (!text_equal(workspace, DEFAULT_WORKSPACE))
        settings->path = file_join(backend->settings.arena, workspace_folder(backend, workspace),
                                   TEXT_LIT("terraform.tfstate"));
    else
        settings->path = named.length ? named : TEXT_LIT("terraform.tfstate");
}

static bool workspaces(Backend *backend, TextList *ret_names, Diags *diags)
{
    Arena *arena = backend->settings.arena;
    TextList entries = { 0 };

    if (file_kind(folder(backend)) == FILE_DIRECTORY &&
        !file_list(arena, folder(backend), &entries, RANGE_NONE, diags))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (file_kind(workspace_folder(backend, entries.items[i])) == FILE_DIRECTORY)
            list_add(arena, ret_names, entries.items[i]);
    return true;
}

static bool create_workspace(Backend *backend, Text workspace, Diags *diags)
{
    return file_make_directory(workspace_folder(backend, workspace), diags);
}

/* The folder with all that is in it: the state, its backup, a journal. Nothing in it is a folder.
 */
static bool delete_workspace(Backend *backend, Text workspace, Diags *diags)
{
    Arena *arena = backend->settings.arena;
    Text path = workspace_folder(backend, workspace);
    TextList entries;

    if (!file_list(arena, path, &entries, RANGE_NONE, diags))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        (void)unlink(text_cstring(arena, file_join(arena, path, entries.items[i])));
    if (rmdir(text_cstring(arena, path)) == 0)
        return true;
    diag_error(diags, RANGE_NONE, "Failed to remove a folder", TEXT_FMT ": %s.", TEXT(path),
               strerror(errno));
    return false;
}

const BackendKind backend_local = {
    .name = "local",
    .arguments = arguments,
    .check = check,
    .workspaces = workspaces,
    .locate = locate,
    .create_workspace = create_workspace,
    .delete_workspace = delete_workspace,
    .has_workspaces = true,
};
