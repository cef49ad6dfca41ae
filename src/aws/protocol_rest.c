/*
 * protocol_rest.c: what the two REST protocols share: members in the path, the query and headers.
 */
#include "protocol_parts.h"

#include "pipectl/base/digest.h"

#include <sys/stat.h>

/* --- the path ------------------------------------------------------------------------------- */

/* "{Name}" and "{Name+}", whose slashes stay. */
static bool add_path_member(Members *members, TextBuilder *path, Text placeholder, Text *ret_why)
{
    bool keeps_slashes = text_ends_with(placeholder, TEXT_LIT("+"));
    Text name = text_slice(placeholder, 0, placeholder.length - keeps_slashes), text = TEXT_NONE;
    Value value;

    if (members_take(members, name, &value))
        text = member_text(members->arena, value);
    if (!text.length) {
        *ret_why = text_format(members->arena, TEXT_FMT " needs a " TEXT_FMT ", which is empty.",
                               TEXT(members->operation), TEXT(name));
        return false;
    }
    text_add(path, uri_encode(members->arena, text, keeps_slashes));
    return true;
}

/* S3's bucket is part of the address: the exchange puts it into the host or the path. */
static Text without_bucket(Members *members, Text path)
{
    Text prefix = TEXT_LIT("/{Bucket}");
    Value bucket;

    if (!text_is(members->service->name, "s3") || !text_starts_with(path, prefix) ||
        !members_take(members, TEXT_LIT("Bucket"), &bucket))
        return path;
    members->call->bucket = member_text(members->arena, bucket);
    return text_slice(path, prefix.length, path.length);
}

static bool fill_path(Members *members, Text *ret_why)
{
    Text rest = without_bucket(members, members->rest->path), literal, placeholder;
    TextBuilder path = text_builder(members->arena);

    while (rest.length) {
        text_cut(rest, TEXT_LIT("{"), &literal, &rest);
        text_add(&path, literal);
        if (!rest.length)
            break;
        text_cut(rest, TEXT_LIT("}"), &placeholder, &rest);
        if (!add_path_member(members, &path, placeholder, ret_why))
            return false;
    }
    if (!path.length)
        text_add_char(&path, '/');
    members->call->request.path = text_built(&path);
    return true;
}

/* --- the query ------------------------------------------------------------------------------ */

static void add_pair(Members *members, Text name, Text value, bool bare)
{
    list_add(members->arena, &members->call->request.query, (QueryPair){ name, value, bare });
}

static bool is_list(Value value)
{
    return value_has_kind(value, TYPE_LIST) || value_has_kind(value, TYPE_SET) ||
           value_has_kind(value, TYPE_TUPLE);
}

/* A list repeats the name; a map ("{parameters*}") brings names of its own. */
static void add_query_member(Members *members, Text name, Text placeholder)
{
    bool is_map = text_ends_with(placeholder, TEXT_LIT("*"));
    Value value;

    if (!members_take(members, text_slice(placeholder, 0, placeholder.length - is_map), &value))
        return;
    for (size_t i = 0; (is_map || is_list(value)) && i < value_count(value); i++)
        add_pair(members, is_map ? value_key_at(value, i) : name,
                 member_text(members->arena, value_at(value, i)), false);
    if (!is_map && !is_list(value))
        add_pair(members, name, member_text(members->arena, value), false);
}

static bool is_placeholder(Text text)
{
    return text_starts_with(text, TEXT_LIT("{")) && text_ends_with(text, TEXT_LIT("}"));
}

static void fill_query(Members *members)
{
    Text rest = members->rest->query, part, name, value;

    while (rest.length) {
        bool has_value;

        text_cut(rest, TEXT_LIT("&"), &part, &rest);
        has_value = text_cut(part, TEXT_LIT("="), &name, &value);
        if (is_placeholder(part))
            add_query_member(members, TEXT_NONE, text_slice(part, 1, part.length - 1));
        else if (is_placeholder(value))
            add_query_member(members, name, text_slice(value, 1, value.length - 1));
        else
            add_pair(members, name, value, !has_value);
    }
}

/* --- headers -------------------------------------------------------------------------------- */

