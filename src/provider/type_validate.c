#include "type_plan.h"

#include "equal.h"

typedef struct Validation {
    const ResourceType *type;
    const Body *body;
    TypeScope scope;
    Arena *arena;
    Diags *diags;
} Validation;

static Range range_of(const Validation *validation, Path path)
{
    return validation->body
               ? schema_range(&validation->type->schema, validation->body, path, validation->arena)
               : RANGE_NONE;
}

/* --- single rows ------------------------------------------------------------------------------ */

static bool is_one_of(const Node *one_of, Text text)
{
    for (size_t i = 0; i < one_of->count; i++)
        if (text_equal(one_of->items[i]->text, text))
            return true;
    return false;
}

static Text list_of(const Node *one_of, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < one_of->count; i++)
        text_add_format(&builder, "%s\"" TEXT_FMT "\"",
                        i == 0                   ? ""
                        : i + 1 == one_of->count ? " or "
                                                 : ", ",
                        TEXT(one_of->items[i]->text));
    return text_built(&builder);
}

static void check_one_of(const Validation *validation, const Row *row, Value value, Path path)
{
    Text text;

    if (!row->one_of || value_is_unknown(value) || value_is_null(value) ||
        !type_is_primitive(value.type))
        return;
    text = value_to_text(validation->arena, value);
    if (is_one_of(row->one_of, text) || (row->same == SAME_NOCASE && text.length == 0))
        return;
    diag_error(validation->diags, range_of(validation, path), "Invalid value",
               "The argument \"" TEXT_FMT "\" is \"" TEXT_FMT "\", and must be " TEXT_FMT ".",
               TEXT(row->name), TEXT(text), TEXT(list_of(row->one_of, validation->arena)));
}

static void check_rows(const Validation *validation, const Row *block, Value object, Path path);

static void check_row(const Validation *validation, const Row *row, Value value, Path path)
{
    if (row->required && !row->is_block && value_is_null(value))
        diag_error(validation->diags, range_of(validation, path), "Missing required argument",
                   "The argument \"" TEXT_FMT "\" is required, but no definition was found.",
                   TEXT(row->name));
    check_one_of(validation, row, value, path);
    if (!row->is_block || value_is_unknown(value) || value_is_null(value))
        return;
    if (row_is_one(row)) {
        check_rows(validation, row, value,
                   row->is_single ? path : path_index(validation->arena, path, value_integer(0)));
        return;
    }
    for (size_t i = 0; i < value_count(value); i++)
        check_rows(validation, row, value_at(value, i),
                   path_index(validation->arena, path, value_integer((int64_t)i)));
}

static void check_rows(const Validation *validation, const Row *block, Value object, Path path)
{
    if (value_is_unknown(object) || value_is_null(object))
        return;
    for (size_t i = 0; i < block->row_count; i++) {
        Value value;

        if (value_member(object, block->rows[i]->name, &value))
            check_row(validation, block->rows[i], value,
                      path_child(validation->arena, path, block->rows[i]->name));
    }
}

/* --- the whole object ------------------------------------------------------------------------- */

static Text names_of(const RowRefs *rows, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < rows->count; i++)
        text_add_format(&builder, "%s" TEXT_FMT,
                        i == 0                 ? ""
                        : i + 1 == rows->count ? " and "
                                               : ", ",
                        TEXT(rows->items[i]->name));
    return text_built(&builder);
}

/* How many of the rows are given; an unknown one may be null, or not. */
static size_t count_given(const RowRefs *rows, Value object, bool *ret_unknown)
{
    size_t given = 0;

    for (size_t i = 0; i < rows->count; i++) {
        Value value;

        if (!value_member(object, rows->items[i]->name, &value) || value_is_null(value))
            continue;
        *ret_unknown = *ret_unknown || value_is_unknown(value);
        given += value_has_kind(value, TYPE_STRING) || !value_is_nothing(value);
    }
    return given;
}

static void check_choice(const Validation *validation, const RowRefs *rows, size_t at_least,
                         Value object)
{
    bool unknown = false;
    size_t given = rows->count > 0 ? count_given(rows, object, &unknown) : at_least;

    if (given > 1 && !unknown)
        diag_error(validation->diags, validation->body ? body_range(validation->body) : RANGE_NONE,
                   "Conflicting configuration arguments", "Only one of " TEXT_FMT " can be given.",
                   TEXT(names_of(rows, validation->arena)));
    else if (rows->count > 0 && given < at_least && !unknown)
        diag_error(validation->diags, validation->body ? body_range(validation->body) : RANGE_NONE,
                   "Invalid combination of arguments", "One of " TEXT_FMT " must be given.",
                   TEXT(names_of(rows, validation->arena)));
}

static void check_condition(const Validation *validation, const Check *check)
{
    Diags ignored = diags_make(validation->arena);
    Value value = type_evaluate(&validation->scope, check->that, validation->arena, &ignored);

    if (!check->that || value_is_unknown(value) || value_is_true(value))
        return;
    diag_error(validation->diags, validation->body ? body_range(validation->body) : RANGE_NONE,
               "Invalid configuration", TEXT_FMT, TEXT(check->error));
}

/* What is left out has its default in a check; of a block that is left out AWS's default is
   silence, too. */
static Value with_defaults(const Validation *validation, Value object)
{
    const Row *rows = validation->type->object;
    ValueBuilder builder = value_builder(validation->arena);
    Diags ignored = diags_make(validation->arena);

    for (size_t i = 0; i < rows->row_count; i++) {
        const Row *row = rows->rows[i];
        Value value, converted;
        Text why;

        if (!value_member(object, row->name, &value))
            continue;
        if (value_is_null(value) && row->default_value && !row->computed &&
            value_convert(
                validation->arena,
                type_evaluate(&validation->scope, row->default_value, validation->arena, &ignored),
                row->type, &converted, &why))
            value = converted;
        if (value_is_null(value) && row->computed && !row->is_block)
            value = value_unknown(row->type);
        if (value_is_unknown(value) && row->computed && row->is_block)
            value = value_null(row->type);
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

void type_validate(const TypeScope *scope, Value configuration, const Body *body, Arena *arena,
                   Diags *diags)
{
    const ResourceType *type = scope->type;
    Value object = row_inner(type->object, configuration, arena);
    Validation validation = { type, body, *scope, arena, diags };

    if (value_is_unknown(object) || value_is_null(object))
        return;
    check_rows(&validation, type->object, object, (Path){ NULL, 0 });
    validation.scope.configuration = object;
    validation.scope.self = validation.scope.object = with_defaults(&validation, scope->object);
    for (size_t i = 0; i < type->checks.count; i++) {
        check_choice(&validation, &type->checks.items[i].exactly_one, 1, object);
        check_choice(&validation, &type->checks.items[i].at_most_one, 0, object);
        check_condition(&validation, &type->checks.items[i]);
    }
}
