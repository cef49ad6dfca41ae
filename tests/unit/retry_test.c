/* layer: aws */
#include "retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Case {
    int status;
    const char *code, *message;
    RetryKind wanted;
} Case;

static const Case cases[] = {
    { 200, "", "", RETRY_NEVER },
    { 204, "", "", RETRY_NEVER },
    { 400, "ValidationException", "", RETRY_NEVER },
    { 404, "NoSuchEntity", "", RETRY_NEVER },
    { 301, "PermanentRedirect", "", RETRY_NEVER },
    { 403, "AccessDenied", "", RETRY_NEVER },
    { 400, "Throttling", "Rate exceeded", RETRY_THROTTLED },
    { 400, "ThrottlingException", "", RETRY_THROTTLED },
    { 503, "SlowDown", "", RETRY_THROTTLED },
    { 429, "SomethingNew", "", RETRY_THROTTLED },
    { 400, "ProvisionedThroughputExceededException", "", RETRY_THROTTLED },
    { 400, "LimitExceededException", "Rate exceeded for stream demo", RETRY_THROTTLED },
    { 400, "LimitExceededException",
     "You have reached the maximum number of streams for this account", RETRY_NEVER },
    { 400, "LimitExceededException",
      "This request would exceed the shard limit for the account 123456789012 in us-east-1.",
      RETRY_NEVER },
    { 400, "LimitExceededException", "You have already consumed your firehose quota of 50 hoses.",
      RETRY_NEVER },
    { 400, "LimitExceededException", "Maximum number of Resources for this API has been reached.",
      RETRY_NEVER },
    { 400, "LimitExceededException", "Resource limit exceeded.", RETRY_NEVER },
    { 400, "LimitExceededException",
      "Only 5 streams can simultaneously be in CREATING or DELETING", RETRY_THROTTLED },
    { 409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", RETRY_NEVER },
    { 400, "RequestTimeout", "", RETRY_TRANSIENT },
    { 400, "IDPCommunicationError", "", RETRY_TRANSIENT },
    { 500, "InternalFailure", "", RETRY_TRANSIENT },
    { 502, "BadGateway", "", RETRY_TRANSIENT },
    { 504, "GatewayTimeout", "", RETRY_TRANSIENT },
    { 501, "NotImplemented", "", RETRY_NEVER },
    { 200, "InternalError", "", RETRY_TRANSIENT }, /* S3 */
};

static void answers_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ErrorAnswer error = { .code = text_of(cases[i].code),
                              .message = text_of(cases[i].message) };

        if (retry_of_answer(cases[i].status, &error, 20) != cases[i].wanted)
            fail_msg("%d %s %s", cases[i].status, cases[i].code, cases[i].message);
    }
}

static void refusals_that_cannot_be_read_are_asked_again_a_few_times(void **state)
{
    ErrorAnswer error = { .code = TEXT_LIT("NotFound"), .garbled = true };

    (void)state;
    assert_int_equal(retry_of_answer(404, &error, 1), RETRY_TRANSIENT);
    assert_int_equal(retry_of_answer(404, &error, 6), RETRY_NEVER);
    assert_int_equal(retry_of_answer(503, &error, 20), RETRY_TRANSIENT);
}

static void ends_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(retry_of_end(HTTP_BROKEN, 20), RETRY_TRANSIENT);
    assert_int_equal(retry_of_end(HTTP_UNREACHABLE, 1), RETRY_TRANSIENT);
    assert_int_equal(retry_of_end(HTTP_UNREACHABLE, 6), RETRY_NEVER);
    assert_int_equal(retry_of_end(HTTP_UNKNOWN_HOST, 2), RETRY_TRANSIENT);
    assert_int_equal(retry_of_end(HTTP_UNKNOWN_HOST, 3), RETRY_NEVER);
    assert_int_equal(retry_of_end(HTTP_IMPOSSIBLE, 1), RETRY_NEVER);
}

static void waits_double_with_jitter_up_to_a_limit(void **state)
{
    (void)state;
    assert_true(retry_delay(RETRY_TRANSIENT, 1, 0) == MILLISECONDS(30));
    assert_in_range(retry_delay(RETRY_TRANSIENT, 1, UINT32_MAX), MILLISECONDS(59),
                    MILLISECONDS(60));
    assert_true(retry_delay(RETRY_TRANSIENT, 4, 0) == MILLISECONDS(240));
    assert_true(retry_delay(RETRY_THROTTLED, 1, 0) == MILLISECONDS(500));
    assert_true(retry_delay(RETRY_THROTTLED, 3, 0) == SECONDS(2));
    for (int attempts = 10; attempts < 100000; attempts *= 3)
        assert_in_range(retry_delay(RETRY_THROTTLED, attempts, UINT32_MAX), SECONDS(19),
                        SECONDS(20));
    assert_in_range(retry_delay(RETRY_UNSEEN, 30, 1u << 31), SECONDS(2), SECONDS(5));
}

static Nanoseconds asked(const char *name, const char *value)
{
    Header header = { text_of(name), text_of(value) };
    HeaderList headers = { .items = &header, .count = 1, .capacity = 1 };
    Nanoseconds noon = 0;

    assert_true(clock_parse_http(TEXT_LIT("Fri, 02 Jan 2026 12:00:00 GMT"), &noon));
    return retry_after(&headers, noon);
}

static void the_server_may_ask(void **state)
{
    (void)state;
    assert_true(asked("Retry-After", "3") == SECONDS(3));
    assert_true(asked("retry-after", "Fri, 02 Jan 2026 12:00:09 GMT") == SECONDS(9));
    assert_true(asked("Retry-After", "Fri, 02 Jan 2026 11:00:00 GMT") == 0);
    assert_true(asked("Retry-After", "-5") == 0);
    assert_true(asked("Retry-After", "soon") == 0);
    assert_true(asked("Retry-After", "86400") == SECONDS(60));
    assert_true(asked("x-amz-retry-after", "1500") == MILLISECONDS(1500));
    assert_true(asked("Date", "3") == 0);
}

static void clocks_and_keys(void **state)
{
    ErrorAnswer skewed = { .code = TEXT_LIT("RequestTimeTooSkewed") },
                expired = { .code = TEXT_LIT("ExpiredToken") };

    (void)state;
    assert_true(error_is_clock(&skewed) && !error_is_expired(&skewed));
    assert_true(error_is_expired(&expired) && !error_is_clock(&expired));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_told_apart),
        cmocka_unit_test(refusals_that_cannot_be_read_are_asked_again_a_few_times),
        cmocka_unit_test(ends_are_told_apart),
        cmocka_unit_test(waits_double_with_jitter_up_to_a_limit),
        cmocka_unit_test(the_server_may_ask),
        cmocka_unit_test(clocks_and_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
