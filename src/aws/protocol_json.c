/* protocol_json.c: one path, the operation in a header, JSON both ways. */
#include "protocol_parts.h"

#include "pipectl/value/json.h"

bool json_request(Members *members, Text *ret_why)
{
    const Service *service = members->service;
    AwsCall *call = members->call;

    (void)ret_why;
    request_add_header(call, TEXT_LIT("X-Amz-Target"),
                       text_format(members->arena, TEXT_FMT "." TEXT_FMT, TEXT(service->target),
                                   TEXT(members->operation)));
    request_set_body(
        call, json_text(members->arena, members->all),
        text_format(members->arena, "application/x-amz-json-" TEXT_FMT, TEXT(service->version)));
    return true;
}

bool json_answer(Arena *arena, const Service *service, const Answer *answer, Value *ret_members)
{
    Text body = text_trim(answer->body);
    Value value;

    (void)service;
    *ret_members = value_object(arena, NULL, NULL, 0);
    if (!body.length)
        return true;
    if (!json_parse(arena, body, &value))
        return false;
    if (value_is_null(value)) /* some services answer "null" where they mean nothing */
        return true;
    if (!value_has_kind(value, TYPE_OBJECT))
        return false;
    *ret_members = value;
    return true;
}

bool json_is_whole(AwsCall *call)
{
    ArenaMark mark = arena_mark(call->arena);
    Text body = text_trim(call->answer.body);
    Value value;
    bool is_whole = !body.length || json_parse(call->arena, body, &value);

    arena_rewind(call->arena, mark);
    return is_whole;
}
