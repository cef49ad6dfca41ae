/*
 * A block is written in the smallest of three forms: its bytes as they are (stored), with the codes
 * that RFC 1951 gives (fixed), or with codes of its own, which then come first (dynamic).
 */
#include "pipectl/base/deflate.h"
#include "pipectl/base/digest.h"

#include "huffman.h"
#include "repetition.h"

#include <string.h>

enum {
    STORED = 0,
    FIXED = 1,
    DYNAMIC = 2,
    HEADER_BITS = 3, /* of a block: whether it is final, and its form */
    LITERALS = 286,  /* symbols for literals, the block's end, and lengths */
    END_OF_BLOCK = 256,
    FIRST_LENGTH = 257,
    LENGTH_MINIMUM = 3, /* the smallest that has a symbol */
    LENGTH_MAXIMUM = 258,
    LAST_LENGTH = 285,
    DISTANCES = 30,
    STORED_LIMIT = 65535,
    COPY = 16, /* symbols for runs in a sequence of code lengths */
    ZEROS = 17,
    MANY_ZEROS = 18,
    RUN_SYMBOLS = 19,
};

/* --- bits ----------------------------------------------------------------------------------- */

typedef struct BitWriter {
    TextBuilder text;
    uint64_t bits; /* not yet a byte; the first is the lowest */
    unsigned count;
} BitWriter;

static void add_bits(BitWriter *writer, unsigned bits, unsigned count)
{
    writer->bits |= (uint64_t)bits << writer->count;
    for (writer->count += count; writer->count >= 8; writer->count -= 8, writer->bits >>= 8)
        text_add_char(&writer->text, (char)(writer->bits & 0xff));
}

static void add_symbol(BitWriter *writer, const HuffmanCode *code, size_t symbol)
{
    add_bits(writer, code->bits[symbol], code->lengths[symbol]);
}

static void add_stored(BitWriter *writer, Text content, bool is_final)
{
    unsigned length = (unsigned)content.length;

    add_bits(writer, is_final | STORED << 1, HEADER_BITS);
    add_bits(writer, 0, (8 - writer->count) % 8);
    add_bits(writer, length, 16);
    add_bits(writer, length ^ 0xffff, 16);
    text_add(&writer->text, content);
}

/* --- lengths and distances ------------------------------------------------------------------ */

/* A number as a symbol for its highest bits, and the bits below, which are written as they are. */
typedef struct Split {
    unsigned symbol;
    unsigned extra;
    unsigned extra_bits;
} Split;

/* The symbol says how long [number] is, and the [kept] bits after its highest. */
static Split split(unsigned number, unsigned kept)
{
    unsigned width = kept;

    while (number >> width > 1)
        width++;
    width -= kept;
    return (Split){ (width << kept) + (number >> width), number & ((1u << width) - 1), width };
}

static Split split_length(Token token)
{
    Split result;

    if (token.length == LENGTH_MAXIMUM)
        return (Split){ LAST_LENGTH, 0, 0 };
    result = split((unsigned)token.length - LENGTH_MINIMUM, 2);
    result.symbol += FIRST_LENGTH;
    return result;
}

static Split split_distance(Token token)
{
    return split(token.distance, 1);
}

/* --- a block's own codes -------------------------------------------------------------------- */

typedef struct Counts {
    uint32_t literals[LITERALS];
    uint32_t distances[DISTANCES];
    size_t extra_bits;
} Counts;

static Counts count_symbols(const TokenBlock *block)
{
    Counts counts = { .literals[END_OF_BLOCK] = 1 };
    bool has_matches = false;

    for (size_t i = 0; i < block->count; i++) {
        Token token = block->tokens[i];
        Split length, distance;

        if (!token.length) {
            counts.literals[token.literal]++;
            continue;
        }
        length = split_length(token);
        distance = split_distance(token);
        counts.literals[length.symbol]++;
        counts.distances[distance.symbol]++;
        counts.extra_bits += length.extra_bits + distance.extra_bits;
        has_matches = true;
    }
    if (!has_matches) /* a code of no symbols cannot be written */
        counts.distances[0] = 1;
    return counts;
}

