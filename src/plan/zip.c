/*
 * A zip archive is its members, each after a local header, then the directory (a header for each
 * member once more, with its offset), then an end record that says where the directory is. Numbers
 * are little-endian.
 *
 *   local   PK 3 4   version flags method time date  crc size size  name_length extra_length  name
 *   entry   PK 1 2   version version flags method time date  crc size size  name_length
 * extra_length comment_length disk attributes(2) attributes(4) offset  name end     PK 5 6   disk
 * disk count count  directory_size directory_offset comment_length
 */
#include "zip.h"

enum {
    LOCAL_SIZE = 30,
    ENTRY_SIZE = 46,
    END_SIZE = 22,
    VERSION = 20,
    DATE = 0x21,   /* 1980-01-01: the same plan gives the same bytes */
    UTF8 = 0x0800, /* flag: names are UTF-8 */
};

static const Text local_mark = TEXT_INIT("PK\003\004"), entry_mark = TEXT_INIT("PK\001\002"),
                  end_mark = TEXT_INIT("PK\005\006");

/* --- checksum ------------------------------------------------------------------------------ */

/* CRC-32 as zip wants it, a byte at a time by table. */
static uint32_t checksum(Text content)
{
    static uint32_t table[256];
    uint32_t sum = 0xffffffff;

    if (table[1] == 0)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;

            for (int bit = 0; bit < 8; bit++)
                c = (c & 1) ? 0xedb88320 ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
    for (size_t i = 0; i < content.length; i++)
        sum = table[(sum ^ (unsigned char)content.bytes[i]) & 0xff] ^ (sum >> 8);
    return sum ^ 0xffffffff;
}

/* --- writing ------------------------------------------------------------------------------- */

static void add_number(TextBuilder *builder, size_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        text_add_char(builder, (char)(unsigned char)(number >> (8 * i)));
}

/* What both headers of a member say: flags to the length of its name. */
static void add_facts(TextBuilder *builder, const ZipMember *member, uint32_t sum)
{
    add_number(builder, UTF8, 2);
    add_number(builder, 0, 2); /* stored */
    add_number(builder, 0, 2);
    add_number(builder, DATE, 2);
    add_number(builder, sum, 4);
    add_number(builder, member->content.length, 4);
    add_number(builder, member->content.length, 4);
    add_number(builder, member->name.length, 2);
    add_number(builder, 0, 2);
}

static void add_entry(TextBuilder *builder, const ZipMember *member, uint32_t sum, size_t offset)
{
    text_add(builder, entry_mark);
    add_number(builder, VERSION, 2);
    add_number(builder, VERSION, 2);
    add_facts(builder, member, sum);
    add_number(builder, 0, 2);
    add_number(builder, 0, 2);
    add_number(builder, 0, 2);
    add_number(builder, 0, 4);
    add_number(builder, offset, 4);
    text_add(builder, member->name);
}

Text zip_write(Arena *arena, const ZipMemberList *members)
{
    TextBuilder archive = text_builder(arena), directory = text_builder(arena);
    size_t start;

    for (size_t i = 0; i < members->count; i++) {
        const ZipMember *member = &members->items[i];
        uint32_t sum = checksum(member->content);

        add_entry(&directory, member, sum, archive.length);
        text_add(&archive, local_mark);
        add_number(&archive, VERSION, 2);
        add_facts(&archive, member, sum);
        text_add(&archive, member->name);
        text_add(&archive, member->content);
    }
    start = archive.length;
    text_add(&archive, text_built(&directory));
    text_add(&archive, end_mark);
    add_number(&archive, 0, 4);
    add_number(&archive, members->count, 2);
    add_number(&archive, members->count, 2);
    add_number(&archive, directory.length, 4);
    add_number(&archive, start, 4);
    add_number(&archive, 0, 2);
    return text_built(&archive);
}

/* --- reading ------------------------------------------------------------------------------- */

/* The caller has seen that the bytes are there. */
static size_t number_at(Text archive, size_t at, int bytes)
{
    size_t number = 0;

    for (int i = bytes - 1; i >= 0; i--)
        number = number << 8 | (unsigned char)archive.bytes[at + (size_t)i];
    return number;
}

static bool has_mark(Text archive, size_t at, size_t size, Text mark)
{
    return at <= archive.length && archive.length - at >= size &&
           text_starts_with(text_slice(archive, at, archive.length), mark);
}

/* The member that the directory's entry at [at] names. */
static bool read_member(Text archive, size_t at, ZipMember *ret_member, const char **ret_why)
{
    size_t size = number_at(archive, at + 24, 4), name_length = number_at(archive, at + 28, 2),
           local = number_at(archive, at + 42, 4), start;

    *ret_why = "its directory points outside of it";
    if (archive.length - at - ENTRY_SIZE < name_length ||
        !has_mark(archive, local, LOCAL_SIZE, local_mark))
        return false;
    start =
        local + LOCAL_SIZE + number_at(archive, local + 26, 2) + number_at(archive, local + 28, 2);
    if (start > archive.length || archive.length - start < size)
        return false;
    ret_member->name = text_slice(archive, at + ENTRY_SIZE, at + ENTRY_SIZE + name_length);
    ret_member->content = text_slice(archive, start, start + size);
    *ret_why = "it is compressed, so it was not written by pipectl";
    if (number_at(archive, at + 10, 2) != 0)
        return false;
    *ret_why = "a checksum does not fit: it is damaged";
    return checksum(ret_member->content) == number_at(archive, at + 16, 4);
}

bool zip_read(Arena *arena, Text archive, ZipMemberList *ret_members, const char **ret_why)
{
    size_t end = archive.length < END_SIZE ? 0 : archive.length - END_SIZE, at;
    ZipMemberList members = { 0 };

    *ret_why = "its end is missing";
    if (!has_mark(archive, end, END_SIZE, end_mark))
        return false;
    at = number_at(archive, end + 16, 4);
    for (size_t i = number_at(archive, end + 10, 2); i > 0; i--) {
        ZipMember member;

        *ret_why = "its directory is damaged";
        if (!has_mark(archive, at, ENTRY_SIZE, entry_mark) ||
            !read_member(archive, at, &member, ret_why))
            return false;
        list_add(arena, &members, member);
        at += ENTRY_SIZE + member.name.length + number_at(archive, at + 30, 2) +
              number_at(archive, at + 32, 2);
    }
    *ret_members = members;
    return true;
}

const Text *zip_find(const ZipMemberList *members, const char *name)
{
    for (size_t i = 0; i < members->count; i++)
        if (text_is(members->items[i].name, name))
            return &members->items[i].content;
    return NULL;
}
