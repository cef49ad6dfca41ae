#include "yaml_schema.h"

#include <string.h>

enum { LONGEST_WORD = 5 };

static bool is_one_of(Text text, const char *const *words)
{
    for (; *words && text.length <= LONGEST_WORD; words++)
        if (text_is(text, *words))
            return true;
    return false;
}

static size_t digits_from(Text text, size_t at)
{
    size_t from = at;

    while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9')
        at++;
    return at - from;
}

/* number = [-+]? ("." [0-9]+ | [0-9]+ ("." [0-9]*)?) ([eE] [-+]? [0-9]+)? */
static bool is_decimal(Text text)
{
    size_t at = 0, whole, fraction = 0;

    at += at < text.length && strchr("+-", text.bytes[at]);
    at += whole = digits_from(text, at);
    if (at < text.length && text.bytes[at] == '.')
        at += 1 + (fraction = digits_from(text, at + 1));
    if (!whole && !fraction)
        return false;
    if (at < text.length && (text.bytes[at] | 0x20) == 'e') {
        at++;
        at += at < text.length && strchr("+-", text.bytes[at]);
        if (!digits_from(text, at))
            return false;
        at += digits_from(text, at);
    }
    return at == text.length;
}

/* 0o17, 0x1F */
static bool is_based(Text text)
{
    const char *digits = text_starts_with(text, TEXT_LIT("0o")) ? "01234567"
                                                                : "0123456789abcdefABCDEF";

    if (text.length < 3 ||
        (!text_starts_with(text, TEXT_LIT("0o")) && !text_starts_with(text, TEXT_LIT("0x"))))
        return false;
    for (size_t i = 2; i < text.length; i++)
        if (!text.bytes[i] || !strchr(digits, text.bytes[i]))
            return false;
    return true;
}

NodeKind yaml_kind(Text text)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };

    if (is_one_of(text, nulls))
        return NODE_NULL;
    if (is_one_of(text, bools))
        return NODE_BOOL;
    return is_decimal(text) || is_based(text) ? NODE_NUMBER : NODE_STRING;
}

bool yaml_is_infinite(Text text)
{
    static const char *const words[] = { ".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf", "+.INF", "-.inf",
                                         "-.Inf", "-.INF", ".nan",  ".NaN",  ".NAN",  NULL };

    return is_one_of(text, words);
}
