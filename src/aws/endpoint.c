/*
 * endpoint.c: regions, partitions, and the hosts of services.
 *
 * An endpoint that somebody configured wins over AWS's own: the provider's `endpoints`, then
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's `services` section, the profile.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
#include "endpoint.h"

#include <stdlib.h>
#include <string.h>

/* --- partitions ----------------------------------------------------------------------------- */

typedef struct Partition {
    const char *name, *prefix; /* of its regions; the last partition has several */
    const char *dns_suffix;
    const char *dual_suffix;   /* of hosts that are reached by IPv6, too */
    const char *iam_region;    /* IAM has one endpoint in a partition */
    const char *iam_part;      /* between "iam." and the suffix; NULL: the region, as elsewhere */
    const char *iam_dual_part;
} Partition;

static const Partition partitions[] = {
    { "aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1", NULL,
      "global." },
    { "aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1", "us-gov.", "us-gov." },
    { "aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1", NULL, NULL },
    { "aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1", NULL, NULL },
    { "aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1", NULL,
      NULL },
    { "aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1", NULL,
      NULL },
    { "aws-eusc", "eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1", NULL,
      NULL },
    { "aws", "", "amazonaws.com", "api.aws", "us-east-1", "", "global." },
};

static const char *const commercial_areas[] = {
    "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const Partition *partition_of(Text region)
{
    for (size_t i = 0; i + 1 < COUNT(partitions); i++)
        if (text_starts_with(region, text_of(partitions[i].prefix)))
            return &partitions[i];
    return &partitions[COUNT(partitions) - 1];
}

Text region_partition(Text region)
{
    return text_of(partition_of(region)->name);
}

Text region_dns_suffix(Text region)
{
    return text_of(partition_of(region)->dns_suffix);
}

/* --- regions -------------------------------------------------------------------------------- */

static bool is_word(Text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < 'a' || text.bytes[i] > 'z')
            return false;
    return text.length > 0;
}

/* "west-2" after the area: a direction and a number. */
static bool has_direction_and_number(Text rest)
{
    static const char *const directions[] = {
        "north",     "south",     "east",      "west",      "central",
        "northeast", "northwest", "southeast", "southwest",
    };
    Text direction, number;
    int64_t value;
    bool known = false;

    if (!text_cut(rest, TEXT_LIT("-"), &direction, &number) || !text_to_int(number, &value) ||
        value < 1)
        return false;
    for (size_t i = 0; i < COUNT(directions); i++)
        known |= text_is(direction, directions[i]);
    return known;
}

/* By pattern, not by list: new regions need no new version. But "us-esat-1" is none. */
bool region_is_known(Text region)
{
    const Partition *partition = partition_of(region);
    Text area, rest;

    if (partition != &partitions[COUNT(partitions) - 1])
        return has_direction_and_number(
            text_slice(region, text_of(partition->prefix).length, region.length));
    if (!text_cut(region, TEXT_LIT("-"), &area, &rest) || !is_word(area))
        return false;
    for (size_t i = 0; i < COUNT(commercial_areas); i++)
        if (text_is(area, commercial_areas[i]))
            return has_direction_and_number(rest);
    return false;
}

static Text environment(const char *name)
{
    return text_of(getenv(name));
}

Text region_find(Arena *arena, Text configured, const CredentialSettings *settings)
{
    const Text said[] = { configured, environment("AWS_REGION"),
                          environment("AWS_DEFAULT_REGION") };

    for (size_t i = 0; i < COUNT(said); i++)
        if (said[i].length)
            return said[i];
    return profile_setting(arena, settings, "region");
}

/* --- services ------------------------------------------------------------------------------- */

typedef struct ServiceName {
    const char *name;    /* as calls say it; the host's and the signature's, too, but for [host] */
    const char *setting; /* its name in the SDKs' settings, where that is another one */
    const char *host;
    const char *aliases; /* other names in a provider's `endpoints`, each between spaces */
} ServiceName;

static const ServiceName service_names[] = {
    { "apigateway",     "api_gateway",     NULL,         NULL },
    { "apigatewayv2",   NULL,              "apigateway", NULL },
    { "cloudwatch",     NULL,              "monitoring", NULL },
    { "dynamodb",       NULL,              NULL,         NULL },
    { "events",         "eventbridge",     NULL,         " eventbridge cloudwatchevents " },
    { "firehose",       NULL,              NULL,         NULL },
    { "glue",           NULL,              NULL,         NULL },
    { "iam",            NULL,              NULL,         NULL },
    { "kinesis",        NULL,              NULL,         NULL },
    { "kms",            NULL,              NULL,         NULL },
    { "lambda",         NULL,              NULL,         NULL },
    { "logs",           "cloudwatch_logs", NULL,         " cloudwatchlog cloudwatchlogs " },
    { "route53",        "route_53",        NULL,         NULL },
    { "s3",             NULL,              NULL,         " s3api " },
    { "scheduler",      NULL,              NULL,         NULL },
    { "secretsmanager", "secrets_manager", NULL,         NULL },
    { "sns",            NULL,              NULL,         NULL },
    { "sqs",            NULL,              NULL,         NULL },
    { "sso",            NULL,              "portal.sso", NULL },
    { "sso-oidc",       NULL,              "oidc",       NULL },
    { "ssm",            NULL,              NULL,         NULL },
    { "states",         "sfn",             NULL,         " sfn stepfunctions " },
    { "sts",            NULL,              NULL,         NULL },
};

