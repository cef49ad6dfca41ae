/* Comparing values into a tree of differences. */
#include "diff.h"

#include "pipectl/value/json.h"
#include <string.h>

typedef struct Comparison {
    Arena *arena;
    const PathList *replace; /* NULL: nothing is replaced */
} Comparison;

static Diff *compare(const Comparison *comparison, Text name, Value before, Value after, Path path);

static DiffAction action_of(Value before, Value after)
{
    if (value_is_null(before) && value_is_null(after))
        return DIFF_NONE;
    if (value_is_null(before))
        return DIFF_CREATE;
    if (value_is_null(after))
        return DIFF_DELETE;
    return value_is_wholly_known(after) && value_same(before, after) ? DIFF_NONE : DIFF_UPDATE;
}

static bool forces_replacement(const Comparison *comparison, Path path)
{
    for (size_t i = 0; comparison->replace && i < comparison->replace->count; i++)
        if (path_equal(comparison->replace->items[i], path))
            return true;
    return false;
}

static Diff *make(const Comparison *comparison, Text name, DiffKind kind, Value before, Value after, Path path)
{
    Diff *diff = arena_new(comparison->arena, Diff);

    diff->name = name;
    diff->kind = kind;
    diff->before = before;
    diff->after = after;
    diff->action = action_of(before, after);
    diff->replaces = diff->action != DIFF_NONE && forces_replacement(comparison, path);
    return diff;
}

static void add_child(const Comparison *comparison, Diff *parent, Diff *child)
{
    if (child->action == DIFF_NONE && parent->action != DIFF_CREATE && parent->action != DIFF_DELETE && parent->kind != DIFF_LIST)
        parent->unchanged++;
    else
        list_add(comparison->arena, &parent->children, child);
}

/* --- collections --------------------------------------------------------------------------- */

static bool is_keyed(Value value)
{
    return value_has_kind(value, TYPE_OBJECT) || value_has_kind(value, TYPE_MAP);
}

static bool is_sequence(Value value)
{
    return value_has_kind(value, TYPE_LIST) || value_has_kind(value, TYPE_TUPLE) || value_has_kind(value, TYPE_SET);
}

static Value member_or_null(Value value, Text key)
{
    Value member = value_null(type_dynamic);

    if (value_is_known(value) && !value_is_null(value))
        (void)value_member(value, key, &member);
    return member;
}

static size_t count_of(Value value)
{
    return value_is_null(value) || value_is_unknown(value) ? 0 : value_count(value);
}

/* Keys of both, merged in their common order. */
static Diff *compare_keyed(const Comparison *comparison, Text name, Value before, Value after, Path path)
{
    bool is_map = value_has_kind(value_is_null(after) ? before : after, TYPE_MAP);
    Diff *diff = make(comparison, name, is_map ? DIFF_MAP : DIFF_OBJECT, before, after, path);
    size_t b = 0, a = 0;

    while (b < count_of(before) || a < count_of(after)) {
        int order = b == count_of(before) ? 1 : a == count_of(after) ? -1 : text_compare(value_key_at(before, b), value_key_at(after, a));
        Text key = order <= 0 ? value_key_at(before, b) : value_key_at(after, a);
        Path below = is_map ? path_index(comparison->arena, path, value_string_raw(key)) : path_child(comparison->arena, path, key);
        Diff *child = compare(comparison, key, member_or_null(before, key), member_or_null(after, key), below);

        if (!(value_is_null(child->before) && value_is_null(child->after)) || is_map)
            add_child(comparison, diff, child);
        b += order <= 0;
        a += order >= 0;
    }
    return diff;
}

static bool has_element(Value collection, Value element)
{
    for (size_t i = 0; i < count_of(collection); i++)
        if (value_same(value_at(collection, i), element) && value_is_wholly_known(element))
            return true;
    return false;
}

static void compare_set(const Comparison *comparison, Diff *diff, Path path)
{
    for (size_t i = 0; i < count_of(diff->before); i++) {
        Value element = value_at(diff->before, i);

        if (has_element(diff->after, element))
            diff->unchanged++;
        else
            list_add(comparison->arena, &diff->children, compare(comparison, TEXT_NONE, element, value_null(element.type), path));
    }
    for (size_t i = 0; i < count_of(diff->after); i++) {
        Value element = value_at(diff->after, i);

        if (!has_element(diff->before, element))
            list_add(comparison->arena, &diff->children, compare(comparison, TEXT_NONE, value_null(element.type), element, path));
    }
}

