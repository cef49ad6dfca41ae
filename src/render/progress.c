/* One line an event. */
#include "progress.h"

#include "pipectl/render/view.h"

/* The words of one kind of work. */
typedef struct Verb {
    const char *begin, *still, *end;
} Verb;

static const Verb verbs[] = {
    [ACTION_CREATE] = { "Creating...", "Still creating...", "Creation complete" },
    [ACTION_UPDATE] = { "Modifying...", "Still modifying...", "Modifications complete" },
    [ACTION_DELETE] = { "Destroying...", "Still destroying...", "Destruction complete" },
    [ACTION_READ] = { "Reading...", "Still reading...", "Read complete" },
    [ACTION_FORGET] = { "Forgetting...", "Still forgetting...", "Forgotten" },
};

static void line(Terminal *terminal, Text text)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);

    terminal_style(terminal, &builder, STYLE_BOLD);
    terminal_add_foreign(&builder, text);
    terminal_style(terminal, &builder, STYLE_PLAIN);
    text_add_char(&builder, '\n');
    terminal_write(terminal, text_built(&builder));
    arena_free(&scratch);
}

__attribute__((format(printf, 2, 3))) static void say(void *user, const char *format, ...)
{
    Arena scratch = { 0 };
    va_list arguments;

    va_start(arguments, format);
    line(user, text_format_list(&scratch, format, arguments));
    va_end(arguments);
    arena_free(&scratch);
}

/* 12s, 1m5s, 1h0m5s. */
static Text duration(Arena *arena, Nanoseconds took)
{
    long long seconds = (long long)((took + SECONDS(1) / 2) / SECONDS(1));

    if (seconds < 60)
        return text_format(arena, "%llds", seconds);
    if (seconds < 3600)
        return text_format(arena, "%lldm%llds", seconds / 60, seconds % 60);
    return text_format(arena, "%lldh%lldm%llds", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* " [id=...]"; empty where there is none. */
static Text id_suffix(Arena *arena, Text id)
{
    return id.length > 0 ? text_format(arena, " [id=" TEXT_FMT "]", TEXT(id)) : TEXT_NONE;
}

static Text subject(Arena *arena, Text name, Text deposed)
{
    return deposed.length == 0 ? name
                               : text_format(arena, TEXT_FMT " (deposed object " TEXT_FMT ")",
                                             TEXT(name), TEXT(deposed));
}

/* Of a replacement only the delete is about the deposed object. */
static Text subject_of(Arena *arena, const Change *change, Action half)
{
    return subject(arena, change->name, half == ACTION_DELETE ? change->deposed : TEXT_NONE);
}

static void on_refresh(void *user, Text address, Text deposed, Text id)
{
    Arena scratch = { 0 };

    say(user, TEXT_FMT ": Refreshing state..." TEXT_FMT, TEXT(subject(&scratch, address, deposed)),
        TEXT(id_suffix(&scratch, id)));
    arena_free(&scratch);
}

static void on_import_prepare(void *user, Text address, Text id)
{
    say(user, TEXT_FMT ": Preparing import... [id=" TEXT_FMT "]", TEXT(address), TEXT(id));
}

static void on_import(void *user, Text address, Text id)
{
    say(user, TEXT_FMT ": Importing from ID \"" TEXT_FMT "\"...", TEXT(address), TEXT(id));
}

static void on_import_done(void *user, const Change *change)
{
    say(user, TEXT_FMT ": Importing... [id=" TEXT_FMT "]", TEXT(change->name),
        TEXT(change->import_id));
    say(user, TEXT_FMT ": Import complete [id=" TEXT_FMT "]", TEXT(change->name),
        TEXT(change->import_id));
}

static void on_read_start(void *user, Text address)
{
    say(user, TEXT_FMT ": Reading...", TEXT(address));
}

static void on_read_complete(void *user, Text address, Nanoseconds took, Text id)
{
    Arena scratch = { 0 };

    say(user, TEXT_FMT ": Read complete after " TEXT_FMT TEXT_FMT, TEXT(address),
        TEXT(duration(&scratch, took)), TEXT(id_suffix(&scratch, id)));
    arena_free(&scratch);
}

static void on_start(void *user, const Change *change, Action half)
{
    Arena scratch = { 0 };
    bool is_new = half == ACTION_CREATE || half == ACTION_READ;
    Text id = is_new ? TEXT_NONE : change->kind->id(change->address.type, change->before);

    say(user, TEXT_FMT ": %s" TEXT_FMT, TEXT(subject_of(&scratch, change, half)), verbs[half].begin,
        TEXT(id_suffix(&scratch, id)));
    arena_free(&scratch);
}

static void on_progress(void *user, const Change *change, Action half, Nanoseconds elapsed)
{
    Arena scratch = { 0 };
    Text id = value_is_null(change->before) || half == ACTION_CREATE
                  ? TEXT_NONE
                  : change->kind->id(change->address.type, change->before);
    Text known = id.length > 0 ? text_format(&scratch, "id=" TEXT_FMT ", ", TEXT(id)) : TEXT_NONE;

    say(user, TEXT_FMT ": %s [" TEXT_FMT TEXT_FMT " elapsed]",
        TEXT(subject_of(&scratch, change, half)), verbs[half].still, TEXT(known),
        TEXT(duration(&scratch, elapsed)));
    arena_free(&scratch);
}

static void on_complete(void *user, const Change *change, Action half, Nanoseconds took, Text id)
{
    Arena scratch = { 0 };

    if (half == ACTION_DELETE || half == ACTION_FORGET)
        id = TEXT_NONE;
    say(user, TEXT_FMT ": %s after " TEXT_FMT TEXT_FMT, TEXT(change->name), verbs[half].end,
        TEXT(duration(&scratch, took)), TEXT(id_suffix(&scratch, id)));
    arena_free(&scratch);
}

static void on_provision_start(void *user, const Change *change, Text provisioner)
{
    say(user, TEXT_FMT ": Provisioning with '" TEXT_FMT "'...", TEXT(change->name),
        TEXT(provisioner));
}

/* The line without the colours that a program has put into it: they may not end where it does. */
static Text without_colors(Arena *arena, Text text)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '\033' && i + 1 < text.length && text.bytes[i + 1] == '[')
            for (i += 2; i < text.length && (text.bytes[i] < '@' || text.bytes[i] > '~');)
                i++;
        else
            text_add_char(&builder, text.bytes[i]);
    }
    return text_built(&builder);
}

