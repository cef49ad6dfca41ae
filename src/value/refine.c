/* refine.c: what is known of a value that is not known: how long it is, between which numbers. */
#include "pipectl/value/value.h"
#include <assert.h>

/* More unknown elements than this are not put into a list of their own: it stays unknown. */
enum { ELEMENTS_MAX = 65536 };

static const Lengths any_length = { 0, SIZE_MAX };

static Value refined(Arena *arena, const Type *type, Refinement refinement)
{
    Value value = value_unknown(type);
    Refinement *own = arena_new(arena, Refinement);

    *own = refinement;
    value.as.refinement = own;
    return value;
}

Value value_unknown_not_null(Arena *arena, const Type *type)
{
    if (type == type_dynamic)
        return value_unknown(type);
    return refined(arena, type, (Refinement){ .not_null = true });
}

Value value_unknown_predicted(Arena *arena, Value predicted)
{
    return refined(arena, predicted.type,
                   (Refinement){ .not_null = true, .predicted = predicted });
}

bool value_length_is_unknown(Value value)
{
    return value_has_kind(value, TYPE_SET) && value.state == VALUE_KNOWN &&
           value_count(value) > 1 && !value_is_wholly_known(value);
}

static Lengths lengths_of_items(Value value)
{
    size_t count = value_count(value);

    return value_length_is_unknown(value) ? any_length : (Lengths){ count, count };
}

Lengths value_lengths(Value value)
{
    if (value.type->kind == TYPE_TUPLE || value.type->kind == TYPE_OBJECT)
        return (Lengths){ value.type->count, value.type->count };
    assert(type_is_collection(value.type));
    if (value.state == VALUE_KNOWN)
        return lengths_of_items(value);
    if (value.state == VALUE_UNKNOWN && value.as.refinement && value.as.refinement->lengths)
        return *value.as.refinement->lengths;
    return any_length;
}

Bounds value_bounds(Arena *arena, Value value)
{
    Number *number;

    assert(value.type == type_number);
    if (value.state == VALUE_KNOWN) {
        number = arena_new(arena, Number);
        *number = value_to_number(value);
        return (Bounds){ number, number };
    }
    if (value.state == VALUE_UNKNOWN && value.as.refinement)
        return value.as.refinement->bounds;
    return (Bounds){ NULL, NULL };
}

Value value_unknown_between(Arena *arena, Bounds bounds, bool not_null)
{
    if (not_null && bounds.low && bounds.high && number_compare(*bounds.low, *bounds.high) == 0)
        return value_number(*bounds.low);
    return refined(arena, type_number, (Refinement){ .not_null = not_null, .bounds = bounds });
}

/* The collection of one length that is nothing but unknown elements; false where there is none: of
   a set that has several no one knows how many are equal, and a map needs keys. */
static bool unknown_elements(Arena *arena, const Type *type, size_t count, Value *ret_value)
{
    Value *elements;

    if (count > (type->kind == TYPE_LIST ? ELEMENTS_MAX : type->kind == TYPE_SET ? 1 : 0))
        return false;
    elements = arena_array(arena, Value, count);
    for (size_t i = 0; i < count; i++)
        elements[i] = value_unknown(type->element);
    *ret_value = type->kind == TYPE_LIST  ? value_list(arena, type->element, elements, count)
                 : type->kind == TYPE_SET ? value_set(arena, type->element, elements, count)
                                          : value_map(arena, type->element, NULL, NULL, 0);
    return true;
}

Value value_unknown_sized(Arena *arena, const Type *type, Lengths lengths, bool not_null)
{
    Lengths *own;
    Value value;

    assert(type_is_collection(type));
    if (not_null && lengths.low == lengths.high &&
        unknown_elements(arena, type, lengths.low, &value))
        return value;
    own = arena_new(arena, Lengths);
    *own = lengths;
    return refined(arena, type, (Refinement){ .not_null = not_null, .lengths = own });
}
