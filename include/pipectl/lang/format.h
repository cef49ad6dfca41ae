/*
 * format.h: native syntax in its canonical layout, byte for byte as `terraform fmt`.
 *
 * Formatting works on tokens, so that everything between them (comments, blank lines) stays. What
 * changes is white space inside lines, and a few old spellings: "${x}" as the whole value of an
 * argument, quoted types of variables, labels without quotes.
 */
#pragma once

#include "pipectl/base/diag.h"

/* False, with diagnostics, where the text has syntax errors: it is not formatted then. */
bool format_native(Arena *arena, const Source *source, Text *ret_text, Diags *diags);
