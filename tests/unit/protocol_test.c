/* layer: aws
 *
 * Requests and answers of the four protocols against tests/aws/protocol/SERVICE.json: a service as
 * its YAML has it, and cases. With "-lines" it turns lines {service, operation, members} into
 * requests and {service, operation, answer} into members, for tests/aws/protocol_botocore.py; with
 * "-send" it sends the requests, for tests/aws/gate.py.
 */
#include "pipectl/aws/protocol.h"
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

/* --- a service from JSON ------------------------------------------------------------------- */

/* An object of texts as pairs. */
static const Header *pairs_of(Value object, size_t *ret_count)
{
    size_t count = value_is_null(object) ? 0 : value_count(object);
    Header *pairs = arena_array(&arena, Header, count + 1);

    for (size_t i = 0; i < count; i++)
        pairs[i] = (Header){ value_key_at(object, i), value_text(value_at(object, i)) };
    *ret_count = count;
    return pairs;
}

static Service service_of(Value json)
{
    bool known;
    size_t list_count;
    const Header *lists = pairs_of(value_get(json, "lists"), &list_count);
    ListRule *rules = arena_array(&arena, ListRule, list_count + 1);
    Service service = { .name = value_get_text(json, "name"),
                        .version = value_get_text(json, "version"),
                        .target = value_get_text(json, "target"),
                        .xml_namespace = value_get_text(json, "namespace") };

    service.protocol = protocol_named(value_get_text(json, "protocol"), &known);
    assert_true(known);
    service.global = text_is(value_get_text(json, "endpoint"), "global");
    service.checksum_crc32 = text_is(value_get_text(json, "checksum"), "crc32");
    service.always = pairs_of(value_get(json, "always"), &service.always_count);
    service.headers = pairs_of(value_get(json, "headers"), &service.header_count);
    service.spelled = pairs_of(value_get(json, "spelled"), &service.spelled_count);
    for (size_t i = 0; i < list_count; i++)
        rules[i] = (ListRule){ lists[i].name, lists[i].value };
    service.lists = rules;
    service.list_count = list_count;
    return service;
}

static const RestCall *rest_call_of(Value json, Text operation)
{
    Value call = value_get(value_get(json, "calls"), text_cstring(&arena, operation));
    RestCall *rest = arena_new(&arena, RestCall);
    Text is, path;

    if (value_is_null(call))
        return NULL;
    is = value_has_kind(call, TYPE_STRING) ? value_text(call) : value_get_text(call, "is");
    text_cut(is, TEXT_LIT(" "), &rest->method, &path);
    text_cut(path, TEXT_LIT("?"), &rest->path, &rest->query);
    if (!value_has_kind(call, TYPE_STRING)) {
        rest->body = value_get_text(call, "body");
        rest->answer = value_get_text(call, "answer");
    }
    return rest;
}

/* --- requests and answers as JSON ---------------------------------------------------------- */

static void put_text(ValueBuilder *builder, const char *name, Text text)
{
    if (text.length)
        value_builder_put(builder, text_of(name), value_string(&arena, text));
}

static Value json_of_headers(const HeaderList *headers)
{
    ValueBuilder builder = value_builder(&arena);

    for (size_t i = 0; i < headers->count; i++)
        value_builder_put(&builder, headers->items[i].name,
                          value_string(&arena, headers->items[i].value));
    return value_built_object(&builder);
}

static Value request_of(Value service_json, Text operation, Value members)
{
    Service service = service_of(service_json);
    ValueBuilder builder = value_builder(&arena);
    AwsCall call = { .arena = &arena };
    Text why;

    if (!protocol_request(&arena, &service, operation, rest_call_of(service_json, operation),
                          members, &call, &why)) {
        put_text(&builder, "why", why);
        return value_built_object(&builder);
    }
    put_text(&builder, "method", call.request.method);
    put_text(&builder, "bucket", call.bucket);
    put_text(&builder, "target", request_target(&arena, &call.request));
    put_text(&builder, "body", call.request.body);
    put_text(&builder, "body_file", call.request.body_file);
    value_builder_put(&builder, TEXT_LIT("headers"), json_of_headers(&call.request.headers));
    return value_built_object(&builder);
}

