/*
 * format_layout.c: the blanks before each token.
 *
 * A line has up to three cells: what leads, an assignment ("= value" that ends on the line), and a
 * comment. Lines that follow one another and have the same cell have it in the same column.
 */
#include "format_parts.h"

#include "pipectl/value/unicode.h"

typedef struct Cell {
    FormatToken *tokens;
    size_t count;
} Cell;

typedef enum CellKind { CELL_LEAD, CELL_ASSIGNMENT, CELL_COMMENT, CELL_KINDS } CellKind;

typedef struct Line {
    Cell cells[CELL_KINDS];
} Line;

typedef LIST(Line) LineList;

#define ONE(kind) (UINT64_C(1) << (kind))
#define ANY       UINT64_MAX
#define OPENING                                                                                    \
    (ONE(TOKEN_OPEN_BRACE) | ONE(TOKEN_OPEN_BRACKET) | ONE(TOKEN_OPEN_PARENTHESIS) |               \
     ONE(TOKEN_OPEN_INTERPOLATION) | ONE(TOKEN_OPEN_DIRECTIVE))
#define CLOSING                                                                                    \
    (ONE(TOKEN_CLOSE_BRACE) | ONE(TOKEN_CLOSE_BRACKET) | ONE(TOKEN_CLOSE_PARENTHESIS) |            \
     ONE(TOKEN_CLOSE_SEQUENCE))
#define SEQUENCE_OPENING (ONE(TOKEN_OPEN_INTERPOLATION) | ONE(TOKEN_OPEN_DIRECTIVE))
#define LITERAL          (ONE(TOKEN_QUOTED_TEXT) | ONE(TOKEN_PLAIN_TEXT))

/* What a minus comes after when it is a sign: no operand ends there. */
#define BEFORE_SIGN                                                                                \
    (ONE(TOKEN_OPEN_PARENTHESIS) | ONE(TOKEN_OPEN_BRACE) | ONE(TOKEN_OPEN_BRACKET) |               \
     ONE(TOKEN_ASSIGN) | ONE(TOKEN_COLON) | ONE(TOKEN_COMMA) | ONE(TOKEN_QUESTION) |               \
     ONE(TOKEN_PLUS) | ONE(TOKEN_MINUS) | ONE(TOKEN_STAR) | ONE(TOKEN_SLASH) |                     \
     ONE(TOKEN_PERCENT) | ONE(TOKEN_EQUAL) | ONE(TOKEN_NOT_EQUAL) | ONE(TOKEN_LESS) |              \
     ONE(TOKEN_LESS_EQUAL) | ONE(TOKEN_GREATER) | ONE(TOKEN_GREATER_EQUAL) | ONE(TOKEN_AND) |      \
     ONE(TOKEN_OR) | ONE(TOKEN_NOT))

static bool is_one(uint64_t kinds, const FormatToken *token)
{
    return kinds >> token->kind & 1;
}

int format_nesting(TokenKind kind)
{
    if (OPENING >> kind & 1)
        return 1;
    return CLOSING >> kind & 1 ? -1 : 0;
}

static int cell_nesting(Cell cell)
{
    int nesting = 0;

    for (size_t i = 0; i < cell.count; i++)
        nesting += format_nesting(cell.tokens[i].kind);
    return nesting;
}

/* --- lines and cells ------------------------------------------------------------------------ */

bool format_ends_line(const FormatToken *token)
{
    return token->kind == TOKEN_NEWLINE ||
           (token->kind == TOKEN_COMMENT && text_ends_with(token->text, TEXT_LIT("\n")));
}

/* The tokens of [cell] from the index [at] on become another cell. */
static Cell split_off(Cell *cell, size_t at)
{
    Cell rest = { cell->tokens + at, cell->count - at };

    cell->count = at;
    return rest;
}

