#include "yaml_trouble.h"

#include "scalar.h"

#include <string.h>

typedef struct TroubleRow {
    /* Whether the row applies; then also what to quote in the detail, and where to point. */
    bool (*applies)(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range);
    const char *summary;
    const char *before; /* of the detail: what stands before the shown text, ... */
    const char *after;  /* ... and after it */
} TroubleRow;

static Text text_from(Range range)
{
    return text_slice(range.source->text, range.start, range.source->text.length);
}

static char char_at(Range range, long offset)
{
    Text text = range.source->text;
    size_t at = range.start + (size_t)offset;

    return at < text.length ? text.bytes[at]
                            : '\0'; /* before the start wraps around, and is not there */
}

/* The range of [length] bytes from where [range] starts. */
static Range stretched(Range range, size_t length)
{
    Text text = text_slice(range.source->text, range.start, range.start + length);

    return (Range){ range.source, range.start, range.start + (uint32_t)text.length };
}

/* The range of bytes [from, to) of the line in which [range] starts. */
static Range part_of_line(Range range, size_t from, size_t to)
{
    size_t start;
    Text line = source_line(range.source, range.start, &start);
    uint32_t begin = (uint32_t)(start + from);

    return (Range){ range.source, begin, begin + (uint32_t)text_slice(line, from, to).length };
}

static size_t word_length(Text text, bool flow)
{
    size_t length = 0;

    while (length < text.length && !strchr(flow ? " \t\r\n,]}" : " \t\r\n", text.bytes[length]))
        length++;
    return length;
}

static bool inside_flow(Range range)
{
    size_t start;
    Text line = source_line(range.source, range.start, &start);
    Text before = text_slice(line, 0, range.start - start);

    return text_find(before, TEXT_LIT("[")) != TEXT_NOT_FOUND ||
           text_find(before, TEXT_LIT("{")) != TEXT_NOT_FOUND;
}

static bool is_tab(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    if (char_at(trouble->at, 0) != '\t' && !strstr(trouble->problem, "tab character"))
        return false;
    *ret_shown = TEXT_NONE;
    *ret_range = trouble->at;
    return true;
}

static bool is_star(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    if (strcmp(trouble->context, "while scanning an alias") != 0)
        return false;
    *ret_shown = text_from(trouble->context_at);
    ret_shown->length = word_length(*ret_shown, inside_flow(trouble->context_at));
    *ret_range = stretched(trouble->context_at, ret_shown->length);
    return true;
}

static bool is_indicator(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    char c = char_at(trouble->at, 0);

    if (!strstr(trouble->problem, "cannot start any token") || !strchr("%@`", c))
        return false;
    *ret_shown = text_from(trouble->at);
    ret_shown->length = word_length(*ret_shown, false);
    *ret_range = stretched(trouble->at, ret_shown->length);
    return true;
}

static bool is_template_in_flow(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    Text text;

    if (char_at(trouble->at, 0) != '{' ||
        (char_at(trouble->at, -1) != '$' && char_at(trouble->at, -1) != '%'))
        return false;
    text = text_slice(trouble->at.source->text, trouble->at.start - 1,
                      trouble->at.source->text.length);
    text.length = word_length(text, false);
    if (scalar_find_unclosed(text) == TEXT_NOT_FOUND)
        text.length = scalar_sequence_end(text, 0);
    *ret_shown = text;
    *ret_range = trouble->at;
    ret_range->start--;
    return true;
}

/* [a.b[0], c]: the bracket begins a list of its own. */
static bool is_index_in_flow(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    Text text = text_from(trouble->at);
    size_t before = 0, close;

    if (char_at(trouble->at, 0) != '[' || !strstr(trouble->context, "flow"))
        return false;
    while (!strchr(" \t\n,[{", char_at(trouble->at, -(long)before - 1)))
        before++;
    close = text_find(text, TEXT_LIT("]"));
    if (!before || close == TEXT_NOT_FOUND)
        return false;
    close += 1 + word_length(text_slice(text, close + 1, text.length), true);
    text =
        text_slice(trouble->at.source->text, trouble->at.start - before, trouble->at.start + close);
    *ret_shown = text;
    *ret_range = trouble->at;
    return true;
}

/* The end of the double-quoted scalar that opens at [from]. */
static size_t quoted_end(Text line, size_t from)
{
    size_t at = from + 1;

    while (at < line.length && line.bytes[at] != '"')
        at += line.bytes[at] == '\\' ? 2 : 1;
    return at < line.length ? at + 1 : line.length;
}

/* Where the text that begins at [from] was to end: at the first quote outside of ${...}. */
static size_t intended_end(Text line, size_t from)
{
    size_t at = from;

    while (at < line.length && line.bytes[at] != '"') {
        bool opens = line.bytes[at] == '$' && at + 1 < line.length && line.bytes[at + 1] == '{';
        size_t end = opens ? scalar_sequence_end(line, at) : at + 1;

        at = end == TEXT_NOT_FOUND ? line.length : end;
    }
    return at;
}

