/*
 * fileset: the regular files whose path matches a pattern.
 *
 *   *  any characters but /      ?  one of them      [a-z] [^a]  one of these, or of the others
 *   ** any number of folders, where it stands alone between slashes      {a,b}  one of these
 *   \  takes the special meaning from what follows
 */
#include "files.h"

#include "pipectl/base/file.h"
#include "pipectl/base/table.h"
#include "pipectl/value/unicode.h"

#include <sys/stat.h>

enum { ALTERNATIVES_MAX = 10000, FOLDERS_MAX = 100 };

typedef struct Globber {
    Arena *arena;
    Table found;  /* paths of files */
    bool invalid; /* the pattern is no pattern */
} Globber;

/* --- one name against one part of a pattern ------------------------------------------------- */

/* A character of a class, which may be escaped; the offset after it, 0 when there is none. */
static size_t class_character(Text pattern, size_t at, uint32_t *ret_character)
{
    if (at < pattern.length && pattern.bytes[at] == '\\')
        at++;
    return at < pattern.length ? unicode_next(pattern, at, ret_character) : 0;
}

/* The class that begins at [at]: the offset after it, 0 when it is not closed. */
static size_t match_class(Text pattern, size_t at, uint32_t character, bool *ret_matches)
{
    bool negated = false, matches = false, first = true;

    at++;
    if (at < pattern.length && (pattern.bytes[at] == '^' || pattern.bytes[at] == '!')) {
        negated = true;
        at++;
    }
    for (; at < pattern.length && (first || pattern.bytes[at] != ']'); first = false) {
        uint32_t from, to;

        /* An empty class is a mistake. */
        if (pattern.bytes[at] == ']')
            return 0;
        at = class_character(pattern, at, &from);
        to = from;
        if (at && at + 1 < pattern.length && pattern.bytes[at] == '-' &&
            pattern.bytes[at + 1] != ']')
            at = class_character(pattern, at + 1, &to);
        if (!at)
            return 0;
        matches |= character >= from && character <= to;
    }
    *ret_matches = matches != negated;
    return at < pattern.length ? at + 1 : 0;
}

/* One step of the pattern at [*at] against the character: whether it matches, and where it goes on.
 */
static bool match_one(Globber *globber, Text pattern, size_t *at, uint32_t character)
{
    uint32_t wanted;
    bool matches = true;

    switch (pattern.bytes[*at]) {
    case '?':
        ++*at;
        return true;
    case '[':
        *at = match_class(pattern, *at, character, &matches);
        globber->invalid |= *at == 0;
        return matches && *at;
    case '\\':
        if (*at + 1 < pattern.length)
            ++*at;
        /* fall through */
    default:
        *at = unicode_next(pattern, *at, &wanted);
        return wanted == character;
    }
}

/* With one place to come back to: the last star, which can always take one more character. */
static bool matches(Globber *globber, Text pattern, Text name)
{
    size_t p = 0, n = 0, star = SIZE_MAX, star_name = 0;
    uint32_t character;

    while (n < name.length) {
        size_t next = unicode_next(name, n, &character);

        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = ++p;
            star_name = n;
        } else if (p < pattern.length && match_one(globber, pattern, &p, character)) {
            n = next;
        } else if (globber->invalid || star == SIZE_MAX) {
            return false;
        } else {
            p = star;
            star_name = n = unicode_next(name, star_name, &character);
        }
    }
    while (p < pattern.length && pattern.bytes[p] == '*')
        p++;
    return p == pattern.length;
}

/* A class that is not closed, or an escape of nothing, wherever it stands. */
static bool is_valid(Text pattern)
{
    bool ignored;

    for (size_t at = 0; at < pattern.length;) {
        if (pattern.bytes[at] == '[')
            at = match_class(pattern, at, 0, &ignored);
        else
            at += pattern.bytes[at] == '\\' ? 2 : 1;
        if (at == 0 || at > pattern.length)
            return false;
    }
    return true;
}

/* --- folders -------------------------------------------------------------------------------- */

static bool is_link(Arena *arena, Text path)
{
    struct stat status;

    return lstat(text_cstring(arena, path), &status) == 0 && S_ISLNK(status.st_mode);
}

static void glob(Globber *globber, Text directory, Text pattern, size_t depth);

/* The entry [name] of the folder, for the rest of a pattern after it (empty: the entry itself is
   wanted). */
static void glob_entry(Globber *globber, Text path, Text rest, size_t depth)
{
    if (rest.length)
        glob(globber, path, rest, depth);
    else if (file_kind(path) == FILE_REGULAR)
        table_put(globber->arena, &globber->found, path, globber);
}

static TextList entries(Globber *globber, Text directory)
{
    Diags ignored = diags_make(globber->arena);
    TextList names = { 0 };

    if (file_kind(directory) == FILE_DIRECTORY)
        file_list(globber->arena, directory, &names, RANGE_NONE, &ignored);
    return names;
}

/* ** stands for this folder and all those below it; links are not followed, they may lead in a
   circle. */
static void glob_below(Globber *globber, Text directory, Text rest, size_t depth)
{
    TextList names = entries(globber, directory);
    Text here = rest.length ? rest : TEXT_LIT("*");

    glob(globber, directory, here, depth + 1);
    for (size_t i = 0; i < names.count; i++) {
        Text path = file_join(globber->arena, directory, names.items[i]);

        if (file_kind(path) == FILE_DIRECTORY && !is_link(globber->arena, path) &&
            depth < FOLDERS_MAX)
            glob_below(globber, path, rest, depth + 1);
    }
}

