/* unicode.c: what utf8proc knows, behind short cuts for the text that most text is: ASCII. */
#include "pipectl/value/unicode.h"
#include "pipectl/base/source.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFD

/* Below this every code point is its own composed form and composes with nothing before it. */
#define FIRST_COMBINING 0x300

/* --- decoding ----------------------------------------------------------------------------- */

/* How many bytes at [from] are ASCII. */
static size_t ascii_run(Text text, size_t from)
{
    size_t at = from;
    uint64_t word;

    while (text.length - at >= sizeof word) {
        memcpy(&word, text.bytes + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
        at += sizeof word;
    }
    while (at < text.length && (unsigned char)text.bytes[at] < 0x80)
        at++;
    return at - from;
}

/* The sequence at [from], or 0 when it is no UTF-8 (too long, surrogate, cut off, above U+10FFFF). */
static size_t decode(Text text, size_t from, uint32_t *ret_code_point)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes + from;
    size_t left = text.length - from;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xC2 ? 0 : bytes[0] < 0xE0 ? 2
                    : bytes[0] < 0xF0 ? 3 : bytes[0] < 0xF5 ? 4 : 0;
    uint32_t code_point;

    if (length == 0 || length > left)
        return 0;
    if (length == 1) {
        *ret_code_point = bytes[0];
        return 1;
    }
    code_point = bytes[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code_point = code_point << 6 | (bytes[i] & 0x3FU);
    }
    if (code_point < least[length] || code_point > 0x10FFFF ||
        (code_point >= 0xD800 && code_point <= 0xDFFF))
        return 0;
    *ret_code_point = code_point;
    return length;
}

size_t unicode_valid_length(Text text)
{
    size_t at = ascii_run(text, 0);
    uint32_t code_point;

    for (; at < text.length; at += ascii_run(text, at)) {
        size_t length = decode(text, at, &code_point);

        if (length == 0)
            break;
        at += length;
    }
    return at;
}

bool unicode_is_valid(Text text)
{
    return unicode_valid_length(text) == text.length;
}

size_t unicode_width(uint32_t code_point)
{
    int width = utf8proc_charwidth((utf8proc_int32_t)code_point);

    return width > 0 ? (size_t)width : 0;
}

size_t unicode_next(Text text, size_t from, uint32_t *ret_code_point)
{
    assert(from < text.length);
    size_t length = decode(text, from, ret_code_point);

    if (length == 0) {
        *ret_code_point = REPLACEMENT;
        length = 1;
    }
    return from + length;
}

void unicode_add(TextBuilder *builder, uint32_t code_point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t length = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);

    text_add(builder, (Text){ (const char *)bytes, (size_t)length });
}

/* --- normalising -------------------------------------------------------------------------- */

/* Whether a glance suffices to know that the text is valid and composed. */
static bool is_plainly_nfc(Text text)
{
    uint32_t code_point;

    for (size_t at = ascii_run(text, 0); at < text.length; at += ascii_run(text, at)) {
        size_t length = decode(text, at, &code_point);

        if (length == 0 || code_point >= FIRST_COMBINING)
            return false;
        at += length;
    }
    return true;
}

static Text replace_invalid(Arena *arena, Text text)
{
    TextBuilder builder = text_builder(arena);
    uint32_t code_point;

    for (size_t at = 0; at < text.length;) {
        at = unicode_next(text, at, &code_point);
        unicode_add(&builder, code_point);
    }
    return text_built(&builder);
}

Text unicode_nfc(Arena *arena, Text text)
{
    utf8proc_uint8_t *composed = NULL;

    if (is_plainly_nfc(text))
        return text;
    if (!unicode_is_valid(text))
        text = replace_invalid(arena, text);

    utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text.bytes,
                                           (utf8proc_ssize_t)text.length, &composed,
                                           UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    assert(length >= 0); /* the text is valid, so only memory could be missing */
    Text result = { (const char *)composed, (size_t)length };
    result = text_equal(result, text) ? text : text_copy(arena, result);
    free(composed);
    return result;
}

/* --- grapheme clusters -------------------------------------------------------------------- */

size_t unicode_next_cluster(Text text, size_t from)
{
    utf8proc_int32_t state = 0;
    uint32_t before, after;
    size_t at = unicode_next(text, from, &before);

    while (at < text.length) {
        size_t next = unicode_next(text, at, &after);

        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)after,
                                             &state))
            break;
        before = after;
        at = next;
    }
    return at;
}

