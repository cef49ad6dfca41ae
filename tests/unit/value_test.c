/* layer: value */
/* value_test.c: making, asking, marking, comparing, copying. */
#include "value_cases.h"
#include <string.h>

static Value string(const char *text)
{
    return value_string_raw(text_of(text));
}

static void size(void **state)
{
    (void)state;
    assert_int_equal(sizeof(Value), 32);
}

static void strings_are_composed(void **state)
{
    Arena arena = { 0 };
    char bytes[] = "abc";
    Value copied = value_string(&arena, (Text){ bytes, 3 });

    (void)state;
    bytes[0] = 'x';
    assert_text(value_text(copied), TEXT_LIT("abc"));
    assert_text(value_text(value_string(&arena, TEXT_LIT("e\u0301"))), TEXT_LIT("é"));
    assert_text(value_text(value_string(&arena, TEXT_LIT("\xFF"))), TEXT_LIT("\uFFFD"));
    assert_text(value_text(value_string(&arena, TEXT_NONE)), TEXT_NONE);
    arena_free(&arena);
}

static void inside_bits(void **state)
{
    Arena arena = { 0 };
    Value secret = value_marked(value_unknown(type_string), MARK_SENSITIVE);
    Text key = TEXT_LIT("k");
    Value object = value_object(&arena, &key, &secret, 1);
    Value list = value_list(&arena, object.type, &object, 1);

    (void)state;
    assert_true(value_is_known(list) && !value_is_wholly_known(list));
    assert_true(value_has_sensitive(list) && !value_is_sensitive(list));
    assert_int_equal(list.inside_states, VALUE_KNOWN | VALUE_UNKNOWN);
    assert_true(value_is_wholly_known(value_list(&arena, type_string, NULL, 0)));
    assert_int_equal(value_null(type_string).inside_states, VALUE_NULL);

    Value plain = value_unmarked(&arena, list);
    assert_false(value_has_sensitive(plain));
    assert_true(value_has_sensitive(list)); /* values do not change */
    assert_true(value_same(plain, list) && !value_same_marked(plain, list));
    assert_true(value_is_sensitive(value_with_marks_of(value_bool(true), list)));
    arena_free(&arena);
}

static void members(void **state)
{
    Arena arena = { 0 };
    Text keys[] = { TEXT_LIT("b"), TEXT_LIT("a"), TEXT_LIT("b"), TEXT_LIT("c") };
    Value values[] = { value_integer(1), value_integer(2), string("later"), value_null(type_bool) };
    Value object = value_object(&arena, keys, values, 4), found = value_bool(true);

    (void)state;
    assert_int_equal(value_count(object), 3);
    assert_text(value_key_at(object, 0), TEXT_LIT("a"));
    assert_text(value_text(value_at(object, 1)), TEXT_LIT("later"));
    assert_true(value_member(object, TEXT_LIT("a"), &found));
    assert_int_equal(value_to_integer(found), 2);
    assert_false(value_member(object, TEXT_LIT("d"), &found));
    assert_int_equal(value_to_integer(found), 2); /* untouched */
    assert_true(value_member(object, TEXT_LIT("c"), NULL));
    assert_text(value_get_text(object, "b"), TEXT_LIT("later"));
    assert_null(value_get_text(object, "a").bytes); /* no string */
    assert_null(value_get_text(object, "d").bytes);
    assert_true(value_is_null(value_get(object, "d")));
    assert_true(value_is_null(value_get(value_null(type_dynamic), "d")));
    assert_true(value_is_null(value_get(string("x"), "d")));
    assert_ptr_equal(type_attribute(object.type, TEXT_LIT("b")), type_string);
    arena_free(&arena);
}

static void map_keys_are_copied(void **state)
{
    Arena arena = { 0 };
    char bytes[] = "key";
    Text key = { bytes, 3 };
    Value value = value_integer(1), map = value_map(&arena, type_number, &key, &value, 1);

    (void)state;
    bytes[0] = 'x';
    assert_true(value_member(map, TEXT_LIT("key"), NULL));
    arena_free(&arena);
}

