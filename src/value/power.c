/* power.c: what Terraform computes in doubles, logarithms and powers. */
#include "pipectl/value/number.h"
#include <math.h>

Number number_log(Arena *arena, Number a, Number base)
{
    return number_of_double(arena, log(number_to_double(a)) / log(number_to_double(base)));
}

/* x to the power of y > 0 with the fraction by exp and log, the whole part by squaring, the
   exponents of two apart: the last digits are Terraform's, which pow's often are not. */
static double power_by_squaring(double x, double y, double *ret_exponent)
{
    double wholes, fraction = modf(y, &wholes), result = 1;
    int exponent;

    if (fraction > 0.5) {
        fraction -= 1;
        wholes += 1;
    }
    if (fraction != 0)
        result = exp(fraction * log(x));
    double square = frexp(x, &exponent), square_exponent = exponent;
    *ret_exponent = 0;
    for (uint64_t bits = (uint64_t)wholes; bits != 0; bits >>= 1) {
        if (bits & 1) {
            result *= square;
            *ret_exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if (fabs(square) < 0.5) {
            square *= 2;
            square_exponent -= 1;
        }
    }
    return result;
}

static double power(double x, double y)
{
    double exponent, result;

    /* The library's pow is exact where it is exact, and right in all that is special. */
    if (x == 0 || !isfinite(x) || !isfinite(y) || (x < 0 && floor(y) != y) || fabs(y) > 1e9)
        return pow(x, y);
    if (fabs(y) == 0.5)
        return y > 0 ? sqrt(x) : 1 / sqrt(x);
    result = power_by_squaring(x, fabs(y), &exponent);
    if (fabs(exponent) > 4096)
        return pow(x, y);
    return y < 0 ? ldexp(1 / result, -(int)exponent) : ldexp(result, (int)exponent);
}

Number number_power(Arena *arena, Number a, Number b)
{
    return number_of_double(arena, power(number_to_double(a), number_to_double(b)));
}
