/*
 * The configuration as it stands in a plan's JSON: what was written, with each expression as a
 * constant or as the references in it.
 */
#include "json_parts.h"
#include "provider_table.h"

#include "pipectl/config/version.h"
#include "pipectl/plan/provisioner.h"
#include "pipectl/value/json.h"
#include <stdlib.h>

/* --- expressions ----------------------------------------------------------------------------- */

static const Function *no_function(const Scope *scope, Text name)
{
    (void)scope;
    (void)name;
    return NULL;
}

static bool is_json(Range range)
{
    return range.source && text_ends_with(range.source->name, TEXT_LIT(".json"));
}

/* The JSON that an expression was read from. The range of a template begins behind the quote. */
static Text json_source(Range range)
{
    Text text = range.source->text;
    size_t from = range.start, to;

    if (from == 0 || text.bytes[from - 1] != '"' || text.bytes[from] == '"')
        return range_text(range);
    for (to = from; to < text.length && text.bytes[to] != '"'; to++)
        to += text.bytes[to] == '\\';
    return text_slice(text, from - 1, to + 1);
}

/* In JSON syntax everything is a constant, templates as they are written, too: so Terraform does
 * it. */
static bool constant_of(const Expr *expr, Arena *arena, Value *ret_value)
{
    Scope scope = { .function = no_function };
    Diags ignored = diags_make(arena);

    if (is_json(expr_range(expr)) && json_parse(arena, json_source(expr_range(expr)), ret_value))
        return true;
    *ret_value = expr_evaluate(expr, &scope, arena, &ignored);
    return !diags_have_errors(&ignored) && value_is_wholly_known(*ret_value);
}

static void add_prefix(const Traversal *traversal, size_t count, TextList *texts, Arena *arena)
{
    Traversal prefix = *traversal;

    prefix.count = count;
    list_add(arena, texts, traversal_text(arena, &prefix));
}

/* The whole, then one step less each time down to what is referred to, and that without its key or
 * output. */
static void add_references(const Traversal *traversal, TextList *texts, Arena *arena)
{
    Diags ignored = diags_make(arena);
    Reference reference;

    if (!reference_of(traversal, &reference, &ignored))
        return;
    for (size_t count = traversal->count; count > reference.used; count--)
        add_prefix(traversal, count, texts, arena);
    add_prefix(traversal, reference.used, texts, arena);
    if ((reference.kind == REFERENCE_MODULE && reference.output.length > 0) ||
        reference.key.kind != KEY_NONE)
        add_prefix(traversal, reference.used - 1, texts, arena);
}

static void add_expression(TextBuilder *builder, const Expr *expr)
{
    Arena scratch = { 0 };
    TraversalList traversals = { 0 };
    TextList references = { 0 };
    Value constant;

    text_add_char(builder, '{');
    if (constant_of(expr, &scratch, &constant))
        json_put_value(builder, "constant_value", constant);
    expr_traversals(expr, &scratch, &traversals);
    for (size_t i = 0; i < traversals.count; i++)
        add_references(&traversals.items[i], &references, &scratch);
    json_put_texts(builder, "references", &references);
    text_add_char(builder, '}');
    arena_free(&scratch);
}

/* count and for_each are left out when there is neither a constant nor a reference in them. */
static void put_repetition(TextBuilder *builder, const char *name, const Expr *expr, Arena *arena)
{
    TextBuilder own = text_builder(arena);

    if (!expr)
        return;
    add_expression(&own, expr);
    if (own.length == 2)
        return;
    json_key(builder, text_of(name));
    text_add(builder, text_built(&own));
}

/* --- bodies ---------------------------------------------------------------------------------- */

