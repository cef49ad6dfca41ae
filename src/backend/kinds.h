/* kinds.h: one file a kind of backend. */
#pragma once

#include "pipectl/backend/backend.h"
#include "pipectl/state/lock.h"

extern const BackendKind backend_local; /* local.c */
extern const BackendKind backend_s3;    /* s3.c */
extern const BackendKind backend_http;  /* http.c */

/* The argument when it is known and not null, else [otherwise] or an empty text. */
Text config_text(Value config, const char *name);
bool config_flag(Value config, const char *name, bool otherwise);
int64_t config_integer(Value config, const char *name, int64_t otherwise);

/* --- locks of services (patience.c) ------------------------------------------------------------
 */

typedef enum LockAttempt { LOCK_ACQUIRED, LOCK_HELD, LOCK_FAILED } LockAttempt;

/* Tries at once, then, as long as the settings say, after 1 s and after twice as long each time up
 * to 16 s, as Terraform does. */
LockAttempt lock_try_until(Loop *loop, const LockSettings *settings,
                           LockAttempt (*try_once)(void *user), void *user);

/* In the loop, which hears of Ctrl-C. False when [interrupted] (may be NULL) has become true. */
bool wait_in_loop(Loop *loop, Nanoseconds until, const bool *interrupted);
