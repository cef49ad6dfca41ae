/* layer: value */
/* type_test.c: equal types are one pointer, and types have two spellings. */
#include "value_cases.h"

static const Type *ab(const Type *a, const Type *b, const bool *optional)
{
    Text names[] = { TEXT_LIT("a"), TEXT_LIT("b") };
    const Type *types[] = { a, b };

    return type_object(names, types, optional, 2);
}

static void interning(void **state)
{
    Text names[] = { TEXT_LIT("b"), TEXT_LIT("a") };
    const Type *types[] = { type_string, type_number };
    const bool none[] = { false, false }, one[] = { false, true };

    (void)state;
    assert_ptr_equal(type_list(type_string), type_list(type_string));
    assert_ptr_not_equal(type_list(type_string), type_set(type_string));
    assert_ptr_not_equal(type_list(type_string), type_list(type_number));
    assert_ptr_equal(type_tuple(types, 2), type_tuple(types, 2));
    assert_ptr_not_equal(type_tuple(types, 2), type_tuple(types, 1));
    assert_ptr_equal(type_tuple(NULL, 0), type_empty_tuple());
    assert_ptr_not_equal(type_empty_tuple(), type_empty_object());
    assert_ptr_equal(type_object(names, types, NULL, 2), ab(type_number, type_string, NULL));
    assert_ptr_equal(ab(type_number, type_string, none), ab(type_number, type_string, NULL));
    assert_ptr_not_equal(ab(type_number, type_string, one), ab(type_number, type_string, NULL));
}

/* The table grows while types are made in any order of their names. */
static void many_types(void **state)
{
    enum { COUNT = 5000 };
    static const Type *made[COUNT];
    Arena arena = { 0 };

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            Text names[] = { text_format(&arena, "z%d", i), text_format(&arena, "a%d", i) };
            const Type *types[] = { type_bool, type_list(type_number) };
            const Type *type = type_object(names, types, NULL, 2);

            assert_true(round == 0 || type == made[i]);
            assert_text(type->names[0], names[1]);
            assert_ptr_equal(type->types[0], types[1]);
            made[i] = type;
        }
    }
    assert_ptr_not_equal(made[0], made[1]);
    arena_free(&arena);
}

static void names_are_copied(void **state)
{
    char name[] = "mine";
    Text names[] = { { name, 4 } };
    const Type *types[] = { type_string };
    const Type *type = type_object(names, types, NULL, 1);

    (void)state;
    name[0] = 'x';
    assert_text(type->names[0], TEXT_LIT("mine"));
    assert_ptr_equal(type_attribute(type, TEXT_LIT("mine")), type_string);
}

static void attributes(void **state)
{
    const Type *type = ab(type_number, type_string, NULL);

    (void)state;
    assert_ptr_equal(type_attribute(type, TEXT_LIT("a")), type_number);
    assert_ptr_equal(type_attribute(type, TEXT_LIT("b")), type_string);
    assert_null(type_attribute(type, TEXT_LIT("c")));
    assert_null(type_attribute(type, TEXT_LIT("")));
    assert_int_equal(type_attribute_index(type, TEXT_LIT("b")), 1);
    assert_int_equal(type_attribute_index(type, TEXT_LIT("ab")), -1);
    assert_int_equal(type_attribute_index(type_empty_object(), TEXT_LIT("a")), -1);
}

static void what_is_inside(void **state)
{
    const bool second[] = { false, true };
    const Type *optional = ab(type_number, type_dynamic, second);
    const Type *list = type_list(optional);

    (void)state;
    assert_true(list->has_dynamic && list->has_optional);
    assert_false(type_list(type_string)->has_dynamic || type_list(type_string)->has_optional);
    assert_ptr_equal(type_without_optional(list), type_list(ab(type_number, type_dynamic, NULL)));
    assert_ptr_equal(type_without_optional(type_tuple(&list, 1))->types[0],
                     type_without_optional(list));
    assert_ptr_equal(type_without_optional(type_string), type_string);
}

static void spelling(void **state)
{
    static const struct {
        const char *json, *text, *friendly;
    } cases[] = {
        { "\"string\"", "string", "string" },
        { "\"dynamic\"", "any", "any type" },
        { "[\"list\",\"string\"]", "list(string)", "list of string" },
        { "[\"set\",\"dynamic\"]", "set(any)", "set of any single type" },
        { "[\"map\",[\"list\",\"number\"]]", "map(list(number))", "map of list of number" },
        { "[\"tuple\",[\"string\",\"bool\"]]", "tuple([string,bool])", "tuple" },
        { "[\"object\",{}]", "object({})", "object" },
        { "[\"object\",{\"a\":\"string\",\"b\":[\"tuple\",[]]},[\"a\"]]",
          "object({a=optional(string),b=tuple([])})", "object" },
    };
    Arena arena = { 0 };
    const Type *type = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(json_to_type(parse_case(&arena, text_of(cases[i].json)), &type));
        assert_text(type_text(&arena, type), text_of(cases[i].text));
        assert_text(type_friendly(&arena, type), text_of(cases[i].friendly));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interning),
        cmocka_unit_test(many_types),
        cmocka_unit_test(names_are_copied),
        cmocka_unit_test(attributes),
        cmocka_unit_test(what_is_inside),
        cmocka_unit_test(spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
