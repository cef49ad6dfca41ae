/*
 * json_parts.h: what plan_json.c, state_json.c and config_json.c share: members in an order of
 * their own, and the three views of a value that Terraform's JSON has.
 *
 * Terraform's documents have their members in the order of its structures, so they are written
 * piece by piece instead of through an object, whose members would be sorted.
 */
#pragma once

#include "pipectl/plan/plan.h"

/* A comma, unless an array or object has just begun, or a member's name stands there. */
void json_separate(TextBuilder *builder);

/* "name": with a comma before it where one is needed. */
void json_key(TextBuilder *builder, Text name);

void json_put_text(TextBuilder *builder, const char *name, Text text); /* left out when empty */
void json_put_bool(TextBuilder *builder, const char *name, bool value);
void json_put_texts(TextBuilder *builder, const char *name,
                    const TextList *texts);                               /* left out when empty */
void json_put_value(TextBuilder *builder, const char *name, Value value); /* wholly known */
void json_put_key(TextBuilder *builder, InstanceKey key); /* "index", left out for none */

/* The same document with a member a line, two spaces a level: as Terraform prints for people who
 * read along. [compact] is one that these functions have written. */
Text json_indented(Arena *arena, Text compact);

/* The value as far as it is known: unknown members are left out, unknown elements are null. */
void json_add_known(TextBuilder *builder, Value value);

/* Its shape with true for what is unknown. Members that are false are left out. */
void json_add_unknown_shape(TextBuilder *builder, Value value);

/* Its shape with true for what is sensitive. */
void json_add_sensitive_shape(TextBuilder *builder, Value value);

/* --- modules with the resources in them (state_json.c) ------------------------------------ */

/* One object, planned (change) or existing (object). */
typedef struct JsonResource {
    Address address;
    Text name;
    Text provider;
    const Change *change;
    const InstanceObject *object;
    Text deposed;
} JsonResource;

typedef LIST(JsonResource) JsonResourceList;

/* "root_module": {...} with child modules inside. */
void json_put_modules(TextBuilder *builder, JsonResourceList *resources, Arena *arena);

/* {"format_version":...,"terraform_version":...,"values":...} */
void json_add_state(TextBuilder *builder, const State *state, Arena *arena);

/* An object's value by its schema, with marks; a null without schema when the type is not known
 * here. */
Value json_object_value(Arena *arena, Address address, Text provider, const InstanceObject *object,
                        const Schema **ret_schema);

/* --- the configuration (config_json.c) ------------------------------------------------------- */

void json_add_configuration(TextBuilder *builder, const Module *root, Arena *arena);
