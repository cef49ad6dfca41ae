/*
 * From a provider "aws" block to an AwsProvider: where calls go, as whom, and what every object is
 * tagged with.
 */
#include "aws_configure.h"

#include "aws_schema.h"
#include <stdlib.h>

extern char **environ;

typedef struct Configuration {
    Arena *arena;
    Value value;
    const Body *body;
    Diags *diags;
} Configuration;

/* --- reading the block ------------------------------------------------------------------------ */

static bool exists(Value value)
{
    return value_is_known(value) && !value_is_null(value);
}

static Value member(Value object, const char *name)
{
    Value value;

    return exists(object) && value_member(object, text_of(name), &value) ? value
                                                                         : value_null(type_dynamic);
}

static Text text_member(Value object, const char *name)
{
    Value value = member(object, name);

    return exists(value) && value_has_kind(value, TYPE_STRING) ? value_text(value) : TEXT_NONE;
}

static bool flag_member(Value object, const char *name)
{
    return value_is_true(member(object, name));
}

/* The only block of its kind; null when there is none. */
static Value block_member(Value object, const char *name)
{
    Value blocks = member(object, name);

    return exists(blocks) && value_count(blocks) > 0 ? value_at(blocks, 0)
                                                     : value_null(type_dynamic);
}

static const Text *texts_of(Arena *arena, Value list, size_t *ret_count)
{
    Text *texts = arena_array(arena, Text, exists(list) ? value_count(list) : 0);

    *ret_count = exists(list) ? value_count(list) : 0;
    for (size_t i = 0; i < *ret_count; i++)
        texts[i] = value_text(value_at(list, i));
    return texts;
}

static Range range_of(const Configuration *configuration, const char *name)
{
    Path path = path_child(configuration->arena, (Path){ NULL, 0 }, text_of(name));

    return schema_range(aws_configuration_schema(), configuration->body, path,
                        configuration->arena);
}

/* --- whom and where --------------------------------------------------------------------------- */

static AssumedRole role_of(const Configuration *configuration, Value block)
{
    Arena *arena = configuration->arena;
    AssumedRole role = { .arn = text_member(block, "role_arn"),
                         .session_name = text_member(block, "session_name"),
                         .external_id = text_member(block, "external_id"),
                         .policy = text_member(block, "policy"),
                         .source_identity = text_member(block, "source_identity") };
    Value tags = member(block, "tags");
    RoleTag *pairs = arena_array(arena, RoleTag, exists(tags) ? value_count(tags) : 0);
    Nanoseconds duration = 0;

    role.policy_arns = texts_of(arena, member(block, "policy_arns"), &role.policy_arn_count);
    role.transitive_tag_keys =
        texts_of(arena, member(block, "transitive_tag_keys"), &role.transitive_tag_key_count);
    for (size_t i = 0; exists(tags) && i < value_count(tags); i++)
        pairs[role.tag_count++] = (RoleTag){ value_key_at(tags, i), value_text(value_at(tags, i)) };
    role.tags = pairs;
    if (clock_parse_duration(text_member(block, "duration"), &duration))
        role.seconds = duration / SECONDS(1);
    return role;
}

/* Each with the keys of the one before. */
static const AssumedRole *roles_of(const Configuration *configuration)
{
    Value blocks = member(configuration->value, "assume_role");
    const AssumedRole *roles = NULL;

    for (size_t i = exists(blocks) ? value_count(blocks) : 0; i-- > 0;) {
        AssumedRole *role = arena_new(configuration->arena, AssumedRole);

        *role = role_of(configuration, value_at(blocks, i));
        role->next = roles;
        if (role->arn.length)
            roles = role;
        else
            diag_error(configuration->diags, range_of(configuration, "assume_role"),
                       "Cannot assume IAM Role", "An assume_role block needs role_arn.");
    }
    return roles;
}

static const WebIdentity *web_identity_of(const Configuration *configuration)
{
    Value block = block_member(configuration->value, "assume_role_with_web_identity");
    WebIdentity *identity = arena_new(configuration->arena, WebIdentity);

    if (!exists(block))
        return NULL;
    identity->role = role_of(configuration, block);
    identity->token = text_member(block, "web_identity_token");
    identity->token_file = text_member(block, "web_identity_token_file");
    if (!identity->role.arn.length)
        identity->role.arn = text_of(getenv("AWS_ROLE_ARN"));
    if (!identity->role.session_name.length)
        identity->role.session_name = text_of(getenv("AWS_ROLE_SESSION_NAME"));
    if (!identity->token.length && !identity->token_file.length)
        identity->token_file = text_of(getenv("AWS_WEB_IDENTITY_TOKEN_FILE"));
    if (identity->role.arn.length && identity->token.length + identity->token_file.length > 0)
        return identity;
    diag_error(configuration->diags, range_of(configuration, "assume_role_with_web_identity"),
               "Cannot assume IAM Role",
               "An assume_role_with_web_identity block needs role_arn, and web_identity_token or "
               "web_identity_token_file.");
    return NULL;
}

