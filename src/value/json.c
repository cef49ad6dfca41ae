/*
 * json.c: JSON text made values.
 *
 * A checking pass goes over the text first: it refuses whatever RFC 8259 refuses, and writes a copy
 * that cJSON cannot misread. In the copy
 *   a number stands as a string that begins with the byte 01, so that the tree carries its digits
 *     (cJSON would make it a double);
 *   \u0000 stands as the bytes C0 80 and \u0001 as C0 81, which no UTF-8 text holds (cJSON's texts
 *     end at a NUL, and no other text shall begin with 01);
 *   half of a surrogate pair stands as U+FFFD, which is what Terraform makes of it.
 * Then cJSON builds the tree, in an arena that is given back when the values are made.
 */
#include "pipectl/value/json.h"
#include "pipectl/value/unicode.h"
#include <assert.h>
#include <cJSON.h>
#include <string.h>

enum { DEPTH_LIMIT = 1000, NUMBER_MARK = 1 };

/* --- the checking pass -------------------------------------------------------------------- */

typedef struct Check {
    Text text;
    size_t at;
    size_t depth;
    size_t copied;    /* up to here the text is in the copy */
    TextBuilder copy;
    const char *fault; /* what is wrong at [at] */
} Check;

static bool fail(Check *check, const char *fault)
{
    check->fault = fault;
    return false;
}

static int peek(const Check *check)
{
    return check->at < check->text.length ? (unsigned char)check->text.bytes[check->at] : -1;
}

static bool accept(Check *check, char c)
{
    if (peek(check) != c)
        return false;
    check->at++;
    return true;
}

static void skip_space(Check *check)
{
    while (check->at < check->text.length) {
        char c = check->text.bytes[check->at];

        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        check->at++;
    }
}

/* In the copy [replacement] stands for what lies between [from] and here. */
static void replace(Check *check, size_t from, Text replacement)
{
    text_add(&check->copy, text_slice(check->text, check->copied, from));
    text_add(&check->copy, replacement);
    check->copied = check->at;
}

static bool check_digits(Check *check)
{
    size_t from = check->at;

    while (peek(check) >= '0' && peek(check) <= '9')
        check->at++;
    return check->at > from || fail(check, "A digit is expected here.");
}

/* ("e" | "E") ["+" | "-"] digits. What number_parse refuses is refused here, where there is a
   position. */
static bool check_exponent(Check *check)
{
    int64_t exponent;
    size_t from = ++check->at;

    if (!accept(check, '+'))
        accept(check, '-');
    if (!check_digits(check))
        return false;
    if (text_to_int(text_slice(check->text, from, check->at), &exponent) &&
        exponent <= NUMBER_EXPONENT_LIMIT && exponent >= -NUMBER_EXPONENT_LIMIT)
        return true;
    check->at = from;
    return fail(check, "The exponent of this number is too large.");
}

/* ["-"] ("0" | digits) ["." digits] [exponent] */
static bool check_number(Check *check)
{
    size_t from = check->at;

    accept(check, '-');
    if (accept(check, '0')) {
        if (peek(check) >= '0' && peek(check) <= '9')
            return fail(check, "A number must not begin with a zero.");
    } else if (!check_digits(check)) {
        return false;
    }
    if (accept(check, '.') && !check_digits(check))
        return false;
    if ((peek(check) | 0x20) == 'e' && !check_exponent(check))
        return false;

    text_add(&check->copy, text_slice(check->text, check->copied, from));
    text_add(&check->copy, TEXT_LIT("\"\001"));
    text_add(&check->copy, text_slice(check->text, from, check->at));
    text_add_char(&check->copy, '"');
    check->copied = check->at;
    return true;
}

/* The four digits after "\u"; -1 when they are none. */
static long hexadecimal_at(Text text, size_t at)
{
    long code = 0;

    if (at + 4 > text.length)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = text.bytes[i], lower = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            code = code * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            code = code * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return code;
}

/* Whether "\uDC00" to "\uDFFF" stands at [at]. */
static bool is_low_surrogate(Text text, size_t at)
{
    long code;

    if (!text_starts_with(text_slice(text, at, text.length), TEXT_LIT("\\u")))
        return false;
    code = hexadecimal_at(text, at + 2);
    return code >= 0xDC00 && code <= 0xDFFF;
}

