/*
 * unicode.h: NFC, grapheme clusters and letter case (Unicode 15). The only user of utf8proc.
 */
#pragma once

#include "pipectl/base/text.h"

/* From now on columns of sources are counted in grapheme clusters (base/source.h). */
void unicode_install(void);

bool unicode_is_valid(Text text);                 /* UTF-8 without surrogates */
size_t unicode_valid_length(Text text);           /* how many bytes at its beginning are that */
size_t unicode_width(uint32_t code_point);        /* columns that a terminal gives it: 0, 1 or 2 */
Text unicode_nfc(Arena *arena, Text text);        /* shares the bytes where nothing changes; U+FFFD for invalid ones */
size_t unicode_clusters(Text text);               /* how many grapheme clusters */
size_t unicode_next_cluster(Text text, size_t from); /* byte offset after the cluster at [from] */
size_t unicode_next(Text text, size_t from, uint32_t *ret_code_point); /* offset after it; U+FFFD where invalid */
void unicode_add(TextBuilder *builder, uint32_t code_point);
Text unicode_upper(Arena *arena, Text text);      /* simple mappings: "ß" stays */
Text unicode_lower(Arena *arena, Text text);
Text unicode_title(Arena *arena, Text text);      /* first letter of each word, as Go's strings.Title */
bool unicode_is_letter(uint32_t code_point);
bool unicode_is_digit(uint32_t code_point);
bool unicode_is_space(uint32_t code_point);
bool unicode_is_printable(uint32_t code_point);        /* letters, marks, numbers, punctuation, symbols, ' ' */
bool unicode_is_identifier_start(uint32_t code_point); /* UAX 31 ID_Start */
bool unicode_is_identifier_part(uint32_t code_point);  /* ID_Continue or '-' */
