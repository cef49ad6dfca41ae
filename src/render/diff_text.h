/*
 * diff_text.h: a tree of differences as text, in configuration syntax with a symbol before each line.
 */
#pragma once

#include "diff.h"
#include "pipectl/render/terminal.h"

typedef struct DiffPrinter {
    const Terminal *terminal;
    TextBuilder *builder;
    Arena *arena;
} DiffPrinter;

/* "{", the content and "}" of a resource, whose heading stands already; [level] of the heading's line. */
void diff_print_body(const DiffPrinter *printer, const Diff *diff, size_t level);

/* "  + name = value" and its end of line; names padded to [width]. */
void diff_print_attribute(const DiffPrinter *printer, const Diff *diff, size_t level, size_t width);

/* The symbol of an action in its colour, in three columns and a blank. */
void diff_print_symbol(const DiffPrinter *printer, const Diff *diff, size_t level);

/* A value in configuration syntax, without symbols: `output`, `state show`. */
void value_add_text(const DiffPrinter *printer, Value value, size_t indent);
