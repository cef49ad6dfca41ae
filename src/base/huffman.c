#include "huffman.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 15 };

typedef struct Leaf {
    uint32_t count;
    uint32_t symbol;
} Leaf;

/* One level of package-merge, lightest first: symbols, and pairs of items of the level below. */
typedef struct Level {
    bool is_leaf[2 * HUFFMAN_SYMBOLS];
    uint32_t weights[2 * HUFFMAN_SYMBOLS];
    size_t count;
} Level;

static int leaf_order(const void *a, const void *b)
{
    const Leaf *left = a, *right = b;

    if (left->count != right->count)
        return left->count < right->count ? -1 : 1;
    return left->symbol < right->symbol ? -1 : 1;
}

/* The symbols that occur, the rarest first. */
static size_t sorted_leaves(Leaf *leaves, const uint32_t *counts, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        if (counts[i])
            leaves[count++] = (Leaf){ counts[i], (uint32_t)i };
    qsort(leaves, count, sizeof *leaves, leaf_order);
    return count;
}

static void merge_level(Level *level, const Level *below, const Leaf *leaves, size_t leaf_count)
{
    size_t pairs = below ? below->count / 2 : 0, leaf = 0, pair = 0;

    level->count = leaf_count + pairs;
    for (size_t i = 0; i < level->count; i++) {
        uint32_t weight =
            pair < pairs ? below->weights[2 * pair] + below->weights[2 * pair + 1] : UINT32_MAX;

        level->is_leaf[i] = leaf < leaf_count && leaves[leaf].count < weight;
        level->weights[i] = level->is_leaf[i] ? leaves[leaf++].count : weight;
        pair += !level->is_leaf[i];
    }
}

/* A symbol's code is as long as the number of levels that it is taken from. */
static void set_lengths(HuffmanCode *code, const Leaf *leaves, size_t leaf_count, size_t limit)
{
    size_t depth = limit < leaf_count - 1 ? limit : leaf_count - 1, taken = 2 * leaf_count - 2;
    Level levels[LIMIT];

    for (size_t i = 0; i < depth; i++)
        merge_level(&levels[i], i ? &levels[i - 1] : NULL, leaves, leaf_count);
    for (size_t i = depth; i-- > 0;) {
        size_t leaf = 0;

        for (size_t j = 0; j < taken; j++)
            if (levels[i].is_leaf[j])
                code->lengths[leaves[leaf++].symbol]++;
        taken = 2 * (taken - leaf);
    }
}

void huffman_make(HuffmanCode *code, const uint32_t *counts, size_t size, size_t limit)
{
    Leaf leaves[HUFFMAN_SYMBOLS];
    size_t leaf_count;

    assert(size <= HUFFMAN_SYMBOLS && limit <= LIMIT);
    leaf_count = sorted_leaves(leaves, counts, size);
    assert(leaf_count > 0);
    memset(code, 0, sizeof *code);
    if (leaf_count > 2)
        set_lengths(code, leaves, leaf_count, limit);
    for (size_t i = 0; leaf_count <= 2 && i < leaf_count; i++)
        code->lengths[leaves[i].symbol] = 1;
    huffman_assign(code);
}

static uint16_t reversed(unsigned bits, unsigned length)
{
    unsigned result = 0;

    for (; length > 0; length--, bits >>= 1)
        result = result << 1 | (bits & 1);
    return (uint16_t)result;
}

/* Codes of one length are consecutive numbers, and follow those that are shorter. */
void huffman_assign(HuffmanCode *code)
{
    unsigned next = 0;

    for (unsigned length = 1; length <= LIMIT; length++, next <<= 1)
        for (size_t i = 0; i < HUFFMAN_SYMBOLS; i++)
            if (code->lengths[i] == length)
                code->bits[i] = reversed(next++, length);
}

size_t huffman_cost(const HuffmanCode *code, const uint32_t *counts, size_t size)
{
    size_t cost = 0;

    for (size_t i = 0; i < size; i++)
        cost += (size_t)counts[i] * code->lengths[i];
    return cost;
}
