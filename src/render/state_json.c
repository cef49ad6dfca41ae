/* States and planned values for programs: outputs, and modules with their resources. */
#include "pipectl/render/plan_json.h"

#include "json_parts.h"

#include "pipectl/base/version.h"
#include "pipectl/value/json.h"
#include <stdlib.h>

/* --- one resource ---------------------------------------------------------------------------- */

Value json_object_value(Arena *arena, Address address, Text provider, const InstanceObject *object,
                        const Schema **ret_schema)
{
    const ProviderKind *kind = provider_kind_of_source(provider_text_source(provider));
    Diags ignored = diags_make(arena);
    Value value;
    Text why;

    *ret_schema = kind ? kind->schema(address.mode, address.type, &ignored) : NULL;
    if (!*ret_schema ||
        !schema_decode_state(*ret_schema, object->attributes, arena, &value, &why)) {
        *ret_schema = NULL;
        return path_apply_mark(arena, object->attributes, &object->sensitive_paths, MARK_SENSITIVE);
    }
    value = path_apply_mark(arena, value, &object->sensitive_paths, MARK_SENSITIVE);
    return schema_mark_sensitive(*ret_schema, value, arena);
}

/* Whether anything of an object is known: without that there are no "values". */
static bool has_known_member(Value value)
{
    for (size_t i = 0; !value_is_null(value) && i < value_count(value); i++)
        if (!value_is_unknown(value_at(value, i)))
            return true;
    return false;
}

static void add_resource(TextBuilder *builder, const JsonResource *resource)
{
    Arena scratch = { 0 };
    const Schema *schema = resource->change ? resource->change->schema : NULL;
    Value value = resource->change
                      ? resource->change->after
                      : json_object_value(&scratch, resource->address, resource->provider,
                                          resource->object, &schema);

    json_separate(builder);
    text_add_char(builder, '{');
    json_put_text(builder, "address", resource->name);
    json_put_text(builder, "mode",
                  resource->address.mode == MODE_DATA ? TEXT_LIT("data") : TEXT_LIT("managed"));
    json_put_text(builder, "type", resource->address.type);
    json_put_text(builder, "name", resource->address.name);
    json_put_key(builder, resource->address.key);
    json_put_text(builder, "provider_name", provider_text_source(resource->provider));
    json_put_value(builder, "schema_version",
                   value_integer(schema ? schema->version : resource->object->schema_version));
    if (has_known_member(value)) {
        json_key(builder, TEXT_LIT("values"));
        json_add_known(builder, value);
    }
    json_key(builder, TEXT_LIT("sensitive_values"));
    json_add_sensitive_shape(builder, value);
    if (resource->object) {
        json_put_texts(builder, "depends_on", &resource->object->dependencies);
        if (resource->object->tainted)
            json_put_bool(builder, "tainted", true);
        json_put_text(builder, "deposed_key", resource->deposed);
    }
    text_add_char(builder, '}');
    arena_free(&scratch);
}

/* --- modules --------------------------------------------------------------------------------- */

typedef struct ModuleNode ModuleNode;

struct ModuleNode {
    Text name; /* module.a["k"].module.b; empty: the root */
    JsonResourceList resources;
    LIST(ModuleNode *) children;
};

typedef struct ModuleTree {
    Arena *arena;
    Table nodes; /* name -> ModuleNode */
} ModuleTree;

static ModuleNode *module_node(ModuleTree *tree, ModulePath path)
{
    Text name = module_path_text(tree->arena, path);
    ModuleNode *node = table_find(&tree->nodes, name);
    ModuleNode *parent;

    if (node)
        return node;
    node = arena_new(tree->arena, ModuleNode);
    node->name = name;
    table_put(tree->arena, &tree->nodes, name, node);
    if (path.count > 0) {
        parent = module_node(tree, (ModulePath){ path.steps, path.count - 1 });
        list_add(tree->arena, &parent->children, node);
    }
    return node;
}

