/*
 * read_json.c: JSON text as nodes with positions. The grammar is RFC 8259's, exactly; equal keys in
 * one object are kept, since Terraform's syntax lets a block type be given twice.
 */
#include "pipectl/lang/node.h"
#include "pipectl/value/unicode.h"
#include "scalar.h"

#include <string.h>

enum { DEPTH_LIMIT = 1000 };

typedef struct JsonReader {
    Arena *arena;
    const Source *source;
    Position at;
    size_t depth;
    Diags *diags;
} JsonReader;

typedef LIST(const Node *) NodeList;

static const Node *read_value(JsonReader *reader);

static char peek(const JsonReader *reader)
{
    Text text = reader->source->text;

    return reader->at.byte < text.length ? text.bytes[reader->at.byte] : '\0';
}

static bool at_end(const JsonReader *reader)
{
    return reader->at.byte >= reader->source->text.length;
}

static void advance(JsonReader *reader, size_t count)
{
    size_t from = reader->at.byte;

    reader->at = position_after(reader->at, text_slice(reader->source->text, from, from + count));
}

static size_t span(const JsonReader *reader, const char *characters)
{
    Text text = reader->source->text;
    size_t at = reader->at.byte;

    while (at < text.length && text.bytes[at] && strchr(characters, text.bytes[at]))
        at++;
    return at - reader->at.byte;
}

static void skip_space(JsonReader *reader)
{
    advance(reader, span(reader, " \t\r\n"));
}

static Range range_since(const JsonReader *reader, Position start)
{
    return (Range){ reader->source, start, reader->at };
}

static Range range_here(const JsonReader *reader, size_t length)
{
    Text text = text_slice(reader->source->text, reader->at.byte, reader->at.byte + length);

    return (Range){ reader->source, reader->at, position_after(reader->at, text) };
}

static const Node *fail(JsonReader *reader, Range range, const char *summary, const char *detail)
{
    diag_error(reader->diags, range, summary, "%s", detail);
    return NULL;
}

/* --- strings -------------------------------------------------------------------------------- */

/* Four hexadecimal digits at [at], or -1. */
static int32_t hex_unit(Text text, size_t at)
{
    int32_t unit = 0;

    if (at + 4 > text.length)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *found = text.bytes[i] ? strchr(digits, text.bytes[i] | 0x20) : NULL;

        if (!found || (text.bytes[i] & 0x10 && text.bytes[i] > '9'))
            return -1;
        unit = unit * 16 + (int32_t)(found - digits);
    }
    return unit;
}

/* \uXXXX, or two of them for one code point; the length read, 0 where it is none. */
static size_t decode_unit(Text raw, size_t at, TextBuilder *decoded)
{
    int32_t unit = hex_unit(raw, at + 2);
    int32_t second = -1;

    if (unit < 0)
        return 0;
    if (unit >= 0xD800 && unit < 0xDC00 && at + 7 < raw.length && raw.bytes[at + 6] == '\\' &&
        raw.bytes[at + 7] == 'u')
        second = hex_unit(raw, at + 8);
    if (second >= 0xDC00 && second < 0xE000) {
        unicode_add(decoded, (uint32_t)(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00)));
        return 12;
    }
    unicode_add(decoded, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : (uint32_t)unit);
    return 6;
}

/* The length of the escape at [at], 0 where it is none. */
static size_t decode_escape(Text raw, size_t at, TextBuilder *decoded)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char name = at + 1 < raw.length ? raw.bytes[at + 1] : '\0';
    const char *found = name ? strchr(names, name) : NULL;

    if (name == 'u')
        return decode_unit(raw, at, decoded);
    if (!found)
        return 0;
    text_add_char(decoded, meanings[found - names]);
    return 2;
}

static bool decode(JsonReader *reader, Text raw, Position start, Text *ret_decoded)
{
    TextBuilder decoded = text_builder(reader->arena);
    size_t at = 0;

    while (at < raw.length) {
        size_t length = 1;

        if (raw.bytes[at] == '\\')
            length = decode_escape(raw, at, &decoded);
        else
            text_add_char(&decoded, raw.bytes[at]);
        if (!length) {
            Position bad = position_after(start, text_slice(raw, 0, at));
            Range range = { reader->source, bad, position_after(bad, text_slice(raw, at, at + 2)) };

            fail(
                reader, range, "Invalid JSON string",
                "A backslash must be followed by one of \" \\ / b f n r t or u and four "
                "hexadecimal digits.");
            return false;
        }
        at += length;
    }
    *ret_decoded = text_built(&decoded);
    return true;
}

