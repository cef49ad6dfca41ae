/* s3.c: the backend "s3": its arguments, and the workspaces in a bucket. */
#include "s3_parts.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>

static const BackendArgument role_arguments[] = {
    { .name = "duration" },
    { .name = "external_id" },
    { .name = "policy" },
    { .name = "policy_arns", .kind = ARGUMENT_TEXT_SET },
    { .name = "role_arn" },
    { .name = "session_name" },
    { .name = "source_identity" },
    { .name = "tags", .kind = ARGUMENT_TEXT_MAP },
    { .name = "transitive_tag_keys", .kind = ARGUMENT_TEXT_SET },
    { .name = NULL },
};

static const BackendArgument web_identity_arguments[] = {
    { .name = "duration" },
    { .name = "policy" },
    { .name = "policy_arns", .kind = ARGUMENT_TEXT_SET },
    { .name = "role_arn" },
    { .name = "session_name" },
    { .name = "web_identity_token" },
    { .name = "web_identity_token_file" },
    { .name = NULL },
};

static const BackendArgument endpoint_arguments[] = {
    { .name = "dynamodb" }, { .name = "iam" }, { .name = "s3" },
    { .name = "sso" },      { .name = "sts" }, { .name = NULL },
};

static const BackendArgument arguments[] = {
    { .name = "access_key" },
    { .name = "acl" },
    { .name = "allowed_account_ids", .kind = ARGUMENT_TEXT_SET },
    { .name = "assume_role", .kind = ARGUMENT_OBJECT, .members = role_arguments },
    { .name = "assume_role_with_web_identity",
      .kind = ARGUMENT_OBJECT,
      .members = web_identity_arguments },
    { .name = "bucket", .required = true },
    { .name = "custom_ca_bundle" },
    { .name = "dynamodb_endpoint" },
    { .name = "dynamodb_table" },
    { .name = "ec2_metadata_service_endpoint" },
    { .name = "ec2_metadata_service_endpoint_mode" },
    { .name = "encrypt", .kind = ARGUMENT_BOOL },
    { .name = "endpoint" },
    { .name = "endpoints", .kind = ARGUMENT_OBJECT, .members = endpoint_arguments },
    { .name = "forbidden_account_ids", .kind = ARGUMENT_TEXT_SET },
    { .name = "force_path_style", .kind = ARGUMENT_BOOL },
    { .name = "http_proxy" },
    { .name = "https_proxy" },
    { .name = "iam_endpoint" },
    { .name = "insecure", .kind = ARGUMENT_BOOL },
    { .name = "key", .required = true },
    { .name = "kms_key_id" },
    { .name = "max_retries", .kind = ARGUMENT_NUMBER },
    { .name = "no_proxy" },
    { .name = "profile" },
    { .name = "region" },
    { .name = "retry_mode" },
    { .name = "secret_key" },
    { .name = "shared_config_files", .kind = ARGUMENT_TEXT_SET },
    { .name = "shared_credentials_file" },
    { .name = "shared_credentials_files", .kind = ARGUMENT_TEXT_SET },
    { .name = "skip_credentials_validation", .kind = ARGUMENT_BOOL },
    { .name = "skip_metadata_api_check", .kind = ARGUMENT_BOOL },
    { .name = "skip_region_validation", .kind = ARGUMENT_BOOL },
    { .name = "skip_requesting_account_id", .kind = ARGUMENT_BOOL },
    { .name = "skip_s3_checksum", .kind = ARGUMENT_BOOL },
    { .name = "sse_customer_key" },
    { .name = "sts_endpoint" },
    { .name = "sts_region" },
    { .name = "token" },
    { .name = "use_dualstack_endpoint", .kind = ARGUMENT_BOOL },
    { .name = "use_fips_endpoint", .kind = ARGUMENT_BOOL },
    { .name = "use_lockfile", .kind = ARGUMENT_BOOL },
    { .name = "use_path_style", .kind = ARGUMENT_BOOL },
    { .name = "workspace_key_prefix" },
    { .name = NULL },
};

