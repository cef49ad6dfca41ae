/*
 * terminal.h: where text goes, and whether it may be coloured.
 *
 * All output of the program goes through a Terminal: a writer with a sticky error. Colours are
 * written only where the output is a terminal, NO_COLOR is not set and -no-color was not given.
 * Text that comes from the world (tags, messages of AWS) has its control characters made visible
 * before it gets here (terminal_add_foreign), so that a tag cannot drive the terminal.
 *
 * Text holds colour as marks, replaced when it is written: see the list in terminal.c, which is
 * complete.
 */
#pragma once

#include "pipectl/base/text.h"

typedef enum Style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_RED,
    STYLE_GREEN,
    STYLE_YELLOW,
    STYLE_CYAN
} Style;

typedef struct Terminal {
    int descriptor;
    bool is_terminal;
    bool color;
    int width;       /* columns; 78 where it cannot be known */
    int failed;      /* the errno of the write that failed; nothing more is written */
} Terminal;

Terminal terminal_open(int descriptor, bool no_color);
void terminal_write(Terminal *terminal, Text text);
__attribute__((format(printf, 2, 3))) void terminal_print(Terminal *terminal, const char *format,
                                                          ...);

/* Begins and ends a style in a text that is being built; nothing where there is no colour. */
void terminal_style(const Terminal *terminal, TextBuilder *builder, Style style);

/* Control characters as \u001b and the like. */
void terminal_add_foreign(TextBuilder *builder, Text text);
