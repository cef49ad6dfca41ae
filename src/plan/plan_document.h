/*
 * plan_document.h: the two halves of a saved plan: its archive (planfile.c) and the document in it
 * (plan_document.c).
 */
#pragma once

#include "pipectl/plan/planfile.h"

/* The member "tfplan": everything of the plan but its states and its configuration's files. */
Text plan_document_text(Arena *arena, const Plan *plan);

/* Fills a plan whose root and arena are set. False with errors. */
bool plan_document_read(Plan *plan, Text document, Diags *diags);
