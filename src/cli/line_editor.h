/*
 * line_editor.h: lines from a terminal, with editing and a history of this run, by libedit, which
 * is loaded when it is wanted.
 */
#pragma once

#include "pipectl/base/text.h"

typedef struct LineEditor LineEditor;

/* NULL where libedit is not there: lines can be read without it. */
LineEditor *line_editor_open(void);

/* The next line, without its end, in [arena]; false at the end of input (Ctrl-D). */
bool line_editor_read(LineEditor *editor, const char *prompt, Arena *arena, Text *ret_line);

/* What is asked again with the arrow keys. */
void line_editor_remember(LineEditor *editor, Arena *arena, Text line);

void line_editor_close(LineEditor *editor);