/* "${m["k"]}": the second quote was read as the end of the scalar. */
static bool is_quote_in_quotes(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    size_t start;
    Text line = source_line(trouble->at.source, trouble->at.start, &start);

    for (size_t at = 0; at < line.length; at++) {
        size_t end, last;

        if (line.bytes[at] == '\'')
            return false;
        if (line.bytes[at] != '"')
            continue;
        end = quoted_end(line, at);
        if (scalar_find_unclosed(text_slice(line, at + 1, end - 1)) == TEXT_NOT_FOUND) {
            at = end - 1;
            continue;
        }
        last = intended_end(line, at + 1);
        *ret_shown = text_slice(line, at + 1, last);
        *ret_range = part_of_line(trouble->at, at, last + 1);
        return true;
    }
    return false;
}

/* x: ${c ? "a" : "b"}: ": " inside ends a key. */
static bool is_colon_in_template(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    size_t start, open, end;
    Text line = source_line(trouble->at.source, trouble->at.start, &start);

    open = text_find(line, TEXT_LIT("${"));
    if (open == TEXT_NOT_FOUND)
        open = text_find(line, TEXT_LIT("%{"));
    if (open == TEXT_NOT_FOUND ||
        text_find(text_slice(line, open, line.length), TEXT_LIT(": ")) == TEXT_NOT_FOUND)
        return false;
    if (text_find(text_slice(line, 0, open), TEXT_LIT("\"")) != TEXT_NOT_FOUND ||
        text_find(text_slice(line, 0, open), TEXT_LIT("'")) != TEXT_NOT_FOUND)
        return false;
    end = scalar_sequence_end(line, open);
    *ret_shown = text_trim(text_slice(line, open, end == TEXT_NOT_FOUND ? line.length : end));
    *ret_range = part_of_line(trouble->at, open, open + ret_shown->length);
    return true;
}

/* An escape in double quotes that stands for no character; libyaml points at its digits. */
static bool is_no_character(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    Range range = trouble->at;

    if (!strstr(trouble->problem, "invalid Unicode character"))
        return false;
    range.start -= 2;
    *ret_range = stretched(range, char_at(range, 1) == 'u' ? 6 : 10);
    *ret_shown = range_text(*ret_range);
    return true;
}

static bool is_half(const YamlTrouble *trouble, Text *ret_shown, Range *ret_range)
{
    return is_no_character(trouble, ret_shown, ret_range) && ret_shown->bytes[1] == 'u';
}

static const TroubleRow rows[] = {
    { is_tab, "Tab in the indentation", "YAML allows no tab characters in indentation: use spaces.",
      "" },
    { is_star, "A star must be quoted",
      "A plain * begins an alias in YAML. Where text is meant, quote it: \"", "\"." },
    { is_indicator, "This text must be quoted",
      "Text that begins with %, @ or ` must stand in quotes in YAML: '", "'." },
    { is_template_in_flow, "A flow list or mapping cannot hold ${...} without quotes",
      "In [...] and {...} the braces of ",
      " are read as YAML's own. Write one `- ${...}` a line, or put it in quotes." },
    { is_index_in_flow, "A flow list or mapping cannot hold a[0] without quotes",
      "In [...] and {...} the brackets of ",
      " are read as YAML's own. Write one item a line, or put it in quotes." },
    { is_half, "Half of a character",
      "A character beyond U+FFFF is two escapes of this kind, one after the other, and ",
      " stands here alone: write both, or the character itself." },
    { is_no_character, "No such character", "There is no character ",
      ": the last one is \\U0010FFFF, and \\U0000D800 to \\U0000DFFF are none." },
    { is_quote_in_quotes, "A quote inside of quotes",
      "The double quote inside of ${...} ends YAML's own. Use single quotes outside: '", "'." },
    { is_colon_in_template, "A colon inside of ${...} must be quoted",
      "\": \" ends a key in YAML, also inside of an expression. Put the whole value in single "
      "quotes: '",
      "'." },
};

void yaml_trouble_report(const YamlTrouble *trouble, Diags *diags)
{
    bool at_end = trouble->at.start >= trouble->at.source->text.length;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Text shown;
        Range range;

        if (!rows[i].applies(trouble, &shown, &range))
            continue;
        diag_error(diags, range, rows[i].summary, "%s" TEXT_FMT "%s", rows[i].before, TEXT(shown),
                   rows[i].after);
        return;
    }
    if (*trouble->context && trouble->context_at.source)
        diag_error(diags, at_end ? trouble->context_at : trouble->at, "Invalid YAML",
                   "YAML's reader %s %s that begins in line %u.", trouble->problem,
                   trouble->context, range_start(trouble->context_at).line);
    else
        diag_error(diags, trouble->at, "Invalid YAML", "YAML's reader says: %s.", trouble->problem);
}

void yaml_trouble_split_key(Range range, Diags *diags)
{
    Text text = text_slice(range.source->text, range.start, range.source->text.length);
    size_t open = scalar_find_unclosed(range_text(range));
    size_t end = scalar_sequence_end(text, open);
    Text shown = text_slice(text, 0, end == TEXT_NOT_FOUND ? range_text(range).length : end);

    diag_error(
        diags, stretched(range, shown.length), "A colon inside of ${...} must be quoted",
        "\": \" ends a key in YAML, also inside of an expression. Put the whole value in single "
        "quotes: '" TEXT_FMT
        "'.",
        TEXT(shown));
}

void yaml_trouble_comment(Range range, Diags *diags)
{
    diag_error(
        diags, range, "A comment inside of ${...}",
        "\" #\" begins a comment in YAML, also inside of an expression. Put the whole value in "
        "single quotes.");
}
