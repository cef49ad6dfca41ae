/*
 * loop.c: poll over the watched descriptors and one pipe of our own, into which signal handlers
 * write; timers are a binary heap.
 *
 * What a callback does (watching, cancelling, adding timers) never disturbs the round that called it:
 * a round works on copies, and asks before each call whether it is still wanted.
 */
#include "pipectl/base/loop.h"

#include "pipectl/base/list.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_IN_HEAP = -1, SIGNAL_COUNT = 32 };

struct LoopTimer {
    Nanoseconds at;
    uint64_t number; /* in order of making: equal times fire in that order */
    long place;      /* in the heap */
    LoopOnTime *on_time;
    void *user;
};

typedef struct Watch {
    int descriptor, events;
    uint64_t number; /* tells it from a later watch of the same descriptor */
    LoopOnReady *on_ready;
    void *user;
} Watch;

typedef struct Child {
    pid_t pid;
    LoopOnChild *on_child;
    void *user;
} Child;

typedef struct SignalWatch {
    LoopOnSignal *on_signal; /* NULL: not ours */
    void *user;
    struct sigaction old;
} SignalWatch;

struct Loop {
    Arena arena; /* of its own: it grows while its caller marks and rewinds */
    LIST(Watch) watches;
    LIST(Watch) round; /* of the round that is running: parallel to polled */
    LIST(struct pollfd) polled;
    LIST(LoopTimer *) heap;
    LIST(LoopTimer *) spare_timers;
    LIST(Child) children;
    SignalWatch signals[SIGNAL_COUNT];
    uint64_t next_number;
    bool look_at_children;
};

/* What the handlers can reach. There is one loop at a time. */
static int wake_pipe[2] = { -1, -1 };
static volatile sig_atomic_t arrived[SIGNAL_COUNT];

/* --- signals -------------------------------------------------------------------------------- */

static void on_arrival(int signal_number)
{
    int error = errno;
    ssize_t written;

    arrived[signal_number] = 1;
    written = write(wake_pipe[1], "", 1); /* a full pipe wakes as well */
    (void)written;
    errno = error;
}

static void install(int signal_number, struct sigaction *old)
{
    struct sigaction action = { .sa_handler = on_arrival, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, old);
}

void loop_on_signal(Loop *loop, int signal_number, LoopOnSignal *on_signal, void *user)
{
    SignalWatch *watch = &loop->signals[signal_number];

    assert(signal_number > 0 && signal_number < SIGNAL_COUNT && signal_number != SIGCHLD);
    if (on_signal && !watch->on_signal)
        install(signal_number, &watch->old);
    if (!on_signal && watch->on_signal)
        sigaction(signal_number, &watch->old, NULL);
    watch->on_signal = on_signal;
    watch->user = user;
}

static void run_signals(Loop *loop)
{
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        SignalWatch *watch = &loop->signals[i];

        if (!arrived[i])
            continue;
        arrived[i] = 0;
        if (i == SIGCHLD)
            loop->look_at_children = true;
        else if (watch->on_signal)
            watch->on_signal(watch->user, i);
    }
}

static void empty_wake_pipe(void)
{
    char bytes[64];

    while (read(wake_pipe[0], bytes, sizeof bytes) > 0)
        ;
}

/* --- children ------------------------------------------------------------------------------- */

void loop_on_child(Loop *loop, int pid, LoopOnChild *on_child, void *user)
{
    list_add(&loop->arena, &loop->children, (Child){ pid, on_child, user });
    loop->look_at_children = true; /* it may have ended before we knew of it */
}

static void run_children(Loop *loop)
{
    if (!loop->look_at_children)
        return;
    loop->look_at_children = false;
    for (size_t i = 0; i < loop->children.count;) {
        Child child = loop->children.items[i];
        int status = 0;
        pid_t ended = waitpid(child.pid, &status, WNOHANG);

        if (ended == 0 || (ended < 0 && errno == EINTR)) {
            i++;
            continue;
        }
        if (ended < 0)
            status = 255 << 8; /* somebody else took its status: it cannot be called a success */
        loop->children.items[i] = loop->children.items[--loop->children.count];
        child.on_child(child.user, status);
    }
}

