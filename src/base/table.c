#include "pipectl/base/table.h"

#include "pipectl/base/list.h"

#include <assert.h>
#include <string.h>

/* The slot where [key] is, or the free one where it would go. */
static uint32_t *find_slot(const Table *table, Text key)
{
    size_t mask = table->slot_count - 1;

    for (size_t i = text_hash(key) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &table->slots[i];

        if (!*slot || text_equal(table->entries[*slot - 1].key, key))
            return slot;
    }
}

static TableEntry *find_entry(const Table *table, Text key)
{
    uint32_t index = table->count ? *find_slot(table, key) : 0;

    return index ? &table->entries[index - 1] : NULL;
}

static void fill_slots(Table *table)
{
    for (size_t i = 0; i < table->count; i++)
        *find_slot(table, table->entries[i].key) = (uint32_t)i + 1;
}

/* At most half of the slots are taken. */
static void grow_slots(Arena *arena, Table *table)
{
    table->slot_count = table->slot_count ? table->slot_count * 2 : 8;
    table->slots = arena_array(arena, uint32_t, table->slot_count);
    fill_slots(table);
}

void *table_find(const Table *table, Text key)
{
    TableEntry *entry = find_entry(table, key);

    return entry ? entry->value : NULL;
}

bool table_has(const Table *table, Text key)
{
    return find_entry(table, key) != NULL;
}

void table_put(Arena *arena, Table *table, Text key, void *value)
{
    TableEntry *entry = find_entry(table, key);

    if (entry) {
        entry->value = value;
        return;
    }
    assert(table->count < UINT32_MAX);
    if ((table->count + 1) * 2 > table->slot_count)
        grow_slots(arena, table);
    if (table->count == table->capacity)
        table->entries =
            list_grow(arena, table->entries, &table->capacity, sizeof *table->entries);
    table->entries[table->count++] = (TableEntry){ key, value };
    *find_slot(table, key) = (uint32_t)table->count;
}

bool table_remove(Table *table, Text key)
{
    TableEntry *entry = find_entry(table, key);
    size_t after;

    if (!entry)
        return false;
    after = (size_t)(table->entries + table->count - (entry + 1));
    memmove(entry, entry + 1, after * sizeof *entry);
    table->count--;
    memset(table->slots, 0, table->slot_count * sizeof *table->slots);
    fill_slots(table);
    return true;
}

/* Frees a slot, and moves back into it what had to go further because it was taken. */
static void free_slot(Table *table, uint32_t *slot)
{
    size_t mask = table->slot_count - 1;
    size_t hole = (size_t)(slot - table->slots);

    for (size_t i = (hole + 1) & mask; table->slots[i]; i = (i + 1) & mask) {
        size_t home = text_hash(table->entries[table->slots[i] - 1].key) & mask;

        if (((i - home) & mask) >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole] = 0;
}

bool table_remove_unordered(Table *table, Text key)
{
    TableEntry *entry = find_entry(table, key);
    TableEntry *last;

    if (!entry)
        return false;
    last = &table->entries[table->count - 1];
    free_slot(table, find_slot(table, key));
    if (entry != last) {
        *find_slot(table, last->key) = (uint32_t)(entry - table->entries) + 1;
        *entry = *last;
    }
    table->count--;
    return true;
}
