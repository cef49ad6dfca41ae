#include "equal.h"

#include "document.h"

bool value_is_nothing(Value value)
{
    if (value_is_unknown(value))
        return false;
    if (value_is_null(value))
        return true;
    switch (value.type->kind) {
    case TYPE_STRING:
        return value_text(value).length == 0;
    case TYPE_NUMBER:
        return number_sign(value_to_number(value)) == NUMBER_ZERO;
    case TYPE_BOOL:
        return !value_truth(value);
    case TYPE_OBJECT:
    case TYPE_DYNAMIC:
        return false;
    default:
        return value_count(value) == 0;
    }
}

Value value_nothing(const Type *type, Arena *arena)
{
    switch (type->kind) {
    case TYPE_STRING:
        return value_string_raw(TEXT_LIT(""));
    case TYPE_NUMBER:
        return value_integer(0);
    case TYPE_BOOL:
        return value_bool(false);
    case TYPE_LIST:
        return value_list(arena, type->element, NULL, 0);
    case TYPE_SET:
        return value_set(arena, type->element, NULL, 0);
    case TYPE_MAP:
        return value_map(arena, type->element, NULL, NULL, 0);
    default:
        return value_null(type);
    }
}

Text row_normal(const Row *row, Text text, Arena *arena)
{
    if (row->meaning == MEANING_INLINE_POLICY)
        return policy_inline_normal(arena, text);
    return row_is_document(row) ? document_normal(arena, text) : text;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* What stands behind the last colon of an ARN; a name is itself. */
static Text name_of(Text arn_or_name)
{
    size_t colon = text_find_last(arn_or_name, TEXT_LIT(":"));

    return colon == TEXT_NOT_FOUND ? arn_or_name
                                   : text_slice(arn_or_name, colon + 1, arn_or_name.length);
}

static bool time_equal(Text a, Text b)
{
    Nanoseconds one, other;

    return clock_parse_rfc3339(a, &one) && clock_parse_rfc3339(b, &other) && one == other;
}

static bool text_same(const Row *row, Text a, Text b, Arena *arena)
{
    if (text_equal(a, b))
        return true;
    if (row->same == SAME_NOCASE)
        return text_equal_nocase(a, b);
    if (row->same == SAME_ARN_OR_NAME)
        return text_equal(name_of(a), name_of(b));
    switch (row->meaning) {
    case MEANING_POLICY:
    case MEANING_INLINE_POLICY:
        return policy_equal(arena, a, b);
    case MEANING_JSON:
        return document_equal(arena, a, b);
    case MEANING_TIME:
        return time_equal(a, b);
    default:
        return false;
    }
}

/* --- lists in strings ------------------------------------------------------------------------- */

static bool has_part(Text list, Text part)
{
    Text head;
    bool more = true;

    while (more) {
        more = text_cut(list, TEXT_LIT(","), &head, &list);
        if (text_equal(head, part))
            return true;
    }
    return false;
}

static bool parts_are_in(Text list, Text other)
{
    Text head;
    bool more = true;

    while (more) {
        more = text_cut(list, TEXT_LIT(","), &head, &list);
        if (!has_part(other, head))
            return false;
    }
    return true;
}

static bool comma_lists_same(Value a, Value b)
{
    if (value_has_kind(a, TYPE_STRING))
        return parts_are_in(value_text(a), value_text(b)) &&
               parts_are_in(value_text(b), value_text(a));
    if (value_count(a) != value_count(b))
        return false;
    for (size_t i = 0; i < value_count(a); i++) {
        Value other;

        if (!value_member(b, value_key_at(a, i), &other) ||
            !comma_lists_same(value_at(a, i), other))
            return false;
    }
    return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool same_by_expression(const TypeScope *scope, const Row *row, Value value, Value prior,
                               Arena *arena)
{
    TypeScope inner = *scope;
    Diags diags = diags_make(arena);

    inner.self = value;
    inner.prior = prior;
    return type_condition(&inner, row->same_when, arena, &diags);
}

static bool rows_same(const TypeScope *scope, const Row *block, Value value, Value prior,
                      Arena *arena)
{
    for (size_t i = 0; i < block->row_count; i++) {
        Value a, b;

        if (!value_member(value, block->rows[i]->name, &a) ||
            !value_member(prior, block->rows[i]->name, &b))
            return false;
        if (!row_same(scope, block->rows[i], a, b, arena))
            return false;
    }
    return true;
}

static bool element_has_partner(const TypeScope *scope, const Row *row, Value element, Value others,
                                Arena *arena)
{
    for (size_t i = 0; i < value_count(others); i++)
        if (rows_same(scope, row, element, value_at(others, i), arena))
            return true;
    return false;
}

static bool is_blank_set(const Row *row, Value value)
{
    for (size_t i = 0; i < value_count(value); i++)
        for (size_t k = 0; k < row->row_count; k++)
            if (!value_is_nothing(value_at(value_at(value, i), k)))
                return false;
    return row->is_set;
}

/* Elements of a set that say nothing are none. */
static bool elements_same(const TypeScope *scope, const Row *row, Value value, Value prior,
                          Arena *arena)
{
    if (is_blank_set(row, value) && is_blank_set(row, prior))
        return true;
    if (value_count(value) != value_count(prior))
        return false;
    for (size_t i = 0; i < value_count(value); i++) {
        if (row->is_set ? !element_has_partner(scope, row, value_at(value, i), prior, arena)
                        : !rows_same(scope, row, value_at(value, i), value_at(prior, i), arena))
            return false;
    }
    return true;
}

/* Whether a block says no more than its defaults. */
static bool is_at_defaults(const TypeScope *scope, const Row *block, Value object, Arena *arena)
{
    Diags ignored = diags_make(arena);

    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];
        Value value, usual;
        Text why;

        if (!value_member(object, row->name, &value))
            continue;
        if (row_is_one(row) && !value_is_null(value) ? is_at_defaults(scope, row, value, arena)
                                                     : value_is_nothing(value))
            continue;
        if (!row->default_value ||
            !value_convert(arena, type_evaluate(scope, row->default_value, arena, &ignored),
                           row->type, &usual, &why) ||
            !value_same(usual, value))
            return false;
    }
    return true;
}

/* Silence says nothing; "" and no elements say nothing either. An explicit 0 or false says
   something that silence did not. */
static bool nothing_same(Value value, Value prior)
{
    if (value_is_null(value))
        return value_is_nothing(prior);
    return value_is_null(prior) && value_is_nothing(value) && value.type->kind != TYPE_NUMBER &&
           value.type->kind != TYPE_BOOL;
}

bool row_same(const TypeScope *scope, const Row *row, Value value, Value prior, Arena *arena)
{
    if (value_same(value, prior))
        return true;
    if (!value_is_wholly_known(value) || !value_is_wholly_known(prior))
        return false;
    if (row->same == SAME_EXPRESSION && same_by_expression(scope, row, value, prior, arena))
        return true;
    if (value_is_null(value) && row_is_one(row) && !row->is_single)
        return is_at_defaults(scope, row, prior, arena);
    if (value_is_null(value) || value_is_null(prior))
        return nothing_same(value, prior);
    if (row_is_one(row))
        return rows_same(scope, row, value, prior, arena);
    if (row->is_block)
        return elements_same(scope, row, value, prior, arena);
    if (row->same == SAME_COMMA_LIST)
        return comma_lists_same(value, prior);
    return value.type->kind == TYPE_STRING &&
           text_same(row, value_text(value), value_text(prior), arena);
}
