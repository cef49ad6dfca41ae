/*
 * endpoint.h: where a call goes, and for which region it is signed. Pure but for the environment.
 */
#pragma once

#include "pipectl/aws/exchange.h"

typedef struct Endpoint {
    Text scheme;
    Text host;         /* with the bucket, in virtual-host style */
    Text path; /* before the request's own: of a custom URL, and the bucket in path style; no "/" at
                  the end */
    Text region;       /* that the request is signed for */
    Text signing_name; /* "monitoring" for cloudwatch, else the service */
} Endpoint;

/* The URL that somebody configured for the service; empty: AWS's own. Reads environment and files,
   so ask once. */
Text endpoint_configured_url(Arena *arena, const ClientSettings *settings, Text service);

/* Whether FIPS and dual-stack hosts are wanted, where the provider block does not say so: environment
   and profile. Reads files. */
void endpoint_variants_find(Arena *arena, ClientSettings *settings);

/* [url] is the configured one, or empty. False and [ret_why] when it is no URL. */
bool endpoint_find(Arena *arena, const ClientSettings *settings, Text url, const AwsCall *call,
                   Endpoint *ret_endpoint, Text *ret_why);

/* The service's name in the SDKs' settings: "logs" is "cloudwatch_logs". In upper case it ends
   AWS_ENDPOINT_URL_<SERVICE>. */
Text endpoint_setting_name(Arena *arena, Text service);
