/*
 * read_json.c: JSON text as nodes with positions. The grammar is RFC 8259's, exactly; equal keys in
 * one object are kept, since Terraform's syntax lets a block type be given twice.
 *
 * A mistake does not end the reading: what could not be read is NODE_INVALID, and reading goes on
 * behind it, so that one run reports all that is wrong. Where it goes on decides which mistakes
 * follow from the first, and is Terraform's: a collection with a mistake in its punctuation is
 * passed over up to the bracket that closes it (brackets of its own kind counted), and is invalid
 * as a whole; one with a mistake in an element has an invalid element.
 */
#include "escape.h"
#include "pipectl/lang/node.h"
#include "pipectl/value/unicode.h"
#include "scalar.h"

#include <string.h>

enum { DEPTH_LIMIT = 1000 };

typedef enum JsonTokenKind {
    JSON_END, /* of the text, or of what can be cut up: nothing is looked at behind JSON_STRANGE */
    JSON_OPEN_BRACE,
    JSON_CLOSE_BRACE,
    JSON_OPEN_BRACKET,
    JSON_CLOSE_BRACKET,
    JSON_COMMA,
    JSON_COLON,
    JSON_EQUALS, /* no JSON, but written by those who think of HCL */
    JSON_STRING,
    JSON_NUMBER,
    JSON_KEYWORD,
    JSON_STRANGE, /* a character that begins nothing */
} JsonTokenKind;

typedef struct JsonToken {
    JsonTokenKind kind;
    Text text;
    Range range;
} JsonToken;

typedef struct JsonReader {
    Arena *arena;
    const Source *source;
    uint32_t at;    /* behind [next] */
    JsonToken next; /* looked at, not read */
    size_t depth;
    bool too_deep; /* reported, and nothing after it */
    Diags *diags;
} JsonReader;

typedef LIST(const Node *) NodeList;

static const Node *read_value(JsonReader *reader);

/* --- tokens --------------------------------------------------------------------------------- */

static size_t span(Text text, const char *characters)
{
    size_t at = 0;

    while (at < text.length && text.bytes[at] && strchr(characters, text.bytes[at]))
        at++;
    return at;
}

/* Through the closing quote; or up to a control character or the text's end. */
static size_t string_length(Text text)
{
    size_t at = 1;

    while (at < text.length && (unsigned char)text.bytes[at] >= 0x20) {
        if (text.bytes[at] == '"')
            return at + 1;
        at += text.bytes[at] == '\\' && at + 1 < text.length &&
                      (unsigned char)text.bytes[at + 1] >= 0x20
                  ? 2
                  : 1;
    }
    return at;
}