static Answer answer_of(Value json)
{
    Answer answer = { .status = 200, .body = value_get_text(json, "body"), .sent = true };
    size_t count;
    const Header *headers = pairs_of(value_get(json, "headers"), &count);

    if (!value_is_null(value_get(json, "status")))
        answer.status = (int)value_to_integer(value_get(json, "status"));
    for (size_t i = 0; i < count; i++)
        list_add(&arena, &answer.headers, headers[i]);
    return answer;
}

/* False when it cannot be read. */
static bool members_of(Value service_json, Text operation, Value answer_json, Value *ret_members)
{
    Service service = service_of(service_json);
    Answer answer = answer_of(answer_json);

    return protocol_answer(&arena, &service, operation, rest_call_of(service_json, operation),
                           &answer, ret_members);
}

/* --- the cases ----------------------------------------------------------------------------- */

static Value read_json(Text path)
{
    Diags diags = diags_make(&arena);
    Text text;
    Value json;

    if (!file_read(&arena, path, &text, RANGE_NONE, &diags) || !json_parse(&arena, text, &json))
        fail_msg("%.*s cannot be read", TEXT(path));
    return json;
}

static void compare(Text name, Text operation, Value actual, Value wanted)
{
    if (!value_same(actual, wanted))
        fail_msg("%.*s %.*s\n--- is\n%.*s\n--- should be\n%.*s", TEXT(name), TEXT(operation),
                 TEXT(json_text(&arena, actual)), TEXT(json_text(&arena, wanted)));
}

static void check_case(Text name, Value service, Value one)
{
    Text operation = value_get_text(one, "operation");
    Value members;

    if (!value_is_null(value_get(one, "request"))) {
        compare(name, operation, request_of(service, operation, value_get(one, "members")),
                value_get(one, "request"));
    } else if (value_is_null(value_get(one, "members"))) {
        if (members_of(service, operation, value_get(one, "answer"), &members))
            fail_msg("%.*s %.*s: an answer that should be refused was read", TEXT(name),
                     TEXT(operation));
    } else {
        assert_true(members_of(service, operation, value_get(one, "answer"), &members));
        compare(name, operation, members, value_get(one, "members"));
    }
}

static void cases_are_spoken_as_aws_does(void **state)
{
    Text folder = TEXT_LIT(TESTS_DIR "/aws/protocol");
    Diags diags = diags_make(&arena);
    TextList names;
    size_t checked = 0;

    (void)state;
    assert_true(file_list(&arena, folder, &names, RANGE_NONE, &diags));
    for (size_t i = 0; i < names.count; i++) {
        Value json = read_json(file_join(&arena, folder, names.items[i])),
              cases = value_get(json, "cases");

        for (size_t j = 0; j < value_count(cases); j++, checked++)
            check_case(names.items[i], value_get(json, "service"), value_at(cases, j));
    }
    assert_true(checked >= 40);
}

/* The files of tests/aws/errors: answers as they came, and the error in them. */
static void errors_are_found_in_every_protocol(void **state)
{
    Text folder = TEXT_LIT(TESTS_DIR "/aws/errors");
    Diags diags = diags_make(&arena);
    TextList names;

    (void)state;
    assert_true(file_list(&arena, folder, &names, RANGE_NONE, &diags) && names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        Value cases = read_json(file_join(&arena, folder, names.items[i]));

        for (size_t j = 0; j < value_count(cases); j++) {
            Value one = value_at(cases, j);
            Answer answer = answer_of(one);
            ErrorAnswer error = error_parse(
                &arena, text_slice(names.items[i], 0, names.items[i].length - 5), &answer);

            if (!text_equal(error.code, value_get_text(one, "code")) ||
                !text_equal(error.message, value_get_text(one, "message")))
                fail_msg("%.*s %zu: %.*s: %.*s", TEXT(names.items[i]), j, TEXT(error.code),
                         TEXT(error.message));
        }
    }
}

