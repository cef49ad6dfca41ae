/* fmt: configuration files in their canonical layout. */
#include "command.h"

#include "pipectl/config/load.h"
#include "pipectl/lang/format.h"
#include "pipectl/render/text_diff.h"
#include <limits.h>
#include <unistd.h>

static const Option options[] = {
    { "list", OPTION_FLAG, NULL, "List the files that are not formatted (default true)." },
    { "write", OPTION_FLAG, NULL,
      "Write the files (default true; never with -check and standard input)." },
    { "diff", OPTION_FLAG, NULL, "Show what changes." },
    { "check", OPTION_FLAG, NULL, "Only look: exit 3 where something is not formatted." },
    { "recursive", OPTION_FLAG, NULL, "Also the files in folders below." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static const char *const endings[] = { ".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl" };

enum { EXIT_UNFORMATTED = 3, EXIT_MISTAKE = 2 };

typedef struct Formatting {
    Session *session;
    Arena *arena;
    Diags *diags;
    bool list, write, diff, recursive;
    bool check;
    bool changed;       /* some file was not formatted */
    TextBuilder output; /* with -check nothing is shown where there are errors */
} Formatting;

/* As lines: what does not end in one gets its end. */
static void show(Formatting *formatting, Text text)
{
    text_add(&formatting->output, text);
    if (!text_ends_with(text, TEXT_LIT("\n")))
        text_add_char(&formatting->output, '\n');
    if (formatting->check)
        return;
    terminal_write(&formatting->session->out, text_built(&formatting->output));
    formatting->output.length = 0;
}

static void format_source(Formatting *formatting, const Source *source)
{
    Text formatted;

    if (!format_native(formatting->arena, source, &formatted, formatting->diags))
        return;
    if (!text_equal(source->text, formatted)) {
        formatting->changed = true;
        if (formatting->list)
            show(formatting, source->name);
        if (formatting->write)
            (void)file_replace(source->name, formatted, 0666, formatting->diags);
        if (formatting->diff)
            show(formatting, text_diff(formatting->arena, source->name, source->text, formatted));
    }
    if (!formatting->list && !formatting->write && !formatting->diff && !formatting->check)
        show(formatting, formatted);
}

static void format_file(Formatting *formatting, Text path)
{
    Source *source = source_make(formatting->arena, path, TEXT_NONE);

    if (file_read(formatting->arena, path, &source->text, RANGE_NONE, formatting->diags))
        format_source(formatting, source);
}

static void format_standard_input(Formatting *formatting)
{
    Source *source = source_make(formatting->arena, TEXT_LIT("<stdin>"), TEXT_NONE);

    formatting->list = formatting->write = false;
    if (file_read_descriptor(formatting->arena, STDIN_FILENO, TEXT_LIT("standard input"),
                             &source->text, formatting->diags))
        format_source(formatting, source);
}

/* --- folders -------------------------------------------------------------------------------- */

static bool is_formattable(Text name)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends_with(name, text_of(endings[i])))
            return true;
    return false;
}

/* As seen from the working directory, however it was given. */
static Text shown_path(Arena *arena, Text path)
{
    char *working = getcwd(arena_alloc(arena, PATH_MAX), PATH_MAX);

    if (!working)
        return file_clean(arena, path);
    path = file_clean(arena, file_join(arena, text_of(working), path));
    return file_relative(arena, path, text_of(working));
}

static void format_directory(Formatting *formatting, Text directory)
{
    TextList names = { 0 };

    if (!file_list(formatting->arena, directory, &names, RANGE_NONE, formatting->diags))
        return;
    for (size_t i = 0; i < names.count; i++) {
        Text name = names.items[i];
        Text path = file_join(formatting->arena, directory, name);

        if (module_file_is_ignored(name))
            continue;
        if (file_kind(path) != FILE_DIRECTORY) {
            if (is_formattable(name))
                format_file(formatting, path);
        } else if (formatting->recursive && !file_is_link(path)) {
            format_directory(formatting, shown_path(formatting->arena, path));
        }
    }
}

/* False where going on makes no sense. */
static bool format_target(Formatting *formatting, Text target)
{
    Text path = shown_path(formatting->arena, target);

    switch (file_kind(path)) {
    case FILE_ABSENT:
        diag_error(formatting->diags, RANGE_NONE, "No such file or folder",
                   "There is no file or folder \"" TEXT_FMT "\".", TEXT(path));
        return false;
    case FILE_DIRECTORY:
        format_directory(formatting, path);
        return true;
    default:
        if (is_formattable(path))
            format_file(formatting, path);
        else
            diag_error(formatting->diags, RANGE_NONE, "File cannot be formatted",
                       "Only files in native syntax (.tf, .tfvars, .tftest.hcl, .tfmock.hcl) can "
                       "be formatted; \"" TEXT_FMT "\" is none.",
                       TEXT(path));
        return true;
    }
}

static void format_targets(Formatting *formatting, const TextList *targets)
{
    if (targets->count == 0) {
        (void)format_target(formatting, TEXT_LIT("."));
        return;
    }
    if (text_is(targets->items[0], "-")) {
        format_standard_input(formatting);
        return;
    }
    for (size_t i = 0; i < targets->count; i++)
        if (!format_target(formatting, targets->items[i]))
            return;
}

static int run_fmt(Session *session)
{
    const Options *given = &session->options;
    Formatting formatting = {
        .session = session,
        .arena = session->arena,
        .diags = &session->diags,
        .list = options_flag(given, "list", true),
        .write = options_flag(given, "write", true) && !options_flag(given, "check", false),
        .diff = options_flag(given, "diff", false),
        .check = options_flag(given, "check", false),
        .recursive = options_flag(given, "recursive", false),
        .output = text_builder(session->arena),
    };

    format_targets(&formatting, &given->arguments);
    if (diags_have_errors(&session->diags)) {
        (void)session_end(session, 1);
        return EXIT_MISTAKE;
    }
    if (formatting.list)
        terminal_write(&session->out, text_built(&formatting.output));
    return session_end(session, formatting.check && formatting.changed ? EXIT_UNFORMATTED : 0);
}

const Command command_fmt = {
    .name = "fmt",
    .usage = "[options] [TARGET...]",
    .summary = "Reformat configuration files",
    .about = "Brings files in native syntax (.tf, .tfvars) into the canonical layout, byte for "
             "byte as Terraform's: those of the working directory, or the files and folders "
             "given, or standard input (-). Files in YAML and JSON are not touched.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run_fmt,
};
