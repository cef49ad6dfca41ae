/* version, types: what this program is, and what it can do. */
#include "command.h"

#include "pipectl/provider/embedded.h"
#include "pipectl/render/configuration.h"
#include "pipectl/state/statefile.h"
#include "pipectl/value/json.h"

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

/* What each built-in provider stands for: the release whose schemas and behaviour it has. */
static const char *release_of(Text source)
{
    static const struct {
        const char *source, *release;
    } releases[] = {
        { "registry.terraform.io/hashicorp/archive", "2.8.0" },
        { "registry.terraform.io/hashicorp/aws", "5.100.0" },
        { "registry.terraform.io/hashicorp/local", "2.9.0" },
        { "registry.terraform.io/hashicorp/null", "3.3.1" },
        { "registry.terraform.io/hashicorp/random", "3.9.0" },
        { "registry.terraform.io/hashicorp/time", "0.14.0" },
    };

    for (size_t i = 0; provider_kind_of_source(source) && i < sizeof releases / sizeof *releases;
         i++)
        if (text_is(source, releases[i].source))
            return releases[i].release;
    return NULL;
}

/* What the configuration in this folder needs; nothing without one, or with a wrong one. */
static TextList needed_sources(Session *session)
{
    Diags ignored = diags_make(session->arena);
    const Module *root = module_load_optional(session->arena, TEXT_LIT("."), &ignored);

    return root && !diags_have_errors(&ignored) ? required_sources(session->arena, root, NULL)
                                                : (TextList){ 0 };
}

static void print_json(Session *session, const TextList *sources)
{
    ValueBuilder selections = value_builder(session->arena);
    TextBuilder text = text_builder(session->arena);

    for (size_t i = 0; i < sources->count; i++) {
        const char *release = release_of(sources->items[i]);

        if (release)
            value_builder_put(&selections, sources->items[i], value_string_raw(text_of(release)));
    }
    json_add_pretty(&text, value_built_object(&selections), 1);
    terminal_print(&session->out,
                   "{\n  \"terraform_version\": \"" TERRAFORM_VERSION
                   "\",\n  \"platform\": \"linux_" MACHINE "\",\n"
                   "  \"provider_selections\": " TEXT_FMT ",\n  \"terraform_outdated\": false\n}\n",
                   TEXT(text_built(&text)));
}

static void print_text(Session *session, const TextList *sources)
{
    terminal_print(&session->out, "Terraform v" TERRAFORM_VERSION "\non linux_" MACHINE "\n");
    for (size_t i = 0; i < sources->count; i++) {
        const char *release = release_of(sources->items[i]);

        if (release)
            terminal_print(&session->out, "+ provider " TEXT_FMT " v%s\n", TEXT(sources->items[i]),
                           release);
    }
    terminal_print(&session->out,
                   "+ pipectl v" PIPECTL_VERSION
                   " (the version in the first line is what it is compatible with)\n");
}

static int run_version(Session *session)
{
    TextList sources = needed_sources(session);

    if (options_flag(&session->options, "json", false))
        print_json(session, &sources);
    else
        print_text(session, &sources);
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
