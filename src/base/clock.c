/* clock.c: the two clocks, and the text forms of times. Calendars are computed here: nothing asks
   the system's time zone. */
#include "pipectl/base/clock.h"

#include <assert.h>
#include <time.h>

enum { NANOSECONDS_A_SECOND = 1000000000, SECONDS_A_DAY = 86400 };

static Nanoseconds fixed_time; /* 0: the real clocks */

static Nanoseconds read_clock(clockid_t clock)
{
    struct timespec time;

    if (fixed_time)
        return fixed_time;
    clock_gettime(clock, &time);
    return SECONDS(time.tv_sec) + time.tv_nsec;
}

Nanoseconds clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

Nanoseconds clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_set(Nanoseconds now)
{
    fixed_time = now;
}

bool clock_is_set(void)
{
    return fixed_time != 0;
}

/* --- calendar (proleptic Gregorian, UTC) ---------------------------------------------------- */

typedef struct Calendar {
    int64_t year;
    int month, day, hour, minute, second;
    int64_t nanosecond;
} Calendar;

/* Years are counted from March, so that the leap day is the last one: an era is 400 years. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static Calendar calendar_of(Nanoseconds time)
{
    int64_t nanosecond = (time % NANOSECONDS_A_SECOND + NANOSECONDS_A_SECOND) % NANOSECONDS_A_SECOND;
    int64_t seconds = (time - nanosecond) / NANOSECONDS_A_SECOND;
    int64_t second = (seconds % SECONDS_A_DAY + SECONDS_A_DAY) % SECONDS_A_DAY;
    int64_t days = (seconds - second) / SECONDS_A_DAY + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (int)((5 * day_of_year + 2) / 153); /* 0 is March */

    return (Calendar){
        .year = year_of_era + era * 400 + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
        .nanosecond = nanosecond,
    };
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* False when it is no date, or one that nanoseconds in 64 bits cannot hold (1678 to 2262). */
static bool time_of(Calendar at, Nanoseconds *ret_time)
{
    int64_t seconds, time;

    if (at.month < 1 || at.month > 12 || at.day < 1 || at.day > days_in_month(at.year, at.month) ||
        at.hour > 23 || at.minute > 59 || at.second > 59)
        return false;
    seconds = days_of(at.year, at.month, at.day) * SECONDS_A_DAY + at.hour * 3600 +
              at.minute * 60 + at.second;
    if (__builtin_mul_overflow(seconds, NANOSECONDS_A_SECOND, &time) ||
        __builtin_add_overflow(time, at.nanosecond, &time))
        return false;
    *ret_time = time;
    return true;
}

/* --- writing -------------------------------------------------------------------------------- */

Text clock_rfc3339(Arena *arena, Nanoseconds time, int digits)
{
    Calendar at = calendar_of(time);
    TextBuilder builder = text_builder(arena);
    int64_t fraction = at.nanosecond;

    assert(digits >= 0 && digits <= 9);
    for (int i = digits; i < 9; i++)
        fraction /= 10;
    text_add_format(&builder, "%04d-%02d-%02dT%02d:%02d:%02d", (int)at.year, at.month, at.day,
                    at.hour, at.minute, at.second);
    if (digits)
        text_add_format(&builder, ".%0*lld", digits, (long long)fraction);
    text_add_char(&builder, 'Z');
    return text_built(&builder);
}

Text clock_compact(Arena *arena, Nanoseconds time)
{
    Calendar at = calendar_of(time);

    return text_format(arena, "%04d%02d%02dT%02d%02d%02dZ", (int)at.year, at.month, at.day, at.hour,
                       at.minute, at.second);
}

/* --- reading -------------------------------------------------------------------------------- */

/* What is left of a text, and whether all so far was as expected. */
typedef struct Reader {
    Text rest;
    bool ok;
} Reader;

static bool has_digit(const Reader *reader)
{
    return reader->rest.length && reader->rest.bytes[0] >= '0' && reader->rest.bytes[0] <= '9';
}

static int take_digit(Reader *reader)
{
    int digit = reader->rest.bytes[0] - '0';

    reader->rest = text_slice(reader->rest, 1, reader->rest.length);
    return digit;
}

/* A number of exactly [width] digits. */
static int take_number(Reader *reader, int width)
{
    int number = 0;

    for (int i = 0; i < width; i++) {
        reader->ok &= has_digit(reader);
        if (reader->ok)
            number = number * 10 + take_digit(reader);
    }
    return number;
}

static bool take_if(Reader *reader, Text expected)
{
    if (!text_starts_with(reader->rest, expected))
        return false;
    reader->rest = text_slice(reader->rest, expected.length, reader->rest.length);
    return true;
}

static void take(Reader *reader, Text expected)
{
    reader->ok &= take_if(reader, expected);
}

/* Digits after a point, as nanoseconds; those after the ninth are dropped. */
static int64_t take_fraction(Reader *reader)
{
    int64_t fraction = 0, unit = NANOSECONDS_A_SECOND / 10;

    reader->ok &= has_digit(reader);
    for (; reader->ok && has_digit(reader); unit /= 10)
        fraction += take_digit(reader) * unit;
    return fraction;
}

