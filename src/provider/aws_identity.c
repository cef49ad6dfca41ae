/*
 * aws_identity.c: who is calling: GetCallerIdentity, asked once for each configuration, and what of
 * it people want to know.
 */
#include "aws_provider.h"
#include "resource_type.h"

/* In the order in which they came: the first objects of a plan are read first. */
static void resume_waiters(AwsProvider *provider)
{
    Waiter *waiter = provider->first_waiter;

    provider->first_waiter = provider->last_waiter = NULL;
    while (waiter) {
        Waiter *next = waiter->next;

        waiter->resume(waiter->user);
        waiter = next;
    }
}

static size_t count_of(Value texts)
{
    return value_is_known(texts) && !value_is_null(texts) ? value_count(texts) : 0;
}

static bool is_listed(Value texts, Text text)
{
    for (size_t i = 0; i < count_of(texts); i++)
        if (text_equal(value_text(value_at(texts, i)), text))
            return true;
    return false;
}

static void check_account(AwsProvider *provider)
{
    bool refused = count_of(provider->allowed_accounts) > 0 &&
                   !is_listed(provider->allowed_accounts, provider->account);

    if (!refused && !is_listed(provider->forbidden_accounts, provider->account))
        return;
    provider->identity = IDENTITY_FAILED;
    diag_error(&provider->identity_diags, RANGE_NONE, "AWS account not allowed",
               "The credentials are of account " TEXT_FMT
               ", which allowed_account_ids or forbidden_account_ids of the provider rule out.",
               TEXT(provider->account));
}

static Text arn_part(Text arn, int index)
{
    Text part = TEXT_NONE;

    for (int i = 0; i <= index; i++)
        if (!text_cut(arn, TEXT_LIT(":"), &part, &arn) && i < index)
            return TEXT_NONE;
    return part;
}

/* A signature that does not match is explained at length, behind an empty line. */
static ErrorAnswer error_of(Arena *arena, const Answer *answer)
{
    ErrorAnswer error = error_parse(arena, TEXT_LIT("query"), answer);
    Text rest;

    text_cut(error.message, TEXT_LIT("\n\n"), &error.message, &rest);
    return error;
}

/* Without keys nothing was asked; else the network or its end failed. */
static void report_unreached(AwsProvider *provider, const Answer *answer)
{
    if (answer->failure_summary.length)
        diag_error(&provider->identity_diags, RANGE_NONE,
                   text_cstring(provider->arena, answer->failure_summary), TEXT_FMT,
                   TEXT(answer->failure));
    else
        diag_error(&provider->identity_diags, RANGE_NONE, "AWS cannot be reached",
                   "GetCallerIdentity in region " TEXT_FMT ": " TEXT_FMT ".",
                   TEXT(provider->region), TEXT(answer->failure));
}

static void take_identity(AwsProvider *provider, const ServiceType *sts)
{
    const Answer *answer = &provider->identity_call.answer;
    const Credentials *credentials = client_credentials(provider->client);
    ErrorAnswer error;
    Value members;

    if (answer->status >= 200 && answer->status < 300 &&
        protocol_answer(provider->arena, &sts->service, TEXT_LIT("GetCallerIdentity"), NULL, answer,
                        &members)) {
        provider->identity = IDENTITY_THERE;
        provider->account = value_get_text(members, "Account");
        provider->caller = value_get_text(members, "Arn");
        provider->partition = arn_part(value_get_text(members, "Arn"), 1);
        check_account(provider);
        return;
    }
    provider->identity = IDENTITY_FAILED;
    error = error_of(provider->arena, answer);
    if (answer->status == 0)
        report_unreached(provider, answer);
    else
        diag_error(&provider->identity_diags, RANGE_NONE, "AWS credentials are not accepted",
                   "GetCallerIdentity in region " TEXT_FMT " answered " TEXT_FMT ": " TEXT_FMT
                   "\n\nThe credentials come from " TEXT_FMT "; a session may have expired.",
                   TEXT(provider->region), TEXT(error.code), TEXT(error.message),
                   TEXT(credentials ? credentials->source : TEXT_LIT("nowhere")));
}

static void on_identity(AwsCall *call)
{
    AwsProvider *provider = call->user;
    Diags ignored = diags_make(provider->arena);

    take_identity(provider, service_find(TEXT_LIT("sts"), &ignored));
    resume_waiters(provider);
}

static void ask_identity(AwsProvider *provider)
{
    const ServiceType *sts = service_find(TEXT_LIT("sts"), &provider->identity_diags);
    Value nothing = value_object(provider->arena, NULL, NULL, 0);
    Text why;

    provider->identity = IDENTITY_COMING;
    provider->identity_call = (AwsCall){
        .client = provider->client, .arena = provider->arena, .done = on_identity, .user = provider
    };
    if (!protocol_request(provider->arena, &sts->service, TEXT_LIT("GetCallerIdentity"), NULL,
                          nothing, &provider->identity_call, &why) ||
        !exchange_send(provider->exchange, &provider->identity_call, &provider->identity_diags))
        provider->identity = IDENTITY_FAILED;
}

void aws_identity_problems(const AwsProvider *provider, Diags *diags)
{
    diags_append_about(diags, &provider->identity_diags,
                       TEXT_LIT("provider[\"registry.terraform.io/hashicorp/aws\"]"),
                       provider->range);
}

bool aws_identity_ready(AwsProvider *provider, Waiter *waiter)
{
    if (provider->identity == IDENTITY_UNKNOWN)
        ask_identity(provider);
    if (provider->identity != IDENTITY_COMING)
        return true;
    if (waiter) {
        waiter->next = NULL;
        if (provider->last_waiter)
            provider->last_waiter->next = waiter;
        else
            provider->first_waiter = waiter;
        provider->last_waiter = waiter;
    }
    return false;
}

/* --- for people ------------------------------------------------------------------------------- */

bool aws_access(Provider *given, Arena *arena, ProviderAccess *ret_access, Diags *diags)
{
    AwsProvider *provider = (AwsProvider *)given;
    const Credentials *credentials;
    Nanoseconds begin = clock_monotonic();

    while (provider->client && !aws_identity_ready(provider, NULL))
        if (!loop_run_once(exchange_loop(provider->exchange)))
            break;
    credentials = client_credentials(provider->client);
    *ret_access =
        (ProviderAccess){ .region = provider->region,
                          .account = provider->account,
                          .caller = provider->caller,
                          .endpoint = client_endpoint(provider->client, TEXT_LIT("sts"), arena),
                          .clock_skew = exchange_clock_skew(provider->exchange),
                          .took = clock_monotonic() - begin };
    if (credentials) {
        ret_access->source = credentials->source;
        ret_access->expires = credentials->expires;
        ret_access->access_key = credentials->access_key;
    }
    if (provider->identity != IDENTITY_FAILED)
        return true;
    aws_identity_problems(provider, diags);
    return false;
}
