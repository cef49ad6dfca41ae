/*
 * credentials_parts.h: the sources of credentials, one a file, and what they share.
 *
 * A source gives true and credentials, or false: with errors when it was asked for by name and
 * failed, without when it has nothing to say.
 */
#pragma once

#include "pipectl/aws/exchange.h"

typedef bool CredentialsSource(Arena *arena, const CredentialSettings *settings,
                               Credentials *ret_credentials, Diags *diags);

CredentialsSource credentials_from_static;      /* the provider block */
CredentialsSource credentials_from_environment; /* AWS_ACCESS_KEY_ID, ... */
CredentialsSource credentials_from_profile; /* the shared files, with source_profile and role_arn */

/* The keys of the environment; false when they are not all there. */
bool environment_keys(Credentials *ret_credentials);

/* A copy of the chain [roles] (NULL: empty) with [role] at its end. */
const AssumedRole *assumed_roles_with(Arena *arena, const AssumedRole *roles,
                                      const AssumedRole *role);

/* --- credentials_sts.c ----------------------------------------------------------------------- */

void sts_assume_role_request(Arena *arena, const AssumedRole *role, AwsCall *call);
bool sts_assume_role_answer(Arena *arena, const Answer *answer, Credentials *ret_credentials,
                            Text *ret_why);
