/*
 * planfile.h: a plan on disk: `plan -out=FILE`, `apply FILE`, `show FILE`.
 *
 * A zip archive (stored, not compressed), as Terraform's is, with
 *   tfplan            one JSON document: mode, changes, outputs, variables, drift; typed values, so that unknown
 *                     parts and sensitive marks come back as they were
 *   tfstate           the state that it was made from, refreshed;  tfstate-prev  the same before the refresh
 *   tfconfig/...      the configuration files of all modules, as they were
 * An apply works from these, whatever has happened to the files since; it refuses a plan whose state has moved
 * on (another lineage or serial: "Saved plan is stale").
 */
#pragma once

#include "pipectl/plan/plan.h"

/* Overwrites [path], whole or not at all. */
bool plan_file_write(const Plan *plan, Text path, Diags *diags);

/* Whether a file begins as such an archive does. */
bool plan_file_is_one(Text path);

/* The plan, with its configuration loaded from the archive (file.h's overlay) and schemas found again. NULL and errors. */
Plan *plan_file_read(Arena *arena, Text path, Diags *diags);

/* Whether [state], as it stands now, is what the plan was made from; an error says "Saved plan is stale". */
bool plan_file_fits(const Plan *plan, const State *state, Diags *diags);
