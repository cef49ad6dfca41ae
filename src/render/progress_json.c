/* The events of a run as lines of the -json stream. */
#include "progress_json.h"

#include "event_json.h"
#include "progress.h"

/* The words of one kind of work, as Terraform's stream has them. */
typedef struct Verb {
    const char *action;
    const char *begin, *still, *end;
} Verb;

static const Verb verbs[] = {
    [ACTION_CREATE] = { "create", "Creating", "creating", "Creation" },
    [ACTION_UPDATE] = { "update", "Modifying", "modifying", "Modifications" },
    [ACTION_DELETE] = { "delete", "Destroying", "destroying", "Destruction" },
    [ACTION_READ] = { "read", "Refreshing", "refreshing", "Refresh" },
    [ACTION_FORGET] = { "remove", "Removing", "removing", "Removal" },
};

/* --- the parts of a hook --------------------------------------------------------------------- */

static long long whole_seconds(Nanoseconds took)
{
    return (long long)((took + SECONDS(1) / 2) / SECONDS(1));
}

/* " [id=...]"; empty where it has none yet. */
static Text id_suffix(Arena *arena, Text id)
{
    return id.length > 0 ? text_format(arena, " [id=" TEXT_FMT "]", TEXT(id)) : TEXT_NONE;
}

static void begin_hook(EventLine *line, const char *level, Text message, Address address, Text name)
{
    event_begin(line, level, message);
    json_key(&line->builder, TEXT_LIT("hook"));
    text_add_char(&line->builder, '{');
    event_put_resource(line, "resource", address, name);
}

static void put_id(EventLine *line, Text id)
{
    if (id.length == 0)
        return;
    json_put_text(&line->builder, "id_key", TEXT_LIT("id"));
    json_put_text(&line->builder, "id_value", id);
}

static void put_seconds(EventLine *line, Nanoseconds took)
{
    json_put_value(&line->builder, "elapsed_seconds", value_integer(whole_seconds(took)));
}

static void end_hook(EventLine *line, const char *type, Terminal *out)
{
    text_add_char(&line->builder, '}');
    event_end(line, type, out);
}

/* Events that know an object by its text only. */
static Address address_of(Arena *arena, Text name)
{
    Diags ignored = diags_make(arena);
    Address address = { 0 };

    (void)address_parse(arena, name, RANGE_NONE, &address, NULL, &ignored);
    return address;
}

/* --- reading --------------------------------------------------------------------------------- */

static void say_refresh(Terminal *out, const char *words, const char *type, Text name, Text id)
{
    Arena scratch = { 0 };
    EventLine line;

    begin_hook(&line, "info",
               text_format(&scratch, TEXT_FMT ": %s" TEXT_FMT, TEXT(name), words,
                           TEXT(id_suffix(&scratch, id))),
               address_of(&scratch, name), name);
    put_id(&line, id);
    end_hook(&line, type, out);
    arena_free(&scratch);
}

static void on_refresh_start(void *user, Text name, Text deposed, Text id)
{
    (void)deposed; /* as in Terraform's */
    say_refresh(user, "Refreshing state...", "refresh_start", name, id);
}

static void on_refresh_complete(void *user, Text name, Text deposed, Text id)
{
    (void)deposed;
    say_refresh(user, "Refresh complete", "refresh_complete", name, id);
}

/* --- changing -------------------------------------------------------------------------------- */

static void say_start(Terminal *out, Address address, Text name, Action action, Text id)
{
    Arena scratch = { 0 };
    EventLine line;

    begin_hook(&line, "info",
               text_format(&scratch, TEXT_FMT ": %s..." TEXT_FMT, TEXT(name), verbs[action].begin,
                           TEXT(id_suffix(&scratch, id))),
               address, name);
    json_put_text(&line.builder, "action", text_of(verbs[action].action));
    put_id(&line, id);
    end_hook(&line, "apply_start", out);
    arena_free(&scratch);
}

static void say_complete(Terminal *out, Address address, Text name, Action action, Nanoseconds took,
                         Text id)
{
    Arena scratch = { 0 };
    EventLine line;

    begin_hook(&line, "info",
               text_format(&scratch, TEXT_FMT ": %s complete after %llds" TEXT_FMT, TEXT(name),
                           verbs[action].end, whole_seconds(took), TEXT(id_suffix(&scratch, id))),
               address, name);
    json_put_text(&line.builder, "action", text_of(verbs[action].action));
    put_id(&line, id);
    put_seconds(&line, took);
    end_hook(&line, "apply_complete", out);
    arena_free(&scratch);
}

static void on_read_start(void *user, Text name)
{
    Arena scratch = { 0 };

    say_start(user, address_of(&scratch, name), name, ACTION_READ, TEXT_NONE);
    arena_free(&scratch);
}

static void on_read_complete(void *user, Text name, Nanoseconds took, Text id)
{
    Arena scratch = { 0 };

    say_complete(user, address_of(&scratch, name), name, ACTION_READ, took, id);
    arena_free(&scratch);
}

