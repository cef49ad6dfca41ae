/* patience.c: waiting for a lock that another holds. */
#include "kinds.h"

static void on_time(void *user)
{
    bool *is_over = user;

    *is_over = true;
}

bool wait_in_loop(Loop *loop, Nanoseconds until, const bool *interrupted)
{
    bool is_over = false;
    LoopTimer *timer = loop_timer(loop, until, on_time, &is_over);

    while (!is_over && !(interrupted && *interrupted))
        (void)loop_run_once(loop);
    if (!is_over)
        loop_cancel(loop, timer);
    return is_over;
}

LockAttempt lock_try_until(Loop *loop, const LockSettings *settings,
                           LockAttempt (*try_once)(void *user), void *user)
{
    Nanoseconds end = clock_monotonic() + settings->timeout, delay = SECONDS(1);
    LockAttempt attempt = try_once(user);

    if (attempt == LOCK_HELD && settings->timeout > 0 && settings->waits)
        settings->waits(settings->user);
    while (attempt == LOCK_HELD && clock_monotonic() < end) {
        Nanoseconds next = clock_monotonic() + delay;

        if (!wait_in_loop(loop, next < end ? next : end, settings->interrupted))
            break;
        attempt = try_once(user);
        if (delay < SECONDS(16))
            delay *= 2;
    }
    return attempt;
}
