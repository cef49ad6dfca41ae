/*
 * report.h: a plan as Markdown, for a comment on a pull request.
 *
 * Counts, a warning where something is destroyed or replaced, a line for each change that opens to
 * its details, what changed outside, outputs, errors. Sensitive values are masked as in the plan's
 * text. It fits into a comment (65,536 characters): where there is too much, details are left out
 * first, then lines, and it says how many.
 */
#pragma once

#include "pipectl/plan/plan.h"

/* [plan] may be NULL where there is none: then the errors in [diags] say why. */
Text plan_report(const Plan *plan, const Diags *diags, Arena *arena);
