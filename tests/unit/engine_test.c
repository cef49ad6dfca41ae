/* layer: provider
 * engine_test.c: tests/provider/talks/NAME.talk: what an operation sends, what AWS answers, and how
 * it ends.
 *
 *   type TYPE                         of what follows
 *   create | update CONFIGURATION     (YAML in one line); read; delete; recover CONFIGURATION;
 *                                     again CONFIGURATION: a create that an earlier run began, too
 *   listed [ID...]                    what the create that follows found there before it
 *   > SERVICE OPERATION [BODY]        the next call; a JSON body is compared as JSON, others as
 * they are < STATUS [BODY] | < lost          its answer; lost: the connection breaks after it was
 * sent identity ID                       goes up before the next call end ok | failed | gone |
 * doubt    how the operation ends has NAME JSON                     a member of the object that it
 * leaves says TEXT                         stands in one of its errors
 */
#include "native.h"

#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define FOLDER TESTS_DIR "/provider/talks"

static const char identity_answer[] =
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    "<Arn>arn:aws:iam::123456789012:user/u</Arn></GetCallerIdentityResult></"
    "GetCallerIdentityResponse>";

typedef struct Talk {
    Arena arena;
    Text name;
    Text rest; /* lines not yet read */
    size_t line;
    Loop *loop;
    Exchange *exchange;
    Provider *provider;
    Text type;
    Value object;
    bool begun_before; /* an earlier run began this create, too */
    Intent *listed;    /* of the next create; NULL: nothing was listed */
    bool done, failed, in_doubt;
    Text said;
} Talk;

/* --- lines ------------------------------------------------------------------------------------ */

#define TALK_FAIL(talk, ...)                                                                       \
    fail_msg(TEXT_FMT ":%zu: %s", TEXT((talk)->name), (talk)->line,                                \
             text_cstring(&(talk)->arena, text_format(&(talk)->arena, __VA_ARGS__)))

/* The next line that says something, without moving on. */
static Text peek(Talk *talk)
{
    Text line, rest;

    while (talk->rest.length > 0) {
        text_cut(talk->rest, TEXT_LIT("\n"), &line, &rest);
        if (text_trim(line).length > 0 && line.bytes[0] != '#')
            return text_trim(line);
        talk->rest = rest;
        talk->line++;
    }
    return TEXT_NONE;
}

static void pass_line(Talk *talk)
{
    Text line;

    text_cut(talk->rest, TEXT_LIT("\n"), &line, &talk->rest);
    talk->line++;
}

/* The rest of the next line where it begins with [word]. */
static bool take(Talk *talk, const char *word, Text *ret_rest)
{
    Text head;

    text_cut(peek(talk), TEXT_LIT(" "), &head, ret_rest);
    if (!text_is(head, word))
        return false;
    pass_line(talk);
    return true;
}

/* --- the network ------------------------------------------------------------------------------ */

static bool same_body(Arena *arena, Text wanted, Text sent)
{
    Value a, b;

    if (json_parse(arena, wanted, &a) && json_parse(arena, sent, &b))
        return value_same(a, b);
    return text_equal(wanted, sent);
}

static void answer(void *user, const AwsCall *call, const Request *request, Arena *arena,
                   Answer *ret_answer)
{
    Talk *talk = user;
    Text expected, service, operation, body, status;
    int64_t number = 0;

    (void)arena;
    *ret_answer = (Answer){ .status = 200, .sent = true };
    if (text_is(call->operation, "GetCallerIdentity")) {
        ret_answer->body = text_of(identity_answer);
        return;
    }
    if (!take(talk, ">", &expected))
        TALK_FAIL(talk, "nothing was to be sent, but " TEXT_FMT " " TEXT_FMT, TEXT(call->operation),
                  TEXT(request->body));
    text_cut(expected, TEXT_LIT(" "), &service, &expected);
    text_cut(expected, TEXT_LIT(" "), &operation, &body);
    if (!text_equal(service, call->service) || !text_equal(operation, call->operation))
        TALK_FAIL(talk, "another call was sent: " TEXT_FMT " " TEXT_FMT, TEXT(call->service),
                  TEXT(call->operation));
    if (body.length > 0 && !same_body(&talk->arena, body, request->body))
        TALK_FAIL(talk, "another body was sent: " TEXT_FMT, TEXT(request->body));
    if (!take(talk, "<", &expected))
        TALK_FAIL(talk, "an answer must follow");
    text_cut(expected, TEXT_LIT(" "), &status, &ret_answer->body);
    if (!text_to_int(status, &number))
        *ret_answer = (Answer){ .failure = TEXT_LIT("the connection broke"), .sent = true };
    ret_answer->status = (int)number;
}

