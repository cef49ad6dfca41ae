/* s3_call.c: calls of S3 and DynamoDB, as the state and its lock need them. */
#include "s3_parts.h"

#include "pipectl/base/digest.h"
#include "pipectl/value/json.h"

static const Service dynamodb = {
    .name = TEXT_INIT("dynamodb"),
    .protocol = PROTOCOL_JSON,
    .version = TEXT_INIT("1.0"),
    .target = TEXT_INIT("DynamoDB_20120810"),
};

/* --- objects -------------------------------------------------------------------------------- */

/* Two conditional writes at the same time: S3 asks the later one to come again. */
static bool is_worth_a_retry(AwsCall *call, const ErrorAnswer *error)
{
    (void)call;
    return text_is(error->code, "ConditionalRequestConflict") ||
           text_is(error->code, "OperationAborted");
}

static void ignore(AwsCall *call)
{
    (void)call;
}

AwsCall *s3_call(S3 *s3, Arena *arena, const char *operation, const char *method, Text key)
{
    AwsCall *call = arena_new(arena, AwsCall);

    *call = (AwsCall){
        .client = s3->client,
        .arena = arena,
        .service = TEXT_LIT("s3"),
        .operation = text_of(operation),
        .bucket = s3->bucket,
        .request = { .method = text_of(method),
                     .path = text_concat(arena, TEXT_LIT("/"), uri_encode(arena, key, true)) },
        .retry = is_worth_a_retry,
        .done = ignore,
    };
    return call;
}

void s3_add_header(AwsCall *call, const char *name, Text value)
{
    list_add(call->arena, &call->request.headers, (Header){ text_of(name), value });
}

static Text base64_digest(Arena *arena, DigestKind kind, Text content)
{
    Digest digest = digest_of(kind, content);

    return base64_encode(arena, digest_text(&digest));
}

void s3_add_customer_key(S3 *s3, AwsCall *call)
{
    Text key = TEXT_NONE;

    if (!s3->customer_key.length || !base64_decode(call->arena, s3->customer_key, &key))
        return;
    s3_add_header(call, "x-amz-server-side-encryption-customer-algorithm", TEXT_LIT("AES256"));
    s3_add_header(call, "x-amz-server-side-encryption-customer-key", s3->customer_key);
    s3_add_header(call, "x-amz-server-side-encryption-customer-key-MD5",
                  base64_digest(call->arena, DIGEST_MD5, key));
}

static void add_encryption(S3 *s3, AwsCall *call)
{
    Text kms_key = config_text(s3->config, "kms_key_id");

    if (!config_flag(s3->config, "encrypt", false))
        return;
    if (kms_key.length) {
        s3_add_header(call, "x-amz-server-side-encryption", TEXT_LIT("aws:kms"));
        s3_add_header(call, "x-amz-server-side-encryption-aws-kms-key-id", kms_key);
    } else if (s3->customer_key.length) {
        s3_add_customer_key(s3, call);
    } else {
        s3_add_header(call, "x-amz-server-side-encryption", TEXT_LIT("AES256"));
    }
}

void s3_add_content(S3 *s3, AwsCall *call, Text content)
{
    Text acl = config_text(s3->config, "acl");

    call->request.body = content;
    s3_add_header(call, "Content-Type", TEXT_LIT("application/json"));
    if (!config_flag(s3->config, "skip_s3_checksum", false)) {
        s3_add_header(call, "x-amz-sdk-checksum-algorithm", TEXT_LIT("SHA256"));
        s3_add_header(call, "x-amz-checksum-sha256",
                      base64_digest(call->arena, DIGEST_SHA256, content));
    }
    add_encryption(s3, call);
    if (acl.length)
        s3_add_header(call, "x-amz-acl", acl);
}

/* --- answers -------------------------------------------------------------------------------- */

