/*
 * Timestamps: RFC 3339 exactly as Terraform reads it (upper case T and Z, seconds up to 59). A time
 * is kept as seconds since 1970 and nanoseconds, so that the years 1 to 9999 fit.
 */
#include "functions.h"

#include "pipectl/base/clock.h"
#include "pipectl/value/unicode.h"

typedef struct Timestamp {
    int64_t seconds; /* since 1970, UTC */
    int64_t nanoseconds;
    int offset; /* of the time zone, in minutes */
} Timestamp;

typedef struct Calendar {
    int64_t year;
    int month, day, weekday; /* 1-12, 1-31, 0 is Sunday */
    int hour, minute, second;
} Calendar;

/* --- days ----------------------------------------------------------------------------------- */

/* Days since 1970-01-01 in the proleptic Gregorian calendar. The year is taken to begin in March,
   so that the day that comes and goes is its last one. */
static int64_t days_of_date(int64_t year, int month, int day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static void date_of_days(int64_t days, Calendar *calendar)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;

    calendar->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    calendar->month = (int)(month < 10 ? month + 3 : month - 9);
    calendar->year = year_of_era + era * 400 + (calendar->month <= 2);
    calendar->weekday = (int)(((days % 7) + 11) % 7);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* As a clock in its own time zone shows it. */
static Calendar calendar_of(Timestamp time)
{
    int64_t local = time.seconds + time.offset * 60;
    int64_t days = floor_divide(local, 86400);
    int rest = (int)(local - days * 86400);
    Calendar calendar = { .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60 };

    date_of_days(days, &calendar);
    return calendar;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct TimeReader {
    Text text;
    size_t at;
    const char *wrong; /* the first thing that is; NULL: none so far */
} TimeReader;

static void fail(TimeReader *reader, const char *why)
{
    if (!reader->wrong)
        reader->wrong = why;
}

static char peek(const TimeReader *reader)
{
    return reader->at < reader->text.length ? reader->text.bytes[reader->at] : '\0';
}

static void expect(TimeReader *reader, char c, const char *why)
{
    if (peek(reader) == c)
        reader->at++;
    else
        fail(reader, why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int read_digits(TimeReader *reader, int count, int least, int most, const char *why)
{
    int number = 0;

    for (; count > 0 && is_digit(peek(reader)); count--, reader->at++)
        number = number * 10 + (peek(reader) - '0');
    if (count > 0 || number < least || number > most)
        fail(reader, why);
    return number;
}

static int64_t read_fraction(TimeReader *reader)
{
    int64_t nanoseconds = 0, unit = 100000000;

    if (peek(reader) != '.')
        return 0;
    reader->at++;
    if (!is_digit(peek(reader)))
        fail(reader, "a fraction of a second has digits after its point");
    for (; is_digit(peek(reader)); reader->at++, unit /= 10)
        nanoseconds += (peek(reader) - '0') * unit;
    return nanoseconds;
}

/* Minutes east of UTC. */
static int read_offset(TimeReader *reader)
{
    bool negative = peek(reader) == '-';
    int hours, minutes;

    if (peek(reader) == 'Z') {
        reader->at++;
        return 0;
    }
    if (!negative && peek(reader) != '+') {
        fail(reader, reader->at < reader->text.length
                         ? "the UTC offset must be Z or look like +01:00"
                         : "end of string before UTC offset");
        return 0;
    }
    reader->at++;
    hours = read_digits(reader, 2, 0, 23, "the hours of the UTC offset must be between 00 and 23");
    expect(reader, ':', "a colon must stand in the UTC offset");
    minutes =
        read_digits(reader, 2, 0, 59, "the minutes of the UTC offset must be between 00 and 59");
    return (hours * 60 + minutes) * (negative ? -1 : 1);
}

/* time = YYYY "-" MM "-" DD "T" hh ":" mm ":" ss ("." digits)? ("Z" | ("+" | "-") hh ":" mm) */
static Timestamp read_timestamp(TimeReader *reader)
{
    Timestamp time = { 0 };
    int year, month, day, hour, minute, second;

    year = read_digits(reader, 4, 0, 9999, "the year must have four digits");
    expect(reader, '-', "a hyphen must follow the year");
    month = read_digits(reader, 2, 1, 12, "the month must be between 01 and 12");
    expect(reader, '-', "a hyphen must follow the month");
    day = read_digits(reader, 2, 1, month >= 1 && month <= 12 ? days_in_month(year, month) : 31,
                      "there is no such day in the month");
    expect(reader, 'T', "missing required time introducer 'T'");
    hour = read_digits(reader, 2, 0, 23, "hour must be between 0 and 23 inclusive");
    expect(reader, ':', "a colon must follow the hour");
    minute = read_digits(reader, 2, 0, 59, "minute must be between 0 and 59 inclusive");
    expect(reader, ':', "a colon must follow the minute");
    second = read_digits(reader, 2, 0, 59, "second must be between 0 and 59 inclusive");
    time.nanoseconds = read_fraction(reader);
    time.offset = read_offset(reader);
    if (reader->at < reader->text.length)
        fail(reader, "there is more after the UTC offset");
    if (!reader->wrong)
        time.seconds = days_of_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
                       time.offset * 60;
    return time;
}

/* [argument] is where an error points, -1 for the call. */
static bool timestamp_at(Call *call, size_t index, int argument, Timestamp *ret_time)
{
    TimeReader reader = { .text = call_text(call, index) };

    *ret_time = read_timestamp(&reader);
    if (reader.wrong)
        call_error(call, argument, "not a valid RFC3339 timestamp: %s", reader.wrong);
    return !reader.wrong;
}

/* --- writing -------------------------------------------------------------------------------- */

static Text zone_text(Arena *arena, int offset, const char *separator)
{
    int minutes = offset < 0 ? -offset : offset;

    return text_format(arena, "%c%02d%s%02d", offset < 0 ? '-' : '+', minutes / 60, separator,
                       minutes % 60);
}

static Text zone_or_z(Arena *arena, int offset)
{
    return offset == 0 ? TEXT_LIT("Z") : zone_text(arena, offset, ":");
}

static Text timestamp_text(Arena *arena, Timestamp time)
{
    Calendar c = calendar_of(time);

    return text_format(arena, "%04lld-%02d-%02dT%02d:%02d:%02d" TEXT_FMT, (long long)c.year,
                       c.month, c.day, c.hour, c.minute, c.second,
                       TEXT(zone_or_z(arena, time.offset)));
}

static const char *const month_names[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
static const char *const day_names[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                         "Thursday", "Friday", "Saturday" };

/* One or two digits. */
static Text digits(Arena *arena, int number, size_t count)
{
    return text_format(arena, count == 1 ? "%d" : "%02d", number);
}

/* A verb is a letter repeated. Empty (with [ret_why]) when there is none such. */
static Text verb_text(Arena *arena, Timestamp time, char letter, size_t count, const char **ret_why)
{
    Calendar c = calendar_of(time);
    bool is_short = count <= 2;

    *ret_why = NULL;
    switch (letter) {
    case 'Y':
        if (count == 2 || count == 4)
            return text_format(arena, count == 2 ? "%02lld" : "%04lld",
                               (long long)(count == 2 ? c.year % 100 : c.year));
        *ret_why = ": year must either be \"YY\" or \"YYYY\"";
        break;
    case 'M':
        if (count <= 4)
            return is_short     ? digits(arena, c.month, count)
                   : count == 3 ? text_slice(text_of(month_names[c.month - 1]), 0, 3)
                                : text_of(month_names[c.month - 1]);
        *ret_why = ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"";
        break;
    case 'D':
        if (is_short)
            return digits(arena, c.day, count);
        *ret_why = ": day of month must either be \"D\" or \"DD\"";
        break;
    case 'E':
        if (count == 3 || count == 4)
            return text_slice(text_of(day_names[c.weekday]), 0, count == 3 ? 3 : 9);
        *ret_why = ": day of week must either be \"EEE\" or \"EEEE\"";
        break;
    case 'h':
        if (is_short)
            return digits(arena, c.hour, count);
        *ret_why = ": 24-hour must either be \"h\" or \"hh\"";
        break;
    case 'H':
        if (is_short)
            return digits(arena, c.hour % 12 ? c.hour % 12 : 12, count);
        *ret_why = ": 12-hour must either be \"H\" or \"HH\"";
        break;
    case 'A':
    case 'a':
        if (count == 2)
            return text_of(letter == 'A' ? (c.hour < 12 ? "AM" : "PM")
                                         : (c.hour < 12 ? "am" : "pm"));
        *ret_why = ": must be \"AA\" or \"aa\"";
        break;
    case 'm':
        if (is_short)
            return digits(arena, c.minute, count);
        *ret_why = ": minute must either be \"m\" or \"mm\"";
        break;
    case 's':
        if (is_short)
            return digits(arena, c.second, count);
        *ret_why = ": second must either be \"s\" or \"ss\"";
        break;
    case 'Z':
        if (count == 1)
            return zone_or_z(arena, time.offset);
        if (count == 3 && time.offset == 0)
            return TEXT_LIT("UTC");
        if (count >= 3 && count <= 5)
            return zone_text(arena, time.offset, count == 5 ? ":" : "");
        *ret_why = ": timezone must be Z, ZZZZ, or ZZZZZ";
        break;
    default:
        *ret_why = "";
    }
    return TEXT_NONE;
}

/* 'literal', with '' for a quote in it. The end of it, or 0 when there is none. */
static size_t add_literal(TextBuilder *builder, Text format, size_t at)
{
    size_t start = at++;

    for (; at < format.length; at++) {
        bool doubled = at + 1 < format.length && format.bytes[at + 1] == '\'';

        if (format.bytes[at] != '\'') {
            text_add_char(builder, format.bytes[at]);
        } else if (doubled) {
            text_add_char(builder, '\'');
            at++;
        } else {
            if (at == start + 1)
                text_add_char(builder, '\'');
            return at + 1;
        }
    }
    return 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Value function_formatdate(Call *call)
{
    Text format = call_text(call, 0);
    TextBuilder builder = text_builder(call->arena);
    Timestamp time;

    if (!timestamp_at(call, 1, 1, &time))
        return value_unknown(type_string);
    for (size_t at = 0, end; at < format.length; at = end) {
        const char *why;

        end = at + 1;
        if (format.bytes[at] == '\'') {
            end = add_literal(&builder, format, at);
            if (!end)
                return call_error(call, 0, "unterminated literal '");
        } else if (is_letter(format.bytes[at])) {
            while (end < format.length && format.bytes[end] == format.bytes[at])
                end++;
            text_add(&builder, verb_text(call->arena, time, format.bytes[at], end - at, &why));
            if (why)
                return call_error(call, 0, "invalid date format verb \"" TEXT_FMT "\"%s",
                                  TEXT(text_slice(format, at, end)), why);
        } else {
            text_add_char(&builder, format.bytes[at]);
        }
    }
    return call_string(call, text_built(&builder));
}

/* --- the rest ------------------------------------------------------------------------------- */

Value function_timeadd(Call *call)
{
    Text duration = call_text(call, 1);
    bool negative = text_starts_with(duration, TEXT_LIT("-"));
    Nanoseconds nanoseconds;
    Timestamp time;

    if (!timestamp_at(call, 0, -1, &time))
        return value_unknown(type_string);
    if (negative || text_starts_with(duration, TEXT_LIT("+")))
        duration = text_slice(duration, 1, duration.length);
    if (!duration.length || !clock_parse_duration(duration, &nanoseconds))
        return call_error(call, -1,
                          "\"" TEXT_FMT "\" is not a duration, such as \"1h30m\" or \"90s\"",
                          TEXT(call_text(call, 1)));
    nanoseconds = time.nanoseconds + (negative ? -nanoseconds : nanoseconds);
    time.seconds += floor_divide(nanoseconds, 1000000000);
    return value_string_raw(timestamp_text(call->arena, time));
}

Value function_timecmp(Call *call)
{
    Timestamp a, b;

    if (!timestamp_at(call, 0, 0, &a) || !timestamp_at(call, 1, 1, &b))
        return value_unknown(type_number);
    if (a.seconds != b.seconds)
        return value_integer(a.seconds < b.seconds ? -1 : 1);
    return value_integer((a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds));
}

Value function_timestamp(Call *call)
{
    return value_string_raw(clock_rfc3339(call->arena, clock_now(), 0));
}

/* Whoever plans binds a function of this name that gives the plan's time. */
Value function_plantimestamp(Call *call)
{
    return function_timestamp(call);
}
