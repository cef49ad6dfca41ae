/* layer: value */
/* number_test.c: arithmetic and spelling of numbers as Terraform's (tests/value/numbers.txt). */
#include "value_cases.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STACK_SIZE = 8 };

typedef Number Unary(Arena *arena, Number a);
typedef Number Binary(Arena *arena, Number a, Number b);

typedef struct Operation {
    const char *name;
    Unary *unary;
    Binary *binary;
} Operation;

static const Operation operations[] = {
    { "add", NULL, number_add },       { "subtract", NULL, number_subtract },
    { "multiply", NULL, number_multiply }, { "divide", NULL, number_divide },
    { "modulo", NULL, number_modulo }, { "power", NULL, number_power },
    { "log", NULL, number_log },       { "negate", number_negate, NULL },
    { "floor", number_floor, NULL },   { "ceil", number_ceil, NULL },
};

static const Operation *find_operation(Text word)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (text_is(word, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

static Number calculate(Arena *arena, Text line)
{
    Number stack[STACK_SIZE];
    size_t depth = 0;
    Text word;

    while (line.length > 0) {
        text_cut(line, TEXT_LIT(" "), &word, &line);
        const Operation *operation = find_operation(word);

        if (operation && operation->unary) {
            stack[depth - 1] = operation->unary(arena, stack[depth - 1]);
        } else if (operation) {
            depth--;
            stack[depth - 1] = operation->binary(arena, stack[depth - 1], stack[depth]);
        } else if (!number_parse(arena, word, &stack[depth++])) {
            fail_msg("no number: " TEXT_FMT, TEXT(word));
        }
        assert_true(depth > 0 && depth < STACK_SIZE);
    }
    assert_int_equal(depth, 1);
    return stack[0];
}

static void arithmetic(void **state)
{
    Arena arena = { 0 };
    Text rest = read_cases(&arena, "numbers.txt"), line, sum, wanted;
    size_t count = 0, wrong = 0;

    (void)state;
    for (; next_case(&rest, &line); count++) {
        assert_true(text_cut(line, TEXT_LIT(" = "), &sum, &wanted));
        Text text = number_text(&arena, calculate(&arena, sum));

        if (!text_equal(text, wanted)) {
            print_error(TEXT_FMT "\n   got " TEXT_FMT "\nwanted " TEXT_FMT "\n", TEXT(sum), TEXT(text),
                        TEXT(wanted));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 100);
    arena_free(&arena);
}

static void what_is_no_number(void **state)
{
    static const char *const texts[] = {
        "", " ", "+", "-", ".", "e5", "1e", "1e+", "--1", "1 ", " 1", "0x10", "1_000", "1,5", "INF",
        "NaN", "infinity", "1e5.5", "1e9999999999", "1e-9999999999", "1..2", "1\n", "1p", "1e2p3",
    };
    Arena arena = { 0 };
    Number number = number_of(7);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (number_parse(&arena, text_of(texts[i]), &number))
            fail_msg("\"%s\" was taken for a number", texts[i]);
    }
    assert_false(number_parse(&arena, (Text){ "1\0", 2 }, &number));
    assert_int_equal(number.integer, 7); /* untouched */
    arena_free(&arena);
}

static Number parsed(Arena *arena, const char *text)
{
    Number number = { 0, NULL };

    if (!number_parse(arena, text_of(text), &number))
        fail_msg("no number: %s", text);
    return number;
}

/* Equal numbers are represented alike, so that an int64 is found wherever it came from. */
static void whole_numbers_are_integers(void **state)
{
    static const char *const sevens[] = { "7", "7.0", "70e-1", "0.7e1", "+7", "007", "3.5p1" };
    Arena arena = { 0 };
    int64_t integer;

    (void)state;
    for (size_t i = 0; i < sizeof sevens / sizeof *sevens; i++) {
        Number number = parsed(&arena, sevens[i]);

        assert_null(number.real);
        assert_int_equal(number.integer, 7);
    }
    assert_true(number_to_int(parsed(&arena, "-0"), &integer) && integer == 0);
    assert_true(number_to_int(parsed(&arena, "-9223372036854775808"), &integer));
    assert_true(integer == INT64_MIN);
    assert_false(number_to_int(parsed(&arena, "9223372036854775808"), &integer));
    assert_false(number_to_int(parsed(&arena, "0.5"), &integer));
    assert_false(number_is_integer(parsed(&arena, "0.5")));
    assert_true(number_is_integer(parsed(&arena, "1e40")));
    assert_false(number_is_integer(parsed(&arena, "inf")));
    arena_free(&arena);
}

static void comparison(void **state)
{
    static const char *const ascending[] = { "-inf", "-1e40", "-9223372036854775808", "-1", "-0.5",
                                             "0", "1e-300", "0.1", "1", "9223372036854775807",
                                             "9223372036854775808", "inf" };
    Arena arena = { 0 };
    size_t count = sizeof ascending / sizeof *ascending;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = number_compare(parsed(&arena, ascending[i]), parsed(&arena, ascending[j]));

            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(number_compare(parsed(&arena, "-0"), number_of(0)), 0);
    assert_int_equal(number_sign(parsed(&arena, "-0")), NUMBER_ZERO);
    assert_int_equal(number_sign(parsed(&arena, "-inf")), NUMBER_NEGATIVE);
    arena_free(&arena);
}

static void invalid_divisions(void **state)
{
    Arena arena = { 0 };
    Number infinity = parsed(&arena, "inf");

    (void)state;
    assert_false(number_is_valid_division(number_of(0), number_of(0)));
    assert_false(number_is_valid_division(parsed(&arena, "-0"), number_of(0)));
    assert_false(number_is_valid_division(infinity, infinity));
    assert_true(number_is_valid_division(number_of(1), number_of(0)));
    assert_true(number_is_valid_division(infinity, number_of(0)));
    assert_true(number_is_nan(number_log(&arena, number_of(-1), number_of(10))));
    assert_true(number_is_nan(number_power(&arena, number_of(-1), parsed(&arena, "0.3"))));
    assert_false(number_is_nan(infinity));
    arena_free(&arena);
}

static void other_bases(void **state)
{
    static const struct {
        const char *digits;
        int base;
        const char *decimal; /* NULL: refused */
    } cases[] = {
        { "ff", 16, "255" },      { "FF", 16, "255" },  { "-ff", 16, "-255" }, { "+1", 2, "1" },
        { "Zz", 62, "3817" },     { "zz", 36, "1295" }, { "2", 2, NULL },      { "", 10, NULL },
        { "-", 10, NULL },        { "1_0", 10, NULL },  { "1.0", 10, NULL },   { "z", 35, NULL },
        { "-0", 10, "0" },        { "0x1", 16, NULL },
        { "123456789012345678901234567890", 10, "123456789012345678901234567890" },
        { "ffffffffffffffffffffffff", 16, "79228162514264337593543950335" },
    };
    Arena arena = { 0 };
    Number number;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool parsed_it = number_parse_base(&arena, text_of(cases[i].digits), cases[i].base, &number);

        assert_int_equal(parsed_it, cases[i].decimal != NULL);
        if (parsed_it)
            assert_text(number_text(&arena, number), text_of(cases[i].decimal));
    }
    assert_text(number_text_base(&arena, number_of(255), 16), TEXT_LIT("ff"));
    assert_text(number_text_base(&arena, number_of(-5), 2), TEXT_LIT("-101"));
    assert_text(number_text_base(&arena, number_of(0), 8), TEXT_LIT("0"));
    assert_text(number_text_base(&arena, parsed(&arena, "79228162514264337593543950335"), 16),
                TEXT_LIT("ffffffffffffffffffffffff"));
    assert_text(number_text_base(&arena, number_of(INT64_MIN), 10), TEXT_LIT("-9223372036854775808"));
    arena_free(&arena);
}

static void doubles(void **state)
{
    Arena arena = { 0 };

    (void)state;
    assert_text(number_text(&arena, number_of_double(&arena, 0.1)), TEXT_LIT("0.1"));
    assert_text(number_text(&arena, number_of_double(&arena, 1e23)),
                TEXT_LIT("100000000000000000000000"));
    assert_true(number_to_double(parsed(&arena, "0.1")) == 0.1);
    assert_true(isinf(number_to_double(parsed(&arena, "1e400"))));
    assert_null(number_of_double(&arena, 3.0).real);
    arena_free(&arena);
}

/* Whatever is printed reads back as the same number. */
static void printing_round_trips(void **state)
{
    Arena arena = { 0 };
    uint64_t seed = 42;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        ArenaMark mark = arena_mark(&arena);
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        Number top = number_of((int64_t)seed), bottom = number_of((int64_t)(seed % 9973) + 1);
        Number quotient = number_divide(&arena, top, bottom);
        Number read = parsed(&arena, text_cstring(&arena, number_text(&arena, quotient)));

        assert_int_equal(number_compare(quotient, read), 0);
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
}

static void rounding_for_the_order_of_sets(void **state)
{
    static const char *const cases[][2] = {
        { "0", "0" }, { "100", "100" }, { "-5", "-5" }, { "0.5", "0.5" }, { "1e9", "1000000000" },
        { "1e10", "1e+10" }, { "12345678901", "1.23456789e+10" }, { "0.0001", "0.0001" },
        { "0.00001", "1e-05" }, { "1e100", "1e+100" }, { "1234567890.5", "1234567890" },
        { "0.33333333333333", "0.3333333333" }, { "9999999999.9", "1e+10" }, { "inf", "+Inf" },
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text(number_text_rounded(&arena, parsed(&arena, cases[i][0]), 10),
                    text_of(cases[i][1]));
    arena_free(&arena);
}

/* A double is exactly a number, so the C library knows the answers. */
static void formats(void **state)
{
    static const double values[] = { 0, 1, -1, 0.5, 1.5, 2.5, 0.1, 0.05, 0.25, 0.125, 9.995, 99.95,
                                     1e21, 1e-7, 123456789, 0.0001, 0.00001, 5e-324, 1.7e308,
                                     -2.0 / 3, 100000, 1e6, 999999.5, 0.6, 0.4 };
    static const char verbs[] = "efgEG";
    Arena arena = { 0 };
    char format[] = "%.*e", wanted[512];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        Number number = number_of_double(&arena, values[i]);

        for (const char *verb = verbs; *verb; verb++) {
            for (int precision = 0; precision < 20; precision++) {
                format[3] = *verb;
                snprintf(wanted, sizeof wanted, format, precision, values[i]);
                assert_text(number_format(&arena, number, *verb, precision), text_of(wanted));
            }
        }
    }
    assert_text(number_format(&arena, parsed(&arena, "0.1"), 'f', -1), TEXT_LIT("0.1"));
    assert_text(number_format(&arena, parsed(&arena, "1e21"), 'g', -1), TEXT_LIT("1e+21"));
    assert_text(number_format(&arena, parsed(&arena, "-0"), 'f', 1), TEXT_LIT("-0.0"));
    assert_text(number_format(&arena, parsed(&arena, "-inf"), 'e', 3), TEXT_LIT("-Inf"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(what_is_no_number),
        cmocka_unit_test(whole_numbers_are_integers),
        cmocka_unit_test(comparison),
        cmocka_unit_test(invalid_divisions),
        cmocka_unit_test(other_bases),
        cmocka_unit_test(doubles),
        cmocka_unit_test(printing_round_trips),
        cmocka_unit_test(formats),
        cmocka_unit_test(rounding_for_the_order_of_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
