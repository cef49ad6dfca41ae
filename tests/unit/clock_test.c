/* layer: base */
#include "pipectl/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static Arena arena;

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static void writing(void **state)
{
    (void)state;
    assert_text(clock_rfc3339(&arena, 0, 0), "1970-01-01T00:00:00Z");
    assert_text(clock_rfc3339(&arena, -1, 9), "1969-12-31T23:59:59.999999999Z");
    assert_text(clock_rfc3339(&arena, SECONDS(951782400), 0), "2000-02-29T00:00:00Z");
    assert_text(clock_rfc3339(&arena, SECONDS(1767323045) + 120000000, 6),
                "2026-01-02T03:04:05.120000Z");
    assert_text(clock_compact(&arena, SECONDS(1767323045)), "20260102T030405Z");
}

/* Every day of 600 years reads back, and is the one after the day before. */
static void every_day_reads_back(void **state)
{
    (void)state;
    for (int64_t day = -100000; day < 100000; day += 37) {
        ArenaMark mark = arena_mark(&arena);
        Nanoseconds time;

        assert_true(
            clock_parse_rfc3339(clock_rfc3339(&arena, SECONDS(day * 86400 + 86399), 0), &time));
        assert_true(time == SECONDS(day * 86400 + 86399));
        arena_rewind(&arena, mark);
    }
}

static void reading_rfc3339(void **state)
{
    static const struct {
        Text text;
        bool ok;
        Nanoseconds time;
    } cases[] = {
        { TEXT_INIT("2026-01-02T03:04:05Z"), true, SECONDS(1767323045) },
        { TEXT_INIT("2026-01-02T04:34:05.5+01:30"), true, SECONDS(1767323045) + 500000000 },
        { TEXT_INIT("2026-01-01T23:04:05-04:00"), true, SECONDS(1767323045) },
        { TEXT_INIT("2026-01-02T03:04:05.1234567899Z"), true, SECONDS(1767323045) + 123456789 },
        { TEXT_INIT("2024-02-29T00:00:00Z"), true, SECONDS(1709164800) },
        { TEXT_INIT("2026-02-29T00:00:00Z"), false, 0 },
        { TEXT_INIT("2026-13-01T00:00:00Z"), false, 0 },
        { TEXT_INIT("2026-01-02T24:00:00Z"), false, 0 },
        { TEXT_INIT("2026-01-02 03:04:05Z"), false, 0 },
        { TEXT_INIT("2026-01-02T03:04:05"), false, 0 },
        { TEXT_INIT("2026-01-02T03:04:05.Z"), false, 0 },
        { TEXT_INIT("2026-01-02T03:04:05Zx"), false, 0 },
        { TEXT_INIT("9999-01-02T03:04:05Z"), false, 0 },
        { TEXT_INIT(""), false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Nanoseconds time = 0;

        assert_int_equal(clock_parse_rfc3339(cases[i].text, &time), cases[i].ok);
        assert_true(time == cases[i].time);
    }
}

static void reading_http_dates(void **state)
{
    Nanoseconds time = 0;

    (void)state;
    assert_true(clock_parse_http(TEXT_LIT("Tue, 24 Nov 2026 10:41:18 GMT"), &time));
    assert_true(time == SECONDS(1795516878));
    assert_false(clock_parse_http(TEXT_LIT("Tue, 24 Foo 2026 10:41:18 GMT"), &time));
    assert_false(clock_parse_http(TEXT_LIT("24 Nov 2026 10:41:18 GMT"), &time));
    assert_false(clock_parse_http(TEXT_LIT(""), &time));
}

static void reading_durations(void **state)
{
    static const struct {
        Text text;
        bool ok;
        Nanoseconds duration;
    } cases[] = {
        { TEXT_INIT("90s"), true, SECONDS(90) },
        { TEXT_INIT("1h30m"), true, SECONDS(5400) },
        { TEXT_INIT("1.5h"), true, SECONDS(5400) },
        { TEXT_INIT("300ms"), true, MILLISECONDS(300) },
        { TEXT_INIT("0"), true, 0 },
        { TEXT_INIT("+5s"), true, SECONDS(5) },
        { TEXT_INIT(".5s"), true, MILLISECONDS(500) },
        { TEXT_INIT("1.s"), true, SECONDS(1) },
        { TEXT_INIT("1us"), true, 1000 },
        { TEXT_INIT("1\xC2\xB5s"), true, 1000 },
        { TEXT_INIT("2562047h"), true, SECONDS(2562047LL * 3600) },
        { TEXT_INIT("2562048h"), false, 0 },
        { TEXT_INIT("-5s"), false, 0 },
        { TEXT_INIT("5"), false, 0 },
        { TEXT_INIT("s"), false, 0 },
        { TEXT_INIT(".s"), false, 0 },
        { TEXT_INIT("5 s"), false, 0 },
        { TEXT_INIT(""), false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Nanoseconds duration = 0;

        assert_int_equal(clock_parse_duration(cases[i].text, &duration), cases[i].ok);
        assert_true(duration == cases[i].duration);
    }
}

static void tests_may_set_it(void **state)
{
    Nanoseconds before = clock_monotonic();

    (void)state;
    clock_set(SECONDS(5));
    assert_true(clock_now() == SECONDS(5) && clock_monotonic() == SECONDS(5));
    clock_set(0);
    assert_true(clock_monotonic() >= before);
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing),           cmocka_unit_test(every_day_reads_back),
        cmocka_unit_test(reading_rfc3339),   cmocka_unit_test(reading_http_dates),
        cmocka_unit_test(reading_durations), cmocka_unit_test(tests_may_set_it),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
