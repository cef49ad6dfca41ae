/*
 * function.h: the language's functions: one table row each.
 *
 * A row says name, parameters and result; the call checks the number of arguments, converts them to
 * the parameter types, and answers unknown or marked itself where an argument is so and the row does
 * not say that the function wants to see that. What is left is the C function: known, unmarked,
 * rightly typed arguments in, a value out.
 */
#pragma once

#include "pipectl/lang/scope.h"

typedef struct Call Call;
typedef struct Expr Expr;

/* Reports through call_error and returns value_unknown on failure. */
typedef Value FunctionBody(Call *call);

enum {
    ALLOW_NULL    = 1, /* else a null argument is an error */
    ALLOW_UNKNOWN = 2, /* else an argument with an unknown anywhere in it gives an unknown result */
    ALLOW_MARKED  = 4, /* else marks are taken off and put on the result */
    NULL_IS_EMPTY = 8, /* type files only (Scope.lenient): a null is an empty collection */
};

typedef struct Parameter {
    const char *name;
    const char *type;  /* a constraint as users write it: "string", "list(string)", "any" */
    unsigned allow;    /* ALLOW_* */
} Parameter;

struct Function {
    const char *name;
    const char *summary;            /* one line, for `metadata functions` and documentation */
    const Parameter *parameters;
    size_t parameter_count;
    const Parameter *variadic;      /* NULL: none */
    const char *result;             /* its type where that is fixed, "any" else */
    FunctionBody *body;
    bool lazy;                      /* wants the expressions themselves (try, can): nothing is checked for it */
};

struct Call {
    const Function *function;
    const Value *arguments;
    const Range *argument_ranges;
    size_t count;
    const Expr *const *expressions; /* of a lazy function, which has no arguments; NULL else */
    const Scope *scope;
    Range range; /* the whole call */
    Arena *arena;
    Diags *diags;
};

/* The language's functions, NULL when there is none of that name ("core::" may stand before it). */
const Function *function_find(Text name);

/* All of them, sorted by name. */
const Function *function_table(size_t *ret_count);

/* Calls with all the checks. */
Value function_call(const Function *function, const Value *arguments, const Range *argument_ranges, size_t count,
                    const Scope *scope, Range range, Arena *arena, Diags *diags);

/* "Error in function call": Call to function "f" failed: ... Returns value_unknown(dynamic). [argument]: its
   index, or -1 for the whole call. */
__attribute__((format(printf, 3, 4))) Value call_error(Call *call, int argument, const char *format, ...);
