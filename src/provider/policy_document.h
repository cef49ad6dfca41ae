/*
 * policy_document.h: IAM policy documents as Terraform's data source makes them, byte for byte.
 *
 * Members stand in a fixed order (Version, Id, Statement; Sid, Effect, Action, ...), which JSON
 * values, sorted as they are, cannot keep: so a document is a struct until it is printed.
 */
#pragma once

#include "pipectl/value/value.h"

/* What a statement says, in the order in which it is printed after Sid and Effect. */
typedef enum PolicyPart {
    POLICY_ACTION,
    POLICY_NOT_ACTION,
    POLICY_RESOURCE,
    POLICY_NOT_RESOURCE,
    POLICY_PRINCIPAL,
    POLICY_NOT_PRINCIPAL,
    POLICY_CONDITION,
    POLICY_PART_COUNT,
} PolicyPart;

typedef struct PolicyStatement {
    Text sid;
    Text effect;
    Value parts[POLICY_PART_COUNT]; /* type NULL: not said */
} PolicyStatement;

typedef struct PolicyDocument {
    Text version;
    Text id;
    LIST(PolicyStatement) statements;
} PolicyDocument;

/* False when the text is no policy document. */
bool policy_document_parse(Arena *arena, Text text, PolicyDocument *ret_document);

/* [added] over [document]: its statements replace those of the same Sid, and others come behind. */
void policy_document_merge(Arena *arena, PolicyDocument *document, const PolicyDocument *added);

/* A Sid that two statements have; empty when there is none. */
Text policy_document_duplicate(const PolicyDocument *document);

Text policy_document_text(Arena *arena, const PolicyDocument *document, bool compact);

/* One text as itself, more as a list, in descending order; type NULL for none. */
Value policy_texts(Arena *arena, const Text *texts, size_t count);