static void builders(void **state)
{
    Arena arena = { 0 };
    ValueBuilder builder = value_builder(&arena);

    (void)state;
    value_builder_put(&builder, TEXT_LIT("z"), value_integer(1));
    value_builder_put(&builder, TEXT_LIT("a"), value_integer(2));
    value_builder_put(&builder, TEXT_LIT("z"), value_integer(3));
    assert_text(json_text(&arena, value_built_object(&builder)), TEXT_LIT("{\"a\":2,\"z\":3}"));
    assert_text(json_text(&arena, value_built_map(&builder, type_number)),
                TEXT_LIT("{\"a\":2,\"z\":3}"));
    builder = value_builder(&arena);
    value_builder_add(&builder, value_integer(2));
    value_builder_add(&builder, value_integer(1));
    value_builder_add(&builder, value_integer(2));
    assert_text(json_text(&arena, value_built_tuple(&builder)), TEXT_LIT("[2,1,2]"));
    assert_text(json_text(&arena, value_built_list(&builder, type_number)), TEXT_LIT("[2,1,2]"));
    assert_text(json_text(&arena, value_built_set(&builder, type_number)), TEXT_LIT("[1,2]"));
    builder = value_builder(&arena);
    assert_ptr_equal(value_built_object(&builder).type, type_empty_object());
    assert_ptr_equal(value_built_tuple(&builder).type, type_empty_tuple());
    arena_free(&arena);
}

/* --- sets --------------------------------------------------------------------------------- */

static void sets_drop_what_is_equal(void **state)
{
    Arena arena = { 0 };
    Value strings[] = { string("b"), string("a"), string("b"), value_null(type_string),
                        value_null(type_string), value_unknown(type_string),
                        value_unknown(type_string) };
    Value set = value_set(&arena, type_string, strings, 7);

    (void)state;
    assert_int_equal(value_count(set), 5); /* two unknowns may turn out to differ */
    assert_text(value_text(value_at(set, 0)), TEXT_LIT("a"));
    assert_true(value_is_unknown(value_at(set, 2)) && value_is_unknown(value_at(set, 3)));
    assert_true(value_is_null(value_at(set, 4)));
    arena_free(&arena);
}

static void sets_take_the_marks(void **state)
{
    Arena arena = { 0 };
    Value strings[] = { string("b"), value_marked(string("a"), MARK_SENSITIVE), string("a") };
    Value set = value_set(&arena, type_string, strings, 3);

    (void)state;
    assert_int_equal(value_count(set), 2);
    assert_true(value_is_sensitive(set));
    assert_false(value_has_sensitive(value_at(set, 0)));
    arena_free(&arena);
}

/* Big numbers that agree in ten digits have one order text, so they stand as they came. */
static void equal_sets_in_another_order(void **state)
{
    Arena arena = { 0 };
    Value up = parse_case(&arena, TEXT_LIT("[[123456789011],[123456789012]]"));
    Value down = parse_case(&arena, TEXT_LIT("[[123456789012],[123456789011]]"));
    Value other = parse_case(&arena, TEXT_LIT("[[123456789012],[123456789013]]"));
    const Type *type = type_set(type_dynamic);

    (void)state;
    assert_true(value_convert(&arena, up, type, &up, NULL));
    assert_true(value_convert(&arena, down, type, &down, NULL));
    assert_true(value_convert(&arena, other, type, &other, NULL));
    assert_false(value_same(value_at(up, 0), value_at(down, 0)));
    assert_true(value_same(up, down));
    assert_false(value_same(up, other));
    arena_free(&arena);
}

/* --- comparing and copying ----------------------------------------------------------------- */

