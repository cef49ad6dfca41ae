/*
 * request.h: an HTTP request and an answer, as values. Nothing here knows a network.
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef struct Header {
    Text name; /* as it is sent; compared without regard to case */
    Text value;
} Header;

typedef LIST(Header) HeaderList;

typedef struct QueryPair {
    Text name;  /* not encoded */
    Text value; /* not encoded */
    bool bare;  /* "?acl": no "=" on the wire */
} QueryPair;

typedef LIST(QueryPair) QueryList;

/* How connections are made, where that is not as the environment says. */
typedef struct HttpSettings {
    Text ca_bundle;   /* a file of authorities, instead of SSL_CERT_FILE and the system's */
    Text authorities; /* PEM: these instead of all others */
    Text certificate; /* PEM: who we are; empty: nobody asks */
    Text private_key; /* PEM: of the certificate */
    Text http_proxy;  /* URL */
    Text https_proxy; /* URL; empty: http_proxy for both */
    Text no_proxy;    /* hosts, separated by commas */
    bool insecure;    /* whoever answers is believed */
} HttpSettings;

typedef struct Request {
    Text method;
    Text scheme;      /* "https" or "http" */
    Text host;        /* with ":port" where it is not the scheme's default */
    Text path;        /* encoded as it goes on the wire; begins with "/" */
    QueryList query;
    HeaderList headers; /* without Host, which is made of host */
    Text body;
    Text body_file;   /* instead of body: a file's path; its length in body_length */
    size_t body_length;
    Nanoseconds timeout; /* of the whole request; 0: as long as bytes come */
    bool direct;         /* through no proxy */
    const HttpSettings *http; /* NULL: as the environment says */
} Request;

typedef struct Answer {
    int status;         /* 0: none came (see failure) */
    HeaderList headers;
    Text body;
    Text failure;       /* what went wrong on the way, for people; empty when an answer came */
    Text failure_summary; /* of one that is not the network's: "No AWS credentials" */
    bool sent;          /* it may have reached the server: a change may have been made */
} Answer;

Text header_find(const HeaderList *headers, const char *name); /* empty when absent */

/* Percent-encodes all but A-Z a-z 0-9 - . _ ~ (and '/' when [slashes]). */
Text uri_encode(Arena *arena, Text text, bool slashes);
Text uri_decode(Arena *arena, Text text); /* %XX only; '+' stays */

/* Scheme, host, path and query of a URL as somebody wrote it. False when it is none. */
bool request_set_url(Arena *arena, Request *request, Text url);

/* path?query as it goes on the wire. */
Text request_target(Arena *arena, const Request *request);
