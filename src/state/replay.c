#include "replay.h"

#include "object.h"

/* All that the journal says of one change. */
typedef struct Begun {
    int64_t number;
    Value begin;
    Value identity; /* type NULL: none */
    Value end;      /* the last one; type NULL: none */
    size_t end_at;  /* its index */
} Begun;

typedef LIST(Begun) BegunList; /* by rising numbers, of which some may be missing */

static bool is_kind(Value record, const char *kind)
{
    return text_is(value_get_text(record, "record"), kind);
}

static int64_t get_integer(Value record, const char *name)
{
    Value member = value_get(record, name);
    int64_t integer = 0;

    if (!value_is_null(member) && value_has_kind(member, TYPE_NUMBER))
        number_to_int(value_to_number(member), &integer);
    return integer;
}

/* --- which content it continues ------------------------------------------------------------- */

/* A run that found the file damaged names what nobody continues. */
static bool is_restoring_run(Value record)
{
    return is_kind(record, "run") && value_is_true(value_get(record, "restored"));
}

static bool names_content(Value record)
{
    return (is_kind(record, "run") || is_kind(record, "snapshot")) && !is_restoring_run(record);
}

/* The first of several: a run that continued the journal names the content that it found again, and
   what was recorded before it is still not in there. */
size_t replay_find_point(const JournalRecords *records, Text sum)
{
    for (size_t i = 0; i < records->count; i++)
        if (names_content(records->items[i]) &&
            text_equal(value_get_text(records->items[i], "state"), sum))
            return i;
    return NO_POINT;
}

Text replay_unfinished_content(const JournalRecords *records, size_t *ret_point)
{
    for (size_t i = records->count; i-- > 0;) {
        if (is_kind(records->items[i], "written") ||
            (is_kind(records->items[i], "run") && !is_restoring_run(records->items[i])))
            return TEXT_NONE;
        if (value_get_text(records->items[i], "content").length) {
            *ret_point = i;
            return value_get_text(records->items[i], "content");
        }
    }
    return TEXT_NONE;
}

Text replay_lineage(const JournalRecords *records)
{
    return records->count ? value_get_text(records->items[0], "lineage") : TEXT_NONE;
}

/* --- what was begun ------------------------------------------------------------------------- */

static Begun *find_begun(BegunList *list, Value record)
{
    int64_t number = get_integer(record, "number");
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && list->items[low].number == number ? &list->items[low] : NULL;
}

static BegunList collect(Arena *arena, const JournalRecords *records)
{
    BegunList list = { 0 };

    for (size_t i = 0; i < records->count; i++) {
        Value record = records->items[i];
        Begun *begun = find_begun(&list, record);

        if (is_kind(record, "begin") && !begun) {
            list_add(arena, &list,
                     (Begun){ .number = get_integer(record, "number"), .begin = record });
        } else if (begun && is_kind(record, "identity")) {
            begun->identity = value_get(record, "object");
        } else if (begun && is_kind(record, "end")) {
            begun->end = record;
            begun->end_at = i;
        }
    }
    return list;
}

static bool is_in_doubt(const Begun *begun)
{
    return !begun->end.type || value_is_true(value_get(begun->end, "doubt"));
}

static bool read_address(Arena *arena, Text text, Address *ret_address)
{
    Diags ignored = diags_make(arena);

    return address_parse(arena, text, RANGE_NONE, ret_address, NULL, &ignored);
}

static Value no_value_as_null(Value value)
{
    return value.type ? value : value_null(type_dynamic);
}

static int64_t last_number(const BegunList *list)
{
    return list->count ? list->items[list->count - 1].number : 0;
}

static void add_doubt(Arena *arena, Replay *replay, const Begun *begun, Value identity)
{
    Value begin = begun->begin;
    JournalDoubt doubt = {
        .number = begun->number,
        .name = value_get_text(begin, "address"),
        .provider = value_get_text(begin, "provider"),
        .deposed = value_get_text(begin, "deposed"),
        .action = value_get_text(begin, "action"),
        .planned = value_get(begin, "planned"),
        .prior = value_get(begin, "prior"),
        .identity = no_value_as_null(identity),
        .known_ids = object_read_texts(arena, value_get(begin, "known_ids")),
        .dependencies = object_read_texts(arena, value_get(begin, "dependencies")),
        .schema_version = get_integer(begin, "schema_version"),
        .create_before_destroy = value_is_true(value_get(begin, "create_before_destroy")),
    };

    clock_parse_rfc3339(value_get_text(begin, "time"), &doubt.time);
    if (read_address(arena, doubt.name, &doubt.address))
        list_add(arena, &replay->doubts, doubt);
}

