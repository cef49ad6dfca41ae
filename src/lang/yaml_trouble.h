/*
 * yaml_trouble.h: what to say where libyaml's own message would puzzle.
 *
 * The table looks at the offending line and recognises what was probably meant; each row of it is a
 * test (tests/lang/errors). Nothing here knows libyaml.
 */
#pragma once

#include "pipectl/base/diag.h"

typedef struct YamlTrouble {
    const char *problem; /* libyaml's words, never NULL */
    const char *context; /* "while scanning an alias", or "" */
    Range at;            /* one character: where the problem is */
    Range context_at;    /* one character: where the context began */
} YamlTrouble;

/* Reports it, in libyaml's words where no row applies. */
void yaml_trouble_report(const YamlTrouble *trouble, Diags *diags);

/* A key that opens ${ and does not close it: a colon inside an expression was read as a mapping's.
   */
void yaml_trouble_split_key(Range range, Diags *diags);

/* A plain scalar that opens ${ and is followed by a comment. */
void yaml_trouble_comment(Range range, Diags *diags);
