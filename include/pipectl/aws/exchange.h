/*
 * exchange.h: the conversation with AWS: queueing, signing, sending, retrying.
 *
 * One exchange a run: one curl multi handle, one connection pool, one event loop. A call waits in
 * the queue until its lane is free (calls that change one thing go one after another), its token
 * bucket has a token (AWS's documented rates) and fewer than [parallelism] calls are in flight;
 * only then is it signed. Failures of the network, throttling and 5xx are retried with backoff and
 * jitter; what comes out at the end, well or badly, is handed to the call's `done`.
 *
 * Calling sequence
 *   Exchange *exchange = exchange_open(arena, loop, parallelism);
 *   exchange_send(exchange, call)  -> later, from the loop: call->done(call)
 *   exchange_close(exchange)
 *
 * Errors      A call ends with call->answer: of any status, or without one and with a failure text.
 * Ownership   The call is the caller's, in an arena that lives until done; the answer is made in
 *             [call->arena].
 */
#pragma once

#include "pipectl/aws/credentials.h"
#include "pipectl/aws/request.h"
#include "pipectl/aws/sign.h"
#include "pipectl/base/loop.h"

typedef struct Exchange Exchange;
typedef struct Client Client;

/* Whom calls go to and as whom: one for each provider configuration (and region). Credentials are
   found at the first call, not before. */
typedef struct ClientSettings {
    CredentialSettings credentials;
    Text region;                   /* required by then: region_find */
    Text endpoint_url;             /* for all services; empty: AWS's own */
    const Header *endpoints;       /* name: service, value: URL */
    size_t endpoint_count;
    bool s3_path_style;
    bool skip_credentials_validation;
    int64_t max_attempts;          /* of one call, the first included; 0: 25, as Terraform */
    const AssumedRole *roles;      /* taken on with the keys that were found, in this order */
    Text sts_region;               /* empty: as the others */
    HttpSettings http;             /* without ca_bundle: as AWS_CA_BUNDLE or the profile says */
    bool foreign;                  /* it calls no service of AWS, whose settings then say nothing */
    bool use_fips, use_dualstack;  /* AWS's own hosts; environment or profile may say so, too */
} ClientSettings;

typedef struct ErrorAnswer {
    Text code;    /* "ResourceNotFoundException", without namespace and URL parts */
    Text message;
    bool garbled; /* there is a body, and no error in it: code and message are the status's */
} ErrorAnswer;

typedef struct AwsCall AwsCall;
struct AwsCall {
    Client *client;
    Arena *arena;
    Text service;          /* endpoint and signing: "kinesis", "s3", "apigateway" */
    Text operation;        /* "CreateStream", for logs, rates and messages */
    Text region;           /* empty: the client's */
    Request request;       /* without scheme, host and S3 bucket, which the exchange adds */
    Text bucket;           /* S3: the bucket; the exchange chooses virtual-host or path style */
    bool global;           /* IAM: one endpoint for the partition */
    bool unsigned_call;    /* AssumeRoleWithWebIdentity */
    bool addressed;        /* to no service of AWS: the request has its scheme and host */
    Text lane;             /* empty: none; equal lanes of one service go one after another */
    double rate;           /* calls a second of this operation; 0: no limit */
    Text rate_key;         /* which bucket: "kinesis CreateStream" */
    Nanoseconds deadline;  /* monotonic: no retry after it; 0: none */
    int64_t max_attempts;  /* 0: the client's */
    bool send_once;        /* never again once it may have had an effect (a create without a natural
                              key): it then ends with answer.sent, and no answer or a 5xx */
    /* Is a success's body whole? Set by protocol_request; NULL: not looked at. */
    bool (*check)(AwsCall *call);
    /* Further errors worth a retry: until the deadline, else as often as others. NULL: none. */
    bool (*retry)(AwsCall *call, const ErrorAnswer *error);
    void (*on_retry)(AwsCall *call, const ErrorAnswer *error, Nanoseconds wait); /* may be NULL */
    void (*done)(AwsCall *call);
    void *user;

    Answer answer;         /* filled before done */
    int attempts;
    bool any_attempt_sent;  /* an earlier one was lost or failed in AWS: it may have done it */
    Nanoseconds first_sent; /* wall clock, by AWS's clock where that is known; cut to the second */
};

Exchange *exchange_open(Arena *arena, Loop *loop, int64_t parallelism);
void exchange_close(Exchange *exchange);
Client *client_make(Exchange *exchange, const ClientSettings *settings);
Loop *exchange_loop(Exchange *exchange);
int64_t exchange_parallelism(const Exchange *exchange);

/* The keys that the client's calls are signed with; NULL before the first call. */
const Credentials *client_credentials(const Client *client);

/* Where its calls of a service go: scheme and host. */
Text client_endpoint(Client *client, Text service, Arena *arena);

/* AWS's clock less ours, as far as an answer has told; 0 before. */
Nanoseconds exchange_clock_skew(const Exchange *exchange);

/* What stands for the network in a test: answers [request], which is signed and addressed, at once.
   The call's `done` still comes from the loop. An answer with status 0 and a failure is a
   connection that broke. */
typedef void ExchangeTransport(void *user, const AwsCall *call, const Request *request,
                               Arena *arena, Answer *ret_answer);
void exchange_set_transport(Exchange *exchange, ExchangeTransport *transport, void *user);

/* Reports when no credentials can be found; the call is then not made and false is returned. */
bool exchange_send(Exchange *exchange, AwsCall *call, Diags *diags);

/* Sends and runs the loop until it is answered: where the program has nothing else to do. */
bool exchange_wait(Exchange *exchange, AwsCall *call, Diags *diags);

/* Stops all that is queued or in flight without calling done (a second Ctrl-C). */
void exchange_abort(Exchange *exchange);

/* After a first Ctrl-C: calls that wait for a retry end with their last answer. */
void exchange_wind_down(Exchange *exchange);

/* The same where no call changes anything: all others end too, without an answer, as do those that come. */
void exchange_cut_short(Exchange *exchange);
bool exchange_is_cut_short(const Exchange *exchange);

/* --- regions and endpoints (endpoint.c) ------------------------------------------------------ */

/* Provider block, AWS_REGION, AWS_DEFAULT_REGION, profile. Empty when none. */
Text region_find(Arena *arena, Text configured, const CredentialSettings *settings);
/* Of the instance that we are on, where that is whose keys are used; asked of its metadata. */
Text instance_region(Exchange *exchange, const CredentialSettings *settings);

bool region_is_known(Text region); /* matches a partition's pattern or list */
Text region_partition(Text region);  /* "aws", "aws-cn", ... */
Text region_dns_suffix(Text region); /* "amazonaws.com", ... */

/* The error in an answer of one of the four protocols ("json", "query", "rest_json", "rest_xml").
   An answer without a body has the name of its status: NotFound, Forbidden, PermanentRedirect. */
ErrorAnswer error_parse(Arena *arena, Text protocol, const Answer *answer);
