/* Functions of sets. */
#include "functions.h"

/* --- operations on sets --------------------------------------------------------------------- */

/* The sets with elements of one type, which they are converted to. NULL (reported) when there is
   none. */
static Value *common_sets(Call *call, const Type **ret_type)
{
    const Type **types = arena_array(call->arena, const Type *, call->count);
    Value *sets = arena_array(call->arena, Value, call->count);
    const Type *element;
    size_t count = 0;
    Text why;

    for (size_t i = 0; i < call->count; i++) {
        sets[i] = call_argument(call, i);
        /* An empty set of nothing in particular is an empty set of anything. */
        if (sets[i].state == VALUE_UNKNOWN || value_count(sets[i]) ||
            sets[i].type->element != type_dynamic)
            types[count++] = sets[i].type->element;
    }
    element = count ? type_unify(types, count) : type_dynamic;
    for (size_t i = 0; i < call->count; i++) {
        if (!element || !value_convert(call->arena, sets[i], type_set(element), &sets[i], &why)) {
            call_error(call, -1, "given sets must all have compatible element types");
            return NULL;
        }
    }
    *ret_type = type_set(element);
    return sets;
}

/* Beside sets whose elements are of no type yet there may be several types, which are not mixed. */
static bool check_mixed(Call *call, const Value *sets)
{
    const Type *element = NULL;

    for (size_t i = 0; i < call->count; i++) {
        if (value_count(sets[i]) == 0)
            continue;
        if (element && element != sets[i].type->element) {
            call_error(call, -1, "given sets must all have compatible element types");
            return false;
        }
        element = sets[i].type->element;
    }
    return true;
}

static const Type *element_type(const Call *call, const Value *sets)
{
    for (size_t i = 0; i < call->count; i++)
        if (sets[i].type->element != type_dynamic)
            return sets[i].type->element;
    return type_dynamic;
}

/* Sets are sorted, so an element is found by halving, as far as the order tells elements apart. */
static bool set_has(Value set, Value element)
{
    size_t from = 0, to = value_count(set);

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (value_compare(value_at(set, middle), element) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < value_count(set) && value_compare(value_at(set, from), element) == 0; from++)
        if (value_same(value_at(set, from), element))
            return true;
    return false;
}

static bool is_any_unknown(const Call *call, const Value *sets, bool (*is_known)(Value))
{
    for (size_t i = 0; i < call->count; i++)
        if (!is_known(sets[i]))
            return true;
    return false;
}

Value function_setunion(Call *call)
{
    const Type *type;
    Value *sets = common_sets(call, &type);
    ValueBuilder builder = value_builder(call->arena);

    if (!sets)
        return value_unknown(type_dynamic);
    if (is_any_unknown(call, sets, value_is_known))
        return call_unknown(call, type);
    if (!check_mixed(call, sets))
        return value_unknown(type_dynamic);
    for (size_t i = 0; i < call->count; i++)
        for (size_t j = 0; j < value_count(sets[i]); j++)
            value_builder_add(&builder, value_at(sets[i], j));
    return value_built_set(&builder, element_type(call, sets));
}

/* The elements of the first set that the others all have, or (when [in_others] is false) have not.
 */
static Value filter(Call *call, bool in_others)
{
    const Type *type;
    Value *sets = common_sets(call, &type);
    ValueBuilder builder = value_builder(call->arena);

    if (!sets)
        return value_unknown(type_dynamic);
    if (is_any_unknown(call, sets, value_is_wholly_known))
        return call_unknown(call, type);
    if (!check_mixed(call, sets))
        return value_unknown(type_dynamic);
    for (size_t i = 0; i < value_count(sets[0]); i++) {
        Value element = value_at(sets[0], i);
        bool belongs = true;

        for (size_t j = 1; j < call->count; j++)
            belongs &= set_has(sets[j], element) == in_others;
        if (belongs)
            value_builder_add(&builder, element);
    }
    return value_built_set(&builder, element_type(call, sets));
}

