/*
 * type.h: type constraints.
 *
 * Types are interned: two equal types are one pointer, so they are compared with ==. They live as
 * long as the program, in an arena of their own.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef enum TypeKind {
    TYPE_DYNAMIC, /* not known, or any */
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_LIST,
    TYPE_SET,
    TYPE_MAP,
    TYPE_TUPLE,
    TYPE_OBJECT,
} TypeKind;

typedef struct Type Type;

struct Type {
    TypeKind kind;
    const Type *element;       /* list, set, map */
    size_t count;              /* tuple, object */
    const Type *const *types;  /* tuple, object */
    const Text *names;         /* object: attribute names, sorted by bytes */
    const bool *optional;      /* object constraints with optional(); NULL where none is */
    bool has_dynamic;          /* TYPE_DYNAMIC stands somewhere in it */
    bool has_optional;
};

extern const Type *const type_dynamic;
extern const Type *const type_bool;
extern const Type *const type_number;
extern const Type *const type_string;

const Type *type_list(const Type *element);
const Type *type_set(const Type *element);
const Type *type_map(const Type *element);
const Type *type_tuple(const Type *const *types, size_t count);

/* Names in any order, each once. [optional] may be NULL. */
const Type *type_object(const Text *names, const Type *const *types, const bool *optional, size_t count);

extern const Type *type_empty_object(void);
extern const Type *type_empty_tuple(void);

/* The attribute's type, or NULL when the object type has no such attribute. */
const Type *type_attribute(const Type *object, Text name);
/* Its index among names, or -1. */
long type_attribute_index(const Type *object, Text name);

bool type_is_primitive(const Type *type);
bool type_is_collection(const Type *type); /* list, set, map */

/* The same type without optional() in it. */
const Type *type_without_optional(const Type *type);

/* "list(string)", as a user writes it; used in `type =` texts and in the console. */
Text type_text(Arena *arena, const Type *type);

/* "list of string", "object", as messages say it. */
Text type_friendly(Arena *arena, const Type *type);

/* The one type that all can be converted to without loss of elements, or NULL. Rules of
   conditionals, list and map constructors (HCL "unification"). */
const Type *type_unify(const Type *const *types, size_t count);
