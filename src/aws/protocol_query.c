/*
 * protocol_query.c: a form with dotted names goes out, XML comes back.
 *
 *   Tags.member.1.Key=a&Tags.member.1.Value=b        lists
 *   Attributes.entry.1.key=a&Attributes.entry.1.value=b        maps
 */
#include "protocol_parts.h"
#include "xml.h"

/* --- requests ------------------------------------------------------------------------------- */

static void add_value(const Members *members, TextBuilder *form, Text prefix, Text name,
                      Value value);

static void add_pair(const Members *members, TextBuilder *form, Text name, Text value)
{
    text_add_format(form, "%s" TEXT_FMT "=" TEXT_FMT, form->length ? "&" : "",
                    TEXT(uri_encode(members->arena, name, false)),
                    TEXT(uri_encode(members->arena, value, false)));
}

static Text element_of(const Service *service, Text member)
{
    for (size_t i = 0; i < service->list_count; i++)
        if (text_equal(service->lists[i].member, member))
            return service->lists[i].element;
    return TEXT_LIT("member");
}

static void add_list(const Members *members, TextBuilder *form, Text prefix, Text name, Value value)
{
    if (!value_count(value)) /* an empty list has no first element: its name alone says it */
        add_pair(members, form, prefix, TEXT_NONE);
    for (size_t i = 0; i < value_count(value); i++)
        add_value(members, form,
                  text_format(members->arena, TEXT_FMT "." TEXT_FMT ".%zu", TEXT(prefix),
                              TEXT(element_of(members->service, name)), i + 1),
                  name, value_at(value, i));
}

static void add_map(const Members *members, TextBuilder *form, Text prefix, Value value)
{
    for (size_t i = 0; i < value_count(value); i++) {
        Text entry = text_format(members->arena, TEXT_FMT ".entry.%zu", TEXT(prefix), i + 1);

        add_pair(members, form, text_concat(members->arena, entry, TEXT_LIT(".key")),
                 value_key_at(value, i));
        add_value(members, form, text_concat(members->arena, entry, TEXT_LIT(".value")), TEXT_NONE,
                  value_at(value, i));
    }
}

static void add_object(const Members *members, TextBuilder *form, Text prefix, Text parent,
                       Value value)
{
    for (size_t i = 0; i < value_count(value); i++) {
        Text key = value_key_at(value, i), wire = member_spelled(members->service, parent, key);
        Text path = prefix.length ? text_format(members->arena, TEXT_FMT "." TEXT_FMT, TEXT(prefix),
                                                TEXT(wire))
                                  : wire;

        add_value(members, form, path, key, value_at(value, i));
    }
}

static void add_value(const Members *members, TextBuilder *form, Text prefix, Text name,
                      Value value)
{
    if (value_is_null(value))
        return;
    switch (value.type->kind) {
    case TYPE_OBJECT:
        add_object(members, form, prefix, name, value);
        break;
    case TYPE_MAP:
        add_map(members, form, prefix, value);
        break;
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        add_list(members, form, prefix, name, value);
        break;
    default:
        add_pair(members, form, prefix, member_text(members->arena, value));
    }
}

bool query_request(Members *members, Text *ret_why)
{
    TextBuilder form = text_builder(members->arena);

    (void)ret_why;
    add_pair(members, &form, TEXT_LIT("Action"), members->operation);
    add_pair(members, &form, TEXT_LIT("Version"), members->service->version);
    add_object(members, &form, TEXT_NONE, TEXT_NONE, members->all);
    request_set_body(members->call, text_built(&form),
                     TEXT_LIT("application/x-www-form-urlencoded; charset=utf-8"));
    return true;
}

/* --- answers -------------------------------------------------------------------------------- */

static Value value_of_element(Arena *arena, const Service *service, const XmlElement *element);

static bool has_only(const XmlElement *element, Text name)
{
    for (size_t i = 0; i < element->children.count; i++)
        if (!text_equal(element->children.items[i]->name, name))
            return false;
    return element->children.count > 0;
}

static bool is_list_by_rule(const Service *service, Text member)
{
    for (size_t i = 0; i < service->list_count; i++)
        if (text_equal(service->lists[i].member, member))
            return true;
    return false;
}

static Value list_of_element(Arena *arena, const Service *service, const XmlElement *element)
{
    ValueBuilder items = value_builder(arena);

    for (size_t i = 0; i < element->children.count; i++)
        value_builder_add(&items, value_of_element(arena, service, element->children.items[i]));
    return value_built_tuple(&items);
}

static Value map_of_element(Arena *arena, const Service *service, const XmlElement *element)
{
    ValueBuilder entries = value_builder(arena);

    for (size_t i = 0; i < element->children.count; i++) {
        const XmlElement *entry = element->children.items[i];
        const XmlElement *key = xml_child(entry, "key"), *value = xml_child(entry, "value");

        if (key && value)
            value_builder_put(&entries, key->text, value_of_element(arena, service, value));
    }
    return value_built_object(&entries);
}

static Value object_of_element(Arena *arena, const Service *service, const XmlElement *element)
{
    ValueBuilder members = value_builder(arena);

    for (size_t i = 0; i < element->children.count; i++) {
        const XmlElement *child = element->children.items[i];
        Value value = value_of_element(arena, service, child);

        value_builder_put(&members, child->name, value);
        member_add_spelled(service, element->name, &members, child->name, value);
    }
    return value_built_object(&members);
}

static Value value_of_element(Arena *arena, const Service *service, const XmlElement *element)
{
    bool is_blank = !text_trim(element->text).length &&
                    text_find(element->text, TEXT_LIT("\n")) != TEXT_NOT_FOUND;

    if (is_list_by_rule(service, element->name) || has_only(element, TEXT_LIT("member")))
        return list_of_element(arena, service, element);
    if (has_only(element, TEXT_LIT("entry")))
        return map_of_element(arena, service, element);
    if (element->children.count)
        return object_of_element(arena, service, element);
    return value_string(arena, is_blank ? TEXT_NONE : element->text);
}

/* <GetRoleResponse><GetRoleResult>...: what is in the result. An operation without one answers
   nothing. */
bool query_answer(Arena *arena, const Service *service, Text operation, const Answer *answer,
                  Value *ret_members)
{
    const XmlElement *root = xml_parse(arena, text_trim(answer->body)), *result;

    *ret_members = value_object(arena, NULL, NULL, 0);
    if (!text_trim(answer->body).length)
        return true;
    if (!root)
        return false;
    result = xml_child(root, text_format(arena, TEXT_FMT "Result", TEXT(operation)).bytes);
    if (result && result->children.count)
        *ret_members = object_of_element(arena, service, result);
    return true;
}
