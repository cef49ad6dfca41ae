/* layer: value */
/* json_test.c: what is taken for JSON, what it becomes, and how values are written. */
#include "value_cases.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts and what they are when they are written again. */
static void reading(void **state)
{
    static const char *const cases[][2] = {
        { "null", "null" }, { " true\n", "true" }, { "false", "false" }, { "\t\"\"\r", "\"\"" },
        { "0", "0" }, { "-0", "-0" }, { "1.50", "1.5" }, { "1e3", "1000" }, { "1E-3", "0.001" },
        { "12345678901234567890.123456789", "12345678901234567890.123456789" },
        { "9223372036854775808", "9223372036854775808" },
        { "[]", "[]" }, { "[ ]", "[]" }, { "{}", "{}" }, { "{ }", "{}" },
        { "[1, [2, {\"a\" : [ ] } ] ]", "[1,[2,{\"a\":[]}]]" },
        { "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}" },
        { "{\"a\":1,\"a\":\"x\",\"a\":3}", "{\"a\":3}" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\\"\\\\/\\b\\f\\n\\r\\tA\"" },
        { "\"\\u00e9\\u65e5\\ud83d\\ude00\"", "\"é日😀\"" },
        { "\"\\ud800\"", "\"\xEF\xBF\xBD\"" }, { "\"\\ud800x\"", "\"\xEF\xBF\xBDx\"" },
        { "\"\\ude00\\ud83d\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "\"\\ud800\\u0041\"", "\"\xEF\xBF\xBD" "A\"" },
        { "\"\\u0001 1\"", "\"\\u0001 1\"" }, { "\"\\u00011\"", "\"\\u00011\"" },
        { "\"a\\u0000b\"", "\"a\\u0000b\"" }, { "{\"\\u0000\":\"\\u0000\"}", "{\"\\u0000\":\"\\u0000\"}" },
        { "\"e\\u0301\"", "\"é\"" }, { "{\"e\\u0301\":1}", "{\"é\":1}" },
        { "\"<a href=x>&\"", "\"\\u003ca href=x\\u003e\\u0026\"" },
        { "\"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xA6\x7F\"", "\"\\u2028\\u2029\xE2\x80\xA6\x7F\"" },
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text(json_text(&arena, parse_case(&arena, text_of(cases[i][0]))),
                    text_of(cases[i][1]));
    arena_free(&arena);
}

static void refusing(void **state)
{
    static const struct {
        const char *text;
        size_t line, column; /* of the fault */
    } cases[] = {
        { "", 1, 1 },          { "  ", 1, 3 },        { "nul", 1, 1 },       { "True", 1, 1 },
        { "01", 1, 2 },        { "-", 1, 2 },         { "+1", 1, 1 },        { ".5", 1, 1 },
        { "5.", 1, 3 },        { "1e", 1, 3 },        { "1e+", 1, 4 },       { "1e9999999999", 1, 3 },
        { "-01", 1, 3 },       { "0x10", 1, 2 },      { "NaN", 1, 1 },       { "1 2", 1, 3 },
        { "[1 2]", 1, 4 },     { "[1,]", 1, 4 },      { "[,1]", 1, 2 },      { "[1", 1, 3 },
        { "[1}", 1, 3 },       { "]", 1, 1 },         { "{a:1}", 1, 2 },     { "{\"a\"}", 1, 5 },
        { "{\"a\":}", 1, 6 },  { "{\"a\":1,}", 1, 8 }, { "{\"a\" 1}", 1, 6 }, { "{\"a\":1", 1, 7 },
        { "{1:2}", 1, 2 },     { "'a'", 1, 1 },       { "\"a", 1, 3 },       { "\"\\", 1, 3 },
        { "\"\\x\"", 1, 3 },   { "\"\\u12g4\"", 1, 4 }, { "\"\\u12", 1, 4 },  { "\"a\tb\"", 1, 3 },
        { "\"a\nb\"", 1, 3 },  { "\"\x80\"", 1, 2 },  { "\"\xC0\x80\"", 1, 2 },
        { "\"\xED\xA0\x80\"", 1, 2 }, { "\"\xF4\x90\x80\x80\"", 1, 2 }, { "\xEF\xBB\xBF" "1", 1, 1 },
        { "{\n  \"é\": 1\n  \"b\": 2\n}", 3, 3 }, { "/* no */ 1", 1, 1 }, { "[1] // no", 1, 5 },
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Source source = { .name = TEXT_LIT("x.json"), .text = text_of(cases[i].text) };
        Diags diags = diags_make(&arena);
        Value value = value_bool(true);

        if (json_read(&arena, &source, &value, &diags))
            fail_msg("taken for JSON: %s", cases[i].text);
        assert_int_equal(diags.list.count, 1);
        Position at = range_start(diags.list.items[0].subject);
        if (at.line != cases[i].line || at.column != cases[i].column)
            fail_msg("%s: fault at %u,%u", cases[i].text, at.line, at.column);
        assert_true(value_is_unknown(value));
        assert_false(json_parse(&arena, source.text, &value));
    }
    arena_free(&arena);
}

static void a_nul_byte_is_no_end(void **state)
{
    Arena arena = { 0 };
    Value value = value_bool(true);

    (void)state;
    assert_false(json_parse(&arena, (Text){ "1\0", 2 }, &value));
    assert_false(json_parse(&arena, (Text){ "\"\0\"", 3 }, &value));
    assert_true(json_parse(&arena, (Text){ "12", 1 }, &value));
    assert_int_equal(value_to_integer(value), 1);
    arena_free(&arena);
}

static Text nested(Arena *arena, size_t depth)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < depth; i++)
        text_add(&builder, i % 2 ? TEXT_LIT("{\"a\":") : TEXT_LIT("["));
    text_add_char(&builder, '1');
    for (size_t i = depth; i-- > 0;)
        text_add_char(&builder, i % 2 ? '}' : ']');
    return text_built(&builder);
}

