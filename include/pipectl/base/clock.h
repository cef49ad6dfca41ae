/*
 * clock.h: the time, as a seam for tests.
 *
 * Times are int64 nanoseconds: wall-clock time since 1970 UTC, or monotonic time for waiting.
 */
#pragma once

#include "pipectl/base/text.h"

typedef int64_t Nanoseconds;

#define MILLISECONDS(n) ((Nanoseconds)(n)*1000000)
#define SECONDS(n)      ((Nanoseconds)(n)*1000000000)

Nanoseconds clock_now(void);       /* wall clock, since 1970 UTC */
Nanoseconds clock_monotonic(void); /* never goes back */

/* Tests set both clocks to a fixed time (monotonic follows); 0 returns to the real ones. A loop that
   has nothing but timers to wait for does not wait then: it sets the clocks to the next timer. */
void clock_set(Nanoseconds now);
bool clock_is_set(void);

/* "2026-01-02T03:04:05Z", in UTC; [digits] of fractional seconds (0 to 9, trailing zeros kept). */
Text clock_rfc3339(Arena *arena, Nanoseconds time, int digits);

/* "20260102T030405Z" as SigV4 wants it. */
Text clock_compact(Arena *arena, Nanoseconds time);

/* Reads RFC 3339 with Z or an offset. */
bool clock_parse_rfc3339(Text text, Nanoseconds *ret_time);

/* Reads an HTTP date ("Tue, 24 Nov 2026 10:41:18 GMT"). */
bool clock_parse_http(Text text, Nanoseconds *ret_time);

/* Reads a Go duration: "90s", "1h30m", "1.5h", "300ms", "0". Negative ones are refused. */
bool clock_parse_duration(Text text, Nanoseconds *ret_duration);
