/*
 * progress.h: what happens while it happens: one line an event, in Terraform's words.
 *
 *   aws_kinesis_stream.s: Creating...
 *   aws_kinesis_stream.s: Still creating... [10s elapsed]
 *   aws_kinesis_stream.s: Creation complete after 12s [id=arn:...]
 */
#pragma once

#include "pipectl/plan/plan.h"
#include "pipectl/render/terminal.h"

typedef struct Progress Progress;

Progress *progress_make(Arena *arena, Terminal *terminal);
PlanEvents progress_events(Progress *progress);
