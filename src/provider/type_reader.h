/*
 * type_reader.h: what reading a type or service file needs: words known and unknown, texts,
 * durations, expressions.
 *
 * Nothing here fails: what is wrong is reported at its place and read as if it were not there.
 */
#pragma once

#include "resource_type.h"

typedef struct TypeReader {
    Arena *arena;
    Diags *diags;
    const ServiceType *service; /* NULL: none */
    ResourceType *type;         /* NULL while a service is read */
} TypeReader;

__attribute__((format(printf, 3, 4))) void reader_report(TypeReader *reader, Range range,
                                                         const char *format, ...);

/* Every key of the mapping must be one of [words] (NULL at the end) or begin with "x-". */
void reader_words(TypeReader *reader, const Node *mapping, const char *const *words);

/* What stands at a key; empty, false, 0 or NULL when it is absent. */
Text reader_text(TypeReader *reader, const Node *mapping, const char *key);
bool reader_flag(TypeReader *reader, const Node *mapping, const char *key);
int64_t reader_integer(TypeReader *reader, const Node *mapping, const char *key, int64_t otherwise);
Nanoseconds reader_duration(TypeReader *reader, const Node *mapping, const char *key);
const Expr *reader_expr(TypeReader *reader, const Node *mapping, const char *key);
WirePath reader_path(TypeReader *reader, const Node *node);

/* A node that may be one thing or a list of things: how many, and the i-th. NULL: none. */
size_t reader_count(const Node *node);
const Node *reader_item(const Node *node, size_t index);

bool node_is_expression(const Node *node); /* text with ${ in it */

/* An expression that the engine itself adds. */
const Expr *reader_constant(TypeReader *reader, const char *text);

void reader_rules(TypeReader *reader, const Node *node, RuleList *rules);
const Rule *reader_rule(TypeReader *reader, const Node *node);
void reader_members(TypeReader *reader, const Node *node, MemberList *members);
void reader_tags(TypeReader *reader, const Node *node, TagRule *tags);

/* Types and services live as long as the program. */
extern Arena types_arena;

/* A file that travels in the program: "types/aws_kinesis_stream.yaml". NULL when there is none, or
   it cannot be read. */
const Node *embedded_read(Text name, Diags *diags);

/* type_rows.c: the object's rows; names of rows are looked for afterwards. */
const Row *reader_object(TypeReader *reader, const Node *file);
void reader_groups(TypeReader *reader, const Node *node);
Naming reader_naming(TypeReader *reader, const Node *node); /* rows and groups */
void reader_resolve_rows(TypeReader *reader);               /* new_with */

/* type_steps.c */
void reader_steps(TypeReader *reader, const Node *node, StepList *steps);
void reader_tag_steps(TypeReader *reader);

/* type_schema.c */
void reader_schema(TypeReader *reader);
