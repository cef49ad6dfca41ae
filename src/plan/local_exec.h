/*
 * local_exec.h: what a local-exec provisioner says: a program to run on this machine.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/config/module.h"

typedef struct LocalExec {
    Text command;         /* may turn out to be empty */
    TextList words;       /* interpreter and command */
    TextList environment; /* NAME=value */
    Text directory;       /* empty: ours */
    bool quiet;           /* the command is not shown */
    const char *secrecy;  /* "sensitive": then neither is anything that it prints; NULL: it may be */
} LocalExec;

/* Evaluates its arguments; false when they have mistakes (reported). */
bool local_exec_read(const Provisioner *provisioner, const Scope *scope, LocalExec *ret_local,
                     Arena *arena, Diags *diags);

/* For validate: names, types and references; what is unknown is taken for right. */
void local_exec_validate(const Provisioner *provisioner, const Scope *scope, Arena *arena,
                         Diags *diags);

/* ["/bin/sh" "-c" "..."] */
Text local_exec_words_text(const LocalExec *local, Arena *arena);
