#include "policy_document.h"

#include "pipectl/value/json.h"

#include <stdlib.h>

static const char *const part_names[] = { "Action",    "NotAction",    "Resource", "NotResource",
                                          "Principal", "NotPrincipal", "Condition" };

/* --- texts ------------------------------------------------------------------------------------ */

static int descending(const void *a, const void *b)
{
    return text_compare(*(const Text *)b, *(const Text *)a);
}

static Value list_of(Arena *arena, const Text *texts, size_t count)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < count; i++)
        value_builder_add(&builder, value_string(arena, texts[i]));
    return value_built_tuple(&builder);
}

Value policy_texts(Arena *arena, const Text *texts, size_t count)
{
    Text *sorted = arena_array(arena, Text, count);

    if (count == 0)
        return (Value){ 0 };
    if (count == 1)
        return value_string(arena, texts[0]);
    for (size_t i = 0; i < count; i++)
        sorted[i] = texts[i];
    qsort(sorted, count, sizeof *sorted, descending);
    return list_of(arena, sorted, count);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_kind(Value value, TypeKind kind)
{
    return value_has_kind(value, kind) && value_is_known(value) && !value_is_null(value);
}

/* A principal's names as they are, lists in descending order. */
static Value read_principal(Arena *arena, Value value)
{
    ValueBuilder builder = value_builder(arena);

    if (!is_kind(value, TYPE_OBJECT))
        return value;
    for (size_t i = 0; i < value_count(value); i++) {
        Value names = value_at(value, i);
        size_t count = is_kind(names, TYPE_TUPLE) ? value_count(names) : 0;
        Text *texts = arena_array(arena, Text, count);

        for (size_t k = 0; k < count; k++)
            texts[k] = value_to_text(arena, value_at(names, k));
        if (count > 0)
            qsort(texts, count, sizeof *texts, descending);
        value_builder_put(&builder, value_key_at(value, i),
                          is_kind(names, TYPE_TUPLE) ? list_of(arena, texts, count) : names);
    }
    return value_built_object(&builder);
}

/* What a condition compares with: texts; one as itself. Numbers are dropped, as Terraform does. */
static Value read_compared(Arena *arena, Value value)
{
    size_t count = is_kind(value, TYPE_TUPLE) ? value_count(value) : 1;
    LIST(Text) texts = { 0 };

    for (size_t i = 0; i < count; i++) {
        Value item = is_kind(value, TYPE_TUPLE) ? value_at(value, i) : value;

        if (is_kind(item, TYPE_STRING) || is_kind(item, TYPE_BOOL))
            list_add(arena, &texts, value_to_text(arena, item));
    }
    return texts.count == 1 ? value_string(arena, texts.items[0])
                            : list_of(arena, texts.items, texts.count);
}

static Value read_condition(Arena *arena, Value value)
{
    ValueBuilder operators = value_builder(arena);

    if (!is_kind(value, TYPE_OBJECT))
        return value;
    for (size_t i = 0; i < value_count(value); i++) {
        ValueBuilder keys = value_builder(arena);
        Value compared = value_at(value, i);

        for (size_t k = 0; is_kind(compared, TYPE_OBJECT) && k < value_count(compared); k++)
            value_builder_put(&keys, value_key_at(compared, k),
                              read_compared(arena, value_at(compared, k)));
        value_builder_put(&operators, value_key_at(value, i), value_built_object(&keys));
    }
    return value_built_object(&operators);
}

static Value read_part(Arena *arena, Value object, PolicyPart part)
{
    Value value = value_get(object, part_names[part]);

    if (value_is_null(value))
        return (Value){ 0 };
    if (part == POLICY_PRINCIPAL || part == POLICY_NOT_PRINCIPAL)
        return read_principal(arena, value);
    return part == POLICY_CONDITION ? read_condition(arena, value) : value;
}

bool policy_document_parse(Arena *arena, Text text, PolicyDocument *ret_document)
{
    PolicyDocument document = { 0 };
    Value value, statements;

    if (!json_parse(arena, text, &value) || !is_kind(value, TYPE_OBJECT))
        return false;
    document.version = value_get_text(value, "Version");
    document.id = value_get_text(value, "Id");
    statements = value_get(value, "Statement");
    if (!value_is_null(statements) && !is_kind(statements, TYPE_TUPLE))
        return false;
    for (size_t i = 0; !value_is_null(statements) && i < value_count(statements); i++) {
        Value item = value_at(statements, i);
        PolicyStatement statement = { 0 };

        if (!is_kind(item, TYPE_OBJECT))
            return false;
        statement.sid = value_get_text(item, "Sid");
        statement.effect = value_get_text(item, "Effect");
        for (int part = 0; part < POLICY_PART_COUNT; part++)
            statement.parts[part] = read_part(arena, item, (PolicyPart)part);
        list_add(arena, &document.statements, statement);
    }
    *ret_document = document;
    return true;
}

/* --- merging ---------------------------------------------------------------------------------- */

static PolicyStatement *find_statement(PolicyDocument *document, Text sid)
{
    for (size_t i = 0; sid.length > 0 && i < document->statements.count; i++)
        if (text_equal(document->statements.items[i].sid, sid))
            return &document->statements.items[i];
    return NULL;
}

void policy_document_merge(Arena *arena, PolicyDocument *document, const PolicyDocument *added)
{
    if (added->id.length > 0)
        document->id = added->id;
    if (text_compare(added->version, document->version) > 0)
        document->version = added->version;
    for (size_t i = 0; i < added->statements.count; i++) {
        PolicyStatement *same = find_statement(document, added->statements.items[i].sid);

        if (same)
            *same = added->statements.items[i];
        else
            list_add(arena, &document->statements, added->statements.items[i]);
    }
}

Text policy_document_duplicate(const PolicyDocument *document)
{
    for (size_t i = 0; i < document->statements.count; i++)
        for (size_t k = 0; k < i; k++)
            if (document->statements.items[i].sid.length > 0 &&
                text_equal(document->statements.items[i].sid, document->statements.items[k].sid))
                return document->statements.items[i].sid;
    return TEXT_NONE;
}

/* --- printing --------------------------------------------------------------------------------- */

typedef struct Printer {
    TextBuilder text;
    bool compact;
    size_t level;
    bool first; /* no member of the present object was printed yet */
} Printer;

static void begin_line(Printer *printer)
{
    if (printer->compact)
        return;
    text_add_char(&printer->text, '\n');
    text_add_repeated(&printer->text, ' ', printer->level * 2);
}

static void open(Printer *printer, char bracket)
{
    text_add_char(&printer->text, bracket);
    printer->level++;
    printer->first = true;
}

static void close(Printer *printer, char bracket)
{
    printer->level--;
    if (!printer->first)
        begin_line(printer);
    text_add_char(&printer->text, bracket);
    printer->first = false;
}

static void begin_item(Printer *printer)
{
    if (!printer->first)
        text_add_char(&printer->text, ',');
    printer->first = false;
    begin_line(printer);
}

static void begin_member(Printer *printer, const char *name)
{
    begin_item(printer);
    text_add_format(&printer->text, "\"%s\":%s", name, printer->compact ? "" : " ");
}

static void print_text(Printer *printer, const char *name, Text text)
{
    if (text.length == 0)
        return;
    begin_member(printer, name);
    json_add_string(&printer->text, text);
}

static void print_statement(Printer *printer, const PolicyStatement *statement)
{
    open(printer, '{');
    print_text(printer, "Sid", statement->sid);
    print_text(printer, "Effect", statement->effect);
    for (int part = 0; part < POLICY_PART_COUNT; part++) {
        if (!statement->parts[part].type)
            continue;
        begin_member(printer, part_names[part]);
        if (printer->compact)
            json_add(&printer->text, statement->parts[part]);
        else
            json_add_pretty(&printer->text, statement->parts[part], printer->level);
    }
    close(printer, '}');
}

Text policy_document_text(Arena *arena, const PolicyDocument *document, bool compact)
{
    Printer printer = { .text = text_builder(arena), .compact = compact };

    open(&printer, '{');
    print_text(&printer, "Version", document->version);
    print_text(&printer, "Id", document->id);
    if (document->statements.count > 0) {
        begin_member(&printer, "Statement");
        open(&printer, '[');
        for (size_t i = 0; i < document->statements.count; i++) {
            begin_item(&printer);
            print_statement(&printer, &document->statements.items[i]);
        }
        close(&printer, ']');
    }
    close(&printer, '}');
    return text_built(&printer.text);
}
