#include "pipectl/base/source.h"

#include <assert.h>
#include <string.h>

static size_t count_leading_bytes(Text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
    return count;
}

size_t (*source_count_characters)(Text text) = count_leading_bytes;

typedef struct LastPlace {
    size_t byte;
    Position position; /* line 0: none was asked for yet */
} LastPlace;

Source *source_make(Arena *arena, Text name, Text text)
{
    Source *source = arena_new(arena, Source);

    *source = (Source){ name, text, arena_new(arena, LastPlace) };
    return source;
}

Range range_between(Range a, Range b)
{
    assert(a.source == b.source);
    return (Range){ a.source, a.start, b.end };
}

Text range_text(Range range)
{
    return range.source ? text_slice(range.source->text, range.start, range.end) : TEXT_NONE;
}

static size_t line_start(Text text, size_t byte)
{
    size_t before = byte < text.length ? byte : text.length;
    const char *end = before > 0 ? memrchr(text.bytes, '\n', before) : NULL;

    return end ? (size_t)(end - text.bytes) + 1 : 0;
}

Text source_line(const Source *source, size_t byte, size_t *ret_start)
{
    Text text = source->text;
    size_t start = line_start(text, byte);
    Text rest, line;

    text_cut(text_slice(text, start, text.length), TEXT_LIT("\n"), &line, &rest);
    if (text_ends_with(line, TEXT_LIT("\r")))
        line.length--;
    *ret_start = start;
    return line;
}

Text range_place(Arena *arena, Range range)
{
    Position start, end;

    if (!range.source)
        return TEXT_NONE;
    start = range_start(range);
    end = range_end(range);
    if (start.line != end.line)
        return text_format(arena, TEXT_FMT ":%u,%u-%u,%u", TEXT(range.source->name), start.line,
                           start.column, end.line, end.column);
    return text_format(arena, TEXT_FMT ":%u,%u-%u", TEXT(range.source->name), start.line,
                       start.column, end.column);
}

Text range_start_place(Arena *arena, Range range)
{
    Position start;

    if (!range.source)
        return TEXT_NONE;
    start = range_start(range);
    return text_format(arena, TEXT_FMT ":%u,%u", TEXT(range.source->name), start.line,
                       start.column);
}

/* Where a text of one line may be cut and its characters counted apart: between two that are ASCII,
   which never make one cluster, but for CR LF. */
static bool is_between_characters(Text text, size_t at)
{
    return at > 0 && at < text.length && (text.bytes[at - 1] & 0x80) == 0 &&
           (text.bytes[at] & 0x80) == 0 && text.bytes[at] != '\n';
}

/* Behind the byte order mark, which stands in no column. */
static size_t first_byte(Text text)
{
    return text_starts_with(text, TEXT_LIT("\xEF\xBB\xBF")) ? 3 : 0;
}

static Position count_from_line_start(Text text, uint32_t line, size_t byte)
{
    size_t start = line == 1 ? first_byte(text) : line_start(text, byte);

    return (Position){ line, 1 + (uint32_t)source_count_characters(text_slice(text, start, byte)) };
}

static uint32_t count_lines(Text text)
{
    uint32_t count = 0;

    for (size_t at = 0; at < text.length; at++) {
        const char *found = memchr(text.bytes + at, '\n', text.length - at);

        if (!found)
            break;
        at = (size_t)(found - text.bytes);
        count++;
    }
    return count;
}

/* The place of [byte], by counting on from the place [from], or back. */
static Position count_from(Text text, LastPlace from, size_t byte)
{
    bool onward = byte >= from.byte;
    Text between = onward ? text_slice(text, from.byte, byte) : text_slice(text, byte, from.byte);
    uint32_t lines = count_lines(between);
    Position at = from.position;
    uint32_t columns;

    if (lines > 0 || !(onward || is_between_characters(text, byte)))
        return count_from_line_start(text, onward ? at.line + lines : at.line - lines, byte);
    columns = (uint32_t)source_count_characters(between);
    return (Position){ at.line, onward ? at.column + columns : at.column - columns };
}

Position source_position(const Source *source, size_t byte)
{
    Text text = source->text;
    LastPlace from = { first_byte(text), { 1, 1 } };
    LastPlace *last = source->last;
    Position position;

    if (last && last->position.line > 0 && byte > last->byte / 2)
        from = *last;
    position = count_from(text, from, byte);
    if (last && is_between_characters(text, byte))
        *last = (LastPlace){ byte, position };
    return position;
}

Position range_start(Range range)
{
    return range.source ? source_position(range.source, range.start) : (Position){ 0, 0 };
}

Position range_end(Range range)
{
    return range.source ? source_position(range.source, range.end) : (Position){ 0, 0 };
}
