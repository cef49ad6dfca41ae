/* state list, show, pull: what the state holds. */
#include "command.h"

#include "pipectl/render/plan_text.h"
#include "pipectl/state/statefile.h"
#include "pipectl/state/store.h"

static const Option options[] = {
    { "state", OPTION_TEXT, "path", "The state file (default terraform.tfstate)." },
    { "id", OPTION_TEXT, "id", "list: only objects with this id." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

/* Whether an address is the one given, an instance of it, or inside the module that it names. */
static bool is_inside(Session *session, Text name, Text given)
{
    return text_equal(name, given) ||
           text_starts_with(name, text_format(session->arena, TEXT_FMT ".", TEXT(given))) ||
           text_starts_with(name, text_format(session->arena, TEXT_FMT "[", TEXT(given)));
}

static bool is_wanted(Session *session, const StateInstance *instance)
{
    TextList *arguments = &session->options.arguments;
    Text id = options_text(&session->options, "id");

    if (id.length > 0 && (!instance->current ||
                          !text_equal(value_get_text(instance->current->attributes, "id"), id)))
        return false;
    for (size_t i = 1; i < arguments->count; i++)
        if (is_inside(session, instance->name, arguments->items[i]))
            return true;
    return arguments->count == 1;
}

/* Each address that was given must name something: a spelling mistake is no empty list. */
static bool addresses_exist(Session *session, const StateInstanceList *instances)
{
    TextList *arguments = &session->options.arguments;

    for (size_t i = 1; i < arguments->count; i++) {
        bool found = false;

        for (size_t k = 0; k < instances->count && !found; k++)
            found = is_inside(session, instances->items[k]->name, arguments->items[i]);
        if (!found)
            diag_error(&session->diags, RANGE_NONE, "Unknown resource",
                       "The state contains nothing that " TEXT_FMT
                       " names. What has been added to the configuration has to be applied first.",
                       TEXT(arguments->items[i]));
    }
    return !diags_have_errors(&session->diags);
}

static int list(Session *session, const State *state)
{
    StateInstanceList instances = state_sorted(state, session->arena);

    if (!addresses_exist(session, &instances))
        return session_end(session, 1);
    for (size_t i = 0; i < instances.count; i++)
        if (is_wanted(session, instances.items[i]))
            terminal_print(&session->out, TEXT_FMT "\n", TEXT(instances.items[i]->name));
    return session_end(session, 0);
}

static int show(Session *session, const State *state)
{
    TextList *arguments = &session->options.arguments;

    if (arguments->count != 2) {
        diag_error(&session->diags, RANGE_NONE, "Exactly one argument expected",
                   "state show needs the address of one resource instance.");
        return session_end(session, 1);
    }
    if (!state_find(state, arguments->items[1])) {
        diag_error(&session->diags, RANGE_NONE, "No instance found for the given address!",
                   "There is no " TEXT_FMT " in the state. `pipectl state list` shows what is.",
                   TEXT(arguments->items[1]));
        return session_end(session, 1);
    }
    state_print(state, arguments->items[1], &session->out, session->arena);
    return session_end(session, 0);
}

/* The file as it is written, and one more newline as Terraform has it; nothing where there is no
 * state. */
static int pull(Session *session, const State *state)
{
    if (session->options.arguments.count != 1) {
        diag_error(&session->diags, RANGE_NONE, "Unexpected argument",
                   "state pull takes no arguments.");
        return session_end(session, 1);
    }
    if (store_exists(session->store))
        terminal_print(&session->out, TEXT_FMT "\n", TEXT(statefile_text(session->arena, state)));
    return session_end(session, 0);
}

static int run(Session *session)
{
    Text verb =
        session->options.arguments.count > 0 ? session->options.arguments.items[0] : TEXT_NONE;
    bool known = text_is(verb, "list") || text_is(verb, "show") || text_is(verb, "pull");
    State *state;

    if (!known) {
        terminal_print(&session->err,
                       "Usage: pipectl state <list|show|pull> [options] [args]\n\nThe subcommands "
                       "mv, rm, push and replace-provider are not supported yet.\n");
        return 1;
    }
    state = session_state(session);
    if (!state)
        return session_end(session, 1);
    if (text_is(verb, "pull"))
        return pull(session, state);
    if (state_is_empty(state) && !store_exists(session->store)) {
        terminal_print(&session->err,
                       "No state file was found!\n\nState management commands require a state "
                       "file. Run this command\n"
                       "in a directory where pipectl has been run, or use the -state option.\n");
        return session_end(session, 1);
    }
    return text_is(verb, "list") ? list(session, state) : show(session, state);
}

const Command command_state = {
    .name = "state",
    .usage = "list [options] [ADDRESS...] | show [options] ADDRESS | pull [options]",
    .summary = "Look into the state",
    .about = "list: the addresses of all objects, or of those inside the given ones. show: the "
             "attributes of one. pull: the whole file.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .leading_words = 1,
    .run = run,
};
