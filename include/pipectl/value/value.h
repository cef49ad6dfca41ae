/*
 * value.h: the only tree in the program.
 *
 * Configuration values, state, requests, answers and plan differences are all Values; JSON, XML,
 * YAML and query strings are spellings of it. A Value is 32 bytes, immutable, passed by value; what
 * it points to lives in the arena that made it. It may be unknown (a typed promise), null (typed
 * absence) or known; marks (sensitive, ephemeral) travel with it. "Inside" bits are the or of all
 * elements' states and marks, made when a collection is built: "is it wholly known?" costs nothing.
 *
 * Strings are valid UTF-8 in NFC: value_string normalises; value_string_raw does not (for text that
 * is known to be, such as ASCII names of the program).
 *
 * Misuse (asking a number for its text) is a mistake of the programmer: an assert, always on.
 */
#pragma once

#include "pipectl/base/diag.h"
#include "pipectl/value/number.h"
#include "pipectl/value/type.h"

enum { VALUE_UNKNOWN = 1, VALUE_NULL = 2, VALUE_KNOWN = 4 }; /* states; bits, so that they can be or-ed */
enum { MARK_SENSITIVE = 1, MARK_EPHEMERAL = 2 };             /* marks */

typedef struct Items Items;
typedef struct Refinement Refinement;

typedef struct Value {
    const Type *type;      /* NULL only in a forgotten initialiser; the first assert catches it */
    uint8_t state;         /* one of VALUE_* */
    uint8_t marks;         /* of the value itself */
    uint8_t inside_states; /* the or of its own state and all elements' */
    uint8_t inside_marks;  /* the or of its own marks and all elements' */
    union {
        bool truth;
        Number number;
        Text text;
        const Items *items;           /* list, set, tuple, map, object */
        const Refinement *refinement; /* of an unknown; may be NULL */
    } as;
} Value;

/* The elements of a collection. Sets are in Terraform's order, maps and objects sorted by key. */
struct Items {
    size_t count;
    const Text *keys; /* map, object: parallel to values; NULL else */
    const Value *values;
};

/* How many elements there may be; without a limit [high] is SIZE_MAX. */
typedef struct Lengths {
    size_t low, high;
} Lengths;

/* No less and no more; NULL where there is no limit. */
typedef struct Bounds {
    const Number *low, *high;
} Bounds;

/* What is known of an unknown value. */
struct Refinement {
    bool not_null;
    Bounds bounds;          /* of a number */
    const Lengths *lengths; /* of a list, set or map; may be NULL */
    Text prefix;           /* of a string */
    Value predicted;       /* what it will most probably be; type NULL: no prediction. Shown to people only. */
};

/* --- making ------------------------------------------------------------------------------- */

Value value_unknown(const Type *type);
Value value_unknown_not_null(Arena *arena, const Type *type); /* the dynamic type may be null all the same */
Value value_unknown_predicted(Arena *arena, Value predicted); /* unknown of its type, not null, with a prediction */
Value value_null(const Type *type);
Value value_bool(bool truth);
Value value_number(Number number);
Value value_integer(int64_t integer);
Value value_string(Arena *arena, Text text);     /* NFC; copies; invalid UTF-8 becomes U+FFFD */
Value value_string_raw(Text text);               /* as it is, not copied */

/* Elements must have exactly the element type (list, set, map); [element] is needed for the empty
   ones. Values and keys are copied into the arena. */
Value value_list(Arena *arena, const Type *element, const Value *values, size_t count);
Value value_set(Arena *arena, const Type *element, const Value *values, size_t count); /* sorts, drops equal ones */
Value value_map(Arena *arena, const Type *element, const Text *keys, const Value *values, size_t count); /* any order, keys unique */
Value value_tuple(Arena *arena, const Value *values, size_t count);
Value value_object(Arena *arena, const Text *keys, const Value *values, size_t count); /* any order; a later equal key wins */
/* Without copying: [names] are sorted and unique; [values] are in the arena already, and become the object's. */
Value value_object_adopt(Arena *arena, const Text *names, const Value *values, size_t count);

/* Grows an object, map, list or tuple piece by piece. Keys put twice: the later wins. */
typedef struct ValueBuilder {
    Arena *arena;
    LIST(Text) keys;
    LIST(Value) values;
} ValueBuilder;