Value function_setintersection(Call *call)
{
    return filter(call, true);
}

Value function_setsubtract(Call *call)
{
    return filter(call, false);
}

/* --- products ------------------------------------------------------------------------------- */

/* The type that all elements of a sequence have or can have; NULL when there is none. */
static const Type *product_element(const Type *type)
{
    if (type->kind != TYPE_TUPLE)
        return type->element;
    return type->count ? type_unify(type->types, type->count) : type_dynamic;
}

/* Adds every combination, the last set turning fastest. */
static void add_combinations(const Call *call, const Value *sets, ValueBuilder *builder)
{
    Value *combination = arena_array(call->arena, Value, call->count);
    size_t *at = arena_array(call->arena, size_t, call->count);
    size_t turning = 0;

    for (size_t i = 0; i < call->count; i++)
        if (value_count(sets[i]) == 0)
            return;
    do {
        for (size_t i = 0; i < call->count; i++)
            combination[i] = value_at(sets[i], at[i]);
        value_builder_add(builder, value_tuple(call->arena, combination, call->count));
        for (turning = call->count; turning-- > 0;) {
            if (++at[turning] < value_count(sets[turning]))
                break;
            at[turning] = 0;
        }
    } while (turning != SIZE_MAX);
}

/* How many combinations there would be, or SIZE_MAX when that is too large. */
static size_t combinations(const Call *call, const Value *sets)
{
    size_t product = 1;

    for (size_t i = 0; i < call->count; i++)
        if (__builtin_mul_overflow(product, value_count(sets[i]), &product))
            return SIZE_MAX;
    return product;
}

/* A product of sets that are not known, though of how many elements may be. */
static Value unknown_product(const Call *call, const Type *type)
{
    size_t product = 1;

    for (size_t i = 0; i < call->count; i++) {
        Lengths lengths = value_lengths(call_argument(call, i));

        if (lengths.low != lengths.high || __builtin_mul_overflow(product, lengths.low, &product))
            return call_unknown(call, type);
    }
    return value_unknown_sized(call->arena, type, (Lengths){ product, product }, true);
}

Value function_setproduct(Call *call)
{
    enum { COMBINATIONS_MAX = 10000000 };
    const Type **types = arena_array(call->arena, const Type *, call->count);
    Value *sets = arena_array(call->arena, Value, call->count);
    ValueBuilder builder = value_builder(call->arena);
    bool any_set = false, is_known = true;
    uint8_t marks = 0;
    const Type *tuple;

    if (call->count < 2)
        return call_error(call, -1, "at least two arguments are required");
    for (size_t i = 0; i < call->count; i++) {
        sets[i] = call_argument(call, i);
        marks |= take_marks(&sets[i]);
        if (sets[i].type == type_dynamic)
            return value_unknown(type_dynamic); /* without marks */
        if (!is_sequence_type(sets[i].type))
            return call_error(call, (int)i, "a set or a list is required");
        types[i] = product_element(sets[i].type);
        if (!types[i])
            return call_error(call, (int)i, "all elements must be of the same type");
        is_known &= sets[i].state != VALUE_UNKNOWN && !value_length_is_unknown(sets[i]);
        any_set |= sets[i].type->kind == TYPE_SET;
    }
    tuple = type_tuple(types, call->count);
    if (!is_known)
        return value_marked(unknown_product(call, any_set ? type_set(tuple) : type_list(tuple)),
                            marks);
    for (size_t i = 0; i < call->count; i++) {
        Text why;

        if (sets[i].type->kind == TYPE_TUPLE)
            value_convert(call->arena, sets[i], type_list(types[i]), &sets[i], &why);
    }
    if (combinations(call, sets) > COMBINATIONS_MAX)
        return call_error(call, -1, "there are more than %d combinations", COMBINATIONS_MAX);
    add_combinations(call, sets, &builder);
    return value_marked(
        any_set ? value_built_set(&builder, tuple) : value_built_list(&builder, tuple), marks);
}
