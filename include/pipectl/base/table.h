/*
 * table.h: a hash table from text to pointer that remembers the order of insertion.
 *
 * A zeroed Table is empty. Keys are not copied: they must live as long as the table. Iterate over
 * table.entries[0 .. table.count): removed entries are not among them.
 */
#pragma once

#include "pipectl/base/arena.h"
#include "pipectl/base/text.h"

typedef struct TableEntry {
    Text key;
    void *value;
} TableEntry;

typedef struct Table {
    TableEntry *entries; /* in order of insertion */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1 into entries, 0 is free; open addressing */
    size_t slot_count;
} Table;

/* NULL when absent (and when NULL was put). */
void *table_find(const Table *table, Text key);
bool table_has(const Table *table, Text key);

/* Puts or replaces. */
void table_put(Arena *arena, Table *table, Text key, void *value);

/* Removes, keeping the order of the rest; linear in the number of entries. */
bool table_remove(Table *table, Text key);

/* Removes at constant cost; the last entry takes its place. */
bool table_remove_unordered(Table *table, Text key);
