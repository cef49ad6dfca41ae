/*
 * lock.h: the right to write a state file, by Terraform's own protocol.
 *
 * The lock is an open file description lock on the state file itself: it excludes Terraform (which uses a
 * POSIX lock), and closing another descriptor of the file does not drop it. Beside the file stands
 * .NAME.lock.info, text for the message that others show: whoever wrote it, only the lock counts.
 *
 * The file is replaced under the lock: a new file is written and locked before it is renamed, so the file
 * at the path is locked at every moment. Who waited on the old file finds a line in it that is no JSON and
 * fails, instead of writing into a file that no longer has a name.
 *
 * Calling sequence
 *   lock_acquire    creates the state file (empty) when there is none
 *   lock_read, lock_replace or lock_rewrite, as often as needed
 *   lock_release    removes the file again when it was created and nothing was written
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/base/file.h"

/* Who holds a lock: what lock.info files and lock objects of backends carry. */
typedef struct LockInfo {
    Text id;        /* a UUID */
    Text operation; /* "OperationTypeApply" */
    Text info;
    Text who;       /* user@host */
    Text version;
    Text created;   /* RFC 3339 */
    Text path;
} LockInfo;

LockInfo lock_info_make(Arena *arena, Text operation, Text path);
Text lock_info_json(Arena *arena, const LockInfo *info);
bool lock_info_parse(Arena *arena, Text json, LockInfo *ret_info);

/* Reports "Error acquiring the state lock" with the holder's fields, as Terraform prints them. [holder] may
   be NULL: nobody knows. */
void lock_report_held(Diags *diags, const char *why, const LockInfo *holder);

typedef struct StateLock StateLock;

typedef struct LockSettings {
    Text path;
    Text operation;
    Nanoseconds timeout;     /* how long to wait for another holder */
    const bool *interrupted; /* waiting ends when it becomes true; may be NULL */
    void (*waits)(void *user); /* called once, before it waits for longer than a moment; may be NULL */
    void *user;
} LockSettings;

/* Before the first wait, which ends at [end]. */
void lock_say_waiting(const LockSettings *settings, Nanoseconds end);

/* NULL and an error when it is held by another, or cannot be locked. */
StateLock *lock_acquire(Arena *arena, const LockSettings *settings, Diags *diags);

/* The file had no content, and the last one who created it stopped before it wrote anything. */
bool lock_found_new(const StateLock *lock);

/* The same for a state that is not locked: whoever holds its lock has not written anything yet. */
bool lock_says_new(Arena *arena, Text path);

/* The file's content; empty when it was created by us. */
bool lock_read(StateLock *lock, Arena *arena, Text *ret_content, Diags *diags);

FileReplaced lock_replace(StateLock *lock, Text content, Diags *diags);

/* For files that cannot be replaced: overwrites the content, which must be safe elsewhere. */
bool lock_rewrite(StateLock *lock, Text content, Diags *diags);

void lock_release(StateLock *lock);
