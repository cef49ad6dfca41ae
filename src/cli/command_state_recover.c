/* state recover: journals that were put aside because they belong to another state. */
#include "command.h"

#include "pipectl/state/aside.h"

static const Option options[] = {
    { "adopt", OPTION_FLAG, NULL, "What the journal says exists becomes part of this state." },
    { "discard", OPTION_FLAG, NULL, "Remove the journal. What it says exists stays as it is." },
    { "auto-approve", OPTION_FLAG, NULL, "Do not ask before a journal is discarded." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_backup, options_lock, options_input,
                                        options_common };

/* --- showing -------------------------------------------------------------------------------- */

static void print_object(Session *session, const AsideObject *object)
{
    Text id = object->object ? value_get_text(object->object->attributes, "id") : TEXT_NONE;

    terminal_print(&session->out, "  " TEXT_FMT,
                   TEXT(aside_object_text(session->arena, object->name, object->deposed)));
    if (id.length > 0)
        terminal_print(&session->out, " [id=" TEXT_FMT "]", TEXT(id));
    terminal_print(&session->out, "%s\n", object->doubt ? ", whose creation may have failed" : "");
}

static void print_journal(Session *session, const AsideJournal *journal)
{
    terminal_print(&session->out, TEXT_FMT "\n", TEXT(journal->run));
    if (journal->is_broken) {
        terminal_print(&session->out, "  Nothing in it can be read: " TEXT_FMT "\n\n",
                       TEXT(journal->path));
        return;
    }
    terminal_print(&session->out,
                   "  Of a run on " TEXT_FMT ", begun " TEXT_FMT
                   ", for a state of lineage\n  " TEXT_FMT ".%s\n\n",
                   TEXT(journal->host), TEXT(journal->time), TEXT(journal->lineage),
                   journal->objects.count > 0 ? " These may exist:"
                                              : " It made nothing that is left.");
    for (size_t i = 0; i < journal->objects.count; i++)
        print_object(session, &journal->objects.items[i]);
    terminal_print(&session->out, "%s", journal->objects.count > 0 ? "\n" : "");
}

static int show(Session *session, const AsideJournalList *journals)
{
    for (size_t i = 0; i < journals->count; i++)
        print_journal(session, &journals->items[i]);
    if (journals->count > 0)
        terminal_print(
            &session->out,
            "`pipectl state recover -adopt RUN` takes what one of them names into this state, "
            "and\n`pipectl state recover -discard RUN` forgets it.\n");
    else
        terminal_print(&session->out, "No journal was put aside here.\n");
    return session_end(session, 0);
}

/* --- doing ---------------------------------------------------------------------------------- */

/* The one that the argument names, by its run or its file; without an argument the only one. */
static const AsideJournal *chosen(Session *session, const AsideJournalList *journals)
{
    TextList *arguments = &session->options.arguments;

    if (arguments->count == 0 && journals->count == 1)
        return &journals->items[0];
    for (size_t i = 0; i < journals->count && arguments->count > 0; i++)
        if (text_equal(journals->items[i].run, arguments->items[0]) ||
            text_equal(file_base_name(journals->items[i].path),
                       file_base_name(arguments->items[0])))
            return &journals->items[i];
    diag_error(&session->diags, RANGE_NONE,
               journals->count == 0 ? "No journal was put aside" : "Which journal?",
               journals->count == 0
                   ? "There is nothing to adopt or to discard here."
                   : "Name the run, or the file, of one of them: `pipectl state recover` "
                     "shows them.");
    return NULL;
}

static void print_all(Session *session, const char *format, const TextList *names)
{
    for (size_t i = 0; i < names->count; i++)
        terminal_print(&session->out, format, TEXT(names->items[i]));
}

/* The journal is removed once the state on disk has all of it. */
static int adopt(Session *session, const AsideJournal *journal)
{
    AsideAdopted adopted;
    StateStore *store = session->store;

    if (journal->is_broken) {
        diag_error(&session->diags, RANGE_NONE, "The journal cannot be read",
                   "\"" TEXT_FMT "\" has no valid record, so nothing can be adopted from it.",
                   TEXT(journal->path));
        return session_end(session, 1);
    }
    if (!aside_adopt(store, journal, &adopted, &session->diags))
        return session_end(session, 1);
    session->store = NULL;
    if (!store_close(store, &session->diags) || !aside_discard(journal, &session->diags))
        return session_end(session, 1);
    print_all(session, "Adopted " TEXT_FMT "\n", &adopted.adopted);
    print_all(session, "Will be looked for by the next plan: " TEXT_FMT "\n", &adopted.doubted);
    print_all(session, "Already in the state: " TEXT_FMT "\n", &adopted.known);
    terminal_print(&session->out,
                   "The next plan reads all of it, and shows what it would do with it.\n");
    return session_end(session, 0);
}

static int discard(Session *session, const AsideJournal *journal)
{
    if (!options_flag(&session->options, "auto-approve", false)) {
        print_journal(session, journal);
        if (!session_confirm(
                session,
                "Do you really want to forget this?\n  What stands there stays as it is, and "
                "nothing here knows of it any more.\n  Only 'yes' will be accepted to confirm.",
                "approval"))
            return session_end(session, 1);
    }
    if (!aside_discard(journal, &session->diags))
        return session_end(session, 1);
    terminal_print(&session->out, "Discarded " TEXT_FMT "\n", TEXT(journal->run));
    return session_end(session, 0);
}

static int run(Session *session)
{
    bool adopts = options_flag(&session->options, "adopt", false);
    bool discards = options_flag(&session->options, "discard", false);
    const AsideJournal *journal;
    AsideJournalList journals;

    if (adopts && discards)
        return session_usage(session, "-adopt and -discard exclude each other.");
    if (!adopts && !discards && session->options.arguments.count > 0)
        return session_usage(session, "A journal is named together with -adopt or -discard.");
    if (!session_store(session, true, true, "state-recover") ||
        !aside_list(session->store, &journals, &session->diags))
        return session_end(session, 1);
    if (!adopts && !discards)
        return show(session, &journals);
    journal = chosen(session, &journals);
    if (!journal)
        return session_end(session, 1);
    return adopts ? adopt(session, journal) : discard(session, journal);
}

const Command command_state_recover = {
    .name = "state recover",
    .usage = "[options] [RUN]",
    .summary = "Deal with journals that were put aside",
    .about =
        "A run that dies leaves a journal, so that what it made is not forgotten. Where the state "
        "is another one by then, the journal is put aside, and each command says so. Without "
        "options this shows what such journals name; -adopt takes it into the state, where the "
        "next plan reads it; -discard forgets it.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = 1,
    .run = run,
    .keeps_every_backup = true,
    .recovers = true,
};
