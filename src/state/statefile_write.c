/* statefile_write.c: Terraform's order of members, and its indentation. */
#include "pipectl/state/statefile.h"
#include "pipectl/value/json.h"

#include <stdlib.h>

enum { INDENT = 2 };

/* --- JSON ----------------------------------------------------------------------------------- */

static void begin_line(TextBuilder *out, size_t level)
{
    text_add_char(out, '\n');
    text_add_repeated(out, ' ', level * INDENT);
}

/* Starts the member [key] of an object at [level]. */
static void begin_member(TextBuilder *out, size_t level, bool is_first, Text key)
{
    if (!is_first)
        text_add_char(out, ',');
    begin_line(out, level);
    if (key.bytes) {
        json_add_string(out, key);
        text_add(out, TEXT_LIT(": "));
    }
}

/* A dynamic value as Terraform encodes it: {"value": ..., "type": <a type>}. */
static bool is_dynamic_value(Value value)
{
    const Type *type;

    return value_has_kind(value, TYPE_OBJECT) && value_count(value) == 2 &&
           text_is(value_key_at(value, 0), "type") && text_is(value_key_at(value, 1), "value") &&
           json_to_type(value_at(value, 0), &type);
}

static void add_value(TextBuilder *out, Value value, size_t level);

static void add_dynamic_value(TextBuilder *out, Value value, size_t level)
{
    text_add_char(out, '{');
    begin_member(out, level + 1, true, TEXT_LIT("value"));
    add_value(out, value_at(value, 1), level + 1);
    begin_member(out, level + 1, false, TEXT_LIT("type"));
    json_add_pretty(out, value_at(value, 0), level + 1);
    begin_line(out, level);
    text_add_char(out, '}');
}

static void add_collection(TextBuilder *out, Value value, size_t level)
{
    bool has_keys = value_has_kind(value, TYPE_OBJECT) || value_has_kind(value, TYPE_MAP);
    size_t count = value_count(value);

    text_add_char(out, has_keys ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        begin_member(out, level + 1, i == 0, has_keys ? value_key_at(value, i) : TEXT_NONE);
        add_value(out, value_at(value, i), level + 1);
    }
    if (count)
        begin_line(out, level);
    text_add_char(out, has_keys ? '}' : ']');
}

/* As json_add_pretty, but dynamic values have their members in Terraform's order. */
static void add_value(TextBuilder *out, Value value, size_t level)
{
    if (value_is_null(value) || type_is_primitive(value.type))
        json_add(out, value);
    else if (is_dynamic_value(value))
        add_dynamic_value(out, value, level);
    else
        add_collection(out, value, level);
}

/* --- outputs -------------------------------------------------------------------------------- */

static void add_output(TextBuilder *out, const StateOutput *output)
{
    const Type *type = output->value.type;

    text_add_char(out, '{');
    begin_member(out, 3, true, TEXT_LIT("value"));
    json_add_pretty(out, json_encode_typed(out->arena, output->value, type), 3);
    begin_member(out, 3, false, TEXT_LIT("type"));
    json_add_pretty(out, json_of_type(out->arena, type), 3);
    if (output->sensitive) {
        begin_member(out, 3, false, TEXT_LIT("sensitive"));
        text_add(out, TEXT_LIT("true"));
    }
    begin_line(out, 2);
    text_add_char(out, '}');
}

static void add_outputs(TextBuilder *out, const State *state)
{
    text_add_char(out, '{');
    for (size_t i = 0; i < state->outputs.count; i++) {
        begin_member(out, 2, i == 0, state->outputs.items[i].name);
        add_output(out, &state->outputs.items[i]);
    }
    if (state->outputs.count)
        begin_line(out, 1);
    text_add_char(out, '}');
}

/* --- resources ------------------------------------------------------------------------------ */

/* An instance and what the file is sorted by: module paths are compared as texts. */
typedef struct Row {
    Text module;
    const StateInstance *instance;
} Row;

static int compare_resources(const Row *a, const Row *b)
{
    const Address *x = &a->instance->address, *y = &b->instance->address;
    int order = text_compare(a->module, b->module);

    if (!order) /* "data" before "managed" */
        order = (x->mode == MODE_MANAGED) - (y->mode == MODE_MANAGED);
    if (!order)
        order = text_compare(x->type, y->type);
    return order ? order : text_compare(x->name, y->name);
}

static int compare_rows(const void *a, const void *b)
{
    int order = compare_resources(a, b);

    return order ? order
                 : key_compare(((const Row *)a)->instance->address.key,
                               ((const Row *)b)->instance->address.key);
}

static int compare_deposed(const void *a, const void *b)
{
    return text_compare(((const DeposedObject *)a)->key, ((const DeposedObject *)b)->key);
}

