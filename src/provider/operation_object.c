/*
 * What is known of the object: as it is wanted, as it was, as the calls so far have made it.
 */
#include "operation.h"

#include "equal.h"

/* --- self and prior --------------------------------------------------------------------------- */

static Value known_rows(const Row *block, Value object, Value configured, bool has_configuration,
                        Arena *arena);

static Value known_elements(const Row *row, Value value, Value configured, bool has_configuration,
                            Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(value); i++) {
        bool paired = !row->is_set && value_exists(configured) && i < value_count(configured);
        Value before = paired ? value_at(configured, i) : value_null(row->type->element);

        value_builder_add(&builder, known_rows(row, value_at(value, i), before,
                                               has_configuration && paired, arena));
    }
    return row->is_set ? value_built_set(&builder, row->type->element)
                       : value_built_list(&builder, row->type->element);
}

/* What is unknown is null, and so is what a state spells "" (or 0, false) although nobody said it.
 */
static Value known_row(const Row *row, Value value, Value configured, bool has_configuration,
                       Arena *arena)
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
    return row->type == type_string || (has_configuration && !row->computed) ? value_null(row->type)
                                                                             : value;
}

static Value known_rows(const Row *block, Value object, Value configured, bool has_configuration,
                        Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    if (!value_exists(object))
        return value_null(block->type);
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        value_builder_put(
            &builder, row->name,
            known_row(row, row_of(object, row), row_of(configured, row), has_configuration, arena));
    }
    return value_built_object(&builder);
}

static void set_row(Operation *operation, Value *object, const Row *row, Value value)
{
    *object = path_set(&operation->arena, *object,
                       path_child(&operation->arena, (Path){ NULL, 0 }, row->name), value);
}

void operation_set_row(Operation *operation, const Row *row, Value value)
{
    set_row(operation, &operation->scope.object, row, value);
    operation->scope.self = operation->scope.object;
}

Value operation_evaluate(Operation *operation, const Row *row, const Expr *expr)
{
    Value value = type_evaluate(&operation->scope, expr, &operation->arena, &operation->diags),
          converted;
    Text why;

    if (!value_convert(&operation->arena, value, row->type, &converted, &why) ||
        !value_is_wholly_known(converted))
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
        Value value = row->default_value && !row->computed
                          ? operation_evaluate(operation, row, row->default_value)
                          : value_null(row->type);

        if (value_is_null(value) && type_is_collection(row->type))
            value = value_nothing(row->type, &operation->arena);
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

static Text id_of(Value object)
{
    return value_exists(object) ? value_get_text(object, "id") : TEXT_NONE;
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
    operation->scope = type_scope(operation->type, value_null(object->type),
                                  known_rows(object, operation->before, configured, false, arena),
                                  value_null(type_dynamic));
    operation->scope.configuration = configured;
    operation->scope.is_new = operation->kind == OPERATION_CREATE;
    operation->scope.object = value_exists(operation->planned)
                                  ? known_rows(object, operation->planned, configured,
                                               value_exists(configured), arena)
                                  : operation->scope.prior;
    operation->scope.self = operation->scope.object;
    operation->object = operation->before;
    operation->id = id_of(operation->before).length > 0 ? value_string_raw(id_of(operation->before))
                                                        : value_null(type_string);
}

/* --- what needs the provider ------------------------------------------------------------------ */

static bool is_left_to_default(const Operation *operation, const Row *row)
{
    Value planned = row_of(operation->planned, row);

    if (!row->default_value)
        return false;
    if (operation->kind == OPERATION_READ_DATA)
        return value_is_null(row_of(operation->scope.object, row));
    return row->computed && value_is_unknown(planned);
}

/* Blocks that are new may have rows with defaults of their own. */
static Value with_inner_defaults(Operation *operation, const Row *block, Value object)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (!value_exists(object))
        return object;
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];
        Value value = row_of(object, row);

        if (row->computed && row->default_value && value_is_null(value))
            value = operation_evaluate(operation, row, row->default_value);
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

static Value with_element_defaults(Operation *operation, const Row *row, Value value)
{
    ValueBuilder builder = value_builder(&operation->arena);

    if (!value_exists(value) || row_is_one(row))
        return with_inner_defaults(operation, row, value);
    for (size_t i = 0; i < value_count(value); i++)
        value_builder_add(&builder, with_inner_defaults(operation, row, value_at(value, i)));
    return row->is_set ? value_built_set(&builder, row->type->element)
                       : value_built_list(&builder, row->type->element);
}

/* `is` gives a row before AWS does, as soon as what it stands on is known. */
static void fill_by_is(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];

        if (row->is && value_is_null(row_of(operation->scope.object, row)))
            operation_set_row(operation, row, operation_evaluate(operation, row, row->is));
    }
}