static MetadataAccess metadata_access(Value value)
{
    Text skipped = text_member(value, "skip_metadata_api_check");

    return text_equal_nocase(skipped, TEXT_LIT("true"))    ? METADATA_OFF
           : text_equal_nocase(skipped, TEXT_LIT("false")) ? METADATA_ON
                                                           : METADATA_AS_SAID;
}

static CredentialSettings credential_settings(const Configuration *configuration)
{
    Value value = configuration->value;
    CredentialSettings settings = { .access_key = text_member(value, "access_key"),
                                    .secret_key = text_member(value, "secret_key"),
                                    .token = text_member(value, "token"),
                                    .profile = text_member(value, "profile") };

    settings.web_identity = web_identity_of(configuration);
    settings.metadata = metadata_access(value);
    settings.metadata_endpoint = text_member(value, "ec2_metadata_service_endpoint");
    settings.metadata_endpoint_mode = text_member(value, "ec2_metadata_service_endpoint_mode");

    settings.config_files = texts_of(configuration->arena, member(value, "shared_config_files"),
                                     &settings.config_file_count);
    settings.credentials_files =
        texts_of(configuration->arena, member(value, "shared_credentials_files"),
                 &settings.credentials_file_count);
    return settings;
}

/* Other names of the same service in the block `endpoints`. */
static Text service_of_endpoint(Text name)
{
    if (text_is(name, "cloudwatchlog") || text_is(name, "cloudwatchlogs"))
        return TEXT_LIT("logs");
    return text_is(name, "s3api") ? TEXT_LIT("s3") : name;
}

static void add_endpoints(const Configuration *configuration, ClientSettings *settings)
{
    Value blocks = member(configuration->value, "endpoints");
    LIST(Header) endpoints = { 0 };

    for (size_t i = 0; exists(blocks) && i < value_count(blocks); i++) {
        Value block = value_at(blocks, i);

        for (size_t k = 0; exists(block) && k < value_count(block); k++) {
            Value url = value_at(block, k);
            Header endpoint = { service_of_endpoint(value_key_at(block, k)),
                                exists(url) ? value_text(url) : TEXT_NONE };

            if (endpoint.value.length > 0)
                list_add(configuration->arena, &endpoints, endpoint);
        }
    }
    settings->endpoints = endpoints.items;
    settings->endpoint_count = endpoints.count;
}

static int64_t integer_member(Value object, const char *name)
{
    Value value = member(object, name);
    int64_t number = 0;

    if (exists(value))
        number_to_int(value_to_number(value), &number);
    return number;
}

static Text find_region(const Configuration *configuration, const CredentialSettings *credentials,
                        Exchange *exchange)
{
    Text region =
        region_find(configuration->arena, text_member(configuration->value, "region"), credentials);

    if (region.length == 0 && exchange)
        region = instance_region(exchange, credentials);
    if (region.length == 0)
        diag_error(configuration->diags, range_of(configuration, "region"), "Missing region",
                   "Which region? Give `region` in the provider block, AWS_REGION, or a profile "
                   "that has one.");
    else if (!flag_member(configuration->value, "skip_region_validation") &&
             !region_is_known(region))
        diag_error(configuration->diags, range_of(configuration, "region"), "Invalid AWS region",
                   "There is no region \"" TEXT_FMT "\".", TEXT(region));
    return region;
}

/* An argument of which only the value is supported that says what is done anyway. */
static void check_only(const Configuration *configuration, const char *name, const char *supported)
{
    Text value = text_member(configuration->value, name);

    if (value.length > 0 && !text_is(value, supported))
        diag_error(configuration->diags, range_of(configuration, name), "Unsupported argument",
                   "%s = \"" TEXT_FMT
                   "\" is not supported: only \"%s\" is, and that is what is done "
                   "without it.",
                   name, TEXT(value), supported);
}

/* --- tags ------------------------------------------------------------------------------------- */

/* TF_AWS_DEFAULT_TAGS_name=value; the block wins. */
static Value default_tags(const Configuration *configuration)
{
    static const char variable[] = "TF_AWS_DEFAULT_TAGS_";
    Value given = member(block_member(configuration->value, "default_tags"), "tags");
    ValueBuilder builder = value_builder(configuration->arena);

    if (value_is_unknown(given))
        return given;
    for (char **entry = environ; *entry; entry++) {
        Text name, value;

        if (!text_starts_with(text_of(*entry), text_of(variable)) ||
            !text_cut(text_of(*entry), TEXT_LIT("="), &name, &value))
            continue;
        value_builder_put(&builder, text_slice(name, sizeof variable - 1, name.length),
                          value_string(configuration->arena, value));
    }
    for (size_t i = 0; exists(given) && i < value_count(given); i++)
        value_builder_put(&builder, value_key_at(given, i), value_at(given, i));
    return value_built_map(&builder, type_string);
}

