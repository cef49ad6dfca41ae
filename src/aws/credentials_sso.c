/*
 * credentials_sso.c: keys of a role that a person has signed in for, with "aws sso login".
 *
 * The sign-in left an access token in ~/.aws/sso/cache, in a file named after the SHA-1 of the
 * session's name (of old, of the start URL). One of a session is renewed with its refresh token as
 * long as that works; the portal gives the role's keys for it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
 */
#include "credentials_parts.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

/* An access token that ends sooner is renewed. */
static const Nanoseconds token_window = SECONDS(15 * 60);

enum { ATTEMPTS = 5 };

static const KeyNames names = { "accessKeyId", "secretAccessKey", "sessionToken", "expiration" };

/* --- the cache -------------------------------------------------------------------------------- */

static Text cache_path(Arena *arena, const SsoLogin *login)
{
    Digest digest =
        digest_of(DIGEST_SHA1, login->session.length ? login->session : login->start_url);

    return text_format(arena, TEXT_FMT "/.aws/sso/cache/" TEXT_FMT ".json",
                       TEXT(text_of(getenv("HOME"))), TEXT(digest_hex(arena, &digest)));
}

static void fail_without_login(KeyFetch *fetch, const char *why)
{
    Text session = fetch->source.sso.session;

    key_fetch_failed(fetch, "%s; sign in with \"aws sso login%s" TEXT_FMT "\"", why,
                     session.length ? " --sso-session " : "", TEXT(session));
}

static bool read_cache(KeyFetch *fetch, Value *ret_cache)
{
    Diags ignored = diags_make(fetch->arena);
    bool exists = false;
    Text text;

    if (file_read_optional(fetch->arena, cache_path(fetch->arena, &fetch->source.sso), &exists,
                           &text, &ignored) &&
        exists && json_parse(fetch->arena, text, ret_cache) &&
        value_has_kind(*ret_cache, TYPE_OBJECT) && value_get_text(*ret_cache, "accessToken").length)
        return true;
    fail_without_login(fetch, "nobody is signed in");
    return false;
}

/* What is there, with the new tokens; a disk that cannot be written is no reason to stop. */
static void write_cache(KeyFetch *fetch, Value cache, Value answer, Nanoseconds expires)
{
    ValueBuilder builder = value_builder(fetch->arena);
    Diags ignored = diags_make(fetch->arena);
    Text refresh = value_get_text(answer, "refreshToken");

    for (size_t i = 0; i < value_count(cache); i++)
        value_builder_put(&builder, value_key_at(cache, i), value_at(cache, i));
    value_builder_put(&builder, TEXT_LIT("accessToken"), value_get(answer, "accessToken"));
    value_builder_put(&builder, TEXT_LIT("expiresAt"),
                      value_string_raw(clock_rfc3339(fetch->arena, expires, 0)));
    if (refresh.length)
        value_builder_put(&builder, TEXT_LIT("refreshToken"), value_get(answer, "refreshToken"));
    file_replace(cache_path(fetch->arena, &fetch->source.sso),
                 json_text(fetch->arena, value_built_object(&builder)), 0600, &ignored);
}

/* Old tools wrote "2026-01-02T03:04:05UTC". */
static bool read_time(KeyFetch *fetch, Value cache, const char *name, Nanoseconds *ret_time)
{
    Text text = value_get_text(cache, name);

    if (text_ends_with(text, TEXT_LIT("UTC")))
        text = text_concat(fetch->arena, text_slice(text, 0, text.length - 3), TEXT_LIT("Z"));
    return clock_parse_rfc3339(text, ret_time);
}

/* --- the role's keys -------------------------------------------------------------------------- */

static void on_keys(KeyFetch *fetch)
{
    const Answer *answer = &fetch->call->answer;
    Credentials keys;
    Value document;

    if (answer->status == 401)
        fail_without_login(fetch, "the sign-in is not valid any more");
    else if (answer->status != 200)
        key_fetch_failed(fetch,
                         "role " TEXT_FMT " of account " TEXT_FMT " was not given: " TEXT_FMT,
                         TEXT(fetch->source.sso.role), TEXT(fetch->source.sso.account),
                         TEXT(key_fetch_answer_text(fetch->arena, answer)));
    else if (!json_parse(fetch->arena, answer->body, &document) ||
             !value_has_kind(value_get(document, "roleCredentials"), TYPE_OBJECT))
        key_fetch_failed(fetch, "its answer has no roleCredentials");
    else if (key_fetch_read(fetch, value_get(document, "roleCredentials"), names, &keys))
        key_fetch_found(fetch, &keys);
}

