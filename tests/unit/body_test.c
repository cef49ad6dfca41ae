/* layer: lang
 *
 * tests/lang/bodies/NAME.tf, NAME.tf.json, NAME.tf.yaml: one body in up to three syntaxes, read
 * with the schema below; FILE.txt is what comes out, NAME.txt where all syntaxes agree. With
 * UPDATE=1 in the environment FILE.txt is written for files without a common one.
 */
#include "pipectl/base/file.h"
#include "pipectl/lang/body.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const AttributeRule rules[] = {
    { .name = TEXT_INIT("name"), .required = true },
    { .name = TEXT_INIT("tags") },
    { .name = TEXT_INIT("type"), .literal = true },
    { .name = TEXT_INIT("source"), .literal = true, .text = true },
    { .name = TEXT_INIT("depends_on"), .literal = true },
};
static const char *const label_type[] = { "type" };
static const char *const label_type_name[] = { "type", "name" };
static const BlockRule blocks[] = {
    { .type = TEXT_INIT("setting") },
    { .type = TEXT_INIT("dynamic"), .labels = label_type, .label_count = 1 },
    { .type = TEXT_INIT("resource"), .labels = label_type_name, .label_count = 2 },
};
static const BodySchema inner_schema = { rules, 5, blocks, 3 };
static const BodySchema file_schema = { NULL, 0, blocks, 3 };

/* --- a body as text ------------------------------------------------------------------------- */

static void add_expr(TextBuilder *out, const Expr *expr)
{
    static const Scope nothing = { 0 };
    Diags unheard = diags_make(out->arena);
    TraversalList traversals = { 0 };

    if (body_expr_failed(expr)) {
        text_add(out, TEXT_LIT("?"));
    } else if (expr_is_literal(expr)) {
        json_add(out, expr_evaluate(expr, &nothing, out->arena, &unheard));
    } else {
        expr_traversals(expr, out->arena, &traversals);
        text_add(out, TEXT_LIT("uses"));
        for (size_t i = 0; i < traversals.count; i++)
            text_add_format(out, " " TEXT_FMT,
                            TEXT(traversal_text(out->arena, &traversals.items[i])));
    }
}

static void add_body(TextBuilder *out, const Body *body, const BodySchema *schema, size_t indent,
                     Diags *diags)
{
    BodyContent content = body_content(body, schema, out->arena, diags);

    for (size_t i = 0; i < content.attributes.count; i++) {
        text_add_repeated(out, ' ', indent);
        text_add_format(out, TEXT_FMT " = ", TEXT(content.attributes.items[i].name));
        add_expr(out, content.attributes.items[i].expr);
        text_add(out, TEXT_LIT("\n"));
    }
    for (size_t i = 0; i < content.blocks.count; i++) {
        const Block *block = &content.blocks.items[i];

        text_add_repeated(out, ' ', indent);
        text_add(out, block->type);
        for (size_t j = 0; j < block->label_count; j++)
            text_add_format(out, " " TEXT_FMT, TEXT(block->labels[j]));
        text_add(out, TEXT_LIT("\n"));
        add_body(out, block->body, &inner_schema, indent + 2, diags);
    }
}

static void add_diags(TextBuilder *out, const Diags *diags)
{
    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];
        Position start = range_start(diag->subject), end = range_end(diag->subject);

        text_add_format(out, "%u:%u-%u:%u " TEXT_FMT ": " TEXT_FMT "\n", start.line, start.column,
                        end.line, end.column, TEXT(diag->summary), TEXT(diag->detail));
    }
}

/* --- cases ---------------------------------------------------------------------------------- */

static Text in_bodies(Arena *arena, Text name)
{
    return file_join(arena, TEXT_LIT(TESTS_DIR "/lang/bodies"), name);
}

static void check_output(Arena *arena, Text name, Text output)
{
    Diags diags = diags_make(arena);
    Text stem, ending, expected;
    bool exists;

    text_cut(name, TEXT_LIT(".tf"), &stem, &ending);
    file_read_optional(arena, in_bodies(arena, text_concat(arena, stem, TEXT_LIT(".txt"))), &exists,
                       &expected, &diags);
    if (!exists && getenv("UPDATE"))
        assert_true(file_replace(in_bodies(arena, text_concat(arena, name, TEXT_LIT(".txt"))),
                                 output, 0644, &diags));
    if (!exists)
        file_read_optional(arena, in_bodies(arena, text_concat(arena, name, TEXT_LIT(".txt"))),
                           &exists, &expected, &diags);
    if (!exists || !text_equal(expected, output))
        fail_msg("tests/lang/bodies/" TEXT_FMT " gives:\n" TEXT_FMT, TEXT(name), TEXT(output));
}

