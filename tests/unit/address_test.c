/*
 * layer: lang
 *
 * Addresses: their text forms, their order, and reading them back.
 */
#include "pipectl/lang/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static Address parsed(Arena *arena, const char *text)
{
    Diags diags = diags_make(arena);
    Address address = { 0 };
    bool is_module;

    assert_true(address_parse(arena, text_of(text), RANGE_NONE, &address, &is_module, &diags));
    assert_int_equal(diags.error_count, 0);
    return address;
}

static void instances_read_back(void **state)
{
    static const char *const texts[] = {
        "aws_s3_bucket.b",
        "aws_s3_bucket.b[0]",
        "aws_s3_bucket.b[\"key\"]",
        "data.aws_region.current",
        "module.lake.aws_s3_bucket.b",
        "module.lake[\"eu\"].module.inner[1].data.aws_iam_policy_document.p[\"a.b\"]",
        "aws_x.y[\"quote \\\" backslash \\\\ line\\nend\"]",
        "aws_x.y[\"$${not} %%{template}\"]",
        "aws_x.y[\"é\"]",
        "aws_x.y[9223372036854775807]",
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Text text = address_text(&arena, parsed(&arena, texts[i]));

        if (!text_is(text, texts[i]))
            fail_msg("%s reads back as %.*s", texts[i], TEXT(text));
    }
    arena_free(&arena);
}

static void forms_leave_keys_out(void **state)
{
    Arena arena = { 0 };
    Address address = parsed(&arena, "module.lake[\"eu\"].aws_s3_bucket.b[0]");

    (void)state;
    assert_true(
        text_is(address_resource_text(&arena, address), "module.lake[\"eu\"].aws_s3_bucket.b"));
    assert_true(text_is(address_config_text(&arena, address), "module.lake.aws_s3_bucket.b"));
    assert_true(text_is(module_path_text(&arena, address.module), "module.lake[\"eu\"]"));
    assert_true(text_is(module_path_config_text(&arena, address.module), "module.lake"));
    assert_int_equal(address.key.kind, KEY_INTEGER);
    arena_free(&arena);
}

static void the_word_resource_may_stand_before(void **state)
{
    Arena arena = { 0 };

    (void)state;
    assert_true(text_is(address_text(&arena, parsed(&arena, "resource.aws_x.y[0]")), "aws_x.y[0]"));
    arena_free(&arena);
}

static void modules_are_told_apart(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Address address;
    bool is_module = false;

    (void)state;
    assert_true(address_parse(&arena, TEXT_LIT("module.a[0].module.b"), RANGE_NONE, &address,
                              &is_module, &diags));
    assert_true(is_module);
    assert_true(text_is(module_path_text(&arena, address.module), "module.a[0].module.b"));
    assert_false(address_parse(&arena, TEXT_LIT("module.a"), RANGE_NONE, &address, NULL, &diags));
    assert_int_equal(diags.error_count, 1);
    arena_free(&arena);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const texts[] = {
        "",           "aws_x",   "aws_x.",      "aws_x.y.z",   "aws_x.y[0][1]", "aws_x.y[true]",
        "module",     "module.", "module[0].a", "data.aws_x",  "aws_x[0].y",    "aws_x.y[0.5]",
        "aws_x.y[a]", "a b",     "1 + 1",       "module.a[0]", "aws_x.y[\"$",   "module.a.b",
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Diags diags = diags_make(&arena);
        Address address;

        if (address_parse(&arena, text_of(texts[i]), RANGE_NONE, &address, NULL, &diags))
            fail_msg("%s is taken for an address", texts[i]);
        assert_int_equal(diags.error_count, 1);
    }
    arena_free(&arena);
}

static int compare(const void *a, const void *b)
{
    return address_compare(*(const Address *)a, *(const Address *)b);
}

static void order_is_terraforms(void **state)
{
    static const char *const sorted[] = {
        "data.aws_z.z",     "aws_a.a",
        "aws_a.b",          "aws_a.b[0]",
        "aws_a.b[2]",       "aws_a.b[10]",
        "aws_a.b[\"\"]",    "aws_a.b[\"10\"]",
        "aws_a.b[\"2\"]",   "aws_b.a",
        "module.m.aws_a.a", "module.m[0].aws_a.a",
        "module.n.aws_a.a", "module.m[0].module.n.aws_a.a",
    };
    enum { COUNT = sizeof sorted / sizeof *sorted };
    Arena arena = { 0 };
    Address addresses[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        addresses[i] = parsed(&arena, sorted[COUNT - 1 - i]);
    qsort(addresses, COUNT, sizeof *addresses, compare);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(text_is(address_text(&arena, addresses[i]), sorted[i]));
    assert_true(address_equal(addresses[3], parsed(&arena, "aws_a.b[0]")));
    assert_false(address_equal(addresses[3], addresses[2]));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_read_back),
        cmocka_unit_test(forms_leave_keys_out),
        cmocka_unit_test(the_word_resource_may_stand_before),
        cmocka_unit_test(modules_are_told_apart),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(order_is_terraforms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
