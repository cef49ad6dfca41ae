/*
 * Import patterns: literals with {row} and {row+} between them. {row} holds none of the marks that
 * stand between the names, {row+} may.
 */
#include "type_import.h"

#include <ctype.h>

typedef struct Matching {
    const ResourceType *type;
    Text marks; /* every character of the patterns' literals that is no letter or digit */
    Value *values;
    Arena *arena;
} Matching;

static void add_marks(TextBuilder *builder, Text pattern)
{
    bool inside = false;

    for (size_t i = 0; i < pattern.length; i++) {
        char c = pattern.bytes[i];

        if (!inside && c != '{' && !isalnum((unsigned char)c))
            text_add_char(builder, c);
        inside = c == '{' || (inside && c != '}');
    }
}

static Text marks_of(Arena *arena, const ImportRule *import)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < import->patterns.count; i++)
        add_marks(&builder, import->patterns.items[i]);
    return text_built(&builder);
}

static bool has_mark(const Matching *matching, Text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text_find(matching->marks, text_slice(text, i, i + 1)) != TEXT_NOT_FOUND)
            return true;
    return false;
}

static bool is_legal(const Row *row, Text text)
{
    if (!row->one_of)
        return true;
    for (size_t i = 0; i < row->one_of->count; i++)
        if (text_equal(row->one_of->items[i]->text, text))
            return true;
    return false;
}

static void set(Matching *matching, Text name, Value value)
{
    const Row *object = matching->type->object;

    for (size_t i = 0; i < object->row_count; i++)
        if (text_equal(object->rows[i]->name, name))
            matching->values[i] = value;
}

/* Where the value of a name may end: before what follows it, the longest first. */
static bool match(Matching *matching, Text pattern, Text text);

static bool match_name(Matching *matching, Text name, Text rest, Text text)
{
    bool holds_marks = text_ends_with(name, TEXT_LIT("+"));
    Text row_name = holds_marks ? text_slice(name, 0, name.length - 1) : name;
    const Row *row = row_find(matching->type->object, row_name);

    for (size_t end = text.length; end > 0; end--) {
        Text value = text_slice(text, 0, end);

        if ((!holds_marks && has_mark(matching, value)) || (row && !is_legal(row, value)) ||
            !match(matching, rest, text_slice(text, end, text.length)))
            continue;
        set(matching, row_name, value_string(matching->arena, value));
        return true;
    }
    return false;
}

static bool match(Matching *matching, Text pattern, Text text)
{
    Text literal, name, rest;

    if (!text_cut(pattern, TEXT_LIT("{"), &literal, &rest))
        return text_equal(pattern, text);
    text_cut(rest, TEXT_LIT("}"), &name, &rest);
    return text_starts_with(text, literal) &&
           match_name(matching, name, rest, text_slice(text, literal.length, text.length));
}

/* The rows as an object, typed as the schema has it. */
static Value object_of(Matching *matching, const TypeScope *scope, Diags *diags)
{
    const Row *object = matching->type->object;
    ValueBuilder builder = value_builder(matching->arena);
    const MemberList *members = &matching->type->import.set;

    for (size_t i = 0; i < members->count; i++) {
        Value value = type_evaluate(scope, members->items[i].value, matching->arena, diags);

        set(matching, members->items[i].name, value);
    }
    for (size_t i = 0; i < object->row_count; i++)
        value_builder_put(&builder, object->rows[i]->name,
                          matching->values[i].type ? matching->values[i]
                                                   : value_null(object->rows[i]->type));
    return row_border(object, value_built_object(&builder), matching->arena);
}

static void report(const ResourceType *type, Text id, Arena *arena, Diags *diags)
{
    TextBuilder forms = text_builder(arena);

    for (size_t i = 0; i < type->import.patterns.count; i++)
        text_add_format(&forms, "%s" TEXT_FMT, i > 0 ? " or " : "",
                        TEXT(text_replace(arena, type->import.patterns.items[i], TEXT_LIT("+}"),
                                          TEXT_LIT("}"))));
    if (forms.length > 0)
        diag_error(diags, RANGE_NONE, "Unexpected format of import ID",
                   "\"" TEXT_FMT "\" is no id of the type " TEXT_FMT ": it has the form " TEXT_FMT
                   ".",
                   TEXT(id), TEXT(type->name), TEXT(text_built(&forms)));
    else
        diag_error(diags, RANGE_NONE, "Resource Import Not Implemented",
                   "An object of the type " TEXT_FMT " cannot be imported.", TEXT(type->name));
}

Value type_import(const ResourceType *type, Text id, Value provider, Arena *arena, Diags *diags)
{
    Matching matching = { .type = type,
                          .marks = marks_of(arena, &type->import),
                          .arena = arena };
    TypeScope scope =
        type_scope(type, value_null(type->object->type), value_null(type->object->type), provider);

    for (size_t i = 0; i < type->import.patterns.count; i++) {
        Text pattern = type->import.patterns.items[i];

        matching.values = arena_array(arena, Value, type->object->row_count);
        if (match(&matching, pattern, id))
            return object_of(&matching, &scope, diags);
    }
    report(type, id, arena, diags);
    return value_null(type->schema.type);
}
