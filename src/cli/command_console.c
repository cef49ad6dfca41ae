/* console: expressions evaluated one by one, against the state. */
#include "command.h"

#include "line_editor.h"
#include "pipectl/plan/console.h"
#include "pipectl/render/plan_text.h"
#include "pipectl/state/store.h"

#include <unistd.h>

static const Option options[] = {
    { "plan", OPTION_FLAG, NULL, "Make a plan first, and evaluate as if it had been applied." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_variables, options_lock, options_common };

static const char help[] =
    "An expression is evaluated as it would be in the root module of the configuration, with the\n"
    "objects of the state: aws_kinesis_stream.events.arn, length(var.names). type(...) gives the\n"
    "type of a value. What is open at the end of a line (a bracket, a heredoc) goes on on the\n"
    "next one.\n\n"
    "To leave, type exit, or press Ctrl-D.\n";

/* --- opening -------------------------------------------------------------------------------- */

/* A plan is made for its own sake: what it reads is not told. */
static bool open_plan(Session *session, ConsoleRequest *request)
{
    session->view.events = (PlanEvents){ 0 };
    request->plan = session_plan(session, PLAN_NORMAL, false, "OperationTypePlan");
    return request->plan && !diags_have_errors(&session->diags);
}

/* What is wrong with values of the configuration stands in the way of none of the others. */
static void say_problems(Session *session, const Diags *problems)
{
    session->view.diags(session->view.user, problems);
    if (diags_have_errors(problems))
        terminal_print(&session->out, "\nWarning: Due to the problems above, some expressions may "
                                      "produce unexpected results.\n\n\n");
}

static Console *open_console(Session *session, ConsoleRequest *request)
{
    Diags problems = diags_make(session->arena);
    Console *console;

    *request = (ConsoleRequest){ .arena = session->arena };
    if (!session_workspace(session, &request->workspace))
        return NULL;
    if (options_flag(&session->options, "plan", false)) {
        if (!open_plan(session, request))
            return NULL;
    } else if (!session_load(session, TEXT_LIT("."), true) || !session_given_variables(session) ||
               !session_store(session, false, true, "OperationTypeConsole")) {
        return NULL;
    }
    request->root = session->root;
    request->state = store_state(session->store);
    request->variables = session->variables;
    console = console_open(request, &problems);
    if (console)
        say_problems(session, &problems);
    else
        diags_append(&session->diags, &problems, TEXT_NONE);
    return console;
}

/* --- answering ------------------------------------------------------------------------------ */

static void print_answer(Session *session, const ConsoleAnswer *answer)
{
    switch (answer->kind) {
    case ANSWER_VALUE:
        value_print(answer->value, &session->out, session->arena);
        break;
    case ANSWER_TYPE:
        type_print(answer->type, &session->out, session->arena);
        break;
    case ANSWER_TYPE_OF_TYPE:
        terminal_print(&session->out, "type\n");
        break;
    }
}

/* The lines of one expression; false at the end of input. An empty line ends what is open. */
typedef bool ReadLine(void *user, bool goes_on, Text *ret_line);

static bool read_input(Session *session, ReadLine *read_line, void *user, Text *ret_input)
{
    TextBuilder input = text_builder(session->arena);
    bool several = false;
    Text line;

    if (!read_line(user, false, &line))
        return false;
    text_add(&input, line);
    while (expr_is_unfinished(text_built(&input)) && read_line(user, true, &line) &&
           text_trim(line).length > 0) {
        text_add_char(&input, '\n');
        text_add(&input, line);
        several = true;
    }
    if (several)
        text_add_char(&input, '\n'); /* without which a heredoc has no end */
    *ret_input = text_copy(session->arena, text_built(&input));
    if (!several)
        *ret_input = text_trim(*ret_input);
    return true;
}

/* --- a pipe --------------------------------------------------------------------------------- */

static bool take_line(void *user, bool goes_on, Text *ret_line)
{
    Text *rest = user;

    (void)goes_on;
    if (rest->length == 0)
        return false;
    (void)text_cut(*rest, TEXT_LIT("\n"), ret_line, rest);
    return true;
}

static Text read_all(Session *session)
{
    TextBuilder all = text_builder(session->arena);
    char buffer[4096];
    ssize_t length;

    while ((length = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        text_add(&all, (Text){ buffer, (size_t)length });
    return text_built(&all);
}

/* A script: the first mistake ends it, and only the last answer is printed, as Terraform does it.
 */
static int answer_pipe(Session *session, Console *console)
{
    Text rest = read_all(session), input;
    ConsoleAnswer answer;
    bool answered = false, asked_help = false;

    while (read_input(session, take_line, &rest, &input)) {
        if (text_is(input, "exit"))
            return session_end(session, 0);
        asked_help = text_is(input, "help");
        answered = input.length > 0 && !asked_help;
        if (answered && !console_answer(console, input, &answer, &session->diags))
            return session_end(session, 1);
    }
    if (answered)
        print_answer(session, &answer);
    else
        terminal_print(&session->out, "%s\n", asked_help ? help : "");
    return session_end(session, 0);
}

/* --- a terminal ----------------------------------------------------------------------------- */

typedef struct Dialogue {
    Session *session;
    LineEditor *editor; /* NULL: none on this machine */
} Dialogue;

static bool ask_line(void *user, bool goes_on, Text *ret_line)
{
    Dialogue *dialogue = user;
    const char *prompt = goes_on ? ": " : "> ";

    if (dialogue->editor) {
        bool read = line_editor_read(dialogue->editor, prompt, dialogue->session->arena, ret_line);

        if (read)
            line_editor_remember(dialogue->editor, dialogue->session->arena, *ret_line);
        return read;
    }
    terminal_print(&dialogue->session->out, "%s", prompt);
    return session_read_line(dialogue->session, ret_line);
}

static void answer_one(Session *session, Console *console, Text input)
{
    Diags own = diags_make(session->arena);
    ConsoleAnswer answer;

    if (text_is(input, "help"))
        terminal_print(&session->out, "%s\n", help);
    else if (input.length > 0 && console_answer(console, input, &answer, &own))
        print_answer(session, &answer);
    session->view.diags(session->view.user, &own);
}

static int answer_terminal(Session *session, Console *console)
{
    Dialogue dialogue = { session, line_editor_open() };
    Text input;

    while (read_input(session, ask_line, &dialogue, &input) && !text_is(input, "exit"))
        answer_one(session, console, input);
    if (dialogue.editor)
        line_editor_close(dialogue.editor);
    return session_end(session, 0);
}

static int run(Session *session)
{
    ConsoleRequest request;
    Console *console = open_console(session, &request);

    if (!console)
        return session_end(session, 1);
    return isatty(STDIN_FILENO) ? answer_terminal(session, console) : answer_pipe(session, console);
}

const Command command_console = {
    .name = "console",
    .usage = "[options]",
    .summary = "Try expressions at an interactive command prompt",
    .about = "Evaluates expressions against the state, which is held for as long as the console is "
             "open. Nothing is changed. From a pipe each line is an expression, and the answer to "
             "the last one is printed.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .plain = true,
    .run = run,
};
