/* layer: lang
 *
 * tests/lang/errors/NAME.yaml holds mistakes, each announced on its line: "# expect error: "
                                                                           "TEXT" (or "expect "
                                                                           "warning"),
 * where TEXT is in the summary or the detail. What is reported in another line is announced with
 * "in line N". tests/lang/yaml/NAME.yaml is read and must have the values of NAME.json.
 */
#include "pipectl/base/file.h"
#include "pipectl/lang/node.h"
#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const Node *read_text(Arena *arena, const char *text, Diags *diags)
{
    const Source *source;

    source = source_make(arena, TEXT_LIT("test.yaml"), text_of(text));
    return node_read_yaml(arena, source, diags);
}

/* --- mistakes ------------------------------------------------------------------------------- */

typedef struct Expectation {
    Severity severity;
    size_t line;
    Text text;
} Expectation;

static bool parse_expectation(Text line, size_t number, Expectation *ret_expectation)
{
    Text mark, rest, place;
    size_t at = text_find(line, TEXT_LIT("# expect "));
    int64_t other;

    if (at == TEXT_NOT_FOUND)
        return false;
    rest = text_slice(line, at + strlen("# expect "), line.length);
    assert_true(text_cut(rest, TEXT_LIT(": "), &mark, &ret_expectation->text));
    ret_expectation->severity = text_starts_with(mark, TEXT_LIT("warning")) ? SEVERITY_WARNING
                                                                            : SEVERITY_ERROR;
    ret_expectation->line = number;
    if (text_cut(mark, TEXT_LIT(" in line "), &mark, &place)) {
        assert_true(text_to_int(place, &other));
        ret_expectation->line = (size_t)other;
    }
    return true;
}

static bool is_met(const Expectation *expectation, const Diag *diag)
{
    return diag->severity == expectation->severity &&
           range_start(diag->subject).line == expectation->line &&
           (text_find(diag->summary, expectation->text) != TEXT_NOT_FOUND ||
            text_find(diag->detail, expectation->text) != TEXT_NOT_FOUND);
}

static void check_mistakes(Text name, const Source *source, const Diags *diags)
{
    Text rest = source->text, line;
    size_t number = 0, expected = 0;

    for (bool more = true; more;) {
        Expectation expectation;
        bool met = false;

        more = text_cut(rest, TEXT_LIT("\n"), &line, &rest);
        if (!parse_expectation(line, ++number, &expectation))
            continue;
        expected++;
        for (size_t i = 0; i < diags->list.count; i++)
            met |= is_met(&expectation, &diags->list.items[i]);
        if (!met)
            fail_msg(TEXT_FMT ":%zu: expected \"" TEXT_FMT "\", reported is %zu: " TEXT_FMT
                              ": " TEXT_FMT,
                     TEXT(name), expectation.line, TEXT(expectation.text), diags->list.count,
                     TEXT(diags->list.count ? diags->list.items[0].summary : TEXT_NONE),
                     TEXT(diags->list.count ? diags->list.items[0].detail : TEXT_NONE));
    }
    if (expected != diags->list.count)
        fail_msg(TEXT_FMT ": %zu reported, %zu expected", TEXT(name), diags->list.count, expected);
}

static void mistakes_are_reported_where_they_are(void **state)
{
    Arena arena = { 0 };
    Diags none = diags_make(&arena);
    Text directory = TEXT_LIT(TESTS_DIR "/lang/errors");
    TextList names;

    (void)state;
    assert_true(file_list(&arena, directory, &names, RANGE_NONE, &none));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        Source *source = arena_new(&arena, Source);
        Diags diags = diags_make(&arena);
        const Node *node;

        source->name = names.items[i];
        assert_true(file_read(&arena, file_join(&arena, directory, names.items[i]), &source->text,
                              RANGE_NONE, &none));
        node = node_read_yaml(&arena, source, &diags);
        if (node)
            node_expr(&arena, node, &diags);
        check_mistakes(names.items[i], source, &diags);
    }
    arena_free(&arena);
}