/* What both have in the same order stays; in between, elements of objects are compared in pairs. */
static void compare_sequence(const Comparison *comparison, Diff *diff, Path path)
{
    size_t b = 0, a = 0, before_count = count_of(diff->before), after_count = count_of(diff->after);

    while (b < before_count || a < after_count) {
        Value before = b < before_count ? value_at(diff->before, b) : value_null(type_dynamic);
        Value after = a < after_count ? value_at(diff->after, a) : value_null(type_dynamic);
        bool paired = b < before_count && a < after_count;
        bool same = paired && value_is_wholly_known(after) && value_same(before, after);
        Path below = path_index(comparison->arena, path, value_integer((int64_t)(a < after_count ? a : b)));

        if (paired && !same && has_element(diff->before, after) && !has_element(diff->after, before))
            after = value_null(before.type); /* it was taken out before what follows */
        else if (paired && !same && has_element(diff->after, before) && !has_element(diff->before, after))
            before = value_null(after.type); /* it was put in before what follows */
        else if (paired && !same && !is_keyed(before))
            after = value_null(before.type); /* primitives do not change into each other: out, then in */
        Diff *child = compare(comparison, TEXT_NONE, before, after, below);

        if (same)
            diff->unchanged++;
        list_add(comparison->arena, &diff->children, child);
        b += !value_is_null(before) || (b < before_count && value_is_null(value_at(diff->before, b)));
        a += !value_is_null(after) || (a < after_count && value_is_null(value_at(diff->after, a)));
    }
}

static Diff *compare_elements(const Comparison *comparison, Text name, Value before, Value after, Path path)
{
    Diff *diff = make(comparison, name, DIFF_LIST, before, after, path);

    if (value_has_kind(value_is_null(after) ? before : after, TYPE_SET))
        compare_set(comparison, diff, path);
    else
        compare_sequence(comparison, diff, path);
    return diff;
}

/* --- strings ------------------------------------------------------------------------------- */

static bool json_of(Arena *arena, Value value, Value *ret_json)
{
    Text text;

    if (value_is_null(value)) {
        *ret_json = value_null(type_dynamic);
        return true;
    }
    if (!value_is_known(value) || !value_has_kind(value, TYPE_STRING))
        return false;
    text = text_trim(value_text(value));
    return text.length > 1 && (text.bytes[0] == '{' || text.bytes[0] == '[') && json_parse(arena, text, ret_json);
}

static bool has_lines(Value value)
{
    return value_is_known(value) && !value_is_null(value) && value_has_kind(value, TYPE_STRING) && memchr(value_text(value).bytes, '\n', value_text(value).length);
}

static Diff *compare_primitive(const Comparison *comparison, Text name, Value before, Value after, Path path)
{
    Value before_json, after_json;
    bool is_json = (!value_is_null(before) || !value_is_null(after)) && json_of(comparison->arena, before, &before_json) && json_of(comparison->arena, after, &after_json);
    Diff *diff;

    if (is_json) {
        Comparison inside = { comparison->arena, NULL };

        diff = make(comparison, name, DIFF_JSON, before, after, path);
        list_add(comparison->arena, &diff->children, compare(&inside, TEXT_NONE, before_json, after_json, (Path){ 0 }));
        return diff;
    }
    return make(comparison, name, has_lines(before) || has_lines(after) ? DIFF_TEXT : DIFF_PRIMITIVE, before, after, path);
}

static Diff *compare(const Comparison *comparison, Text name, Value before, Value after, Path path)
{
    Value present = value_is_null(after) ? before : after;

    if (value_is_sensitive(before) || value_is_sensitive(after))
        return make(comparison, name, DIFF_SENSITIVE, before, after, path);
    if (value_is_unknown(after))
        return make(comparison, name, DIFF_UNKNOWN, before, after, path);
    if (is_keyed(present) && (is_keyed(before) || value_is_null(before)))
        return compare_keyed(comparison, name, before, after, path);
    if (is_sequence(present) && (is_sequence(before) || value_is_null(before)))
        return compare_elements(comparison, name, before, after, path);
    return compare_primitive(comparison, name, before, after, path);
}

