/* layer: aws
 *
 * The exchange over a transport that answers by script, under a clock that stands still. With
 * "-identity" it asks AWS who we are, for tests/aws/gate.py.
 */
#include "pipectl/aws/exchange.h"
#include "pipectl/aws/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const Service sts = { .name = TEXT_INIT("sts"),
                             .protocol = PROTOCOL_QUERY,
                             .version = TEXT_INIT("2011-06-15") };

/* --- whom are we -------------------------------------------------------------------------- */

static bool print_identity(Exchange *exchange, Client *client, Arena *arena)
{
    AwsCall call = { .client = client, .arena = arena };
    Diags diags = diags_make(arena);
    Value members;
    Text why;

    protocol_request(arena, &sts, TEXT_LIT("GetCallerIdentity"), NULL,
                     value_object(arena, NULL, NULL, 0), &call, &why);
    if (!exchange_wait(exchange, &call, &diags)) {
        printf("error: " TEXT_FMT "\n", TEXT(diags.list.items[0].detail));
    } else if (!call.answer.status) {
        printf("failure after %d attempts: " TEXT_FMT "\n", call.attempts,
               TEXT(call.answer.failure));
    } else if (call.answer.status >= 300) {
        ErrorAnswer error = error_parse(arena, TEXT_LIT("query"), &call.answer);

        printf("refused: %d " TEXT_FMT ": " TEXT_FMT "\n", call.answer.status, TEXT(error.code),
               TEXT(error.message));
    } else if (protocol_answer(arena, &sts, call.operation, NULL, &call.answer, &members)) {
        printf(TEXT_FMT " " TEXT_FMT "\n", TEXT(value_get_text(members, "Account")),
               TEXT(value_get_text(members, "Arn")));
        return true;
    }
    return false;
}

/* [times] over, each but the first after a line of standard input. */
static int identity(int times)
{
    Arena arena = { 0 };
    Loop *loop = loop_open(&arena);
    Exchange *exchange = exchange_open(&arena, loop, 10);
    ClientSettings settings = { 0 };
    Client *client;
    bool ok = true;

    settings.region = region_find(&arena, TEXT_NONE, &settings.credentials);
    client = client_make(exchange, &settings);
    for (int i = 0; i < times; i++) {
        while (i > 0 && getchar() != '\n')
            ;
        ok &= print_identity(exchange, client, &arena);
        fflush(stdout);
    }
    exchange_close(exchange);
    loop_close(loop);
    arena_free(&arena);
    return ok ? 0 : 1;
}

/* --- a world without a network ------------------------------------------------------------- */

enum { SENT_MAX = 64, NOON = 1767355200 }; /* 2026-01-02T12:00:00Z */

static const Service kinesis = { .name = TEXT_INIT("kinesis"),
                                 .protocol = PROTOCOL_JSON,
                                 .version = TEXT_INIT("1.1"),
                                 .target = TEXT_INIT("Kinesis_20131202") };

typedef struct Step {
    int status; /* 0: the connection breaks */
    const char *body;
    const char *header, *value; /* one more header of the answer */
    bool unsent;                /* with status 0: there was no connection at all */
} Step;

typedef struct Sent {
    Nanoseconds at; /* since NOON */
    Text operation, host, path, authorization, date, token;
} Sent;

typedef struct World {
    Arena arena;
    Loop *loop;
    Exchange *exchange;
    ClientSettings settings;
    Client *client;
    Diags diags;
    const Step *steps; /* the last one repeats */
    size_t step_count, steps_done;
    Sent sent[SENT_MAX];
    size_t sent_count;
    int done_count, retry_count;
    Text order; /* of the calls' ends: their operations, joined */
} World;

static World world;

static void answer(void *user, const AwsCall *call, const Request *request, Arena *arena,
                   Answer *ret_answer)
{
    size_t last = world.step_count - 1, next = world.steps_done < last ? world.steps_done : last;
    const Step *step = &world.steps[next];

    (void)user;
    assert_true(world.sent_count < SENT_MAX);
    world.steps_done++;
    world.sent[world.sent_count++] = (Sent){
        .at = clock_monotonic() - SECONDS(NOON),
        .operation = call->operation,
        .host = request->host,
        .path = request->path,
        .authorization = text_copy(&world.arena, header_find(&request->headers, "Authorization")),
        .date = text_copy(&world.arena, header_find(&request->headers, "X-Amz-Date")),
        .token = text_copy(&world.arena, header_find(&request->headers, "X-Amz-Security-Token")),
    };
    ret_answer->status = step->status;
    ret_answer->body = text_of(step->body);
    if (step->header)
        list_add(arena, &ret_answer->headers,
                 (Header){ text_of(step->header), text_of(step->value) });
    if (!step->status) {
        ret_answer->failure = TEXT_LIT("the connection broke");
        ret_answer->sent = !step->unsent;
    }
}