static void sameness(void **state)
{
    static const char *const texts[] = {
        "null", "true", "false", "0", "1", "1.5", "\"\"", "\"1\"", "[]", "[1]", "[2]", "[1,2]", "[null]",
        "{}", "{\"a\":1}", "{\"a\":2}", "{\"b\":1}", "{\"a\":[{\"b\":null}]}", "{\"a\":[{\"b\":1}]}",
        "1e40", "10000000000000000000000000000000000000001",
    };
    Arena arena = { 0 };
    size_t count = sizeof texts / sizeof *texts;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            Value a = parse_case(&arena, text_of(texts[i])), b = parse_case(&arena, text_of(texts[j]));

            if (value_same(a, b) != (i == j))
                fail_msg("%s and %s", texts[i], texts[j]);
        }
    }
    assert_true(value_same(value_unknown(type_string), value_unknown(type_string)));
    assert_false(value_same(value_unknown(type_string), value_unknown(type_number)));
    assert_false(value_same(value_unknown(type_string), value_null(type_string)));
    assert_true(value_same(value_unknown_predicted(&arena, string("x")), value_unknown(type_string)));
    arena_free(&arena);
}

static void order_is_total(void **state)
{
    static const char *const texts[] = {
        "[]", "[1]", "[2]", "[10]", "[123456789012]", "[123456789013]", "[null]", "[1,2]", "[-1]",
    };
    Arena arena = { 0 };
    size_t count = sizeof texts / sizeof *texts;
    Value values[16];

    (void)state;
    for (size_t i = 0; i < count; i++) {
        Value tuple = parse_case(&arena, text_of(texts[i]));
        assert_true(value_convert(&arena, tuple, type_list(type_number), &values[i], NULL));
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int one = value_compare(values[i], values[j]), two = value_compare(values[j], values[i]);

            assert_true((one == 0) == (i == j));
            assert_true((one > 0) == (two < 0));
        }
    }
    assert_true(value_compare(string("a"), string("B")) > 0);
    assert_true(value_compare(value_bool(false), value_bool(true)) < 0);
    assert_true(value_compare(value_integer(10), value_integer(9)) > 0);
    assert_true(value_compare(value_null(type_number), value_integer(9)) > 0);
    arena_free(&arena);
}

static void copies_outlive_the_original(void **state)
{
    static const char text[] = "{\"a\":[\"x\",1e40,{\"b\":null}],\"c\":true,\"d\":0.5}";
    Arena first = { 0 }, second = { 0 };
    Value value = parse_case(&first, text_of(text)), map;

    (void)state;
    assert_true(value_convert(&first, parse_case(&first, TEXT_LIT("{\"k\":\"v\"}")),
                              type_map(type_string), &map, NULL));
    Value predicted = value_unknown_predicted(&first, value_string(&first, TEXT_LIT("arn")));
    value = value_copy(&second, value_marked(value, MARK_SENSITIVE));
    map = value_copy(&second, map);
    predicted = value_copy(&second, predicted);
    arena_free(&first);
    assert_true(value_is_sensitive(value));
    assert_text(json_text(&second, value),
                TEXT_LIT("{\"a\":[\"x\",10000000000000000000000000000000000000000,{\"b\":null}],\"c\":true,"
                         "\"d\":0.5}"));
    assert_text(value_get_text(map, "k"), TEXT_LIT("v"));
    assert_text(value_text(predicted.as.refinement->predicted), TEXT_LIT("arn"));
    arena_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size),
        cmocka_unit_test(strings_are_composed),
        cmocka_unit_test(inside_bits),
        cmocka_unit_test(members),
        cmocka_unit_test(map_keys_are_copied),
        cmocka_unit_test(builders),
        cmocka_unit_test(sets_drop_what_is_equal),
        cmocka_unit_test(sets_take_the_marks),
        cmocka_unit_test(equal_sets_in_another_order),
        cmocka_unit_test(sameness),
        cmocka_unit_test(order_is_total),
        cmocka_unit_test(copies_outlive_the_original),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
