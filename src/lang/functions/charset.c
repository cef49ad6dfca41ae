/* Text in other character encodings than UTF-8. */
#include "functions.h"

#include "pipectl/base/digest.h"

#include <errno.h>
#include <iconv.h>

/* The names that Terraform knows, which are IANA's for what Go's library can do. The C library
   knows other ones, too, and what it makes of an empty one depends on the locale. */
static const char names[] =
    " 437 850 852 855 860 862 863 865 866 ansi_x3.4-1968 ansi_x3.4-1986 arabic asmo-708 "
    "big5 cp037 cp367 cp437 cp819 cp850 cp852 cp855 cp860 cp862 cp863 cp865 cp866 cp936 "
    "csascii cseuckr cseucpkdfmtjapanese csibm037 csibm855 csibm860 csibm863 csibm865 "
    "csibm866 csiso2022jp csisolatin1 csisolatin2 csisolatin3 csisolatin4 csisolatin5 "
    "csisolatin6 csisolatinarabic csisolatincyrillic csisolatingreek csisolatinhebrew "
    "cskoi8r csmacintosh cspc850multilingual cspc862latinhebrew cspc8codepage437 "
    "cspcp852 csshiftjis cyrillic ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt "
    "ecma-114 ecma-118 elot_928 euc-jp euc-kr gb18030 gbk greek greek8 hebrew ibm-1047 "
    "ibm037 ibm1047 ibm367 ibm437 ibm819 ibm850 ibm852 ibm855 ibm860 ibm862 ibm863 "
    "ibm865 ibm866 iso-2022-jp iso-8859-1 iso-8859-10 iso-8859-13 iso-8859-14 "
    "iso-8859-15 iso-8859-16 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 "
    "iso-8859-7 iso-8859-8 iso-8859-9 iso-celtic iso-ir-100 iso-ir-101 iso-ir-109 "
    "iso-ir-110 iso-ir-126 iso-ir-127 iso-ir-138 iso-ir-144 iso-ir-148 iso-ir-157 "
    "iso-ir-199 iso-ir-226 iso-ir-6 iso646-us iso_646.irv:1991 iso_8859-1 "
    "iso_8859-10:1992 iso_8859-14 iso_8859-14:1998 iso_8859-15 iso_8859-16 "
    "iso_8859-16:2001 iso_8859-1:1987 iso_8859-2 iso_8859-2:1987 iso_8859-3 "
    "iso_8859-3:1988 iso_8859-4 iso_8859-4:1988 iso_8859-5 iso_8859-5:1988 iso_8859-6 "
    "iso_8859-6:1987 iso_8859-7 iso_8859-7:1987 iso_8859-8 iso_8859-8:1988 iso_8859-9 "
    "iso_8859-9:1989 koi8-r koi8-u l1 l10 l2 l3 l4 l5 l6 l8 latin-9 latin1 latin10 "
    "latin2 latin3 latin4 latin5 latin6 latin8 mac macintosh ms936 ms_kanji shift_jis us "
    "us-ascii utf-16 utf-16be utf-16le utf-8 windows-1250 windows-1251 windows-1252 "
    "windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 "
    "windows-874 windows-936 ";

static bool is_known_name(Arena *arena, Text name)
{
    Text spaced = text_format(arena, " " TEXT_FMT " ", TEXT(text_lower(arena, name)));

    return text_find(name, TEXT_LIT(" ")) == TEXT_NOT_FOUND &&
           text_find(text_of(names), spaced) != TEXT_NOT_FOUND;
}

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
    Text name = text_trim(call_text(call, 1));

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

    if (!is_known_name(call->arena, text_trim(call_text(call, 1))))
        return fail_encoding(call);
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

    if (!is_known_name(call->arena, text_trim(call_text(call, 1))))
        return fail_encoding(call);
    if (!base64_decode(call->arena, call_text(call, 0), &bytes))
        return call_error(call, 0, "the given value has an invalid base64 symbol");
    marked &= text_starts_with(bytes, TEXT_LIT("\xFE\xFF")) ||
              text_starts_with(bytes, TEXT_LIT("\xFF\xFE"));
    if (!recode(call->arena, bytes, marked ? "UTF-16" : encoding, "UTF-8", &is_known, &text))
        return is_known
                   ? call_error(
                         call, 0,
                         "the given string contains symbols that are not defined for " TEXT_FMT,
                         TEXT(call_text(call, 1)))
                   : fail_encoding(call);
    return call_string(call, text);
}
