/* Functions of numbers. */
#include "functions.h"

static Number number_at(const Call *call, size_t index)
{
    return value_to_number(call_argument(call, index));
}

Value function_abs(Call *call)
{
    Value value = call_argument(call, 0);
    Number number;

    if (value.state == VALUE_UNKNOWN)
        return call_unknown(call, type_number); /* without marks, as in Terraform */
    number = value_to_number(value);
    if (number_sign(number) == NUMBER_NEGATIVE)
        number = number_negate(call->arena, number);
    return value_marked(value_number(number), value.marks);
}

Value function_ceil(Call *call)
{
    return value_number(number_ceil(call->arena, number_at(call, 0)));
}

Value function_floor(Call *call)
{
    return value_number(number_floor(call->arena, number_at(call, 0)));
}

Value function_signum(Call *call)
{
    int64_t integer;

    if (!call_integer(call, 0, &integer))
        return value_unknown(type_number);
    return value_integer((integer > 0) - (integer < 0));
}

/* --- of several ----------------------------------------------------------------------------- */

/* The number that comes last when [sign] is 1, first when it is -1. */
static Value extreme(Call *call, int sign)
{
    Number best;

    if (call->count == 0)
        return call_error(call, -1, "must pass at least one number");
    best = number_at(call, 0);
    for (size_t i = 1; i < call->count; i++)
        if (number_compare(number_at(call, i), best) * sign > 0)
            best = number_at(call, i);
    return value_number(best);
}

Value function_max(Call *call)
{
    return extreme(call, 1);
}

Value function_min(Call *call)
{
    return extreme(call, -1);
}

/* The elements as numbers; false when one is none. */
static bool sum_elements(Call *call, Value list, Number *ret_sum)
{
    Number sum = number_of(0);

    for (size_t i = 0; i < value_count(list); i++) {
        Value element = value_at(list, i);
        Text why;

        if (element.state == VALUE_NULL ||
            !value_convert(call->arena, element, type_number, &element, &why))
            return false;
        if (element.state == VALUE_KNOWN)
            sum = number_add(call->arena, sum, value_to_number(element));
    }
    *ret_sum = sum;
    return true;
}

Value function_sum(Call *call)
{
    Value list = call_argument(call, 0);
    Number sum;

    if (list.state == VALUE_UNKNOWN)
        return list.type == type_dynamic ? list : call_unknown(call, type_number);
    if (type_is_primitive(list.type))
        return call_error(call, 0, "cannot sum noniterable");
    if (!is_sequence_type(list.type))
        return call_error(call, 0, "argument must be list, set, or tuple. Received " TEXT_FMT,
                          TEXT(type_friendly(call->arena, list.type)));
    if (!value_is_wholly_known(list))
        return call_unknown(call, type_number);
    if (value_count(list) == 0)
        return call_error(call, 0, "cannot sum an empty list");
    if (!sum_elements(call, list, &sum))
        return call_error(call, 0, "argument must be list, set, or tuple of number values");
    if (number_is_nan(sum))
        return call_error(call, -1, "can't compute sum of opposing infinities");
    return value_number(sum);
}

/* --- in float64 ----------------------------------------------------------------------------- */

static Value defined(Call *call, Number number)
{
    return number_is_nan(number) ? call_error(call, -1, "the result is not a number")
                                 : value_number(number);
}

Value function_log(Call *call)
{
    return defined(call, number_log(call->arena, number_at(call, 0), number_at(call, 1)));
}

Value function_pow(Call *call)
{
    return defined(call, number_power(call->arena, number_at(call, 0), number_at(call, 1)));
}

/* --- parseint ------------------------------------------------------------------------------- */

Value function_parseint(Call *call)
{
    Value text = call_argument(call, 0);
    Number number;
    int64_t base;

    if (text.type == type_dynamic)
        return value_unknown(type_dynamic);
    if (text.type != type_string)
        return call_error(call, 0, "first argument must be a string, not " TEXT_FMT,
                          TEXT(type_friendly(call->arena, text.type)));
    if (text.state == VALUE_UNKNOWN || call_argument(call, 1).state == VALUE_UNKNOWN)
        return call_unknown(call, type_number);
    if (!number_to_int(number_at(call, 1), &base) || base < 2 || base > 62)
        return call_error(call, 1, "base must be a whole number between 2 and 62 inclusive");
    if (!number_parse_base(call->arena, value_text(text), (int)base, &number))
        return call_error(call, 0, "cannot parse \"" TEXT_FMT "\" as a base %d integer",
                          TEXT(value_text(text)), (int)base);
    return value_number(number);
}

/* --- range ---------------------------------------------------------------------------------- */

enum { RANGE_MAX = 1024 };

typedef struct RangeOf {
    Number from, to, step;
} RangeOf;

/* Whether [at] is still before the end. */
static bool is_inside(const RangeOf *range, Number at)
{
    int order = number_compare(at, range->to);

    return number_sign(range->step) == NUMBER_NEGATIVE ? order > 0 : order < 0;
}

static bool read_range(Call *call, RangeOf *ret)
{
    switch (call->count) {
    case 1:
        *ret = (RangeOf){ number_of(0), number_at(call, 0), number_of(1) };
        break;
    case 2:
        *ret = (RangeOf){ number_at(call, 0), number_at(call, 1), number_of(1) };
        break;
    case 3:
        *ret = (RangeOf){ number_at(call, 0), number_at(call, 1), number_at(call, 2) };
        return true;
    default:
        call_error(call, -1, "must have one, two, or three arguments");
        return false;
    }
    if (number_compare(ret->to, ret->from) < 0)
        ret->step = number_of(-1);
    return true;
}

static bool check_direction(Call *call, const RangeOf *range)
{
    int order = number_compare(range->to, range->from);

    if (number_sign(range->step) == NUMBER_NEGATIVE && order > 0)
        call_error(call, (int)call->count - 2, "end must be less than start when step is negative");
    else if (number_sign(range->step) != NUMBER_NEGATIVE && order < 0)
        call_error(call, (int)call->count - 2,
                   "end must be greater than start when step is positive");
    else
        return true;
    return false;
}

Value function_range(Call *call)
{
    ValueBuilder builder = value_builder(call->arena);
    RangeOf range;

    if (!read_range(call, &range) || !check_direction(call, &range))
        return value_unknown(type_list(type_number));
    for (Number at = range.from; is_inside(&range, at);
         at = number_add(call->arena, at, range.step)) {
        if (builder.values.count == RANGE_MAX)
            return call_error(
                call, -1,
                "more than %d values were generated; either decrease the difference between "
                "start and end or use a smaller step",
                RANGE_MAX);
        value_builder_add(&builder, value_number(at));
    }
    return value_built_list(&builder, type_number);
}
