/*
 * What a read finds: rows out of answers, and at its end the object.
 */
#include "operation.h"

#include "equal.h"

/* --- rule 1: what a read finds ---------------------------------------------------------------- */

void operation_begin_read(Operation *operation)
{
    size_t count = operation->type->object->row_count;

    operation->found = (Found){ arena_array(&operation->arena, Value, count),
                                arena_array(&operation->arena, Value, count) };
}

static size_t index_of(const Row *object, const Row *row)
{
    size_t index = 0;

    while (object->rows[index] != row)
        index++;
    return index;
}

static void find_row(Operation *operation, const Row *row, Value value)
{
    operation->found.values[index_of(operation->type->object, row)] = value;
    operation_set_row(operation, row, value);
    if (text_is(row->name, "id"))
        operation->id = value;
}

/* A row of a block by itself: gathered by name, read as a block once all are there. */
static void find_inner_row(Operation *operation, const Setting *setting, Value raw)
{
    Value *partial = &operation->found.partial[index_of(operation->type->object, setting->row)];
    ValueBuilder builder = value_builder(&operation->arena);
    Value value;

    for (size_t i = 0; i < setting->row->row_count; i++) {
        const Row *row = setting->row->rows[i];

        value = partial->type ? row_of(*partial, row) : value_null(row->type);
        if (row == setting->inner)
            value = value_is_null(raw) ? value_null(row->type)
                                       : wire_read_value(&operation->scope, row, raw,
                                                         &operation->arena, &operation->diags);
        value_builder_put(&builder, row->name, value);
    }
    *partial = value_built_object(&builder);
}

static bool is_empty_object(Value object)
{
    for (size_t i = 0; i < value_count(object); i++)
        if (!value_is_null(value_at(object, i)))
            return false;
    return true;
}

static void finish_partial(Operation *operation, const Row *row, Value partial)
{
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < row->row_count; i++) {
        Value value = row_of(partial, row->rows[i]);

        if (value_is_null(value))
            value =
                wire_missing(&operation->scope, row->rows[i], &operation->arena, &operation->diags);
        value_builder_put(&builder, row->rows[i]->name, value);
    }
    find_row(operation, row,
             is_empty_object(partial) ? value_null(row->type) : value_built_object(&builder));
}

/* `set: { id: [...] }` in a find step gives candidates. */
static bool take_candidates(Operation *operation, const Setting *setting, Value raw)
{
    if (!operation_finds(operation))
        return false;
    if (!value_has_kind(raw, TYPE_TUPLE) && !value_has_kind(raw, TYPE_LIST))
        return false;
    operation->chooses = true;
    for (size_t i = 0; i < value_count(raw); i++)
        list_add(&operation->arena, &operation->candidates, value_text(value_at(raw, i)));
    if (value_count(raw) == 1)
        find_row(operation, setting->row, value_at(raw, 0));
    return true;
}

void operation_forget_candidates(Operation *operation)
{
    operation->candidates.items = NULL;
    operation->candidates.count = operation->candidates.capacity = 0;
    operation->chooses = false;
}

static void find_setting(Operation *operation, const Setting *setting)
{
    Frame frame = { operation->scope.object, NULL };
    TypeScope scope = operation->scope;
    Value raw =
        type_evaluate(&operation->scope, setting->value, &operation->arena, &operation->diags);

    if (take_candidates(operation, setting, raw))
        return;
    if (setting->inner) {
        find_inner_row(operation, setting, raw);
        return;
    }
    scope.frame = &frame;
    find_row(operation, setting->row,
             wire_read_value(&scope, setting->row, raw, &operation->arena, &operation->diags));
}

void operation_find_rows(Operation *operation, const Step *step)
{
    const Row *object = operation->type->object;
    Value taken = operation_taken(operation, step);

    operation->scope.taken = taken;
    for (size_t i = 0; i < object->row_count && !value_is_null(taken); i++) {
        const Row *row = object->rows[i];
        Frame frame = { operation->scope.object, NULL };
        TypeScope scope = operation->scope;
        Value value;

        scope.frame = &frame;
        if (!row->local && !row->kept && !row->wireless &&
            wire_read_row(&scope, row, taken, &operation->arena, &operation->diags, &value))
            find_row(operation, row, value);
    }
    for (size_t i = 0; i < step->set.count; i++)
        find_setting(operation, &step->set.items[i]);
}

/* --- the end of a read ------------------------------------------------------------------------ */

/* What the object was meant to be (after a change), or was (before). */
static Value base_of(const Operation *operation, const Row *row)
{
    return value_exists(operation->planned) ? row_of(operation->planned, row)
                                            : row_of(operation->before, row);
}

static Value in_base_spelling(Operation *operation, const Row *row, Value value, Value base);

static Value rows_in_base_spelling(Operation *operation, const Row *block, Value object, Value base)
{
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        value_builder_put(&builder, row->name,
                          in_base_spelling(operation, row, row_of(object, row), row_of(base, row)));
    }
    return value_built_object(&builder);
}

