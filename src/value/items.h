/*
 * items.h: the insides of collections, for the files that make them.
 */
#pragma once

#include "pipectl/value/value.h"

/* Room for items that are about to be filled in, in one piece of the arena. */
typedef struct NewItems {
    Items *items;
    Value *values;
    Text *keys; /* NULL unless they were wanted: an object's keys are its type's names */
} NewItems;

NewItems items_make(Arena *arena, size_t count, bool with_keys);

/* The known value of [type] with these items, which are filled in by now. */
Value value_of_items(const Type *type, const Items *items);

/* Whether all are of the element type; where that is partly dynamic, any are. */
bool values_have_type(const Type *element, const Value *values, size_t count);

/* Where [key] stands among the sorted keys; their count when it does not. */
size_t items_find(const Items *items, Text key);
