/*
 * load.h: from directories and values to a Configuration.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/config/module.h"

/* Hidden files and what editors leave behind: they are never configuration. */
bool module_file_is_ignored(Text name);

/* The module of [directory] and, through its calls, all others. NULL when not even a part can be used; else a
   module, even where errors were reported. "No configuration files" is an error. */
const Module *module_load(Arena *arena, Text directory, Diags *diags);

/* The same for commands that make sense without configuration (init, validate, destroy): a directory without
   files gives an empty module. */
const Module *module_load_optional(Arena *arena, Text directory, Diags *diags);

/* Only what the terraform blocks of a directory say, for commands that need no more than the backend. NULL as above. */
const Module *module_load_settings(Arena *arena, Text directory, Diags *diags);

/* A value that was given for a root variable, before it is known what the variable's type is. */
typedef struct VariableInput {
    Text name;
    const Expr *expr;   /* from a tfvars file; NULL: text */
    Text text;          /* from TF_VAR_ or -var */
    Text origin;        /* "using -var=\"x=...\"", "using the TF_VAR_x environment variable", or the file's name */
    Range range;
    bool undeclared_is_error; /* -var */
    bool undeclared_is_silent; /* TF_VAR_ */
} VariableInput;

typedef LIST(VariableInput) VariableInputList;

typedef struct VariableOption { /* in the order of the command line */
    bool is_file;      /* -var-file=value */
    Text value;        /* "name=text" or a path */
} VariableOption;

/* Everything that gives values: TF_VAR_*, terraform.tfvars(.json), *.auto.tfvars(.json), then the options, in
   Terraform's order: a later one wins. */
VariableInputList variables_collect(Arena *arena, Text directory, const VariableOption *options, size_t option_count, Diags *diags);

/* What is wrong with the inputs before anything is planned: undeclared names, text that is no expression, and required
   variables without a value. [missing] (may be NULL): the names of these instead of errors, for prompting. */
void variables_check(Arena *arena, const Module *root, const VariableInputList *inputs, TextList *missing, Diags *diags);

const VariableInput *variable_input(const VariableInputList *inputs, Text name); /* the last one; NULL: none */

/* One value for each root variable, in the module's order: what was given, converted, or its default. Unknown with an error
   where what was given does not fit; [failed] (may be NULL): the names of these. Marked as declared. Validation rules are
   evaluated by the plan. [raw]: values as given, unconverted, for a plan's `variables` (NULL: not wanted). */
Value variables_values(Arena *arena, const Module *root, const VariableInputList *inputs, TextList *failed, Value *raw, Diags *diags);

/* A single text as -var would give it (a prompt's answer). */
Value variable_from_text(Arena *arena, const Variable *variable, Text text, Text origin, Diags *diags);
