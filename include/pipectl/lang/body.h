/*
 * body.h: what stands in a file or block, whatever its syntax.
 *
 * Three syntaxes (YAML, JSON, native HCL) give one Body. In YAML and JSON only the reader of a body
 * knows whether a key is an argument or a block, so a body is asked with a BodySchema: it sorts its
 * content into attributes and blocks accordingly and reports what is wrong (unknown, missing, given
 * twice, a wrong shape). Nothing above this header knows which syntax a body was written in.
 */
#pragma once

#include "pipectl/lang/expr.h"

typedef struct Body Body;

typedef struct AttributeRule {
    Text name;
    bool required;
    bool literal; /* a place for bare words: in YAML and JSON a string here is native syntax of a traversal or
                     keyword (depends_on, type, provider), or plain text (source, version); never a template */
    const char *invalid; /* with literal: what is wrong with such syntax, for messages; NULL: as anywhere */
    bool text;    /* with literal: plain text, not syntax (source, version, description of a variable, default) */
} AttributeRule;

typedef struct BlockRule {
    Text type;
    const char *const *labels; /* what its labels are called, for messages: {"type", "name"} */
    size_t label_count;
} BlockRule;

typedef struct BodySchema {
    const AttributeRule *attributes;
    size_t attribute_count;
    const BlockRule *blocks;
    size_t block_count;
} BodySchema;

typedef struct Attribute {
    Text name;
    Range name_range;
    const Expr *expr;
    Range range; /* name and expression */
} Attribute;

typedef struct Block {
    Text type;
    const Text *labels;
    const Range *label_ranges;
    size_t label_count;
    const Body *body;
    Range type_range;
    Range range; /* its header: type and labels */
} Block;

typedef struct BodyContent {
    LIST(Attribute) attributes;
    LIST(Block) blocks; /* in the order of the file */
    Range missing;      /* where a missing argument would belong: for messages */
} BodyContent;

/* Everything must be known to the schema. */
BodyContent body_content(const Body *body, const BodySchema *schema, Arena *arena, Diags *diags);

/* What the schema knows; the rest is another body (a resource's own arguments), which shares [body]'s ranges.
   The schema must live as long as the rest. [ret_rest] may be NULL. */
BodyContent body_partial_content(const Body *body, const BodySchema *schema, const Body **ret_rest, Arena *arena, Diags *diags);

/* Every member as an attribute (locals, a provider-defined map). Blocks are errors. */
BodyContent body_attributes(const Body *body, Arena *arena, Diags *diags);

/* Bodies merged as Terraform merges files of a module: content of all, in order. */
const Body *body_merge(const Body *const *bodies, size_t count, Arena *arena);

/* [below] as [above] changes it (override files): an argument replaces the one of its name, a block all blocks of its type.
   Blocks of the types in [deep] (ended by NULL; may be NULL) are changed in the same way instead of replaced. */
const Body *body_override(const Body *below, const Body *above, const char *const *deep, Arena *arena);

/* Where a message about the body as a whole points: its opening. */
Range body_range(const Body *body);
/* Where the body ends: "a missing argument". */
Range body_missing_range(const Body *body);

/* The traversals of all expressions in it, nested blocks too, without any schema. In order, with repetitions.
   In YAML and JSON every string counts as a template. */
void body_traversals(const Body *body, Arena *arena, TraversalList *traversals);

/* What may be meant where an argument wants text and YAML made something else of it: a sentence to add to the
   message, beginning with a blank, or empty. [value]: what the expression gave. */
Text body_text_hint(Arena *arena, const Expr *expr, Value value);

/* Reports each place in an argument of YAML where [type] wants text and 1.10 was read as the number 1.1. For arguments that
   convert all the same; where conversion fails, body_text_hint has what to add. */
void body_check_text(const Expr *expr, const Type *type, Arena *arena, Diags *diags);

/* Whether something was reported while the expression was read: then it is no use to complain
   again. */
bool body_expr_failed(const Expr *expr);

const Attribute *content_attribute(const BodyContent *content, const char *name); /* NULL: absent */

/* --- readers -------------------------------------------------------------------------------- */

/* A YAML, JSON or native file's body; NULL and diagnostics on a syntax error. Native syntax recovers: there the body is
   returned all the same, without what could not be read. */
const Body *body_read_yaml(Arena *arena, const Source *source, Diags *diags);
const Body *body_read_json(Arena *arena, const Source *source, Diags *diags);
const Body *body_read_hcl(Arena *arena, const Source *source, Diags *diags);

/* By the file's name: .tf.yaml .tf.yml .yaml .yml, .json, else native. */
const Body *body_read(Arena *arena, const Source *source, Diags *diags);