/* --- replaying ------------------------------------------------------------------------------ */

static void apply_end(Arena *arena, State *state, const Begun *begun, Value end)
{
    Text name = value_get_text(begun->begin, "address");
    Text provider = value_get_text(begun->begin, "provider");
    Text deposed = value_get_text(begun->begin, "deposed");
    Value json = value_get(end, "object");
    const InstanceObject *object = NULL;
    const char *why;
    Address address;

    /* A resolved doubt may have found another place than the one that was meant. */
    if (value_get_text(end, "deposed").length)
        deposed = value_get_text(end, "deposed");
    if (!value_is_null(json))
        object = object_read(arena, json, &why);
    if (!read_address(arena, name, &address) || value_is_true(value_get(end, "unchanged")))
        return;
    if (!deposed.length)
        state_put(state, address, provider, object);
    else if (object)
        state_put_deposed(state, address, provider, deposed, object);
    else
        state_remove_deposed(state, name, deposed);
}

static void apply_fact(Arena *arena, State *state, Value fact)
{
    Text kind = value_get_text(fact, "kind"), name = value_get_text(fact, "address");
    Text key = value_get_text(fact, "key");
    StateInstance *instance = state_find(state, name);
    Address to;

    if (!instance)
        return;
    if (text_is(kind, "deposed") && instance->current) {
        state_put_deposed(state, instance->address, instance->provider, key, instance->current);
        instance->current = NULL;
    } else if (text_is(kind, "moved") && read_address(arena, value_get_text(fact, "to"), &to)) {
        state_move(state, name, to);
    } else if (text_is(kind, "removed")) {
        state_put(state, instance->address, instance->provider, NULL);
    } else if (text_is(kind, "removed_deposed")) {
        state_remove_deposed(state, name, key);
    } else if (text_is(kind, "untainted")) {
        state_untaint(state, name);
    } else if (text_is(kind, "restored")) {
        state_restore(state, name, key);
    }
}

void replay_apply(Arena *arena, State *state, Replay *replay)
{
    BegunList list = collect(arena, &replay->records);

    replay->last_number = last_number(&list);
    for (size_t i = replay->point + 1; i < replay->records.count; i++) {
        Value record = replay->records.items[i];
        const Begun *begun = find_begun(&list, record);

        if (is_kind(record, "fact")) {
            apply_fact(arena, state, record);
            replay->changed = true;
        } else if (begun && is_kind(record, "end")) {
            apply_end(arena, state, begun, record);
            replay->finished++;
            replay->changed = true;
        }
    }
    for (size_t i = 0; i < list.count; i++)
        if (is_in_doubt(&list.items[i]))
            add_doubt(arena, replay, &list.items[i], list.items[i].identity);
}

/* --- after others wrote --------------------------------------------------------------------- */

/* From here on the file did not hold what the journal says. */
static size_t after_last_written(const JournalRecords *records)
{
    for (size_t i = records->count; i-- > 0;)
        if (is_kind(records->items[i], "written"))
            return i;
    return 0;
}

static bool holds(const State *state, Text name, Value attributes)
{
    const StateInstance *instance = state_find(state, name);

    if (!instance)
        return false;
    if (instance->current && object_is_same(attributes, instance->current->attributes))
        return true;
    for (size_t i = 0; i < instance->deposed.count; i++)
        if (object_is_same(attributes, instance->deposed.items[i].object->attributes))
            return true;
    return false;
}

/* What it created, as far as that is known; type NULL when it is not. */
static Value created_attributes(const Begun *begun)
{
    Value object = begun->end.type ? value_get(begun->end, "object") : (Value){ 0 };

    if (object.type && !value_is_null(object))
        return value_get(object, "attributes");
    return begun->identity;
}

static bool matters(const State *state, const Begun *begun, size_t after)
{
    Text name = value_get_text(begun->begin, "address");
    bool creates = text_is(value_get_text(begun->begin, "action"), "create");
    Value attributes = created_attributes(begun);

    if (!creates) /* what was to be changed or deleted: only where the state still has it */
        return is_in_doubt(begun) && state_find(state, name);
    if (attributes.type && !value_is_null(attributes))
        return (is_in_doubt(begun) || begun->end_at > after) && !holds(state, name, attributes);
    return is_in_doubt(begun);
}

void replay_doubt(Arena *arena, const State *state, Replay *replay)
{
    BegunList list = collect(arena, &replay->records);
    size_t after = after_last_written(&replay->records);

    replay->last_number = last_number(&list);
    for (size_t i = 0; i < list.count; i++)
        if (matters(state, &list.items[i], after))
            add_doubt(arena, replay, &list.items[i], created_attributes(&list.items[i]));
}