static void set_tags(const Configuration *configuration, AwsProvider *provider)
{
    Value ignored = block_member(configuration->value, "ignore_tags");

    provider->tag_defaults.tags = default_tags(configuration);
    provider->tag_defaults.ignored_keys = member(ignored, "keys");
    provider->tag_defaults.ignored_prefixes = member(ignored, "key_prefixes");
}

Value aws_visible_tags(const AwsProvider *provider, Value tags, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    if (!tags.type || !exists(tags))
        return value_null(type_map(type_string));
    for (size_t i = 0; i < value_count(tags); i++) {
        Text key = value_key_at(tags, i);

        if (!text_starts_with(key, TEXT_LIT("aws:")))
            value_builder_put(&builder, key, value_at(tags, i));
    }
    return tags_not_ignored(&provider->tag_defaults, value_built_map(&builder, type_string), arena);
}

/* --- as expressions see it ------------------------------------------------------------------- */

Value aws_provider_value(const AwsProvider *provider, Text region, Arena *arena)
{
    Text names[] = { TEXT_LIT("account_id"), TEXT_LIT("dns_suffix"), TEXT_LIT("partition"),
                     TEXT_LIT("region") };
    bool elsewhere = region.length > 0 && !text_is(region, "global");
    bool known = provider->region.length > 0;
    Value parts[] = {
        provider->identity == IDENTITY_THERE ? value_string_raw(provider->account)
                                             : value_unknown(type_string),
        known ? value_string_raw(provider->dns_suffix) : value_unknown(type_string),
        known ? value_string_raw(provider->partition) : value_unknown(type_string),
        elsewhere ? value_string(arena, region)
        : known   ? value_string_raw(provider->region)
                  : value_unknown(type_string),
    };

    return value_object(arena, names, parts, 4);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A provider whose configuration waits for something: nothing can be called, but objects can be
   planned. */
static bool is_decided(Value configuration)
{
    return value_is_wholly_known(member(configuration, "region")) &&
           value_is_wholly_known(member(configuration, "profile")) &&
           value_is_wholly_known(member(configuration, "access_key")) &&
           value_is_wholly_known(member(configuration, "secret_key")) &&
           value_is_wholly_known(member(configuration, "assume_role")) &&
           value_is_wholly_known(member(configuration, "assume_role_with_web_identity")) &&
           value_is_wholly_known(member(configuration, "endpoints"));
}

static void connect(const Configuration *configuration, AwsProvider *provider)
{
    Value value = configuration->value;
    ClientSettings settings = { .credentials = credential_settings(configuration),
                                .s3_path_style = flag_member(value, "s3_use_path_style"),
                                .skip_credentials_validation =
                                    flag_member(value, "skip_credentials_validation"),
                                .max_attempts = integer_member(value, "max_retries") };

    settings.region = provider->region = find_region(configuration, &settings.credentials, provider->exchange);
    check_only(configuration, "retry_mode", "standard");
    check_only(configuration, "s3_us_east_1_regional_endpoint", "regional");
    add_endpoints(configuration, &settings);
    settings.roles = roles_of(configuration);
    settings.http = (HttpSettings){ .ca_bundle = text_member(value, "custom_ca_bundle"),
                                    .http_proxy = text_member(value, "http_proxy"),
                                    .https_proxy = text_member(value, "https_proxy"),
                                    .no_proxy = text_member(value, "no_proxy"),
                                    .insecure = flag_member(value, "insecure") };
    settings.use_fips = flag_member(value, "use_fips_endpoint");
    settings.use_dualstack = flag_member(value, "use_dualstack_endpoint");
    settings.sts_region = text_member(value, "sts_region");
    provider->partition = region_partition(provider->region);
    provider->dns_suffix = region_dns_suffix(provider->region);
    if (configuration->diags->error_count > 0 || !provider->exchange)
        return;
    provider->client = client_make(provider->exchange, &settings);
    if (settings.skip_credentials_validation && flag_member(value, "skip_requesting_account_id"))
        provider->identity = IDENTITY_THERE;
    else
        (void)aws_identity_ready(provider, NULL);
}

Provider *aws_configure(Arena *arena, Exchange *exchange, Value value, const Body *body,
                        Diags *diags)
{
    Diags own = diags_make(arena);
    Configuration configuration = { arena, value_unmarked(arena, value), body, &own };
    AwsProvider *provider = arena_new(arena, AwsProvider);

    provider->provider.kind = &aws_kind;
    provider->arena = arena;
    provider->range = body ? body_range(body) : RANGE_NONE;
    provider->exchange = exchange;
    provider->identity_diags = diags_make(arena);
    provider->allowed_accounts = member(configuration.value, "allowed_account_ids");
    provider->forbidden_accounts = member(configuration.value, "forbidden_account_ids");
    set_tags(&configuration, provider);
    if (is_decided(configuration.value))
        connect(&configuration, provider);
    diags_append(diags, &own, TEXT_NONE);
    return diags_have_errors(&own) ? NULL : &provider->provider;
}
