/*
 * Reads RE2's grammar and writes PCRE2's. Every atom is written so that a repetition can follow it.
 *
 *   alternation = sequence ("|" sequence)*
 *   sequence    = (atom repetition?)*
 *   repetition  = ("*" | "+" | "?" | "{" n ("," m?)? "}") "?"?
 *   atom        = character | escape | class | "." | "^" | "$" | group
 *   group       = "(" opening? alternation ")" | "(?" flags ")"
 *   opening     = "?P<" name ">" | "?<" name ">" | "?" flags ":"
 */
#include "regex_grammar.h"

#include "pipectl/value/unicode.h"

enum { REPEAT_MAX = 1000, DEPTH_MAX = 1000 };

enum { FOLD_CASE = 1, MULTI_LINE = 2, DOT_ALL = 4, UNGREEDY = 8 };

typedef struct RegexReader {
    Arena *arena;
    Text text;
    size_t at;
    unsigned flags;
    size_t depth;
    size_t late; /* repetitions that came after flags */
    TextBuilder out;
    RegexSyntax *syntax;
} RegexReader;

static void fail(RegexReader *reader, const char *wrong, size_t from)
{
    if (reader->syntax->wrong)
        return;
    reader->syntax->wrong = wrong;
    reader->syntax->where = text_slice(reader->text, from, reader->at);
}

static bool failed(const RegexReader *reader)
{
    return reader->syntax->wrong != NULL;
}

static int byte_at(const RegexReader *reader, size_t at)
{
    return at < reader->text.length ? (unsigned char)reader->text.bytes[at] : -1;
}

static int peek(const RegexReader *reader)
{
    return byte_at(reader, reader->at);
}

static bool here(const RegexReader *reader, const char *text)
{
    return text_starts_with(text_slice(reader->text, reader->at, reader->text.length),
                            text_of(text));
}

static bool accept(RegexReader *reader, const char *text)
{
    if (!here(reader, text))
        return false;
    reader->at += text_of(text).length;
    return true;
}

static void write(RegexReader *reader, const char *text)
{
    text_add(&reader->out, text_of(text));
}

/* Any character as itself, in and out of classes. */
static void write_character(RegexReader *reader, uint32_t c)
{
    if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        unicode_add(&reader->out, c);
    else
        text_add_format(&reader->out, "\\x{%x}", c);
}

static uint32_t read_character(RegexReader *reader)
{
    uint32_t c = 0;

    reader->at = unicode_next(reader->text, reader->at, &c);
    return c;
}

/* --- escapes -------------------------------------------------------------------------------- */

static bool is_octal(int c)
{
    return c >= '0' && c <= '7';
}

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* hex = hex-digit hex-digit | "{" hex-digit+ "}", after \x */
static uint32_t read_hex(RegexReader *reader, size_t start)
{
    bool braces = accept(reader, "{");
    uint32_t c = 0;
    size_t count = 0;

    for (; hex_value(peek(reader)) >= 0 && (braces || count < 2); reader->at++, count++) {
        c = c * 16 + (uint32_t)hex_value(peek(reader));
        if (c > 0x10FFFF)
            break;
    }
    if (count == 0 || c > 0x10FFFF || (!braces && count < 2) || (braces && !accept(reader, "}")))
        fail(reader, "invalid escape sequence", start);
    return c;
}

static uint32_t read_octal(RegexReader *reader)
{
    uint32_t c = 0;

    for (int count = 0; count < 3 && is_octal(peek(reader)); count++, reader->at++)
        c = c * 8 + (uint32_t)(peek(reader) - '0');
    return c;
}

/* An escape that stands for one character; the backslash is the next byte. */
static uint32_t read_escape(RegexReader *reader)
{
    static const char letters[] = "afnrtv", characters[] = "\a\f\n\r\t\v";
    size_t start = reader->at++;
    int c = peek(reader);
    bool is_alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

    if (c == -1) {
        fail(reader, "trailing backslash at end of expression", start);
        return 0;
    }
    if (c < 0x80 && !is_alphanumeric) {
        reader->at++;
        return (uint32_t)c;
    }
    if (c == '0' || (is_octal(c) && is_octal(byte_at(reader, reader->at + 1)))) {
        return read_octal(reader);
    } else if (c == 'x') {
        reader->at++;
        return read_hex(reader, start);
    } else {
        read_character(reader);
        for (size_t i = 0; letters[i]; i++)
            if (c == letters[i])
                return (uint32_t)characters[i];
    }
    fail(reader, "invalid escape sequence", start);
    return 0;
}

