/* layer: plan */
/* saved_value_test.c: values come back from a saved plan as they were. */
#include "saved_value.h"

#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Text written(Arena *arena, Value value, const Type *type)
{
    TextBuilder builder = text_builder(arena);

    saved_value_add(&builder, value, type);
    return text_built(&builder);
}

static Value round_trip(Arena *arena, Value value, const Type *type)
{
    Text text = written(arena, value, type);
    Value json, back;

    if (!json_parse(arena, text, &json))
        fail_msg("no JSON: " TEXT_FMT, TEXT(text));
    if (!saved_value_read(arena, json, type, &back))
        fail_msg("cannot be read: " TEXT_FMT, TEXT(text));
    assert_ptr_equal(back.type, value.type);
    assert_true(value_same_marked(back, value));
    assert_int_equal(back.inside_states, value.inside_states);
    assert_true(text_equal(written(arena, back, type), text));
    return back;
}

static Value text_value(const char *text)
{
    return value_string_raw(text_of(text));
}

static Value tuple_of(Arena *arena, Value a, Value b)
{
    Value values[] = { a, b };

    return value_tuple(arena, values, 2);
}

static Value object_of(Arena *arena, const char *name, Value a, const char *other, Value b)
{
    Text keys[] = { text_of(name), text_of(other) };
    Value values[] = { a, b };

    return value_object(arena, keys, values, 2);
}

static void plain_values_are_plain(void **state)
{
    Arena arena = { 0 };
    Value list[] = { text_value("a"), text_value("b") };
    Text keys[] = { TEXT_LIT("k"), TEXT_LIT("type") };

    (void)state;
    assert_true(text_is(written(&arena, text_value("a\"<"), type_string), "\"a\\\"\\u003c\""));
    assert_true(text_is(written(&arena, value_null(type_bool), type_bool), "null"));
    assert_true(
        text_is(written(&arena, value_list(&arena, type_string, list, 2), type_list(type_string)),
                "[\"a\",\"b\"]"));
    assert_true(text_is(
        written(&arena, value_map(&arena, type_string, keys, list, 2), type_map(type_string)),
        "[\"k\",\"a\",\"type\",\"b\"]"));
    assert_true(text_is(written(&arena, value_integer(7), type_dynamic),
                        "{\"type\":\"number\",\"value\":7}"));
    arena_free(&arena);
}

static void every_type(void **state)
{
    Arena arena = { 0 };
    Number big;
    Value values[3] = { text_value("b"), text_value("a"), text_value("b") };

    (void)state;
    assert_true(
        number_parse(&arena, TEXT_LIT("12345678901234567890123.000000000000000000001"), &big));
    round_trip(&arena, value_number(big), type_number);
    round_trip(&arena, value_bool(true), type_bool);
    round_trip(&arena, value_list(&arena, type_string, NULL, 0), type_list(type_string));
    round_trip(&arena, value_set(&arena, type_string, values, 3), type_set(type_string));
    round_trip(&arena, value_map(&arena, type_number, NULL, NULL, 0), type_dynamic);
    round_trip(&arena, value_list(&arena, type_dynamic, NULL, 0), type_dynamic);
    round_trip(&arena, tuple_of(&arena, value_null(type_string), value_null(type_dynamic)),
               type_dynamic);
    round_trip(&arena, object_of(&arena, "type", text_value("string"), "value", value_integer(1)),
               type_dynamic);
    arena_free(&arena);
}

/* As terraform_data has them: a schema says dynamic, and each object has a type of its own. */
static void dynamic_places(void **state)
{
    Arena arena = { 0 };
    Text names[] = { TEXT_LIT("input"), TEXT_LIT("l") };
    const Type *types[] = { type_dynamic, type_list(type_dynamic) };
    const Type *schema = type_object(names, types, NULL, 2);
    Value text = text_value("a");
    Value list = value_list(&arena, type_string, &text, 1);

    (void)state;
    round_trip(&arena, object_of(&arena, "input", value_integer(1), "l", list), schema);
    round_trip(&arena,
               object_of(&arena, "input", value_null(type_dynamic), "l",
                         value_null(type_list(type_dynamic))),
               schema);
    round_trip(&arena,
               object_of(&arena, "input", value_unknown(type_bool), "l",
                         value_unknown(type_list(type_dynamic))),
               schema);
    arena_free(&arena);
}

static void unknowns_and_marks(void **state)
{
    Arena arena = { 0 };
    Value secret = value_marked(text_value("s"), MARK_SENSITIVE);
    Value elements[] = { text_value("a"), value_unknown(type_string) };
    Value whole =
        object_of(&arena, "a", tuple_of(&arena, secret, value_unknown(type_number)), "b",
                  value_marked(value_unknown(type_dynamic), MARK_SENSITIVE | MARK_EPHEMERAL));
    Value back;

    (void)state;
    round_trip(&arena, value_unknown(type_dynamic), type_dynamic);
    round_trip(&arena, value_set(&arena, type_string, elements, 2), type_set(type_string));
    round_trip(&arena, value_marked(value_null(type_string), MARK_SENSITIVE), type_string);
    back = round_trip(&arena, value_marked(whole, MARK_SENSITIVE), type_dynamic);
    assert_int_equal(back.marks, MARK_SENSITIVE);
    arena_free(&arena);
}

static void predictions(void **state)
{
    Arena arena = { 0 };
    Value predicted = value_unknown_predicted(&arena, text_value("arn:aws:x"));
    Value back = round_trip(&arena, predicted, type_string);

    (void)state;
    assert_true(back.as.refinement->not_null);
    assert_true(value_same(back.as.refinement->predicted, text_value("arn:aws:x")));
    arena_free(&arena);
}

static void nonsense_is_refused(void **state)
{
    static const char *const cases[] = {"1", "{\"type\":\"nothing\",\"value\":1}",
                                        "{\"type\":[\"list\",\"string\"],\"value\":[1]}",
                                        "{\"type\":[\"tuple\",[\"string\"]],\"value\":[]}",
                                        "{\"type\":\"string\",\"unknown\":false}"};
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value json, back;

        assert_true(json_parse(&arena, text_of(cases[i]), &json));
        assert_false(saved_value_read(&arena, json, type_string, &back));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_plain),
        cmocka_unit_test(every_type),
        cmocka_unit_test(dynamic_places),
        cmocka_unit_test(unknowns_and_marks),
        cmocka_unit_test(predictions),
        cmocka_unit_test(nonsense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