ValueBuilder value_builder(Arena *arena);
void value_builder_put(ValueBuilder *builder, Text key, Value value); /* for objects and maps */
void value_builder_add(ValueBuilder *builder, Value value);           /* for tuples, lists, sets */
Value value_built_object(ValueBuilder *builder);
Value value_built_map(ValueBuilder *builder, const Type *element);
Value value_built_tuple(ValueBuilder *builder);
Value value_built_list(ValueBuilder *builder, const Type *element);
Value value_built_set(ValueBuilder *builder, const Type *element);

/* A deep copy into another arena. */
Value value_copy(Arena *arena, Value value);

/* --- asking ------------------------------------------------------------------------------- */

bool value_is_known(Value value);        /* known or null: itself, not its elements */
bool value_is_null(Value value);
bool value_is_unknown(Value value);
bool value_is_wholly_known(Value value); /* no unknown anywhere inside */
bool value_is_true(Value value);         /* a known bool that is true */
bool value_has_kind(Value value, TypeKind kind);

bool value_truth(Value value);           /* of a known bool */
Number value_to_number(Value value);     /* of a known number */
int64_t value_to_integer(Value value);   /* of a known number that is an int64 */
Text value_text(Value value);            /* of a known string */
size_t value_count(Value value);         /* of a known collection */
/* Of a known set of several elements one of which is unknown: it may be equal to another one. */
bool value_length_is_unknown(Value value);
Value value_at(Value value, size_t index);
Text value_key_at(Value value, size_t index);

/* The member of a known object or map. [ret_value] may be NULL; untouched when false. */
bool value_member(Value value, Text key, Value *ret_value);
/* The member, or a null of the dynamic type when there is none (or [object] is null). For reading JSON. */
Value value_get(Value object, const char *key);
/* Its text when it is a known string, else TEXT_NONE. For reading JSON. */
Text value_get_text(Value object, const char *key);

/* --- what is known of the unknown (refine.c) ---------------------------------------------- */

/* Of a list, set, map, tuple or object in any state; any, where an unknown may equal another one. */
Lengths value_lengths(Value value);
Bounds value_bounds(Arena *arena, Value value); /* of a number in any state */

/* Where that leaves one possibility it is known: the number, or a collection of unknown elements. */
Value value_unknown_between(Arena *arena, Bounds bounds, bool not_null);
Value value_unknown_sized(Arena *arena, const Type *type, Lengths lengths, bool not_null);

/* --- marks -------------------------------------------------------------------------------- */

bool value_has_infinity(Value value);     /* JSON cannot hold it, and so no state and no plan */
bool value_is_sensitive(Value value);     /* itself */
bool value_has_ephemeral(Value value);
bool value_has_sensitive(Value value);    /* itself or anything inside */
Value value_marked(Value value, uint8_t marks);   /* these marks added to the value itself */
Value value_unmarked(Arena *arena, Value value);  /* without any marks, deep */
Value value_with_marks_of(Value value, Value from); /* from's own and inside marks, on the value itself */

/* --- comparing ---------------------------------------------------------------------------- */

/* Same type, same content, marks ignored. Unknown equals unknown of the same type (for "did it
   change?"); the language's == is in lang. */
bool value_same(Value a, Value b);

/* As value_same, with marks. */
bool value_same_marked(Value a, Value b);

/* A total order over values of one type: Terraform's order of set elements. */
int value_compare(Value a, Value b);

/* --- converting (convert.c) --------------------------------------------------------------- */

/* To a type constraint, by Terraform's conversion rules: primitives both ways where they read back,
   list/set/tuple, map/object, optional attributes filled with nulls. On failure false, and
   [ret_why] says why in Terraform's words ("a number is required"; paths as ".a[0]: ..."). */
bool value_convert(Arena *arena, Value value, const Type *type, Value *ret_value, Text *ret_why);

/* All values of the tuple/array unified to one element type. */
bool value_unify(Arena *arena, Value *values, size_t count, const Type **ret_type);

/* The one type of all that are of a type; what is of none yet, a null or an unknown, becomes of it.
   False when they differ. */
bool values_settle(Arena *arena, Value *values, size_t count, const Type **ret_type);

/* --- text forms --------------------------------------------------------------------------- */

/* Of a known primitive: as a template interpolates it. */
Text value_to_text(Arena *arena, Value value);
