/*
 * module.h: the configuration, as written.
 *
 * A Module is what one directory's files say, merged; a ModuleCall holds the module that it
 * calls, read once for each call. Nothing is evaluated: expressions and bodies stand as they were
 * parsed. Names are unique in their kind, addresses in the module can be formed, and everything
 * that is not supported was refused by name.
 */
#pragma once

#include "pipectl/base/table.h"
#include "pipectl/lang/body.h"
#include "pipectl/lang/reference.h"

typedef struct Module Module;

typedef struct Condition { /* validation, precondition, postcondition */
    const Expr *condition;
    const Expr *error_message;
    Range range;
} Condition;

typedef LIST(Condition) ConditionList;

typedef struct Variable {
    Text name;
    const Type *type;               /* type_dynamic when not said */
    const TypeDefaults *defaults;   /* of optional(); NULL: none */
    bool has_type;
    bool has_default;
    Value default_value;            /* converted */
    Text description;
    bool sensitive;
    bool nullable;                  /* true unless said otherwise */
    bool ephemeral;
    ConditionList validations;
    Range range;
} Variable;

typedef struct Local {
    Text name;
    const Expr *expr;
    Range range;
} Local;

typedef struct Output {
    Text name;
    const Expr *value;
    Text description;
    bool sensitive;
    bool ephemeral;
    TraversalList depends_on;
    ConditionList preconditions;
    Range range;
} Output;

/* A provider configuration as a module refers to it: "aws" or "aws.west". */
typedef struct ProviderName {
    Text local;   /* local name in the module: "aws" */
    Text alias;   /* empty: the default configuration */
    Range range;
} ProviderName;

typedef struct ProviderBlock {
    ProviderName name;
    Text version;        /* constraint, or empty */
    const Body *body;    /* the provider's own arguments */
    Range range;
} ProviderBlock;

typedef struct RequiredProvider {
    Text name;
    Text source;         /* full: "registry.terraform.io/hashicorp/aws" */
    Text version;        /* constraint, as written; empty: none */
    Range range;
} RequiredProvider;

typedef struct Lifecycle {
    bool create_before_destroy;
    bool has_create_before_destroy;
    bool prevent_destroy;
    bool ignore_all;
    TraversalList ignore_changes;        /* relative: root is the attribute's name */
    LIST(const Expr *) replace_triggered_by;
    ConditionList preconditions;
    ConditionList postconditions;
} Lifecycle;

/* What is run when an object was made, or before it is destroyed. */
typedef struct Provisioner {
    Text type;              /* "local-exec": the only one there is */
    bool at_destroy;        /* when = destroy */
    bool goes_on;           /* on_failure = continue */
    const Body *body;       /* its own arguments */
    Range range;            /* of the block's header */
} Provisioner;

typedef struct Check Check;

typedef struct Resource {
    ResourceMode mode;
    Text type;
    Text name;
    const Expr *count;      /* at most one of the two */
    const Expr *for_each;
    ProviderName provider;  /* local empty: by the type's prefix */
    TraversalList depends_on;
    Lifecycle lifecycle;
    LIST(Provisioner) provisioners;
    LIST(const Body *) connections; /* its own and those of its provisioners: taken, and used by none */
    const Body *body;       /* the type's own arguments and blocks */
    const Check *check;     /* that a data source stands in; NULL: none */
    Range range;            /* of the block's header */
    Range type_range;
} Resource;

/* A check block: what should hold once all is done; where it does not, that is a warning. */
struct Check {
    Text name;
    const Resource *data;   /* the data source inside it, which only it may refer to; NULL: none */
    ConditionList assertions;
    Range range;
};

typedef struct ProviderMapping { /* `providers = { inner = outer }` of a call */
    ProviderName inner;
    ProviderName outer;
} ProviderMapping;

typedef struct ModuleCall {
    Text name;
    Text source;            /* as written */
    Range source_range;
    const Expr *count;
    const Expr *for_each;
    LIST(ProviderMapping) providers;
    TraversalList depends_on;
    const Body *body;       /* arguments: the called module's variables */
    BodyContent arguments;  /* the same, by name */
    const Module *module;   /* NULL when it could not be read (reported) */
    Range range;
} ModuleCall;

typedef struct Moved {
    Address from, to;       /* without instance keys where whole resources or modules move */
    bool is_module;
    Range range;
} Moved;

/* An object that exists, and is to be the one of a resource's instance. */
typedef struct Import {
    const Expr *to;         /* see expr_address: its keys may be computed */
    Address resource;       /* what it names, without computed keys */
    const Expr *id;
    const Expr *for_each;   /* NULL: one object */
    ProviderName provider;  /* local empty: not said */
    Range range;
} Import;

/* A resource or a module that the configuration has given up. */
typedef struct Removed {
    Address from;           /* without any keys */
    bool is_module;
    bool destroy;           /* false: its objects are forgotten */
    Range range;
} Removed;

typedef struct BackendBlock {
    Text type;
    const Body *body;
    Range range;
} BackendBlock;

struct Module {
    Text directory;         /* as path.module says it: "." for the root, "../modules/s3" */
    const Module *parent;   /* NULL for the root */
    Text call_name;         /* of the call in the parent */
    LIST(const Source *) sources;
    LIST(const Variable *) variables;
    LIST(const Local *) locals;
    LIST(const Output *) outputs;
    LIST(const ModuleCall *) calls;
    LIST(const Resource *) resources; /* managed and data, in order of files */
    LIST(const Resource *) ephemerals; /* ephemeral resources: type, name and range only */
    LIST(const Check *) checks;
    LIST(const ProviderBlock *) providers;
    LIST(const RequiredProvider *) required_providers;
    LIST(const Moved *) moved;
    LIST(const Removed *) removed;
    LIST(const Import *) imports; /* of the root only */
    const BackendBlock *backend; /* NULL: local */
    /* by name; resources by "type.name" and "data.type.name" */
    Table variable_table, local_table, output_table, call_table, resource_table;
};

const Variable *module_variable(const Module *module, Text name); /* NULL when absent, as below */
/* What its value is marked with: MARK_SENSITIVE, MARK_EPHEMERAL. */
uint8_t variable_marks(const Variable *variable);
const Local *module_local(const Module *module, Text name);
const Output *module_output(const Module *module, Text name);
const ModuleCall *module_call(const Module *module, Text name);
const Resource *module_resource(const Module *module, ResourceMode mode, Text type, Text name);

/* The local name that a type's prefix gives ("aws"), and the full source of a local name in this module:
   required_providers, else hashicorp/NAME; terraform_data's is "terraform.io/builtin/terraform". */
Text module_type_provider(Text type);
/* "aws", "hashicorp/aws", "example.com/hashicorp/aws": in full; empty where it is none. */
Text module_full_source(Arena *arena, Text source);
bool module_requires(const Module *module, Text local_name, Text source); /* written out, by this name */
Text module_provider_source(Arena *arena, const Module *module, Text local_name);

/* All references in a body's or expression's traversals; those that are no references are
   reported. */
typedef LIST(Reference) ReferenceList;
void body_references(const Body *body, Arena *arena, ReferenceList *references, Diags *diags);
void expr_references(const Expr *expr, Arena *arena, ReferenceList *references, Diags *diags);
