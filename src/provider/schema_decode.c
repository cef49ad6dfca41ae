/*
 * From a bound body to the value of its schema: attributes evaluated and converted, blocks
 * collected.
 *
 * Where the for_each of a `dynamic` block is unknown nobody can say how many blocks there will be,
 * so all blocks of its type together are unknown.
 */
#include "binding.h"

#include "pipectl/value/json.h"

typedef struct Decoder {
    const Binding *binding;
    const Scope *scope;
    Arena *arena;
    Diags *diags;
} Decoder;

/* The blocks of one type, gathered. */
typedef struct Gathered {
    ValueBuilder values;
    LIST(Range) ranges;
    bool unknown;
} Gathered;

/* --- attributes ------------------------------------------------------------------------------- */

/* YAML's own comfort: a mapping or sequence written out where a document in a string is wanted. */
static bool is_written_document(const AttributeSchema *attribute, const Attribute *written)
{
    const Expr *const *keys, *const *values;
    size_t count;
    Range range = expr_range(written->expr);

    if (!attribute->json_document || !range.source)
        return false;
    if (!text_ends_with(range.source->name, TEXT_LIT(".yaml")) &&
        !text_ends_with(range.source->name, TEXT_LIT(".yml")))
        return false;
    return expr_items(written->expr, &keys, &values, &count) ||
           expr_elements(written->expr, &values, &count);
}

static Value encode_document(Value value, Arena *arena)
{
    Value text;

    if (!value_is_wholly_known(value))
        return value_with_marks_of(value_unknown(type_string), value);
    text = value_string(arena, json_text(arena, value));
    return value_with_marks_of(text, value);
}

/* What the provider decides cannot be set. */
static bool is_for_provider(const AttributeSchema *attribute, Value value)
{
    return attribute->computed && !attribute->optional && !value_is_null(value);
}

/* A required argument that YAML made null of: said here, where it is known how it was written. */
static bool is_null_by_accident(const Decoder *decoder, const AttributeSchema *attribute,
                                const Attribute *written, Value value)
{
    Text hint;

    if (!attribute->required || !value_is_null(value))
        return false;
    hint = body_text_hint(decoder->arena, written->expr, value);
    if (hint.length > 0)
        diag_error(decoder->diags, written->range, "Missing required argument",
                   "The argument \"" TEXT_FMT "\" is required, and null is given." TEXT_FMT,
                   TEXT(attribute->name), TEXT(hint));
    return hint.length > 0;
}

