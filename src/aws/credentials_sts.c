/* credentials_sts.c: keys of a role, from STS. Others make the calls; here is what they say. */
#include "credentials_parts.h"

#include "pipectl/aws/protocol.h"

static const Service sts = {
    .name = TEXT_INIT("sts"),
    .protocol = PROTOCOL_QUERY,
    .version = TEXT_INIT("2011-06-15"),
};

static void put_text(ValueBuilder *members, const char *name, Text text)
{
    if (text.length)
        value_builder_put(members, text_of(name), value_string(members->arena, text));
}

static void put_texts(ValueBuilder *members, const char *name, const Text *texts, size_t count)
{
    ValueBuilder list = value_builder(members->arena);

    for (size_t i = 0; i < count; i++)
        value_builder_add(&list, value_string(members->arena, texts[i]));
    if (count)
        value_builder_put(members, text_of(name), value_built_tuple(&list));
}

static Value object_of(Arena *arena, const Header *pairs, size_t count)
{
    ValueBuilder object = value_builder(arena);

    for (size_t i = 0; i < count; i++)
        value_builder_put(&object, pairs[i].name, value_string(arena, pairs[i].value));
    return value_built_object(&object);
}

static void put_policies(ValueBuilder *members, const AssumedRole *role)
{
    ValueBuilder list = value_builder(members->arena);

    put_text(members, "Policy", role->policy);
    for (size_t i = 0; i < role->policy_arn_count; i++) {
        Header arn = { TEXT_LIT("arn"), role->policy_arns[i] };

        value_builder_add(&list, object_of(members->arena, &arn, 1));
    }
    if (role->policy_arn_count)
        value_builder_put(members, TEXT_LIT("PolicyArns"), value_built_tuple(&list));
}

static void put_tags(ValueBuilder *members, const AssumedRole *role)
{
    ValueBuilder list = value_builder(members->arena);

    for (size_t i = 0; i < role->tag_count; i++) {
        Header pair[] = { { TEXT_LIT("Key"), role->tags[i].key },
                          { TEXT_LIT("Value"), role->tags[i].value } };

        value_builder_add(&list, object_of(members->arena, pair, 2));
    }
    if (role->tag_count)
        value_builder_put(members, TEXT_LIT("Tags"), value_built_tuple(&list));
}

/* What both calls take. */
static ValueBuilder role_members(Arena *arena, const AssumedRole *role)
{
    ValueBuilder members = value_builder(arena);

    put_text(&members, "RoleArn", role->arn);
    put_text(&members, "RoleSessionName",
             role->session_name.length
                 ? role->session_name
                 : text_format(arena, "pipectl-%lld", (long long)clock_now()));
    if (role->seconds)
        value_builder_put(&members, TEXT_LIT("DurationSeconds"), value_integer(role->seconds));
    put_policies(&members, role);
    return members;
}

void sts_assume_role_request(Arena *arena, const AssumedRole *role, AwsCall *call)
{
    ValueBuilder members = role_members(arena, role);
    Text why;

    put_text(&members, "ExternalId", role->external_id);
    put_text(&members, "SourceIdentity", role->source_identity);
    put_tags(&members, role);
    put_texts(&members, "TransitiveTagKeys", role->transitive_tag_keys,
              role->transitive_tag_key_count);
    protocol_request(arena, &sts, TEXT_LIT("AssumeRole"), NULL, value_built_object(&members), call,
                     &why);
}

void sts_web_identity_request(Arena *arena, const AssumedRole *role, Text token, AwsCall *call)
{
    ValueBuilder members = role_members(arena, role);
    Text why;

    put_text(&members, "WebIdentityToken", token);
    protocol_request(arena, &sts, TEXT_LIT("AssumeRoleWithWebIdentity"), NULL,
                     value_built_object(&members), call, &why);
}

bool sts_assume_role_answer(Arena *arena, const AwsCall *call, Credentials *ret_credentials,
                            Text *ret_why)
{
    const Answer *answer = &call->answer;
    Value members, keys;
    ErrorAnswer error;

    if (!answer->status) {
        *ret_why = answer->failure;
        return false;
    }
    if (answer->status >= 300) {
        error = error_parse(arena, TEXT_LIT("query"), answer);
        *ret_why =
            text_format(arena, TEXT_FMT ": " TEXT_FMT, TEXT(error.code), TEXT(error.message));
        return false;
    }
    if (!protocol_answer(arena, &sts, call->operation, NULL, answer, &members)) {
        *ret_why = TEXT_LIT("the answer of STS cannot be read");
        return false;
    }
    keys = value_get(members, "Credentials");
    *ret_why = TEXT_LIT("the answer of STS has no keys");
    if (!value_get_text(keys, "AccessKeyId").length ||
        !value_get_text(keys, "SecretAccessKey").length)
        return false;
    *ret_credentials = (Credentials){ .access_key = value_get_text(keys, "AccessKeyId"),
                                      .secret_key = value_get_text(keys, "SecretAccessKey"),
                                      .session_token = value_get_text(keys, "SessionToken"),
                                      .source = TEXT_LIT("an assumed role") };
    clock_parse_rfc3339(value_get_text(keys, "Expiration"), &ret_credentials->expires);
    return true;
}
