/*
 * type_plan.h: what is wrong with a configuration of a described type, and what would become of it.
 */
#pragma once

#include "type_scope.h"

/* What the provider adds to tags: merged under those of the object; and which are none of its
   business. */
typedef struct TagDefaults {
    Value tags;         /* a map; may be unknown */
    Value ignored_keys; /* a set of texts, or null */
    Value ignored_prefixes;
} TagDefaults;

/* All tags of an object: the defaults, and over them its own. */
Value tags_merged(const TagDefaults *defaults, Value tags, Arena *arena);

/* Those of a known map that are the provider's business. */
Value tags_not_ignored(const TagDefaults *defaults, Value tags, Arena *arena);

/* All that a type file can say of a configuration before any call: required, one_of, check. [scope]
   is about what would become of it (its self), as far as that is known. */
void type_validate(const TypeScope *scope, Value configuration, const Body *body, Arena *arena,
                   Diags *diags);

/* [request]'s answer. [region] is the provider's own; [defaults] what every object is tagged with.
 */
PlanAnswer type_plan(const ResourceType *type, const PlanRequest *request, Value provider,
                     Text region, const TagDefaults *defaults, Arena *arena, Diags *diags);
