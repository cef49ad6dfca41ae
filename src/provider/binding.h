/*
 * binding.h: a body as its schema reads it.
 */
#pragma once

#include "pipectl/provider/schema.h"

/* A block as it was written. A `dynamic` one stands for any number: its content is decoded once for
   each element of for_each, in a scope that calls it [iterator]. */
typedef struct BoundBlock {
    const Block *written;
    const BlockSchema *schema;
    const Binding *content;
    const Expr *for_each; /* NULL: not dynamic */
    Text iterator;
} BoundBlock;

struct Binding {
    const Schema *schema;
    BodyContent content;
    const Attribute **attributes; /* in the schema's order; NULL: not given */
    LIST(BoundBlock) blocks;      /* in the order of the file */
    bool failed;                  /* something was wrong with it */
};
