/* Values as `output` and an apply print them: expressions that give that very value, types
 * included. */
#include "value_text.h"

#include "quote.h"

#include <string.h>

static void add(TextBuilder *builder, const char *text)
{
    text_add(builder, text_of(text));
}

static void add_null(TextBuilder *builder, const Type *type)
{
    static const char *const constructors[] = {
        [TYPE_BOOL] = "tobool", [TYPE_NUMBER] = "tonumber", [TYPE_STRING] = "tostring",
        [TYPE_LIST] = "tolist", [TYPE_SET] = "toset",       [TYPE_MAP] = "tomap"
    };
    Arena scratch = { 0 };

    if (type->kind == TYPE_DYNAMIC)
        add(builder, "null");
    else if (type->kind < TYPE_LIST)
        text_add_format(builder, "%s(null)", constructors[type->kind]);
    else if (type->element)
        text_add_format(builder, "%s(null) /* of " TEXT_FMT " */", constructors[type->kind],
                        TEXT(type->element == type_dynamic
                                 ? TEXT_LIT("dynamic")
                                 : type_friendly(&scratch, type->element)));
    else
        text_add_format(builder, "null /* " TEXT_FMT " */", TEXT(type_friendly(&scratch, type)));
    arena_free(&scratch);
}

/* --- texts of several lines ------------------------------------------------------------------ */

static bool has_line(Text text, Text wanted)
{
    Text line;
    bool more = true;

    while (more) {
        more = text_cut(text, TEXT_LIT("\n"), &line, &text);
        if (text_equal(text_trim(line), wanted))
            return true;
    }
    return false;
}

/* A marker that is no line of the text itself. */
static Text marker_for(Arena *arena, Text text)
{
    Text marker = TEXT_LIT("EOT");

    while (has_line(text, marker))
        marker = text_concat(arena, marker, TEXT_LIT("_"));
    return marker;
}

static void add_heredoc(TextBuilder *builder, Text text, size_t indent)
{
    Arena scratch = { 0 };
    Text marker = marker_for(&scratch, text), line;
    bool more = true;

    text_add_format(builder, "%s" TEXT_FMT "\n", indent > 0 ? "<<-" : "<<", TEXT(marker));
    while (more) {
        more = text_cut(text, TEXT_LIT("\n"), &line, &text);
        text_add_repeated(builder, ' ', indent);
        terminal_add_foreign(builder, line);
        add(builder, "\n");
    }
    text_add_repeated(builder, ' ', indent);
    text_add(builder, marker);
    arena_free(&scratch);
}

static void add_primitive(TextBuilder *builder, Value value, size_t indent)
{
    Arena scratch = { 0 };

    if (!value_has_kind(value, TYPE_STRING))
        text_add(builder, value_to_text(&scratch, value));
    else if (value_text(value).length > 0 &&
             memchr(value_text(value).bytes, '\n', value_text(value).length))
        add_heredoc(builder, value_text(value), indent);
    else
        quote_add(builder, value_text(value));
    arena_free(&scratch);
}

/* --- collections ----------------------------------------------------------------------------- */

static void add_members(TextBuilder *builder, Value value, size_t indent)
{
    bool keyed = value_has_kind(value, TYPE_MAP) || value_has_kind(value, TYPE_OBJECT);
    size_t count = value_count(value);

    add(builder, keyed ? "{" : "[");
    for (size_t i = 0; i < count; i++) {
        add(builder, "\n");
        text_add_repeated(builder, ' ', indent + 2);
        if (keyed) {
            quote_add(builder, value_key_at(value, i));
            add(builder, " = ");
        }
        value_text_add(builder, value_at(value, i), indent + 2);
        add(builder, keyed ? "" : ",");
    }
    if (count > 0) {
        add(builder, "\n");
        text_add_repeated(builder, ' ', indent);
    }
    add(builder, keyed ? "}" : "]");
}