/* "Z", or "+hh:mm": how far local time is ahead of UTC. */
static Nanoseconds take_offset(Reader *reader)
{
    bool behind;
    int hours, minutes;

    if (take_if(reader, TEXT_LIT("Z")))
        return 0;
    behind = take_if(reader, TEXT_LIT("-"));
    if (!behind)
        take(reader, TEXT_LIT("+"));
    hours = take_number(reader, 2);
    take(reader, TEXT_LIT(":"));
    minutes = take_number(reader, 2);
    reader->ok &= hours < 24 && minutes < 60;
    return SECONDS(hours * 3600 + minutes * 60) * (behind ? -1 : 1);
}

static void take_time_of_day(Reader *reader, Calendar *at)
{
    at->hour = take_number(reader, 2);
    take(reader, TEXT_LIT(":"));
    at->minute = take_number(reader, 2);
    take(reader, TEXT_LIT(":"));
    at->second = take_number(reader, 2);
}

bool clock_parse_rfc3339(Text text, Nanoseconds *ret_time)
{
    Reader reader = { text, true };
    Calendar at = { 0 };
    Nanoseconds offset, time;

    at.year = take_number(&reader, 4);
    take(&reader, TEXT_LIT("-"));
    at.month = take_number(&reader, 2);
    take(&reader, TEXT_LIT("-"));
    at.day = take_number(&reader, 2);
    take(&reader, TEXT_LIT("T"));
    take_time_of_day(&reader, &at);
    if (take_if(&reader, TEXT_LIT(".")))
        at.nanosecond = take_fraction(&reader);
    offset = take_offset(&reader);
    if (!reader.ok || reader.rest.length || !time_of(at, &time) ||
        __builtin_sub_overflow(time, offset, &time))
        return false;
    *ret_time = time;
    return true;
}

/* The index of the name that the text begins with, or -1. */
static int take_name(Reader *reader, const Text *names, int count)
{
    for (int i = 0; i < count; i++)
        if (take_if(reader, names[i]))
            return i;
    reader->ok = false;
    return -1;
}

bool clock_parse_http(Text text, Nanoseconds *ret_time)
{
    static const Text months[] = {
        TEXT_INIT("Jan"), TEXT_INIT("Feb"), TEXT_INIT("Mar"), TEXT_INIT("Apr"),
        TEXT_INIT("May"), TEXT_INIT("Jun"), TEXT_INIT("Jul"), TEXT_INIT("Aug"),
        TEXT_INIT("Sep"), TEXT_INIT("Oct"), TEXT_INIT("Nov"), TEXT_INIT("Dec"),
    };
    Reader reader = { text, true };
    Calendar at = { 0 };
    Text weekday, rest;

    reader.ok = text_cut(text, TEXT_LIT(", "), &weekday, &rest) && weekday.length == 3;
    reader.rest = rest;
    at.day = take_number(&reader, 2);
    take(&reader, TEXT_LIT(" "));
    at.month = take_name(&reader, months, 12) + 1;
    take(&reader, TEXT_LIT(" "));
    at.year = take_number(&reader, 4);
    take(&reader, TEXT_LIT(" "));
    take_time_of_day(&reader, &at);
    take(&reader, TEXT_LIT(" GMT"));
    return reader.ok && !reader.rest.length && time_of(at, ret_time);
}

/* One number with its unit, "1.5h". False when it is none or too large. */
static bool take_duration(Reader *reader, Nanoseconds *total)
{
    static const Text names[] = {
        TEXT_INIT("ns"), TEXT_INIT("us"), TEXT_INIT("\xC2\xB5s"), TEXT_INIT("\xCE\xBCs"),
        TEXT_INIT("ms"), TEXT_INIT("s"),  TEXT_INIT("m"),         TEXT_INIT("h"),
    };
    static const int64_t units[] = { 1,       1000,       1000,            1000,
                                     1000000, 1000000000, 60 * 1000000000LL, 3600 * 1000000000LL };
    int64_t whole = 0, fraction = 0;
    bool has_whole = has_digit(reader), has_fraction = false;
    int unit;

    while (has_digit(reader))
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, take_digit(reader), &whole))
            return false;
    if (take_if(reader, TEXT_LIT(".")) && has_digit(reader)) {
        has_fraction = true;
        fraction = take_fraction(reader);
    }
    unit = take_name(reader, names, 8);
    if (!reader->ok || !(has_whole || has_fraction) ||
        __builtin_mul_overflow(whole, units[unit], &whole) ||
        __builtin_add_overflow(*total, whole, total))
        return false;
    /* In two steps, for fraction x hour needs more than 64 bits. */
    fraction = units[unit] >= NANOSECONDS_A_SECOND
                   ? fraction * (units[unit] / NANOSECONDS_A_SECOND)
                   : fraction / (NANOSECONDS_A_SECOND / units[unit]);
    return !__builtin_add_overflow(*total, fraction, total);
}

bool clock_parse_duration(Text text, Nanoseconds *ret_duration)
{
    Reader reader = { text, true };
    Nanoseconds total = 0;

    take_if(&reader, TEXT_LIT("+"));
    if (text_is(reader.rest, "0")) {
        *ret_duration = 0;
        return true;
    }
    do {
        if (!take_duration(&reader, &total))
            return false;
    } while (reader.rest.length);
    *ret_duration = total;
    return true;
}
