/* metadata functions: the language's functions, for programs. */
#include "command.h"

#include "pipectl/render/configuration.h"

static const Option options[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, which is the only form." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static int run_functions(Session *session)
{
    if (!options_flag(&session->options, "json", false))
        return session_usage(session,
                             "The `metadata functions` command requires the `-json` flag.");
    terminal_write(&session->out, functions_json(session->arena));
    terminal_write(&session->out, TEXT_LIT("\n"));
    return session_end(session, 0);
}

static const Command command_metadata_functions = {
    .name = "metadata functions",
    .usage = "-json",
    .summary = "Show signatures and descriptions for the available functions",
    .about = "Names, parameters and results of the functions of the language.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .run = run_functions,
};

static const Command *const subcommands[] = { &command_metadata_functions, NULL };

const Command command_metadata = {
    .name = "metadata",
    .summary = "Metadata related commands",
    .about = "What programs want to know about pipectl itself.",
    .subcommands = subcommands,
};
