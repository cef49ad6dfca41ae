/* Objects, for expressions and splats. */
#include "eval.h"
#include "pipectl/base/table.h"

/* --- objects -------------------------------------------------------------------------------- */

static Value evaluate_key(const Expr *expr, const Evaluation *in)
{
    const Expr *inner;

    if (expr->kind != EXPR_OBJECT_KEY)
        return evaluate(expr, in);
    inner = expr->as.inner;
    if (expr_keyword(inner).length)
        return value_string(in->arena, expr_keyword(inner));
    if (inner->kind != EXPR_TRAVERSAL)
        return evaluate(inner, in);
    diag_error(in->diags, inner->range, "Ambiguous attribute key",
               "Put a reference in parentheses, or a name with dots in it in quotes.");
    return value_unknown(type_string);
}

/* The [i]th key of [object] as a text. False when it is none (reported) or not known. */
static bool object_key(const Expr *object, size_t i, Value key, const Evaluation *in, Text *ret_key)
{
    Range range = object->as.list.keys[i]->range;
    bool template = object->as.list.template_keys;
    Text why;

    if (key.state == VALUE_NULL) {
        diag_error(in->diags, range,
                   template ? "Invalid object key expression" : "Null value as key",
                   "Can't use a null value as a key.");
        return false;
    }
    if (!value_convert(in->arena, key, type_string, &key, &why)) {
        diag_error(in->diags, range,
                   template ? "Invalid object key expression" : "Incorrect key type",
                   "Can't use this value as a key: " TEXT_FMT ".", TEXT(why));
        return false;
    }
    if (key.state != VALUE_KNOWN)
        return false;
    *ret_key = value_text(key);
    return true;
}

Value evaluate_object(const Expr *expr, const Evaluation *in)
{
    ValueBuilder builder = value_builder(in->arena);
    uint8_t marks = 0;
    bool is_known = true;

    for (size_t i = 0; i < expr->as.list.count; i++) {
        Value key = evaluate_key(expr->as.list.keys[i], in);
        Value value = evaluate(expr->as.list.items[i], in);
        Text name;

        marks |= key.inside_marks;
        if (object_key(expr, i, key, in, &name))
            value_builder_put(&builder, name, value);
        else
            is_known = false;
    }
    /* While a key is unknown nothing is known of the object, not even its marks. */
    return is_known ? value_marked(value_built_object(&builder), marks)
                    : value_unknown(type_dynamic);
}

/* --- for ------------------------------------------------------------------------------------ */

/* A for expression as it goes through its collection. */
typedef struct Loop {
    const ForExpr *for_each;
    const Evaluation *outer;
    Evaluation in; /* with the two names bound */
    Scope scope;
    ScopeName names[2];
    Table entries; /* of an object: the keys so far; grouping: each with the ValueBuilder of its
                      values */
    ValueBuilder results;
    bool is_known;
    uint8_t marks;
} Loop;

static void bind(Loop *loop, Value key, Value value)
{
    loop->scope = (Scope){ .parent = loop->outer->scope, .names = loop->names, .name_count = 1 };
    loop->names[0] = (ScopeName){ loop->for_each->value_name, value };
    if (loop->for_each->key_name.length)
        loop->names[loop->scope.name_count++] = (ScopeName){ loop->for_each->key_name, key };
    loop->in = *loop->outer;
    loop->in.scope = &loop->scope;
}

/* Whether the element takes part. What is not a clear yes or no makes the whole unknown. */
static bool is_included(Loop *loop)
{
    const Expr *condition = loop->for_each->condition;
    Value value;
    Text why;

    if (!condition)
        return true;
    value = evaluate(condition, &loop->in);
    if (value.state == VALUE_NULL && loop->in.lenient)
        return false;
    if (value.state == VALUE_NULL) {
        if (loop->is_known)
            diag_error(loop->in.diags, condition->range, "Condition is null",
                       "The value of the 'if' clause must not be null.");
        loop->is_known = false;
    } else if (!value_convert(loop->in.arena, value, type_bool, &value, &why)) {
        if (loop->is_known)
            diag_error(loop->in.diags, condition->range, "Invalid 'for' condition",
                       "The 'if' clause value is invalid: " TEXT_FMT ".", TEXT(why));
        loop->is_known = false;
    } else if (value.state == VALUE_UNKNOWN) {
        loop->marks |= value.marks;
        loop->is_known = false;
    } else {
        loop->marks |= value.marks;
        return value_truth(value);
    }
    return false;
}

