#include "retry.h"

typedef struct RetryCode {
    const char *code;
    RetryKind kind;
} RetryCode;

/* The codes that AWS's SDKs retry. IAM's LimitExceeded (a quota) is deliberately not among them. */
static const RetryCode retry_codes[] = {
    { "BandwidthLimitExceeded",                 RETRY_THROTTLED },
    { "EC2ThrottledException",                  RETRY_THROTTLED },
    { "LimitExceededException",                 RETRY_THROTTLED },
    { "PriorRequestNotComplete",                RETRY_THROTTLED },
    { "ProvisionedThroughputExceededException", RETRY_THROTTLED },
    { "RequestLimitExceeded",                   RETRY_THROTTLED },
    { "RequestThrottled",                       RETRY_THROTTLED },
    { "RequestThrottledException",              RETRY_THROTTLED },
    { "SlowDown",                               RETRY_THROTTLED },
    { "ThrottledException",                     RETRY_THROTTLED },
    { "Throttling",                             RETRY_THROTTLED },
    { "ThrottlingException",                    RETRY_THROTTLED },
    { "TooManyRequestsException",               RETRY_THROTTLED },
    { "TransactionInProgressException",         RETRY_THROTTLED },
    { "IDPCommunicationError",                  RETRY_TRANSIENT },
    { "RequestTimeout",                         RETRY_TRANSIENT },
    { "RequestTimeoutException",                RETRY_TRANSIENT },
};

/* LimitExceededException also names quotas, which time does not raise. Words of such messages: */
static const char *const hard_limits[] = {
    "quota", "Maximum number of", "maximum number of", "would exceed the",
    "Resource limit exceeded",
};

static const char *const clock_codes[] = {
    "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture",
    "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
};

static const char *const expired_codes[] = { "ExpiredToken", "ExpiredTokenException",
                                             "RequestExpired" };

typedef struct Backoff {
    Nanoseconds first; /* the shortest wait after the first attempt */
    Nanoseconds longest;
} Backoff;

/* First waits as in Terraform's provider; it would go on to five minutes, which helps nobody. */
static const Backoff backoffs[] = {
    [RETRY_TRANSIENT] = { MILLISECONDS(30), SECONDS(20) },
    [RETRY_THROTTLED] = { MILLISECONDS(500), SECONDS(20) },
    [RETRY_UNSEEN]    = { MILLISECONDS(500), SECONDS(5) },
};

enum { UNKNOWN_HOST_ATTEMPTS = 3, UNREACHABLE_ATTEMPTS = 6, GARBLED_ATTEMPTS = 6 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(Text text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(text, names[i]))
            return true;
    return false;
}

static bool is_hard_limit(const ErrorAnswer *error)
{
    if (!text_is(error->code, "LimitExceededException"))
        return false;
    for (size_t i = 0; i < COUNT(hard_limits); i++)
        if (text_find(error->message, text_of(hard_limits[i])) != TEXT_NOT_FOUND)
            return true;
    return false;
}

RetryKind retry_of_answer(int status, const ErrorAnswer *error, int attempts)
{
    if (status < 300 && !error->code.length)
        return RETRY_NEVER;
    if (is_hard_limit(error))
        return RETRY_NEVER;
    for (size_t i = 0; i < COUNT(retry_codes); i++)
        if (text_is(error->code, retry_codes[i].code))
            return retry_codes[i].kind;
    if (status == 429)
        return RETRY_THROTTLED;
    if (error->garbled && status < 500)
        return attempts < GARBLED_ATTEMPTS ? RETRY_TRANSIENT : RETRY_NEVER;
    /* An error inside a 200 is S3's way of failing after it has begun to answer. */
    return status == 500 || status == 502 || status == 503 || status == 504 || status < 300
               ? RETRY_TRANSIENT
               : RETRY_NEVER;
}

RetryKind retry_of_end(HttpEnd end, int attempts)
{
    switch (end) {
    case HTTP_UNKNOWN_HOST:
        return attempts < UNKNOWN_HOST_ATTEMPTS ? RETRY_TRANSIENT : RETRY_NEVER;
    case HTTP_UNREACHABLE:
        return attempts < UNREACHABLE_ATTEMPTS ? RETRY_TRANSIENT : RETRY_NEVER;
    case HTTP_BROKEN:
        return RETRY_TRANSIENT;
    default:
        return RETRY_NEVER;
    }
}

bool error_is_clock(const ErrorAnswer *error)
{
    return is_one_of(error->code, clock_codes, COUNT(clock_codes));
}

bool error_is_expired(const ErrorAnswer *error)
{
    return is_one_of(error->code, expired_codes, COUNT(expired_codes));
}

Nanoseconds retry_delay(RetryKind kind, int attempts, uint32_t seed)
{
    const Backoff *backoff = &backoffs[kind];
    int doublings = attempts < 1 ? 0 : attempts > 20 ? 19 : attempts - 1;
    Nanoseconds wait = backoff->first << doublings;

    if (wait > backoff->longest / 2)
        wait = backoff->longest / 2;
    /* Between once and twice that: who failed together does not come back together. */
    return wait + (Nanoseconds)((double)wait * ((double)seed / 4294967296.0));
}

Nanoseconds retry_after(const HeaderList *headers, Nanoseconds now)
{
    Text milliseconds = header_find(headers, "x-amz-retry-after"),
         said = header_find(headers, "Retry-After");
    Nanoseconds wait = 0, at;
    int64_t number;

    if (text_to_int(milliseconds, &number) && number > 0)
        wait = MILLISECONDS(number);
    else if (text_to_int(said, &number) && number > 0)
        wait = SECONDS(number);
    else if (clock_parse_http(said, &at))
        wait = at - now;
    if (wait < 0)
        return 0;
    return wait > SECONDS(60) ? SECONDS(60) : wait; /* a server's mistake must not hang the run */
}
