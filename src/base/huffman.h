/*
 * huffman.h: prefix codes of limited length (RFC 1951, 3.2.2).
 *
 * There are many best codes for the same counts. This makes the one that Terraform makes: by
 * package-merge, with symbols in the order of (count, number), and a package before a symbol of the
 * same weight.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { HUFFMAN_SYMBOLS = 288 };

typedef struct HuffmanCode {
    uint8_t lengths[HUFFMAN_SYMBOLS]; /* in bits; 0: the symbol is not used */
    uint16_t bits[HUFFMAN_SYMBOLS];   /* the first bit of the code is the lowest */
} HuffmanCode;

/* The code of symbols that occur so often, of at most [limit] (15) bits. At least one occurs. */
void huffman_make(HuffmanCode *code, const uint32_t *counts, size_t size, size_t limit);

/* Gives the symbols their bits, by their lengths. */
void huffman_assign(HuffmanCode *code);

/* What all symbols take together, in bits. */
size_t huffman_cost(const HuffmanCode *code, const uint32_t *counts, size_t size);
