/* Comparing values into a tree of differences. */
#include "diff.h"

#include "sequence.h"

#include "pipectl/value/json.h"

typedef struct Comparison {
    Arena *arena;
    const PathList *replace; /* NULL: nothing is replaced */
} Comparison;

static Diff *compare_typed(const Comparison *comparison, Text name, const Type *type, Value before,
                           Value after, Path path);
static Diff *compare_json(const Comparison *comparison, Text name, Value before, Value after);

static bool is_absent(Value value)
{
    return value.type == NULL;
}

/* --- making ---------------------------------------------------------------------------------- */

static DiffAction action_of(Value before, Value after)
{
    if (is_absent(before) || is_absent(after))
        return is_absent(after) ? (is_absent(before) ? DIFF_NONE : DIFF_DELETE) : DIFF_CREATE;
    return value_is_wholly_known(after) && value_same(before, after) ? DIFF_NONE : DIFF_UPDATE;
}

static bool forces_replacement(const Comparison *comparison, Path path)
{
    for (size_t i = 0; comparison->replace && path.count > 0 && i < comparison->replace->count; i++)
        if (path_equal(comparison->replace->items[i], path))
            return true;
    return false;
}

static Diff *make(const Comparison *comparison, Text name, DiffKind kind, Value before, Value after,
                  Path path)
{
    Diff *diff = arena_new(comparison->arena, Diff);

    diff->name = name;
    diff->kind = kind;
    diff->before = before;
    diff->after = after;
    diff->replaces = forces_replacement(comparison, path);
    return diff;
}

/* A whole: created, deleted, or what its children say. */
static Diff *make_whole(const Comparison *comparison, Text name, DiffKind kind, Value before,
                        Value after, Path path)
{
    Diff *diff = make(comparison, name, kind, before, after, path);

    diff->action = is_absent(before)  ? (is_absent(after) ? DIFF_NONE : DIFF_CREATE)
                   : is_absent(after) ? DIFF_DELETE
                                      : DIFF_NONE;
    return diff;
}

static void add_child(const Comparison *comparison, Diff *parent, Diff *child)
{
    if (child->action != DIFF_NONE && child->action != parent->action)
        parent->action = DIFF_UPDATE;
    list_add(comparison->arena, &parent->children, child);
}

/* Paths matter only where something is replaced. */
static Path below(const Comparison *comparison, Path path, Text attribute)
{
    return comparison->replace && comparison->replace->count > 0
               ? path_child(comparison->arena, path, attribute)
               : path;
}

static Path below_index(const Comparison *comparison, Path path, Value index)
{
    return comparison->replace && comparison->replace->count > 0 && path.count > 0
               ? path_index(comparison->arena, path, index)
               : path;
}

/* --- what is not a plain comparison ------------------------------------------------------- */

static bool is_sensitive(Value value)
{
    return !is_absent(value) && value_is_sensitive(value);
}

/* What is sensitive is not looked into; that it becomes so, or stops being so, is a change, too. */
static Diff *compare_sensitive(const Comparison *comparison, Text name, Value before, Value after,
                               Path path)
{
    Diff *diff = make(comparison, name, DIFF_SENSITIVE, before, after, path);

    diff->action = action_of(before, after);
    diff->same_content = diff->action == DIFF_NONE;
    if (diff->same_content && is_sensitive(before) != is_sensitive(after))
        diff->action = DIFF_UPDATE;
    return diff;
}

static Diff *make_unknown(const Comparison *comparison, Text name, Diff *was, Value after,
                          Path path)
{
    Diff *diff =
        make(comparison, name, DIFF_UNKNOWN, was ? was->before : VALUE_ABSENT, after, path);

    diff->action = was ? DIFF_UPDATE : DIFF_CREATE;
    if (was)
        list_add(comparison->arena, &diff->children, was);
    return diff;
}

static bool is_unknown(Value value)
{
    return !is_absent(value) && value_is_unknown(value);
}

/* --- members of collections --------------------------------------------------------------- */

static size_t count_of(Value value)
{
    return is_absent(value) || value_is_null(value) || value_is_unknown(value) ? 0
                                                                               : value_count(value);
}

static Value member(Value value, Text key)
{
    Value found = VALUE_ABSENT;

    if (count_of(value) > 0)
        (void)value_member(value, key, &found);
    return found;
}

static Value element(Value value, size_t index)
{
    return index == NOT_THERE ? VALUE_ABSENT : value_at(value, index);
}

static Sequence sequence_of(const Comparison *comparison, Value value)
{
    Value *values = arena_array(comparison->arena, Value, count_of(value));

    for (size_t i = 0; i < count_of(value); i++)
        values[i] = value_at(value, i);
    return (Sequence){ values, count_of(value) };
}

