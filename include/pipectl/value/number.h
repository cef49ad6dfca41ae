/*
 * number.h: exact numbers, as Terraform's: 512-bit binary floating point, never a double.
 *
 * Most are small integers: a Number is an int64, or a pointer to an immutable MPFR value where that
 * does not hold it. The only user of MPFR. Results are rounded to nearest even.
 */
#pragma once

#include "pipectl/base/text.h"

typedef struct Real Real; /* a 512-bit value */

typedef struct Number {
    int64_t integer;  /* when real is NULL */
    const Real *real; /* never one that an int64 could hold */
} Number;

typedef enum NumberSign { NUMBER_NEGATIVE = -1, NUMBER_ZERO = 0, NUMBER_POSITIVE = 1 } NumberSign;

Number number_of(int64_t integer);
Number number_of_double(Arena *arena, double value);

/* Exponents beyond this are refused; what is too large all the same is infinite. */
#define NUMBER_EXPONENT_LIMIT INT64_C(2147483646)

/* Decimal with optional sign, fraction and exponent. The whole text must be a number. */
bool number_parse(Arena *arena, Text text, Number *ret_number);

/* Shortest decimal that reads back equal, without exponent, as Terraform prints it. */
Text number_text(Arena *arena, Number number);

/* With at most [count] significant digits, as C's %.{count}g; the order of set elements needs it. */
Text number_text_rounded(Arena *arena, Number number, size_t count);

/* As printf's %e, %f and %g (or %E, %G), without flags: rounded to nearest, a half to even. A precision
   below 0: the fewest digits that read back equal. */
Text number_format(Arena *arena, Number number, char verb, int precision);

int number_compare(Number a, Number b);
NumberSign number_sign(Number number);
bool number_is_integer(Number number);
bool number_is_infinite(Number number);
bool number_is_nan(Number number); /* what log and power give where they are not defined */
bool number_to_int(Number number, int64_t *ret_integer); /* false when it is no int64 */
double number_to_double(Number number);

Number number_add(Arena *arena, Number a, Number b);
Number number_subtract(Arena *arena, Number a, Number b);
Number number_multiply(Arena *arena, Number a, Number b);
Number number_divide(Arena *arena, Number a, Number b); /* x/0 is an infinity, 0/0 an error: see number_is_valid_division */
bool number_is_valid_division(Number a, Number b);
Number number_modulo(Arena *arena, Number a, Number b); /* sign of a; x % 0 is x */
Number number_negate(Arena *arena, Number a);
Number number_floor(Arena *arena, Number a);
Number number_ceil(Arena *arena, Number a);
Number number_truncate(Arena *arena, Number a);
Number number_copy(Arena *arena, Number a);

/* Functions that Terraform computes in float64 (log, pow with real exponents). */
Number number_log(Arena *arena, Number a, Number base);
Number number_power(Arena *arena, Number a, Number b);

/* Integers of any size in base 2 to 62 (parseint). */
bool number_parse_base(Arena *arena, Text digits, int base, Number *ret_number);
Text number_text_base(Arena *arena, Number integer, int base);