/* --- blocks -------------------------------------------------------------------------------- */

static void compare_members(const Comparison *comparison, Diff *diff, const Schema *schema, Value before, Value after, Path path);

static Diff *compare_block(const Comparison *comparison, const BlockSchema *block, Value before, Value after, Path path)
{
    Diff *diff = make(comparison, block->name, value_is_unknown(after) ? DIFF_UNKNOWN : DIFF_BLOCK, before, after, path);

    diff->is_block = true;
    if (diff->kind == DIFF_BLOCK)
        compare_members(comparison, diff, block->block, before, after, path);
    return diff;
}

static void add_block(const Comparison *comparison, Diff *parent, Diff *child)
{
    if (child->action == DIFF_NONE && parent->action != DIFF_CREATE && parent->action != DIFF_DELETE)
        parent->unchanged_blocks++;
    else if (child->action != DIFF_NONE)
        list_add(comparison->arena, &parent->children, child);
}

static void compare_block_set(const Comparison *comparison, Diff *parent, const BlockSchema *block, Value before, Value after, Path path)
{
    for (size_t i = 0; i < count_of(before); i++) {
        Value element = value_at(before, i);

        if (has_element(after, element))
            parent->unchanged_blocks++;
        else
            add_block(comparison, parent, compare_block(comparison, block, element, value_null(element.type), path));
    }
    for (size_t i = 0; i < count_of(after); i++)
        if (!has_element(before, value_at(after, i)))
            add_block(comparison, parent, compare_block(comparison, block, value_null(value_at(after, i).type), value_at(after, i), path));
}

static void compare_blocks(const Comparison *comparison, Diff *parent, const BlockSchema *block, Value before, Value after, Path path)
{
    size_t count = count_of(before) > count_of(after) ? count_of(before) : count_of(after);

    if (value_is_unknown(after)) {
        Diff *unknown = make(comparison, block->name, DIFF_UNKNOWN, before, after, path);

        unknown->is_block = true;
        add_block(comparison, parent, unknown);
        return;
    }
    if (block->nesting == NESTING_SINGLE) {
        if (!value_is_null(before) || !value_is_null(after))
            add_block(comparison, parent, compare_block(comparison, block, before, after, path));
        return;
    }
    if (block->nesting == NESTING_SET) {
        compare_block_set(comparison, parent, block, before, after, path);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        Value none = value_null(block->block->type);

        add_block(comparison, parent, compare_block(comparison, block, i < count_of(before) ? value_at(before, i) : none,
                                                    i < count_of(after) ? value_at(after, i) : none,
                                                    path_index(comparison->arena, path, value_integer((int64_t)i))));
    }
}

static void compare_members(const Comparison *comparison, Diff *diff, const Schema *schema, Value before, Value after, Path path)
{
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeSchema *attribute = &schema->attributes[i];
        Diff *child = compare(comparison, attribute->name, member_or_null(before, attribute->name), member_or_null(after, attribute->name),
                              path_child(comparison->arena, path, attribute->name));

        if (attribute->sensitive)
            child->kind = DIFF_SENSITIVE;
        if (value_is_null(child->before) && value_is_null(child->after))
            continue;
        if (child->action == DIFF_NONE && text_is(attribute->name, "id") && path.count == 0 && diff->action == DIFF_UPDATE)
            list_add(comparison->arena, &diff->children, child); /* always shown: it says which object it is */
        else
            add_child(comparison, diff, child);
    }
    for (size_t i = 0; i < schema->block_count; i++)
        compare_blocks(comparison, diff, &schema->blocks[i], member_or_null(before, schema->blocks[i].name), member_or_null(after, schema->blocks[i].name),
                       path_child(comparison->arena, path, schema->blocks[i].name));
}

Diff *diff_object(Arena *arena, const Schema *schema, Value before, Value after, const PathList *replace)
{
    Comparison comparison = { arena, replace };
    Diff *diff = make(&comparison, TEXT_NONE, DIFF_BLOCK, before, after, (Path){ 0 });

    compare_members(&comparison, diff, schema, before, after, (Path){ 0 });
    return diff;
}

Diff *diff_value(Arena *arena, Text name, Value before, Value after)
{
    Comparison comparison = { arena, NULL };

    return compare(&comparison, name, before, after, (Path){ 0 });
}
