/* state push: a file becomes the state, wherever that lives. */
#include "command.h"

#include "pipectl/state/statefile.h"
#include "pipectl/state/store.h"

#include <unistd.h>

static const Option options[] = {
    { "force", OPTION_FLAG, NULL,
      "Even if it is another state, or an older one, than that which it replaces." },
    { "lock", OPTION_FLAG, NULL, "Hold the state lock (default true)." },
    { "lock-timeout", OPTION_TEXT, "duration",
      "How long to wait for the lock, such as 30s (default 0s)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static Text read_input(Arena *arena)
{
    TextBuilder text = text_builder(arena);
    char buffer[16384];
    ssize_t got;

    while ((got = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        text_add(&text, (Text){ buffer, (size_t)got });
    return text_built(&text);
}

static State *read_source(Session *session, Text path)
{
    Source *source = source_make(session->arena, path, TEXT_NONE);

    if (text_is(path, "-"))
        source->text = read_input(session->arena);
    else if (!file_read(session->arena, path, &source->text, RANGE_NONE, &session->diags))
        return NULL;
    if (source->text.length)
        return statefile_read(session->arena, source, &session->diags);
    diag_error(&session->diags, RANGE_NONE, "No state",
               "Error reading source state \"" TEXT_FMT "\": no state.", TEXT(path));
    return NULL;
}

static bool is_same(Session *session, const State *a, const State *b)
{
    return text_equal(statefile_body(statefile_text(session->arena, a)),
                      statefile_body(statefile_text(session->arena, b)));
}

/* A state may only be followed by a later one of its own. */
static bool may_follow(Session *session, const State *there, const State *pushed)
{
    if (!store_exists(session->store) || options_flag(&session->options, "force", false))
        return true;
    if (there->lineage.length && !text_equal(there->lineage, pushed->lineage))
        diag_error(&session->diags, RANGE_NONE, "Failed to write state",
                   "cannot import state with lineage \"" TEXT_FMT
                   "\" over unrelated state with lineage \"" TEXT_FMT "\"",
                   TEXT(pushed->lineage), TEXT(there->lineage));
    else if (there->serial > pushed->serial)
        diag_error(&session->diags, RANGE_NONE, "Failed to write state",
                   "cannot import state with serial %lld over newer state with serial %lld",
                   (long long)pushed->serial, (long long)there->serial);
    else if (there->serial == pushed->serial)
        diag_error(
            &session->diags, RANGE_NONE, "Failed to write state",
            "cannot overwrite existing state with serial %lld with a different state that has "
            "the same serial",
            (long long)there->serial);
    return !diags_have_errors(&session->diags);
}

static int run(Session *session)
{
    State *pushed, *there;

    if (session->options.arguments.count != 1)
        return session_usage(session, "Exactly one argument expected.");
    pushed = read_source(session, session->options.arguments.items[0]);
    if (!pushed || !session_store(session, true, true, "state-push"))
        return session_end(session, 1);
    there = store_state(session->store);
    if (store_exists(session->store) && is_same(session, there, pushed) &&
        text_equal(there->lineage, pushed->lineage))
        return session_end(session, 0);
    if (!may_follow(session, there, pushed))
        return session_end(session, 1);
    pushed->serial++; /* as Terraform: it is the next one */
    store_push(session->store, pushed);
    return session_end(session, 0);
}

const Command command_state_push = {
    .name = "state push",
    .usage = "[options] PATH",
    .summary = "Replace the state with that of a file",
    .about =
        "Writes the state of a file (- for standard input) to where the state lives. Refused for "
        "another lineage and for an older serial.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
};
