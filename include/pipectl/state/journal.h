/*
 * journal.h: what happened since the last state snapshot.
 *
 * A file beside the state, only ever appended to. A record is one line of JSON:
 *
 *   {"sum":"0123456789abcdef","action":"create","address":"aws_x.y",...,"number":3,"record":"begin"}
 *
 * The sum is taken over the sum of the line before and what follows it in its own line. A record is valid
 * if and only if its line is complete and its sum matches; reading stops at the first invalid record;
 * everything before it counts. So a file that was cut off anywhere is a shorter journal, never a wrong one.
 *
 * Records ("record" says which; times are RFC 3339)
 *   run       a run opened the journal: run, host, pid, started, operation, time, and the snapshot that it
 *             continues: lineage, serial, state (SHA-256 of the file, empty: there was none); restored: true
 *             where the file was damaged, and what it should be came from the journal or the backup
 *   begin     about to be sent: number, action, address, provider, deposed, planned, prior, known_ids,
 *             dependencies, schema_version, create_before_destroy, time
 *   identity  an answer named the object: number, object
 *   end       number, object (as in a state file; absent: nothing exists). doubt: true when it failed and may
 *             have been made all the same; resolved: true when a later run found out
 *   fact      a change of bookkeeping: kind, address, key, to
 *   snapshot  the state file will now be replaced: serial, state; content: where that cannot be done at once,
 *             the whole text
 *   written   it was
 *
 * Calling sequence
 *   journal_read      what an earlier run left
 *   journal_open      for appending, with the state lock held
 *   journal_add       queues a record; nothing is on disk yet
 *   journal_write     hands the queue to the system: it survives the death of this process
 *   journal_sync      the same, and waits for the disk: it survives the death of the system
 *   journal_close, or journal_remove when the state file says it all
 *
 * Errors      Sticky: after the first write that fails, nothing is written any more, and every call returns
 *             false; journal_sync reports. No call to a provider may be sent then.
 */
#pragma once

#include "pipectl/base/diag.h"
#include "pipectl/value/value.h"

typedef LIST(Value) JournalRecords;

/* How far a journal was valid, and what the next sum continues. */
typedef struct JournalEnd {
    size_t length;
    char sum[16];
} JournalEnd;

/* All records before the first invalid one. */
JournalRecords journal_read(Arena *arena, Text content, JournalEnd *ret_end);

typedef struct Journal Journal;

/* Appends after [end], cutting off what follows it; a zeroed [end] starts anew. NULL on failure. */
Journal *journal_open(Arena *arena, Text path, JournalEnd end, Diags *diags);

/* The same in memory, for who keeps the text elsewhere: it begins with what is valid of [content]. Writing and syncing then
   do nothing; journal_text is all of it, valid until the next record. */
Journal *journal_open_text(Arena *arena, Text content, JournalEnd end);
Text journal_text(Journal *journal);

void journal_add(Journal *journal, Value record);
void journal_add_json(Journal *journal, Text json); /* an object that is not empty */
bool journal_write(Journal *journal);
bool journal_sync(Journal *journal, Diags *diags);

void journal_close(Journal *journal);
void journal_remove(Journal *journal); /* closes it, too */
