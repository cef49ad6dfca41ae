#include "wire.h"

#include "equal.h"

/* --- sending ---------------------------------------------------------------------------------- */

static Value with_self(const TypeScope *scope, const Expr *expr, Value self, Value wire,
                       Arena *arena, Diags *diags)
{
    TypeScope inner = *scope;

    inner.self = self;
    inner.wire = wire;
    return type_evaluate(&inner, expr, arena, diags);
}

/* { k = v } as [{ Key = k, Value = v }] */
static Value tags_as_list(const TypeScope *scope, Value tags, Arena *arena)
{
    bool camel = scope->type->service->camel;
    Text names[] = { camel ? TEXT_LIT("key") : TEXT_LIT("Key"),
                     camel ? TEXT_LIT("value") : TEXT_LIT("Value") };
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(tags); i++) {
        Value pair[] = { value_string_raw(value_key_at(tags, i)), value_at(tags, i) };

        value_builder_add(&builder, value_object(arena, names, pair, 2));
    }
    return value_built_tuple(&builder);
}

static const WirePath *side_path(const Row *row, WireSide side)
{
    return side == WIRE_UPDATE ? &row->update : &row->send;
}

/* One object of a block, its rows at their places. Rows that are not on the wire go by their own
   names, so that expressions find them. */
static Value place_rows(const TypeScope *scope, const Row *block, Value object, Value prior,
                        WireSide side, Arena *arena, Diags *diags)
{
    Frame frame = { object, scope->frame };
    Value members = value_object(arena, NULL, NULL, 0);
    TypeScope inner = *scope;

    inner.frame = &frame;
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];
        Value value, before = value_null(row->type);

        if (!value_member(object, row->name, &value))
            continue;
        if (value_is_known(prior) && !value_is_null(prior))
            value_member(prior, row->name, &before);
        if (side_path(row, side)->count > 0)
            members = wire_put(arena, members, *side_path(row, side),
                               wire_of_row(&inner, row, value, before, side, arena, diags));
    }
    return value_count(members) == 0 ? value_null(type_dynamic) : members;
}

static Value place_elements(const TypeScope *scope, const Row *row, Value value, WireSide side,
                            Arena *arena, Diags *diags)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        Value placed = place_rows(scope, row, value_at(value, i), value_null(type_dynamic), side,
                                  arena, diags);

        if (!value_is_null(placed))
            value_builder_add(&builder, placed);
    }
    return value_built_tuple(&builder);
}

static Value place_block(const TypeScope *scope, const Row *row, Value value, Value prior,
                         WireSide side, Arena *arena, Diags *diags)
{
    Value placed;

    if (value_is_null(value) || value_is_unknown(value))
        return value_null(type_dynamic);
    if (!row_is_one(row))
        return value_count(value) == 0 ? value_null(type_dynamic)
                                       : place_elements(scope, row, value, side, arena, diags);
    placed = place_rows(scope, row, value, prior, side, arena, diags);
    if (wire_path_is_list(*side_path(row, side)) && !value_is_null(placed))
        placed = value_tuple(arena, &placed, 1);
    return placed;
}

/* What an empty collection says, silence says too. */
static Value place_attribute(const TypeScope *scope, const Row *row, Value value, Arena *arena)
{
    if (value_is_unknown(value) || (type_is_collection(row->type) && value_is_nothing(value)))
        return value_null(type_dynamic);
    if (row->meaning == MEANING_TAGS && !row->sent && wire_path_is_list(row->send) &&
        !value_is_null(value))
        return tags_as_list(scope, value, arena);
    return value;
}

static bool makes_null(Value value, Value prior)
{
    return value_is_nothing(value) && !value_is_nothing(prior);
}

