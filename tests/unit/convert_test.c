/* layer: value */
/* convert_test.c: conversions as Terraform does them (tests/value/convert.jsonl), and unification. */
#include "value_cases.h"

static const Type *case_type(Value record, const char *member)
{
    const Type *type = NULL;

    if (!json_to_type(value_get(record, member), &type))
        fail_msg("no type in \"%s\"", member);
    return type;
}

/* The value of a record, first made one of its "from" type. */
static Value case_value(Arena *arena, Value record)
{
    Value value = value_get(record, "value");

    if (value_member(record, TEXT_LIT("from"), NULL) &&
        !json_decode_typed(arena, value, case_type(record, "from"), &value, NULL))
        fail_msg("the value is not of its type");
    return value;
}

static bool is_refused(Arena *arena, Value record, bool converted, Text why)
{
    Text wanted = value_get_text(record, "error");
    Text at = value_get_text(record, "at");

    if (at.length)
        wanted = text_format(arena, TEXT_FMT ": " TEXT_FMT, TEXT(at), TEXT(wanted));
    if (!converted && text_equal(why, wanted))
        return true;
    print_error("%s, \"" TEXT_FMT "\"\n", converted ? "converted" : "refused", TEXT(why));
    return false;
}

static bool is_result(Arena *arena, Value record, bool converted, Value result, Text why)
{
    bool is_null = value_member(record, TEXT_LIT("null"), NULL);
    const Type *type = case_type(record, is_null ? "to" : "type");
    Text text = converted ? json_text(arena, result) : why;
    Text wanted = json_text(arena, value_get(record, "result"));

    if (converted && result.type == type && text_equal(text, wanted))
        return true;
    print_error("%s: " TEXT_FMT " of the type " TEXT_FMT "\n", converted ? "got" : "refused",
                TEXT(text), TEXT(type_text(arena, converted ? result.type : type)));
    return false;
}

static void run_cases(const char *file, size_t least)
{
    Arena arena = { 0 };
    Text rest = read_cases(&arena, file), line;
    size_t count = 0, wrong = 0;

    for (; next_case(&rest, &line); count++) {
        Value record = parse_case(&arena, line), result = value_null(type_dynamic);
        Text why = TEXT_NONE;
        bool converted = value_convert(&arena, case_value(&arena, record), case_type(record, "to"),
                                       &result, &why);
        bool right = value_member(record, TEXT_LIT("error"), NULL)
                         ? is_refused(&arena, record, converted, why)
                         : is_result(&arena, record, converted, result, why);

        if (!right) {
            print_error("  in " TEXT_FMT "\n", TEXT(line));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(count >= least);
    arena_free(&arena);
}

static void conversions(void **state)
{
    (void)state;
    run_cases("convert.jsonl", 163);
}

static void conversions_of_variables(void **state)
{
    (void)state;
    run_cases("convert_tfvars.jsonl", 100);
}

/* --- what no JSON file can say -------------------------------------------------------------- */

static void marks_stay(void **state)
{
    Arena arena = { 0 };
    Value secret = value_marked(value_string_raw(TEXT_LIT("1")), MARK_SENSITIVE), result;
    Value tuple = value_tuple(&arena, &secret, 1);

    (void)state;
    assert_true(value_convert(&arena, secret, type_number, &result, NULL));
    assert_int_equal(value_to_integer(result), 1);
    assert_true(value_is_sensitive(result));

    assert_true(value_convert(&arena, tuple, type_list(type_number), &result, NULL));
    assert_false(value_is_sensitive(result));
    assert_true(value_is_sensitive(value_at(result, 0)));

    assert_true(value_convert(&arena, tuple, type_set(type_number), &result, NULL));
    assert_true(value_is_sensitive(result));
    assert_false(value_is_sensitive(value_at(result, 0)));

    assert_true(value_convert(&arena, value_marked(value_null(type_string), MARK_SENSITIVE),
                              type_number, &result, NULL));
    assert_true(value_is_null(result) && value_is_sensitive(result));
    arena_free(&arena);
}

static void unknowns_stay(void **state)
{
    Arena arena = { 0 };
    Value values[] = { value_unknown(type_dynamic), value_integer(1) }, result;
    Value tuple = value_tuple(&arena, values, 2);
    Value set;

    (void)state;
    assert_true(value_convert(&arena, tuple, type_list(type_string), &result, NULL));
    assert_ptr_equal(result.type, type_list(type_string));
    assert_true(value_is_unknown(value_at(result, 0)));
    assert_ptr_equal(value_at(result, 0).type, type_string);

    assert_true(value_convert(&arena, value_unknown(type_dynamic), type_list(type_dynamic), &result,
                              NULL));
    assert_true(value_is_unknown(result));

    values[0] = value_unknown(type_number);
    set = value_set(&arena, type_number, values, 2);
    assert_true(value_convert(&arena, set, type_list(type_string), &result, NULL));
    assert_true(value_is_unknown(result)); /* its length is not known */
    arena_free(&arena);
}

static const Type *unified(const Type *a, const Type *b)
{
    const Type *types[] = { a, b };
    const Type *one = type_unify(types, 2);

    types[0] = b;
    types[1] = a;
    assert_ptr_equal(type_unify(types, 2), one); /* the order does not matter */
    return one;
}

static void unification(void **state)
{
    const Type *numbers[] = { type_number, type_number }, *mixed[] = { type_number, type_string };
    const Type *pair = type_tuple(numbers, 2), *other = type_tuple(mixed, 2);

    (void)state;
    assert_ptr_equal(unified(type_number, type_string), type_string);
    assert_ptr_equal(unified(type_number, type_bool), NULL);
    assert_ptr_equal(unified(type_number, type_dynamic), type_number);
    assert_ptr_equal(unified(pair, other), other);
    assert_ptr_equal(unified(pair, type_empty_tuple()), type_list(type_number));
    assert_ptr_equal(unified(pair, type_list(type_string)), type_list(type_string));
    assert_ptr_equal(unified(pair, type_set(type_number)), type_set(type_number));
    assert_ptr_equal(unified(type_list(type_number), type_set(type_number)), type_list(type_number));
    assert_ptr_equal(unified(type_map(type_string), type_map(type_number)), type_map(type_string));
    assert_ptr_equal(unified(pair, type_empty_object()), NULL);
    assert_ptr_equal(unified(pair, type_string), NULL);
    assert_ptr_equal(type_unify(NULL, 0), NULL);
}

/* Types with the one that Terraform makes of them (tests/value/unify.jsonl). */
static void unification_of_all(void **state)
{
    Arena arena = { 0 };
    Text rest = read_cases(&arena, "unify.jsonl"), line;
    size_t count = 0, wrong = 0;

    (void)state;
    for (; next_case(&rest, &line); count++) {
        Value record = parse_case(&arena, line), list = value_get(record, "types");
        const Type *types[3], *wanted = NULL, *unified;

        assert_in_range(value_count(list), 2, 3);
        for (size_t i = 0; i < value_count(list); i++)
            assert_true(json_to_type(value_at(list, i), &types[i]));
        json_to_type(value_get(record, "unified"), &wanted);
        unified = type_unify(types, value_count(list));
        if (unified != wanted) {
            print_error("got " TEXT_FMT "\n  in " TEXT_FMT "\n",
                        TEXT(unified ? type_text(&arena, unified) : TEXT_LIT("nothing")), TEXT(line));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(count >= 200);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversions),
        cmocka_unit_test(conversions_of_variables),
        cmocka_unit_test(marks_stay),
        cmocka_unit_test(unknowns_stay),
        cmocka_unit_test(unification),
        cmocka_unit_test(unification_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
