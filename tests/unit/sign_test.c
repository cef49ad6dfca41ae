/* layer: aws
 *
 * Signatures against folders of tests/aws/sigv4: request.json and what comes of it, step by step.
 * With
 * "-lines" it signs requests from standard input, a JSON object a line, for
 * tests/aws/sigv4_random.py.
 */
#include "pipectl/aws/sign.h"
#include "pipectl/base/digest.h"
#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

typedef struct Vector {
    Request request;
    Credentials credentials;
    SigningScope scope;
    SigningRules rules;
    int64_t expires; /* seconds; 0: signed in headers */
} Vector;

static Vector read_vector(Text text)
{
    Vector vector = { 0 };
    Value json, pairs;

    if (!json_parse(&arena, text, &json))
        fail_msg("no JSON: %.*s", TEXT(text));
    vector.request = (Request){ .method = value_get_text(json, "method"),
                                .scheme = TEXT_LIT("https"),
                                .host = value_get_text(json, "host"),
                                .path = value_get_text(json, "path"),
                                .body = value_get_text(json, "body") };
    pairs = value_get(json, "query");
    for (size_t i = 0; !value_is_null(pairs) && i < value_count(pairs); i++) {
        Value pair = value_at(pairs, i);
        bool bare = value_count(pair) == 1;

        list_add(&arena, &vector.request.query,
                 (QueryPair){ value_text(value_at(pair, 0)),
                             bare ? TEXT_NONE : value_text(value_at(pair, 1)), bare });
    }
    pairs = value_get(json, "headers");
    for (size_t i = 0; !value_is_null(pairs) && i < value_count(pairs); i++)
        list_add(&arena, &vector.request.headers,
                 (Header){ value_text(value_at(value_at(pairs, i), 0)),
                          value_text(value_at(value_at(pairs, i), 1)) });
    vector.credentials = (Credentials){ .access_key = value_get_text(json, "access_key"),
                                        .secret_key = value_get_text(json, "secret_key"),
                                        .session_token = value_get_text(json, "token") };
    vector.scope = (SigningScope){ .region = value_get_text(json, "region"),
                                   .service = value_get_text(json, "service") };
    if (!clock_parse_rfc3339(value_get_text(json, "time"), &vector.scope.time))
        fail_msg("no time: %.*s", TEXT(text));
    vector.rules.path_once = vector.rules.payload_header = text_is(vector.scope.service, "s3");
    if (!value_is_null(value_get(json, "expires")))
        vector.expires = value_to_integer(value_get(json, "expires"));
    return vector;
}

static Text expected(Text folder, const char *name)
{
    Diags diags = diags_make(&arena);
    Text content = TEXT_NONE;

    if (!file_read(&arena, file_join(&arena, folder, text_of(name)), &content, RANGE_NONE, &diags))
        fail_msg("%.*s: no %s", TEXT(folder), name);
    return text_ends_with(content, TEXT_LIT("\n")) ? text_slice(content, 0, content.length - 1)
                                                   : content;
}

static void compare(Text folder, const char *name, Text actual)
{
    Text wanted = expected(folder, name);

    if (!text_equal(actual, wanted))
        fail_msg("%.*s/%s\n--- is\n%.*s\n--- should be\n%.*s", TEXT(folder), name, TEXT(actual),
                 TEXT(wanted));
}

static Text hash_of(const Request *request)
{
    Text named = header_find(&request->headers, "x-amz-content-sha256");
    Digest digest = digest_of(DIGEST_SHA256, request->body);

    return named.length ? named : digest_hex(&arena, &digest);
}

static void check_vector(Text folder)
{
    Vector vector = read_vector(expected(folder, "request.json"));
    Text canonical;

    if (vector.expires) {
        compare(folder, "url.txt",
                sign_url(&arena, &vector.request, &vector.credentials, &vector.scope, &vector.rules,
                         vector.expires));
        return;
    }
    sign_request(&arena, &vector.request, &vector.credentials, &vector.scope, &vector.rules);
    canonical = canonical_request(&arena, &vector.request, hash_of(&vector.request), &vector.rules);
    compare(folder, "canonical_request.txt", canonical);
    compare(folder, "string_to_sign.txt", string_to_sign(&arena, &vector.scope, canonical));
    compare(folder, "authorization.txt", header_find(&vector.request.headers, "Authorization"));
}

