/* The program: global options, the table of subcommands, and handing over. */
#include "command.h"

#include "pipectl/base/process.h"
#include "pipectl/base/log.h"
#include "pipectl/state/statefile.h"
#include "pipectl/value/unicode.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const Command *const commands[] = {
    &command_init,      &command_validate,     &command_plan,
    &command_apply,     &command_destroy,      &command_doctor,
    &command_fmt,       &command_get,          &command_graph,
    &command_output,    &command_show,         &command_state,
    &command_refresh, &command_import,   &command_console,      &command_taint,
    &command_untaint,   &command_modules,      &command_providers,
    &command_metadata,  &command_types,        &command_version,
    &command_workspace, &command_force_unlock, NULL
};

/* The last word of a command's name. */
static const char *own_name(const Command *command)
{
    const char *space = strrchr(command->name, ' ');

    return space ? space + 1 : command->name;
}

static const Command *find_command(const Command *const *table, const char *name)
{
    for (; *table; table++)
        if (strcmp(own_name(*table), name) == 0)
            return *table;
    return NULL;
}

static void list_commands(Terminal *terminal, const Command *const *table)
{
    for (; *table; table++)
        terminal_print(terminal, "  %-18s%s\n", own_name(*table), (*table)->summary);
}

/* A group without one of its subcommands: what there is. */
static int print_group(const Command *group, Terminal *terminal, int status)
{
    terminal_print(terminal,
                   "Usage: pipectl [global options] %s <subcommand> [options] [args]\n\n"
                   "  %s\n\nSubcommands:\n\n",
                   group->name, group->about);
    list_commands(terminal, group->subcommands);
    return status;
}

static void print_usage(Terminal *terminal)
{
    terminal_print(terminal, "Usage: pipectl [global options] <subcommand> [args]\n\nCommands:\n");
    list_commands(terminal, commands);
    terminal_print(terminal, "\nGlobal options (before the subcommand):\n"
                             "  -chdir=DIR    Work in this folder\n"
                             "  -help         Show this, or the help of a subcommand\n"
                             "  -version      The same as the subcommand version\n");
}

/* Words of an environment variable go right after the subcommand. */
static void add_environment(Arena *arena, TextList *words, const char *name)
{
    const char *line = getenv(name);
    TextList added = line ? words_split(arena, text_of(line)) : (TextList){ 0 };

    for (size_t i = 0; i < added.count; i++)
        list_add(arena, words, added.items[i]);
}

