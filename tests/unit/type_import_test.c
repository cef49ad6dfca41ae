/* layer: provider
 * type_import_test.c: import patterns: which rows an id gives. */
#include "type_import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Case {
    const char *type, *id;
    const char *rows; /* "name=value name=value"; NULL: it is no id of the type */
} Case;

static const Case cases[] = {
    { "aws_s3_bucket", "b", "bucket=b force_destroy=-" },
    { "aws_api_gateway_method", "a/r/GET", "rest_api_id=a resource_id=r http_method=GET" },
    { "aws_api_gateway_method", "a/r", NULL },
    { "aws_api_gateway_method", "a/r/GET/x", NULL },
    { "aws_api_gateway_method", "a//GET", NULL },
    { "aws_api_gateway_rest_api", "a", "id=a put_rest_api_mode=overwrite" },
    { "aws_iam_role_policy_attachment", "r/arn:aws:iam::1:policy/p/q",
      "role=r policy_arn=arn:aws:iam::1:policy/p/q" },
    { "aws_lambda_permission", "f/s", "function_name=f statement_id=s qualifier=-" },
    { "aws_lambda_permission", "f:q/s", "function_name=f statement_id=s qualifier=q" },
    { "aws_lambda_permission", "arn:aws:lambda:x:1:function:f/s",
      "function_name=arn:aws:lambda:x:1:function:f statement_id=s qualifier=-" },
    { "aws_s3_bucket_acl", "b,private", "bucket=b acl=private expected_bucket_owner=-" },
    { "aws_s3_bucket_acl", "b,123456789012", "bucket=b acl=- expected_bucket_owner=123456789012" },
    { "aws_s3_bucket_acl", "b,123456789012,private",
      "bucket=b acl=private expected_bucket_owner=123456789012" },
    { "aws_s3_object", "s3://b/a/b c", "bucket=b key=a/b c" },
    { "aws_s3_object", "b/a", "bucket=b key=a" },
    { "aws_kinesis_firehose_delivery_stream",
      "arn:aws:firehose:us-east-1:123456789012:deliverystream/s", "name=s" },
    { "aws_kinesis_firehose_delivery_stream", "s", NULL },
};

static Text shown(Arena *arena, Value object, Text name)
{
    Value value = value_get(object, text_cstring(arena, name));

    return value_is_null(value)                 ? TEXT_LIT("-")
           : value_has_kind(value, TYPE_STRING) ? value_text(value)
           : value_truth(value)                 ? TEXT_LIT("true")
                                                : TEXT_LIT("false");
}

/* The rows that are asked for, in the case's form. */
static Text rows_of(Arena *arena, Value object, Text wanted)
{
    TextBuilder builder = text_builder(arena);

    while (wanted.length > 0) {
        Text name, rest, part;

        text_cut(wanted, TEXT_LIT("="), &name, &rest);
        part = shown(arena, object, name);
        text_add_format(&builder, "%s" TEXT_FMT "=" TEXT_FMT, builder.length > 0 ? " " : "",
                        TEXT(name), TEXT(part));
        wanted = text_slice(rest, part.length < rest.length ? part.length + 1 : rest.length,
                            rest.length);
    }
    return text_built(&builder);
}

static void patterns_give_rows(void **unused)
{
    Arena arena = { 0 };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Diags diags = diags_make(&arena);
        const ResourceType *type = resource_type_find(MODE_MANAGED, text_of(cases[i].type), &diags);
        Value object =
            type_import(type, text_of(cases[i].id), value_null(type_dynamic), &arena, &diags);

        assert_int_equal(diags_have_errors(&diags), cases[i].rows == NULL);
        if (cases[i].rows)
            assert_string_equal(
                text_cstring(&arena, rows_of(&arena, object, text_of(cases[i].rows))),
                cases[i].rows);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(patterns_give_rows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