/* Code lengths as symbols: a length, or a run. */
typedef struct Run {
    unsigned symbol;
    unsigned extra;
    unsigned extra_bits;
} Run;

typedef struct Codes {
    HuffmanCode literals;
    HuffmanCode distances;
    size_t literal_count;
    size_t distance_count;
    Run runs[LITERALS + DISTANCES]; /* lengths of both, in one sequence */
    size_t run_count;
    HuffmanCode run_code;
    size_t run_code_count; /* lengths of that code that are written */
    size_t header_size;    /* of all that comes before the tokens, in bits */
} Codes;

/* Lengths of the run code are written in this order: those at its end are rare. */
static const uint8_t run_order[RUN_SYMBOLS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15 };

/* [length], so often. */
static void add_runs(Codes *codes, unsigned length, size_t count)
{
    if (length) {
        codes->runs[codes->run_count++] = (Run){ length, 0, 0 };
        count--;
    }
    while (count >= 3) {
        size_t longest = length ? 6 : count < 11 ? 10 : 138;
        size_t taken = count < longest ? count : longest;
        unsigned more = (unsigned)taken - 3;

        codes->runs[codes->run_count++] = length       ? (Run){ COPY, more, 2 }
                                          : taken < 11 ? (Run){ ZEROS, more, 3 }
                                                       : (Run){ MANY_ZEROS, more - 8, 7 };
        count -= taken;
    }
    while (count-- > 0)
        codes->runs[codes->run_count++] = (Run){ length, 0, 0 };
}

static size_t used_symbols(const uint32_t *counts, size_t size)
{
    while (size > 0 && !counts[size - 1])
        size--;
    return size;
}

/* The sequence of both codes' lengths; a run may begin in one and end in the other. */
static void set_runs(Codes *codes)
{
    uint8_t lengths[LITERALS + DISTANCES];
    size_t count = codes->literal_count + codes->distance_count, start = 0;

    memcpy(lengths, codes->literals.lengths, codes->literal_count);
    memcpy(lengths + codes->literal_count, codes->distances.lengths, codes->distance_count);
    for (size_t i = 1; i <= count; i++)
        if (i == count || lengths[i] != lengths[start]) {
            add_runs(codes, lengths[start], i - start);
            start = i;
        }
}

static void make_codes(Codes *codes, const Counts *counts)
{
    uint32_t run_counts[RUN_SYMBOLS] = { 0 };

    codes->run_count = 0;
    huffman_make(&codes->literals, counts->literals, LITERALS, 15);
    huffman_make(&codes->distances, counts->distances, DISTANCES, 15);
    codes->literal_count = used_symbols(counts->literals, LITERALS);
    codes->distance_count = used_symbols(counts->distances, DISTANCES);
    set_runs(codes);
    for (size_t i = 0; i < codes->run_count; i++)
        run_counts[codes->runs[i].symbol]++;
    huffman_make(&codes->run_code, run_counts, RUN_SYMBOLS, 7);
    codes->run_code_count = RUN_SYMBOLS;
    while (codes->run_code_count > 4 &&
           !codes->run_code.lengths[run_order[codes->run_code_count - 1]])
        codes->run_code_count--;
    codes->header_size = HEADER_BITS + 5 + 5 + 4 + 3 * codes->run_code_count +
                         huffman_cost(&codes->run_code, run_counts, RUN_SYMBOLS);
    for (size_t i = 0; i < codes->run_count; i++)
        codes->header_size += codes->runs[i].extra_bits;
}

static void add_codes(BitWriter *writer, const Codes *codes)
{
    add_bits(writer, (unsigned)codes->literal_count - 257, 5);
    add_bits(writer, (unsigned)codes->distance_count - 1, 5);
    add_bits(writer, (unsigned)codes->run_code_count - 4, 4);
    for (size_t i = 0; i < codes->run_code_count; i++)
        add_bits(writer, codes->run_code.lengths[run_order[i]], 3);
    for (size_t i = 0; i < codes->run_count; i++) {
        add_symbol(writer, &codes->run_code, codes->runs[i].symbol);
        add_bits(writer, codes->runs[i].extra, codes->runs[i].extra_bits);
    }
}

