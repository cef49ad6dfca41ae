/* unify.c: the one type that several types agree on. */
#include "conversion.h"
#include <assert.h>
#include <string.h>

/* How many of the types are of each kind. */
typedef struct KindCount {
    size_t of[TYPE_OBJECT + 1];
} KindCount;

static KindCount count_kinds(const Type *const *types, size_t count)
{
    KindCount counts = { { 0 } };

    for (size_t i = 0; i < count; i++)
        counts.of[types[i]->kind]++;
    return counts;
}

static const Type *collection_of(TypeKind kind, const Type *element)
{
    return kind == TYPE_LIST  ? type_list(element)
           : kind == TYPE_SET ? type_set(element)
                              : type_map(element);
}

/* What the parts of one unification share. */
typedef struct Unification {
    Arena *scratch;
    ConversionMode mode;
} Unification;

static bool all_convert(const Unification *in, const Type *const *types, size_t count,
                        const Type *to)
{
    for (size_t i = 0; i < count; i++) {
        if (!type_converts(types[i], to, in->mode))
            return false;
    }
    return true;
}

/* --- of one kind -------------------------------------------------------------------------- */

/* Lists, sets or maps: the same collection of the unified element. */
static const Type *unify_collections(const Unification *in, const Type *const *types, size_t count)
{
    const Type **elements = arena_array(in->scratch, const Type *, count);
    const Type *element;

    for (size_t i = 0; i < count; i++)
        elements[i] = types[i]->element;
    element = type_unify_by(in->mode, elements, count);
    if (!element)
        return NULL;
    const Type *unified = collection_of(types[0]->kind, element);
    return all_convert(in, types, count, unified) ? unified : NULL;
}

/* All their elements together become the elements of one list (of tuples) or map (of objects). */
static const Type *unify_as_collection(const Unification *in, const Type *const *types,
                                       size_t count, TypeKind kind)
{
    LIST(const Type *) elements = { 0 };

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < types[i]->count; j++)
            list_add(in->scratch, &elements, types[i]->types[j]);
    }
    const Type *element = type_unify_by(in->mode, elements.items, elements.count);
    if (!element)
        return NULL;
    const Type *unified = collection_of(kind, element);
    return all_convert(in, types, count, unified) ? unified : NULL;
}

/* Tuples of one length, objects with the same names: place by place. */
static const Type *unify_structures(const Unification *in, const Type *const *types, size_t count)
{
    const Type *first = types[0];
    const Type **unified = arena_array(in->scratch, const Type *, first->count);
    const Type **across = arena_array(in->scratch, const Type *, count);

    for (size_t i = 0; i < first->count; i++) {
        for (size_t j = 0; j < count; j++)
            across[j] = types[j]->types[i];
        unified[i] = type_unify_by(in->mode, across, count);
        if (!unified[i])
            return NULL;
    }
    return first->names ? type_object(first->names, unified, NULL, first->count)
                        : type_tuple(unified, first->count);
}

static bool same_places(const Type *a, const Type *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; a->names && i < a->count; i++) {
        if (!text_equal(a->names[i], b->names[i]))
            return false;
    }
    return true;
}

static const Type *unify_structural(const Unification *in, const Type *const *types, size_t count)
{
    bool is_object = types[0]->kind == TYPE_OBJECT;

    for (size_t i = 1; i < count; i++) {
        if (!same_places(types[0], types[i]))
            return unify_as_collection(in, types, count, is_object ? TYPE_MAP : TYPE_LIST);
    }
    return unify_structures(in, types, count);
}

/* All tuples among lists (objects among maps) are taken for one list (map) of their elements.
   Those that are of no type yet do not count here: they are no obstacle to a preference. */
static const Type *unify_mixed(const Unification *in, const Type *const *types, size_t count,
                               TypeKind collection)
{
    const Type **structural = arena_array(in->scratch, const Type *, count);
    const Type **collections = arena_array(in->scratch, const Type *, count);
    size_t structural_count = 0;
    const Type *common;

    for (size_t i = 0; i < count; i++) {
        if (types[i] == type_dynamic)
            return NULL;
        if (types[i]->kind != collection)
            structural[structural_count++] = types[i];
    }
    common = unify_as_collection(in, structural, structural_count, collection);
    if (!common)
        return NULL;
    for (size_t i = 0; i < count; i++)
        collections[i] = types[i]->kind == collection ? types[i] : common;
    return type_unify_by(in->mode, collections, count);
}

