/*
 * view.h: what a command says while it runs, to people or to programs.
 *
 * plan, apply, destroy and their like say everything through a View. Behind it stands one of two
 * renderers: text for people, or the lines of -json, one object a line in Terraform's form
 * (formats.md 5.3). Which one is decided once, where the command line is read; whoever says
 * something does not know.
 */
#pragma once

#include "pipectl/plan/plan.h"
#include "pipectl/render/diag_text.h"
#include "pipectl/render/terminal.h"

typedef struct View {
    void *user;
    PlanEvents events; /* what happens while it happens */
    void (*plan)(void *user, const Plan *plan);
    /* [destroyed]: in the words of the command destroy. */
    void (*applied)(void *user, const ApplySummary *summary, bool destroyed);
    void (*outputs)(void *user, const State *state); /* of the root module, after an apply */
    void (*diags)(void *user, const Diags *diags);
    void (*notice)(void *user, Text text); /* beside everything else: "Interrupt received." */
    void (*waits)(void *user); /* for the state lock, which another holds */
    /* A step of init. [code] is Terraform's message_code for programs, NULL where it has none. */
    void (*step)(void *user, const char *code, Text text);
} View;

/* Errors go to [err], all else to [out]. */
View view_text(Arena *arena, Terminal *out, Terminal *err, DiagStyle style);

/* What the command import says. */
PlanEvents view_import_events(Terminal *out);

/* Everything goes to [out], beginning with the line that names the version. */
View view_json(Arena *arena, Terminal *out);
