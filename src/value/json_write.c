/* json_write.c: values made JSON text, as Terraform writes it. */
#include "pipectl/value/json.h"
#include <assert.h>

enum { INDENT = 2 };

/* --- strings ------------------------------------------------------------------------------ */

/* U+2028 and U+2029 end lines in JavaScript; they begin with the byte E2. */
static bool needs_care(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0xE2;
}

static bool is_line_separator(Text text, size_t at)
{
    return at + 3 <= text.length && (unsigned char)text.bytes[at + 1] == 0x80 &&
           ((unsigned char)text.bytes[at + 2] & 0xFE) == 0xA8;
}

/* Adds what stands at [at] and needs care; gives the offset after it. */
static size_t add_escape(TextBuilder *builder, Text text, size_t at)
{
    static const char short_names[] = { ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                        ['\t'] = 't', ['"'] = '"', ['\\'] = '\\' };
    unsigned char c = (unsigned char)text.bytes[at];

    if (c == 0xE2) {
        if (!is_line_separator(text, at)) {
            text_add_char(builder, text.bytes[at]);
            return at + 1;
        }
        text_add_format(builder, "\\u202%c", (unsigned char)text.bytes[at + 2] == 0xA8 ? '8' : '9');
        return at + 3;
    }
    if (c < sizeof short_names && short_names[c]) {
        text_add_char(builder, '\\');
        text_add_char(builder, short_names[c]);
    } else {
        text_add_format(builder, "\\u%04x", c);
    }
    return at + 1;
}

void json_add_string(TextBuilder *builder, Text text)
{
    text_add_char(builder, '"');
    for (size_t at = 0; at < text.length;) {
        size_t run = at;

        while (run < text.length && !needs_care((unsigned char)text.bytes[run]))
            run++;
        text_add(builder, text_slice(text, at, run));
        at = run < text.length ? add_escape(builder, text, run) : run;
    }
    text_add_char(builder, '"');
}

/* --- values ------------------------------------------------------------------------------- */

static void add_number(TextBuilder *builder, Number number)
{
    Arena scratch = { 0 };

    if (!number.real) {
        text_add_format(builder, "%lld", (long long)number.integer);
        return;
    }
    text_add(builder, number_text(&scratch, number));
    arena_free(&scratch);
}

/* How the text is laid out: on one line, or a line for each item. */
typedef struct Layout {
    bool is_pretty;
    size_t level;
} Layout;

static void add_break(TextBuilder *builder, Layout layout)
{
    if (!layout.is_pretty)
        return;
    text_add_char(builder, '\n');
    text_add_repeated(builder, ' ', layout.level * INDENT);
}

static void add_value(TextBuilder *builder, Value value, Layout layout);

static void add_items(TextBuilder *builder, Value value, Layout layout)
{
    const Items *items = value.as.items;
    bool is_object = value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP;
    Layout inner = { layout.is_pretty, layout.level + 1 };

    text_add_char(builder, is_object ? '{' : '[');
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            text_add_char(builder, ',');
        add_break(builder, inner);
        if (is_object) {
            json_add_string(builder, items->keys[i]);
            text_add(builder, layout.is_pretty ? TEXT_LIT(": ") : TEXT_LIT(":"));
        }
        add_value(builder, items->values[i], inner);
    }
    if (items->count > 0)
        add_break(builder, layout);
    text_add_char(builder, is_object ? '}' : ']');
}

static void add_value(TextBuilder *builder, Value value, Layout layout)
{
    assert(value.type && value.state != VALUE_UNKNOWN);
    if (value.state == VALUE_NULL) {
        text_add(builder, TEXT_LIT("null"));
        return;
    }
    switch (value.type->kind) {
    case TYPE_BOOL:
        text_add(builder, value.as.truth ? TEXT_LIT("true") : TEXT_LIT("false"));
        break;
    case TYPE_NUMBER:
        add_number(builder, value.as.number);
        break;
    case TYPE_STRING:
        json_add_string(builder, value.as.text);
        break;
    default:
        add_items(builder, value, layout);
    }
}

void json_add(TextBuilder *builder, Value value)
{
    add_value(builder, value, (Layout){ false, 0 });
}

void json_add_pretty(TextBuilder *builder, Value value, size_t indent)
{
    add_value(builder, value, (Layout){ true, indent });
}

Text json_text(Arena *arena, Value value)
{
    TextBuilder builder = text_builder(arena);

    json_add(&builder, value);
    return text_built(&builder);
}
