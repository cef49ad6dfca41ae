/*
 * variable.c: variable blocks: the type, its default, its rules.
 */
#include "decode.h"

static const AttributeRule variable_rules[] = {
    { .name = TEXT_INIT("type"), .literal = true, .invalid = "Invalid type specification" },
    RULE_TEXT("default"),
    RULE_TEXT("description"),
    RULE("sensitive"),
    RULE("ephemeral"),
    RULE("nullable"),
};
static const BlockRule variable_blocks[] = { { .type = TEXT_INIT("validation") } };
static const BodySchema variable_schema = { variable_rules, COUNT_OF(variable_rules),
                                            variable_blocks, COUNT_OF(variable_blocks) };

/* --- type ----------------------------------------------------------------------------------- */

/* `type = "string"`: how Terraform 0.11 wrote it. Only native syntax has quotes here. */
static bool is_quoted_type(Decoder *decoder, const Expr *expr)
{
    Range range = expr_range(expr);
    Text written = range_text(range), word;

    if (!text_starts_with(written, TEXT_LIT("\"")))
        return false;
    word = text_slice(written, 1, written.length - 1);
    if (text_is(word, "string") || text_is(word, "list") || text_is(word, "map"))
        diag_error(
            decoder->diags, range, "Invalid quoted type constraints",
            "Type constraints are written without quotes since Terraform 0.12. Remove the quotes "
            "around \"" TEXT_FMT
            "\"" TEXT_FMT ".",
            TEXT(word),
            TEXT(text_is(word, "string")
                     ? TEXT_NONE
                     : text_format(decoder->arena, " and write " TEXT_FMT "(string)", TEXT(word))));
    else
        diag_error(
            decoder->diags, range, "Invalid legacy variable type hint",
            "To provide a full type expression, remove the surrounding quotes and give the type "
            "expression directly.");
    return true;
}

static void decode_type(Decoder *decoder, Variable *variable, const Attribute *attribute)
{
    Text keyword = expr_keyword(attribute->expr);

    variable->has_type = true;
    if (body_expr_failed(attribute->expr) || is_quoted_type(decoder, attribute->expr))
        return;
    if (text_is(keyword, "list") || text_is(keyword, "map")) {
        variable->type = text_is(keyword, "list") ? type_list(type_dynamic)
                                                  : type_map(type_dynamic);
        return;
    }
    if (!expr_type_constraint(attribute->expr, decoder->arena, &variable->type, &variable->defaults,
                              decoder->diags))
        variable->type = type_dynamic;
}

/* --- default -------------------------------------------------------------------------------- */

static void decode_default(Decoder *decoder, Variable *variable, const Attribute *attribute)
{
    Value value = static_value(decoder, attribute->expr);
    Range range = expr_range(attribute->expr);
    Text hint = variable->type == type_string
                    ? body_text_hint(decoder->arena, attribute->expr, value)
                    : TEXT_NONE;
    Text why;

    variable->has_default = true;
    variable->default_value = value_null(variable->type);
    if (value_is_unknown(value))
        return;
    if (value_is_null(value) && !variable->nullable) {
        diag_error(decoder->diags, range, "Invalid default value for variable",
                   "A null default value is not valid when nullable=false.");
        return;
    }
    if (variable->defaults && !value_is_null(value))
        value = type_apply_defaults(decoder->arena, variable->defaults, value);
    if (!value_convert(decoder->arena, value, variable->type, &variable->default_value, &why))
        diag_error(
            decoder->diags, range, "Invalid default value for variable",
            "This default value is not compatible with the variable's type constraint: " TEXT_FMT
            "." TEXT_FMT,
            TEXT(why), TEXT(hint));
    else
        body_check_text(attribute->expr, variable->type, decoder->arena, decoder->diags);
}

/* --- validation ----------------------------------------------------------------------------- */

static bool refers_to(Decoder *decoder, const Expr *expr, Text name)
{
    TraversalList traversals = { 0 };

    expr_traversals(expr, decoder->arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++) {
        const Traversal *traversal = &traversals.items[i];

        if (text_is(traversal->root, "var") && traversal->count && !traversal->steps[0].is_index &&
            text_equal(traversal->steps[0].name, name))
            return true;
    }
    return false;
}

static void decode_validation(Decoder *decoder, Variable *variable, const Block *block)
{
    size_t before = variable->validations.count;
    const Expr *condition;

    decode_condition(decoder, block, "validation", &variable->validations);
    if (variable->validations.count == before)
        return;
    condition = variable->validations.items[before].condition;
    if (!refers_to(decoder, condition, variable->name))
        diag_error(decoder->diags, expr_range(condition), "Invalid variable validation condition",
                   "The condition for variable \"" TEXT_FMT "\" must refer to var." TEXT_FMT
                   " in order to test incoming values.",
                   TEXT(variable->name), TEXT(variable->name));
}

/* --- the block ------------------------------------------------------------------------------ */

static bool is_reserved(Text name)
{
    static const char *const reserved[] = { "source",   "version",   "providers",  "count",
                                            "for_each", "lifecycle", "depends_on", "locals" };

    for (size_t i = 0; i < COUNT_OF(reserved); i++)
        if (text_is(name, reserved[i]))
            return true;
    return false;
}

static void check_name(Decoder *decoder, const Block *block)
{
    if (check_identifier(decoder, block->labels[0], block->label_ranges[0], "variable") &&
        is_reserved(block->labels[0]))
        diag_error(decoder->diags, block->label_ranges[0], "Invalid variable name",
                   "The variable name \"" TEXT_FMT
                   "\" is reserved due to its special meaning inside module blocks.",
                   TEXT(block->labels[0]));
}

static void add_variable(Decoder *decoder, const Variable *variable)
{
    const Variable *before = table_find(&decoder->module->variable_table, variable->name);

    if (before) {
        diag_error(decoder->diags, variable->range, "Duplicate variable declaration",
                   "A variable named \"" TEXT_FMT "\" was already declared at " TEXT_FMT
                   ". Variable names must be unique within a module.",
                   TEXT(variable->name), TEXT(range_place(decoder->arena, before->range)));
        return;
    }
    table_put(decoder->arena, &decoder->module->variable_table, variable->name,
              (void *)(uintptr_t)variable);
    list_add(decoder->arena, &decoder->module->variables, variable);
}

void decode_variable(Decoder *decoder, const Block *block)
{
    BodyContent content = body_content(block->body, &variable_schema, decoder->arena,
                                       decoder->diags);
    const Attribute *type = content_attribute(&content, "type");
    const Attribute *given = content_attribute(&content, "default");
    Variable *variable = arena_new(decoder->arena, Variable);

    *variable = (Variable){
        .name = block->labels[0], .type = type_dynamic, .nullable = true, .range = block->range
    };
    check_name(decoder, block);
    static_text(decoder, content_attribute(&content, "description"), &variable->description);
    static_bool(decoder, content_attribute(&content, "sensitive"), &variable->sensitive);
    static_bool(decoder, content_attribute(&content, "nullable"), &variable->nullable);
    static_bool(decoder, content_attribute(&content, "ephemeral"), &variable->ephemeral);
    if (type)
        decode_type(decoder, variable, type);
    if (given)
        decode_default(decoder, variable, given);
    for (size_t i = 0; i < content.blocks.count; i++)
        decode_validation(decoder, variable, &content.blocks.items[i]);
    add_variable(decoder, variable);
}