/* --- by preference ------------------------------------------------------------------------ */

/* Whether [a] is the more general one of two: what the other may well be converted to. */
static bool is_preferred(const Type *a, const Type *b)
{
    if (a == type_dynamic || b == type_dynamic)
        return a != type_dynamic && b == type_dynamic;
    if (type_is_primitive(a) && type_is_primitive(b))
        return a == type_string && b != type_string;
    if (a->kind == b->kind && type_is_collection(a))
        return is_preferred(a->element, b->element);
    if (a->kind == TYPE_LIST)
        return b->kind == TYPE_TUPLE || b->kind == TYPE_SET;
    if (a->kind == TYPE_TUPLE)
        return b->kind == TYPE_SET;
    return a->kind == TYPE_MAP && b->kind == TYPE_OBJECT;
}

/* For each type how many there are that are preferred to it. */
static size_t *count_preferred(const Unification *in, const Type *const *types, size_t count)
{
    size_t *preferred = arena_array(in->scratch, size_t, count);

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            preferred[i] += is_preferred(types[j], types[i]);
    }
    return preferred;
}

/* The first that all others convert to. A type has its turn when all that are preferred to it have
   had theirs; among those whose turn it is, first come is first served. */
static const Type *unify_by_preference(const Unification *in, const Type *const *types,
                                       size_t count)
{
    size_t *waiting_for = count_preferred(in, types, count);
    size_t *turns = arena_array(in->scratch, size_t, count);
    size_t turn_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (waiting_for[i] == 0)
            turns[turn_count++] = i;
    }
    for (size_t turn = 0; turn < turn_count; turn++) {
        const Type *wanted = types[turns[turn]];

        if (all_convert(in, types, count, wanted))
            return wanted;
        for (size_t i = 0; i < count; i++) {
            if (is_preferred(wanted, types[i]) && --waiting_for[i] == 0)
                turns[turn_count++] = i;
        }
    }
    return NULL;
}

/* --- all ---------------------------------------------------------------------------------- */

static bool all_equal(const Type *const *types, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (types[i] != types[0])
            return false;
    }
    return true;
}

static const Type *unify(const Unification *in, const Type *const *types, size_t count)
{
    KindCount kinds = count_kinds(types, count);
    size_t unsettled = kinds.of[TYPE_DYNAMIC], settled = count - unsettled;
    size_t maps = kinds.of[TYPE_MAP], objects = kinds.of[TYPE_OBJECT];
    size_t lists = kinds.of[TYPE_LIST], tuples = kinds.of[TYPE_TUPLE];
    const Type *unified = NULL;

    if (settled == 0)
        return type_dynamic;
    if (maps == settled || lists == settled || kinds.of[TYPE_SET] == settled)
        return unsettled ? type_dynamic : unify_collections(in, types, count);
    if (objects == settled || tuples == settled)
        return unsettled ? type_dynamic : unify_structural(in, types, count);
    if (maps && maps + objects == settled)
        unified = unify_mixed(in, types, count, TYPE_MAP);
    else if (lists && lists + tuples == settled)
        unified = unify_mixed(in, types, count, TYPE_LIST);
    else if (objects && tuples)
        return NULL;
    return unified ? unified : unify_by_preference(in, types, count);
}

const Type *type_unify_by(ConversionMode mode, const Type *const *types, size_t count)
{
    Arena scratch = { 0 };
    const Unification in = { &scratch, mode };
    const Type *unified;

    if (count == 0)
        return NULL;
    if (all_equal(types, count))
        return types[0];
    unified = unify(&in, types, count);
    arena_free(&scratch);
    return unified;
}

const Type *type_unify(const Type *const *types, size_t count)
{
    return type_unify_by(CONVERT_ANY, types, count);
}
