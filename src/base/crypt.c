/* crypt.c: bcrypt by libcrypt, which is loaded when it is wanted. (RSA is in digest.c, with OpenSSL.) */
#include "pipectl/base/crypt.h"
#include "pipectl/base/digest.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdlib.h>

enum { SALT_BYTES = 16 };

/* crypt_ra of crypt.h: hashes into memory that it allocates. */
typedef char *CryptFunction(const char *phrase, const char *setting, void **memory, int *size);

static CryptFunction *load(void)
{
    static CryptFunction *function;
    void *library = function ? NULL : dlopen("libcrypt.so.1", RTLD_NOW);

    /* dlsym gives a pointer to data; ISO C knows no cast from that to a function. */
    if (library)
        *(void **)(void *)&function = dlsym(library, "crypt_ra");
    return function;
}

/* Base64 with an alphabet and an order of bits of its own. */
static void add_salt(TextBuilder *builder, const unsigned char *bytes)
{
    static const char alphabet[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned bits = 0, value = 0;

    for (size_t i = 0; i < SALT_BYTES; i++) {
        value = value << 8 | bytes[i];
        for (bits += 8; bits >= 6; bits -= 6)
            text_add_char(builder, alphabet[value >> (bits - 6) & 63]);
    }
    text_add_char(builder, alphabet[value << (6 - bits) & 63]);
}

bool bcrypt_hash(Arena *arena, Text password, int cost, Text *ret_hash)
{
    CryptFunction *crypt_function = load();
    TextBuilder setting = text_builder(arena);
    unsigned char salt[SALT_BYTES];
    void *memory = NULL;
    int size = 0;
    const char *hash;
    bool ok;

    assert(cost >= BCRYPT_COST_MIN && cost <= BCRYPT_COST_MAX && password.length <= BCRYPT_PASSWORD_MAX);
    if (!crypt_function)
        return false;
    random_bytes(salt, sizeof salt);
    text_add_format(&setting, "$2b$%02d$", cost);
    add_salt(&setting, salt);
    hash = crypt_function(text_cstring(arena, password), text_built(&setting).bytes, &memory, &size);
    ok = hash && hash[0] == '$';
    if (ok) /* the same hash by its older name */
        *ret_hash = text_format(arena, "$2a%s", hash + 3);
    free(memory);
    return ok;
}
