/* layer: provider
 * schema_test.c: bodies and saved objects as values of a schema. */
#include "native.h"

#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

static const Schema *thing_schema(void)
{
    static const NativeAttribute outer[] = { { "name", "string", "required" },
                                             { "size", "number", "optional" },
                                             { "arn", "string", "computed" },
                                             { "tags", "map(string)", "optional computed" },
                                             { "document", "string", "optional" } };
    static const NativeAttribute inner[] = { { "key", "string", "required" },
                                             { "weight", "number", "optional" } };
    static Schema rule, schema;
    static BlockSchema blocks[] = {
        { .name = TEXT_INIT("rule"), .nesting = NESTING_LIST, .max_items = 2, .block = &rule },
        { .name = TEXT_INIT("label"), .nesting = NESTING_SET, .block = &rule }
    };

    if (schema.type)
        return &schema;
    native_fill_schema(&arena, &rule, inner, 2);
    native_fill_schema(&arena, &schema, outer, 5);
    for (size_t i = 0; i < schema.attribute_count; i++)
        if (text_is(schema.attributes[i].name, "document"))
            ((AttributeSchema *)schema.attributes)[i].json_document = true;
    schema.blocks = blocks;
    schema.block_count = 2;
    schema_finish(&arena, &schema);
    return &schema;
}

static const Body *body_of(const char *yaml)
{
    const Source *source;
    const Body *body;

    source = source_make(&arena, TEXT_LIT("thing.tf.yaml"), text_of(yaml));
    body = body_read_yaml(&arena, source, &diags);
    assert_non_null(body);
    return body;
}

static Value decode(const char *yaml, Value unknown)
{
    ScopeName names[] = { { TEXT_LIT("u"), unknown } };
    Scope scope = { .names = names, .name_count = 1 };

    diags = diags_make(&arena);
    return schema_decode(thing_schema(), body_of(yaml), &scope, &arena, &diags);
}

static void expect_text(Value object, const char *name, const char *expected)
{
    Text text = json_text(&arena, value_get(object, name));

    if (!text_is(text, expected))
        fail_msg("%s is " TEXT_FMT ", and must be %s", name, TEXT(text), expected);
}

static void expect_error(const char *yaml, const char *summary)
{
    decode(yaml, value_unknown(type_dynamic));
    assert_true(diags.error_count > 0);
    if (!text_is(diags.list.items[0].summary, summary))
        fail_msg("the error is \"" TEXT_FMT "\", and must be \"%s\"",
                 TEXT(diags.list.items[0].summary), summary);
}

static void attributes_are_converted(void **state)
{
    Value object = decode("{name: 5, size: '3', document: {a: [1, true]}}",
                          value_unknown(type_dynamic));

    (void)state;
    assert_int_equal(diags.error_count, 0);
    expect_text(object, "name", "\"5\"");
    expect_text(object, "size", "3");
    expect_text(object, "document", "\"{\\\"a\\\":[1,true]}\"");
    assert_true(value_is_null(value_get(object, "arn")));
    assert_ptr_equal(object.type, thing_schema()->type);
}

static void blocks_are_gathered(void **state)
{
    Value object = decode(
        "{name: a, rule: [{key: x}, {key: y, weight: 2}], label: [{key: b}, {key: a}, {key: b}]}",
        value_unknown(type_dynamic));

    (void)state;
    assert_int_equal(diags.error_count, 0);
    expect_text(object, "rule", "[{\"key\":\"x\",\"weight\":null},{\"key\":\"y\",\"weight\":2}]");
    assert_int_equal(value_count(value_get(object, "label")), 2);
}

static void dynamic_blocks_repeat(void **state)
{
    const char *yaml = "{name: a, dynamic: {rule: {for_each: [p, q], content: {key: "
                       "'${rule.value}-${rule.key}'}}}}";
    Value object = decode(yaml, value_unknown(type_dynamic));

    (void)state;
    assert_int_equal(diags.error_count, 0);
    expect_text(object, "rule",
                "[{\"key\":\"p-0\",\"weight\":null},{\"key\":\"q-1\",\"weight\":null}]");
}

static void how_many_may_be_unknown(void **state)
{
    const char *yaml = "{name: a, dynamic: {rule: {for_each: '${u}', content: {key: k}}}}";
    Value object = decode(yaml, value_unknown(type_list(type_string)));

    (void)state;
    assert_int_equal(diags.error_count, 0);
    assert_true(value_is_unknown(value_get(object, "rule")));
}

static void mistakes_are_named(void **state)
{
    (void)state;
    expect_error("{size: 1}", "Missing required argument");
    expect_error("{name: a, size: x}", "Incorrect attribute value type");
    expect_error("{name: a, arn: b}", "Value for unconfigurable attribute");
    expect_error("{name: a, rule: [{key: a}, {key: b}, {key: c}]}", "Too many rule blocks");
    expect_error("{name: a, dynamic: {other: {for_each: [], content: {}}}}",
                 "Unsupported block type");
}

static void saved_objects_are_filled_up(void **state)
{
    Value json, object;
    Text why = TEXT_NONE;

    (void)state;
    assert_true(json_parse(
        &arena, TEXT_LIT("{\"name\":\"a\",\"gone\":1,\"rule\":[{\"key\":\"k\"}]}"), &json));
    assert_true(schema_decode_state(thing_schema(), json, &arena, &object, &why));
    assert_ptr_equal(object.type, thing_schema()->type);
    expect_text(object, "rule", "[{\"key\":\"k\",\"weight\":null}]");
    expect_text(object, "label", "[]");
    assert_true(json_parse(&arena, TEXT_LIT("{\"name\":\"a\",\"rule\":[{\"weight\":[]}]}"), &json));
    assert_false(schema_decode_state(thing_schema(), json, &arena, &object, &why));
    assert_true(text_starts_with(why, TEXT_LIT(".rule[0].weight")));
}

static void values_have_positions(void **state)
{
    const Body *body = body_of("name: a\nrule:\n  - key: x\n  - key: y\n");
    Path path = path_child(&arena, (Path){ NULL, 0 }, TEXT_LIT("rule"));

    (void)state;
    path = path_index(&arena, path, value_integer(1));
    path = path_child(&arena, path, TEXT_LIT("key"));
    assert_int_equal(range_start(schema_range(thing_schema(), body, path, &arena)).line, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_converted), cmocka_unit_test(blocks_are_gathered),
        cmocka_unit_test(dynamic_blocks_repeat),    cmocka_unit_test(how_many_may_be_unknown),
        cmocka_unit_test(mistakes_are_named),       cmocka_unit_test(saved_objects_are_filled_up),
        cmocka_unit_test(values_have_positions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