/* --- classes -------------------------------------------------------------------------------- */

/* What \d and the like are inside of brackets. */
static const struct {
    const char *escape;
    const char *inside;
    const char *alone;
} perl_classes[] = {
    { "\\d", "0-9",              "[0-9]" },
    { "\\D", "\\D",              "[^0-9]" },
    { "\\s", "\\t\\n\\f\\r\\x20",    "[\\t\\n\\f\\r\\x20]" },
    { "\\S", "\\S\\x0b",          "[^\\t\\n\\f\\r\\x20]" },
    { "\\w", "0-9A-Za-z_",       "[0-9A-Za-z_]" },
    { "\\W", "\\W",              "[^0-9A-Za-z_]" },
};

static bool read_perl_class(RegexReader *reader, bool inside)
{
    for (size_t i = 0; i < sizeof perl_classes / sizeof *perl_classes; i++) {
        if (accept(reader, perl_classes[i].escape)) {
            write(reader, inside ? perl_classes[i].inside : perl_classes[i].alone);
            return true;
        }
    }
    return false;
}

/* A category has one letter, or two of which the second is small; everything else is a script. */
static bool is_category(Text name)
{
    static const char *const categories[] = { "C",  "Cc", "Cf", "Co", "Cs", "L",  "Ll", "Lm", "Lo",
                                             "Lt", "Lu", "M",  "Mc", "Me", "Mn", "N",  "Nd", "Nl",
                                             "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps",
                                             "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs" };

    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        if (text_is(name, categories[i]))
            return true;
    return false;
}

/* Scripts are written as Greek or Old_Italic; PCRE2 would take them in any spelling. */
static bool looks_like_script(Text name)
{
    if (name.length < 2 || name.bytes[0] < 'A' || name.bytes[0] > 'Z')
        return false;
    for (size_t i = 1; i < name.length; i++)
        if (name.bytes[i] != '_' && (name.bytes[i] | 0x20) < 'a' && (name.bytes[i] | 0x20) > 'z')
            return false;
    return name.bytes[1] >= 'a' && name.bytes[1] <= 'z';
}

/* property = ("\p" | "\P") (letter | "{" "^"? name "}") */
static bool read_property(RegexReader *reader)
{
    size_t start = reader->at;
    bool negated = here(reader, "\\P");
    Text name;

    if (!accept(reader, "\\p") && !accept(reader, "\\P"))
        return false;
    if (accept(reader, "{")) {
        Text rest;
        bool closed = text_cut(text_slice(reader->text, reader->at, reader->text.length),
                               TEXT_LIT("}"), &name, &rest);

        reader->at += name.length + closed;
        if (text_starts_with(name, TEXT_LIT("^"))) {
            negated = !negated;
            name = text_slice(name, 1, name.length);
        }
    } else {
        size_t from = reader->at;

        read_character(reader);
        name = text_slice(reader->text, from, reader->at);
    }
    if (text_is(name, "Any"))
        write(reader, negated ? "\\P{Any}" : "\\p{Any}");
    else if (is_category(name))
        text_add_format(&reader->out, "\\%c{" TEXT_FMT "}", negated ? 'P' : 'p', TEXT(name));
    else if (looks_like_script(name))
        text_add_format(&reader->out, "\\%c{sc:" TEXT_FMT "}", negated ? 'P' : 'p', TEXT(name));
    else
        fail(reader, "invalid character class range", start);
    return true;
}

/* named = "[:" "^"? name ":]", which PCRE2 writes the same */
static bool read_named_class(RegexReader *reader)
{
    static const char *const names[] = { "alnum", "alpha", "ascii", "blank", "cntrl",
                                        "digit", "graph", "lower", "print", "punct",
                                        "space", "upper", "word",  "xdigit" };
    Text rest = text_slice(reader->text, reader->at, reader->text.length), name, after;
    size_t start = reader->at;

    if (!here(reader, "[:") || !text_cut(rest, TEXT_LIT(":]"), &name, &after))
        return false;
    reader->at += name.length + 2;
    name = text_slice(name, 2, name.length);
    if (text_starts_with(name, TEXT_LIT("^")))
        name = text_slice(name, 1, name.length);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_is(name, names[i])) {
            text_add(&reader->out, text_slice(reader->text, start, reader->at));
            return true;
        }
    }
    fail(reader, "invalid character class range", start);
    return true;
}

