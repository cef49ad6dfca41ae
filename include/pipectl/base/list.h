/*
 * list.h: a growing array of any type, in an arena.
 *
 *   typedef LIST(Diag) DiagList;
 *   DiagList list = {0};
 *   list_add(arena, &list, diag);
 *   for (size_t i = 0; i < list.count; i++) use(&list.items[i]);
 *
 * Growing moves the items, so pointers to them are only valid until the next addition.
 */
#pragma once

#include "pipectl/base/arena.h"

#define LIST(T)                 \
    struct {                    \
        T *items;               \
        size_t count, capacity; \
    }

void *list_grow(Arena *arena, void *items, size_t *capacity, size_t item_size);
void *list_fit(Arena *arena, void *items, size_t *capacity, size_t wanted, size_t item_size);

/* Room for [more] items at once, where their number is known: nothing is moved or left over. */
#define list_reserve(arena, list, more)                                                         \
    ((void)((list)->items = list_fit((arena), (list)->items, &(list)->capacity,                 \
                                     (list)->count + (more), sizeof *(list)->items)))

#define list_add(arena, list, ...)                                                              \
    ((list)->count == (list)->capacity                                                          \
         ? (void)((list)->items = list_grow((arena), (list)->items, &(list)->capacity,          \
                                            sizeof *(list)->items))                             \
         : (void)0,                                                                             \
     (list)->items[(list)->count++] = (__VA_ARGS__))
