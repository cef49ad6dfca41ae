/*
 * digest.h: digests, HMAC, random bytes, base64, hex. The only user of OpenSSL.
 */
#pragma once

#include "pipectl/base/text.h"

typedef enum DigestKind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512 } DigestKind;

#define DIGEST_SIZE_MAX 64

typedef struct Digest {
    unsigned char bytes[DIGEST_SIZE_MAX];
    size_t length;
} Digest;

Digest digest_of(DigestKind kind, Text content);
Digest digest_hmac(DigestKind kind, Text key, Text content);
Text digest_text(const Digest *digest);              /* its raw bytes; shares the digest's memory */
Text digest_hex(Arena *arena, const Digest *digest); /* lower case */

Text hex_encode(Arena *arena, Text bytes);
Text base64_encode(Arena *arena, Text bytes);
bool base64_decode(Arena *arena, Text text, Text *ret_bytes); /* standard alphabet, padding required; line ends are skipped */
uint32_t crc32_of(Text content);                              /* ISO 3309, as zip and S3 use it */

/* The same of a file, read in pieces. False when it cannot be read. */
bool digest_of_file(DigestKind kind, Text path, Digest *ret_digest);
bool crc32_of_file(Text path, uint32_t *ret_sum);

/* From the system's generator; ends the program when there is none. */
void random_bytes(void *bytes, size_t count);
Text random_uuid(Arena *arena); /* version 4, "xxxxxxxx-xxxx-4xxx-..." */
