/*
 * evaluate.h: the configuration's values, pulled.
 *
 * evaluate_variable, _local, _output compute a value once for each module instance and remember it.
 * They are called for any name at any time; the walk only starts a vertex after all that it can
 * reach, so whatever is pulled then is final. Objects of resource instances are put in by whoever
 * makes them (plan, apply, a data read) before anything that refers to them is evaluated.
 *
 * Mistakes inside a remembered value are reported once, to the evaluator's own diags, whoever
 * pulled it first.
 */
#pragma once

#include "checks.h"
#include "pipectl/base/clock.h"
#include "pipectl/config/load.h"
#include "pipectl/lang/function.h"
#include "pipectl/provider/schema.h"

typedef enum RepetitionKind {
    REPEAT_ONCE,
    REPEAT_COUNT,
    REPEAT_EACH,
    REPEAT_UNKNOWN
} RepetitionKind;

/* What count or for_each says: the keys of the instances. */
typedef struct Repetition {
    RepetitionKind kind;
    size_t count;
    InstanceKey *keys;
    Value *values; /* each.value; NULL for count */
} Repetition;

typedef struct ModuleInstance ModuleInstance;
typedef struct Evaluator Evaluator;

struct ModuleInstance {
    Evaluator *evaluator;
    const Module *module;
    ModuleInstance *parent; /* NULL: the root */
    const ModuleCall *call;
    ModulePath path;
    Text name;        /* text form of the path; empty for the root */
    Scope scope;      /* of its expressions */
    Scope call_scope; /* of the call's arguments: the parent's names with each and count */
    ScopeName call_names[2];
    Table values;      /* "var.x", "local.x", "output.x" -> Remembered */
    Table children;    /* call name -> ModuleExpansion */
    Table repetitions; /* "type.name", "data.type.name" -> Repetition */
    Table aggregates;  /* the same -> Value of all instances */
};

typedef struct ModuleExpansion {
    Repetition repetition;
    ModuleInstance **instances; /* parallel to repetition.keys; one for REPEAT_ONCE */
    size_t count;
} ModuleExpansion;

struct Evaluator {
    Arena *arena;
    Diags *diags;
    const Module *root_module;
    ModuleInstance *root;
    Table variables;        /* root: name -> Value */
    Table given;            /* root: name -> Range of what gave the value, where a file did */
    Table objects;          /* instance address -> Value */
    const Table *resources; /* those that have objects at all: the others are unknown as a whole,
                               however many instances they shall have; NULL: all */
    Text workspace;
    Checks checks;    /* what became of conditions */
    bool validating;  /* no objects, no values: everything that is not literal is unknown */
    bool untyped;     /* validating, with objects that have no type yet; what repeats is one */
    bool applying;    /* uuid() and its like have values: else they are known after apply */
    Nanoseconds time; /* plantimestamp() */
    /* The value of an instance that nobody put in: from the state, or unknown. */
    Value (*missing)(void *user, const ModuleInstance *module, const Resource *resource, Text name);
    void *user;
};

Evaluator *evaluator_make(Arena *arena, const Module *root, Text workspace, Diags *diags);
void evaluator_put_variable(Evaluator *evaluator, Text name, Value value);
void evaluator_put_given(Evaluator *evaluator, const VariableInputList *inputs);
void evaluator_put_object(Evaluator *evaluator, Text name, Value object);

/* All instances of a module as written, in order. */
typedef LIST(ModuleInstance *) ModuleInstanceList;
ModuleInstanceList evaluator_instances(Evaluator *evaluator, const Module *module);
ModuleInstance *evaluator_instance(Evaluator *evaluator,
                                   ModulePath path); /* NULL: not (any more) configured */
/* Whether count or for_each of a module on that way could not be evaluated. */
bool evaluator_is_unknown(Evaluator *evaluator, ModulePath path);

Value evaluate_variable(ModuleInstance *instance, Text name);
Value evaluate_local(ModuleInstance *instance, Text name);
Value evaluate_output(ModuleInstance *instance, const Output *output);

/* resolve.c and functions.c: what a module's scope gives its expressions. */
Value evaluate_reference(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena,
                         Diags *diags);
void evaluate_check_reference(void *user, const Traversal *traversal, Diags *diags);
const Function *evaluate_function(const Scope *scope, Text name);

/* The instances of a call or resource; mistakes (unknown count, a list in for_each) are reported
 * once. */
const ModuleExpansion *evaluate_expansion(ModuleInstance *instance, const ModuleCall *call);
const Repetition *evaluate_repetition(ModuleInstance *instance, const Resource *resource);

/* repetition.c: what count or for_each (at most one is there) say in [scope]. */
Repetition repetition_of(Evaluator *evaluator, const Expr *count, const Expr *for_each,
                         const Scope *scope);
Repetition repetition_unknown(void);

/* A scope for one instance's body: each and count bound to its key. [names] has room for two. */
Scope evaluate_instance_scope(const Scope *parent, const Repetition *repetition, size_t index,
                              ScopeName *names, Arena *arena);

/* Conditions that do not hold are errors with their own message; unknown ones hold for now. */
typedef struct Conditioned {
    const char *kind;    /* "var", "output", "resource", "check" */
    const char *summary; /* of the message */
    Text config_address;
    Text address;
    Range given; /* where the value at fault comes from; RANGE_NONE: the condition is pointed at */
} Conditioned;

/* A variable ("var"), output ("output") or check of a module instance; the summary is left to
 * the caller. */
Conditioned evaluate_subject(const ModuleInstance *instance, const char *kind, Text name);

void evaluate_conditions(Evaluator *evaluator, const ConditionList *conditions,
                         const Conditioned *subject, const Scope *scope, Diags *diags);

/* The assertions of a check block: what does not hold is a warning. Not evaluated where its data
   source could not be read. */
void evaluate_check(ModuleInstance *instance, const Check *check);
/* The data source of a check could not be read, as [why] says: warnings, and a check that fails. */
void evaluate_unread_check(ModuleInstance *instance, const Resource *data, const Diags *why,
                           Diags *diags);

/* What has conditions according to a plan: unknown until it is evaluated again. */
void evaluator_expect_checks(Evaluator *evaluator, Value results);

/* For a destroy, which checks nothing: all is unknown. [whole]: the outputs go, too. */
void evaluator_forget_checks(Evaluator *evaluator, bool whole);

/* All that has conditions, evaluated or not, as a state's check_results; null when nothing has any.
   [whole]: everything was looked at, so that what has no instances has none. */
Value evaluator_check_results(Evaluator *evaluator, bool whole);

Address resource_address(const ModuleInstance *instance, const Resource *resource, InstanceKey key);

/* The schema of a resource's type; NULL with a diagnostic at the resource when there is none. */
const Schema *resource_schema(const Resource *resource, const Module *module, Diags *diags);
