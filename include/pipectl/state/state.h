/*
 * state.h: what exists: every object that was made, and the outputs.
 *
 * A State is looked up and changed by the text form of instance addresses (address.h) at constant cost, and
 * walked in Terraform's order when it is written or shown. Objects are immutable: a change puts another one.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/base/table.h"
#include "pipectl/lang/address.h"
#include "pipectl/value/path.h"

/* What one resource instance is in the world. */
typedef struct InstanceObject {
    Value attributes;          /* as JSON gives it: an object of dynamic parts; typed later by the provider's schema */
    int64_t schema_version;
    bool tainted;
    bool create_before_destroy;
    Text private_json;         /* base64 as it stands in the file; may be empty */
    TextList dependencies;     /* resources as written ("module.a.aws_x.y"), sorted */
    PathList sensitive_paths;
    Value other;               /* members that newer writers added; null: none */
} InstanceObject;

typedef struct DeposedObject {
    Text key;                  /* 8 hexadecimal digits */
    const InstanceObject *object;
} DeposedObject;

typedef struct StateInstance {
    Address address;
    Text name;                 /* its text form */
    Text provider;             /* provider["registry.terraform.io/hashicorp/aws"], with module and alias where they are */
    const InstanceObject *current; /* NULL: only deposed ones */
    LIST(DeposedObject) deposed;
} StateInstance;

typedef struct StateOutput {
    Text name;
    Value value;
    bool sensitive;
} StateOutput;

/* A change of bookkeeping behind which no call stands: the journal has to know of it. */
typedef enum StateFactKind {
    FACT_DEPOSED,         /* the current object of [name] became the deposed one [key] */
    FACT_MOVED,           /* the instance [name] is now at [to] */
    FACT_REMOVED,         /* the current object of [name] */
    FACT_REMOVED_DEPOSED, /* the deposed object [key] of [name] */
    FACT_UNTAINTED,       /* the current object of [name] is whole */
    FACT_RESTORED,        /* the deposed object [key] of [name] is its current one again */
} StateFactKind;

typedef struct StateFact {
    StateFactKind kind;
    Text name, key, to;
} StateFact;

typedef struct State {
    Arena *arena;
    Text lineage;              /* empty: none yet, made at the first write */
    int64_t serial;
    Text terraform_version;    /* of the last writer */
    Table instances;           /* name -> StateInstance */
    LIST(StateOutput) outputs; /* sorted by name */
    Value check_results;       /* as it stood; null: none */
    LIST(StateInstance *) husks; /* resources without objects: what a failed apply leaves in the file */
    bool keeps_facts;          /* set by the store that owns the state */
    LIST(StateFact) facts;     /* since the store took them last */
} State;

State *state_make(Arena *arena);

/* Another State that shares the objects: changing one does not change the other. */
State *state_copy(Arena *arena, const State *state);

StateInstance *state_find(const State *state, Text name); /* NULL: there is none */

/* Puts the current object; NULL removes it, and the instance with it when nothing is deposed. */
void state_put(State *state, Address address, Text provider, const InstanceObject *object);

/* The current object is not tainted any more: what it lacked has been done. */
void state_untaint(State *state, Text name);
/* An entry with no instances; what is planned from the state drops it. */
void state_add_husk(State *state, Address resource, Text provider);

/* Removes the instance with all its objects, deposed ones too. */
void state_remove(State *state, Text name);

/* Makes the current object a deposed one and returns its new key. */
Text state_depose(State *state, Text name);
/* And back, where nothing came in its place. */
void state_restore(State *state, Text name, Text key);
void state_put_deposed(State *state, Address address, Text provider, Text key, const InstanceObject *object);
void state_remove_deposed(State *state, Text name, Text key);

/* Moves an instance (with its deposed objects) to another address; false when that is taken. */
bool state_move(State *state, Text name, Address to);

/* A key that no deposed object of the instance has; [instance] may be NULL. */
Text state_new_deposed_key(Arena *arena, const StateInstance *instance);

void state_put_output(State *state, Text name, Value value, bool sensitive); /* null value: removed */
void state_remove_output(State *state, Text name);
const StateOutput *state_output(const State *state, Text name);
bool state_is_empty(const State *state);

/* All instances in Terraform's order; made anew at each call, n log n. */
typedef LIST(StateInstance *) StateInstanceList;
StateInstanceList state_sorted(const State *state, Arena *arena);

/* The source inside a provider's text form, its alias, and the module that configures it. */
Text provider_text_source(Text provider);
Text provider_text_alias(Text provider);
Text provider_text_module(Text provider);
Text provider_text(Arena *arena, Text module_config_text, Text source, Text alias);