static Text id_before(const Change *change, Action half)
{
    if (half == ACTION_CREATE || half == ACTION_READ || value_is_null(change->before))
        return TEXT_NONE;
    return change->kind->id(change->address.type, change->before);
}

static void on_start(void *user, const Change *change, Action half)
{
    say_start(user, change->address, change->name, half, id_before(change, half));
}

/* [message] says what, after the object's name, has been going on for how long. */
static void say_elapsed(void *user, const Change *change, Action half, Nanoseconds elapsed,
                        Text message, const char *type)
{
    EventLine line;

    begin_hook(&line, "info", message, change->address, change->name);
    json_put_text(&line.builder, "action", text_of(verbs[half].action));
    put_seconds(&line, elapsed);
    end_hook(&line, type, user);
}

static void on_progress(void *user, const Change *change, Action half, Nanoseconds elapsed)
{
    Arena scratch = { 0 };

    say_elapsed(user, change, half, elapsed,
                text_format(&scratch, TEXT_FMT ": Still %s... [%llds elapsed]", TEXT(change->name),
                            verbs[half].still, whole_seconds(elapsed)),
                "apply_progress");
    arena_free(&scratch);
}

static void on_complete(void *user, const Change *change, Action half, Nanoseconds took, Text id)
{
    say_complete(user, change->address, change->name, half, took,
                 half == ACTION_DELETE || half == ACTION_FORGET ? TEXT_NONE : id);
}

static void on_failed(void *user, const Change *change, Action half, Nanoseconds took)
{
    Arena scratch = { 0 };

    say_elapsed(user, change, half, took,
                text_format(&scratch, TEXT_FMT ": %s errored after %llds", TEXT(change->name),
                            verbs[half].end, whole_seconds(took)),
                "apply_errored");
    arena_free(&scratch);
}

/* --- provisioners ----------------------------------------------------------------------------- */

/* [output]: a line that it printed; NULL: the event is not about one. */
static void say_provisioning(Terminal *out, const Change *change, Text provisioner, Text message,
                             const Text *output, const char *type)
{
    EventLine line;

    begin_hook(&line, "info", message, change->address, change->name);
    json_put_text(&line.builder, "provisioner", provisioner);
    if (output)
        json_put_value(&line.builder, "output", value_string(&line.scratch, *output));
    end_hook(&line, type, out);
}

static void on_provision_start(void *user, const Change *change, Text provisioner)
{
    Arena scratch = { 0 };

    say_provisioning(user, change, provisioner,
                     text_format(&scratch, TEXT_FMT ": Provisioning with '" TEXT_FMT "'...",
                                 TEXT(change->name), TEXT(provisioner)),
                     NULL, "provision_start");
    arena_free(&scratch);
}

static void on_provision_output(void *user, const Change *change, Text provisioner, Text text)
{
    Arena scratch = { 0 };

    say_provisioning(user, change, provisioner,
                     text_format(&scratch, TEXT_FMT ": (" TEXT_FMT "): " TEXT_FMT,
                                 TEXT(change->name), TEXT(provisioner), TEXT(text)),
                     &text, "provision_progress");
    arena_free(&scratch);
}

static void on_provision_complete(void *user, const Change *change, Text provisioner, bool failed)
{
    Arena scratch = { 0 };

    say_provisioning(user, change, provisioner,
                     text_format(&scratch, TEXT_FMT ": (" TEXT_FMT ") Provisioning %s",
                                 TEXT(change->name), TEXT(provisioner),
                                 failed ? "errored" : "complete"),
                     NULL, failed ? "provision_errored" : "provision_complete");
    arena_free(&scratch);
}

/* --- what Terraform has no event for ---------------------------------------------------------- */

static void on_retrying(void *user, Text address, Text why, Nanoseconds wait)
{
    Arena scratch = { 0 };

    if (wait >= PROGRESS_SAID_RETRY)
        event_log(user, text_format(&scratch, TEXT_FMT ": Trying again in %llds: " TEXT_FMT,
                                    TEXT(address), whole_seconds(wait), TEXT(why)));
    arena_free(&scratch);
}

static void on_recovered(void *user, Text address, Text what)
{
    Arena scratch = { 0 };

    event_log(user, text_format(&scratch, TEXT_FMT ": " TEXT_FMT, TEXT(address), TEXT(what)));
    arena_free(&scratch);
}

PlanEvents progress_json_events(Terminal *out)
{
    return (PlanEvents){
        .user = out,
        .refresh_start = on_refresh_start,
        .refresh_complete = on_refresh_complete,
        .read_start = on_read_start,
        .read_complete = on_read_complete,
        .apply_start = on_start,
        .apply_progress = on_progress,
        .apply_complete = on_complete,
        .apply_failed = on_failed,
        .provision_start = on_provision_start,
        .provision_output = on_provision_output,
        .provision_complete = on_provision_complete,
        .retrying = on_retrying,
        .recovered = on_recovered,
    };
}
