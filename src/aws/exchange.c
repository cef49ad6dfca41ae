/*
 * exchange.c: a call's way from exchange_send to done.
 *
 *   exchange_send -> [wait for keys] -> queue -> sign and send -> answer -> done
 *                                         ^                        |
 *                                         +---- wait for a retry --+
 *
 * Each step is a function that ends by handing the flight on; none waits.
 */
#include "call_log.h"
#include "flight.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

enum { DEFAULT_ATTEMPTS = 25 };

static const Nanoseconds shortest_wait = MILLISECONDS(10);

/* A clock that is wrong by less than this is left alone: AWS allows five minutes, S3 fifteen. */
static const Nanoseconds skew_ignored = SECONDS(60);

static const Text interrupted = TEXT_INIT("interrupted");

static void pump(Exchange *exchange);

/* --- the end of a flight -------------------------------------------------------------------- */

static void unlink_flight(Flight *flight)
{
    Exchange *exchange = flight->exchange;

    if (flight->next)
        flight->next->previous = flight->previous;
    if (flight->previous)
        flight->previous->next = flight->next;
    else
        exchange->flights = flight->next;
}

/* The flight's memory belongs to the call and may be gone when done returns. */
static void finish(Flight *flight)
{
    Exchange *exchange = flight->exchange;
    AwsCall *call = flight->call;

    queue_end(&exchange->queue, &flight->entry);
    unlink_flight(flight);
    call->done(call);
    pump(exchange);
}

static void on_failed(void *user)
{
    Flight *flight = user;

    flight->timer = NULL;
    finish(flight);
}

void flight_fail(Flight *flight, Text summary, Text failure)
{
    flight->call->answer = (Answer){ .failure = failure, .failure_summary = summary };
    flight->timer = loop_timer(flight->exchange->loop, clock_monotonic(), on_failed, flight);
}

/* --- the clock ------------------------------------------------------------------------------ */

static Nanoseconds distance(Nanoseconds a, Nanoseconds b)
{
    return a > b ? a - b : b - a;
}

/* Of AWS alone: what stands beside us has our clock, or a wrong one. */
static void learn_clock(Exchange *exchange, const AwsCall *call)
{
    const Answer *answer = &call->answer;
    Nanoseconds date;

    if (!call->addressed && clock_parse_http(header_find(&answer->headers, "Date"), &date))
        exchange->skew = date - clock_now();
}

/* --- retries -------------------------------------------------------------------------------- */

/* An answer that was lost, or a failure inside AWS, may stand for a change that was made. */
static bool may_have_had_effect(HttpEnd end, const Answer *answer, RetryKind kind)
{
    if (end != HTTP_ANSWERED)
        return answer->sent;
    return answer->status >= 500 && kind != RETRY_THROTTLED;
}

/* S3 may notice only after "200 OK" that it cannot do it: the document is then an <Error>. */
static bool is_error_document(Text body)
{
    Text prolog, rest = text_trim(body);

    if (text_starts_with(rest, TEXT_LIT("<?xml")))
        text_cut(rest, TEXT_LIT("?>"), &prolog, &rest);
    return text_starts_with(text_trim(rest), TEXT_LIT("<Error>"));
}

static bool is_failure(const AwsCall *call)
{
    return call->answer.status >= 300 ||
           (text_is(call->service, "s3") && is_error_document(call->answer.body));
}

