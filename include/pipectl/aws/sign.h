/*
 * sign.h: AWS Signature Version 4, in headers and in the query.
 *
 * Four pure functions named as in AWS's document, and the two that put them together.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
#pragma once

#include "pipectl/aws/credentials.h"
#include "pipectl/aws/request.h"

typedef struct SigningScope {
    Text region;
    Text service;     /* the signing name: "s3", "kinesis", "execute-api" */
    Nanoseconds time; /* wall clock */
} SigningScope;

/* How paths and bodies of the service are treated. */
typedef struct SigningRules {
    bool path_once;      /* S3: the path is signed as it is; else normalised and encoded again */
    bool payload_header; /* S3: x-amz-content-sha256 is sent and signed */
} SigningRules;

Text canonical_request(Arena *arena, const Request *request, Text payload_hash,
                       const SigningRules *rules);
Text string_to_sign(Arena *arena, const SigningScope *scope, Text canonical);
Text signing_key(Arena *arena, Text secret_key, const SigningScope *scope);  /* raw bytes */
Text signature(Arena *arena, Text key, Text string_to_sign);                 /* hex */

/* Adds X-Amz-Date, X-Amz-Security-Token, (x-amz-content-sha256) and Authorization. */
void sign_request(Arena *arena, Request *request, const Credentials *credentials,
                  const SigningScope *scope, const SigningRules *rules);

/* The presigned URL of the request, valid for [seconds]. */
Text sign_url(Arena *arena, const Request *request, const Credentials *credentials,
              const SigningScope *scope, const SigningRules *rules, int64_t seconds);
