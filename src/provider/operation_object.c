/*
 * What is known of the object: as it is wanted, as it was, as the calls so far have made it, as a read finds it.
 */
#include "operation.h"

#include "equal.h"

static bool exists(Value value)
{
    return value.type && value_is_known(value) && !value_is_null(value);
}

static Value member_of(Value object, const Row *row)
{
    Value value;

    return exists(object) && value_member(object, row->name, &value) ? value : value_null(row->type);
}

/* --- self and prior ------------------------------------------------------------------------------------------------ */

static Value known_rows(const Row *block, Value object, Value configured, bool has_configuration, Arena *arena);

static Value known_elements(const Row *row, Value value, Value configured, bool has_configuration, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        bool paired = !row->is_set && exists(configured) && i < value_count(configured);
        Value before = paired ? value_at(configured, i) : value_null(row->type->element);

        value_builder_add(&builder, known_rows(row, value_at(value, i), before, has_configuration && paired, arena));
    }
    return row->is_set ? value_built_set(&builder, row->type->element) : value_built_list(&builder, row->type->element);
}

/* What is unknown is null, and so is what a state spells "" (or 0, false) although nobody said it. */
static Value known_row(const Row *row, Value value, Value configured, bool has_configuration, Arena *arena)
{
    if (value_is_unknown(value))
        return value_null(row->type);
    if (value_is_null(value))
        return value;
    if (row_is_one(row))
        return known_rows(row, value, configured, has_configuration, arena);
    if (row->is_block)
        return known_elements(row, value, configured, has_configuration, arena);
    if (row->default_value || !type_is_primitive(row->type) || !value_is_nothing(value))
        return value_is_wholly_known(value) ? value : value_null(row->type);
    if (has_configuration && !value_is_null(configured))
        return value;
    return row->type == type_string || (has_configuration && !row->computed) ? value_null(row->type) : value;
}

static Value known_rows(const Row *block, Value object, Value configured, bool has_configuration, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    if (!exists(object))
        return value_null(block->type);
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        value_builder_put(&builder, row->name,
                          known_row(row, member_of(object, row), member_of(configured, row), has_configuration, arena));
    }
    return value_built_object(&builder);
}

static void set_row(Operation *operation, Value *object, const Row *row, Value value)
{
    *object = path_set(&operation->arena, *object, path_child(&operation->arena, (Path){ NULL, 0 }, row->name), value);
}

static void set_self_row(Operation *operation, const Row *row, Value value)
{
    set_row(operation, &operation->scope.object, row, value);
    operation->scope.self = operation->scope.object;
}

static Value evaluated(Operation *operation, const Row *row, const Expr *expr)
{
    Value value = type_evaluate(&operation->scope, expr, &operation->arena, &operation->diags), converted;
    Text why;

    if (!value_convert(&operation->arena, value, row->type, &converted, &why) || !value_is_wholly_known(converted))
        return value_null(row->type);
    return converted;
}

/* What a new object has where no call of its creation said otherwise: its default, or nothing. */
static Value unmade_object(Operation *operation)
{
    const Row *object = operation->type->object;
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value value = row->default_value && !row->computed ? evaluated(operation, row, row->default_value) : value_null(row->type);

        if (value_is_null(value) && type_is_collection(row->type))
            value = value_nothing(row->type, &operation->arena);
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

static Text id_of(Value object)
{
    return exists(object) ? value_get_text(object, "id") : TEXT_NONE;
}

void operation_prepare(Operation *operation, Value prior, Value planned, Value configuration)
{
    const Row *object = operation->type->object;
    Arena *arena = &operation->arena;
    Value configured;

    operation->border_prior = value_copy(arena, prior);
    operation->before = row_inner(object, operation->border_prior, arena);
    operation->planned = row_inner(object, value_copy(arena, planned), arena);
    configured = row_inner(object, value_copy(arena, configuration), arena);
    operation->scope = type_scope(operation->type, value_null(object->type), known_rows(object, operation->before, configured, false, arena),
                                  value_null(type_dynamic));
    operation->scope.configuration = configured;
    operation->scope.is_new = operation->kind == OPERATION_CREATE || operation->kind == OPERATION_FIND;
    operation->scope.object = exists(operation->planned)
                                  ? known_rows(object, operation->planned, configured, exists(configured), arena)
                                  : operation->scope.prior;
    operation->scope.self = operation->scope.object;
    operation->object = operation->before;
    operation->id = id_of(operation->before).length > 0 ? value_string_raw(id_of(operation->before)) : value_null(type_string);
}

/* --- what needs the provider ----------------------------------------------------------------------------------------- */

static bool is_left_to_default(const Operation *operation, const Row *row)
{
    Value planned = member_of(operation->planned, row);

    if (!row->default_value)
        return false;
    if (operation->kind == OPERATION_READ_DATA)
        return value_is_null(member_of(operation->scope.object, row));
    return row->computed && value_is_unknown(planned);
}

/* Blocks that are new may have rows with defaults of their own. */
static Value with_inner_defaults(Operation *operation, const Row *block, Value object)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (!exists(object))
        return object;
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];
        Value value = member_of(object, row);

        if (row->computed && row->default_value && value_is_null(value))
            value = evaluated(operation, row, row->default_value);
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