static bool is_object(Value value)
{
    return value.type->kind == TYPE_OBJECT || value.type->kind == TYPE_MAP;
}

static bool is_anything(Value value)
{
    (void)value;
    return true;
}

/* Calls compare for each key that one of the two has, in order; both are sorted. */
static bool next_key(Value before, Value after, size_t *b, size_t *a, Text *ret_key)
{
    bool has_before = *b < count_of(before), has_after = *a < count_of(after);
    int order;

    if (!has_before && !has_after)
        return false;
    order = !has_before  ? 1
            : !has_after ? -1
                         : text_compare(value_key_at(before, *b), value_key_at(after, *a));
    *ret_key = order <= 0 ? value_key_at(before, *b) : value_key_at(after, *a);
    *b += order <= 0;
    *a += order >= 0;
    return true;
}

/* Each element that was, with itself where it stays; then those that are new. Sets are in order, so
   the two are walked side by side; an element that is not wholly known is new. */
static PairList set_pairs(const Comparison *comparison, Value before, Value after)
{
    PairList pairs = { 0 };
    bool *stays = arena_array(comparison->arena, bool, count_of(after));
    size_t a = 0;

    for (size_t b = 0; b < count_of(before); b++) {
        Value old = value_at(before, b);

        while (a < count_of(after) && value_compare(value_at(after, a), old) < 0)
            a++;
        if (a < count_of(after) && value_is_wholly_known(value_at(after, a)) &&
            value_same(value_at(after, a), old)) {
            list_add(comparison->arena, &pairs, (Pair){ b, a });
            stays[a++] = true;
        } else {
            list_add(comparison->arena, &pairs, (Pair){ b, NOT_THERE });
        }
    }
    for (size_t i = 0; i < count_of(after); i++)
        if (!stays[i])
            list_add(comparison->arena, &pairs, (Pair){ NOT_THERE, i });
    return pairs;
}

/* --- as JSON ------------------------------------------------------------------------------ */

typedef enum JsonKind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} JsonKind;

static JsonKind json_kind(Value value)
{
    if (is_absent(value) || value_is_null(value))
        return JSON_NULL;
    switch (value.type->kind) {
    case TYPE_BOOL:
        return JSON_BOOL;
    case TYPE_NUMBER:
        return JSON_NUMBER;
    case TYPE_STRING:
        return JSON_STRING;
    default:
        return is_object(value) ? JSON_OBJECT : JSON_ARRAY;
    }
}

static Diff *compare_json_array(const Comparison *comparison, Text name, Value before, Value after)
{
    Diff *diff = make_whole(comparison, name, DIFF_LIST, before, after, (Path){ 0 });
    PairList pairs = sequence_pairs(comparison->arena, sequence_of(comparison, before),
                                    sequence_of(comparison, after), is_object);

    for (size_t i = 0; i < pairs.count; i++)
        add_child(comparison, diff,
                  compare_json(comparison, TEXT_NONE, element(before, pairs.items[i].before),
                               element(after, pairs.items[i].after)));
    return diff;
}

static Diff *compare_json_object(const Comparison *comparison, Text name, Value before, Value after)
{
    Diff *diff = make_whole(comparison, name, DIFF_OBJECT, before, after, (Path){ 0 });
    size_t b = 0, a = 0;
    Text key;

    while (next_key(before, after, &b, &a, &key))
        add_child(comparison, diff,
                  compare_json(comparison, key, member(before, key), member(after, key)));
    return diff;
}

/* A text that is JSON is compared by what it says. Only an object or an array counts. */
static bool parse_document(Arena *arena, Value value, Value *ret_json)
{
    Text text;

    *ret_json = VALUE_ABSENT;
    if (is_absent(value))
        return true;
    if (value_is_null(value) || value_is_unknown(value))
        return false;
    text = value_text(value);
    return text.length > 1 && (text.bytes[0] == '{' || text.bytes[0] == '[') &&
           json_parse(arena, text, ret_json);
}

static Diff *compare_primitive(const Comparison *comparison, Text name, Value before, Value after,
                               Path path)
{
    bool is_text = (is_absent(after) ? before : after).type->kind == TYPE_STRING;
    Diff *diff = make(comparison, name, DIFF_PRIMITIVE, before, after, path);
    Value before_json, after_json;

    diff->action = action_of(before, after);
    if (is_text && parse_document(comparison->arena, before, &before_json) &&
        parse_document(comparison->arena, after, &after_json)) {
        diff->kind = DIFF_JSON;
        list_add(comparison->arena, &diff->children,
                 compare_json(comparison, TEXT_NONE, before_json, after_json));
    }
    return diff;
}