/* What is to be done about the answer. [ret_error] is what went wrong, for callbacks. */
static RetryKind judge(Flight *flight, HttpEnd *end, ErrorAnswer *ret_error)
{
    AwsCall *call = flight->call;
    Answer *answer = &call->answer;
    Nanoseconds corrected = distance(flight->exchange->skew, flight->skew);
    RetryKind kind;

    *ret_error = (ErrorAnswer){ .message = answer->failure };
    if (*end == HTTP_ANSWERED && !is_failure(call)) {
        if (!call->check || call->check(call))
            return RETRY_NEVER;
        *end = HTTP_BROKEN;
        *answer = (Answer){
            .sent = true,
            .failure = text_format(call->arena, TEXT_FMT ": the answer to " TEXT_FMT " is garbled",
                                   TEXT(flight->request.host), TEXT(call->operation)),
        };
        *ret_error = (ErrorAnswer){ .message = answer->failure };
    }
    if (*end != HTTP_ANSWERED)
        return retry_of_end(*end, call->attempts);
    *ret_error = error_parse(call->arena, TEXT_NONE, answer);
    kind = retry_of_answer(answer->status, ret_error, call->attempts);
    if (kind == RETRY_NEVER && error_is_clock(ret_error) && corrected > skew_ignored)
        kind = RETRY_TRANSIENT;
    if (kind == RETRY_NEVER && call->retry && call->retry(call, ret_error))
        kind = RETRY_UNSEEN;
    return kind;
}

static Nanoseconds wait_before_retry(Flight *flight, RetryKind kind)
{
    Nanoseconds aws_now = clock_now() + flight->exchange->skew;
    Nanoseconds asked = retry_after(&flight->call->answer.headers, aws_now), wait;
    Nanoseconds left = flight->call->deadline - clock_monotonic();

    flight->seed = flight->seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
    wait = retry_delay(kind, flight->call->attempts, flight->seed);
    if (asked > wait)
        return asked;
    /* The last attempt is at the deadline, not up to one wait before it. */
    return flight->call->deadline && wait > left && left > shortest_wait ? left : wait;
}

static int64_t most_attempts(const AwsCall *call)
{
    int64_t of_client = call->client->settings.max_attempts;

    return call->max_attempts ? call->max_attempts : of_client ? of_client : DEFAULT_ATTEMPTS;
}

static bool may_retry(const Flight *flight, RetryKind kind, Nanoseconds wait)
{
    const AwsCall *call = flight->call;

    if (kind == RETRY_NEVER || flight->exchange->winding_down)
        return false;
    /* What a call's own rules say goes on for as long as they say. */
    if ((kind != RETRY_UNSEEN || !call->deadline) && call->attempts >= most_attempts(call))
        return false;
    return !call->deadline || clock_monotonic() + wait <= call->deadline;
}

static void on_retry_time(void *user)
{
    Flight *flight = user;
    Exchange *exchange = flight->exchange;

    flight->timer = NULL;
    if (exchange->winding_down) {
        finish(flight);
        return;
    }
    queue_put_back(&exchange->queue, &flight->entry);
    pump(exchange);
}

static void wait_for_retry(Flight *flight, RetryKind kind, const ErrorAnswer *error,
                           Nanoseconds wait)
{
    Exchange *exchange = flight->exchange;
    Nanoseconds until = clock_monotonic() + wait;

    if (flight->call->on_retry)
        flight->call->on_retry(flight->call, error, wait);
    if (kind == RETRY_THROTTLED)
        queue_slow_down(&flight->entry, until);
    queue_leave_wire(&exchange->queue, &flight->entry);
    flight->timer = loop_timer(exchange->loop, until, on_retry_time, flight);
    pump(exchange); /* its place is free */
}

/* Other keys may have been issued since; once in a call is enough. */
static bool fetch_new_keys(Flight *flight, const ErrorAnswer *error)
{
    if (!error_is_expired(error) || flight->asked_for_new_keys || flight->credentials ||
        flight->call->unsigned_call)
        return false;
    flight->asked_for_new_keys = true;
    client_drop_keys(flight->call->client, flight->access_key);
    queue_leave_wire(&flight->exchange->queue, &flight->entry);
    client_await_keys(flight->call->client, flight);
    return true;
}