/* --- checking ------------------------------------------------------------------------------- */

static void check_not_blank(Value config, const char *name, Range subject, Diags *diags)
{
    Value value = value_get(config, name);

    if (!value_is_null(value) && !text_trim(value_text(value)).length)
        diag_error(diags, subject, "Invalid Value",
                   "%s: the value cannot be empty or all whitespace.", name);
}

static void check_slashes(Value config, const char *name, Range subject, Diags *diags)
{
    Text text = config_text(config, name);

    if (text_starts_with(text, TEXT_LIT("/")) || text_ends_with(text, TEXT_LIT("/")))
        diag_error(diags, subject, "Invalid Value",
                   "%s: the value must not start or end with \"/\".", name);
    if (text_find(text, TEXT_LIT("//")) != TEXT_NOT_FOUND)
        diag_error(diags, subject, "Invalid Value", "%s: the value must not contain \"//\".", name);
}

static void check_conflict(Value config, const char *a, const char *b, Range subject, Diags *diags)
{
    if (!value_is_null(value_get(config, a)) && !value_is_null(value_get(config, b)))
        diag_error(diags, subject, "Invalid Attribute Combination",
                   "Only one of %s, %s can be set.", a, b);
}

static void check_customer_key(Value config, Range subject, Diags *diags)
{
    Arena scratch = { 0 };
    Text key = config_text(config, "sse_customer_key"), bytes = TEXT_NONE;

    if (key.length && (!base64_decode(&scratch, key, &bytes) || bytes.length != 32))
        diag_error(diags, subject, "Invalid Value",
                   "sse_customer_key: the value must be the base64 text of 32 bytes, which has 44 "
                   "characters.");
    arena_free(&scratch);
}

static void check_role(Value config, const char *argument, Range subject, Diags *diags)
{
    Value role = value_get(config, argument);
    Text duration = config_text(role, "duration");
    Nanoseconds time;

    if (!value_is_null(role) && !config_text(role, "role_arn").length)
        diag_error(diags, subject, "Missing Required Value",
                   "%s.role_arn: the attribute is required by the backend \"s3\".", argument);
    if (duration.length && !clock_parse_duration(duration, &time))
        diag_error(diags, subject, "Invalid Duration",
                   "%s.duration: \"" TEXT_FMT "\" is no duration, such as 15m or 1h.", argument,
                   TEXT(duration));
}

static void check_region(Value config, Range subject, Diags *diags)
{
    Text region = config_text(config, "region");

    if (region.length && !config_flag(config, "skip_region_validation", false) &&
        !region_is_known(region))
        diag_error(diags, subject, "Invalid region value",
                   "Invalid AWS Region: " TEXT_FMT
                   ". If it is a new one, set skip_region_validation.",
                   TEXT(region));
}

/* Calls that are refused as too many are made more slowly in either mode; what "adaptive" does
 * beyond that, between all calls of a client, is not done. */
static void check_retry_mode(Value config, Range subject, Diags *diags)
{
    Text mode = config_text(config, "retry_mode");

    if (mode.length && !text_is(mode, "standard"))
        diag_error(diags, subject, "Unsupported backend argument",
                   "retry_mode = \"" TEXT_FMT "\" is not supported: only \"standard\" is, and that "
                   "is what is done without it.",
                   TEXT(mode));
}

static void check(Value config, Range subject, Diags *diags)
{
    check_not_blank(config, "bucket", subject, diags);
    check_not_blank(config, "key", subject, diags);
    check_slashes(config, "key", subject, diags);
    check_slashes(config, "workspace_key_prefix", subject, diags);
    check_conflict(config, "kms_key_id", "sse_customer_key", subject, diags);
    check_conflict(config, "allowed_account_ids", "forbidden_account_ids", subject, diags);
    check_conflict(config, "endpoint", "endpoints", subject, diags);
    check_customer_key(config, subject, diags);
    check_role(config, "assume_role", subject, diags);
    check_role(config, "assume_role_with_web_identity", subject, diags);
    check_region(config, subject, diags);
    check_retry_mode(config, subject, diags);
}

