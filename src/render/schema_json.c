/* Schemas and functions for programs. */
#include "pipectl/render/configuration.h"

#include "json_parts.h"

#include "pipectl/lang/function.h"
#include "pipectl/plan/plan.h"
#include "pipectl/value/json.h"
#include <stdlib.h>

/* --- schemas ---------------------------------------------------------------------------------- */

static void add_block(TextBuilder *builder, const Schema *schema, Arena *arena);

static void put_true(TextBuilder *builder, const char *name, bool truth)
{
    if (truth)
        json_put_bool(builder, name, true);
}

static void put_attributes(TextBuilder *builder, const Schema *schema, Arena *arena)
{
    if (schema->attribute_count == 0)
        return;
    json_key(builder, TEXT_LIT("attributes"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeSchema *attribute = &schema->attributes[i];

        json_key(builder, attribute->name);
        text_add_char(builder, '{');
        json_put_value(builder, "type", json_of_type(arena, attribute->type));
        json_put_text(builder, "description_kind", TEXT_LIT("plain"));
        put_true(builder, "deprecated", attribute->deprecated.length > 0);
        put_true(builder, "required", attribute->required);
        put_true(builder, "optional", attribute->optional);
        put_true(builder, "computed", attribute->computed);
        put_true(builder, "sensitive", attribute->sensitive);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

static void put_limit(TextBuilder *builder, const char *name, int64_t limit)
{
    if (limit > 0)
        json_put_value(builder, name, value_integer(limit));
}

static void put_blocks(TextBuilder *builder, const Schema *schema, Arena *arena)
{
    static const char *const modes[] = {
        [NESTING_SINGLE] = "single", [NESTING_LIST] = "list", [NESTING_SET] = "set"
    };

    if (schema->block_count == 0)
        return;
    json_key(builder, TEXT_LIT("block_types"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < schema->block_count; i++) {
        const BlockSchema *block = &schema->blocks[i];

        json_key(builder, block->name);
        text_add_char(builder, '{');
        json_put_text(builder, "nesting_mode", text_of(modes[block->nesting]));
        json_key(builder, TEXT_LIT("block"));
        add_block(builder, block->block, arena);
        put_limit(builder, "min_items", block->min_items);
        put_limit(builder, "max_items", block->max_items);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

static void add_block(TextBuilder *builder, const Schema *schema, Arena *arena)
{
    text_add_char(builder, '{');
    put_attributes(builder, schema, arena);
    put_blocks(builder, schema, arena);
    json_put_text(builder, "description_kind", TEXT_LIT("plain"));
    text_add_char(builder, '}');
}

static void add_schema(TextBuilder *builder, const Schema *schema, Arena *arena)
{
    text_add_char(builder, '{');
    json_put_value(builder, "version", value_integer(schema->version));
    if (schema->attribute_count + schema->block_count > 0) {
        json_key(builder, TEXT_LIT("block"));
        add_block(builder, schema, arena);
    }
    text_add_char(builder, '}');
}

static void put_types(TextBuilder *builder, const char *name, const ProviderKind *kind,
                      ResourceMode mode, Arena *arena, Diags *diags)
{
    size_t count;
    const Text *types = kind->types(mode, &count);

    if (count == 0)
        return;
    json_key(builder, text_of(name));
    text_add_char(builder, '{');
    for (size_t i = 0; i < count; i++) {
        const Schema *schema = kind->schema(mode, types[i], diags);

        if (!schema)
            continue;
        json_key(builder, types[i]);
        add_schema(builder, schema, arena);
    }
    text_add_char(builder, '}');
}

Text schemas_json(Arena *arena, const TextList *sources, Diags *diags)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, TEXT_LIT("{\"format_version\":\"1.0\""));
    if (sources->count > 0)
        text_add(&builder, TEXT_LIT(",\"provider_schemas\":{"));
    for (size_t i = 0; i < sources->count; i++) {
        const ProviderKind *kind = provider_kind_of_source(sources->items[i]);

        if (!kind)
            continue;
        json_key(&builder, sources->items[i]);
        text_add_char(&builder, '{');
        json_key(&builder, TEXT_LIT("provider"));
        add_schema(&builder, kind->configuration_schema(), arena);
        put_types(&builder, "resource_schemas", kind, MODE_MANAGED, arena, diags);
        put_types(&builder, "data_source_schemas", kind, MODE_DATA, arena, diags);
        text_add_char(&builder, '}');
    }
    if (sources->count > 0)
        text_add_char(&builder, '}');
    text_add_char(&builder, '}');
    return text_built(&builder);
}

/* --- functions -------------------------------------------------------------------------------- */

/* The JSON form of a type as the table of functions has it: "list(string)". */
static Value type_json(Arena *arena, const char *text)
{
    const Source *source = source_make(arena, TEXT_LIT("type"), text_of(text));
    Diags ignored = diags_make(arena);
    const Type *type = type_dynamic;
    const TypeDefaults *defaults;
    const Expr *expr;

    expr = expr_parse(arena, (ExprText){ .source = source, .text = source->text }, &ignored);
    if (!expr || !expr_type_constraint(expr, arena, &type, &defaults, &ignored))
        type = type_dynamic;
    return json_of_type(arena, type);
}

static void add_parameter(TextBuilder *builder, const Parameter *parameter, Arena *arena)
{
    text_add_char(builder, '{');
    json_put_text(builder, "name", text_of(parameter->name));
    put_true(builder, "is_nullable", parameter->allow & ALLOW_NULL);
    json_put_value(builder, "type", type_json(arena, parameter->type));
    text_add_char(builder, '}');
}

static void add_function(TextBuilder *builder, const Function *function, Arena *arena)
{
    text_add_char(builder, '{');
    json_put_text(builder, "description", text_of(function->summary));
    json_put_value(builder, "return_type", type_json(arena, function->result));
    if (function->parameter_count > 0) {
        json_key(builder, TEXT_LIT("parameters"));
        text_add_char(builder, '[');
        for (size_t i = 0; i < function->parameter_count; i++) {
            json_separate(builder);
            add_parameter(builder, &function->parameters[i], arena);
        }
        text_add_char(builder, ']');
    }
    if (function->variadic) {
        json_key(builder, TEXT_LIT("variadic_parameter"));
        add_parameter(builder, function->variadic, arena);
    }
    text_add_char(builder, '}');
}

typedef struct NamedFunction {
    Text name;
    const Function *function;
} NamedFunction;

static int compare_functions(const void *a, const void *b)
{
    return text_compare(((const NamedFunction *)a)->name, ((const NamedFunction *)b)->name);
}

/* Each is there twice: by its own name, and as core::NAME. */
Text functions_json(Arena *arena)
{
    TextBuilder builder = text_builder(arena);
    size_t count, named = 0;
    const Function *table = function_table(&count);
    NamedFunction *functions = arena_array(arena, NamedFunction, 2 * count);

    for (size_t i = 0; i < count; i++) {
        Text name = text_of(table[i].name);

        if (text_is(name, "type")) /* of the console alone */
            continue;
        functions[named++] = (NamedFunction){ name, &table[i] };
        functions[named++] =
            (NamedFunction){ text_concat(arena, TEXT_LIT("core::"), name), &table[i] };
    }
    qsort(functions, named, sizeof *functions, compare_functions);
    text_add(&builder, TEXT_LIT("{\"format_version\":\"1.0\",\"function_signatures\":{"));
    for (size_t i = 0; i < named; i++) {
        json_key(&builder, functions[i].name);
        add_function(&builder, functions[i].function, arena);
    }
    text_add(&builder, TEXT_LIT("}}"));
    return text_built(&builder);
}
