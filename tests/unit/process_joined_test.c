/* layer: base
 *
 * Programs whose output and errors are one stream, as provisioners run them.
 */
#include "pipectl/base/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static Arena arena;

typedef struct Seen {
    TextBuilder output;
    ProcessEnd end;
    int ends;
    Process *process;
} Seen;

static void on_output(void *user, Text piece)
{
    text_add(&((Seen *)user)->output, piece);
}

static void on_end(void *user, const ProcessEnd *end)
{
    Seen *seen = user;

    seen->end = *end;
    seen->ends++;
}

static void on_time(void *user)
{
    process_stop(((Seen *)user)->process, SECONDS(1) / 4);
}

static Seen run(const char *script, const char *directory, const char *setting, Nanoseconds stop)
{
    Loop *loop = loop_open(&arena);
    Seen seen = { .output = text_builder(&arena) };
    ProcessSettings settings = { .directory = text_of(directory),
                                 .joined = true,
                                 .on_output = on_output,
                                 .on_end = on_end,
                                 .user = &seen };

    list_add(&arena, &settings.words, TEXT_LIT("/bin/sh"));
    list_add(&arena, &settings.words, TEXT_LIT("-c"));
    list_add(&arena, &settings.words, text_of(script));
    if (setting)
        list_add(&arena, &settings.environment, text_of(setting));
    seen.process = process_run(&arena, loop, &settings);
    if (stop > 0)
        loop_timer(loop, clock_monotonic() + stop, on_time, &seen);
    while (loop_run_once(loop))
        ;
    loop_close(loop);
    assert_int_equal(seen.ends, 1);
    return seen;
}

static void expect(const Seen *seen, const char *output, const char *failure)
{
    Text text =
        seen->output.length > 0 ? (Text){ seen->output.bytes, seen->output.length } : TEXT_NONE;

    if (!text_is(text, output) || !text_is(seen->end.failure, failure))
        fail_msg("\"%.*s\" and \"%.*s\"", TEXT(text), TEXT(seen->end.failure));
}

static void output_and_errors_are_one_stream(void **state)
{
    Seen seen = run("echo a; echo b >&2; echo c; exit 3", NULL, NULL, 0);

    (void)state;
    expect(&seen, "a\nb\nc\n", "it ended with status 3");
    assert_true(WIFEXITED(seen.end.status));
    assert_int_equal(WEXITSTATUS(seen.end.status), 3);
}

static void its_input_is_empty(void **state)
{
    Seen seen = run("cat; echo end", NULL, NULL, 0);

    (void)state;
    expect(&seen, "end\n", "");
}

static void the_environment_is_ours_and_what_is_set(void **state)
{
    Seen seen;

    (void)state;
    setenv("PROCESS_TEST", "old", 1);
    setenv("PROCESS_TEST_LONGER", "kept", 1);
    seen = run("echo $PROCESS_TEST $PROCESS_TEST_LONGER", "/", "PROCESS_TEST=new", 0);
    expect(&seen, "new kept\n", "");
    seen = run("pwd", "/", NULL, 0);
    expect(&seen, "/\n", "");
}

static void a_folder_that_is_not_there(void **state)
{
    Seen seen = run("true", "/no/such", NULL, 0);

    (void)state;
    expect(&seen, "", "it could not be started: there is no folder /no/such");
    assert_int_equal(seen.end.status, -1);
}

/* What it leaves running is waited for as long as it may still print something. */
static void the_last_writer_ends_it(void **state)
{
    Seen seen = run("(sleep 0.2; echo late) & echo early", NULL, NULL, 0);

    (void)state;
    expect(&seen, "early\nlate\n", "");
}

static void it_is_asked_to_end(void **state)
{
    Seen seen = run("trap 'echo stopped; exit 7' TERM; while :; do sleep 0.05; done", NULL, NULL,
                    SECONDS(1) / 10);

    (void)state;
    expect(&seen, "stopped\n", "it ended with status 7");
}

static void it_is_killed_when_it_will_not(void **state)
{
    Seen seen = run("trap '' TERM; while :; do sleep 0.05; done", NULL, NULL, SECONDS(1) / 10);

    (void)state;
    assert_true(WIFSIGNALED(seen.end.status));
    assert_int_equal(WTERMSIG(seen.end.status), SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_errors_are_one_stream),
        cmocka_unit_test(its_input_is_empty),
        cmocka_unit_test(the_environment_is_ours_and_what_is_set),
        cmocka_unit_test(a_folder_that_is_not_there),
        cmocka_unit_test(the_last_writer_ends_it),
        cmocka_unit_test(it_is_asked_to_end),
        cmocka_unit_test(it_is_killed_when_it_will_not),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
