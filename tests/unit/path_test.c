/* layer: value */
/* path_test.c: steps into values, marks along them, and their JSON. */
#include "value_cases.h"
#include "pipectl/value/path.h"

static const char document[] = "{\"a\":[{\"b\":\"x\"},{\"b\":\"y\"}],\"c\":{\"k.1\":1},\"s\":\"t\"}";

static Path parsed_path(Arena *arena, const char *json)
{
    Path path = { NULL, 0 };

    if (!path_from_json(arena, parse_case(arena, text_of(json)), &path))
        fail_msg("no path: %s", json);
    return path;
}

#define ATTRIBUTE(name) "{\"type\":\"get_attr\",\"value\":\"" name "\"}"
#define NUMBER(n)       "{\"type\":\"index\",\"value\":{\"type\":\"number\",\"value\":" #n "}}"
#define KEY(k)          "{\"type\":\"index\",\"value\":{\"type\":\"string\",\"value\":\"" k "\"}}"

static void texts_and_json(void **state)
{
    static const char *const cases[][2] = {
        { "[]", "" },
        { "[" ATTRIBUTE("a") "]", ".a" },
        { "[" ATTRIBUTE("a") "," NUMBER(1) "," ATTRIBUTE("b") "]", ".a[1].b" },
        { "[" ATTRIBUTE("c") "," KEY("k.1") "]", ".c[\"k.1\"]" },
        { "[" ATTRIBUTE("c") ",{\"type\":\"index\",\"value\":{\"type\":[\"object\",{\"a\":\"bool\"}],"
          "\"value\":{\"a\":true}}}]", ".c[...]" },
    };
    static const char *const wrong[] = {
        "{}", "[1]", "[{}]", "[{\"type\":\"get_attr\"}]", "[{\"type\":\"get_attr\",\"value\":1}]",
        "[{\"type\":\"index\",\"value\":1}]", "[{\"type\":\"other\",\"value\":\"a\"}]", "null",
    };
    Arena arena = { 0 };
    Path path;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        path = parsed_path(&arena, cases[i][0]);
        assert_text(path_text(&arena, path), text_of(cases[i][1]));
        assert_text(json_text(&arena, path_to_json(&arena, path)), text_of(cases[i][0]));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(path_from_json(&arena, parse_case(&arena, text_of(wrong[i])), &path));
    arena_free(&arena);
}

static void comparing(void **state)
{
    Arena arena = { 0 };
    Path a = path_child(&arena, (Path){ NULL, 0 }, TEXT_LIT("a"));
    Path a0 = path_index(&arena, a, value_integer(0)), a1 = path_index(&arena, a, value_integer(1));

    (void)state;
    assert_int_equal(a.count, 1);
    assert_true(path_equal(a0, path_index(&arena, a, value_integer(0))));
    assert_false(path_equal(a0, a1) || path_equal(a, a0) || path_equal(a0, a));
    assert_true(path_starts_with(a0, a) && path_starts_with(a, a) && !path_starts_with(a, a0));
    assert_true(path_equal(path_copy(&arena, a1), a1));
    arena_free(&arena);
}

static void getting_and_setting(void **state)
{
    Arena arena = { 0 };
    Value value = parse_case(&arena, text_of(document)), found, changed;
    Path path = parsed_path(&arena, "[" ATTRIBUTE("a") "," NUMBER(1) "," ATTRIBUTE("b") "]");
    Path nowhere = parsed_path(&arena, "[" ATTRIBUTE("a") "," NUMBER(2) "]");

    (void)state;
    assert_true(path_get(value, path, &found));
    assert_text(value_text(found), TEXT_LIT("y"));
    assert_true(path_get(value, (Path){ NULL, 0 }, &found) && value_same(found, value));
    assert_true(path_get(value, parsed_path(&arena, "[" ATTRIBUTE("c") "," KEY("k.1") "]"), &found));
    assert_false(path_get(value, nowhere, &found));
    assert_false(path_get(value, parsed_path(&arena, "[" ATTRIBUTE("s") "," NUMBER(0) "]"), &found));
    assert_false(path_get(value, parsed_path(&arena, "[" NUMBER(0) "]"), &found));
    assert_false(path_get(value, parsed_path(&arena, "[" ATTRIBUTE("a") "," NUMBER(-1) "]"), &found));
    assert_false(path_get(value_null(value.type), path, &found));

    changed = path_set(&arena, value, path, value_integer(7));
    assert_true(path_get(changed, path, &found));
    assert_int_equal(value_to_integer(found), 7);
    assert_true(path_get(value, path, &found) && value_has_kind(found, TYPE_STRING));
    assert_true(value_same(path_set(&arena, value, nowhere, value_integer(7)), value));
    arena_free(&arena);
}

