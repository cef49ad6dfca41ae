#include "pipectl/base/source.h"

#include <assert.h>

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
    return range.source ? text_slice(range.source->text, range.start.byte, range.end.byte) : TEXT_NONE;
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
    if (range.start.line != range.end.line)
        return text_format(arena, TEXT_FMT ":%u,%u-%u,%u", TEXT(range.source->name),
                           range.start.line, range.start.column, range.end.line, range.end.column);
    return text_format(arena, TEXT_FMT ":%u,%u-%u", TEXT(range.source->name), range.start.line,
                       range.start.column, range.end.column);
}

Position position_after(Position position, Text text)
{
    Text line, rest;

    position.byte += (uint32_t)text.length;
    while (text_cut(text, TEXT_LIT("\n"), &line, &rest)) {
        position.line++;
        position.column = 1;
        text = rest;
    }
    position.column += (uint32_t)source_count_characters(text);
    return position;
}

Position source_position(const Source *source, size_t byte)
{
    return position_after((Position){ 0, 1, 1 }, text_slice(source->text, 0, byte));
}
