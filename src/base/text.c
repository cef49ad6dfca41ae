#include "pipectl/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

Text text_of(const char *terminated)
{
    return terminated ? (Text){ terminated, strlen(terminated) } : TEXT_NONE;
}

char *text_cstring(Arena *arena, Text text)
{
    char *bytes = arena_alloc(arena, text.length + 1);

    if (text.length)
        memcpy(bytes, text.bytes, text.length);
    return bytes;
}

Text text_copy(Arena *arena, Text text)
{
    return (Text){ text_cstring(arena, text), text.length };
}

/* --- comparing and searching ---------------------------------------------------------------- */

bool text_equal(Text a, Text b)
{
    return a.length == b.length && (!a.length || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool text_is(Text text, const char *terminated)
{
    return text_equal(text, text_of(terminated));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_nocase(Text a, Text b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.bytes[i]) != lower(b.bytes[i]))
            return false;
    return true;
}

int text_compare(Text a, Text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;

    return order ? order : (a.length > b.length) - (a.length < b.length);
}

Text text_slice(Text text, size_t from, size_t to)
{
    if (to > text.length)
        to = text.length;
    return from < to ? (Text){ text.bytes + from, to - from } : TEXT_NONE;
}

bool text_starts_with(Text text, Text prefix)
{
    return text.length >= prefix.length && text_equal(text_slice(text, 0, prefix.length), prefix);
}

bool text_ends_with(Text text, Text suffix)
{
    return text.length >= suffix.length &&
           text_equal(text_slice(text, text.length - suffix.length, text.length), suffix);
}

size_t text_find(Text text, Text needle)
{
    const char *found;

    if (!needle.length)
        return 0;
    if (!text.length)
        return TEXT_NOT_FOUND;
    found = memmem(text.bytes, text.length, needle.bytes, needle.length);
    return found ? (size_t)(found - text.bytes) : TEXT_NOT_FOUND;
}

size_t text_find_last(Text text, Text needle)
{
    if (needle.length > text.length)
        return TEXT_NOT_FOUND;
    for (size_t at = text.length - needle.length + 1; at-- > 0;)
        if (text_equal(text_slice(text, at, at + needle.length), needle))
            return at;
    return TEXT_NOT_FOUND;
}

bool text_cut(Text text, Text separator, Text *ret_head, Text *ret_tail)
{
    size_t at = text_find(text, separator);

    if (at == TEXT_NOT_FOUND) {
        *ret_head = text;
        *ret_tail = TEXT_NONE;
        return false;
    }
    *ret_head = text_slice(text, 0, at);
    *ret_tail = text_slice(text, at + separator.length, text.length);
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Text text_trim(Text text)
{
    size_t from = 0, to = text.length;

    while (from < to && is_space(text.bytes[from]))
        from++;
    while (to > from && is_space(text.bytes[to - 1]))
        to--;
    return text_slice(text, from, to);
}

uint64_t text_hash(Text text)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.bytes[i]) * 1099511628211u;
    return hash;
}

bool text_to_int(Text text, int64_t *ret_number)
{
    bool negative = text.length && text.bytes[0] == '-';
    size_t i = negative || (text.length && text.bytes[0] == '+');
    int64_t number = 0; /* kept negative: the range below zero is the larger one */

    if (i == text.length)
        return false;
    for (; i < text.length; i++) {
        char c = text.bytes[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, c - '0', &number))
            return false;
    }
    if (!negative && number == INT64_MIN)
        return false;
    *ret_number = negative ? number : -number;
    return true;
}

/* --- making --------------------------------------------------------------------------------- */

Text text_lower(Arena *arena, Text text)
{
    char *bytes = text_cstring(arena, text);

    for (size_t i = 0; i < text.length; i++)
        bytes[i] = lower(bytes[i]);
    return (Text){ bytes, text.length };
}

Text text_join(Arena *arena, const Text *parts, size_t count, Text separator)
{
    size_t length = count ? (count - 1) * separator.length : 0;
    char *bytes, *end;

    for (size_t i = 0; i < count; i++)
        length += parts[i].length;
    bytes = end = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < count; i++) {
        if (i && separator.length)
            end = mempcpy(end, separator.bytes, separator.length);
        if (parts[i].length)
            end = mempcpy(end, parts[i].bytes, parts[i].length);
    }
    return (Text){ bytes, length };
}

Text text_concat(Arena *arena, Text a, Text b)
{
    return text_join(arena, (Text[]){ a, b }, 2, TEXT_NONE);
}

Text text_replace(Arena *arena, Text text, Text old, Text replacement)
{
    TextBuilder builder = text_builder(arena);
    Text head, tail;

    assert(old.length > 0);
    while (text_cut(text, old, &head, &tail)) {
        text_add(&builder, head);
        text_add(&builder, replacement);
        text = tail;
    }
    text_add(&builder, text);
    return text_built(&builder);
}

Text text_format_list(Arena *arena, const char *format, va_list arguments)
{
    va_list again;
    char *bytes, few[256]; /* most texts are short: formatted once */
    int length;

    va_copy(again, arguments);
    length = vsnprintf(few, sizeof few, format, arguments);
    assert(length >= 0);
    bytes = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof few)
        memcpy(bytes, few, (size_t)length);
    else
        vsnprintf(bytes, (size_t)length + 1, format, again);
    va_end(again);
    return (Text){ bytes, (size_t)length };
}

Text text_format(Arena *arena, const char *format, ...)
{
    va_list arguments;
    Text text;

    va_start(arguments, format);
    text = text_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

/* --- building ------------------------------------------------------------------------------- */

TextBuilder text_builder(Arena *arena)
{
    return (TextBuilder){ .arena = arena };
}

/* The place for [count] bytes more and a NUL; the length grows by [count]. */
static char *extend(TextBuilder *builder, size_t count)
{
    size_t needed = builder->length + count + 1;
    char *place;

    if (needed > builder->capacity) {
        size_t capacity = builder->capacity * 2 < 64 ? 64 : builder->capacity * 2;

        if (capacity < needed)
            capacity = needed;
        builder->bytes = arena_grow(builder->arena, builder->bytes, builder->capacity, capacity);
        builder->capacity = capacity;
    }
    place = builder->bytes + builder->length;
    builder->length += count;
    return place;
}

void text_add(TextBuilder *builder, Text text)
{
    if (text.length)
        memcpy(extend(builder, text.length), text.bytes, text.length);
}

void text_add_char(TextBuilder *builder, char c)
{
    *extend(builder, 1) = c;
}

void text_add_repeated(TextBuilder *builder, char c, size_t count)
{
    memset(extend(builder, count), c, count);
}

void text_add_format(TextBuilder *builder, const char *format, ...)
{
    va_list arguments, again;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    assert(length >= 0);
    vsnprintf(extend(builder, (size_t)length), (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
}

Text text_built(TextBuilder *builder)
{
    *extend(builder, 0) = '\0';
    return (Text){ builder->bytes, builder->length };
}
