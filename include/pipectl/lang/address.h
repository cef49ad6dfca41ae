/*
 * address.h: where an object is: module path, resource, instance key. Immutable; one text form.
 *
 *   module.lake["eu"].aws_s3_bucket.b[0]     an instance
 *   module.lake["eu"].aws_s3_bucket.b        a resource in a module instance
 *   module.lake.aws_s3_bucket.b              a resource as written ("configuration address")
 *   data.aws_region.current
 *
 * The text form is the key of tables, of the state and of the journal.
 */
#pragma once

#include "pipectl/value/value.h"

typedef enum KeyKind { KEY_NONE, KEY_INTEGER, KEY_STRING } KeyKind;

typedef struct InstanceKey {
    KeyKind kind;
    int64_t integer;
    Text text;
} InstanceKey;

typedef struct ModuleStep {
    Text name;
    InstanceKey key;
} ModuleStep;

/* A module instance; the root has no steps. */
typedef struct ModulePath {
    const ModuleStep *steps;
    size_t count;
} ModulePath;

typedef enum ResourceMode { MODE_MANAGED, MODE_DATA } ResourceMode;

typedef struct Address {
    ModulePath module;
    ResourceMode mode;
    Text type;
    Text name;
    InstanceKey key;
} Address;

#define KEY_OF_NONE ((InstanceKey){ KEY_NONE, 0, { NULL, 0 } })

InstanceKey key_of_integer(int64_t integer);
InstanceKey key_of_text(Text text);
Value key_value(InstanceKey key);                     /* a number or a string; null for KEY_NONE */
bool key_equal(InstanceKey a, InstanceKey b);
int key_compare(InstanceKey a, InstanceKey b);        /* none, integers, strings */
Text key_text(Arena *arena, InstanceKey key);         /* "[0]", "[\"a\"]" with escapes, or empty */

bool module_path_equal(ModulePath a, ModulePath b);
ModulePath module_path_child(Arena *arena, ModulePath parent, Text name, InstanceKey key);
Text module_path_text(Arena *arena, ModulePath path); /* "module.a[0].module.b", empty for the root */
Text module_path_config_text(Arena *arena, ModulePath path); /* without keys */

Text address_text(Arena *arena, Address address);
Text address_resource_text(Arena *arena, Address address); /* without the instance's key */
Text address_config_text(Arena *arena, Address address);   /* without any key */

/* Terraform's order: module path, data before managed, type, name, key. */
int address_compare(Address a, Address b);
bool address_equal(Address a, Address b);

/* Reads the text form of an instance, a resource, or (when [ret_is_module]) a module. False when it is none;
   [ret_is_module] may be NULL: modules are refused. Errors in Terraform's words at [range]. */
bool address_parse(Arena *arena, Text text, Range range, Address *ret_address, bool *ret_is_module, Diags *diags);
