/*
 * protocol_parts.h: what the four protocols share, and their two functions each.
 */
#pragma once

#include "pipectl/aws/protocol.h"

/* The members of one call, and which of them have found their place in the request. */
typedef struct Members {
    Arena *arena;
    const Service *service;
    Text operation;
    const RestCall *rest; /* NULL: json, query */
    Value all;            /* an object without nulls */
    bool *placed;         /* parallel to its members */
    AwsCall *call;
} Members;

/* Without nulls and objects that held only nulls; a null when nothing is left. */
Value members_without_nulls(Arena *arena, Value value);

/* The member, marked as placed. False when there is none, or none any more. */
bool members_take(Members *members, Text name, Value *ret_value);

/* What is left for the body, as an object. */
Value members_left(const Members *members);

/* The name of member [name] of [parent] (empty: of none) on the wire. */
Text member_spelled(const Service *service, Text parent, Text name);

/* Adds what stands in [from] under its name on the wire once more under its member's. */
void member_add_spelled(const Service *service, Text parent, ValueBuilder *to, Text wire_name,
                        Value value);

void request_add_header(AwsCall *call, Text name, Text value);
void request_set_body(AwsCall *call, Text body, Text content_type);

/* A string, number or bool as text; JSON of anything else. */
Text member_text(Arena *arena, Value value);

/* REST: method, path, query and headers, and the member that is the whole body (null: there is
   none). False and why when a member of the path is missing. */
bool rest_request(Members *members, Value *ret_body, Text *ret_why);

/* REST: a body that is text, or {file, text, base64}. False when it is neither. */
bool rest_raw_body(Members *members, Value body, bool *ret_ok, Text *ret_why);

/* REST: members that travel in headers. Content-* headers are members only when they speak of an
   object's content ([of_content]), and not of the answer itself. */
void rest_answer_headers(Arena *arena, const Service *service, const Answer *answer,
                         bool of_content, ValueBuilder *to);

bool json_request(Members *members, Text *ret_why);
bool json_answer(Arena *arena, const Service *service, const Answer *answer, Value *ret_members);
bool query_request(Members *members, Text *ret_why);
bool query_answer(Arena *arena, const Service *service, Text operation, const Answer *answer,
                  Value *ret_members);
bool rest_json_request(Members *members, Text *ret_why);
bool rest_json_answer(Arena *arena, const Service *service, const RestCall *rest,
                      const Answer *answer, Value *ret_members);
bool rest_xml_request(Members *members, Text *ret_why);
bool rest_xml_answer(Arena *arena, const Service *service, const RestCall *rest,
                     const Answer *answer, Value *ret_members);

/* What AwsCall.check may be: the body is empty or whole. */
bool json_is_whole(AwsCall *call);
bool xml_is_whole(AwsCall *call);
bool xml_or_json_is_whole(AwsCall *call);
