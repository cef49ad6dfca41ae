/*
 * credentials_parts.h: the sources of credentials, one a file, and what they share.
 *
 * Looking for keys has two halves. credentials_find asks the sources in their order and decides,
 * from settings, environment and files alone, where the keys come from: a KeySource. Where they are
 * not simply there, its `fetch` gets them, step by step, from the loop: a KeyFetch (keys.c).
 */
#pragma once

#include "flight.h"

#include "pipectl/value/json.h"

typedef struct KeySource KeySource;
typedef struct KeyFetch KeyFetch;

/* What a search works with. */
typedef struct Search {
    Arena *arena;
    const CredentialSettings *settings;
    TextBuilder tried; /* a line for each source that had nothing, and why */
    Diags *diags;
} Search;

/* True and a source, or false: with errors when it was asked for by name and cannot be used, with a
   line in [search->tried] when it has nothing to say. */
typedef bool CredentialsSource(Search *search, KeySource *ret_source);

CredentialsSource credentials_from_block_web_identity; /* assume_role_with_web_identity */
CredentialsSource credentials_from_static;             /* the provider block */
CredentialsSource credentials_from_environment;        /* AWS_ACCESS_KEY_ID, ... */
CredentialsSource credentials_from_web_identity;       /* AWS_WEB_IDENTITY_TOKEN_FILE */
CredentialsSource credentials_from_profile;   /* the shared files; then container and instance, with
                                                 the profile's role on top */
CredentialsSource credentials_from_container; /* AWS_CONTAINER_CREDENTIALS_FULL_URI, ... */
CredentialsSource credentials_from_instance;  /* the instance's metadata */

void search_note(Search *search, Text source, Text why);

/* --- where keys come from --------------------------------------------------------------------- */

typedef void KeyFetchStep(KeyFetch *fetch);

typedef struct SsoLogin {
    Text session; /* the section's name; empty: of old, all in the profile */
    Text start_url, region, account, role;
} SsoLogin;

struct KeySource {
    Text name;           /* for people: "environment variables", "profile dev" */
    Credentials keys;    /* where they are simply there */
    KeyFetchStep *fetch; /* NULL: they are there; else what begins to get them */
    WebIdentity web_identity;
    SsoLogin sso;
    Text command;             /* of a process */
    Text url;                 /* of a container or an instance */
    Text token, token_file;   /* of a container: its authorization */
    bool survives_outage;     /* container and instance: expired keys may still be good while nobody
                                 answers */
    bool is_last_resort;      /* nobody asked for it: without an answer there are just no keys */
    const AssumedRole *roles; /* to be taken on with the keys, in this order */
    Text tried;               /* what the search had to say about the sources before this one */
};

/* Which source it is. False: none, or errors. */
bool credentials_find(Arena *arena, const CredentialSettings *settings, KeySource *ret_source,
                      Diags *diags);

/* "No credentials for AWS were found", with what was tried. */
Text credentials_none_text(Arena *arena, Text tried);

/* The keys of the environment; false when they are not all there. */
bool environment_keys(Credentials *ret_credentials);

/* A copy of the chain [roles] (NULL: empty) with the chain [more] at its end. */
const AssumedRole *assumed_roles_with(Arena *arena, const AssumedRole *roles,
                                      const AssumedRole *more);

/* --- one source's own, where a profile may name it, too --------------------------------------- */

KeySource web_identity_source(const WebIdentity *identity, Text name);
KeySource process_source(Text command, Text name);
KeySource sso_source(const SsoLogin *login, Text name);

/* --- fetching (keys.c) ------------------------------------------------------------------------ */

struct KeyFetch {
    KeySource source;
    Client *client; /* whose region and endpoints calls use */
    Arena *arena;   /* of the exchange */
    AwsCall *call;  /* the step under way; NULL: none */
    KeyFetchStep *next;
    Process *process; /* NULL: none */
    Text token;       /* what one step leaves for the next */
    bool asked_again;
    FetchedKeys *keys; /* that they are for */
    Credentials found;
    Text failure;     /* empty: found */
    LoopTimer *timer; /* its end */
};

/* Sends the call (unsigned, of this fetch) and goes on with [next], the answer in fetch->call. */
void key_fetch_call(KeyFetch *fetch, AwsCall *call, KeyFetchStep *next);

/* A GET or PUT of [url], which is no AWS service; each attempt takes at most [timeout]. False and
   fetch ended when it is no URL. */
AwsCall *key_fetch_request(KeyFetch *fetch, Text method, Text url, Nanoseconds timeout,
                           int64_t attempts);

/* The end, one way or the other; the waiting clients hear of it from the loop. */
void key_fetch_found(KeyFetch *fetch, const Credentials *keys);
__attribute__((format(printf, 2, 3))) void key_fetch_failed(KeyFetch *fetch, const char *format,
                                                            ...);

/* Keys in a JSON document with the names of [names]: access key, secret key, session token. False
   and fetch ended when one of the first two is missing or the expiry cannot be read. */
typedef struct KeyNames {
    const char *access_key, *secret_key, *session_token, *expires;
} KeyNames;
bool key_fetch_read(KeyFetch *fetch, Value document, KeyNames names, Credentials *ret_keys);

/* A file that holds a token, without the end of its line. False and fetch ended when it cannot be
 * read. */
bool key_fetch_token_file(KeyFetch *fetch, Text path, Text *ret_token);

/* What went wrong with an answer: its failure, or status and what it says. */
Text key_fetch_answer_text(Arena *arena, const Answer *answer);

/* The client's keys from [source]: at once where they are fresh, else later; client_have_fetched or
   client_have_nothing says so. */
void fetched_keys_ask(Client *client, const KeySource *source);
void fetched_keys_forget(FetchedKeys *keys); /* AWS calls them expired */

/* --- credentials_sts.c ------------------------------------------------------------------------ */

void sts_assume_role_request(Arena *arena, const AssumedRole *role, AwsCall *call);
void sts_web_identity_request(Arena *arena, const AssumedRole *role, Text token, AwsCall *call);
bool sts_assume_role_answer(Arena *arena, const AwsCall *call, Credentials *ret_credentials,
                            Text *ret_why);
