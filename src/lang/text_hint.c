/*
 * text_hint.c: what YAML makes of text that nobody quoted.
 *
 * What a plain scalar means is known only where text is wanted: 1.10 is a fine number, and 1.1 where
 * a version was meant. The range of a literal leads back to how it was written.
 */
#include "pipectl/lang/body.h"

static bool is_yaml(Range range)
{
    return range.source &&
           (text_ends_with(range.source->name, TEXT_LIT(".yaml")) || text_ends_with(range.source->name, TEXT_LIT(".yml")));
}

static Text number_hint(Arena *arena, Text written, Value value)
{
    Text shown = number_text(arena, value_to_number(value));

    if (text_equal(written, shown))
        return TEXT_NONE;
    return text_format(arena, " In YAML " TEXT_FMT " is the number " TEXT_FMT ", and that is not how the number is written: quote it, \"" TEXT_FMT "\".",
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
    return text_format(arena, " In YAML braces make a mapping. Where text is meant, quote it: \"" TEXT_FMT "\".", TEXT(written));
}

Text body_text_hint(Arena *arena, const Expr *expr, Value value)
{
    Range range = expr_range(expr);
    Text written = range_text(range);

    if (!is_yaml(range))
        return TEXT_NONE;
    if (value_is_null(value) && expr_is_literal(expr))
        return TEXT_LIT(" In YAML ~ and a key without a value are null, and \" #\" begins a comment. Where text is meant, quote it.");
    if (value_has_kind(value, TYPE_NUMBER) && value_is_known(value) && expr_is_literal(expr))
        return number_hint(arena, written, value);
    return value_has_kind(value, TYPE_OBJECT) ? mapping_hint(arena, written, value) : TEXT_NONE;
}