/* Only the first = of a line begins a cell, and only where all that opens after it closes there. */
static Cell split_assignment(Cell *lead)
{
    for (size_t i = 1; i < lead->count; i++) {
        Cell rest = { lead->tokens + i, lead->count - i };

        if (lead->tokens[i].kind == TOKEN_ASSIGN)
            return cell_nesting(rest) == 0 ? split_off(lead, i) : (Cell){ 0 };
    }
    return (Cell){ 0 };
}

static Line line_of(FormatToken *tokens, size_t count)
{
    Line line = { .cells[CELL_LEAD] = { tokens, count } };

    if (count > 1 && tokens[count - 1].kind == TOKEN_COMMENT)
        line.cells[CELL_COMMENT] = split_off(&line.cells[CELL_LEAD], count - 1);
    line.cells[CELL_ASSIGNMENT] = split_assignment(&line.cells[CELL_LEAD]);
    return line;
}

/* Without the text's end, which keeps its blanks. */
static LineList lines_of(Arena *arena, FormatTokenList *tokens)
{
    LineList lines = { 0 };
    size_t start = 0, end = tokens->count - 1;

    for (size_t i = 0; i < end; i++) {
        if (!format_ends_line(&tokens->items[i]))
            continue;
        list_add(arena, &lines, line_of(tokens->items + start, i + 1 - start));
        start = i + 1;
    }
    if (start < end)
        list_add(arena, &lines, line_of(tokens->items + start, end - start));
    return lines;
}

/* --- indentation ---------------------------------------------------------------------------- */

/* How many brackets each level of indentation opened: "({" is one level. */
typedef LIST(int) LevelList;

static void close_levels(LevelList *levels, int closed)
{
    while (closed > 0 && levels->count > 0) {
        int *open = &levels->items[levels->count - 1];

        if (closed < *open) {
            *open -= closed;
            return;
        }
        closed -= *open;
        levels->count--;
    }
}

/* The text of a heredoc, with what is inserted there, opens nothing. */
static int line_nesting(const Line *line)
{
    Cell lead = line->cells[CELL_LEAD];

    for (size_t i = 0; i < lead.count; i++)
        if (lead.tokens[i].kind == TOKEN_OPEN_HEREDOC)
            lead.count = i;
    return cell_nesting(lead) + cell_nesting(line->cells[CELL_ASSIGNMENT]);
}

static void lay_out_indentation(Arena *arena, const LineList *lines)
{
    LevelList levels = { 0 };

    for (size_t i = 0; i < lines->count; i++) {
        const Line *line = &lines->items[i];
        FormatToken *first = line->cells[CELL_LEAD].tokens;
        int nesting = line_nesting(line);

        first->blanks = 0;
        if (first->kind == TOKEN_NEWLINE)
            continue;
        if (nesting < 0)
            close_levels(&levels, -nesting);
        first->blanks = 2 * levels.count;
        if (nesting > 0)
            list_add(arena, &levels, nesting);
    }
}

/* --- between two tokens --------------------------------------------------------------------- */

