/*
 * for_each: a step once for each element of a collection; its answer is then key → answer.
 */
#include "operation.h"

static Value element_key(const Operation *operation)
{
    Value elements = operation->round.elements,
          element = value_at(elements, operation->round.index);

    if (value_has_kind(elements, TYPE_MAP) || value_has_kind(elements, TYPE_OBJECT))
        return value_string_raw(value_key_at(elements, operation->round.index));
    if (value_has_kind(element, TYPE_STRING))
        return element;
    return value_integer((int64_t)operation->round.index);
}

/* The block that an element is of, by its type: for each.wire. */
static const Row *row_of_element(const Operation *operation, Value element)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++)
        if (object->rows[i]->is_block && !row_is_one(object->rows[i]) &&
            object->rows[i]->type->element == element.type)
            return object->rows[i];
    return NULL;
}

static Value element_on_wire(Operation *operation, Value element)
{
    const Row *row = row_of_element(operation, element);
    Value list, placed;

    if (!row)
        return value_null(type_dynamic);
    list = row->is_set ? value_set(&operation->arena, element.type, &element, 1)
                       : value_list(&operation->arena, element.type, &element, 1);
    placed = wire_of_row(&operation->scope, row, list, value_null(row->type), WIRE_SEND,
                         &operation->arena, &operation->diags);
    return value_is_null(placed) || value_count(placed) == 0 ? value_null(type_dynamic)
                                                             : value_at(placed, 0);
}

static void set_each(Operation *operation)
{
    Text names[] = { TEXT_LIT("key"), TEXT_LIT("value"), TEXT_LIT("wire") };
    Value element = value_at(operation->round.elements, operation->round.index);
    Value parts[] = { element_key(operation), element, element_on_wire(operation, element) };

    operation->scope.each = value_object(&operation->arena, names, parts, 3);
}

static bool is_collection(Value value)
{
    return value_is_known(value) && !value_is_null(value) && !type_is_primitive(value.type);
}

/* False when there is no (further) element. */
bool operation_begin_element(Operation *operation, const Step *step)
{
    Round *round = &operation->round;

    if (!round->running) {
        Value elements = type_evaluate(&operation->scope, step->for_each, &operation->arena,
                                       &operation->diags);

        *round = (Round){ .running = true,
                          .elements = elements,
                          .answers = value_builder(&operation->arena) };
    }
    if (!is_collection(round->elements) || round->index >= value_count(round->elements))
        return false;
    set_each(operation);
    return true;
}

bool operation_finish_element(Operation *operation)
{
    Round *round = &operation->round;
    Text key = value_to_text(&operation->arena, element_key(operation));

    value_builder_put(&round->answers, key, operation->scope.answer);
    round->index++;
    if (round->index < value_count(round->elements))
        return true;
    operation->scope.answer = value_built_object(&round->answers);
    return false;
}