/* By now all tags are known. What an update planned stays: a change of them may be ignored. */
static void set_all_tags(Operation *operation)
{
    const Row *tags = row_find(operation->type->object, TEXT_LIT("tags")),
              *all = row_find(operation->type->object, TEXT_LIT("tags_all"));
    Value merged = tags_merged(&operation->provider->tag_defaults, row_of(operation->planned, tags),
                               &operation->arena);

    if (operation->kind == OPERATION_UPDATE &&
        value_is_wholly_known(row_of(operation->planned, all)))
        return;
    /* A new object has the ignored ones too; later they are left alone. */
    if (operation->kind != OPERATION_CREATE)
        merged = tags_not_ignored(&operation->provider->tag_defaults, merged, &operation->arena);
    operation_set_row(operation, all, merged);
    set_row(operation, &operation->planned, all, merged);
}

/* A name is made up once for all attempts to create the object. */
static Value default_of(Operation *operation, const Row *row)
{
    Value begun = operation->request.begun_as;

    if (begun.type && value_exists(begun) && value_exists(row_of(begun, row)))
        return row_of(begun, row);
    return operation_evaluate(operation, row, row->default_value);
}

static bool evaluate_id(Operation *operation, Value *ret_id)
{
    Diags ignored = diags_make(&operation->arena);
    Value id = type_evaluate(&operation->scope, operation->type->id, &operation->arena, &ignored);
    Text why;

    return value_convert(&operation->arena, id, type_string, ret_id, &why) &&
           value_exists(*ret_id) && value_text(*ret_id).length > 0;
}

static void tell_identity(Operation *operation)
{
    if (operation->request.events.identity)
        operation->request.events.identity(
            operation->request.events.user,
            row_border(operation->type->object, operation->scope.object, &operation->arena));
}

void operation_prepare_computed(Operation *operation)
{
    const Row *object = operation->type->object;
    bool generated = false; /* a name, at this moment: no plan has it */
    Value id;

    if (!value_exists(operation->scope.object))
        return;
    if (operation->kind == OPERATION_CREATE)
        operation->scope.prior = unmade_object(operation);
    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];

        generated = generated || is_left_to_default(operation, row);
        if (is_left_to_default(operation, row))
            operation_set_row(operation, row, default_of(operation, row));
        else if (row->is_block && operation->kind <= OPERATION_UPDATE &&
                 operation->kind != OPERATION_READ)
            operation_set_row(
                operation, row,
                with_element_defaults(operation, row, row_of(operation->scope.object, row)));
    }
    if (operation->kind != OPERATION_CREATE && operation->kind != OPERATION_UPDATE &&
        operation->kind != OPERATION_FIND)
        return;
    if (operation->type->has_tags && operation->kind != OPERATION_FIND)
        set_all_tags(operation);
    fill_by_is(operation);
    if (operation->kind == OPERATION_CREATE && generated && evaluate_id(operation, &id))
        tell_identity(operation);
}

/* Of a create by a run that died: a name that it made up would be known before anything was sent. */
bool operation_was_never_sent(Operation *operation)
{
    const Row *object = operation->type->object;
    bool generated = false;
    Value id;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];

        if (!row->computed || !row->default_value ||
            !value_is_null(row_of(operation->scope.object, row)))
            continue;
        generated = true;
        operation_set_row(operation, row, default_of(operation, row));
    }
    return generated && evaluate_id(operation, &id);
}

/* --- rule 2: which steps have something to do ------------------------------------------------- */

static bool has_changed(const Operation *operation, const Row *row, Arena *arena)
{
    Value wanted = row_of(operation->scope.object, row);

    if (value_is_unknown(row_of(operation->planned, row)) ||
        (row->local && operation->scope.is_new))
        return false;
    return !row_same(&operation->scope, row, wanted, row_of(operation->scope.prior, row), arena);
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

/* --- rules 3 and 6: what a call has made ------------------------------------------------------ */

static void take_sent(Operation *operation, const Step *step)
{
    RowRefs rows = naming_rows(&operation->scope, &step->send, &operation->arena,
                               &operation->diags);

    for (size_t i = 0; i < rows.count; i++)
        set_row(operation, &operation->scope.prior, rows.items[i],
                row_of(operation->scope.object, rows.items[i]));
}

/* Rows that AWS decides and this answer already names. */
static void take_named(Operation *operation)
{
    const Row *object = operation->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        Value value;

        if (row->computed && row->readable && value_is_null(row_of(operation->scope.object, row)) &&
            wire_read_row(&operation->scope, row, operation->scope.answer, &operation->arena,
                          &operation->diags, &value))
            operation_set_row(operation, row, value);
    }
}

void operation_announce(Operation *operation)
{
    Value id = operation->id;

    if (operation->kind != OPERATION_CREATE || !operation->made || operation->announced)
        return;
    if (value_is_null(id) && !evaluate_id(operation, &id))
        return;
    operation->announced = true;
    operation->id = id;
    operation_set_row(operation, row_find(operation->type->object, TEXT_LIT("id")), id);
    fill_by_is(operation);
    tell_identity(operation);
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
        operation->calls_absent = operation->calls_absent || step->absent.codes.count > 0 ||
                                  step->absent.when.count > 0;
}

/* --- the result ------------------------------------------------------------------------------- */

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
    else if (failed && operation->kind == OPERATION_CREATE && !value_exists(operation->object))
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
