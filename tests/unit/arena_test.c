/* layer: base */
#include "pipectl/base/arena.h"
#include "pipectl/base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    Arena arena = { 0 };
    (void)state;

    for (size_t size = 0; size < 3000; size = size * 2 + 1) {
        char *bytes = arena_alloc(&arena, size);

        assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, size);
    }
    arena_free(&arena);
}

static void rewound_memory_is_zeroed_again(void **state)
{
    Arena arena = { 0 };
    (void)state;

    arena_alloc(&arena, 8);
    for (int round = 0; round < 3; round++) {
        ArenaMark mark = arena_mark(&arena);
        char *bytes = arena_alloc(&arena, 100000);

        for (size_t i = 0; i < 100000; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 1, 100000);
        bytes = arena_alloc(&arena, 100);
        assert_int_equal(bytes[99], 0);
        memset(bytes, 1, 100);
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
}

static void a_mark_of_an_empty_arena_rewinds_all(void **state)
{
    Arena arena = { 0 };
    ArenaMark mark = arena_mark(&arena);
    (void)state;

    arena_alloc(&arena, 10000);
    arena_alloc(&arena, 10000);
    arena_rewind(&arena, mark);
    assert_null(arena.block);
    arena_alloc(&arena, 10);
    arena_free(&arena);
    assert_null(arena.block);
}

static void the_last_allocation_grows_in_place(void **state)
{
    Arena arena = { 0 };
    char *a = arena_alloc(&arena, 10), *b;
    (void)state;

    memcpy(a, "0123456789", 10);
    b = arena_grow(&arena, a, 10, 100);
    assert_ptr_equal(a, b);
    assert_memory_equal(b, "0123456789\0\0", 12);
    arena_alloc(&arena, 1);
    b = arena_grow(&arena, a, 100, 200);
    assert_ptr_not_equal(a, b);
    assert_memory_equal(b, "0123456789\0\0", 12);
    assert_int_equal(b[199], 0);
    arena_free(&arena);
}

static void grown_memory_is_zeroed_where_it_was_used_before(void **state)
{
    Arena arena = { 0 };
    char *a = arena_alloc(&arena, 16);
    ArenaMark mark = arena_mark(&arena);
    (void)state;

    memset(arena_alloc(&arena, 64), 1, 64);
    arena_rewind(&arena, mark);
    a = arena_grow(&arena, a, 16, 64);
    assert_int_equal(a[40], 0);
    arena_free(&arena);
}

static void lists_keep_their_items_when_they_grow(void **state)
{
    Arena arena = { 0 };
    LIST(int) list = { 0 };
    (void)state;

    for (int i = 0; i < 1000; i++) {
        list_add(&arena, &list, i);
        if (i % 7 == 0)
            arena_alloc(&arena, 3);
    }
    assert_int_equal(list.count, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list.items[i], i);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(rewound_memory_is_zeroed_again),
        cmocka_unit_test(a_mark_of_an_empty_arena_rewinds_all),
        cmocka_unit_test(the_last_allocation_grows_in_place),
        cmocka_unit_test(grown_memory_is_zeroed_where_it_was_used_before),
        cmocka_unit_test(lists_keep_their_items_when_they_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