static AwsCall *call_of(KeyFetch *fetch, const char *service, const char *operation,
                        const char *method, const char *path)
{
    AwsCall *call = arena_new(fetch->arena, AwsCall);

    *call = (AwsCall){ .service = text_of(service),
                       .operation = text_of(operation),
                       .region = fetch->source.sso.region,
                       .max_attempts = ATTEMPTS,
                       .request = { .method = text_of(method), .path = text_of(path) } };
    return call;
}

static void ask_for_keys(KeyFetch *fetch)
{
    const SsoLogin *login = &fetch->source.sso;
    AwsCall *call = call_of(fetch, "sso", "GetRoleCredentials", "GET", "/federation/credentials");
    QueryPair role = { .name = TEXT_LIT("role_name"), .value = login->role },
              account = { .name = TEXT_LIT("account_id"), .value = login->account };

    list_add(fetch->arena, &call->request.query, role);
    list_add(fetch->arena, &call->request.query, account);
    list_add(fetch->arena, &call->request.headers,
             (Header){ TEXT_LIT("x-amz-sso_bearer_token"), fetch->token });
    key_fetch_call(fetch, call, on_keys);
}

/* --- the access token ------------------------------------------------------------------------- */

static bool is_over(KeyFetch *fetch, Nanoseconds expires)
{
    return expires <= aws_now(fetch->client->exchange);
}

/* Without a renewed one, the old token is good until it ends. */
static void on_refreshed(KeyFetch *fetch)
{
    const Answer *answer = &fetch->call->answer;
    Nanoseconds now = aws_now(fetch->client->exchange), expires = 0;
    int64_t seconds = 0;
    Value document, cache;

    if (!read_cache(fetch, &cache))
        return;
    if (answer->status == 200 && json_parse(fetch->arena, answer->body, &document) &&
        value_has_kind(document, TYPE_OBJECT) && value_get_text(document, "accessToken").length) {
        Value lifetime = value_get(document, "expiresIn");

        if (value_has_kind(lifetime, TYPE_NUMBER) && !value_is_null(lifetime))
            number_to_int(value_to_number(lifetime), &seconds);
        fetch->token = value_get_text(document, "accessToken");
        write_cache(fetch, cache, document, now + SECONDS(seconds));
    } else if (!read_time(fetch, cache, "expiresAt", &expires) || is_over(fetch, expires)) {
        fail_without_login(fetch, "the sign-in has expired and could not be renewed");
        return;
    }
    ask_for_keys(fetch);
}

static void ask_for_refresh(KeyFetch *fetch, Value cache)
{
    AwsCall *call = call_of(fetch, "sso-oidc", "CreateToken", "POST", "/token");
    Text keys[] = { TEXT_LIT("clientId"), TEXT_LIT("clientSecret"), TEXT_LIT("grantType"),
                    TEXT_LIT("refreshToken") };
    Value values[] = { value_get(cache, "clientId"), value_get(cache, "clientSecret"),
                       value_string_raw(TEXT_LIT("refresh_token")),
                       value_get(cache, "refreshToken") };

    call->request.body = json_text(fetch->arena, value_object(fetch->arena, keys, values, 4));
    list_add(fetch->arena, &call->request.headers,
             (Header){ TEXT_LIT("Content-Type"), TEXT_LIT("application/json") });
    key_fetch_call(fetch, call, on_refreshed);
}

/* A client's registration ends, too; then only a new sign-in helps. */
static bool can_refresh(KeyFetch *fetch, Value cache)
{
    Nanoseconds registered;

    return fetch->source.sso.session.length && value_get_text(cache, "refreshToken").length &&
           value_get_text(cache, "clientId").length &&
           value_get_text(cache, "clientSecret").length &&
           read_time(fetch, cache, "registrationExpiresAt", &registered) &&
           registered > aws_now(fetch->client->exchange);
}

static void fetch_sso(KeyFetch *fetch)
{
    Nanoseconds expires;
    Value cache;

    if (!read_cache(fetch, &cache))
        return;
    fetch->token = value_get_text(cache, "accessToken");
    if (!read_time(fetch, cache, "expiresAt", &expires))
        fail_without_login(fetch, "the sign-in does not say how long it is good");
    else if (expires - token_window <= aws_now(fetch->client->exchange) &&
             can_refresh(fetch, cache))
        ask_for_refresh(fetch, cache);
    else if (is_over(fetch, expires))
        fail_without_login(fetch, "the sign-in has expired");
    else
        ask_for_keys(fetch);
}

KeySource sso_source(const SsoLogin *login, Text name)
{
    return (KeySource){ .name = name, .fetch = fetch_sso, .sso = *login };
}
