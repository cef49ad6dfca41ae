/*
 * What the names in an expression that went wrong stand for: "var.n is 3". Nothing is said of what
 * is sensitive, ephemeral or not known yet.
 */
#include "eval.h"

#include "pipectl/lang/address.h"

#include <stdlib.h>

typedef LIST(DiagValue) DiagValueList;

/* --- values in a few words -------------------------------------------------------------------- */

static Text quoted(Arena *arena, Text text)
{
    Text key = key_text(arena, key_of_text(text));

    return text_slice(key, 1, key.length - 1); /* without the brackets around an index */
}

static Text object_words(Arena *arena, Value value)
{
    switch (value_count(value)) {
    case 0:
        return TEXT_LIT("object with no attributes");
    case 1:
        return text_format(arena, "object with 1 attribute " TEXT_FMT,
                           TEXT(quoted(arena, value_key_at(value, 0))));
    default:
        return text_format(arena, "object with %zu attributes", value_count(value));
    }
}

static Text collection_words(Arena *arena, Value value)
{
    Text type = type_friendly(arena, value.type);

    switch (value_count(value)) {
    case 0:
        return text_format(arena, "empty " TEXT_FMT, TEXT(type));
    case 1:
        return text_format(arena, TEXT_FMT " with 1 element", TEXT(type));
    default:
        return text_format(arena, TEXT_FMT " with %zu elements", TEXT(type), value_count(value));
    }
}

static Text value_words(Arena *arena, Value value)
{
    Value text;
    Text why;

    if (value_is_null(value))
        return TEXT_LIT("null");
    if (value.type->kind == TYPE_OBJECT)
        return object_words(arena, value);
    if (value.type->kind >= TYPE_LIST)
        return collection_words(arena, value);
    if (value.type == type_string)
        return quoted(arena, value_text(value));
    return value_convert(arena, value, type_string, &text, &why) ? value_text(text) : TEXT_NONE;
}

/* --- names ------------------------------------------------------------------------------------ */

/* As much of the traversal as there is. False when that is nothing. */
static bool shorten_to_valid(Traversal *traversal, const Evaluation *in, Value *ret_value)
{
    for (;; traversal->count--) {
        Diags unheard = diags_make(in->arena);
        Evaluation quiet = *in;

        quiet.diags = &unheard;
        *ret_value = evaluate_traversal(traversal, &quiet);
        if (!diags_have_errors(&unheard))
            return true;
        if (traversal->count == 0)
            return false;
    }
}

static bool is_listed(const DiagValueList *list, Text traversal)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].traversal, traversal))
            return true;
    return false;
}

static void add_value(DiagValueList *list, Traversal traversal, const Evaluation *in)
{
    Value value;
    Text text;

    if (!shorten_to_valid(&traversal, in, &value) || traversal.count == 0 ||
        value_is_unknown(value) || value.marks != 0)
        return;
    text = traversal_text(in->arena, &traversal);
    if (!is_listed(list, text))
        list_add(in->arena, list,
                 (DiagValue){ text, text_format(in->arena, "is " TEXT_FMT,
                                                TEXT(value_words(in->arena, value))) });
}

static int compare_values(const void *a, const void *b)
{
    return text_compare(((const DiagValue *)a)->traversal, ((const DiagValue *)b)->traversal);
}

/* An index that is wrong stands behind what it is an index of. */
static bool touches(Range range, Range subject)
{
    return range.source == subject.source && range.start <= subject.end &&
           subject.start <= range.end;
}

/* Of the names that [subject] touches; without a source: of all. */
static DiagValueList values_at(const TraversalList *names, Range subject, const Evaluation *in)
{
    DiagValueList list = { 0 };

    for (size_t i = 0; i < names->count; i++)
        if (!subject.source || touches(names->items[i].range, subject))
            add_value(&list, names->items[i], in);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, compare_values);
    return list;
}

/* --- from outside ----------------------------------------------------------------------------- */

void expr_explain(const Expr *expr, const Scope *scope, Arena *arena, Diag *diag)
{
    Diags unheard = diags_make(arena);
    Evaluation in = { .scope = scope, .arena = arena, .diags = &unheard };
    TraversalList names = { 0 };
    DiagValueList values;

    expr_traversals(expr, arena, &names);
    values = values_at(&names, RANGE_NONE, &in);
    diag->values = values.items;
    diag->value_count = values.count;
}

void evaluate_explain(const Expr *expr, const Evaluation *in, size_t first)
{
    TraversalList names = { 0 };

    if (first < in->diags->list.count)
        expr_traversals(expr, in->arena, &names);
    for (size_t i = first; i < in->diags->list.count; i++) {
        Diag *diag = &in->diags->list.items[i];
        DiagValueList values;

        if (diag->values || !touches(expr_range(expr), diag->subject))
            continue;
        values = values_at(&names, diag->subject, in);
        diag_set_values(in->diags, i, values.items, values.count);
    }
}