static void on_end(void *user, HttpEnd end)
{
    Flight *flight = user;
    AwsCall *call = flight->call;
    ErrorAnswer error;
    RetryKind kind;
    Nanoseconds wait;

    flight->transfer = NULL;
    learn_clock(flight->exchange, call);
    kind = judge(flight, &end, &error);
    call_log_end(flight, end, &error);
    if (kind == RETRY_NEVER && end == HTTP_ANSWERED && fetch_new_keys(flight, &error))
        return;
    if (may_have_had_effect(end, &call->answer, kind) && call->send_once)
        kind = RETRY_NEVER;
    wait = kind == RETRY_NEVER ? 0 : wait_before_retry(flight, kind);
    if (!may_retry(flight, kind, wait)) {
        finish(flight);
        return;
    }
    call->any_attempt_sent |= may_have_had_effect(end, &call->answer, kind);
    call_log_retry(flight, wait);
    wait_for_retry(flight, kind, &error, wait);
}

/* --- one attempt ---------------------------------------------------------------------------- */

static Text user_agent(Arena *arena)
{
    const char *more = getenv("TF_APPEND_USER_AGENT");

    return text_format(arena, "pipectl/%s%s%s", PIPECTL_VERSION, more && *more ? " " : "",
                       more ? more : "");
}

static void add_header(Arena *arena, Request *request, Text name, Text value)
{
    list_add(arena, &request->headers, (Header){ name, value });
}

/* The request with its address, ready to be signed. The call's own stays as it is. */
static Request address_request(Flight *flight)
{
    AwsCall *call = flight->call;
    Request request = call->request;
    Text path = request.path.length ? request.path : TEXT_LIT("/");
    const Endpoint *endpoint = &flight->endpoint;

    request.scheme = endpoint->scheme;
    request.host = endpoint->host;
    /* A bucket by itself is "/bucket", not "/bucket/". */
    request.path = endpoint->path.length && text_is(path, "/")
                       ? endpoint->path
                       : text_concat(call->arena, endpoint->path, path);
    request.headers.capacity = request.headers.count; /* additions go to a copy */
    request.http = &call->client->settings.http;
    return request;
}

static void sign_attempt(Flight *flight, Nanoseconds now)
{
    AwsCall *call = flight->call;
    bool is_s3 = text_is(call->service, "s3");
    const Credentials *credentials =
        flight->credentials ? flight->credentials : &call->client->credentials;
    SigningScope scope = { flight->endpoint.region, flight->endpoint.signing_name, now };
    SigningRules rules = { .path_once = is_s3, .payload_header = is_s3 };

    flight->access_key = credentials->access_key;
    if (!call->unsigned_call)
        sign_request(call->arena, &flight->request, credentials, &scope, &rules);
}

static void on_test_answer(void *user)
{
    Flight *flight = user;

    flight->timer = NULL;
    on_end(flight, flight->end);
}

static void transmit(Flight *flight)
{
    Exchange *exchange = flight->exchange;
    AwsCall *call = flight->call;

    if (!exchange->transport) {
        flight->transfer =
            http_send(exchange->http, call->arena, &flight->request, &call->answer, on_end, flight);
        return;
    }
    call->answer = (Answer){ .sent = true };
    exchange->transport(exchange->transport_user, call, &flight->request, call->arena,
                        &call->answer);
    flight->end = call->answer.status ? HTTP_ANSWERED
                  : call->answer.sent ? HTTP_BROKEN
                                      : HTTP_UNREACHABLE;
    flight->timer = loop_timer(exchange->loop, clock_monotonic(), on_test_answer, flight);
}

static void start_attempt(Flight *flight)
{
    AwsCall *call = flight->call;
    Exchange *exchange = flight->exchange;
    Nanoseconds now = clock_now();

    call->attempts++;
    if (call->attempts == 1)
        call->first_sent = (now + exchange->skew) / SECONDS(1) * SECONDS(1);
    flight->skew = distance(exchange->skew, 0) > skew_ignored ? exchange->skew : 0;
    flight->request = address_request(flight);
    sign_attempt(flight, now + flight->skew);
    add_header(call->arena, &flight->request, TEXT_LIT("User-Agent"), user_agent(call->arena));
    add_header(call->arena, &flight->request, TEXT_LIT("amz-sdk-invocation-id"),
               flight->invocation);
    add_header(call->arena, &flight->request, TEXT_LIT("amz-sdk-request"),
               text_format(call->arena, "attempt=%d; max=%lld", call->attempts,
                           (long long)most_attempts(call)));
    flight->began = clock_monotonic();
    call_log_attempt(flight);
    transmit(flight);
}

