#include "type_scope.h"

#include "wire.h"

#include <stddef.h>

TypeScope type_scope(const ResourceType *type, Value object, Value prior, Value provider)
{
    return (TypeScope){
        .type = type, .object = object, .self = object, .prior = prior, .provider = provider
    };
}

/* --- names ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    size_t offset;
} plain_names[] = {
    { "self", offsetof(TypeScope, self) },         { "prior", offsetof(TypeScope, prior) },
    { "provider", offsetof(TypeScope, provider) }, { "answer", offsetof(TypeScope, answer) },
    { "taken", offsetof(TypeScope, taken) },       { "each", offsetof(TypeScope, each) },
    { "intent", offsetof(TypeScope, intent) },
};

static bool find_plain(const TypeScope *scope, Text name, Value *ret_value)
{
    for (size_t i = 0; i < sizeof plain_names / sizeof *plain_names; i++) {
        if (text_is(name, plain_names[i].name)) {
            *ret_value = *(const Value *)((const char *)scope + plain_names[i].offset);
            return ret_value->type != NULL;
        }
    }
    return false;
}

static bool find_kept(const TypeScope *scope, Text name, Value *ret_value)
{
    for (const KeptAnswer *kept = scope->kept; kept; kept = kept->next) {
        if (text_equal(kept->name, name)) {
            *ret_value = kept->value;
            return true;
        }
    }
    return false;
}

/* A step that was left out keeps nothing: its name is null. */
static bool is_kept_somewhere(const StepList *steps, Text name)
{
    for (size_t i = 0; i < steps->count; i++)
        if (text_equal(steps->items[i].as, name))
            return true;
    return false;
}

static bool is_kept_name(const ResourceType *type, Text name)
{
    return name.length > 0 &&
           (is_kept_somewhere(&type->read, name) || is_kept_somewhere(&type->create, name) ||
            is_kept_somewhere(&type->update, name) || is_kept_somewhere(&type->put, name) ||
            is_kept_somewhere(&type->remove, name) || is_kept_somewhere(&type->find, name));
}

/* block, block.block, ... */
static Value resolve_block(const TypeScope *scope, const Traversal *traversal, size_t *ret_used)
{
    const Frame *frame = scope->frame;
    size_t used = 0;

    while (frame && used < traversal->count && !traversal->steps[used].is_index &&
           text_is(traversal->steps[used].name, "block")) {
        frame = frame->around;
        used++;
    }
    *ret_used = used;
    return frame ? frame->block : value_null(type_dynamic);
}

static Value was_configured(const TypeScope *scope, Text name)
{
    Value value;

    return value_bool(scope->configuration.type && value_is_known(scope->configuration) &&
                      !value_is_null(scope->configuration) &&
                      value_member(scope->configuration, name, &value) && !value_is_null(value));
}

static Value names_of(const RowRefs *rows, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < rows->count; i++)
        value_builder_add(&builder, value_string_raw(rows->items[i]->name));
    return value_built_list(&builder, type_string);
}

static Value row_on_wire(const TypeScope *scope, Text name, bool only_sent, Arena *arena,
                         Diags *diags)
{
    const Row *row = row_find(scope->type->object, name);
    Frame frame = { scope->object, NULL };
    TypeScope inner = *scope;
    Value value;

    if (!row || value_is_null(scope->object) || !value_member(scope->object, name, &value))
        return value_null(type_dynamic);
    if (only_sent && !row->sent)
        return value;
    inner.frame = &frame;
    inner.wire = (Value){ 0 };
    return wire_prune(
        arena, wire_of_row(&inner, row, value, value_null(row->type), WIRE_SEND, arena, diags));
}

