/*
 * aside.h: journals that were put aside, and what may be done about them.
 *
 * A journal that a dead run left belongs to one state, by its lineage. Where the state file is of
 * another lineage when the journal is found, the journal is renamed to STATE.journal.RUN: replaying
 * it would mix two states, and removing it would forget what the run created. It is named each time
 * the state is opened, until somebody has it
 *
 *   adopted     what it says exists becomes part of the state that is there now
 *   discarded   removed, with nothing changed anywhere
 *
 * Adopting asks nobody: what it is certain of goes into the state, where the next plan reads it as
 * everything else; a create of which the end is not known becomes a doubt of this state's own
 * journal, and the next plan looks for it.
 *
 * Calling sequence
 *   aside_list     all that lie beside the state
 *   aside_adopt    with a writable store; the file is removed by aside_discard, once the store was
 * closed well
 */
#pragma once

#include "pipectl/state/store.h"

/* One object that the journal says exists, or may exist. */
typedef struct AsideObject {
    Address address;
    Text name;
    Text provider;
    Text deposed; /* key; empty: it was the current one */
    const InstanceObject
        *object; /* what is known of it; NULL: a create of which nothing is known but [doubt] */
    const JournalDoubt *doubt; /* the create that is in doubt; NULL: none is */
} AsideObject;

typedef struct AsideJournal {
    Text path;       /* or what people call it */
    StateHome *home; /* NULL: it is a file */
    Text object;     /* with a home: its name there */
    Text run;        /* the last part of its name */
    Text host, time, operation;
    Text lineage;
    bool is_broken;            /* no record in it is valid */
    LIST(AsideObject) objects; /* by address */
} AsideJournal;

typedef LIST(AsideJournal) AsideJournalList;

/* The paths of those that lie beside the journal [path]; none where the folder cannot be read. */
TextList aside_paths(Arena *arena, Text path);

/* All of a store, read, wherever its journal is kept. False when one cannot be. */
bool aside_list(StateStore *store, AsideJournalList *ret_journals, Diags *diags);

/* What an adoption did. */
typedef struct AsideAdopted {
    TextList adopted; /* names; "NAME (deposed KEY)" where the state has another object there */
    TextList doubted; /* creates that the next plan looks for */
    TextList known;   /* what the state has already */
} AsideAdopted;

/* False when the journal could not be written; the state is then left as it was on disk. */
bool aside_adopt(StateStore *store, const AsideJournal *journal, AsideAdopted *ret_adopted,
                 Diags *diags);

/* Removes it. */
bool aside_discard(const AsideJournal *journal, Diags *diags);

/* The name of a deposed object, for people. */
Text aside_object_text(Arena *arena, Text name, Text deposed);
