/*
 * What would become of an object: the configuration's values, defaults where it is silent, prior
 * values where AWS decides, and unknowns where only AWS can tell.
 *
 * A value that says the same as the prior one is the prior one, in its spelling: that is what keeps
 * a plan empty.
 */
#include "type_plan.h"

#include "equal.h"

typedef struct Planning {
    const ResourceType *type;
    TypeScope scope;   /* self: the configuration */
    Value prior;       /* null: a new object */
    PathList *replace; /* NULL: nothing to replace */
    bool in_set;       /* Terraform spells silence "", 0 and false there */
    Arena *arena;
    Diags *diags;
} Planning;

static void add_replace(const Planning *planning, Path path)
{
    if (planning->replace)
        list_add(planning->arena, planning->replace, path_copy(planning->arena, path));
}

/* --- attributes ------------------------------------------------------------------------------- */

static Value normal_form(const Row *row, Value value, Arena *arena)
{
    if (!row_is_document(row) || !value_exists(value) || !value_has_kind(value, TYPE_STRING))
        return value;
    return value_marked(value_string(arena, row_normal(row, value_text(value), arena)),
                        value.marks);
}

static Value default_of(const Planning *planning, const Row *row)
{
    Value value =
              type_evaluate(&planning->scope, row->default_value, planning->arena, planning->diags),
          converted;
    Text why;

    if (!value_convert(planning->arena, value, row->type, &converted, &why))
        return value_unknown(row->type);
    return converted;
}

/* Whether a row that this one is new with changes. [planned] has the rows planned so far. */
static bool has_new(const Planning *planning, const Row *row, Value planned)
{
    TypeScope scope = planning->scope;
    RowRefs names;

    scope.self = scope.object = planned;
    names = naming_rows(&scope, &row->new_with, planning->arena, planning->diags);
    for (size_t i = 0; i < names.count; i++) {
        Value after = row_of(planned, names.items[i]),
              before = row_of(planning->prior, names.items[i]);

        if (!row_same(&planning->scope, names.items[i], after, before, planning->arena))
            return true;
    }
    return false;
}

/* A computed row that nobody has said yet. Inside a block that comes to an object that is there
   already, Terraform expects nothing of it. */
static Value left_to_aws(const Planning *planning, const Row *row)
{
    if (value_exists(planning->prior) && row->holder != planning->type->object && !planning->in_set)
        return value_null(row->type);
    return value_unknown(row->type);
}

/* A collection that is taken away leaves no elements behind. */
static bool leaves_nothing(const Planning *planning, const Row *row, Value prior)
{
    return planning->in_set || (type_is_collection(row->type) && !value_is_nothing(prior));
}