/* --- opening -------------------------------------------------------------------------------- */

static Text *texts_of(Arena *arena, Value list, size_t *ret_count)
{
    Text *texts;

    *ret_count = value_is_null(list) ? 0 : value_count(list);
    texts = arena_array(arena, Text, *ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        texts[i] = value_text(value_at(list, i));
    return texts;
}

static const RoleTag *tags_of(Arena *arena, Value map, size_t *ret_count)
{
    RoleTag *tags;

    *ret_count = value_is_null(map) ? 0 : value_count(map);
    tags = arena_array(arena, RoleTag, *ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        tags[i] = (RoleTag){ value_key_at(map, i), value_text(value_at(map, i)) };
    return tags;
}

static AssumedRole *role_of(Arena *arena, Value config)
{
    AssumedRole *role = arena_new(arena, AssumedRole);
    Nanoseconds duration = 0;

    *role = (AssumedRole){ .arn = config_text(config, "role_arn"),
                           .session_name = config_text(config, "session_name"),
                           .external_id = config_text(config, "external_id"),
                           .policy = config_text(config, "policy"),
                           .source_identity = config_text(config, "source_identity") };
    if (clock_parse_duration(config_text(config, "duration"), &duration))
        role->seconds = duration / SECONDS(1);
    role->policy_arns = texts_of(arena, value_get(config, "policy_arns"), &role->policy_arn_count);
    role->tags = tags_of(arena, value_get(config, "tags"), &role->tag_count);
    role->transitive_tag_keys =
        texts_of(arena, value_get(config, "transitive_tag_keys"), &role->transitive_tag_key_count);
    return role;
}

static const WebIdentity *web_identity_of(Arena *arena, Value config)
{
    WebIdentity *identity = arena_new(arena, WebIdentity);

    *identity = (WebIdentity){ .role = *role_of(arena, config),
                               .token = config_text(config, "web_identity_token"),
                               .token_file = config_text(config, "web_identity_token_file") };
    return identity;
}

static CredentialSettings credential_settings(Arena *arena, Value config)
{
    CredentialSettings settings = { .access_key = config_text(config, "access_key"),
                                    .secret_key = config_text(config, "secret_key"),
                                    .token = config_text(config, "token"),
                                    .profile = config_text(config, "profile"),
                                    .metadata_endpoint =
                                        config_text(config, "ec2_metadata_service_endpoint"),
                                    .metadata_endpoint_mode =
                                        config_text(config, "ec2_metadata_service_endpoint_mode") };
    Value web_identity = value_get(config, "assume_role_with_web_identity");
    Value skip_metadata = value_get(config, "skip_metadata_api_check");
    Text *single;

    if (!value_is_null(web_identity))
        settings.web_identity = web_identity_of(arena, web_identity);
    if (!value_is_null(skip_metadata))
        settings.metadata = value_is_true(skip_metadata) ? METADATA_OFF : METADATA_ON;
    settings.config_files =
        texts_of(arena, value_get(config, "shared_config_files"), &settings.config_file_count);
    settings.credentials_files = texts_of(arena, value_get(config, "shared_credentials_files"),
                                          &settings.credentials_file_count);
    if (config_text(config, "shared_credentials_file").length) {
        single = arena_new(arena, Text);
        *single = config_text(config, "shared_credentials_file");
        settings.credentials_files = single;
        settings.credentials_file_count = 1;
    }
    return settings;
}

/* Each of `endpoints`, or the older argument of its own. */
static void add_endpoints(Arena *arena, Value config, ClientSettings *settings)
{
    static const char *const services[][2] = { { "dynamodb", "dynamodb_endpoint" },
                                               { "iam", "iam_endpoint" },
                                               { "s3", "endpoint" },
                                               { "sso", "" },
                                               { "sts", "sts_endpoint" } };
    Value endpoints = value_get(config, "endpoints");
    HeaderList list = { 0 };

    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        Text url = config_text(endpoints, services[i][0]);

        if (!url.length && *services[i][1])
            url = config_text(config, services[i][1]);
        if (url.length)
            list_add(arena, &list, (Header){ text_of(services[i][0]), url });
    }
    settings->endpoints = list.items;
    settings->endpoint_count = list.count;
}

static ClientSettings client_settings(Arena *arena, Value config)
{
    CredentialSettings credentials = credential_settings(arena, config);
    Value role = value_get(config, "assume_role");
    ClientSettings settings = { .credentials = credentials,
                                .region =
                                    region_find(arena, config_text(config, "region"), &credentials),
                                .s3_path_style = config_flag(config, "use_path_style", false) ||
                                                 config_flag(config, "force_path_style", false),
                                .max_attempts = config_integer(config, "max_retries", 5),
                                .use_fips = config_flag(config, "use_fips_endpoint", false),
                                .use_dualstack =
                                    config_flag(config, "use_dualstack_endpoint", false),
                                .sts_region = config_text(config, "sts_region"),
                                .http = { .ca_bundle = config_text(config, "custom_ca_bundle"),
                                          .http_proxy = config_text(config, "http_proxy"),
                                          .https_proxy = config_text(config, "https_proxy"),
                                          .no_proxy = config_text(config, "no_proxy"),
                                          .insecure = config_flag(config, "insecure", false) } };

    if (!value_is_null(role))
        settings.roles = role_of(arena, role);
    add_endpoints(arena, config, &settings);
    return settings;
}

/* The client needs a region only where it is used: said here, with the names of the backend's own
 * arguments. */
static bool has_region(const ClientSettings *settings, Diags *diags)
{
    if (settings->region.length)
        return true;
    diag_error(
        diags, RANGE_NONE, "Missing region value",
        "The \"region\" attribute or the \"AWS_REGION\" or \"AWS_DEFAULT_REGION\" environment "
        "variables must be set for the backend \"s3\".");
    return false;
}

static bool is_among(Value list, Text text)
{
    for (size_t i = 0; !value_is_null(list) && i < value_count(list); i++)
        if (text_equal(value_text(value_at(list, i)), text))
            return true;
    return false;
}

static bool find_account(S3 *s3, Text *ret_account, Diags *diags)
{
    static const Service sts = { .name = TEXT_INIT("sts"),
                                 .protocol = PROTOCOL_QUERY,
                                 .version = TEXT_INIT("2011-06-15") };
    AwsCall *call = s3_call(s3, s3->arena, "GetCallerIdentity", "POST", TEXT_NONE);
    Value members;
    Text why;

    call->bucket = TEXT_NONE;
    call->request = (Request){ 0 };
    if (!protocol_request(s3->arena, &sts, TEXT_LIT("GetCallerIdentity"), NULL,
                          value_object(s3->arena, NULL, NULL, 0), call, &why) ||
        !s3_wait(s3, call, diags))
        return false;
    if (s3_succeeded(call) && protocol_answer(s3->arena, &sts, TEXT_LIT("GetCallerIdentity"), NULL,
                                              &call->answer, &members)) {
        *ret_account = value_get_text(members, "Account");
        return true;
    }
    diag_error(diags, RANGE_NONE, "Retrieving AWS account details",
               "The account of the backend \"s3\" could not be found out: " TEXT_FMT,
               TEXT(s3_failure(s3->arena, call)));
    return false;
}

static bool account_is_allowed(S3 *s3, Diags *diags)
{
    Value allowed = value_get(s3->config, "allowed_account_ids");
    Value forbidden = value_get(s3->config, "forbidden_account_ids");
    Text account;

    if (value_is_null(allowed) && value_is_null(forbidden))
        return true;
    if (!find_account(s3, &account, diags))
        return false;
    if ((value_is_null(allowed) || is_among(allowed, account)) && !is_among(forbidden, account))
        return true;
    diag_error(diags, RANGE_NONE, "AWS account ID not allowed",
               "The backend \"s3\" was given credentials of the account " TEXT_FMT
               ", which its allowed_account_ids or forbidden_account_ids exclude.",
               TEXT(account));
    return false;
}

static Text customer_key(Value config)
{
    Text key = config_text(config, "sse_customer_key");

    if (!config_flag(config, "encrypt", false) || config_text(config, "kms_key_id").length)
        return TEXT_NONE;
    return key.length ? key : text_of(getenv("AWS_SSE_CUSTOMER_KEY"));
}

static bool open_s3(Backend *backend, Diags *diags)
{
    Arena *arena = backend->settings.arena;
    Value config = backend->config;
    ClientSettings settings = client_settings(arena, config);
    Value prefix = value_get(config, "workspace_key_prefix");
    S3 *s3 = arena_new(arena, S3);

    if (!has_region(&settings, diags))
        return false;
    *s3 = (S3){ .arena = arena,
                .config = config,
                .loop = backend->settings.loop(backend->settings.user),
                .bucket = config_text(config, "bucket"),
                .key = config_text(config, "key"),
                .prefix = value_is_null(prefix) ? TEXT_LIT("env:") : value_text(prefix),
                .table = config_text(config, "dynamodb_table"),
                .lockfile = config_flag(config, "use_lockfile", false),
                .customer_key = customer_key(config) };
    s3->exchange = exchange_open(arena, s3->loop, 10);
    s3->client = client_make(s3->exchange, &settings);
    backend->self = s3;
    return account_is_allowed(s3, diags);
}

static void close_s3(Backend *backend)
{
    S3 *s3 = backend->self;

    exchange_close(s3->exchange);
}

/* --- workspaces ----------------------------------------------------------------------------- */

static const ListRule lists[] = { { TEXT_INIT("Contents"), TEXT_INIT("Contents") } };
static const Service service = {
    .name = TEXT_INIT("s3"), .protocol = PROTOCOL_REST_XML, .lists = lists, .list_count = 1
};

/* PREFIX/NAME/KEY is the state of NAME. */
static Text workspace_of(const S3 *s3, Text object)
{
    Text rest = object;

    if (s3->prefix.length) {
        if (!text_starts_with(rest, s3->prefix))
            return TEXT_NONE;
        rest = text_slice(rest, s3->prefix.length + 1, rest.length);
    }
    if (rest.length <= s3->key.length + 1 || !text_ends_with(rest, s3->key) ||
        rest.bytes[rest.length - s3->key.length - 1] != '/')
        return TEXT_NONE;
    rest = text_slice(rest, 0, rest.length - s3->key.length - 1);
    return text_find(rest, TEXT_LIT("/")) == TEXT_NOT_FOUND ? rest : TEXT_NONE;
}

static AwsCall *list_call(S3 *s3, Text prefix, Text token)
{
    AwsCall *call = s3_call(s3, s3->arena, "ListObjectsV2", "GET", TEXT_NONE);
    QueryList *query = &call->request.query;

    list_add(s3->arena, query, (QueryPair){ TEXT_LIT("list-type"), TEXT_LIT("2"), false });
    list_add(s3->arena, query, (QueryPair){ TEXT_LIT("max-keys"), TEXT_LIT("1000"), false });
    if (prefix.length)
        list_add(s3->arena, query, (QueryPair){ TEXT_LIT("prefix"), prefix, false });
    if (token.length)
        list_add(s3->arena, query, (QueryPair){ TEXT_LIT("continuation-token"), token, false });
    return call;
}

bool s3_list(S3 *s3, Text prefix, TextList *ret_keys, const AwsCall **ret_refused, Diags *diags)
{
    Text token = TEXT_NONE;

    *ret_refused = NULL;
    do {
        AwsCall *call = list_call(s3, prefix, token);
        Value page, contents;

        if (!s3_wait(s3, call, diags))
            return false;
        if (!s3_succeeded(call) || !protocol_answer(s3->arena, &service, call->operation,
                                                    &(RestCall){ 0 }, &call->answer, &page)) {
            *ret_refused = call;
            return false;
        }
        contents = value_get(page, "Contents");
        for (size_t i = 0; !value_is_null(contents) && i < value_count(contents); i++)
            list_add(s3->arena, ret_keys, value_get_text(value_at(contents, i), "Key"));
        token = value_get_text(page, "NextContinuationToken");
    } while (token.length);
    return true;
}

static bool report_unlisted(S3 *s3, const AwsCall *call, Diags *diags)
{
    if (s3_is_error(call, "NoSuchBucket"))
        diag_error(diags, RANGE_NONE, "S3 bucket does not exist",
                   "Failed to get existing workspaces: S3 bucket \"" TEXT_FMT
                   "\" does not exist. It must "
                   "have been created before it is used as a backend. " TEXT_FMT,
                   TEXT(s3->bucket), TEXT(s3_failure(s3->arena, call)));
    else
        diag_error(diags, RANGE_NONE, "Failed to get existing workspaces",
                   "Unable to list objects in S3 bucket \"" TEXT_FMT "\" with prefix \"" TEXT_FMT
                   "/\": " TEXT_FMT,
                   TEXT(s3->bucket), TEXT(s3->prefix), TEXT(s3_failure(s3->arena, call)));
    return false;
}

/* Who may not list can still have the default workspace, if nobody asked for a prefix. */
static bool may_do_without_list(const S3 *s3, const AwsCall *call)
{
    return s3_is_error(call, "AccessDenied") &&
           value_is_null(value_get(s3->config, "workspace_key_prefix"));
}

static bool workspaces(Backend *backend, TextList *ret_names, Diags *diags)
{
    S3 *s3 = backend->self;
    Text prefix = s3->prefix.length ? text_concat(s3->arena, s3->prefix, TEXT_LIT("/")) : TEXT_NONE;
    const AwsCall *refused;
    TextList keys = { 0 };

    if (!s3_list(s3, prefix, &keys, &refused, diags))
        return refused && (may_do_without_list(s3, refused) || report_unlisted(s3, refused, diags));
    for (size_t i = 0; i < keys.count; i++) {
        Text name = workspace_of(s3, keys.items[i]);

        if (name.length)
            list_add(s3->arena, ret_names, name);
    }
    return true;
}

static void locate(Backend *backend, Text workspace, StoreSettings *settings)
{
    settings->home = s3_home(backend->self, workspace);
}

static bool delete_workspace(Backend *backend, Text workspace, Diags *diags)
{
    S3 *s3 = backend->self;
    StateHome *home = s3_home(s3, workspace);
    S3State *state = home->self;
    ValueBuilder members = value_builder(s3->arena);
    Diags ignored = diags_make(s3->arena);

    if (!home->remove(state, TEXT_NONE, diags) || !home->remove(state, TEXT_LIT(".journal"), diags))
        return false;
    if (s3->table.length) {
        Text id = text_format(s3->arena, TEXT_FMT "/" TEXT_FMT "-md5", TEXT(s3->bucket),
                              TEXT(state->key));

        value_builder_put(&members, TEXT_LIT("Key"), s3_table_key(s3->arena, id));
        (void)s3_wait(s3, s3_table_call(s3, s3->arena, "DeleteItem", &members), &ignored);
    }
    return true;
}

const BackendKind backend_s3 = {
    .name = "s3",
    .arguments = arguments,
    .check = check,
    .open = open_s3,
    .close = close_s3,
    .workspaces = workspaces,
    .locate = locate,
    .delete_workspace = delete_workspace,
    .has_workspaces = true,
};
