/* Digests, random identifiers. */
#include "functions.h"

#include "pipectl/base/crypt.h"
#include "pipectl/base/digest.h"
#include "pipectl/value/unicode.h"

static Value digest_as_hex(const Call *call, DigestKind kind)
{
    Digest digest = digest_of(kind, call_text(call, 0));

    return value_string_raw(digest_hex(call->arena, &digest));
}

static Value digest_as_base64(const Call *call, DigestKind kind)
{
    Digest digest = digest_of(kind, call_text(call, 0));

    return value_string_raw(base64_encode(call->arena, digest_text(&digest)));
}

Value function_md5(Call *call)
{
    return digest_as_hex(call, DIGEST_MD5);
}

Value function_sha1(Call *call)
{
    return digest_as_hex(call, DIGEST_SHA1);
}

Value function_sha256(Call *call)
{
    return digest_as_hex(call, DIGEST_SHA256);
}

Value function_sha512(Call *call)
{
    return digest_as_hex(call, DIGEST_SHA512);
}

Value function_base64sha256(Call *call)
{
    return digest_as_base64(call, DIGEST_SHA256);
}

Value function_base64sha512(Call *call)
{
    return digest_as_base64(call, DIGEST_SHA512);
}

/* --- UUIDs ---------------------------------------------------------------------------------- */

Value function_uuid(Call *call)
{
    return value_string_raw(random_uuid(call->arena));
}

/* The namespaces that have names differ in one byte only (RFC 4122, appendix C). */
static const struct {
    const char *name;
    unsigned char fourth_byte;
} namespaces[] = { { "dns", 0x10 }, { "url", 0x11 }, { "oid", 0x12 }, { "x500", 0x14 } };

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, also in braces, after "urn:uuid:", or without hyphens. */
static bool parse_uuid(Text text, unsigned char bytes[16])
{
    size_t count = 0;

    if (text_starts_with(text_slice(text, 0, 9), TEXT_LIT("urn:uuid:")) && text.length == 45)
        text = text_slice(text, 9, 45);
    if (text.length == 38)
        text = text_slice(text, 1, 37);
    if (text.length != 36 && text.length != 32)
        return false;
    for (size_t i = 0; i < text.length;) {
        bool hyphen = text.length == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
        int high, low;

        if (hyphen) {
            if (text.bytes[i++] != '-')
                return false;
            continue;
        }
        high = hex_value(text.bytes[i]);
        low = i + 1 < text.length ? hex_value(text.bytes[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        bytes[count++] = (unsigned char)(high * 16 + low);
        i += 2;
    }
    return count == 16;
}

static bool namespace_bytes(Text name, unsigned char bytes[16])
{
    static const unsigned char named[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
                                             0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        if (text_is(name, namespaces[i].name)) {
            for (size_t j = 0; j < 16; j++)
                bytes[j] = named[j];
            bytes[3] = namespaces[i].fourth_byte;
            return true;
        }
    }
    return parse_uuid(name, bytes);
}

Value function_uuidv5(Call *call)
{
    unsigned char bytes[16];
    Digest digest;
    Text named, hex;

    if (!namespace_bytes(call_text(call, 0), bytes))
        return call_error(call, -1, "uuidv5() doesn't support namespace " TEXT_FMT,
                          TEXT(call_text(call, 0)));
    named = text_concat(call->arena, (Text){ (const char *)bytes, 16 }, call_text(call, 1));
    digest = digest_of(DIGEST_SHA1, named);
    digest.bytes[6] = (unsigned char)((digest.bytes[6] & 0x0F) | 0x50); /* version 5 */
    digest.bytes[8] = (unsigned char)((digest.bytes[8] & 0x3F) | 0x80); /* variant of RFC 4122 */
    hex = hex_encode(call->arena, (Text){ (const char *)digest.bytes, 16 });
    return value_string_raw(text_format(call->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.bytes,
                                        hex.bytes + 8, hex.bytes + 12, hex.bytes + 16,
                                        hex.bytes + 20));
}

/* --- passwords and keys --------------------------------------------------------------------- */

Value function_bcrypt(Call *call)
{
    int64_t cost = BCRYPT_COST_DEFAULT;
    Text hash;

    if (call->count > 2)
        return call_error(call, -1, "bcrypt() takes no more than two arguments");
    if (call->count == 2 && !call_integer(call, 1, &cost))
        return value_unknown(type_string);
    if (cost < BCRYPT_COST_MIN)
        cost = BCRYPT_COST_DEFAULT;
    if (cost > BCRYPT_COST_MAX)
        return call_error(call, -1, "the cost must be between %d and %d", BCRYPT_COST_MIN,
                          BCRYPT_COST_MAX);
    if (call_text(call, 0).length > BCRYPT_PASSWORD_MAX)
        return call_error(call, -1, "the password is longer than %d bytes", BCRYPT_PASSWORD_MAX);
    if (!bcrypt_hash(call->arena, call_text(call, 0), (int)cost, &hash))
        return call_error(call, -1, "the system has no library for it (libcrypt.so.1)");
    return value_string_raw(hash);
}

Value function_rsadecrypt(Call *call)
{
    Text encrypted, plain;
    const char *why;

    if (!base64_decode(call->arena, call_text(call, 0), &encrypted))
        return call_error(call, 0, "the text to decrypt must be Base64");
    if (!rsa_decrypt(call->arena, call_text(call, 1), encrypted, &plain, &why))
        return call_error(call, 1, "failed to decrypt: %s", why);
    if (!unicode_is_valid(plain))
        return call_error(call, -1, "what was encrypted is not valid UTF-8");
    return call_string(call, plain);
}