static Value plan_attribute(const Planning *planning, const Row *row, Value prior, bool has_prior,
                            Value configured)
{
    Value value = normal_form(row, configured, planning->arena);

    if (value_is_unknown(configured))
        return configured;
    /* Terraform's provider says nothing of a collection before it knows all of it. */
    if (type_is_collection(row->type) && !value_is_wholly_known(configured))
        return value_unknown(row->type);
    if (value_is_null(configured) && row->computed)
        return has_prior ? prior : left_to_aws(planning, row);
    if (value_is_null(configured) && row->default_value)
        value = default_of(planning, row);
    if (has_prior && row_same(&planning->scope, row, value, prior, planning->arena))
        return value_with_marks_of(prior, configured);
    return value_is_null(value) && leaves_nothing(planning, row, prior)
               ? value_nothing(row->type, planning->arena)
               : value;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static Value plan_rows(const Planning *planning, const Row *block, Value prior, Value configured,
                       Path path);

static Value plan_row(const Planning *planning, const Row *row, Value prior_object,
                      Value configured, Path path);

static Value plan_list(const Planning *planning, const Row *row, Value prior, Value configured,
                       Path path)
{
    ValueBuilder builder = value_builder(planning->arena);
    size_t count = value_exists(prior) ? value_count(prior) : 0;

    for (size_t i = 0; i < value_count(configured); i++) {
        Value before = i < count ? value_at(prior, i) : value_null(row->type->element);
        Path inner = path_index(planning->arena, path, value_integer((int64_t)i));

        value_builder_add(&builder,
                          plan_rows(planning, row, before, value_at(configured, i), inner));
    }
    return value_built_list(&builder, row->type->element);
}

/* Whether an element could have come of what is configured: what the user left to AWS does not
   count. */
static bool element_fits(const Planning *planning, const Row *row, Value prior, Value configured)
{
    Planning inner = *planning;
    Value planned;

    inner.replace = NULL;
    planned = plan_rows(&inner, row, prior, configured, (Path){ NULL, 0 });
    return value_same(planned, prior);
}

static Value plan_set(const Planning *planning, const Row *row, Value prior, Value configured)
{
    ValueBuilder builder = value_builder(planning->arena);
    Planning inner = *planning;
    size_t count = value_exists(prior) ? value_count(prior) : 0;

    inner.replace = NULL;
    inner.in_set = true;
    for (size_t i = 0; i < value_count(configured); i++) {
        Value before = value_null(row->type->element);

        for (size_t k = 0; k < count && value_is_null(before); k++)
            if (element_fits(&inner, row, value_at(prior, k), value_at(configured, i)))
                before = value_at(prior, k);
        value_builder_add(
            &builder, plan_rows(&inner, row, before, value_at(configured, i), (Path){ NULL, 0 }));
    }
    return value_built_set(&builder, row->type->element);
}

static bool is_silent(const Row *row, Value configured)
{
    return value_is_null(configured) || (!row_is_one(row) && value_count(configured) == 0);
}

static Value plan_block(const Planning *planning, const Row *row, Value prior, bool has_prior,
                        Value configured, Path path)
{
    Value value;

    if (value_is_unknown(configured))
        return configured;
    if (is_silent(row, configured) && row->computed)
        return has_prior ? prior : value_unknown(row->type);
    if (is_silent(row, configured))
        value = configured;
    else if (row->is_single)
        value = plan_rows(planning, row, prior, configured, path);
    else if (row_is_one(row))
        value = plan_rows(planning, row, prior, configured,
                          path_index(planning->arena, path, value_integer(0)));
    else if (row->is_set)
        value = plan_set(planning, row, prior, configured);
    else
        value = plan_list(planning, row, prior, configured, path);
    if (has_prior && row_same(&planning->scope, row, value, prior, planning->arena))
        return prior;
    return value;
}

/* A block replaces by its number alone; what is in it says so for itself. */
static bool replaces(const Row *row, Value planned, Value prior)
{
    if (!row->replaces)
        return false;
    if (!row->is_block || value_is_unknown(planned))
        return !value_same(planned, prior);
    if (row_is_one(row))
        return value_is_null(planned) != value_is_null(prior);
    return value_count(planned) != (value_exists(prior) ? value_count(prior) : 0);
}

/* With a block that comes or goes, what is in it comes or goes. */
static void add_inner_replacements(const Planning *planning, const Row *row, Value planned,
                                   Value prior, Path path)
{
    Path inside = path_index(planning->arena, path, value_integer(0));
    Value object = value_exists(planned) ? planned : prior;

    if (!row_is_one(row) || row->is_single || value_exists(planned) == value_exists(prior) ||
        value_is_unknown(planned))
        return;
    for (size_t i = 0; i < row->row_count; i++)
        if (row->rows[i]->replaces && !value_is_nothing(row_of(object, row->rows[i])))
            add_replace(planning, path_child(planning->arena, inside, row->rows[i]->name));
}

static Value plan_row(const Planning *planning, const Row *row, Value prior_object,
                      Value configured, Path path)
{
    bool has_prior = value_exists(prior_object);
    Value prior = row_of(prior_object, row);
    Path inner = path_child(planning->arena, path, row->name);
    Value planned = row->is_block ? plan_block(planning, row, prior, has_prior, configured, inner)
                                  : plan_attribute(planning, row, prior, has_prior, configured);

    if (has_prior && replaces(row, planned, prior))
        add_replace(planning, inner);
    if (has_prior)
        add_inner_replacements(planning, row, planned, prior, inner);
    return planned;
}

static Value plan_rows(const Planning *planning, const Row *block, Value prior, Value configured,
                       Path path)
{
    ValueBuilder builder = value_builder(planning->arena);

    for (size_t i = 0; i < block->row_count; i++) {
        const Row *row = block->rows[i];

        value_builder_put(&builder, row->name,
                          plan_row(planning, row, prior, row_of(configured, row), path));
    }
    return value_built_object(&builder);
}

/* --- the whole object ------------------------------------------------------------------------- */

/* [object] with each of its rows changed. */
typedef Value RowChange(const Planning *planning, const Row *row, Value value, Value object);

static Value change_rows(const Planning *planning, Value object, RowChange *change)
{
    const Row *block = planning->type->object;

    for (size_t i = 0; i < block->row_count; i++) {
        Value value = row_of(object, block->rows[i]);
        Value changed = change(planning, block->rows[i], value, object);

        if (!value_same(value, changed) || changed.as.refinement != value.as.refinement)
            object = path_set(planning->arena, object,
                              path_child(planning->arena, (Path){ NULL, 0 }, block->rows[i]->name),
                              changed);
    }
    return object;
}

/* A computed row that the user is silent about is new where something it is `new_with` is. */
static Value renew(const Planning *planning, const Row *row, Value value, Value object)
{
    bool named = row->new_with.rows.count > 0 || row->new_with.groups.count > 0;

    if (!named || !row->computed || !value_exists(planning->prior) ||
        !is_silent(row, row_of(planning->scope.configuration, row)))
        return value;
    return has_new(planning, row, object) ? value_unknown(row->type) : value;
}

/* Unknown values as what they are predicted to be, so that predictions can stand on one another. */
static Value with_predictions(const Planning *planning, Value object)
{
    ValueBuilder builder = value_builder(planning->arena);

    for (size_t i = 0; i < planning->type->object->row_count; i++) {
        const Row *row = planning->type->object->rows[i];
        Value value = row_of(object, row);

        if (value_is_unknown(value) && value.as.refinement && value.as.refinement->predicted.type)
            value = value.as.refinement->predicted;
        value_builder_put(&builder, row->name, value);
    }
    return value_built_object(&builder);
}

/* A known value of the row's type, or null. */
static Value predicted_value(const Planning *planning, const TypeScope *scope, const Row *row,
                             const Expr *expr)
{
    Diags ignored = diags_make(planning->arena);
    Value value = type_evaluate(scope, expr, planning->arena, &ignored), converted;
    Text why;

    if (!value_convert(planning->arena, value, row->type, &converted, &why) ||
        !value_is_wholly_known(converted) || ignored.error_count > 0)
        return value_null(row->type);
    return converted;
}

/* What `is` gives; a name that is made up anew each time is no prediction. */
static Value predict(const Planning *planning, const Row *row, Value value, Value object)
{
    const Expr *expr = text_is(row->name, "id") ? planning->type->id : row->is;
    TypeScope scope = planning->scope;
    Value predicted;

    if (!value_is_unknown(value) || !expr)
        return value;
    scope.self = scope.object = with_predictions(planning, object);
    scope.answer = value_unknown(type_dynamic);
    predicted = predicted_value(planning, &scope, row, expr);
    if (value_is_null(predicted) ||
        !value_same(predicted, predicted_value(planning, &scope, row, expr)))
        return value;
    return value_unknown_predicted(planning->arena, predicted);
}

/* --- tags ------------------------------------------------------------------------------------- */

Value tags_merged(const TagDefaults *defaults, Value tags, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; value_exists(defaults->tags) && i < value_count(defaults->tags); i++)
        value_builder_put(&builder, value_key_at(defaults->tags, i), value_at(defaults->tags, i));
    for (size_t i = 0; value_exists(tags) && i < value_count(tags); i++)
        value_builder_put(&builder, value_key_at(tags, i), value_at(tags, i));
    return value_built_map(&builder, type_string);
}

