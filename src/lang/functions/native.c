/*
 * Values as native syntax: encode_expr, encode_tfvars and decode_tfvars of the provider that is
 * built in.
 *
 * The text is laid out as `fmt` lays it out: two blanks for each level, and the equals signs of
 * neighbouring lines in one column, where what follows them is complete on its line.
 */
#include "functions.h"

#include "../lex.h"
#include "pipectl/lang/body.h"
#include "pipectl/value/unicode.h"

typedef struct Line {
    Text lead;   /* a key, or everything */
    Text assign; /* the equals sign and what follows; empty: there is none */
    int opened;  /* brackets opened on it, less those closed */
    size_t level;
} Line;

typedef struct Writer {
    Arena *arena;
    LIST(Line) lines;
    TextBuilder lead;
    TextBuilder assign;
    bool has_assign;
    int opened;
} Writer;

static Writer writer_make(Arena *arena)
{
    return (Writer){ .arena = arena, .lead = text_builder(arena), .assign = text_builder(arena) };
}

static void write(Writer *writer, Text text)
{
    text_add(writer->has_assign ? &writer->assign : &writer->lead, text);
}

static void write_bracket(Writer *writer, const char *bracket)
{
    writer->opened += *bracket == '[' || *bracket == '{' ? 1 : -1;
    write(writer, text_of(bracket));
}

static void end_line(Writer *writer)
{
    list_add(writer->arena, &writer->lines,
             (Line){ .lead = text_built(&writer->lead),
                     .assign = text_built(&writer->assign),
                     .opened = writer->opened });
    writer->lead = text_builder(writer->arena);
    writer->assign = text_builder(writer->arena);
    writer->has_assign = false;
    writer->opened = 0;
}

/* --- values --------------------------------------------------------------------------------- */

static void write_character(Writer *writer, uint32_t c, bool before_brace)
{
    static const char escaped[] = "\n\r\t\"\\", letters[] = "nrt\"\\";
    TextBuilder *out = writer->has_assign ? &writer->assign : &writer->lead;

    for (size_t i = 0; escaped[i]; i++) {
        if (c == (uint32_t)escaped[i]) {
            text_add_char(out, '\\');
            text_add_char(out, letters[i]);
            return;
        }
    }
    if (!unicode_is_printable(c)) {
        text_add_format(out, c > 0xFFFF ? "\\U%08x" : "\\u%04x", c);
        return;
    }
    unicode_add(out, c);
    if ((c == '$' || c == '%') && before_brace)
        unicode_add(out, c);
}

static void write_string(Writer *writer, Text text)
{
    write(writer, TEXT_LIT("\""));
    for (size_t at = 0; at < text.length;) {
        uint32_t c;

        at = unicode_next(text, at, &c);
        write_character(writer, c, at < text.length && text.bytes[at] == '{');
    }
    write(writer, TEXT_LIT("\""));
}

static void write_value(Writer *writer, Value value);

static void write_sequence(Writer *writer, Value value)
{
    write_bracket(writer, "[");
    for (size_t i = 0; i < value_count(value); i++) {
        if (i > 0)
            write(writer, TEXT_LIT(", "));
        write_value(writer, value_at(value, i));
    }
    write_bracket(writer, "]");
}

/* "= value" after a key that was written. */
static void write_assignment(Writer *writer, Value value)
{
    writer->has_assign = true;
    write(writer, TEXT_LIT("= "));
    write_value(writer, value);
    end_line(writer);
}

static void write_mapping(Writer *writer, Value value)
{
    write_bracket(writer, "{");
    if (value_count(value))
        end_line(writer);
    for (size_t i = 0; i < value_count(value); i++) {
        Text key = value_key_at(value, i);

        if (lex_is_identifier(key))
            write(writer, key);
        else
            write_string(writer, key);
        write_assignment(writer, value_at(value, i));
    }
    write_bracket(writer, "}");
}

static void write_value(Writer *writer, Value value)
{
    if (value.state == VALUE_NULL)
        write(writer, TEXT_LIT("null"));
    else if (value.type == type_string)
        write_string(writer, value_text(value));
    else if (type_is_primitive(value.type))
        write(writer, value_to_text(writer->arena, value));
    else if (is_mapping_type(value.type))
        write_mapping(writer, value);
    else
        write_sequence(writer, value);
}

