/* credentials_sts.c: keys of a role, by AssumeRole. The exchange makes the call; here is what it
   says. */
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

void sts_assume_role_request(Arena *arena, const AssumedRole *role, AwsCall *call)
{
    ValueBuilder members = value_builder(arena);
    Text why;

    put_text(&members, "RoleArn", role->arn);
    put_text(&members, "RoleSessionName",
             role->session_name.length
                 ? role->session_name
                 : text_format(arena, "pipectl-%lld", (long long)clock_now()));
    put_text(&members, "ExternalId", role->external_id);
    if (role->seconds)
        value_builder_put(&members, TEXT_LIT("DurationSeconds"), value_integer(role->seconds));
    protocol_request(arena, &sts, TEXT_LIT("AssumeRole"), NULL, value_built_object(&members), call,
                     &why);
}

bool sts_assume_role_answer(Arena *arena, const Answer *answer, Credentials *ret_credentials,
                            Text *ret_why)
{
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
    if (!protocol_answer(arena, &sts, TEXT_LIT("AssumeRole"), NULL, answer, &members)) {
        *ret_why = TEXT_LIT("the answer of STS cannot be read");
        return false;
    }
    keys = value_get(members, "Credentials");
    *ret_credentials = (Credentials){ .access_key = value_get_text(keys, "AccessKeyId"),
                                      .secret_key = value_get_text(keys, "SecretAccessKey"),
                                      .session_token = value_get_text(keys, "SessionToken"),
                                      .source = TEXT_LIT("an assumed role") };
    clock_parse_rfc3339(value_get_text(keys, "Expiration"), &ret_credentials->expires);
    *ret_why = TEXT_LIT("the answer of STS has no keys");
    return ret_credentials->access_key.length && ret_credentials->secret_key.length;
}