static Value converted(Arena *arena, const char *json, const Type *type)
{
    Value value = value_null(type_dynamic);

    assert_true(value_convert(arena, parse_case(arena, text_of(json)), type, &value, NULL));
    return value;
}

static void setting_in_collections(void **state)
{
    Arena arena = { 0 };
    Path first = path_index(&arena, (Path){ NULL, 0 }, value_integer(0));
    Value list = converted(&arena, "[1,2]", type_list(type_number));
    Value set = converted(&arena, "[\"a\",\"c\"]", type_set(type_string));
    Path c = path_index(&arena, (Path){ NULL, 0 }, value_string_raw(TEXT_LIT("c")));

    (void)state;
    list = path_set(&arena, list, first, value_unknown(type_number));
    assert_ptr_equal(list.type, type_list(type_number));
    assert_true(value_is_unknown(value_at(list, 0)));
    set = path_set(&arena, set, c, value_string_raw(TEXT_LIT("A")));
    assert_text(json_text(&arena, set), TEXT_LIT("[\"A\",\"a\"]")); /* sorted again */
    arena_free(&arena);
}

static void marking(void **state)
{
    Arena arena = { 0 };
    Value value = parse_case(&arena, text_of(document)), marked, found;
    PathList wanted = { 0 }, paths = { 0 };

    (void)state;
    list_add(&arena, &wanted, parsed_path(&arena, "[" ATTRIBUTE("a") "," NUMBER(0) "," ATTRIBUTE("b") "]"));
    list_add(&arena, &wanted, parsed_path(&arena, "[" ATTRIBUTE("c") "]"));
    list_add(&arena, &wanted, parsed_path(&arena, "[" ATTRIBUTE("nowhere") "]"));
    marked = path_apply_mark(&arena, value, &wanted, MARK_SENSITIVE);
    assert_true(value_same(marked, value) && !value_is_sensitive(marked));
    assert_true(path_get(marked, wanted.items[0], &found) && value_is_sensitive(found));

    path_marked(&arena, marked, MARK_SENSITIVE, &paths);
    assert_int_equal(paths.count, 2);
    assert_true(path_equal(paths.items[0], wanted.items[0]));
    assert_true(path_equal(paths.items[1], wanted.items[1]));

    paths.count = 0;
    path_marked(&arena, value_marked(marked, MARK_SENSITIVE), MARK_SENSITIVE, &paths);
    assert_int_equal(paths.count, 1); /* outermost only */
    assert_int_equal(paths.items[0].count, 0);
    paths.count = 0;
    path_marked(&arena, marked, MARK_EPHEMERAL, &paths);
    assert_int_equal(paths.count, 0);
    arena_free(&arena);
}

static void marking_in_sets(void **state)
{
    Arena arena = { 0 };
    Value set = converted(&arena, "[\"a\",\"b\"]", type_set(type_string));
    PathList paths = { 0 };

    (void)state;
    list_add(&arena, &paths, path_index(&arena, (Path){ NULL, 0 }, value_at(set, 0)));
    set = path_apply_mark(&arena, set, &paths, MARK_SENSITIVE);
    assert_true(value_is_sensitive(set)); /* a set bears its elements' marks */
    assert_int_equal(value_count(set), 2);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_json),
        cmocka_unit_test(comparing),
        cmocka_unit_test(getting_and_setting),
        cmocka_unit_test(setting_in_collections),
        cmocka_unit_test(marking),
        cmocka_unit_test(marking_in_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
