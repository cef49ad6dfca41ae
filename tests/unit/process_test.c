/* layer: base
 *
 * Programs that are run, and the words of command lines.
 */
#include "pipectl/base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

typedef struct Seen {
    int ends;
    ProcessEnd end;
} Seen;

static void on_end(void *user, const ProcessEnd *end)
{
    Seen *seen = user;

    seen->ends++;
    seen->end = *end;
}

static Seen run_until_idle(const char *line, Nanoseconds limit, size_t output_max)
{
    Loop *loop = loop_open(&arena);
    Seen seen = { 0 };
    ProcessSettings settings = { .words = words_split(&arena, text_of(line)),
                                 .limit = limit,
                                 .output_max = output_max,
                                 .on_end = on_end,
                                 .user = &seen };

    process_run(&arena, loop, &settings);
    assert_int_equal(seen.ends, 0);
    while (loop_run_once(loop))
        ;
    loop_close(loop);
    assert_int_equal(seen.ends, 1);
    return seen;
}

static void check(const char *line, const char *output, const char *failure)
{
    Seen seen = run_until_idle(line, SECONDS(20), 100000);

    if (!text_is(seen.end.output, output) || !text_is(seen.end.failure, failure))
        fail_msg("%s: \"%.*s\" and \"%.*s\"", line, TEXT(seen.end.output), TEXT(seen.end.failure));
}

static void what_it_prints(void **state)
{
    (void)state;
    check("printf 'a b'", "a b", "");
    check("echo '$HOME;' \"*\"", "$HOME; *\n", ""); /* no shell */
    check("sh -c 'exit 3'", "", "it ended with status 3");
    check("sh -c 'echo half; kill -9 $$'", "half\n", "it was ended by signal 9");
    check("/no/such/program", "", "it could not be started: No such file or directory");
    check("", "", "it could not be started: No such file or directory");
}

static void much_output_is_read_while_it_runs(void **state)
{
    Seen seen = run_until_idle("head -c 90000 /dev/zero", SECONDS(20), 100000);

    (void)state;
    assert_int_equal(seen.end.output.length, 90000);
    assert_int_equal(seen.end.failure.length, 0);
}

static void too_much_ends_it(void **state)
{
    Seen seen = run_until_idle("cat /dev/zero", SECONDS(20), 5000);

    (void)state;
    assert_true(text_is(seen.end.failure, "it printed more than 5000 bytes"));
}

static void it_has_so_much_time(void **state)
{
    Nanoseconds begin = clock_monotonic();
    Seen seen = run_until_idle("sleep 30", SECONDS(1), 100);

    (void)state;
    assert_true(text_is(seen.end.failure, "it took longer than 1 s"));
    assert_true(clock_monotonic() - begin < SECONDS(10));
}

static void what_it_leaves_running_holds_nobody_up(void **state)
{
    Nanoseconds begin = clock_monotonic();
    Seen seen = run_until_idle("sh -c 'echo done; sleep 30 & exit 0'", SECONDS(20), 100);

    (void)state;
    assert_true(text_is(seen.end.output, "done\n"));
    assert_true(clock_monotonic() - begin < SECONDS(10));
}

static void one_that_is_cancelled_says_nothing(void **state)
{
    Loop *loop = loop_open(&arena);
    Seen seen = { 0 };
    ProcessSettings settings = { .words = words_split(&arena, TEXT_LIT("sleep 30")),
                                 .limit = SECONDS(20),
                                 .output_max = 10,
                                 .on_end = on_end,
                                 .user = &seen };

    (void)state;
    process_cancel(process_run(&arena, loop, &settings));
    while (loop_run_once(loop))
        ;
    loop_close(loop);
    assert_int_equal(seen.ends, 0);
}

static void words_are_a_shells(void **state)
{
    TextList words = words_split(&arena, TEXT_LIT(" a 'b c' \"d \\\" e\" f\\ g ''h\t"));

    (void)state;
    assert_int_equal(words.count, 5);
    assert_true(text_is(words.items[1], "b c"));
    assert_true(text_is(words.items[2], "d \" e"));
    assert_true(text_is(words.items[3], "f g"));
    assert_true(text_is(words.items[4], "h"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_prints),
        cmocka_unit_test(much_output_is_read_while_it_runs),
        cmocka_unit_test(too_much_ends_it),
        cmocka_unit_test(it_has_so_much_time),
        cmocka_unit_test(what_it_leaves_running_holds_nobody_up),
        cmocka_unit_test(one_that_is_cancelled_says_nothing),
        cmocka_unit_test(words_are_a_shells),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
