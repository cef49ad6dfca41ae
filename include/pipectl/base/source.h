/*
 * source.h: a file's text, and spans of it.
 *
 * A place is a byte, counted from 0; it fits 32 bits, since file_read takes no larger file. Line
 * and column are looked for when somebody is to read them. A Range without a source (source ==
 * NULL) means "nowhere in a file".
 */
#pragma once

#include "pipectl/base/arena.h"
#include "pipectl/base/text.h"

/* A place as people say it: both count from 1, columns in grapheme clusters, as Terraform's do. */
typedef struct Position {
    uint32_t line;
    uint32_t column;
} Position;

typedef struct Source {
    Text name; /* as it is shown to the user: relative to the working directory where possible */
    Text text;
    struct LastPlace *last; /* where source_position was asked for last; may be NULL */
} Source;

/* With a last place, so that a thousand messages about it do not count its lines a thousand times.
   The text may still be filled in. */
Source *source_make(Arena *arena, Text name, Text text);

typedef struct Range {
    const Source *source;
    uint32_t start;
    uint32_t end; /* the first byte after the span */
} Range;

#define RANGE_NONE ((Range){ NULL, 0, 0 })

/* From the start of [a] to the end of [b]; both in one source. */
Range range_between(Range a, Range b);

/* The text of the range, empty for RANGE_NONE. */
Text range_text(Range range);

/* "main.tf:3,1-17", and "main.tf:3,1"; empty for RANGE_NONE. */
Text range_place(Arena *arena, Range range);
Text range_start_place(Arena *arena, Range range);

/* The whole line (without its end) that holds byte [byte]. */
Text source_line(const Source *source, size_t byte, size_t *ret_start);

/* Counts on from the last place that was asked for, or back from it. */
Position source_position(const Source *source, size_t byte);

/* 0,0 of RANGE_NONE. */
Position range_start(Range range);
Position range_end(Range range);

/* How many user-visible characters (grapheme clusters) [text] has. base has a simple count of
   UTF-8 leading bytes; value/unicode.c installs the exact one at start. */
extern size_t (*source_count_characters)(Text text);
