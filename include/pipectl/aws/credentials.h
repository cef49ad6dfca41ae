/*
 * credentials.h: whose keys requests are signed with.
 *
 * Sources are asked in the order of the AWS SDKs (credentials.c has the chain as an array): static
 * keys of the provider block, environment, shared files with profiles, ... One file a source.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/base/diag.h"

/* A role that is taken on with the keys of someone else: a call of AssumeRole. */
typedef struct AssumedRole AssumedRole;
struct AssumedRole {
    Text arn;
    Text session_name;       /* empty: one is made up */
    Text external_id;        /* empty: none */
    int64_t seconds;         /* 0: as AWS does */
    const AssumedRole *next; /* taken on with the keys of this one */
};

typedef struct Credentials {
    Text access_key;
    Text secret_key;
    Text session_token;    /* empty: none */
    Nanoseconds expires;   /* wall clock; 0: never */
    Text source;           /* for people: "environment variables", "profile dev" */
    const AssumedRole *roles; /* to be taken on before use, in this order; the exchange does it */
} Credentials;

/* What the provider block and environment say about where to look. Empty texts: not said. */
typedef struct CredentialSettings {
    Text access_key, secret_key, token;
    Text profile;                     /* named in code: only it is used */
    const Text *config_files;         /* instead of ~/.aws/config */
    size_t config_file_count;
    const Text *credentials_files;    /* instead of ~/.aws/credentials */
    size_t credentials_file_count;
} CredentialSettings;

/* True and credentials, or false: with errors when a source that was asked for by name failed,
   without when none had any. */
bool credentials_find(Arena *arena, const CredentialSettings *settings,
                      Credentials *ret_credentials, Diags *diags);

/* A setting of a profile in the shared config files: region, endpoint_url. Empty when absent. */
Text profile_setting(Arena *arena, const CredentialSettings *settings, const char *key);

/* The same inside the profile's `services` section: service "kinesis", key "endpoint_url". */
Text profile_service_setting(Arena *arena, const CredentialSettings *settings, Text service,
                             const char *key);
