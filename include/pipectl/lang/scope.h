/*
 * scope.h: the names that an expression may use, with their values.
 *
 * Scopes nest: a `for` expression, each/count/self and a type file's self/prior/answer are inner
 * scopes with a few bound names; the outermost has a resolver, which is asked for what no inner one
 * binds. Values are pulled: the resolver is handed the whole traversal and says how many of its
 * steps the value that it returns has consumed (var.x: one; aws_x.name: one; data.aws_x.name: two; a bound name: none).
 */
#pragma once

#include "pipectl/lang/traversal.h"

typedef struct Scope Scope;
typedef struct Function Function;

/* Returns the value that the first [*ret_used] steps of the traversal name (0: the root name alone).
   What cannot be resolved is reported with a suggestion and gives value_unknown(type_dynamic). */
typedef Value ScopeResolve(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena, Diags *diags);

/* Reports a name that is not declared: a mistake also where it is not evaluated, or in try(). */
typedef void ScopeCheck(void *user, const Traversal *traversal, Diags *diags);

/* The function that a call in [scope] names; NULL where there is none. */
typedef const Function *ScopeFunction(const Scope *scope, Text name);

typedef struct ScopeName {
    Text name;
    Value value;
} ScopeName;

struct Scope {
    const Scope *parent;
    const ScopeName *names; /* bound here */
    size_t name_count;

    /* The rest is looked for in the nearest scope that has it. */
    ScopeResolve *resolve;
    ScopeCheck *check; /* NULL: names are looked at when they are evaluated */
    void *user;
    ScopeFunction *function; /* NULL: the language's own functions (function_find) */
    Text directory;   /* against which functions resolve relative file names; empty: the working directory */
    bool lenient;     /* type files only: LANGUAGE rule 5, null in place of many errors */
};

/* The bound value, searching outwards through bound names only. */
bool scope_find(const Scope *scope, Text name, Value *ret_value);
