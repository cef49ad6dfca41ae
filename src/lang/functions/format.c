/*
 * format and formatlist. A verb is
 *
 *   verb = "%" flag* width? ("." precision)? ("[" argument "]")? letter
 *
 * with the flags + - # 0 and blank. Strings are measured in characters as people see them (grapheme
 * clusters), numbers are never rounded to a double.
 */
#include "functions.h"

#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"

enum { WIDTH_MAX = 1000000 };

typedef struct Verb {
    Text raw;
    size_t offset;
    size_t argument; /* index, from 0 */
    bool plus, minus, sharp, zero, space;
    int width;     /* -1: none */
    int precision; /* -1: none */
    char letter;
} Verb;

typedef struct Formatter {
    Call *call;
    Text format;
    size_t at;
    const Value *arguments;
    size_t count;
    size_t next;        /* the argument that the next verb takes */
    size_t used;        /* one more than the highest argument used */
    const char *prefix; /* of messages */
    TextBuilder out;
} Formatter;

__attribute__((format(printf, 2, 3))) static bool fail(Formatter *formatter, const char *format,
                                                       ...)
{
    va_list arguments;
    Text why;

    va_start(arguments, format);
    why = text_format_list(formatter->call->arena, format, arguments);
    va_end(arguments);
    call_error(formatter->call, -1, "%s" TEXT_FMT, formatter->prefix, TEXT(why));
    return false;
}

static bool fail_value(Formatter *formatter, const Verb *verb, Text why)
{
    return fail(formatter, "unsupported value for \"" TEXT_FMT "\" at %zu: " TEXT_FMT,
                TEXT(verb->raw), verb->offset, TEXT(why));
}

/* --- reading a verb ------------------------------------------------------------------------- */