static int open_world(void **state)
{
    static const char *const variables[] = { "AWS_PROFILE",
                                             "AWS_DEFAULT_PROFILE",
                                             "AWS_SESSION_TOKEN",
                                             "AWS_ENDPOINT_URL",
                                             "AWS_ENDPOINT_URL_KINESIS",
                                             "AWS_ENDPOINT_URL_STS",
                                             "AWS_REGION",
                                             "AWS_DEFAULT_REGION",
                                             "AWS_SHARED_CREDENTIALS_FILE",
                                             "AWS_CONFIG_FILE",
                                             "AWS_EC2_METADATA_DISABLED",
                                             "AWS_WEB_IDENTITY_TOKEN_FILE",
                                             "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" };

    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    setenv("HOME", "/nowhere", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKBASE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    clock_set(SECONDS(NOON));
    world = (World){ .order = TEXT_LIT("") };
    world.loop = loop_open(&world.arena);
    world.exchange = exchange_open(&world.arena, world.loop, 10);
    world.settings.region = TEXT_LIT("eu-west-1");
    world.diags = diags_make(&world.arena);
    exchange_set_transport(world.exchange, answer, NULL);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    exchange_close(world.exchange);
    loop_close(world.loop);
    arena_free(&world.arena);
    clock_set(0);
    return 0;
}

static void on_done(AwsCall *call)
{
    world.done_count++;
    world.order =
        text_format(&world.arena, TEXT_FMT TEXT_FMT " ", TEXT(world.order), TEXT(call->operation));
}

static void on_retry(AwsCall *call, const ErrorAnswer *error, Nanoseconds wait)
{
    (void)call, (void)error;
    assert_true(wait > 0);
    world.retry_count++;
}

static AwsCall *make_call(const char *operation)
{
    AwsCall *call = arena_new(&world.arena, AwsCall);
    Text why;

    if (!world.client)
        world.client = client_make(world.exchange, &world.settings);
    call->client = world.client;
    call->arena = &world.arena;
    call->done = on_done;
    call->on_retry = on_retry;
    assert_true(protocol_request(&world.arena, &kinesis, text_of(operation), NULL,
                                 value_object(&world.arena, NULL, NULL, 0), call, &why));
    return call;
}

static void use_steps(const Step *steps, size_t count)
{
    world.steps = steps;
    world.step_count = count;
}

#define USE_STEPS(...)                                                                             \
    do {                                                                                           \
        static const Step steps_[] = { __VA_ARGS__ };                                              \
        use_steps(steps_, sizeof steps_ / sizeof *steps_);                                         \
    } while (0)

static void send(AwsCall *call)
{
    assert_true(exchange_send(world.exchange, call, &world.diags));
}

static void run(void)
{
    while (loop_run_once(world.loop))
        ;
}

/* --- one call ------------------------------------------------------------------------------ */

static void a_call_is_signed_addressed_and_answered(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 200, .body = "{\"StreamNames\":[]}" });
    send(call);
    assert_int_equal(world.done_count, 0); /* done comes from the loop only */
    run();
    assert_int_equal(world.done_count, 1);
    assert_int_equal(call->answer.status, 200);
    assert_int_equal(call->attempts, 1);
    assert_false(call->any_attempt_sent);
    assert_true(call->first_sent == SECONDS(NOON));
    assert_true(text_is(world.sent[0].host, "kinesis.eu-west-1.amazonaws.com"));
    assert_true(text_is(world.sent[0].date, "20260102T120000Z"));
    assert_true(text_starts_with(
        world.sent[0].authorization,
        TEXT_LIT("AWS4-HMAC-SHA256 Credential=AKBASE/20260102/eu-west-1/kinesis/aws4_request, "
                 "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=")));
}

