/*
 * text_hint.c: what YAML makes of text that nobody quoted.
 *
 * What a plain scalar means is known only where text is wanted: 1.10 is a fine number, and 1.1
 * where a version was meant. The range of a literal leads back to how it was written.
 */
#include "pipectl/lang/body.h"

static bool is_yaml(Range range)
{
    return range.source && (text_ends_with(range.source->name, TEXT_LIT(".yaml")) ||
                            text_ends_with(range.source->name, TEXT_LIT(".yml")));
}

static Text number_hint(Arena *arena, Text written, Value value)
{
    Text shown = number_text(arena, value_to_number(value));

    if (text_equal(written, shown))
        return TEXT_NONE;
    return text_format(arena,
                       " In YAML " TEXT_FMT " is the number " TEXT_FMT
                       ", and that is not how the number is written: quote it, \"" TEXT_FMT "\".",
                       TEXT(written), TEXT(shown), TEXT(written));
}

/* {proxy+} is a mapping of one key without a value. */
static Text mapping_hint(Arena *arena, Text written, Value value)
{
    if (!text_starts_with(written, TEXT_LIT("{")) || !value_is_known(value))
        return TEXT_NONE;
    for (size_t i = 0; i < value_count(value); i++)
        if (!value_is_null(value_at(value, i)))
            return TEXT_NONE;
    return text_format(
        arena, " In YAML braces make a mapping. Where text is meant, quote it: \"" TEXT_FMT "\".",
        TEXT(written));
}

Text body_text_hint(Arena *arena, const Expr *expr, Value value)
{
    Range range = expr_range(expr);
    Text written = range_text(range);

    if (!is_yaml(range))
        return TEXT_NONE;
    if (value_is_null(value) && expr_is_literal(expr))
        return TEXT_LIT(
            " In YAML ~ and a key without a value are null, and \" #\" begins a comment. Where "
            "text is meant, quote it.");
    if (value_has_kind(value, TYPE_NUMBER) && value_is_known(value) && expr_is_literal(expr))
        return number_hint(arena, written, value);
    return value_has_kind(value, TYPE_OBJECT) ? mapping_hint(arena, written, value) : TEXT_NONE;
}

/* --- everywhere in a value ------------------------------------------------------------------ */

static void check_number(const Expr *expr, Arena *arena, Diags *diags)
{
    static const Scope nothing = { 0 };
    Value value;
    Text hint;

    if (!expr_is_literal(expr))
        return;
    value = expr_evaluate(expr, &nothing, arena, diags);
    if (!value_has_kind(value, TYPE_NUMBER))
        return;
    hint = body_text_hint(arena, expr, value);
    if (hint.length)
        diag_error(diags, expr_range(expr), "A number in place of text",
                   "Text is wanted here." TEXT_FMT, TEXT(hint));
}

static const Type *member_type(const Type *type, const Expr *key, Arena *arena, Diags *diags)
{
    static const Scope nothing = { 0 };
    Value name;

    if (type->kind == TYPE_MAP)
        return type->element;
    if (type->kind != TYPE_OBJECT || !expr_is_literal(key))
        return NULL;
    name = expr_evaluate(key, &nothing, arena, diags);
    return value_is_known(name) && !value_is_null(name) && value_has_kind(name, TYPE_STRING)
               ? type_attribute(type, value_text(name))
               : NULL;
}

static const Type *element_type(const Type *type, size_t index)
{
    if (type->kind == TYPE_LIST || type->kind == TYPE_SET)
        return type->element;
    return type->kind == TYPE_TUPLE && index < type->count ? type->types[index] : NULL;
}

void body_check_text(const Expr *expr, const Type *type, Arena *arena, Diags *diags)
{
    const Expr *const *keys, *const *items;
    size_t count;

    if (!type || !is_yaml(expr_range(expr)))
        return;
    if (type == type_string)
        check_number(expr, arena, diags);
    else if (expr_items(expr, &keys, &items, &count))
        for (size_t i = 0; i < count; i++)
            body_check_text(items[i], member_type(type, keys[i], arena, diags), arena, diags);
    else if (expr_elements(expr, &items, &count))
        for (size_t i = 0; i < count; i++)
            body_check_text(items[i], element_type(type, i), arena, diags);
}