static void nesting(void **state)
{
    Arena arena = { 0 };
    Value value;

    (void)state;
    assert_true(json_parse(&arena, nested(&arena, 1000), &value));
    assert_text(json_text(&arena, value), nested(&arena, 1000));
    assert_false(json_parse(&arena, nested(&arena, 1001), &value));
    assert_false(json_parse(&arena, nested(&arena, 1000000), &value));
    arena_free(&arena);
}

/* Every cut of a text is refused, or is a whole value: no reading past the end. */
static void cut_texts(void **state)
{
    static const char text[] = "{\"a\\u00e9\\ud83d\\ude00\":[1.5e3,-0,true,null,\"x\\n\"],\"é\":{}}";
    Arena arena = { 0 };
    Value value;

    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *copy = malloc(length ? length : 1); /* so that the sanitizer sees the end */

        memcpy(copy, text, length);
        if (json_parse(&arena, (Text){ copy, length }, &value))
            fail_msg("taken for JSON when cut after %zu bytes", length);
        free(copy);
    }
    assert_true(json_parse(&arena, text_of(text), &value));
    arena_free(&arena);
}

static void pretty(void **state)
{
    Arena arena = { 0 };
    Value value = parse_case(&arena, TEXT_LIT("{\"a\":[],\"b\":{},\"c\":[1,{\"d\":null}],\"e\":\"<\"}"));
    TextBuilder builder = text_builder(&arena);

    (void)state;
    json_add_pretty(&builder, value, 0);
    assert_text(text_built(&builder), TEXT_LIT("{\n"
                                               "  \"a\": [],\n"
                                               "  \"b\": {},\n"
                                               "  \"c\": [\n"
                                               "    1,\n"
                                               "    {\n"
                                               "      \"d\": null\n"
                                               "    }\n"
                                               "  ],\n"
                                               "  \"e\": \"\\u003c\"\n"
                                               "}"));
    builder = text_builder(&arena);
    json_add_pretty(&builder, parse_case(&arena, TEXT_LIT("[1]")), 2);
    assert_text(text_built(&builder), TEXT_LIT("[\n      1\n    ]"));
    arena_free(&arena);
}

/* --- types -------------------------------------------------------------------------------- */

static void types(void **state)
{
    static const char *const texts[] = {
        "\"string\"", "\"number\"", "\"bool\"", "\"dynamic\"", "[\"list\",\"string\"]",
        "[\"set\",[\"map\",\"dynamic\"]]", "[\"tuple\",[]]", "[\"tuple\",[\"string\",\"bool\"]]",
        "[\"object\",{}]", "[\"object\",{\"a\":\"string\",\"b\":[\"list\",\"number\"]}]",
        "[\"object\",{\"a\":\"string\",\"b\":\"bool\"},[\"b\"]]",
    };
    static const char *const wrong[] = {
        "\"any\"", "\"list\"", "null", "{}", "[]", "[\"list\"]", "[\"string\",\"string\"]",
        "[\"list\",\"string\",[]]", "[\"tuple\",{}]", "[\"object\",[]]", "[\"list\",\"strin\"]",
        "[\"object\",{\"a\":\"string\"},[\"b\"]]", "[1,\"string\"]", "[\"tuple\",[1]]",
    };
    Arena arena = { 0 };
    const Type *type = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!json_to_type(parse_case(&arena, text_of(texts[i])), &type))
            fail_msg("no type: %s", texts[i]);
        assert_text(json_text(&arena, json_of_type(&arena, type)), text_of(texts[i]));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (json_to_type(parse_case(&arena, text_of(wrong[i])), &type))
            fail_msg("taken for a type: %s", wrong[i]);
    }
    arena_free(&arena);
}