static BodyContent content_of(const Body *body, const Schema *schema, Arena *arena)
{
    AttributeRule *attributes = arena_array(arena, AttributeRule, schema->attribute_count);
    BlockRule *blocks = arena_array(arena, BlockRule, schema->block_count);
    BodySchema wanted = { attributes, schema->attribute_count, blocks, schema->block_count };
    Diags ignored = diags_make(arena);

    for (size_t i = 0; i < schema->attribute_count; i++)
        attributes[i].name = schema->attributes[i].name;
    for (size_t i = 0; i < schema->block_count; i++)
        blocks[i].type = schema->blocks[i].name;
    return body ? body_partial_content(body, &wanted, NULL, arena, &ignored) : (BodyContent){ 0 };
}

static void add_body(TextBuilder *builder, const Body *body, const Schema *schema);

static void put_attribute(TextBuilder *builder, const BodyContent *content, Text name)
{
    for (size_t i = 0; i < content->attributes.count; i++)
        if (text_equal(content->attributes.items[i].name, name)) {
            json_key(builder, name);
            add_expression(builder, content->attributes.items[i].expr);
            return;
        }
}

/* One object for a block that can stand once, else an array of all. `dynamic` blocks are not seen.
 */
static void put_blocks(TextBuilder *builder, const BodyContent *content, const BlockSchema *schema)
{
    bool is_array = schema->nesting != NESTING_SINGLE, any = false;

    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (!text_equal(block->type, schema->name) || (any && !is_array))
            continue;
        if (!any) {
            json_key(builder, schema->name);
            if (is_array)
                text_add_char(builder, '[');
        }
        any = true;
        if (is_array)
            json_separate(builder);
        add_body(builder, block->body, schema->block);
    }
    if (any && is_array)
        text_add_char(builder, ']');
}

/* Attributes and blocks in one order, by name. */
static void add_body(TextBuilder *builder, const Body *body, const Schema *schema)
{
    Arena scratch = { 0 };
    BodyContent content = content_of(body, schema, &scratch);
    size_t a = 0, b = 0;

    text_add_char(builder, '{');
    while (a < schema->attribute_count || b < schema->block_count) {
        bool is_block = a == schema->attribute_count ||
                        (b < schema->block_count &&
                         text_compare(schema->blocks[b].name, schema->attributes[a].name) < 0);

        if (is_block)
            put_blocks(builder, &content, &schema->blocks[b++]);
        else
            put_attribute(builder, &content, schema->attributes[a++].name);
    }
    text_add_char(builder, '}');
    arena_free(&scratch);
}

/* "expressions", left out when nothing is written. */
static void put_body(TextBuilder *builder, const Body *body, const Schema *schema, Arena *arena)
{
    TextBuilder own = text_builder(arena);

    if (!schema)
        return;
    add_body(&own, body, schema);
    if (own.length == 2)
        return;
    json_key(builder, TEXT_LIT("expressions"));
    text_add(builder, text_built(&own));
}

static void put_depends_on(TextBuilder *builder, const TraversalList *depends_on, Arena *arena)
{
    TextList texts = { 0 };

    for (size_t i = 0; i < depends_on->count; i++)
        list_add(arena, &texts, traversal_text(arena, &depends_on->items[i]));
    json_put_texts(builder, "depends_on", &texts);
}

/* --- modules --------------------------------------------------------------------------------- */

static int compare_outputs(const void *a, const void *b)
{
    return text_compare((*(const Output *const *)a)->name, (*(const Output *const *)b)->name);
}

static int compare_variables(const void *a, const void *b)
{
    return text_compare((*(const Variable *const *)a)->name, (*(const Variable *const *)b)->name);
}

static int compare_calls(const void *a, const void *b)
{
    return text_compare((*(const ModuleCall *const *)a)->name,
                        (*(const ModuleCall *const *)b)->name);
}

static int compare_attributes(const void *a, const void *b)
{
    return text_compare(((const Attribute *)a)->name, ((const Attribute *)b)->name);
}

/* Managed resources first, each kind by its address. */
static int compare_resources(const void *a, const void *b)
{
    const Resource *first = *(const Resource *const *)a, *second = *(const Resource *const *)b;
    int order = (int)first->mode - (int)second->mode;

    order = order != 0 ? order : text_compare(first->type, second->type);
    return order != 0 ? order : text_compare(first->name, second->name);
}

