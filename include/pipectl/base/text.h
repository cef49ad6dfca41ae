/*
 * text.h: bytes with a length.
 *
 * A Text does not own its bytes and is not necessarily terminated. It is passed by value and never
 * changed. All texts that reach a Value are valid UTF-8 in NFC (value/unicode.h); a Text by itself
 * is any bytes.
 *
 * Ownership   Results live in the arena that is passed; slices share the bytes of their source.
 */
#pragma once

#include "pipectl/base/arena.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Text {
    const char *bytes; /* may be NULL when length is 0 */
    size_t length;
} Text;

#define TEXT_NONE      ((Text){ NULL, 0 })
#define TEXT_LIT(s)    ((Text){ "" s, sizeof(s) - 1 }) /* of a literal, also usable in code */
#define TEXT_INIT(s)   { "" s, sizeof(s) - 1 }         /* of a literal, in static tables */
#define TEXT_FMT       "%.*s"                          /* printf("..." TEXT_FMT, TEXT(text)) */
#define TEXT(text)     (int)(text).length, ((text).bytes ? (text).bytes : "")
#define TEXT_NOT_FOUND SIZE_MAX

Text text_of(const char *terminated);                 /* NULL gives TEXT_NONE */
Text text_copy(Arena *arena, Text text);
char *text_cstring(Arena *arena, Text text);          /* terminated; stops at no NUL inside */
bool text_equal(Text a, Text b);
bool text_is(Text text, const char *terminated);
bool text_equal_nocase(Text a, Text b);               /* ASCII letters only */
int text_compare(Text a, Text b);                     /* by bytes; <0, 0, >0 */
Text text_slice(Text text, size_t from, size_t to);   /* clamped to the text */
bool text_starts_with(Text text, Text prefix);
bool text_ends_with(Text text, Text suffix);
size_t text_find(Text text, Text needle);             /* byte offset or TEXT_NOT_FOUND */
size_t text_find_last(Text text, Text needle);
Text text_trim(Text text);                            /* ASCII white space at both ends */
Text text_lower(Arena *arena, Text text);             /* ASCII */
Text text_concat(Arena *arena, Text a, Text b);
Text text_join(Arena *arena, const Text *parts, size_t count, Text separator);
Text text_replace(Arena *arena, Text text, Text old, Text replacement); /* every occurrence */
uint64_t text_hash(Text text);                        /* FNV-1a; stable within a run */

/* Cuts at the first [separator]: true when there was one. Otherwise head is all and tail is empty. */
bool text_cut(Text text, Text separator, Text *ret_head, Text *ret_tail);

/* Decimal digits with an optional sign and nothing else, in range. */
bool text_to_int(Text text, int64_t *ret_number);

__attribute__((format(printf, 2, 3))) Text text_format(Arena *arena, const char *format, ...);
Text text_format_list(Arena *arena, const char *format, va_list arguments);

/*
 * Builds a text piece by piece in an arena. Adding never fails.
 *   TextBuilder builder = text_builder(arena);
 *   text_add(&builder, TEXT_LIT("a"));
 *   return text_built(&builder);
 */
typedef struct TextBuilder {
    Arena *arena;
    char *bytes;
    size_t length;
    size_t capacity;
} TextBuilder;

TextBuilder text_builder(Arena *arena);
void text_add(TextBuilder *builder, Text text);
void text_add_char(TextBuilder *builder, char c);
void text_add_repeated(TextBuilder *builder, char c, size_t count);
__attribute__((format(printf, 2, 3))) void text_add_format(TextBuilder *builder, const char *format, ...);

/* What was built so far; terminated by a NUL after its length. Valid until the next addition. */
Text text_built(TextBuilder *builder);