static char peek(const Formatter *formatter)
{
    return formatter->at < formatter->format.length ? formatter->format.bytes[formatter->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_flag(Formatter *formatter, Verb *verb)
{
    switch (peek(formatter)) {
    case '+':
        verb->plus = true;
        break;
    case '-':
        verb->minus = true;
        break;
    case '#':
        verb->sharp = true;
        break;
    case '0':
        verb->zero = true;
        break;
    case ' ':
        verb->space = true;
        break;
    default:
        return false;
    }
    formatter->at++;
    return true;
}

static int read_number(Formatter *formatter)
{
    int number = 0;

    for (; is_digit(peek(formatter)); formatter->at++)
        if (number < WIDTH_MAX)
            number = number * 10 + (peek(formatter) - '0');
    return number < WIDTH_MAX ? number : WIDTH_MAX;
}

static bool fail_character(Formatter *formatter)
{
    uint32_t code_point;
    size_t next;

    if (formatter->at >= formatter->format.length)
        return fail(formatter, "invalid format string starting at offset %zu", formatter->at);
    next = unicode_next(formatter->format, formatter->at, &code_point);
    return fail(formatter, "unrecognized format character '" TEXT_FMT "' at offset %zu",
                TEXT(text_slice(formatter->format, formatter->at, next)), formatter->at);
}

static bool read_argument_index(Formatter *formatter, Verb *verb)
{
    formatter->at++;
    if (!is_digit(peek(formatter)) || peek(formatter) == '0')
        return fail_character(formatter);
    verb->argument = (size_t)read_number(formatter) - 1;
    if (peek(formatter) != ']')
        return fail_character(formatter);
    formatter->at++;
    return true;
}

static bool read_verb(Formatter *formatter, Verb *ret_verb)
{
    size_t start = formatter->at++;
    Verb verb = { .offset = start, .argument = formatter->next, .width = -1, .precision = -1 };

    while (read_flag(formatter, &verb))
        continue;
    if (is_digit(peek(formatter)))
        verb.width = read_number(formatter);
    if (peek(formatter) == '.') {
        formatter->at++;
        verb.precision = read_number(formatter);
    }
    if (peek(formatter) == '[' && !read_argument_index(formatter, &verb))
        return false;
    verb.letter = peek(formatter);
    if (!((verb.letter >= 'a' && verb.letter <= 'z') || (verb.letter >= 'A' && verb.letter <= 'Z')))
        return fail_character(formatter);
    formatter->at++;
    verb.raw = text_slice(formatter->format, start, formatter->at);
    verb.zero &= !verb.minus;
    *ret_verb = verb;
    return true;
}

/* --- writing values ------------------------------------------------------------------------- */

static void add_padded(Formatter *formatter, const Verb *verb, Text text)
{
    size_t length = unicode_clusters(text);
    size_t padding =
        verb->width > 0 && (size_t)verb->width > length ? (size_t)verb->width - length : 0;

    if (!verb->minus)
        text_add_repeated(&formatter->out, verb->zero ? '0' : ' ', padding);
    text_add(&formatter->out, text);
    if (verb->minus)
        text_add_repeated(&formatter->out, ' ', padding);
}

/* %v: strings and numbers as they are, everything else (with # everything) as JSON. */
static bool add_as_is(Formatter *formatter, const Verb *verb, Value value)
{
    Arena *arena = formatter->call->arena;

    if (value.state == VALUE_KNOWN && !verb->sharp && value.type == type_string)
        add_padded(formatter, verb, value_text(value));
    else if (value.state == VALUE_KNOWN && !verb->sharp && value.type == type_number)
        add_padded(formatter, verb, number_format(arena, value_to_number(value), 'g', -1));
    else
        add_padded(formatter, verb, json_text(arena, value));
    return true;
}

static bool add_string(Formatter *formatter, const Verb *verb, Value value)
{
    Text text = value_text(value);
    size_t end = 0;

    if (verb->precision > 0) {
        for (int i = 0; i < verb->precision && end < text.length; i++)
            end = unicode_next_cluster(text, end);
        text = text_slice(text, 0, end);
    }
    if (verb->letter == 'q')
        text = json_text(formatter->call->arena, value_string_raw(text));
    add_padded(formatter, verb, text);
    return true;
}

/* Sign, then as many zeros as wanted, then digits; blanks around them up to the width. */
static void add_number_text(Formatter *formatter, const Verb *verb, Text sign, Text digits,
                            size_t zeros, bool zero_pads)
{
    size_t length = sign.length + zeros + digits.length;
    size_t padding =
        verb->width > 0 && (size_t)verb->width > length ? (size_t)verb->width - length : 0;

    if (zero_pads)
        zeros += padding;
    else if (!verb->minus)
        text_add_repeated(&formatter->out, ' ', padding);
    text_add(&formatter->out, sign);
    text_add_repeated(&formatter->out, '0', zeros);
    text_add(&formatter->out, digits);
    if (!zero_pads && verb->minus)
        text_add_repeated(&formatter->out, ' ', padding);
}

static Text sign_of(const Verb *verb, bool negative)
{
    if (negative)
        return TEXT_LIT("-");
    if (verb->plus)
        return TEXT_LIT("+");
    return verb->space ? TEXT_LIT(" ") : TEXT_NONE;
}

static int base_of(char letter)
{
    switch (letter) {
    case 'b':
        return 2;
    case 'o':
        return 8;
    case 'd':
        return 10;
    default:
        return 16;
    }
}

static Text base_prefix(const Verb *verb)
{
    if (!verb->sharp)
        return TEXT_NONE;
    switch (verb->letter) {
    case 'b':
        return TEXT_LIT("0b");
    case 'o':
        return TEXT_LIT("0");
    case 'x':
        return TEXT_LIT("0x");
    case 'X':
        return TEXT_LIT("0X");
    default:
        return TEXT_NONE;
    }
}

static bool add_integer(Formatter *formatter, const Verb *verb, Number number)
{
    Arena *arena = formatter->call->arena;
    bool negative = number_sign(number) == NUMBER_NEGATIVE;
    Text digits, sign;
    size_t zeros;

    if (!number_is_integer(number) || number_is_infinite(number))
        return fail_value(formatter, verb, TEXT_LIT("an integer is required"));
    digits = number_text_base(arena, negative ? number_negate(arena, number) : number,
                              base_of(verb->letter));
    if (verb->letter == 'X') {
        char *upper = text_cstring(arena, digits);

        for (size_t i = 0; i < digits.length; i++)
            if (upper[i] >= 'a' && upper[i] <= 'f')
                upper[i] = (char)(upper[i] - 'a' + 'A');
        digits.bytes = upper;
    }
    if (verb->precision == 0 && text_is(digits, "0"))
        return true;
    zeros = verb->precision > 0 && (size_t)verb->precision > digits.length
                ? (size_t)verb->precision - digits.length
                : 0;
    sign = text_concat(arena, sign_of(verb, negative), base_prefix(verb));
    add_number_text(formatter, verb, sign, digits, zeros, verb->zero && verb->precision < 0);
    return true;
}

static bool add_float(Formatter *formatter, const Verb *verb, Number number)
{
    bool is_general = verb->letter == 'g' || verb->letter == 'G';
    int precision = verb->precision < 0 && !is_general ? 6 : verb->precision;
    Text digits = number_format(formatter->call->arena, number, verb->letter, precision);
    bool negative = text_starts_with(digits, TEXT_LIT("-")), infinite = number_is_infinite(number);
    Text sign = sign_of(verb, negative);

    if (infinite && !negative)
        sign = verb->space ? TEXT_LIT(" ") : TEXT_LIT("+");
    if (negative || infinite)
        digits = text_slice(digits, 1, digits.length);
    add_number_text(formatter, verb, sign, digits, 0, verb->zero && !infinite);
    return true;
}

static bool add_converted(Formatter *formatter, const Verb *verb, Value value, const Type *type)
{
    Text why;

    if (!value_convert(formatter->call->arena, value, type, &value, &why))
        return fail_value(formatter, verb, why);
    if (type == type_string)
        return add_string(formatter, verb, value);
    if (type == type_bool) {
        text_add(&formatter->out, value_truth(value) ? TEXT_LIT("true") : TEXT_LIT("false"));
        return true;
    }
    switch (verb->letter) {
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
        return add_float(formatter, verb, value_to_number(value));
    default:
        return add_integer(formatter, verb, value_to_number(value));
    }
}

static bool add_verb(Formatter *formatter, const Verb *verb)
{
    Value value;

    if (verb->argument >= formatter->count)
        return fail(formatter,
                    "not enough arguments for \"" TEXT_FMT
                    "\" at %zu: need index %zu but have %zu total",
                    TEXT(verb->raw), verb->offset, verb->argument + 1, formatter->count);
    value = formatter->arguments[verb->argument];
    if (verb->letter != 'v' && value.state == VALUE_NULL)
        return fail_value(formatter, verb, TEXT_LIT("null value cannot be formatted"));
    switch (verb->letter) {
    case 'v':
        return add_as_is(formatter, verb, value);
    case 't':
        return add_converted(formatter, verb, value, type_bool);
    case 's':
    case 'q':
        return add_converted(formatter, verb, value, type_string);
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
        return add_converted(formatter, verb, value, type_number);
    default:
        return fail(formatter, "unsupported format verb '%c' in \"" TEXT_FMT "\" at offset %zu",
                    verb->letter, TEXT(verb->raw), verb->offset);
    }
}

/* --- whole formats -------------------------------------------------------------------------- */

static bool run(Formatter *formatter)
{
    Text format = formatter->format;

    while (formatter->at < format.length) {
        size_t percent = text_find(text_slice(format, formatter->at, format.length), TEXT_LIT("%"));
        size_t end = percent == TEXT_NOT_FOUND ? format.length : formatter->at + percent;
        Verb verb;

        text_add(&formatter->out, text_slice(format, formatter->at, end));
        formatter->at = end;
        if (end == format.length)
            break;
        if (end + 1 < format.length && format.bytes[end + 1] == '%') {
            text_add_char(&formatter->out, '%');
            formatter->at += 2;
            continue;
        }
        if (!read_verb(formatter, &verb) || !add_verb(formatter, &verb))
            return false;
        formatter->next = verb.argument + 1;
        if (formatter->next > formatter->used)
            formatter->used = formatter->next;
    }
    return true;
}

/* Formats [arguments] with the call's format; unknown (reported) when that cannot be. */
static Value format_values(Call *call, const char *prefix, const Value *arguments, size_t count)
{
    Formatter formatter = {
        .call = call,
        .format = call_text(call, 0),
        .arguments = arguments,
        .count = count,
        .prefix = prefix,
        .out = text_builder(call->arena),
    };

    if (!run(&formatter))
        return value_unknown(type_string);
    if (formatter.used < count && formatter.used == 0)
        return call_error(call, (int)formatter.used + 1,
                          "too many arguments; no verbs in format string");
    if (formatter.used < count)
        return call_error(call, (int)formatter.used + 1,
                          "too many arguments; only %zu used by format string", formatter.used);
    return call_string(call, text_built(&formatter.out));
}

static bool has_open_argument(const Call *call)
{
    for (size_t i = 1; i < call->count; i++)
        if (call_argument(call, i).state == VALUE_UNKNOWN &&
            call_argument(call, i).type == type_dynamic)
            return true;
    return false;
}

/* What is known before the first verb, as a prefix of what will be. */
static Value unknown_format(const Call *call)
{
    Text prefix, rest;

    text_cut(call_text(call, 0), TEXT_LIT("%"), &prefix, &rest);
    return unknown_with_prefix(call->arena, prefix);
}

/* A null of no type: for Terraform what becomes of it will never be known, not even after apply. */
static bool has_bare_null(const Call *call)
{
    for (size_t i = 1; i < call->count; i++)
        if (call_argument(call, i).state == VALUE_NULL &&
            call_argument(call, i).type == type_dynamic)
            return true;
    return false;
}

Value function_format(Call *call)
{
    if (has_bare_null(call) || has_open_argument(call))
        return value_unknown(type_dynamic);
    if (call_argument(call, 0).state == VALUE_UNKNOWN)
        return call_unknown(call, type_string);
    for (size_t i = 1; i < call->count; i++)
        if (!value_is_wholly_known(call_argument(call, i)))
            return unknown_format(call);
    return format_values(call, "", call->arguments + 1, call->count - 1);
}

/* --- formatlist ----------------------------------------------------------------------------- */

/* How often formatlist repeats: the length of its lists, 1 where there are none. False (reported)
   when they differ. */
static bool list_length(Call *call, size_t *ret_length)
{
    int first = -1;

    *ret_length = 1;
    for (size_t i = 1; i < call->count; i++) {
        Value list = call_argument(call, i);
        size_t length;

        if (!is_sequence_type(list.type) || list.state == VALUE_NULL ||
            value_length_is_unknown(list) ||
            (list.state == VALUE_UNKNOWN && list.type->kind != TYPE_TUPLE))
            continue;
        length = list.state == VALUE_UNKNOWN ? list.type->count : value_count(list);
        if (first >= 0 && length != *ret_length) {
            call_error(
                call, (int)i,
                "argument %zu has length %zu, which is inconsistent with argument %d of length "
                "%zu",
                i, length, first, *ret_length);
            return false;
        }
        first = (int)i;
        *ret_length = length;
    }
    return true;
}

static Value format_round(Call *call, size_t round)
{
    Value *arguments = arena_array(call->arena, Value, call->count);
    const char *prefix = text_format(call->arena, "error on format iteration %zu: ", round).bytes;

    for (size_t i = 1; i < call->count; i++) {
        Value value = call_argument(call, i);

        arguments[i - 1] = is_sequence_type(value.type) && value.state == VALUE_KNOWN
                               ? value_at(value, round)
                               : value;
        if (!value_is_wholly_known(arguments[i - 1]))
            return unknown_format(call);
    }
    return format_values(call, prefix, arguments, call->count - 1);
}

Value function_formatlist(Call *call)
{
    ValueBuilder builder = value_builder(call->arena);
    size_t errors = call->diags->error_count, length;

    if (has_bare_null(call) || has_open_argument(call))
        return value_unknown(type_dynamic);
    if (call_argument(call, 0).state == VALUE_UNKNOWN)
        return call_unknown(call, type_list(type_string));
    if (!list_length(call, &length))
        return value_unknown(type_list(type_string));
    for (size_t i = 1; i < call->count; i++)
        if ((call_argument(call, i).state == VALUE_UNKNOWN &&
             is_sequence_type(call_argument(call, i).type)) ||
            value_length_is_unknown(call_argument(call, i)))
            return call_unknown(call, type_list(type_string));
    for (size_t i = 0; i < length; i++) {
        Value text = format_round(call, i);

        if (call->diags->error_count > errors)
            return value_unknown(type_list(type_string));
        value_builder_add(&builder, text);
    }
    return value_built_list(&builder, type_string);
}
