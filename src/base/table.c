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
