/*
 * source.h: a file's text, and spans of it.
 *
 * Lines and columns count from 1; columns count grapheme clusters, as Terraform's do; bytes count
 * from 0 and fit 32 bits, since file_read takes no larger file. A Range without a source (source == NULL) means "nowhere in a file".
 */
#pragma once

#include "pipectl/base/arena.h"
#include "pipectl/base/text.h"

typedef struct Source {
    Text name; /* as it is shown to the user: relative to the working directory where possible */
    Text text;
} Source;

typedef struct Position {
    uint32_t byte;
    uint32_t line;
    uint32_t column;
} Position;

typedef struct Range {
    const Source *source;
    Position start;
    Position end; /* the first position after the span */
} Range;

#define RANGE_NONE ((Range){ NULL, { 0, 0, 0 }, { 0, 0, 0 } })

/* From the start of [a] to the end of [b]; both in one source. */
Range range_between(Range a, Range b);

/* The text of the range, empty for RANGE_NONE. */
Text range_text(Range range);

/* "main.tf:3,1-17"; it has a source. */
Text range_place(Arena *arena, Range range);

/* The whole line (without its end) that holds byte [byte]. */
Text source_line(const Source *source, size_t byte, size_t *ret_start);

/* How many user-visible characters (grapheme clusters) [text] has. base has a simple count of
   UTF-8 leading bytes; value/unicode.c installs the exact one at start. */
extern size_t (*source_count_characters)(Text text);

/* Moves [position] over [text] as it stands in the source. */
Position position_after(Position position, Text text);

/* The position of byte [byte] by walking from the file's start: for places found late. */
Position source_position(const Source *source, size_t byte);
