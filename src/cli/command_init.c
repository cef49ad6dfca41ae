/* init, validate: is this a configuration that can be worked with? */
#include "command.h"

#include "pipectl/render/diag_json.h"
#include <stdlib.h>

static const Option options_for_init[] = {
    { "backend", OPTION_FLAG, NULL,
      "Prepare the place where the state lives (default true). Without, what an earlier init wrote "
      "down stays." },
    { "backend-config", OPTION_LIST, "path or name=value",
      "Arguments of the backend, besides those of its block: a file, or one of them." },
    { "get", OPTION_FLAG, NULL, "Write down where the modules lie, for Terraform (default true)." },
    { "upgrade", OPTION_FLAG, NULL, "Say all modules again. Providers are built in." },
    { "reconfigure", OPTION_FLAG, NULL,
      "Use the backend of the configuration as it is, without taking a state along." },
    { "migrate-state", OPTION_FLAG, NULL, "Take the state along to another backend." },
    { "force-copy", OPTION_FLAG, NULL, "The same without a question." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option options_for_validate[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, for programs." },
    { "no-tests", OPTION_FLAG, NULL, "Accepted: test files are not looked at." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const init_tables[] = { options_for_init, options_variables, options_input,
                                             options_lock,     options_stream,    options_common };
static const Option *const validate_tables[] = { options_for_validate, options_variables,
                                                 options_common };

static int run_init(Session *session)
{
    bool loaded, with_backend = options_flag(&session->options, "backend", true);

    if (with_backend)
        session_step(session, "initializing_backend_message", "Initializing the backend...");
    loaded = session_load(session, TEXT_LIT("."), true);
    if (session->root && with_backend && !session_init_backend(session))
        return session_end(session, 1);
    if (session->root && session->root->calls.count > 0 &&
        options_flag(&session->options, "get", true)) {
        bool upgrade = options_flag(&session->options, "upgrade", false);

        session_step(session,
                     upgrade ? "upgrading_modules_message" : "initializing_modules_message",
                     upgrade ? "Upgrading modules..." : "Initializing modules...");
        session_install_modules(session, upgrade);
    }
    if (!loaded)
        return session_end(session, 1);
    session_step(session, "initializing_provider_plugin_message",
                 "Initializing provider plugins...");
    session_step(session, NULL,
                 "- The providers aws, random and terraform are built in: there is nothing to "
                 "download.");
    session_step(session, "output_init_success_message",
                 "\npipectl has been successfully initialized!");
    if (!getenv("TF_IN_AUTOMATION"))
        session_step(session, "output_init_success_cli_message",
                     "\nRun \"pipectl plan\" to see what would change.%s",
                     session->root->backend ? "" : " All commands work without init too.");
    return session_end(session, 0);
}

static int print_json(Session *session)
{
    terminal_print(&session->out, TEXT_FMT "\n",
                   TEXT(validation_json(session->arena, &session->diags)));
    return session->diags.error_count == 0 ? 0 : 1;
}

static int run_validate(Session *session)
{
    TextList *arguments = &session->options.arguments;
    Text directory = arguments->count > 0 ? arguments->items[0] : TEXT_LIT(".");

    if (file_kind(directory) != FILE_DIRECTORY)
        diag_error(&session->diags, RANGE_NONE, "Failed to read module directory",
                   "Module directory " TEXT_FMT " does not exist or cannot be read.",
                   TEXT(directory));
    else if (session_load(session, directory, true))
        plan_validate(session->arena, session->root, &session->diags);
    if (options_flag(&session->options, "json", false))
        return print_json(session);
    if (!diags_have_errors(&session->diags))
        terminal_print(&session->out, "Success! The configuration is valid%s.\n\n",
                       session->diags.list.count > 0
                           ? ", but there were some validation warnings as shown below"
                           : "");
    return session_end(session, 0);
}

const Command command_init = {
    .name = "init",
    .usage = "[options]",
    .summary = "Prepare your working directory for other commands",
    .about = "Checks that the configuration and its modules can be read. Nothing is downloaded, "
             "and no other command needs it.",
    .options = init_tables,
    .option_count = sizeof init_tables / sizeof *init_tables,
    .streams = true,
    .run = run_init,
};

const Command command_validate = {
    .name = "validate",
    .usage = "[options] [DIRECTORY]",
    .summary = "Check whether the configuration is valid",
    .about = "Looks for mistakes in the configuration, without credentials, state or network.",
    .options = validate_tables,
    .option_count = sizeof validate_tables / sizeof *validate_tables,
    .most_arguments = 1,
    .run = run_validate,
};
