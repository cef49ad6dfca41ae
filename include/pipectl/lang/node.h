/*
 * node.h: a YAML or JSON document as a tree with positions.
 *
 * Type and service files are read through it directly (words are strings there, expressions are
 * made of the scalars that hold ${...}); configuration goes through Body, whose YAML and JSON forms
 * stand on it. Rules and comforts of the YAML surface are those of the reader (read_yaml.c).
 */
#pragma once

#include "pipectl/lang/expr.h"

typedef enum NodeKind {
    NODE_NULL,
    NODE_BOOL,
    NODE_NUMBER,
    NODE_STRING,
    NODE_SEQUENCE,
    NODE_MAPPING,
    NODE_INVALID, /* JSON: could not be read, which was reported; its value is unknown */
} NodeKind;

typedef struct Node Node;

struct Node {
    NodeKind kind;
    bool plain;      /* YAML: without quotes */
    bool block;      /* YAML: a literal or folded block scalar */
    bool truth;
    uint32_t count;  /* of items */
    uint32_t run_count;
    Text text;       /* of a string: decoded; of a number or bool: as written */
    uint32_t start;  /* where the text's first byte is, after quotes and indicators */
    Range range;
    const PositionRun *runs;    /* of a string: lead back to the file, see ExprText */
    const Node *const *items;   /* sequence; mapping: values */
    const Node *const *keys;    /* mapping: always NODE_STRING */
};

/* NULL and diagnostics on a syntax error. An empty YAML document gives an empty mapping; a JSON document, which must
   be an object or an array, with mistakes gives the rest of it, with NODE_INVALID in their places. */
const Node *node_read_yaml(Arena *arena, const Source *source, Diags *diags);
const Node *node_read_json(Arena *arena, const Source *source, Diags *diags);

const Node *node_member(const Node *mapping, const char *key); /* NULL when absent or no mapping */
const Node *node_member_text(const Node *mapping, Text key);

/* The text of a scalar, for parsing it as an expression or a template. */
ExprText node_source(const Node *node);

/* Strings are templates, mappings objects with template keys, sequences tuples. */
const Expr *node_expr(Arena *arena, const Node *node, Diags *diags);

/* Without any evaluation: strings as they are. */
Value node_value(Arena *arena, const Node *node);

/* A body over a mapping (or a sequence of mappings, as Terraform's JSON allows). */
struct Body;
const struct Body *node_body(Arena *arena, const Node *node, const Source *source);
