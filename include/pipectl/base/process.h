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
    int status;   /* as waitpid gives it; -1: it was not started */
} ProcessEnd;

typedef void ProcessOnEnd(void *user, const ProcessEnd *end);
typedef void ProcessOnOutput(void *user, Text piece);

typedef struct ProcessSettings {
    TextList words;       /* the program and its arguments */
    TextList environment; /* NAME=value: besides ours, and before it */
    Text directory;       /* that it starts in; empty: ours */
    Nanoseconds limit;    /* of its time; 0: none */
    size_t output_max;    /* bytes; 0: any number */
    bool joined; /* its standard error goes where its output goes, and its input is empty; it is not
                    over before what it has started has closed that output, too */
    ProcessOnOutput
        *on_output; /* each piece as it comes, instead of collecting it; NULL: collect */
    ProcessOnEnd *on_end;
    void *user;
} ProcessSettings;

/* Lives in [arena] until its end. One that cannot be started ends as well, later and from the loop.
 */
Process *process_run(Arena *arena, Loop *loop, const ProcessSettings *settings);

/* Kills it; on_end is not called. */
void process_cancel(Process *process);

/* Asks it to end (SIGTERM), and kills it when it has not done so after [patience]. */
void process_stop(Process *process, Nanoseconds patience);

/* A line cut into words as a shell does: quotes and backslashes, nothing else. */
TextList words_split(Arena *arena, Text line);
