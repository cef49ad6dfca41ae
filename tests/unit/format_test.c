/* layer: lang
 *
 * tests/lang/fmt/cases/NAME.tf is formatted as NAME.tf.fmt says, by which it is not changed again;
 * without such a file it is refused. (tests/lang/fmt/fmt_test.py has more, and the command.)
 */
#include "pipectl/base/file.h"
#include "pipectl/lang/format.h"
#include "pipectl/value/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CASES TESTS_DIR "/lang/fmt/cases"

static void check_refused(Arena *arena, const Source *source)
{
    Diags diags = diags_make(arena);
    Text formatted;

    if (format_native(arena, source, &formatted, &diags))
        fail_msg(TEXT_FMT ": not refused", TEXT(source->name));
    assert_true(diags_have_errors(&diags));
}

static void check_formatted(Arena *arena, const Source *source, Text expected)
{
    Diags diags = diags_make(arena);
    Text formatted = TEXT_NONE;

    if (!format_native(arena, source, &formatted, &diags))
        fail_msg(TEXT_FMT ": refused", TEXT(source->name));
    if (!text_equal(formatted, expected))
        fail_msg(TEXT_FMT ": formatted as\n" TEXT_FMT, TEXT(source->name), TEXT(formatted));
}

static void check_case(Arena *arena, Text path)
{
    Diags diags = diags_make(arena);
    Text answer = text_concat(arena, path, TEXT_LIT(".fmt"));
    Source source = { .name = path }, again = { .name = answer };

    assert_true(file_read(arena, path, &source.text, RANGE_NONE, &diags));
    if (file_kind(answer) == FILE_ABSENT) {
        check_refused(arena, &source);
        return;
    }
    assert_true(file_read(arena, answer, &again.text, RANGE_NONE, &diags));
    check_formatted(arena, &source, again.text);
    check_formatted(arena, &again, again.text);
}

static void test_cases(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextList names = { 0 };
    size_t checked = 0;

    (void)state;
    unicode_install();
    assert_true(file_list(&arena, TEXT_LIT(CASES), &names, RANGE_NONE, &diags));
    for (size_t i = 0; i < names.count; i++)
        if (text_ends_with(names.items[i], TEXT_LIT(".tf"))) {
            check_case(&arena, file_join(&arena, TEXT_LIT(CASES), names.items[i]));
            checked++;
        }
    assert_true(checked > 50);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
