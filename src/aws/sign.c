/*
 * sign.c: the four steps of AWS's document, each a pure function, then the two that join them.
 *
 * The canonical request is made of the request as it goes on the wire, so that a disagreement with
 * AWS can be found by comparing texts.
 */
#include "pipectl/aws/sign.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

static const char algorithm[] = "AWS4-HMAC-SHA256";

/* Changed or added by what stands between us and AWS, so they cannot be part of the signature. */
static const char *const unsigned_headers[] = {
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

/* --- the canonical request ------------------------------------------------------------------ */

/* "/a//b/../c/" is "/a/c/": dot segments and empty ones go (RFC 3986, 5.2.4). */
static Text normal_path(Arena *arena, Text path)
{
    LIST(Text) segments = { 0 };
    TextBuilder builder = text_builder(arena);
    bool ends_open = false; /* in a slash or a dot segment, which stands for a folder */

    for (Text head, tail = path; tail.length;) {
        bool more = text_cut(tail, TEXT_LIT("/"), &head, &tail);

        ends_open =
            !head.length || text_is(head, ".") || text_is(head, "..") || (more && !tail.length);
        if (text_is(head, "..") && segments.count)
            segments.count--;
        else if (head.length && !text_is(head, ".") && !text_is(head, ".."))
            list_add(arena, &segments, head);
    }
    for (size_t i = 0; i < segments.count; i++) {
        text_add_char(&builder, '/');
        text_add(&builder, segments.items[i]);
    }
    if (ends_open || !segments.count)
        text_add_char(&builder, '/');
    return text_built(&builder);
}

static Text canonical_path(Arena *arena, Text path, const SigningRules *rules)
{
    if (!path.length)
        return TEXT_LIT("/");
    return rules->path_once ? path : uri_encode(arena, normal_path(arena, path), true);
}

static int compare_pairs(const void *a, const void *b)
{
    const Header *first = a, *second = b;
    int order = text_compare(first->name, second->name);

    return order ? order : text_compare(first->value, second->value);
}

/* Sorted by what is encoded, as AWS compares bytes of the wire. */
static Text canonical_query(Arena *arena, const QueryList *query)
{
    Header *pairs = arena_array(arena, Header, query->count + 1);
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < query->count; i++)
        pairs[i] = (Header){ uri_encode(arena, query->items[i].name, false),
                             uri_encode(arena, query->items[i].value, false) };
    qsort(pairs, query->count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < query->count; i++)
        text_add_format(&builder, "%s" TEXT_FMT "=" TEXT_FMT, i ? "&" : "", TEXT(pairs[i].name),
                        TEXT(pairs[i].value));
    return text_built(&builder);
}

/* Trimmed, every run of white space one space. */
static void add_header_value(TextBuilder *builder, Text value)
{
    bool was_space = false;

    value = text_trim(value);
    for (size_t i = 0; i < value.length; i++) {
        bool is_space = value.bytes[i] == ' ' || (value.bytes[i] >= '\t' && value.bytes[i] <= '\r');

        if (!is_space)
            text_add_char(builder, value.bytes[i]);
        else if (!was_space)
            text_add_char(builder, ' ');
        was_space = is_space;
    }
}

static bool is_signed(Text lower_name)
{
    for (size_t i = 0; i < sizeof unsigned_headers / sizeof *unsigned_headers; i++)
        if (text_is(lower_name, unsigned_headers[i]))
            return false;
    return true;
}

typedef struct SignedHeaders {
    Text lines; /* "host:example.com\n..." */
    Text names; /* "host;x-amz-date" */
} SignedHeaders;

static SignedHeaders signed_headers(Arena *arena, const Request *request)
{
    HeaderList headers = { 0 };
    TextBuilder lines = text_builder(arena), names = text_builder(arena);

    list_add(arena, &headers, (Header){ TEXT_LIT("host"), request->host });
    for (size_t i = 0; i < request->headers.count; i++) {
        Header header = { text_lower(arena, request->headers.items[i].name),
                         request->headers.items[i].value };
        size_t place = headers.count;

        if (!is_signed(header.name) || text_is(header.name, "host"))
            continue;
        /* An insertion that keeps the order of equal names: their values are joined as they were
           sent. */
        list_add(arena, &headers, header);
        for (; place > 0 && text_compare(headers.items[place - 1].name, header.name) > 0; place--)
            headers.items[place] = headers.items[place - 1];
        headers.items[place] = header;
    }
    for (size_t i = 0; i < headers.count; i++) {
        Text name = headers.items[i].name;

        if (i && text_equal(name, headers.items[i - 1].name)) {
            text_add_char(&lines, ',');
        } else {
            text_add_format(&lines, "%s" TEXT_FMT ":", i ? "\n" : "", TEXT(name));
            text_add_format(&names, "%s" TEXT_FMT, i ? ";" : "", TEXT(name));
        }
        add_header_value(&lines, headers.items[i].value);
    }
    text_add_char(&lines, '\n');
    return (SignedHeaders){ text_built(&lines), text_built(&names) };
}

Text canonical_request(Arena *arena, const Request *request, Text payload_hash,
                       const SigningRules *rules)
{
    SignedHeaders headers = signed_headers(arena, request);

    return text_format(
        arena, TEXT_FMT "\n" TEXT_FMT "\n" TEXT_FMT "\n" TEXT_FMT "\n" TEXT_FMT "\n" TEXT_FMT,
        TEXT(request->method), TEXT(canonical_path(arena, request->path, rules)),
        TEXT(canonical_query(arena, &request->query)), TEXT(headers.lines), TEXT(headers.names),
        TEXT(payload_hash));
}

