/*
 * body_nodes.c: bodies over YAML and JSON, by the rules of Terraform's JSON configuration syntax.
 *
 * Only the schema says whether a key is an argument or a block type. Labels are nested mappings,
 * each level a mapping or a list of mappings; below the labels a mapping is one block and a list is
 * a block an element. A null is no block. The key // is ignored, and so are x- keys at the top of
 * a YAML file.
 */
#include "body_form.h"
#include "expr_node.h"
#include "scalar.h"

static const BodyForm node_form;

typedef struct NodeBody {
    Body base;
    const Node *node;
    bool top_of_yaml;
} NodeBody;

typedef struct Member {
    const Node *key;
    const Node *value;
} Member;

typedef LIST(Member) MemberList;

static const NodeBody *nodes_of(const Body *body)
{
    return (const NodeBody *)body;
}

/* Where a message about a collection points: its opening, not all its lines. */
static Range opening(const Node *node)
{
    Range range = node->range;

    if (node->kind != NODE_MAPPING && node->kind != NODE_SEQUENCE)
        return range;
    range.end = range.start + (uint32_t)text_slice(range_text(range), 0, 1).length;
    return range;
}

static Range closing(const Node *node)
{
    Text text = range_text(node->range);
    Range range = node->range;

    if (node->kind != NODE_MAPPING || !text_ends_with(text, TEXT_LIT("}")))
        return opening(node);
    range.start = range.end - 1;
    return range;
}

/* --- members -------------------------------------------------------------------------------- */

static void add_members(const Node *mapping, MemberList *members, Arena *arena)
{
    list_reserve(arena, members, mapping->count);
    for (size_t i = 0; i < mapping->count; i++)
        list_add(arena, members, (Member){ mapping->keys[i], mapping->items[i] });
}

/* What the two syntaxes call their things. */
typedef struct Words {
    const char *summary;
    const char *object, *objects; /* one, several in a list */
    const char *array;
    const char *member;
} Words;

static const Words *words_of(const Node *node)
{
    static const Words json = { "Incorrect JSON value type", "a JSON object",
                                "JSON array of objects", "a JSON array", "object property" };
    static const Words yaml = { "Incorrect YAML value type", "a mapping", "a list of mappings",
                                "a list", "key" };
    Text name = node->range.source->name;

    return text_ends_with(name, TEXT_LIT(".yaml")) || text_ends_with(name, TEXT_LIT(".yml"))
               ? &yaml
               : &json;
}

static void report_kind(const Node *node, const char *label, bool element, Diags *diags)
{
    const Words *words = words_of(node);
    Text what = element
                    ? text_format(diags->arena, "A%s", words->object + 1)
                    : text_format(diags->arena, "Either %s or %s", words->object, words->objects);

    if (label)
        diag_error(diags, opening(node), words->summary,
                   TEXT_FMT " is required here, to specify %s labels for this block.", TEXT(what),
                   label);
    else
        diag_error(diags, opening(node), words->summary,
                   TEXT_FMT " is required here, to define arguments and child blocks.", TEXT(what));
}

/* The members of a mapping or of a list of mappings. [label]: what its keys are, NULL: names of a
   body. */
static MemberList members_of(const Node *node, const char *label, Arena *arena, Diags *diags)
{
    MemberList members = { 0 };

    if (node->kind == NODE_MAPPING) {
        add_members(node, &members, arena);
    } else if (node->kind == NODE_SEQUENCE) {
        for (size_t i = 0; i < node->count; i++) {
            if (node->items[i]->kind == NODE_MAPPING)
                add_members(node->items[i], &members, arena);
            else
                report_kind(node->items[i], label, true, diags);
        }
    } else if (node->kind != NODE_NULL) {
        report_kind(node, label, false, diags);
    }
    return members;
}

static bool is_ignored(const NodeBody *body, Text name)
{
    return text_is(name, "//") || (body->top_of_yaml && text_starts_with(name, TEXT_LIT("x-")));
}

static bool is_taken(const NodeBody *body, Text name)
{
    return taken_attribute(body->base.taken, name) || taken_block(body->base.taken, name);
}

/* --- expressions of arguments --------------------------------------------------------------- */

/* ${a.b}: what is inside, to go on with. */
static ExprText inner_of(const Node *node)
{
    ExprText inner = node_source(node);
    Text opening_sign = TEXT_LIT("${");

    if (inner.runs)
        return inner;
    inner.text = text_slice(inner.text, opening_sign.length, inner.text.length - 1);
    inner.start += (uint32_t)opening_sign.length;
    return inner;
}

