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

Range range_between(Range a, Range b)
{
    assert(a.source == b.source);
    return (Range){ a.source, a.start, b.end };
}

Text range_text(Range range)
{
    return range.source ? text_slice(range.source->text, range.start, range.end) : TEXT_NONE;
}

Text source_line(const Source *source, size_t byte, size_t *ret_start)
{
    Text text = source->text;
    size_t start = byte < text.length ? byte : text.length;
    Text rest, line;

    while (start > 0 && text.bytes[start - 1] != '\n')
        start--;
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

Position source_position(const Source *source, size_t byte)
{
    Text before = text_slice(source->text, 0, byte);
    size_t line_start = text_starts_with(before, TEXT_LIT("\xEF\xBB\xBF")) ? 3 : 0;
    Position position = { 1, 1 };
    const char *end;

    while (line_start < before.length &&
           (end = memchr(before.bytes + line_start, '\n', before.length - line_start))) {
        line_start = (size_t)(end - before.bytes) + 1;
        position.line++;
    }
    position.column +=
        (uint32_t)source_count_characters(text_slice(before, line_start, before.length));
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
