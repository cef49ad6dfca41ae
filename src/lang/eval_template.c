/* Templates: the text of their parts. */
#include "eval.h"

#include <string.h>

/* What is known of a template's text so far. */
typedef struct Rendering {
    TextBuilder text;
    TextBuilder predicted; /* the text with predictions in place of what is unknown */
    bool is_known;
    bool is_predicted;
    bool is_null; /* type files: a null in it */
    bool failed;
    uint8_t marks;
} Rendering;

static void fail_part(Rendering *rendering, const Expr *part, const Evaluation *in, const char *why)
{
    rendering->failed = true;
    diag_error(in->diags, part->range, "Invalid template interpolation value", "%s", why);
}

static void add_unknown(Rendering *rendering, Value value)
{
    const Refinement *refinement = value.as.refinement;

    rendering->is_known = false;
    if (refinement && refinement->predicted.type && refinement->predicted.state == VALUE_KNOWN &&
        type_is_primitive(refinement->predicted.type))
        text_add(&rendering->predicted,
                 value_to_text(rendering->predicted.arena, refinement->predicted));
    else
        rendering->is_predicted = false;
}

static void add_part(Rendering *rendering, const Expr *part, Value value, const Evaluation *in)
{
    Text why;

    rendering->marks |= value.marks;
    if (value.state == VALUE_NULL) {
        rendering->is_null = true;
        if (!in->lenient)
            fail_part(rendering, part, in,
                      "The expression result is null. Cannot include a null value in a string "
                      "template.");
    } else if (value.state == VALUE_UNKNOWN) {
        add_unknown(rendering, value);
    } else if (!value_convert(in->arena, value, type_string, &value, &why)) {
        fail_part(rendering, part, in,
                  text_format(in->arena,
                              "Cannot include the given value in a string template: " TEXT_FMT ".",
                              TEXT(why))
                      .bytes);
    } else {
        /* After an unknown only the prefix is kept. */
        if (rendering->is_known)
            text_add(&rendering->text, value_text(value));
        text_add(&rendering->predicted, value_text(value));
    }
}

static Rendering rendering_make(Arena *arena)
{
    return (Rendering){
        .text = text_builder(arena),
        .predicted = text_builder(arena),
        .is_known = true,
        .is_predicted = true,
    };
}

static Value rendered_unknown(Rendering *rendering, Arena *arena)
{
    Value value =
        unknown_with_prefix(arena, rendering->failed ? TEXT_NONE : text_built(&rendering->text));

    if (rendering->failed || !rendering->is_predicted)
        return value;
    return unknown_predicted(arena, value, value_string(arena, text_built(&rendering->predicted)));
}

static Value rendered(Rendering *rendering, const Evaluation *in)
{
    Value value;

    if (rendering->is_null && in->lenient)
        value = value_null(type_string);
    else if (!rendering->is_known || rendering->failed)
        value = rendered_unknown(rendering, in->arena);
    else
        value = value_string(in->arena, text_built(&rendering->text));
    return value_marked(value, rendering->marks);
}

Value evaluate_template(const Expr *expr, const Evaluation *in)
{
    Rendering rendering = rendering_make(in->arena);

    for (size_t i = 0; i < expr->as.list.count; i++) {
        const Expr *part = expr->as.list.items[i];

        add_part(&rendering, part, evaluate(part, in), in);
    }
    return rendered(&rendering, in);
}

/* The elements of %{ for } one after another. */
Value evaluate_join(const Expr *expr, const Evaluation *in)
{
    Rendering rendering = rendering_make(in->arena);
    Value tuple = evaluate(expr->as.inner, in);

    rendering.marks = take_marks(&tuple);
    if (tuple.state != VALUE_KNOWN) {
        rendering.marks = 0;
        rendering.is_known = rendering.is_predicted = false;
        return rendered(&rendering, in);
    }
    for (size_t i = 0; i < value_count(tuple); i++)
        add_part(&rendering, expr->as.inner->as.for_each.value, value_at(tuple, i), in);
    return rendered(&rendering, in);
}
