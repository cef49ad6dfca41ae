/*
 * number.c: MPFR behind the int64 that most numbers are.
 *
 * A Real carries its own precision, as Terraform's numbers do: 512 bits for what was written or
 * computed, 53 for what came from a double, the digits' own for large whole numbers. The result of
 * an operation has the larger precision of its operands. An int64 counts as one of 512 bits.
 */
#include "pipectl/value/number.h"
#include "digits.h"
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MPFR_USE_INTMAX_T
#include <mpfr.h>

enum { PRECISION = 512, LEAST_INTEGER_PRECISION = 64, DOUBLE_PRECISION = 53 };

struct Real {
    mpfr_t value;
    mp_limb_t limbs[]; /* the mantissa; MPFR never moves it */
};

/* --- making ------------------------------------------------------------------------------- */

static Real *real_make(Arena *arena, mpfr_prec_t precision)
{
    Real *real = arena_alloc(arena, sizeof *real + mpfr_custom_get_size(precision));

    mpfr_set_emin(INT32_MIN); /* the room of Terraform's numbers; MPFR's own is smaller */
    mpfr_set_emax(INT32_MAX);
    mpfr_custom_init_set(real->value, MPFR_ZERO_KIND, 0, precision, real->limbs);
    return real;
}

/* An operand as MPFR wants it; an int64 gets its limbs on the stack. */
typedef struct Operand {
    mpfr_t value;
    mp_limb_t limbs[64 / 8 / sizeof(mp_limb_t)];
    mpfr_prec_t precision; /* that it stands for */
} Operand;

static mpfr_srcptr operand(Operand *operand, Number number)
{
    if (number.real) {
        operand->precision = mpfr_get_prec(number.real->value);
        return number.real->value;
    }
    operand->precision = PRECISION;
    mpfr_custom_init_set(operand->value, MPFR_ZERO_KIND, 0, 64, operand->limbs);
    mpfr_set_sj(operand->value, number.integer, MPFR_RNDN);
    return operand->value;
}

/* A negative zero stays one: Terraform prints it as "-0". */
static bool fits_integer(mpfr_srcptr value)
{
    return mpfr_number_p(value) && mpfr_integer_p(value) && mpfr_fits_intmax_p(value, MPFR_RNDN) &&
           !(mpfr_zero_p(value) && mpfr_signbit(value));
}

/* The Real as a Number; back to the mark when an int64 holds it. */
static Number number_of_real(Arena *arena, ArenaMark mark, const Real *real)
{
    if (!fits_integer(real->value))
        return (Number){ 0, real };

    int64_t integer = (int64_t)mpfr_get_sj(real->value, MPFR_RNDN);
    arena_rewind(arena, mark);
    return number_of(integer);
}

Number number_of(int64_t integer)
{
    return (Number){ integer, NULL };
}

Number number_of_double(Arena *arena, double value)
{
    ArenaMark mark = arena_mark(arena);
    Real *real = real_make(arena, DOUBLE_PRECISION);

    mpfr_set_d(real->value, value, MPFR_RNDN);
    return number_of_real(arena, mark, real);
}

Number number_copy(Arena *arena, Number a)
{
    if (!a.real)
        return a;
    Real *real = real_make(arena, mpfr_get_prec(a.real->value));
    mpfr_set(real->value, a.real->value, MPFR_RNDN);
    return (Number){ 0, real };
}

/* --- reading ------------------------------------------------------------------------------ */

static size_t digits_at(Text text, size_t from)
{
    size_t at = from;

    while (at < text.length && isdigit((unsigned char)text.bytes[at]))
        at++;
    return at - from;
}

static bool has_byte(Text text, size_t at, const char *any)
{
    return at < text.length && text.bytes[at] && strchr(any, text.bytes[at]);
}

/* The parts of: [sign] digits ["." digits] [("e" | "p") [sign] digits]; "p" is a power of two. */
typedef struct Decimal {
    Text mantissa; /* sign and radix point included */
    char marker;   /* of the exponent: 'e', 'p' or 0 */
    int64_t exponent;
} Decimal;

static bool split_decimal(Text text, Decimal *ret)
{
    size_t at = has_byte(text, 0, "+-");
    size_t digits = digits_at(text, at);

    at += digits;
    if (has_byte(text, at, ".")) {
        size_t fraction = digits_at(text, at + 1);
        digits += fraction;
        at += 1 + fraction;
    }
    if (digits == 0)
        return false;
    *ret = (Decimal){ .mantissa = text_slice(text, 0, at) };
    if (at == text.length)
        return true;
    if (!has_byte(text, at, "eEpP"))
        return false;
    ret->marker = (char)tolower((unsigned char)text.bytes[at]);
    return text_to_int(text_slice(text, at + 1, text.length), &ret->exponent) &&
           ret->exponent <= NUMBER_EXPONENT_LIMIT && ret->exponent >= -NUMBER_EXPONENT_LIMIT;
}

