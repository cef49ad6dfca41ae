/* layer: aws */
#include "endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

typedef struct Case {
    const char *service, *region, *bucket, *url; /* url: configured */
    const char *wanted;                          /* scheme://host/path region signing-name */
} Case;

/* Hosts and buckets as botocore's endpoint rules have them. */
static const Case cases[] = {
    { "kinesis", "us-east-1", NULL, NULL,
      "https://kinesis.us-east-1.amazonaws.com us-east-1 kinesis" },
    { "cloudwatch", "eu-west-1", NULL, NULL,
      "https://monitoring.eu-west-1.amazonaws.com eu-west-1 monitoring" },
    { "apigatewayv2", "eu-west-1", NULL, NULL,
      "https://apigateway.eu-west-1.amazonaws.com eu-west-1 apigateway" },
    { "lambda", "cn-north-1", NULL, NULL,
      "https://lambda.cn-north-1.amazonaws.com.cn cn-north-1 lambda" },
    { "sts", "eu-west-1", NULL, NULL, "https://sts.eu-west-1.amazonaws.com eu-west-1 sts" },
    { "iam", "eu-west-1", NULL, NULL, "https://iam.amazonaws.com us-east-1 iam" },
    { "iam", "cn-northwest-1", NULL, NULL, "https://iam.cn-north-1.amazonaws.com.cn cn-north-1 iam" },
    { "iam", "us-gov-east-1", NULL, NULL, "https://iam.us-gov.amazonaws.com us-gov-west-1 iam" },
    { "iam", "eu-west-1", NULL, "http://localhost:4566", "http://localhost:4566 us-east-1 iam" },
    { "s3", "eu-west-1", "product-data", NULL,
      "https://product-data.s3.eu-west-1.amazonaws.com eu-west-1 s3" },
    { "s3", "eu-west-1", "my.dotted", NULL,
      "https://s3.eu-west-1.amazonaws.com/my.dotted eu-west-1 s3" },
    { "s3", "eu-west-1", "Upper", NULL, "https://s3.eu-west-1.amazonaws.com/Upper eu-west-1 s3" },
    { "s3", "eu-west-1", "under_score", NULL,
      "https://s3.eu-west-1.amazonaws.com/under_score eu-west-1 s3" },
    { "s3", "eu-west-1", "192.168.5.4", NULL,
      "https://s3.eu-west-1.amazonaws.com/192.168.5.4 eu-west-1 s3" },
    { "s3", "eu-west-1", "-ab", NULL, "https://s3.eu-west-1.amazonaws.com/-ab eu-west-1 s3" },
    { "s3", "eu-west-1", NULL, NULL, "https://s3.eu-west-1.amazonaws.com eu-west-1 s3" },
    { "s3", "eu-west-1", "b-1", "http://127.0.0.1:4566", "http://127.0.0.1:4566/b-1 eu-west-1 s3" },
    { "s3", "eu-west-1", "b-1", "http://[::1]:4566", "http://[::1]:4566/b-1 eu-west-1 s3" },
    { "s3", "eu-west-1", "b-1", "http://localhost:4566", "http://b-1.localhost:4566 eu-west-1 s3" },
    { "s3", "eu-west-1", "my.dotted", "http://localhost:4566",
      "http://my.dotted.localhost:4566 eu-west-1 s3" },
    { "s3", "eu-west-1", "b-1", "http://127.0.0.1/base/", "http://127.0.0.1/base/b-1 eu-west-1 s3" },
    { "sqs", "eu-west-1", NULL, "https://proxy.example:443/aws/",
      "https://proxy.example/aws eu-west-1 sqs" },
};

