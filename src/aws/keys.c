/*
 * keys.c: keys that have to be fetched, once for all clients that look for them in the same place.
 *
 * A fetch goes from step to step: each ends by sending a call, whose answer the next one reads, or
 * by key_fetch_found or key_fetch_failed. The clients hear of its end from the loop, never from
 * within the call that began it.
 */
#include "credentials_parts.h"

#include <stdarg.h>

struct FetchedKeys {
    Text identity;        /* equal for equal places */
    Credentials keys;     /* without access_key: none yet */
    Nanoseconds renew_at; /* 0: never */
    KeyFetch *fetch;      /* under way; NULL: none */
    Client *first_waiting, *last_waiting;
    FetchedKeys *next;
};

/* Keys are renewed this long before they expire, or in the last quarter of a short life. */
static const Nanoseconds renewal_window = SECONDS(300);

Nanoseconds aws_now(const Exchange *exchange)
{
    return clock_now() + exchange->skew;
}

Nanoseconds keys_renewal(const Credentials *keys, Nanoseconds made)
{
    Nanoseconds quarter = (keys->expires - made) / 4, renewal;

    if (!keys->expires)
        return 0;
    renewal = keys->expires - (quarter < renewal_window ? quarter : renewal_window);
    return renewal < made + SECONDS(1) ? made + SECONDS(1) : renewal;
}

/* --- the end of a fetch ----------------------------------------------------------------------- */

static Text failure_of(const KeyFetch *fetch)
{
    const KeySource *source = &fetch->source;

    if (source->is_last_resort)
        return credentials_none_text(
            fetch->arena,
            text_format(fetch->arena, TEXT_FMT "\n  - " TEXT_FMT ": " TEXT_FMT, TEXT(source->tried),
                        TEXT(source->name), TEXT(fetch->failure)));
    return text_format(fetch->arena, "The keys were to come from " TEXT_FMT ", but " TEXT_FMT ".",
                       TEXT(source->name), TEXT(fetch->failure));
}

static void tell_waiting(FetchedKeys *keys, const KeyFetch *fetch)
{
    Client *client = keys->first_waiting, *next;
    Text summary = fetch->source.is_last_resort ? TEXT_LIT("No AWS credentials")
                                                : TEXT_LIT("AWS credentials cannot be fetched");

    keys->first_waiting = keys->last_waiting = NULL;
    for (; client; client = next) {
        next = client->next_waiting;
        if (fetch->failure.length)
            client_have_nothing(client, summary, failure_of(fetch));
        else
            client_have_fetched(client, &keys->keys);
    }
}

static void on_fetch_end(void *user)
{
    KeyFetch *fetch = user;
    FetchedKeys *keys = fetch->keys;
    Exchange *exchange = fetch->client->exchange;

    keys->fetch = NULL;
    if (!fetch->failure.length) {
        keys->keys = fetch->found;
        keys->renew_at = keys_renewal(&keys->keys, aws_now(exchange));
    }
    tell_waiting(keys, fetch);
}

static void finish(KeyFetch *fetch)
{
    fetch->timer =
        loop_timer(fetch->client->exchange->loop, clock_monotonic(), on_fetch_end, fetch);
}

void key_fetch_found(KeyFetch *fetch, const Credentials *keys)
{
    fetch->found = *keys;
    fetch->found.source = fetch->source.name;
    finish(fetch);
}