/* --- operations ------------------------------------------------------------------------------- */

static void on_identity(void *user, Value object)
{
    Talk *talk = user;
    Text expected;

    if (!take(talk, "identity", &expected) || !text_equal(expected, value_get_text(object, "id")))
        TALK_FAIL(talk, "the identity went up: " TEXT_FMT, TEXT(value_get_text(object, "id")));
}

static void on_done(void *user, const OperationResult *result)
{
    Talk *talk = user;
    TextBuilder said = text_builder(&talk->arena);

    for (size_t i = 0; i < result->diags->list.count; i++)
        text_add_format(&said, TEXT_FMT ": " TEXT_FMT "\n",
                        TEXT(result->diags->list.items[i].summary),
                        TEXT(result->diags->list.items[i].detail));
    talk->object = value_copy(&talk->arena, result->object);
    talk->failed = result->failed;
    talk->in_doubt = result->in_doubt;
    talk->said = text_built(&said);
    talk->done = true;
}

static ObjectRequest request_of(Talk *talk)
{
    return (ObjectRequest){ .type = talk->type,
                            .mode = MODE_MANAGED,
                            .address = TEXT_LIT("t.t"),
                            .events = { .user = talk, .identity = on_identity },
                            .done = on_done,
                            .user = talk,
                            .intent = talk->listed,
                            .begun_before = talk->begun_before };
}

static void wait_for_end(Talk *talk)
{
    while (!talk->done)
        if (!loop_run_once(talk->loop))
            TALK_FAIL(talk, "the operation waits for nothing");
}

static const Schema *schema_of(Talk *talk)
{
    Diags diags = diags_make(&talk->arena);
    const Schema *schema = aws_kind.schema(MODE_MANAGED, talk->type, &diags);

    if (!schema)
        TALK_FAIL(talk, "no type " TEXT_FMT, TEXT(talk->type));
    return schema;
}

static Value configuration_of(Talk *talk, Text yaml)
{
    const Source *source;
    Diags diags = diags_make(&talk->arena);
    Scope scope = { 0 };
    Value configuration;

    source = source_make(&talk->arena, TEXT_LIT("talk.yaml"), yaml);
    configuration = schema_decode(schema_of(talk), body_read_yaml(&talk->arena, source, &diags),
                                  &scope, &talk->arena, &diags);
    if (diags.error_count > 0)
        TALK_FAIL(talk, "the configuration is wrong: " TEXT_FMT, TEXT(diags.list.items[0].detail));
    return configuration;
}

static void change(Talk *talk, Text yaml)
{
    Value configuration = configuration_of(talk, yaml);
    Diags diags = diags_make(&talk->arena);
    ObjectRequest request = request_of(talk);
    PlanRequest plan = { .type = talk->type,
                         .prior = talk->object,
                         .configuration = configuration,
                         .written = configuration,
                         .proposed = schema_propose(schema_of(talk), talk->object, configuration,
                                                    &talk->arena) };
    PlanAnswer planned = aws_kind.plan(talk->provider, &plan, &talk->arena, &diags);

    if (diags.error_count > 0)
        TALK_FAIL(talk, "the plan failed: " TEXT_FMT, TEXT(diags.list.items[0].detail));
    aws_kind.apply(talk->provider, &request, talk->object, planned.planned, configuration);
}

static void recover(Talk *talk, Text yaml)
{
    ObjectRequest request = request_of(talk);
    Intent intent = { .configuration = configuration_of(talk, yaml), .time = SECONDS(1000) };

    aws_kind.recover(talk->provider, &request, &intent);
}

static void take_listed(Talk *talk, Text rest)
{
    TextList ids = { 0 };
    Text id;

    while (rest.length > 0) {
        text_cut(rest, TEXT_LIT(" "), &id, &rest);
        list_add(&talk->arena, &ids, id);
    }
    talk->listed = arena_new(&talk->arena, Intent);
    *talk->listed = (Intent){ .known_ids = ids.items, .known_id_count = ids.count };
}