void value_text_add(TextBuilder *builder, Value value, size_t indent)
{
    static const char *const constructors[] = {
        [TYPE_LIST] = "tolist(", [TYPE_SET] = "toset(", [TYPE_MAP] = "tomap("
    };

    if (value_is_unknown(value)) {
        add(builder, "(known after apply)");
    } else if (value_is_sensitive(value)) {
        add(builder, "(sensitive value)");
    } else if (value.marks & MARK_EPHEMERAL) {
        add(builder, "(ephemeral value)");
    } else if (value_is_null(value)) {
        add_null(builder, value.type);
    } else if (value.type->kind < TYPE_LIST) {
        add_primitive(builder, value, indent);
    } else if (value.type->element) {
        add(builder, constructors[value.type->kind]);
        add_members(builder, value, indent);
        add(builder, ")");
    } else {
        add_members(builder, value, indent);
    }
}

/* --- types ----------------------------------------------------------------------------------- */

static void add_type(TextBuilder *builder, const Type *type, size_t indent);

/* "name: type," a line */
static void add_type_members(TextBuilder *builder, const Type *type, size_t indent)
{
    add(builder, type->kind == TYPE_OBJECT ? "object({" : "tuple([");
    for (size_t i = 0; i < type->count; i++) {
        add(builder, "\n");
        text_add_repeated(builder, ' ', indent + 4);
        if (type->kind == TYPE_OBJECT)
            text_add_format(builder, TEXT_FMT ": ", TEXT(type->names[i]));
        add_type(builder, type->types[i], indent + 4);
        add(builder, ",");
    }
    if (type->count > 0) {
        add(builder, "\n");
        text_add_repeated(builder, ' ', indent);
    }
    add(builder, type->kind == TYPE_OBJECT ? "})" : "])");
}

/* Elements that have members stand on lines of their own. */
static void add_type_element(TextBuilder *builder, const Type *element, size_t indent)
{
    bool lines = element->kind == TYPE_OBJECT || element->kind == TYPE_TUPLE;

    if (lines) {
        add(builder, "\n");
        text_add_repeated(builder, ' ', indent + 4);
    }
    add_type(builder, element, lines ? indent + 4 : indent);
    if (lines) {
        add(builder, ",\n");
        text_add_repeated(builder, ' ', indent);
    }
}

static void add_type(TextBuilder *builder, const Type *type, size_t indent)
{
    static const char *const names[] = {
        [TYPE_DYNAMIC] = "dynamic", [TYPE_BOOL] = "bool", [TYPE_NUMBER] = "number",
        [TYPE_STRING] = "string",   [TYPE_LIST] = "list", [TYPE_SET] = "set",
        [TYPE_MAP] = "map"
    };

    if (type->kind == TYPE_OBJECT || type->kind == TYPE_TUPLE) {
        add_type_members(builder, type, indent);
        return;
    }
    add(builder, names[type->kind]);
    if (!type->element)
        return;
    add(builder, "(");
    add_type_element(builder, type->element, indent);
    add(builder, ")");
}

void type_print(const Type *type, Terminal *terminal, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    add_type(&builder, type, 0);
    add(&builder, "\n");
    terminal_write(terminal, text_built(&builder));
}

/* --- outputs --------------------------------------------------------------------------------- */

void value_print(Value value, Terminal *terminal, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    value_text_add(&builder, value, 0);
    add(&builder, "\n");
    terminal_write(terminal, text_built(&builder));
}

void outputs_print(const State *state, Terminal *terminal, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < state->outputs.count; i++) {
        const StateOutput *output = &state->outputs.items[i];

        text_add_format(&builder, TEXT_FMT " = ", TEXT(output->name));
        if (output->sensitive)
            add(&builder, "<sensitive>");
        else
            value_text_add(&builder, output->value, 0);
        add(&builder, "\n");
    }
    terminal_write(terminal, text_built(&builder));
}