static const Expr *wordy_template(Arena *arena, const Node *node, Diags *diags)
{
    Text text = node->text;
    bool single =
        text_starts_with(text, TEXT_LIT("${")) && scalar_sequence_end(text, 0) == text.length;
    const Expr *expr = NULL;

    if (single) {
        Text inner = text_trim(text_slice(text, 2, text.length - 1));

        diag_error(diags, node->range, "Expression not needed here",
                   "This place takes a bare name, not a template: write " TEXT_FMT ".",
                   TEXT(inner));
        expr = expr_parse(arena, inner_of(node), diags);
    } else {
        diag_error(diags, node->range, "Expression not needed here",
                   "This place takes a bare name, not a template.");
    }
    return expr ? expr : expr_make(arena, EXPR_MISTAKE, node->range);
}

static const Expr *literal_word(Arena *arena, const Node *node, Diags *diags)
{
    const Expr *expr;

    if (scalar_is_template(node->text))
        return wordy_template(arena, node, diags);
    expr = expr_parse(arena, node_source(node), diags);
    return expr ? expr : expr_make(arena, EXPR_MISTAKE, node->range);
}

/* How the strings of a literal place are read: as native syntax, or as the text that they are. */
typedef const Expr *LiteralString(Arena *arena, const Node *node, Diags *diags);

static const Expr *literal_expr(Arena *arena, const Node *node, LiteralString *string,
                                Diags *diags);

static const Expr *literal_text(Arena *arena, const Node *node, Diags *diags)
{
    (void)diags;
    return expr_literal(arena, node_value(arena, node), node->range);
}

static const Expr *literal_sequence(Arena *arena, const Node *node, LiteralString *string,
                                    Diags *diags)
{
    const Expr **elements = arena_array(arena, const Expr *, node->count);

    for (size_t i = 0; i < node->count; i++)
        elements[i] = literal_expr(arena, node->items[i], string, diags);
    return expr_tuple(arena, elements, node->count, node->range);
}

static const Expr *literal_mapping(Arena *arena, const Node *node, LiteralString *string,
                                   Diags *diags)
{
    const Expr **keys = arena_array(arena, const Expr *, node->count);
    const Expr **values = arena_array(arena, const Expr *, node->count);

    for (size_t i = 0; i < node->count; i++) {
        keys[i] =
            expr_literal(arena, value_string(arena, node->keys[i]->text), node->keys[i]->range);
        values[i] = literal_expr(arena, node->items[i], string, diags);
    }
    return expr_object(arena, keys, values, node->count, node->range);
}

static const Expr *literal_expr(Arena *arena, const Node *node, LiteralString *string, Diags *diags)
{
    switch (node->kind) {
    case NODE_STRING:
        return string(arena, node, diags);
    case NODE_SEQUENCE:
        return literal_sequence(arena, node, string, diags);
    case NODE_MAPPING:
        return literal_mapping(arena, node, string, diags);
    default:
        return node_expr(arena, node, diags);
    }
}

static const Expr *argument_expr(Arena *arena, const AttributeRule *rule, const Node *node,
                                 Diags *diags)
{
    size_t said = diags->list.count;
    const Expr *expr;

    if (!rule || !rule->literal)
        return node_expr(arena, node, diags);
    expr = literal_expr(arena, node, rule->text ? literal_text : literal_word, diags);
    for (size_t i = said; rule->invalid && i < diags->list.count; i++)
        diags->list.items[i].summary = text_of(rule->invalid);
    return expr;
}

/* --- arguments ------------------------------------------------------------------------------ */

static void add_argument(const Member *member, const AttributeRule *rule, const char *duplicate,
                         BodyContent *content, Arena *arena, Diags *diags)
{
    const Node *key = member->key;

    for (size_t i = 0; i < content->attributes.count; i++) {
        const Attribute *before = &content->attributes.items[i];

        if (!text_equal(before->name, key->text))
            continue;
        diag_error(diags, key->range, duplicate,
                   "The argument \"" TEXT_FMT "\" was already set at " TEXT_FMT ".",
                   TEXT(key->text), TEXT(range_start_place(arena, before->range)));
        return;
    }
    list_add(arena, &content->attributes,
             (Attribute){ .name = key->text,
                          .name_range = key->range,
                          .expr = argument_expr(arena, rule, member->value, diags),
                          .range = range_between(key->range, member->value->range) });
}