static void run_case(Arena *arena, Text name)
{
    Diags diags = diags_make(arena);
    Source *source = source_make(arena, name, TEXT_NONE);
    TextBuilder out = text_builder(arena);
    const Body *body;

    assert_true(file_read(arena, in_bodies(arena, name), &source->text, RANGE_NONE, &diags));
    body = body_read(arena, source, &diags);
    if (body)
        add_body(&out, body, &file_schema, 0, &diags);
    add_diags(&out, &diags);
    check_output(arena, name, text_built(&out));
}

static void bodies_give_what_is_expected(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextList names;

    (void)state;
    assert_true(file_list(&arena, TEXT_LIT(TESTS_DIR "/lang/bodies"), &names, RANGE_NONE, &diags));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++)
        if (!text_ends_with(names.items[i], TEXT_LIT(".txt")))
            run_case(&arena, names.items[i]);
    arena_free(&arena);
}

/* --- rests, merges, traversals -------------------------------------------------------------- */

static const Body *body_of(Arena *arena, const char *name, const char *text, Diags *diags)
{
    const Source *source;

    source = source_make(arena, text_of(name), text_of(text));
    return body_read(arena, source, diags);
}

static const char native[] =
    "name = var.a\ntags = { x = local.b }\nsetting {\n  name = \"c-${var.c}\"\n  setting {\n    "
    "name = [for v in var.d : v.e]\n  }\n}\n";
static const char yaml[] =
    "name: ${var.a}\ntags: {x: '${local.b}'}\nsetting:\n  name: c-${var.c}\n  setting:\n    - "
    "name: '${[for v in var.d : v.e]}'\n";

static void all_traversals_are_found_without_a_schema(void **state)
{
    static const char *const expected[] = { "var.a", "local.b", "var.c", "var.d" };
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    for (int i = 0; i < 2; i++) {
        const Body *body = i ? body_of(&arena, "x.yaml", yaml, &diags)
                             : body_of(&arena, "x.tf", native, &diags);
        TraversalList traversals = { 0 };

        body_traversals(body, &arena, &traversals);
        assert_int_equal(traversals.count, 4);
        for (size_t j = 0; j < 4; j++)
            assert_true(text_is(traversal_text(&arena, &traversals.items[j]), expected[j]));
    }
    assert_int_equal(diags.list.count, 0);
    arena_free(&arena);
}

static void what_was_taken_is_missing_from_the_rest(void **state)
{
    static const BodySchema first = { rules, 1, NULL, 0 };
    static const BodySchema second = { rules + 1, 1, blocks, 1 };
    Arena arena = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        Diags diags = diags_make(&arena);
        const Body *body = i ? body_of(&arena, "x.yaml", yaml, &diags)
                             : body_of(&arena, "x.tf", native, &diags),
                   *rest;
        TraversalList traversals = { 0 };
        BodyContent content = body_partial_content(body, &first, &rest, &arena, &diags);

        assert_int_equal(content.attributes.count, 1);
        body_traversals(rest, &arena, &traversals);
        assert_int_equal(traversals.count, 3);
        content = body_content(rest, &second, &arena, &diags);
        assert_int_equal(content.attributes.count, 1);
        assert_true(text_is(content.attributes.items[0].name, "tags"));
        assert_int_equal(content.blocks.count, 1);
        assert_int_equal(diags.list.count, 0);
        body_content(body, &second, &arena, &diags); /* the body itself still has it all */
        assert_int_equal(diags.list.count, 1);
    }
    arena_free(&arena);
}

static void merged_bodies_have_the_content_of_all(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const Body *bodies[] = { body_of(&arena, "a.tf", "name = 1\nsetting { name = 2 }\n", &diags),
                             body_of(&arena, "b.yaml", "setting: {name: 3}\n", &diags) };
    BodyContent content = body_content(body_merge(bodies, 2, &arena), &inner_schema, &arena,
                                       &diags);

    (void)state;
    assert_int_equal(content.attributes.count, 1);
    assert_int_equal(content.blocks.count, 2);
    assert_int_equal(diags.list.count, 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_give_what_is_expected),
        cmocka_unit_test(all_traversals_are_found_without_a_schema),
        cmocka_unit_test(what_was_taken_is_missing_from_the_rest),
        cmocka_unit_test(merged_bodies_have_the_content_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
