#include "protocol_parts.h"

#include "pipectl/value/json.h"

/* At the top only: what lies deeper may be a map whose keys are the user's. */
static Value spelled_members(const Members *members, Value left)
{
    ValueBuilder spelled = value_builder(members->arena);

    for (size_t i = 0; i < value_count(left); i++)
        value_builder_put(&spelled,
                          member_spelled(members->service, TEXT_NONE, value_key_at(left, i)),
                          value_at(left, i));
    return value_built_object(&spelled);
}

static bool may_have_body(Text method)
{
    return text_is(method, "POST") || text_is(method, "PUT") || text_is(method, "PATCH");
}

bool rest_json_request(Members *members, Text *ret_why)
{
    Value body, left;
    bool ok;

    if (!rest_request(members, &body, ret_why))
        return false;
    if (members->rest->body.length) {
        if (value_is_null(body))
            return true;
        if (rest_raw_body(members, body, &ok, ret_why))
            return ok;
        request_set_body(members->call, json_text(members->arena, body),
                         TEXT_LIT("application/json"));
        return true;
    }
    left = spelled_members(members, members_left(members));
    if (value_count(left) || may_have_body(members->rest->method))
        request_set_body(members->call, json_text(members->arena, left),
                         TEXT_LIT("application/json"));
    return true;
}

bool rest_json_answer(Arena *arena, const Service *service, const RestCall *rest,
                      const Answer *answer, Value *ret_members)
{
    ValueBuilder members = value_builder(arena);
    bool is_raw = rest && rest->answer.length;
    Value body;

    if (!is_raw && !json_answer(arena, service, answer, &body))
        return false;
    rest_answer_headers(arena, service, answer, is_raw, &members);
    if (is_raw)
        value_builder_put(&members, rest->answer, value_string(arena, answer->body));
    for (size_t i = 0; !is_raw && i < value_count(body); i++) {
        value_builder_put(&members, value_key_at(body, i), value_at(body, i));
        member_add_spelled(service, TEXT_NONE, &members, value_key_at(body, i), value_at(body, i));
    }
    *ret_members = value_built_object(&members);
    return true;
}
