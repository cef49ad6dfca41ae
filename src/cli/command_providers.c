/* providers: which ones are needed, and what their types take. */
#include "command.h"

#include "pipectl/render/configuration.h"

static const Option options[] = {
    { "json", OPTION_FLAG, NULL, "With schema: as JSON, which is the only form." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static int show_tree(Session *session)
{
    const State *state;

    if (!session_load(session, TEXT_LIT("."), false))
        return session_end(session, 1);
    state = session_state(session);
    if (state)
        terminal_write(&session->out, requirements_text(session->arena, session->root, state));
    return session_end(session, 0);
}

static int show_schemas(Session *session)
{
    TextList sources;
    const State *state;

    if (!options_flag(&session->options, "json", false))
        return session_usage(session, "The `providers schema` command requires the `-json` flag.");
    if (!session_load(session, TEXT_LIT("."), true))
        return session_end(session, 1);
    state = session_state(session);
    sources = required_sources(session->arena, session->root, state);
    terminal_write(&session->out, schemas_json(session->arena, &sources, &session->diags));
    terminal_write(&session->out, TEXT_LIT("\n"));
    return session_end(session, 0);
}

static int run(Session *session)
{
    const TextList *words = &session->options.arguments;

    if (words->count == 0)
        return show_tree(session);
    if (words->count == 1 && text_is(words->items[0], "schema"))
        return show_schemas(session);
    diag_error(&session->diags, RANGE_NONE, "Unsupported subcommand",
               "There is no `providers " TEXT_FMT
               "`: the providers are part of pipectl, so that there is nothing to lock, mirror or "
               "download.",
               TEXT(words->items[0]));
    return session_end(session, 1);
}

const Command command_providers = {
    .name = "providers",
    .usage = "[schema -json]",
    .summary = "Show the providers that this configuration needs",
    .about = "The tree of modules with the providers that each needs, and those that the state "
             "names. With `schema -json` what their types take.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .leading_words = 1,
    .most_arguments = SIZE_MAX,
    .run = run,
};
