/*
 * diag_text.h: diagnostics for people (boxes with the source line, as Terraform draws them) and as
 * JSON.
 */
#pragma once

#include "pipectl/base/diag.h"
#include "pipectl/render/terminal.h"
#include "pipectl/value/value.h"

/* All of them in order; warnings too. [unboxed]: without the frame, as with -no-color. */
void diags_print(const Diags *diags, Terminal *terminal, bool unboxed);

/* Terraform's JSON form of one: severity, summary, detail, address, range, snippet. */
Value diag_json(Arena *arena, const Diag *diag);
