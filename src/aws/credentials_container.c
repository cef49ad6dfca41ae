/*
 * credentials_container.c: keys of a container, from an endpoint beside it (ECS, EKS Pod Identity).
 *
 * The endpoint may be any over TLS; without, only where nobody else can listen: this machine and
 * the addresses of ECS and EKS.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
#include "credentials_parts.h"

#include <stdlib.h>

static const Nanoseconds time_limit = SECONDS(2);

enum { ATTEMPTS = 3 };

static const KeyNames names = { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" };

static const char *const plain_hosts[] = { "localhost", "[::1]", "169.254.170.2", "169.254.170.23",
                                           "[fd00:ec2::23]" };

/* --- the answer ------------------------------------------------------------------------------- */

static void on_answer(KeyFetch *fetch)
{
    const Answer *answer = &fetch->call->answer;
    Credentials keys;
    Value document;

    if (answer->status != 200)
        key_fetch_failed(fetch, TEXT_FMT, TEXT(key_fetch_answer_text(fetch->arena, answer)));
    else if (!json_parse(fetch->arena, answer->body, &document) ||
             !value_has_kind(document, TYPE_OBJECT))
        key_fetch_failed(fetch, "its answer is no JSON object");
    else if (key_fetch_read(fetch, document, names, &keys))
        key_fetch_found(fetch, &keys);
}

static bool has_line_end(Text text)
{
    return text_find(text, TEXT_LIT("\n")) != TEXT_NOT_FOUND ||
           text_find(text, TEXT_LIT("\r")) != TEXT_NOT_FOUND;
}

static void fetch_container(KeyFetch *fetch)
{
    const KeySource *source = &fetch->source;
    Text token = source->token;
    AwsCall *call;

    if (source->token_file.length && !key_fetch_token_file(fetch, source->token_file, &token))
        return;
    if (has_line_end(token)) {
        key_fetch_failed(fetch, "its authorization token has more than one line");
        return;
    }
    call = key_fetch_request(fetch, TEXT_LIT("GET"), source->url, time_limit, ATTEMPTS);
    if (!call)
        return;
    list_add(fetch->arena, &call->request.headers,
             (Header){ TEXT_LIT("Accept"), TEXT_LIT("application/json") });
    if (token.length)
        list_add(fetch->arena, &call->request.headers,
                 (Header){ TEXT_LIT("Authorization"), token });
    key_fetch_call(fetch, call, on_answer);
}

/* --- where it is ------------------------------------------------------------------------------ */

/* "127.0.0.1:8080" is 127.0.0.1, "[::1]:80" is [::1]. */
static Text without_port(Text host)
{
    size_t end = text_starts_with(host, TEXT_LIT("[")) ? text_find(host, TEXT_LIT("]"))
                                                       : text_find(host, TEXT_LIT(":"));

    if (end == TEXT_NOT_FOUND)
        return host;
    return text_slice(host, 0, host.bytes[end] == ']' ? end + 1 : end);
}

/* 127.0.0.0/8: four numbers, so that 127.example.com is none. */
static bool is_loopback(Text host)
{
    Text part, rest = host;
    int64_t number;
    int count = 0;

    if (!text_starts_with(host, TEXT_LIT("127.")))
        return false;
    while (rest.length) {
        text_cut(rest, TEXT_LIT("."), &part, &rest);
        if (!text_to_int(part, &number) || number < 0 || number > 255)
            return false;
        count++;
    }
    return count == 4;
}

static bool is_allowed(Arena *arena, Text url)
{
    Request request = { 0 };
    Text host;

    if (!request_set_url(arena, &request, url))
        return false;
    host = without_port(request.host);
    if (text_is(request.scheme, "https") || is_loopback(host))
        return true;
    for (size_t i = 0; i < sizeof plain_hosts / sizeof *plain_hosts; i++)
        if (text_is(host, plain_hosts[i]))
            return true;
    return false;
}

bool credentials_from_container(Search *search, KeySource *ret_source)
{
    Text relative = text_of(getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")),
         full = text_of(getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    KeySource source = { .name = TEXT_LIT("the container's credentials endpoint"),
                         .fetch = fetch_container,
                         .survives_outage = true,
                         .token = text_of(getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")),
                         .token_file = text_of(getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) };

    if (!relative.length && !full.length) {
        search_note(search, TEXT_LIT("container"),
                    TEXT_LIT("neither AWS_CONTAINER_CREDENTIALS_FULL_URI nor "
                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set"));
        return false;
    }
    source.url =
        full.length ? full : text_concat(search->arena, TEXT_LIT("http://169.254.170.2"), relative);
    if (!is_allowed(search->arena, source.url)) {
        diag_error(search->diags, RANGE_NONE, "Invalid container credentials endpoint",
                   "AWS_CONTAINER_CREDENTIALS_FULL_URI is \"" TEXT_FMT
                   "\". It must be an https:// URL, or http:// with this machine (127.0.0.1, "
                   "localhost) or an address of ECS or EKS (169.254.170.2, 169.254.170.23): keys "
                   "would go over the network in the clear.",
                   TEXT(source.url));
        return false;
    }
    *ret_source = source;
    return true;
}
