/* layer: base */
#include "pipectl/base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

/* Each test runs in an empty folder. */
static int enter_folder(void **state)
{
    char *name = text_cstring(&arena, TEXT_LIT("/tmp/pipectl-file-XXXXXX"));

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

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void assert_content(const char *path, const char *expected)
{
    Text content;

    assert_true(file_read(&arena, text_of(path), &content, RANGE_NONE, &diags));
    assert_text(content, expected);
}

static void replacing_keeps_the_mode(void **state)
{
    (void)state;
    assert_true(file_replace(TEXT_LIT("new"), TEXT_LIT("one"), 0600, &diags));
    assert_int_equal(mode_of("new"), 0600);
    chmod("new", 0664);
    assert_true(file_replace(TEXT_LIT("new"), TEXT_LIT("two"), 0600, &diags));
    assert_int_equal(mode_of("new"), 0664);
    assert_content("new", "two");
    assert_true(file_replace(TEXT_LIT("masked"), TEXT_LIT(""), 0666, &diags));
    assert_int_equal(mode_of("masked"), 0644);
}

static void replacing_leaves_nothing_beside(void **state)
{
    TextList names;

    (void)state;
    assert_true(file_replace(TEXT_LIT("b"), TEXT_LIT("1"), 0600, &diags));
    assert_true(file_replace(TEXT_LIT("a"), TEXT_LIT("1"), 0600, &diags));
    assert_false(file_replace(TEXT_LIT("no/such/folder"), TEXT_LIT("1"), 0600, &diags));
    assert_int_equal(diags.error_count, 1);
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 2);
    assert_text(names.items[0], "a");
    assert_text(names.items[1], "b");
}

static void replacing_follows_symbolic_links(void **state)
{
    struct stat status;

    (void)state;
    assert_true(file_make_directory(TEXT_LIT("deep/er"), &diags));
    assert_int_equal(symlink("deep/er/target", "link"), 0);
    assert_true(file_replace(TEXT_LIT("link"), TEXT_LIT("one"), 0600, &diags));
    assert_true(file_replace(TEXT_LIT("link"), TEXT_LIT("two"), 0600, &diags));
    assert_content("deep/er/target", "two");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void hard_links_keep_the_old_content(void **state)
{
    (void)state;
    assert_true(file_replace(TEXT_LIT("a"), TEXT_LIT("old"), 0600, &diags));
    assert_int_equal(link("a", "backup"), 0);
    assert_true(file_replace(TEXT_LIT("a"), TEXT_LIT("new"), 0600, &diags));
    assert_content("backup", "old");
}

static void a_signal_removes_temporary_files(void **state)
{
    FileReplacement replacement;
    TextList names;
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        file_replacement_begin(&arena, TEXT_LIT("a"), TEXT_LIT("1"), 0600, &replacement, &diags);
        raise(SIGTERM);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 0);
}

static void reading_what_is_not_there(void **state)
{
    bool exists = true;
    Text content;

    (void)state;
    assert_true(file_read_optional(&arena, TEXT_LIT("no"), &exists, &content, &diags));
    assert_false(exists);
    assert_int_equal(diags.error_count, 0);
    assert_false(file_read(&arena, TEXT_LIT("no"), &content, RANGE_NONE, &diags));
    assert_text(diags.list.items[0].detail, "no: No such file or directory.");
    assert_false(file_read_optional(&arena, TEXT_LIT("."), &exists, &content, &diags));
    assert_int_equal(file_kind(TEXT_LIT("no")), FILE_ABSENT);
    assert_int_equal(file_kind(TEXT_LIT("a\0b")), FILE_ABSENT);
    assert_int_equal(file_kind(TEXT_LIT(".")), FILE_DIRECTORY);
    assert_int_equal(file_kind(TEXT_LIT("/dev/null")), FILE_OTHER);
}

static void pipes_are_read_to_their_end(void **state)
{
    int ends[2];
    Text content;
    static char many[50000];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], many, sizeof many), sizeof many);
    close(ends[1]);
    assert_true(file_read(&arena, text_format(&arena, "/dev/fd/%d", ends[0]), &content, RANGE_NONE,
                          &diags));
    assert_int_equal(content.length, sizeof many);
    close(ends[0]);
}

static void devices_stay_devices(void **state)
{
    (void)state;
    assert_true(file_replace(TEXT_LIT("/dev/null"), TEXT_LIT("x"), 0600, &diags));
    assert_int_equal(file_kind(TEXT_LIT("/dev/null")), FILE_OTHER);
}

static void paths(void **state)
{
    static const char *const cases[][4] = { /* path, cleaned, directory, base name */
        { "", ".", ".", "." },
        { "a", "a", ".", "a" },
        { "a/b/", "a/b", "a/b", "b" },
        { "/", "/", "/", "/" },
        { "/a", "/a", "/", "a" },
        { "a/./b/../c", "a/c", "a", "c" },
        { "../../a", "../../a", "../..", "a" },
        { "a/../..", "..", ".", ".." },
        { "/../a", "/a", "/", "a" },
        { "a//b", "a/b", "a", "b" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Text path = text_of(cases[i][0]);

        assert_text(file_clean(&arena, path), cases[i][1]);
        assert_text(file_directory(&arena, path), cases[i][2]);
        assert_text(file_base_name(path), cases[i][3]);
    }
    assert_text(file_join(&arena, TEXT_LIT("a"), TEXT_LIT("b")), "a/b");
    assert_text(file_join(&arena, TEXT_LIT("a/"), TEXT_LIT("b")), "a/b");
    assert_text(file_join(&arena, TEXT_LIT("a"), TEXT_LIT("/b")), "/b");
    assert_text(file_join(&arena, TEXT_LIT("."), TEXT_LIT("b")), "b");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(replacing_keeps_the_mode),
        TEST(replacing_leaves_nothing_beside),
        TEST(replacing_follows_symbolic_links),
        TEST(hard_links_keep_the_old_content),
        TEST(a_signal_removes_temporary_files),
        TEST(reading_what_is_not_there),
        TEST(pipes_are_read_to_their_end),
        TEST(devices_stay_devices),
        TEST(paths),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failures;
}
