#include "pipectl/base/list.h"

void *list_grow(Arena *arena, void *items, size_t *capacity, size_t item_size)
{
    size_t old = *capacity;

    *capacity = old ? old * 2 : 4;
    return arena_grow(arena, items, old * item_size, *capacity * item_size);
}

void *list_fit(Arena *arena, void *items, size_t *capacity, size_t wanted, size_t item_size)
{
    size_t old = *capacity;

    if (wanted <= old)
        return items;
    *capacity = wanted;
    return arena_grow(arena, items, old * item_size, wanted * item_size);
}