/* --- the string to sign, the key, the signature --------------------------------------------- */

/* "20130524/us-east-1/s3/aws4_request" */
static Text scope_text(Arena *arena, const SigningScope *scope)
{
    Text date = text_slice(clock_compact(arena, scope->time), 0, 8);

    return text_format(arena, TEXT_FMT "/" TEXT_FMT "/" TEXT_FMT "/aws4_request", TEXT(date),
                       TEXT(scope->region), TEXT(scope->service));
}

static Text sha256_hex(Arena *arena, Text content)
{
    Digest digest = digest_of(DIGEST_SHA256, content);

    return digest_hex(arena, &digest);
}

Text string_to_sign(Arena *arena, const SigningScope *scope, Text canonical)
{
    return text_format(arena, "%s\n" TEXT_FMT "\n" TEXT_FMT "\n" TEXT_FMT, algorithm,
                       TEXT(clock_compact(arena, scope->time)), TEXT(scope_text(arena, scope)),
                       TEXT(sha256_hex(arena, canonical)));
}

Text signing_key(Arena *arena, Text secret_key, const SigningScope *scope)
{
    const Text parts[] = { text_slice(clock_compact(arena, scope->time), 0, 8), scope->region,
                           scope->service, TEXT_LIT("aws4_request") };
    Text key = text_concat(arena, TEXT_LIT("AWS4"), secret_key);
    Digest digest;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        digest = digest_hmac(DIGEST_SHA256, key, parts[i]);
        key = text_copy(arena, digest_text(&digest));
    }
    return key;
}

Text signature(Arena *arena, Text key, Text signed_text)
{
    Digest digest = digest_hmac(DIGEST_SHA256, key, signed_text);

    return digest_hex(arena, &digest);
}

/* --- putting them together ------------------------------------------------------------------ */

static Text authorization(Arena *arena, const Request *request, Text payload_hash,
                          const Credentials *credentials, const SigningScope *scope,
                          const SigningRules *rules)
{
    Text canonical = canonical_request(arena, request, payload_hash, rules);
    Text key = signing_key(arena, credentials->secret_key, scope);

    return signature(arena, key, string_to_sign(arena, scope, canonical));
}

static void add_header(Arena *arena, Request *request, Text name, Text value)
{
    list_add(arena, &request->headers, (Header){ name, value });
}

void sign_request(Arena *arena, Request *request, const Credentials *credentials,
                  const SigningScope *scope, const SigningRules *rules)
{
    Text hash = header_find(&request->headers, "x-amz-content-sha256");
    bool has_hash =
        hash.length > 0; /* of a file, or UNSIGNED-PAYLOAD: who made the request knows better */
    Text signed_names, computed;

    if (!has_hash)
        hash = sha256_hex(arena, request->body);
    add_header(arena, request, TEXT_LIT("X-Amz-Date"), clock_compact(arena, scope->time));
    if (credentials->session_token.length)
        add_header(arena, request, TEXT_LIT("X-Amz-Security-Token"), credentials->session_token);
    if (rules->payload_header && !has_hash)
        add_header(arena, request, TEXT_LIT("x-amz-content-sha256"), hash);
    signed_names = signed_headers(arena, request).names;
    computed = authorization(arena, request, hash, credentials, scope, rules);
    add_header(arena, request, TEXT_LIT("Authorization"),
               text_format(arena,
                           "%s Credential=" TEXT_FMT "/" TEXT_FMT ", SignedHeaders=" TEXT_FMT
                           ", Signature=" TEXT_FMT,
                           algorithm, TEXT(credentials->access_key), TEXT(scope_text(arena, scope)),
                           TEXT(signed_names), TEXT(computed)));
}

static void add_pair(Arena *arena, Request *request, const char *name, Text value)
{
    list_add(arena, &request->query, (QueryPair){ .name = text_of(name), .value = value });
}

Text sign_url(Arena *arena, const Request *request, const Credentials *credentials,
              const SigningScope *scope, const SigningRules *rules, int64_t seconds)
{
    Request url = *request;
    Text hash =
        rules->payload_header ? TEXT_LIT("UNSIGNED-PAYLOAD") : sha256_hex(arena, request->body);
    Text computed;

    url.query =
        (QueryList){ 0 }; /* a list of its own: additions to a copy could land in the caller's */
    for (size_t i = 0; i < request->query.count; i++)
        list_add(arena, &url.query, request->query.items[i]);
    add_pair(arena, &url, "X-Amz-Algorithm", text_of(algorithm));
    add_pair(arena, &url, "X-Amz-Credential",
             text_format(arena, TEXT_FMT "/" TEXT_FMT, TEXT(credentials->access_key),
                         TEXT(scope_text(arena, scope))));
    add_pair(arena, &url, "X-Amz-Date", clock_compact(arena, scope->time));
    add_pair(arena, &url, "X-Amz-Expires", text_format(arena, "%lld", (long long)seconds));
    add_pair(arena, &url, "X-Amz-SignedHeaders", signed_headers(arena, &url).names);
    if (credentials->session_token.length)
        add_pair(arena, &url, "X-Amz-Security-Token", credentials->session_token);
    computed = authorization(arena, &url, hash, credentials, scope, rules);
    add_pair(arena, &url, "X-Amz-Signature", computed);
    return text_format(arena, TEXT_FMT "://" TEXT_FMT TEXT_FMT, TEXT(url.scheme), TEXT(url.host),
                       TEXT(request_target(arena, &url)));
}