size_t unicode_clusters(Text text)
{
    size_t count = 0, at = 0;

    while (at < text.length) {
        size_t run = ascii_run(text, at);
        size_t last = at + run - (run > 0); /* this byte may combine with what follows */

        /* In ASCII only CR LF is more than one byte. */
        for (; at < last; at++)
            count += text.bytes[at] != '\r' || text.bytes[at + 1] != '\n';
        at = unicode_next_cluster(text, at);
        count++;
    }
    return count;
}

void unicode_install(void)
{
    source_count_characters = unicode_clusters;
}

/* --- classes ------------------------------------------------------------------------------ */

static utf8proc_category_t category(uint32_t code_point)
{
    return utf8proc_category((utf8proc_int32_t)code_point);
}

bool unicode_is_letter(uint32_t code_point)
{
    utf8proc_category_t kind = category(code_point);

    return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool unicode_is_digit(uint32_t code_point)
{
    return category(code_point) == UTF8PROC_CATEGORY_ND;
}

/* The property White_Space, as Go's unicode.IsSpace has it. */
bool unicode_is_space(uint32_t code_point)
{
    return (code_point >= '\t' && code_point <= '\r') || code_point == 0x85 ||
           (category(code_point) >= UTF8PROC_CATEGORY_ZS &&
            category(code_point) <= UTF8PROC_CATEGORY_ZP);
}

bool unicode_is_printable(uint32_t code_point)
{
    utf8proc_category_t kind = category(code_point);

    return code_point == ' ' || (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_SO);
}

/* Other_ID_Start and Other_ID_Continue of UAX 31; Pattern_Syntax holds no letters but U+2E2F. */
static bool is_other_start(uint32_t c)
{
    return c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E || c == 0x309B || c == 0x309C;
}

static bool is_other_continue(uint32_t c)
{
    return c == 0xB7 || c == 0x387 || (c >= 0x1369 && c <= 0x1371) || c == 0x19DA;
}

bool unicode_is_identifier_start(uint32_t code_point)
{
    if (code_point < 0x80)
        return (code_point | 0x20) >= 'a' && (code_point | 0x20) <= 'z';
    return (unicode_is_letter(code_point) && code_point != 0x2E2F) ||
           category(code_point) == UTF8PROC_CATEGORY_NL || is_other_start(code_point);
}

bool unicode_is_identifier_part(uint32_t code_point)
{
    if (code_point == '-' || unicode_is_identifier_start(code_point))
        return true;
    switch (category(code_point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return is_other_continue(code_point);
    }
}

/* --- letter case -------------------------------------------------------------------------- */

typedef utf8proc_int32_t CaseMapping(utf8proc_int32_t);

/* utf8proc maps U+00DF to the capital sharp s, which is no simple mapping of the standard. */
static utf8proc_int32_t to_upper(utf8proc_int32_t code_point)
{
    return code_point == 0xDF ? code_point : utf8proc_toupper(code_point);
}

static utf8proc_int32_t to_title(utf8proc_int32_t code_point)
{
    return code_point == 0xDF ? code_point : utf8proc_totitle(code_point);
}

static Text map_case(Arena *arena, Text text, CaseMapping *mapping)
{
    TextBuilder builder = text_builder(arena);
    uint32_t code_point;

    for (size_t at = 0; at < text.length;) {
        at = unicode_next(text, at, &code_point);
        unicode_add(&builder, (uint32_t)mapping((utf8proc_int32_t)code_point));
    }
    return unicode_nfc(arena, text_built(&builder));
}

Text unicode_upper(Arena *arena, Text text)
{
    return map_case(arena, text, to_upper);
}

Text unicode_lower(Arena *arena, Text text)
{
    return map_case(arena, text, utf8proc_tolower);
}

/* Whether a word ends before this: in ASCII all but letters, digits and '_'; else only white space. */
static bool is_word_separator(uint32_t code_point)
{
    if (code_point >= 0x80)
        return unicode_is_space(code_point);
    return !((code_point >= '0' && code_point <= '9') || code_point == '_' ||
             ((code_point | 0x20) >= 'a' && (code_point | 0x20) <= 'z'));
}

Text unicode_title(Arena *arena, Text text)
{
    TextBuilder builder = text_builder(arena);
    uint32_t before = ' ', code_point;

    for (size_t at = 0; at < text.length; before = code_point) {
        at = unicode_next(text, at, &code_point);
        unicode_add(&builder, is_word_separator(before)
                                  ? (uint32_t)to_title((utf8proc_int32_t)code_point)
                                  : code_point);
    }
    return unicode_nfc(arena, text_built(&builder));
}