static void vectors_are_signed_as_documented(void **state)
{
    Diags diags = diags_make(&arena);
    Text folder = TEXT_LIT(TESTS_DIR "/aws/sigv4");
    TextList names;

    (void)state;
    assert_true(file_list(&arena, folder, &names, RANGE_NONE, &diags));
    assert_true(names.count >= 10);
    for (size_t i = 0; i < names.count; i++)
        if (file_kind(file_join(&arena, folder, names.items[i])) == FILE_DIRECTORY)
            check_vector(file_join(&arena, folder, names.items[i]));
}

/* The derived key that AWS's documentation of the signing process shows. */
static void the_key_is_derived_as_documented(void **state)
{
    SigningScope scope = { .region = TEXT_LIT("us-east-1"), .service = TEXT_LIT("iam"), .time = 0 };
    Text key;

    (void)state;
    assert_true(clock_parse_rfc3339(TEXT_LIT("2015-08-30T12:36:00Z"), &scope.time));
    key = signing_key(&arena, TEXT_LIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), &scope);
    assert_string_equal(hex_encode(&arena, key).bytes,
                        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

static void signing_twice_leaves_the_original_alone(void **state)
{
    Vector vector =
        read_vector(expected(TEXT_LIT(TESTS_DIR "/aws/sigv4/s3_get_object"), "request.json"));
    size_t before = vector.request.headers.count;
    Request first = vector.request, second = vector.request;

    (void)state;
    first.headers.capacity = second.headers.capacity = before;
    sign_request(&arena, &first, &vector.credentials, &vector.scope, &vector.rules);
    sign_request(&arena, &second, &vector.credentials, &vector.scope, &vector.rules);
    assert_int_equal(vector.request.headers.count, before);
    assert_true(text_equal(header_find(&first.headers, "Authorization"),
                           header_find(&second.headers, "Authorization")));
}

/* --- request.h ------------------------------------------------------------------------------- */

static void encoding_and_decoding(void **state)
{
    (void)state;
    assert_string_equal(uri_encode(&arena, TEXT_LIT("a b/c+d~e:\xc3\xa4"), true).bytes,
                        "a%20b/c%2Bd~e%3A%C3%A4");
    assert_string_equal(uri_encode(&arena, TEXT_LIT("a/b"), false).bytes, "a%2Fb");
    assert_string_equal(uri_decode(&arena, TEXT_LIT("a%20b%2fc+%zz%4")).bytes, "a b/c+%zz%4");
}

static void targets_keep_bare_names_bare(void **state)
{
    Request request = { .path = TEXT_LIT("/key") };

    (void)state;
    list_add(&arena, &request.query, (QueryPair){ .name = TEXT_LIT("acl"), .bare = true });
    list_add(&arena, &request.query,
             (QueryPair){ .name = TEXT_LIT("versionId"), .value = TEXT_LIT("a=b") });
    assert_string_equal(request_target(&arena, &request).bytes, "/key?acl&versionId=a%3Db");
}

static void headers_are_found_whatever_their_case(void **state)
{
    HeaderList headers = { 0 };

    (void)state;
    list_add(&arena, &headers, (Header){ TEXT_LIT("X-Amz-Id"), TEXT_LIT("7") });
    assert_true(text_is(header_find(&headers, "x-amz-ID"), "7"));
    assert_int_equal(header_find(&headers, "x-amz").length, 0);
}

/* --- the filter ------------------------------------------------------------------------------ */

static int sign_lines(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, stdin)) > 0) {
        Vector vector = read_vector((Text){ line, (size_t)length });

        if (vector.expires) {
            printf(TEXT_FMT "\n", TEXT(sign_url(&arena, &vector.request, &vector.credentials,
                                                &vector.scope, &vector.rules, vector.expires)));
        } else {
            sign_request(&arena, &vector.request, &vector.credentials, &vector.scope,
                         &vector.rules);
            printf(TEXT_FMT "\n", TEXT(header_find(&vector.request.headers, "Authorization")));
        }
    }
    free(line);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_signed_as_documented),
        cmocka_unit_test(the_key_is_derived_as_documented),
        cmocka_unit_test(signing_twice_leaves_the_original_alone),
        cmocka_unit_test(encoding_and_decoding),
        cmocka_unit_test(targets_keep_bare_names_bare),
        cmocka_unit_test(headers_are_found_whatever_their_case),
    };
    int failed = count > 1 && strcmp(arguments[1], "-lines") == 0
                     ? sign_lines()
                     : cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
