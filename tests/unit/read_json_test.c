/* layer: lang */
#include "pipectl/lang/node.h"
#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const Node *read_text(Arena *arena, Text text, Diags *diags)
{
    const Source *source;

    source = source_make(arena, TEXT_LIT("test.json"), text);
    return node_read_json(arena, source, diags);
}

/* "1:2 Summary, 1:3 Another": all that was found, in order. */
static Text list_of(Arena *arena, const Diags *diags)
{
    TextBuilder list = text_builder(arena);

    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];
        Position start = range_start(diag->subject);

        text_add_format(&list, "%s%u:%u " TEXT_FMT, i ? ", " : "", start.line, start.column,
                        TEXT(diag->summary));
    }
    return text_built(&list);
}

static void mistakes_are_reported_where_they_are(void **state)
{
    static const struct {
        const char *json;
        const char *found;
    } rows[] = {
        { "", "1:1 Missing value, 1:1 Root value must be object" },
        { "  ", "1:3 Missing value, 1:3 Root value must be object" },
        { "\"x\"", "1:1 Root value must be object" },
        { "{\n\"a\": }", "2:6 Missing JSON value" },
        { "[{\"a\" 1}]", "1:7 Missing property value colon" },
        { "[{\"a\" = 1}]", "1:7 Missing property value colon" },
        { "[{\"a\"}]", "1:6 Missing object value" },
        { "[{\"a\", 1}]", "1:6 Missing object value" },
        { "{\"a\": 1", "1:1 Unclosed object, 1:1 Root value must be object" },
        { "[1, 2", "1:1 Unclosed object, 1:1 Root value must be object" },
        { "[[1 2], 01]", "1:5 Missing attribute seperator comma, 1:9 Invalid JSON number" },
        { "[[1: 2]]", "1:4 Invalid array value" },
        { "[{\"a\": 1,}]", "1:9 Trailing comma in object, "
                           "1:10 Mismatched brackets, 1:1 Root value must be object" },
        { "{\"a\": [1,]}", "1:9 Trailing comma in array, 1:10 Mismatched braces, "
                           "1:1 Root value must be object" },
        { "[{\"a\": 1]]", "1:9 Mismatched braces" },
        { "[[1}], 2]", "1:4 Mismatched brackets" },
        { "[{a: 1}]", "1:3 Invalid JSON keyword, 1:3 Invalid object property name, "
                      "1:4 Invalid array value, 1:1 Root value must be object" },
        { "{\"a\": tru, \"b\": nil}", "1:7 Invalid JSON keyword, 1:17 Invalid JSON keyword" },
        { "[01]", "1:2 Invalid JSON number" },
        { "[1.]", "1:2 Invalid JSON number" },
        { "[+1]", "1:2 Invalid JSON number" },
        { "[.5]", "1:2 Invalid JSON number" },
        { "[1e]", "1:2 Invalid JSON number" },
        { "[-]", "1:2 Invalid JSON number" },
        { "[\"a\\q\"]", "1:4 Invalid JSON string" },
        { "[\"\\u12g4\"]", "1:3 Invalid JSON string" },
        { "[\"a\nb\"]", "1:2 Invalid JSON string, 2:1 Missing attribute seperator comma, "
                        "1:1 Root value must be object" },
        { "[\"a", "1:2 Invalid JSON string, 1:1 Unclosed object, 1:1 Root value must be object" },
        { "[\"a\\", "1:2 Invalid JSON string, 1:1 Unclosed object, 1:1 Root value must be object" },
        { "{} {}", "1:4 Extraneous data after value" },
        { "[\"é\", x]", "1:7 Invalid JSON keyword" },
        { "['x', 1]", "1:2 Invalid start of value, 1:2 Missing attribute seperator comma, "
                      "1:1 Root value must be object" },
        { "\xff", "1:1 Invalid character encoding" },
        { "[\"é\",\n\"a\xff\"]", "2:3 Invalid character encoding" },
    };

    (void)state;
    source_count_characters = unicode_clusters;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Arena arena = { 0 };
        Diags diags = diags_make(&arena);
        Text found;

        read_text(&arena, text_of(rows[i].json), &diags);
        found = list_of(&arena, &diags);
        if (!text_is(found, rows[i].found))
            fail_msg("%s: " TEXT_FMT, rows[i].json, TEXT(found));
        arena_free(&arena);
    }
}

/* value/json.c reads the same grammar without positions: it is the judge of values. */
static void values_are_those_of_the_other_reader(void **state)
{
    static const char *const rows[] = {
        "{\"a\": [1, -0.5, 1e3, 2E-2], \"b\": {\"c\": null, \"d\": true, \"e\": false}, \"f\": "
        "\"\"}",
        "[\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\uD83D\\uDE00 \\u0041\"]",
        "[\"é 😀 e\xCC\x81\"]",
        "  [ ]  ",
        "{ }",
        "[12345678901234567890123456789012345678901234567890]",
        "[\"\\ud83d\"]",
        "[\"\\ud83dx\"]",
        "[\"\\ud83d\\u0041\"]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Arena arena = { 0 };
        Diags diags = diags_make(&arena);
        const Node *node = read_text(&arena, text_of(rows[i]), &diags);
        Value expected;

        assert_true(json_parse(&arena, text_of(rows[i]), &expected));
        if (!node || !value_same(node_value(&arena, node), expected))
            fail_msg("%s: " TEXT_FMT, rows[i],
                     TEXT(node ? json_text(&arena, node_value(&arena, node)) : TEXT_NONE));
        arena_free(&arena);
    }
}

static void equal_keys_are_kept(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const Node *node = read_text(&arena, TEXT_LIT("{\"a\": 1, \"a\": 2}"), &diags);

    (void)state;
    assert_int_equal(node->count, 2);
    node_expr(&arena, node, &diags);
    assert_int_equal(diags.list.count, 1);
    assert_true(text_is(diags.list.items[0].summary, "Duplicate object attribute"));
    arena_free(&arena);
}

static void interpolations_are_found_in_the_file(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const Node *node =
        read_text(&arena, TEXT_LIT("{\"a\":\n \"\\n\\u00e9\\uD83D\\uDE00é ${1 +}\"}"), &diags);

    (void)state;
    node_expr(&arena, node, &diags);
    assert_int_equal(diags.list.count, 1);
    assert_int_equal(range_start(diags.list.items[0].subject).line, 2);
    assert_int_equal(range_start(diags.list.items[0].subject).column, 30);
    assert_int_equal(diags.list.items[0].subject.start, 36);
    arena_free(&arena);
}

static void nesting_stops_at_a_thousand(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextBuilder deep = text_builder(&arena), deeper = text_builder(&arena);

    (void)state;
    text_add_repeated(&deep, '[', 1000);
    text_add_repeated(&deep, ']', 1000);
    text_add_repeated(&deeper, '[', 100000);
    read_text(&arena, text_built(&deep), &diags);
    assert_int_equal(diags.list.count, 0);
    read_text(&arena, text_built(&deeper), &diags);
    assert_int_equal(diags.list.count, 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_reported_where_they_are),
        cmocka_unit_test(values_are_those_of_the_other_reader),
        cmocka_unit_test(equal_keys_are_kept),
        cmocka_unit_test(interpolations_are_found_in_the_file),
        cmocka_unit_test(nesting_stops_at_a_thousand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