static Value elements_in_base_spelling(Operation *operation, const Row *row, Value list, Value base)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (value_count(list) != value_count(base))
        return list;
    for (size_t i = 0; i < value_count(list); i++)
        value_builder_add(
            &builder, rows_in_base_spelling(operation, row, value_at(list, i), value_at(base, i)));
    return value_built_list(&builder, row->type->element);
}

/* A value that says the same is kept in its spelling. After a change, no elements stay null where
   they were planned so, and a set is what was planned. */
static Value in_base_spelling(Operation *operation, const Row *row, Value value, Value base)
{
    bool applied = value_exists(operation->planned);

    if (applied && type_is_collection(row->type) && value_is_nothing(value) &&
        value_is_nothing(base))
        return base;
    if (value_is_unknown(base) || value_is_null(value) || value_is_null(base))
        return applied && value_is_null(value) && value_is_wholly_known(base) && !row->is_block
                   ? base
                   : value;
    if (row_is_one(row))
        return rows_in_base_spelling(operation, row, value, base);
    if (row->is_block && !row->is_set)
        return elements_in_base_spelling(operation, row, value, base);
    return value_is_wholly_known(base) &&
                   row_same(&operation->scope, row, value, base, &operation->arena)
               ? base
               : value;
}

static Value unfound_row(Operation *operation, const Row *row)
{
    Value base = base_of(operation, row), known = row_of(operation->scope.object, row);

    if (row->is && !row->is_block)
        return operation_evaluate(operation, row, row->is);
    if (row->readable && !row->key)
        return wire_missing(&operation->scope, row, &operation->arena, &operation->diags);
    if (value_is_wholly_known(base) && !value_is_null(base))
        return base;
    if (!value_is_null(known) || (!row->key && !row->empty))
        return known;
    return wire_missing(&operation->scope, row, &operation->arena, &operation->diags);
}

/* The object's own tags: all but those that every object of the provider has, unless it names them
   itself. */
static Value own_tags(Operation *operation, Value all)
{
    Value defaults = operation->provider->tag_defaults.tags;
    Value named = base_of(operation, row_find(operation->type->object, TEXT_LIT("tags")));
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; value_exists(all) && i < value_count(all); i++) {
        Text key = value_key_at(all, i);
        Value usual;
        bool is_usual = value_exists(defaults) && value_member(defaults, key, &usual) &&
                        value_same(usual, value_at(all, i));

        if (!is_usual || (value_exists(named) && value_member(named, key, NULL)))
            value_builder_put(&builder, key, value_at(all, i));
    }
    return value_built_map(&builder, type_string);
}

static Value find_tags(Operation *operation, const Row *row, Value value)
{
    const Row *all = row_find(operation->type->object, TEXT_LIT("tags_all"));

    if (row->meaning == MEANING_TAGS)
        return aws_visible_tags(operation->provider, value, &operation->arena);
    if (operation->type->has_tags && text_is(row->name, "tags"))
        return own_tags(
            operation,
            aws_visible_tags(operation->provider,
                             operation->found.values[index_of(operation->type->object, all)],
                             &operation->arena));
    return value;
}

/* Made at create, import and update; an answer gives it only once. */
static Value finish_id(Operation *operation)
{
    bool may_change = operation->kind == OPERATION_UPDATE && !operation->type->id_of_answer &&
                      !operation->salvaging;

    if (operation->type->id && (value_is_null(operation->id) || may_change)) {
        Value id = operation_evaluate(operation, row_find(operation->type->object, TEXT_LIT("id")),
                                      operation->type->id);

        if (value_exists(id))
            operation->id = id;
    }
    return operation->id;
}

void operation_found(Operation *operation)
{
    const Row *object = operation->type->object;
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < object->row_count; i++)
        if (operation->found.partial[i].type)
            finish_partial(operation, object->rows[i], operation->found.partial[i]);
    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value value = operation->found.values[i].type ? operation->found.values[i]
                                                      : unfound_row(operation, row);

        value = find_tags(operation, row, value);
        value = in_base_spelling(operation, row, value, base_of(operation, row));
        operation_set_row(operation, row, value);
        value_builder_put(&builder, row->name, value);
    }
    operation_set_row(operation, row_find(object, TEXT_LIT("id")), finish_id(operation));
    value_builder_put(&builder, TEXT_LIT("id"), operation->id);
    operation->object = value_built_object(&builder);
}

bool operation_is_settled(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value wanted = row_of(operation->planned, row);

        if (row->readable && value_is_wholly_known(wanted) &&
            !row_same(&operation->scope, row, wanted, row_of(operation->object, row),
                      &operation->arena))
            return false;
    }
    return true;
}

static bool rows_same(Operation *operation, const Row *row, Value a, Value b)
{
    return row_same(&operation->scope, row, a, b, &operation->arena);
}

bool operation_is_stale(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value wanted = row_of(operation->planned, row), before = row_of(operation->before, row);
        Value read = row_of(operation->object, row);

        if (row->readable && value_is_wholly_known(wanted) && value_exists(before) &&
            !rows_same(operation, row, wanted, before) &&
            !rows_same(operation, row, wanted, read) && rows_same(operation, row, read, before))
            return true;
    }
    return false;
}