Value wire_of_row(const TypeScope *scope, const Row *row, Value value, Value prior, WireSide side,
                  Arena *arena, Diags *diags)
{
    Value placed = row->is_block ? place_block(scope, row, value, prior, side, arena, diags)
                                 : place_attribute(scope, row, value, arena);

    if (row->sent && !(row->is_block && value_is_null(value)))
        placed = with_self(scope, row->sent,
                           value_is_unknown(value) ? value_null(row->type) : value, placed, arena,
                           diags);
    if (row->sent && type_is_collection(row->type) && !row->is_block && value_is_nothing(placed))
        placed = value_null(type_dynamic);
    placed = wire_prune(arena, placed);
    if (row->cleared && side == WIRE_UPDATE && value_is_null(placed) && makes_null(value, prior))
        placed = type_evaluate(scope, row->cleared, arena, diags);
    if (row->null_as && value_is_null(placed))
        placed = type_evaluate(scope, row->null_as, arena, diags);
    return placed;
}

Value wire_add_rows(const TypeScope *scope, const RowRefs *rows, WireSide side, Value members,
                    Arena *arena, Diags *diags)
{
    Frame frame = { scope->object, NULL };
    TypeScope inner = *scope;

    inner.frame = &frame;
    for (size_t i = 0; i < rows->count; i++) {
        const Row *row = rows->items[i];
        Value value, prior = value_null(row->type);

        if (row->local || !value_member(scope->object, row->name, &value) ||
            side_path(row, side)->count == 0)
            continue;
        if (scope->prior.type && value_is_known(scope->prior) && !value_is_null(scope->prior))
            value_member(scope->prior, row->name, &prior);
        members = wire_put(arena, members, *side_path(row, side),
                           wire_of_row(&inner, row, value, prior, side, arena, diags));
    }
    return members;
}

/* --- reading ---------------------------------------------------------------------------------- */

static Value converted(const Row *row, Value value, Arena *arena, Diags *diags)
{
    Value result;
    Text why;

    if (value_convert(arena, value, row->type, &result, &why))
        return result;
    diag_error(diags, row->range, "Unexpected answer",
               "The row \"" TEXT_FMT "\" cannot hold what came: " TEXT_FMT ".", TEXT(row->name),
               TEXT(why));
    return value_null(row->type);
}

Value wire_missing(const TypeScope *scope, const Row *row, Arena *arena, Diags *diags)
{
    if (row->empty)
        return converted(row, type_evaluate(scope, row->empty, arena, diags), arena, diags);
    return value_nothing(row->type, arena);
}

static Text first_text(Value object, const char *one, const char *other)
{
    Text text = value_get_text(object, one);

    return text.length > 0 ? text : value_get_text(object, other);
}

/* A map, or a list of Key and Value. */
static Value read_tags(Value raw, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    if (value_is_null(raw) || !value_has_kind(raw, TYPE_TUPLE))
        return raw;
    for (size_t i = 0; i < value_count(raw); i++) {
        Value pair = value_at(raw, i), tag;

        if (value_has_kind(pair, TYPE_OBJECT) && first_text(pair, "Key", "key").length > 0) {
            tag = value_string(arena, first_text(pair, "Value", "value"));
            value_builder_put(&builder, first_text(pair, "Key", "key"), tag);
        }
    }
    return value_built_map(&builder, type_string);
}

/* JSON says times as seconds, fractions allowed; XML in RFC 3339, with milliseconds that are zero.
 */
static Value read_time(Value raw, Arena *arena)
{
    Nanoseconds time;

    if (value_has_kind(raw, TYPE_NUMBER))
        return value_string(
            arena,
            clock_rfc3339(arena, (Nanoseconds)(number_to_double(value_to_number(raw)) * 1e9), 0));
    if (value_has_kind(raw, TYPE_STRING) && clock_parse_rfc3339(value_text(raw), &time))
        return value_string(arena, clock_rfc3339(arena, time, 0));
    return raw;
}

