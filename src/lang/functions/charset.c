/* Text in other character encodings than UTF-8. */
#include "functions.h"

#include "pipectl/base/digest.h"

#include <errno.h>
#include <iconv.h>

/* Converts between the encodings; false when the text cannot be, -1 in [ret_known] when one is not
   known. */
static bool recode(Arena *arena, Text text, const char *from, const char *to, bool *ret_known,
                   Text *ret_text)
{
    iconv_t converter = iconv_open(to, from);
    size_t room = text.length * 4 + 16;
    char *bytes = arena_alloc(arena, room), *out = bytes, *in = text_cstring(arena, text);
    size_t in_left = text.length, out_left = room;
    bool ok;

    *ret_known = converter != (iconv_t)-1;
    if (!*ret_known)
        return false;
    /* A positive count says that characters were replaced: that is no success. */
    ok = iconv(converter, &in, &in_left, &out, &out_left) == 0 &&
         iconv(converter, NULL, NULL, &out, &out_left) == 0;
    iconv_close(converter);
    *ret_text = (Text){ bytes, room - out_left };
    return ok;
}

/* The name as iconv wants it. What has a byte order mark in it begins with a big-endian one. */
static const char *encoding_name(const Call *call, bool *ret_marked)
{
    Text name = call_text(call, 1);

    *ret_marked = text_equal_nocase(name, TEXT_LIT("UTF-16"));
    return *ret_marked ? "UTF-16BE" : text_cstring(call->arena, name);
}

static Value fail_encoding(Call *call)
{
    return call_error(
        call, 1, "\"" TEXT_FMT "\" is not a supported IANA encoding name or alias in this version",
        TEXT(call_text(call, 1)));
}

Value function_textencodebase64(Call *call)
{
    bool is_known, marked;
    const char *encoding = encoding_name(call, &marked);
    Text bytes;

    if (!recode(call->arena, call_text(call, 0), "UTF-8", encoding, &is_known, &bytes))
        return is_known ? call_error(call, 0,
                                     "the given string contains characters that cannot be "
                                     "represented in " TEXT_FMT,
                                     TEXT(call_text(call, 1)))
                        : fail_encoding(call);
    if (marked)
        bytes = text_concat(call->arena, TEXT_LIT("\xFE\xFF"), bytes);
    return value_string_raw(base64_encode(call->arena, bytes));
}

Value function_textdecodebase64(Call *call)
{
    bool is_known, marked;
    const char *encoding = encoding_name(call, &marked);
    Text bytes, text;

    if (!base64_decode(call->arena, call_text(call, 0), &bytes))
        return call_error(call, 0, "the given value has an invalid base64 symbol");
    if (!recode(call->arena, bytes, marked ? "UTF-16" : encoding, "UTF-8", &is_known, &text))
        return is_known
                   ? call_error(
                         call, 0,
                         "the given string contains symbols that are not defined for " TEXT_FMT,
                         TEXT(call_text(call, 1)))
                   : fail_encoding(call);
    return call_string(call, text);
}
