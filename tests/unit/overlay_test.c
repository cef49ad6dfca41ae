/* layer: base */
/* overlay_test.c: files that stand in for those on disk. */
#include "pipectl/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void files_and_folders(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextList names = { 0 };
    Text content = TEXT_NONE;

    (void)state;
    assert_false(file_overlay_is_used());
    file_overlay_add(TEXT_LIT("./main.tf"), TEXT_LIT("1"));
    file_overlay_add(TEXT_LIT("no/such/b.tf"), TEXT_LIT("2"));
    file_overlay_add(TEXT_LIT("no/such/a.tf"), TEXT_LIT("3"));
    file_overlay_add(TEXT_LIT("../beside/c.tf"), TEXT_LIT("4"));
    file_overlay_add(TEXT_LIT("main.tf"), TEXT_LIT("5")); /* the later one counts */
    assert_true(file_overlay_is_used());
    assert_int_equal(file_kind(TEXT_LIT("no/such")), FILE_DIRECTORY);
    assert_int_equal(file_kind(TEXT_LIT("no/../no/such/a.tf")), FILE_REGULAR);
    assert_int_equal(file_kind(TEXT_LIT("no/such/c.tf")), FILE_ABSENT);
    assert_true(file_read(&arena, TEXT_LIT("main.tf"), &content, RANGE_NONE, &diags) &&
                text_is(content, "5"));
    assert_true(file_read(&arena, TEXT_LIT("../beside/c.tf"), &content, RANGE_NONE, &diags) &&
                text_is(content, "4"));
    assert_true(file_list(&arena, TEXT_LIT("./no/such/"), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 2);
    assert_true(text_is(names.items[0], "a.tf") && text_is(names.items[1], "b.tf"));
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 2); /* main.tf and no; what is on disk is not seen */
    file_overlay_clear();
    assert_false(file_overlay_is_used());
    assert_int_equal(file_kind(TEXT_LIT("no/such")), FILE_ABSENT);
    assert_false(diags_have_errors(&diags));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(files_and_folders) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
