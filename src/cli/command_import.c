/* import: an object that exists, into the state. */
#include "command.h"

#include "pipectl/state/store.h"

static const Option options[] = {
    { "config", OPTION_TEXT, "path", "The folder of the configuration (default: this one)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options,       options_variables, options_input,
                                        options_lock,  options_state_out, options_backup,
                                        options_common };

static bool refuse(Session *session, Text summary, const char *detail)
{
    diag_error(&session->diags, RANGE_NONE, text_cstring(session->arena, summary), "%s", detail);
    return false;
}

static bool read_address(Session *session, Address *ret_address)
{
    const Source *source = source_make(session->arena, TEXT_LIT("<import-address>"),
                                       session->options.arguments.items[0]);
    Range range = { .source = source };

    range.end = (uint32_t)source->text.length;
    if (!address_parse(session->arena, source->text, range, ret_address, NULL, &session->diags))
        return false;
    return ret_address->mode == MODE_MANAGED ||
           refuse(session,
                  TEXT_LIT("A managed resource address is required. Importing into a data resource "
                           "is not allowed."),
                  "");
}

/* The module that the address is in; NULL with an error. */
static const Module *find_module(Session *session, Address address)
{
    const Module *module = session->root;

    for (size_t i = 0; i < address.module.count && module; i++) {
        const ModuleCall *call = module_call(module, address.module.steps[i].name);

        module = call ? call->module : NULL;
    }
    if (!module)
        (void)refuse(
            session, TEXT_LIT("Import to non-existent module"),
            "The configuration has no such module. Call it there before importing into it.");
    return module;
}

static bool is_configured(Session *session, Address address)
{
    const Module *module = find_module(session, address);
    Text name = address_resource_text(session->arena, address);

    if (!module)
        return false;
    if (module_resource(module, MODE_MANAGED, address.type, address.name))
        return true;
    return refuse(session,
                  text_format(session->arena,
                              "resource address \"" TEXT_FMT
                              "\" does not exist in the configuration.",
                              TEXT(name)),
                  "Before an object is imported, the resource that it is to be has to be written "
                  "into the configuration. An import block and -generate-config-out write it.");
}

static bool import(Session *session, Address address)
{
    PlanMakeRequest request = { .arena = session->arena,
                                .refresh = true,
                                .exchange = session->exchange,
                                .root = session->root,
                                .variables = session->variables,
                                .events = view_import_events(&session->out) };

    if (!session_workspace(session, &request.workspace))
        return false;
    request.store = session->store;
    request.state = store_state(session->store);
    return plan_import(&request, address, session->options.arguments.items[1], &session->diags);
}

static int run(Session *session)
{
    Text directory = options_text(&session->options, "config");
    Address address;

    if (session->options.arguments.count != 2)
        return session_usage(session, "The import command expects two arguments.");
    if (!read_address(session, &address) ||
        !session_load(session, directory.length > 0 ? directory : TEXT_LIT("."), false) ||
        !is_configured(session, address) || !session_variables(session) ||
        !session_exchange(session) || !session_store(session, true, true, "import") ||
        !import(session, address))
        return session_end(session, 1);
    terminal_print(
        &session->out,
        "\nImport successful!\n\nThe objects that were imported are shown above. They are "
        "in the state now, and\nwill be managed by pipectl from now on.\n\n");
    return session_end(session, 0);
}

const Command command_import = {
    .name = "import",
    .usage = "[options] ADDRESS ID",
    .summary = "Associate existing infrastructure with a resource",
    .about =
        "Reads the object that the id names, and writes it into the state as the instance ADDRESS "
        "of the configuration. What an id is depends on the type (`pipectl types TYPE` shows it: "
        "import). An import block does the same as a part of a plan.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
};
