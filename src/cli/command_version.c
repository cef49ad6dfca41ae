/* version, types: what this program is, and what it can do. */
#include "command.h"

#include "pipectl/provider/embedded.h"
#include "pipectl/state/statefile.h"

static const Option options[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, for programs." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const version_tables[] = { options, options_common };
static const Option *const types_tables[] = { options_common };

#if defined(__x86_64__)
#define MACHINE "amd64"
#elif defined(__aarch64__)
#define MACHINE "arm64"
#else
#define MACHINE "unknown"
#endif

static int run_version(Session *session)
{
    if (options_flag(&session->options, "json", false))
        terminal_print(&session->out,
                       "{\n  \"terraform_version\": \"" TERRAFORM_VERSION
                       "\",\n  \"platform\": \"linux_" MACHINE "\",\n"
                       "  \"provider_selections\": {},\n  \"terraform_outdated\": false\n}\n");
    else
        terminal_print(&session->out, "Terraform v" TERRAFORM_VERSION "\non linux_" MACHINE
                                      "\n+ pipectl v" PIPECTL_VERSION
                                      " (the version above is what it is compatible with)\n");
    return session_end(session, 0);
}

static int list_types(Session *session)
{
    for (size_t i = 0; i < embedded_file_count; i++) {
        Text name = text_of(embedded_files[i].name);
        bool is_data = text_starts_with(name, TEXT_LIT("data/"));

        if (!is_data && !text_starts_with(name, TEXT_LIT("types/")))
            continue;
        name = text_slice(name, is_data ? 5 : 6, name.length - 5);
        terminal_print(&session->out, "%s" TEXT_FMT "\n", is_data ? "data." : "", TEXT(name));
    }
    return session_end(session, 0);
}

static int print_type(Session *session, Text name)
{
    bool is_data = text_starts_with(name, TEXT_LIT("data."));
    Text file = text_format(session->arena, "%s" TEXT_FMT ".yaml", is_data ? "data/" : "types/",
                            TEXT(is_data ? text_slice(name, 5, name.length) : name));

    for (size_t i = 0; i < embedded_file_count; i++)
        if (text_is(file, embedded_files[i].name)) {
            terminal_write(&session->out,
                           (Text){ embedded_files[i].bytes, embedded_files[i].length });
            return session_end(session, 0);
        }
    diag_error(&session->diags, RANGE_NONE, "Unknown type",
               "There is no type file for \"" TEXT_FMT
               "\". Without an argument `pipectl types` lists them all.",
               TEXT(name));
    return session_end(session, 1);
}

static int run_types(Session *session)
{
    return session->options.arguments.count == 0
               ? list_types(session)
               : print_type(session, session->options.arguments.items[0]);
}

const Command command_version = {
    .name = "version",
    .usage = "[options]",
    .summary = "Show the current version",
    .about = "The first line names the Terraform version that this program is compatible with.",
    .options = version_tables,
    .option_count = sizeof version_tables / sizeof *version_tables,
    .most_arguments = SIZE_MAX,
    .run = run_version,
};

const Command command_types = {
    .name = "types",
    .usage = "[TYPE]",
    .summary = "List the resource types, or print how one works",
    .about = "Resource types are data: with a type's name its whole definition is printed, every "
             "attribute and AWS call.",
    .options = types_tables,
    .option_count = sizeof types_tables / sizeof *types_tables,
    .most_arguments = 1,
    .run = run_types,
};
