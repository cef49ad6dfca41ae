/* layer: base
 *
 * Streams byte for byte. With "-level N" it writes the stream of standard input, and with
 * "-base64gzip" what that function returns: so tests/conformance/deflate/run.py asks it for all
 * inputs of the corpus.
 */
#include "pipectl/base/deflate.h"
#include "pipectl/base/digest.h"

#include "huffman.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

static Text bits_of(Text content, DeflateLevel level)
{
    return hex_encode(&arena, deflate(&arena, content, level));
}

static void short_streams(void **state)
{
    (void)state;
    assert_string_equal(bits_of(TEXT_NONE, DEFLATE_LEVEL_ZIP).bytes, "010000ffff");
    assert_string_equal(bits_of(TEXT_LIT("hi\n"), DEFLATE_LEVEL_ZIP).bytes, "cac8e402040000ffff");
    assert_string_equal(
        bits_of(TEXT_LIT("hello hello hello hello hello"), DEFLATE_LEVEL_GZIP).bytes,
        "ca48cdc9c957c04102020000ffff");
}

static void gzip_ends(void **state)
{
    (void)state;
    assert_string_equal(hex_encode(&arena, gzip(&arena, TEXT_NONE, GZIP_END_CLOSED)).bytes,
                        "1f8b08000000000000ff010000ffff0000000000000000");
    assert_string_equal(hex_encode(&arena, gzip(&arena, TEXT_NONE, GZIP_END_FLUSHED)).bytes,
                        "1f8b08000000000000ff000000ffff010000ffff0000000000000000");
}

/* Bytes without repetitions, always the same ones. */
static Text noise(size_t length)
{
    char *bytes = arena_alloc(&arena, length);
    uint32_t x = 1;

    for (size_t i = 0; i < length; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (char)(x >> 24);
    }
    return (Text){ bytes, length };
}

/* A block of 16384 bytes each: header, length and its complement, bytes. */
static void noise_is_stored(void **state)
{
    Text content = noise(40000), stream = deflate(&arena, content, DEFLATE_LEVEL_GZIP);

    (void)state;
    assert_int_equal(stream.length, 40000 + 3 * 5 + 5);
    assert_memory_equal(stream.bytes, "\x00\x00\x40\xff\xbf", 5);
    assert_memory_equal(stream.bytes + 5, content.bytes, 16384);
    assert_memory_equal(stream.bytes + 5 + 16384, "\x00\x00\x40\xff\xbf", 5);
}

/* Letters without repetitions, but that the end says again what stood almost a window before, and
   before what Terraform would have forgotten if there were one byte more than its buffer holds. */
static Text with_far_repetition(size_t length)
{
    Text content = noise(length);
    char *bytes = arena_alloc(&arena, length);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('@' + (content.bytes[i] & 31));
    memcpy(bytes + length - 100, bytes + length - 100 - 32700, 20);
    return (Text){ bytes, length };
}

/* Digests from Go's own compressor. */
static void buffer_moves_when_more_is_read(void **state)
{
    static const struct {
        size_t length;
        const char *digest;
    } rows[] = {
        { 65536, "51e28fd95129aa8f48d0770ec250d7a29b809cdf3f33a684c198a8575be4601d" },
        { 65537, "8b87f37b49a021a5ed44933a68e86d1d695255fbf55a31b1089df4fd98088b1e" },
        { 98304, "5919be92b20cb7d22d5a5181ddd7885a4eec13083f64e6782febe19272f6dcc3" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Text stream = deflate(&arena, with_far_repetition(rows[i].length), DEFLATE_LEVEL_GZIP);
        Digest digest = digest_of(DIGEST_SHA256, stream);

        assert_string_equal(digest_hex(&arena, &digest).bytes, rows[i].digest);
    }
}

/* Fibonacci numbers as counts want one bit more for each symbol. A limited code is still complete. */
static void codes_are_limited(void **state)
{
    uint32_t counts[20] = { 1, 1 };
    HuffmanCode code;
    double used = 0;

    (void)state;
    for (size_t i = 2; i < 20; i++)
        counts[i] = counts[i - 1] + counts[i - 2];
    huffman_make(&code, counts, 20, 7);
    for (size_t i = 0; i < 20; i++) {
        assert_in_range(code.lengths[i], 1, 7);
        used += 1.0 / (1 << code.lengths[i]);
    }
    assert_true(used == 1.0);
    huffman_make(&code, counts, 8, 15);
    assert_memory_equal(code.lengths, "\7\7\6\5\4\3\2\1", 8);
}

static void one_symbol_has_one_bit(void **state)
{
    const uint32_t counts[3] = { 0, 5, 0 };
    HuffmanCode code;

    (void)state;
    huffman_make(&code, counts, 3, 15);
    assert_memory_equal(code.lengths, "\0\1\0", 3);
}

static Text read_input(void)
{
    TextBuilder builder = text_builder(&arena);
    char piece[1 << 16];
    size_t count;

    while ((count = fread(piece, 1, sizeof piece, stdin)) > 0)
        text_add(&builder, (Text){ piece, count });
    return text_built(&builder);
}

static int answer(const char *what, const char *level)
{
    Text content = read_input(), result;

    if (strcmp(what, "-level") == 0 && level)
        result =
            deflate(&arena, content, atoi(level) == 5 ? DEFLATE_LEVEL_ZIP : DEFLATE_LEVEL_GZIP);
    else
        result = base64_encode(&arena, gzip(&arena, content, GZIP_END_FLUSHED));
    return fwrite(result.bytes, 1, result.length, stdout) == result.length ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_streams),     cmocka_unit_test(gzip_ends),
        cmocka_unit_test(noise_is_stored),   cmocka_unit_test(buffer_moves_when_more_is_read),
        cmocka_unit_test(codes_are_limited), cmocka_unit_test(one_symbol_has_one_bit),
    };
    int status = argc > 1 ? answer(argv[1], argv[2]) : cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return status;
}
