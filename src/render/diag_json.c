/* Diagnostics for programs. */
#include "pipectl/render/diag_json.h"

#include "json_parts.h"

#include "pipectl/value/json.h"

/* Present even when it is empty, and whatever bytes it is made of. */
static void put_string(TextBuilder *builder, const char *name, Text text)
{
    json_put_value(builder, name, value_string(builder->arena, text));
}

static void put_number(TextBuilder *builder, const char *name, size_t number)
{
    json_put_value(builder, name, value_integer((int64_t)number));
}

static void put_position(TextBuilder *builder, const char *name, const Source *source,
                         uint32_t byte)
{
    Position position = source_position(source, byte);

    json_key(builder, text_of(name));
    text_add_char(builder, '{');
    put_number(builder, "line", position.line);
    put_number(builder, "column", position.column);
    put_number(builder, "byte", byte);
    text_add_char(builder, '}');
}

static void put_range(TextBuilder *builder, const Range *range)
{
    json_key(builder, TEXT_LIT("range"));
    text_add_char(builder, '{');
    put_string(builder, "filename", range->source->name);
    put_position(builder, "start", range->source, range->start);
    put_position(builder, "end", range->source, range->end);
    text_add_char(builder, '}');
}

/* --- the snippet ------------------------------------------------------------------------------ */

static bool is_native_syntax(Text name)
{
    return !text_ends_with(name, TEXT_LIT(".json")) && !text_ends_with(name, TEXT_LIT(".yaml")) &&
           !text_ends_with(name, TEXT_LIT(".yml"));
}

/* The block around a line. Messages come mostly in the order of the file, so the next one looks no
 * further than to the last one's line. */
typedef struct Surrounding {
    const Source *source;
    size_t line_start;
    Text header; /* of the outermost block that is open there; empty: none */
} Surrounding;

/* Whether a line begins or ends an outermost block. An unfinished one is the part before a place.
 */
static bool bounds_block(Text line, bool finished, bool *ret_begins)
{
    *ret_begins = false;
    if (line.length == 0)
        return false;
    if (line.bytes[0] == '}' || (finished && text_ends_with(line, TEXT_LIT("}"))))
        return true;
    *ret_begins = line.bytes[0] >= 'a' && line.bytes[0] <= 'z';
    return *ret_begins;
}

/* Looks upwards from a line for one that begins or ends a block. */
static Text header_above(const Source *source, size_t line_start, const Surrounding *known)
{
    size_t start = line_start;
    bool begins = false;

    while (start > 0 && (known->source != source || start != known->line_start)) {
        Text line = source_line(source, start - 1, &start);

        if (bounds_block(line, true, &begins))
            return begins ? line : TEXT_NONE;
    }
    return start > 0 ? known->header : TEXT_NONE;
}

/* The header of the outermost block around a place in native syntax: resource "aws_s3_bucket" "b".
 * Empty: it stands in none. */
static Text block_around(const Range *range, Surrounding *surrounding)
{
    size_t start;
    Text line = source_line(range->source, range->start, &start), header, rest;
    bool begins;

    if (!is_native_syntax(range->source->name))
        return TEXT_NONE;
    header = header_above(range->source, start, surrounding);
    *surrounding = (Surrounding){ range->source, start, header };
    if (bounds_block(text_slice(range->source->text, start, range->start), false, &begins))
        header = begins ? line : TEXT_NONE;
    (void)text_cut(header, TEXT_LIT("{"), &header, &rest);
    return text_trim(header);
}

/* The lines that a range touches. */
static Text lines_of(const Range *range, size_t *ret_start)
{
    size_t last_start;
    Text first = source_line(range->source, range->start, ret_start);
    size_t end = range->end > range->start ? range->end - 1 : range->start;
    Text last = source_line(range->source, end, &last_start);

    if (last_start < *ret_start)
        return first;
    return text_slice(range->source->text, *ret_start, last_start + last.length);
}

static size_t at_most(size_t number, size_t most)
{
    return number < most ? number : most;
}

static void put_values(TextBuilder *builder, const Diag *diag)
{
    json_key(builder, TEXT_LIT("values"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < diag->value_count; i++) {
        json_separate(builder);
        text_add_char(builder, '{');
        put_string(builder, "traversal", diag->values[i].traversal);
        put_string(builder, "statement", diag->values[i].statement);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

static void put_snippet(TextBuilder *builder, const Diag *diag, Surrounding *surrounding)
{
    const Range *range = &diag->subject;
    size_t start;
    Text code = lines_of(range, &start), block = block_around(range, surrounding);
    size_t from = range->start - start;
    size_t length = range->end > range->start ? range->end - range->start : 1;

    json_key(builder, TEXT_LIT("snippet"));
    text_add_char(builder, '{');
    json_put_value(builder, "context",
                   block.length > 0 ? value_string(builder->arena, block)
                                    : value_null(type_string));
    put_string(builder, "code", code);
    put_number(builder, "start_line", range_start(*range).line);
    put_number(builder, "highlight_start_offset", at_most(from, code.length));
    put_number(builder, "highlight_end_offset", at_most(from + length, code.length));
    put_values(builder, diag);
    text_add_char(builder, '}');
}

/* --- the whole -------------------------------------------------------------------------------- */

static void put_diag(TextBuilder *builder, const Diag *diag, Surrounding *surrounding)
{
    json_separate(builder);
    text_add_char(builder, '{');
    put_string(builder, "severity",
               diag->severity == SEVERITY_ERROR ? TEXT_LIT("error") : TEXT_LIT("warning"));
    put_string(builder, "summary", diag->summary);
    put_string(builder, "detail", diag->detail);
    json_put_text(builder, "address", diag->address);
    if (diag->subject.source) {
        put_range(builder, &diag->subject);
        put_snippet(builder, diag, surrounding);
    }
    text_add_char(builder, '}');
}

void diag_add_json(TextBuilder *builder, const Diag *diag)
{
    put_diag(builder, diag, &(Surrounding){ 0 });
}

Text validation_json(Arena *arena, const Diags *diags)
{
    TextBuilder builder = text_builder(arena);
    Surrounding surrounding = { 0 };

    text_add_char(&builder, '{');
    put_string(&builder, "format_version", TEXT_LIT("1.0"));
    json_put_bool(&builder, "valid", diags->error_count == 0);
    put_number(&builder, "error_count", diags->error_count);
    put_number(&builder, "warning_count", diags->list.count - diags->error_count);
    json_key(&builder, TEXT_LIT("diagnostics"));
    text_add_char(&builder, '[');
    for (size_t i = 0; i < diags->list.count; i++)
        put_diag(&builder, &diags->list.items[i], &surrounding);
    text_add(&builder, TEXT_LIT("]}"));
    return json_indented(arena, text_built(&builder));
}
