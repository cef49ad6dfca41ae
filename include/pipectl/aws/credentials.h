/*
 * credentials.h: whose keys requests are signed with.
 *
 * Sources are asked in the order of the AWS SDKs (credentials.c has the chain as an array): the
 * provider block, the environment, a web identity, shared files with profiles, a container, an
 * instance. One file a source. Finding which one it is needs no network; keys that have to be
 * fetched are fetched by the exchange when the first call needs them, once for all clients that
 * look in the same place, and again before they expire.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/base/diag.h"

typedef struct RoleTag {
    Text key, value;
} RoleTag;

/* A role that is taken on with the keys of someone else: a call of AssumeRole. Empty: not said. */
typedef struct AssumedRole AssumedRole;
struct AssumedRole {
    Text arn;
    Text session_name; /* empty: one is made up */
    Text external_id;
    int64_t seconds; /* 0: as AWS does */
    Text policy;     /* JSON, of the session */
    const Text *policy_arns;
    size_t policy_arn_count;
    Text source_identity;
    const RoleTag *tags;
    size_t tag_count;
    const Text *transitive_tag_keys;
    size_t transitive_tag_key_count;
    const AssumedRole *next; /* taken on with the keys of this one */
};

/* A role for whoever holds a token of an identity provider (a CI job, a pod). */
typedef struct WebIdentity {
    AssumedRole role;
    Text token;      /* empty: in the file */
    Text token_file; /* read anew each time: whoever writes it rotates it */
} WebIdentity;

typedef struct Credentials {
    Text access_key;
    Text secret_key;
    Text session_token;  /* empty: none */
    Nanoseconds expires; /* wall clock; 0: never */
    Text source;         /* for people: "environment variables", "profile dev" */
} Credentials;

typedef enum MetadataAccess { METADATA_AS_SAID, METADATA_OFF, METADATA_ON } MetadataAccess;

/* What the provider block says about where to look. Empty: not said. */
typedef struct CredentialSettings {
    Text access_key, secret_key, token;
    Text profile;             /* named in code: only it is used */
    const Text *config_files; /* instead of ~/.aws/config */
    size_t config_file_count;
    const Text *credentials_files; /* instead of ~/.aws/credentials */
    size_t credentials_file_count;
    const WebIdentity *web_identity; /* before all others; NULL: none */
    MetadataAccess metadata;         /* of the instance; as AWS_EC2_METADATA_DISABLED says */
    Text metadata_endpoint;          /* a URL instead of http://169.254.169.254 */
    Text metadata_endpoint_mode;     /* "IPv4" or "IPv6" */
} CredentialSettings;

/* A setting of a profile in the shared config files: region, endpoint_url. Empty when absent. */
Text profile_setting(Arena *arena, const CredentialSettings *settings, const char *key);

/* The same inside the profile's `services` section: service "kinesis", key "endpoint_url". */
Text profile_service_setting(Arena *arena, const CredentialSettings *settings, Text service,
                             const char *key);
