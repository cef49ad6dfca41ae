/*
 * schema.h: what arguments a type takes, and how a configuration body becomes a value of it.
 *
 * The shape is Terraform's own: attributes with a type, and nested blocks. The value of a body is
 * an object with one member for each attribute and block: lists and sets of objects for list and
 * set blocks, an object or null for single ones (timeouts).
 */
#pragma once

#include "pipectl/lang/body.h"
#include "pipectl/value/path.h"

typedef struct Schema Schema;

typedef enum Nesting { NESTING_SINGLE, NESTING_LIST, NESTING_SET } Nesting;

typedef struct AttributeSchema {
    Text name;
    const Type *type;
    bool required;
    bool optional;
    bool computed;
    bool sensitive;
    bool json_document; /* YAML may give a mapping or a list, encoded as jsonencode would */
    Text refused;       /* what it would be: not supported yet; giving it is an error that says so */
    Text deprecated;    /* a warning, where it is given */
} AttributeSchema;

typedef struct BlockSchema {
    Text name;
    Nesting nesting;
    int64_t min_items; /* 0: none is needed */
    int64_t max_items; /* 0: any number */
    const Schema *block;
    Text refused;
} BlockSchema;

/* An attribute or a block: the other is NULL. */
typedef struct SchemaMember {
    const AttributeSchema *attribute;
    const BlockSchema *block;
} SchemaMember;

struct Schema {
    int64_t version;                   /* schema_version in the state */
    const AttributeSchema *attributes; /* sorted by name */
    size_t attribute_count;
    const BlockSchema *blocks; /* sorted by name */
    size_t block_count;
    /* made by schema_finish */
    const Type *type;            /* of a whole object */
    const SchemaMember *members; /* in the order of the type's names */
    bool has_sensitive;          /* some attribute is, however deep */
};

/* Sorts and computes what follows from that, deep. Call once when a schema is complete. */
void schema_finish(Arena *arena, Schema *schema);

const AttributeSchema *schema_attribute(const Schema *schema, Text name); /* NULL when absent */
const BlockSchema *schema_block(const Schema *schema, Text name);

/* A body read with its schema, once for all that is made of it. Names, shapes, required and refused arguments are
   checked; nothing is evaluated. [body] may be NULL: nothing is written (a provider without a block). */
typedef struct Binding Binding;

const Binding *schema_bind(const Schema *schema, const Body *body, Arena *arena, Diags *diags);
bool binding_failed(const Binding *binding); /* something was wrong: its value says little */

/* The body's value, evaluated in [scope]; attributes not given are null, blocks not given are
   empty. Everything is converted to the schema's types; mistakes are reported and unknown.
   `dynamic` blocks are expanded. */
Value binding_decode(const Binding *binding, const Scope *scope, Arena *arena, Diags *diags);

/* Both, for a body that is needed once. */
Value schema_decode(const Schema *schema, const Body *body, const Scope *scope, Arena *arena,
                    Diags *diags);

/* Where an attribute stands in a body, for messages about its value; the body's range when it is
   not there. */
Range schema_range(const Schema *schema, const Body *body, Path path, Arena *arena);

/* Terraform's "proposed new object": configuration values, and prior ones where the configuration
   is null and the attribute is computed; blocks matched by index (lists) or by equal content
   (sets). [prior] may be null. */
Value schema_propose(const Schema *schema, Value prior, Value configuration, Arena *arena);

/* For an object to be created: computed attributes that the configuration leaves out become
   unknown. */
Value schema_with_unknown_computed(const Schema *schema, Value object, Arena *arena);

/* The value with MARK_SENSITIVE on every attribute that the schema calls sensitive. */
Value schema_mark_sensitive(const Schema *schema, Value object, Arena *arena);

/* A saved object (JSON of the state) as a value of the schema's type. Attributes the schema does
   not have are dropped, missing ones are null or empty. False and why. */
bool schema_decode_state(const Schema *schema, Value json, Arena *arena, Value *ret_object,
                         Text *ret_why);
