/*
 * Terraform's compressor looks at its input through a buffer of two windows, which it moves on by
 * one window when the next match might not fit. Nothing that left the buffer is found again, though
 * it may be less than a window away: [base] is where the buffer begins.
 */
#include "repetition.h"

#include <assert.h>

enum {
    SHORTEST = 4,
    LONGEST = 258,
    WINDOW = 32768,
    BUFFER = 2 * WINDOW,
    FAR = 4096, /* a match of the shortest length is not worth a distance above this */
    HASH_BITS = 17,
    HASH_TAIL = SHORTEST - 1, /* the last bytes, which begin no four bytes */
};

typedef struct Match {
    size_t length; /* SHORTEST - 1: none */
    size_t distance;
} Match;

typedef struct Effort {
    size_t lazy;  /* a match of this length is taken without a look at the next byte */
    size_t nice;  /* a match of this length ends the search */
    size_t chain; /* candidates to look at */
} Effort;

/* Positions are stored with 1 added: 0 is none. */
struct RepetitionSearch {
    const unsigned char *bytes;
    size_t length;
    Effort effort;
    size_t position;
    size_t base;
    size_t block_start;
    Match match;        /* found at the byte before */
    bool is_pending;    /* the byte before is neither a literal nor in a match yet */
    uint32_t candidate; /* where the search at the last hashed position began */
    uint32_t newest[1 << HASH_BITS];
    uint32_t earlier[WINDOW];
};

static const Match no_match = { SHORTEST - 1, 0 };

RepetitionSearch *repetition_search(Arena *arena, Text content, DeflateLevel level)
{
    RepetitionSearch *search = arena_new(arena, RepetitionSearch);

    assert(content.length < UINT32_MAX);
    search->bytes = (const unsigned char *)content.bytes;
    search->length = content.length;
    search->effort = level == DEFLATE_LEVEL_ZIP ? (Effort){ 16, 32, 32 } : (Effort){ 16, 128, 128 };
    search->match = no_match;
    return search;
}

/* --- chains --------------------------------------------------------------------------------- */

static uint32_t hash_at(const unsigned char *bytes)
{
    uint32_t four =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];

    return four * 0x1e35a7bd >> (32 - HASH_BITS);
}

static bool is_hashed(const RepetitionSearch *search, size_t position)
{
    return position + HASH_TAIL < search->length;
}

/* Returns the newest position before it that may have the same bytes. */
static uint32_t enter(RepetitionSearch *search, size_t position)
{
    uint32_t *newest = &search->newest[hash_at(search->bytes + position)];
    uint32_t before = *newest;

    search->earlier[position % WINDOW] = before;
    *newest = (uint32_t)position + 1;
    return before;
}

/* --- matches -------------------------------------------------------------------------------- */

static size_t common_length(const unsigned char *a, const unsigned char *b, size_t limit)
{
    size_t length = 0;

    while (length < limit && a[length] == b[length])
        length++;
    return length;
}

static Match longest_match(const RepetitionSearch *search, size_t oldest)
{
    const unsigned char *here = search->bytes + search->position;
    size_t left = search->length - search->position, limit = left < LONGEST ? left : LONGEST;
    size_t nice = search->effort.nice < limit ? search->effort.nice : limit;
    uint32_t candidate = search->candidate;
    Match best = no_match;

    for (size_t tries = search->effort.chain; tries > 0 && candidate > oldest; tries--) {
        size_t distance = search->position + 1 - candidate, length = 0;

        if (here[best.length] == *(here - distance + best.length))
            length = common_length(here - distance, here, limit);
        if (length > best.length && (length > SHORTEST || distance <= FAR)) {
            best = (Match){ length, distance };
            if (length >= nice)
                break;
        }
        if (distance == WINDOW) /* its link is this position's already */
            break;
        candidate = search->earlier[(candidate - 1) % WINDOW];
    }
    return best;
}

static Match find_match(const RepetitionSearch *search, size_t previous_length)
{
    size_t oldest = search->position > WINDOW ? search->position - WINDOW : 0;

    if (previous_length >= search->effort.lazy ||
        search->length - search->position <= previous_length)
        return no_match;
    return longest_match(search, oldest > search->base ? oldest : search->base);
}

/* --- tokens --------------------------------------------------------------------------------- */

/* The buffer moves on only when there is more to read into it. */
static void move_buffer(RepetitionSearch *search)
{
    while (search->position > search->base + BUFFER - SHORTEST - LONGEST &&
           search->length > search->base + BUFFER)
        search->base += WINDOW;
}

static void add_pending(RepetitionSearch *search, TokenBlock *block)
{
    if (search->is_pending)
        block->tokens[block->count++] = (Token){ .literal = search->bytes[search->position - 1] };
    search->is_pending = false;
}

/* Takes the match that began at the byte before. */
static void add_match(RepetitionSearch *search, Match match, TokenBlock *block)
{
    size_t end = search->position - 1 + match.length;

    block->tokens[block->count++] =
        (Token){ .length = (uint16_t)match.length, .distance = (uint16_t)(match.distance - 1) };
    for (size_t i = search->position + 1; i < end; i++)
        if (is_hashed(search, i))
            enter(search, i);
    search->position = end;
    search->match = no_match;
    search->is_pending = false;
}

static void advance(RepetitionSearch *search, TokenBlock *block)
{
    Match previous = search->match;

    move_buffer(search);
    if (is_hashed(search, search->position))
        search->candidate = enter(search, search->position);
    search->match = find_match(search, previous.length);
    if (previous.length >= SHORTEST && search->match.length <= previous.length) {
        add_match(search, previous, block);
        return;
    }
    add_pending(search, block);
    search->is_pending = true;
    search->position++;
}

bool repetition_next(RepetitionSearch *search, TokenBlock *block)
{
    size_t end;

    block->count = 0;
    while (search->position < search->length && block->count < BLOCK_TOKENS)
        advance(search, block);
    if (search->position == search->length && block->count < BLOCK_TOKENS)
        add_pending(search, block);
    end = search->position - search->is_pending;
    block->content =
        (Text){ (const char *)search->bytes + search->block_start, end - search->block_start };
    block->is_in_buffer = search->block_start >= search->base;
    search->block_start = end;
    return block->count > 0;
}
