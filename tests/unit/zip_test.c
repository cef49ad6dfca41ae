/* layer: plan */
/* zip_test.c: archives of stored members, and damage to them. */
#include "zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static Text archive_of_two(Arena *arena)
{
    ZipMemberList members = { 0 };

    list_add(arena, &members, (ZipMember){ TEXT_LIT("a"), TEXT_LIT("123456789") });
    list_add(arena, &members, (ZipMember){ TEXT_LIT("folder/b"), TEXT_NONE });
    return zip_write(arena, &members);
}

static void round_trip(void **state)
{
    Arena arena = { 0 };
    ZipMemberList members = { 0 };
    const char *why;

    (void)state;
    assert_true(zip_read(&arena, archive_of_two(&arena), &members, &why));
    assert_int_equal(members.count, 2);
    assert_true(text_is(*zip_find(&members, "a"), "123456789"));
    assert_int_equal(zip_find(&members, "folder/b")->length, 0);
    assert_null(zip_find(&members, "b"));
    arena_free(&arena);
}

/* CRC-32 of "123456789", the check value of its specification. */
static void checksum_is_zips(void **state)
{
    Arena arena = { 0 };
    Text archive = archive_of_two(&arena);

    (void)state;
    assert_memory_equal(archive.bytes + 14, "\x26\x39\xf4\xcb", 4);
    arena_free(&arena);
}

/* Every byte matters, but those that say nothing: versions, flags, dates, attributes. */
static void damage_is_found(void **state)
{
    static const size_t quiet[] = {4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                   15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25};
    Arena arena = { 0 };
    Text archive = archive_of_two(&arena);
    size_t content = 30 + 1;

    (void)state;
    for (size_t i = content; i < content + 9; i++) {
        ZipMemberList members = { 0 };
        const char *why = NULL;
        char *bytes = arena_alloc(&arena, archive.length);

        memcpy(bytes, archive.bytes, archive.length);
        bytes[i] ^= 1;
        assert_false(zip_read(&arena, (Text){ bytes, archive.length }, &members, &why));
        assert_non_null(why);
    }
    for (size_t length = 0; length < archive.length; length++) {
        ZipMemberList members = { 0 };
        const char *why = NULL;

        assert_false(zip_read(&arena, text_slice(archive, 0, length), &members, &why));
    }
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) {
        ZipMemberList members = { 0 };
        const char *why = NULL;
        char *bytes = arena_alloc(&arena, archive.length);

        memcpy(bytes, archive.bytes, archive.length);
        bytes[quiet[i]] ^= 1; /* of the local header: the directory is what counts */
        assert_true(zip_read(&arena, (Text){ bytes, archive.length }, &members, &why));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(checksum_is_zips),
        cmocka_unit_test(damage_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