static void names_of_protocols(void **state)
{
    bool known;

    (void)state;
    assert_int_equal(protocol_named(TEXT_LIT("rest_xml"), &known), PROTOCOL_REST_XML);
    assert_true(known);
    assert_true(text_is(protocol_name(PROTOCOL_QUERY), "query"));
    protocol_named(TEXT_LIT("soap"), &known);
    assert_false(known);
}

/* --- the filters --------------------------------------------------------------------------- */

static int speak_lines(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, stdin)) > 0) {
        Value json, result;
        Text operation;

        if (!json_parse(&arena, (Text){ line, (size_t)length }, &json))
            return 1;
        operation = value_get_text(json, "operation");
        if (value_is_null(value_get(json, "answer")))
            result = request_of(value_get(json, "service"), operation, value_get(json, "members"));
        else if (!members_of(value_get(json, "service"), operation, value_get(json, "answer"),
                             &result))
            result = value_null(type_dynamic);
        printf(TEXT_FMT "\n", TEXT(json_text(&arena, result)));
    }
    free(line);
    return 0;
}

/* What came of a call: members or error, and the status. */
static Value outcome_of(const Service *service, const RestCall *rest, const AwsCall *call)
{
    ValueBuilder builder = value_builder(&arena);
    const Answer *answer = &call->answer;
    ErrorAnswer error;
    Value members;

    value_builder_put(&builder, TEXT_LIT("status"), value_integer(answer->status));
    put_text(&builder, "failure", answer->failure);
    if (answer->status >= 300) {
        error = error_parse(&arena, protocol_name(service->protocol), answer);
        put_text(&builder, "code", error.code);
        put_text(&builder, "message", error.message);
    } else if (protocol_answer(&arena, service, call->operation, rest, answer, &members)) {
        value_builder_put(&builder, TEXT_LIT("members"), members);
    }
    return value_built_object(&builder);
}

/* Lines {service, operation, members}: each is sent to where the environment says, one after another. */
static int send_lines(void)
{
    Loop *loop = loop_open(&arena);
    Exchange *exchange = exchange_open(&arena, loop, 10);
    ClientSettings settings = { .region = text_of(getenv("AWS_REGION")) };
    Client *client = client_make(exchange, &settings);
    Diags diags = diags_make(&arena);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, stdin)) > 0) {
        AwsCall *call = arena_new(&arena, AwsCall);
        const RestCall *rest;
        Service service;
        Value json;
        Text operation, why;

        if (!json_parse(&arena, (Text){ line, (size_t)length }, &json))
            return 1;
        operation = value_get_text(json, "operation");
        service = service_of(value_get(json, "service"));
        rest = rest_call_of(value_get(json, "service"), operation);
        *call = (AwsCall){ .client = client, .arena = &arena };
        if (!protocol_request(&arena, &service, operation, rest, value_get(json, "members"), call, &why))
            printf(TEXT_FMT "\n", TEXT(why));
        else if (exchange_wait(exchange, call, &diags))
            printf(TEXT_FMT "\n", TEXT(json_text(&arena, outcome_of(&service, rest, call))));
        else
            printf(TEXT_FMT "\n", TEXT(diags.list.items[0].detail));
        fflush(stdout);
    }
    free(line);
    exchange_close(exchange);
    loop_close(loop);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_are_spoken_as_aws_does),
        cmocka_unit_test(errors_are_found_in_every_protocol),
        cmocka_unit_test(names_of_protocols),
    };
    const char *mode = count > 1 ? arguments[1] : "";
    int failed = strcmp(mode, "-lines") == 0  ? speak_lines()
                 : strcmp(mode, "-send") == 0 ? send_lines()
                                              : cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