static void failures_of_the_service_are_retried(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 500 }, { .status = 503, .body = "<html>" }, { .status = 200 });
    send(call);
    run();
    assert_int_equal(call->answer.status, 200);
    assert_int_equal(call->attempts, 3);
    assert_int_equal(world.retry_count, 2);
    assert_true(call->any_attempt_sent);
    assert_in_range(world.sent[1].at, MILLISECONDS(30), MILLISECONDS(60));
    assert_in_range(world.sent[2].at - world.sent[1].at, MILLISECONDS(60), MILLISECONDS(120));
}

static void throttling_waits_longer_and_proves_nothing_was_done(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 400,
                .body = "{\"__type\":\"LimitExceededException\",\"message\":\"Rate exceeded\"}" },
              { .status = 200 });
    send(call);
    run();
    assert_int_equal(call->attempts, 2);
    assert_false(call->any_attempt_sent);
    assert_in_range(world.sent[1].at, MILLISECONDS(500), MILLISECONDS(1000));
}

static void the_server_may_ask_for_a_longer_wait(void **state)
{
    (void)state;
    USE_STEPS({ .status = 429, .header = "Retry-After", .value = "7" }, { .status = 200 });
    send(make_call("ListStreams"));
    run();
    assert_in_range(world.sent[1].at, SECONDS(7), SECONDS(7) + MILLISECONDS(1));
}

static void mistakes_are_not_retried(void **state)
{
    AwsCall *call = make_call("CreateStream");

    (void)state;
    USE_STEPS({ .status = 400, .body = "{\"__type\":\"ResourceInUseException\"}" });
    send(call);
    run();
    assert_int_equal(call->attempts, 1);
    assert_int_equal(call->answer.status, 400);
}

static void attempts_are_bounded(void **state)
{
    AwsCall *call;

    (void)state;
    world.settings.max_attempts = 3;
    call = make_call("ListStreams");
    USE_STEPS({ .status = 503 });
    send(call);
    run();
    assert_int_equal(call->attempts, 3);
    assert_int_equal(call->answer.status, 503);
}

static void a_closed_port_is_not_knocked_at_for_long(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .unsent = true });
    send(call);
    run();
    assert_int_equal(call->attempts, 6);
    assert_false(call->any_attempt_sent);
    assert_false(call->answer.sent);
    assert_in_range(world.sent[5].at, 0, SECONDS(3));
    assert_true(text_is(call->answer.failure, "the connection broke"));
}

static void a_lost_answer_is_remembered(void **state)
{
    AwsCall *call = make_call("CreateStream");

    (void)state;
    USE_STEPS({ .status = 0 },
              { .status = 400, .body = "{\"__type\":\"ResourceInUseException\"}" });
    send(call);
    run();
    assert_int_equal(call->attempts, 2);
    assert_true(call->any_attempt_sent);
}

static void what_must_be_sent_once_is_sent_once(void **state)
{
    static const Step lost[] = { { .status = 0 } }, failed[] = { { .status = 502 } };
    const Step *const cases[] = { lost, failed };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        AwsCall *call = make_call("CreateRestApi");

        use_steps(cases[i], 1);
        call->send_once = true;
        send(call);
        run();
        assert_int_equal(call->attempts, 1);
        assert_true(call->answer.sent);
    }
}

static void what_was_not_sent_may_be_sent_again(void **state)
{
    AwsCall *call = make_call("CreateRestApi");

    (void)state;
    USE_STEPS({ .unsent = true }, { .status = 429 }, { .status = 201 });
    call->send_once = true;
    send(call);
    run();
    assert_int_equal(call->attempts, 3);
    assert_int_equal(call->answer.status, 201);
}

static void a_garbled_success_is_a_broken_connection(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 200, .body = "{\"StreamNa" }, { .status = 200, .body = "{}" });
    send(call);
    run();
    assert_int_equal(call->attempts, 2);
    assert_true(text_is(call->answer.body, "{}"));
}

static void a_refusal_that_cannot_be_read_is_asked_again(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 404, .body = "<html>?" }, { .status = 200, .body = "{}" });
    send(call);
    run();
    assert_int_equal(call->attempts, 2);
    assert_int_equal(call->answer.status, 200);
}

static bool retry_in_use(AwsCall *call, const ErrorAnswer *error)
{
    (void)call;
    return text_is(error->code, "ResourceInUseException");
}

