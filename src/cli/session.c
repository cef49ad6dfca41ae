/* What the commands share: opening configuration, state and the way to AWS, and asking. */
#include "command.h"

#include "pipectl/state/store.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const Option options_common[] = {
    { "no-color", OPTION_FLAG, NULL, "No colours and no boxes around messages." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_stream[] = {
    { "json", OPTION_FLAG, NULL, "Say what happens as JSON, an object a line, for programs." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_variables[] = {
    { "var", OPTION_LIST, "'name=value'",
      "A value for an input variable of the root module. May be given several times." },
    { "var-file", OPTION_LIST, "file",
      "A file of values, besides terraform.tfvars and *.auto.tfvars. May be given several times." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_input[] = {
    { "input", OPTION_FLAG, NULL, "Ask for what is missing (default true)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_lock[] = {
    { "lock", OPTION_FLAG, NULL,
      "Hold the state lock (default true). Without it two runs can destroy each other's work." },
    { "lock-timeout", OPTION_TEXT, "duration",
      "How long to wait for the lock, such as 30s (default 0s)." },
    { "state", OPTION_TEXT, "path", "The state file (default terraform.tfstate)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_backup[] = {
    { "backup", OPTION_TEXT, "path",
      "Where the state as it was before goes (default beside it; - is nowhere)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_state_out[] = {
    { "state-out", OPTION_TEXT, "path", "Write the state there (default: where it was read)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_reach[] = {
    { "target", OPTION_LIST, "address",
      "Only this resource or module and what it depends on. May be given several times." },
    { "parallelism", OPTION_TEXT, "n",
      "How many AWS calls may be in flight at once (default 10)." },
    { "compact-warnings", OPTION_FLAG, NULL, "Only the summaries of warnings." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

const Option options_plan[] = {
    { "destroy", OPTION_FLAG, NULL, "Plan the destruction of everything." },
    { "refresh-only", OPTION_FLAG, NULL,
      "Plan nothing but to take what was changed outside into the state." },
    { "replace", OPTION_LIST, "address",
      "Make a new object for this instance even where an update would do." },
    { "refresh", OPTION_FLAG, NULL, "Read what exists before planning (default true)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

void session_help(Session *session, Terminal *terminal)
{
    const Command *command = session->command;
    TextBuilder builder = text_builder(session->arena);

    text_add_format(&builder, "Usage: pipectl [global options] %s %s\n\n  %s\n\nOptions:\n\n",
                    command->name, command->usage, command->about);
    options_help(command->options, command->option_count, &builder);
    terminal_write(terminal, text_built(&builder));
}

int session_usage(Session *session, const char *message)
{
    terminal_print(&session->err, "%s\n\n", message);
    session_help(session, &session->err);
    return 1;
}

/* A reader that has gone away (`| head`) knows why; a full disk has to be told. */
static int report_unwritten(Session *session)
{
    if (session->out.failed != EPIPE)
        terminal_print(&session->err, "pipectl: standard output: %s\n",
                       strerror(session->out.failed));
    return 1;
}

void session_step(Session *session, const char *code, const char *format, ...)
{
    va_list arguments;
    Text text;

    va_start(arguments, format);
    text = text_format_list(session->arena, format, arguments);
    va_end(arguments);
    session->view.step(session->view.user, code, text);
}

void session_say_diags(Session *session)
{
    session->view.diags(session->view.user, &session->diags);
    if (!diags_have_errors(&session->diags))
        diags_truncate(&session->diags, 0);
}

int session_end(Session *session, int otherwise)
{
    if (session->store && !store_close(session->store, &session->diags))
        otherwise = 1;
    session->store = NULL;
    session->view.diags(session->view.user, &session->diags);
    for (size_t i = 0; i < session->backends.count; i++)
        backend_close(session->backends.items[i]);
    if (session->exchange)
        exchange_close(session->exchange);
    if (session->loop)
        loop_close(session->loop);
    if (session->out.failed)
        return report_unwritten(session);
    return diags_have_errors(&session->diags) ? 1 : otherwise;
}

bool session_load(Session *session, Text directory, bool may_be_empty)
{
    session->root = may_be_empty ? module_load_optional(session->arena, directory, &session->diags)
                                 : module_load(session->arena, directory, &session->diags);
    return session->root && !diags_have_errors(&session->diags);
}

/* --- asking --------------------------------------------------------------------------------- */

static void on_input(void *user, int descriptor, int events)
{
    bool *is_ready = user;

    (void)descriptor;
    (void)events;
    *is_ready = true;
}

/* Waits in the loop, where there is one: it is the loop that hears of Ctrl-C. */
static bool wait_for_input(Session *session)
{
    bool is_ready = false;

    if (!session->loop)
        return true;
    loop_watch(session->loop, STDIN_FILENO, LOOP_READ, on_input, &is_ready);
    while (!is_ready && !session->interrupted)
        loop_run_once(session->loop);
    loop_watch(session->loop, STDIN_FILENO, 0, NULL, NULL);
    return !session->interrupted;
}

bool session_read_line(Session *session, Text *ret_line)
{
    TextBuilder builder = text_builder(session->arena);
    char c;

    for (;;) {
        if (!wait_for_input(session) || read(STDIN_FILENO, &c, 1) <= 0)
            return false;
        if (c == '\n')
            break;
        text_add_char(&builder, c);
    }
    *ret_line = text_copy(session->arena, text_built(&builder));
    return true;
}

/* After an answer: a terminal has shown the end of its line already. */
static void end_question(Session *session)
{
    if (!isatty(STDIN_FILENO))
        terminal_print(&session->out, "\n");
}

static void report_no_answer(Session *session, const char *asking_for)
{
    const char *why = session->interrupted ? "interrupted" : "EOF";
    Text summary = text_format(session->arena, "error asking for %s: %s", asking_for, why);

    diag_error(&session->diags, RANGE_NONE, text_cstring(session->arena, summary), "%s",
               session->interrupted
                   ? ""
                   : "There is nobody to answer. Give -auto-approve where that is meant.");
}

bool session_confirm(Session *session, const char *question, const char *asking_for)
{
    Text answer = TEXT_NONE;

    if (!session->streams)
        terminal_print(&session->out, "\n%s\n\n  Enter a value: ", question);
    if (!session->input || !session_read_line(session, &answer)) {
        if (!session->interrupted && !session->streams)
            terminal_print(&session->out, "\n");
        report_no_answer(session, asking_for);
        return false;
    }
    end_question(session);
    if (!text_is(answer, "yes"))
        return false;
    terminal_print(&session->out, "\n");
    return true;
}

/* One prompt a missing variable, as Terraform words it. */
static bool ask_variable(Session *session, Text name)
{
    const Variable *variable = module_variable(session->root, name);
    VariableInput input = { .name = name,
                            .origin = TEXT_LIT("an answer"),
                            .range = variable->range };
    Text answer;

    terminal_print(&session->out, "var." TEXT_FMT "\n", TEXT(name));
    if (variable->description.length > 0)
        terminal_print(&session->out, "  " TEXT_FMT "\n\n", TEXT(variable->description));
    terminal_print(&session->out, "  Enter a value: ");
    if (!session_read_line(session, &answer)) {
        terminal_print(&session->out, "\n");
        return false;
    }
    end_question(session);
    terminal_print(&session->out, "\n");
    input.text = answer;
    list_add(session->arena, &session->variables, input);
    return true;
}

bool session_given_variables(Session *session)
{
    LIST(VariableOption) given = { 0 };

    for (size_t i = 0; i < session->options.given.count; i++) {
        const GivenOption *option = &session->options.given.items[i];
        bool is_file = text_is(text_of(option->option->name), "var-file");

        if (is_file || text_is(text_of(option->option->name), "var"))
            list_add(session->arena, &given, (VariableOption){ is_file, option->value });
    }
    session->variables =
        variables_collect(session->arena, TEXT_LIT("."), given.items, given.count, &session->diags);
    return !diags_have_errors(&session->diags);
}

bool session_variables(Session *session)
{
    TextList missing = { 0 };
    Diags tried = diags_make(session->arena);

    if (!session_given_variables(session))
        return false;
    variables_check(session->arena, session->root, &session->variables, &missing, &tried);
    for (size_t i = 0; i < missing.count && session->input; i++)
        if (!ask_variable(session, missing.items[i]))
            break;
    variables_check(session->arena, session->root, &session->variables, NULL, &session->diags);
    return !diags_have_errors(&session->diags);
}

/* --- opening -------------------------------------------------------------------------------- */

static void on_interrupt(void *user, int signal_number)
{
    Session *session = user;

    if (session->interrupted &&
        signal_number == SIGHUP) /* a shell and the kernel may both send it */
        return;
    if (session->interrupted) {
        session->view.notice(
            session->view.user,
            TEXT_LIT("\nTwo interrupts received. Exiting immediately. What was under way is in the "
                     "journal beside the state; the next run looks after it."));
        _exit(1);
    }
    session->interrupted = true;
    session->view.notice(session->view.user,
                         TEXT_LIT("\nInterrupt received.\nPlease wait for pipectl to exit or data "
                                  "loss may occur.\nGracefully shutting down...\n"));
    plan_interrupt();
    if (!session->exchange)
        return;
    if (session->applies)
        exchange_wind_down(session->exchange);
    else
        exchange_cut_short(session->exchange);
}

Loop *session_loop(Session *session)
{
    if (session->loop)
        return session->loop;
    session->loop = loop_open(session->arena);
    loop_on_signal(session->loop, SIGINT, on_interrupt, session);
    loop_on_signal(session->loop, SIGTERM, on_interrupt, session);
    loop_on_signal(session->loop, SIGHUP, on_interrupt, session);
    return session->loop;
}

#define DEFAULT_PARALLELISM 10

bool session_exchange(Session *session)
{
    Text text = options_text(&session->options, "parallelism");
    int64_t parallelism = DEFAULT_PARALLELISM;

    if (text.length > 0 && !text_to_int(text, &parallelism)) {
        diag_error(&session->diags, RANGE_NONE, "Failed to parse command-line flags",
                   "invalid value \"" TEXT_FMT
                   "\" for flag -parallelism: a whole number is needed.",
                   TEXT(text));
        return false;
    }
    if (parallelism < 0) {
        diag_error(&session->diags, RANGE_NONE, "Invalid parallelism value",
                   "The parallelism must be zero (for the default) or a positive number.");
        return false;
    }
    session->exchange = exchange_open(session->arena, session_loop(session),
                                      parallelism > 0 ? parallelism : DEFAULT_PARALLELISM);
    return true;
}

/* --- planning and applying ------------------------------------------------------------------- */

/* First words of references to what is no resource. */
static bool is_reserved(Text type)
{
    static const char *const words[] = { "var",  "local", "each",     "count",
                                         "self", "path",  "terraform" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(type, words[i]))
            return true;
    return false;
}

/* Summaries as Terraform's: Invalid target "x", Invalid force-replace address "x". */
static bool check_addresses(Session *session, const TextList *addresses, const char *what,
                            bool modules)
{
    Diags why = diags_make(session->arena);

    for (size_t i = 0; i < addresses->count; i++) {
        Address address;
        bool is_module = false;
        bool ok = address_parse(session->arena, addresses->items[i], RANGE_NONE, &address,
                                &is_module, &why);
        Text summary = text_format(session->arena, "Invalid %s \"" TEXT_FMT "\"", what,
                                   TEXT(addresses->items[i]));

        if (ok && (modules || (!is_module && address.mode == MODE_MANAGED)) &&
            (is_module || !is_reserved(address.type)))
            continue;
        diag_error(
            &session->diags, RANGE_NONE, text_cstring(session->arena, summary), TEXT_FMT,
            TEXT(ok ? TEXT_LIT(
                          "The address of a resource or of one of its instances is required here.")
                    : why.list.items[why.list.count - 1].detail));
        return false;
    }
    return true;
}

void session_warn_of_state_option(Session *session)
{
    if (options_has(&session->options, "state"))
        diag_warning(&session->diags, RANGE_NONE, "Deprecated flag: -state",
                     "Use the argument `path` of the backend \"local\" instead.");
}

bool session_mode(Session *session, PlanMode *ret_mode)
{
    bool destroy = options_flag(&session->options, "destroy", false);
    bool refresh_only = options_flag(&session->options, "refresh-only", false);

    *ret_mode = destroy ? PLAN_DESTROY : refresh_only ? PLAN_REFRESH_ONLY : PLAN_NORMAL;
    if (destroy && refresh_only)
        diag_error(&session->diags, RANGE_NONE, "Incompatible plan mode options",
                   "The -destroy and -refresh-only options exclude each other.");
    if (refresh_only && !options_flag(&session->options, "refresh", true))
        diag_error(&session->diags, RANGE_NONE, "Incompatible refresh options",
                   "With -refresh-only and -refresh=false there would be nothing to do.");
    return !diags_have_errors(&session->diags);
}

Plan *session_plan(Session *session, PlanMode mode, bool writable, const char *operation)
{
    PlanMakeRequest request = { .arena = session->arena,
                                .mode = mode,
                                .refresh = options_flag(&session->options, "refresh", true),
                                .targets =
                                    options_list(&session->options, "target", session->arena),
                                .replace =
                                    options_list(&session->options, "replace", session->arena) };
    Plan *plan;

    session_warn_of_state_option(session);
    if (!check_addresses(session, &request.targets, "target", true) ||
        !check_addresses(session, &request.replace, "force-replace address", false) ||
        !session_load(session, TEXT_LIT("."), mode == PLAN_DESTROY) ||
        !session_variables(session) || !session_exchange(session) ||
        !session_store(session, writable, true, operation) ||
        !session_workspace(session, &request.workspace))
        return NULL;
    if (mode != PLAN_NORMAL && request.replace.count > 0)
        diag_error(&session->diags, RANGE_NONE, "Unsupported plan mode",
                   "Forcing replacement with -replace makes sense in a normal plan only.");
    if (diags_have_errors(&session->diags))
        return NULL;
    request.exchange = session->exchange;
    request.root = session->root;
    request.state = store_state(session->store);
    request.variables = session->variables;
    request.events = session->view.events;
    request.doubts = store_doubts(session->store);
    request.store = writable ? session->store : NULL;
    if (!session_generate(session, &request))
        return NULL;
    /* What is wrong in any case is no plan at all. */
    request.graph = plan_validate(session->arena, session->root, &session->diags);
    if (diags_have_errors(&session->diags) ||
        !plan_check(session->arena, session->root, &session->diags))
        return NULL;
    plan = plan_make(&request, &session->diags);
    return session->interrupted ? NULL : plan; /* half a plan shows what is not so */
}