/* --- values --------------------------------------------------------------------------------- */

static void values_are_as_in_json(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Text directory = TEXT_LIT(TESTS_DIR "/lang/yaml"), stem, ending;
    TextList names;

    (void)state;
    assert_true(file_list(&arena, directory, &names, RANGE_NONE, &diags));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        Source yaml = { .name = names.items[i], .text = TEXT_NONE };
        Text json;
        Value expected;
        const Node *node;

        if (!text_cut(names.items[i], TEXT_LIT(".yaml"), &stem, &ending))
            continue;
        assert_true(file_read(&arena, file_join(&arena, directory, names.items[i]), &yaml.text,
                              RANGE_NONE, &diags));
        assert_true(file_read(
            &arena, file_join(&arena, directory, text_concat(&arena, stem, TEXT_LIT(".json"))),
            &json, RANGE_NONE, &diags));
        assert_true(json_parse(&arena, json, &expected));
        node = node_read_yaml(&arena, &yaml, &diags);
        if (!node || !value_same(node_value(&arena, node), expected))
            fail_msg(TEXT_FMT ": " TEXT_FMT, TEXT(names.items[i]),
                     TEXT(node ? json_text(&arena, node_value(&arena, node)) : TEXT_NONE));
    }
    arena_free(&arena);
}

/* --- positions ------------------------------------------------------------------------------ */

/* The place of [needle] in a scalar, by its runs: "line:column". */
static Text place_of(Arena *arena, const Node *scalar, const char *needle)
{
    const ExprText source = node_source(scalar), *text = &source;
    size_t at = text_find(text->text, text_of(needle));
    PositionRun run = { 0, text->start };
    Position position;
    size_t byte;

    assert_int_not_equal(at, TEXT_NOT_FOUND);
    for (size_t i = 0; i < text->run_count && text->runs[i].offset <= at; i++)
        run = text->runs[i];
    byte = run.byte + at - run.offset;
    assert_true(text_starts_with(text_slice(text->source->text, byte, text->source->text.length),
                                 text_of(needle)));
    position = source_position(text->source, byte);
    return text_format(arena, "%u:%u", position.line, position.column);
}

static void interpolations_are_found_in_the_file(void **state)
{
    static const struct {
        const char *yaml;
        const char *needle;
        const char *place;
    } rows[] = {
        { "a: x${v}", "${v}", "1:5" },
        { "a: \"x\\ty ${v} é ${w}\"", "${w}", "1:17" },
        { "a: \"\\u00e9\\x41 ${v}\"", "${v}", "1:16" },
        { "a: \"\\uD83D\\uDE00 \\uD83D\\uDE00 ${v}\"", "${v}", "1:31" },
        { "\"\\uD83D\\uDE00\": \"\\uD83D\\uDE00\"\na: 'x ${v}'", "${v}", "2:7" },
        { "{\"\\uD83D\\uDE00\": \"\\uD83D\\uDE00\", a: \"x ${v}\"}", "${v}", "1:40" },
        { "a: \"one\n  two ${v}\"", "${v}", "2:7" },
        { "a: \"one\n\n  two\\\n   three ${v}\"", "${v}", "4:10" },
        { "a: 'it''s ${v}'", "${v}", "1:11" },
        { "a: 'it''s\n  two ${v}'", "${v}", "2:7" },
        { "a: one\n  two ${v}", "${v}", "2:7" },
        { "a: |\n  one\n    two ${v}\n", "${v}", "3:9" },
        { "a: |2-\n    one ${v}\n", "${v}", "2:9" },
        { "a: >-\n  one\n  two ${v}\n\n  three ${w}", "${w}", "5:9" },
        { "a: >+ # comment\n\n  one ${v}\n", "${v}", "3:7" },
        { "a: &x !!str \"one\\n ${v}\"", "${v}", "1:20" },
        { "a: e\xCC\x81 ${v}", "${v}", "1:6" }, /* a letter and its accent are one column */
        { "\xEF\xBB\xBF"
          "a: x ${v}",
          "${v}", "1:6" },
        { "é: 1\r\na: 'x ${v}'\r\n", "${v}", "2:7" },
    };

    (void)state;
    source_count_characters = unicode_clusters;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Arena arena = { 0 };
        Diags diags = diags_make(&arena);
        const Node *node = read_text(&arena, rows[i].yaml, &diags);
        Text place;

        assert_non_null(node);
        place = place_of(&arena, node_member(node, "a"), rows[i].needle);
        if (!text_is(place, rows[i].place))
            fail_msg("%s: " TEXT_FMT, rows[i].yaml, TEXT(place));
        arena_free(&arena);
    }
}

