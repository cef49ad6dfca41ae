#include "scalar.h"

#include "escape.h"

typedef LIST(PositionRun) RunList;

typedef struct Alignment {
    Arena *arena;
    Text decoded;
    Text raw;
    size_t decoded_at;
    size_t raw_at;
    uint32_t start; /* of raw in the file */
    RunList runs;
} Alignment;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

static char raw_char(const Alignment *alignment, size_t ahead)
{
    size_t at = alignment->raw_at + ahead;

    return at < alignment->raw.length ? alignment->raw.bytes[at] : '\0';
}

static void note_run(Alignment *alignment)
{
    list_add(alignment->arena, &alignment->runs,
             (PositionRun){ (uint32_t)alignment->decoded_at,
                            alignment->start + (uint32_t)alignment->raw_at });
}

static void step(Alignment *alignment, size_t raw_length, size_t decoded_length)
{
    alignment->raw_at += raw_length;
    alignment->decoded_at += decoded_length;
    note_run(alignment);
}

/* How long the white space at raw_at is that holds a line end, and how many line ends; 0: no fold.
   */
static size_t fold_length(const Alignment *alignment, size_t *ret_breaks)
{
    size_t length = 0, breaks = 0;

    for (; is_space(raw_char(alignment, length)); length++)
        breaks += raw_char(alignment, length) == '\n';
    *ret_breaks = breaks;
    return breaks ? length : 0;
}

static bool step_fold(Alignment *alignment)
{
    size_t breaks, length = fold_length(alignment, &breaks);

    if (length)
        step(alignment, length, breaks == 1 ? 1 : breaks - 1);
    return length > 0;
}

static size_t code_point_length(char leading)
{
    unsigned char byte = (unsigned char)leading;

    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

static size_t escape_length(const Alignment *alignment)
{
    uint32_t code_point;

    switch (raw_char(alignment, 1)) {
    case 'x': return 4;
    case 'U': return 10;
    case 'u':
        return escape_pair(alignment->raw, alignment->raw_at, TEXT_LIT("\\"), &code_point) ? 12 : 6;
    default: return 2;
    }
}

/* A line end after a backslash goes, with the indentation that follows it. */
static void step_escape(Alignment *alignment)
{
    size_t length = 1;

    if (raw_char(alignment, 1) == '\n' || raw_char(alignment, 1) == '\r') {
        while (is_space(raw_char(alignment, length)))
            length++;
        step(alignment, length, 0);
        return;
    }
    step(alignment, escape_length(alignment),
         code_point_length(alignment->decoded.bytes[alignment->decoded_at]));
}

/* Indentation and folds only ever change white space: both sides meet again after it. */
static void step_block_space(Alignment *alignment)
{
    size_t raw_length = 0, decoded_length = 0;
    Text decoded = alignment->decoded;

    while (is_space(raw_char(alignment, raw_length)))
        raw_length++;
    while (alignment->decoded_at + decoded_length < decoded.length &&
           is_space(decoded.bytes[alignment->decoded_at + decoded_length]))
        decoded_length++;
    step(alignment, raw_length, decoded_length);
}

static void align_block(Alignment *alignment)
{
    size_t header = text_find(alignment->raw, TEXT_LIT("\n"));

    if (header == TEXT_NOT_FOUND)
        return;
    alignment->raw_at = header + 1;
    step_block_space(alignment);
    while (alignment->decoded_at < alignment->decoded.length &&
           alignment->raw_at < alignment->raw.length) {
        if (is_space(raw_char(alignment, 0))) {
            step_block_space(alignment);
        } else {
            alignment->raw_at++;
            alignment->decoded_at++;
        }
    }
}

static bool align_one(Alignment *alignment, ScalarStyle style)
{
    char c = raw_char(alignment, 0);

    if (c == '\\' && (style == SCALAR_DOUBLE || style == SCALAR_JSON)) {
        step_escape(alignment);
        return true;
    }
    if (style == SCALAR_SINGLE && c == '\'') {
        step(alignment, 2, 1);
        return true;
    }
    if (style != SCALAR_JSON && is_space(c) && step_fold(alignment))
        return true;
    if (c != alignment->decoded.bytes[alignment->decoded_at])
        return false; /* an exotic line end: the runs so far are right */
    alignment->raw_at++;
    alignment->decoded_at++;
    return true;
}

static void align(Alignment *alignment, ScalarStyle style)
{
    if (style == SCALAR_BLOCK) {
        align_block(alignment);
        return;
    }
    note_run(alignment);
    while (alignment->decoded_at < alignment->decoded.length &&
           alignment->raw_at < alignment->raw.length)
        if (!align_one(alignment, style))
            return;
}

void scalar_locate(Arena *arena, Node *node, Text raw, uint32_t start, ScalarStyle style)
{
    Alignment alignment = { .arena = arena, .decoded = node->text, .raw = raw, .start = start };

    node->start = start;
    if (!scalar_is_template(node->text) || text_equal(node->text, raw))
        return;
    align(&alignment, style);
    node->runs = alignment.runs.items;
    node->run_count = (uint32_t)alignment.runs.count;
    if (node->run_count)
        node->start = node->runs[0].byte;
}

bool scalar_is_template(Text text)
{
    return text_find(text, TEXT_LIT("${")) != TEXT_NOT_FOUND ||
           text_find(text, TEXT_LIT("%{")) != TEXT_NOT_FOUND;
}

static size_t string_end(Text text, size_t at)
{
    for (at++; at < text.length && text.bytes[at] != '"'; at++)
        at += text.bytes[at] == '\\';
    return at;
}

size_t scalar_sequence_end(Text text, size_t from)
{
    size_t depth = 0;

    for (size_t at = from + 1; at < text.length; at++) {
        char c = text.bytes[at];

        if (c == '"')
            at = string_end(text, at);
        depth += c == '{';
        if (c == '}' && --depth == 0)
            return at + 1;
    }
    return TEXT_NOT_FOUND;
}

size_t scalar_find_unclosed(Text text)
{
    size_t at = 0;

    while (at + 1 < text.length) {
        bool opens = (text.bytes[at] == '$' || text.bytes[at] == '%') && text.bytes[at + 1] == '{';
        bool escaped = opens && at > 0 && text.bytes[at - 1] == text.bytes[at];
        size_t end = opens && !escaped ? scalar_sequence_end(text, at) : at + 1;

        if (end == TEXT_NOT_FOUND)
            return at;
        at = end;
    }
    return TEXT_NOT_FOUND;
}

/* YAML's 0x and 0o, and the forms that leave out a digit beside the point. */
bool scalar_number(Arena *arena, Text text, Number *ret_number)
{
    if (text_starts_with(text, TEXT_LIT("0x")) || text_starts_with(text, TEXT_LIT("0o")))
        return number_parse_base(arena, text_slice(text, 2, text.length),
                                 text.bytes[1] == 'x' ? 16 : 8, ret_number);
    return number_parse(arena, text, ret_number) ||
           number_parse(arena, text_replace(arena, text, TEXT_LIT("."), TEXT_LIT("0.0")),
                        ret_number);
}
