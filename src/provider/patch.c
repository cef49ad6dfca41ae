/*
 * Changed rows as JSON-patch operations, as API Gateway takes them: each value is a string, a value
 * that is left out unsets. Maps are patched key by key; sets add and remove elements; blocks are
 * patched row by row.
 */
#include "operation.h"

#include "equal.h"

typedef struct Patch {
    Operation *operation;
    ValueBuilder operations;
} Patch;

static void add_operation(Patch *patch, const char *op, Text path, Value value)
{
    Text names[] = { TEXT_LIT("op"), TEXT_LIT("path"), TEXT_LIT("value") };
    Arena *arena = &patch->operation->arena;
    Value parts[] = { value_string_raw(text_of(op)), value_string(arena, path), value };

    value_builder_add(&patch->operations,
                      value_object(arena, names, parts, value_is_null(value) ? 2 : 3));
}

/* Every value is a string; null is left out. */
static Value patch_text(Patch *patch, Value value)
{
    if (!value_exists(value))
        return value_null(type_string);
    return value_string(&patch->operation->arena, value_to_text(&patch->operation->arena, value));
}

static Text escaped(Patch *patch, Text name)
{
    Arena *arena = &patch->operation->arena;

    return text_replace(arena, text_replace(arena, name, TEXT_LIT("~"), TEXT_LIT("~0")),
                        TEXT_LIT("/"), TEXT_LIT("~1"));
}

static Text joined(Patch *patch, Text path, Text name)
{
    return text_format(&patch->operation->arena, TEXT_FMT "/" TEXT_FMT, TEXT(path),
                       TEXT(escaped(patch, name)));
}

/* --- maps and sets ---------------------------------------------------------------------------- */

static void patch_map(Patch *patch, const Row *row, Value value, Value prior, Text path)
{
    const char *add = text_is(row->patch, "replace") ? "replace" : "add";

    for (size_t i = 0; value_exists(prior) && i < value_count(prior); i++)
        if (!value_exists(value) || !value_member(value, value_key_at(prior, i), NULL))
            add_operation(patch, "remove", joined(patch, path, value_key_at(prior, i)),
                          value_null(type_string));
    for (size_t i = 0; value_exists(value) && i < value_count(value); i++) {
        Text name = value_key_at(value, i);
        Value before;
        bool had = value_exists(prior) && value_member(prior, name, &before);

        if (!had || !value_same(before, value_at(value, i)))
            add_operation(patch, had ? "replace" : add, joined(patch, path, name),
                          patch_text(patch, value_at(value, i)));
    }
}

static bool holds(Value collection, Value element)
{
    for (size_t i = 0; value_exists(collection) && i < value_count(collection); i++)
        if (value_same(value_at(collection, i), element))
            return true;
    return false;
}

/* /cacheKeyParameters/{value}: the element stands in the pointer, and the value is empty; else it
   is the value. */
static void patch_element(Patch *patch, const char *op, Text path, Value element)
{
    Arena *arena = &patch->operation->arena;
    Text text = value_to_text(arena, element);

    if (text_find(path, TEXT_LIT("{value}")) == TEXT_NOT_FOUND)
        add_operation(patch, op, path, value_string(arena, text));
    else
        add_operation(patch, op,
                      text_replace(arena, path, TEXT_LIT("{value}"), escaped(patch, text)),
                      value_string_raw(TEXT_LIT("")));
}

static void patch_elements(Patch *patch, Value value, Value prior, Text path)
{
    for (size_t i = 0; value_exists(prior) && i < value_count(prior); i++)
        if (!holds(value, value_at(prior, i)))
            patch_element(patch, "remove", path, value_at(prior, i));
    for (size_t i = 0; value_exists(value) && i < value_count(value); i++)
        if (!holds(prior, value_at(value, i)))
            patch_element(patch, "add", path, value_at(value, i));
}

/* --- rows ------------------------------------------------------------------------------------- */

static Text pointer_of(Patch *patch, const Row *row, Text path)
{
    Text pointer = path;

    if (row->patch.length > 0 && !text_is(row->patch, "replace"))
        return text_concat(&patch->operation->arena, row->holder->holder ? path : TEXT_NONE,
                           row->patch);
    for (size_t i = 0; i < row->update.count; i++)
        pointer = joined(patch, pointer, row->update.steps[i].name);
    return pointer;
}

static void patch_row(Patch *patch, const Row *row, Value value, Value prior, Text path);

static void patch_block(Patch *patch, const Row *row, Value value, Value prior, Text path)
{
    if (!value_exists(value)) {
        add_operation(patch, "remove", path, value_null(type_string));
        return;
    }
    for (size_t i = 0; i < row->row_count; i++) {
        Value after = value_null(row->rows[i]->type), before = value_null(row->rows[i]->type);

        value_member(value, row->rows[i]->name, &after);
        if (value_exists(prior))
            value_member(prior, row->rows[i]->name, &before);
        patch_row(patch, row->rows[i], after, before, path);
    }
}

static Value sent_value(Patch *patch, const Row *row, Value value, Value prior)
{
    return wire_of_row(&patch->operation->scope, row, value, prior, WIRE_UPDATE,
                       &patch->operation->arena, &patch->operation->diags);
}

/* A list whose pointer names one element is that element. */
static bool is_element_pointer(const Row *row)
{
    return text_ends_with(row->patch, TEXT_LIT("/0"));
}

static void patch_row(Patch *patch, const Row *row, Value value, Value prior, Text path)
{
    TypeScope *scope = &patch->operation->scope;
    Text pointer = pointer_of(patch, row, path);

    if (row->wireless || row_same(scope, row, value, prior, &patch->operation->arena))
        return;
    if (row_is_one(row))
        patch_block(patch, row, value, prior, pointer);
    else if (row->type->kind == TYPE_MAP)
        patch_map(patch, row, value, prior, pointer);
    else if (is_element_pointer(row))
        add_operation(patch, "replace", pointer,
                      value_exists(value) && value_count(value) > 0
                          ? patch_text(patch, value_at(value, 0))
                          : value_null(type_string));
    else if (type_is_collection(row->type))
        patch_elements(patch, value, prior, pointer);
    else
        add_operation(patch, "replace", pointer,
                      patch_text(patch, sent_value(patch, row, value, prior)));
}

Value patch_operations(Operation *operation, const Step *step)
{
    RowRefs rows = naming_rows(&operation->scope, &step->patch, &operation->arena,
                               &operation->diags);
    Patch patch = { operation, value_builder(&operation->arena) };

    for (size_t i = 0; i < rows.count; i++) {
        const Row *row = rows.items[i];
        Value value = value_null(row->type), prior = value_null(row->type),
              planned = value_null(row->type);

        value_member(operation->scope.object, row->name, &value);
        if (value_exists(operation->scope.prior))
            value_member(operation->scope.prior, row->name, &prior);
        if (value_exists(operation->planned))
            value_member(operation->planned, row->name, &planned);
        if (!value_is_unknown(planned))
            patch_row(&patch, row, value, prior, TEXT_NONE);
    }
    return value_built_tuple(&patch.operations);
}