static bool check_escape(Check *check)
{
    size_t from = check->at++;
    int c = peek(check);
    long code;

    if (c != 'u') {
        if (c < 0 || c == 0 || !strchr("\"\\/bfnrt", c))
            return fail(check, "There is no such escape sequence.");
        check->at++;
        return true;
    }
    code = hexadecimal_at(check->text, ++check->at);
    if (code < 0)
        return fail(check, "Four hexadecimal digits are expected here.");
    check->at += 4;
    if (code <= 1)
        replace(check, from, code == 0 ? TEXT_LIT("\xC0\x80") : TEXT_LIT("\xC0\x81"));
    else if (code >= 0xD800 && code <= 0xDBFF && is_low_surrogate(check->text, check->at))
        check->at += 6;
    else if (code >= 0xD800 && code <= 0xDFFF)
        replace(check, from, TEXT_LIT("\xEF\xBF\xBD"));
    return true;
}

/* What ends a run of a string's bytes: all that is not plain ASCII. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static bool check_string(Check *check)
{
    uint32_t code_point;

    check->at++;
    for (;;) {
        while (check->at < check->text.length &&
               is_plain((unsigned char)check->text.bytes[check->at]))
            check->at++;

        int c = peek(check);
        if (c < 0)
            return fail(check, "The string is not closed.");
        if (c == '"') {
            check->at++;
            return true;
        }
        if (c == '\\') {
            if (!check_escape(check))
                return false;
        } else if (c < 0x20) {
            return fail(check, "A control character in a string must be written as an escape.");
        } else {
            size_t next = unicode_next(check->text, check->at, &code_point);

            if (next == check->at + 1) /* not even U+FFFD itself is one byte long */
                return fail(check, "The text is not valid UTF-8.");
            check->at = next;
        }
    }
}

static bool check_word(Check *check, Text word)
{
    if (!text_starts_with(text_slice(check->text, check->at, check->text.length), word))
        return fail(check, "A value is expected here.");
    check->at += word.length;
    return true;
}

static bool check_value(Check *check);

/* string ":" value */
static bool check_member(Check *check)
{
    skip_space(check);
    if (peek(check) != '"')
        return fail(check, "A member's name in quotes is expected here.");
    if (!check_string(check))
        return false;
    skip_space(check);
    if (!accept(check, ':'))
        return fail(check, "A colon is expected here.");
    return check_value(check);
}

/* "{" [member ("," member)*] "}" or "[" [value ("," value)*] "]" */
static bool check_items(Check *check, char close)
{
    if (++check->depth > DEPTH_LIMIT)
        return fail(check, "The text is nested too deeply.");
    check->at++;
    skip_space(check);
    if (!accept(check, close)) {
        do {
            if (!(close == '}' ? check_member(check) : check_value(check)))
                return false;
            skip_space(check);
        } while (accept(check, ','));
        if (!accept(check, close))
            return fail(check, close == '}' ? "A comma or a closing brace is expected here."
                                            : "A comma or a closing bracket is expected here.");
    }
    check->depth--;
    return true;
}

static bool check_value(Check *check)
{
    skip_space(check);
    switch (peek(check)) {
    case '{':
        return check_items(check, '}');
    case '[':
        return check_items(check, ']');
    case '"':
        return check_string(check);
    case 't':
        return check_word(check, TEXT_LIT("true"));
    case 'f':
        return check_word(check, TEXT_LIT("false"));
    case 'n':
        return check_word(check, TEXT_LIT("null"));
    case -1:
        return fail(check, "The text ends where a value is expected.");
    default:
        if (peek(check) == '-' || (peek(check) >= '0' && peek(check) <= '9'))
            return check_number(check);
        return fail(check, "A value is expected here.");
    }
}

static bool check_document(Check *check)
{
    if (!check_value(check))
        return false;
    skip_space(check);
    if (check->at < check->text.length)
        return fail(check, "The value has ended; nothing may follow it.");
    replace(check, check->at, TEXT_NONE);
    return true;
}

/* --- the tree, and values of it ------------------------------------------------------------ */

typedef struct Reader {
    Arena *arena;  /* of the values */
    Arena scratch; /* arrays of what is being read */
} Reader;

/* cJSON knows no user pointer; there is one thread, and one text at a time. */
static Arena *tree_arena;

static void *tree_alloc(size_t size)
{
    return arena_alloc(tree_arena, size);
}

