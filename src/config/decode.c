#include "decode.h"

#include "pipectl/value/unicode.h"

const char *const label_name[] = { "name" };
const char *const label_type[] = { "type" };
const char *const label_type_name[] = { "type", "name" };

/* --- values without a scope ----------------------------------------------------------------- */

Value static_value(Decoder *decoder, const Expr *expr)
{
    return expr_evaluate(expr, NULL, decoder->arena, decoder->diags);
}

static bool convert_static(Decoder *decoder, const Attribute *attribute, const Type *type,
                           Value *ret_value)
{
    Value value = static_value(decoder, attribute->expr);
    Range range = expr_range(attribute->expr);
    Text hint = body_text_hint(decoder->arena, attribute->expr, value), why;

    if (value_is_null(value)) {
        diag_error(decoder->diags, range, "Unsuitable value type",
                   "Unsuitable value: null value is not allowed%s" TEXT_FMT, hint.length ? "." : "",
                   TEXT(hint));
        return false;
    }
    if (body_expr_failed(attribute->expr))
        return false;
    if (value_is_unknown(value)) {
        diag_error(decoder->diags, range, "Unsuitable value type",
                   "Unsuitable value: value must be known");
        return false;
    }
    if (value_convert(decoder->arena, value, type, ret_value, &why))
        return true;
    diag_error(decoder->diags, range, "Unsuitable value type",
               "Unsuitable value: " TEXT_FMT "%s" TEXT_FMT, TEXT(why), hint.length ? "." : "",
               TEXT(hint));
    return false;
}

bool static_bool(Decoder *decoder, const Attribute *attribute, bool *ret_truth)
{
    Value value;

    if (!attribute || !convert_static(decoder, attribute, type_bool, &value))
        return false;
    *ret_truth = value_truth(value);
    return true;
}

bool static_text(Decoder *decoder, const Attribute *attribute, Text *ret_text)
{
    Value value;

    Text hint;

    if (!attribute || !convert_static(decoder, attribute, type_string, &value))
        return false;
    hint = body_text_hint(decoder->arena, attribute->expr, static_value(decoder, attribute->expr));
    if (hint.length) {
        diag_error(decoder->diags, expr_range(attribute->expr), "Unsuitable value type",
                   "Unsuitable value: string required." TEXT_FMT, TEXT(hint));
        return false;
    }
    *ret_text = value_text(value);
    return true;
}

/* --- names ---------------------------------------------------------------------------------- */

bool is_identifier(Text text)
{
    for (size_t at = 0; at < text.length;) {
        uint32_t c;
        size_t next = unicode_next(text, at, &c);

        if (at == 0 ? !unicode_is_identifier_start(c) && c != '_'
                    : !unicode_is_identifier_part(c) && c != '_')
            return false;
        at = next;
    }
    return text.length > 0;
}

bool check_identifier(Decoder *decoder, Text name, Range range, const char *kind)
{
    Text summary;

    if (is_identifier(name))
        return true;
    summary = text_format(decoder->arena, "Invalid %s name", kind);
    diag_error(
        decoder->diags, range, text_cstring(decoder->arena, summary),
        "A name must start with a letter or underscore and may contain only letters, digits, "
        "underscores, and dashes.");
    return false;
}

void refuse_unsupported(Decoder *decoder, Range range, Text name)
{
    diag_error(
        decoder->diags, range, "Not supported yet",
        "\"" TEXT_FMT
        "\" is part of Terraform's language, and this version of pipectl does not know it yet.",
        TEXT(name));
}

/* --- references ----------------------------------------------------------------------------- */

static bool is_native(Range range)
{
    return !text_ends_with(range.source->name, TEXT_LIT(".json")) &&
           !text_ends_with(range.source->name, TEXT_LIT(".yaml")) &&
           !text_ends_with(range.source->name, TEXT_LIT(".yml"));
}

bool decode_traversal(Decoder *decoder, const Expr *expr, Traversal *ret_traversal)
{
    Range range = expr_range(expr);

    if (body_expr_failed(expr))
        return false;
    if (!expr_as_traversal(expr, decoder->arena, ret_traversal)) {
        diag_error(
            decoder->diags, range, "Invalid expression",
            "A single static variable reference is required: only attribute access and indexing "
            "with constant keys. No calculations, function calls, template expressions, etc are "
            "allowed here.");
        return false;
    }
    if (is_native(range) && text_starts_with(range_text(range), TEXT_LIT("\"")))
        diag_warning(
            decoder->diags, range, "Quoted references are deprecated",
            "References are written without quotes here; with quotes, as Terraform 0.11 wanted "
            "them, they are deprecated.");
    return true;
}

