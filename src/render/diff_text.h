/*
 * diff_text.h: a tree of differences as text, in configuration syntax, with a symbol before each
 * line of a plan.
 */
#pragma once

#include "diff.h"
#include "pipectl/render/terminal.h"

/* How a tree is shown. A state is shown without symbols, and with all that does not change. */
typedef struct DiffView {
    bool hides_symbols;
    bool shows_unchanged;
    bool symbols_first; /* at the beginning of the line, as a diff has them; "!" for what changes */
    bool hides_null; /* no "-> null" after what is deleted: the whole around it says so */
} DiffView;

typedef struct DiffPrinter {
    const Terminal *terminal;
    TextBuilder *builder;
    Arena *arena;
} DiffPrinter;

/* The content of an attribute, element, block or whole resource, whose name stands already on a
 * line of [level]. */
void diff_print(const DiffPrinter *printer, const Diff *diff, size_t level, DiffView view);

/* Warnings, "  ~ name = value" and the end of the line; names padded to [width] bytes. */
void diff_print_attribute(const DiffPrinter *printer, const Diff *diff, Text name, size_t level,
                          size_t width, DiffView view);
