/*
 * crypt.h: bcrypt, and decryption with an RSA key.
 *
 * The library for bcrypt is loaded at first use: few configurations need it.
 */
#pragma once

#include "pipectl/base/text.h"

enum { BCRYPT_COST_DEFAULT = 10, BCRYPT_COST_MIN = 4, BCRYPT_COST_MAX = 31, BCRYPT_PASSWORD_MAX = 72 };

/* "$2a$10$" and so on, with a random salt. The password has at most BCRYPT_PASSWORD_MAX bytes. False when
   the library is missing. */
bool bcrypt_hash(Arena *arena, Text password, int cost, Text *ret_hash);

/* PKCS #1 v1.5 with a private key in PEM. On failure false, and [ret_why]. */
bool rsa_decrypt(Arena *arena, Text private_key, Text encrypted, Text *ret_plain, const char **ret_why);
