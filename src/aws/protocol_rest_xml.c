/*
 * protocol_rest_xml.c: S3. Members become elements and elements members.
 *
 * XML does not say what is a list. The service's `lists` do: {Rules: Rule} is <Rule/><Rule/> where
 * its parent's members are; {TagSet: TagSet/Tag} is <TagSet><Tag/><Tag/></TagSet>. An answer's
 * element is known under its own name, too, since <Rule> is a list in one answer and a single thing
 * in another.
 */
#include "protocol_parts.h"
#include "xml.h"

#include "pipectl/base/digest.h"
#include "pipectl/base/table.h"

/* --- lists ---------------------------------------------------------------------------------- */

typedef struct ListElement {
    Text around; /* empty: none */
    Text item;
} ListElement;

static ListElement list_element(const ListRule *rule)
{
    ListElement element;

    if (!text_cut(rule->element, TEXT_LIT("/"), &element.around, &element.item))
        element = (ListElement){ TEXT_NONE, rule->element };
    return element;
}

static ListElement element_of_list(const Service *service, Text member)
{
    for (size_t i = 0; i < service->list_count; i++)
        if (text_equal(service->lists[i].member, member))
            return list_element(&service->lists[i]);
    return (ListElement){ member, TEXT_LIT("member") };
}

static bool is_list(Value value)
{
    return value_has_kind(value, TYPE_LIST) || value_has_kind(value, TYPE_SET) ||
           value_has_kind(value, TYPE_TUPLE);
}

/* --- requests ------------------------------------------------------------------------------- */

typedef struct Writing {
    const Members *members;
    TextBuilder xml;
} Writing;

static void write_members(Writing *writing, Text parent, Value object);

/* Members that are spelled "@name" are attributes of the element that holds them. */
static void write_attributes(Writing *writing, Text parent, Value object)
{
    for (size_t i = 0; i < value_count(object); i++) {
        Text wire = member_spelled(writing->members->service, parent, value_key_at(object, i));

        if (!text_starts_with(wire, TEXT_LIT("@")))
            continue;
        if (text_starts_with(wire, TEXT_LIT("@xsi:")))
            text_add(&writing->xml,
                     TEXT_LIT(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""));
        text_add_format(&writing->xml, " " TEXT_FMT "=\"", TEXT(text_slice(wire, 1, wire.length)));
        xml_add_text(&writing->xml, member_text(writing->members->arena, value_at(object, i)));
        text_add_char(&writing->xml, '"');
    }
}

/* [name] is the element's, [member] what the rules call it. */
static void write_element(Writing *writing, Text name, Text member, Value value)
{
    bool is_object = value_has_kind(value, TYPE_OBJECT);

    text_add_format(&writing->xml, "<" TEXT_FMT, TEXT(name));
    if (is_object)
        write_attributes(writing, member, value);
    text_add_char(&writing->xml, '>');
    if (is_object)
        write_members(writing, member, value);
    else
        xml_add_text(&writing->xml, member_text(writing->members->arena, value));
    text_add_format(&writing->xml, "</" TEXT_FMT ">", TEXT(name));
}

static void write_list(Writing *writing, Text member, Value list)
{
    ListElement element = element_of_list(writing->members->service, member);

    if (element.around.length)
        text_add_format(&writing->xml, "<" TEXT_FMT ">", TEXT(element.around));
    for (size_t i = 0; i < value_count(list); i++)
        write_element(writing, element.item, member, value_at(list, i));
    if (element.around.length)
        text_add_format(&writing->xml, "</" TEXT_FMT ">", TEXT(element.around));
}

static void write_members(Writing *writing, Text parent, Value object)
{
    for (size_t i = 0; i < value_count(object); i++) {
        Text member = value_key_at(object, i),
             wire = member_spelled(writing->members->service, parent, member);
        Value value = value_at(object, i);

        if (text_starts_with(wire, TEXT_LIT("@")))
            continue;
        if (is_list(value))
            write_list(writing, member, value);
        else
            write_element(writing, wire, member, value);
    }
}

static Text document(const Members *members, Text root, Value body)
{
    Writing writing = { members, text_builder(members->arena) };
    Text wire = member_spelled(members->service, TEXT_NONE, root),
         space = members->service->xml_namespace;

    text_add_format(&writing.xml, "<" TEXT_FMT, TEXT(wire));
    if (space.length)
        text_add_format(&writing.xml, " xmlns=\"" TEXT_FMT "\"", TEXT(space));
    text_add_char(&writing.xml, '>');
    write_members(&writing, root, body);
    text_add_format(&writing.xml, "</" TEXT_FMT ">", TEXT(wire));
    return text_built(&writing.xml);
}

/* --- checksums ------------------------------------------------------------------------------ */

/* S3 knows no checksum for the bodies of these two. */
static const char *const without_checksum[] = { "CreateBucket",
                                                "PutBucketNotificationConfiguration" };