static const Type *parsed_type(Arena *arena, const char *text)
{
    const Type *type = NULL;

    if (!json_to_type(parse_case(arena, text_of(text)), &type))
        fail_msg("no type: %s", text);
    return type;
}

static void typed(void **state)
{
    static const struct {
        const char *json, *type, *result; /* the result encoded again, or "why: ..." */
    } cases[] = {
        { "null", "\"string\"", "null" },
        { "1", "\"string\"", "\"1\"" },
        { "\"1.50\"", "\"number\"", "1.5" },
        { "\"true\"", "\"bool\"", "true" },
        { "\"x\"", "\"number\"", "why: a number is required" },
        { "1", "\"bool\"", "why: a bool is required" },
        { "[]", "\"string\"", "why: a string is required" },
        { "[\"b\",\"a\"]", "[\"set\",\"string\"]", "[\"a\",\"b\"]" },
        { "[\"b\",\"a\"]", "[\"list\",\"string\"]", "[\"b\",\"a\"]" },
        { "{}", "[\"list\",\"string\"]", "why: an array is required" },
        { "[]", "[\"map\",\"string\"]", "why: an object is required" },
        { "{\"a\":1}", "[\"map\",\"string\"]", "{\"a\":\"1\"}" },
        { "{\"a\":[1,{}]}", "[\"map\",[\"list\",\"number\"]]", "why: .a[1]: a number is required" },
        { "{\"a\":1}", "[\"object\",{\"a\":\"number\",\"b\":[\"list\",\"string\"]}]", "{\"a\":1,\"b\":null}" },
        { "{\"c\":1}", "[\"object\",{\"a\":\"number\"}]", "why: unsupported attribute \"c\"" },
        { "[1,\"a\"]", "[\"tuple\",[\"number\",\"string\"]]", "[1,\"a\"]" },
        { "[1]", "[\"tuple\",[\"number\",\"string\"]]", "why: 2 elements are required" },
        { "{\"value\":[1,\"x\"],\"type\":[\"tuple\",[\"number\",\"string\"]]}", "\"dynamic\"",
          "{\"type\":[\"tuple\",[\"number\",\"string\"]],\"value\":[1,\"x\"]}" },
        { "{\"a\":{\"value\":\"x\",\"type\":\"string\"}}", "[\"object\",{\"a\":\"dynamic\",\"b\":\"bool\"}]",
          "{\"a\":{\"type\":\"string\",\"value\":\"x\"},\"b\":null}" },
        { "{}", "[\"map\",\"string\"]", "{}" },
        { "{\"a\":{},\"b\":[]}", "[\"object\",{\"a\":[\"object\",{}],\"b\":[\"tuple\",[]]}]", "{\"a\":{},\"b\":[]}" },
        { "{\"value\":{},\"type\":[\"object\",{}]}", "\"dynamic\"", "{\"type\":[\"object\",{}],\"value\":{}}" },
        { "null", "\"dynamic\"", "null" },
        { "{\"value\":1}", "\"dynamic\"", "why: an object with \"value\" and \"type\" is required" },
        { "[{\"value\":1,\"type\":\"number\"},{\"value\":2,\"type\":\"number\"}]", "[\"list\",\"dynamic\"]",
          "[{\"type\":\"number\",\"value\":1},{\"type\":\"number\",\"value\":2}]" },
        { "{\"value\":null,\"type\":\"string\"}", "\"dynamic\"", "{\"type\":\"string\",\"value\":null}" },
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Type *type = parsed_type(&arena, cases[i].type);
        Value value, again, json = parse_case(&arena, text_of(cases[i].json));
        Text why = TEXT_NONE;
        bool decoded = json_decode_typed(&arena, json, type, &value, &why);
        Value encoded = decoded ? json_encode_typed(&arena, value, type) : json;

        assert_text(decoded ? json_text(&arena, encoded) : text_concat(&arena, TEXT_LIT("why: "), why), text_of(cases[i].result));
        /* Without a detour through text, too. */
        assert_true(!decoded || (json_decode_typed(&arena, encoded, type, &again, &why) && value_same(value, again)));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(refusing),
        cmocka_unit_test(a_nul_byte_is_no_end),
        cmocka_unit_test(nesting),
        cmocka_unit_test(cut_texts),
        cmocka_unit_test(pretty),
        cmocka_unit_test(types),
        cmocka_unit_test(typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
