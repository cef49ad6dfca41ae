/*
 * type_scope.h: the names that the expressions of a type file may use (rule 9), and what they are.
 *
 * Most are values that whoever evaluates has at hand; sent, wire, groups and configured are made
 * when an expression asks for them.
 */
#pragma once

#include "resource_type.h"

/* The block that holds a row: `block`; the one around it: `block.block`. */
typedef struct Frame Frame;
struct Frame {
    Value block;
    const Frame *around; /* NULL: this is the whole object */
};

/* An answer that a step kept `as` a name. */
typedef struct KeptAnswer KeptAnswer;
struct KeptAnswer {
    Text name;
    Value value;
    const KeptAnswer *next; /* kept before */
};

/* A Value without a type is not in scope. */
typedef struct TypeScope {
    const ResourceType *type;
    Value object; /* the whole object, inside: what sent, wire and groups are made of */
    Value self;   /* the object, or the row that an expression is about */
    Value prior;
    Value configuration; /* for `configured` */
    Value provider, answer, taken, each, intent;
    Value wire; /* in `sent` of a block: its rows, placed */
    const Frame *frame;
    const KeptAnswer *kept;
    bool is_new;
} TypeScope;

/* A scope about an object: self is it. */
TypeScope type_scope(const ResourceType *type, Value object, Value prior, Value provider);

/* NULL gives a null. What goes wrong is reported where it stands in the type file. */
Value type_evaluate(const TypeScope *scope, const Expr *expr, Arena *arena, Diags *diags);

/* A condition: null is false. */
bool type_condition(const TypeScope *scope, const Expr *expr, Arena *arena, Diags *diags);

/* The text of an expression; empty when it is null or unknown. */
Text type_text_of(const TypeScope *scope, const Expr *expr, Arena *arena, Diags *diags);

/* The rows that a group has for this object. */
RowRefs group_rows(const TypeScope *scope, const Group *group, Arena *arena, Diags *diags);

/* All rows that a naming means, groups resolved. */
RowRefs naming_rows(const TypeScope *scope, const Naming *naming, Arena *arena, Diags *diags);

/* Functions that only type files have (rule 9); the language's own for other names. */
const Function *type_function(const Scope *scope, Text name);
