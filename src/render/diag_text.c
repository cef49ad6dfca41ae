/* Diagnostics for people, boxed as Terraform draws them. */
#include "pipectl/render/diag_text.h"

#include "pipectl/value/unicode.h"

/* One line of the message, behind the bar of the box where there is one. */
typedef struct Box {
    const Terminal *terminal;
    TextBuilder *builder;
    Style style;
    bool framed;
} Box;

static void box_line(const Box *box, Text text)
{
    if (box->framed) {
        terminal_style(box->terminal, box->builder, box->style);
        text_add(box->builder, TEXT_LIT("│"));
        terminal_style(box->terminal, box->builder, STYLE_PLAIN);
        text_add_char(box->builder, ' ');
    }
    text_add(box->builder, text);
    text_add_char(box->builder, '\n');
}

static size_t width_of(const Box *box)
{
    return (size_t)(box->terminal->width > 24 ? box->terminal->width - (box->framed ? 3 : 1) : 21);
}

/* A paragraph in lines that fit; lines that begin with a space stay as they are. */
static void add_paragraph(const Box *box, Text text, Arena *arena)
{
    TextBuilder line = text_builder(arena);
    size_t width = 0;
    Text rest = text, word;

    if (text.length == 0 || text.bytes[0] == ' ') {
        box_line(box, text);
        return;
    }
    while (rest.length > 0) {
        size_t length;

        (void)text_cut(rest, TEXT_LIT(" "), &word, &rest);
        length = unicode_clusters(word);
        if (width > 0 && width + 1 + length > width_of(box)) {
            box_line(box, text_built(&line));
            line = text_builder(arena);
            width = 0;
        }
        if (width > 0) {
            text_add_char(&line, ' ');
            width++;
        }
        text_add(&line, word);
        width += length;
    }
    box_line(box, text_built(&line));
}

static void add_paragraphs(const Box *box, Text text, Arena *arena)
{
    TextBuilder safe = text_builder(arena);
    Text rest, line;

    terminal_add_foreign(&safe, text);
    rest = text_built(&safe);
    do {
        (void)text_cut(rest, TEXT_LIT("\n"), &line, &rest);
        add_paragraph(box, line, arena);
    } while (rest.length > 0);
}

#define SHOWN_BEFORE 80 /* bytes of a long line, before and after where the trouble begins */
#define SHOWN_AFTER  160

static bool is_continuation(Text text, size_t at)
{
    return at > 0 && at < text.length && ((unsigned char)text.bytes[at] & 0xC0) == 0x80;
}

/* The part of a line that is worth showing: policies may be a hundred thousand characters long. */
static Text line_window(Text line, size_t from, size_t *ret_start)
{
    size_t start = 0, end = line.length;

    if (line.length > SHOWN_BEFORE + SHOWN_AFTER) {
        start = from > SHOWN_BEFORE ? from - SHOWN_BEFORE : 0;
        end = line.length - from > SHOWN_AFTER ? from + SHOWN_AFTER : line.length;
    }
    while (is_continuation(line, start))
        start++;
    while (is_continuation(line, end))
        end--;
    *ret_start = start;
    return text_slice(line, start, end);
}

/* As many [mark]s as a text takes columns; under a tab a tab, which is as wide. */
static void add_underline(TextBuilder *carets, Text text, char mark)
{
    uint32_t code_point;

    for (size_t at = 0; at < text.length;) {
        size_t next = unicode_next(text, at, &code_point);
        TextBuilder shown = text_builder(carets->arena);

        terminal_add_foreign(&shown, text_slice(text, at, next));
        if (code_point == '\t')
            text_add_char(carets, mark == ' ' ? '\t' : mark);
        else
            text_add_repeated(carets, mark,
                              shown.length > next - at ? shown.length : unicode_width(code_point));
        at = next;
    }
}

/* What the names in it stand for. */
static void add_values(const Box *box, const Diag *diag, Arena *arena)
{
    for (size_t i = 0; i < diag->value_count; i++) {
        TextBuilder line = text_builder(arena);

        if (i == 0)
            box_line(box, TEXT_LIT("    ├────────────────"));
        text_add(&line, TEXT_LIT("    │ "));
        terminal_style(box->terminal, &line, STYLE_BOLD);
        terminal_add_foreign(&line, diag->values[i].traversal);
        terminal_style(box->terminal, &line, STYLE_PLAIN);
        text_add_char(&line, ' ');
        terminal_add_foreign(&line, diag->values[i].statement);
        box_line(box, text_built(&line));
    }
}

