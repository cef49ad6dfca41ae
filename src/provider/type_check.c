/*
 * What reading a type file does not see: whether its expressions name what is in scope, and whether
 * each row comes from somewhere (rule 1).
 */
#include "type_reader.h"

typedef struct Checking {
    const ResourceType *type;
    Arena *arena;
    Diags *diags;
} Checking;

static void report(const Checking *checking, Range range, const char *what, Text name)
{
    diag_error(checking->diags, range, "Mistake in a resource type", "%s \"" TEXT_FMT "\".", what,
               TEXT(name));
}

/* --- expressions ------------------------------------------------------------------------------ */

static bool is_kept(const StepList *steps, Text name)
{
    for (size_t i = 0; i < steps->count; i++)
        if (text_equal(steps->items[i].as, name))
            return true;
    return false;
}

static bool is_in_scope(const ResourceType *type, Text name)
{
    static const char *const names[] = { "self",   "prior",  "configured", "provider", "answer",
                                         "taken",  "each",   "sent",       "wire",     "block",
                                         "groups", "intent", "is_new" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_is(name, names[i]))
            return true;
    return is_kept(&type->read, name) || is_kept(&type->create, name) ||
           is_kept(&type->update, name) || is_kept(&type->put, name) ||
           is_kept(&type->remove, name) || is_kept(&type->find, name);
}

/* Roots that are the whole object where an expression belongs to a step. */
static bool is_object(Text root)
{
    return text_is(root, "self") || text_is(root, "prior") || text_is(root, "configured") ||
           text_is(root, "sent") || text_is(root, "wire");
}

/* [about_row]: self and prior are a row there, not the object. */
static void check_expr(const Checking *checking, const Expr *expr, bool about_row)
{
    TraversalList names = { 0 };

    if (!expr)
        return;
    expr_traversals(expr, checking->arena, &names);
    for (size_t i = 0; i < names.count; i++) {
        const Traversal *name = &names.items[i];

        if (!is_in_scope(checking->type, name->root))
            report(checking, name->range, "This is not in scope:", name->root);
        else if (!about_row && is_object(name->root) && name->count > 0 &&
                 !name->steps[0].is_index && !row_find(checking->type->object, name->steps[0].name))
            report(checking, name->range, "There is no row", name->steps[0].name);
    }
}

static void check_members(const Checking *checking, const MemberList *members)
{
    for (size_t i = 0; i < members->count; i++)
        check_expr(checking, members->items[i].value, false);
}

static void check_rules(const Checking *checking, const RuleList *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        check_expr(checking, rules->items[i].when, false);
        check_expr(checking, rules->items[i].say, false);
    }
}

static void check_outcomes(const Checking *checking, const Outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->when.count; i++)
        check_expr(checking, outcomes->when.items[i], false);
}

static void check_steps(const Checking *checking, const StepList *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        const Step *step = &steps->items[i];

        check_members(checking, &step->with);
        check_expr(checking, step->for_each, false);
        check_expr(checking, step->when, false);
        check_expr(checking, step->ready, false);
        check_expr(checking, step->take, false);
        check_outcomes(checking, &step->absent);
        check_outcomes(checking, &step->empty);
        check_rules(checking, &step->failed);
        for (size_t k = 0; k < step->set.count; k++)
            check_expr(checking, step->set.items[k].value, false);
        if (step->again && step->again->from.length > 0 && !is_kept(steps, step->again->from))
            report(checking, step->range, "No step is kept as", step->again->from);
    }
}

/* --- rows ------------------------------------------------------------------------------------- */

static void check_rows(const Checking *checking, const Row *block)
{
    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        check_expr(checking, row->default_value, true);
        check_expr(checking, row->empty, true);
        check_expr(checking, row->sent, true);
        check_expr(checking, row->read_as, true);
        check_expr(checking, row->same_when, true);
        check_expr(checking, row->is, false);
        if (row->is_block)
            check_rows(checking, row);
    }
}

/* Rule 1. The rows that every type has come from the engine. */
static void check_sources(const Checking *checking)
{
    const Row *object = checking->type->object;

    for (size_t i = 0; i < object->row_count; i++) {
        const Row *row = object->rows[i];
        bool given = row->readable || row->key || row->kept || row->local || row->is ||
                     row->required || row->meaning == MEANING_TAGS || text_is(row->name, "id");

        if (!given && checking->type->mode == MODE_MANAGED)
            report(checking, row->range, "No answer fills the row", row->name);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void check_type(ResourceMode mode, Text name, Arena *arena, Diags *diags)
{
    const ResourceType *type = resource_type_find(mode, name, diags);
    Checking checking = { type, arena, diags };

    if (!type)
        return;
    check_expr(&checking, type->id, false);
    check_expr(&checking, type->lane, false);
    check_members(&checking, &type->tags.with);
    check_rules(&checking, &type->retry);
    for (size_t i = 0; i < type->checks.count; i++)
        check_expr(&checking, type->checks.items[i].that, false);
    check_rows(&checking, type->object);
    check_sources(&checking);
    check_steps(&checking, &type->find);
    check_steps(&checking, &type->read);
    check_steps(&checking, &type->create);
    check_steps(&checking, &type->update);
    check_steps(&checking, &type->put);
    check_steps(&checking, &type->remove);
}

void provider_check_types(Diags *diags)
{
    Arena scratch = { 0 };

    for (ResourceMode mode = MODE_MANAGED; mode <= MODE_DATA; mode++) {
        size_t count;
        const Text *names = resource_type_names(mode, &count);

        for (size_t i = 0; i < count; i++)
            check_type(mode, names[i], &scratch, diags);
    }
    arena_free(&scratch);
}
