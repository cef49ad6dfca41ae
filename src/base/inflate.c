/* inflate.c: the only user of zlib. */
#include "pipectl/base/digest.h"

#include <stdio.h>
#include <zlib.h>

uint32_t crc32_of(Text content)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)content.bytes, content.length);
}

bool crc32_of_file(Text path, uint32_t *ret_sum)
{
    Arena arena = { 0 };
    FILE *file = fopen(text_cstring(&arena, path), "re");
    unsigned char piece[1 << 16];
    uLong sum = 0;
    size_t count;
    bool ok = file;

    while (ok && (count = fread(piece, 1, sizeof piece, file)) > 0)
        sum = crc32_z(sum, piece, count);
    ok = ok && !ferror(file);
    if (file)
        fclose(file);
    arena_free(&arena);
    if (ok)
        *ret_sum = (uint32_t)sum;
    return ok;
}
