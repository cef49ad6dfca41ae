#include "body_form.h"
#include "expr_node.h"
#include "pipectl/lang/suggestion.h"

bool taken_attribute(const TakenSchema *taken, Text name)
{
    for (; taken; taken = taken->before)
        if (rule_of_attribute(taken->schema, name))
            return true;
    return false;
}

bool taken_block(const TakenSchema *taken, Text type)
{
    for (; taken; taken = taken->before)
        if (rule_of_block(taken->schema, type))
            return true;
    return false;
}

const AttributeRule *rule_of_attribute(const BodySchema *schema, Text name)
{
    for (size_t i = 0; i < schema->attribute_count; i++)
        if (text_equal(schema->attributes[i].name, name))
            return &schema->attributes[i];
    return NULL;
}

const BlockRule *rule_of_block(const BodySchema *schema, Text type)
{
    for (size_t i = 0; i < schema->block_count; i++)
        if (text_equal(schema->blocks[i].type, type))
            return &schema->blocks[i];
    return NULL;
}

static const Attribute *find_attribute(const BodyContent *content, Text name)
{
    for (size_t i = 0; i < content->attributes.count; i++)
        if (text_equal(content->attributes.items[i].name, name))
            return &content->attributes.items[i];
    return NULL;
}

const Attribute *content_attribute(const BodyContent *content, const char *name)
{
    return find_attribute(content, text_of(name));
}

Text body_suggestion(const BodySchema *schema, const BodyContent *content, Text name,
                     bool attributes, bool blocks, Arena *arena)
{
    LIST(Text) known = { 0 };

    for (size_t i = 0; attributes && i < schema->attribute_count; i++)
        if (!find_attribute(content, schema->attributes[i].name))
            list_add(arena, &known, schema->attributes[i].name);
    for (size_t i = 0; blocks && i < schema->block_count; i++)
        list_add(arena, &known, schema->blocks[i].type);
    return suggestion_text(arena, name, known.items, known.count);
}

bool body_expr_failed(const Expr *expr)
{
    return expr->kind == EXPR_MISTAKE;
}

static void check_required(const Body *body, const BodySchema *schema, const BodyContent *content,
                           Diags *diags)
{
    for (size_t i = 0; i < schema->attribute_count; i++) {
        const AttributeRule *rule = &schema->attributes[i];

        if (rule->required && !find_attribute(content, rule->name))
            diag_error(diags, body->missing, "Missing required argument",
                       "The argument \"" TEXT_FMT "\" is required, but no definition was found.",
                       TEXT(rule->name));
    }
}

static BodyContent known_content(const Body *body, const BodySchema *schema, Arena *arena,
                                 Diags *diags)
{
    BodyContent content = { .missing = body->missing };

    body->form->content(body, schema, &content, arena, diags);
    return content;
}

BodyContent body_content(const Body *body, const BodySchema *schema, Arena *arena, Diags *diags)
{
    BodyContent content = known_content(body, schema, arena, diags);

    body->form->check_rest(body, schema, &content, diags);
    check_required(body, schema, &content, diags);
    return content;
}

BodyContent body_partial_content(const Body *body, const BodySchema *schema, const Body **ret_rest,
                                 Arena *arena, Diags *diags)
{
    BodyContent content = known_content(body, schema, arena, diags);
    TakenSchema *taken = arena_new(arena, TakenSchema);

    check_required(body, schema, &content, diags);
    *taken = (TakenSchema){ schema, body->taken };
    if (ret_rest)
        *ret_rest = body->form->rest(body, taken, arena);
    return content;
}

BodyContent body_attributes(const Body *body, Arena *arena, Diags *diags)
{
    BodyContent content = { .missing = body->missing };

    body->form->attributes(body, &content, arena, diags);
    return content;
}

void body_traversals(const Body *body, Arena *arena, TraversalList *traversals)
{
    body->form->traversals(body, arena, traversals);
}

Range body_range(const Body *body)
{
    return body->range;
}

Range body_missing_range(const Body *body)
{
    return body->missing;
}

const Body *body_read(Arena *arena, const Source *source, Diags *diags)
{
    if (text_ends_with(source->name, TEXT_LIT(".yaml")) ||
        text_ends_with(source->name, TEXT_LIT(".yml")))
        return body_read_yaml(arena, source, diags);
    if (text_ends_with(source->name, TEXT_LIT(".json")))
        return body_read_json(arena, source, diags);
    return body_read_hcl(arena, source, diags);
}
