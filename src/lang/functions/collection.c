/* Functions of lists, tuples and sets taken as sequences. Those of maps are in mapping.c, of sets
   in set.c. */
#include "functions.h"

#include "pipectl/base/table.h"
#include "pipectl/value/unicode.h"

#include <stdlib.h>

/* --- counting and asking -------------------------------------------------------------------- */

static Value length_between(const Call *call, Lengths lengths)
{
    Number *numbers = arena_array(call->arena, Number, 2);

    numbers[0] = number_of((int64_t)lengths.low);
    numbers[1] = number_of(lengths.high < INT64_MAX ? (int64_t)lengths.high : INT64_MAX);
    return value_unknown_between(call->arena, (Bounds){ &numbers[0], &numbers[1] }, true);
}

static Value length_of_text(const Call *call, Value text)
{
    Text prefix = TEXT_NONE;
    Number *number;

    if (text.state == VALUE_KNOWN)
        return value_integer((int64_t)unicode_clusters(value_text(text)));
    if (text.as.refinement)
        prefix = text.as.refinement->prefix;
    number = arena_new(call->arena, Number);
    *number = number_of((int64_t)unicode_clusters(prefix));
    return value_unknown_between(call->arena, (Bounds){ number, NULL }, true);
}

Value function_length(Call *call)
{
    Value value = call_argument(call, 0);
    uint8_t marks = take_marks(&value);

    if (value.type == type_dynamic && value.state == VALUE_UNKNOWN)
        return value_marked(call_unknown(call, type_number), marks);
    if (value.type == type_string)
        return value_marked(length_of_text(call, value), marks);
    if (type_is_primitive(value.type) || value.type == type_dynamic)
        return call_error(call, -1,
                          "argument must be a string, a collection type, or a structural type");
    return value_marked(length_between(call, value_length_is_unknown(value)
                                                 ? (Lengths){ 1, value_count(value) }
                                                 : value_lengths(value)),
                        marks);
}

Value function_alltrue(Call *call)
{
    Value list = call_argument(call, 0);

    if (list.state == VALUE_UNKNOWN)
        return call_unknown(call, type_bool);
    for (size_t i = 0; i < value_count(list); i++) {
        Value element = value_at(list, i);

        if (element.state == VALUE_UNKNOWN)
            return call_unknown(call, type_bool);
        if (element.state == VALUE_NULL || !value_truth(element))
            return value_bool(false);
    }
    return value_bool(true);
}

Value function_anytrue(Call *call)
{
    Value list = call_argument(call, 0);

    for (size_t i = 0; list.state == VALUE_KNOWN && i < value_count(list); i++)
        if (value_is_true(value_at(list, i)))
            return value_bool(true);
    return value_is_wholly_known(list) ? value_bool(false) : call_unknown(call, type_bool);
}

Value function_contains(Call *call)
{
    Value list = call_argument(call, 0), wanted = call_argument(call, 1);
    bool may_be = false;

    if ((list.state == VALUE_UNKNOWN && list.type == type_dynamic) ||
        (wanted.state == VALUE_UNKNOWN && wanted.type == type_dynamic))
        return value_unknown(type_dynamic);
    if (list.state == VALUE_UNKNOWN || wanted.state == VALUE_UNKNOWN)
        return call_unknown(call, type_bool);
    if (!is_sequence_type(list.type))
        return call_error(call, -1, "argument must be list, tuple, or set");
    for (size_t i = 0; i < value_count(list); i++) {
        Value equal = values_equal(call->arena, wanted, value_at(list, i));

        if (value_is_true(equal))
            return value_bool(true);
        may_be |= equal.state == VALUE_UNKNOWN;
    }
    return may_be ? call_unknown(call, type_bool) : value_bool(false);
}

Value function_index(Call *call)
{
    Value list = call_argument(call, 0), wanted = call_argument(call, 1);

    if (list.type == type_dynamic || (wanted.type == type_dynamic && wanted.state == VALUE_UNKNOWN))
        return value_unknown(type_dynamic);
    if (list.state == VALUE_UNKNOWN || wanted.state == VALUE_UNKNOWN)
        return call_unknown(call, type_number);
    if (list.type->kind != TYPE_LIST && list.type->kind != TYPE_TUPLE)
        return call_error(call, -1, "argument must be a list or tuple");
    if (value_count(list) == 0)
        return call_error(call, -1, "cannot search an empty list");
    for (size_t i = 0; i < value_count(list); i++) {
        Value equal = values_equal(call->arena, value_at(list, i), wanted);

        if (equal.state == VALUE_UNKNOWN)
            return call_unknown(call, type_number);
        if (value_truth(equal))
            return value_integer((int64_t)i);
    }
    return call_error(call, -1, "item not found");
}

