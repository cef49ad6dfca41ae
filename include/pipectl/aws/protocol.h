/*
 * protocol.h: the four ways AWS services speak: json, query, rest_json, rest_xml.
 *
 * Pure functions: (operation, members) to a request, an answer to a value. A `Service` is the part
 * of services/NAME.yaml that they need; members are a Value object whose names are the wire's own.
 */
#pragma once

#include "pipectl/aws/exchange.h"
#include "pipectl/value/value.h"

typedef enum Protocol {
    PROTOCOL_JSON,
    PROTOCOL_QUERY,
    PROTOCOL_REST_JSON,
    PROTOCOL_REST_XML,
} Protocol;

/* One operation of a REST service: its line in `calls`. */
typedef struct RestCall {
    Text method;
    Text path;      /* "/{Bucket}/{Key+}" */
    Text query;     /* "policy&versionId={VersionId}", without the "?" */
    Text body;      /* the member that the whole body is; empty: all that is left */
    Text answer;    /* the member that the whole answer's body is; empty: the body's members */
} RestCall;

typedef struct ListRule {
    Text member;   /* "Rules" */
    Text element;  /* of one item; "TagSet/Tag": Tag in TagSet. Query: in place of "member" */
} ListRule;

typedef struct Service {
    Text name;         /* "kinesis": endpoint prefix and signing name unless said otherwise */
    Protocol protocol;
    Text version;      /* json: "1.1"; query: the date */
    Text target;       /* json: prefix of X-Amz-Target */
    Text xml_namespace;
    bool global;       /* IAM */
    bool checksum_crc32;
    const Header *always;      /* headers of every call */
    size_t always_count;
    const Header *headers;     /* name: member, value: the header it travels in */
    size_t header_count;
    const ListRule *lists;
    size_t list_count;
    const Header *spelled;     /* name: member, value: its name on the wire */
    size_t spelled_count;
} Service;

/* Fills call->request (method, path, query, headers, body), service, operation, global and bucket.
   [rest] is NULL for json and query. False and [ret_why] when a path member is missing. */
bool protocol_request(Arena *arena, const Service *service, Text operation, const RestCall *rest,
                      Value members, AwsCall *call, Text *ret_why);

/* The members of a successful answer as an object; for XML everything is a string, lists by the
   service's rules. False when the body is not what the protocol says. */
bool protocol_answer(Arena *arena, const Service *service, Text operation, const RestCall *rest,
                     const Answer *answer, Value *ret_members);

Protocol protocol_named(Text name, bool *ret_known);
Text protocol_name(Protocol protocol);
