/* layer: base */
#include "pipectl/base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static void assert_digest(Digest digest, const char *hex)
{
    assert_text(digest_hex(&arena, &digest), hex);
}

static void digests(void **state)
{
    (void)state;
    assert_digest(digest_of(DIGEST_MD5, TEXT_NONE), "d41d8cd98f00b204e9800998ecf8427e");
    assert_digest(digest_of(DIGEST_SHA1, TEXT_LIT("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_digest(digest_of(DIGEST_SHA256, TEXT_LIT("abc")),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(digest_of(DIGEST_SHA512, TEXT_LIT("abc")),
                  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

/* RFC 4231, cases 1, 2 and 6. */
static void hmacs(void **state)
{
    char key[131];

    (void)state;
    memset(key, 0x0b, 20);
    assert_digest(digest_hmac(DIGEST_SHA256, (Text){ key, 20 }, TEXT_LIT("Hi There")),
                  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_digest(
        digest_hmac(DIGEST_SHA256, TEXT_LIT("Jefe"), TEXT_LIT("what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    assert_digest(digest_hmac(DIGEST_SHA256, (Text){ key, sizeof key },
                              TEXT_LIT("Test Using Larger Than Block-Size Key - Hash Key First")),
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_digest(
        digest_hmac(DIGEST_SHA512, TEXT_LIT("Jefe"), TEXT_LIT("what do ya want for nothing?")),
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

static void base64(void **state)
{
    static const char *const pairs[][2] = {
        { "", "" },           { "f", "Zg==" },         { "fo", "Zm8=" },        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xff\xfe", "//4=" },
    };
    static const char *const wrong[] = { "Zg", "Zg=", "Z===", "====", "Zg=a", "Zm9v=", "Zm-v", "Zm 9" };
    Text bytes = TEXT_LIT("untouched");

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_text(base64_encode(&arena, text_of(pairs[i][0])), pairs[i][1]);
        assert_true(base64_decode(&arena, text_of(pairs[i][1]), &bytes));
        assert_text(bytes, pairs[i][0]);
    }
    assert_true(base64_decode(&arena, TEXT_LIT("Zm9v\r\nYmFy\n"), &bytes));
    assert_text(bytes, "foobar");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(base64_decode(&arena, text_of(wrong[i]), &bytes));
    assert_text(bytes, "foobar");
}

static void checksums(void **state)
{
    (void)state;
    assert_int_equal(crc32_of(TEXT_LIT("123456789")), 0xcbf43926);
    assert_int_equal(crc32_of(TEXT_NONE), 0);
}

static void uuids(void **state)
{
    Text a = random_uuid(&arena), b = random_uuid(&arena);

    (void)state;
    assert_int_equal(a.length, 36);
    assert_false(text_equal(a, b));
    assert_int_equal(a.bytes[14], '4');
    assert_non_null(strchr("89ab", a.bytes[19]));
    for (size_t i = 0; i < 36; i++)
        assert_int_equal(a.bytes[i] == '-', i == 8 || i == 13 || i == 18 || i == 23);
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
        cmocka_unit_test(digests),   cmocka_unit_test(hmacs), cmocka_unit_test(base64),
        cmocka_unit_test(checksums), cmocka_unit_test(uuids),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
