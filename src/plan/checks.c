#include "checks.h"

#include <stdlib.h>

CheckedObject *checks_object(Checks *checks, const char *kind, Text config_address, Text address)
{
    CheckedObject *object = table_find(&checks->objects, address);

    if (object)
        return object;
    object = arena_new(checks->arena, CheckedObject);
    *object = (CheckedObject){ .kind = kind, .config_address = config_address, .address = address };
    table_put(checks->arena, &checks->objects, address, object);
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
    static const char *const names[] = {[CHECK_PASS] = "pass",
                                        [CHECK_UNKNOWN] = "unknown",
                                        [CHECK_FAIL] = "fail",
                                        [CHECK_ERROR] = "error"};

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
    int order = text_compare(first->config_address, second->config_address);

    return order != 0 ? order : text_compare(first->address, second->address);
}

/* All objects from [from] on that are written as the same one. */
static Value config_value(Arena *arena, CheckedObject **objects, size_t from, size_t to)
{
    ValueBuilder builder = value_builder(arena), parts = value_builder(arena);
    CheckStatus status = CHECK_PASS;

    for (size_t i = from; i < to; i++) {
        status = status_of(objects[i]) > status ? status_of(objects[i]) : status;
        value_builder_add(&parts, object_value(arena, objects[i]));
    }
    value_builder_put(&builder, TEXT_LIT("object_kind"),
                      value_string_raw(text_of(objects[from]->kind)));
    value_builder_put(&builder, TEXT_LIT("config_addr"),
                      value_string_raw(objects[from]->config_address));
    value_builder_put(&builder, TEXT_LIT("status"), status_value(status));
    value_builder_put(&builder, TEXT_LIT("objects"), value_built_tuple(&parts));
    return value_built_object(&builder);
}

Value checks_results(const Checks *checks, Arena *arena)
{
    CheckedObject **objects = arena_array(arena, CheckedObject *, checks->objects.count);
    ValueBuilder results = value_builder(arena);

    if (checks->objects.count == 0)
        return value_null(type_dynamic);
    for (size_t i = 0; i < checks->objects.count; i++)
        objects[i] = checks->objects.entries[i].value;
    if (checks->objects.count > 1)
        qsort(objects, checks->objects.count, sizeof *objects, compare_objects);
    for (size_t from = 0, to = 0; from < checks->objects.count; from = to) {
        while (to < checks->objects.count &&
               text_equal(objects[to]->config_address, objects[from]->config_address))
            to++;
        value_builder_add(&results, config_value(arena, objects, from, to));
    }
    return value_built_tuple(&results);
}