static void add_text_member(TextBuilder *out, size_t level, bool is_first, const char *key,
                            Text text)
{
    begin_member(out, level, is_first, text_of(key));
    json_add_string(out, text);
}

static void add_other_members(TextBuilder *out, Value other)
{
    /* Terraform 1.12 writes these two in this order, which is not that of their names. */
    static const Text first[] = { TEXT_INIT("identity_schema_version"), TEXT_INIT("identity") };
    Value member;

    if (!other.type || value_is_null(other))
        return;
    for (size_t i = 0; i < 2; i++)
        if (value_member(other, first[i], &member)) {
            begin_member(out, 5, false, first[i]);
            add_value(out, member, 5);
        }
    for (size_t i = 0; i < value_count(other); i++) {
        Text key = value_key_at(other, i);

        if (text_equal(key, first[0]) || text_equal(key, first[1]))
            continue;
        begin_member(out, 5, false, key);
        add_value(out, value_at(other, i), 5);
    }
}

static void add_sensitive_paths(TextBuilder *out, const PathList *paths)
{
    ValueBuilder builder = value_builder(out->arena);

    for (size_t i = 0; i < paths->count; i++)
        value_builder_add(&builder, path_to_json(out->arena, paths->items[i]));
    begin_member(out, 5, false, TEXT_LIT("sensitive_attributes"));
    add_value(out, value_built_tuple(&builder), 5);
}

static void add_dependencies(TextBuilder *out, const TextList *dependencies)
{
    if (!dependencies->count)
        return;
    begin_member(out, 5, false, TEXT_LIT("dependencies"));
    text_add_char(out, '[');
    for (size_t i = 0; i < dependencies->count; i++) {
        begin_member(out, 6, i == 0, TEXT_NONE);
        json_add_string(out, dependencies->items[i]);
    }
    begin_line(out, 5);
    text_add_char(out, ']');
}

/* One object of an instance; [deposed] is its key, or empty. */
static void add_object(TextBuilder *out, bool is_first, InstanceKey key, Text deposed,
                       const InstanceObject *object)
{
    bool no_member_yet = true;

    begin_member(out, 4, is_first, TEXT_NONE);
    text_add_char(out, '{');
    if (key.kind != KEY_NONE) {
        begin_member(out, 5, no_member_yet, TEXT_LIT("index_key"));
        json_add(out, key_value(key));
        no_member_yet = false;
    }
    if (object->tainted) {
        add_text_member(out, 5, no_member_yet, "status", TEXT_LIT("tainted"));
        no_member_yet = false;
    }
    if (deposed.length) {
        add_text_member(out, 5, no_member_yet, "deposed", deposed);
        no_member_yet = false;
    }
    begin_member(out, 5, no_member_yet, TEXT_LIT("schema_version"));
    text_add_format(out, "%lld", (long long)object->schema_version);
    begin_member(out, 5, false, TEXT_LIT("attributes"));
    add_value(out, object->attributes, 5);
    add_sensitive_paths(out, &object->sensitive_paths);
    add_other_members(out, object->other);
    if (object->private_json.length)
        add_text_member(out, 5, false, "private", object->private_json);
    add_dependencies(out, &object->dependencies);
    if (object->create_before_destroy) {
        begin_member(out, 5, false, TEXT_LIT("create_before_destroy"));
        text_add(out, TEXT_LIT("true"));
    }
    begin_line(out, 4);
    text_add_char(out, '}');
}

static void add_instance(TextBuilder *out, bool is_first, const StateInstance *instance)
{
    size_t count = instance->deposed.count;
    DeposedObject *deposed = arena_array(out->arena, DeposedObject, count);

    if (instance->current) {
        add_object(out, is_first, instance->address.key, TEXT_NONE, instance->current);
        is_first = false;
    }
    for (size_t i = 0; i < count; i++)
        deposed[i] = instance->deposed.items[i];
    if (count)
        qsort(deposed, count, sizeof *deposed, compare_deposed);
    for (size_t i = 0; i < count; i++) {
        add_object(out, is_first, instance->address.key, deposed[i].key, deposed[i].object);
        is_first = false;
    }
}

static void begin_resource(TextBuilder *out, bool is_first, const Row *row)
{
    const StateInstance *instance = row->instance;

    begin_member(out, 2, is_first, TEXT_NONE);
    text_add_char(out, '{');
    if (row->module.length)
        add_text_member(out, 3, true, "module", row->module);
    add_text_member(out, 3, !row->module.length, "mode",
                    instance->address.mode == MODE_DATA ? TEXT_LIT("data") : TEXT_LIT("managed"));
    add_text_member(out, 3, false, "type", instance->address.type);
    add_text_member(out, 3, false, "name", instance->address.name);
    add_text_member(out, 3, false, "provider", instance->provider);
    begin_member(out, 3, false, TEXT_LIT("instances"));
    text_add_char(out, '[');
}

