/*
 * loop.h: the one place where the program waits.
 *
 * Descriptors, timers, children and signals, in one poll. Callbacks run from loop_run_once only,
 * never from within loop_watch or loop_timer, so no caller is re-entered.
 *
 * Calling sequence
 *   Loop *loop = loop_open(arena);
 *   loop_watch / loop_timer / loop_on_signal ...
 *   while (not done) loop_run_once(loop);
 *   loop_close(loop);
 */
#pragma once

#include "pipectl/base/arena.h"
#include "pipectl/base/clock.h"
#include <stdbool.h>

typedef struct Loop Loop;
typedef struct LoopTimer LoopTimer;

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_ERROR = 4 };

typedef void LoopOnReady(void *user, int descriptor, int events);
typedef void LoopOnTime(void *user);
typedef void LoopOnSignal(void *user, int signal_number);
typedef void LoopOnChild(void *user, int status); /* status as waitpid gives it */

Loop *loop_open(Arena *arena);
void loop_close(Loop *loop);

/* Watches [descriptor] for [events]; 0 ends it. One watch a descriptor. */
void loop_watch(Loop *loop, int descriptor, int events, LoopOnReady *on_ready, void *user);

/* Calls once, when clock_monotonic() reaches [at]. Cancelling NULL or a timer that has fired is harmless
   as long as the caller forgets it in the callback. */
LoopTimer *loop_timer(Loop *loop, Nanoseconds at, LoopOnTime *on_time, void *user);
void loop_cancel(Loop *loop, LoopTimer *timer);

/* SIGINT, SIGTERM or SIGHUP, delivered in the loop. One handler for each; NULL restores the default. */
void loop_on_signal(Loop *loop, int signal_number, LoopOnSignal *on_signal, void *user);

/* Calls once when the child [pid] has ended. */
void loop_on_child(Loop *loop, int pid, LoopOnChild *on_child, void *user);

/* Waits for the next event (at most until the next timer) and runs its callbacks.
   False when there is nothing to wait for. */
bool loop_run_once(Loop *loop);