static Value decode_attribute(const Decoder *decoder, const AttributeSchema *attribute,
                              const Attribute *written)
{
    Value value, converted;
    Text why;

    if (!written)
        return attribute->required ? value_unknown(attribute->type) : value_null(attribute->type);
    value = expr_evaluate(written->expr, decoder->scope, decoder->arena, decoder->diags);
    if (is_written_document(attribute, written))
        value = encode_document(value, decoder->arena);
    if (!value_convert(decoder->arena, value, attribute->type, &converted, &why)) {
        Text hint = attribute->type == type_string
                        ? body_text_hint(decoder->arena, written->expr, value)
                        : TEXT_NONE;

        diag_error(decoder->diags, expr_range(written->expr), "Incorrect attribute value type",
                   "Inappropriate value for attribute \"" TEXT_FMT "\": " TEXT_FMT "." TEXT_FMT,
                   TEXT(attribute->name), TEXT(why), TEXT(hint));
        return value_unknown(attribute->type);
    }
    body_check_text(written->expr, attribute->type, decoder->arena, decoder->diags);
    if (is_null_by_accident(decoder, attribute, written, converted))
        return value_unknown(attribute->type);
    if (is_for_provider(attribute, converted)) {
        diag_error(decoder->diags, written->range, "Value for unconfigurable attribute",
                   "Can't configure a value for \"" TEXT_FMT
                   "\": its value will be decided automatically based on the result of applying "
                   "this configuration.",
                   TEXT(attribute->name));
        return value_null(attribute->type);
    }
    return converted;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void gather(const Decoder *decoder, Gathered *gathered, Value value, Range range)
{
    value_builder_add(&gathered->values, value);
    list_add(decoder->arena, &gathered->ranges, range);
}

/* The value of for_each; a null of the dynamic type when it cannot be used, and it is said why. */
static Value evaluate_for_each(const Decoder *decoder, const Expr *for_each)
{
    Value value = expr_evaluate(for_each, decoder->scope, decoder->arena, decoder->diags);
    const char *why = NULL;

    if (value_is_sensitive(value))
        why = "Cannot use a sensitive value in for_each: which blocks there are cannot be kept "
              "secret.";
    else if (value_is_unknown(value))
        return value;
    else if (value_is_null(value))
        why = "Cannot use a null value in for_each.";
    else if (type_is_primitive(value.type))
        why = "Cannot use a value of this type in for_each. An iterable collection is required.";
    if (!why)
        return value;
    diag_error(decoder->diags, expr_range(for_each), "Invalid dynamic for_each value", "%s", why);
    return value_null(type_dynamic);
}

static Value iterator_value(const Decoder *decoder, Value collection, size_t index)
{
    Text names[] = { TEXT_LIT("key"), TEXT_LIT("value") };
    Value element = value_at(collection, index), key;

    if (value_has_kind(collection, TYPE_MAP) || value_has_kind(collection, TYPE_OBJECT))
        key = value_string_raw(value_key_at(collection, index));
    else if (value_has_kind(collection, TYPE_SET))
        key = element;
    else
        key = value_integer((int64_t)index);
    return value_object(decoder->arena, names, (Value[]){ key, element }, 2);
}

static void gather_dynamic(const Decoder *decoder, const BoundBlock *block, Gathered *gathered)
{
    Value collection = evaluate_for_each(decoder, block->for_each);

    if (value_is_unknown(collection)) {
        gathered->unknown = true;
        return;
    }
    for (size_t i = 0; !value_is_null(collection) && i < value_count(collection); i++) {
        ScopeName name = { block->iterator, iterator_value(decoder, collection, i) };
        Scope scope = { .parent = decoder->scope,
                        .names = &name,
                        .name_count = 1,
                        .lenient = decoder->scope->lenient };

        gather(decoder, gathered,
               binding_decode(block->content, &scope, decoder->arena, decoder->diags),
               block->written->range);
    }
}

static void report_count(const Decoder *decoder, const BlockSchema *wanted,
                         const Gathered *gathered)
{
    int64_t count = (int64_t)gathered->values.values.count;

    if (gathered->unknown)
        return;
    if (count < wanted->min_items)
        diag_error(decoder->diags, decoder->binding->content.missing,
                   text_cstring(decoder->arena,
                                text_format(decoder->arena, "Insufficient " TEXT_FMT " blocks",
                                            TEXT(wanted->name))),
                   "At least %lld \"" TEXT_FMT "\" blocks are required.",
                   (long long)wanted->min_items, TEXT(wanted->name));
    if (wanted->max_items > 0 && count > wanted->max_items)
        diag_error(
            decoder->diags, gathered->ranges.items[wanted->max_items],
            text_cstring(decoder->arena, text_format(decoder->arena, "Too many " TEXT_FMT " blocks",
                                                     TEXT(wanted->name))),
            "No more than %lld \"" TEXT_FMT "\" blocks are allowed", (long long)wanted->max_items,
            TEXT(wanted->name));
}

static Value single_of(const Decoder *decoder, const BlockSchema *wanted, Gathered *gathered)
{
    if (gathered->values.values.count == 0)
        return value_null(wanted->block->type);
    if (gathered->values.values.count > 1)
        diag_error(
            decoder->diags, gathered->ranges.items[1],
            text_cstring(decoder->arena, text_format(decoder->arena, "Duplicate " TEXT_FMT " block",
                                                     TEXT(wanted->name))),
            "Only one block of type \"" TEXT_FMT "\" is allowed.", TEXT(wanted->name));
    return gathered->values.values.items[0];
}

static Value collection_of(const Decoder *decoder, const BlockSchema *wanted, Gathered *gathered)
{
    if (wanted->nesting == NESTING_SINGLE)
        return single_of(decoder, wanted, gathered);
    report_count(decoder, wanted, gathered);
    if (gathered->unknown)
        return value_unknown(type_attribute(decoder->binding->schema->type, wanted->name));
    return wanted->nesting == NESTING_SET
               ? value_built_set(&gathered->values, wanted->block->type)
               : value_built_list(&gathered->values, wanted->block->type);
}

static Value decode_blocks(const Decoder *decoder, const BlockSchema *wanted)
{
    Gathered gathered = { .values = value_builder(decoder->arena) };

    for (size_t i = 0; i < decoder->binding->blocks.count; i++) {
        const BoundBlock *block = &decoder->binding->blocks.items[i];

        if (block->schema != wanted)
            continue;
        if (block->for_each)
            gather_dynamic(decoder, block, &gathered);
        else
            gather(decoder, &gathered,
                   binding_decode(block->content, decoder->scope, decoder->arena, decoder->diags),
                   block->written->range);
    }
    return collection_of(decoder, wanted, &gathered);
}

Value binding_decode(const Binding *binding, const Scope *scope, Arena *arena, Diags *diags)
{
    Decoder decoder = { binding, scope, arena, diags };
    const Schema *schema = binding->schema;
    Value *values = arena_array(arena, Value, schema->type->count);

    for (size_t i = 0; i < schema->type->count; i++) {
        const SchemaMember *member = &schema->members[i];

        values[i] =
            member->attribute
                ? decode_attribute(&decoder, member->attribute,
                                   binding->attributes[member->attribute - schema->attributes])
                : decode_blocks(&decoder, member->block);
    }
    return value_object_adopt(arena, schema->type->names, values, schema->type->count);
}

Value schema_decode(const Schema *schema, const Body *body, const Scope *scope, Arena *arena,
                    Diags *diags)
{
    return binding_decode(schema_bind(schema, body, arena, diags), scope, arena, diags);
}
