/*
 * What an object would be, before its provider has a say: the configuration's values, and prior
 * ones where the configuration is silent and the attribute is computed.
 *
 * Lists of blocks are matched by index. Elements of sets have no place, so a prior element is taken
 * for a configured one when it could have come of it: everything configured is equal in it.
 */
#include "pipectl/provider/schema.h"

static Value attribute_of(Value object, Text name, const Type *type)
{
    Value value;

    if (value_is_null(object) || value_is_unknown(object) || !value_member(object, name, &value))
        return value_null(type);
    return value;
}

static bool could_come_of(const Schema *schema, Value prior, Value configuration);

static bool blocks_could_come_of(const BlockSchema *block, Value prior, Value configuration)
{
    if (!value_is_known(prior) || !value_is_known(configuration))
        return value_same(prior, configuration);
    if (value_is_null(prior) || value_is_null(configuration))
        return value_is_null(prior) == value_is_null(configuration);
    if (block->nesting == NESTING_SINGLE)
        return could_come_of(block->block, prior, configuration);
    if (value_count(prior) != value_count(configuration))
        return false;
    for (size_t i = 0; i < value_count(prior); i++)
        if (!could_come_of(block->block, value_at(prior, i), value_at(configuration, i)))
            return false;
    return true;
}

static bool could_come_of(const Schema *schema, Value prior, Value configuration)
{
    if (!value_is_known(prior) || !value_is_known(configuration))
        return false;
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeSchema *attribute = &schema->attributes[i];
        Value configured = attribute_of(configuration, attribute->name, attribute->type);

        if (attribute->computed && value_is_null(configured))
            continue;
        if (!value_same(attribute_of(prior, attribute->name, attribute->type), configured))
            return false;
    }
    for (size_t i = 0; i < schema->block_count; i++) {
        const BlockSchema *block = &schema->blocks[i];
        Value configured, before;

        if (!value_member(configuration, block->name, &configured) ||
            !value_member(prior, block->name, &before))
            return false;
        if (!blocks_could_come_of(block, before, configured))
            return false;
    }
    return true;
}

static Value propose_list(const BlockSchema *block, Value prior, Value configuration, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);
    size_t known = value_is_known(prior) && !value_is_null(prior) ? value_count(prior) : 0;

    for (size_t i = 0; i < value_count(configuration); i++) {
        Value before = i < known ? value_at(prior, i) : value_null(block->block->type);

        value_builder_add(&builder,
                          schema_propose(block->block, before, value_at(configuration, i), arena));
    }
    return value_built_list(&builder, block->block->type);
}

/* Each prior element is taken once. */
static Value take_match(const Schema *schema, Value prior, bool *taken, Value configured)
{
    size_t count = value_is_known(prior) && !value_is_null(prior) ? value_count(prior) : 0;

    for (size_t i = 0; i < count; i++) {
        if (!taken[i] && could_come_of(schema, value_at(prior, i), configured)) {
            taken[i] = true;
            return value_at(prior, i);
        }
    }
    return value_null(schema->type);
}

static Value propose_set(const BlockSchema *block, Value prior, Value configuration, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);
    size_t count = value_is_known(prior) && !value_is_null(prior) ? value_count(prior) : 0;
    bool *taken = arena_array(arena, bool, count);

    for (size_t i = 0; i < value_count(configuration); i++) {
        Value configured = value_at(configuration, i);
        Value before = take_match(block->block, prior, taken, configured);

        value_builder_add(&builder, schema_propose(block->block, before, configured, arena));
    }
    return value_built_set(&builder, block->block->type);
}

static Value propose_block(const BlockSchema *block, Value prior, Value configuration, Arena *arena)
{
    if (!value_is_known(configuration) || value_is_null(configuration))
        return configuration;
    switch (block->nesting) {
    case NESTING_LIST:
        return value_marked(propose_list(block, prior, configuration, arena), configuration.marks);
    case NESTING_SET:
        return value_marked(propose_set(block, prior, configuration, arena), configuration.marks);
    case NESTING_SINGLE:
        break;
    }
    return schema_propose(block->block, prior, configuration, arena);
}

static Value propose_attribute(const AttributeSchema *attribute, Value prior, Value configuration)
{
    Value configured = attribute_of(configuration, attribute->name, attribute->type);

    return attribute->computed && value_is_null(configured)
               ? attribute_of(prior, attribute->name, attribute->type)
               : configured;
}

Value schema_propose(const Schema *schema, Value prior, Value configuration, Arena *arena)
{
    const Type *type = schema->type;
    Value *values;

    if (!value_is_known(configuration) || value_is_null(configuration))
        return configuration;
    values = arena_array(arena, Value, type->count);
    for (size_t i = 0; i < type->count; i++) {
        const SchemaMember *member = &schema->members[i];

        values[i] =
            member->attribute
                ? propose_attribute(member->attribute, prior, configuration)
                : propose_block(member->block, attribute_of(prior, type->names[i], type->types[i]),
                                attribute_of(configuration, type->names[i], type->types[i]), arena);
    }
    return value_marked(value_object_adopt(arena, type->names, values, type->count),
                        configuration.marks);
}
