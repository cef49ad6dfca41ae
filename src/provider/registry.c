#include "native.h"

static const ProviderKind *const kinds[] = { &aws_kind, &random_kind, &terraform_kind };

const ProviderKind *const *provider_kinds(size_t *ret_count)
{
    *ret_count = sizeof kinds / sizeof *kinds;
    return kinds;
}

const ProviderKind *provider_kind_of_source(Text source)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(source, kinds[i]->source))
            return kinds[i];
    return NULL;
}

/* A type's name begins with its provider's: aws_s3_bucket. */
const ProviderKind *provider_kind_of_type(Text type)
{
    Text prefix, rest;

    text_cut(type, TEXT_LIT("_"), &prefix, &rest);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(prefix, kinds[i]->prefix))
            return kinds[i];
    return NULL;
}