/* --- blocks --------------------------------------------------------------------------------- */

typedef struct Unpacking {
    const BlockRule *rule;
    const Node *key; /* the block type as written */
    Text *labels;
    Range *label_ranges;
    BodyContent *content;
    Arena *arena;
    Diags *diags;
} Unpacking;

static bool is_flow(const Node *node)
{
    Text text = range_text(node->range);

    return text_starts_with(text, TEXT_LIT("{")) || text_starts_with(text, TEXT_LIT("["));
}

/* [header]: where a message about the body points when it has no braces. */
static const Body *make_body(Arena *arena, const Node *node, Range header)
{
    NodeBody *body = arena_new(arena, NodeBody);
    bool flow = is_flow(node);

    body->base.form = &node_form;
    body->base.range = flow ? opening(node) : header;
    body->base.missing = flow ? closing(node) : header;
    body->node = node;
    return &body->base;
}

static void add_block(const Unpacking *unpacking, const Node *node)
{
    const BlockRule *rule = unpacking->rule;
    size_t count = rule->label_count;
    Block block = { .type = rule->type, .label_count = count, .type_range = unpacking->key->range };
    Text *labels = arena_array(unpacking->arena, Text, count);
    Range *ranges = arena_array(unpacking->arena, Range, count);

    for (size_t i = 0; i < count; i++) {
        labels[i] = unpacking->labels[i];
        ranges[i] = unpacking->label_ranges[i];
    }
    block.labels = labels;
    block.label_ranges = ranges;
    block.range = count ? ranges[count - 1] : unpacking->key->range;
    block.body = make_body(unpacking->arena, node, block.range);
    list_add(unpacking->arena, &unpacking->content->blocks, block);
}

/* One of several in a list is where it stands there: they share the key above. */
static void add_element(const Unpacking *unpacking, const Node *node, bool is_only)
{
    Block *block;

    add_block(unpacking, node);
    block = &unpacking->content->blocks.items[unpacking->content->blocks.count - 1];
    if (!is_only && node->kind == NODE_MAPPING && node->count > 0)
        block->range = is_flow(node) ? opening(node) : node->keys[0]->range;
}

static void unpack_contents(const Unpacking *unpacking, const Node *node)
{
    if (node->kind == NODE_NULL)
        return;
    if (node->kind == NODE_MAPPING) {
        add_block(unpacking, node);
    } else if (node->kind == NODE_SEQUENCE) {
        for (size_t i = 0; i < node->count; i++)
            add_element(unpacking, node->items[i], node->count == 1);
        /* what is no mapping is found when its content is asked for */
    } else {
        diag_error(
            unpacking->diags, node->range, words_of(node)->summary,
            "Either %s or %s is required, representing the contents of one or more \"" TEXT_FMT
            "\" blocks.",
            words_of(node)->object, words_of(node)->array, TEXT(unpacking->rule->type));
    }
}

static void unpack(const Unpacking *unpacking, const Node *node, size_t used)
{
    const BlockRule *rule = unpacking->rule;
    MemberList members;

    if (used == rule->label_count) {
        unpack_contents(unpacking, node);
        return;
    }
    members = members_of(node, rule->labels[used], unpacking->arena, unpacking->diags);
    if (!members.count)
        diag_error(unpacking->diags, opening(node), "Missing block label",
                   "At least one %s is required, whose name represents the " TEXT_FMT
                   " block's %s.",
                   words_of(node)->member, TEXT(rule->type), rule->labels[used]);
    for (size_t i = 0; i < members.count; i++) {
        unpacking->labels[used] = members.items[i].key->text;
        unpacking->label_ranges[used] = members.items[i].key->range;
        unpack(unpacking, members.items[i].value, used + 1);
    }
}

static void add_blocks(const Member *member, const BlockRule *rule, BodyContent *content,
                       Arena *arena, Diags *diags)
{
    Unpacking unpacking = { .rule = rule,
                            .key = member->key,
                            .labels = arena_array(arena, Text, rule->label_count),
                            .label_ranges = arena_array(arena, Range, rule->label_count),
                            .content = content,
                            .arena = arena,
                            .diags = diags };

    unpack(&unpacking, member->value, 0);
}

/* --- the form ------------------------------------------------------------------------------- */

