/*
 * diff.h: two values of a schema compared into a tree, for people.
 *
 * A Diff says what happens to one attribute, element or block; its children what happens inside. Computing it
 * and printing it are two things: plan_text.c prints. The rule of printing: the parent prints indent, symbol and name, the
 * child its content.
 */
#pragma once

#include "pipectl/plan/plan.h"

typedef enum DiffAction { DIFF_NONE, DIFF_CREATE, DIFF_UPDATE, DIFF_REPLACE, DIFF_DELETE, DIFF_READ } DiffAction;

typedef enum DiffKind {
    DIFF_PRIMITIVE,   /* before and after as they are */
    DIFF_TEXT,        /* a string of several lines: by lines */
    DIFF_JSON,        /* a string that holds JSON: by structure */
    DIFF_LIST,        /* list, tuple, set: children without names */
    DIFF_MAP,         /* map: children by key, quoted */
    DIFF_OBJECT,      /* object: children by attribute name */
    DIFF_BLOCK,       /* a nested block: children by name, printed with braces */
    DIFF_UNKNOWN,     /* known after apply */
    DIFF_SENSITIVE,
} DiffKind;

typedef struct Diff Diff;

struct Diff {
    Text name;             /* of attribute, key or block; empty for elements */
    DiffKind kind;
    DiffAction action;
    bool is_block;         /* a nested block, known or not */
    bool replaces;         /* forces replacement */
    Value before, after;   /* of primitives, and to know what a whole was */
    LIST(Diff *) children;
    size_t unchanged;      /* children left out because nothing happens to them */
    size_t unchanged_blocks;
};

/* Of a whole resource: attributes, then blocks. */
Diff *diff_object(Arena *arena, const Schema *schema, Value before, Value after, const PathList *replace);

/* Of two values without schema: outputs. */
Diff *diff_value(Arena *arena, Text name, Value before, Value after);
