/*
 * repetition.h: a text as literals and references to what stood before.
 *
 * A byte is a literal until the search at the byte after it is done: a longer match that begins
 * there is preferred to one that begins here ("lazy" matching). Candidates for a match come from
 * chains of positions whose four bytes have the same hash, the newest first.
 *
 * Calling sequence
 *   RepetitionSearch *search = repetition_search(arena, content, level);
 *   while (repetition_next(search, block)) ...
 */
#pragma once

#include "pipectl/base/deflate.h"

enum { BLOCK_TOKENS = 16384 };

typedef struct Token {
    uint16_t length;   /* of a match, 4 to 258; 0: a literal */
    uint16_t distance; /* how far back a match begins, less 1 */
    uint8_t literal;
} Token;

typedef struct TokenBlock {
    Token tokens[BLOCK_TOKENS];
    size_t count;
    Text content;      /* what the tokens stand for */
    bool is_in_buffer; /* else Terraform has lost the bytes, and cannot store them as they are */
} TokenBlock;

typedef struct RepetitionSearch RepetitionSearch;

/* Keeps [content], which must be shorter than 4 GB. */
RepetitionSearch *repetition_search(Arena *arena, Text content, DeflateLevel level);

/* The next tokens; false when there are none left. */
bool repetition_next(RepetitionSearch *search, TokenBlock *block);
