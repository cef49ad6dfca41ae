/*
 * diff.h: two values compared into a tree, for people.
 *
 * A Diff says what happens to one attribute, element or block; its children what happens inside.
 * Computing it and printing it are two things: diff_text.c prints. The rule of printing: the parent
 * prints indent, symbol and name, the child its content.
 *
 * There are two ways to compare. By a type: a null attribute is not there. As JSON, where the type
 * is dynamic (terraform_data, outputs in a plan): every map is an object, every collection an
 * array, and a null that is written is something else than nothing. A value that is not there has
 * no type (VALUE_ABSENT).
 */
#pragma once

#include "pipectl/plan/plan.h"

#define VALUE_ABSENT ((Value){ .type = NULL })

typedef enum DiffAction { DIFF_NONE, DIFF_CREATE, DIFF_UPDATE, DIFF_DELETE } DiffAction;

typedef enum DiffKind {
    DIFF_PRIMITIVE, /* before and after as they are */
    DIFF_JSON,      /* a string that holds JSON: its one child is the content */
    DIFF_LIST,      /* children without names, in order; what stands beside a change is shown */
    DIFF_SET,       /* children without names */
    DIFF_MAP,       /* children by key, quoted */
    DIFF_OBJECT,    /* children by attribute name */
    DIFF_BLOCK,     /* attributes, then blocks */
    DIFF_UNKNOWN,   /* known after apply; its child, if any, is what was */
    DIFF_SENSITIVE,
    DIFF_TYPE,      /* something of another type: two children, what was and what will be */
} DiffKind;

typedef struct Diff Diff;
typedef LIST(Diff *) DiffList;

struct Diff {
    Text name;           /* of attribute, key or block; empty for elements */
    DiffKind kind;
    DiffAction action;
    bool is_block;       /* a nested block, known or not */
    bool replaces;       /* forces replacement */
    Value before, after; /* of primitives and what is sensitive; VALUE_ABSENT: not there */
    bool same_content;   /* sensitive: only its being sensitive changes */
    DiffList children;   /* unchanged ones too: the printer hides them */
};

/* Of a whole resource: attributes, then blocks. [replace]: paths that force replacement; NULL:
 * none. */
Diff *diff_object(Arena *arena, const Schema *schema, Value before, Value after,
                  const PathList *replace);

/* Of an output: as JSON. Absent values are VALUE_ABSENT. */
Diff *diff_value(Arena *arena, Text name, Value before, Value after);

/* A value with itself, by its own type: for showing a state. */
Diff *diff_typed(Arena *arena, Text name, Value value);
