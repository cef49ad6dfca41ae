/* What the language adds to values: marks of one level, equality, and what is known of the unknown.
 */
#include "eval.h"

#include "pipectl/value/unicode.h"

uint8_t take_marks(Value *value)
{
    uint8_t marks = value->marks;

    if (!marks)
        return 0;
    value->marks = 0;
    value->inside_marks = 0;
    if (value->state == VALUE_KNOWN && !type_is_primitive(value->type))
        for (size_t i = 0; i < value->as.items->count; i++)
            value->inside_marks |= value->as.items->values[i].inside_marks;
    return marks;
}

Value unknown_not_null(Arena *arena, const Type *type)
{
    return value_unknown_not_null(arena, type);
}

static bool may_merge(char c)
{
    return !((c > ' ' && c < '0') || c == ' ' || c == '\t' || (c > '9' && c < 'A') ||
             (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7f)) ||
           c == '<' || c == '=' || c == '>';
}

Value unknown_with_prefix(Arena *arena, Text prefix)
{
    Value value = unknown_not_null(arena, type_string);
    Refinement *refinement = arena_new(arena, Refinement);
    size_t end = 0, next = 0;

    while (next < prefix.length) {
        end = next;
        next = unicode_next_cluster(prefix, next);
    }
    if (prefix.length > 0 && may_merge(prefix.bytes[prefix.length - 1]))
        prefix.length = end;
    *refinement = (Refinement){ .not_null = true, .prefix = prefix };
    value.as.refinement = refinement;
    return value;
}

Value unknown_predicted(Arena *arena, Value unknown, Value predicted)
{
    Refinement *refinement = arena_new(arena, Refinement);

    if (unknown.as.refinement)
        *refinement = *unknown.as.refinement;
    refinement->not_null = true;
    refinement->predicted = predicted;
    unknown.as.refinement = refinement;
    return unknown;
}

bool is_definitely_not_null(Value value)
{
    if (value.state == VALUE_UNKNOWN)
        return value.as.refinement && value.as.refinement->not_null;
    return value.state == VALUE_KNOWN;
}

/* Whether an unknown of the dynamic type is in it: then its type may still change. */
static bool has_open_type(Value value)
{
    if (value.state == VALUE_UNKNOWN)
        return value.type == type_dynamic;
    if (value.state == VALUE_NULL || !(value.inside_states & VALUE_UNKNOWN))
        return false;
    for (size_t i = 0; i < value_count(value); i++)
        if (has_open_type(value_at(value, i)))
            return true;
    return false;
}

/* Whether two types can still turn out to be the same, where dynamic stands for what is not known.
 */
static bool types_may_agree(const Type *a, const Type *b)
{
    if (a == b || a->kind == TYPE_DYNAMIC || b->kind == TYPE_DYNAMIC)
        return true;
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (type_is_collection(a))
        return types_may_agree(a->element, b->element);
    for (size_t i = 0; i < a->count; i++)
        if ((a->kind == TYPE_OBJECT && !text_equal(a->names[i], b->names[i])) ||
            !types_may_agree(a->types[i], b->types[i]))
            return false;
    return a->count > 0;
}

static bool is_out_of_bounds(Bounds bounds, Number number)
{
    return (bounds.low && number_compare(number, *bounds.low) < 0) ||
           (bounds.high && number_compare(number, *bounds.high) > 0);
}

/* What is known of the unknown one speaks against it. */
static bool is_refined_away(const Refinement *refinement, Value known)
{
    Lengths lengths;

    if (known.type == type_string)
        return !text_starts_with(value_text(known), refinement->prefix);
    if (known.type == type_number)
        return is_out_of_bounds(refinement->bounds, value_to_number(known));
    if (!refinement->lengths)
        return false;
    lengths = value_lengths(known);
    return lengths.high < refinement->lengths->low || lengths.low > refinement->lengths->high;
}

/* What is known and not null cannot equal what will be of another type, or is refined to be
   something else. An empty list of no type is of another type than one of strings. */
static bool is_ruled_out(Value unknown, Value known)
{
    if (unknown.state != VALUE_UNKNOWN || known.state != VALUE_KNOWN)
        return false;
    if (unknown.type == known.type)
        return unknown.as.refinement && is_refined_away(unknown.as.refinement, known);
    return !types_may_agree(unknown.type, known.type) ||
           (!unknown.type->has_dynamic && value_is_wholly_known(known));
}

static Value unknown_bool(Arena *arena)
{
    return unknown_not_null(arena, type_bool);
}

static Value elements_equal(Arena *arena, Value a, Value b)
{
    bool equal = true;

    if (value_count(a) != value_count(b))
        return value_bool(false);
    if (a.type->kind == TYPE_SET)
        return (a.inside_states | b.inside_states) & VALUE_UNKNOWN ? unknown_bool(arena)
                                                                   : value_bool(value_same(a, b));
    for (size_t i = 0; i < value_count(a); i++) {
        Value result;

        if (a.as.items->keys && !text_equal(a.as.items->keys[i], b.as.items->keys[i]))
            return value_bool(false);
        result = values_equal(arena, value_at(a, i), value_at(b, i));
        if (result.state == VALUE_UNKNOWN)
            return unknown_bool(arena);
        if (!value_truth(result))
            equal = false;
    }
    return value_bool(equal);
}

static Value unmarked_equal(Arena *arena, Value a, Value b)
{
    if ((a.state == VALUE_NULL && is_definitely_not_null(b)) ||
        (b.state == VALUE_NULL && is_definitely_not_null(a)))
        return value_bool(false);
    if (is_ruled_out(a, b) || is_ruled_out(b, a))
        return value_bool(false);
    if (a.state == VALUE_UNKNOWN || b.state == VALUE_UNKNOWN)
        return unknown_bool(arena);
    if (a.state == VALUE_NULL || b.state == VALUE_NULL)
        return value_bool(a.state == b.state);
    if (has_open_type(a) || has_open_type(b))
        return types_may_agree(a.type, b.type) ? unknown_bool(arena) : value_bool(false);
    if (a.type != b.type)
        return value_bool(false);
    return type_is_primitive(a.type) ? value_bool(value_same(a, b)) : elements_equal(arena, a, b);
}

Value values_equal(Arena *arena, Value a, Value b)
{
    uint8_t marks = a.inside_marks | b.inside_marks;
    Value result = unmarked_equal(arena, a, b);

    /* Marks inside stay in the way of nothing above: each element adds its own, and the whole adds
       all. */
    take_marks(&result);
    return value_marked(result, marks);
}
