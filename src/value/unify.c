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
    return kind == TYPE_LIST ? type_list(element)
           : kind == TYPE_SET ? type_set(element)
                              : type_map(element);
}

static bool all_convert(const Type *const *types, size_t count, const Type *to)
{
    for (size_t i = 0; i < count; i++) {
        if (!type_converts(types[i], to))
            return false;
    }
    return true;
}

/* --- of one kind -------------------------------------------------------------------------- */

/* Lists, sets or maps: the same collection of the unified element. */
static const Type *unify_collections(Arena *scratch, const Type *const *types, size_t count)
{
    const Type **elements = arena_array(scratch, const Type *, count);
    const Type *element;

    for (size_t i = 0; i < count; i++)
        elements[i] = types[i]->element;
    element = type_unify(elements, count);
    if (!element)
        return NULL;
    const Type *unified = collection_of(types[0]->kind, element);
    return all_convert(types, count, unified) ? unified : NULL;
}

/* All their elements together become the elements of one list (of tuples) or map (of objects). */
static const Type *unify_as_collection(Arena *scratch, const Type *const *types, size_t count,
                                       TypeKind kind)
{
    LIST(const Type *) elements = { 0 };

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < types[i]->count; j++)
            list_add(scratch, &elements, types[i]->types[j]);
    }
    const Type *element = type_unify(elements.items, elements.count);
    if (!element)
        return NULL;
    const Type *unified = collection_of(kind, element);
    return all_convert(types, count, unified) ? unified : NULL;
}

/* Tuples of one length, objects with the same names: place by place. */
static const Type *unify_structures(Arena *scratch, const Type *const *types, size_t count)
{
    const Type *first = types[0];
    const Type **unified = arena_array(scratch, const Type *, first->count);
    const Type **across = arena_array(scratch, const Type *, count);

    for (size_t i = 0; i < first->count; i++) {
        for (size_t j = 0; j < count; j++)
            across[j] = types[j]->types[i];
        unified[i] = type_unify(across, count);
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

static const Type *unify_structural(Arena *scratch, const Type *const *types, size_t count)
{
    bool is_object = types[0]->kind == TYPE_OBJECT;

    for (size_t i = 1; i < count; i++) {
        if (!same_places(types[0], types[i]))
            return unify_as_collection(scratch, types, count, is_object ? TYPE_MAP : TYPE_LIST);
    }
    return unify_structures(scratch, types, count);
}

/* Tuples among lists (objects among maps) are taken for lists (maps) of their own elements. */
static const Type *unify_mixed(Arena *scratch, const Type *const *types, size_t count,
                               TypeKind collection)
{
    const Type **collections = arena_array(scratch, const Type *, count);

    for (size_t i = 0; i < count; i++) {
        collections[i] = types[i];
        if (types[i]->kind != collection)
            collections[i] = unify_as_collection(scratch, &types[i], 1, collection);
        if (!collections[i])
            return NULL;
    }
    const Type *unified = unify_collections(scratch, collections, count);
    return unified && all_convert(types, count, unified) ? unified : NULL;
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

/* The first among the most preferred that all others convert to. */
static const Type *unify_by_preference(Arena *scratch, const Type *const *types, size_t count)
{
    bool *tried = arena_array(scratch, bool, count);

    for (size_t round = 0; round < count; round++) {
        size_t best = count;

        for (size_t i = 0; i < count; i++) {
            if (!tried[i] && (best == count || is_preferred(types[i], types[best])))
                best = i;
        }
        tried[best] = true;
        if (all_convert(types, count, types[best]))
            return types[best];
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

/* Of the kinds [collection] and [structure], and no others; dynamic ones do not count. */
static const Type *unify_family(Arena *scratch, const Type *const *types, size_t count,
                                TypeKind collection, TypeKind structure)
{
    KindCount kinds = count_kinds(types, count);

    if (kinds.of[TYPE_DYNAMIC] > 0)
        return type_dynamic;
    if (kinds.of[structure] == 0)
        return unify_collections(scratch, types, count);
    if (kinds.of[collection] == 0)
        return unify_structural(scratch, types, count);
    return unify_mixed(scratch, types, count, collection);
}

static const Type *unify(Arena *scratch, const Type *const *types, size_t count)
{
    KindCount kinds = count_kinds(types, count);
    size_t settled = count - kinds.of[TYPE_DYNAMIC];
    size_t maps = kinds.of[TYPE_MAP], objects = kinds.of[TYPE_OBJECT];
    size_t lists = kinds.of[TYPE_LIST], tuples = kinds.of[TYPE_TUPLE];
    const Type *unified = NULL;

    if (settled == 0)
        return type_dynamic;
    if (maps + objects == settled)
        unified = unify_family(scratch, types, count, TYPE_MAP, TYPE_OBJECT);
    else if (lists + tuples == settled)
        unified = unify_family(scratch, types, count, TYPE_LIST, TYPE_TUPLE);
    else if (kinds.of[TYPE_SET] == settled)
        unified = unify_family(scratch, types, count, TYPE_SET, TYPE_TUPLE);
    else if (objects > 0 && tuples > 0)
        return NULL;
    else
        return unify_by_preference(scratch, types, count);
    /* Maps among objects that do not agree as maps may still be converted to one of the types. */
    if (!unified && ((maps && objects) || (lists && tuples)))
        unified = unify_by_preference(scratch, types, count);
    return unified;
}

const Type *type_unify(const Type *const *types, size_t count)
{
    Arena scratch = { 0 };
    const Type *unified;

    if (count == 0)
        return NULL;
    if (all_equal(types, count))
        return types[0];
    unified = unify(&scratch, types, count);
    arena_free(&scratch);
    return unified;
}