static bool has_checksum(const Members *members)
{
    const Request *request = &members->call->request;

    for (size_t i = 0; i < sizeof without_checksum / sizeof *without_checksum; i++)
        if (text_is(members->operation, without_checksum[i]))
            return false;
    for (size_t i = 0; i < request->headers.count; i++)
        if (text_equal_nocase(text_slice(request->headers.items[i].name, 0, 15),
                              TEXT_LIT("x-amz-checksum-")))
            return false;
    return members->service->checksum_crc32 && members->rest->body.length;
}

static Text base64_of_crc32(Arena *arena, uint32_t sum)
{
    const char bytes[] = { (char)(sum >> 24), (char)(sum >> 16), (char)(sum >> 8), (char)sum };

    return base64_encode(arena, (Text){ bytes, sizeof bytes });
}

static bool body_crc32(const Request *request, Arena *arena, Text *ret_sum)
{
    uint32_t sum = crc32_of(request->body);

    if (request->body_file.length && !crc32_of_file(request->body_file, &sum))
        return false;
    *ret_sum = base64_of_crc32(arena, sum);
    return true;
}

static bool body_digest(const Request *request, Arena *arena, DigestKind kind, Text *ret_sum)
{
    Digest digest = digest_of(kind, request->body);

    if (request->body_file.length && !digest_of_file(kind, request->body_file, &digest))
        return false;
    *ret_sum = base64_encode(arena, digest_text(&digest));
    return true;
}

/* The sum that x-amz-sdk-checksum-algorithm names, else CRC-32. */
static bool add_checksum(Members *members, Text *ret_why)
{
    Request *request = &members->call->request;
    Text algorithm = header_find(&request->headers, "x-amz-sdk-checksum-algorithm"),
         name = TEXT_LIT("x-amz-checksum-crc32"), sum;
    bool ok;

    if (text_equal_nocase(algorithm, TEXT_LIT("SHA256")) ||
        text_equal_nocase(algorithm, TEXT_LIT("SHA1"))) {
        bool is_sha1 = text_equal_nocase(algorithm, TEXT_LIT("SHA1"));

        name = is_sha1 ? TEXT_LIT("x-amz-checksum-sha1") : TEXT_LIT("x-amz-checksum-sha256");
        ok = body_digest(request, members->arena, is_sha1 ? DIGEST_SHA1 : DIGEST_SHA256, &sum);
    } else if (algorithm.length && !text_equal_nocase(algorithm, TEXT_LIT("CRC32"))) {
        *ret_why = text_format(members->arena,
                               "The checksum algorithm " TEXT_FMT
                               " is not supported yet: CRC32, SHA1 and SHA256 are.",
                               TEXT(algorithm));
        return false;
    } else {
        ok = body_crc32(request, members->arena, &sum);
    }
    if (!ok)
        *ret_why = text_format(members->arena,
                               "The file " TEXT_FMT ", which is to be sent, cannot be read.",
                               TEXT(request->body_file));
    else
        request_add_header(members->call, name, sum);
    return ok;
}

bool rest_xml_request(Members *members, Text *ret_why)
{
    Value body;
    bool ok = true;

    if (!rest_request(members, &body, ret_why))
        return false;
    if (!value_is_null(body) && !rest_raw_body(members, body, &ok, ret_why))
        request_set_body(members->call, document(members, members->rest->body, body),
                         TEXT_LIT("application/xml"));
    return ok && (!has_checksum(members) || add_checksum(members, ret_why));
}

/* --- answers -------------------------------------------------------------------------------- */

static Value value_of_element(Arena *arena, const Service *service, const XmlElement *element);

/* An element is a string or an object, so a tuple can only stand for several of one name. */
static Value as_list(Arena *arena, Value value)
{
    return value_has_kind(value, TYPE_TUPLE) ? value : value_tuple(arena, &value, 1);
}

static Value children_named(Arena *arena, const XmlElement *element, const Value *values, Text name)
{
    ValueBuilder named = value_builder(arena);

    for (size_t i = 0; i < element->children.count; i++)
        if (text_equal(element->children.items[i]->name, name))
            value_builder_add(&named, values[i]);
    return named.values.count == 1 ? named.values.items[0] : value_built_tuple(&named);
}

/* Children under their own names, and as they are spelled: one is itself, several are a list. */
static void add_children(Arena *arena, const Service *service, const XmlElement *element,
                         ValueBuilder *members)
{
    Value *values = arena_array(arena, Value, element->children.count);
    Table seen = { 0 };

    for (size_t i = 0; i < element->children.count; i++)
        values[i] = value_of_element(arena, service, element->children.items[i]);
    for (size_t i = 0; i < element->children.count; i++) {
        Text name = element->children.items[i]->name;
        Value value;

        if (table_has(&seen, name))
            continue;
        table_put(arena, &seen, name, element->children.items[i]);
        value = children_named(arena, element, values, name);
        value_builder_put(members, name, value);
        member_add_spelled(service, element->name, members, name, value);
    }
}

