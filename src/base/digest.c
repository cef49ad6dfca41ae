/* digest.c: the only user of OpenSSL. */
#include "pipectl/base/digest.h"
#include "pipectl/base/crypt.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void give_up(const char *what)
{
    fprintf(stderr, "pipectl: %s\n", what);
    exit(1);
}

/* --- digests -------------------------------------------------------------------------------- */

/* Fetching costs many times what a short digest does, so each kind is fetched once. */
static const EVP_MD *fetched(DigestKind kind)
{
    static const char *const names[] = { "MD5", "SHA1", "SHA256", "SHA512" };
    static EVP_MD *digests[sizeof names / sizeof *names];

    assert(kind < sizeof names / sizeof *names);
    if (!digests[kind])
        digests[kind] = EVP_MD_fetch(NULL, names[kind], NULL);
    if (!digests[kind])
        give_up("the cryptographic library offers no MD5 or SHA digests");
    return digests[kind];
}

/* Of [a] followed by [b]. */
static Digest digest_of_two(DigestKind kind, Text a, Text b)
{
    static EVP_MD_CTX *state;
    Digest digest = { .length = 0 };
    unsigned length;

    if (!state)
        state = EVP_MD_CTX_new();
    if (!state || !EVP_DigestInit_ex2(state, fetched(kind), NULL) ||
        !EVP_DigestUpdate(state, a.bytes, a.length) || !EVP_DigestUpdate(state, b.bytes, b.length) ||
        !EVP_DigestFinal_ex(state, digest.bytes, &length))
        give_up("the cryptographic library could not compute a digest");
    digest.length = length;
    return digest;
}

Digest digest_of(DigestKind kind, Text content)
{
    return digest_of_two(kind, content, TEXT_NONE);
}

bool digest_of_file(DigestKind kind, Text path, Digest *ret_digest)
{
    Arena arena = { 0 };
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    FILE *file = fopen(text_cstring(&arena, path), "re");
    Digest digest = { .length = 0 };
    char piece[1 << 16];
    unsigned length = 0;
    size_t count;
    bool ok = file && state && EVP_DigestInit_ex2(state, fetched(kind), NULL);

    while (ok && (count = fread(piece, 1, sizeof piece, file)) > 0)
        ok = EVP_DigestUpdate(state, piece, count);
    ok = ok && !ferror(file) && EVP_DigestFinal_ex(state, digest.bytes, &length);
    if (file)
        fclose(file);
    EVP_MD_CTX_free(state);
    arena_free(&arena);
    digest.length = length;
    if (ok)
        *ret_digest = digest;
    return ok;
}

Text digest_text(const Digest *digest)
{
    return (Text){ (const char *)digest->bytes, digest->length };
}

/* RFC 2104: H(key ^ opad, H(key ^ ipad, content)). */
Digest digest_hmac(DigestKind kind, Text key, Text content)
{
    size_t block = (size_t)EVP_MD_get_block_size(fetched(kind));
    char inner_key[128] = { 0 }, outer_key[128];
    Digest digest;

    assert(block <= sizeof inner_key);
    if (key.length > block) {
        digest = digest_of(kind, key);
        key = digest_text(&digest);
    }
    if (key.length)
        memcpy(inner_key, key.bytes, key.length);
    for (size_t i = 0; i < block; i++) {
        outer_key[i] = (char)(inner_key[i] ^ 0x5c);
        inner_key[i] ^= 0x36;
    }
    digest = digest_of_two(kind, (Text){ inner_key, block }, content);
    return digest_of_two(kind, (Text){ outer_key, block }, digest_text(&digest));
}

/* --- hex and base64 ------------------------------------------------------------------------- */

Text hex_encode(Arena *arena, Text bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(arena, bytes.length * 2 + 1);

    for (size_t i = 0; i < bytes.length; i++) {
        hex[2 * i] = digits[(unsigned char)bytes.bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes.bytes[i] & 15];
    }
    return (Text){ hex, bytes.length * 2 };
}

