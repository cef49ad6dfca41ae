/* state replace-provider: the same objects under another provider's name. */
#include "command.h"

#include "pipectl/config/module.h"

static const Option options[] = {
    { "auto-approve", OPTION_FLAG, NULL, "Do not ask before replacing." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_backup, options_lock, options_input,
                                        options_common };

/* An argument as a full source address; false with an error. [which]: "from" or "to". */
static bool read_source(Session *session, size_t argument, const char *which, Text *ret_source)
{
    Text given = session->options.arguments.items[argument];

    *ret_source = module_full_source(session->arena, given);
    if (ret_source->length > 0)
        return true;
    diag_error(&session->diags, RANGE_NONE,
               text_cstring(session->arena,
                            text_format(session->arena, "Invalid \"%s\" provider \"" TEXT_FMT "\"",
                                        which, TEXT(given))),
               "A provider is named [HOST/][NAMESPACE/]TYPE, each part made of letters, digits, "
               "dashes and underscores: hashicorp/aws.");
    return false;
}

static StateInstanceList instances_of(Session *session, Text source)
{
    StateInstanceList all = state_sorted(store_state(session->store), session->arena);
    StateInstanceList named = { 0 };

    for (size_t i = 0; i < all.count; i++)
        if (text_equal(provider_text_source(all.items[i]->provider), source))
            list_add(session->arena, &named, all.items[i]);
    return named;
}

/* Instances of one resource stand together: each resource once. */
static TextList resources_of(Session *session, const StateInstanceList *instances)
{
    TextList names = { 0 };

    for (size_t i = 0; i < instances->count; i++) {
        Text name = address_resource_text(session->arena, instances->items[i]->address);

        if (names.count == 0 || !text_equal(names.items[names.count - 1], name))
            list_add(session->arena, &names, name);
    }
    return names;
}

static void print_changes(Session *session, Text from, Text to, const TextList *resources)
{
    terminal_print(&session->out,
                   "pipectl will perform the following actions:\n\n  ~ Updating provider:\n"
                   "    - " TEXT_FMT "\n    + " TEXT_FMT "\n\nChanging %zu resources:\n\n",
                   TEXT(from), TEXT(to), resources->count);
    for (size_t i = 0; i < resources->count; i++)
        terminal_print(&session->out, "  " TEXT_FMT "\n", TEXT(resources->items[i]));
    terminal_print(&session->out, "\n");
}

/* Only `yes` will do; a no is no error. */
static bool is_approved(Session *session)
{
    Text answer = TEXT_NONE;

    if (options_flag(&session->options, "auto-approve", false))
        return true;
    terminal_print(&session->out,
                   "\nDo you want to make these changes?\nOnly 'yes' will be accepted to "
                   "continue.\n\nEnter a value: ");
    if (!session->input || !session_read_line(session, &answer)) {
        terminal_print(&session->out, "\n");
        diag_error(&session->diags, RANGE_NONE, "error asking for approval: EOF",
                   "There is nobody to answer. Give -auto-approve where that is meant.");
        return false;
    }
    if (text_is(answer, "yes"))
        return true;
    terminal_print(&session->out, "Cancelled replacing providers.\n");
    return false;
}

static void replace(Session *session, const StateInstanceList *instances, Text to)
{
    for (size_t i = 0; i < instances->count; i++) {
        StateInstance *instance = instances->items[i];

        instance->provider = provider_text(session->arena, provider_text_module(instance->provider),
                                           to, provider_text_alias(instance->provider));
    }
    store_changed(session->store);
}

static int run(Session *session)
{
    StateInstanceList instances;
    TextList resources;
    Text from, to;

    if (session->options.arguments.count != 2)
        return session_usage(session, "Exactly two arguments expected.");
    if (!read_source(session, 0, "from", &from) || !read_source(session, 1, "to", &to) ||
        !session_existing_store(session, "state-replace-provider"))
        return session_end(session, 1);
    instances = instances_of(session, from);
    if (instances.count == 0) {
        terminal_print(&session->out, "No matching resources found.\n");
        return session_end(session, 0);
    }
    resources = resources_of(session, &instances);
    print_changes(session, from, to, &resources);
    if (!is_approved(session))
        return session_end(session, 0);
    replace(session, &instances, to);
    terminal_print(&session->out, "\nSuccessfully replaced provider for %zu resources.\n",
                   resources.count);
    return session_end(session, 0);
}

const Command command_state_replace_provider = {
    .name = "state replace-provider",
    .usage = "[options] FROM TO",
    .summary = "Replace the provider of objects in the state",
    .about =
        "Objects of the provider FROM are TO's from now on. Both are source addresses, such as "
        "hashicorp/aws.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
    .keeps_every_backup = true,
};
