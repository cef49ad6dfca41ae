/* layer: state */
#include "pipectl/state/lock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

#define STATE "terraform.tfstate"
#define INFO  ".terraform.tfstate.lock.info"

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static int enter_folder(void **state)
{
    char *name = text_cstring(&arena, TEXT_LIT("/tmp/pipectl-lock-XXXXXX"));

    *state = mkdtemp(name);
    diags = diags_make(&arena);
    umask(022);
    return *state ? chdir(name) : -1;
}

static int leave_folder(void **state)
{
    Text command = text_format(&arena, "rm -rf '%s'", (char *)*state);

    return chdir("/") || system(command.bytes);
}

static int waits;

static void on_waiting(void *user)
{
    (void)user;
    waits++;
}

static StateLock *acquire(Nanoseconds timeout)
{
    LockSettings settings = { .path = TEXT_LIT(STATE),
                              .operation = TEXT_LIT("OperationTypeApply"),
                              .timeout = timeout,
                              .waits = on_waiting };

    return lock_acquire(&arena, &settings, &diags);
}

/* What Terraform asks for: a POSIX lock, which belongs to the process; so it is asked in a child. */
static bool terraform_could_lock(const char *path)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        int descriptor = open(path, O_RDWR);

        _exit(descriptor < 0 ? 2 : fcntl(descriptor, F_SETLK, &whole) < 0);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 0;
}

static Text content_of(const char *path)
{
    Text content = TEXT_NONE;

    file_read(&arena, text_of(path), &content, RANGE_NONE, &diags);
    return content;
}

static void write_state(const char *content)
{
    assert_true(file_replace(TEXT_LIT(STATE), text_of(content), 0644, &diags));
}

static void it_excludes_others(void **state)
{
    StateLock *lock;

    (void)state;
    write_state("{}");
    lock = acquire(0);
    assert_non_null(lock);
    assert_false(terraform_could_lock(STATE));
    assert_null(acquire(0));
    close(open(STATE, O_RDONLY)); /* would drop a POSIX lock */
    assert_false(terraform_could_lock(STATE));
    lock_release(lock);
    assert_true(terraform_could_lock(STATE));
}

static void the_holder_is_named(void **state)
{
    StateLock *lock = acquire(0);
    LockInfo info;
    Text detail;

    (void)state;
    assert_true(lock_info_parse(&arena, content_of(INFO), &info));
    assert_text(info.operation, "OperationTypeApply");
    assert_text(info.path, STATE);
    assert_null(acquire(0));
    assert_text(diags.list.items[0].summary, "Error acquiring the state lock");
    detail = diags.list.items[0].detail;
    assert_true(text_starts_with(
        detail, text_format(&arena,
                            "Error message: resource temporarily unavailable\nLock Info:\n"
                            "  ID:        " TEXT_FMT "\n  Path:      terraform.tfstate\n"
                            "  Operation: OperationTypeApply\n  Who:       " TEXT_FMT "\n",
                            TEXT(info.id), TEXT(info.who))));
    lock_release(lock);
    assert_int_equal(file_kind(TEXT_LIT(INFO)), FILE_ABSENT);
}

