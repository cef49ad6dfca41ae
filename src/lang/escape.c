#include "escape.h"

#include "pipectl/value/unicode.h"

#include <string.h>

/* U+FDD0, one of the code points that Unicode sets aside for the inside of programs. */
#define STAND_IN TEXT_LIT("\xEF\xB7\x90")

int32_t escape_unit(Text text, size_t at)
{
    int32_t unit = 0;

    if (at + 4 > text.length)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *found = text.bytes[i] ? strchr(digits, text.bytes[i] | 0x20) : NULL;

        if (!found || (text.bytes[i] & 0x10 && text.bytes[i] > '9'))
            return -1;
        unit = unit * 16 + (int32_t)(found - digits);
    }
    return unit;
}

/* The half at [at], or -1. */
static int32_t half(Text text, size_t at, Text backslash)
{
    Text from = text_slice(text, at, text.length);

    if (!text_starts_with(from, backslash) || from.length == backslash.length ||
        from.bytes[backslash.length] != 'u')
        return -1;
    return escape_unit(from, backslash.length + 1);
}

size_t escape_pair(Text text, size_t at, Text backslash, uint32_t *ret_code_point)
{
    size_t length = backslash.length + strlen("uD83D");
    int32_t high = half(text, at, backslash), low;

    if (high < 0xD800 || high > 0xDBFF)
        return 0;
    low = half(text, at + length, backslash);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *ret_code_point = (uint32_t)(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
    return 2 * length;
}

bool escape_hide_pairs(Arena *arena, Text text, Text *ret_hidden)
{
    TextBuilder hidden = text_builder(arena);
    Text backslash = TEXT_LIT("\\");
    size_t done = 0, at = 0, next;

    if (text_find(text, STAND_IN) != TEXT_NOT_FOUND)
        return false;
    while ((next = text_find(text_slice(text, at, text.length), backslash)) != TEXT_NOT_FOUND) {
        uint32_t code_point;
        size_t length = escape_pair(text, at += next, backslash, &code_point);
        Text pair = text_slice(text, at, at + length);

        if (!length) {
            at += 2; /* it escapes what follows, which may be a backslash, too */
            continue;
        }
        text_add(&hidden, text_slice(text, done, at));
        text_add(&hidden, text_replace(arena, pair, backslash, STAND_IN));
        done = at += length;
    }
    if (!done)
        return false;
    text_add(&hidden, text_slice(text, done, text.length));
    *ret_hidden = text_built(&hidden);
    return true;
}

Text escape_join_pairs(Arena *arena, Text scalar, bool double_quoted)
{
    TextBuilder joined = text_builder(arena);
    Text rest = scalar;
    size_t at;

    if (!double_quoted)
        return text_replace(arena, scalar, STAND_IN, TEXT_LIT("\\"));
    while ((at = text_find(rest, STAND_IN)) != TEXT_NOT_FOUND) {
        uint32_t code_point;
        size_t length = escape_pair(rest, at, STAND_IN, &code_point);

        text_add(&joined, text_slice(rest, 0, at));
        if (length) {
            unicode_add(&joined, code_point);
        } else { /* it was written so: "\uFDD0" */
            length = STAND_IN.length;
            text_add(&joined, STAND_IN);
        }
        rest = text_slice(rest, at + length, rest.length);
    }
    text_add(&joined, rest);
    return text_built(&joined);
}