/* --- layout --------------------------------------------------------------------------------- */

/* However many brackets a line opens, what follows is one level deeper. */
static void indent(Writer *writer)
{
    LIST(int) levels = { 0 };

    for (size_t i = 0; i < writer->lines.count; i++) {
        Line *line = &writer->lines.items[i];
        int closed = -line->opened;

        while (closed > 0 && levels.count) {
            int *open = &levels.items[levels.count - 1];
            int step = closed < *open ? closed : *open;

            *open -= step;
            closed -= step;
            levels.count -= *open == 0;
        }
        line->level = levels.count;
        if (line->opened > 0)
            list_add(writer->arena, &levels, line->opened);
    }
}

static bool is_aligned(const Line *line)
{
    return line->assign.length && line->opened == 0;
}

/* The width of the longest key of the neighbouring lines that are aligned with line [at]. */
static size_t column_of(const Writer *writer, size_t at)
{
    size_t widest = 0;

    while (at > 0 && is_aligned(&writer->lines.items[at - 1]))
        at--;
    for (; at < writer->lines.count && is_aligned(&writer->lines.items[at]); at++) {
        size_t width = unicode_clusters(writer->lines.items[at].lead);

        widest = width > widest ? width : widest;
    }
    return widest;
}

static Text laid_out(Writer *writer)
{
    TextBuilder builder = text_builder(writer->arena);
    size_t column = 0;

    indent(writer);
    for (size_t i = 0; i < writer->lines.count; i++) {
        const Line *line = &writer->lines.items[i];

        if (is_aligned(line) && (i == 0 || !is_aligned(line - 1)))
            column = column_of(writer, i);
        text_add_repeated(&builder, ' ', 2 * line->level);
        text_add(&builder, line->lead);
        if (line->assign.length)
            text_add_repeated(&builder, ' ',
                              is_aligned(line) ? column - unicode_clusters(line->lead) + 1 : 1);
        text_add(&builder, line->assign);
        text_add_char(&builder, '\n');
    }
    return text_built(&builder);
}

/* --- functions ------------------------------------------------------------------------------ */

Value function_encode_expr(Call *call)
{
    Writer writer = writer_make(call->arena);
    Text text;

    write_value(&writer, call_argument(call, 0));
    end_line(&writer);
    text = laid_out(&writer);
    text.length--;
    return call_string(call, text);
}

Value function_encode_tfvars(Call *call)
{
    Value value = call_argument(call, 0);
    Writer writer = writer_make(call->arena);

    if (!is_mapping_type(value.type))
        return call_error(
            call, -1,
            "invalid value to encode: must be an object whose attribute names will become the "
            "encoded variable names");
    for (size_t i = 0; i < value_count(value); i++) {
        Text name = value_key_at(value, i);

        if (!lex_is_identifier(name))
            return call_error(call, -1,
                              "invalid variable name \"" TEXT_FMT "\": must be a valid identifier",
                              TEXT(name));
        write(&writer, name);
        write_assignment(&writer, value_at(value, i));
    }
    return call_string(call, laid_out(&writer));
}

static Value fail_content(Call *call, const Diags *diags)
{
    const Diag *diag = &diags->list.items[0];

    return call_error(call, -1, "invalid tfvars content: " TEXT_FMT ": " TEXT_FMT "; " TEXT_FMT,
                      TEXT(range_place(call->arena, diag->subject)), TEXT(diag->summary),
                      TEXT(diag->detail));
}

Value function_decode_tfvars(Call *call)
{
    const Source *source;
    Diags diags = diags_make(call->arena);
    ValueBuilder builder = value_builder(call->arena);
    const Body *body;
    BodyContent content;

    source = source_make(call->arena, TEXT_LIT("<decode_tfvars argument>"), call_text(call, 0));
    body = body_read_hcl(call->arena, source, &diags);
    if (!body || diags_have_errors(&diags))
        return fail_content(call, &diags);
    content = body_attributes(body, call->arena, &diags);
    for (size_t i = 0; i < content.attributes.count; i++) {
        const Attribute *attribute = &content.attributes.items[i];

        value_builder_put(&builder, attribute->name,
                          expr_evaluate(attribute->expr, NULL, call->arena, &diags));
    }
    return diags_have_errors(&diags) ? fail_content(call, &diags) : value_built_object(&builder);
}