static Value with_element_defaults(Operation *operation, const Row *row, Value value)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (!exists(value) || row_is_one(row))
        return with_inner_defaults(operation, row, value);
    for (size_t i = 0; i < value_count(value); i++)
        value_builder_add(&builder, with_inner_defaults(operation, row, value_at(value, i)));
    return row->is_set ? value_built_set(&builder, row->type->element) : value_built_list(&builder, row->type->element);
}

/* `is` gives a row before AWS does, as soon as what it stands on is known. */
static void fill_by_is(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];

        if (row->is && value_is_null(member_of(operation->scope.object, row)))
            set_self_row(operation, row, evaluated(operation, row, row->is));
    }
}

/* Whatever the plan could say of them: by now all tags are known. */
static void set_all_tags(Operation *operation)
{
    const Row *tags = row_find(operation->type->object, TEXT_LIT("tags")), *all = row_find(operation->type->object, TEXT_LIT("tags_all"));
    Value merged = tags_merged(&operation->provider->tag_defaults, member_of(operation->planned, tags), &operation->arena);

    set_self_row(operation, all, merged);
    set_row(operation, &operation->planned, all, merged);
}

void operation_prepare_computed(Operation *operation)
{
    const Row *object = operation->type->object;

    if (!exists(operation->scope.object))
        return;
    if (operation->kind == OPERATION_CREATE)
        operation->scope.prior = unmade_object(operation);
    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];

        if (is_left_to_default(operation, row))
            set_self_row(operation, row, evaluated(operation, row, row->default_value));
        else if (row->is_block && operation->kind <= OPERATION_UPDATE && operation->kind != OPERATION_READ)
            set_self_row(operation, row, with_element_defaults(operation, row, member_of(operation->scope.object, row)));
    }
    if (operation->kind != OPERATION_CREATE && operation->kind != OPERATION_UPDATE)
        return;
    if (operation->type->has_tags)
        set_all_tags(operation);
    fill_by_is(operation);
}

/* --- rule 2: which steps have something to do -------------------------------------------------------------------------- */

static bool has_changed(const Operation *operation, const Row *row, Arena *arena)
{
    Value wanted = member_of(operation->scope.object, row);

    if (value_is_unknown(member_of(operation->planned, row)) || (row->local && operation->scope.is_new))
        return false;
    return !row_same(&operation->scope, row, wanted, member_of(operation->scope.prior, row), arena);
}

static bool any_has_changed(Operation *operation, const Naming *naming, size_t *ret_count)
{
    RowRefs rows = naming_rows(&operation->scope, naming, &operation->arena, &operation->diags);
    bool any = false;

    for (size_t i = 0; i < rows.count; i++)
        any = any || has_changed(operation, rows.items[i], &operation->arena);
    *ret_count += rows.count;
    return any;
}

static bool names_anything(const Naming *naming)
{
    return naming->rows.count > 0 || naming->groups.count > 0;
}

bool operation_wants(Operation *operation, const Step *step)
{
    size_t count = 0;
    bool any;

    if (step->for_each)
        return true;
    if (names_anything(&step->changed))
        return any_has_changed(operation, &step->changed, &count);
    any = any_has_changed(operation, &step->send, &count);
    any = any_has_changed(operation, &step->patch, &count) || any;
    return any || count == 0;
}

/* --- rules 3 and 6: what a call has made --------------------------------------------------------------------------------- */

static void take_sent(Operation *operation, const Step *step)
{
    RowRefs rows = naming_rows(&operation->scope, &step->send, &operation->arena, &operation->diags);

    for (size_t i = 0; i < rows.count; i++)
        set_row(operation, &operation->scope.prior, rows.items[i], member_of(operation->scope.object, rows.items[i]));
}

