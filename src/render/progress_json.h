/*
 * progress_json.h: what happens while it happens, for programs: apply_start, refresh_complete, ...
 */
#pragma once

#include "pipectl/plan/plan.h"
#include "pipectl/render/terminal.h"

PlanEvents progress_json_events(Terminal *out);
