#include "pipectl/lang/node.h"

#include "expr_node.h"
#include "pipectl/base/table.h"
#include "scalar.h"

#include <assert.h>

const Node *node_member_text(const Node *mapping, Text key)
{
    if (!mapping || mapping->kind != NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (text_equal(mapping->keys[i]->text, key))
            return mapping->items[i];
    return NULL;
}

const Node *node_member(const Node *mapping, const char *key)
{
    return node_member_text(mapping, text_of(key));
}

/* --- values --------------------------------------------------------------------------------- */

static Value number_value(Arena *arena, Text text)
{
    Number number = number_of(0);
    bool read = scalar_number(arena, text, &number);

    assert(read); /* the readers make no other number nodes */
    return value_number(number);
}

static Value collection_value(Arena *arena, const Node *node)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < node->count; i++) {
        Value item = node_value(arena, node->items[i]);

        if (node->kind == NODE_MAPPING)
            value_builder_put(&builder, value_text(value_string(arena, node->keys[i]->text)), item);
        else
            value_builder_add(&builder, item);
    }
    return node->kind == NODE_MAPPING ? value_built_object(&builder) : value_built_tuple(&builder);
}

Value node_value(Arena *arena, const Node *node)
{
    switch (node->kind) {
    case NODE_NULL: return value_null(type_dynamic);
    case NODE_BOOL: return value_bool(node->truth);
    case NODE_NUMBER: return number_value(arena, node->text);
    case NODE_STRING: return value_string(arena, node->text);
    case NODE_INVALID: return value_unknown(type_dynamic);
    default: return collection_value(arena, node);
    }
}

/* --- expressions ---------------------------------------------------------------------------- */

ExprText node_source(const Node *node)
{
    return (ExprText){ .source = node->range.source,
                       .text = node->text,
                       .start = node->start,
                       .runs = node->runs,
                       .run_count = node->run_count };
}

static bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* ${aws:username}, a variable of IAM's policies: a word and one colon, which no expression begins
   with. */
static size_t find_policy_variable(Text text)
{
    for (size_t at = 0; at + 2 < text.length; at++) {
        size_t end = at + 2;

        if (text.bytes[at] != '$' || text.bytes[at + 1] != '{')
            continue;
        if (at > 0 && text.bytes[at - 1] == '$')
            continue;
        while (end < text.length && is_word_character(text.bytes[end]))
            end++;
        if (end > at + 2 && end + 1 < text.length && text.bytes[end] == ':' &&
            is_word_character(text.bytes[end + 1]))
            return at;
    }
    return TEXT_NOT_FOUND;
}

static bool is_policy_variable(const Node *node, Diags *diags)
{
    size_t at = find_policy_variable(node->text);
    Text shown;
    size_t length;

    if (at == TEXT_NOT_FOUND)
        return false;
    shown = text_slice(node->text, at, node->text.length);
    length = text_find(shown, TEXT_LIT("}"));
    if (length != TEXT_NOT_FOUND)
        shown.length = length + 1;
    diag_error(
        diags, node->range, "Policy variable in a template",
        "${ begins an expression here. For text that AWS is to see, such as a variable of an IAM "
        "policy, write $" TEXT_FMT
        ".",
        TEXT(shown));
    return true;
}

/* One ${...} alone gives its value; with the line end of a block scalar it is text. */
static void warn_of_line_end(const Node *node, Diags *diags)
{
    Text text = text_trim(node->text);

    if (!node->block || text.length == node->text.length || !text_starts_with(text, TEXT_LIT("${")))
        return;
    if (scalar_sequence_end(text, 0) == text.length)
        diag_warning(
            diags, node->range, "The line end makes this text",
            "The expression stands alone in a block scalar, whose line end makes the value text. "
            "For the expression's own value, begin the block with |- or >-.");
}

static const Expr *string_expr(Arena *arena, const Node *node, Diags *diags)
{
    const Expr *expr = NULL;

    if (!scalar_is_template(node->text))
        return expr_literal(arena, value_string(arena, node->text), node->range);
    if (!is_policy_variable(node, diags)) {
        warn_of_line_end(node, diags);
        expr = expr_parse_template(arena, node_source(node), diags);
    }
    return expr ? expr : expr_make(arena, EXPR_MISTAKE, node->range);
}

/* JSON's reader keeps equal keys, since blocks may repeat; an object has each once. */
static void check_keys(const Node *node, Arena *arena, Diags *diags)
{
    ArenaMark mark = arena_mark(arena);
    size_t errors = diags->error_count;
    Table seen = { 0 };

    for (size_t i = 0; i < node->count; i++) {
        const Node *key = node->keys[i];
        const Node *before = table_find(&seen, key->text);

        if (before)
            diag_error(diags, key->range, "Duplicate object attribute",
                       "An attribute named \"" TEXT_FMT "\" was already defined at " TEXT_FMT ".",
                       TEXT(key->text), TEXT(range_start_place(arena, before->range)));
        else
            table_put(arena, &seen, key->text, (void *)(uintptr_t)key);
    }
    if (diags->error_count == errors)
        arena_rewind(arena, mark);
}

static const Expr *mapping_expr(Arena *arena, const Node *node, Diags *diags)
{
    const Expr **keys = arena_array(arena, const Expr *, node->count);
    const Expr **values = arena_array(arena, const Expr *, node->count);

    check_keys(node, arena, diags);
    for (size_t i = 0; i < node->count; i++) {
        keys[i] = string_expr(arena, node->keys[i], diags);
        values[i] = node_expr(arena, node->items[i], diags);
    }
    return expr_object(arena, keys, values, node->count, node->range);
}

static const Expr *sequence_expr(Arena *arena, const Node *node, Diags *diags)
{
    const Expr **elements = arena_array(arena, const Expr *, node->count);

    for (size_t i = 0; i < node->count; i++)
        elements[i] = node_expr(arena, node->items[i], diags);
    return expr_tuple(arena, elements, node->count, node->range);
}

const Expr *node_expr(Arena *arena, const Node *node, Diags *diags)
{
    switch (node->kind) {
    case NODE_STRING: return string_expr(arena, node, diags);
    case NODE_SEQUENCE: return sequence_expr(arena, node, diags);
    case NODE_MAPPING: return mapping_expr(arena, node, diags);
    case NODE_INVALID: return expr_make(arena, EXPR_MISTAKE, node->range);
    default: return expr_literal(arena, node_value(arena, node), node->range);
    }
}
