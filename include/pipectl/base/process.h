/*
 * process.h: a program that is run, watched by the loop, and what it prints.
 *
 * It is started without a shell and found along PATH. Its standard input and error are ours (it may
 * ask a person for something); its output is collected. It ends by itself, or is killed when it
 * takes longer or prints more than it may.
 *
 * Calling sequence
 *   process_run(arena, loop, &settings)  -> later, from the loop: settings.on_end(user, &end)
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/base/loop.h"

typedef struct Process Process;

typedef struct ProcessEnd {
    Text output;
    Text failure; /* "it ended with status 3", "it took longer than 60 s"; empty: it ended well */
} ProcessEnd;

typedef void ProcessOnEnd(void *user, const ProcessEnd *end);

typedef struct ProcessSettings {
    TextList words;    /* the program and its arguments */
    Nanoseconds limit; /* of its time */
    size_t output_max; /* bytes */
    ProcessOnEnd *on_end;
    void *user;
} ProcessSettings;

/* Lives in [arena] until its end. One that cannot be started ends as well, later and from the loop.
 */
Process *process_run(Arena *arena, Loop *loop, const ProcessSettings *settings);

/* Kills it; on_end is not called. */
void process_cancel(Process *process);

/* A line cut into words as a shell does: quotes and backslashes, nothing else. */
TextList words_split(Arena *arena, Text line);
