/* layer: base */
#include "pipectl/base/list.h"
#include "pipectl/base/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Loop *loop;
static int log_entries[1000];
static size_t log_count;

static int open_loop(void **state)
{
    (void)state;
    loop = loop_open(&arena);
    log_count = 0;
    return 0;
}

static int close_loop(void **state)
{
    (void)state;
    loop_close(loop);
    clock_set(0);
    return 0;
}

static void note(int entry)
{
    assert_true(log_count < sizeof log_entries / sizeof *log_entries);
    log_entries[log_count++] = entry;
}

static void note_user(void *user)
{
    note((int)(intptr_t)user);
}

static void run(void)
{
    while (loop_run_once(loop))
        ;
}

static void nothing_to_wait_for(void **state)
{
    (void)state;
    assert_false(loop_run_once(loop));
}

static void timers_fire_in_order(void **state)
{
    static const int order[] = { 5, 3, 9, 3, 1, 7, 7, 2, 8, 0 };

    (void)state;
    clock_set(SECONDS(1000));
    for (intptr_t i = 0; i < 10; i++)
        loop_timer(loop, clock_monotonic() + SECONDS(order[i]), note_user, (void *)i);
    run();
    assert_int_equal(log_count, 10);
    for (size_t i = 1; i < log_count; i++) {
        int before = log_entries[i - 1], after = log_entries[i];

        assert_true(order[before] < order[after] || (order[before] == order[after] && before < after));
    }
    assert_true(clock_monotonic() == SECONDS(1009));
}

static void cancelled_timers_do_not_fire(void **state)
{
    LoopTimer *timers[100];

    (void)state;
    clock_set(SECONDS(1));
    for (intptr_t i = 0; i < 100; i++)
        timers[i] = loop_timer(loop, SECONDS(2) + (i * 37) % 100, note_user, (void *)i);
    for (int i = 0; i < 100; i += 3)
        loop_cancel(loop, timers[i]);
    run();
    assert_int_equal(log_count, 66);
    for (size_t i = 0; i < log_count; i++) {
        assert_int_not_equal(log_entries[i] % 3, 0);
        if (i)
            assert_true(log_entries[i - 1] * 37 % 100 < log_entries[i] * 37 % 100);
    }
}

static void start_again(void *user)
{
    note_user(user);
    if (log_count < 3)
        loop_timer(loop, 0, start_again, user);
}

static void a_timer_made_by_a_timer_waits_for_the_next_round(void **state)
{
    (void)state;
    loop_timer(loop, 0, start_again, NULL);
    assert_true(loop_run_once(loop));
    assert_int_equal(log_count, 1);
    run();
    assert_int_equal(log_count, 3);
}

static void waiting_takes_the_time_and_no_rounds(void **state)
{
    Nanoseconds start = clock_monotonic();
    int rounds = 0;

    (void)state;
    loop_timer(loop, start + MILLISECONDS(30), note_user, NULL);
    while (loop_run_once(loop))
        rounds++;
    assert_true(clock_monotonic() - start >= MILLISECONDS(30));
    assert_in_range(rounds, 1, 2);
}

static void memory_does_not_grow_with_rounds(void **state)
{
    Arena before;

    (void)state;
    clock_set(SECONDS(1));
    for (int i = 0; i < 100; i++) {
        loop_timer(loop, clock_monotonic() + 1, note_user, NULL);
        loop_run_once(loop);
    }
    before = *(Arena *)loop; /* the loop's own arena is its first member */
    log_count = 0;
    for (int i = 0; i < 900; i++) {
        loop_timer(loop, clock_monotonic() + 1, note_user, NULL);
        loop_run_once(loop);
    }
    assert_ptr_equal(before.next, ((Arena *)loop)->next);
}

typedef struct Pipe {
    int ends[2];
    int other; /* to be unwatched when this one is ready */
} Pipe;

static void on_readable(void *user, int descriptor, int events)
{
    Pipe *mine = user;
    char byte;

    note(events);
    assert_int_equal(descriptor, mine->ends[0]);
    if (read(descriptor, &byte, 1) <= 0)
        loop_watch(loop, descriptor, 0, NULL, NULL);
    if (mine->other >= 0)
        loop_watch(loop, mine->other, 0, NULL, NULL);
}

static void make_pipe(Pipe *made)
{
    assert_int_equal(pipe(made->ends), 0);
    made->other = -1;
    loop_watch(loop, made->ends[0], LOOP_READ, on_readable, made);
}

static void descriptors(void **state)
{
    Pipe a;

    (void)state;
    make_pipe(&a);
    assert_int_equal(write(a.ends[1], "xy", 2), 2);
    close(a.ends[1]);
    run();
    assert_int_equal(log_count, 3); /* two bytes and the end */
    assert_int_equal(log_entries[2], LOOP_READ);
    close(a.ends[0]);
}

static void unwatching_in_a_callback_holds_at_once(void **state)
{
    Pipe a, b;

    (void)state;
    make_pipe(&a);
    make_pipe(&b);
    a.other = b.ends[0];
    b.other = a.ends[0];
    assert_int_equal(write(a.ends[1], "x", 1), 1);
    assert_int_equal(write(b.ends[1], "x", 1), 1);
    assert_true(loop_run_once(loop));
    assert_int_equal(log_count, 1);
    for (int i = 0; i < 2; i++) {
        close(a.ends[i]);
        close(b.ends[i]);
    }
}

static void on_child(void *user, int status)
{
    note_user(user);
    note(WEXITSTATUS(status));
}

static void children(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            usleep((unsigned)(3 - i) * 20000);
            _exit(40 + i);
        }
        loop_on_child(loop, pid, on_child, (void *)(intptr_t)i);
    }
    run();
    assert_int_equal(log_count, 6);
    for (size_t i = 0; i < 6; i += 2)
        assert_int_equal(log_entries[i + 1], 40 + log_entries[i]);
}

static void a_child_that_ended_before_it_was_watched(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        _exit(3);
    usleep(50000);
    loop_on_child(loop, pid, on_child, NULL);
    run();
    assert_int_equal(log_entries[1], 3);
}

static void on_signal(void *user, int number)
{
    (void)user;
    note(number);
}

static void raise_interrupt(void *user)
{
    (void)user;
    raise(SIGINT);
    assert_int_equal(log_count, 0); /* delivered in the loop, not here */
}

static void signals(void **state)
{
    struct sigaction now;

    (void)state;
    loop_on_signal(loop, SIGINT, on_signal, NULL);
    loop_timer(loop, 0, raise_interrupt, NULL);
    loop_timer(loop, clock_monotonic() + SECONDS(5), note_user, NULL);
    assert_true(loop_run_once(loop));
    assert_true(loop_run_once(loop));
    assert_int_equal(log_count, 1);
    assert_int_equal(log_entries[0], SIGINT);
    loop_on_signal(loop, SIGINT, NULL, NULL);
    sigaction(SIGINT, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_to_wait_for),
        TEST(timers_fire_in_order),
        TEST(cancelled_timers_do_not_fire),
        TEST(a_timer_made_by_a_timer_waits_for_the_next_round),
        TEST(waiting_takes_the_time_and_no_rounds),
        TEST(memory_does_not_grow_with_rounds),
        TEST(descriptors),
        TEST(unwatching_in_a_callback_holds_at_once),
        TEST(children),
        TEST(a_child_that_ended_before_it_was_watched),
        TEST(signals),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failures;
}