static bool has_meta(Text part)
{
    for (size_t i = 0; i < part.length; i++)
        if (part.bytes[i] == '*' || part.bytes[i] == '?' || part.bytes[i] == '[' ||
            part.bytes[i] == '\\')
            return true;
    return false;
}

static void glob(Globber *globber, Text directory, Text pattern, size_t depth)
{
    Text part, rest;
    TextList names;

    text_cut(pattern, TEXT_LIT("/"), &part, &rest);
    if (text_is(part, "**")) {
        glob_below(globber, directory, rest, depth);
        return;
    }
    if (!has_meta(part)) {
        glob_entry(globber, file_join(globber->arena, directory, part), rest, depth);
        return;
    }
    names = entries(globber, directory);
    for (size_t i = 0; i < names.count; i++)
        if (matches(globber, part, names.items[i]))
            glob_entry(globber, file_join(globber->arena, directory, names.items[i]), rest, depth);
}

/* --- alternatives --------------------------------------------------------------------------- */

typedef LIST(Text) Patterns;

/* The } that closes the { at [open], TEXT_NOT_FOUND when none does. */
static size_t closing_brace(Text pattern, size_t open)
{
    size_t depth = 0;

    for (size_t at = open; at < pattern.length; at++) {
        if (pattern.bytes[at] == '\\')
            at++;
        else if (pattern.bytes[at] == '{')
            depth++;
        else if (pattern.bytes[at] == '}' && --depth == 0)
            return at;
    }
    return TEXT_NOT_FOUND;
}

static size_t first_brace(Text pattern)
{
    for (size_t at = 0; at < pattern.length; at++) {
        if (pattern.bytes[at] == '\\')
            at++;
        else if (pattern.bytes[at] == '{')
            return at;
    }
    return TEXT_NOT_FOUND;
}

/* Writes the pattern out once for each alternative of its first braces. False: it is no pattern. */
static bool expand_first(Arena *arena, Text pattern, size_t open, Patterns *patterns)
{
    size_t close = closing_brace(pattern, open), depth = 0, start = open + 1;

    if (close == TEXT_NOT_FOUND)
        return false;
    for (size_t at = open + 1; at <= close; at++) {
        char c = pattern.bytes[at];

        if (c == '\\') {
            at++;
        } else if (depth == 0 && (c == ',' || at == close)) {
            Text parts[] = { text_slice(pattern, 0, open), text_slice(pattern, start, at),
                             text_slice(pattern, close + 1, pattern.length) };

            list_add(arena, patterns, text_join(arena, parts, 3, TEXT_NONE));
            start = at + 1;
        } else if (c == '{') {
            depth++;
        } else if (c == '}') {
            depth--;
        }
    }
    return patterns->count <= ALTERNATIVES_MAX;
}

/* --- the function --------------------------------------------------------------------------- */

/* Everything that the pattern matches; false when it is no pattern. */
static bool glob_pattern(Globber *globber, Text pattern)
{
    Patterns patterns = { 0 };

    list_add(globber->arena, &patterns, pattern);
    for (size_t i = 0; i < patterns.count; i++) {
        size_t open = first_brace(patterns.items[i]);
        bool is_absolute = text_starts_with(patterns.items[i], TEXT_LIT("/"));

        if (open != TEXT_NOT_FOUND) {
            if (!expand_first(globber->arena, patterns.items[i], open, &patterns))
                return false;
            continue;
        }
        if (!is_valid(patterns.items[i]))
            return false;
        glob(globber, is_absolute ? TEXT_LIT("/") : TEXT_LIT("."),
             text_slice(patterns.items[i], is_absolute, patterns.items[i].length), 0);
    }
    return !globber->invalid;
}

/* The path as it is seen from the folder: both are clean. */
static Text relative_path(Arena *arena, Text folder, Text path)
{
    TextBuilder builder = text_builder(arena);

    if (text_is(folder, "."))
        return path;
    while (folder.length) {
        Text inside = text_concat(arena, folder, TEXT_LIT("/"));
        size_t slash;

        if (text_is(folder, "/"))
            inside = folder;
        if (text_starts_with(path, inside)) {
            text_add(&builder, text_slice(path, inside.length, path.length));
            return text_built(&builder);
        }
        text_add(&builder, TEXT_LIT("../"));
        slash = text_find_last(folder, TEXT_LIT("/"));
        folder = slash == TEXT_NOT_FOUND ? TEXT_NONE : text_slice(folder, 0, slash ? slash : 1);
    }
    text_add(&builder, path);
    return text_built(&builder);
}

Value function_fileset(Call *call)
{
    Text folder = file_path(call, call_text(call, 0)), pattern = call_text(call, 1);
    ValueBuilder builder = value_builder(call->arena);
    Globber globber = { .arena = call->arena };

    while (text_starts_with(pattern, TEXT_LIT("/")))
        pattern = text_slice(pattern, 1, pattern.length);
    if (!glob_pattern(&globber, file_clean(call->arena, file_join(call->arena, folder, pattern))))
        return call_error(call, -1,
                          "failed to glob pattern \"" TEXT_FMT "\": syntax error in pattern",
                          TEXT(pattern));
    for (size_t i = 0; i < globber.found.count; i++)
        value_builder_add(&builder, call_string(call, relative_path(call->arena, folder,
                                                                    globber.found.entries[i].key)));
    return value_built_set(&builder, type_string);
}