static const ServiceName *service_name_find(Text service)
{
    for (size_t i = 0; i < COUNT(service_names); i++)
        if (text_is(service, service_names[i].name))
            return &service_names[i];
    return NULL;
}

Text endpoint_setting_name(Arena *arena, Text service)
{
    const ServiceName *name = service_name_find(service);

    if (name && name->setting)
        return text_of(name->setting);
    return text_replace(arena, text_lower(arena, service), TEXT_LIT("-"), TEXT_LIT("_"));
}

static Text host_name(Text service)
{
    const ServiceName *name = service_name_find(service);

    return name && name->host ? text_of(name->host) : service;
}

static bool is_named(Arena *arena, Text service, Text configured)
{
    const ServiceName *name = service_name_find(service);
    Text padded = text_format(arena, " " TEXT_FMT " ", TEXT(configured));

    return text_equal(configured, service) ||
           text_equal(configured, endpoint_setting_name(arena, service)) ||
           (name && name->aliases && text_find(text_of(name->aliases), padded) != TEXT_NOT_FOUND);
}

/* --- endpoints that somebody configured ----------------------------------------------------- */

static Text upper(Arena *arena, Text text)
{
    char *bytes = text_cstring(arena, text);

    for (size_t i = 0; i < text.length; i++)
        if (bytes[i] >= 'a' && bytes[i] <= 'z')
            bytes[i] = (char)(bytes[i] - 'a' + 'A');
    return (Text){ bytes, text.length };
}

static Text url_of_environment(Arena *arena, Text service)
{
    Text name = upper(arena, endpoint_setting_name(arena, service));
    Text own = environment(text_format(arena, "AWS_ENDPOINT_URL_" TEXT_FMT, TEXT(name)).bytes);

    return own.length ? own : environment("AWS_ENDPOINT_URL");
}

static Text url_of_profile(Arena *arena, const CredentialSettings *settings, Text service)
{
    Text url = profile_service_setting(arena, settings, endpoint_setting_name(arena, service),
                                       "endpoint_url");

    return url.length ? url : profile_setting(arena, settings, "endpoint_url");
}

Text endpoint_configured_url(Arena *arena, const ClientSettings *settings, Text service)
{
    Text url;

    for (size_t i = 0; i < settings->endpoint_count; i++)
        if (is_named(arena, service, settings->endpoints[i].name) &&
            settings->endpoints[i].value.length)
            return settings->endpoints[i].value;
    if (settings->endpoint_url.length)
        return settings->endpoint_url;
    if (text_equal_nocase(environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), TEXT_LIT("true")))
        return TEXT_NONE;
    url = url_of_environment(arena, service);
    return url.length ? url : url_of_profile(arena, &settings->credentials, service);
}

/* "https://host:1234/base/" is https, host:1234 and /base. */
static bool parse_url(Text url, Endpoint *endpoint)
{
    Text rest, path;

    if (!text_cut(url, TEXT_LIT("://"), &endpoint->scheme, &rest))
        return false;
    if (!text_is(endpoint->scheme, "http") && !text_is(endpoint->scheme, "https"))
        return false;
    if (text_find(rest, TEXT_LIT("?")) != TEXT_NOT_FOUND ||
        text_find(rest, TEXT_LIT("@")) != TEXT_NOT_FOUND)
        return false;
    text_cut(rest, TEXT_LIT("/"), &endpoint->host, &path);
    path = text_slice(rest, endpoint->host.length, rest.length);
    while (text_ends_with(path, TEXT_LIT("/")))
        path.length--;
    endpoint->path = path;
    return endpoint->host.length > 0;
}

/* "host:443" of https is "host" in the Host header that is signed. */
static void drop_default_port(Endpoint *endpoint)
{
    Text port = text_is(endpoint->scheme, "https") ? TEXT_LIT(":443") : TEXT_LIT(":80");

    if (text_ends_with(endpoint->host, port))
        endpoint->host.length -= port.length;
}

/* --- S3 ------------------------------------------------------------------------------------- */

static bool is_address(Text host)
{
    Text name, port;

    if (text_starts_with(host, TEXT_LIT("[")))
        return true;
    text_cut(host, TEXT_LIT(":"), &name, &port);
    for (size_t i = 0; i < name.length; i++)
        if ((name.bytes[i] < '0' || name.bytes[i] > '9') && name.bytes[i] != '.')
            return false;
    return true;
}

/* Small letters, digits and hyphens, 3 to 63 of them, no hyphen at an end; dots only where no
   certificate has to match. */
