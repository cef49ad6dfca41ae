/*
 * native.h: resource types and data sources that are C: they call nobody, and what they make lives
 * in the state.
 */
#pragma once

#include "pipectl/provider/provider.h"

typedef struct NativeType {
    const char *name;
    ResourceMode mode;
    const Schema *(*schema)(void);
    /* NULL: nothing to say beyond the schema. */
    bool (*validate)(Value configuration, const Body *body, Arena *arena, Diags *diags);
    PlanAnswer (*plan)(const PlanRequest *request, Arena *arena, Diags *diags);
    /* The object that [planned] becomes; [prior] is null for a new one. */
    Value (*apply)(Value prior, Value planned, Arena *arena, Diags *diags);
    Value (*read_data)(Value configuration, Arena *arena, Diags *diags);
    /* The object that an id names; null and an error where it names none. NULL: no import. */
    Value (*import)(Text id, Arena *arena, Diags *diags);
} NativeType;

extern const NativeType native_random_id;
extern const NativeType native_remote_state;
extern const NativeType native_terraform_data;
extern const NativeType native_iam_policy_document;

const NativeType *native_find(ResourceMode mode, Text type); /* NULL when it is not native */

/* The schema of one object: attributes in any order. */
typedef struct NativeAttribute {
    const char *name;
    const char
        *type; /* "string", "number", "bool", "list(string)", "set(string)", "map(string)", "any" */
    const char *words; /* "required", "optional", "computed", "optional computed" */
} NativeAttribute;

const Schema *native_schema(const NativeAttribute *attributes, size_t count);
void native_fill_schema(Arena *arena, Schema *schema, const NativeAttribute *attributes,
                        size_t count);

/* An object all of whose members are null. */
Value native_empty(Arena *arena, const Schema *schema);

/* The object with some members replaced. */
Value native_with(Arena *arena, Value object, const char *name, Value value);

/* An answer made in scratch memory, for longer. What is the prior object shares its memory. */
PlanAnswer plan_answer_copy(Arena *arena, const PlanAnswer *answer, const PlanRequest *request);

/* --- what a ProviderKind of native types is made of; also for the native ones of other kinds -- */

bool native_validate(ResourceMode mode, Text type, Value configuration, const Body *body,
                     Arena *arena, Diags *diags);
bool native_upgrade(Text type, int64_t version, Value json, Arena *arena, Value *ret_json,
                    Diags *diags);
PlanAnswer native_plan(Provider *provider, const PlanRequest *request, Arena *arena, Diags *diags);
Value native_import(Provider *provider, Text type, Text id, Arena *arena, Diags *diags);
void native_read(Provider *provider, const ObjectRequest *request, Value prior);
void native_apply(Provider *provider, const ObjectRequest *request, Value prior, Value planned,
                  Value configuration);
void native_read_data(Provider *provider, const ObjectRequest *request, Value configuration);
void native_recover(Provider *provider, const ObjectRequest *request, const Intent *intent);
Text native_id(Text type, Value object);

extern const ProviderKind aws_kind;
extern const ProviderKind random_kind;
extern const ProviderKind terraform_kind;
