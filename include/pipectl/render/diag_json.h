/*
 * diag_json.h: diagnostics for programs, in Terraform's form and order of members: severity,
 * summary, detail, address, range, snippet.
 */
#pragma once

#include "pipectl/base/diag.h"

void diag_add_json(TextBuilder *builder, const Diag *diag);

/* What `validate -json` prints: valid, the counts, and all of them. */
Text validation_json(Arena *arena, const Diags *diags);
