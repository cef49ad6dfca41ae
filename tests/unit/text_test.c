/* layer: base */
#include "pipectl/base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static void searching(void **state)
{
    (void)state;
    assert_int_equal(text_find(TEXT_LIT("abcabc"), TEXT_LIT("bc")), 1);
    assert_int_equal(text_find_last(TEXT_LIT("abcabc"), TEXT_LIT("bc")), 4);
    assert_int_equal(text_find(TEXT_LIT("abc"), TEXT_NONE), 0);
    assert_int_equal(text_find_last(TEXT_LIT("abc"), TEXT_NONE), 3);
    assert_true(text_find(TEXT_NONE, TEXT_LIT("a")) == TEXT_NOT_FOUND);
    assert_true(text_find_last(TEXT_LIT("a"), TEXT_LIT("ab")) == TEXT_NOT_FOUND);
    assert_true(text_starts_with(TEXT_LIT("abc"), TEXT_LIT("ab")));
    assert_false(text_starts_with(TEXT_LIT("a"), TEXT_LIT("ab")));
    assert_true(text_ends_with(TEXT_LIT("abc"), TEXT_LIT("bc")));
    assert_true(text_ends_with(TEXT_NONE, TEXT_NONE));
}

static void comparing(void **state)
{
    (void)state;
    assert_true(text_equal(TEXT_NONE, TEXT_LIT("")));
    assert_true(text_compare(TEXT_LIT("a"), TEXT_LIT("ab")) < 0);
    assert_true(text_compare(TEXT_LIT("\xff"), TEXT_LIT("a")) > 0);
    assert_int_equal(text_compare(TEXT_NONE, TEXT_NONE), 0);
    assert_true(text_equal_nocase(TEXT_LIT("Content-TYPE"), TEXT_LIT("content-type")));
    assert_false(text_equal_nocase(TEXT_LIT("a["), TEXT_LIT("a{")));
}

static void slicing(void **state)
{
    Text head, tail;

    (void)state;
    assert_text(text_slice(TEXT_LIT("abc"), 1, 99), "bc");
    assert_text(text_slice(TEXT_LIT("abc"), 5, 9), "");
    assert_text(text_trim(TEXT_LIT(" \t a b\r\n")), "a b");
    assert_text(text_trim(TEXT_LIT("   ")), "");
    assert_true(text_cut(TEXT_LIT("a=b=c"), TEXT_LIT("="), &head, &tail));
    assert_text(head, "a");
    assert_text(tail, "b=c");
    assert_false(text_cut(TEXT_LIT("abc"), TEXT_LIT("="), &head, &tail));
    assert_text(head, "abc");
    assert_int_equal(tail.length, 0);
}

static void reading_integers(void **state)
{
    int64_t number = 7;

    (void)state;
    assert_true(text_to_int(TEXT_LIT("-9223372036854775808"), &number));
    assert_true(number == INT64_MIN);
    assert_true(text_to_int(TEXT_LIT("+9223372036854775807"), &number));
    assert_true(number == INT64_MAX);
    assert_false(text_to_int(TEXT_LIT("9223372036854775808"), &number));
    assert_false(text_to_int(TEXT_LIT("-9223372036854775809"), &number));
    assert_false(text_to_int(TEXT_LIT(""), &number));
    assert_false(text_to_int(TEXT_LIT("-"), &number));
    assert_false(text_to_int(TEXT_LIT("1 "), &number));
    assert_true(number == INT64_MAX);
}

static void making(void **state)
{
    Text parts[] = { TEXT_LIT("a"), TEXT_NONE, TEXT_LIT("c") };

    (void)state;
    assert_text(text_join(&arena, parts, 3, TEXT_LIT(", ")), "a, , c");
    assert_text(text_join(&arena, NULL, 0, TEXT_LIT(", ")), "");
    assert_text(text_replace(&arena, TEXT_LIT("aXbXX"), TEXT_LIT("X"), TEXT_LIT("--")), "a--b----");
    assert_text(text_lower(&arena, TEXT_LIT("AbZ[")), "abz[");
    assert_text(text_format(&arena, "%d " TEXT_FMT, 5, TEXT(TEXT_NONE)), "5 ");
}

static void building(void **state)
{
    TextBuilder builder = text_builder(&arena);
    Text built = text_built(&builder);

    (void)state;
    assert_int_equal(built.length, 0);
    assert_int_equal(built.bytes[0], '\0');
    for (int i = 0; i < 1000; i++)
        text_add_format(&builder, "%03d", i);
    text_add_char(&builder, '.');
    text_add_repeated(&builder, '-', 3);
    built = text_built(&builder);
    assert_int_equal(built.length, 3004);
    assert_text(text_slice(built, 2994, 3004), "998999.---");
    assert_int_equal(strlen(built.bytes), 3004);
}

static void positions(void **state)
{
    Source source = { .text = TEXT_LIT("one\r\ntw\xC3\xB6 x\nlast") };
    size_t start;
    Position at = source_position(&source, 10);

    (void)state;
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 5);
    assert_text(source_line(&source, 0, &start), "one");
    assert_text(source_line(&source, 7, &start), "tw\xC3\xB6 x");
    assert_int_equal(start, 5);
    assert_text(source_line(&source, 999, &start), "last");
    assert_text(range_text(RANGE_NONE), "");
}

static void equal_diagnostics_are_added_once(void **state)
{
    Diags diags = diags_make(&arena), other = diags_make(&arena);

    (void)state;
    diag_error(&diags, RANGE_NONE, "A", "detail %d", 1);
    diag_error(&diags, RANGE_NONE, "A", "detail %d", 1);
    diag_warning(&diags, RANGE_NONE, "A", "detail %d", 1);
    diag_error(&diags, RANGE_NONE, "A", "detail %d", 2);
    assert_int_equal(diags.list.count, 3);
    assert_int_equal(diags.error_count, 2);
    diags_append(&other, &diags, TEXT_LIT("x.y"));
    assert_text(other.list.items[0].address, "x.y");
    diags_truncate(&diags, 1);
    assert_int_equal(diags.error_count, 1);
    assert_true(diags_have_errors(&diags));
    diags_truncate(&diags, 0);
    assert_false(diags_have_errors(&diags));
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searching),
        cmocka_unit_test(comparing),
        cmocka_unit_test(slicing),
        cmocka_unit_test(reading_integers),
        cmocka_unit_test(making),
        cmocka_unit_test(building),
        cmocka_unit_test(positions),
        cmocka_unit_test(equal_diagnostics_are_added_once),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