static void nodes_content(const Body *body, const BodySchema *schema, BodyContent *content,
                          Arena *arena, Diags *diags)
{
    const NodeBody *nodes = nodes_of(body);
    MemberList members = members_of(nodes->node, NULL, arena, diags);

    for (size_t i = 0; i < members.count; i++) {
        Text name = members.items[i].key->text;
        const AttributeRule *attribute = rule_of_attribute(schema, name);
        const BlockRule *block = rule_of_block(schema, name);

        if (is_taken(nodes, name))
            continue;
        if (attribute)
            add_argument(&members.items[i], attribute, "Duplicate argument", content, arena, diags);
        else if (block)
            add_blocks(&members.items[i], block, content, arena, diags);
    }
}

static void nodes_check_rest(const Body *body, const BodySchema *schema, const BodyContent *content,
                             Diags *diags)
{
    const NodeBody *nodes = nodes_of(body);
    MemberList members = members_of(nodes->node, NULL, diags->arena, diags);

    for (size_t i = 0; i < members.count; i++) {
        const Node *key = members.items[i].key;
        Text suggestion;

        if (is_ignored(nodes, key->text) || is_taken(nodes, key->text) ||
            rule_of_attribute(schema, key->text) || rule_of_block(schema, key->text))
            continue;
        suggestion = body_suggestion(schema, content, key->text, true, true, diags->arena);
        diag_error(diags, key->range, "Extraneous JSON object property",
                   "No argument or block type is named \"" TEXT_FMT "\"." TEXT_FMT, TEXT(key->text),
                   TEXT(suggestion));
    }
}

static void nodes_attributes(const Body *body, BodyContent *content, Arena *arena, Diags *diags)
{
    const NodeBody *nodes = nodes_of(body);
    MemberList members = { 0 };

    if (nodes->node->kind == NODE_MAPPING)
        add_members(nodes->node, &members, arena);
    else
        diag_error(diags, opening(nodes->node), words_of(nodes->node)->summary,
                   "A%s is required here, setting the arguments for this block.",
                   words_of(nodes->node)->object + 1);
    for (size_t i = 0; i < members.count; i++)
        if (!is_ignored(nodes, members.items[i].key->text) &&
            !is_taken(nodes, members.items[i].key->text))
            add_argument(&members.items[i], NULL, "Duplicate attribute definition", content, arena,
                         diags);
}

static const Body *nodes_rest(const Body *body, const TakenSchema *taken, Arena *arena)
{
    NodeBody *rest = arena_new(arena, NodeBody);

    *rest = *nodes_of(body);
    rest->base.taken = taken;
    return &rest->base;
}

static void nodes_traversals(const Body *body, Arena *arena, TraversalList *traversals)
{
    const NodeBody *nodes = nodes_of(body);
    Diags unheard =
        diags_make(arena); /* what is wrong is reported by those who ask with a schema */
    MemberList members = members_of(nodes->node, NULL, arena, &unheard);

    for (size_t i = 0; i < members.count; i++)
        if (!is_ignored(nodes, members.items[i].key->text) &&
            !is_taken(nodes, members.items[i].key->text))
            expr_traversals(node_expr(arena, members.items[i].value, &unheard), arena, traversals);
}

static const BodyForm node_form = {
    .content = nodes_content,
    .check_rest = nodes_check_rest,
    .attributes = nodes_attributes,
    .rest = nodes_rest,
    .traversals = nodes_traversals,
};

/* --- readers -------------------------------------------------------------------------------- */

const Body *node_body(Arena *arena, const Node *node, const Source *source)
{
    (void)source; /* the node's ranges know it */
    return make_body(arena, node, opening(node));
}

static const Body *top_body(Arena *arena, const Node *node, bool yaml)
{
    NodeBody *top = arena_new(arena, NodeBody);

    *top = *nodes_of(make_body(arena, node, opening(node)));
    top->top_of_yaml = yaml;
    return &top->base;
}

static const Body *file_body(Arena *arena, const Node *node, bool yaml, Diags *diags)
{
    if (!node)
        return NULL;
    if (node->kind == NODE_MAPPING || node->kind == NODE_SEQUENCE)
        return top_body(arena, node, yaml);
    diag_error(diags, node->range, "Root value must be object",
               "The file must hold a mapping: block types and their contents.");
    return NULL;
}

const Body *body_read_yaml(Arena *arena, const Source *source, Diags *diags)
{
    return file_body(arena, node_read_yaml(arena, source, diags), true, diags);
}

const Body *body_read_json(Arena *arena, const Source *source, Diags *diags)
{
    return file_body(arena, node_read_json(arena, source, diags), false, diags);
}
