/*
 * diag_text.h: diagnostics for people: boxes with the source line, as Terraform draws them.
 */
#pragma once

#include "pipectl/base/diag.h"
#include "pipectl/render/terminal.h"

typedef struct DiagStyle {
    bool unboxed;          /* without the frame, as with -no-color */
    bool compact_warnings; /* warnings by their summaries only, where there are no errors */
} DiagStyle;

/* All of them, in the order of diags_sorted. */
void diags_print(const Diags *diags, Terminal *terminal, DiagStyle style);
