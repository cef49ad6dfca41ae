/*
 * eval.h: evaluating, for the files that share it. What an expression is evaluated in travels as
 * one thing, called [in].
 *
 * A function that has reported something returns unknown; operations on unknown are silent.
 */
#pragma once

#include "expr_node.h"
#include "pipectl/lang/function.h"

typedef struct Evaluation {
    const Scope *scope;
    Arena *arena;
    Diags *diags;
    bool lenient; /* scope.h: some scope around is so */
    bool constant; /* no scope was given: there are no functions */
} Evaluation;

Value evaluate(const Expr *expr, const Evaluation *in);
Value evaluate_traversal(const Traversal *traversal, const Evaluation *in);

/* eval_explain.c: says of the messages from [first] on what the names in [expr] stand for. */
void evaluate_explain(const Expr *expr, const Evaluation *in, size_t first);

/* One file each: eval_operators.c, eval_template.c, eval_collection.c, eval_call.c. */
Value evaluate_operation(const Expr *expr, const Evaluation *in);
Value evaluate_conditional(const Expr *expr, const Evaluation *in);
Value evaluate_template(const Expr *expr, const Evaluation *in);
Value evaluate_join(const Expr *expr, const Evaluation *in);
Value evaluate_object(const Expr *expr, const Evaluation *in);
Value evaluate_for(const Expr *expr, const Evaluation *in);
Value evaluate_splat(const Expr *expr, const Evaluation *in);
Value evaluate_call(const Expr *expr, const Evaluation *in);

/* --- steps (eval_steps.c) --- */

/* value.name and value[key]. */
Value step_attribute(Value value, Text name, Range range, const Evaluation *in);
Value step_index(Value value, Value key, Range range, const Evaluation *in);
Value take_steps(Value value, const TraversalStep *steps, size_t count, const Evaluation *in);

/* --- marks and the like (eval_marks.c) --- */

/* Takes the value's own marks off it (its elements keep theirs) and returns them. */
uint8_t take_marks(Value *value);

/* The == of the language; unknown where it depends on what is not known yet. */
Value values_equal(Arena *arena, Value a, Value b);

bool is_definitely_not_null(Value value);

/* Reports the names in it that are not declared, evaluated or not; false where there are any. */
bool check_names(const Expr *expr, const Scope *scope, Arena *arena, Diags *diags);

/* Unknown and known not to be null. */
Value unknown_not_null(Arena *arena, const Type *type);
/* An unknown string that begins with [prefix]; its end is left off where what follows may merge with it
   (a letter and an accent). */
Value unknown_with_prefix(Arena *arena, Text prefix);

/* The unknown, known not to be null, with a prediction. */
Value unknown_predicted(Arena *arena, Value unknown, Value predicted);

/* A name bound in an inner scope: for, splat. */
#define SPLAT_ITEM_NAME TEXT_LIT("*")