static void make_fixed_codes(Codes *codes)
{
    memset(codes, 0, sizeof *codes);
    for (size_t i = 0; i < HUFFMAN_SYMBOLS; i++)
        codes->literals.lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    memset(codes->distances.lengths, 5, DISTANCES);
    huffman_assign(&codes->literals);
    huffman_assign(&codes->distances);
    codes->header_size = HEADER_BITS;
}

/* --- blocks --------------------------------------------------------------------------------- */

/* What is needed while a stream is written, and no longer. */
typedef struct Workspace {
    TokenBlock block;
    Codes fixed;
    Codes dynamic;
} Workspace;

static size_t size_with(const Codes *codes, const Counts *counts)
{
    return codes->header_size + counts->extra_bits +
           huffman_cost(&codes->literals, counts->literals, LITERALS) +
           huffman_cost(&codes->distances, counts->distances, DISTANCES);
}

static void add_tokens(BitWriter *writer, const TokenBlock *block, const Codes *codes)
{
    for (size_t i = 0; i < block->count; i++) {
        Token token = block->tokens[i];
        Split length, distance;

        if (!token.length) {
            add_symbol(writer, &codes->literals, token.literal);
            continue;
        }
        length = split_length(token);
        distance = split_distance(token);
        add_symbol(writer, &codes->literals, length.symbol);
        add_bits(writer, length.extra, length.extra_bits);
        add_symbol(writer, &codes->distances, distance.symbol);
        add_bits(writer, distance.extra, distance.extra_bits);
    }
    add_symbol(writer, &codes->literals, END_OF_BLOCK);
}

static void add_block(BitWriter *writer, Workspace *work)
{
    const TokenBlock *block = &work->block;
    Counts counts = count_symbols(block);
    size_t fixed_size = size_with(&work->fixed, &counts), dynamic_size, best_size;

    make_codes(&work->dynamic, &counts);
    dynamic_size = size_with(&work->dynamic, &counts);
    best_size = dynamic_size < fixed_size ? dynamic_size : fixed_size;
    if (block->is_in_buffer && block->content.length <= STORED_LIMIT &&
        (block->content.length + 5) * 8 < best_size) {
        add_stored(writer, block->content, false);
        return;
    }
    if (dynamic_size < fixed_size) {
        add_bits(writer, DYNAMIC << 1, HEADER_BITS);
        add_codes(writer, &work->dynamic);
        add_tokens(writer, block, &work->dynamic);
    } else {
        add_bits(writer, FIXED << 1, HEADER_BITS);
        add_tokens(writer, block, &work->fixed);
    }
}

static void add_content(BitWriter *writer, Text content, DeflateLevel level)
{
    Arena scratch = { 0 };
    Workspace *work = arena_new(&scratch, Workspace);
    RepetitionSearch *search = repetition_search(&scratch, content, level);

    make_fixed_codes(&work->fixed);
    while (repetition_next(search, &work->block))
        add_block(writer, work);
    arena_free(&scratch);
}

/* --- streams -------------------------------------------------------------------------------- */

Text deflate(Arena *arena, Text content, DeflateLevel level)
{
    BitWriter writer = { .text = text_builder(arena) };

    add_content(&writer, content, level);
    add_stored(&writer, TEXT_NONE, true);
    return text_built(&writer.text);
}

Text gzip(Arena *arena, Text content, GzipEnd end)
{
    /* method 8, no flags, no time, no hint at the effort, made on an unknown system */
    static const char header[] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff };
    BitWriter writer = { .text = text_builder(arena) };

    text_add(&writer.text, (Text){ header, sizeof header });
    add_content(&writer, content, DEFLATE_LEVEL_GZIP);
    if (end == GZIP_END_FLUSHED)
        add_stored(&writer, TEXT_NONE, false);
    add_stored(&writer, TEXT_NONE, true);
    add_bits(&writer, crc32_of(content), 32);
    add_bits(&writer, (unsigned)content.length, 32);
    return text_built(&writer.text);
}