/* Rows that AWS decides and this answer already names. */
static void take_named(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value value;

        if (row->computed && row->readable && value_is_null(member_of(operation->scope.object, row)) &&
            wire_read_row(&operation->scope, row, operation->scope.answer, &operation->arena, &operation->diags, &value))
            set_self_row(operation, row, value);
    }
}

void operation_announce(Operation *operation)
{
    const Row *row = row_find(operation->type->object, TEXT_LIT("id"));
    Diags ignored = diags_make(&operation->arena);
    Value id;
    Text why;

    if (operation->kind != OPERATION_CREATE || !operation->made || operation->announced)
        return;
    id = value_is_null(operation->id) ? type_evaluate(&operation->scope, operation->type->id, &operation->arena, &ignored)
                                      : operation->id;
    if (!value_convert(&operation->arena, id, type_string, &id, &why) || !exists(id) || value_text(id).length == 0)
        return;
    operation->announced = true;
    operation->id = id;
    set_self_row(operation, row, id);
    fill_by_is(operation);
    if (operation->request.events.identity)
        operation->request.events.identity(operation->request.events.user,
                                           row_border(operation->type->object, operation->scope.object, &operation->arena));
}

void operation_made(Operation *operation, const Step *step)
{
    Phase phase = operation_phase(operation);

    operation->made = true;
    operation->unready = operation->unready || phase != PHASE_TAGS;
    if (phase == PHASE_MAKE || phase == PHASE_PUT)
        take_sent(operation, step);
    if (phase == PHASE_MAKE) {
        take_named(operation);
        fill_by_is(operation);
        operation_announce(operation);
    }
    if (phase == PHASE_REMOVE)
        operation->calls_absent = operation->calls_absent || step->absent.codes.count > 0 || step->absent.when.count > 0;
}

/* --- rule 1: what a read finds ----------------------------------------------------------------------------------------------- */

void operation_begin_read(Operation *operation)
{
    size_t count = operation->type->object->row_count;

    operation->found = (Found){ arena_array(&operation->arena, Value, count), arena_array(&operation->arena, Value, count) };
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
    set_self_row(operation, row, value);
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

        value = partial->type ? member_of(*partial, row) : value_null(row->type);
        if (row == setting->inner)
            value = value_is_null(raw) ? value_null(row->type)
                                       : wire_read_value(&operation->scope, row, raw, &operation->arena, &operation->diags);
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
        Value value = member_of(partial, row->rows[i]);

        if (value_is_null(value))
            value = wire_missing(&operation->scope, row->rows[i], &operation->arena, &operation->diags);
        value_builder_put(&builder, row->rows[i]->name, value);
    }
    find_row(operation, row, is_empty_object(partial) ? value_null(row->type) : value_built_object(&builder));
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

static void find_setting(Operation *operation, const Setting *setting)
{
    Frame frame = { operation->scope.object, NULL };
    TypeScope scope = operation->scope;
    Value raw = type_evaluate(&operation->scope, setting->value, &operation->arena, &operation->diags);

    if (take_candidates(operation, setting, raw))
        return;
    if (setting->inner) {
        find_inner_row(operation, setting, raw);
        return;
    }
    scope.frame = &frame;
    find_row(operation, setting->row, wire_read_value(&scope, setting->row, raw, &operation->arena, &operation->diags));
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

/* --- the end of a read ----------------------------------------------------------------------------------------------------------- */

/* What the object was meant to be (after a change), or was (before). */
static Value base_of(const Operation *operation, const Row *row)
{
    return exists(operation->planned) ? member_of(operation->planned, row) : member_of(operation->before, row);
}

static Value in_base_spelling(Operation *operation, const Row *row, Value value, Value base);

static Value rows_in_base_spelling(Operation *operation, const Row *block, Value object, Value base)
{
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        value_builder_put(&builder, row->name, in_base_spelling(operation, row, member_of(object, row), member_of(base, row)));
    }
    return value_built_object(&builder);
}

static Value elements_in_base_spelling(Operation *operation, const Row *row, Value list, Value base)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (value_count(list) != value_count(base))
        return list;
    for (size_t i = 0; i < value_count(list); i++)
        value_builder_add(&builder, rows_in_base_spelling(operation, row, value_at(list, i), value_at(base, i)));
    return value_built_list(&builder, row->type->element);
}

