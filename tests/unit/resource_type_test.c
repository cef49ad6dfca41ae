/* layer: provider
 * resource_type_test.c: the type files that travel in the program, and paths on the wire. */
#include "document.h"
#include "resource_type.h"

#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Arena arena;

static Value json(const char *text)
{
    Value value;

    assert_true(json_parse(&arena, text_of(text), &value));
    return value;
}

static WirePath path(const char *text)
{
    WirePath parsed;

    assert_true(wire_path_parse(&arena, text_of(text), &parsed));
    return parsed;
}

static void expect_json(Value value, const char *expected)
{
    Text text = json_text(&arena, value);

    if (!text_is(text, expected))
        fail_msg(TEXT_FMT " must be %s", TEXT(text), expected);
}

static void all_types_are_right(void **state)
{
    Diags diags = diags_make(&arena);

    (void)state;
    provider_check_types(&diags);
    for (size_t i = 0; i < diags.list.count; i++) {
        const Diag *diag = &diags.list.items[i];

        print_error(TEXT_FMT ":%u: " TEXT_FMT "\n",
                    TEXT(diag->subject.source ? diag->subject.source->name : TEXT_NONE),
                    range_start(diag->subject).line, TEXT(diag->detail));
    }
    assert_int_equal(diags.list.count, 0);
}

static void shapes_lead_from_one_to_the_other(void **state)
{
    Diags diags = diags_make(&arena);
    const ResourceType *type = resource_type_find(MODE_MANAGED, TEXT_LIT("aws_kinesis_stream"),
                                                  &diags);
    Value border, inner;
    Text why = TEXT_NONE;

    (void)state;
    assert_true(schema_decode_state(
        &type->schema,
        json("{\"name\":\"a\",\"stream_mode_details\":[{\"stream_mode\":\"ON_DEMAND\"}]}"), &arena,
        &border, &why));
    inner = row_inner(type->object, border, &arena);
    expect_json(value_get(inner, "stream_mode_details"), "{\"stream_mode\":\"ON_DEMAND\"}");
    assert_true(value_same(row_border(type->object, inner, &arena), border));
}

static void paths_read(void **state)
{
    Value members = json("{\"A\":{\"B\":[{\"Name\":\"Prefix\",\"Value\":\"p\"},{\"Name\":"
                         "\"suffix\",\"Value\":\"s\"}]},\"N\":null}");
    Value value;

    (void)state;
    assert_true(wire_get(members, path("A.B[0].Value"), &value));
    expect_json(value, "\"p\"");
    assert_true(wire_get(members, path("A.B[Name=prefix].Value"), &value));
    expect_json(value, "\"p\"");
    assert_false(wire_get(members, path("A.B[Name=other].Value"), &value));
    assert_false(wire_get(members, path("N"), &value));
    assert_false(wire_get(members, path("none"), &value));
    assert_true(wire_path_is_list(path("A.B[]")));
}

static void paths_write(void **state)
{
    Value members = value_object(&arena, NULL, NULL, 0);

    (void)state;
    members = wire_put(&arena, members, path("A.B[Name=x].Value"), json("1"));
    members = wire_put(&arena, members, path("A.B[Name=y].Value"), json("2"));
    members = wire_put(&arena, members, path("A.C"), json("null"));
    members = wire_put(&arena, members, path("D[]"), json("[3]"));
    expect_json(
        members,
        "{\"A\":{\"B\":[{\"Name\":\"x\",\"Value\":1},{\"Name\":\"y\",\"Value\":2}]},\"D\":[3]}");
}

static void nothing_is_left_out(void **state)
{
    (void)state;
    expect_json(wire_prune(&arena, json("{\"a\":null,\"b\":{},\"c\":{\"d\":null},\"e\":[null,1]}")),
                "{\"b\":{},\"e\":[1]}");
    assert_true(value_is_null(wire_prune(&arena, json("{\"a\":null}"))));
}

static void policies_are_compared_by_meaning(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        { "{\"Statement\":[{\"Action\":\"x\",\"Effect\":\"Allow\"}]}",
          "{\"Statement\":{\"Effect\":\"allow\",\"Action\":[\"x\"]}}", true },
        { "{\"Statement\":[{\"Action\":[\"x\",\"y\"]}]}",
          "{\"Statement\":[{\"Action\":[\"y\",\"x\"]}]}", true },
        { "{\"Statement\":[{\"Action\":\"x\"}]}", "{\"Statement\":[{\"Action\":\"X\"}]}", false },
        { "{\"Statement\":[{\"Principal\":{\"AWS\":\"123456789012\"}}]}",
          "{\"Statement\":[{\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:root\"}}]}", true },
        { "{\"Statement\":[{\"Principal\":\"*\"}]}",
          "{\"Statement\":[{\"Principal\":{\"AWS\":\"*\"}}]}", false },
        { "{\"Statement\":[{\"Sid\":\"a\"},{\"Sid\":\"b\"}]}",
          "{\"Statement\":[{\"Sid\":\"b\"},{\"Sid\":\"a\"}]}", true },
        { "{\"Statement\":[{\"Condition\":{\"Bool\":{\"k\":true}}}]}",
          "{\"Statement\":[{\"Condition\":{\"Bool\":{\"k\":[\"true\"]}}}]}", true },
        { "{\"Version\":\"2012-10-17\"}", "{\"Version\":\"2008-10-17\"}", false },
        { "", "{}", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (policy_equal(&arena, text_of(cases[i].a), text_of(cases[i].b)) != cases[i].equal)
            fail_msg("%s and %s: %s", cases[i].a, cases[i].b,
                     cases[i].equal ? "must be equal" : "must differ");
}

static void inline_policies_begin_with_their_version(void **state)
{
    Text normal = policy_inline_normal(&arena,
                                       TEXT_LIT("{\"Statement\":[],\"Version\":\"2012-10-17\"}"));

    (void)state;
    assert_true(text_is(normal, "{\"Version\":\"2012-10-17\",\"Statement\":[]}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_are_right),
        cmocka_unit_test(shapes_lead_from_one_to_the_other),
        cmocka_unit_test(paths_read),
        cmocka_unit_test(paths_write),
        cmocka_unit_test(nothing_is_left_out),
        cmocka_unit_test(policies_are_compared_by_meaning),
        cmocka_unit_test(inline_policies_begin_with_their_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
