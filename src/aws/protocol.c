/* protocol.c: what is common to the protocols, and the choice between them. */
#include "protocol_parts.h"

#include "pipectl/value/json.h"

static const char *const protocol_names[] = {
    [PROTOCOL_JSON] = "json",
    [PROTOCOL_QUERY] = "query",
    [PROTOCOL_REST_JSON] = "rest_json",
    [PROTOCOL_REST_XML] = "rest_xml",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

Protocol protocol_named(Text name, bool *ret_known)
{
    for (size_t i = 0; i < COUNT(protocol_names); i++) {
        *ret_known = text_is(name, protocol_names[i]);
        if (*ret_known)
            return (Protocol)i;
    }
    return PROTOCOL_JSON;
}

Text protocol_name(Protocol protocol)
{
    return text_of(protocol_names[protocol]);
}

/* --- members -------------------------------------------------------------------------------- */

static Value object_without_nulls(Arena *arena, Value value)
{
    ValueBuilder kept = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        Value member = members_without_nulls(arena, value_at(value, i));

        if (!value_is_null(member))
            value_builder_put(&kept, value_key_at(value, i), member);
    }
    if (value_count(value) && !kept.values.count)
        return value_null(type_dynamic);
    return value_built_object(&kept);
}

static Value list_without_nulls(Arena *arena, Value value)
{
    ValueBuilder kept = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        Value member = members_without_nulls(arena, value_at(value, i));

        if (!value_is_null(member))
            value_builder_add(&kept, member);
    }
    return value_built_tuple(&kept);
}

Value members_without_nulls(Arena *arena, Value value)
{
    if (value_is_null(value))
        return value_null(type_dynamic);
    switch (value.type->kind) {
    case TYPE_OBJECT:
    case TYPE_MAP:
        return object_without_nulls(arena, value);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        return list_without_nulls(arena, value);
    default:
        return value;
    }
}

bool members_take(Members *members, Text name, Value *ret_value)
{
    for (size_t i = 0; i < value_count(members->all); i++) {
        if (members->placed[i] || !text_equal(value_key_at(members->all, i), name))
            continue;
        members->placed[i] = true;
        *ret_value = value_at(members->all, i);
        return true;
    }
    return false;
}

Value members_left(const Members *members)
{
    ValueBuilder left = value_builder(members->arena);

    for (size_t i = 0; i < value_count(members->all); i++)
        if (!members->placed[i])
            value_builder_put(&left, value_key_at(members->all, i), value_at(members->all, i));
    return value_built_object(&left);
}

Text member_text(Arena *arena, Value value)
{
    return type_is_primitive(value.type) ? value_to_text(arena, value) : json_text(arena, value);
}

/* --- spelling ------------------------------------------------------------------------------- */

/* Is the rule's member ("Key" or "Filter.Key") this one? */
static bool is_member(Text rule, Text parent, Text name)
{
    Text rule_parent, rule_name;

    if (!text_cut(rule, TEXT_LIT("."), &rule_parent, &rule_name))
        return text_equal(rule, name);
    return text_equal(rule_parent, parent) && text_equal(rule_name, name);
}

Text member_spelled(const Service *service, Text parent, Text name)
{
    for (size_t i = 0; i < service->spelled_count; i++)
        if (is_member(service->spelled[i].name, parent, name))
            return service->spelled[i].value;
    return name;
}

void member_add_spelled(const Service *service, Text parent, ValueBuilder *to, Text wire_name,
                        Value value)
{
    for (size_t i = 0; i < service->spelled_count; i++) {
        Text rule = service->spelled[i].name, rule_parent, rule_name;
        bool has_parent = text_cut(rule, TEXT_LIT("."), &rule_parent, &rule_name);

        if (text_equal(service->spelled[i].value, wire_name) &&
            (!has_parent || text_equal(rule_parent, parent)))
            value_builder_put(to, has_parent ? rule_name : rule, value);
    }
}

/* --- requests ------------------------------------------------------------------------------- */

void request_add_header(AwsCall *call, Text name, Text value)
{
    list_add(call->arena, &call->request.headers, (Header){ name, value });
}

void request_set_body(AwsCall *call, Text body, Text content_type)
{
    call->request.body = body;
    if (content_type.length && !header_find(&call->request.headers, "Content-Type").length)
        request_add_header(call, TEXT_LIT("Content-Type"), content_type);
}

/* Bodies that are a member as a whole may be anything, but S3 has policies there and documents. */
static bool (*check_of(const Service *service, const RestCall *rest))(AwsCall *)
{
    bool is_member = rest && rest->answer.length;

    switch (service->protocol) {
    case PROTOCOL_QUERY:
        return xml_is_whole;
    case PROTOCOL_REST_XML:
        return !is_member                      ? xml_is_whole
               : text_is(rest->answer, "Body") ? NULL
                                               : xml_or_json_is_whole;
    default:
        return is_member ? NULL : json_is_whole;
    }
}

bool protocol_request(Arena *arena, const Service *service, Text operation, const RestCall *rest,
                      Value members, AwsCall *call, Text *ret_why)
{
    static bool (*const requests[])(Members *, Text *) = {
        [PROTOCOL_JSON] = json_request,
        [PROTOCOL_QUERY] = query_request,
        [PROTOCOL_REST_JSON] = rest_json_request,
        [PROTOCOL_REST_XML] = rest_xml_request,
    };
    Value all = members_without_nulls(arena, members);
    Members parts = { arena, service, operation, rest, all, NULL, call };

    if (value_is_null(all))
        parts.all = value_object(arena, NULL, NULL, 0);
    parts.placed = arena_array(arena, bool, value_count(parts.all) + 1);
    if (!call->arena)
        call->arena = arena;
    call->service = service->name;
    call->operation = operation;
    call->global = service->global;
    call->check = check_of(service, rest);
    call->request = (Request){ .method = TEXT_LIT("POST"), .path = TEXT_LIT("/") };
    for (size_t i = 0; i < service->always_count; i++)
        request_add_header(call, service->always[i].name, service->always[i].value);
    return requests[service->protocol](&parts, ret_why);
}

bool protocol_answer(Arena *arena, const Service *service, Text operation, const RestCall *rest,
                     const Answer *answer, Value *ret_members)
{
    switch (service->protocol) {
    case PROTOCOL_JSON:
        return json_answer(arena, service, answer, ret_members);
    case PROTOCOL_QUERY:
        return query_answer(arena, service, operation, answer, ret_members);
    case PROTOCOL_REST_JSON:
        return rest_json_answer(arena, service, rest, answer, ret_members);
    default:
        return rest_xml_answer(arena, service, rest, answer, ret_members);
    }
}
