/*
 * progress.h: what happens while it happens, for people: one line an event, in Terraform's words.
 *
 *   aws_kinesis_stream.s: Creating...
 *   aws_kinesis_stream.s: Still creating... [10s elapsed]
 *   aws_kinesis_stream.s: Creation complete after 12s [id=arn:...]
 */
#pragma once

#include "pipectl/plan/plan.h"
#include "pipectl/render/terminal.h"

/* Shorter waits between attempts are AWS's everyday life. */
#define PROGRESS_SAID_RETRY SECONDS(5)

PlanEvents progress_events(Terminal *out);
