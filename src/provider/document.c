/*
 * Policies are compared as IAM reads them. AWS stores them rewritten (scalars become lists,
 * accounts become roots, statements move), so the comparison is by meaning: member names of a
 * statement without regard to case, lists without order, one element as a list of one.
 */
#include "document.h"

#include "pipectl/value/json.h"

#include <stdlib.h>

Text document_normal(Arena *arena, Text text)
{
    Value value;

    return json_parse(arena, text, &value) ? json_text(arena, value) : text;
}

Text policy_inline_normal(Arena *arena, Text text)
{
    Text normal = document_normal(arena, text), version = TEXT_LIT("\"Version\":\"2012-10-17\""),
         rest;

    if (text_find(normal, version) == TEXT_NOT_FOUND)
        return normal;
    rest = text_replace(arena, normal, text_concat(arena, TEXT_LIT(","), version), TEXT_NONE);
    rest = text_replace(arena, rest, text_concat(arena, version, TEXT_LIT(",")), TEXT_NONE);
    return text_format(arena, "{" TEXT_FMT "," TEXT_FMT, TEXT(version),
                       TEXT(text_slice(rest, 1, rest.length)));
}

bool document_equal(Arena *arena, Text a, Text b)
{
    return text_equal(document_normal(arena, a), document_normal(arena, b));
}

/* --- parts of a statement --------------------------------------------------------------------- */

typedef bool ElementEqual(Arena *arena, Value a, Value b);

static bool is_known_kind(Value value, TypeKind kind)
{
    return value_has_kind(value, kind) && value_is_known(value) && !value_is_null(value);
}

/* One element is a list of one; nothing is an empty list. */
static size_t listed_count(Value value)
{
    if (value_is_null(value))
        return 0;
    return is_known_kind(value, TYPE_TUPLE) ? value_count(value) : 1;
}

static Value listed_at(Value value, size_t index)
{
    return is_known_kind(value, TYPE_TUPLE) ? value_at(value, index) : value;
}

/* Every element of one has a partner of its own in the other. */
static bool equal_without_order(Arena *arena, Value a, Value b, ElementEqual *equal)
{
    size_t count = listed_count(a);
    bool *taken = arena_array(arena, bool, count);

    if (count != listed_count(b))
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t partner = 0;

        while (partner < count &&
               (taken[partner] || !equal(arena, listed_at(a, i), listed_at(b, partner))))
            partner++;
        if (partner == count)
            return false;
        taken[partner] = true;
    }
    return true;
}

/* Booleans and numbers are their text. */
static bool scalar_equal(Arena *arena, Value a, Value b)
{
    if (!type_is_primitive(a.type) || !type_is_primitive(b.type) || value_is_null(a) ||
        value_is_null(b))
        return value_same(a, b);
    return text_equal(value_to_text(arena, a), value_to_text(arena, b));
}

static bool is_account(Text text)
{
    if (text.length != 12)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
    return true;
}

/* arn:PARTITION:iam::ACCOUNT:root */
static Text account_of_root(Text arn)
{
    Text part = TEXT_NONE;

    for (int i = 0; i < 5; i++)
        if (!text_cut(arn, TEXT_LIT(":"), &part, &arn))
            return TEXT_NONE;
    return text_is(arn, "root") && is_account(part) ? part : TEXT_NONE;
}

static bool principal_equal(Arena *arena, Value a, Value b)
{
    Text one, other;

    if (scalar_equal(arena, a, b))
        return true;
    if (!is_known_kind(a, TYPE_STRING) || !is_known_kind(b, TYPE_STRING))
        return false;
    one = is_account(value_text(a)) ? value_text(a) : account_of_root(value_text(a));
    other = is_account(value_text(b)) ? value_text(b) : account_of_root(value_text(b));
    return one.length > 0 && text_equal(one, other);
}

