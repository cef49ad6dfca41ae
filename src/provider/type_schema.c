/*
 * The schema of a type, derived from its rows, and the two shapes of its values.
 */
#include "type_reader.h"

const Row *row_find(const Row *block, Text name)
{
    for (size_t i = 0; i < block->row_count; i++)
        if (text_equal(block->rows[i]->name, name))
            return block->rows[i];
    return NULL;
}

bool value_exists(Value value)
{
    return value.type && value_is_known(value) && !value_is_null(value);
}

Value row_of(Value object, const Row *row)
{
    Value value;

    return value_exists(object) && value_member(object, row->name, &value) ? value
                                                                           : value_null(row->type);
}

bool row_is_document(const Row *row)
{
    return row->meaning == MEANING_POLICY || row->meaning == MEANING_JSON ||
           row->meaning == MEANING_INLINE_POLICY;
}

bool row_is_one(const Row *row)
{
    return row->is_block && row->at_most == 1;
}

/* --- shapes ----------------------------------------------------------------------------------- */

/* What a block holds at the border: the object; around it a list or a set. */
static const Type *border_object_type(const Row *row)
{
    Arena scratch = { 0 };
    Text *names = arena_array(&scratch, Text, row->row_count);
    const Type **types = arena_array(&scratch, const Type *, row->row_count);
    const Type *type;

    for (size_t i = 0; i < row->row_count; i++) {
        names[i] = row->rows[i]->name;
        types[i] = row_border_type(row->rows[i]);
    }
    type = type_object(names, types, NULL, row->row_count);
    arena_free(&scratch);
    return type;
}

const Type *row_border_type(const Row *row)
{
    if (!row->is_block)
        return row->type;
    if (row->is_single || !row->holder)
        return border_object_type(row);
    return row->is_set ? type_set(border_object_type(row)) : type_list(border_object_type(row));
}

typedef Value ShapeChange(const Row *row, Value value, Arena *arena);

/* One object of a block, its rows turned into the other shape. */
static Value change_rows(const Row *row, Value object, ShapeChange *change, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);
    Value member;

    for (size_t i = 0; i < row->row_count; i++) {
        if (value_member(object, row->rows[i]->name, &member))
            value_builder_put(&builder, row->rows[i]->name, change(row->rows[i], member, arena));
    }
    return value_marked(value_built_object(&builder), object.marks);
}

static Value change_elements(const Row *row, Value value, const Type *type, ShapeChange *change,
                             Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        Value element = value_at(value, i);

        value_builder_add(&builder, value_is_unknown(element)
                                        ? value_unknown(type->element)
                                        : change_rows(row, element, change, arena));
    }
    return value_marked(row->is_set ? value_built_set(&builder, type->element)
                                    : value_built_list(&builder, type->element),
                        value.marks);
}

static Value inner_one(const Row *row, Value border, Arena *arena)
{
    if (value_count(border) == 0)
        return value_null(row->type);
    return value_is_unknown(value_at(border, 0))
               ? value_unknown(row->type)
               : change_rows(row, value_at(border, 0), row_inner, arena);
}

Value row_inner(const Row *row, Value border, Arena *arena)
{
    if (!row->is_block)
        return border;
    if (value_is_unknown(border))
        return value_unknown(row->type);
    if (value_is_null(border))
        return value_null(row->type);
    if (row->is_single || !row->holder)
        return change_rows(row, border, row_inner, arena);
    if (row_is_one(row))
        return value_marked(inner_one(row, border, arena), border.marks);
    return change_elements(row, border, row->type, row_inner, arena);
}

static Value border_one(const Row *row, Value inner, const Type *type, Arena *arena)
{
    Value element;

    if (value_is_null(inner))
        return row->is_set ? value_set(arena, type->element, NULL, 0)
                           : value_list(arena, type->element, NULL, 0);
    element = change_rows(row, inner, row_border, arena);
    return row->is_set ? value_set(arena, type->element, &element, 1)
                       : value_list(arena, type->element, &element, 1);
}

Value row_border(const Row *row, Value inner, Arena *arena)
{
    const Type *type;

    if (!row->is_block)
        return inner;
    type = row_border_type(row);
    if (value_is_unknown(inner))
        return value_unknown(type);
    if (row->is_single || !row->holder)
        return value_is_null(inner) ? value_null(type) : change_rows(row, inner, row_border, arena);
    if (row_is_one(row))
        return border_one(row, inner, type, arena);
    if (value_is_null(inner))
        return row->is_set ? value_set(arena, type->element, NULL, 0)
                           : value_list(arena, type->element, NULL, 0);
    return change_elements(row, inner, type, row_border, arena);
}

/* --- schema ----------------------------------------------------------------------------------- */

static AttributeSchema attribute_schema(const Row *row)
{
    return (AttributeSchema){ .name = row->name,
                              .type = row->type,
                              .required = row->required,
                              .optional = !row->required && !row->output,
                              .computed = row->computed,
                              .sensitive = row->sensitive,
                              .json_document = row_is_document(row) };
}

static void fill_schema(TypeReader *reader, const Row *block, Schema *schema);

static BlockSchema block_schema(TypeReader *reader, const Row *row)
{
    Schema *inner = arena_new(reader->arena, Schema);

    fill_schema(reader, row, inner);
    return (BlockSchema){ .name = row->name,
                          .nesting = row->is_single ? NESTING_SINGLE
                                     : row->is_set  ? NESTING_SET
                                                    : NESTING_LIST,
                          .min_items = row->required && row->at_least == 0 ? 1 : row->at_least,
                          .max_items = row->is_single ? 0 : row->at_most,
                          .block = inner,
                          .refused = row->refused };
}

static void fill_schema(TypeReader *reader, const Row *block, Schema *schema)
{
    LIST(AttributeSchema) attributes = { 0 };
    LIST(BlockSchema) blocks = { 0 };

    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        if (row->is_block)
            list_add(reader->arena, &blocks, block_schema(reader, row));
        else
            list_add(reader->arena, &attributes, attribute_schema(row));
    }
    schema->attributes = attributes.items;
    schema->attribute_count = attributes.count;
    schema->blocks = blocks.items;
    schema->block_count = blocks.count;
}

void reader_schema(TypeReader *reader)
{
    Schema *schema = &reader->type->schema;

    schema->version = reader->type->schema_version;
    fill_schema(reader, reader->type->object, schema);
    schema_finish(reader->arena, schema);
}