static void a_call_may_know_further_errors_until_its_deadline(void **state)
{
    AwsCall *call = make_call("DeleteStream");

    (void)state;
    USE_STEPS({ .status = 400, .body = "{\"__type\":\"ResourceInUseException\"}" });
    call->retry = retry_in_use;
    call->deadline = clock_monotonic() + SECONDS(120);
    send(call);
    run();
    assert_true(call->attempts > 25); /* the limit of attempts is not for these */
    assert_true(world.sent[world.sent_count - 1].at == SECONDS(120));
}

static void without_a_deadline_attempts_are_bounded_all_the_same(void **state)
{
    AwsCall *call = make_call("DeleteStream");

    (void)state;
    USE_STEPS({ .status = 400, .body = "{\"__type\":\"ResourceInUseException\"}" });
    call->retry = retry_in_use;
    send(call);
    run();
    assert_int_equal(call->attempts, 25);
}

/* --- the clock and the keys ---------------------------------------------------------------- */

static void a_wrong_clock_is_corrected_by_the_answer(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS(
        { .status = 400,
          .body = "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired\"}",
          .header = "Date",
          .value = "Fri, 02 Jan 2026 13:00:00 GMT" },
        { .status = 200 });
    send(call);
    run();
    assert_int_equal(call->attempts, 2);
    assert_true(text_starts_with(world.sent[1].date, TEXT_LIT("20260102T1300")));
}

static void a_wrong_key_is_not_a_wrong_clock(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 400,
                .body = "{\"__type\":\"InvalidSignatureException\"}",
                .header = "Date",
                .value = "Fri, 02 Jan 2026 12:00:02 GMT" });
    send(call);
    run();
    assert_int_equal(call->attempts, 1);
}

static void expired_keys_are_looked_for_once_more(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}" });
    send(call);
    setenv("AWS_ACCESS_KEY_ID", "AKNEW", 1);
    run();
    assert_int_equal(call->attempts, 2);
    assert_true(text_find(world.sent[1].authorization, TEXT_LIT("AKNEW")) != TEXT_NOT_FOUND);
    assert_int_equal(world.done_count, 1);
}

static const AssumedRole deploy = { .arn = TEXT_INIT("arn:aws:iam::123456789012:role/deploy") };

static const char assumed[] =
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASROLE</AccessKeyId>"
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>tok</SessionToken>"
    "<Expiration>2026-01-02T13:00:00Z</Expiration></Credentials></AssumeRoleResult></"
    "AssumeRoleResponse>";

static void a_role_is_taken_on_before_the_first_call(void **state)
{
    (void)state;
    world.settings.roles = &deploy;
    USE_STEPS({ .status = 200, .body = assumed }, { .status = 200 });
    send(make_call("ListStreams"));
    send(make_call("ListStreams"));
    run();
    assert_int_equal(world.sent_count, 3);
    assert_true(text_is(world.sent[0].operation, "AssumeRole"));
    assert_true(text_is(world.sent[0].host, "sts.eu-west-1.amazonaws.com"));
    assert_true(text_find(world.sent[0].authorization, TEXT_LIT("AKBASE")) != TEXT_NOT_FOUND);
    assert_true(text_find(world.sent[1].authorization, TEXT_LIT("ASROLE")) != TEXT_NOT_FOUND);
    assert_true(text_is(world.sent[2].token, "tok"));
    assert_int_equal(world.done_count, 2);
}

static void keys_of_a_role_are_renewed_in_time(void **state)
{
    (void)state;
    world.settings.roles = &deploy;
    USE_STEPS({ .status = 200, .body = assumed }, { .status = 200, .body = "{}" },
              { .status = 200, .body = assumed }, { .status = 200 });
    send(make_call("ListStreams"));
    run();
    clock_set(SECONDS(NOON) + SECONDS(3400));
    send(make_call("ListStreams"));
    run();
    assert_true(text_is(world.sent[2].operation, "AssumeRole"));
    assert_int_equal(world.sent_count, 4);
    assert_int_equal(world.done_count, 2);
}

static void a_role_that_is_refused_ends_the_calls(void **state)
{
    AwsCall *call;

    (void)state;
    world.settings.roles = &deploy;
    call = make_call("ListStreams");
    USE_STEPS({ .status = 403,
                .body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></"
                        "Error></ErrorResponse>" });
    send(call);
    run();
    assert_int_equal(world.done_count, 1);
    assert_int_equal(call->answer.status, 0);
    assert_false(call->answer.sent);
    assert_true(text_is(
        call->answer.failure,
        "The role arn:aws:iam::123456789012:role/deploy could not be assumed: AccessDenied: no "
        "(asked with the keys of environment variables)"));
}