static bool members_equal(Arena *arena, Value a, Value b, ElementEqual *equal)
{
    if (value_count(a) != value_count(b))
        return false;
    for (size_t i = 0; i < value_count(a); i++) {
        Value other;

        if (!value_member(b, value_key_at(a, i), &other) || !equal(arena, value_at(a, i), other))
            return false;
    }
    return true;
}

static bool principals_of_kind_equal(Arena *arena, Value a, Value b)
{
    return equal_without_order(arena, a, b, principal_equal);
}

static bool principals_equal(Arena *arena, Value a, Value b)
{
    if (is_known_kind(a, TYPE_OBJECT) && is_known_kind(b, TYPE_OBJECT))
        return members_equal(arena, a, b, principals_of_kind_equal);
    return value_same(a, b);
}

static bool scalars_equal(Arena *arena, Value a, Value b)
{
    return equal_without_order(arena, a, b, scalar_equal);
}

static bool operator_equal(Arena *arena, Value a, Value b)
{
    if (!is_known_kind(a, TYPE_OBJECT) || !is_known_kind(b, TYPE_OBJECT))
        return value_same(a, b);
    return members_equal(arena, a, b, scalars_equal);
}

static bool condition_equal(Arena *arena, Value a, Value b)
{
    if (!is_known_kind(a, TYPE_OBJECT) || !is_known_kind(b, TYPE_OBJECT))
        return value_same(a, b);
    return members_equal(arena, a, b, operator_equal);
}

static bool effect_equal(Arena *arena, Value a, Value b)
{
    if (!is_known_kind(a, TYPE_STRING) || !is_known_kind(b, TYPE_STRING))
        return scalar_equal(arena, a, b);
    return text_equal_nocase(value_text(a), value_text(b));
}

/* --- statements and documents ----------------------------------------------------------------- */

static const struct {
    const char *name;
    ElementEqual *equal;
} statement_members[] = {
    { "Sid", scalar_equal },           { "Effect", effect_equal },
    { "Action", scalars_equal },       { "NotAction", scalars_equal },
    { "Resource", scalars_equal },     { "NotResource", scalars_equal },
    { "Principal", principals_equal }, { "NotPrincipal", principals_equal },
    { "Condition", condition_equal },
};

static Value member_nocase(Value object, const char *name)
{
    for (size_t i = 0; i < value_count(object); i++)
        if (text_equal_nocase(value_key_at(object, i), text_of(name)))
            return value_at(object, i);
    return value_null(type_dynamic);
}

static bool statement_equal(Arena *arena, Value a, Value b)
{
    if (!is_known_kind(a, TYPE_OBJECT) || !is_known_kind(b, TYPE_OBJECT))
        return value_same(a, b);
    for (size_t i = 0; i < sizeof statement_members / sizeof *statement_members; i++) {
        Value one = member_nocase(a, statement_members[i].name),
              other = member_nocase(b, statement_members[i].name);

        if (value_is_null(one) != value_is_null(other))
            return false;
        if (!value_is_null(one) && !statement_members[i].equal(arena, one, other))
            return false;
    }
    return true;
}

/* A single document may stand in a list; an empty text is an empty document. */
static bool parse_policy(Arena *arena, Text text, Value *ret_document)
{
    if (text_trim(text).length == 0) {
        *ret_document = value_object(arena, NULL, NULL, 0);
        return true;
    }
    if (!json_parse(arena, text, ret_document))
        return false;
    if (is_known_kind(*ret_document, TYPE_TUPLE) && value_count(*ret_document) == 1)
        *ret_document = value_at(*ret_document, 0);
    return is_known_kind(*ret_document, TYPE_OBJECT);
}

bool policy_equal(Arena *arena, Text a, Text b)
{
    Value one, other;

    if (text_equal(a, b))
        return true;
    if (!parse_policy(arena, a, &one) || !parse_policy(arena, b, &other))
        return false;
    return value_same(value_get(one, "Version"), value_get(other, "Version")) &&
           value_same(value_get(one, "Id"), value_get(other, "Id")) &&
           equal_without_order(arena, value_get(one, "Statement"), value_get(other, "Statement"),
                               statement_equal);
}