/* sent.row, wire.row, configured.row, groups.name: made of the object when they are asked for. */
static bool resolve_made(const TypeScope *scope, Text root, Text name, Arena *arena, Diags *diags,
                         Value *ret_value)
{
    const Group *group;

    if (text_is(root, "sent") || text_is(root, "wire")) {
        *ret_value = row_on_wire(scope, name, text_is(root, "sent"), arena, diags);
        return true;
    }
    if (text_is(root, "configured")) {
        *ret_value = was_configured(scope, name);
        return true;
    }
    group = text_is(root, "groups") ? table_find(&scope->type->groups, name) : NULL;
    if (group) {
        RowRefs rows = group_rows(scope, group, arena, diags);

        *ret_value = names_of(&rows, arena);
    }
    return group != NULL;
}

static Value resolve(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena,
                     Diags *diags)
{
    const TypeScope *scope = user;
    Value value;

    *ret_used = 0;
    if (find_plain(scope, traversal->root, &value) || find_kept(scope, traversal->root, &value))
        return value;
    if (text_is(traversal->root, "is_new"))
        return value_bool(scope->is_new);
    if (text_is(traversal->root, "block"))
        return resolve_block(scope, traversal, ret_used);
    if (text_is(traversal->root, "wire") && scope->wire.type)
        return scope->wire;
    if (traversal->count > 0 && !traversal->steps[0].is_index &&
        resolve_made(scope, traversal->root, traversal->steps[0].name, arena, diags, &value)) {
        *ret_used = 1;
        return value;
    }
    if (is_kept_name(scope->type, traversal->root))
        return value_null(type_dynamic);
    diag_error(diags, traversal->range, "Mistake in a resource type",
               "\"" TEXT_FMT "\" is not in scope here.", TEXT(traversal->root));
    return value_unknown(type_dynamic);
}

/* --- evaluating ------------------------------------------------------------------------------- */

Value type_evaluate(const TypeScope *names, const Expr *expr, Arena *arena, Diags *diags)
{
    Scope scope = {
        .resolve = resolve, .user = (void *)names, .function = type_function, .lenient = true
    };

    return expr ? expr_evaluate(expr, &scope, arena, diags) : value_null(type_dynamic);
}

bool type_condition(const TypeScope *scope, const Expr *expr, Arena *arena, Diags *diags)
{
    Value value = type_evaluate(scope, expr, arena, diags), truth;
    Text why;

    return value_convert(arena, value, type_bool, &truth, &why) && value_is_true(truth);
}

Text type_text_of(const TypeScope *scope, const Expr *expr, Arena *arena, Diags *diags)
{
    Value value = type_evaluate(scope, expr, arena, diags), text;
    Text why;

    if (!value_convert(arena, value, type_string, &text, &why) || value_is_null(text) ||
        value_is_unknown(text))
        return TEXT_NONE;
    return value_text(text);
}

/* --- rows that a step names ------------------------------------------------------------------- */

static void add_row(RowRefs *rows, const Row *row, Arena *arena)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i] == row)
            return;
    list_add(arena, rows, row);
}

RowRefs naming_rows(const TypeScope *scope, const Naming *naming, Arena *arena, Diags *diags)
{
    RowRefs rows = { 0 };

    for (size_t i = 0; i < naming->rows.count; i++)
        add_row(&rows, naming->rows.items[i], arena);
    for (size_t i = 0; i < naming->groups.count; i++) {
        RowRefs members = group_rows(scope, naming->groups.items[i], arena, diags);

        for (size_t k = 0; k < members.count; k++)
            add_row(&rows, members.items[k], arena);
    }
    return rows;
}

RowRefs group_rows(const TypeScope *scope, const Group *group, Arena *arena, Diags *diags)
{
    RowRefs rows = { 0 };
    Value names;

    if (!group->names)
        return naming_rows(scope, &group->members, arena, diags);
    names = type_evaluate(scope, group->names, arena, diags);
    for (size_t i = 0;
         value_is_wholly_known(names) && !value_is_null(names) && i < value_count(names); i++) {
        const Row *row = row_find(scope->type->object, value_text(value_at(names, i)));

        if (row)
            add_row(&rows, row, arena);
    }
    return rows;
}