bool s3_wait(S3 *s3, AwsCall *call, Diags *diags)
{
    if (!exchange_wait(s3->exchange, call, diags))
        return false;
    if (call->answer.status)
        return true;
    if (call->answer.failure_summary.length) { /* without keys nothing was asked */
        diag_error(diags, RANGE_NONE, text_cstring(s3->arena, call->answer.failure_summary),
                   TEXT_FMT, TEXT(call->answer.failure));
        return false;
    }
    diag_error(diags, RANGE_NONE, "Failed to reach the state's backend",
               "The call " TEXT_FMT " of " TEXT_FMT " got no answer: " TEXT_FMT,
               TEXT(call->operation), TEXT(call->service), TEXT(call->answer.failure));
    return false;
}

static const char *service_word(const AwsCall *call)
{
    return text_is(call->service, "s3") ? "S3" : text_is(call->service, "sts") ? "STS" : "DynamoDB";
}

Text s3_failure(Arena *arena, const AwsCall *call)
{
    ErrorAnswer error = error_parse(arena, TEXT_LIT(""), &call->answer);

    if (!call->answer.status)
        return text_format(arena, "operation error %s: " TEXT_FMT ", " TEXT_FMT, service_word(call),
                           TEXT(call->operation), TEXT(call->answer.failure));
    return text_format(arena,
                       "operation error %s: " TEXT_FMT
                       ", https response error StatusCode: %d, api error " TEXT_FMT ": " TEXT_FMT,
                       service_word(call), TEXT(call->operation), call->answer.status,
                       TEXT(error.code), TEXT(error.message));
}

bool s3_is_error(const AwsCall *call, const char *code)
{
    Arena scratch = { 0 };
    ErrorAnswer error = error_parse(&scratch, TEXT_LIT(""), &call->answer);
    bool is_it = text_is(error.code, code);

    arena_free(&scratch);
    return is_it;
}

bool s3_succeeded(const AwsCall *call)
{
    return call->answer.status >= 200 && call->answer.status < 300;
}

/* --- the lock table ------------------------------------------------------------------------- */

AwsCall *s3_table_call(S3 *s3, Arena *arena, const char *operation, ValueBuilder *members)
{
    AwsCall *call = arena_new(arena, AwsCall);
    Text why;

    value_builder_put(members, TEXT_LIT("TableName"), value_string_raw(s3->table));
    *call = (AwsCall){ .client = s3->client, .arena = arena, .done = ignore };
    (void)protocol_request(arena, &dynamodb, text_of(operation), NULL, value_built_object(members),
                           call, &why);
    return call;
}

Value s3_table_text(Arena *arena, Text text)
{
    ValueBuilder builder = value_builder(arena);

    value_builder_put(&builder, TEXT_LIT("S"), value_string_raw(text));
    return value_built_object(&builder);
}

Value s3_table_key(Arena *arena, Text id)
{
    ValueBuilder builder = value_builder(arena);

    value_builder_put(&builder, TEXT_LIT("LockID"), s3_table_text(arena, id));
    return value_built_object(&builder);
}

bool s3_table_read(S3 *s3, Arena *arena, Text id, const char *attribute, Text *ret_text,
                   bool *ret_exists, Diags *diags)
{
    ValueBuilder members = value_builder(arena);
    Value answer, item;
    AwsCall *call;

    value_builder_put(&members, TEXT_LIT("Key"), s3_table_key(arena, id));
    value_builder_put(&members, TEXT_LIT("ConsistentRead"), value_bool(true));
    value_builder_put(&members, TEXT_LIT("ProjectionExpression"),
                      value_string_raw(text_format(arena, "LockID, %s", attribute)));
    call = s3_table_call(s3, arena, "GetItem", &members);
    if (!s3_wait(s3, call, diags))
        return false;
    if (!s3_succeeded(call) || !json_parse(arena, call->answer.body, &answer)) {
        diag_error(diags, RANGE_NONE, "Failed to read the lock table",
                   "The table \"" TEXT_FMT "\" of the backend \"s3\" cannot be read: " TEXT_FMT,
                   TEXT(s3->table), TEXT(s3_failure(arena, call)));
        return false;
    }
    item = value_get(answer, "Item");
    *ret_exists = !value_is_null(item) && !value_is_null(value_get(item, attribute));
    *ret_text = *ret_exists ? value_get_text(value_get(item, attribute), "S") : TEXT_NONE;
    return true;
}
