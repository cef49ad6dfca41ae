/*
 * body_form.h: what a syntax does to be a Body.
 *
 * A form sorts its content by a schema and leaves out what schemas before it have already taken.
 * The checks that all share (required arguments) are in body.c.
 */
#pragma once

#include "pipectl/lang/body.h"
#include "pipectl/lang/node.h"

/* What was taken by earlier calls: schemas, newest first. */
typedef struct TakenSchema TakenSchema;

struct TakenSchema {
    const BodySchema *schema;
    const TakenSchema *before;
};

typedef struct BodyForm {
    /* Adds what the schema knows to [content]. */
    void (*content)(const Body *body, const BodySchema *schema, BodyContent *content, Arena *arena,
                    Diags *diags);
    /* Reports everything that neither the schema nor earlier ones know. */
    void (*check_rest)(const Body *body, const BodySchema *schema, const BodyContent *content,
                       Diags *diags);
    /* Adds every member as an attribute; blocks are errors. */
    void (*attributes)(const Body *body, BodyContent *content, Arena *arena, Diags *diags);
    /* A copy of [body] from which [taken] is missing. */
    const Body *(*rest)(const Body *body, const TakenSchema *taken, Arena *arena);
    /* Adds the traversals of all expressions, at any depth. */
    void (*traversals)(const Body *body, Arena *arena, TraversalList *traversals);
} BodyForm;

struct Body {
    const BodyForm *form;
    const TakenSchema *taken;
    Range range;
    Range missing;
};

bool taken_attribute(const TakenSchema *taken, Text name);
bool taken_block(const TakenSchema *taken, Text type);

const AttributeRule *rule_of_attribute(const BodySchema *schema, Text name); /* NULL: none */
const BlockRule *rule_of_block(const BodySchema *schema, Text type);

/* " Did you mean \"x\"?" of the names that are near, or empty. [content]: attributes given already
   are not suggested. */
Text body_suggestion(const BodySchema *schema, const BodyContent *content, Text name,
                     bool attributes, bool blocks, Arena *arena);