/* A copy of a list's items in order: what is written shows no order of files. */
static void *sorted(Arena *arena, const void *items, size_t count, size_t size,
                    int (*compare)(const void *, const void *))
{
    char *copy = arena_alloc_array(arena, count, size);

    for (size_t i = 0; i < count * size; i++)
        copy[i] = ((const char *)items)[i];
    if (count > 1)
        qsort(copy, count, size, compare);
    return copy;
}

#define SORTED(arena, list, compare)                                                               \
    sorted(arena, (list).items, (list).count, sizeof *(list).items, compare)

static void put_outputs(TextBuilder *builder, const Module *module, Arena *arena)
{
    const Output **outputs = SORTED(arena, module->outputs, compare_outputs);

    if (module->outputs.count == 0)
        return;
    json_key(builder, TEXT_LIT("outputs"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < module->outputs.count; i++) {
        json_key(builder, outputs[i]->name);
        text_add_char(builder, '{');
        if (outputs[i]->sensitive)
            json_put_bool(builder, "sensitive", true);
        json_key(builder, TEXT_LIT("expression"));
        add_expression(builder, outputs[i]->value);
        put_depends_on(builder, &outputs[i]->depends_on, arena);
        json_put_text(builder, "description", outputs[i]->description);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

static void put_variables(TextBuilder *builder, const Module *module, Arena *arena)
{
    const Variable **variables = SORTED(arena, module->variables, compare_variables);

    if (module->variables.count == 0)
        return;
    json_key(builder, TEXT_LIT("variables"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < module->variables.count; i++) {
        json_key(builder, variables[i]->name);
        text_add_char(builder, '{');
        if (variables[i]->has_default)
            json_put_value(builder, "default", variables[i]->default_value);
        json_put_text(builder, "description", variables[i]->description);
        if (variables[i]->sensitive)
            json_put_bool(builder, "sensitive", true);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

static const Schema *schema_of(const Module *module, const Resource *resource, Arena *arena)
{
    const ProviderKind *kind =
        provider_kind_of_source(module_provider_source(arena, module, provider_local(resource)));
    Diags ignored = diags_make(arena);

    return kind ? kind->schema(resource->mode, resource->type, &ignored) : NULL;
}

static void put_provisioners(TextBuilder *builder, const Resource *resource, Arena *arena)
{
    if (resource->provisioners.count == 0)
        return;
    json_key(builder, TEXT_LIT("provisioners"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < resource->provisioners.count; i++) {
        json_separate(builder);
        text_add_char(builder, '{');
        json_put_text(builder, "type", resource->provisioners.items[i].type);
        put_body(builder, resource->provisioners.items[i].body, provisioner_schema(), arena);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

static void add_resource(TextBuilder *builder, const ProviderTable *providers, const Module *module,
                         const Resource *resource)
{
    Arena scratch = { 0 };
    const Schema *schema = schema_of(module, resource, &scratch);
    Address address = { .mode = resource->mode, .type = resource->type, .name = resource->name };

    json_separate(builder);
    text_add_char(builder, '{');
    json_put_text(builder, "address", address_text(&scratch, address));
    json_put_text(builder, "mode",
                  resource->mode == MODE_DATA ? TEXT_LIT("data") : TEXT_LIT("managed"));
    json_put_text(builder, "type", resource->type);
    json_put_text(builder, "name", resource->name);
    json_put_text(builder, "provider_config_key",
                  provider_table_key(providers, module, resource, &scratch));
    put_provisioners(builder, resource, &scratch);
    put_body(builder, resource->body, schema, &scratch);
    if (schema)
        json_put_value(builder, "schema_version", value_integer(schema->version));
    put_repetition(builder, "count_expression", resource->count, &scratch);
    put_repetition(builder, "for_each_expression", resource->for_each, &scratch);
    put_depends_on(builder, &resource->depends_on, &scratch);
    text_add_char(builder, '}');
    arena_free(&scratch);
}

static void put_resources(TextBuilder *builder, const ProviderTable *providers,
                          const Module *module, Arena *arena)
{
    const Resource **resources = SORTED(arena, module->resources, compare_resources);

    if (module->resources.count == 0)
        return;
    json_key(builder, TEXT_LIT("resources"));
    text_add_char(builder, '[');
    for (size_t i = 0; i < module->resources.count; i++)
        add_resource(builder, providers, module, resources[i]);
    text_add_char(builder, ']');
}

static void add_module(TextBuilder *builder, const ProviderTable *providers, const Module *module,
                       Arena *arena);

static void put_arguments(TextBuilder *builder, const ModuleCall *call, Arena *arena)
{
    const Attribute *arguments = SORTED(arena, call->arguments.attributes, compare_attributes);

    if (call->arguments.attributes.count == 0)
        return;
    json_key(builder, TEXT_LIT("expressions"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < call->arguments.attributes.count; i++) {
        json_key(builder, arguments[i].name);
        add_expression(builder, arguments[i].expr);
    }
    text_add_char(builder, '}');
}

static void put_calls(TextBuilder *builder, const ProviderTable *providers, const Module *module,
                      Arena *arena)
{
    const ModuleCall **calls = SORTED(arena, module->calls, compare_calls);

    if (module->calls.count == 0)
        return;
    json_key(builder, TEXT_LIT("module_calls"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < module->calls.count; i++) {
        json_key(builder, calls[i]->name);
        text_add_char(builder, '{');
        json_put_text(builder, "source", calls[i]->source);
        put_arguments(builder, calls[i], arena);
        put_repetition(builder, "count_expression", calls[i]->count, arena);
        put_repetition(builder, "for_each_expression", calls[i]->for_each, arena);
        if (calls[i]->module) {
            json_key(builder, TEXT_LIT("module"));
            add_module(builder, providers, calls[i]->module, arena);
        }
        put_depends_on(builder, &calls[i]->depends_on, arena);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

static void add_module(TextBuilder *builder, const ProviderTable *providers, const Module *module,
                       Arena *arena)
{
    text_add_char(builder, '{');
    put_outputs(builder, module, arena);
    put_resources(builder, providers, module, arena);
    put_calls(builder, providers, module, arena);
    put_variables(builder, module, arena);
    text_add_char(builder, '}');
}

/* --- the whole ------------------------------------------------------------------------------- */

static void put_provider(TextBuilder *builder, const ProviderEntry *entry, Arena *arena)
{
    const ProviderKind *kind = provider_kind_of_source(entry->source);

    json_key(builder, entry->key);
    text_add_char(builder, '{');
    json_put_text(builder, "name", entry->name);
    json_put_text(builder, "full_name", entry->source);
    json_put_text(builder, "alias", entry->alias);
    json_put_text(builder, "version_constraint", version_constraint_text(arena, entry->version));
    json_put_text(builder, "module_address", entry->module_address);
    if (entry->body && kind)
        put_body(builder, entry->body, kind->configuration_schema(), arena);
    text_add_char(builder, '}');
}

void json_add_configuration(TextBuilder *builder, const Module *root, Arena *arena)
{
    ProviderTable *providers = provider_table_make(arena, root);
    bool any = false;

    text_add_char(builder, '{');
    for (size_t i = 0; i < providers->entries.count; i++) {
        const ProviderEntry *entry = providers->entries.items[i];

        if (entry->parent)
            continue;
        if (!any) {
            json_key(builder, TEXT_LIT("provider_config"));
            text_add_char(builder, '{');
        }
        any = true;
        put_provider(builder, entry, arena);
    }
    if (any)
        text_add_char(builder, '}');
    json_key(builder, TEXT_LIT("root_module"));
    add_module(builder, providers, root, arena);
    text_add_char(builder, '}');
}