static bool loop_key(Loop *loop, Text *ret_key)
{
    const Expr *expr = loop->for_each->key;
    Value key = evaluate(expr, &loop->in);
    Text why;

    if (key.state == VALUE_NULL) {
        if (loop->is_known)
            diag_error(loop->in.diags, expr->range, "Invalid object key",
                       "Key expression in 'for' expression must not produce a null value.");
        return false;
    }
    if (!value_convert(loop->in.arena, key, type_string, &key, &why)) {
        if (loop->is_known)
            diag_error(loop->in.diags, expr->range, "Invalid object key",
                       "The key expression produced an invalid result: " TEXT_FMT ".", TEXT(why));
        return false;
    }
    loop->marks |= key.marks;
    if (key.state != VALUE_KNOWN)
        return false;
    *ret_key = value_text(key);
    return true;
}

static void add_to_group(Loop *loop, Text key, Value value)
{
    ValueBuilder *group = table_find(&loop->entries, key);

    if (!group) {
        group = arena_new(loop->in.arena, ValueBuilder);
        *group = value_builder(loop->in.arena);
        table_put(loop->in.arena, &loop->entries, key, group);
    }
    value_builder_add(group, value);
}

static void add_entry(Loop *loop)
{
    Text key;

    if (!loop_key(loop, &key)) {
        loop->is_known = false;
        return;
    }
    if (loop->for_each->group) {
        add_to_group(loop, key, evaluate(loop->for_each->value, &loop->in));
        return;
    }
    if (table_has(&loop->entries, key)) {
        diag_error(loop->in.diags, loop->for_each->key->range, "Duplicate object key",
                   "Two different items produced the key \"" TEXT_FMT
                   "\" in this 'for' expression. If that is "
                   "meant, put an ellipsis (...) after the value expression, which groups the "
                   "values by key.",
                   TEXT(key));
        loop->is_known = false;
        return;
    }
    table_put(loop->in.arena, &loop->entries, key, loop);
    value_builder_put(&loop->results, key, evaluate(loop->for_each->value, &loop->in));
}

static Value loop_result(Loop *loop)
{
    if (!loop->is_known)
        return value_unknown(type_dynamic);
    if (!loop->for_each->key)
        return value_built_tuple(&loop->results);
    for (size_t i = 0; loop->for_each->group && i < loop->entries.count; i++) {
        ValueBuilder *group = loop->entries.entries[i].value;

        value_builder_put(&loop->results, loop->entries.entries[i].key, value_built_tuple(group));
    }
    return value_built_object(&loop->results);
}

/* Before anything is gone through: a condition that can never be a bool is said once, also when
   nothing is to be gone through. */
static bool check_condition(Loop *loop)
{
    size_t errors = loop->outer->diags->error_count;

    if (!loop->for_each->condition || loop->outer->lenient)
        return true;
    bind(loop, value_unknown(type_dynamic), value_unknown(type_dynamic));
    is_included(loop);
    loop->is_known = true;
    loop->marks = 0;
    return loop->outer->diags->error_count == errors;
}

static bool is_iterable(const Type *type)
{
    return type_is_collection(type) || type->kind == TYPE_TUPLE || type->kind == TYPE_OBJECT;
}

/* False when there is nothing to go through: reported, or simply not known yet. */
static bool check_collection(Value *collection, const Expr *expr, const Evaluation *in)
{
    if (collection->state == VALUE_NULL && in->lenient) {
        *collection = value_tuple(in->arena, NULL, 0);
        return true;
    }
    if (collection->state == VALUE_NULL) {
        diag_error(in->diags, expr->range, "Iteration over null value",
                   "A null value cannot be used as the collection in a 'for' expression.");
        return false;
    }
    if (collection->type == type_dynamic)
        return false;
    if (!is_iterable(collection->type)) {
        diag_error(in->diags, expr->range, "Iteration over non-iterable value",
                   "A value of type " TEXT_FMT
                   " cannot be used as the collection in a 'for' expression.",
                   TEXT(type_friendly(in->arena, collection->type)));
        return false;
    }
    return true;
}

/* What a `for` binds to its first name: an index, a key, or an element of a set itself. */
static Value element_key(Value collection, size_t index)
{
    if (collection.type->kind == TYPE_MAP || collection.type->kind == TYPE_OBJECT)
        return value_string_raw(collection.as.items->keys[index]);
    return collection.type->kind == TYPE_SET ? value_at(collection, index)
                                             : value_integer((int64_t)index);
}