Text digest_hex(Arena *arena, const Digest *digest)
{
    return hex_encode(arena, digest_text(digest));
}

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Text base64_encode(Arena *arena, Text bytes)
{
    size_t length = (bytes.length + 2) / 3 * 4;
    char *text = arena_alloc(arena, length + 1), *end = text;

    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = 0;

        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < left ? (unsigned char)bytes.bytes[i + j] : 0);
        *end++ = base64_alphabet[group >> 18];
        *end++ = base64_alphabet[group >> 12 & 63];
        *end++ = left > 1 ? base64_alphabet[group >> 6 & 63] : '=';
        *end++ = left > 2 ? base64_alphabet[group & 63] : '=';
    }
    return (Text){ text, length };
}

static int base64_digit(char c)
{
    const char *found = c ? strchr(base64_alphabet, c) : NULL;

    return found ? (int)(found - base64_alphabet) : -1;
}

/* Copies [text] without line ends, which may stand anywhere. */
static Text without_line_ends(Arena *arena, Text text)
{
    char *bytes = arena_alloc(arena, text.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != '\n' && text.bytes[i] != '\r')
            bytes[length++] = text.bytes[i];
    return (Text){ bytes, length };
}

bool base64_decode(Arena *arena, Text text, Text *ret_bytes)
{
    Text digits = without_line_ends(arena, text);
    char *bytes = arena_alloc(arena, digits.length / 4 * 3 + 1);
    size_t length = 0, padding = 0;

    if (digits.length % 4 != 0)
        return false;
    while (padding < 2 && padding < digits.length &&
           digits.bytes[digits.length - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < digits.length; i += 4) {
        uint32_t group = 0;

        for (size_t j = 0; j < 4; j++) {
            bool is_padding = i + j >= digits.length - padding;
            int digit = is_padding ? 0 : base64_digit(digits.bytes[i + j]);

            if (digit < 0)
                return false;
            group = group << 6 | (uint32_t)digit;
        }
        bytes[length++] = (char)(group >> 16);
        bytes[length++] = (char)(group >> 8);
        bytes[length++] = (char)group;
    }
    *ret_bytes = (Text){ bytes, length - padding };
    return true;
}

/* --- random --------------------------------------------------------------------------------- */

void random_bytes(void *bytes, size_t count)
{
    unsigned char *next = bytes;

    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            give_up("the system has no random numbers");
        next += got;
        count -= (size_t)got;
    }
}

Text random_uuid(Arena *arena)
{
    unsigned char bytes[16];
    Text hex;

    random_bytes(bytes, sizeof bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40; /* version 4 */
    bytes[8] = (bytes[8] & 0x3f) | 0x80; /* variant of RFC 4122 */
    hex = hex_encode(arena, (Text){ (const char *)bytes, sizeof bytes });
    return text_format(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.bytes, hex.bytes + 8, hex.bytes + 12,
                       hex.bytes + 16, hex.bytes + 20);
}

/* --- RSA ------------------------------------------------------------------------------------ */

static EVP_PKEY *read_key(Text pem)
{
    BIO *bio = BIO_new_mem_buf(pem.bytes, (int)pem.length);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    if (key && EVP_PKEY_is_a(key, "RSA"))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

bool rsa_decrypt(Arena *arena, Text private_key, Text encrypted, Text *ret_plain, const char **ret_why)
{
    EVP_PKEY *key = private_key.length && private_key.length < INT_MAX ? read_key(private_key) : NULL;
    EVP_PKEY_CTX *state = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    size_t length = key ? (size_t)EVP_PKEY_get_size(key) : 0;
    unsigned char *bytes = arena_alloc(arena, length + 1);
    bool ok = state && EVP_PKEY_decrypt_init(state) > 0 &&
              EVP_PKEY_CTX_set_rsa_padding(state, RSA_PKCS1_PADDING) > 0 &&
              EVP_PKEY_decrypt(state, bytes, &length, (const unsigned char *)encrypted.bytes, encrypted.length) > 0;

    if (ok)
        *ret_plain = (Text){ (const char *)bytes, length };
    else
        *ret_why = key ? "the text was not encrypted for this key" : "it is no RSA private key in PEM";
    EVP_PKEY_CTX_free(state);
    EVP_PKEY_free(key);
    return ok;
}
