/*
 * layer: lang
 *
 * What traversals refer to, and how much of them that takes.
 */
#include "pipectl/lang/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct {
    const char *text;
    ReferenceKind kind;
    const char *type, *name, *output;
    KeyKind key;
    size_t used;
} cases[] = {
    { "var.x", REFERENCE_VARIABLE, "", "x", "", KEY_NONE, 1 },
    { "var.x.y[0]", REFERENCE_VARIABLE, "", "x", "", KEY_NONE, 1 },
    { "local.x.y", REFERENCE_LOCAL, "", "x", "", KEY_NONE, 1 },
    { "each.key", REFERENCE_EACH, "", "key", "", KEY_NONE, 1 },
    { "each.value.a", REFERENCE_EACH, "", "value", "", KEY_NONE, 1 },
    { "count.index", REFERENCE_COUNT, "", "index", "", KEY_NONE, 1 },
    { "path.module", REFERENCE_PATH, "", "module", "", KEY_NONE, 1 },
    { "terraform.workspace", REFERENCE_TERRAFORM, "", "workspace", "", KEY_NONE, 1 },
    { "self.id", REFERENCE_SELF, "", "", "", KEY_NONE, 0 },
    { "module.m", REFERENCE_MODULE, "", "m", "", KEY_NONE, 1 },
    { "module.m.out", REFERENCE_MODULE, "", "m", "out", KEY_NONE, 2 },
    { "module.m.out.a", REFERENCE_MODULE, "", "m", "out", KEY_NONE, 2 },
    { "module.m[\"k\"].out[0]", REFERENCE_MODULE, "", "m", "out", KEY_STRING, 3 },
    { "module.m[0]", REFERENCE_MODULE, "", "m", "", KEY_INTEGER, 2 },
    { "aws_x.y", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_NONE, 1 },
    { "aws_x.y.id", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_NONE, 1 },
    { "aws_x.y[0].id", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_INTEGER, 2 },
    { "aws_x.y[\"k\"]", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_STRING, 2 },
    { "resource.var.y.id", REFERENCE_RESOURCE, "var", "y", "", KEY_NONE, 2 },
    { "data.aws_x.y", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_NONE, 2 },
    { "data.aws_x.y[1].id", REFERENCE_RESOURCE, "aws_x", "y", "", KEY_INTEGER, 3 },
};

static Traversal parsed(Arena *arena, const char *text)
{
    Diags diags = diags_make(arena);
    Traversal traversal;

    assert_true(traversal_parse(arena, text_of(text), RANGE_NONE, &traversal, &diags));
    return traversal;
}

static void references_are_understood(void **state)
{
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Diags diags = diags_make(&arena);
        Traversal traversal = parsed(&arena, cases[i].text);
        Reference reference;

        assert_true(reference_of(&traversal, &reference, &diags));
        if (reference.kind != cases[i].kind || !text_is(reference.type, cases[i].type) ||
            !text_is(reference.name, cases[i].name) ||
            !text_is(reference.output, cases[i].output) || reference.key.kind != cases[i].key ||
            reference.used != cases[i].used)
            fail_msg("%s: kind %d, \"%.*s\" \"%.*s\" \"%.*s\", key %d, %zu used", cases[i].text,
                     reference.kind, TEXT(reference.type), TEXT(reference.name),
                     TEXT(reference.output), reference.key.kind, reference.used);
    }
    arena_free(&arena);
}

static void data_is_data(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Traversal data = parsed(&arena, "data.a.b"), managed = parsed(&arena, "a.b");
    Reference reference;

    (void)state;
    assert_true(reference_of(&data, &reference, &diags));
    assert_int_equal(reference.mode, MODE_DATA);
    assert_true(reference_of(&managed, &reference, &diags));
    assert_int_equal(reference.mode, MODE_MANAGED);
    arena_free(&arena);
}

static void incomplete_references_are_refused(void **state)
{
    static const char *const texts[] = {
        "var",      "var[0]",     "local", "module",   "data",      "data.x",
        "resource", "resource.x", "aws_x", "aws_x[0]", "data.x[0]",
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Diags diags = diags_make(&arena);
        Traversal traversal = parsed(&arena, texts[i]);
        Reference reference;

        if (reference_of(&traversal, &reference, &diags))
            fail_msg("%s is taken for a reference", texts[i]);
        assert_int_equal(diags.error_count, 1);
        assert_true(text_is(diags.list.items[0].summary, "Invalid reference"));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_understood),
        cmocka_unit_test(data_is_data),
        cmocka_unit_test(incomplete_references_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