/* A value that says the same is kept in its spelling. After a change, no elements stay null where they were planned so, and a
   set is what was planned. */
static Value in_base_spelling(Operation *operation, const Row *row, Value value, Value base)
{
    bool applied = exists(operation->planned);

    if (applied && type_is_collection(row->type) && value_is_nothing(value) && value_is_nothing(base))
        return base;
    if (value_is_unknown(base) || value_is_null(value) || value_is_null(base))
        return applied && value_is_null(value) && value_is_wholly_known(base) && !row->is_block ? base : value;
    if (row_is_one(row))
        return rows_in_base_spelling(operation, row, value, base);
    if (row->is_block && !row->is_set)
        return elements_in_base_spelling(operation, row, value, base);
    return value_is_wholly_known(base) && row_same(&operation->scope, row, value, base, &operation->arena) ? base : value;
}

static Value unfound_row(Operation *operation, const Row *row)
{
    Value base = base_of(operation, row), known = member_of(operation->scope.object, row);

    if (row->is && !row->is_block)
        return evaluated(operation, row, row->is);
    if (row->readable && !row->key)
        return wire_missing(&operation->scope, row, &operation->arena, &operation->diags);
    if (value_is_wholly_known(base) && !value_is_null(base))
        return base;
    if (!value_is_null(known) || (!row->key && !row->empty))
        return known;
    return wire_missing(&operation->scope, row, &operation->arena, &operation->diags);
}

/* The object's own tags: all but those that every object of the provider has, unless it names them itself. */
static Value own_tags(Operation *operation, Value all)
{
    Value defaults = operation->provider->tag_defaults.tags;
    Value named = base_of(operation, row_find(operation->type->object, TEXT_LIT("tags")));
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; exists(all) && i < value_count(all); i++) {
        Text key = value_key_at(all, i);
        Value usual;
        bool is_usual = exists(defaults) && value_member(defaults, key, &usual) && value_same(usual, value_at(all, i));

        if (!is_usual || (exists(named) && value_member(named, key, NULL)))
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
        return own_tags(operation, aws_visible_tags(operation->provider, operation->found.values[index_of(operation->type->object, all)],
                                                    &operation->arena));
    return value;
}

/* Made at create, import and update; an answer gives it only once. */
static Value finish_id(Operation *operation)
{
    bool may_change = operation->kind == OPERATION_UPDATE && !operation->type->id_of_answer && !operation->salvaging;

    if (operation->type->id && (value_is_null(operation->id) || may_change)) {
        Value id = evaluated(operation, row_find(operation->type->object, TEXT_LIT("id")), operation->type->id);

        if (exists(id))
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
        Value value = operation->found.values[i].type ? operation->found.values[i] : unfound_row(operation, row);

        value = find_tags(operation, row, value);
        value = in_base_spelling(operation, row, value, base_of(operation, row));
        set_self_row(operation, row, value);
        value_builder_put(&builder, row->name, value);
    }
    set_self_row(operation, row_find(object, TEXT_LIT("id")), finish_id(operation));
    value_builder_put(&builder, TEXT_LIT("id"), operation->id);
    operation->object = value_built_object(&builder);
}

bool operation_is_settled(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value wanted = member_of(operation->planned, row);

        if (row->readable && value_is_wholly_known(wanted) &&
            !row_same(&operation->scope, row, wanted, member_of(operation->object, row), &operation->arena))
            return false;
    }
    return true;
}

/* --- the result ---------------------------------------------------------------------------------------------------------------------- */

Value operation_result(Operation *operation)
{
    const Row *object = operation->type->object;
    bool failed = diags_have_errors(&operation->diags);
    Value result = operation->object;

    if (operation->gone && !operation->salvaging)
        result = value_null(object->type);
    else if (operation->kind == OPERATION_DELETE)
        result = failed ? operation->before : value_null(object->type);
    else if (failed && operation->kind == OPERATION_CREATE && !operation->made)
        result = value_null(object->type);
    else if (failed && operation->kind == OPERATION_CREATE && !exists(operation->object))
        result = operation->scope.object;
    else if (failed && operation->kind == OPERATION_READ_DATA)
        result = value_null(object->type);
    return row_border(object, result, &operation->arena);
}

void operation_candidates(Operation *operation, OperationResult *result)
{
    if (operation->kind != OPERATION_FIND && operation->kind != OPERATION_LIST)
        return;
    result->candidates = operation->candidates.items;
    result->candidate_count = operation->candidates.count;
}
