#include "call_log.h"

#include "pipectl/base/log.h"

/* --- what is left out ------------------------------------------------------------------------- */

static bool is_secret(Text name)
{
    static const char *const secrets[] = {
        "authorization",
        "cookie",
        "set-cookie",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-sso_bearer_token",
        "x-aws-ec2-metadata-token",
        "x-amz-server-side-encryption-customer-key",
    };

    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (text_equal_nocase(name, text_of(secrets[i])))
            return true;
    return false;
}

static Text shown(Text name, Text value)
{
    return is_secret(name) ? TEXT_LIT("***") : value;
}

/* --- lines ------------------------------------------------------------------------------------ */

static Text address_text(const Request *request, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    text_add_format(&builder, TEXT_FMT "://" TEXT_FMT TEXT_FMT, TEXT(request->scheme),
                    TEXT(request->host), TEXT(request->path));
    for (size_t i = 0; i < request->query.count; i++) {
        const QueryPair *pair = &request->query.items[i];

        text_add_format(&builder, "%c" TEXT_FMT "%s" TEXT_FMT, i == 0 ? '?' : '&', TEXT(pair->name),
                        pair->bare ? "" : "=", TEXT(shown(pair->name, pair->value)));
    }
    return text_built(&builder);
}

static void log_headers(const char *what, const HeaderList *headers)
{
    if (!log_is_on(LOG_PROVIDER, LOG_TRACE))
        return;
    for (size_t i = 0; i < headers->count; i++)
        log_say(LOG_PROVIDER, LOG_TRACE, "  %s " TEXT_FMT ": " TEXT_FMT, what,
                TEXT(headers->items[i].name),
                TEXT(shown(headers->items[i].name, headers->items[i].value)));
}

void call_log_attempt(const Flight *flight)
{
    Arena scratch = { 0 };
    const AwsCall *call = flight->call;
    const Request *request = &flight->request;

    if (!log_is_on(LOG_PROVIDER, LOG_DEBUG))
        return;
    log_say(LOG_PROVIDER, LOG_DEBUG,
            TEXT_FMT " " TEXT_FMT ": attempt %d: " TEXT_FMT " " TEXT_FMT " (%zu bytes)",
            TEXT(call->service), TEXT(call->operation), call->attempts, TEXT(request->method),
            TEXT(address_text(request, &scratch)),
            request->body_file.length > 0 ? request->body_length : request->body.length);
    log_headers(">", &request->headers);
    arena_free(&scratch);
}

/* AWS repeats the headers that it has verified, the token among them. */
static Text error_message(const ErrorAnswer *error)
{
    return text_find(error->code, TEXT_LIT("Signature")) != TEXT_NOT_FOUND
               ? TEXT_LIT("(its message holds what was signed)")
               : error->message;
}

static Text request_id(const Answer *answer)
{
    Text id = header_find(&answer->headers, "x-amzn-RequestId");

    return id.length > 0 ? id : header_find(&answer->headers, "x-amz-request-id");
}

void call_log_end(const Flight *flight, HttpEnd end, const ErrorAnswer *error)
{
    const AwsCall *call = flight->call;
    const Answer *answer = &call->answer;
    long long took = (long long)((clock_monotonic() - flight->began) / MILLISECONDS(1));

    if (!log_is_on(LOG_PROVIDER, LOG_DEBUG))
        return;
    if (end != HTTP_ANSWERED) {
        log_say(LOG_PROVIDER, LOG_DEBUG,
                TEXT_FMT " " TEXT_FMT ": no answer after %lld ms: " TEXT_FMT, TEXT(call->service),
                TEXT(call->operation), took, TEXT(answer->failure));
        return;
    }
    log_say(LOG_PROVIDER, LOG_DEBUG,
            TEXT_FMT " " TEXT_FMT ": %d after %lld ms (%zu bytes, request " TEXT_FMT ")%s" TEXT_FMT
                     "%s" TEXT_FMT,
            TEXT(call->service), TEXT(call->operation), answer->status, took, answer->body.length,
            TEXT(request_id(answer)), error->code.length > 0 ? ": " : "", TEXT(error->code),
            error->message.length > 0 ? ": " : "", TEXT(error_message(error)));
    log_headers("<", &answer->headers);
}

void call_log_retry(const Flight *flight, Nanoseconds wait)
{
    if (log_is_on(LOG_PROVIDER, LOG_DEBUG))
        log_say(LOG_PROVIDER, LOG_DEBUG, TEXT_FMT " " TEXT_FMT ": again in %lld ms",
                TEXT(flight->call->service), TEXT(flight->call->operation),
                (long long)(wait / MILLISECONDS(1)));
}
