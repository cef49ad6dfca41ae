/*
 * regex, regexall and replace. The only user of PCRE2. It matches by backtracking, which RE2 does
 * not: a pattern that would take for ever on a text ends with an error.
 */
#include "functions.h"

#include "pipectl/value/unicode.h"
#include "regex_grammar.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { STEPS_MAX = 20000000 };

typedef struct Regex {
    RegexSyntax syntax;
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
} Regex;

/* Offsets of what matched, and of the groups: two for each, PCRE2_UNSET where a group took no part.
 */
typedef struct Match {
    const PCRE2_SIZE *offsets;
} Match;

typedef enum MatchOutcome { MATCH_FOUND, MATCH_NONE, MATCH_FAILED } MatchOutcome;

/* --- compiling ------------------------------------------------------------------------------ */

static void regex_close(Regex *regex)
{
    pcre2_match_data_free(regex->match);
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
}

/* False when the pattern is wrong: then the syntax says why. */
static bool regex_open(Arena *arena, Text pattern, Regex *regex)
{
    PCRE2_SIZE offset;
    int error;

    if (!regex_translate(arena, pattern, &regex->syntax))
        return false;
    regex->code = pcre2_compile(
        (PCRE2_SPTR)regex->syntax.pattern.bytes, regex->syntax.pattern.length,
        PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
    if (!regex->code) {
        regex->syntax.wrong = "invalid character class range";
        regex->syntax.where = pattern;
        return false;
    }
    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* only faster: may fail */
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->limits, STEPS_MAX);
    return true;
}

/* Looks for a match from [from] on. */
static MatchOutcome find(Call *call, const Regex *regex, Text text, size_t from, Match *ret_match)
{
    const char *bytes = text.bytes ? text.bytes : "";
    int result = pcre2_match(regex->code, (PCRE2_SPTR)bytes, text.length, from, PCRE2_NO_UTF_CHECK,
                             regex->match, regex->limits);

    if (result == PCRE2_ERROR_NOMATCH)
        return MATCH_NONE;
    if (result < 0) {
        call_error(
            call, -1,
            "matching this pattern against this text takes too many steps; write the pattern in a "
            "simpler way");
        return MATCH_FAILED;
    }
    ret_match->offsets = pcre2_get_ovector_pointer(regex->match);
    return MATCH_FOUND;
}

/* --- results -------------------------------------------------------------------------------- */

typedef enum Captures { CAPTURES_NONE, CAPTURES_UNNAMED, CAPTURES_NAMED, CAPTURES_MIXED } Captures;

static Captures captures_of(const RegexSyntax *syntax)
{
    size_t named = 0;

    for (size_t i = 0; i < syntax->names.count; i++)
        named += syntax->names.items[i].length > 0;
    if (syntax->names.count == 0)
        return CAPTURES_NONE;
    if (named == 0)
        return CAPTURES_UNNAMED;
    return named == syntax->names.count ? CAPTURES_NAMED : CAPTURES_MIXED;
}

/* A string, a tuple of the groups, or an object of them by name (of two with one name the later).
 */
static const Type *result_type(Arena *arena, const RegexSyntax *syntax)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < syntax->names.count; i++) {
        if (syntax->names.items[i].length)
            value_builder_put(&builder, syntax->names.items[i], value_null(type_string));
        else
            value_builder_add(&builder, value_null(type_string));
    }
    switch (captures_of(syntax)) {
    case CAPTURES_UNNAMED:
        return value_built_tuple(&builder).type;
    case CAPTURES_NAMED:
        return value_built_object(&builder).type;
    default:
        return type_string;
    }
}

static Value group_value(const Call *call, Text text, Match match, size_t group)
{
    PCRE2_SIZE from = match.offsets[2 * group], to = match.offsets[2 * group + 1];

    return from == PCRE2_UNSET ? value_null(type_string)
                               : call_string(call, text_slice(text, from, to));
}