/* --- taking --------------------------------------------------------------------------------- */

/* Counted round and round; but in a tuple only to the left of the first one where that comes out
   even: so Terraform has it. */
static bool element_index(Call *call, bool is_list, size_t count, int64_t *ret_index)
{
    if (!number_to_int(value_to_number(call_argument(call, 1)), ret_index))
        call_error(call, -1,
                   "invalid index: value must be a whole number, between -9223372036854775808 and "
                   "9223372036854775807");
    else if ((*ret_index %= (int64_t)count) < 0 && !is_list)
        call_error(call, -1, "cannot use a negative index");
    else {
        if (*ret_index < 0)
            *ret_index += (int64_t)count;
        return true;
    }
    return false;
}

Value function_element(Call *call)
{
    Value list = call_argument(call, 0), index = call_argument(call, 1);
    uint8_t index_marks = take_marks(&index), marks = take_marks(&list) | index_marks;
    bool is_list = list.type->kind == TYPE_LIST;
    size_t count;
    int64_t at;

    if (list.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (!is_list && list.type->kind != TYPE_TUPLE)
        return call_error(call, -1, "cannot read elements from " TEXT_FMT,
                          TEXT(type_friendly(call->arena, list.type)));
    if (index.state == VALUE_UNKNOWN || (is_list && list.state == VALUE_UNKNOWN))
        return value_marked(value_unknown(is_list ? list.type->element : type_dynamic),
                            index_marks); /* without the list's: so Terraform has it */
    count = is_list ? value_count(list) : list.type->count;
    if (count == 0)
        return call_error(call, -1, "cannot use element function with an empty list");
    if (!element_index(call, is_list, count, &at))
        return value_unknown(type_dynamic);
    return value_marked(list.state == VALUE_UNKNOWN ? value_unknown(list.type->types[at])
                                                    : value_at(list, (size_t)at),
                        marks);
}

Value function_one(Call *call)
{
    Value list = call_argument(call, 0);
    bool is_tuple = list.type->kind == TYPE_TUPLE;
    size_t count;

    if (list.state == VALUE_UNKNOWN && list.type == type_dynamic)
        return value_unknown(type_dynamic);
    if (is_sequence_type(list.type)) {
        if ((list.state == VALUE_UNKNOWN && !is_tuple) || value_length_is_unknown(list))
            return value_unknown(list.type->element);
        count = is_tuple ? list.type->count : value_count(list);
        if (count == 0)
            return value_null(is_tuple ? type_dynamic : list.type->element);
        if (count == 1)
            return list.state == VALUE_UNKNOWN ? value_unknown(list.type->types[0])
                                               : value_at(list, 0);
    }
    return call_error(call, 0,
                      "must be a list, set, or tuple value with either zero or one elements");
}

/* The elements [from, to) of a list or tuple, as the same kind. */
static Value part_of(Arena *arena, Value list, size_t from, size_t to)
{
    const Value *values = list.as.items->values + from;

    return list.type->kind == TYPE_TUPLE ? value_tuple(arena, values, to - from)
                                         : value_list(arena, list.type->element, values, to - from);
}

/* One end of a slice, INT64_MIN while it is unknown. */
static bool slice_index(Call *call, int argument, const char *which, int64_t limit,
                        int64_t *ret_index)
{
    Value index = call_argument(call, (size_t)argument);

    *ret_index = INT64_MIN;
    if (index.state == VALUE_UNKNOWN)
        return true;
    if (!number_to_int(value_to_number(index), ret_index))
        call_error(
            call, argument,
            "invalid %s index: value must be a whole number, between -9223372036854775808 and "
            "9223372036854775807",
            which);
    else if (*ret_index < 0)
        call_error(call, argument, "%s index must not be less than zero", which);
    else if (*ret_index > limit)
        call_error(call, argument, "%s index must not be greater than the length of the list",
                   which);
    else
        return true;
    return false;
}

/* What a slice is while its list or its ends are unknown. */
static Value slice_unknown(const Call *call, const Type *type, int64_t from, int64_t to)
{
    if (type->kind == TYPE_LIST)
        return call_unknown(call, type);
    if (from < 0 || to < 0)
        return value_unknown(type_dynamic);
    return call_unknown(call, type_tuple(type->types + from, (size_t)(to - from)));
}

Value function_slice(Call *call)
{
    Value list = call_argument(call, 0);
    uint8_t marks = take_marks(&list);
    int64_t from, to, count = INT64_MAX;

    if (list.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (list.type->kind != TYPE_LIST && list.type->kind != TYPE_TUPLE)
        return call_error(call, 0, "must be a list or tuple value");
    if (list.type->kind == TYPE_TUPLE)
        count = (int64_t)list.type->count;
    else if (list.state == VALUE_KNOWN)
        count = (int64_t)value_count(list);
    if (!slice_index(call, 1, "start", count, &from) || !slice_index(call, 2, "end", count, &to))
        return value_unknown(type_dynamic);
    if (from > to && to >= 0)
        return call_error(call, 1, "start index must not be greater than end index");
    if (list.state == VALUE_UNKNOWN || from < 0 || to < 0)
        return slice_unknown(call, list.type, from, to); /* without marks, as in Terraform */
    return value_marked(part_of(call->arena, list, (size_t)from, (size_t)to), marks);
}

Value function_chunklist(Call *call)
{
    Value list = call_argument(call, 0);
    uint8_t marks = take_marks(&list) | call_argument(call, 1).marks;
    ValueBuilder chunks = value_builder(call->arena);
    int64_t size;
    size_t count;

    if (list.state == VALUE_UNKNOWN || call_argument(call, 1).state == VALUE_UNKNOWN)
        return call_unknown(call, type_list(list.type)); /* without marks, as in Terraform */
    if (!call_integer(call, 1, &size))
        return value_unknown(type_dynamic);
    if (size < 0)
        return call_error(call, -1, "the size argument must be positive");
    count = value_count(list);
    for (size_t from = 0, to; from < count; from = to) {
        to = size == 0 || count - from < (size_t)size ? count : from + (size_t)size;
        value_builder_add(&chunks, part_of(call->arena, list, from, to));
    }
    return value_marked(value_built_list(&chunks, list.type), marks);
}

/* --- choosing ------------------------------------------------------------------------------- */

/* The first argument that counts. All have to agree in type. */
Value function_coalesce(Call *call)
{
    const Type **types = arena_array(call->arena, const Type *, call->count);
    const Type *type;

    for (size_t i = 0; i < call->count; i++)
        types[i] = call_argument(call, i).type;
    type = call->count ? type_unify(types, call->count) : NULL;
    if (!type && call_is_lenient(call))
        type = type_dynamic;
    if (!type)
        return call_error(call, -1, "all arguments must have the same type");
    for (size_t i = 0; i < call->count; i++) {
        Value value = call_argument(call, i);
        Text why;

        /* Type files say what goes to the wire: they convert nothing. */
        if (!call_is_lenient(call) && !value_convert(call->arena, value, type, &value, &why))
            return call_error(call, (int)i, TEXT_FMT, TEXT(why));
        if (value.state == VALUE_UNKNOWN)
            return value_unknown(type);
        if (value.state != VALUE_NULL && (value.type != type_string || value_text(value).length))
            return value;
    }
    if (call_is_lenient(call))
        return value_null(type);
    return call_error(call, -1, "no non-null, non-empty-string arguments");
}

Value function_coalescelist(Call *call)
{
    if (call->count == 0)
        return call_error(call, -1, "at least one argument is required");
    for (size_t i = 0; i < call->count && call_argument(call, i).state != VALUE_UNKNOWN; i++)
        if (call_argument(call, i).type->kind != TYPE_LIST &&
            call_argument(call, i).type->kind != TYPE_TUPLE)
            return call_error(call, -1, "coalescelist arguments must be lists or tuples");
    for (size_t i = 0; i < call->count; i++) {
        Value list = call_argument(call, i);

        if (list.state == VALUE_UNKNOWN)
            return value_marked(value_unknown(type_dynamic), list.marks);
        if (list.state == VALUE_KNOWN && value_count(list))
            return list;
    }
    return call_error(call, -1, "no non-null arguments");
}

Value function_compact(Call *call)
{
    Value list = call_argument(call, 0);
    ValueBuilder builder = value_builder(call->arena);

    for (size_t i = 0; i < value_count(list); i++) {
        Value element = value_at(list, i);

        if (element.state == VALUE_KNOWN && value_text(element).length)
            value_builder_add(&builder, element);
    }
    return value_built_list(&builder, type_string);
}

Value function_distinct(Call *call)
{
    Value list = call_argument(call, 0);
    ValueBuilder builder = value_builder(call->arena);
    Table seen = { 0 }; /* texts of primitives; other values are compared one by one */

    if (!value_is_wholly_known(list))
        return call_unknown(call, list.type);
    for (size_t i = 0; i < value_count(list); i++) {
        Value element = value_at(list, i);
        bool is_old = false;

        if (type_is_primitive(element.type) && element.state == VALUE_KNOWN) {
            Text text = value_to_text(call->arena, element);

            is_old = table_has(&seen, text);
            table_put(call->arena, &seen, text, &seen);
        } else {
            for (size_t j = 0; j < builder.values.count && !is_old; j++)
                is_old = value_same(builder.values.items[j], element);
        }
        if (!is_old)
            value_builder_add(&builder, element);
    }
    return value_built_list(&builder, list.type->element);
}

Value function_matchkeys(Call *call)
{
    Value values = call_argument(call, 0), keys = call_argument(call, 1),
          wanted = call_argument(call, 2);
    const Type *types[] = { keys.type, wanted.type };
    const Type *type = keys.type == wanted.type ? keys.type : type_unify(types, 2);
    ValueBuilder builder = value_builder(call->arena);
    Text why;

    if (!type)
        return call_error(call, -1, "keys and searchset must be of the same type");
    if (values.state == VALUE_UNKNOWN || keys.state == VALUE_UNKNOWN ||
        wanted.state == VALUE_UNKNOWN)
        return call_unknown(call, values.type);
    if (value_count(values) != value_count(keys))
        return call_error(call, -1, "length of keys and values should be equal");
    if (!value_convert(call->arena, keys, type, &keys, &why) ||
        !value_convert(call->arena, wanted, type, &wanted, &why))
        return call_error(call, -1, "keys and searchset must be of the same type");
    if (value_count(wanted) > 0 && (!value_is_wholly_known(values) || !value_is_wholly_known(keys)))
        return call_unknown(call, values.type);
    for (size_t i = 0; i < value_count(keys); i++) {
        for (size_t j = 0; j < value_count(wanted); j++) {
            Value equal = values_equal(call->arena, value_at(keys, i), value_at(wanted, j));

            if (equal.state == VALUE_UNKNOWN) /* no list, but so Terraform has it */
                return value_list(call->arena, values.type->element, NULL, 0);
            if (value_truth(equal)) {
                value_builder_add(&builder, value_at(values, i));
                break;
            }
        }
    }
    return value_built_list(&builder, values.type->element);
}

/* --- putting together ----------------------------------------------------------------------- */

/* The type of lists one after another: a list when all are lists whose elements agree; NULL: a
   tuple. */
static const Type *concat_element(const Call *call)
{
    const Type **types = arena_array(call->arena, const Type *, call->count);

    for (size_t i = 0; i < call->count; i++) {
        if (call_argument(call, i).type->kind != TYPE_LIST)
            return NULL;
        types[i] = call_argument(call, i).type->element;
    }
    return type_unify(types, call->count);
}

static Value concat_unknown(const Call *call, const Type *element)
{
    LIST(const Type *) types = { 0 };

    if (element)
        return call_unknown(call, type_list(element));
    for (size_t i = 0; i < call->count; i++) {
        Value list = call_argument(call, i);
        bool is_tuple = list.type->kind == TYPE_TUPLE;

        if (!is_tuple && list.state == VALUE_UNKNOWN)
            return value_unknown(type_dynamic);
        for (size_t j = 0; j < (is_tuple ? list.type->count : value_count(list)); j++)
            list_add(call->arena, &types, is_tuple ? list.type->types[j] : list.type->element);
    }
    return call_unknown(call, type_tuple(types.items, types.count));
}

Value function_concat(Call *call)
{
    ValueBuilder builder = value_builder(call->arena);
    const Type *element;
    uint8_t marks = 0;
    bool is_known = true;

    if (call->count == 0)
        return call_error(call, -1, "at least one argument is required");
    for (size_t i = 0; i < call->count; i++) {
        Value list = call_argument(call, i);

        marks |= list.marks;
        is_known &= list.state != VALUE_UNKNOWN;
        if (list.type == type_dynamic)
            return value_unknown(type_dynamic); /* without marks */
        if (list.type->kind != TYPE_LIST && list.type->kind != TYPE_TUPLE)
            return call_error(call, (int)i, "all arguments must be lists or tuples; got " TEXT_FMT,
                              TEXT(type_friendly(call->arena, list.type)));
        if (list.type->kind == TYPE_LIST && list.state == VALUE_UNKNOWN)
            break; /* so Terraform has it: what stands behind one is not looked at */
    }
    element = concat_element(call);
    if (!is_known)
        return concat_unknown(call, element); /* without marks, as in Terraform */
    for (size_t i = 0; i < call->count; i++) {
        Value list = call_argument(call, i);
        Text why;

        if (element && list.type->element != element)
            value_convert(call->arena, list, type_list(element), &list, &why);
        for (size_t j = 0; j < value_count(list); j++)
            value_builder_add(&builder, value_at(list, j));
    }
    /* Beside lists of no type in particular the elements say what the type is. */
    if (element == type_dynamic &&
        !values_settle(call->arena, builder.values.items, builder.values.count, &element))
        return call_error(call, -1, "all elements must be of the same type");
    return value_marked(element ? value_built_list(&builder, element) : value_built_tuple(&builder),
                        marks);
}

/* What flattening has gathered. */
typedef struct Flat {
    ValueBuilder elements;
    uint8_t marks;
    bool is_known;
} Flat;

static void flatten_into(Flat *flat, Value list)
{
    flat->marks |= take_marks(&list);
    if (list.state == VALUE_UNKNOWN || value_length_is_unknown(list)) {
        flat->is_known = false;
        return;
    }
    for (size_t i = 0; i < value_count(list); i++) {
        Value element = value_at(list, i);

        if (element.state != VALUE_NULL && is_sequence_type(element.type)) {
            flatten_into(flat, element);
        } else {
            /* It may yet become a list. */
            flat->is_known &= element.state != VALUE_UNKNOWN || element.type != type_dynamic;
            value_builder_add(&flat->elements, element);
        }
    }
}

Value function_flatten(Call *call)
{
    Value list = call_argument(call, 0);
    Flat flat = { .elements = value_builder(call->arena), .is_known = true };

    /* Its type is not looked at while something in it is unknown: so Terraform has it. */
    if (value_is_wholly_known(list) && !is_sequence_type(list.type))
        return call_error(call, -1, "can only flatten lists, sets and tuples");
    if (list.state == VALUE_KNOWN && type_is_primitive(list.type))
        return value_marked(value_unknown(type_dynamic), list.marks);
    if (list.state == VALUE_UNKNOWN)
        return value_unknown(type_dynamic); /* without marks, as in Terraform */
    flatten_into(&flat, list);
    return value_marked(flat.is_known ? value_built_tuple(&flat.elements)
                                      : value_unknown(type_dynamic),
                        flat.marks);
}

/* --- order ---------------------------------------------------------------------------------- */

static Value reverse_unknown(const Call *call, Value list)
{
    const Type **types;

    if (list.type->kind != TYPE_TUPLE)
        return call_unknown(call, type_list(list.type->element));
    types = arena_array(call->arena, const Type *, list.type->count);
    for (size_t i = 0; i < list.type->count; i++)
        types[i] = list.type->types[list.type->count - 1 - i];
    return call_unknown(call, type_tuple(types, list.type->count));
}

Value function_reverse(Call *call)
{
    Value list = call_argument(call, 0);
    uint8_t marks = take_marks(&list);
    ValueBuilder builder = value_builder(call->arena);

    if (list.type == type_dynamic)
        return value_unknown(type_dynamic); /* without marks */
    if (!is_sequence_type(list.type))
        return call_error(call, 0, "can only reverse list or tuple values, not " TEXT_FMT,
                          TEXT(type_friendly(call->arena, list.type)));
    if (list.state == VALUE_UNKNOWN)
        return reverse_unknown(call, list); /* without marks, as in Terraform */
    for (size_t i = value_count(list); i-- > 0;)
        value_builder_add(&builder, value_at(list, i));
    return value_marked(list.type->kind == TYPE_TUPLE
                            ? value_built_tuple(&builder)
                            : value_built_list(&builder, list.type->element),
                        marks);
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(((const Value *)a)->as.text, ((const Value *)b)->as.text);
}

Value function_sort(Call *call)
{
    Value list = call_argument(call, 0);
    Value *values;
    size_t count;

    if (list.state == VALUE_UNKNOWN)
        list = value_unknown_sized(call->arena, list.type, value_lengths(list), true);
    if (list.state == VALUE_UNKNOWN)
        return list;
    count = value_count(list);
    values = arena_array(call->arena, Value, count);
    for (size_t i = 0; i < count; i++) {
        /* Where one element is unknown none has its place yet. */
        values[i] =
            value_is_wholly_known(list) ? value_at(list, i) : call_unknown(call, type_string);
        if (values[i].state == VALUE_NULL)
            return call_error(call, -1,
                              "given list element %zu is null; a null string cannot be sorted", i);
    }
    if (count && value_is_wholly_known(list))
        qsort(values, count, sizeof *values, compare_texts);
    return value_list(call->arena, type_string, values, count);
}