static void times_are_printed_as_terraform_prints_them(void **state)
{
    static const char *const cases[][2] = {
        { "2026-11-24T11:01:52.15028299Z", "2026-11-24 11:01:52.15028299 +0000 UTC" },
        { "2026-11-24T11:01:52.100000000Z", "2026-11-24 11:01:52.1 +0000 UTC" },
        { "2026-11-24T11:01:50.000000000Z", "2026-11-24 11:01:50 +0000 UTC" },
        { "2026-11-24T11:01:50Z", "2026-11-24 11:01:50 +0000 UTC" },
        { "whatever", "whatever" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        LockInfo holder = { .created = text_of(cases[i][0]) };

        diags = diags_make(&arena);
        lock_report_held(&diags, "held", &holder);
        assert_true(text_find(diags.list.items[0].detail,
                              text_format(&arena, "\n  Created:   %s\n", cases[i][1])) != TEXT_NOT_FOUND);
    }
}

static void a_file_that_was_only_created_is_removed_again(void **state)
{
    StateLock *lock = acquire(0);
    struct stat status;

    (void)state;
    assert_true(lock_found_new(lock));
    assert_int_equal(stat(STATE, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    lock_release(lock);
    assert_int_equal(file_kind(TEXT_LIT(STATE)), FILE_ABSENT);
}

static void replacing_leaves_no_moment_without_the_lock(void **state)
{
    StateLock *lock;
    int old;
    char bytes[200] = { 0 };
    struct stat status;
    Text read;

    (void)state;
    write_state("old");
    assert_int_equal(chmod(STATE, 0640), 0);
    old = open(STATE, O_RDONLY); /* a Terraform that waits on it */
    lock = acquire(0);
    assert_int_equal(lock_replace(lock, TEXT_LIT("new"), &diags), FILE_REPLACED);
    assert_false(terraform_could_lock(STATE));
    assert_text(content_of(STATE), "new");
    assert_int_equal(stat(STATE, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_true(pread(old, bytes, sizeof bytes - 1, 0) > 10);
    assert_true(strncmp(bytes, "old\nThis state file was replaced", 30) == 0);
    assert_int_equal(lock_replace(lock, TEXT_LIT("newer"), &diags), FILE_REPLACED);
    assert_false(terraform_could_lock(STATE));
    assert_true(lock_read(lock, &arena, &read, &diags));
    assert_text(read, "newer");
    lock_release(lock);
    assert_true(terraform_could_lock(STATE));
    assert_text(content_of(STATE), "newer");
    close(old);
}

static void a_hard_linked_backup_stays_whole(void **state)
{
    StateLock *lock;

    (void)state;
    write_state("old");
    assert_int_equal(link(STATE, "copy"), 0);
    lock = acquire(0);
    assert_int_equal(lock_replace(lock, TEXT_LIT("new"), &diags), FILE_REPLACED);
    lock_release(lock);
    assert_text(content_of("copy"), "old");
}

static void a_symbolic_link_stays_one(void **state)
{
    StateLock *lock;
    struct stat status;

    (void)state;
    assert_int_equal(mkdir("elsewhere", 0755), 0);
    assert_int_equal(symlink("elsewhere/real", STATE), 0);
    lock = acquire(0);
    assert_int_equal(lock_replace(lock, TEXT_LIT("new"), &diags), FILE_REPLACED);
    assert_false(terraform_could_lock("elsewhere/real"));
    lock_release(lock);
    assert_int_equal(lstat(STATE, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_text(content_of("elsewhere/real"), "new");
}

static void rewriting_in_place_keeps_the_file(void **state)
{
    StateLock *lock;
    struct stat before, after;

    (void)state;
    write_state("a longer content than the next");
    assert_int_equal(stat(STATE, &before), 0);
    lock = acquire(0);
    assert_true(lock_rewrite(lock, TEXT_LIT("new"), &diags));
    assert_false(terraform_could_lock(STATE));
    lock_release(lock);
    assert_int_equal(stat(STATE, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_text(content_of(STATE), "new");
}

/* The child holds the lock for a moment, replaces the file and lets go: the waiter has to notice that the
   file it opened is not the one at the path any more. */
static void a_waiter_gets_the_file_that_is_there(void **state)
{
    int ready[2];
    char byte;
    StateLock *lock;
    Text content;
    pid_t child;

    (void)state;
    write_state("old");
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        lock = acquire(0);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        usleep(300000);
        lock_replace(lock, TEXT_LIT("new"), &diags);
        lock_release(lock);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    waits = 0;
    assert_null(acquire(MILLISECONDS(100))); /* for a moment: nobody is told */
    assert_int_equal(waits, 0);
    lock = acquire(SECONDS(5));
    assert_non_null(lock);
    assert_int_equal(waits, 1);
    assert_true(lock_read(lock, &arena, &content, &diags));
    assert_text(content, "new");
    lock_release(lock);
    waitpid(child, NULL, 0);
}

/* Stands before the system's, so that something can happen between opening and locking. */
static const char *replace_with;

int fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (command == F_OFD_SETLK && replace_with) {
        rename(replace_with, STATE);
        replace_with = NULL;
    }
    return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

static void a_file_replaced_between_opening_and_locking_is_opened_again(void **state)
{
    StateLock *lock;
    Text content;

    (void)state;
    write_state("old");
    assert_true(file_replace(TEXT_LIT("other"), TEXT_LIT("new"), 0600, &diags));
    replace_with = "other";
    lock = acquire(0);
    assert_null(replace_with);
    assert_true(lock_read(lock, &arena, &content, &diags));
    assert_text(content, "new");
    assert_false(terraform_could_lock(STATE));
    lock_release(lock);
}

static void an_interrupt_ends_the_waiting(void **state)
{
    static const bool interrupted = true;
    LockSettings settings = { .path = TEXT_LIT(STATE),
                              .operation = TEXT_LIT("OperationTypePlan"),
                              .timeout = SECONDS(60),
                              .interrupted = &interrupted,
                              .waits = on_waiting };
    StateLock *lock = acquire(0);
    Nanoseconds start = clock_monotonic();

    (void)state;
    assert_null(lock_acquire(&arena, &settings, &diags));
    assert_true(clock_monotonic() - start < SECONDS(5));
    lock_release(lock);
}

static void a_lock_info_that_was_removed_is_written_again(void **state)
{
    StateLock *lock;

    (void)state;
    write_state("old");
    lock = acquire(0);
    assert_int_equal(unlink(INFO), 0);
    assert_int_equal(lock_replace(lock, TEXT_LIT("new"), &diags), FILE_REPLACED);
    assert_int_equal(file_kind(TEXT_LIT(INFO)), FILE_REGULAR);
    assert_int_equal(unlink(INFO), 0);
    lock_release(lock);
    assert_int_equal(diags.error_count, 0);
}

/* Killed before it wrote anything: the empty file that it leaves is no damaged state. */
static void who_is_killed_leaves_a_new_state(void **state)
{
    pid_t child = fork();
    StateLock *lock;

    (void)state;
    if (child == 0)
        _exit(!acquire(0)); /* the end of the process drops the lock */
    waitpid(child, NULL, 0);
    assert_int_equal(file_kind(TEXT_LIT(STATE)), FILE_REGULAR);
    lock = acquire(0);
    assert_true(lock_found_new(lock));
    lock_release(lock);
    write_state("");
    lock = acquire(0);
    assert_false(lock_found_new(lock));
    lock_release(lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_excludes_others),
        TEST(the_holder_is_named),
        TEST(times_are_printed_as_terraform_prints_them),
        TEST(a_file_that_was_only_created_is_removed_again),
        TEST(replacing_leaves_no_moment_without_the_lock),
        TEST(a_hard_linked_backup_stays_whole),
        TEST(a_symbolic_link_stays_one),
        TEST(rewriting_in_place_keeps_the_file),
        TEST(a_waiter_gets_the_file_that_is_there),
        TEST(a_file_replaced_between_opening_and_locking_is_opened_again),
        TEST(an_interrupt_ends_the_waiting),
        TEST(a_lock_info_that_was_removed_is_written_again),
        TEST(who_is_killed_leaves_a_new_state),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failures;
}
