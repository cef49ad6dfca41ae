/* layer: base
 *
 * Equal diagnostics are added once, however many there are, also after some were taken back.
 */
#include "pipectl/base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Source source = { .name = TEXT_INIT("main.tf") };

static void add(Diags *diags, unsigned number)
{
    Range range = { &source, number / 2, number / 2 + 1 };

    diag_error(diags, range, "Wrong", "This is mistake %u.", number);
}

static void add_all(Diags *diags, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        add(diags, i);
}

static void test_once(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    for (int round = 0; round < 3; round++)
        add_all(&diags, 0, 10);
    assert_int_equal(diags.list.count, 10);
    for (int round = 0; round < 3; round++)
        add_all(&diags, 0, 5000);
    assert_int_equal(diags.list.count, 5000);
    assert_int_equal(diags.error_count, 5000);
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(diags.list.items[i].subject.start, i / 2);
    arena_free(&arena);
}

static void test_taken_back(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    add_all(&diags, 0, 1000);
    diags_truncate(&diags, 100);
    add_all(&diags, 50, 150);
    assert_int_equal(diags.list.count, 150);
    diags_truncate(&diags, 10);
    add_all(&diags, 0, 2000);
    assert_int_equal(diags.list.count, 2000);
    assert_int_equal(diags.error_count, 2000);
    arena_free(&arena);
}

static void test_severities(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    for (int i = 0; i < 100; i++) {
        diag_error(&diags, RANGE_NONE, "Same", "%d", i);
        diag_warning(&diags, RANGE_NONE, "Same", "%d", i);
    }
    assert_int_equal(diags.list.count, 200);
    assert_int_equal(diags.error_count, 100);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_severities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
