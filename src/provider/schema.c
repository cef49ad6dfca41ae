#include "pipectl/provider/schema.h"

#include "pipectl/value/json.h"

#include <stdlib.h>

static int attribute_order(const void *a, const void *b)
{
    return text_compare(((const AttributeSchema *)a)->name, ((const AttributeSchema *)b)->name);
}

static int block_order(const void *a, const void *b)
{
    return text_compare(((const BlockSchema *)a)->name, ((const BlockSchema *)b)->name);
}

static const Type *block_type(const BlockSchema *block)
{
    switch (block->nesting) {
    case NESTING_LIST:
        return type_list(block->block->type);
    case NESTING_SET:
        return type_set(block->block->type);
    case NESTING_SINGLE:
        break;
    }
    return block->block->type;
}

/* Attributes and blocks are sorted, so that this is a merge. */
static const SchemaMember *members_of(Arena *arena, const Schema *schema)
{
    size_t attribute = 0, block = 0;
    SchemaMember *members =
        arena_array(arena, SchemaMember, schema->attribute_count + schema->block_count);

    for (size_t i = 0; i < schema->type->count; i++)
        if (attribute < schema->attribute_count &&
            text_equal(schema->attributes[attribute].name, schema->type->names[i]))
            members[i].attribute = &schema->attributes[attribute++];
        else
            members[i].block = &schema->blocks[block++];
    return members;
}

static bool has_sensitive(const Schema *schema)
{
    for (size_t i = 0; i < schema->attribute_count; i++)
        if (schema->attributes[i].sensitive)
            return true;
    for (size_t i = 0; i < schema->block_count; i++)
        if (schema->blocks[i].block->has_sensitive)
            return true;
    return false;
}

/* The tables are const for everybody else; until here they belong to whoever made the schema. */
void schema_finish(Arena *arena, Schema *schema)
{
    size_t count = schema->attribute_count + schema->block_count;
    Text *names = arena_array(arena, Text, count);
    const Type **types = arena_array(arena, const Type *, count);
    size_t at = 0;

    if (schema->attribute_count > 0)
        qsort((void *)schema->attributes, schema->attribute_count, sizeof *schema->attributes,
              attribute_order);
    if (schema->block_count > 0)
        qsort((void *)schema->blocks, schema->block_count, sizeof *schema->blocks, block_order);
    for (size_t i = 0; i < schema->attribute_count; i++, at++) {
        names[at] = schema->attributes[i].name;
        types[at] = schema->attributes[i].type;
    }
    for (size_t i = 0; i < schema->block_count; i++, at++) {
        if (!schema->blocks[i].block->type)
            schema_finish(arena, (Schema *)schema->blocks[i].block);
        names[at] = schema->blocks[i].name;
        types[at] = block_type(&schema->blocks[i]);
    }
    schema->type = type_object(names, types, NULL, count);
    schema->members = members_of(arena, schema);
    schema->has_sensitive = has_sensitive(schema);
}

const AttributeSchema *schema_attribute(const Schema *schema, Text name)
{
    for (size_t i = 0; i < schema->attribute_count; i++)
        if (text_equal(schema->attributes[i].name, name))
            return &schema->attributes[i];
    return NULL;
}

const BlockSchema *schema_block(const Schema *schema, Text name)
{
    for (size_t i = 0; i < schema->block_count; i++)
        if (text_equal(schema->blocks[i].name, name))
            return &schema->blocks[i];
    return NULL;
}

/* --- walks over an object and its schema ------------------------------------------------------ */

typedef Value AttributeChange(const AttributeSchema *attribute, Value value);

static Value change_object(const Schema *schema, Value object, AttributeChange *change,
                           Arena *arena);

static Value change_elements(const BlockSchema *block, Value value, AttributeChange *change,
                             Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++)
        value_builder_add(&builder, change_object(block->block, value_at(value, i), change, arena));
    value = block->nesting == NESTING_SET ? value_built_set(&builder, block->block->type)
                                          : value_built_list(&builder, block->block->type);
    return value;
}

static Value change_block(const BlockSchema *block, Value value, AttributeChange *change,
                          Arena *arena)
{
    Value changed;

    if (!value_is_known(value) || value_is_null(value))
        return value;
    changed = block->nesting == NESTING_SINGLE ? change_object(block->block, value, change, arena)
                                               : change_elements(block, value, change, arena);
    return value_marked(changed, value.marks);
}

