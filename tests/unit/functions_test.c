/*
 * layer: lang
 *
 * The table of functions: its rows are in order, documented, and have the signatures that
 * Terraform's functions have (tests/lang/functions.txt). What the functions do is judged by
 * expressions_test.
 */
#include "functions/functions.h"

#include "pipectl/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void add_parameter(TextBuilder *builder, const Parameter *parameter)
{
    text_add_format(builder, "%s %s%s", parameter->name, parameter->type,
                    parameter->allow & ALLOW_NULL ? "?" : "");
}

static Text signature(Arena *arena, const Function *function)
{
    TextBuilder builder = text_builder(arena);

    text_add_format(&builder, "%s(", function->name);
    for (size_t i = 0; i < function->parameter_count; i++) {
        text_add_format(&builder, "%s", i ? ", " : "");
        add_parameter(&builder, &function->parameters[i]);
    }
    if (function->variadic) {
        text_add_format(&builder, "%s...", function->parameter_count ? ", " : "");
        add_parameter(&builder, function->variadic);
    }
    text_add_format(&builder, ") %s", function->result);
    return text_built(&builder);
}

static void rows_are_terraforms(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    size_t count, row = 0, wrong = 0;
    const Function *table = function_table(&count);
    Text content, line;
    bool more = true;

    (void)state;
    assert_true(
        file_read(&arena, TEXT_LIT(TESTS_DIR "/lang/functions.txt"), &content, RANGE_NONE, &diags));
    while (more) {
        Text ours;

        more = text_cut(content, TEXT_LIT("\n"), &line, &content);
        if (!line.length || line.bytes[0] == '#')
            continue;
        ours = row < count ? signature(&arena, &table[row]) : TEXT_LIT("nothing");
        row++;
        if (text_equal(line, ours))
            continue;
        wrong++;
        print_message("Terraform has %.*s\n  the table %.*s\n", TEXT(line), TEXT(ours));
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(row, count);
    arena_free(&arena);
}

static void rows_are_sorted_and_documented(void **state)
{
    size_t count;
    const Function *table = function_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || text_compare(text_of(table[i - 1].name), text_of(table[i].name)) < 0);
        assert_true(text_ends_with(text_of(table[i].summary), TEXT_LIT(".")));
        assert_ptr_equal(function_find(text_of(table[i].name)), &table[i]);
    }
}

static void core_may_stand_before_a_name(void **state)
{
    (void)state;
    assert_ptr_equal(function_find(TEXT_LIT("core::join")), function_find(TEXT_LIT("join")));
    assert_null(function_find(TEXT_LIT("core::")));
    assert_null(function_find(TEXT_LIT("provider::terraform::nosuch")));
    assert_non_null(function_find(TEXT_LIT("provider::terraform::encode_expr")));
}

static void names_that_are_near_are_suggested(void **state)
{
    (void)state;
    assert_true(text_is(function_suggestion(TEXT_LIT("jsonencod")), "jsonencode"));
    assert_true(text_is(function_suggestion(TEXT_LIT("xyzzy")), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_terraforms),
        cmocka_unit_test(rows_are_sorted_and_documented),
        cmocka_unit_test(core_may_stand_before_a_name),
        cmocka_unit_test(names_that_are_near_are_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