static Text found(const Case *one)
{
    ClientSettings settings = { .region = text_of(one->region) };
    AwsCall call = { .service = text_of(one->service),
                     .bucket = text_of(one->bucket),
                     .global = strcmp(one->service, "iam") == 0 };
    Endpoint endpoint;
    Text why;

    assert_true(endpoint_find(&arena, &settings, text_of(one->url), &call, &endpoint, &why));
    return text_format(&arena, TEXT_FMT "://" TEXT_FMT TEXT_FMT " " TEXT_FMT " " TEXT_FMT,
                       TEXT(endpoint.scheme), TEXT(endpoint.host), TEXT(endpoint.path),
                       TEXT(endpoint.region), TEXT(endpoint.signing_name));
}

static void hosts_and_buckets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(found(&cases[i]).bytes, cases[i].wanted);
}

static void path_style_on_demand(void **state)
{
    ClientSettings settings = { .region = TEXT_LIT("eu-west-1"), .s3_path_style = true };
    AwsCall call = { .service = TEXT_LIT("s3"),
                     .bucket = TEXT_LIT("product-data"),
                     .region = TEXT_LIT("us-west-2") };
    Endpoint endpoint;
    Text why;

    (void)state;
    assert_true(endpoint_find(&arena, &settings, TEXT_NONE, &call, &endpoint, &why));
    assert_true(text_is(endpoint.host, "s3.us-west-2.amazonaws.com")); /* the call's region wins */
    assert_true(text_is(endpoint.path, "/product-data"));
    assert_true(text_is(endpoint.region, "us-west-2"));
}

static void what_is_no_url(void **state)
{
    static const char *const urls[] = { "localhost:4566", "ftp://x", "http://", "https://user@host",
                                        "http://x?y" };
    ClientSettings settings = { .region = TEXT_LIT("eu-west-1") };
    AwsCall call = { .service = TEXT_LIT("sts") };
    Endpoint endpoint;

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        Text why = TEXT_NONE;

        assert_false(endpoint_find(&arena, &settings, text_of(urls[i]), &call, &endpoint, &why));
        assert_true(text_find(why, text_of(urls[i])) != TEXT_NOT_FOUND);
    }
}

/* For tests/aws/endpoint_botocore.py: "SERVICE REGION fips|- dual|-" a line, the URL comes out. */
static int print_hosts(void)
{
    char service[64], region[64], fips[8], dual[8];

    while (scanf("%63s %63s %7s %7s", service, region, fips, dual) == 4) {
        ClientSettings settings = { .region = text_of(region),
                                    .use_fips = strcmp(fips, "fips") == 0,
                                    .use_dualstack = strcmp(dual, "dual") == 0 };
        AwsCall call = { .service = text_of(service),
                         .bucket = strcmp(service, "s3") == 0 ? TEXT_LIT("bucket") : TEXT_NONE,
                         .global = strcmp(service, "iam") == 0 };
        Endpoint endpoint;
        Text why;

        if (!endpoint_find(&arena, &settings, TEXT_NONE, &call, &endpoint, &why))
            return 1;
        printf(TEXT_FMT "://" TEXT_FMT "\n", TEXT(endpoint.scheme), TEXT(endpoint.host));
    }
    return 0;
}

static void variants_by_environment_and_block(void **state)
{
    ClientSettings settings = { .use_dualstack = true };

    (void)state;
    setenv("HOME", "/nowhere", 1);
    unsetenv("AWS_USE_FIPS_ENDPOINT");
    endpoint_variants_find(&arena, &settings);
    assert_false(settings.use_fips);
    setenv("AWS_USE_FIPS_ENDPOINT", "True", 1);
    endpoint_variants_find(&arena, &settings);
    assert_true(settings.use_fips && settings.use_dualstack);
    unsetenv("AWS_USE_FIPS_ENDPOINT");
}

/* --- where a configured URL comes from ------------------------------------------------------ */

static int set_up(void **state)
{
    static const char *const variables[] = { "AWS_ENDPOINT_URL",
                                             "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
                                             "AWS_ENDPOINT_URL_API_GATEWAY",
                                             "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                             "AWS_PROFILE",
                                             "AWS_CONFIG_FILE",
                                             "AWS_SHARED_CREDENTIALS_FILE" };

    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    setenv("HOME", TESTS_DIR "/aws/endpoint", 1);
    return 0;
}