static Value match_value(const Call *call, const RegexSyntax *syntax, Text text, Match match)
{
    ValueBuilder builder = value_builder(call->arena);

    if (syntax->names.count == 0)
        return group_value(call, text, match, 0);
    for (size_t i = 0; i < syntax->names.count; i++) {
        Value value = group_value(call, text, match, i + 1);

        if (syntax->names.items[i].length)
            value_builder_put(&builder, syntax->names.items[i], value);
        else
            value_builder_add(&builder, value);
    }
    return captures_of(syntax) == CAPTURES_NAMED ? value_built_object(&builder)
                                                 : value_built_tuple(&builder);
}

/* The pattern in the first argument; false and reported when it is wrong. */
static bool open_argument(Call *call, Regex *regex)
{
    if (!regex_open(call->arena, call_text(call, 0), regex)) {
        call_error(call, 0, "invalid regexp pattern: %s in " TEXT_FMT, regex->syntax.wrong,
                   TEXT(regex->syntax.where));
        return false;
    }
    if (captures_of(&regex->syntax) != CAPTURES_MIXED)
        return true;
    regex_close(regex);
    call_error(call, 0, "invalid regexp pattern: cannot mix both named and unnamed capture groups");
    return false;
}

/* --- functions ------------------------------------------------------------------------------ */

Value function_regex(Call *call)
{
    Value text = call_argument(call, 1), value;
    Regex regex = { 0 };
    Match match;

    if (call_argument(call, 0).state == VALUE_UNKNOWN || !open_argument(call, &regex))
        return value_unknown(type_dynamic);
    value = call_unknown(call, result_type(call->arena, &regex.syntax));
    if (text.state == VALUE_KNOWN) {
        switch (find(call, &regex, value_text(text), 0, &match)) {
        case MATCH_FOUND:
            value = match_value(call, &regex.syntax, value_text(text), match);
            break;
        case MATCH_NONE:
            call_error(call, -1, "pattern did not match any part of the given string");
            break;
        case MATCH_FAILED:
            break;
        }
    }
    regex_close(&regex);
    return value;
}

/* Where to look next after a match at [match]: never at the same place again. */
static size_t next_search(Text text, size_t searched_from, Match match)
{
    size_t end = match.offsets[1];
    uint32_t ignored;

    if (end > searched_from)
        return end;
    return searched_from < text.length ? unicode_next(text, searched_from, &ignored)
                                       : text.length + 1;
}

Value function_regexall(Call *call)
{
    Value argument = call_argument(call, 1);
    ValueBuilder builder = value_builder(call->arena);
    size_t from = 0, last_end = SIZE_MAX;
    MatchOutcome outcome = MATCH_FOUND;
    Regex regex = { 0 };
    const Type *type;

    if (call_argument(call, 0).state == VALUE_UNKNOWN)
        return call_unknown(call, type_list(type_dynamic));
    if (!open_argument(call, &regex))
        return value_unknown(type_dynamic);
    type = result_type(call->arena, &regex.syntax);
    while (argument.state == VALUE_KNOWN && outcome == MATCH_FOUND &&
           from <= value_text(argument).length) {
        Text text = value_text(argument);
        Match match;

        outcome = find(call, &regex, text, from, &match);
        if (outcome != MATCH_FOUND)
            break;
        /* An empty match right behind another one does not count. */
        if (match.offsets[1] > from || match.offsets[0] != last_end)
            value_builder_add(&builder, match_value(call, &regex.syntax, text, match));
        last_end = match.offsets[1];
        from = next_search(text, from, match);
    }
    regex_close(&regex);
    if (argument.state == VALUE_UNKNOWN || outcome == MATCH_FAILED)
        return call_unknown(call, type_list(type));
    return value_built_list(&builder, type);
}

/* --- replace -------------------------------------------------------------------------------- */

