/* csvdecode: RFC 4180 with a header line; empty lines do not count, every line has as many fields.
 */
#include "functions.h"

typedef struct CsvReader {
    Call *call;
    Text text;
    size_t at;
    size_t line;
    bool failed;
} CsvReader;

typedef LIST(Text) Fields;

static void fail(CsvReader *reader, const char *why)
{
    if (!reader->failed)
        call_error(reader->call, -1, "CSV parse error on line %zu: %s", reader->line, why);
    reader->failed = true;
}

static char peek(const CsvReader *reader)
{
    return reader->at < reader->text.length ? reader->text.bytes[reader->at] : '\0';
}

static bool at_end(const CsvReader *reader)
{
    return reader->at >= reader->text.length;
}

/* Length of a line end here; a carriage return that ends the text counts. */
static size_t line_end(const CsvReader *reader)
{
    if (peek(reader) == '\n' && !at_end(reader))
        return 1;
    if (peek(reader) != '\r')
        return 0;
    if (reader->at + 1 == reader->text.length)
        return 1;
    return reader->text.bytes[reader->at + 1] == '\n' ? 2 : 0;
}

static bool at_field_end(const CsvReader *reader)
{
    return at_end(reader) || peek(reader) == ',' || line_end(reader);
}

/* field = (any but comma, quote and line end)* */
static Text read_bare(CsvReader *reader)
{
    size_t start = reader->at;

    for (; !at_field_end(reader); reader->at++)
        if (peek(reader) == '"')
            fail(reader, "bare \" in non-quoted field");
    return text_slice(reader->text, start, reader->at);
}

/* field = '"' (any but quote | '""')* '"', in which line ends are \n */
static Text read_quoted(CsvReader *reader)
{
    TextBuilder builder = text_builder(reader->call->arena);

    reader->at++;
    while (!at_end(reader)) {
        size_t end = line_end(reader);

        if (peek(reader) == '"' && reader->at + 1 < reader->text.length &&
            reader->text.bytes[reader->at + 1] == '"') {
            text_add_char(&builder, '"');
            reader->at += 2;
        } else if (peek(reader) == '"') {
            reader->at++;
            if (!at_field_end(reader))
                fail(reader, "extraneous or missing \" in quoted-field");
            return text_built(&builder);
        } else if (end) {
            text_add_char(&builder, '\n');
            reader->at += end;
            reader->line++;
        } else {
            text_add_char(&builder, peek(reader));
            reader->at++;
        }
    }
    fail(reader, "extraneous or missing \" in quoted-field");
    return text_built(&builder);
}

/* record = field ("," field)* line-end; false at the end of the text. */
static bool read_record(CsvReader *reader, Fields *ret_fields)
{
    Fields fields = { 0 };

    while (line_end(reader)) {
        reader->at += line_end(reader);
        reader->line++;
    }
    if (at_end(reader) || reader->failed)
        return false;
    for (;;) {
        list_add(reader->call->arena, &fields,
                 peek(reader) == '"' ? read_quoted(reader) : read_bare(reader));
        if (peek(reader) != ',' || at_end(reader))
            break;
        reader->at++;
    }
    *ret_fields = fields;
    return !reader->failed;
}

static void next_line(CsvReader *reader)
{
    reader->at += line_end(reader);
    reader->line++;
}

static bool check_header(CsvReader *reader, const Fields *header)
{
    for (size_t i = 0; i < header->count; i++)
        for (size_t j = 0; j < i; j++)
            if (text_equal(header->items[i], header->items[j])) {
                call_error(reader->call, -1, "duplicate column name \"" TEXT_FMT "\"",
                           TEXT(header->items[i]));
                return false;
            }
    return true;
}

static const Type *record_type(Arena *arena, const Fields *header)
{
    const Type **types = arena_array(arena, const Type *, header->count);

    for (size_t i = 0; i < header->count; i++)
        types[i] = type_string;
    return type_object(header->items, types, NULL, header->count);
}

Value function_csvdecode(Call *call)
{
    CsvReader reader = { .call = call, .text = call_text(call, 0), .line = 1 };
    ValueBuilder records = value_builder(call->arena);
    Fields header = { 0 }, fields = { 0 };

    if (!read_record(&reader, &header)) {
        if (!reader.failed)
            call_error(call, -1, "missing header line");
        return value_unknown(type_dynamic);
    }
    if (!check_header(&reader, &header))
        return value_unknown(type_dynamic);
    for (next_line(&reader); read_record(&reader, &fields); next_line(&reader)) {
        ValueBuilder record = value_builder(call->arena);

        if (fields.count != header.count) {
            fail(&reader, "wrong number of fields");
            break;
        }
        for (size_t i = 0; i < fields.count; i++)
            value_builder_put(&record, header.items[i], call_string(call, fields.items[i]));
        value_builder_add(&records, value_built_object(&record));
    }
    if (reader.failed)
        return value_unknown(type_dynamic);
    return value_built_list(&records, record_type(call->arena, &header));
}