/* Metadata of an instance: a token, the role's name, keys for an hour; then what is asked of AWS.
 */
#define INSTANCE_STEPS                                                                             \
    { .status = 200, .body = "token" }, { .status = 200, .body = "role\n" },                       \
    {                                                                                              \
        .status = 200,                                                                             \
        .body = "{\"Code\":\"Success\",\"AccessKeyId\":\"ASINSTANCE\",\"SecretAccessKey\":"        \
                "\"s\",\"Token\":\"t\",\"Expiration\":\"2026-01-02T13:00:00Z\"}"                   \
    }

static void be_an_instance(void)
{
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_EC2_METADATA_DISABLED");
}

static void keys_of_an_instance_are_fetched_once(void **state)
{
    Client *other;
    AwsCall *call;

    (void)state;
    be_an_instance();
    USE_STEPS(INSTANCE_STEPS, { .status = 200 });
    send(make_call("ListStreams"));
    call = make_call("ListStreams");
    other = client_make(world.exchange, &world.settings);
    call->client = other;
    send(call);
    run();
    assert_int_equal(world.sent_count, 5);
    assert_true(text_is(world.sent[0].path, "/latest/api/token"));
    assert_true(text_is(world.sent[0].host, "169.254.169.254"));
    assert_int_equal(world.sent[0].authorization.length, 0);
    assert_true(text_is(world.sent[2].path, "/latest/meta-data/iam/security-credentials/role"));
    assert_true(text_find(world.sent[3].authorization, TEXT_LIT("ASINSTANCE")) != TEXT_NOT_FOUND);
    assert_true(text_is(client_credentials(other)->source, "instance metadata"));
    assert_int_equal(world.done_count, 2);
}

static void a_renewal_that_fails_leaves_the_old_keys(void **state)
{
    (void)state;
    be_an_instance();
    USE_STEPS(INSTANCE_STEPS, { .status = 200 }, { .status = 0, .unsent = true }, { .status = 200 },
              { .status = 200 }, { .status = 0, .unsent = true }, { .status = 200 });
    send(make_call("ListStreams"));
    run();
    clock_set(SECONDS(NOON) + SECONDS(3400)); /* in the window: the metadata do not answer */
    send(make_call("ListStreams"));
    run();
    assert_int_equal(world.sent_count, 6);
    assert_true(text_find(world.sent[5].authorization, TEXT_LIT("ASINSTANCE")) != TEXT_NOT_FOUND);
    send(make_call("ListStreams")); /* they are not asked again at once */
    run();
    assert_int_equal(world.sent_count, 7);
    clock_set(SECONDS(NOON) + SECONDS(3700)); /* beyond the end of the keys */
    send(make_call("ListStreams"));
    run();
    assert_int_equal(world.sent_count, 9);
    assert_true(text_is(world.sent[7].path, "/latest/api/token"));
    assert_int_equal(world.done_count, 4);
}

/* AWS calls the keys expired, which no outage excuses. */
static void keys_that_are_refused_are_not_kept(void **state)
{
    AwsCall *call;

    (void)state;
    be_an_instance();
    call = make_call("ListStreams");
    USE_STEPS(INSTANCE_STEPS, { .status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}" },
              { .status = 0, .unsent = true });
    send(call);
    run();
    assert_int_equal(world.done_count, 1);
    assert_true(text_is(call->answer.failure_summary, "No AWS credentials"));
    assert_true(text_find(call->answer.failure,
                          TEXT_LIT("instance metadata: the connection broke")) != TEXT_NOT_FOUND);
}

static void a_token_of_the_metadata_that_has_run_out(void **state)
{
    (void)state;
    be_an_instance();
    USE_STEPS({ .status = 200, .body = "old" }, { .status = 401 }, INSTANCE_STEPS,
              { .status = 200 });
    send(make_call("ListStreams"));
    run();
    assert_int_equal(world.sent_count, 6);
    assert_int_equal(world.done_count, 1);
}

