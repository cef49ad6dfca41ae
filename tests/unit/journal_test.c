/* layer: state */
#include "pipectl/state/journal.h"

#include "pipectl/base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

#define PATH TEXT_LIT("terraform.tfstate.journal")

static int enter_folder(void **state)
{
    char *name = text_cstring(&arena, TEXT_LIT("/tmp/pipectl-journal-XXXXXX"));

    *state = mkdtemp(name);
    diags = diags_make(&arena);
    return *state ? chdir(name) : -1;
}

static int leave_folder(void **state)
{
    Text command = text_format(&arena, "rm -rf '%s'", (char *)*state);

    return chdir("/") || system(command.bytes);
}

static Value record_of(int64_t number)
{
    ValueBuilder builder = value_builder(&arena);

    value_builder_put(&builder, TEXT_LIT("number"), value_integer(number));
    value_builder_put(&builder, TEXT_LIT("text"), value_string(&arena, TEXT_LIT("a\nb\"<\xC3\xBC")));
    return value_built_object(&builder);
}

static int64_t number_of_record(Value record)
{
    return value_to_integer(value_get(record, "number"));
}

static Text content(void)
{
    Text content = TEXT_NONE;

    file_read(&arena, PATH, &content, RANGE_NONE, &diags);
    return content;
}

static void write_records(JournalEnd end, int64_t from, int64_t to)
{
    Journal *journal = journal_open(&arena, PATH, end, &diags);

    assert_non_null(journal);
    for (int64_t i = from; i < to; i++)
        journal_add(journal, record_of(i));
    assert_true(journal_sync(journal, &diags));
    journal_close(journal);
}

static void assert_records(Text text, size_t count, JournalEnd *ret_end)
{
    JournalRecords records = journal_read(&arena, text, ret_end);

    assert_int_equal(records.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(number_of_record(records.items[i]), i);
}

static void what_is_added_is_read(void **state)
{
    JournalEnd end;

    (void)state;
    write_records((JournalEnd){ 0 }, 0, 5);
    assert_records(content(), 5, &end);
    write_records(end, 5, 8);
    assert_records(content(), 8, &end);
    assert_int_equal(end.length, content().length);
}

static void nothing_is_on_disk_before_it_is_written(void **state)
{
    Journal *journal = journal_open(&arena, PATH, (JournalEnd){ 0 }, &diags);
    JournalEnd end;

    (void)state;
    journal_add(journal, record_of(0));
    assert_int_equal(content().length, 0);
    assert_true(journal_write(journal));
    assert_records(content(), 1, &end);
    journal_add(journal, record_of(1));
    journal_remove(journal);
    assert_int_equal(file_kind(PATH), FILE_ABSENT);
}

/* Cut off after any byte: the records whose lines are complete, and nothing else. */
static void every_beginning_is_a_shorter_journal(void **state)
{
    Text whole;

    (void)state;
    write_records((JournalEnd){ 0 }, 0, 6);
    whole = content();
    for (size_t length = 0; length <= whole.length; length++) {
        Text cut = text_slice(whole, 0, length);
        size_t lines = 0;
        JournalEnd end;

        for (size_t i = 0; i < length; i++)
            lines += cut.bytes[i] == '\n';
        assert_records(cut, lines, &end);
        assert_true(end.length <= length);
        if (length % 50 == 0) { /* and it can be continued from there */
            assert_true(file_replace(PATH, cut, 0600, &diags));
            write_records(end, (int64_t)lines, (int64_t)lines + 2);
            assert_records(content(), lines + 2, &end);
        }
    }
}

/* A changed byte anywhere ends the journal before its line. */
static void no_byte_can_change_unseen(void **state)
{
    char *bytes;
    Text whole;

    (void)state;
    write_records((JournalEnd){ 0 }, 0, 4);
    whole = content();
    bytes = text_cstring(&arena, whole);
    for (size_t i = 0, line = 0; i < whole.length; i++) {
        JournalEnd end;

        bytes[i] ^= 1;
        assert_records((Text){ bytes, whole.length }, line, &end);
        bytes[i] ^= 1;
        line += bytes[i] == '\n';
    }
}

/* A line is only valid in its place. */
static void lines_cannot_be_left_out_or_swapped(void **state)
{
    Text whole, first, second, rest;
    JournalEnd end;

    (void)state;
    write_records((JournalEnd){ 0 }, 0, 3);
    whole = content();
    text_cut(whole, TEXT_LIT("\n"), &first, &rest);
    text_cut(rest, TEXT_LIT("\n"), &second, &rest);
    assert_records(text_slice(whole, first.length + 1, whole.length), 0, &end);
    assert_records(text_format(&arena, TEXT_FMT "\n" TEXT_FMT, TEXT(first), TEXT(rest)), 1, &end);
}

static void a_full_disk_is_not_forgotten(void **state)
{
    Journal *journal = journal_open(&arena, PATH, (JournalEnd){ 0 }, &diags);
    struct rlimit before, none;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
    journal_add(journal, record_of(0));
    assert_false(journal_sync(journal, &diags));
    setrlimit(RLIMIT_FSIZE, &before); /* there is room again, but a record is missing */
    journal_add(journal, record_of(1));
    assert_false(journal_sync(journal, &diags));
    assert_false(journal_write(journal));
    assert_int_equal(content().length, 0);
    assert_int_equal(diags.error_count, 1);
    journal_close(journal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_added_is_read),
        TEST(nothing_is_on_disk_before_it_is_written),
        TEST(every_beginning_is_a_shorter_journal),
        TEST(no_byte_can_change_unseen),
        TEST(lines_cannot_be_left_out_or_swapped),
        TEST(a_full_disk_is_not_forgotten),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failures;
}