/* The object with every attribute changed; blocks that are unknown or null stay. */
static Value change_object(const Schema *schema, Value object, AttributeChange *change,
                           Arena *arena)
{
    Value *values;

    if (value_is_null(object) || value_is_unknown(object))
        return object;
    values = arena_array(arena, Value, schema->type->count);
    for (size_t i = 0; i < schema->type->count; i++) {
        const SchemaMember *member = &schema->members[i];

        values[i] = value_null(schema->type->types[i]);
        value_member(object, schema->type->names[i], &values[i]);
        values[i] = member->attribute ? change(member->attribute, values[i])
                                      : change_block(member->block, values[i], change, arena);
    }
    return value_marked(value_object_adopt(arena, schema->type->names, values, schema->type->count),
                        object.marks);
}

static Value unknown_if_computed(const AttributeSchema *attribute, Value value)
{
    return attribute->computed && value_is_null(value) ? value_unknown(attribute->type) : value;
}

Value schema_with_unknown_computed(const Schema *schema, Value object, Arena *arena)
{
    return change_object(schema, object, unknown_if_computed, arena);
}

static Value marked_if_sensitive(const AttributeSchema *attribute, Value value)
{
    return attribute->sensitive ? value_marked(value, MARK_SENSITIVE) : value;
}

Value schema_mark_sensitive(const Schema *schema, Value object, Arena *arena)
{
    return schema->has_sensitive ? change_object(schema, object, marked_if_sensitive, arena)
                                 : object;
}

/* --- saved objects ---------------------------------------------------------------------------- */

static bool decode_blocks(const BlockSchema *block, Value json, Arena *arena, Value *ret_value,
                          Text *ret_why)
{
    ValueBuilder builder = value_builder(arena);
    size_t count = value_is_null(json) ? 0 : value_count(json);

    for (size_t i = 0; i < count; i++) {
        Value element;

        if (!schema_decode_state(block->block, value_at(json, i), arena, &element, ret_why)) {
            *ret_why = text_format(arena, "." TEXT_FMT "[%zu]" TEXT_FMT, TEXT(block->name), i,
                                   TEXT(*ret_why));
            return false;
        }
        value_builder_add(&builder, element);
    }
    *ret_value = block->nesting == NESTING_SET ? value_built_set(&builder, block->block->type)
                                               : value_built_list(&builder, block->block->type);
    return true;
}

static bool decode_block(const BlockSchema *block, Value json, Arena *arena, Value *ret_value,
                         Text *ret_why)
{
    if (block->nesting == NESTING_SINGLE)
        return schema_decode_state(block->block, json, arena, ret_value, ret_why);
    if (!value_is_null(json) && !value_has_kind(json, TYPE_TUPLE)) {
        *ret_why = text_format(arena, "." TEXT_FMT ": a list is required", TEXT(block->name));
        return false;
    }
    return decode_blocks(block, json, arena, ret_value, ret_why);
}

static bool decode_attribute(const AttributeSchema *attribute, Value json, Arena *arena,
                             Value *ret_value, Text *ret_why)
{
    if (value_is_null(json)) {
        *ret_value = value_null(attribute->type);
        return true;
    }
    if (json_decode_typed(arena, json, attribute->type, ret_value, ret_why))
        return true;
    *ret_why =
        text_format(arena, "." TEXT_FMT ": " TEXT_FMT, TEXT(attribute->name), TEXT(*ret_why));
    return false;
}

bool schema_decode_state(const Schema *schema, Value json, Arena *arena, Value *ret_object,
                         Text *ret_why)
{
    Value *values;

    if (value_is_null(json)) {
        *ret_object = value_null(schema->type);
        return true;
    }
    if (!value_has_kind(json, TYPE_OBJECT)) {
        *ret_why = TEXT_LIT(": an object is required");
        return false;
    }
    values = arena_array(arena, Value, schema->type->count);
    for (size_t i = 0; i < schema->type->count; i++) {
        const SchemaMember *member = &schema->members[i];
        Value saved = value_null(type_dynamic);

        value_member(json, schema->type->names[i], &saved);
        if (!(member->attribute
                  ? decode_attribute(member->attribute, saved, arena, &values[i], ret_why)
                  : decode_block(member->block, saved, arena, &values[i], ret_why)))
            return false;
    }
    *ret_object = value_object_adopt(arena, schema->type->names, values, schema->type->count);
    return true;
}
