/* layer: provider
 * tests/provider/policy_document/CASE.json: a configuration, and what Terraform's provider made of
 * it. */
#include "native.h"

#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipectl/base/file.h"

#define FOLDER TESTS_DIR "/provider/policy_document"

static Value read_case(Arena *arena, Text name)
{
    Diags diags = diags_make(arena);
    Text content;
    Value value;

    assert_true(
        file_read(arena, file_join(arena, TEXT_LIT(FOLDER), name), &content, RANGE_NONE, &diags));
    assert_true(json_parse(arena, content, &value));
    return value;
}

static void check_case(Arena *arena, Text name)
{
    Value given = read_case(arena, name), expected = value_get(given, "expected"), configuration,
          object;
    const Schema *schema = native_iam_policy_document.schema();
    Diags diags = diags_make(arena);
    Text why = TEXT_NONE;

    assert_true(schema_decode_state(schema, value_get(given, "configuration"), arena,
                                    &configuration, &why));
    object = native_iam_policy_document.read_data(configuration, arena, &diags);
    assert_int_equal(diags.error_count, 0);
    for (size_t i = 0; i < value_count(expected); i++) {
        Text got = value_get_text(object, text_cstring(arena, value_key_at(expected, i)));

        if (!text_equal(got, value_text(value_at(expected, i))))
            fail_msg(TEXT_FMT ": " TEXT_FMT " is\n" TEXT_FMT "\nand must be\n" TEXT_FMT, TEXT(name),
                     TEXT(value_key_at(expected, i)), TEXT(got),
                     TEXT(value_text(value_at(expected, i))));
    }
}

static void documents_are_terraforms(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextList names = { 0 };

    (void)state;
    assert_true(file_list(&arena, TEXT_LIT(FOLDER), &names, RANGE_NONE, &diags));
    assert_true(names.count >= 5);
    for (size_t i = 0; i < names.count; i++)
        check_case(&arena, names.items[i]);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(documents_are_terraforms) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