static bool is_name_character(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The group that a name or number stands for; SIZE_MAX when there is none. */
static size_t group_index(const RegexSyntax *syntax, Text name)
{
    int64_t number;

    if (name.length && name.bytes[0] >= '0' && name.bytes[0] <= '9' && text_to_int(name, &number))
        return (size_t)number <= syntax->names.count ? (size_t)number : SIZE_MAX;
    for (size_t i = 0; i < syntax->names.count; i++)
        if (name.length && text_equal(syntax->names.items[i], name))
            return i + 1;
    return SIZE_MAX;
}

/* The name after a $, with or without braces: its end, 0 when there is none. */
static size_t reference_end(Text template, size_t at, Text *ret_name)
{
    bool braces = at < template.length && template.bytes[at] == '{';
    size_t from = at + braces, to = from;

    while (to < template.length && is_name_character(template.bytes[to]))
        to++;
    *ret_name = text_slice(template, from, to);
    if (to == from || (braces && (to == template.length || template.bytes[to] != '}')))
        return 0;
    return to + braces;
}

/* template = (text | "$$" | "$" name | "${" name "}")* */
static void add_replacement(TextBuilder *builder, const RegexSyntax *syntax, Text template,
                            Text text, Match match)
{
    for (size_t at = 0; at < template.length;) {
        bool is_dollar = template.bytes[at] == '$';
        size_t end;
        Text name;

        if (is_dollar && at + 1 < template.length && template.bytes[at + 1] == '$') {
            text_add_char(builder, '$');
            at += 2;
        } else if (is_dollar && (end = reference_end(template, at + 1, &name)) > 0) {
            size_t group = group_index(syntax, name);

            if (group != SIZE_MAX && match.offsets[2 * group] != PCRE2_UNSET)
                text_add(builder,
                         text_slice(text, match.offsets[2 * group], match.offsets[2 * group + 1]));
            at = end;
        } else {
            text_add_char(builder, template.bytes[at++]);
        }
    }
}

static Value replace_matches(Call *call, Text pattern)
{
    Text text = call_text(call, 0);
    TextBuilder builder = text_builder(call->arena);
    size_t from = 0, done = 0;
    MatchOutcome outcome = MATCH_FOUND;
    Regex regex = { 0 };

    if (!regex_open(call->arena, pattern, &regex))
        return call_error(call, -1, "error parsing regexp: %s: `" TEXT_FMT "`", regex.syntax.wrong,
                          TEXT(regex.syntax.where));
    while (outcome == MATCH_FOUND && from <= text.length) {
        Match match;

        outcome = find(call, &regex, text, from, &match);
        if (outcome != MATCH_FOUND)
            break;
        text_add(&builder, text_slice(text, done, match.offsets[0]));
        if (match.offsets[1] > done || match.offsets[0] == 0)
            add_replacement(&builder, &regex.syntax, call_text(call, 2), text, match);
        done = match.offsets[1];
        from = next_search(text, from, match);
    }
    regex_close(&regex);
    if (outcome == MATCH_FAILED)
        return value_unknown(type_string);
    text_add(&builder, text_slice(text, done, text.length));
    return call_string(call, text_built(&builder));
}

/* Nothing stands before every character and at the end. */
static Value replace_nothing(Call *call)
{
    Text text = call_text(call, 0);
    TextBuilder builder = text_builder(call->arena);
    uint32_t ignored;

    for (size_t at = 0; at < text.length;) {
        size_t next = unicode_next(text, at, &ignored);

        text_add(&builder, call_text(call, 2));
        text_add(&builder, text_slice(text, at, next));
        at = next;
    }
    text_add(&builder, call_text(call, 2));
    return call_string(call, text_built(&builder));
}

Value function_replace(Call *call)
{
    Text old = call_text(call, 1);

    if (old.length > 1 && old.bytes[0] == '/' && old.bytes[old.length - 1] == '/')
        return replace_matches(call, text_slice(old, 1, old.length - 1));
    if (!old.length)
        return replace_nothing(call);
    return call_string(call,
                       text_replace(call->arena, call_text(call, 0), old, call_text(call, 2)));
}
