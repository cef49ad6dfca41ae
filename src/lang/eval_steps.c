/* Steps into a value: attributes and indexes, with everything that can be wrong about them. */
#include "eval.h"

static Value fail_index(const Evaluation *in, Range range, const char *why)
{
    diag_error(in->diags, range, "Invalid index",
               "The given key does not identify an element in this collection "
               "value%s%s",
               *why ? ": " : ".", why);
    return value_unknown(type_dynamic);
}

/* A step into null is null in type files, an error elsewhere. */
static Value step_into_null(const Evaluation *in, Range range, const char *what, const char *plural)
{
    if (in->lenient)
        return value_null(type_dynamic);
    if (what[0] == 'i')
        diag_error(in->diags, range, "Attempt to index null value",
                   "This value is null, so it does not have any %s.", plural);
    else
        diag_error(in->diags, range, "Attempt to get attribute from null value",
                   "This value is null, so it does not have any %s.", plural);
    return value_unknown(type_dynamic);
}

/* --- attributes ----------------------------------------------------------------------------- */

static Value fail_attribute(Value value, Text name, Range range, const Evaluation *in)
{
    const Type *type = value.type;
    bool of_objects = type_is_collection(type) && type->element->kind == TYPE_OBJECT;

    if (in->lenient)
        return value_null(type_dynamic);
    if (type->kind == TYPE_OBJECT)
        diag_error(in->diags, range, "Unsupported attribute",
                   "This object does not have an attribute named \"" TEXT_FMT "\".", TEXT(name));
    else if (of_objects && type_attribute(type->element, name))
        diag_error(in->diags, range, "Unsupported attribute",
                   "This is a %s of objects, and its elements have the attribute \"" TEXT_FMT
                   "\". Take it from one "
                   "of them, or from all of them with [*].",
                   type->kind == TYPE_LIST ? "list" : "set", TEXT(name));
    else if (type_is_primitive(type))
        diag_error(in->diags, range, "Unsupported attribute",
                   "Can't access attributes on a primitive-typed value (" TEXT_FMT ").",
                   TEXT(type_friendly(in->arena, type)));
    else
        diag_error(in->diags, range, "Unsupported attribute",
                   "This value does not have any attributes.");
    return value_unknown(type_dynamic);
}

static Value map_element(Value map, Text name, Range range, const Evaluation *in)
{
    Value element;

    if (map.state == VALUE_UNKNOWN)
        return value_unknown(map.type->element);
    if (value_member(map, name, &element))
        return element;
    if (in->lenient)
        return value_null(map.type->element);
    diag_error(in->diags, range, "Missing map element",
               "This map does not have an element with the key \"" TEXT_FMT "\".", TEXT(name));
    return value_unknown(map.type->element);
}

Value step_attribute(Value value, Text name, Range range, const Evaluation *in)
{
    uint8_t marks = take_marks(&value);
    const Type *type;
    Value element;

    if (value.state == VALUE_NULL)
        return value_marked(step_into_null(in, range, "attribute", "attributes"), marks);
    if (value.type == type_dynamic)
        return value_marked(value_unknown(type_dynamic), marks);
    if (value.type->kind == TYPE_MAP)
        return value_marked(map_element(value, name, range, in), marks);
    type = value.type->kind == TYPE_OBJECT ? type_attribute(value.type, name) : NULL;
    if (!type)
        return value_marked(fail_attribute(value, name, range, in), marks);
    if (value.state == VALUE_UNKNOWN)
        return value_marked(value_unknown(type), marks);
    value_member(value, name, &element);
    return value_marked(element, marks);
}

/* --- indexes -------------------------------------------------------------------------------- */

static Value missing_element(const Evaluation *in, const Type *type, Range range, const char *why)
{
    return in->lenient ? value_null(type) : fail_index(in, range, why);
}