static bool is_host_label(Text bucket, bool dots)
{
    if (bucket.length < 3 || bucket.length > 63 || is_address(bucket))
        return false;
    for (size_t i = 0; i < bucket.length; i++) {
        char c = bucket.bytes[i];
        bool at_end = i == 0 || i + 1 == bucket.length;
        bool is_mark = c == '-' || (c == '.' && dots);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(is_mark && !at_end))
            return false;
    }
    return true;
}

static void place_bucket(Arena *arena, const ClientSettings *settings, Text bucket,
                         Endpoint *endpoint)
{
    bool dots = text_is(endpoint->scheme, "http");

    if (!bucket.length)
        return;
    if (settings->s3_path_style || is_address(endpoint->host) || !is_host_label(bucket, dots))
        endpoint->path = text_format(arena, TEXT_FMT "/" TEXT_FMT, TEXT(endpoint->path),
                                     TEXT(uri_encode(arena, bucket, false)));
    else
        endpoint->host =
            text_format(arena, TEXT_FMT "." TEXT_FMT, TEXT(bucket), TEXT(endpoint->host));
}

/* --- AWS's own hosts ------------------------------------------------------------------------ */

typedef struct PlainFips {
    const char *service;
    bool dual_too;
} PlainFips;

/* Services whose hosts in aws-us-gov are FIPS ones as they are. */
static const PlainFips plain_fips[] = {
    { "cloudwatch", true }, { "dynamodb", false }, { "events", true }, { "iam", true },
    { "kinesis", false },   { "logs", false },     { "sns", false },   { "sqs", false },
    { "ssm", false },       { "sso", false },      { "sso-oidc", false }, { "states", false },
    { "sts", false },
};

static const char *fips_mark(const ClientSettings *settings, const Partition *partition,
                             Text service)
{
    if (!settings->use_fips)
        return "";
    for (size_t i = 0; i < COUNT(plain_fips); i++)
        if (text_is(service, plain_fips[i].service) &&
            strcmp(partition->name, "aws-us-gov") == 0 &&
            (plain_fips[i].dual_too || !settings->use_dualstack))
            return "";
    return "-fips";
}

static Text own_host(Arena *arena, const ClientSettings *settings, const AwsCall *call, Text region)
{
    const Partition *partition = partition_of(region);
    bool dual = settings->use_dualstack, is_s3 = text_is(call->service, "s3");
    const char *fips = fips_mark(settings, partition, call->service),
               *iam_part = dual ? partition->iam_dual_part : partition->iam_part;
    /* S3 says in the name which it is; Secrets Manager has one host for both. */
    bool has_dual_suffix = dual && !is_s3 && !text_is(call->service, "secretsmanager");
    const char *suffix = has_dual_suffix ? partition->dual_suffix : partition->dns_suffix;
    Text name = host_name(call->service);

    if (call->global && iam_part)
        return text_format(arena, TEXT_FMT "%s.%s%s", TEXT(name), fips, iam_part, suffix);
    return text_format(arena, TEXT_FMT "%s.%s" TEXT_FMT ".%s", TEXT(name), fips,
                       is_s3 && dual ? "dualstack." : "", TEXT(region), suffix);
}

static bool is_configured(const ClientSettings *settings, Arena *arena, const char *variable,
                          const char *key)
{
    Text said = environment(variable);

    if (!said.length)
        said = profile_setting(arena, &settings->credentials, key);
    return text_equal_nocase(said, TEXT_LIT("true"));
}

void endpoint_variants_find(Arena *arena, ClientSettings *settings)
{
    settings->use_fips = settings->use_fips || is_configured(settings, arena,
                                                             "AWS_USE_FIPS_ENDPOINT",
                                                             "use_fips_endpoint");
    settings->use_dualstack =
        settings->use_dualstack || is_configured(settings, arena, "AWS_USE_DUALSTACK_ENDPOINT",
                                                 "use_dualstack_endpoint");
}

/* --- the public part ------------------------------------------------------------------------ */

bool endpoint_find(Arena *arena, const ClientSettings *settings, Text url, const AwsCall *call,
                   Endpoint *ret_endpoint, Text *ret_why)
{
    bool is_sts = text_is(call->service, "sts") && settings->sts_region.length > 0;
    Text region = call->region.length ? call->region
                  : is_sts            ? settings->sts_region
                                      : settings->region;
    const Partition *partition = partition_of(region);
    Endpoint endpoint = { .scheme = TEXT_LIT("https") };

    endpoint.region = call->global ? text_of(partition->iam_region) : region;
    endpoint.signing_name = host_name(call->service);
    if (url.length) {
        if (!parse_url(url, &endpoint)) {
            *ret_why = text_format(arena,
                                   "The endpoint \"" TEXT_FMT "\" of " TEXT_FMT
                                   " is no URL: http:// or https://, a host, and perhaps a port "
                                   "and a path are expected.",
                                   TEXT(url), TEXT(call->service));
            return false;
        }
        drop_default_port(&endpoint);
    } else {
        endpoint.host = own_host(arena, settings, call, endpoint.region);
    }
    if (text_is(call->service, "s3"))
        place_bucket(arena, settings, call->bucket, &endpoint);
    *ret_endpoint = endpoint;
    return true;
}
