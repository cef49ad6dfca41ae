/*
 * credentials_instance.c: keys of the role of the EC2 instance that we are on, from its metadata.
 *
 *   PUT /latest/api/token -> a token        version 2; without an answer version 1 has none
 *   GET /latest/meta-data/iam/security-credentials/ -> the role's name
 *   GET .../NAME -> keys
 *   GET /latest/meta-data/placement/region -> the region, for who has named none
 *
 * Where nobody is there, that has to show quickly: this source is the last, and most machines are
 * no instance. https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
 */
#include "credentials_parts.h"

#include <stdlib.h>

static const KeyNames names = { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" };

static void ask_for_token(KeyFetch *fetch);

/* --- settings --------------------------------------------------------------------------------- */

static int64_t number_of_environment(const char *name, int64_t otherwise)
{
    int64_t number;

    return text_to_int(text_of(getenv(name)), &number) && number > 0 ? number : otherwise;
}

static bool is_true(const char *name)
{
    return text_equal_nocase(text_of(getenv(name)), TEXT_LIT("true"));
}

static AwsCall *request_of(KeyFetch *fetch, const char *method, Text path)
{
    Text url = fetch->source.url;

    while (text_ends_with(url, TEXT_LIT("/")))
        url.length--;
    return key_fetch_request(fetch, text_of(method), text_concat(fetch->arena, url, path),
                             SECONDS(number_of_environment("AWS_METADATA_SERVICE_TIMEOUT", 1)),
                             number_of_environment("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1));
}

static AwsCall *get_request(KeyFetch *fetch, Text path)
{
    AwsCall *call = request_of(fetch, "GET", path);

    if (call && fetch->token.length)
        list_add(fetch->arena, &call->request.headers,
                 (Header){ TEXT_LIT("x-aws-ec2-metadata-token"), fetch->token });
    return call;
}

static AwsCall *token_request(KeyFetch *fetch)
{
    AwsCall *call = request_of(fetch, "PUT", TEXT_LIT("/latest/api/token"));

    if (call)
        list_add(fetch->arena, &call->request.headers,
                 (Header){ TEXT_LIT("x-aws-ec2-metadata-token-ttl-seconds"), TEXT_LIT("21600") });
    return call;
}

static void get(KeyFetch *fetch, Text path, KeyFetchStep *next)
{
    AwsCall *call = get_request(fetch, path);

    if (call)
        key_fetch_call(fetch, call, next);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* An answer that is none, or a token that has run out: then all begins anew, once. */
static bool is_answered(KeyFetch *fetch)
{
    const Answer *answer = &fetch->call->answer;

    if (answer->status == 200)
        return true;
    if (answer->status == 401 && !fetch->asked_again) {
        fetch->asked_again = true;
        ask_for_token(fetch);
    } else {
        key_fetch_failed(fetch, TEXT_FMT, TEXT(key_fetch_answer_text(fetch->arena, answer)));
    }
    return false;
}

static void on_keys(KeyFetch *fetch)
{
    Credentials keys;
    Value document;
    Text code;

    if (!is_answered(fetch))
        return;
    if (!json_parse(fetch->arena, fetch->call->answer.body, &document) ||
        !value_has_kind(document, TYPE_OBJECT)) {
        key_fetch_failed(fetch, "its answer is no JSON object");
        return;
    }
    code = value_get_text(document, "Code");
    if (code.length && !text_is(code, "Success"))
        key_fetch_failed(fetch, "its answer is " TEXT_FMT ": " TEXT_FMT, TEXT(code),
                         TEXT(value_get_text(document, "Message")));
    else if (key_fetch_read(fetch, document, names, &keys))
        key_fetch_found(fetch, &keys);
}

static const char role_path[] = "/latest/meta-data/iam/security-credentials/";

static void on_role(KeyFetch *fetch)
{
    Text role, rest;

    if (fetch->call->answer.status == 404) {
        key_fetch_failed(fetch, "the instance has no role");
        return;
    }
    if (!is_answered(fetch))
        return;
    text_cut(text_trim(fetch->call->answer.body), TEXT_LIT("\n"), &role, &rest);
    role = text_trim(role);
    if (role.length)
        get(fetch,
            text_concat(fetch->arena, text_of(role_path), uri_encode(fetch->arena, role, false)),
            on_keys);
    else
        key_fetch_failed(fetch, "the instance has no role");
}

/* Version 1 for a metadata service that knows no tokens (403, 404, 405), and for one whose answer
   was lost: where it goes over one hop too many. Where there is no connection, nobody is there. */
static bool may_do_without_token(const Answer *answer)
{
    if (is_true("AWS_EC2_METADATA_V1_DISABLED"))
        return false;
    return answer->status == 403 || answer->status == 404 || answer->status == 405 ||
           (!answer->status && answer->sent);
}

static void on_token(KeyFetch *fetch)
{
    const Answer *answer = &fetch->call->answer;

    fetch->token = TEXT_NONE;
    if (answer->status == 200)
        fetch->token = text_trim(answer->body);
    else if (!may_do_without_token(answer)) {
        key_fetch_failed(fetch, TEXT_FMT, TEXT(key_fetch_answer_text(fetch->arena, answer)));
        return;
    }
    get(fetch, text_of(role_path), on_role);
}

static void ask_for_token(KeyFetch *fetch)
{
    AwsCall *call = token_request(fetch);

    if (call)
        key_fetch_call(fetch, call, on_token);
}

/* --- where it is ------------------------------------------------------------------------------ */

static Text first_of(Text a, Text b)
{
    return a.length ? a : b;
}

static Text endpoint(const Search *search)
{
    const CredentialSettings *settings = search->settings;
    Text url = first_of(settings->metadata_endpoint,
                        text_of(getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"))),
         mode = first_of(settings->metadata_endpoint_mode,
                         text_of(getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")));

    url = first_of(url, profile_setting(search->arena, settings, "ec2_metadata_service_endpoint"));
    mode = first_of(mode,
                    profile_setting(search->arena, settings, "ec2_metadata_service_endpoint_mode"));
    if (url.length)
        return url;
    return text_equal_nocase(mode, TEXT_LIT("IPv6")) ? TEXT_LIT("http://[fd00:ec2::254]")
                                                     : TEXT_LIT("http://169.254.169.254");
}

bool credentials_from_instance(Search *search, KeySource *ret_source)
{
    MetadataAccess access = search->settings->metadata;
    Text name = TEXT_LIT("instance metadata");

    if (access == METADATA_OFF ||
        (access == METADATA_AS_SAID && is_true("AWS_EC2_METADATA_DISABLED"))) {
        search_note(search, name,
                    access == METADATA_OFF ? TEXT_LIT("turned off by skip_metadata_api_check")
                                           : TEXT_LIT("turned off by AWS_EC2_METADATA_DISABLED"));
        return false;
    }
    *ret_source = (KeySource){ .name = name,
                               .fetch = ask_for_token,
                               .url = endpoint(search),
                               .survives_outage = true,
                               .is_last_resort = true };
    return true;
}

/* --- its region ------------------------------------------------------------------------------- */

static bool wait_for(KeyFetch *fetch, AwsCall *call)
{
    Diags ignored = diags_make(fetch->arena);

    if (!call)
        return false;
    call->client = fetch->client;
    call->arena = fetch->arena;
    call->unsigned_call = true;
    fetch->call = call;
    return exchange_wait(fetch->client->exchange, call, &ignored) && call->answer.status == 200;
}

Text instance_region(Exchange *exchange, const CredentialSettings *settings)
{
    ClientSettings nothing = { 0 };
    Diags ignored = diags_make(&exchange->arena);
    KeyFetch fetch = { .arena = &exchange->arena };
    Request probe = { 0 };
    AwsCall *call;

    if (!credentials_find(fetch.arena, settings, &fetch.source, &ignored) ||
        fetch.source.fetch != ask_for_token ||
        !request_set_url(fetch.arena, &probe, fetch.source.url))
        return TEXT_NONE;
    fetch.client = client_make(exchange, &nothing);
    if (wait_for(&fetch, token_request(&fetch)))
        fetch.token = text_trim(fetch.call->answer.body);
    else if (!may_do_without_token(&fetch.call->answer))
        return TEXT_NONE;
    call = get_request(&fetch, TEXT_LIT("/latest/meta-data/placement/region"));
    return wait_for(&fetch, call) ? text_trim(call->answer.body) : TEXT_NONE;
}