static uint32_t read_class_character(RegexReader *reader, size_t class_start)
{
    if (peek(reader) == -1) {
        fail(reader, "missing closing ]", class_start);
        return 0;
    }
    return peek(reader) == '\\' ? read_escape(reader) : read_character(reader);
}

/* range = character ("-" character)? */
static void read_range(RegexReader *reader, size_t class_start)
{
    size_t start = reader->at;
    uint32_t from = read_class_character(reader, class_start), to = from;

    if (peek(reader) == '-' && byte_at(reader, reader->at + 1) != ']' &&
        byte_at(reader, reader->at + 1) != -1) {
        reader->at++;
        to = read_class_character(reader, class_start);
        if (to < from)
            fail(reader, "invalid character class range", start);
    }
    write_character(reader, from);
    if (to != from) {
        write(reader, "-");
        write_character(reader, to);
    }
}

/* class = "[" "^"? (named | property | perl-class | range)+ "]" */
static void read_class(RegexReader *reader)
{
    size_t start = reader->at++;
    bool first = true;

    write(reader, "[");
    if (accept(reader, "^"))
        write(reader, "^");
    for (; !failed(reader) && (first || peek(reader) != ']'); first = false) {
        if (peek(reader) == -1)
            fail(reader, "missing closing ]", start);
        else if (!read_named_class(reader) && !read_property(reader) &&
                 !read_perl_class(reader, true))
            read_range(reader, start);
    }
    reader->at++;
    write(reader, "]");
}

/* --- groups --------------------------------------------------------------------------------- */

static size_t read_alternation(RegexReader *reader);

static bool is_word(Text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];

        if (c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
            return false;
    }
    return name.length > 0;
}

/* name = word ">" */
static Text read_group_name(RegexReader *reader, size_t start)
{
    Text name, rest;

    if (!text_cut(text_slice(reader->text, reader->at, reader->text.length), TEXT_LIT(">"), &name,
                  &rest)) {
        reader->at = reader->text.length;
        fail(reader, "invalid named capture", start);
        return TEXT_NONE;
    }
    reader->at += name.length + 1;
    if (!is_word(name))
        fail(reader, "invalid named capture", start);
    return name;
}

static unsigned flag_of(int c)
{
    switch (c) {
    case 'i':
        return FOLD_CASE;
    case 'm':
        return MULTI_LINE;
    case 's':
        return DOT_ALL;
    case 'U':
        return UNGREEDY;
    default:
        return 0;
    }
}

/* flags = [imsU]* ("-" [imsU]+)?, up to a ":" or ")" */
static unsigned read_flags(RegexReader *reader, size_t start)
{
    unsigned flags = reader->flags;
    bool off = false, any = false;

    for (;; reader->at++) {
        unsigned flag = flag_of(peek(reader));

        if (flag) {
            flags = off ? flags & ~flag : flags | flag;
            any = true;
        } else if (peek(reader) == '-' && !off) {
            off = true;
            any = false;
        } else {
            break;
        }
    }
    if ((off && !any) || (peek(reader) != ':' && peek(reader) != ')')) {
        bool at_end = peek(reader) == -1;

        reader->at += !at_end;
        fail(reader, at_end ? "missing closing )" : "invalid or unsupported Perl syntax", start);
    }
    return flags;
}

static void write_fold_flag(RegexReader *reader)
{
    write(reader, reader->flags & FOLD_CASE ? "(?i)" : "(?-i)");
}

