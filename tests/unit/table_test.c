/* layer: base */
#include "pipectl/base/table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void an_empty_table_has_nothing(void **state)
{
    Table table = { 0 };

    (void)state;
    assert_null(table_find(&table, TEXT_LIT("a")));
    assert_false(table_has(&table, TEXT_LIT("")));
    assert_false(table_remove(&table, TEXT_LIT("a")));
}

static void many_entries_keep_their_order(void **state)
{
    Arena arena = { 0 };
    Table table = { 0 };
    static int values[5000];

    (void)state;
    for (int i = 0; i < 5000; i++)
        table_put(&arena, &table, text_format(&arena, "key-%d", i), &values[i]);
    for (int i = 0; i < 5000; i++) {
        assert_ptr_equal(table_find(&table, text_format(&arena, "key-%d", i)), &values[i]);
        assert_ptr_equal(table.entries[i].value, &values[i]);
    }
    assert_false(table_has(&table, TEXT_LIT("key-5000")));
    arena_free(&arena);
}

static void putting_again_replaces(void **state)
{
    Arena arena = { 0 };
    Table table = { 0 };
    int a, b;

    (void)state;
    table_put(&arena, &table, TEXT_LIT("k"), &a);
    table_put(&arena, &table, TEXT_LIT("k"), &b);
    assert_int_equal(table.count, 1);
    assert_ptr_equal(table_find(&table, TEXT_LIT("k")), &b);
    table_put(&arena, &table, TEXT_LIT("k"), NULL);
    assert_true(table_has(&table, TEXT_LIT("k")));
    arena_free(&arena);
}

static void removing_keeps_the_rest(void **state)
{
    Arena arena = { 0 };
    Table table = { 0 };
    int values[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        table_put(&arena, &table, text_format(&arena, "%d", i), &values[i]);
    for (int i = 0; i < 100; i += 2)
        assert_true(table_remove(&table, text_format(&arena, "%d", i)));
    assert_int_equal(table.count, 50);
    for (int i = 0; i < 100; i++)
        assert_int_equal(table_has(&table, text_format(&arena, "%d", i)), i % 2);
    for (int i = 0; i < 50; i++)
        assert_ptr_equal(table.entries[i].value, &values[2 * i + 1]);
    table_put(&arena, &table, TEXT_LIT("0"), &values[0]);
    assert_ptr_equal(table_find(&table, TEXT_LIT("0")), &values[0]);
    arena_free(&arena);
}

/* Against a plain array: what should be there is there, and nothing else. */
static void removing_without_order(void **state)
{
    enum { KEYS = 300 };
    Arena arena = { 0 };
    Table table = { 0 };
    Text keys[KEYS];
    int present[KEYS] = { 0 };
    unsigned random = 1;

    (void)state;
    for (int i = 0; i < KEYS; i++)
        keys[i] = text_format(&arena, "%d", i);
    for (int round = 0; round < 20000; round++) {
        int i = (int)((random = random * 1103515245 + 12345) >> 8) % KEYS;

        if (random >> 31)
            table_put(&arena, &table, keys[i], &present[i]);
        else
            assert_int_equal(table_remove_unordered(&table, keys[i]), present[i]);
        present[i] = (int)(random >> 31);
        if (round % 100 == 0)
            for (int j = 0; j < KEYS; j++)
                assert_ptr_equal(table_find(&table, keys[j]), present[j] ? &present[j] : NULL);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_nothing),
        cmocka_unit_test(many_entries_keep_their_order),
        cmocka_unit_test(putting_again_replaces),
        cmocka_unit_test(removing_keeps_the_rest),
        cmocka_unit_test(removing_without_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