static void on_provision_output(void *user, const Change *change, Text provisioner, Text text)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);

    terminal_style(user, &builder, STYLE_BOLD);
    terminal_add_foreign(&builder, text_format(&scratch, TEXT_FMT " (" TEXT_FMT "):",
                                               TEXT(change->name), TEXT(provisioner)));
    terminal_style(user, &builder, STYLE_PLAIN);
    text_add_char(&builder, ' ');
    terminal_add_foreign(&builder, without_colors(&scratch, text));
    text_add_char(&builder, '\n');
    terminal_write(user, text_built(&builder));
    arena_free(&scratch);
}

static void on_retrying(void *user, Text address, Text why, Nanoseconds wait)
{
    Arena scratch = { 0 };

    if (wait >= PROGRESS_SAID_RETRY)
        say(user, TEXT_FMT ": Trying again in " TEXT_FMT ": " TEXT_FMT, TEXT(address),
            TEXT(duration(&scratch, wait)), TEXT(why));
    arena_free(&scratch);
}

static void on_recovered(void *user, Text address, Text what)
{
    say(user, TEXT_FMT ": " TEXT_FMT, TEXT(address), TEXT(what));
}

PlanEvents progress_events(Terminal *out)
{
    return (PlanEvents){
        .user = out,
        .refresh_start = on_refresh,
        .import_prepare = on_import_prepare,
        .import_done = on_import_done,
        .read_start = on_read_start,
        .read_complete = on_read_complete,
        .apply_start = on_start,
        .apply_progress = on_progress,
        .apply_complete = on_complete,
        .provision_start = on_provision_start,
        .provision_output = on_provision_output,
        .retrying = on_retrying,
        .recovered = on_recovered,
    };
}

PlanEvents view_import_events(Terminal *out)
{
    PlanEvents events = progress_events(out);

    events.import_prepare = on_import;
    return events;
}
