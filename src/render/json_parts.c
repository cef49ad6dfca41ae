#include "json_parts.h"

#include "pipectl/value/json.h"

/* --- members --------------------------------------------------------------------------------- */

void json_separate(TextBuilder *builder)
{
    char last = builder->length > 0 ? builder->bytes[builder->length - 1] : '[';

    if (last != '{' && last != '[' && last != ':')
        text_add_char(builder, ',');
}

void json_key(TextBuilder *builder, Text name)
{
    json_separate(builder);
    json_add_string(builder, name);
    text_add_char(builder, ':');
}

void json_put_text(TextBuilder *builder, const char *name, Text text)
{
    if (text.length == 0)
        return;
    json_key(builder, text_of(name));
    json_add_string(builder, text);
}

void json_put_bool(TextBuilder *builder, const char *name, bool value)
{
    json_key(builder, text_of(name));
    text_add(builder, value ? TEXT_LIT("true") : TEXT_LIT("false"));
}

void json_put_texts(TextBuilder *builder, const char *name, const TextList *texts)
{
    if (texts->count == 0)
        return;
    json_key(builder, text_of(name));
    text_add_char(builder, '[');
    for (size_t i = 0; i < texts->count; i++) {
        json_separate(builder);
        json_add_string(builder, texts->items[i]);
    }
    text_add_char(builder, ']');
}

void json_put_value(TextBuilder *builder, const char *name, Value value)
{
    json_key(builder, text_of(name));
    json_add(builder, value);
}

void json_put_key(TextBuilder *builder, InstanceKey key)
{
    if (key.kind != KEY_NONE)
        json_put_value(builder, "index", key_value(key));
}

/* --- layout ---------------------------------------------------------------------------------- */

static void add_line(TextBuilder *builder, size_t level)
{
    text_add_char(builder, '\n');
    text_add_repeated(builder, ' ', 2 * level);
}

/* Past the string that begins at [at]. */
static size_t string_end(Text text, size_t at)
{
    for (at++; at < text.length && text.bytes[at] != '"'; at++)
        at += text.bytes[at] == '\\';
    return at + 1;
}

Text json_indented(Arena *arena, Text compact)
{
    TextBuilder builder = text_builder(arena);
    size_t level = 0;

    for (size_t at = 0; at < compact.length; at++) {
        char c = compact.bytes[at], next = at + 1 < compact.length ? compact.bytes[at + 1] : 0;

        if (c == '"') {
            size_t end = string_end(compact, at);

            text_add(&builder, text_slice(compact, at, end));
            at = end - 1;
        } else if ((c == '{' || c == '[') && next != '}' && next != ']') {
            text_add_char(&builder, c);
            add_line(&builder, ++level);
        } else if (c == '}' || c == ']') {
            char before = compact.bytes[at - 1];

            if (before != '{' && before != '[')
                add_line(&builder, --level);
            text_add_char(&builder, c);
        } else {
            text_add_char(&builder, c);
            if (c == ',')
                add_line(&builder, level);
            else if (c == ':')
                text_add_char(&builder, ' ');
        }
    }
    return text_built(&builder);
}

/* --- views of a value ------------------------------------------------------------------------ */

static bool is_keyed(Value value)
{
    return value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP;
}

static bool is_collection(Value value)
{
    return value.type->kind >= TYPE_LIST;
}

typedef void AddView(TextBuilder *builder, Value value);
typedef bool IsLeftOut(Value value);

/* A known collection, its members seen by [add]; those of an object that [is_left_out] are not
 * written. */
static void add_members(TextBuilder *builder, Value value, AddView *add, IsLeftOut *is_left_out)
{
    bool keyed = is_keyed(value);

    text_add_char(builder, keyed ? '{' : '[');
    for (size_t i = 0; i < value_count(value); i++) {
        Value member = value_at(value, i);

        if (keyed && is_left_out(member))
            continue;
        if (keyed)
            json_key(builder, value_key_at(value, i));
        else
            json_separate(builder);
        add(builder, member);
    }
    text_add_char(builder, keyed ? '}' : ']');
}

void json_add_known(TextBuilder *builder, Value value)
{
    if (value_is_wholly_known(value))
        json_add(builder, value);
    else if (value_is_unknown(value))
        text_add(builder, TEXT_LIT("null"));
    else
        add_members(builder, value, json_add_known, value_is_unknown);
}

static bool is_plainly_known(Value value)
{
    return value_is_null(value) || (value_is_known(value) && !is_collection(value));
}

void json_add_unknown_shape(TextBuilder *builder, Value value)
{
    if (value_is_unknown(value))
        text_add(builder, TEXT_LIT("true"));
    else if (is_plainly_known(value))
        text_add(builder, TEXT_LIT("false"));
    else
        add_members(builder, value, json_add_unknown_shape, is_plainly_known);
}

static bool is_plainly_public(Value value)
{
    return !value_is_sensitive(value) && (value_is_null(value) || !is_collection(value));
}

void json_add_sensitive_shape(TextBuilder *builder, Value value)
{
    if (value_is_sensitive(value))
        text_add(builder, TEXT_LIT("true"));
    else if (is_plainly_public(value))
        text_add(builder, TEXT_LIT("false"));
    else if (value_is_unknown(value))
        text_add(builder, is_keyed(value) ? TEXT_LIT("{}") : TEXT_LIT("[]"));
    else
        add_members(builder, value, json_add_sensitive_shape, is_plainly_public);
}
