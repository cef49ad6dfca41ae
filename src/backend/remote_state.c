/* remote_state.c: the outputs of another configuration: `data "terraform_remote_state"`. */
#include "kinds.h"

#include "pipectl/state/home.h"
#include "pipectl/state/statefile.h"

bool remote_state_check(Text type, Value config, Range type_range, Range config_range, Diags *diags)
{
    const BackendKind *kind = backend_kind_find(type);
    Value made;

    if (!kind) {
        diag_error(
            diags, type_range, "Invalid backend configuration",
            backend_kind_is_terraforms(type)
                ? "The backend \"" TEXT_FMT "\" is not supported by pipectl: it knows " TEXT_FMT "."
                : "There is no backend type named \"" TEXT_FMT "\". pipectl knows " TEXT_FMT ".",
            TEXT(type), TEXT(backend_kind_names(diags->arena)));
        return false;
    }
    if (!value_is_wholly_known(config))
        return true;
    made = backend_config_from(diags->arena, kind, config, true, config_range, diags);
    return !value_is_unknown(made) && backend_config_check(kind, made, config_range, diags);
}

/* As it is: a run that is writing it is nobody's business here. */
static bool read_content(Arena *arena, Backend *backend, Text workspace, Text *ret_name,
                         Text *ret_content, Diags *diags)
{
    StoreSettings settings = { 0 };
    HomeContent content = { 0 };

    backend_locate(backend, workspace, &settings);
    *ret_name = settings.home ? settings.home->name : settings.path;
    if (settings.home
            ? !settings.home->read(settings.home->self, arena, &content, NULL, diags)
            : !file_read_optional(arena, settings.path, &content.exists, &content.content, diags))
        return false;
    *ret_content = content.exists ? content.content : TEXT_NONE;
    if (ret_content->length)
        return true;
    diag_error(diags, RANGE_NONE, "Unable to find remote state",
               "No stored state was found for the given workspace in the given backend.");
    return false;
}

static Value outputs_of(Arena *arena, const State *state)
{
    ValueBuilder outputs = value_builder(arena);

    for (size_t i = 0; i < state->outputs.count; i++)
        value_builder_put(&outputs, state->outputs.items[i].name, state->outputs.items[i].value);
    return value_built_object(&outputs);
}

static State *read_state(Arena *arena, Backend *backend, Text workspace, Diags *diags)
{
    Source *source = source_make(arena, TEXT_NONE, TEXT_NONE);

    if (!read_content(arena, backend, workspace, &source->name, &source->text, diags))
        return NULL;
    return statefile_read(arena, source, diags);
}

Value remote_state_outputs(const BackendSettings *settings, Value configuration, Diags *diags)
{
    Text type = config_text(configuration, "backend");
    Text workspace = config_text(configuration, "workspace");
    Value given = value_get(configuration, "config"), config;
    const BackendKind *kind = backend_kind_find(type);
    State *state = NULL;
    Backend *backend;

    if (!remote_state_check(type, given, RANGE_NONE, RANGE_NONE, diags))
        return value_unknown(type_dynamic);
    config = backend_config_from(settings->arena, kind, given, true, RANGE_NONE, diags);
    backend = backend_open(settings, kind, config, diags);
    if (backend) {
        state = read_state(settings->arena, backend,
                           workspace.length ? workspace : DEFAULT_WORKSPACE, diags);
        backend_close(backend);
    }
    return state ? outputs_of(settings->arena, state) : value_unknown(type_dynamic);
}
