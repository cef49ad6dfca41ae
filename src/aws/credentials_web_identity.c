/*
 * credentials_web_identity.c: keys of a role, for a token of an identity provider: a CI job's, a
 * pod's. The token is read anew each time, since whoever writes the file rotates it.
 */
#include "credentials_parts.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

/* A provider that was made a moment ago is not known everywhere yet. */
enum { ATTEMPTS = 3 };

/* --- what the token says ---------------------------------------------------------------------- */

/* base64url without padding, as in a JWT. */
static bool decode_part(Arena *arena, Text part, Text *ret_bytes)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < part.length; i++)
        text_add_char(&builder, part.bytes[i] == '-'   ? '+'
                                : part.bytes[i] == '_' ? '/'
                                                       : part.bytes[i]);
    while (builder.length % 4)
        text_add_char(&builder, '=');
    return base64_decode(arena, text_built(&builder), ret_bytes);
}

/* For whom and by whom it is: what the provider and the role's trust policy look at. The token
   itself is never printed. */
static Text claims_text(Arena *arena, Text token)
{
    Text header, rest, payload, signature, json;
    Value claims, audience;

    text_cut(token, TEXT_LIT("."), &header, &rest);
    text_cut(rest, TEXT_LIT("."), &payload, &signature);
    if (!payload.length || !decode_part(arena, payload, &json) ||
        !json_parse(arena, json, &claims) || !value_has_kind(claims, TYPE_OBJECT))
        return TEXT_LIT("The token is no JWT");
    audience = value_get(claims, "aud");
    return text_format(
        arena, "The token is from " TEXT_FMT ", for audience " TEXT_FMT ", subject " TEXT_FMT,
        TEXT(value_get_text(claims, "iss")), TEXT(json_text(arena, audience)),
        TEXT(value_get_text(claims, "sub")));
}

static const char *advice(Text why)
{
    if (text_find(why, TEXT_LIT("xpired")) != TEXT_NOT_FOUND)
        return "Whoever writes the token has to write a new one before it expires";
    if (text_starts_with(why, TEXT_LIT("InvalidIdentityToken")))
        return "The account needs an identity provider (IAM) for that issuer, with that audience "
               "among its client ids";
    if (text_starts_with(why, TEXT_LIT("AccessDenied")))
        return "The role's trust policy has to allow sts:AssumeRoleWithWebIdentity for that "
               "issuer, "
               "audience and subject";
    return NULL;
}

/* --- fetching --------------------------------------------------------------------------------- */

static bool is_new_provider(AwsCall *call, const ErrorAnswer *error)
{
    (void)call;
    return text_is(error->code, "InvalidIdentityToken") &&
           text_find(error->message, TEXT_LIT("audience")) == TEXT_NOT_FOUND;
}

static void on_answer(KeyFetch *fetch)
{
    Credentials keys;
    const char *what_to_do;
    Text why;

    if (sts_assume_role_answer(fetch->arena, fetch->call, &keys, &why)) {
        key_fetch_found(fetch, &keys);
        return;
    }
    what_to_do = advice(why);
    key_fetch_failed(fetch,
                     "the role " TEXT_FMT " was not given for it: " TEXT_FMT ". " TEXT_FMT "%s%s",
                     TEXT(fetch->source.web_identity.role.arn), TEXT(why),
                     TEXT(claims_text(fetch->arena, fetch->token)), what_to_do ? ". " : "",
                     what_to_do ? what_to_do : "");
}

static void fetch_web_identity(KeyFetch *fetch)
{
    const WebIdentity *identity = &fetch->source.web_identity;
    AwsCall *call = arena_new(fetch->arena, AwsCall);

    fetch->token = identity->token;
    if (!fetch->token.length && !key_fetch_token_file(fetch, identity->token_file, &fetch->token))
        return;
    *call = (AwsCall){ .max_attempts = ATTEMPTS, .retry = is_new_provider };
    sts_web_identity_request(fetch->arena, &identity->role, fetch->token, call);
    key_fetch_call(fetch, call, on_answer);
}

KeySource web_identity_source(const WebIdentity *identity, Text name)
{
    return (KeySource){ .name = name, .fetch = fetch_web_identity, .web_identity = *identity };
}

/* --- where it is named ------------------------------------------------------------------------ */

bool credentials_from_block_web_identity(Search *search, KeySource *ret_source)
{
    const WebIdentity *identity = search->settings->web_identity;

    if (!identity)
        return false;
    *ret_source = web_identity_source(
        identity, TEXT_LIT("assume_role_with_web_identity of the provider block"));
    return true;
}

bool credentials_from_web_identity(Search *search, KeySource *ret_source)
{
    Text name = TEXT_LIT("web identity");
    WebIdentity identity = {
        .role = { .arn = text_of(getenv("AWS_ROLE_ARN")),
                  .session_name = text_of(getenv("AWS_ROLE_SESSION_NAME")) },
        .token_file = text_of(getenv("AWS_WEB_IDENTITY_TOKEN_FILE")),
    };

    if (search->settings->profile.length || !identity.token_file.length) {
        search_note(search, name,
                    search->settings->profile.length
                        ? TEXT_LIT("not asked, since the provider block names a profile")
                        : TEXT_LIT("AWS_WEB_IDENTITY_TOKEN_FILE is not set"));
        return false;
    }
    if (!identity.role.arn.length) {
        diag_error(search->diags, RANGE_NONE, "Incomplete AWS credentials",
                   "AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not: which role is the "
                   "token for?");
        return false;
    }
    *ret_source = web_identity_source(
        &identity, TEXT_LIT("the web identity token of AWS_WEB_IDENTITY_TOKEN_FILE"));
    return true;
}
