/* layer: value */
/* unicode_test.c: characters, letter case and NFC; the answers are Terraform 1.11.4's. */
#include "value_cases.h"
#include "pipectl/value/unicode.h"

static void validity(void **state)
{
    static const char *const valid[] = { "", "a", "é", "日本", "😀", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF" };
    static const char *const invalid[] = {
        "\x80", "a\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE6\x97", "abcdefgh\xFF", "\xC3(",
    };

    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_true(unicode_is_valid(text_of(valid[i])));
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        assert_false(unicode_is_valid(text_of(invalid[i])));
}

static void composing(void **state)
{
    static const char *const cases[][2] = {
        { "", "" }, { "plain", "plain" }, { "é", "é" }, { "e\u0301", "é" }, { "A\u030A", "Å" },
        { "\u212B", "Å" }, { "ﬁ 2⁵", "ﬁ 2⁵" }, { "\u1100\u1161\u11A8", "각" },
        { "q\u0307\u0323", "q\u0323\u0307" }, { "\xFF" "e\u0301", "\uFFFDé" },
        { "a\x80\x80", "a\uFFFD\uFFFD" },
    };
    Arena arena = { 0 };
    Text plain = TEXT_LIT("日本 é");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text(unicode_nfc(&arena, text_of(cases[i][0])), text_of(cases[i][1]));
    assert_ptr_equal(unicode_nfc(&arena, plain).bytes, plain.bytes); /* nothing changes: shared */
    arena_free(&arena);
}

static void clusters(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } cases[] = {
        { "", 0 }, { "abc", 3 }, { "e\u0301", 1 }, { "e\u0301\u0301x", 2 }, { "🇩🇪🇫🇷🇬", 3 },
        { "👨‍👩‍👧‍👦👍🏽", 2 }, { "각각", 2 }, { "क्षि", 2 }, { "ก็ำ", 1 }, { "\u200d\u200d", 1 },
        { "⬇️x", 2 }, { "\u1160\u11a8", 1 }, { "A\u0301\r\u0301", 3 }, { "a\r\nb\n\r", 5 },
        { "\u0600a", 1 }, { "🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1 }, { "©\u200d👧", 1 }, { "x\u200d👧", 2 }, { "\xFF\xFE", 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = unicode_clusters(text_of(cases[i].text)), steps = 0;

        if (count != cases[i].count)
            fail_msg("\"%s\" has %zu clusters", cases[i].text, count);
        for (size_t at = 0; at < text_of(cases[i].text).length; steps++)
            at = unicode_next_cluster(text_of(cases[i].text), at);
        assert_int_equal(steps, count);
    }
}

static void columns_count_clusters(void **state)
{
    Source source = { .text = TEXT_LIT("e\u0301\u0301 x") };

    (void)state;
    unicode_install();
    assert_int_equal(source_position(&source, source.text.length - 1).column, 3);
}

/* Wherever the place that was asked for before it stands, a place is what it is on its own. */
static void places_do_not_depend_on_the_last(void **state)
{
    Arena arena = { 0 };
    Text text = TEXT_LIT("\xEF\xBB\xBF\x61\u0301 \"x\"\r\n\n\u0301e\u0301 \xFF tail\n"
                         "last, \U0001F469\u200D\U0001F469 end");

    (void)state;
    unicode_install();
    for (size_t before = 0; before <= text.length + 1; before++) {
        for (size_t byte = 0; byte <= text.length + 1; byte++) {
            const Source *source = source_make(&arena, TEXT_LIT("x"), text);
            Position alone = source_position(source, byte), after;

            source = source_make(&arena, TEXT_LIT("x"), text);
            (void)source_position(source, before);
            after = source_position(source, byte);
            if (after.line != alone.line || after.column != alone.column)
                fail_msg("byte %zu after %zu: %u,%u is not %u,%u", byte, before, after.line,
                         after.column, alone.line, alone.column);
        }
    }
    arena_free(&arena);
}

static void letter_case(void **state)
{
    Arena arena = { 0 };

    (void)state;
    assert_text(unicode_upper(&arena, TEXT_LIT("ßŉǆﬁıÿςµ")), TEXT_LIT("ßŉǄﬁIŸΣΜ"));
    assert_text(unicode_lower(&arena, TEXT_LIT("İΣẞǅÀ")), TEXT_LIT("iσßǆà"));
    assert_text(unicode_title(&arena, TEXT_LIT("hello wOrld it's a-b c_d é1 ǆx .x /y 9z\u00a0q\u2003r—s")),
                TEXT_LIT("Hello WOrld It'S A-B C_d É1 ǅx .X /Y 9z\u00a0Q\u2003R—s"));
    arena_free(&arena);
}

static void classes(void **state)
{
    (void)state;
    assert_true(unicode_is_letter('a') && unicode_is_letter(0xE9) && unicode_is_letter(0x65E5));
    assert_false(unicode_is_letter('1') || unicode_is_letter('_') || unicode_is_letter(0x301));
    assert_true(unicode_is_digit('7') && unicode_is_digit(0x663));
    assert_false(unicode_is_digit(0xBD) || unicode_is_digit('x'));
    assert_true(unicode_is_space(' ') && unicode_is_space('\n') && unicode_is_space(0xA0));
    assert_true(unicode_is_space(0x85) && unicode_is_space(0x2028) && !unicode_is_space(0x200B));
    assert_true(unicode_is_identifier_start('a') && unicode_is_identifier_start(0xE9));
    assert_true(unicode_is_identifier_start(0x2160)); /* a letter number */
    assert_false(unicode_is_identifier_start('_') || unicode_is_identifier_start('-'));
    assert_false(unicode_is_identifier_start('1') || unicode_is_identifier_start(0x301));
    assert_true(unicode_is_identifier_part('_') && unicode_is_identifier_part('-'));
    assert_true(unicode_is_identifier_part('1') && unicode_is_identifier_part(0x301));
    assert_false(unicode_is_identifier_part('.') || unicode_is_identifier_part(' '));
    assert_true(unicode_is_printable(' ') && unicode_is_printable(0xE9));
    assert_false(unicode_is_printable('\n') || unicode_is_printable(0xAD) || unicode_is_printable(0xA0));
}

static void code_points(void **state)
{
    Arena arena = { 0 };
    TextBuilder builder = text_builder(&arena);
    Text text = TEXT_LIT("aé日😀\xFF");
    static const uint32_t wanted[] = { 'a', 0xE9, 0x65E5, 0x1F600, 0xFFFD };
    uint32_t c;
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        at = unicode_next(text, at, &c);
        assert_int_equal(c, wanted[i]);
        unicode_add(&builder, c);
    }
    assert_int_equal(at, text.length);
    assert_text(text_built(&builder), TEXT_LIT("aé日😀\uFFFD"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validity),
        cmocka_unit_test(composing),
        cmocka_unit_test(clusters),
        cmocka_unit_test(columns_count_clusters),
        cmocka_unit_test(places_do_not_depend_on_the_last),
        cmocka_unit_test(letter_case),
        cmocka_unit_test(classes),
        cmocka_unit_test(code_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
