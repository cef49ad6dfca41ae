/* power.c: what Terraform computes in doubles, logarithms and powers. */
#include "pipectl/value/number.h"
#include <math.h>

/* log(1 + f), by the series of fdlibm's log: s is f / (2 + f), and this is the rest of log(1 + f)
   beside 2s. */
static double log_rest(double s)
{
    static const double odd[] = { 6.666666666666735130e-01, 2.857142874366239149e-01,
                                  1.818357216161805012e-01, 1.479819860511658591e-01 };
    static const double even[] = { 3.999999999940941908e-01, 2.222219843214978396e-01,
                                   1.531383769920937332e-01 };
    double s2 = s * s, s4 = s2 * s2;

    return s2 * (odd[0] + s4 * (odd[1] + s4 * (odd[2] + s4 * odd[3]))) +
           s4 * (even[0] + s4 * (even[1] + s4 * even[2]));
}

/* The logarithm as Terraform has it, to the last digit: the C library's is another one at times. */
static double natural_log(double x)
{
    static const double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    int exponent;
    double f, s, half_square;

    if (!(x > 0) || !isfinite(x))
        return log(x);
    f = frexp(x, &exponent);
    if (f < M_SQRT1_2) {
        f *= 2;
        exponent--;
    }
    f -= 1;
    s = f / (2 + f);
    half_square = 0.5 * f * f;
    return exponent * ln2_high -
           ((half_square - (s * (half_square + log_rest(s)) + exponent * ln2_low)) - f);
}

Number number_log(Arena *arena, Number a, Number base)
{
    return number_of_double(arena,
                            natural_log(number_to_double(a)) / natural_log(number_to_double(base)));
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
        result = exp(fraction * natural_log(x));
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
