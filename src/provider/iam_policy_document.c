/*
 * data aws_iam_policy_document: a policy written as blocks, made into JSON without asking anybody.
 */
#include "native.h"

static const Schema *schema(void)
{
    static const NativeAttribute attributes[] = { { "id", "string", "computed" }, { "json", "string", "computed" } };
    static const Schema *made;

    if (!made)
        made = native_schema(attributes, 2);
    return made;
}

static Value read_data(Value configuration, Arena *arena, Diags *diags)
{
    (void)arena, (void)diags;
    return configuration;
}

const NativeType native_iam_policy_document = {
    .name = "aws_iam_policy_document", .mode = MODE_DATA, .schema = schema, .read_data = read_data,
};