/* The raw text between the quotes; false where the closing one is missing. */
static bool raw_string(JsonReader *reader, Text *ret_raw)
{
    Text text = reader->source->text;
    size_t start = reader->at.byte + 1, at = start;

    while (at < text.length && text.bytes[at] != '"' && (unsigned char)text.bytes[at] >= 0x20)
        at += text.bytes[at] == '\\' ? 2 : 1;
    if (at >= text.length || text.bytes[at] != '"') {
        fail(
            reader, range_here(reader, (at < text.length ? at : text.length) - reader->at.byte),
            "Invalid JSON string",
            "The string has no closing quote on its line: a line end or control character inside "
            "must be written as an escape.");
        return false;
    }
    *ret_raw = text_slice(text, start, at);
    return true;
}

static const Node *read_string(JsonReader *reader)
{
    Position start = reader->at, inner;
    Text raw, decoded;
    Node *node;

    if (!raw_string(reader, &raw))
        return NULL;
    advance(reader, 1);
    inner = reader->at;
    advance(reader, raw.length + 1);
    if (text_find(raw, TEXT_LIT("\\")) == TEXT_NOT_FOUND)
        decoded = raw;
    else if (!decode(reader, raw, inner, &decoded))
        return NULL;
    node = arena_new(reader->arena, Node);
    node->kind = NODE_STRING;
    node->text = decoded;
    node->range = range_since(reader, start);
    scalar_locate(reader->arena, node, raw, inner, SCALAR_JSON);
    return node;
}

/* --- words and numbers ---------------------------------------------------------------------- */

static Node *make_word(JsonReader *reader, NodeKind kind, size_t length)
{
    Position start = reader->at;
    Node *node = arena_new(reader->arena, Node);

    node->kind = kind;
    node->text = text_slice(reader->source->text, start.byte, start.byte + length);
    node->truth = text_is(node->text, "true");
    advance(reader, length);
    node->range = range_since(reader, start);
    return node;
}

