/*
 * plan_parts.h: what the plan for people (plan_text.c) and the report (report.c) say alike.
 */
#pragma once

#include "diff_text.h"
#include "relevant.h"

const char *action_symbol(Action action); /* three columns: "  +", "-/+" */

/* What follows the address: "will be created". */
const char *change_heading(const Change *change);

/* Why, in a line of its own; empty: it needs none. */
Text change_explanation(const Change *change, Arena *arena);

Diff *output_diff(const OutputChange *change, Arena *arena);

/* Whether what changed outside has to do with this plan. */
bool drift_is_shown(const Plan *plan, const RelevantAttributeList *relevant, const Drift *drift,
                    Arena *arena);
