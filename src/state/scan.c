#include "scan.h"

#include <string.h>

static void skip_space(Scan *scan)
{
    size_t i = 0;

    while (i < scan->rest.length && (scan->rest.bytes[i] == ' ' || scan->rest.bytes[i] == '\n' ||
                                     scan->rest.bytes[i] == '\t' || scan->rest.bytes[i] == '\r'))
        i++;
    scan->rest = text_slice(scan->rest, i, scan->rest.length);
}

static char peek(const Scan *scan)
{
    return scan->rest.length ? scan->rest.bytes[0] : '\0';
}

static bool take(Scan *scan, char c)
{
    if (peek(scan) != c || !c)
        return false;
    scan->rest = text_slice(scan->rest, 1, scan->rest.length);
    skip_space(scan);
    return true;
}

/* Whether the quote at [at] is escaped: an odd number of backslashes before it. */
static bool is_escaped(Text text, size_t at)
{
    size_t backslashes = 0;

    while (text.bytes[at - 1 - backslashes] == '\\')
        backslashes++; /* ends at the opening quote at the latest */
    return backslashes % 2;
}

/* The length of the string at the start of [text], quotes included; 0: it has no end. */
static size_t string_length(Text text)
{
    for (size_t i = 1; i < text.length;) {
        const char *quote = memchr(text.bytes + i, '"', text.length - i);

        if (!quote)
            return 0;
        i = (size_t)(quote - text.bytes) + 1;
        if (!is_escaped(text, i - 1))
            return i;
    }
    return 0;
}

/* The length of the value at the start of [text]; 0: there is none. */
static size_t value_length(Text text)
{
    size_t depth = 0;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '"') {
            size_t length = string_length(text_slice(text, i, text.length));

            if (!length)
                return 0;
            i += length - 1;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        } else if (!depth && (c == ',' || c == '}' || c == ']')) {
            return i;
        }
    }
    return 0;
}

Scan scan_open(Text text)
{
    Scan scan = { .rest = text };

    skip_space(&scan);
    scan.close = peek(&scan) == '[' ? ']' : '}';
    scan.failed = !take(&scan, '{') && !take(&scan, '[');
    return scan;
}

static bool take_key(Scan *scan, Text *ret_key)
{
    size_t length = peek(scan) == '"' ? string_length(scan->rest) : 0;

    if (!length)
        return false;
    *ret_key = text_slice(scan->rest, 1, length - 1);
    scan->rest = text_slice(scan->rest, length, scan->rest.length);
    skip_space(scan);
    return take(scan, ':');
}

bool scan_next(Scan *scan, Text *ret_key, Text *ret_value)
{
    size_t length;

    if (scan->failed || scan->ended)
        return false;
    if (take(scan, scan->close)) {
        scan->ended = true;
        return false;
    }
    scan->failed = scan->started && !take(scan, ',');
    scan->started = true;
    *ret_key = TEXT_NONE;
    if (scan->close == '}')
        scan->failed |= !take_key(scan, ret_key);
    length = value_length(scan->rest);
    scan->failed |= !length;
    *ret_value = text_trim(text_slice(scan->rest, 0, length));
    scan->rest = text_slice(scan->rest, length, scan->rest.length);
    return !scan->failed;
}

bool scan_ok(const Scan *scan)
{
    return scan->ended && !scan->failed && !scan->rest.length;
}
