/*
 * flight.h: what exchange.c and client.c share: a call on its way, and whose keys it is signed
 * with.
 */
#pragma once

#include "endpoint.h"
#include "http.h"
#include "queue.h"
#include "retry.h"

#include "pipectl/aws/exchange.h"
#include "pipectl/base/process.h"
#include "pipectl/base/table.h"

typedef struct Flight Flight;
typedef struct FetchedKeys FetchedKeys;

/* One call between exchange_send and done. Lives in the call's arena. */
struct Flight {
    QueueEntry entry;
    Exchange *exchange;
    AwsCall *call;
    Flight *next, *previous;         /* of all flights */
    Flight *next_waiting;            /* for keys */
    const Credentials *credentials;  /* of a call that fetches keys; NULL: the client's */
    Endpoint endpoint;
    Text invocation;                 /* one id for all attempts */
    Request request;                 /* of the attempt under way, signed */
    Transfer *transfer;              /* NULL when it is not on the wire */
    LoopTimer *timer;                /* the wait for a retry, or a test's answer; NULL else */
    HttpEnd end;                     /* what the timer brings, for a test's answer */
    Nanoseconds skew;                /* that the attempt was signed with */
    uint32_t seed;                   /* of the jitter */
    Nanoseconds began;               /* the attempt; monotonic */
    Text access_key;                 /* that the attempt was signed with */
    bool asked_for_new_keys;
};

typedef enum KeysState {
    KEYS_UNKNOWN,
    KEYS_COMING, /* they are fetched, or an AssumeRole is under way; flights wait */
    KEYS_THERE,
} KeysState;

struct Client {
    Exchange *exchange;
    ClientSettings settings;
    KeysState keys;
    Credentials credentials;
    Nanoseconds renew_at;         /* by AWS's clock; 0: never */
    bool survives_outage;         /* of the source: see KeySource */
    bool refused;                 /* AWS calls them expired: they must not be used again */
    FetchedKeys *fetched;         /* that they began with; NULL: keys that were simply there */
    Client *next_waiting;         /* for fetched keys */
    Credentials hop;              /* keys of the hop under way */
    const AssumedRole *roles;     /* all of them */
    const AssumedRole *role;      /* that is being taken on */
    Flight *first_waiting, *last_waiting;
    Table urls;                   /* service -> Text *, of what was configured */
    Client *next;
};

struct Exchange {
    Arena arena; /* of its own: it grows while its callers mark and rewind */
    Loop *loop;
    Http *http;
    Queue queue;
    Flight *flights;
    Client *clients;
    FetchedKeys *fetched_keys;
    LoopTimer *timer;   /* of the queue: when a bucket has its next token */
    Nanoseconds skew;   /* AWS's clock less ours, from the last answer with a Date */
    bool winding_down;
    bool cut_short;     /* nothing is sent any more */
    bool aborted;
    ExchangeTransport *transport; /* NULL: the network */
    void *transport_user;
};

/* --- exchange.c, for client.c --------------------------------------------------------------- */

/* Makes a flight of the call and sends it on its way. [credentials] NULL: the client's. */
bool flight_begin(Exchange *exchange, AwsCall *call, const Credentials *credentials, Diags *diags);

/* The keys are there: into the queue. */
void flight_enqueue(Flight *flight);

/* It will not be sent; done comes from the loop. An empty summary: the network's. */
void flight_fail(Flight *flight, Text summary, Text failure);

/* --- client.c, for exchange.c --------------------------------------------------------------- */

/* Finds the keys where they are not known, or starts to fetch them. False and a diagnostic when
   there are none. */
bool client_begin_keys(Client *client, Diags *diags);

/* The keys can be used now. */
bool client_has_keys(const Client *client);

/* Puts the flight among those that wait for keys, which are being fetched or will be now. */
void client_await_keys(Client *client, Flight *flight);

/* The service called the keys with this access key expired: the next call fetches others. */
void client_drop_keys(Client *client, Text access_key);

/* --- client.c, for keys.c ------------------------------------------------------------------- */

void client_have_fetched(Client *client, const Credentials *keys);
void client_have_nothing(Client *client, Text summary, Text why);

/* --- keys.c --------------------------------------------------------------------------------- */

/* By AWS's clock, which is the one that keys expire by. */
Nanoseconds aws_now(const Exchange *exchange);

/* When keys that were made at [made] should be renewed, a second later at the earliest; 0: never. */
Nanoseconds keys_renewal(const Credentials *keys, Nanoseconds made);

/* After Ctrl-C: what is being fetched in other ways than by a call ends. */
void keys_interrupt(Exchange *exchange);
void keys_abort(Exchange *exchange);

Text client_url(Client *client, Text service);