static bool parse_infinity(Arena *arena, Text text, Number *ret_number)
{
    bool has_sign = has_byte(text, 0, "+-");
    Text word = text_slice(text, has_sign, text.length);
    Real *real;

    if (!text_is(word, "Inf") && !text_is(word, "inf"))
        return false;
    real = real_make(arena, PRECISION);
    mpfr_set_inf(real->value, has_byte(text, 0, "-") ? -1 : 1);
    *ret_number = (Number){ 0, real };
    return true;
}

bool number_parse(Arena *arena, Text text, Number *ret_number)
{
    Decimal decimal;
    int64_t integer;

    if (text.length < 19 && text_to_int(text, &integer) && (integer != 0 || text.length == 1)) {
        *ret_number = number_of(integer);
        return true;
    }
    if (!split_decimal(text, &decimal))
        return parse_infinity(arena, text, ret_number);

    ArenaMark mark = arena_mark(arena);
    Real *real = real_make(arena, PRECISION);
    ArenaMark after = arena_mark(arena);
    Text read = decimal.marker == 'p' ? decimal.mantissa : text;

    mpfr_strtofr(real->value, text_cstring(arena, read), NULL, 10, MPFR_RNDN);
    arena_rewind(arena, after);
    if (decimal.marker == 'p')
        mpfr_mul_2si(real->value, real->value, (long)decimal.exponent, MPFR_RNDN);
    *ret_number = number_of_real(arena, mark, real);
    return true;
}

/* --- digits ------------------------------------------------------------------------------- */

static Digits digits_of(Arena *arena, mpfr_srcptr value, size_t count, mpfr_rnd_t rounding)
{
    Digits digits = { .count = count, .is_negative = mpfr_signbit(value) };
    mpfr_exp_t exponent;
    char *bytes;

    if (mpfr_zero_p(value))
        return (Digits){ .is_negative = mpfr_signbit(value) };
    bytes = arena_alloc(arena, count + 2 < 7 ? 7 : count + 2);
    mpfr_get_str(bytes, &exponent, 10, count, value, rounding);
    digits.bytes = bytes + (bytes[0] == '-');
    digits.exponent = exponent;
    while (digits.count > 1 && digits.bytes[digits.count - 1] == '0')
        digits.count--;
    return digits;
}

Digits digits_rounded(Arena *arena, Number number, size_t count)
{
    Operand room;

    return digits_of(arena, operand(&room, number), count, MPFR_RNDN);
}

/* Do the digits name [value], that is, lie within half a unit of its last binary place? The half
   itself counts when the mantissa is even. (So Terraform decides; just below a power of two this
   admits digits that would read back as the number before.) */
static bool names_value(Arena *arena, const Digits *digits, mpfr_srcptr value)
{
    mpfr_prec_t precision = mpfr_get_prec(value);
    Real *read = real_make(arena, precision + 64);
    Real *half = real_make(arena, 2);
    char *decimal = arena_alloc(arena, digits->count + 32);

    snprintf(decimal, digits->count + 32, "0.%.*se%lld", (int)digits->count, digits->bytes,
             digits->exponent);
    mpfr_strtofr(read->value, decimal, NULL, 10, MPFR_RNDN);
    if (mpfr_signbit(value))
        mpfr_neg(read->value, read->value, MPFR_RNDN);
    mpfr_sub(read->value, read->value, value, MPFR_RNDN);
    mpfr_set_ui_2exp(half->value, 1, mpfr_get_exp(value) - precision - 1, MPFR_RNDN);
    int order = mpfr_cmpabs(read->value, half->value);
    return order < 0 || (order == 0 && mpfr_min_prec(value) < precision);
}

/* All decimals of [safe] digits are told apart by the precision, so if fewer than that suffice, they
   are what remains of [safe] without zeros. */
Digits digits_shortest(Arena *arena, Number number)
{
    Operand room;
    mpfr_srcptr value = operand(&room, number);
    size_t safe = (size_t)((double)(mpfr_get_prec(value) - 1) * 0.30102999566398119);

    for (size_t count = safe ? safe : 1;; count++) {
        ArenaMark mark = arena_mark(arena);
        Digits digits = digits_of(arena, value, count, MPFR_RNDN);

        /* Four more always suffice; the limit only guards the loop. */
        if (digits.count == 0 || count >= safe + 4 || names_value(arena, &digits, value))
            return digits;
        arena_rewind(arena, mark);
    }
}

