#include "type_reader.h"

void reader_report(TypeReader *reader, Range range, const char *format, ...)
{
    va_list arguments;
    Text detail;

    va_start(arguments, format);
    detail = text_format_list(reader->arena, format, arguments);
    va_end(arguments);
    diag_error(reader->diags, range, "Mistake in a resource type", TEXT_FMT, TEXT(detail));
}

static bool is_word(Text key, const char *const *words)
{
    for (; *words; words++)
        if (text_is(key, *words))
            return true;
    return text_starts_with(key, TEXT_LIT("x-"));
}

void reader_words(TypeReader *reader, const Node *mapping, const char *const *words)
{
    if (!mapping || mapping->kind != NODE_MAPPING)
        return;
    for (size_t i = 0; i < mapping->count; i++)
        if (!is_word(mapping->keys[i]->text, words))
            reader_report(reader, mapping->keys[i]->range,
                          "\"" TEXT_FMT "\" is no word of the type language here.",
                          TEXT(mapping->keys[i]->text));
}

Text reader_text(TypeReader *reader, const Node *mapping, const char *key)
{
    const Node *node = node_member(mapping, key);

    if (!node || node->kind == NODE_NULL)
        return TEXT_NONE;
    if (node->kind == NODE_STRING || node->kind == NODE_NUMBER)
        return node->text;
    reader_report(reader, node->range, "%s must be text.", key);
    return TEXT_NONE;
}

bool reader_flag(TypeReader *reader, const Node *mapping, const char *key)
{
    const Node *node = node_member(mapping, key);

    if (node && node->kind != NODE_BOOL)
        reader_report(reader, node->range, "%s must be true or false.", key);
    return node && node->truth;
}

int64_t reader_integer(TypeReader *reader, const Node *mapping, const char *key, int64_t otherwise)
{
    const Node *node = node_member(mapping, key);
    int64_t number = otherwise;

    if (node && !text_to_int(node->text, &number))
        reader_report(reader, node->range, "%s must be a whole number.", key);
    return number;
}

Nanoseconds reader_duration(TypeReader *reader, const Node *mapping, const char *key)
{
    const Node *node = node_member(mapping, key);
    Nanoseconds duration = 0;

    if (node && !clock_parse_duration(node->text, &duration))
        reader_report(reader, node->range, "%s must be a duration such as 90s or 5m.", key);
    return duration;
}

const Expr *reader_expr(TypeReader *reader, const Node *mapping, const char *key)
{
    const Node *node = node_member(mapping, key);

    return node ? node_expr(reader->arena, node, reader->diags) : NULL;
}

WirePath reader_path(TypeReader *reader, const Node *node)
{
    WirePath path = { NULL, 0 };

    if (node->kind != NODE_STRING || !wire_path_parse(reader->arena, node->text, &path))
        reader_report(reader, node->range, "This is no path of member names.");
    return path;
}

size_t reader_count(const Node *node)
{
    if (!node || node->kind == NODE_NULL)
        return 0;
    return node->kind == NODE_SEQUENCE ? node->count : 1;
}

const Node *reader_item(const Node *node, size_t index)
{
    return node->kind == NODE_SEQUENCE ? node->items[index] : node;
}

bool node_is_expression(const Node *node)
{
    return node->kind == NODE_STRING && text_find(node->text, TEXT_LIT("${")) != TEXT_NOT_FOUND;
}

const Expr *reader_constant(TypeReader *reader, const char *text)
{
    const Source *source = source_make(reader->arena, TEXT_LIT("(engine)"), text_of(text));

    return expr_parse_template(reader->arena, (ExprText){ .source = source, .text = source->text },
                               reader->diags);
}

/* --- what steps, types and services have in common -------------------------------------------- */

static Rule read_rule(TypeReader *reader, const Node *node)
{
    static const char *const words[] = { "on", "like", "when", "for", "say", "from", NULL };
    Rule rule = { .when = reader_expr(reader, node, "when"),
                  .say = reader_expr(reader, node, "say"),
                  .limit = reader_duration(reader, node, "for"),
                  .from = reader_text(reader, node, "from") };
    const Node *on = node_member(node, "on"), *like = node_member(node, "like");

    if (node->kind != NODE_MAPPING)
        reader_report(reader, node->range, "A rule is a mapping of on, like, when and for.");
    reader_words(reader, node, words);
    for (size_t i = 0; i < reader_count(on); i++)
        list_add(reader->arena, &rule.on, reader_item(on, i)->text);
    for (size_t i = 0; i < reader_count(like); i++)
        list_add(reader->arena, &rule.like, reader_item(like, i)->text);
    return rule;
}

void reader_rules(TypeReader *reader, const Node *node, RuleList *rules)
{
    for (size_t i = 0; i < reader_count(node); i++)
        list_add(reader->arena, rules, read_rule(reader, reader_item(node, i)));
}

const Rule *reader_rule(TypeReader *reader, const Node *node)
{
    Rule *rule;

    if (!node)
        return NULL;
    rule = arena_new(reader->arena, Rule);
    *rule = read_rule(reader, node);
    return rule;
}

void reader_members(TypeReader *reader, const Node *node, MemberList *members)
{
    if (node && node->kind != NODE_MAPPING)
        reader_report(reader, node->range, "Members are a mapping of names and values.");
    list_reserve(reader->arena, members, reader_count(node));
    for (size_t i = 0; node && node->kind == NODE_MAPPING && i < node->count; i++) {
        Member member = { node->keys[i]->text,
                          node_expr(reader->arena, node->items[i], reader->diags) };

        list_add(reader->arena, members, member);
    }
}

static void replace_text(TypeReader *reader, const Node *mapping, const char *key, Text *text)
{
    if (node_member(mapping, key))
        *text = reader_text(reader, mapping, key);
}

/* Adds to what is there already: a type's words come on top of its service's. */
void reader_tags(TypeReader *reader, const Node *node, TagRule *tags)
{
    static const char *const words[] = { "list", "add", "remove", "key", "with", "wire", NULL };

    reader_words(reader, node, words);
    replace_text(reader, node, "list", &tags->list);
    replace_text(reader, node, "add", &tags->add);
    replace_text(reader, node, "remove", &tags->remove);
    replace_text(reader, node, "key", &tags->key);
    if (text_is(tags->list, "none"))
        tags->list = TEXT_NONE;
    if (node_member(node, "with")) {
        tags->with = (MemberList){ 0 };
        reader_members(reader, node_member(node, "with"), &tags->with);
    }
    if (node_member(node, "wire"))
        tags->wire = reader_path(reader, node_member(node, "wire"));
}