static void tree_free(void *block)
{
    (void)block;
}

static const cJSON *tree_of(Arena *arena, Text copy)
{
    cJSON_Hooks hooks = { tree_alloc, tree_free };

    tree_arena = arena;
    cJSON_InitHooks(&hooks);
    const cJSON *tree = cJSON_ParseWithLength(copy.bytes, copy.length);
    assert(tree); /* whatever it could refuse, the check has refused */
    return tree;
}

/* A text of the tree with its NULs. */
static Text decoded(Arena *arena, Text text)
{
    TextBuilder builder;

    if (text.length == 0 || !memchr(text.bytes, 0xC0, text.length))
        return text;
    builder = text_builder(arena);
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.bytes[i] == 0xC0)
            text_add_char(&builder, (char)(text.bytes[++i] & 0x3F));
        else
            text_add_char(&builder, text.bytes[i]);
    }
    return text_built(&builder);
}

static Value string_of(Reader *reader, const char *string)
{
    Text text = text_of(string);
    Number number = { 0, NULL };

    if (string[0] == NUMBER_MARK) {
        bool is_number = number_parse(reader->arena, text_slice(text, 1, text.length), &number);

        assert(is_number);
        return value_number(number);
    }
    return value_string(reader->arena, decoded(&reader->scratch, text));
}

static Value value_of_node(Reader *reader, const cJSON *node);

static size_t child_count(const cJSON *node)
{
    size_t count = 0;

    for (const cJSON *child = node->child; child; child = child->next)
        count++;
    return count;
}

static Value tuple_of(Reader *reader, const cJSON *node)
{
    size_t count = child_count(node), i = 0;
    Value *values = arena_array(&reader->scratch, Value, count);

    for (const cJSON *child = node->child; child; child = child->next)
        values[i++] = value_of_node(reader, child);
    return value_tuple(reader->arena, values, count);
}

static Value object_of(Reader *reader, const cJSON *node)
{
    size_t count = child_count(node), i = 0;
    Value *values = arena_array(&reader->scratch, Value, count);
    Text *keys = arena_array(&reader->scratch, Text, count);

    for (const cJSON *child = node->child; child; child = child->next) {
        Text key = text_of(child->string);

        keys[i] = unicode_nfc(&reader->scratch, decoded(&reader->scratch, key));
        values[i++] = value_of_node(reader, child);
    }
    return value_object(reader->arena, keys, values, count);
}

static Value value_of_node(Reader *reader, const cJSON *node)
{
    ArenaMark mark = arena_mark(&reader->scratch);
    Value value;

    switch (node->type & 0xFF) {
    case cJSON_True:
    case cJSON_False:
        return value_bool((node->type & 0xFF) == cJSON_True);
    case cJSON_NULL:
        return value_null(type_dynamic);
    case cJSON_String:
        value = string_of(reader, node->valuestring);
        break;
    case cJSON_Array:
        value = tuple_of(reader, node);
        break;
    default:
        assert((node->type & 0xFF) == cJSON_Object);
        value = object_of(reader, node);
    }
    arena_rewind(&reader->scratch, mark);
    return value;
}

/* False leaves in [check] what is wrong. */
static bool read_text(Arena *arena, Check *check, Value *ret_value)
{
    Arena copy_arena = { 0 }, tree = { 0 };
    Reader reader = { .arena = arena };
    bool valid;

    check->copy = text_builder(&copy_arena);
    valid = check_document(check);
    if (valid) {
        *ret_value = value_of_node(&reader, tree_of(&tree, text_built(&check->copy)));
        arena_free(&reader.scratch);
    }
    arena_free(&tree);
    arena_free(&copy_arena);
    return valid;
}

bool json_parse(Arena *arena, Text text, Value *ret_value)
{
    Check check = { .text = text };

    return read_text(arena, &check, ret_value);
}

bool json_read(Arena *arena, const Source *source, Value *ret_value, Diags *diags)
{
    Check check = { .text = source->text };
    size_t end;

    if (read_text(arena, &check, ret_value))
        return true;
    end = check.at < source->text.length && source->text.bytes[check.at] != '\n' ? check.at + 1
                                                                                 : check.at;
    diag_error(diags, (Range){ source, (uint32_t)check.at, (uint32_t)end }, "Invalid JSON", "%s",
               check.fault);
    *ret_value = value_unknown(type_dynamic);
    return false;
}
