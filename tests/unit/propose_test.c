/* layer: provider
 * propose_test.c: what an object would be before its provider has a say. */
#include "native.h"

#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Arena arena;

static const Schema *thing_schema(void)
{
    static const NativeAttribute outer[] = { { "name", "string", "required" },
                                             { "note", "string", "optional" },
                                             { "zone", "string", "optional computed" } };
    static const NativeAttribute inner[] = { { "key", "string", "required" },
                                             { "id", "string", "optional computed" } };
    static Schema rule, schema;
    static BlockSchema blocks[] = {
        { .name = TEXT_INIT("rule"), .nesting = NESTING_LIST, .block = &rule },
        { .name = TEXT_INIT("label"), .nesting = NESTING_SET, .block = &rule }
    };

    if (schema.type)
        return &schema;
    native_fill_schema(&arena, &rule, inner, 2);
    native_fill_schema(&arena, &schema, outer, 3);
    schema.blocks = blocks;
    schema.block_count = 2;
    schema_finish(&arena, &schema);
    return &schema;
}

static Value object_of(const char *json)
{
    Value value, object;
    Text why = TEXT_NONE;

    assert_true(json_parse(&arena, text_of(json), &value));
    assert_true(schema_decode_state(thing_schema(), value, &arena, &object, &why));
    return object;
}

static void expect(const char *prior, const char *configuration, const char *proposed)
{
    Value before = prior ? object_of(prior) : value_null(thing_schema()->type);
    Value result = schema_propose(thing_schema(), before, object_of(configuration), &arena);
    Value expected = object_of(proposed);

    if (!value_same(result, expected))
        fail_msg(TEXT_FMT "\nmust be\n" TEXT_FMT, TEXT(json_text(&arena, result)),
                 TEXT(json_text(&arena, expected)));
}

static void silence_keeps_what_is_computed(void **state)
{
    (void)state;
    expect("{\"name\":\"a\",\"note\":\"n\",\"zone\":\"z\"}", "{\"name\":\"b\"}",
           "{\"name\":\"b\",\"zone\":\"z\"}");
    expect("{\"name\":\"a\",\"zone\":\"z\"}", "{\"name\":\"a\",\"zone\":\"y\"}",
           "{\"name\":\"a\",\"zone\":\"y\"}");
    expect(NULL, "{\"name\":\"a\"}", "{\"name\":\"a\"}");
}

static void lists_are_matched_by_index(void **state)
{
    (void)state;
    expect("{\"rule\":[{\"key\":\"a\",\"id\":\"1\"},{\"key\":\"b\",\"id\":\"2\"}]}",
           "{\"rule\":[{\"key\":\"c\"}]}", "{\"rule\":[{\"key\":\"c\",\"id\":\"1\"}]}");
}

static void sets_are_matched_by_content(void **state)
{
    (void)state;
    expect("{\"label\":[{\"key\":\"a\",\"id\":\"1\"},{\"key\":\"b\",\"id\":\"2\"}]}",
           "{\"label\":[{\"key\":\"b\"},{\"key\":\"c\"}]}",
           "{\"label\":[{\"key\":\"b\",\"id\":\"2\"},{\"key\":\"c\",\"id\":null}]}");
}

static void what_is_computed_becomes_unknown(void **state)
{
    Value object = schema_with_unknown_computed(
        thing_schema(), object_of("{\"name\":\"a\",\"rule\":[{\"key\":\"k\"}]}"), &arena);
    Value rule = value_at(value_get(object, "rule"), 0);

    (void)state;
    assert_true(value_is_unknown(value_get(object, "zone")));
    assert_true(value_is_null(value_get(object, "note")));
    assert_true(value_is_unknown(value_get(rule, "id")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_keeps_what_is_computed),
        cmocka_unit_test(lists_are_matched_by_index),
        cmocka_unit_test(sets_are_matched_by_content),
        cmocka_unit_test(what_is_computed_becomes_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