/* The token that [text] begins with. */
static JsonTokenKind token_kind(Text text, size_t *ret_length)
{
    static const char marks[] = "{}[],:=";
    const char *mark = text.length && text.bytes[0] ? strchr(marks, text.bytes[0]) : NULL;

    *ret_length = text.length ? 1 : 0;
    if (!text.length)
        return JSON_END;
    if (mark)
        return (JsonTokenKind)(JSON_OPEN_BRACE + (mark - marks));
    if (text.bytes[0] == '"') {
        *ret_length = string_length(text);
        return JSON_STRING;
    }
    if ((*ret_length = span(text, "+-.0123456789")) > 0) {
        *ret_length = span(text, "+-.0123456789eE");
        return JSON_NUMBER;
    }
    *ret_length = span(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (*ret_length)
        return JSON_KEYWORD;
    *ret_length = unicode_next(text, 0, &(uint32_t){ 0 });
    return JSON_STRANGE;
}

static void advance(JsonReader *reader, size_t count)
{
    reader->at += (uint32_t)count;
}

static Text text_ahead(const JsonReader *reader)
{
    return text_slice(reader->source->text, reader->at, reader->source->text.length);
}

/* Cuts off the next token. */
static void look(JsonReader *reader)
{
    bool ended = reader->next.kind == JSON_STRANGE;
    JsonToken *next = &reader->next;
    size_t length = 0;

    advance(reader, span(text_ahead(reader), " \t\r\n"));
    next->range = (Range){ reader->source, reader->at, reader->at };
    next->kind = ended ? JSON_END : token_kind(text_ahead(reader), &length);
    next->text = text_slice(text_ahead(reader), 0, length);
    advance(reader, length);
    next->range.end = reader->at;
}

static JsonToken read_token(JsonReader *reader)
{
    JsonToken token = reader->next;

    if (token.kind != JSON_END)
        look(reader);
    return token;
}

static const Node *make_invalid(JsonReader *reader, Range range)
{
    Node *node = arena_new(reader->arena, Node);

    node->kind = NODE_INVALID;
    node->range = range;
    return node;
}

static const Node *fail(JsonReader *reader, Range range, const char *summary, const char *detail)
{
    if (!reader->too_deep)
        diag_error(reader->diags, range, summary, "%s", detail);
    return make_invalid(reader, range);
}

/* --- strings -------------------------------------------------------------------------------- */

/* \uXXXX, or two of them for one code point; the length read, 0 where it is none. */
static size_t decode_unit(Text raw, size_t at, TextBuilder *decoded)
{
    int32_t unit = escape_unit(raw, at + 2);
    uint32_t code_point;
    size_t length = escape_pair(raw, at, TEXT_LIT("\\"), &code_point);

    if (unit < 0)
        return 0;
    if (length) {
        unicode_add(decoded, code_point);
        return length;
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

static bool decode(JsonReader *reader, Text raw, uint32_t start, Text *ret_decoded)
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
            uint32_t bad = start + (uint32_t)at;
            uint32_t end = bad + (uint32_t)text_slice(raw, at, at + 2).length;

            fail(reader, (Range){ reader->source, bad, end }, "Invalid JSON string",
                 "A backslash must be followed by one of \" \\ / b f n r t or u and four "
                 "hexadecimal digits.");
            return false;
        }
        at += length;
    }
    *ret_decoded = text_built(&decoded);
    return true;
}

static bool is_closed(Text string)
{
    return string.length > 1 && text_ends_with(string, TEXT_LIT("\""));
}

static const Node *read_string(JsonReader *reader)
{
    JsonToken token = read_token(reader);
    uint32_t inner = token.range.start + 1;
    Text raw = text_slice(token.text, 1, token.text.length - 1), decoded = raw;
    Node *node;

    if (!is_closed(token.text))
        return fail(
            reader, token.range, "Invalid JSON string",
            "The string has no closing quote on its line: a line end or control character inside "
            "must be written as an escape.");
    if (text_find(raw, TEXT_LIT("\\")) != TEXT_NOT_FOUND && !decode(reader, raw, inner, &decoded))
        return make_invalid(reader, token.range);
    node = arena_new(reader->arena, Node);
    node->kind = NODE_STRING;
    node->text = decoded;
    node->range = token.range;
    scalar_locate(reader->arena, node, raw, inner, SCALAR_JSON);
    return node;
}

/* --- words and numbers ---------------------------------------------------------------------- */

static Node *make_word(JsonReader *reader, NodeKind kind, JsonToken token)
{
    Node *node = arena_new(reader->arena, Node);

    node->kind = kind;
    node->text = token.text;
    node->truth = text_is(token.text, "true");
    node->range = token.range;
    return node;
}

