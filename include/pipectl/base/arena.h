/*
 * arena.h: memory that is all freed together.
 *
 * An arena hands out zeroed memory and takes it back all at once. Three lifetimes are enough for
 * the program: the run (configuration, state, plan), one operation (a resource being read or
 * changed), and scratch (a mark taken and rewound in the same function).
 *
 * Calling sequence
 *   Arena arena = {0};
 *   Thing *thing = arena_new(&arena, Thing);
 *   ArenaMark mark = arena_mark(&arena);  ...scratch work...  arena_rewind(&arena, mark);
 *   arena_free(&arena);
 *
 * Errors      When the system has no memory left, the program ends with one line (exit 1).
 * Ownership   A pointer is valid as long as its arena is neither freed nor rewound past it.
 */
#pragma once

#include <stddef.h>

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *block; /* the newest; each points to the one before */
    char *next;        /* first free byte in it */
    char *end;
} Arena;

typedef struct ArenaMark {
    ArenaBlock *block;
    char *next;
} ArenaMark;

/* Zeroed, aligned for any type. A size of 0 gives a pointer that must not be read. */
void *arena_alloc(Arena *arena, size_t size);

/* [count] things of [size] bytes; ends the program when the product overflows. */
void *arena_alloc_array(Arena *arena, size_t count, size_t size);

/* The same bytes at a place with room for [new_size]; grown in place where it was the last allocation. */
void *arena_grow(Arena *arena, const void *old, size_t old_size, size_t new_size);

/* Everything allocated after the mark is given back by the rewind. Marks nest. */
ArenaMark arena_mark(const Arena *arena);
void arena_rewind(Arena *arena, ArenaMark mark);

/* Gives everything back; the arena is empty and usable again. */
void arena_free(Arena *arena);

#define arena_new(arena, T)          ((T *)arena_alloc((arena), sizeof(T)))
#define arena_array(arena, T, count) ((T *)arena_alloc_array((arena), (count), sizeof(T)))
