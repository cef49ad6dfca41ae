/*
 * replay.h: what the journal of a run that died means for the state that is there now.
 *
 * A journal continues a certain content of the state file, and says each time when that was to be
 * replaced. Where one of these contents is found again, everything after it is replayed. Where
 * somebody else has written since, what was finished is not believed any more: what was created and
 * is not in the state is in doubt, like what was begun and did not end.
 */
#pragma once

#include "pipectl/state/journal.h"
#include "pipectl/state/store.h"

typedef enum ReplayCase {
    REPLAY_NOTHING,       /* the journal has no records */
    REPLAY_CONTINUES,     /* the state is one that the journal continues */
    REPLAY_OTHERS_WROTE,  /* same lineage, another content */
    REPLAY_OTHER_LINEAGE, /* it belongs to another state */
} ReplayCase;

typedef struct Replay {
    JournalRecords records;
    Value run;       /* the last run's record */
    size_t point;    /* index of the record whose content is the state's */
    size_t finished; /* how many changes were taken into the state */
    bool changed;    /* these, or bookkeeping */
    int64_t last_number;
    JournalDoubtList doubts;
} Replay;

#define NO_POINT SIZE_MAX

/* The last record that names [sum] as the state's content, or NO_POINT. */
size_t replay_find_point(const JournalRecords *records, Text sum);

/* The content that was being written in place when the run died, or empty. [ret_point] is its
 * record. */
Text replay_unfinished_content(const JournalRecords *records, size_t *ret_point);

/* The lineage of the state that the journal belongs to. */
Text replay_lineage(const JournalRecords *records);

/* Applies what follows [replay]->point to the state, and collects what is in doubt. */
void replay_apply(Arena *arena, State *state, Replay *replay);

/* For a state that others wrote: changes nothing, and collects what is in doubt. */
void replay_doubt(Arena *arena, const State *state, Replay *replay);
