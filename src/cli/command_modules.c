/* get, modules: the modules that a configuration is made of. */
#include "command.h"

#include "pipectl/render/configuration.h"

static const Option options_for_get[] = {
    { "update", OPTION_FLAG, NULL, "Say all modules again: local ones are always as they are." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option options_for_modules[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, for programs." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const get_tables[] = { options_for_get, options_common };
static const Option *const modules_tables[] = { options_for_modules, options_common };

static int run_get(Session *session)
{
    if (session_load(session, TEXT_LIT("."), true))
        session_install_modules(session, options_flag(&session->options, "update", false));
    return session_end(session, 0);
}

static int run_modules(Session *session)
{
    if (!session_load(session, TEXT_LIT("."), false))
        return session_end(session, 1);
    if (options_flag(&session->options, "json", false))
        terminal_print(&session->out, TEXT_FMT "\n",
                       TEXT(modules_json(session->arena, session->root)));
    else
        terminal_write(&session->out, modules_text(session->arena, session->root));
    return session_end(session, 0);
}

const Command command_get = {
    .name = "get",
    .usage = "[options]",
    .summary = "Read the modules of the configuration",
    .about = "Says which modules there are. Local ones need no fetching, and others are not "
             "supported.",
    .options = get_tables,
    .option_count = sizeof get_tables / sizeof *get_tables,
    .run = run_get,
};

const Command command_modules = {
    .name = "modules",
    .usage = "[options]",
    .summary = "Show all declared modules in a working directory",
    .about = "The tree of module calls, with where each module lies.",
    .options = modules_tables,
    .option_count = sizeof modules_tables / sizeof *modules_tables,
    .run = run_modules,
};