static void fill_headers(Members *members)
{
    for (size_t i = 0; i < members->service->header_count; i++) {
        const Header *rule = &members->service->headers[i];
        Text prefix = text_slice(rule->value, 0, rule->value.length - 1);
        bool is_map = text_ends_with(rule->value, TEXT_LIT("*"));
        Value value;

        if (!members_take(members, rule->name, &value))
            continue;
        if (!is_map)
            request_add_header(members->call, rule->value, member_text(members->arena, value));
        for (size_t j = 0; is_map && j < value_count(value); j++)
            request_add_header(members->call,
                               text_concat(members->arena, prefix, value_key_at(value, j)),
                               member_text(members->arena, value_at(value, j)));
    }
}

/* The body is taken before the headers: S3's Tagging is a document in one call and a header in
   another. */
bool rest_request(Members *members, Value *ret_body, Text *ret_why)
{
    Value body = value_null(type_dynamic);

    members->call->request.method = members->rest->method;
    if (!fill_path(members, ret_why))
        return false;
    fill_query(members);
    if (members->rest->body.length)
        members_take(members, members->rest->body, &body);
    fill_headers(members);
    *ret_body = body;
    return true;
}

/* "x-amz-meta-*": a map of what follows the prefix. */
static void add_header_map(Arena *arena, const Header *rule, const Answer *answer, ValueBuilder *to)
{
    Text prefix = text_slice(rule->value, 0, rule->value.length - 1);
    ValueBuilder map = value_builder(arena);

    for (size_t i = 0; i < answer->headers.count; i++) {
        Header header = answer->headers.items[i];
        bool is_of_map = header.name.length > prefix.length &&
                         text_equal_nocase(text_slice(header.name, 0, prefix.length), prefix);

        if (is_of_map)
            value_builder_put(
                &map, text_lower(arena, text_slice(header.name, prefix.length, header.name.length)),
                value_string(arena, header.value));
    }
    if (map.values.count)
        value_builder_put(to, rule->name, value_built_object(&map));
}

void rest_answer_headers(Arena *arena, const Service *service, const Answer *answer,
                         bool of_content, ValueBuilder *to)
{
    for (size_t i = 0; i < service->header_count; i++) {
        const Header *rule = &service->headers[i];
        Text value = header_find(&answer->headers, text_cstring(arena, rule->value));
        bool is_of_answer = text_starts_with(rule->value, TEXT_LIT("Content-")) && !of_content;

        if (text_ends_with(rule->value, TEXT_LIT("*")))
            add_header_map(arena, rule, answer, to);
        else if (value.length && !is_of_answer)
            value_builder_put(to, rule->name, value_string(arena, value));
    }
}

/* --- bodies that are no JSON and no XML ----------------------------------------------------- */

static bool set_file(Members *members, Text path, Text *ret_why)
{
    struct stat status;

    if (stat(text_cstring(members->arena, path), &status) != 0 || !S_ISREG(status.st_mode)) {
        *ret_why =
            text_format(members->arena,
                        "The file " TEXT_FMT ", which is to be sent, cannot be read.", TEXT(path));
        return false;
    }
    members->call->request.body_file = path;
    members->call->request.body_length = (size_t)status.st_size;
    return true;
}

static bool set_base64(Members *members, Text encoded, Text *ret_why)
{
    Text bytes;

    if (!base64_decode(members->arena, encoded, &bytes)) {
        *ret_why = TEXT_LIT("The body is no valid base64 text.");
        return false;
    }
    members->call->request.body = bytes;
    return true;
}

static bool is_body_object(Value body)
{
    static const char *const words[] = { "file", "text", "base64" };
    size_t known = 0;

    if (!value_has_kind(body, TYPE_OBJECT) || value_is_null(body))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        known += value_member(body, text_of(words[i]), NULL);
    return known > 0 && known == value_count(body);
}

bool rest_raw_body(Members *members, Value body, bool *ret_ok, Text *ret_why)
{
    *ret_ok = true;
    if (value_has_kind(body, TYPE_STRING)) {
        members->call->request.body = value_text(body);
        return true;
    }
    if (!is_body_object(body))
        return false;
    if (value_get_text(body, "file").length)
        *ret_ok = set_file(members, value_get_text(body, "file"), ret_why);
    else if (value_get_text(body, "base64").length)
        *ret_ok = set_base64(members, value_get_text(body, "base64"), ret_why);
    else
        members->call->request.body = value_get_text(body, "text");
    return true;
}