static void without_keys_nothing_is_sent(void **state)
{
    (void)state;
    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    USE_STEPS({ .status = 200 });
    assert_false(exchange_send(world.exchange, make_call("ListStreams"), &world.diags));
    assert_true(text_is(world.diags.list.items[0].summary, "No AWS credentials"));
    assert_int_equal(world.sent_count, 0);
}

static void without_a_region_nothing_is_sent(void **state)
{
    (void)state;
    world.settings.region = TEXT_NONE;
    USE_STEPS({ .status = 200 });
    assert_false(exchange_send(world.exchange, make_call("ListStreams"), &world.diags));
    assert_true(text_is(world.diags.list.items[0].summary, "No AWS region"));
}

/* --- many calls ---------------------------------------------------------------------------- */

static void calls_of_one_lane_keep_their_order(void **state)
{
    static const char *const names[] = { "A", "B", "C" };

    (void)state;
    USE_STEPS({ .status = 503 }, { .status = 200 });
    for (size_t i = 0; i < 3; i++) {
        AwsCall *call = make_call(names[i]);

        call->lane = TEXT_LIT("api-1");
        send(call);
    }
    run();
    assert_true(text_is(world.order, "A B C "));
    assert_int_equal(world.sent_count, 4); /* A was tried twice, and nobody passed it */
    assert_true(text_is(world.sent[1].operation, "A"));
}

static void other_lanes_do_not_wait(void **state)
{
    AwsCall *first = make_call("A"), *second = make_call("B");

    (void)state;
    USE_STEPS({ .status = 503 }, { .status = 200 });
    first->lane = TEXT_LIT("api-1");
    second->lane = TEXT_LIT("api-2");
    send(first);
    send(second);
    run();
    assert_true(text_is(world.order, "B A "));
}

static void rates_are_kept(void **state)
{
    (void)state;
    USE_STEPS({ .status = 200 });
    for (size_t i = 0; i < 3; i++) {
        AwsCall *call = make_call("CreateRestApi");

        call->rate = 1.0 / 3;
        call->rate_key = TEXT_LIT("apigateway CreateRestApi");
        send(call);
    }
    send(make_call("Other"));
    run();
    assert_int_equal(world.sent[1].at, 0); /* Other goes at once */
    assert_in_range(world.sent[2].at, SECONDS(3), SECONDS(3) + MILLISECONDS(1));
    assert_in_range(world.sent[3].at, SECONDS(6), SECONDS(6) + MILLISECONDS(1));
}

static void a_burst_is_one_second_of_the_rate(void **state)
{
    (void)state;
    USE_STEPS({ .status = 200 });
    for (size_t i = 0; i < 7; i++) {
        AwsCall *call = make_call("Describe");

        call->rate = 5;
        call->rate_key = TEXT_LIT("kinesis *");
        send(call);
    }
    run();
    assert_int_equal(world.sent[4].at, 0);
    assert_in_range(world.sent[5].at, MILLISECONDS(200), MILLISECONDS(201));
    assert_in_range(world.sent[6].at, MILLISECONDS(400), MILLISECONDS(402));
}

static size_t most_on_wire(size_t calls)
{
    for (size_t i = 0; i < calls; i++)
        send(make_call("ListStreams"));
    return world.sent_count; /* sent, and none answered: answers come from the loop */
}

static void parallelism_bounds_the_calls_in_flight(void **state)
{
    (void)state;
    USE_STEPS({ .status = 200 });
    assert_int_equal(most_on_wire(30), 10);
    run();
    assert_int_equal(world.done_count, 30);
}

static void who_waits_for_a_retry_holds_no_place(void **state)
{
    (void)state;
    USE_STEPS({ .status = 503 }, { .status = 503 }, { .status = 503 }, { .status = 503 },
              { .status = 503 }, { .status = 503 }, { .status = 503 }, { .status = 503 },
              { .status = 503 }, { .status = 503 }, { .status = 200 });
    most_on_wire(11);
    run();
    assert_int_equal(world.sent[10].at, 0); /* the eleventh went while ten waited */
    assert_int_equal(world.done_count, 11);
}

/* --- the end of a run ---------------------------------------------------------------------- */

static void winding_down_ends_waits_with_the_last_answer(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 503 });
    send(call);
    while (!world.retry_count)
        loop_run_once(world.loop);
    exchange_wind_down(world.exchange);
    assert_int_equal(world.done_count, 0);
    run();
    assert_int_equal(world.done_count, 1);
    assert_int_equal(call->answer.status, 503);
    assert_int_equal(world.sent_count, 1);
}