/* By the text of addresses, not in their order: so Terraform does it. */
static int compare_resources(const void *a, const void *b)
{
    const JsonResource *first = a, *second = b;
    int order = text_compare(first->name, second->name);

    return order != 0 ? order : text_compare(first->deposed, second->deposed);
}

static int compare_nodes(const void *a, const void *b)
{
    return text_compare((*(ModuleNode *const *)a)->name, (*(ModuleNode *const *)b)->name);
}

static void add_module(TextBuilder *builder, ModuleNode *node)
{
    text_add_char(builder, '{');
    if (node->resources.count > 0) {
        qsort(node->resources.items, node->resources.count, sizeof *node->resources.items,
              compare_resources);
        json_key(builder, TEXT_LIT("resources"));
        text_add_char(builder, '[');
        for (size_t i = 0; i < node->resources.count; i++)
            add_resource(builder, &node->resources.items[i]);
        text_add_char(builder, ']');
    }
    json_put_text(builder, "address", node->name);
    if (node->children.count > 0) {
        qsort(node->children.items, node->children.count, sizeof *node->children.items,
              compare_nodes);
        json_key(builder, TEXT_LIT("child_modules"));
        text_add_char(builder, '[');
        for (size_t i = 0; i < node->children.count; i++) {
            json_separate(builder);
            add_module(builder, node->children.items[i]);
        }
        text_add_char(builder, ']');
    }
    text_add_char(builder, '}');
}

void json_put_modules(TextBuilder *builder, JsonResourceList *resources, Arena *arena)
{
    ModuleTree tree = { .arena = arena };
    ModuleNode *root = module_node(&tree, (ModulePath){ 0 });

    for (size_t i = 0; i < resources->count; i++) {
        ModuleNode *node = module_node(&tree, resources->items[i].address.module);

        list_add(arena, &node->resources, resources->items[i]);
    }
    json_key(builder, TEXT_LIT("root_module"));
    add_module(builder, root);
}

/* --- a state --------------------------------------------------------------------------------- */

static void put_outputs(TextBuilder *builder, const State *state)
{
    Arena scratch = { 0 };

    if (state->outputs.count == 0)
        return;
    json_key(builder, TEXT_LIT("outputs"));
    text_add_char(builder, '{');
    for (size_t i = 0; i < state->outputs.count; i++) {
        const StateOutput *output = &state->outputs.items[i];

        json_key(builder, output->name);
        text_add_char(builder, '{');
        json_put_bool(builder, "sensitive", output->sensitive);
        json_put_value(builder, "value", output->value);
        json_put_value(builder, "type", json_of_type(&scratch, output->value.type));
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
    arena_free(&scratch);
}

static void add_instance(JsonResourceList *resources, const StateInstance *instance, Arena *arena)
{
    JsonResource resource = {
        .address = instance->address, .name = instance->name, .provider = instance->provider};

    if (instance->current) {
        resource.object = instance->current;
        list_add(arena, resources, resource);
    }
    for (size_t i = 0; i < instance->deposed.count; i++) {
        resource.object = instance->deposed.items[i].object;
        resource.deposed = instance->deposed.items[i].key;
        list_add(arena, resources, resource);
    }
}

void json_add_state(TextBuilder *builder, const State *state, Arena *arena)
{
    JsonResourceList resources = { 0 };

    text_add(builder, TEXT_LIT("{\"format_version\":\"1.0\""));
    if (!state_is_empty(state)) {
        json_put_text(builder, "terraform_version", TEXT_LIT(TERRAFORM_VERSION));
        json_key(builder, TEXT_LIT("values"));
        text_add_char(builder, '{');
        put_outputs(builder, state);
        for (size_t i = 0; i < state->instances.count; i++)
            add_instance(&resources, state->instances.entries[i].value, arena);
        json_put_modules(builder, &resources, arena);
        text_add_char(builder, '}');
    }
    text_add_char(builder, '}');
}

Text state_json(Arena *arena, const State *state)
{
    TextBuilder builder = text_builder(arena);

    json_add_state(&builder, state, arena);
    return text_built(&builder);
}
