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
#include "pipectl/base/table.h"

typedef struct Flight Flight;

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
    bool asked_for_new_keys;
};

typedef enum KeysState {
    KEYS_UNKNOWN,
    KEYS_COMING, /* an AssumeRole is under way; flights wait */
    KEYS_THERE,
} KeysState;

struct Client {
    Exchange *exchange;
    ClientSettings settings;
    KeysState keys;
    Credentials credentials;
    Nanoseconds credentials_made;
    Credentials hop;              /* keys of the hop under way */
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

/* It will not be sent; done comes from the loop. */
void flight_fail(Flight *flight, Text failure);

/* --- client.c, for exchange.c --------------------------------------------------------------- */

/* Finds the keys where they are not known, or starts to fetch them. False and a diagnostic when
   there are none. */
bool client_begin_keys(Client *client, Diags *diags);

/* The keys can be used now. */
bool client_has_keys(const Client *client);

/* Puts the flight among those that wait for keys, which are being fetched or will be now. */
void client_await_keys(Client *client, Flight *flight);

/* The service called the keys expired: the next call fetches others. */
void client_drop_keys(Client *client);

Text client_url(Client *client, Text service);