static Diff *compare_json_kind(const Comparison *comparison, Text name, JsonKind kind, Value before,
                               Value after)
{
    if (kind == JSON_ARRAY)
        return compare_json_array(comparison, name, before, after);
    if (kind == JSON_OBJECT)
        return compare_json_object(comparison, name, before, after);
    return compare_primitive(comparison, name, before, after, (Path){ 0 });
}

static Diff *compare_json(const Comparison *comparison, Text name, Value before, Value after)
{
    JsonKind old = json_kind(before), new = json_kind(after);
    Diff *diff;

    if (is_absent(before) && is_absent(after))
        return make(comparison, name, DIFF_PRIMITIVE, value_null(type_dynamic),
                    value_null(type_dynamic), (Path){0});
    if (is_sensitive(before) || is_sensitive(after))
        return compare_sensitive(comparison, name, before, after, (Path){ 0 });
    if (is_unknown(after))
        return make_unknown(
            comparison, name,
            is_absent(before) ? NULL : compare_json(comparison, name, before, VALUE_ABSENT), after,
            (Path){0});
    if (old == new || is_absent(before) || is_absent(after))
        return compare_json_kind(comparison, name, is_absent(before) ? new : old, before, after);
    diff = make(comparison, name, DIFF_TYPE, before, after, (Path){ 0 });
    diff->action = DIFF_UPDATE;
    list_add(comparison->arena, &diff->children,
             compare_json(comparison, name, before, VALUE_ABSENT));
    list_add(comparison->arena, &diff->children,
             compare_json(comparison, name, VALUE_ABSENT, after));
    return diff;
}

/* --- by type ------------------------------------------------------------------------------ */

static Diff *compare_list(const Comparison *comparison, Text name, const Type *type, Value before,
                          Value after, Path path)
{
    Diff *diff = make_whole(comparison, name, type->kind == TYPE_SET ? DIFF_SET : DIFF_LIST, before,
                            after, path);
    PairList pairs = type->kind == TYPE_SET
                         ? set_pairs(comparison, before, after)
                         : sequence_pairs(comparison->arena, sequence_of(comparison, before),
                                          sequence_of(comparison, after), is_object);

    for (size_t i = 0; i < pairs.count; i++) {
        size_t place =
            pairs.items[i].after != NOT_THERE ? pairs.items[i].after : pairs.items[i].before;

        add_child(comparison, diff,
                  compare_typed(comparison, TEXT_NONE, type->element ? type->element : type_dynamic,
                                element(before, pairs.items[i].before),
                                element(after, pairs.items[i].after),
                                below_index(comparison, path, value_integer((int64_t)place))));
    }
    return diff;
}

static Diff *compare_map(const Comparison *comparison, Text name, const Type *type, Value before,
                         Value after, Path path)
{
    Diff *diff = make_whole(comparison, name, DIFF_MAP, before, after, path);
    size_t b = 0, a = 0;
    Text key;

    while (next_key(before, after, &b, &a, &key))
        add_child(comparison, diff,
                  compare_typed(comparison, key, type->element, member(before, key),
                                member(after, key),
                                below_index(comparison, path, value_string_raw(key))));
    return diff;
}

/* An attribute that is null is not there. */
static Value present(Value value)
{
    return !is_absent(value) && value_is_null(value) ? VALUE_ABSENT : value;
}

static Diff *compare_members_of_object(const Comparison *comparison, Text name, const Type *type,
                                       Value before, Value after, Path path)
{
    Diff *diff = make_whole(comparison, name, DIFF_OBJECT, before, after, path);

    for (size_t i = 0; i < type->count; i++) {
        Value old = present(member(before, type->names[i])),
              new = present(member(after, type->names[i]));

        if (!is_absent(old) || !is_absent(new))
            add_child(comparison, diff,
                      compare_typed(comparison, type->names[i], type->types[i], old, new,
                                    below(comparison, path, type->names[i])));
    }
    return diff;
}

static Diff *compare_typed(const Comparison *comparison, Text name, const Type *type, Value before,
                           Value after, Path path)
{
    if (is_sensitive(before) || is_sensitive(after))
        return compare_sensitive(comparison, name, before, after, path);
    if (type->kind == TYPE_DYNAMIC || type->kind == TYPE_TUPLE)
        return compare_json(comparison, name, before, after);
    if (is_unknown(after))
        return make_unknown(comparison, name,
                            is_absent(before) ? NULL
                                              : compare_typed(comparison, name, type, before,
                                                              VALUE_ABSENT, (Path){0}),
                            after, path);
    if ((!is_absent(before) && value_is_null(before)) ||
        (!is_absent(after) && value_is_null(after)))
        return compare_json(comparison, name, before, after);
    switch (type->kind) {
    case TYPE_LIST:
    case TYPE_SET:
        return compare_list(comparison, name, type, before, after, path);
    case TYPE_MAP:
        return compare_map(comparison, name, type, before, after, path);
    case TYPE_OBJECT:
        return compare_members_of_object(comparison, name, type, before, after, path);
    default:
        return compare_primitive(comparison, name, before, after, path);
    }
}