/* A group; false when it was only flags, which nothing can repeat. [ret_factor]: as read_atom. */
static bool read_group(RegexReader *reader, size_t *ret_factor)
{
    size_t start = reader->at++;
    unsigned outer = reader->flags;

    *ret_factor = 1;
    if (accept(reader, "?P<") || accept(reader, "?<")) {
        Text name = read_group_name(reader, start);

        list_add(reader->arena, &reader->syntax->names, name);
        write(reader, "(");
    } else if (accept(reader, "?")) {
        reader->flags = read_flags(reader, start);
        if (failed(reader))
            return true;
        if (accept(reader, ")")) {
            write_fold_flag(reader);
            return false;
        }
        reader->at++;
        write(reader, "(?:");
        write_fold_flag(reader);
    } else {
        list_add(reader->arena, &reader->syntax->names, TEXT_NONE);
        write(reader, "(");
    }
    *ret_factor = read_alternation(reader);
    if (!accept(reader, ")"))
        fail(reader, "missing closing )", start);
    write(reader, ")");
    reader->flags = outer;
    return true;
}

/* --- atoms ---------------------------------------------------------------------------------- */

/* \Q...\E: all but its last character, which may be repeated, is written at once. */
static bool read_quoted(RegexReader *reader)
{
    size_t from;

    if (!accept(reader, "\\Q"))
        return false;
    from = reader->at;
    while (reader->at < reader->text.length && !here(reader, "\\E"))
        write_character(reader, read_character(reader));
    if (reader->at == from)
        write(reader, "(?:)");
    accept(reader, "\\E");
    return true;
}

static bool read_assertion(RegexReader *reader)
{
    static const char *const escapes[] = { "\\A", "\\z", "\\b", "\\B" };

    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (accept(reader, escapes[i])) {
            text_add_format(&reader->out, "(?:%s)", escapes[i]);
            return true;
        }
    }
    if (accept(reader, "^"))
        write(reader, reader->flags & MULTI_LINE ? "(?:\\A|(?<=\\n))" : "(?:\\A)");
    else if (accept(reader, "$"))
        write(reader, reader->flags & MULTI_LINE ? "(?:(?=\\n)|\\z)" : "(?:\\z)");
    else
        return false;
    return true;
}

/* False when nothing can repeat it. [ret_factor]: how often counted repetitions in it multiply. */
static bool read_atom(RegexReader *reader, size_t *ret_factor)
{
    *ret_factor = 1;
    if (read_assertion(reader) || read_perl_class(reader, false) || read_property(reader) ||
        read_quoted(reader))
        return true;
    switch (peek(reader)) {
    case '(':
        return read_group(reader, ret_factor);
    case '[':
        read_class(reader);
        break;
    case '.':
        reader->at++;
        write(reader, reader->flags & DOT_ALL ? "(?s:.)" : "[^\\n]");
        break;
    case '\\':
        write_character(reader, read_escape(reader));
        break;
    default:
        write_character(reader, read_character(reader));
    }
    return true;
}

/* --- repetition ----------------------------------------------------------------------------- */

typedef struct Repetition {
    int64_t least;
    int64_t most; /* -1: any number */
} Repetition;

/* A number without zeros in front; false when there is none. */
static bool read_count(RegexReader *reader, int64_t *ret_count)
{
    size_t start = reader->at;
    int64_t count = 0;

    for (; peek(reader) >= '0' && peek(reader) <= '9'; reader->at++)
        if (count <= REPEAT_MAX)
            count = count * 10 + (peek(reader) - '0');
    if (reader->at == start || (reader->at - start > 1 && byte_at(reader, start) == '0'))
        return false;
    *ret_count = count;
    return true;
}

/* counted = "{" n ("," m?)? "}"; when it is not that, the brace is a character like others */
static bool read_counted(RegexReader *reader, Repetition *ret)
{
    size_t start = reader->at++;
    bool ok = read_count(reader, &ret->least);

    ret->most = ret->least;
    if (ok && accept(reader, ",")) {
        ret->most = -1;
        if (peek(reader) != '}')
            ok = read_count(reader, &ret->most);
    }
    if (ok && accept(reader, "}"))
        return true;
    reader->at = start;
    return false;
}

static bool read_operator(RegexReader *reader, Repetition *ret)
{
    switch (peek(reader)) {
    case '*':
        *ret = (Repetition){ 0, -1 };
        break;
    case '+':
        *ret = (Repetition){ 1, -1 };
        break;
    case '?':
        *ret = (Repetition){ 0, 1 };
        break;
    case '{':
        return read_counted(reader, ret);
    default:
        return false;
    }
    reader->at++;
    return true;
}

static bool is_operator(const RegexReader *reader)
{
    RegexReader ahead = *reader;
    Repetition ignored;

    return read_operator(&ahead, &ignored);
}