bool decode_address(Decoder *decoder, const Attribute *attribute, Address *ret_address,
                    bool *ret_is_module)
{
    Traversal traversal;
    Text text;

    if (!attribute || !decode_traversal(decoder, attribute->expr, &traversal))
        return false;
    text = traversal_text(decoder->arena, &traversal);
    return address_parse(decoder->arena, text, expr_range(attribute->expr), ret_address,
                         ret_is_module, decoder->diags);
}

bool static_list(Decoder *decoder, const Expr *expr, const Expr *const **ret_elements,
                 size_t *ret_count)
{
    if (expr_elements(expr, ret_elements, ret_count))
        return true;
    if (!body_expr_failed(expr))
        diag_error(decoder->diags, expr_range(expr), "Invalid expression",
                   "A static list expression is required.");
    return false;
}

void decode_depends_on(Decoder *decoder, const Attribute *attribute, TraversalList *traversals)
{
    const Expr *const *elements;
    size_t count;

    if (!attribute || !static_list(decoder, attribute->expr, &elements, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        Traversal traversal;

        if (decode_traversal(decoder, elements[i], &traversal))
            list_add(decoder->arena, traversals, traversal);
    }
}

bool decode_provider_name(Decoder *decoder, const Expr *expr, const char *argument,
                          ProviderName *ret_name)
{
    Traversal traversal;
    bool named = expr_as_traversal(expr, decoder->arena, &traversal) && traversal.count <= 1;

    if (named && traversal.count == 1)
        named = !traversal.steps[0].is_index;
    if (body_expr_failed(expr))
        return false;
    if (!named) {
        diag_error(
            decoder->diags, expr_range(expr), "Invalid provider configuration reference",
            "The %s argument requires a provider type name, optionally followed by a period and "
            "then a configuration alias.",
            argument);
        return false;
    }
    decode_traversal(decoder, expr, &traversal); /* warns of quotes */
    *ret_name = (ProviderName){ .local = traversal.root, .range = expr_range(expr) };
    if (traversal.count)
        ret_name->alias = traversal.steps[0].name;
    return true;
}

/* --- repetition and conditions -------------------------------------------------------------- */

void decode_repetition(Decoder *decoder, const BodyContent *content, const Expr **ret_count,
                       const Expr **ret_for_each)
{
    const Attribute *count = content_attribute(content, "count");
    const Attribute *for_each = content_attribute(content, "for_each");

    *ret_count = count ? count->expr : NULL;
    *ret_for_each = for_each ? for_each->expr : NULL;
    if (count && for_each)
        diag_error(
            decoder->diags, for_each->name_range,
            "Invalid combination of \"count\" and \"for_each\"",
            "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should "
            "be used to be explicit about the number of resources to be created.");
}

static bool check_refers(Decoder *decoder, const Expr *condition, const char *kind)
{
    TraversalList traversals = { 0 };
    Text summary = text_format(decoder->arena, "Invalid %s expression", kind);

    expr_traversals(condition, decoder->arena, &traversals);
    if (!traversals.count)
        diag_error(
            decoder->diags, expr_range(condition), text_cstring(decoder->arena, summary),
            "The condition expression must refer to at least one object from elsewhere in the "
            "configuration, or else its result would not be checking anything.");
    return traversals.count > 0;
}

void decode_condition(Decoder *decoder, const Block *block, const char *kind,
                      ConditionList *conditions)
{
    static const AttributeRule rules[] = { RULE_REQUIRED("condition"),
                                           RULE_REQUIRED("error_message") };
    static const BodySchema schema = { rules, COUNT_OF(rules), NULL, 0 };
    BodyContent content = body_content(block->body, &schema, decoder->arena, decoder->diags);
    const Attribute *condition = content_attribute(&content, "condition");
    const Attribute *message = content_attribute(&content, "error_message");

    bool refers = condition && check_refers(decoder, condition->expr, kind);

    if (condition && message && (refers || !text_is(text_of(kind), "assert")))
        list_add(decoder->arena, conditions,
                 (Condition){ condition->expr, message->expr, block->range });
}
