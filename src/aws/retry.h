/*
 * retry.h: which failures are worth another attempt, and how long to wait for it. Pure functions.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
#pragma once

#include "http.h"
#include "pipectl/aws/exchange.h"

typedef enum RetryKind {
    RETRY_NEVER,
    RETRY_TRANSIENT, /* a broken connection, a 5xx: soon */
    RETRY_THROTTLED, /* too many requests: later */
    RETRY_UNSEEN,    /* what a call's own rules say: mostly something that AWS does not see yet */
} RetryKind;

/* Of an answer that came: [error] is the one in it; [attempts] were made so far. Successes are
   RETRY_NEVER. A refusal that cannot be read may be a broken answer, or a proxy's: it gets fewer
   attempts than others. */
RetryKind retry_of_answer(int status, const ErrorAnswer *error, int attempts);

/* Of a failure on the way; [attempts] were made so far. Unknown hosts and closed ports get fewer
   than others. */
RetryKind retry_of_end(HttpEnd end, int attempts);

/* The error says that the request was signed for the wrong time. */
bool error_is_clock(const ErrorAnswer *error);

/* The error says that the keys are no longer valid: others may have been issued. */
bool error_is_expired(const ErrorAnswer *error);

/* How long to wait before the next attempt, [attempts] having been made: exponential, with jitter
   made of [seed]. */
Nanoseconds retry_delay(RetryKind kind, int attempts, uint32_t seed);

/* What the server asks for: Retry-After (seconds or a date), x-amz-retry-after (milliseconds). 0:
   nothing. */
Nanoseconds retry_after(const HeaderList *headers, Nanoseconds now);