static void winding_down_lets_what_is_in_flight_come_home(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 503 });
    send(call);
    exchange_wind_down(world.exchange);
    run();
    assert_int_equal(world.done_count, 1);
    assert_int_equal(world.retry_count, 0); /* and is not sent again */
    assert_int_equal(call->answer.status, 503);
}

static void a_cut_ends_all_calls_in_flight_in_the_queue_and_later(void **state)
{
    AwsCall *late;

    (void)state;
    USE_STEPS({ .status = 200 });
    most_on_wire(15); /* ten are in flight, five wait */
    exchange_cut_short(world.exchange);
    late = make_call("ListStreams");
    send(late);
    assert_int_equal(world.done_count, 0); /* from the loop, not from in here */
    run();
    assert_int_equal(world.done_count, 16);
    assert_int_equal(world.sent_count, 10);
    assert_int_equal(late->answer.status, 0);
    assert_true(text_is(late->answer.failure, "interrupted"));
}

static void an_abort_calls_nobody(void **state)
{
    (void)state;
    USE_STEPS({ .status = 503 });
    most_on_wire(15);
    loop_run_once(world.loop);
    exchange_abort(world.exchange);
    run();
    assert_int_equal(world.done_count, 0);
}

static void waiting_for_one_call_runs_the_loop(void **state)
{
    AwsCall *call = make_call("ListStreams");

    (void)state;
    USE_STEPS({ .status = 503 }, { .status = 200 });
    assert_true(exchange_wait(world.exchange, call, &world.diags));
    assert_int_equal(call->answer.status, 200);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_call_is_signed_addressed_and_answered),
        IN_WORLD(failures_of_the_service_are_retried),
        IN_WORLD(throttling_waits_longer_and_proves_nothing_was_done),
        IN_WORLD(the_server_may_ask_for_a_longer_wait),
        IN_WORLD(mistakes_are_not_retried),
        IN_WORLD(attempts_are_bounded),
        IN_WORLD(a_closed_port_is_not_knocked_at_for_long),
        IN_WORLD(a_lost_answer_is_remembered),
        IN_WORLD(what_must_be_sent_once_is_sent_once),
        IN_WORLD(what_was_not_sent_may_be_sent_again),
        IN_WORLD(a_garbled_success_is_a_broken_connection),
        IN_WORLD(a_refusal_that_cannot_be_read_is_asked_again),
        IN_WORLD(a_call_may_know_further_errors_until_its_deadline),
        IN_WORLD(without_a_deadline_attempts_are_bounded_all_the_same),
        IN_WORLD(a_wrong_clock_is_corrected_by_the_answer),
        IN_WORLD(a_wrong_key_is_not_a_wrong_clock),
        IN_WORLD(expired_keys_are_looked_for_once_more),
        IN_WORLD(a_role_is_taken_on_before_the_first_call),
        IN_WORLD(keys_of_a_role_are_renewed_in_time),
        IN_WORLD(a_role_that_is_refused_ends_the_calls),
        IN_WORLD(keys_of_an_instance_are_fetched_once),
        IN_WORLD(a_renewal_that_fails_leaves_the_old_keys),
        IN_WORLD(keys_that_are_refused_are_not_kept),
        IN_WORLD(a_token_of_the_metadata_that_has_run_out),
        IN_WORLD(without_keys_nothing_is_sent),
        IN_WORLD(without_a_region_nothing_is_sent),
        IN_WORLD(calls_of_one_lane_keep_their_order),
        IN_WORLD(other_lanes_do_not_wait),
        IN_WORLD(rates_are_kept),
        IN_WORLD(a_burst_is_one_second_of_the_rate),
        IN_WORLD(parallelism_bounds_the_calls_in_flight),
        IN_WORLD(who_waits_for_a_retry_holds_no_place),
        IN_WORLD(winding_down_ends_waits_with_the_last_answer),
        IN_WORLD(winding_down_lets_what_is_in_flight_come_home),
        IN_WORLD(a_cut_ends_all_calls_in_flight_in_the_queue_and_later),
        IN_WORLD(an_abort_calls_nobody),
        IN_WORLD(waiting_for_one_call_runs_the_loop),
    };

    if (count > 1 && strcmp(arguments[1], "-identity") == 0)
        return identity(count > 2 ? atoi(arguments[2]) : 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