static const char *url_of(const ClientSettings *settings, const char *service)
{
    return text_cstring(&arena, endpoint_configured_url(&arena, settings, text_of(service)));
}

static void the_more_special_url_wins(void **state)
{
    Header endpoints[] = { { TEXT_LIT("cloudwatchlogs"), TEXT_LIT("http://block") } };
    ClientSettings settings = { 0 };

    (void)state;
    assert_string_equal(url_of(&settings, "logs"), "");
    settings.credentials.profile = TEXT_LIT("local");
    assert_string_equal(url_of(&settings, "logs"), "http://profile");
    assert_string_equal(url_of(&settings, "kinesis"), "http://profile-kinesis");
    setenv("AWS_ENDPOINT_URL", "http://environment", 1);
    assert_string_equal(url_of(&settings, "kinesis"), "http://environment");
    setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://environment-logs", 1);
    assert_string_equal(url_of(&settings, "logs"), "http://environment-logs");
    setenv("AWS_ENDPOINT_URL_API_GATEWAY", "http://environment-api", 1);
    assert_string_equal(url_of(&settings, "apigateway"), "http://environment-api");
    settings.endpoints = endpoints;
    settings.endpoint_count = 1;
    assert_string_equal(url_of(&settings, "logs"), "http://block");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    assert_string_equal(url_of(&settings, "logs"), "http://block");
    assert_string_equal(url_of(&settings, "kinesis"), "");
}

static void services_have_other_names(void **state)
{
    static const char *const names[][2] = {
        { "s3", "s3api" },   { "events", "cloudwatchevents" }, { "events", "eventbridge" },
        { "states", "sfn" }, { "logs", "cloudwatchlog" },      { "logs", "logs" }};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Header endpoint = { text_of(names[i][1]), TEXT_LIT("http://x") };
        ClientSettings settings = { .endpoints = &endpoint, .endpoint_count = 1 };

        assert_string_equal(url_of(&settings, names[i][0]), "http://x");
        assert_string_equal(url_of(&settings, "sqs"), "");
    }
}

/* --- regions -------------------------------------------------------------------------------- */

static void regions_and_partitions(void **state)
{
    static const char *const known[] = { "us-east-1",     "ap-southeast-7", "mx-central-1",
                                         "il-central-1",  "cn-northwest-1", "us-gov-west-1",
                                         "us-iso-east-1", "eusc-de-east-1", "ap-northeast-3" };
    static const char *const unknown[] = { "",         "us-esat-1", "us-east",   "us-east-1a",
                                           "useast-1", "xx-east-1", "us-east-0", "US-EAST-1",
                                           "eu-west1", "us-gov-1" };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!region_is_known(text_of(known[i])))
            fail_msg("%s is a region", known[i]);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (region_is_known(text_of(unknown[i])))
            fail_msg("%s is no region", unknown[i]);
    assert_true(text_is(region_partition(TEXT_LIT("cn-north-1")), "aws-cn"));
    assert_true(text_is(region_partition(TEXT_LIT("us-gov-east-1")), "aws-us-gov"));
    assert_true(text_is(region_partition(TEXT_LIT("eu-west-1")), "aws"));
    assert_true(text_is(region_dns_suffix(TEXT_LIT("us-iso-east-1")), "c2s.ic.gov"));
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hosts_and_buckets, set_up),
        cmocka_unit_test_setup(path_style_on_demand, set_up),
        cmocka_unit_test_setup(what_is_no_url, set_up),
        cmocka_unit_test_setup(the_more_special_url_wins, set_up),
        cmocka_unit_test_setup(services_have_other_names, set_up),
        cmocka_unit_test_setup(regions_and_partitions, set_up),
        cmocka_unit_test_setup(variants_by_environment_and_block, set_up),
    };
    int failed;

    if (count > 1 && strcmp(arguments[1], "-hosts") == 0)
        return print_hosts();
    failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
