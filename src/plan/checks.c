#include "checks.h"

#include <stdlib.h>

CheckedConfig *checks_config(Checks *checks, const char *kind, Text address)
{
    CheckedConfig *config = table_find(&checks->configs, address);

    if (config)
        return config;
    config = arena_new(checks->arena, CheckedConfig);
    *config = (CheckedConfig){ .kind = kind, .address = address };
    table_put(checks->arena, &checks->configs, address, config);
    return config;
}

CheckedObject *checks_object(Checks *checks, const char *kind, Text config_address, Text address)
{
    CheckedObject *object = table_find(&checks->objects, address);

    if (object)
        return object;
    object = arena_new(checks->arena, CheckedObject);
    *object = (CheckedObject){ .address = address };
    table_put(checks->arena, &checks->objects, address, object);
    list_add(checks->arena, &checks_config(checks, kind, config_address)->objects, object);
    return object;
}

void checks_note(Checks *checks, CheckedObject *object, CheckStatus status, Text message)
{
    if (!object->evaluated || status > object->status)
        object->status = status;
    object->evaluated = true;
    if (status == CHECK_FAIL && message.length > 0)
        list_add(checks->arena, &object->messages, text_copy(checks->arena, message));
}

/* --- as a value ------------------------------------------------------------------------------ */

static CheckStatus status_of(const CheckedObject *object)
{
    return object->evaluated ? object->status : CHECK_UNKNOWN;
}

static Value status_value(CheckStatus status)
{
    static const char *const names[] = { [CHECK_PASS] = "pass",
                                         [CHECK_UNKNOWN] = "unknown",
                                         [CHECK_FAIL] = "fail",
                                         [CHECK_ERROR] = "error" };

    return value_string_raw(text_of(names[status]));
}

static Value object_value(Arena *arena, const CheckedObject *object)
{
    ValueBuilder builder = value_builder(arena), messages = value_builder(arena);

    value_builder_put(&builder, TEXT_LIT("object_addr"), value_string_raw(object->address));
    value_builder_put(&builder, TEXT_LIT("status"), status_value(status_of(object)));
    for (size_t i = 0; i < object->messages.count; i++)
        value_builder_add(&messages, value_string_raw(object->messages.items[i]));
    if (object->messages.count > 0)
        value_builder_put(&builder, TEXT_LIT("failure_messages"), value_built_tuple(&messages));
    return value_built_object(&builder);
}

static int compare_objects(const void *a, const void *b)
{
    const CheckedObject *first = *(CheckedObject *const *)a, *second = *(CheckedObject *const *)b;

    return text_compare(first->address, second->address);
}

static int compare_configs(const void *a, const void *b)
{
    const CheckedConfig *first = *(CheckedConfig *const *)a, *second = *(CheckedConfig *const *)b;

    return text_compare(first->address, second->address);
}

/* The worst of its objects; without any it passes, where that is known. */
static CheckStatus config_status(const CheckedConfig *config)
{
    CheckStatus status =
        config->objects.count > 0 || config->is_expanded ? CHECK_PASS : CHECK_UNKNOWN;

    for (size_t i = 0; i < config->objects.count; i++)
        if (status_of(config->objects.items[i]) > status)
            status = status_of(config->objects.items[i]);
    return status;
}

static Value config_value(Arena *arena, const CheckedConfig *config)
{
    ValueBuilder builder = value_builder(arena), parts = value_builder(arena);
    size_t count = config->objects.count;

    if (count > 1)
        qsort(config->objects.items, count, sizeof *config->objects.items, compare_objects);
    for (size_t i = 0; i < count; i++)
        value_builder_add(&parts, object_value(arena, config->objects.items[i]));
    value_builder_put(&builder, TEXT_LIT("object_kind"), value_string_raw(text_of(config->kind)));
    value_builder_put(&builder, TEXT_LIT("config_addr"), value_string_raw(config->address));
    value_builder_put(&builder, TEXT_LIT("status"), status_value(config_status(config)));
    value_builder_put(&builder, TEXT_LIT("objects"),
                      count > 0 ? value_built_tuple(&parts) : value_null(type_dynamic));
    return value_built_object(&builder);
}

Value checks_results(const Checks *checks, Arena *arena)
{
    size_t count = checks->configs.count;
    CheckedConfig **configs = arena_array(arena, CheckedConfig *, count);
    ValueBuilder results = value_builder(arena);

    if (count == 0)
        return value_null(type_dynamic);
    for (size_t i = 0; i < count; i++)
        configs[i] = checks->configs.entries[i].value;
    if (count > 1)
        qsort(configs, count, sizeof(CheckedConfig *), compare_configs);
    for (size_t i = 0; i < count; i++)
        value_builder_add(&results, config_value(arena, configs[i]));
    return value_built_tuple(&results);
}