Digits digits_to_place(Arena *arena, Number number, int places)
{
    Operand room;
    mpfr_srcptr value = operand(&room, number);
    Digits digits = digits_of(arena, value, 2, MPFR_RNDZ);
    long long count = digits.exponent + places;

    if (digits.count == 0)
        return digits;
    if (count > 0)
        return digits_of(arena, value, (size_t)count, MPFR_RNDN);
    /* The first digit is already behind the last place: up only from more than half a unit. A half
       itself can only be 0.5, and goes to 0, which is even. */
    bool is_half = digits.bytes[0] == '5' && places == 0 && mpfr_min_prec(value) == 1;
    if (count < 0 || digits.bytes[0] < '5' || is_half)
        return (Digits){ .is_negative = digits.is_negative };
    digits.bytes[0] = '1';
    digits.count = 1;
    digits.exponent++;
    return digits;
}

/* --- asking ------------------------------------------------------------------------------- */

int number_compare(Number a, Number b)
{
    Operand left, right;

    if (!a.real && !b.real)
        return (a.integer > b.integer) - (a.integer < b.integer);
    return mpfr_cmp(operand(&left, a), operand(&right, b));
}

NumberSign number_sign(Number number)
{
    Operand room;
    int sign = mpfr_sgn(operand(&room, number));

    return sign < 0 ? NUMBER_NEGATIVE : sign > 0 ? NUMBER_POSITIVE : NUMBER_ZERO;
}

bool number_is_integer(Number number)
{
    return !number.real || mpfr_integer_p(number.real->value);
}

bool number_is_infinite(Number number)
{
    return number.real && mpfr_inf_p(number.real->value);
}

bool number_is_nan(Number number)
{
    return number.real && mpfr_nan_p(number.real->value);
}

bool number_to_int(Number number, int64_t *ret_integer)
{
    if (number.real && !mpfr_zero_p(number.real->value))
        return false;
    *ret_integer = number.real ? 0 : number.integer;
    return true;
}

double number_to_double(Number number)
{
    Operand room;

    return number.real ? mpfr_get_d(operand(&room, number), MPFR_RNDN) : (double)number.integer;
}

/* --- arithmetic --------------------------------------------------------------------------- */

typedef int BinaryFunction(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

static Number binary(Arena *arena, BinaryFunction *function, Number a, Number b)
{
    Operand room_a, room_b;
    mpfr_srcptr left = operand(&room_a, a), right = operand(&room_b, b);
    mpfr_prec_t precision =
        room_a.precision > room_b.precision ? room_a.precision : room_b.precision;
    ArenaMark mark = arena_mark(arena);
    Real *real = real_make(arena, precision);

    function(real->value, left, right, MPFR_RNDN);
    return number_of_real(arena, mark, real);
}

Number number_add(Arena *arena, Number a, Number b)
{
    int64_t sum;

    if (!a.real && !b.real && !__builtin_add_overflow(a.integer, b.integer, &sum))
        return number_of(sum);
    return binary(arena, mpfr_add, a, b);
}

Number number_subtract(Arena *arena, Number a, Number b)
{
    int64_t difference;

    if (!a.real && !b.real && !__builtin_sub_overflow(a.integer, b.integer, &difference))
        return number_of(difference);
    return binary(arena, mpfr_sub, a, b);
}

/* A product keeps what it needs beyond its operands' precision, up to 512 bits. */
static Number multiply_reals(Arena *arena, Number a, Number b)
{
    Operand room_a, room_b;
    mpfr_srcptr left = operand(&room_a, a), right = operand(&room_b, b);
    mpfr_prec_t precision =
        room_a.precision > room_b.precision ? room_a.precision : room_b.precision;
    ArenaMark mark = arena_mark(arena);
    Real *product = real_make(arena, PRECISION);

    mpfr_mul(product->value, left, right, MPFR_RNDN);
    if (mpfr_regular_p(product->value) && mpfr_min_prec(product->value) > precision)
        precision = mpfr_min_prec(product->value);
    if (precision != PRECISION) {
        Real *rounded = real_make(arena, precision);
        mpfr_set(rounded->value, product->value, MPFR_RNDN);
        product = rounded;
    }
    return number_of_real(arena, mark, product);
}

Number number_multiply(Arena *arena, Number a, Number b)
{
    int64_t product;

    /* A zero times a negative number is a negative zero, which no int64 holds. */
    if (!a.real && !b.real && !__builtin_mul_overflow(a.integer, b.integer, &product) && product)
        return number_of(product);
    return multiply_reals(arena, a, b);
}

Number number_divide(Arena *arena, Number a, Number b)
{
    if (!a.real && !b.real && a.integer && b.integer && b.integer != -1 &&
        a.integer % b.integer == 0)
        return number_of(a.integer / b.integer);
    return binary(arena, mpfr_div, a, b);
}

bool number_is_valid_division(Number a, Number b)
{
    if (number_is_infinite(a))
        return !number_is_infinite(b);
    return number_sign(a) != NUMBER_ZERO || number_sign(b) != NUMBER_ZERO;
}

Number number_negate(Arena *arena, Number a)
{
    if (!a.real && a.integer != 0 && a.integer != INT64_MIN)
        return number_of(-a.integer);

    Operand room;
    mpfr_srcptr value = operand(&room, a);
    ArenaMark mark = arena_mark(arena);
    Real *real = real_make(arena, room.precision);

    mpfr_neg(real->value, value, MPFR_RNDN);
    return number_of_real(arena, mark, real);
}

/* --- whole parts -------------------------------------------------------------------------- */

typedef int RoundFunction(mpfr_ptr, mpfr_srcptr);

static Number whole(Arena *arena, RoundFunction *function, Number a)
{
    if (!a.real || mpfr_inf_p(a.real->value) || mpfr_nan_p(a.real->value))
        return a;

    ArenaMark mark = arena_mark(arena);
    Real *real = real_make(arena, mpfr_get_prec(a.real->value));

    function(real->value, a.real->value);
    if (mpfr_zero_p(real->value))
        mpfr_set_zero(real->value, 1); /* here no zero is negative */
    return number_of_real(arena, mark, real);
}

Number number_floor(Arena *arena, Number a)
{
    return whole(arena, mpfr_floor, a);
}

Number number_ceil(Arena *arena, Number a)
{
    return whole(arena, mpfr_ceil, a);
}

Number number_truncate(Arena *arena, Number a)
{
    return whole(arena, mpfr_trunc, a);
}

Number number_modulo(Arena *arena, Number a, Number b)
{
    if (number_is_infinite(a) || number_is_infinite(b))
        return number_multiply(arena, a, b);
    if (number_sign(b) == NUMBER_ZERO)
        return a;
    if (!a.real && !b.real)
        return number_of(b.integer == -1 ? 0 : a.integer % b.integer);

    Number quotient = number_truncate(arena, number_divide(arena, a, b));
    return number_subtract(arena, a, number_multiply(arena, b, quotient));
}

/* --- other bases -------------------------------------------------------------------------- */

/* Letters are digits from 10 on; only above base 36 does their case matter. */
static int digit_value(char c, int base)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + (base <= 36 ? 10 : 36);
    return base;
}