/* What the service's rules know as lists, made of [own]: the element's children under their own
   names. */
static void add_lists(Arena *arena, const Service *service, Value own, ValueBuilder *members)
{
    for (size_t i = 0; i < service->list_count; i++) {
        ListElement names = list_element(&service->lists[i]);
        Value found, items = value_tuple(arena, NULL, 0);

        if (!value_member(own, names.around.length ? names.around : names.item, &found))
            continue;
        if (!names.around.length)
            items = as_list(arena, found);
        else if (value_has_kind(found, TYPE_OBJECT) && value_member(found, names.item, &found))
            items = as_list(arena, found);
        value_builder_put(members, service->lists[i].member, items);
    }
}

static void add_attributes(Arena *arena, const Service *service, const XmlElement *element,
                           ValueBuilder *members)
{
    for (size_t i = 0; i < element->attributes.count; i++) {
        const XmlAttribute *attribute = &element->attributes.items[i];
        Text wire = text_concat(arena, TEXT_LIT("@"), attribute->name);

        member_add_spelled(service, element->name, members, wire,
                           value_string(arena, attribute->value));
    }
}

/* [ret_is_empty]: there was nothing in it, so it may as well be an empty text. */
static Value object_of_element(Arena *arena, const Service *service, const XmlElement *element,
                               bool *ret_is_empty)
{
    ValueBuilder members = value_builder(arena);

    add_attributes(arena, service, element, &members);
    *ret_is_empty = !members.values.count && !element->children.count;
    add_children(arena, service, element, &members);
    add_lists(arena, service, value_built_object(&members), &members);
    return value_built_object(&members);
}

/* A leaf is a string. White space around line ends is a pretty printer's, between words it is the
   text's. */
static Value value_of_element(Arena *arena, const Service *service, const XmlElement *element)
{
    bool is_blank = !text_trim(element->text).length &&
                    text_find(element->text, TEXT_LIT("\n")) != TEXT_NOT_FOUND;
    bool is_leaf;
    Value object = object_of_element(arena, service, element, &is_leaf);

    if (!is_leaf)
        return object;
    return value_string(arena, is_blank ? TEXT_NONE : element->text);
}

static bool is_xml(Text body)
{
    return text_starts_with(text_trim(body), TEXT_LIT("<"));
}

/* The content of an object is whatever it is; every other answer is XML, or JSON (a policy). */
static bool is_content(const RestCall *rest)
{
    return rest && text_is(rest->answer, "Body");
}

static bool is_about_content(const RestCall *rest)
{
    return is_content(rest) || (rest && text_is(rest->method, "HEAD"));
}

static bool add_document(Arena *arena, const Service *service, Text whole, const Answer *answer,
                         ValueBuilder *members)
{
    const XmlElement *root = xml_parse(arena, text_trim(answer->body));
    bool is_empty;
    Value body;

    if (!root)
        return false;
    body = object_of_element(arena, service, root, &is_empty);
    if (whole.length)
        value_builder_put(members, whole, body);
    else if (is_empty &&
             text_trim(root->text).length) /* <LocationConstraint>eu-west-1</LocationConstraint> */
        value_builder_put(members, root->name, value_string(arena, text_trim(root->text)));
    for (size_t i = 0; !whole.length && i < value_count(body); i++)
        value_builder_put(members, value_key_at(body, i), value_at(body, i));
    return true;
}

/* Some stores answer a change with a text, which nobody reads. POST and GET answer documents. */
static bool is_unread(Text method, Text body)
{
    return !is_xml(body) && (text_is(method, "PUT") || text_is(method, "DELETE"));
}

bool rest_xml_answer(Arena *arena, const Service *service, const RestCall *rest,
                     const Answer *answer, Value *ret_members)
{
    ValueBuilder members = value_builder(arena);
    Text whole = rest ? rest->answer : TEXT_NONE;
    bool is_document = is_xml(answer->body) && !is_content(rest);

    rest_answer_headers(arena, service, answer, is_about_content(rest), &members);
    if (is_document && !add_document(arena, service, whole, answer, &members))
        return false;
    if (!is_document && !whole.length && text_trim(answer->body).length &&
        !(rest && is_unread(rest->method, answer->body)))
        return false;
    if (!is_document && whole.length)
        value_builder_put(&members, whole, value_string(arena, answer->body));
    *ret_members = value_built_object(&members);
    return true;
}

bool xml_is_whole(AwsCall *call)
{
    ArenaMark mark = arena_mark(call->arena);
    Text body = text_trim(call->answer.body);
    bool is_whole = !body.length || is_unread(call->request.method, body) ||
                    xml_parse(call->arena, body);

    arena_rewind(call->arena, mark);
    return is_whole;
}

bool xml_or_json_is_whole(AwsCall *call)
{
    return is_xml(call->answer.body) ? xml_is_whole(call) : json_is_whole(call);
}