static Value read_meaning(const Row *row, Value raw, Arena *arena)
{
    if (value_is_null(raw))
        return raw;
    switch (row->meaning) {
    case MEANING_TAGS:
        return read_tags(raw, arena);
    case MEANING_TIME:
        return read_time(raw, arena);
    case MEANING_POLICY:
    case MEANING_JSON:
    case MEANING_INLINE_POLICY:
        return value_has_kind(raw, TYPE_STRING)
                   ? value_string(arena, row_normal(row, value_text(raw), arena))
                   : raw;
    case MEANING_NONE:
        break;
    }
    return raw;
}

static bool take_row(const TypeScope *scope, const Row *block, const Row *row, Value raw,
                     Arena *arena, Diags *diags, Value *ret_value)
{
    Value member;

    if (!block->wireless)
        return wire_read_row(scope, row, raw, arena, diags, ret_value);
    if (!value_has_kind(raw, TYPE_OBJECT) || !value_member(raw, row->name, &member) ||
        value_is_null(member))
        return false;
    *ret_value = wire_read_value(scope, row, member, arena, diags);
    return true;
}

/* The object of a block out of its part of an answer; attributes first, so that `read` of inner
   blocks can look at them. Null when no row was filled. */
static Value read_rows(const TypeScope *scope, const Row *block, Value raw, Arena *arena,
                       Diags *diags)
{
    ValueBuilder builder = value_builder(arena);
    bool filled = false;

    for (int blocks = 0; blocks < 2; blocks++) {
        Frame frame = { value_built_object(&builder), scope->frame };
        TypeScope inner = *scope;

        inner.frame = &frame;
        for (size_t i = 0; i < block->row_count; i++) {
            const Row *row = block->rows[i];
            Value value;
            bool taken;

            if (row->is_block != (blocks == 1))
                continue;
            taken = take_row(&inner, block, row, raw, arena, diags, &value);
            filled = filled || taken;
            value_builder_put(&builder, row->name,
                              taken ? value : wire_missing(&inner, row, arena, diags));
        }
    }
    return filled ? value_built_object(&builder) : value_null(block->type);
}

static bool is_listed(Value value)
{
    return value_has_kind(value, TYPE_TUPLE) || value_has_kind(value, TYPE_LIST) ||
           value_has_kind(value, TYPE_SET);
}

static Value read_one(const TypeScope *scope, const Row *row, Value raw, Arena *arena, Diags *diags)
{
    if (is_listed(raw) && value_count(raw) == 0)
        return value_null(row->type);
    return read_rows(scope, row, is_listed(raw) ? value_at(raw, 0) : raw, arena, diags);
}

static Value read_elements(const TypeScope *scope, const Row *row, Value raw, Arena *arena,
                           Diags *diags)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; is_listed(raw) && i < value_count(raw); i++) {
        Value element = read_rows(scope, row, value_at(raw, i), arena, diags);

        if (!value_is_null(element))
            value_builder_add(&builder, element);
    }
    return row->is_set ? value_built_set(&builder, row->type->element)
                       : value_built_list(&builder, row->type->element);
}

Value wire_read_value(const TypeScope *scope, const Row *row, Value raw, Arena *arena, Diags *diags)
{
    if (row->read_as) {
        TypeScope inner = *scope;

        inner.taken = raw;
        raw = type_evaluate(&inner, row->read_as, arena, diags);
    }
    if (value_is_null(raw) || value_is_unknown(raw))
        return wire_missing(scope, row, arena, diags);
    if (!row->is_block)
        return converted(row, read_meaning(row, raw, arena), arena, diags);
    return row_is_one(row) ? read_one(scope, row, raw, arena, diags)
                           : read_elements(scope, row, raw, arena, diags);
}

bool wire_read_row(const TypeScope *scope, const Row *row, Value taken, Arena *arena, Diags *diags,
                   Value *ret_value)
{
    Value raw;

    if (row->local || !wire_get(taken, row->read, &raw))
        return false;
    *ret_value = wire_read_value(scope, row, raw, arena, diags);
    return true;
}