static void write_repetition(RegexReader *reader, Repetition repetition, bool lazy)
{
    if (repetition.most < 0)
        text_add_format(&reader->out, "{%lld,}", (long long)repetition.least);
    else
        text_add_format(&reader->out, "{%lld,%lld}", (long long)repetition.least,
                        (long long)repetition.most);
    if (lazy)
        write(reader, "?");
}

/* repetition after an atom; what its counts multiply to. */
static size_t read_repetition(RegexReader *reader, bool is_repeatable, size_t factor)
{
    size_t start = reader->at;
    Repetition repetition, second;
    int64_t count;
    bool lazy;

    if (!read_operator(reader, &repetition))
        return factor;
    if (!is_repeatable)
        fail(reader, "missing argument to repetition operator", start);
    count = repetition.most > repetition.least ? repetition.most : repetition.least;
    if (repetition.least > REPEAT_MAX || repetition.most > REPEAT_MAX ||
        (repetition.most >= 0 && repetition.least > repetition.most) ||
        (count > 1 && (size_t)count * factor > REPEAT_MAX))
        fail(reader, "invalid repeat count", start);
    lazy = accept(reader, "?");
    if (read_operator(reader, &second))
        fail(reader, "invalid nested repetition operator", start);
    write_repetition(reader, repetition, lazy != ((reader->flags & UNGREEDY) != 0));
    return count > 1 ? factor * (size_t)count : factor;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Where something that can be repeated was written; empty: nowhere yet. */
typedef struct Piece {
    size_t start, end;
    size_t factor;
} Piece;

/* x(?i)* repeats x, for RE2: flags are nothing that stands between. PCRE2 gets (?:x)*(?i). */
static void read_late_repetition(RegexReader *reader, Piece *piece)
{
    Text written = text_built(&reader->out);

    if (++reader->late > DEPTH_MAX)
        fail(reader, "expression nests too deeply", 0);
    reader->out = text_builder(reader->arena);
    text_add(&reader->out, text_slice(written, 0, piece->start));
    write(reader, "(?:");
    text_add(&reader->out, text_slice(written, piece->start, piece->end));
    write(reader, ")");
    piece->factor = read_repetition(reader, true, piece->factor);
    piece->end = text_built(&reader->out).length;
    write_fold_flag(reader);
}

/* The greatest factor of the parts. */
static size_t read_sequence(RegexReader *reader)
{
    size_t greatest = 1, start = reader->at;
    Piece piece = { 0 };
    Repetition ignored;

    if (read_operator(reader, &ignored))
        fail(reader, "missing argument to repetition operator", start);
    while (!failed(reader) && peek(reader) != -1 && peek(reader) != '|' && peek(reader) != ')') {
        size_t factor, from = text_built(&reader->out).length;

        if (read_atom(reader, &factor)) {
            if (!failed(reader))
                factor = read_repetition(reader, true, factor);
            piece = (Piece){ from, text_built(&reader->out).length, factor };
        } else if (!failed(reader) && piece.end > piece.start && is_operator(reader)) {
            read_late_repetition(reader, &piece);
            factor = piece.factor;
        } else if (!failed(reader)) {
            factor = read_repetition(reader, false, factor);
        }
        if (factor > greatest)
            greatest = factor;
    }
    return greatest;
}

static size_t read_alternation(RegexReader *reader)
{
    size_t greatest = 1;

    if (++reader->depth > DEPTH_MAX)
        fail(reader, "expression nests too deeply", 0);
    while (!failed(reader)) {
        size_t factor = read_sequence(reader);

        if (factor > greatest)
            greatest = factor;
        if (!accept(reader, "|"))
            break;
        write(reader, "|");
    }
    reader->depth--;
    return greatest;
}

bool regex_translate(Arena *arena, Text pattern, RegexSyntax *ret_syntax)
{
    RegexReader reader = {
        .arena = arena, .text = pattern, .out = text_builder(arena), .syntax = ret_syntax };

    *ret_syntax = (RegexSyntax){ 0 };
    read_alternation(&reader);
    if (!failed(&reader) && peek(&reader) == ')') {
        reader.at = pattern.length;
        fail(&reader, "unexpected )", 0);
    }
    ret_syntax->pattern = text_built(&reader.out);
    return !failed(&reader);
}
