/* An object as configuration. */
#include "pipectl/render/block_text.h"

#include "pipectl/lang/format.h"
#include "pipectl/value/json.h"
#include "quote.h"

typedef struct Writer {
    Arena *arena;
    TextBuilder builder;
} Writer;

/* --- values ------------------------------------------------------------------------------- */

/* In quotes, with what would begin a template taken at its word. */
static void add_string(Writer *writer, Text text)
{
    static const struct {
        const char *plain, *written;
    } escapes[] = { { "\\", "\\\\" }, { "\"", "\\\"" }, { "\n", "\\n" }, { "\r", "\\r" },
                    { "\t", "\\t" },  { "${", "$${" },  { "%{", "%%{" } };

    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        text = text_replace(writer->arena, text, text_of(escapes[i].plain),
                            text_of(escapes[i].written));
    text_add_format(&writer->builder, "\"" TEXT_FMT "\"", TEXT(text));
}

static void add_value(Writer *writer, Value value);

static void add_elements(Writer *writer, Value value)
{
    text_add_char(&writer->builder, '[');
    for (size_t i = 0; i < value_count(value); i++) {
        if (i > 0)
            text_add(&writer->builder, TEXT_LIT(", "));
        add_value(writer, value_at(value, i));
    }
    text_add_char(&writer->builder, ']');
}

static void add_members(Writer *writer, Value value)
{
    text_add_char(&writer->builder, '{');
    for (size_t i = 0; i < value_count(value); i++) {
        text_add_format(&writer->builder, "\n" TEXT_FMT " = ",
                        TEXT(quote_name(writer->arena, value_key_at(value, i))));
        add_value(writer, value_at(value, i));
    }
    text_add(&writer->builder, value_count(value) > 0 ? TEXT_LIT("\n}") : TEXT_LIT("}"));
}

/* A document is easier to read, and to change, as what it means. */
static bool is_document(Writer *writer, Text text, Value *ret_value)
{
    Text begin = text_trim(text);

    return begin.length > 0 && (begin.bytes[0] == '{' || begin.bytes[0] == '[') &&
           json_parse(writer->arena, text, ret_value);
}

static void add_text(Writer *writer, Text text)
{
    Value document;

    if (!is_document(writer, text, &document)) {
        add_string(writer, text);
        return;
    }
    text_add(&writer->builder, TEXT_LIT("jsonencode("));
    add_value(writer, document);
    text_add_char(&writer->builder, ')');
}

static void add_value(Writer *writer, Value value)
{
    Text number;
    Value text;

    if (value_is_null(value) || value_is_unknown(value))
        text_add(&writer->builder, TEXT_LIT("null"));
    else if (value_has_kind(value, TYPE_STRING))
        add_text(writer, value_text(value));
    else if (value_has_kind(value, TYPE_OBJECT) || value_has_kind(value, TYPE_MAP))
        add_members(writer, value);
    else if (value.type->kind >= TYPE_LIST)
        add_elements(writer, value);
    else if (value_convert(writer->arena, value, type_string, &text, &number))
        text_add(&writer->builder, value_text(text));
}

/* --- blocks ------------------------------------------------------------------------------- */

/* What only the provider says, and what is on its way out, is not configured. */
static bool is_written(const AttributeSchema *attribute)
{
    bool is_id = text_is(attribute->name, "id") && attribute->optional && attribute->computed;

    return (attribute->required || attribute->optional) && !is_id &&
           attribute->deprecated.length == 0 && attribute->refused.length == 0;
}

/* AWS's answers say "nothing" with an empty text, too. */
static bool says_nothing(const AttributeSchema *attribute, Value value)
{
    return !attribute->required && value_has_kind(value, TYPE_STRING) && value_is_known(value) &&
           !value_is_null(value) && value_text(value).length == 0;
}

static void add_attributes(Writer *writer, const Schema *schema, Value object)
{
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeSchema *attribute = &schema->attributes[i];
        Value value;

        if (!is_written(attribute) || !value_member(object, attribute->name, &value))
            continue;
        text_add_format(&writer->builder, TEXT_FMT " = ", TEXT(attribute->name));
        if (attribute->sensitive)
            text_add(&writer->builder, TEXT_LIT("null # sensitive"));
        else if (says_nothing(attribute, value))
            text_add(&writer->builder, TEXT_LIT("null"));
        else
            add_value(writer, value);
        text_add_char(&writer->builder, '\n');
    }
}

static void add_body(Writer *writer, const Schema *schema, Value object);

static void add_block(Writer *writer, const BlockSchema *block, Value value)
{
    if (value_is_null(value) || value_is_unknown(value))
        return;
    text_add_format(&writer->builder, TEXT_FMT " {\n", TEXT(block->name));
    add_body(writer, block->block, value);
    text_add(&writer->builder, TEXT_LIT("}\n"));
}

static void add_body(Writer *writer, const Schema *schema, Value object)
{
    add_attributes(writer, schema, object);
    for (size_t i = 0; i < schema->block_count; i++) {
        const BlockSchema *block = &schema->blocks[i];
        Value value;

        if (block->refused.length > 0 || !value_member(object, block->name, &value) ||
            value_is_null(value))
            continue;
        if (block->nesting == NESTING_SINGLE)
            add_block(writer, block, value);
        for (size_t k = 0; block->nesting != NESTING_SINGLE && k < value_count(value); k++)
            add_block(writer, block, value_at(value, k));
    }
}

Text block_text(Arena *arena, Address address, const Schema *schema, Value object)
{
    Writer writer = { arena, text_builder(arena) };
    const Source *source;
    Diags ignored = diags_make(arena);
    Text laid_out;

    text_add_format(&writer.builder, "resource \"" TEXT_FMT "\" \"" TEXT_FMT "\" {\n",
                    TEXT(address.type), TEXT(address.name));
    add_body(&writer, schema, value_unmarked(arena, object));
    text_add(&writer.builder, TEXT_LIT("}\n"));
    source = source_make(arena, address.name, text_built(&writer.builder));
    return text_trim(format_native(arena, source, &laid_out, &ignored) ? laid_out : source->text);
}
