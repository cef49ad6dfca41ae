/* show: a state or a saved plan, for people or as JSON. */
#include "command.h"

#include "pipectl/plan/planfile.h"
#include "pipectl/render/plan_json.h"
#include "pipectl/render/plan_text.h"
#include "pipectl/state/statefile.h"
#include "pipectl/state/store.h"

static const Option options[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, for programs." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

/* Not through a format: it may be large. */
static void print_document(Session *session, Text document)
{
    terminal_write(&session->out, document);
    terminal_write(&session->out, TEXT_LIT("\n"));
}

static int show_plan(Session *session, Text path)
{
    Plan *plan = plan_file_read(session->arena, path, &session->diags);

    if (!plan)
        return session_end(session, 1);
    if (options_flag(&session->options, "json", false))
        print_document(session, plan_json(session->arena, plan));
    else
        plan_print(plan, &session->out, session->arena);
    return session_end(session, 0);
}

static int show_state(Session *session, const State *state)
{
    if (!state)
        return session_end(session, 1);
    if (options_flag(&session->options, "json", false))
        print_document(session, state_json(session->arena, state));
    else if (state_is_empty(state))
        terminal_print(&session->out,
                       store_exists(session->store)
                           ? "The state file is empty. No resources are represented.\n"
                           : "No state.\n");
    else
        state_print(state, TEXT_NONE, &session->out, session->arena);
    return session_end(session, 0);
}

static int show_state_file(Session *session, Text path)
{
    Diags why = diags_make(session->arena);
    Source *source = source_make(session->arena, path, TEXT_NONE);

    if (file_read(session->arena, path, &source->text, RANGE_NONE, &why) &&
        statefile_read(session->arena, source, &why))
        return show_state(session, session_state_file(session, path));
    diag_error(&session->diags, RANGE_NONE, "Failed to read the given file as a state or plan file",
               "It is no archive as `plan -out` writes it, and no state: " TEXT_FMT,
               TEXT(why.list.items[why.list.count - 1].detail));
    return session_end(session, 1);
}

static int run(Session *session)
{
    TextList *arguments = &session->options.arguments;

    if (arguments->count == 0)
        return show_state(session, session_state(session));
    if (plan_file_is_one(arguments->items[0]))
        return show_plan(session, arguments->items[0]);
    return show_state_file(session, arguments->items[0]);
}

const Command command_show = {
    .name = "show",
    .usage = "[options] [PATH]",
    .summary = "Show the current state or a saved plan",
    .about = "Without a path the state; with one, the state file or saved plan that lies there.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = 1,
    .run = run,
};
