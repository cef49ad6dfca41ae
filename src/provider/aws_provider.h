/*
 * aws_provider.h: one configuration of hashicorp/aws, as operations use it.
 */
#pragma once

#include "type_plan.h"

typedef struct Waiter Waiter;

typedef enum IdentityState {
    IDENTITY_UNKNOWN, /* not asked yet */
    IDENTITY_COMING,
    IDENTITY_THERE,  /* or known to be unknowable: the account is empty */
    IDENTITY_FAILED, /* diagnostics say why; nothing can be called */
} IdentityState;

typedef struct AwsProvider {
    Provider provider;
    Arena *arena;
    Range range; /* of its block; RANGE_NONE without one */
    Exchange *exchange;
    Client *client; /* NULL: the configuration is not known, or wrong */
    Text region;
    Text partition;
    Text dns_suffix;
    Text account; /* empty: not known */
    Text caller;  /* its ARN; empty: not known */
    IdentityState identity;
    Diags identity_diags;
    AwsCall identity_call;
    Waiter *first_waiter, *last_waiter; /* operations that wait for the identity */
    TagDefaults tag_defaults;
    Value allowed_accounts;
    Value forbidden_accounts;
} AwsProvider;

/* Who waits for the identity: called once, from the loop. */
struct Waiter {
    void (*resume)(void *user);
    void *user;
    Waiter *next;
};

/* Why the identity could not be found out: of the provider, whoever asked. */
void aws_identity_problems(const AwsProvider *provider, Diags *diags);

/* True when the identity is there (or failed); else [waiter] is called when it is. */
bool aws_identity_ready(AwsProvider *provider, Waiter *waiter);

/* For ProviderKind: waits for the identity. */
bool aws_access(Provider *given, Arena *arena, ProviderAccess *ret_access, Diags *diags);

/* What expressions call `provider`, for an object that lives in [region] (empty: the provider's).
 */
Value aws_provider_value(const AwsProvider *provider, Text region, Arena *arena);

/* Tags without those that others manage. */
Value aws_visible_tags(const AwsProvider *provider, Value tags, Arena *arena);