static const Node *read_keyword(JsonReader *reader)
{
    JsonToken token = read_token(reader);

    if (text_is(token.text, "null"))
        return make_word(reader, NODE_NULL, token);
    if (text_is(token.text, "true") || text_is(token.text, "false"))
        return make_word(reader, NODE_BOOL, token);
    return fail(reader, token.range, "Invalid JSON keyword",
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
    JsonToken token = read_token(reader);
    Number number;

    if (number_length(token.text) != token.text.length)
        return fail(
            reader, token.range, "Invalid JSON number",
            "A JSON number is decimal, without leading zeros, with an optional fraction and "
            "exponent.");
    if (!scalar_number(reader->arena, token.text, &number))
        return fail(reader, token.range, "Invalid JSON number",
                    "This exponent is too large: there is no such number here.");
    return make_word(reader, NODE_NUMBER, token);
}

/* --- collections ---------------------------------------------------------------------------- */

typedef struct JsonCollection {
    JsonToken open;
    JsonTokenKind close;
    NodeList keys; /* of an object */
    NodeList items;
} JsonCollection;

/* Reads up to where the collection is taken to end: at its own bracket, or where one that was
   opened on the way is closed again, since that is often the one that was wrong. */
static void pass_over(JsonReader *reader, const JsonCollection *collection)
{
    size_t opened = 0;

    while (reader->next.kind != JSON_END) {
        JsonTokenKind kind = read_token(reader).kind;

        if (kind == collection->open.kind)
            opened++;
        else if (kind == collection->close && opened-- <= 1)
            return;
    }
}

/* The punctuation is wrong: the collection as a whole is lost. */
static const Node *give_up(JsonReader *reader, const JsonCollection *collection,
                           const char *summary, const char *detail)
{
    fail(reader, reader->next.range, summary, detail);
    pass_over(reader, collection);
    return make_invalid(reader, collection->open.range);
}

/* The same where nothing needs to be passed over. */
static const Node *give_up_here(JsonReader *reader, const JsonCollection *collection, Range range,
                                const char *summary, const char *detail)
{
    fail(reader, range, summary, detail);
    return make_invalid(reader, collection->open.range);
}

static const Node *finish(JsonReader *reader, const JsonCollection *collection)
{
    Node *node = arena_new(reader->arena, Node);

    node->kind = collection->close == JSON_CLOSE_BRACE ? NODE_MAPPING : NODE_SEQUENCE;
    node->range = range_between(collection->open.range, read_token(reader).range);
    node->keys = collection->keys.items;
    node->items = collection->items.items;
    node->count = (uint32_t)collection->items.count;
    return node;
}

/* What stands where a property's colon should. */
static const Node *refuse_colon(JsonReader *reader, const JsonCollection *object)
{
    switch (reader->next.kind) {
    case JSON_CLOSE_BRACE:
    case JSON_COMMA:
        return give_up(reader, object, "Missing object value",
                       "A property has a value, which a colon introduces. For a list, write "
                       "brackets instead of braces.");
    case JSON_EQUALS:
        return give_up(
            reader, object, "Missing property value colon",
            "JSON has a colon, no equals sign, between a property's name and its value.");
    default:
        return give_up(reader, object, "Missing property value colon",
                       "A colon is expected between a property's name and its value.");
    }
}

/* string ":" value. What could not be read goes on as NULL; else the object is lost. */
static const Node *read_property(JsonReader *reader, JsonCollection *object)
{
    const Node *key = read_value(reader);

    if (key->kind != NODE_STRING)
        return give_up_here(reader, object, key->range, "Invalid object property name",
                            "A property name in double quotes is expected here.");
    if (reader->next.kind != JSON_COLON)
        return refuse_colon(reader, object);
    read_token(reader);
    list_add(reader->arena, &object->keys, key);
    list_add(reader->arena, &object->items, read_value(reader));
    return NULL;
}

/* What is neither a comma nor the end, after a property or an element. */
static const Node *refuse_separator(JsonReader *reader, const JsonCollection *collection)
{
    bool object = collection->close == JSON_CLOSE_BRACE;
    JsonTokenKind kind = reader->next.kind;

    if (kind == JSON_END)
        return give_up_here(reader, collection, collection->open.range, "Unclosed object",
                            object ? "There is no closing brace for this object."
                                   : "There is no closing bracket for this array.");
    if (object && kind == JSON_CLOSE_BRACKET)
        return give_up_here(reader, collection, read_token(reader).range, "Mismatched braces",
                            "An object is closed by a brace, not by a bracket.");
    if (!object && kind == JSON_CLOSE_BRACE)
        return give_up(reader, collection, "Mismatched brackets",
                       "An array is closed by a bracket, not by a brace.");
    if (!object && kind == JSON_COLON)
        return give_up(reader, collection, "Invalid array value",
                       "An array has values without names; names with a colon stand in an object.");
    return give_up(reader, collection, "Missing attribute seperator comma",
                   object ? "A comma or a closing brace is expected after this property."
                          : "A comma or a closing bracket is expected after this element.");
}

/* object = "{" (property ("," property)*)? "}"     array = "[" (value ("," value)*)? "]" */
static const Node *read_items(JsonReader *reader, JsonCollection *collection)
{
    bool object = collection->close == JSON_CLOSE_BRACE;

    while (reader->next.kind != collection->close) {
        const Node *lost = object ? read_property(reader, collection) : NULL;

        if (lost)
            return lost;
        if (!object)
            list_add(reader->arena, &collection->items, read_value(reader));
        if (reader->next.kind == collection->close)
            break;
        if (reader->next.kind != JSON_COMMA)
            return refuse_separator(reader, collection);

        Range comma = read_token(reader).range;
        if (reader->next.kind == collection->close)
            return give_up_here(reader, collection, comma,
                                object ? "Trailing comma in object" : "Trailing comma in array",
                                "JSON allows no comma after the last one.");
    }
    return finish(reader, collection);
}

static const Node *read_collection(JsonReader *reader)
{
    JsonCollection collection = { .open = read_token(reader) };
    const Node *node;

    collection.close =
        collection.open.kind == JSON_OPEN_BRACE ? JSON_CLOSE_BRACE : JSON_CLOSE_BRACKET;
    if (reader->depth == DEPTH_LIMIT) {
        fail(reader, collection.open.range, "JSON nested too deeply",
             "Objects and arrays may be nested 1000 levels deep.");
        reader->too_deep = true;
        return make_invalid(reader, collection.open.range);
    }
    reader->depth++;
    node = read_items(reader, &collection);
    reader->depth--;
    return node;
}

/* What begins no value is left where it is. */
static const Node *refuse_value(JsonReader *reader)
{
    static const char expected[] = "A JSON value is expected here: a string in double quotes, a "
                                   "number, true, false, null, an object or an array.";
    Range range = reader->next.range;

    switch (reader->next.kind) {
    case JSON_CLOSE_BRACE:
        return fail(reader, range, "Missing JSON value", expected);
    case JSON_CLOSE_BRACKET:
        return fail(reader, range, "Missing array element value", expected);
    case JSON_END:
        return fail(reader, range, "Missing value", expected);
    default:
        return fail(reader, range, "Invalid start of value", expected);
    }
}

static const Node *read_value(JsonReader *reader)
{
    switch (reader->next.kind) {
    case JSON_OPEN_BRACE:
    case JSON_OPEN_BRACKET:
        return read_collection(reader);
    case JSON_STRING:
        return read_string(reader);
    case JSON_NUMBER:
        return read_number(reader);
    case JSON_KEYWORD:
        return read_keyword(reader);
    default:
        return refuse_value(reader);
    }
}

static const Node *read_document(JsonReader *reader)
{
    size_t errors = reader->diags->error_count;
    const Node *node;

    look(reader);
    node = read_value(reader);
    if (reader->diags->error_count == errors && reader->next.kind != JSON_END)
        fail(reader, reader->next.range, "Extraneous data after value",
             "The file holds one JSON value, and something follows it here.");
    return node;
}

/* What configuration and tfvars files must be: an empty object stands for anything else. */
static const Node *check_root(JsonReader *reader, const Node *root)
{
    Node *empty;

    if (root->kind == NODE_MAPPING || root->kind == NODE_SEQUENCE)
        return root;
    fail(
        reader, root->range, "Root value must be object",
        "The root value in a JSON-based configuration must be either a JSON object or a JSON array "
        "of objects.");
    empty = arena_new(reader->arena, Node);
    empty->kind = NODE_MAPPING;
    empty->range = root->range;
    return empty;
}

static const Node *refuse_encoding(JsonReader *reader)
{
    uint32_t start = (uint32_t)unicode_valid_length(reader->source->text);

    diag_error(reader->diags, (Range){ reader->source, start, start + 1 },
               "Invalid character encoding",
               "The file is not valid UTF-8: no character begins with what stands here.");
    return NULL;
}

const Node *node_read_json(Arena *arena, const Source *source, Diags *diags)
{
    JsonReader reader = { .arena = arena, .source = source, .diags = diags };

    if (!unicode_is_valid(source->text))
        return refuse_encoding(&reader);
    if (text_starts_with(source->text, TEXT_LIT("\xEF\xBB\xBF")))
        reader.at = 3;
    return check_root(&reader, read_document(&reader));
}