/* --- blocks ------------------------------------------------------------------------------- */

static void compare_members(const Comparison *comparison, Diff *diff, const Schema *schema,
                            Value before, Value after, Path path);

static Diff *compare_block(const Comparison *comparison, const BlockSchema *block, Value before,
                           Value after, Path path)
{
    Diff *diff;

    before = present(before);
    after = present(after);
    if (is_unknown(after)) {
        diff = make_unknown(comparison, block->name,
                            is_absent(before)
                                ? NULL
                                : compare_block(comparison, block, before, VALUE_ABSENT, (Path){0}),
                            after, path);
    } else {
        diff = make_whole(comparison, block->name, DIFF_BLOCK, before, after, path);
        compare_members(comparison, diff, block->block, before, after, path);
    }
    diff->is_block = true;
    return diff;
}

/* All blocks of one type. One that is not known yet stands for any number of them. */
static void compare_blocks(const Comparison *comparison, Diff *parent, const BlockSchema *block,
                           Value before, Value after, Path path)
{
    bool replaces = forces_replacement(comparison, path);
    PairList pairs;

    if (is_unknown(after) || block->nesting == NESTING_SINGLE) {
        if (!is_absent(present(before)) || !is_absent(present(after)))
            add_child(comparison, parent,
                      compare_block(comparison, block, is_unknown(after) ? VALUE_ABSENT : before,
                                    after, path));
        return;
    }
    pairs = block->nesting == NESTING_SET
                ? set_pairs(comparison, before, after)
                : sequence_pairs(comparison->arena, sequence_of(comparison, before),
                                 sequence_of(comparison, after), is_anything);
    for (size_t i = 0; i < pairs.count; i++) {
        size_t place =
            pairs.items[i].after != NOT_THERE ? pairs.items[i].after : pairs.items[i].before;
        Diff *child = compare_block(comparison, block, element(before, pairs.items[i].before),
                                    element(after, pairs.items[i].after),
                                    below_index(comparison, path, value_integer((int64_t)place)));

        child->replaces = child->replaces || (replaces && child->action != DIFF_NONE);
        add_child(comparison, parent, child);
    }
}

/* In blocks an empty string is no value either: providers of old cannot tell the two apart. */
static Value present_in_block(Value value)
{
    if (!is_absent(value) && value_is_known(value) && value.type->kind == TYPE_STRING &&
        value_text(value).length == 0 && !value_is_sensitive(value))
        return VALUE_ABSENT;
    return value;
}

/* An empty string on both sides, or on one of them, is there all the same: as an attribute that
 * does not change. */
static Diff *compare_attribute(const Comparison *comparison, const AttributeSchema *attribute,
                               Value old, Value new, Path path)
{
    Value none = value_null(attribute->type);

    old = present_in_block(old);
    new = present_in_block(new);
    if (is_absent(old) && is_absent(new))
        return make(comparison, attribute->name, DIFF_PRIMITIVE, none, none, path);
    return compare_typed(comparison, attribute->name, attribute->type, old, new, path);
}

static void compare_members(const Comparison *comparison, Diff *diff, const Schema *schema,
                            Value before, Value after, Path path)
{
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeSchema *attribute = &schema->attributes[i];
        Value old = present(member(before, attribute->name)),
              new = present(member(after, attribute->name));

        if (!is_absent(old) || !is_absent(new))
            add_child(comparison, diff,
                      compare_attribute(comparison, attribute, old, new,
                                        below(comparison, path, attribute->name)));
    }
    for (size_t i = 0; i < schema->block_count; i++)
        compare_blocks(comparison, diff, &schema->blocks[i], member(before, schema->blocks[i].name),
                       member(after, schema->blocks[i].name),
                       below(comparison, path, schema->blocks[i].name));
}

/* --- whole values ------------------------------------------------------------------------- */

Diff *diff_object(Arena *arena, const Schema *schema, Value before, Value after,
                  const PathList *replace)
{
    Comparison comparison = { arena, replace };
    Diff *diff =
        make_whole(&comparison, TEXT_NONE, DIFF_BLOCK, present(before), present(after), (Path){0});

    compare_members(&comparison, diff, schema, present(before), present(after), (Path){ 0 });
    return diff;
}

Diff *diff_value(Arena *arena, Text name, Value before, Value after)
{
    Comparison comparison = { arena, NULL };

    return compare_json(&comparison, name, before, after);
}

Diff *diff_typed(Arena *arena, Text name, Value value)
{
    Comparison comparison = { arena, NULL };

    return compare_typed(&comparison, name, value.type, value, value, (Path){ 0 });
}
