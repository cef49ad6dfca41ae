#include "pipectl/render/text_diff.h"

#include "pipectl/base/list.h"

enum { CONTEXT = 3 };

/* A table of more cells than this is not made: then all that lies between the common ends has
   changed. */
#define MOST_CELLS 4000000

typedef LIST(Text) LineList;

typedef struct Edit {
    char kind; /* ' ', '-' or '+' */
    Text line; /* with its end */
} Edit;

typedef struct TextDiff {
    Arena *arena;
    LineList before, after;
    LIST(Edit) edits;
} TextDiff;

static LineList lines_of(Arena *arena, Text text)
{
    LineList lines = { 0 };

    while (text.length) {
        size_t end = text_find(text, TEXT_LIT("\n"));
        size_t length = end == TEXT_NOT_FOUND ? text.length : end + 1;

        list_add(arena, &lines, text_slice(text, 0, length));
        text = text_slice(text, length, text.length);
    }
    return lines;
}

static void add(TextDiff *diff, char kind, Text line)
{
    list_add(diff->arena, &diff->edits, (Edit){ kind, line });
}

static void add_changed(TextDiff *diff, size_t before, size_t before_end, size_t after,
                        size_t after_end)
{
    for (; before < before_end; before++)
        add(diff, '-', diff->before.items[before]);
    for (; after < after_end; after++)
        add(diff, '+', diff->after.items[after]);
}

/* --- which lines stay ----------------------------------------------------------------------- */

/* lengths[y * (width + 1) + x]: of the longest common to what follows line x and line y. */
static uint32_t *common_lengths(Arena *arena, const Text *xs, size_t width, const Text *ys,
                                size_t height)
{
    uint32_t *lengths = arena_array(arena, uint32_t, (width + 1) * (height + 1));

    for (size_t y = height; y-- > 0;)
        for (size_t x = width; x-- > 0;) {
            uint32_t *here = &lengths[y * (width + 1) + x];
            uint32_t right = here[1], below = here[width + 1];

            if (text_equal(xs[x], ys[y]))
                *here = 1 + here[width + 2];
            else
                *here = right > below ? right : below;
        }
    return lengths;
}

static void compare_by_table(TextDiff *diff, size_t from, size_t before_end, size_t after_end)
{
    const Text *xs = diff->before.items + from, *ys = diff->after.items + from;
    size_t width = before_end - from, height = after_end - from, x = 0, y = 0;
    const uint32_t *lengths = common_lengths(diff->arena, xs, width, ys, height);

    while (x < width && y < height) {
        const uint32_t *here = &lengths[y * (width + 1) + x];

        if (text_equal(xs[x], ys[y])) {
            add(diff, ' ', xs[x++]);
            y++;
        } else if (here[1] >= here[width + 1]) {
            add(diff, '-', xs[x++]);
        } else {
            add(diff, '+', ys[y++]);
        }
    }
    add_changed(diff, from + x, before_end, from + y, after_end);
}

/* As many lines as before: each belongs to the one in its place. */
static void compare_in_place(TextDiff *diff)
{
    size_t count = diff->before.count;

    for (size_t i = 0, end; i < count; i = end) {
        end = i;
        while (end < count && !text_equal(diff->before.items[end], diff->after.items[end]))
            end++;
        add_changed(diff, i, end, i, end);
        for (; end < count && text_equal(diff->before.items[end], diff->after.items[end]); end++)
            add(diff, ' ', diff->before.items[end]);
    }
}

static void compare(TextDiff *diff)
{
    size_t start = 0, before_end = diff->before.count, after_end = diff->after.count;

    while (start < before_end && start < after_end &&
           text_equal(diff->before.items[start], diff->after.items[start]))
        add(diff, ' ', diff->before.items[start++]);
    while (before_end > start && after_end > start &&
           text_equal(diff->before.items[before_end - 1], diff->after.items[after_end - 1])) {
        before_end--;
        after_end--;
    }
    if (before_end - start < MOST_CELLS / (after_end - start + 1))
        compare_by_table(diff, start, before_end, after_end);
    else
        add_changed(diff, start, before_end, start, after_end);
    for (; before_end < diff->before.count; before_end++)
        add(diff, ' ', diff->before.items[before_end]);
}

/* --- hunks ---------------------------------------------------------------------------------- */

/* "5", "5,3", and "4,0" where nothing is shown after line 4. */
static void add_place(TextBuilder *builder, char sign, size_t lines_above, size_t count)
{
    text_add_format(builder, "%c%zu", sign, count ? lines_above + 1 : lines_above);
    if (count != 1)
        text_add_format(builder, ",%zu", count);
}

static size_t count_lines(const TextDiff *diff, size_t from, size_t to, char other)
{
    size_t count = 0;

    for (size_t i = from; i < to; i++)
        count += diff->edits.items[i].kind != other;
    return count;
}

static void write_hunk(const TextDiff *diff, size_t from, size_t to, TextBuilder *builder)
{
    text_add(builder, TEXT_LIT("@@ "));
    add_place(builder, '-', count_lines(diff, 0, from, '+'), count_lines(diff, from, to, '+'));
    text_add_char(builder, ' ');
    add_place(builder, '+', count_lines(diff, 0, from, '-'), count_lines(diff, from, to, '-'));
    text_add(builder, TEXT_LIT(" @@\n"));
    for (size_t i = from; i < to; i++) {
        text_add_char(builder, diff->edits.items[i].kind);
        text_add(builder, diff->edits.items[i].line);
        if (!text_ends_with(diff->edits.items[i].line, TEXT_LIT("\n")))
            text_add(builder, TEXT_LIT("\n\\ No newline at end of file\n"));
    }
}

/* The end of the hunk with the change at [at]: changes share a hunk when their contexts touch. */
static size_t hunk_end(const TextDiff *diff, size_t at)
{
    size_t last = at;

    for (size_t i = at; i < diff->edits.count && i - last <= 2 * CONTEXT + 1; i++)
        if (diff->edits.items[i].kind != ' ')
            last = i;
    return last + 1 + CONTEXT < diff->edits.count ? last + 1 + CONTEXT : diff->edits.count;
}

Text text_diff(Arena *arena, Text name, Text before, Text after)
{
    TextDiff diff = { .arena = arena };
    TextBuilder builder = text_builder(arena);

    if (text_equal(before, after))
        return TEXT_NONE;
    diff.before = lines_of(arena, before);
    diff.after = lines_of(arena, after);
    if (diff.before.count == diff.after.count)
        compare_in_place(&diff);
    else
        compare(&diff);
    text_add_format(&builder, "--- old/" TEXT_FMT "\n+++ new/" TEXT_FMT "\n", TEXT(name),
                    TEXT(name));
    for (size_t i = 0; i < diff.edits.count; i++)
        if (diff.edits.items[i].kind != ' ') {
            size_t end = hunk_end(&diff, i);

            write_hunk(&diff, i > CONTEXT ? i - CONTEXT : 0, end, &builder);
            i = end - 1;
        }
    return text_built(&builder);
}