static TextList command_words(Arena *arena, const Command *command, char **arguments)
{
    TextList words = { 0 };
    char name[64] = "TF_CLI_ARGS_";

    add_environment(arena, &words, "TF_CLI_ARGS");
    strncat(name, command->name, sizeof name - strlen(name) - 1);
    for (char *c = name; *c; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
    add_environment(arena, &words, name);
    for (; *arguments; arguments++)
        list_add(arena, &words, text_of(*arguments));
    return words;
}

static bool input_is_allowed(const Session *session)
{
    const char *variable = getenv("TF_INPUT");
    bool allowed = !variable || !(strcmp(variable, "0") == 0 || strcmp(variable, "false") == 0);

    return options_flag(&session->options, "input", allowed);
}

static bool arguments_fit(Session *session)
{
    size_t most = session->command->most_arguments;

    if (session->options.arguments.count <= most)
        return true;
    diag_error(&session->diags, RANGE_NONE,
               session->command->plain
                   ? "Too many command line arguments. Did you mean to use -chdir?"
                   : "Too many command line arguments",
               "%s",
               most == 0 ? "This command takes no positional arguments. To work in another folder, "
                           "use the global -chdir option."
                         : "Expected at most one positional argument.");
    return false;
}

/* Which object a call is for: the log of the calls themselves does not know. */
static void log_call(void *user, Text address, Text service, Text operation)
{
    (void)user;
    log_say(LOG_CORE, LOG_DEBUG, TEXT_FMT ": " TEXT_FMT " " TEXT_FMT, TEXT(address), TEXT(service),
            TEXT(operation));
}

/* Decided before anything is said, complaints about the command line included. */
static void choose_view(Session *session)
{
    DiagStyle style = { options_flag(&session->options, "no-color", false),
                        options_flag(&session->options, "compact-warnings", false) };

    session->streams = session->command->streams && !session->options.help &&
                       options_flag(&session->options, "json", false);
    session->view = session->streams
                        ? view_json(session->arena, &session->out)
                        : view_text(session->arena, &session->out, &session->err, style);
    if (log_is_on(LOG_CORE, LOG_DEBUG))
        session->view.events.call = log_call;
}

static int complain(Session *session)
{
    for (size_t i = 0; session->command->plain && i < session->diags.list.count; i++)
        terminal_print(&session->err, TEXT_FMT "\n" TEXT_FMT "\n",
                       TEXT(session->diags.list.items[i].summary),
                       TEXT(session->diags.list.items[i].detail));
    if (!session->command->plain)
        session->view.diags(session->view.user, &session->diags);
    if (!session->streams)
        terminal_print(&session->err,
                       "\nFor more help on using this command, run:\n  pipectl %s -help\n",
                       session->command->name);
    return 1;
}

/* The names of options only: values may be secrets. */
static void log_command(const Session *session)
{
    Arena scratch = { 0 };
    TextBuilder names = text_builder(&scratch);

    if (!log_is_on(LOG_CORE, LOG_INFO))
        return;
    for (size_t i = 0; i < session->options.given.count; i++)
        text_add_format(&names, " -%s", session->options.given.items[i].option->name);
    log_say(LOG_CORE, LOG_INFO, "pipectl v" PIPECTL_VERSION ", compatible with Terraform v%s",
            TERRAFORM_VERSION);
    log_say(LOG_CORE, LOG_INFO, "command: %s" TEXT_FMT, session->command->name,
            TEXT(text_built(&names)));
    arena_free(&scratch);
}

static int run_command(Arena *arena, const Command *command, char **arguments)
{
    Session session = { .arena = arena, .diags = diags_make(arena), .command = command };
    TextList words = command_words(arena, command, arguments);
    bool parsed = options_parse(arena, command->options, command->option_count, &words,
                                command->leading_words, &session.options, &session.diags);
    bool no_color = options_flag(&session.options, "no-color", false);

    session.out = terminal_open(STDOUT_FILENO, no_color);
    session.err = terminal_open(STDERR_FILENO, no_color);
    choose_view(&session);
    session.input = !session.streams && input_is_allowed(&session);
    session_serve_remote_states(&session);
    if (parsed && !session.options.help)
        parsed = arguments_fit(&session);
    if (!parsed)
        return complain(&session);
    if (session.options.help) {
        session_help(&session, &session.out);
        return 0;
    }
    log_command(&session);
    return command->run(&session);
}

/* As a part of a sentence: "no such file or directory". */
static const char *lower_error(int error)
{
    static char text[128];

    (void)snprintf(text, sizeof text, "%s", strerror(error));
    if (text[0] >= 'A' && text[0] <= 'Z')
        text[0] = (char)(text[0] - 'A' + 'a');
    return text;
}

/* -chdir and friends, up to the subcommand; returns where that stands, or NULL when all is said
 * already. */
static char **global_options(char **argument, Terminal *out, Terminal *err, int *ret_status)
{
    static char version[] = "version";
    static char *version_arguments[] = { version, NULL };

    for (; *argument && **argument == '-'; argument++) {
        const char *name = *argument + ((*argument)[1] == '-' ? 2 : 1);

        if (strncmp(name, "chdir=", 6) == 0) {
            if (chdir(name + 6) == 0)
                continue;
            terminal_print(err, "Error handling -chdir option: chdir %s: %s\n", name + 6,
                           lower_error(errno));
            *ret_status = 1;
            return NULL;
        }
        if (strcmp(name, "chdir") == 0) {
            terminal_print(err, "Invalid -chdir option: must include an equals sign followed by a "
                                "directory path, like -chdir=example\n");
            *ret_status = 1;
            return NULL;
        }
        if (strcmp(name, "version") == 0 || strcmp(name, "v") == 0)
            return version_arguments;
        if (strcmp(name, "help") != 0 && strcmp(name, "h") != 0)
            terminal_print(err, "There is no global option -%s.\n\n", name);
        print_usage(out);
        *ret_status = strcmp(name, "help") == 0 || strcmp(name, "h") == 0 ? 0 : 1;
        return NULL;
    }
    return argument;
}

/* A file that took the place of a closed standard descriptor would be written into. */
static void fill_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) != descriptor)
            _exit(1);
}

/* Nothing that may hold keys is written to a core file, and a closed pipe is an error like another.
 */
static void protect(void)
{
    struct rlimit none = { 0, 0 };

    fill_standard_descriptors();
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* The command that the words at [*word] name, which is moved to the last of them. NULL: there is
 * none, and all is said. */
static const Command *resolve(char ***word, Terminal *out, Terminal *err, int *ret_status)
{
    const Command *command = find_command(commands, **word);
    const Command *subcommand = NULL;
    const char *next = (*word)[1];
    bool help = next && (strcmp(next, "-help") == 0 || strcmp(next, "--help") == 0);

    *ret_status = 1;
    if (!command) {
        terminal_print(err,
                       "pipectl has no command named \"%s\".\n\nTo see all of its commands, run:\n "
                       " pipectl -help\n\n",
                       **word);
        return NULL;
    }
    if (!command->subcommands)
        return command;
    if (next)
        subcommand = find_command(command->subcommands, next);
    if (subcommand)
        (*word)++;
    else
        *ret_status = print_group(command, help ? out : err, help ? 0 : 1);
    return subcommand;
}

int main(int count, char **arguments)
{
    Arena arena = { 0 };
    Terminal out, err;
    int status = 127;
    char **name;
    const Command *command;

    protect();
    out = terminal_open(STDOUT_FILENO, true);
    err = terminal_open(STDERR_FILENO, true);
    unicode_install();
    log_open();
    name = global_options(arguments + (count > 0 ? 1 : 0), &out, &err, &status);
    if (!name)
        return status;
    if (!*name) {
        print_usage(&out);
        return 127;
    }
    command = resolve(&name, &out, &err, &status);
    if (!command)
        return status;
    status = run_command(&arena, command, name + 1);
    arena_free(&arena);
    return status;
}
