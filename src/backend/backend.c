/* backend.c: the kinds, and what all of them share. */
#include "kinds.h"

static const BackendKind *const kinds[] = { &backend_http, &backend_local, &backend_s3 };

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

const BackendKind *backend_kind_find(Text name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (text_is(name, kinds[i]->name))
            return kinds[i];
    return NULL;
}

Text backend_kind_names(Arena *arena)
{
    TextBuilder names = text_builder(arena);

    for (size_t i = 0; i < KIND_COUNT; i++)
        text_add_format(&names, "%s\"%s\"",
                        i == 0               ? ""
                        : i + 1 < KIND_COUNT ? ", "
                                             : " and ",
                        kinds[i]->name);
    return text_built(&names);
}

bool backend_kind_is_terraforms(Text name)
{
    static const char *const others[] = { "azurerm",    "consul", "cos", "gcs",
                                          "kubernetes", "oss",    "pg",  "remote" };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_is(name, others[i]))
            return true;
    return backend_kind_find(name) != NULL;
}

Backend *backend_open(const BackendSettings *settings, const BackendKind *kind, Value config,
                      Diags *diags)
{
    Backend *backend = arena_new(settings->arena, Backend);

    *backend = (Backend){ .kind = kind, .settings = *settings, .config = config };
    return !kind->open || kind->open(backend, diags) ? backend : NULL;
}

void backend_close(Backend *backend)
{
    if (backend->kind->close && backend->self)
        backend->kind->close(backend);
}

bool backend_workspaces(Backend *backend, TextList *ret_names, Diags *diags)
{
    TextList names = { 0 }, others = { 0 };

    list_add(backend->settings.arena, &names, DEFAULT_WORKSPACE);
    if (!backend->kind->workspaces(backend, &others, diags))
        return false;
    for (size_t i = 0; i < others.count; i++)
        if (!text_equal(others.items[i], DEFAULT_WORKSPACE))
            list_add(backend->settings.arena, &names, others.items[i]);
    *ret_names = names;
    return true;
}

bool backend_has_workspace(Backend *backend, Text workspace, bool *ret_exists, Diags *diags)
{
    TextList names;

    if (!backend_workspaces(backend, &names, diags))
        return false;
    *ret_exists = false;
    for (size_t i = 0; i < names.count; i++)
        *ret_exists |= text_equal(names.items[i], workspace);
    return true;
}

void backend_locate(Backend *backend, Text workspace, StoreSettings *settings)
{
    backend->kind->locate(backend, workspace, settings);
}

bool backend_delete_workspace(Backend *backend, Text workspace, Diags *diags)
{
    return backend->kind->delete_workspace(backend, workspace, diags);
}