static void end_resource(TextBuilder *out)
{
    if (out->bytes[out->length - 1] != '[')
        begin_line(out, 3);
    text_add_char(out, ']');
    begin_line(out, 2);
    text_add_char(out, '}');
}

static Row *sorted_rows(const State *state, Arena *arena, size_t *ret_count)
{
    size_t instances = state->instances.count, count = instances + state->husks.count;
    Row *rows = arena_array(arena, Row, count);

    *ret_count = count;
    for (size_t i = 0; i < count; i++) {
        rows[i].instance =
            i < instances ? state->instances.entries[i].value : state->husks.items[i - instances];
        rows[i].module = module_path_text(arena, rows[i].instance->address.module);
    }
    if (count)
        qsort(rows, count, sizeof *rows, compare_rows);
    return rows;
}

static void add_resources(TextBuilder *out, const State *state)
{
    size_t count;
    Arena scratch = { 0 };
    Row *rows = sorted_rows(state, &scratch, &count);

    text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        bool begins = i == 0 || compare_resources(&rows[i - 1], &rows[i]) != 0;

        if (begins && i)
            end_resource(out);
        if (begins)
            begin_resource(out, i == 0, &rows[i]);
        add_instance(out, begins, rows[i].instance);
    }
    if (count) {
        end_resource(out);
        begin_line(out, 1);
    }
    text_add_char(out, ']');
    arena_free(&scratch);
}

/* --- check results -------------------------------------------------------------------------- */

/* The members [names] of [object], in that order; what else it has is dropped, as Terraform does.
 */
static void add_members(TextBuilder *out, Value object, size_t level, const char *const *names)
{
    bool is_first = true;

    text_add_char(out, '{');
    for (; *names; names++) {
        Value member;

        if (!value_member(object, text_of(*names), &member))
            continue;
        begin_member(out, level + 1, is_first, text_of(*names));
        json_add_pretty(out, member, level + 1);
        is_first = false;
    }
    begin_line(out, level);
    text_add_char(out, '}');
}

static void add_check_objects(TextBuilder *out, Value objects)
{
    static const char *const names[] = { "object_addr", "status", "failure_messages", NULL };

    text_add_char(out, '[');
    for (size_t i = 0; i < value_count(objects); i++) {
        begin_member(out, 4, i == 0, TEXT_NONE);
        add_members(out, value_at(objects, i), 4, names);
    }
    begin_line(out, 3);
    text_add_char(out, ']');
}

static void add_check_result(TextBuilder *out, Value result)
{
    static const char *const names[] = { "object_kind", "config_addr", "status" };
    Value objects = value_get(result, "objects");

    text_add_char(out, '{');
    for (size_t i = 0; i < 3; i++)
        add_text_member(out, 3, i == 0, names[i], value_get_text(result, names[i]));
    begin_member(out, 3, false, TEXT_LIT("objects"));
    if (value_is_null(objects) || !value_count(objects))
        json_add_pretty(out, objects, 3);
    else
        add_check_objects(out, objects);
    begin_line(out, 2);
    text_add_char(out, '}');
}

static void add_check_results(TextBuilder *out, Value results)
{
    if (!results.type || value_is_null(results) || !value_has_kind(results, TYPE_TUPLE) ||
        !value_count(results)) {
        text_add(out, TEXT_LIT("null"));
        return;
    }
    text_add_char(out, '[');
    for (size_t i = 0; i < value_count(results); i++) {
        begin_member(out, 2, i == 0, TEXT_NONE);
        add_check_result(out, value_at(results, i));
    }
    begin_line(out, 1);
    text_add_char(out, ']');
}

/* --- the file ------------------------------------------------------------------------------- */

static void add_body(TextBuilder *out, const State *state)
{
    begin_member(out, 1, false, TEXT_LIT("outputs"));
    add_outputs(out, state);
    begin_member(out, 1, false, TEXT_LIT("resources"));
    add_resources(out, state);
    begin_member(out, 1, false, TEXT_LIT("check_results"));
    add_check_results(out, state->check_results);
}

Text statefile_body(Text text)
{
    size_t start = text_find(text, TEXT_LIT(",\n  \"outputs\": "));

    return text_slice(text, start, text.length);
}

Text statefile_text(Arena *arena, const State *state)
{
    TextBuilder out = text_builder(arena);

    text_add(&out, TEXT_LIT("{\n  \"version\": 4"));
    add_text_member(&out, 1, false, "terraform_version", TEXT_LIT(TERRAFORM_VERSION));
    begin_member(&out, 1, false, TEXT_LIT("serial"));
    text_add_format(&out, "%lld", (long long)state->serial);
    add_text_member(&out, 1, false, "lineage", state->lineage);
    add_body(&out, state);
    text_add(&out, TEXT_LIT("\n}\n"));
    return text_built(&out);
}