static const Node *read_word(JsonReader *reader)
{
    size_t length = span(reader, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    Text word = text_slice(reader->source->text, reader->at.byte, reader->at.byte + length);

    if (text_is(word, "null"))
        return make_word(reader, NODE_NULL, length);
    if (text_is(word, "true") || text_is(word, "false"))
        return make_word(reader, NODE_BOOL, length);
    if (!length)
        return fail(
            reader, range_here(reader, 1), at_end(reader) ? "Missing value" : "Missing JSON value",
            "A JSON value is expected here: a string in double quotes, a number, true, false, "
            "null, an object or an array.");
    return fail(reader, range_here(reader, length), "Invalid JSON keyword",
                "This is no JSON value: only true, false and null stand without quotes.");
}

/* number = "-"? ("0" | [1-9][0-9]*) ("." [0-9]+)? ([eE] [+-]? [0-9]+)? */
static size_t number_length(Text text)
{
    size_t at = 0, digits;

    at += at < text.length && text.bytes[at] == '-';
    digits = at;
    while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9')
        at++;
    if (at == digits || (text.bytes[digits] == '0' && at > digits + 1))
        return 0;
    if (at < text.length && text.bytes[at] == '.') {
        for (digits = ++at; at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9';
             at++)
            ;
        if (at == digits)
            return 0;
    }
    if (at < text.length && (text.bytes[at] | 0x20) == 'e') {
        at++;
        at += at < text.length && (text.bytes[at] == '+' || text.bytes[at] == '-');
        for (digits = at; at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9'; at++)
            ;
        if (at == digits)
            return 0;
    }
    return at;
}

static const Node *read_number(JsonReader *reader)
{
    size_t length = span(reader, "+-.0123456789eE");
    Text written = text_slice(reader->source->text, reader->at.byte, reader->at.byte + length);

    if (number_length(written) != length)
        return fail(
            reader, range_here(reader, length), "Invalid JSON number",
            "A JSON number is decimal, without leading zeros, with an optional fraction and "
            "exponent.");
    return make_word(reader, NODE_NUMBER, length);
}

/* --- collections ---------------------------------------------------------------------------- */

/* After an element: "," goes on, [close] ends. 1: go on, 0: end, -1: neither, reported. */
static int read_separator(JsonReader *reader, char close, const char *what)
{
    skip_space(reader);
    if (peek(reader) == close && !at_end(reader)) {
        advance(reader, 1);
        return 0;
    }
    if (peek(reader) == ',') {
        advance(reader, 1);
        skip_space(reader);
        if (peek(reader) != close)
            return 1;
        fail(reader, range_here(reader, 1),
             close == '}' ? "Trailing comma in object" : "Trailing comma in array",
             "JSON allows no comma after the last one.");
        return -1;
    }
    diag_error(reader->diags, range_here(reader, at_end(reader) ? 0 : 1),
               at_end(reader) ? (close == '}' ? "Unclosed object" : "Unclosed array")
                              : "Missing item separator",
               "A comma or \"%c\" is expected after this %s.", close, what);
    return -1;
}

static const Node *read_key(JsonReader *reader)
{
    const Node *key;

    skip_space(reader);
    if (peek(reader) != '"')
        return fail(reader, range_here(reader, at_end(reader) ? 0 : 1),
                    "Invalid object property name",
                    "A property name in double quotes is expected here.");
    key = read_string(reader);
    skip_space(reader);
    if (key && peek(reader) != ':')
        return fail(reader, range_here(reader, at_end(reader) ? 0 : 1),
                    "Missing property value colon",
                    "A colon is expected between a property's name and its value.");
    if (key)
        advance(reader, 1);
    return key;
}

static const Node *make_collection(JsonReader *reader, NodeKind kind, Position start,
                                   NodeList *keys, NodeList *items)
{
    Node *node = arena_new(reader->arena, Node);

    node->kind = kind;
    node->keys = keys ? keys->items : NULL;
    node->items = items->items;
    node->count = (uint32_t)items->count;
    node->range = range_since(reader, start);
    return node;
}

static const Node *read_object(JsonReader *reader)
{
    Position start = reader->at;
    NodeList keys = { 0 }, items = { 0 };
    int more = 1;

    advance(reader, 1);
    skip_space(reader);
    if (peek(reader) == '}') {
        advance(reader, 1);
        more = 0;
    }
    while (more == 1) {
        const Node *key = read_key(reader);
        const Node *item = key ? read_value(reader) : NULL;

        if (!item)
            return NULL;
        list_add(reader->arena, &keys, key);
        list_add(reader->arena, &items, item);
        more = read_separator(reader, '}', "property");
    }
    return more < 0 ? NULL : make_collection(reader, NODE_MAPPING, start, &keys, &items);
}

static const Node *read_array(JsonReader *reader)
{
    Position start = reader->at;
    NodeList items = { 0 };
    int more = 1;

    advance(reader, 1);
    skip_space(reader);
    if (peek(reader) == ']') {
        advance(reader, 1);
        more = 0;
    }
    while (more == 1) {
        const Node *item = read_value(reader);

        if (!item)
            return NULL;
        list_add(reader->arena, &items, item);
        more = read_separator(reader, ']', "element");
    }
    return more < 0 ? NULL : make_collection(reader, NODE_SEQUENCE, start, NULL, &items);
}

static const Node *read_collection(JsonReader *reader)
{
    const Node *node;

    if (reader->depth == DEPTH_LIMIT)
        return fail(reader, range_here(reader, 1), "JSON nested too deeply",
                    "Objects and arrays may be nested 1000 levels deep.");
    reader->depth++;
    node = peek(reader) == '{' ? read_object(reader) : read_array(reader);
    reader->depth--;
    return node;
}

static const Node *read_value(JsonReader *reader)
{
    char c;

    skip_space(reader);
    c = peek(reader);
    if (c == '{' || c == '[')
        return read_collection(reader);
    if (c == '"')
        return read_string(reader);
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(reader);
    return read_word(reader);
}

const Node *node_read_json(Arena *arena, const Source *source, Diags *diags)
{
    JsonReader reader = { .arena = arena, .source = source, .at = { 0, 1, 1 }, .diags = diags };
    const Node *node;

    if (!unicode_is_valid(source->text)) {
        reader.at = source_position(source, unicode_valid_length(source->text));
        return fail(&reader, range_here(&reader, 1), "Invalid character encoding",
                    "The file is not valid UTF-8: no character begins with what stands here.");
    }
    if (text_starts_with(source->text, TEXT_LIT("\xEF\xBB\xBF")))
        reader.at.byte = 3;
    node = read_value(&reader);
    skip_space(&reader);
    if (node && !at_end(&reader))
        return fail(&reader, range_here(&reader, 1), "Extraneous data after value",
                    "The file holds one JSON value, and something follows it here.");
    return node;
}
