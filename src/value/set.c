/* set.c: sets, in their order and without repetitions. */
#include "items.h"
#include "order.h"
#include <assert.h>
#include <stdlib.h>

typedef struct SetElement {
    Value value;
    Text order;   /* of elements that are not primitive */
    size_t index; /* keeps those in place that compare equal */
} SetElement;

static int compare_elements(const void *a, const void *b)
{
    const SetElement *left = a, *right = b;
    int order = left->order.bytes ? text_compare(left->order, right->order)
                                  : order_primitives(left->value, right->value);

    return order ? order : (left->index > right->index) - (left->index < right->index);
}

/* Two unknowns may turn out to be different, so both stay. */
static bool is_repeated(const SetElement *element, const SetElement *kept, size_t kept_count)
{
    if (!value_is_wholly_known(element->value))
        return false;
    while (kept_count > 0 && text_equal(kept[kept_count - 1].order, element->order)) {
        kept_count--;
        if (value_same(kept[kept_count].value, element->value))
            return true;
        if (!element->order.bytes)
            return false;
    }
    return false;
}

static size_t drop_repeated(SetElement *elements, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_repeated(&elements[i], elements, kept))
            elements[kept++] = elements[i];
    }
    return kept;
}

/* Marks of elements become the set's: which element bears them cannot be said of a set. Those of a
   null are lost: so Terraform has it. */
Value value_set(Arena *arena, const Type *element, const Value *values, size_t count)
{
    Arena scratch = { 0 };
    SetElement *elements = arena_array(&scratch, SetElement, count);
    uint8_t marks = 0;

    assert(values_have_type(element, values, count));
    for (size_t i = 0; i < count; i++) {
        if (values[i].state != VALUE_NULL)
            marks |= values[i].inside_marks;
        elements[i].value = value_unmarked(arena, values[i]);
        elements[i].index = i;
        if (!type_is_primitive(values[i].type))
            elements[i].order = order_text(&scratch, elements[i].value);
    }
    if (count)
        qsort(elements, count, sizeof *elements, compare_elements);
    count = drop_repeated(elements, count);

    NewItems made = items_make(arena, count, false);
    for (size_t i = 0; i < count; i++)
        made.values[i] = elements[i].value;
    arena_free(&scratch);
    return value_marked(value_of_items(type_set(element), made.items), marks);
}
