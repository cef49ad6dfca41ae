/*
 * deflate.h: compressed bytes (RFC 1951), and gzip around them (RFC 1952).
 *
 * Any compressor makes streams that all readers take. These are made for their bytes: the hash of a
 * function's archive stands in its state, and base64gzip() in user data, so other bytes for the
 * same content would be a change to plan. The streams are those of Terraform, bit for bit: its
 * matches, its blocks and its codes.
 *
 * A stream is blocks with content, none of them final, and then an empty final one.
 *
 * Errors      There are none. The content must be shorter than 4 GB.
 * Ownership   Streams live in the arena that is passed.
 */
#pragma once

#include "pipectl/base/text.h"

/* How hard to search for repetitions: each kind of file has its own. */
typedef enum DeflateLevel {
    DEFLATE_LEVEL_ZIP = 5,
    DEFLATE_LEVEL_GZIP = 6,
} DeflateLevel;

/* How the content of a gzip file ends; both ways read the same. */
typedef enum GzipEnd {
    GZIP_END_CLOSED,  /* with the final block, as in tar.gz archives */
    GZIP_END_FLUSHED, /* with an empty stored block before the final one, as in base64gzip() */
} GzipEnd;

/* A bare stream, without the frame of gzip or zlib. */
Text deflate(Arena *arena, Text content, DeflateLevel level);

/* A file without name and time. */
Text gzip(Arena *arena, Text content, GzipEnd end);
