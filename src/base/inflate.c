/* inflate.c: the only user of zlib. */
#include "pipectl/base/digest.h"

#include <zlib.h>

uint32_t crc32_of(Text content)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)content.bytes, content.length);
}