/* --- timers --------------------------------------------------------------------------------- */

static bool is_before(const LoopTimer *a, const LoopTimer *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void put_at(Loop *loop, size_t place, LoopTimer *timer)
{
    loop->heap.items[place] = timer;
    timer->place = (long)place;
}

static void sift_up(Loop *loop, size_t place)
{
    LoopTimer *timer = loop->heap.items[place];

    while (place > 0 && is_before(timer, loop->heap.items[(place - 1) / 2])) {
        put_at(loop, place, loop->heap.items[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put_at(loop, place, timer);
}

static void sift_down(Loop *loop, size_t place)
{
    LoopTimer *timer = loop->heap.items[place];

    for (;;) {
        size_t child = 2 * place + 1;

        if (child + 1 < loop->heap.count &&
            is_before(loop->heap.items[child + 1], loop->heap.items[child]))
            child++;
        if (child >= loop->heap.count || !is_before(loop->heap.items[child], timer))
            break;
        put_at(loop, place, loop->heap.items[child]);
        place = child;
    }
    put_at(loop, place, timer);
}

static void remove_from_heap(Loop *loop, LoopTimer *timer)
{
    size_t place = (size_t)timer->place;
    LoopTimer *last = loop->heap.items[--loop->heap.count];

    timer->place = NOT_IN_HEAP;
    if (last == timer)
        return;
    put_at(loop, place, last);
    sift_up(loop, place);
    sift_down(loop, (size_t)last->place);
}

LoopTimer *loop_timer(Loop *loop, Nanoseconds at, LoopOnTime *on_time, void *user)
{
    LoopTimer *timer = loop->spare_timers.count
                           ? loop->spare_timers.items[--loop->spare_timers.count]
                           : arena_new(&loop->arena, LoopTimer);

    *timer = (LoopTimer){ .at = at, .number = loop->next_number++, .on_time = on_time, .user = user };
    list_add(&loop->arena, &loop->heap, timer);
    sift_up(loop, loop->heap.count - 1);
    return timer;
}

void loop_cancel(Loop *loop, LoopTimer *timer)
{
    if (!timer || timer->place == NOT_IN_HEAP)
        return;
    remove_from_heap(loop, timer);
    list_add(&loop->arena, &loop->spare_timers, timer);
}

static void run_timers(Loop *loop)
{
    uint64_t made_later = loop->next_number; /* they wait for the next round */
    Nanoseconds now = clock_monotonic();

    while (loop->heap.count) {
        LoopTimer *timer = loop->heap.items[0];

        if (timer->at > now || timer->number >= made_later)
            return;
        remove_from_heap(loop, timer);
        timer->on_time(timer->user);
        list_add(&loop->arena, &loop->spare_timers, timer);
    }
}

/* --- descriptors ---------------------------------------------------------------------------- */

static Watch *find_watch(Loop *loop, int descriptor)
{
    for (size_t i = 0; i < loop->watches.count; i++)
        if (loop->watches.items[i].descriptor == descriptor)
            return &loop->watches.items[i];
    return NULL;
}

void loop_watch(Loop *loop, int descriptor, int events, LoopOnReady *on_ready, void *user)
{
    Watch *watch = find_watch(loop, descriptor);
    Watch wanted = { descriptor, events, loop->next_number++, on_ready, user };

    if (!events && watch)
        *watch = loop->watches.items[--loop->watches.count];
    else if (watch)
        *watch = wanted;
    else if (events)
        list_add(&loop->arena, &loop->watches, wanted);
}

static void add_polled(Loop *loop, Watch watch)
{
    short events = (short)((watch.events & LOOP_READ ? POLLIN : 0) |
                           (watch.events & LOOP_WRITE ? POLLOUT : 0));

    list_add(&loop->arena, &loop->round, watch);
    list_add(&loop->arena, &loop->polled, (struct pollfd){ watch.descriptor, events, 0 });
}

/* What poll found, as far as it was asked for; a hang-up is something to read. */
static int events_of(const struct pollfd *polled, int wanted)
{
    int events = 0;

    if (polled->revents & (POLLIN | POLLHUP))
        events |= LOOP_READ & wanted;
    if (polled->revents & POLLOUT)
        events |= LOOP_WRITE;
    if (polled->revents & (POLLERR | POLLNVAL) || (polled->revents && !events))
        events |= LOOP_ERROR;
    return events;
}

static void run_watches(Loop *loop)
{
    for (size_t i = 1; i < loop->polled.count; i++) {
        Watch watch = loop->round.items[i];
        const Watch *now;

        if (!loop->polled.items[i].revents)
            continue;
        now = find_watch(loop, watch.descriptor);
        if (now && now->number == watch.number)
            watch.on_ready(watch.user, watch.descriptor,
                           events_of(&loop->polled.items[i], watch.events));
    }
}

/* --- the loop ------------------------------------------------------------------------------- */

Loop *loop_open(Arena *arena)
{
    Loop *loop = arena_new(arena, Loop);

    assert(wake_pipe[0] < 0 && "one loop at a time");
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
        perror("pipectl: pipe");
        exit(1);
    }
    install(SIGCHLD, &loop->signals[SIGCHLD].old);
    return loop;
}

void loop_close(Loop *loop)
{
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        if (i == SIGCHLD || loop->signals[i].on_signal)
            sigaction(i, &loop->signals[i].old, NULL);
        arrived[i] = 0;
    }
    for (int i = 0; i < 2; i++) {
        close(wake_pipe[i]);
        wake_pipe[i] = -1;
    }
    arena_free(&loop->arena);
}

/* How long poll may wait; false: for ever. */
static bool time_to_wait(Loop *loop, struct timespec *timeout)
{
    Nanoseconds left = 0;

    if (!loop->look_at_children && !loop->heap.count)
        return false;
    if (!loop->look_at_children)
        left = loop->heap.items[0]->at - clock_monotonic();
    if (clock_is_set() && !loop->watches.count && !loop->children.count)
        left = 0;
    *timeout = (struct timespec){ 0 };
    if (left > 0) {
        timeout->tv_sec = left / SECONDS(1);
        timeout->tv_nsec = left % SECONDS(1);
    }
    return true;
}

/* Under a clock that stands still, time passes when nothing else is left to happen. */
static void advance_fixed_clock(Loop *loop)
{
    if (clock_is_set() && loop->heap.count && !loop->look_at_children &&
        loop->heap.items[0]->at > clock_monotonic())
        clock_set(loop->heap.items[0]->at);
}

bool loop_run_once(Loop *loop)
{
    struct timespec timeout;
    bool bounded;
    int ready;

    if (!loop->watches.count && !loop->heap.count && !loop->children.count)
        return false;
    loop->round.count = loop->polled.count = 0;
    add_polled(loop, (Watch){ .descriptor = wake_pipe[0], .events = LOOP_READ });
    for (size_t i = 0; i < loop->watches.count; i++)
        add_polled(loop, loop->watches.items[i]);
    bounded = time_to_wait(loop, &timeout);
    ready = ppoll(loop->polled.items, loop->polled.count, bounded ? &timeout : NULL, NULL);
    if (ready == 0)
        advance_fixed_clock(loop);
    if (loop->polled.items[0].revents || ready < 0)
        empty_wake_pipe();
    run_signals(loop);
    run_children(loop);
    if (ready > 0)
        run_watches(loop);
    run_timers(loop);
    return true;
}