Value evaluate_for(const Expr *expr, const Evaluation *in)
{
    const ForExpr *for_each = &expr->as.for_each;
    Value collection = evaluate(for_each->collection, in);
    uint8_t marks = take_marks(&collection);
    Loop loop = {
        .for_each = for_each, .outer = in, .results = value_builder(in->arena), .is_known = true
    };

    if (!check_collection(&collection, for_each->collection, in) || !check_condition(&loop) ||
        collection.state == VALUE_UNKNOWN)
        return value_marked(value_unknown(type_dynamic), marks);
    for (size_t i = 0; i < value_count(collection); i++) {
        bind(&loop, element_key(collection, i), value_at(collection, i));
        if (!is_included(&loop))
            continue;
        if (for_each->key)
            add_entry(&loop);
        else
            value_builder_add(&loop.results, evaluate(for_each->value, &loop.in));
    }
    return value_marked(loop_result(&loop), marks | loop.marks);
}

/* --- splats --------------------------------------------------------------------------------- */

static Value splat_element(const Expr *expr, Value element, const Evaluation *in)
{
    ScopeName name = { SPLAT_ITEM_NAME, element };
    Scope scope = { .parent = in->scope, .names = &name, .name_count = 1 };
    Evaluation inner = *in;

    inner.scope = &scope;
    return evaluate(expr->as.splat.each, &inner);
}

static bool is_sequence(const Type *type)
{
    return type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_TUPLE;
}

/* The elements' results: a list of a list's or set's, when they have one type, else a tuple. */
static Value splat_result(const Expr *expr, Value source, const Evaluation *in)
{
    ValueBuilder builder = value_builder(in->arena);
    size_t count = value_count(source);
    bool same_type = true;

    for (size_t i = 0; i < count; i++) {
        value_builder_add(&builder, splat_element(expr, value_at(source, i), in));
        same_type &= builder.values.items[i].type == builder.values.items[0].type;
    }
    if (source.type->kind == TYPE_TUPLE || !same_type)
        return value_built_tuple(&builder);
    if (count == 0)
        return value_list(
            in->arena, splat_element(expr, value_unknown(source.type->element), in).type, NULL, 0);
    return value_built_list(&builder, builder.values.items[0].type);
}

static Value unknown_splat(const Expr *expr, Value source, const Evaluation *in)
{
    const Type **types;

    if (source.type->kind != TYPE_TUPLE)
        return value_unknown(
            type_list(splat_element(expr, value_unknown(source.type->element), in).type));
    types = arena_array(in->arena, const Type *, source.type->count);
    for (size_t i = 0; i < source.type->count; i++)
        types[i] = splat_element(expr, value_unknown(source.type->types[i]), in).type;
    return value_unknown(type_tuple(types, source.type->count));
}

/* A value that is no sequence is taken for one with that one element, null for one with none. */
static Value splat_single(const Expr *expr, Value source, const Evaluation *in)
{
    uint8_t marks = source.marks;
    Value result;

    if (source.state == VALUE_NULL)
        return value_marked(value_tuple(in->arena, NULL, 0), marks);
    if (source.type == type_dynamic)
        return value_marked(value_unknown(type_dynamic), marks);
    result = splat_element(expr, source, in);
    /* It may become null, and then there is no element. */
    result = is_definitely_not_null(source) ? value_tuple(in->arena, &result, 1)
                                            : value_unknown(type_dynamic);
    return value_marked(result, marks);
}

Value evaluate_splat(const Expr *expr, const Evaluation *in)
{
    size_t errors = in->diags->error_count;
    Value source = evaluate(expr->as.splat.source, in), result;
    uint8_t marks;

    if (in->diags->error_count > errors)
        return value_unknown(type_dynamic);
    if (!is_sequence(source.type))
        return splat_single(expr, source, in);
    marks = take_marks(&source);
    if (source.state == VALUE_NULL && in->lenient)
        return value_marked(value_tuple(in->arena, NULL, 0), marks);
    if (source.state == VALUE_NULL) {
        diag_error(in->diags, expr->as.splat.source->range, "Attempt to splat null value",
                   "A splat (with the * symbol) needs a sequence, and this one is null.");
        return value_unknown(type_dynamic);
    }
    result = source.state == VALUE_UNKNOWN ? unknown_splat(expr, source, in)
                                           : splat_result(expr, source, in);
    return value_marked(in->diags->error_count > errors ? value_unknown(type_dynamic) : result,
                        marks);
}