/* The number has as many bits as it needs, and 64 at least, as Terraform's. */
static Number number_of_digits(Arena *arena, Text digits, int base, bool is_negative)
{
    ArenaMark mark = arena_mark(arena);
    Real *room = real_make(arena, (mpfr_prec_t)digits.length * 6 + LEAST_INTEGER_PRECISION);
    Real *number;
    mpfr_prec_t bits;

    for (size_t i = 0; i < digits.length; i++) {
        mpfr_mul_si(room->value, room->value, base, MPFR_RNDN);
        mpfr_add_si(room->value, room->value, digit_value(digits.bytes[i], base), MPFR_RNDN);
    }
    bits = mpfr_zero_p(room->value) ? 1 : mpfr_get_exp(room->value);
    number = real_make(arena, bits > LEAST_INTEGER_PRECISION ? bits : LEAST_INTEGER_PRECISION);
    mpfr_set(number->value, room->value, MPFR_RNDN);
    if (is_negative && !mpfr_zero_p(number->value))
        mpfr_neg(number->value, number->value, MPFR_RNDN);
    return number_of_real(arena, mark, number);
}

bool number_parse_base(Arena *arena, Text digits, int base, Number *ret_number)
{
    bool is_negative = has_byte(digits, 0, "-");
    Text rest = text_slice(digits, has_byte(digits, 0, "+-"), digits.length);

    assert(base >= 2 && base <= 62);
    for (size_t i = 0; i < rest.length; i++) {
        if (digit_value(rest.bytes[i], base) >= base)
            return false;
    }
    if (rest.length == 0)
        return false;

    *ret_number = number_of_digits(arena, rest, base, is_negative);
    return true;
}

Text number_text_base(Arena *arena, Number integer, int base)
{
    Operand room;
    mpfr_srcptr value = operand(&room, integer);
    mpfr_exp_t exponent;

    assert(base >= 2 && base <= 36);
    if (mpfr_zero_p(value))
        return TEXT_LIT("0");
    assert(mpfr_integer_p(value));

    /* As many digits as bits are enough in every base; what follows the point is zeros. */
    size_t count = (size_t)(mpfr_get_exp(value) > 0 ? mpfr_get_exp(value) : 1) + 1;
    char *digits = arena_alloc(arena, count + 7);
    mpfr_get_str(digits, &exponent, base, count, value, MPFR_RNDN);
    return (Text){ digits, (size_t)exponent + (digits[0] == '-') };
}