/* --- the queue ------------------------------------------------------------------------------ */

static void on_queue_time(void *user)
{
    Exchange *exchange = user;

    exchange->timer = NULL;
    pump(exchange);
}

static void pump(Exchange *exchange)
{
    Nanoseconds when = 0;
    QueueEntry *entry;

    while (!exchange->cut_short &&
           (entry = queue_take(&exchange->queue, clock_monotonic(), &when))) {
        Flight *flight = entry->user;

        if (flight->credentials || flight->call->unsigned_call ||
            client_has_keys(flight->call->client)) {
            start_attempt(flight);
        } else {
            queue_leave_wire(&exchange->queue, entry);
            client_await_keys(flight->call->client, flight);
        }
    }
    if (exchange->timer)
        loop_cancel(exchange->loop, exchange->timer);
    exchange->timer = when ? loop_timer(exchange->loop, when, on_queue_time, exchange) : NULL;
}

void flight_enqueue(Flight *flight)
{
    if (flight->exchange->cut_short) {
        flight_fail(flight, TEXT_NONE, interrupted);
        return;
    }
    if (flight->entry.place == QUEUE_AWAY)
        queue_put_back(&flight->exchange->queue, &flight->entry);
    else
        queue_add(&flight->exchange->queue, &flight->entry, clock_monotonic());
    pump(flight->exchange);
}

/* --- the beginning of a flight -------------------------------------------------------------- */

/* The digest of a file is part of the signature. It is made once, not for each attempt. */
static bool digest_body_file(AwsCall *call, Diags *diags)
{
    Digest digest;

    if (!call->request.body_file.length ||
        header_find(&call->request.headers, "x-amz-content-sha256").length)
        return true;
    if (!digest_of_file(DIGEST_SHA256, call->request.body_file, &digest)) {
        diag_error(diags, RANGE_NONE, "File cannot be read",
                   "The file " TEXT_FMT ", which is to be sent, cannot be read.",
                   TEXT(call->request.body_file));
        return false;
    }
    add_header(call->arena, &call->request, TEXT_LIT("x-amz-content-sha256"),
               digest_hex(call->arena, &digest));
    return true;
}

static bool find_endpoint(AwsCall *call, Endpoint *ret_endpoint, Diags *diags)
{
    Text why;

    if (call->addressed) {
        *ret_endpoint = (Endpoint){ .scheme = call->request.scheme, .host = call->request.host };
        return true;
    }
    if (!call->region.length && !call->client->settings.region.length && !call->global) {
        diag_error(diags, RANGE_NONE, "No AWS region",
                   "The AWS region is not known. Set region in the provider block or in the "
                   "profile, or AWS_REGION in the environment.");
        return false;
    }
    if (!endpoint_find(call->arena, &call->client->settings,
                       client_url(call->client, call->service), call, ret_endpoint, &why)) {
        diag_error(diags, RANGE_NONE, "Invalid endpoint", TEXT_FMT, TEXT(why));
        return false;
    }
    return true;
}

static void prepare_entry(Flight *flight)
{
    AwsCall *call = flight->call;

    if (call->lane.length)
        flight->entry.lane =
            text_format(call->arena, TEXT_FMT " " TEXT_FMT, TEXT(call->service), TEXT(call->lane));
    if (call->rate > 0)
        flight->entry.rate_key = text_format(call->arena, TEXT_FMT " " TEXT_FMT,
                                             TEXT(flight->endpoint.region), TEXT(call->rate_key));
    flight->entry.rate = call->rate;
    flight->entry.user = flight;
}

