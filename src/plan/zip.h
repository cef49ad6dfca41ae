/*
 * zip.h: archives of stored members, in memory.
 *
 * What is written any unzip reads. Only archives without compression are read back, and each
 * member's checksum is compared: a plan that was damaged on its way is refused.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef struct ZipMember {
    Text name;
    Text content;
} ZipMember;

typedef LIST(ZipMember) ZipMemberList;

/* The archive's bytes; all together must stay below 4 GB. */
Text zip_write(Arena *arena, const ZipMemberList *members);

/* Members share the bytes of [archive]. False and why when it cannot be read. */
bool zip_read(Arena *arena, Text archive, ZipMemberList *ret_members, const char **ret_why);

/* NULL: no such member. */
const Text *zip_find(const ZipMemberList *members, const char *name);