static bool has_text(Value texts, Text text, bool as_prefix)
{
    for (size_t i = 0; texts.type && value_exists(texts) && i < value_count(texts); i++) {
        Text item = value_text(value_at(texts, i));

        if (as_prefix ? text_starts_with(text, item) : text_equal(text, item))
            return true;
    }
    return false;
}

Value tags_not_ignored(const TagDefaults *defaults, Value tags, Arena *arena)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(tags); i++) {
        Text key = value_key_at(tags, i);

        if (!has_text(defaults->ignored_keys, key, false) &&
            !has_text(defaults->ignored_prefixes, key, true))
            value_builder_put(&builder, key, value_at(tags, i));
    }
    return value_built_map(&builder, type_string);
}

static bool has_blank(Value tags)
{
    for (size_t i = 0; value_exists(tags) && i < value_count(tags); i++)
        if (value_is_nothing(value_at(tags, i)))
            return true;
    return false;
}

/* All tags: the provider's defaults and the object's own. AWS is asked where a tag is blank, and of
   a new object without any. */
static Value plan_tags_all(const Planning *planning, Value tags, const TagDefaults *defaults)
{
    const Row *row = row_find(planning->type->object, TEXT_LIT("tags"));
    Value before = row_of(planning->prior, row_find(planning->type->object, TEXT_LIT("tags_all"))),
          all;
    bool is_new = !value_exists(planning->prior);
    bool same = !is_new && row_same(&planning->scope, row, tags, row_of(planning->prior, row),
                                    planning->arena);

    if (!value_is_wholly_known(tags) || !value_is_wholly_known(defaults->tags))
        return value_unknown(type_map(type_string));
    all = tags_not_ignored(defaults, tags_merged(defaults, tags, planning->arena), planning->arena);
    if (same && value_same(all, before))
        return before;
    if (has_blank(all) || (is_new && value_count(all) == 0))
        return value_unknown(type_map(type_string));
    return all;
}

