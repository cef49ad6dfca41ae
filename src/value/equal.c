/* equal.c: are two values the same, and which comes first? */
#include "order.h"
#include "pipectl/value/unicode.h"
#include <assert.h>

/* --- the same ----------------------------------------------------------------------------- */

typedef bool SameFunction(Value a, Value b);

/* Elements whose order texts are equal stand in the order in which they came, so equal sets may
   differ in it: what is not found at its place is looked for everywhere. */
static bool same_sets(const Items *a, const Items *b, SameFunction *same)
{
    for (size_t i = 0; i < a->count; i++) {
        size_t j = 0;

        if (same(a->values[i], b->values[i]))
            continue;
        while (j < b->count && !same(a->values[i], b->values[j]))
            j++;
        if (j == b->count)
            return false;
    }
    return true;
}

static bool same_items(Value a, Value b, SameFunction *same)
{
    const Items *left = a.as.items, *right = b.as.items;

    if (left == right)
        return true;
    if (left->count != right->count)
        return false;
    if (a.type->kind == TYPE_SET)
        return same_sets(left, right, same);
    for (size_t i = 0; i < left->count; i++) {
        if ((left->keys && left->keys != right->keys && !text_equal(left->keys[i], right->keys[i])) ||
            !same(left->values[i], right->values[i]))
            return false;
    }
    return true;
}

static bool same_content(Value a, Value b, SameFunction *same)
{
    assert(a.type && b.type);
    if (a.type != b.type || a.state != b.state || a.inside_states != b.inside_states)
        return false;
    if (a.state != VALUE_KNOWN)
        return true;
    switch (a.type->kind) {
    case TYPE_BOOL:
        return a.as.truth == b.as.truth;
    case TYPE_NUMBER:
        return number_compare(a.as.number, b.as.number) == 0;
    case TYPE_STRING:
        return text_equal(a.as.text, b.as.text);
    default:
        return same_items(a, b, same);
    }
}

bool value_same(Value a, Value b)
{
    return same_content(a, b, value_same);
}

bool value_same_marked(Value a, Value b)
{
    return a.marks == b.marks && a.inside_marks == b.inside_marks &&
           same_content(a, b, value_same_marked);
}

/* --- the order of set elements ------------------------------------------------------------- */

static void add_quoted_rune(TextBuilder *builder, uint32_t c)
{
    static const char escapes[] = "\a\b\f\n\r\t\v\\\"", letters[] = "abfnrtv\\\"";

    for (size_t i = 0; i < sizeof escapes - 1; i++) {
        if (c == (unsigned char)escapes[i]) {
            text_add_char(builder, '\\');
            text_add_char(builder, letters[i]);
            return;
        }
    }
    if (unicode_is_printable(c))
        unicode_add(builder, c);
    else if (c < 0x80)
        text_add_format(builder, "\\x%02x", c);
    else
        text_add_format(builder, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

/* As Go's %q. */
static void add_quoted(TextBuilder *builder, Text text)
{
    uint32_t c;

    text_add_char(builder, '"');
    for (size_t at = 0; at < text.length;) {
        at = unicode_next(text, at, &c);
        add_quoted_rune(builder, c);
    }
    text_add_char(builder, '"');
}

static void add_order_text(TextBuilder *builder, Value value);

static void add_items(TextBuilder *builder, Value value)
{
    bool is_map = value.type->kind == TYPE_MAP;
    bool is_structural = value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_TUPLE;

    text_add_char(builder, is_structural ? '<' : is_map ? '{' : '[');
    for (size_t i = 0; i < value.as.items->count; i++) {
        if (is_map) {
            add_quoted(builder, value.as.items->keys[i]);
            text_add_char(builder, ':');
        }
        add_order_text(builder, value.as.items->values[i]);
        text_add_char(builder, ';');
    }
    text_add_char(builder, is_structural ? '>' : is_map ? '}' : ']');
}

static void add_order_text(TextBuilder *builder, Value value)
{
    if (value.state == VALUE_UNKNOWN) {
        text_add_char(builder, '?');
        return;
    }
    if (value.state == VALUE_NULL) {
        text_add_char(builder, '~');
        return;
    }
    switch (value.type->kind) {
    case TYPE_BOOL:
        text_add_char(builder, value.as.truth ? 'T' : 'F');
        break;
    case TYPE_NUMBER:
        text_add(builder, number_text_rounded(builder->arena, value.as.number, 10));
        break;
    case TYPE_STRING:
        add_quoted(builder, value.as.text);
        break;
    default:
        add_items(builder, value);
    }
}

Text order_text(Arena *arena, Value value)
{
    TextBuilder builder = text_builder(arena);

    add_order_text(&builder, value);
    return text_built(&builder);
}

/* Known ones first, then unknown ones, then nulls. */
static int rank(Value value)
{
    return value.state == VALUE_KNOWN ? 0 : value.state == VALUE_UNKNOWN ? 1 : 2;
}

int order_primitives(Value a, Value b)
{
    if (a.state != VALUE_KNOWN || b.state != VALUE_KNOWN)
        return rank(a) - rank(b);
    switch (a.type->kind) {
    case TYPE_BOOL:
        return (int)a.as.truth - (int)b.as.truth;
    case TYPE_NUMBER:
        return number_compare(a.as.number, b.as.number);
    default:
        return text_compare(a.as.text, b.as.text);
    }
}

/* What is left to compare when the order texts are equal: numbers differ after ten digits. */
static int compare_items(const Items *a, const Items *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = value_compare(a->values[i], b->values[i]);

        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int value_compare(Value a, Value b)
{
    assert(a.type && b.type);
    if (type_is_primitive(a.type) || a.state != VALUE_KNOWN || b.state != VALUE_KNOWN)
        return order_primitives(a, b);

    Arena scratch = { 0 };
    int order = text_compare(order_text(&scratch, a), order_text(&scratch, b));

    arena_free(&scratch);
    return order ? order : compare_items(a.as.items, b.as.items);
}
