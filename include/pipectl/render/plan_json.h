/*
 * plan_json.h: plans, states and outputs for programs: `show -json`, `output -json`.
 *
 * Byte for byte the form that Terraform 1.11.4 gives (formats.md 5.2), since policy checkers and
 * reports read it.
 */
#pragma once

#include "pipectl/plan/plan.h"

Text plan_json(Arena *arena, const Plan *plan);
Text state_json(Arena *arena,
                const State *state); /* one line; without objects {"format_version":"1.0"} */
Text outputs_json(Arena *arena, const State *state);         /* indented, as `output -json` */
Value output_json_value(Arena *arena,
                        const StateOutput *output); /* of one: {sensitive, type, value} */