static Value plan_object(Planning *planning, Value configured, const TagDefaults *defaults)
{
    Value planned =
        plan_rows(planning, planning->type->object, planning->prior, configured, (Path){ NULL, 0 });
    Path tags_all = path_child(planning->arena, (Path){ NULL, 0 }, TEXT_LIT("tags_all"));
    Value tags;

    if (planning->type->has_tags && value_member(planned, TEXT_LIT("tags"), &tags))
        planned =
            path_set(planning->arena, planned, tags_all, plan_tags_all(planning, tags, defaults));
    planned = change_rows(planning, planned, renew);
    return change_rows(planning, planned, predict);
}

/* --- another region --------------------------------------------------------------------------- */

/* Where the object lives, said by one of its attributes. */
static Path home_path(const ResourceType *type, Arena *arena)
{
    static const char *const names[] = { "region", "arn", "id" };

    for (size_t i = 0; i < 2; i++)
        if (row_find(type->object, text_of(names[i])))
            return path_child(arena, (Path){ NULL, 0 }, text_of(names[i]));
    return path_child(arena, (Path){ NULL, 0 }, text_of(names[2]));
}

static bool moves(const PlanRequest *request, Text region)
{
    return value_exists(request->prior) && request->region.length > 0 && region.length > 0 &&
           !text_is(request->region, "global") && !text_equal(request->region, region);
}

/* Checks look at what the user said and AWS decided; what a state spells "" or 0 where nobody said
   anything is silence. */
static void check_planned(const Planning *planning, Value planned, const PlanRequest *request)
{
    TypeScope scope = planning->scope;
    ValueBuilder builder = value_builder(planning->arena);
    Value written = row_inner(planning->type->object, request->written, planning->arena);

    for (size_t i = 0; i < planning->type->object->row_count; i++) {
        const Row *row = planning->type->object->rows[i];

        value_builder_put(&builder, row->name, row_of(row->computed ? planned : written, row));
    }
    scope.self = scope.object = value_built_object(&builder);
    scope.configuration = written;
    type_validate(&scope, request->written, request->body, planning->arena, planning->diags);
}

/* How long an operation may take is no property of the object: alone it is no change. */
static bool says_more(const Planning *planning, Value planned)
{
    const Row *object = planning->type->object;

    if (!value_exists(planning->prior))
        return true;
    for (size_t i = 0; i < object->row_count; i++)
        if (!object->rows[i]->is_single &&
            !value_same(row_of(planned, object->rows[i]), row_of(planning->prior, object->rows[i])))
            return true;
    return false;
}

PlanAnswer type_plan(const ResourceType *type, const PlanRequest *request, Value provider,
                     Text region, const TagDefaults *defaults, Arena *arena, Diags *diags)
{
    Value configured = row_inner(type->object, request->configuration, arena);
    PlanAnswer answer = { 0 };
    Planning planning = { .type = type,
                          .prior = row_inner(type->object, request->prior, arena),
                          .replace = &answer.replace,
                          .arena = arena,
                          .diags = diags };
    Value planned;

    planning.scope = type_scope(type, configured, planning.prior, provider);
    planning.scope.configuration = configured;
    planning.scope.is_new = !value_exists(planning.prior);
    planned = plan_object(&planning, configured, defaults);
    check_planned(&planning, planned, request);
    if (moves(request, region)) {
        list_add(arena, &answer.replace, home_path(type, arena));
        answer.note = text_format(arena, "the region changes from " TEXT_FMT " to " TEXT_FMT,
                                  TEXT(request->region), TEXT(region));
    }
    if (answer.replace.count > 0) {
        planning.prior = planning.scope.prior = value_null(type->object->type);
        planning.replace = NULL;
        planned = plan_object(&planning, configured, defaults);
    }
    answer.planned = row_border(type->object, planned, arena);
    if (!says_more(&planning, planned))
        answer.planned = request->prior;
    return answer;
}
