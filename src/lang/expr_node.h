/*
 * expr_node.h: what an expression is made of. Private to the layer: the others evaluate and ask.
 */
#pragma once

#include "pipectl/lang/expr.h"

typedef enum ExprKind {
    EXPR_LITERAL,
    EXPR_TEMPLATE, /* the parts one after another, as a string */
    EXPR_JOIN,     /* the elements of a tuple one after another, as a string: %{ for } */
    EXPR_WRAP,     /* "${e}": e, with the quotes in its range */
    EXPR_PARENTHESES,
    EXPR_TRAVERSAL, /* a name and steps */
    EXPR_RELATIVE,  /* any other expression and steps */
    EXPR_INDEX,     /* collection[key] with a key that is computed */
    EXPR_SPLAT,
    EXPR_SPLAT_ITEM, /* the element that a splat is looking at */
    EXPR_CALL,
    EXPR_CONDITIONAL,
    EXPR_BINARY,
    EXPR_UNARY,
    EXPR_TUPLE,
    EXPR_OBJECT,
    EXPR_OBJECT_KEY, /* a key that is no literal and not in parentheses: a bare name stands for
                        itself */
    EXPR_FOR,
    EXPR_MISTAKE, /* where the parser has reported something; unknown */
} ExprKind;

typedef enum Operator {
    OPERATOR_OR,
    OPERATOR_AND,
    OPERATOR_EQUAL,
    OPERATOR_NOT_EQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_ADD,
    OPERATOR_SUBTRACT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_MODULO,
    OPERATOR_NEGATE,
    OPERATOR_NOT,
} Operator;

typedef struct ForExpr {
    Text key_name; /* empty: not bound */
    Text value_name;
    const Expr *collection;
    const Expr *key; /* NULL: a tuple is made */
    const Expr *value;
    const Expr *condition; /* NULL: all */
    bool group;
} ForExpr;

struct Expr {
    ExprKind kind;
    Range range;
    union {
        Value literal;
        const Expr *inner; /* JOIN, WRAP, PARENTHESES, OBJECT_KEY */
        Traversal traversal;
        struct {
            const Expr *source;
            const TraversalStep *steps;
            size_t count;
        } relative;
        struct {
            const Expr *collection;
            const Expr *key;
        } index;
        struct {
            const Expr *source;
            const Expr *each;
            Range marker;
        } splat;
        struct {
            Text name;
            Range name_range;
            const Expr *const *arguments;
            size_t count;
            bool expand; /* the last argument is followed by ... */
        } call;
        struct {
            const Expr *condition;
            const Expr *if_true;
            const Expr *if_false;
        } conditional;
        struct {
            Operator operator;
            const Expr *left; /* the only one of a unary operation */
            const Expr *right;
        } operation;
        struct {
            const Expr *const *items; /* TUPLE, TEMPLATE; the values of an OBJECT */
            const Expr *const *keys;  /* OBJECT */
            size_t count;
            bool template_keys; /* OBJECT of YAML or JSON */
        } list;
        ForExpr for_each;
    } as;
};

Expr *expr_make(Arena *arena, ExprKind kind, Range range);
