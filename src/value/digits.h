/*
 * digits.h: the decimal digits of a number, between MPFR (number.c) and their layout (number_text.c).
 */
#pragma once

#include "pipectl/value/number.h"

/* 0.d1d2d3... times ten to [exponent]; no zeros at the end, and no digits at all for a zero. */
typedef struct Digits {
    char *bytes;
    size_t count;
    long long exponent;
    bool is_negative; /* a zero may be, too */
} Digits;

/* Of a finite number: the fewest that read back equal, rounded to [count] of them, or rounded at
   [places] after the point. */
Digits digits_shortest(Arena *arena, Number number);
Digits digits_rounded(Arena *arena, Number number, size_t count);
Digits digits_to_place(Arena *arena, Number number, int places);