bool flight_begin(Exchange *exchange, AwsCall *call, const Credentials *credentials, Diags *diags)
{
    Flight *flight = arena_new(call->arena, Flight);

    flight->exchange = exchange;
    flight->call = call;
    flight->credentials = credentials;
    if (!find_endpoint(call, &flight->endpoint, diags) || !digest_body_file(call, diags))
        return false;
    flight->invocation = random_uuid(call->arena);
    random_bytes(&flight->seed, sizeof flight->seed);
    prepare_entry(flight);
    call->attempts = 0;
    call->any_attempt_sent = false;
    flight->next = exchange->flights;
    if (exchange->flights)
        exchange->flights->previous = flight;
    exchange->flights = flight;
    if (credentials || call->unsigned_call || client_has_keys(call->client))
        flight_enqueue(flight);
    else
        client_await_keys(call->client, flight);
    return true;
}

/* --- the public part ------------------------------------------------------------------------ */

Exchange *exchange_open(Arena *arena, Loop *loop, int64_t parallelism)
{
    Exchange *exchange = arena_new(arena, Exchange);

    exchange->loop = loop;
    exchange->http = http_open(&exchange->arena, loop);
    queue_open(&exchange->queue, &exchange->arena, parallelism);
    return exchange;
}

void exchange_close(Exchange *exchange)
{
    exchange_abort(exchange);
    http_close(exchange->http);
    arena_free(&exchange->arena);
}

Loop *exchange_loop(Exchange *exchange)
{
    return exchange->loop;
}

Nanoseconds exchange_clock_skew(const Exchange *exchange)
{
    return exchange->skew;
}

int64_t exchange_parallelism(const Exchange *exchange)
{
    return exchange->queue.parallelism;
}

void exchange_set_transport(Exchange *exchange, ExchangeTransport *transport, void *user)
{
    exchange->transport = transport;
    exchange->transport_user = user;
}

bool exchange_send(Exchange *exchange, AwsCall *call, Diags *diags)
{
    if (!call->unsigned_call && !client_begin_keys(call->client, diags))
        return false;
    return flight_begin(exchange, call, NULL, diags);
}

static void on_waited(AwsCall *call)
{
    *(bool *)call->user = true;
}

bool exchange_wait(Exchange *exchange, AwsCall *call, Diags *diags)
{
    bool is_over = false;

    call->done = on_waited;
    call->user = &is_over;
    if (!exchange_send(exchange, call, diags))
        return false;
    while (!is_over && !exchange->aborted && loop_run_once(exchange->loop))
        ;
    return is_over;
}

void exchange_abort(Exchange *exchange)
{
    exchange->aborted = true;
    keys_abort(exchange);
    for (Client *client = exchange->clients; client; client = client->next)
        client->first_waiting = client->last_waiting = NULL;
    while (exchange->flights) {
        Flight *flight = exchange->flights;

        if (flight->transfer)
            http_cancel(exchange->http, flight->transfer);
        if (flight->timer)
            loop_cancel(exchange->loop, flight->timer);
        queue_end(&exchange->queue, &flight->entry);
        unlink_flight(flight);
    }
    if (exchange->timer)
        loop_cancel(exchange->loop, exchange->timer);
    exchange->timer = NULL;
}

void exchange_wind_down(Exchange *exchange)
{
    exchange->winding_down = true;
    for (Flight *flight = exchange->flights; flight; flight = flight->next) {
        if (!flight->timer || flight->entry.place != QUEUE_AWAY)
            continue;
        loop_cancel(exchange->loop, flight->timer); /* they end from the loop, not from in here */
        flight->timer = loop_timer(exchange->loop, clock_monotonic(), on_retry_time, flight);
    }
}

void exchange_cut_short(Exchange *exchange)
{
    exchange->winding_down = exchange->cut_short = true;
    keys_interrupt(exchange);
    for (Flight *flight = exchange->flights; flight; flight = flight->next) {
        if (flight->entry.place == QUEUE_NOWHERE) /* it waits for keys, whose call ends here too */
            continue;
        if (flight->transfer)
            http_cancel(exchange->http, flight->transfer);
        if (flight->timer)
            loop_cancel(exchange->loop, flight->timer);
        flight->transfer = NULL;
        flight_fail(flight, TEXT_NONE, interrupted);
    }
}

bool exchange_is_cut_short(const Exchange *exchange)
{
    return exchange->cut_short;
}