static void ranges_are_those_of_the_text(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const Node *node = read_text(&arena, "a:\n  - x  # comment\n  - {b: 'c'}\nd: |\n  e\n\nf: g\n",
                                 &diags);
    const Node *list = node_member(node, "a");

    (void)state;
    assert_true(text_is(range_text(list->range), "- x  # comment\n  - {b: 'c'}"));
    assert_true(text_is(range_text(list->items[0]->range), "x"));
    assert_true(text_is(range_text(list->items[1]->range), "{b: 'c'}"));
    assert_true(text_is(range_text(list->items[1]->items[0]->range), "'c'"));
    assert_true(text_is(range_text(node_member(node, "d")->range), "|\n  e"));
    assert_int_equal(range_start(node_member(node, "f")->range).line, 7);
    arena_free(&arena);
}

/* --- limits --------------------------------------------------------------------------------- */

static Text nested(Arena *arena, size_t depth)
{
    TextBuilder builder = text_builder(arena);

    text_add_repeated(&builder, '[', depth);
    text_add_repeated(&builder, ']', depth);
    return text_built(&builder);
}

static void nesting_stops_at_a_hundred(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Source deep = { .name = TEXT_LIT("deep.yaml"), .text = nested(&arena, 100) },
           deeper = { .name = TEXT_LIT("deeper.yaml"), .text = nested(&arena, 101) };
    Source deepest = { .name = TEXT_LIT("deepest.yaml"), .text = nested(&arena, 200000) };

    (void)state;
    assert_non_null(node_read_yaml(&arena, &deep, &diags));
    assert_null(node_read_yaml(&arena, &deeper, &diags));
    assert_null(node_read_yaml(&arena, &deepest, &diags));
    assert_int_equal(diags.list.count, 2);
    assert_true(text_is(diags.list.items[1].summary, "YAML nested too deeply"));
    arena_free(&arena);
}

static void what_aliases_stand_for_is_counted(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextBuilder builder = text_builder(&arena);
    Source source = { .name = TEXT_LIT("laughs.yaml"), .text = TEXT_NONE };

    (void)state;
    text_add(&builder, TEXT_LIT("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
    for (int i = 1; i < 20; i++)
        text_add_format(&builder, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1,
                        i - 1);
    source.text = text_built(&builder);
    assert_null(node_read_yaml(&arena, &source, &diags));
    assert_int_equal(diags.list.count, 1);
    assert_true(text_is(diags.list.items[0].summary, "YAML document too large"));
    arena_free(&arena);
}

static void text_that_is_no_utf8_is_refused(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    assert_null(read_text(&arena, "a: \xff", &diags));
    assert_null(read_text(&arena, "a: b\x01", &diags));
    assert_null(read_text(&arena, "a: \"\\uD83D\\uDE00\" \x01", &diags));
    assert_int_equal(diags.list.count, 3);
    assert_int_equal(range_start(diags.list.items[1].subject).column, 5);
    assert_int_equal(range_start(diags.list.items[2].subject).column, 19);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_reported_where_they_are),
        cmocka_unit_test(values_are_as_in_json),
        cmocka_unit_test(interpolations_are_found_in_the_file),
        cmocka_unit_test(ranges_are_those_of_the_text),
        cmocka_unit_test(nesting_stops_at_a_hundred),
        cmocka_unit_test(what_aliases_stand_for_is_counted),
        cmocka_unit_test(text_that_is_no_utf8_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