static Value sequence_element(Value value, Value key, Range range, const Evaluation *in)
{
    bool is_tuple = value.type->kind == TYPE_TUPLE;
    const Type *element = is_tuple ? type_dynamic : value.type->element;
    Number number;
    int64_t at;

    if (key.state == VALUE_UNKNOWN || (value.state == VALUE_UNKNOWN && !is_tuple))
        return value_unknown(element);
    number = value_to_number(key);
    if (!number_is_integer(number) || number_is_infinite(number))
        return missing_element(in, element, range,
                               "indexing a sequence requires a whole number, but the given index "
                               "has a fractional part.");
    if (number_sign(number) == NUMBER_NEGATIVE)
        return missing_element(in, element, range,
                               "a negative number is not a valid index for a sequence.");
    if (!number_to_int(number, &at))
        at = INT64_MAX;
    if (is_tuple && value.state == VALUE_UNKNOWN && (size_t)at < value.type->count)
        return value_unknown(value.type->types[at]);
    if ((size_t)at < (is_tuple ? value.type->count : value_count(value)))
        return value_at(value, (size_t)at);
    return missing_element(
        in, element, range,
        (is_tuple ? value.type->count : value_count(value)) == 0
            ? "the collection has no elements."
            : "the given index is greater than or equal to the length of the collection.");
}

static Value keyed_element(Value value, Value key, bool was_number, Range range,
                           const Evaluation *in)
{
    bool is_map = value.type->kind == TYPE_MAP;
    const Type *element = is_map ? value.type->element : type_dynamic;
    Value found;

    if (key.state == VALUE_UNKNOWN || value.state == VALUE_UNKNOWN) {
        if (!is_map && key.state == VALUE_KNOWN && type_attribute(value.type, value_text(key)))
            return value_unknown(type_attribute(value.type, value_text(key)));
        if (is_map || key.state == VALUE_UNKNOWN)
            return value_unknown(element);
    } else if (value_member(value, value_text(key), &found)) {
        return found;
    }
    if (in->lenient)
        return value_null(element);
    if (!is_map && was_number)
        diag_error(in->diags, range, "Invalid index",
                   "The given key does not identify an element in this collection value. An "
                   "object's attributes have "
                   "names, not numbers.");
    else
        fail_index(in, range, "");
    return value_unknown(element);
}

static Value known_index(Value value, Value key, Range range, const Evaluation *in)
{
    bool is_sequence = value.type->kind == TYPE_LIST || value.type->kind == TYPE_TUPLE;
    bool was_number = key.type == type_number;
    Value converted;
    Text why;

    if (key.type == type_dynamic)
        return value_unknown(type_dynamic);
    if (!value_convert(in->arena, key, is_sequence ? type_number : type_string, &converted, &why))
        return fail_index(in, range, text_format(in->arena, TEXT_FMT ".", TEXT(why)).bytes);
    return is_sequence ? sequence_element(value, converted, range, in)
                       : keyed_element(value, converted, was_number, range, in);
}

Value step_index(Value value, Value key, Range range, const Evaluation *in)
{
    uint8_t marks = take_marks(&value);
    Value result;

    /* The key of an object's attribute leaves no mark, nor does one with which nothing could be
       looked up yet, as in Terraform. */
    if (value.type->kind != TYPE_OBJECT && value.state == VALUE_KNOWN && key.state == VALUE_KNOWN)
        marks |= key.inside_marks;

    take_marks(&key);
    if (value.state == VALUE_NULL)
        return value_marked(step_into_null(in, range, "index", "indices"), marks);
    if (key.state == VALUE_NULL) {
        if (in->lenient)
            return value_marked(value_null(type_dynamic), marks);
        diag_error(in->diags, range, "Invalid index", "Can't use a null value as an indexing key.");
        return value_unknown(type_dynamic);
    }
    switch (value.type->kind) {
    case TYPE_DYNAMIC:
        result = value_unknown(type_dynamic);
        break;
    case TYPE_LIST:
    case TYPE_TUPLE:
    case TYPE_MAP:
    case TYPE_OBJECT:
        result = known_index(value, key, range, in);
        break;
    case TYPE_SET:
        diag_error(in->diags, range, "Invalid index",
                   "The elements of a set have no index or key to select them with: only something "
                   "that uses all of "
                   "them is possible, such as a for expression.");
        result = value_unknown(type_dynamic);
        break;
    default:
        diag_error(in->diags, range, "Invalid index", "This value does not have any indices.");
        result = value_unknown(type_dynamic);
    }
    return value_marked(result, marks);
}

Value take_steps(Value value, const TraversalStep *steps, size_t count, const Evaluation *in)
{
    for (size_t i = 0; i < count; i++)
        value = steps[i].is_index ? step_index(value, steps[i].key, steps[i].range, in)
                                  : step_attribute(value, steps[i].name, steps[i].range, in);
    return value;
}
