/* arena.c: blocks that double up to a limit; what is larger gets a block of its own. */
#include "pipectl/base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer all that is not handed out is poisoned, with a gap after each allocation:
   overruns and uses after a rewind show at once. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(bytes, size)   ((void)(bytes), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
enum { GAP = 0 };
#endif

enum {
    ALIGNMENT = _Alignof(max_align_t),
    SMALLEST_BLOCK = 2 << 10, /* thousands of operations may have an arena each */
    LARGEST_BLOCK = 64 << 10, /* below malloc's mmap threshold: rewinding costs no page faults */
};

struct ArenaBlock {
    ArenaBlock *previous;
    size_t size; /* of bytes */
    _Alignas(max_align_t) char bytes[];
};

static void out_of_memory(void)
{
    fputs("pipectl: out of memory\n", stderr);
    exit(1);
}

/* The room that an allocation takes. */
static size_t rounded(size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    return (size + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void add_block(Arena *arena, size_t needed)
{
    size_t size = arena->block ? arena->block->size * 2 : SMALLEST_BLOCK;
    ArenaBlock *block;

    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < needed)
        size = needed;
    block = malloc(sizeof *block + size);
    if (!block)
        out_of_memory();
    block->previous = arena->block;
    block->size = size;
    arena->block = block;
    arena->next = block->bytes;
    arena->end = block->bytes + size;
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
}

void *arena_alloc(Arena *arena, size_t size)
{
    size_t needed = rounded(size);
    char *bytes;

    if (!arena->block || needed > (size_t)(arena->end - arena->next))
        add_block(arena, needed);
    bytes = arena->next;
    arena->next += needed;
    ASAN_UNPOISON_MEMORY_REGION(bytes, size);
    return memset(bytes, 0, size);
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory();
    return arena_alloc(arena, count * size);
}

static bool is_last(const Arena *arena, const char *bytes, size_t size)
{
    return arena->block && bytes && bytes + rounded(size) == arena->next;
}

void *arena_grow(Arena *arena, const void *old, size_t old_size, size_t new_size)
{
    char *bytes = (char *)old;

    assert(new_size >= old_size);
    if (is_last(arena, bytes, old_size) && rounded(new_size) <= (size_t)(arena->end - bytes)) {
        arena->next = bytes + rounded(new_size);
        ASAN_UNPOISON_MEMORY_REGION(bytes, new_size);
        memset(bytes + old_size, 0, new_size - old_size);
        return bytes;
    }
    bytes = arena_alloc(arena, new_size);
    if (old_size)
        memcpy(bytes, old, old_size);
    return bytes;
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){ arena->block, arena->next };
}

void arena_rewind(Arena *arena, ArenaMark mark)
{
    while (arena->block != mark.block) {
        ArenaBlock *newest = arena->block;

        assert(newest && "the mark is not of this arena, or older than its last rewind");
        arena->block = newest->previous;
        ASAN_UNPOISON_MEMORY_REGION(newest->bytes, newest->size);
        free(newest);
    }
    arena->next = mark.next;
    arena->end = mark.block ? mark.block->bytes + mark.block->size : NULL;
    if (mark.block)
        ASAN_POISON_MEMORY_REGION(mark.next, (size_t)(arena->end - mark.next));
}

void arena_free(Arena *arena)
{
    arena_rewind(arena, (ArenaMark){ NULL, NULL });
}