void key_fetch_failed(KeyFetch *fetch, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fetch->failure = text_format_list(fetch->arena, format, arguments);
    va_end(arguments);
    while (text_ends_with(fetch->failure, TEXT_LIT("."))) /* it becomes a part of a sentence */
        fetch->failure.length--;
    finish(fetch);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void on_answer(AwsCall *call)
{
    KeyFetch *fetch = call->user;

    fetch->next(fetch);
}

void key_fetch_call(KeyFetch *fetch, AwsCall *call, KeyFetchStep *next)
{
    Diags diags = diags_make(fetch->arena);

    call->client = fetch->client;
    call->arena = fetch->arena;
    call->unsigned_call = true;
    call->done = on_answer;
    call->user = fetch;
    fetch->call = call;
    fetch->next = next;
    if (!flight_begin(fetch->client->exchange, call, NULL, &diags))
        key_fetch_failed(fetch, TEXT_FMT, TEXT(diags.list.items[0].detail));
}

AwsCall *key_fetch_request(KeyFetch *fetch, Text method, Text url, Nanoseconds timeout,
                           int64_t attempts)
{
    AwsCall *call = arena_new(fetch->arena, AwsCall);

    *call = (AwsCall){ .addressed = true, .max_attempts = attempts, .operation = method };
    call->request.method = method;
    call->request.timeout = timeout;
    call->request.direct = true;
    if (request_set_url(fetch->arena, &call->request, url))
        return call;
    key_fetch_failed(fetch, "\"" TEXT_FMT "\" is no URL", TEXT(url));
    return NULL;
}

Text key_fetch_answer_text(Arena *arena, const Answer *answer)
{
    ErrorAnswer error;

    if (!answer->status)
        return answer->failure;
    error = error_parse(arena, TEXT_NONE, answer);
    return text_format(arena, "it answered with status %d%s" TEXT_FMT "%s" TEXT_FMT, answer->status,
                       error.code.length ? ", " : "", TEXT(error.code),
                       error.message.length ? ": " : "", TEXT(error.message));
}

static bool read_expiry(Value document, const char *name, Nanoseconds *ret_expires)
{
    Value value = value_get(document, name);
    int64_t milliseconds;

    *ret_expires = 0;
    if (value_is_null(value))
        return true;
    if (value_has_kind(value, TYPE_STRING))
        return clock_parse_rfc3339(value_text(value), ret_expires);
    if (!value_has_kind(value, TYPE_NUMBER) ||
        !number_to_int(value_to_number(value), &milliseconds))
        return false;
    *ret_expires = MILLISECONDS(milliseconds);
    return true;
}

bool key_fetch_read(KeyFetch *fetch, Value document, KeyNames names, Credentials *ret_keys)
{
    *ret_keys = (Credentials){ .access_key = value_get_text(document, names.access_key),
                               .secret_key = value_get_text(document, names.secret_key),
                               .session_token = value_get_text(document, names.session_token) };
    if (!ret_keys->access_key.length || !ret_keys->secret_key.length) {
        key_fetch_failed(fetch, "its answer has no %s",
                         ret_keys->access_key.length ? names.secret_key : names.access_key);
        return false;
    }
    if (!read_expiry(document, names.expires, &ret_keys->expires)) {
        key_fetch_failed(fetch, "the %s in its answer is no time", names.expires);
        return false;
    }
    if (ret_keys->expires && ret_keys->expires <= aws_now(fetch->client->exchange)) {
        key_fetch_failed(fetch, "the keys in its answer have expired");
        return false;
    }
    return true;
}

bool key_fetch_token_file(KeyFetch *fetch, Text path, Text *ret_token)
{
    Diags diags = diags_make(fetch->arena);
    Text content;

    if (!file_read(fetch->arena, path, &content, RANGE_NONE, &diags)) {
        key_fetch_failed(fetch, TEXT_FMT, TEXT(diags.list.items[0].detail));
        return false;
    }
    *ret_token = text_trim(content);
    if (ret_token->length)
        return true;
    key_fetch_failed(fetch, "the file " TEXT_FMT " is empty", TEXT(path));
    return false;
}

/* --- who asks --------------------------------------------------------------------------------- */

/* Calls of STS and SSO go where the client's settings say. */
static Text identity_of(Arena *arena, const Client *client, const KeySource *source)
{
    const Text parts[] = {
        source->name,
        source->url,
        source->command,
        source->token_file,
        source->web_identity.role.arn,
        source->web_identity.role.session_name,
        source->web_identity.token,
        source->web_identity.token_file,
        source->sso.start_url,
        source->sso.account,
        source->sso.role,
        client->settings.region,
        client->settings.endpoint_url,
    };

    return text_join(arena, parts, sizeof parts / sizeof *parts, TEXT_LIT("\n"));
}

static FetchedKeys *fetched_keys_of(Client *client, const KeySource *source)
{
    Exchange *exchange = client->exchange;
    Text identity = identity_of(&exchange->arena, client, source);
    FetchedKeys *keys = exchange->fetched_keys;

    while (keys && !text_equal(keys->identity, identity))
        keys = keys->next;
    if (keys)
        return keys;
    keys = arena_new(&exchange->arena, FetchedKeys);
    keys->identity = identity;
    keys->next = exchange->fetched_keys;
    exchange->fetched_keys = keys;
    return keys;
}

static void begin_fetch(FetchedKeys *keys, Client *client, const KeySource *source)
{
    KeyFetch *fetch = arena_new(&client->exchange->arena, KeyFetch);

    *fetch = (KeyFetch){
        .source = *source, .client = client, .arena = &client->exchange->arena, .keys = keys
    };
    keys->fetch = fetch;
    source->fetch(fetch);
}

void fetched_keys_ask(Client *client, const KeySource *source)
{
    FetchedKeys *keys = fetched_keys_of(client, source);

    client->fetched = keys;
    if (keys->keys.access_key.length &&
        (!keys->renew_at || aws_now(client->exchange) < keys->renew_at)) {
        client_have_fetched(client, &keys->keys);
        return;
    }
    client->next_waiting = NULL;
    if (keys->last_waiting)
        keys->last_waiting->next_waiting = client;
    else
        keys->first_waiting = client;
    keys->last_waiting = client;
    if (!keys->fetch)
        begin_fetch(keys, client, source);
}

void fetched_keys_forget(FetchedKeys *keys)
{
    keys->keys = (Credentials){ 0 };
}

/* --- the end of the exchange ------------------------------------------------------------------ */

static void cancel_process(KeyFetch *fetch)
{
    if (fetch && fetch->process)
        process_cancel(fetch->process);
}

void keys_interrupt(Exchange *exchange)
{
    for (FetchedKeys *keys = exchange->fetched_keys; keys; keys = keys->next) {
        if (!keys->fetch || !keys->fetch->process)
            continue;
        cancel_process(keys->fetch);
        keys->fetch->process = NULL;
        key_fetch_failed(keys->fetch, "interrupted");
    }
}

void keys_abort(Exchange *exchange)
{
    for (FetchedKeys *keys = exchange->fetched_keys; keys; keys = keys->next) {
        cancel_process(keys->fetch);
        if (keys->fetch)
            loop_cancel(exchange->loop, keys->fetch->timer);
        keys->fetch = NULL;
        keys->first_waiting = keys->last_waiting = NULL;
    }
}
