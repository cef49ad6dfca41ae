/* number_text.c: numbers as texts. */
#include "digits.h"
#include <ctype.h>
#include <stdlib.h>

static Text special_text(Number number)
{
    if (number_is_nan(number))
        return TEXT_LIT("NaN");
    return number_sign(number) == NUMBER_NEGATIVE ? TEXT_LIT("-Inf") : TEXT_LIT("+Inf");
}

/* --- as printf ---------------------------------------------------------------------------- */

/* The digit [at] places after the first one of 0.d1d2d3..., 0 beyond both ends. */
static char digit_at(const Digits *digits, long long at)
{
    return at >= 0 && (size_t)at < digits->count ? digits->bytes[at] : '0';
}

static void add_fixed(TextBuilder *builder, const Digits *digits, size_t places)
{
    long long whole = digits->exponent;

    for (long long at = whole > 0 ? 0 : whole - 1; at < whole; at++)
        text_add_char(builder, digit_at(digits, at));
    if (places)
        text_add_char(builder, '.');
    for (size_t i = 0; i < places; i++)
        text_add_char(builder, digit_at(digits, whole + (long long)i));
}

static void add_exponential(TextBuilder *builder, const Digits *digits, size_t places, char marker)
{
    long long exponent = digits->count ? digits->exponent - 1 : 0;

    text_add_char(builder, digit_at(digits, 0));
    if (places)
        text_add_char(builder, '.');
    for (size_t i = 0; i < places; i++)
        text_add_char(builder, digit_at(digits, (long long)i + 1));
    text_add_format(builder, "%c%c%02lld", marker, exponent < 0 ? '-' : '+', llabs(exponent));
}

/* %g: exponential when the exponent is below -4 or not below the precision; zeros at the end go. */
static void add_general(TextBuilder *builder, const Digits *digits, int precision, char marker)
{
    long long exponent = digits->exponent - 1;
    long long limit = precision < 0 ? 6 : precision == 0 ? 1 : precision;

    if (limit > (long long)digits->count && (long long)digits->count >= digits->exponent &&
        precision >= 0)
        limit = (long long)digits->count;
    if (exponent < -4 || exponent >= limit)
        add_exponential(builder, digits, digits->count ? digits->count - 1 : 0, marker);
    else
        add_fixed(builder, digits,
                  (long long)digits->count > digits->exponent
                      ? (size_t)((long long)digits->count - digits->exponent)
                      : 0);
}

static Digits digits_for(Arena *arena, Number number, char verb, int precision)
{
    if (precision < 0)
        return digits_shortest(arena, number);
    if (verb == 'f')
        return digits_to_place(arena, number, precision);
    if (verb == 'g')
        return digits_rounded(arena, number, precision ? (size_t)precision : 1);
    return digits_rounded(arena, number, (size_t)precision + 1);
}

static size_t places_for(const Digits *digits, char verb, int precision)
{
    long long count = (long long)digits->count - (verb == 'f' ? digits->exponent : 1);

    if (precision >= 0)
        return (size_t)precision;
    return count > 0 ? (size_t)count : 0;
}

Text number_format(Arena *arena, Number number, char verb, int precision)
{
    TextBuilder builder = text_builder(arena);
    char kind = (char)tolower((unsigned char)verb), marker = kind == verb ? 'e' : 'E';
    Digits digits;

    if (number_is_infinite(number) || number_is_nan(number))
        return special_text(number);
    digits = digits_for(arena, number, kind, precision);
    if (digits.is_negative)
        text_add_char(&builder, '-');
    if (kind == 'f')
        add_fixed(&builder, &digits, places_for(&digits, kind, precision));
    else if (kind == 'e')
        add_exponential(&builder, &digits, places_for(&digits, kind, precision), marker);
    else
        add_general(&builder, &digits, precision, marker);
    return text_built(&builder);
}

Text number_text_rounded(Arena *arena, Number number, size_t count)
{
    return number_format(arena, number, 'g', (int)count);
}

/* --- as values are shown and kept ------------------------------------------------------------ */

/* Without exponent, however many zeros that takes. */
static void add_plain(TextBuilder *builder, const Digits *digits)
{
    size_t whole = digits->exponent > 0 ? (size_t)digits->exponent : 0;
    size_t leading = digits->exponent < 0 ? (size_t)-digits->exponent : 0;
    size_t split = whole < digits->count ? whole : digits->count;

    text_add(builder, split ? (Text){ digits->bytes, split } : TEXT_LIT("0"));
    text_add_repeated(builder, '0', whole - split);
    if (split < digits->count) {
        text_add_char(builder, '.');
        text_add_repeated(builder, '0', leading);
        text_add(builder, (Text){ digits->bytes + split, digits->count - split });
    }
}

/* Terraform writes all zeros of 1e400000000, however long that takes; here there is an end. */
enum { MOST_ZEROS = 1000000 };

Text number_text(Arena *arena, Number number)
{
    if (!number.real)
        return text_format(arena, "%lld", (long long)number.integer);
    if (number_is_infinite(number) || number_is_nan(number))
        return special_text(number);

    Digits digits = digits_shortest(arena, number);
    TextBuilder builder = text_builder(arena);
    if (digits.is_negative)
        text_add_char(&builder, '-');
    if (llabs(digits.exponent) > MOST_ZEROS)
        add_exponential(&builder, &digits, digits.count - 1, 'e');
    else
        add_plain(&builder, &digits);
    return text_built(&builder);
}
