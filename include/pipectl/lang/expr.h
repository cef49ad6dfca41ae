/*
 * expr.h: expressions: parsed once, evaluated in a scope any number of times.
 *
 * The language is HCL's. An Expr is immutable and lives in the arena that it was parsed into.
 * It comes from native syntax (expr_parse), from the text of a template (expr_parse_template: YAML
 * and JSON strings), or from the YAML/JSON readers, which build objects and tuples of such.
 *
 * Evaluation never stops at the first problem: what failed is reported and is unknown, and
 * operations on unknown are silent.
 */
#pragma once

#include "pipectl/lang/scope.h"
#include "pipectl/lang/traversal.h"

typedef struct Expr Expr;

/* Maps offsets in a decoded string back to the file it came from (a YAML scalar with escapes or
   folding). Runs are sorted by [offset]; within a run bytes advance together. NULL runs:
   the decoded text is the source's text itself, starting at [start]. */
typedef struct PositionRun {
    uint32_t offset; /* in the decoded text */
    uint32_t byte;   /* in the file */
} PositionRun;

typedef struct ExprText {
    const Source *source;
    Text text;              /* what is parsed */
    uint32_t start;         /* where its first byte is */
    uint32_t run_count;
    const PositionRun *runs;
} ExprText;

/* The whole text is one expression. NULL and diagnostics on failure. */
const Expr *expr_parse(Arena *arena, ExprText text, Diags *diags);

/* The whole text is a template: literal parts, ${...}, %{...}. One that is a single ${...} has that
   expression's type; else the result is a string. */
const Expr *expr_parse_template(Arena *arena, ExprText text, Diags *diags);

/* --- made by readers ------------------------------------------------------------------------ */

const Expr *expr_literal(Arena *arena, Value value, Range range);
const Expr *expr_tuple(Arena *arena, const Expr *const *elements, size_t count, Range range);
/* Keys are expressions: templates in YAML and JSON. */
const Expr *expr_object(Arena *arena, const Expr *const *keys, const Expr *const *values, size_t count, Range range);

/* --- evaluating ----------------------------------------------------------------------------- */

/* A [scope] of NULL allows neither names nor functions: for tfvars, defaults and the like. */
Value expr_evaluate(const Expr *expr, const Scope *scope, Arena *arena, Diags *diags);

/* Gives [diag], which is about the whole expression, what the names in it stand for. */
void expr_explain(const Expr *expr, const Scope *scope, Arena *arena, Diag *diag);

/* --- asking --------------------------------------------------------------------------------- */

Range expr_range(const Expr *expr);

/* Every traversal that does not begin at a name bound inside the expression (for variables). In order, with
   repetitions. */
void expr_traversals(const Expr *expr, Arena *arena, TraversalList *traversals);

/* Whether it is a literal (possibly a template without interpolations): then its value needs no scope. */
bool expr_is_literal(const Expr *expr);

/* Whether the whole expression is one traversal (or a quoted one, as 0.11 wrote it): false and
   untouched else. For depends_on, ignore_changes, provider. */
bool expr_as_traversal(const Expr *expr, Arena *arena, Traversal *ret_traversal);

/* The text of an address whose keys may be expressions, such as aws_x.y[each.key]: evaluated in [scope]; without a scope
   those keys are left out. False with an error where it is no such thing. */
bool expr_address(const Expr *expr, const Scope *scope, Arena *arena, Text *ret_text,
                  Diags *diags);

/* The literal keyword that an expression is (`string`, `create`): a bare root name, or empty. */
Text expr_keyword(const Expr *expr);

/* The elements of a tuple constructor, the items of an object constructor; false when it is none. */
bool expr_elements(const Expr *expr, const Expr *const **ret_elements, size_t *ret_count);
bool expr_items(const Expr *expr, const Expr *const **ret_keys, const Expr *const **ret_values, size_t *ret_count);

const Expr *expr_without_parentheses(const Expr *expr);

/* Whether a text stops inside brackets or a heredoc: what follows on the next line belongs to it. */
bool expr_is_unfinished(Text text);

/* A function call's name and arguments; false when it is none. For type constraints: list(string). */
bool expr_call(const Expr *expr, Text *ret_name, const Expr *const **ret_arguments, size_t *ret_count);

/* A type constraint: string, list(any), object({a = optional(string, "x")}). [ret_defaults]: an object
   that mirrors the type's optional() defaults, for type_apply_defaults; may be NULL when not wanted. */
typedef struct TypeDefaults TypeDefaults;
bool expr_type_constraint(const Expr *expr, Arena *arena, const Type **ret_type, const TypeDefaults **ret_defaults, Diags *diags);
Value type_apply_defaults(Arena *arena, const TypeDefaults *defaults, Value value);