static void begin(Talk *talk, Text verb, Text rest)
{
    ObjectRequest request;
    Value nothing = value_null(schema_of(talk)->type);

    talk->done = false;
    talk->begun_before = text_is(verb, "again");
    request = request_of(talk);
    if (text_is(verb, "create") || talk->begun_before)
        talk->object = nothing;
    if (text_is(verb, "create") || text_is(verb, "update") || talk->begun_before)
        change(talk, rest);
    else if (text_is(verb, "read"))
        aws_kind.read(talk->provider, &request, talk->object);
    else if (text_is(verb, "delete"))
        aws_kind.apply(talk->provider, &request, talk->object, nothing, nothing);
    else if (text_is(verb, "recover"))
        recover(talk, rest);
    else
        TALK_FAIL(talk, "\"" TEXT_FMT "\" is no word of a talk here", TEXT(verb));
    talk->listed = NULL;
    wait_for_end(talk);
}

/* --- what must have come of it ---------------------------------------------------------------- */

static void check_end(Talk *talk, Text how)
{
    bool gone = value_is_null(talk->object);
    bool right = text_is(how, "ok")       ? !talk->failed && !gone
                 : text_is(how, "gone")   ? !talk->failed && gone
                 : text_is(how, "failed") ? talk->failed && !talk->in_doubt
                                          : talk->failed && talk->in_doubt;

    if (!right)
        TALK_FAIL(talk, "it ended otherwise (%s%s%s): " TEXT_FMT, talk->failed ? "failed" : "ok",
                  gone ? ", no object" : "", talk->in_doubt ? ", in doubt" : "", TEXT(talk->said));
}

static void check_member(Talk *talk, Text rest)
{
    Text name, expected, got;
    Value value;

    text_cut(rest, TEXT_LIT(" "), &name, &expected);
    if (value_is_null(talk->object) || !value_member(talk->object, name, &value))
        TALK_FAIL(talk, "there is no " TEXT_FMT, TEXT(name));
    got = json_text(&talk->arena, value);
    if (!text_equal(got, expected))
        TALK_FAIL(talk, TEXT_FMT " is " TEXT_FMT, TEXT(name), TEXT(got));
}

static void run_talk(Talk *talk)
{
    Text line, word, rest;

    while (line = peek(talk), line.length > 0) {
        text_cut(line, TEXT_LIT(" "), &word, &rest);
        pass_line(talk);
        if (text_is(word, "type"))
            talk->type = rest;
        else if (text_is(word, "listed"))
            take_listed(talk, rest);
        else if (text_is(word, "end"))
            check_end(talk, rest);
        else if (text_is(word, "has"))
            check_member(talk, rest);
        else if (!text_is(word, "says"))
            begin(talk, word, rest);
        else if (text_find(talk->said, rest) == TEXT_NOT_FOUND)
            TALK_FAIL(talk, "it said: " TEXT_FMT, TEXT(talk->said));
    }
}

/* --- all talks -------------------------------------------------------------------------------- */

static void open_talk(Talk *talk, Text name)
{
    Diags diags = diags_make(&talk->arena);
    const Schema *schema = aws_kind.configuration_schema();
    Scope scope = { 0 };
    const Source *source;

    source = source_make(&talk->arena, TEXT_LIT("provider.yaml"),
                        TEXT_LIT("{region: us-east-1, access_key: a, secret_key: s}"));
    talk->name = name;
    assert_true(file_read(&talk->arena, file_join(&talk->arena, TEXT_LIT(FOLDER), name),
                          &talk->rest, RANGE_NONE, &diags));
    talk->loop = loop_open(&talk->arena);
    talk->exchange = exchange_open(&talk->arena, talk->loop, 10);
    exchange_set_transport(talk->exchange, answer, talk);
    talk->provider = aws_kind.configure(&talk->arena, talk->exchange,
                                        schema_decode(schema,
                                                      body_read_yaml(&talk->arena, source, &diags),
                                                      &scope, &talk->arena, &diags),
                                        NULL, &diags);
    assert_int_equal(diags.error_count, 0);
}

static void talks(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    TextList names = { 0 };

    (void)state;
    assert_true(file_list(&arena, TEXT_LIT(FOLDER), &names, RANGE_NONE, &diags));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        Talk talk = { 0 };

        open_talk(&talk, names.items[i]);
        run_talk(&talk);
        exchange_close(talk.exchange);
        loop_close(talk.loop);
        arena_free(&talk.arena);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(talks) };

    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    clock_set(SECONDS(2000));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