/* The line of the file, and a line of carets under the offending part. */
static void add_snippet(const Box *box, const Diag *diag, Arena *arena)
{
    const Range *range = &diag->subject;
    Position position = range_start(*range);
    size_t line_start, start;
    Text line = source_line(range->source, range->start, &line_start);
    size_t from = range->start - line_start < line.length ? range->start - line_start : line.length;
    bool one_line = range->end > range->start && range_end(*range).line == position.line;
    size_t to =
        one_line && range->end - line_start < line.length ? range->end - line_start : line.length;
    Text shown = line_window(line, from, &start);
    size_t end = start + shown.length;
    TextBuilder head = text_builder(arena), code = text_builder(arena),
                carets = text_builder(arena);

    terminal_add_foreign(&head,
                         text_format(arena, "  on " TEXT_FMT " line %u, column %u:",
                                     TEXT(range->source->name), position.line, position.column));
    text_add_format(&code, "%4u: %s", position.line, start > 0 ? "..." : "");
    text_add_repeated(&carets, ' ', code.length);
    terminal_add_foreign(&code, shown);
    text_add(&code, end < line.length ? TEXT_LIT("...") : TEXT_NONE);
    add_underline(&carets, text_slice(line, start, from), ' ');
    if (to > from)
        add_underline(&carets, text_slice(line, from, to < end ? to : end), '^');
    else
        text_add_char(&carets, '^');
    box_line(box, text_built(&head));
    box_line(box, text_built(&code));
    box_line(box, text_built(&carets));
    add_values(box, diag, arena);
    box_line(box, TEXT_NONE);
}

static void add_heading(const Box *box, const Diag *diag, Arena *arena)
{
    TextBuilder heading = text_builder(arena);

    terminal_style(box->terminal, &heading, STYLE_BOLD);
    terminal_style(box->terminal, &heading, box->style);
    text_add(&heading,
             diag->severity == SEVERITY_ERROR ? TEXT_LIT("Error: ") : TEXT_LIT("Warning: "));
    terminal_style(box->terminal, &heading, STYLE_PLAIN);
    terminal_style(box->terminal, &heading, STYLE_BOLD);
    terminal_add_foreign(&heading, diag->summary);
    terminal_style(box->terminal, &heading, STYLE_PLAIN);
    box_line(box, text_built(&heading));
}

static void add_address(const Box *box, Text address, Arena *arena)
{
    TextBuilder line = text_builder(arena);

    terminal_add_foreign(&line, text_format(arena, "  with " TEXT_FMT ",", TEXT(address)));
    box_line(box, text_built(&line));
}

static void add_edge(const Box *box, const char *edge)
{
    if (!box->framed)
        return;
    terminal_style(box->terminal, box->builder, box->style);
    text_add(box->builder, text_of(edge));
    terminal_style(box->terminal, box->builder, STYLE_PLAIN);
    text_add_char(box->builder, '\n');
}

static void print_one(const Diag *diag, Terminal *terminal, bool unboxed)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);
    Box box = { terminal, &builder, diag->severity == SEVERITY_ERROR ? STYLE_RED : STYLE_YELLOW,
                !unboxed };

    if (unboxed)
        text_add_char(&builder, '\n');
    add_edge(&box, "╷");
    add_heading(&box, diag, &scratch);
    box_line(&box, TEXT_NONE);
    if (diag->address.length > 0)
        add_address(&box, diag->address, &scratch);
    if (diag->subject.source)
        add_snippet(&box, diag, &scratch);
    else if (diag->address.length > 0)
        box_line(&box, TEXT_NONE);
    if (diag->detail.length > 0)
        add_paragraphs(&box, diag->detail, &scratch);
    add_edge(&box, "╵");
    terminal_write(terminal, text_built(&builder));
    arena_free(&scratch);
}

/* Warnings that nobody asked to read: a line each. */
static void print_compact(const Diags *diags, Terminal *terminal)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);

    terminal_style(terminal, &builder, STYLE_BOLD);
    terminal_style(terminal, &builder, STYLE_YELLOW);
    text_add(&builder, TEXT_LIT("\nWarnings:"));
    terminal_style(terminal, &builder, STYLE_PLAIN);
    text_add(&builder, TEXT_LIT("\n\n"));
    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];

        text_add(&builder, TEXT_LIT("- "));
        terminal_add_foreign(&builder, diag->summary);
        text_add_char(&builder, '\n');
        if (!diag->subject.source)
            continue;
        text_add(&builder, TEXT_LIT("  on "));
        terminal_add_foreign(&builder, diag->subject.source->name);
        text_add_format(&builder, " line %u\n", range_start(diag->subject).line);
    }
    text_add(&builder, TEXT_LIT("\nTo see the full warning notes, run pipectl without "
                                "-compact-warnings.\n"));
    terminal_write(terminal, text_built(&builder));
    arena_free(&scratch);
}

void diags_print(const Diags *diags, Terminal *terminal, DiagStyle style)
{
    Arena scratch = { 0 };
    Diags sorted = diags_sorted(&scratch, diags);

    if (style.compact_warnings && sorted.list.count > 0 && !diags_have_errors(&sorted))
        print_compact(&sorted, terminal);
    else
        for (size_t i = 0; i < sorted.list.count; i++)
            print_one(&sorted.list.items[i], terminal, style.unboxed);
    arena_free(&scratch);
}
