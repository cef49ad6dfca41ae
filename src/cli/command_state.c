/* state list, show, pull: what the state holds. */
#include "command.h"

#include "pipectl/render/plan_text.h"
#include "pipectl/state/statefile.h"
#include "pipectl/state/store.h"
#include "state_target.h"

static const Option state_option[] = {
    { "state", OPTION_TEXT, "path", "The state file (default terraform.tfstate)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option list_options[] = {
    { "id", OPTION_TEXT, "id", "Only objects with this id." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

/* The state for reading, which has to be there; NULL when all is said. */
static State *open_state(Session *session)
{
    State *state = session_state(session);

    if (!state || !state_is_empty(state) || store_exists(session->store))
        return state;
    session_no_state(session);
    return NULL;
}

/* --- list ---------------------------------------------------------------------------------- */

static void report_unknown(Session *session, const StateTarget *target)
{
    const char *what = target->is_module                      ? "module"
                       : target->address.key.kind == KEY_NONE ? "resource"
                                                              : "resource instance";

    diag_error(&session->diags, RANGE_NONE,
               text_cstring(session->arena, text_format(session->arena, "Unknown %s", what)),
               "The state contains no %s " TEXT_FMT
               ". What has been added to the configuration has to be applied first.",
               what, TEXT(target->text));
}

/* Each address that was given must name something: a spelling mistake is no empty list. */
static StateInstanceList named_instances(Session *session, const State *state)
{
    TextList *arguments = &session->options.arguments;
    StateInstanceList named = { 0 };

    for (size_t i = 0; i < arguments->count; i++) {
        StateTarget target;
        StateInstanceList found;

        if (!state_target_parse(session->arena, arguments->items[i], &target, &session->diags))
            continue;
        found = state_target_instances(&target, state, session->arena);
        if (found.count == 0)
            report_unknown(session, &target);
        for (size_t k = 0; k < found.count; k++)
            list_add(session->arena, &named, found.items[k]);
    }
    return named;
}

static int run_list(Session *session)
{
    Text id = options_text(&session->options, "id");
    State *state = open_state(session);
    StateInstanceList instances;

    if (!state)
        return session_end(session, 1);
    instances = session->options.arguments.count > 0 ? named_instances(session, state)
                                                     : state_sorted(state, session->arena);
    for (size_t i = 0; i < instances.count && !diags_have_errors(&session->diags); i++) {
        const StateInstance *instance = instances.items[i];

        if (id.length == 0 || (instance->current &&
                               text_equal(value_get_text(instance->current->attributes, "id"), id)))
            terminal_print(&session->out, TEXT_FMT "\n", TEXT(instance->name));
    }
    return session_end(session, 0);
}

/* --- show ---------------------------------------------------------------------------------- */

static int no_instance(Session *session, const char *what, Text about)
{
    terminal_print(&session->err,
                   "%s" TEXT_FMT
                   "\n\nThis command needs the address of one instance. `pipectl state list` shows "
                   "those that there are.\n",
                   what, TEXT(about));
    return session_end(session, 1);
}

static int run_show(Session *session)
{
    TextList *arguments = &session->options.arguments;
    Diags ignored = diags_make(session->arena);
    Address address;
    State *state;
    Text name;

    if (arguments->count != 1)
        return session_usage(session, "Exactly one argument expected.");
    if (!state_target_instance(session->arena, arguments->items[0], &address, &ignored))
        return no_instance(session, "Error parsing instance address: ", arguments->items[0]);
    state = open_state(session);
    if (!state)
        return session_end(session, 1);
    name = address_text(session->arena, address);
    if (!state_find(state, name))
        return no_instance(session, "No instance found for the given address!", TEXT_NONE);
    state_print(state, name, &session->out, session->arena);
    return session_end(session, 0);
}

/* --- pull ---------------------------------------------------------------------------------- */

/* The file as it is written, and one more newline as Terraform has it; nothing where there is no
 * state. */
static int run_pull(Session *session)
{
    State *state = session_state(session);

    if (state && store_exists(session->store))
        terminal_print(&session->out, TEXT_FMT "\n", TEXT(statefile_text(session->arena, state)));
    return session_end(session, state ? 0 : 1);
}

static const Option *const list_tables[] = { list_options, state_option, options_common };
static const Option *const show_tables[] = { state_option, options_common };

static const Command command_list = {
    .name = "state list",
    .usage = "[options] [ADDRESS...]",
    .summary = "List the objects in the state",
    .about = "Prints the addresses of all objects, or of those that the given addresses of "
             "modules, resources or instances name.",
    .options = list_tables,
    .option_count = sizeof list_tables / sizeof *list_tables,
    .most_arguments = SIZE_MAX,
    .run = run_list,
};

static const Command command_state_show = {
    .name = "state show",
    .usage = "[options] ADDRESS",
    .summary = "Show one object in the state",
    .about = "Prints the attributes of one object.",
    .options = show_tables,
    .option_count = sizeof show_tables / sizeof *show_tables,
    .most_arguments = SIZE_MAX,
    .run = run_show,
};

static const Command command_pull = {
    .name = "state pull",
    .usage = "[options]",
    .summary = "Print the whole state",
    .about = "Prints the state as its file has it, wherever it lies.",
    .options = show_tables,
    .option_count = sizeof show_tables / sizeof *show_tables,
    .run = run_pull,
};

static const Command *const subcommands[] = {
    &command_list,
    &command_state_mv,
    &command_pull,
    &command_state_push,
    &command_state_recover,
    &command_state_replace_provider,
    &command_state_rm,
    &command_state_show,
    NULL,
};

const Command command_state = {
    .name = "state",
    .summary = "Look into the state, or change it",
    .about = "Commands for the state itself. Those that change it keep a backup each time.",
    .subcommands = subcommands,
};
