/*
 * console.h: expressions evaluated among the names of the root module.
 *
 * Objects are those of the state as it stands, or as a plan would leave it. Nothing is read and
 * nothing is changed: what neither has is unknown, and so is a variable without a value.
 *
 * Calling sequence
 *   Console *console = console_open(&request, diags);
 *   console_answer(console, input, &answer, diags);      as often as wanted
 */
#pragma once

#include "pipectl/plan/plan.h"

typedef struct Console Console;

typedef struct ConsoleRequest {
    Arena *arena;
    const Module *root;
    const State *state;
    const Plan *plan; /* NULL: things as they are */
    VariableInputList variables;
    Text workspace;
} ConsoleRequest;

typedef enum ConsoleAnswerKind {
    ANSWER_VALUE,
    ANSWER_TYPE,         /* the input is type(...) */
    ANSWER_TYPE_OF_TYPE, /* type(type(...)) */
} ConsoleAnswerKind;

typedef struct ConsoleAnswer {
    ConsoleAnswerKind kind;
    Value value;
    const Type *type;
} ConsoleAnswer;

/* NULL where nothing can be evaluated. What is wrong with a single value is reported, too, and the
   value is unknown. */
Console *console_open(const ConsoleRequest *request, Diags *diags);

/* One expression. False with diagnostics. */
bool console_answer(Console *console, Text input, ConsoleAnswer *ret_answer, Diags *diags);