/* The first row that fits decides. */
static const struct {
    uint64_t left, right;
    bool blank;
} spacings[] = {
    { ANY, ONE(TOKEN_NEWLINE), false },
    { ONE(TOKEN_IDENTIFIER), ONE(TOKEN_OPEN_PARENTHESIS), false },
    { ONE(TOKEN_IDENTIFIER), ONE(TOKEN_DOUBLE_COLON), false },
    { ONE(TOKEN_DOUBLE_COLON), ONE(TOKEN_IDENTIFIER), false },
    { ONE(TOKEN_DOT), ANY, false },
    { ANY, ONE(TOKEN_DOT) | ONE(TOKEN_COMMA) | ONE(TOKEN_ELLIPSIS), false },
    { ONE(TOKEN_COMMA), ANY, true },
    { LITERAL | ONE(TOKEN_OPEN_QUOTE) | ONE(TOKEN_OPEN_HEREDOC), ANY, false },
    { ANY, LITERAL | ONE(TOKEN_CLOSE_QUOTE) | ONE(TOKEN_CLOSE_HEREDOC), false },
    { ONE(TOKEN_IDENTIFIER) | ONE(TOKEN_NUMBER) | CLOSING, ONE(TOKEN_OPEN_BRACKET), false },
    { ONE(TOKEN_NOT), ANY, false },
    { ONE(TOKEN_OPEN_BRACE), ONE(TOKEN_CLOSE_BRACE), false },
    { ONE(TOKEN_OPEN_BRACE), ANY, true },
    { ANY, ONE(TOKEN_CLOSE_BRACE), true },
    { SEQUENCE_OPENING, ONE(TOKEN_OPEN_BRACE), true },
    { ONE(TOKEN_CLOSE_BRACE), ONE(TOKEN_CLOSE_SEQUENCE), true },
    { ONE(TOKEN_CLOSE_SEQUENCE), SEQUENCE_OPENING, false },
    { OPENING, ANY, false },
    { ANY, CLOSING, false },
    { ANY, ANY, true },
};

/* [before] is what stands before [left] in its cell, or NULL. */
static bool blank_between(const FormatToken *before, const FormatToken *left,
                          const FormatToken *right)
{
    size_t i = 0;
    uint64_t left_kind = ONE(left->kind);

    /* The keyword of a for expression is no name that is indexed: for x in [1, 2]. */
    if (text_is(left->text, "in") && left->kind == TOKEN_IDENTIFIER && before &&
        before->kind == TOKEN_IDENTIFIER && right->kind == TOKEN_OPEN_BRACKET)
        return true;
    /* A sign holds on to its operand as ! does. */
    if (left->kind == TOKEN_MINUS && (!before || is_one(BEFORE_SIGN, before)))
        left_kind = ONE(TOKEN_NOT);
    while (!(spacings[i].left & left_kind) || !is_one(spacings[i].right, right))
        i++;
    return spacings[i].blank;
}

static void lay_out_cell(Cell cell)
{
    for (size_t i = 1; i < cell.count; i++)
        cell.tokens[i].blanks =
            blank_between(i > 1 ? &cell.tokens[i - 2] : NULL, &cell.tokens[i - 1], &cell.tokens[i]);
}

/* --- columns -------------------------------------------------------------------------------- */

static size_t cell_width(Cell cell)
{
    size_t width = 0;

    for (size_t i = 0; i < cell.count; i++)
        width += cell.tokens[i].blanks + unicode_clusters(cell.tokens[i].text);
    return width;
}

static size_t width_before(const Line *line, CellKind kind)
{
    size_t width = 0;

    for (size_t i = 0; i < kind; i++)
        width += cell_width(line->cells[i]);
    return width;
}

/* Neighbours that have the cell, beginning at [first]; returns the first line after them. */
static size_t align_group(const LineList *lines, size_t first, CellKind kind)
{
    size_t widest = 0, end;

    for (end = first; end < lines->count && lines->items[end].cells[kind].count; end++) {
        size_t width = width_before(&lines->items[end], kind);

        widest = width > widest ? width : widest;
    }
    for (size_t i = first; i < end; i++) {
        const Line *line = &lines->items[i];

        line->cells[kind].tokens[0].blanks = widest - width_before(line, kind) + 1;
    }
    return end;
}

static void align(const LineList *lines, CellKind kind)
{
    size_t i = 0;

    while (i < lines->count)
        i = lines->items[i].cells[kind].count ? align_group(lines, i, kind) : i + 1;
}

void format_layout(Arena *arena, FormatTokenList *tokens)
{
    LineList lines = lines_of(arena, tokens);

    lay_out_indentation(arena, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        lay_out_cell(lines.items[i].cells[CELL_LEAD]);
        lay_out_cell(lines.items[i].cells[CELL_ASSIGNMENT]);
    }
    align(&lines, CELL_ASSIGNMENT);
    align(&lines, CELL_COMMENT);
}
