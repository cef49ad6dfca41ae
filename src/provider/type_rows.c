/*
 * The rows of a type file: attributes, blocks, groups.
 */
#include "type_reader.h"

#include <stddef.h>

/* --- words that only choose a member of Row --------------------------------------------------- */

typedef struct RowWord {
    const char *word;
    size_t offset;
} RowWord;

static const RowWord flags[] = {
    { "required", offsetof(Row, required) },   { "computed", offsetof(Row, computed) },
    { "replaces", offsetof(Row, replaces) },   { "output", offsetof(Row, output) },
    { "sensitive", offsetof(Row, sensitive) }, { "kept", offsetof(Row, kept) },
    { "local", offsetof(Row, local) },
};

static const RowWord expressions[] = {
    { "default", offsetof(Row, default_value) },
    { "empty", offsetof(Row, empty) },
    { "sent", offsetof(Row, sent) },
    { "read", offsetof(Row, read_as) },
    { "null_as", offsetof(Row, null_as) },
    { "cleared", offsetof(Row, cleared) },
    { "is", offsetof(Row, is) },
};

static void *find_word(Row *row, const RowWord *words, size_t count, Text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(word, words[i].word))
            return (char *)row + words[i].offset;
    return NULL;
}

static bool *find_flag(Row *row, Text word)
{
    return find_word(row, flags, sizeof flags / sizeof *flags, word);
}

static const Expr **find_expression(Row *row, Text word)
{
    return find_word(row, expressions, sizeof expressions / sizeof *expressions, word);
}

/* --- types ------------------------------------------------------------------------------------ */

static const Type *primitive_named(Text name, Meaning *ret_meaning)
{
    static const struct {
        const char *name;
        Meaning meaning;
    } meanings[] = { { "string", MEANING_NONE },
                     { "policy", MEANING_POLICY },
                     { "json", MEANING_JSON },
                     { "time", MEANING_TIME },
                     { "inline_policy", MEANING_INLINE_POLICY } };

    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (text_is(name, meanings[i].name)) {
            *ret_meaning = meanings[i].meaning;
            return type_string;
        }
    }
    return text_is(name, "number") ? type_number : text_is(name, "bool") ? type_bool : NULL;
}

/* type = primitive | ("list" | "set" | "map") "(" primitive ")" */
static const Type *type_named(Text name, Meaning *ret_meaning)
{
    Text outer, inner;
    const Type *element;

    if (!text_cut(name, TEXT_LIT("("), &outer, &inner))
        return primitive_named(name, ret_meaning);
    element = primitive_named(text_slice(inner, 0, inner.length > 0 ? inner.length - 1 : 0),
                              ret_meaning);
    if (!element || !text_ends_with(inner, TEXT_LIT(")")))
        return NULL;
    if (text_is(outer, "list"))
        return type_list(element);
    if (text_is(outer, "set"))
        return type_set(element);
    return text_is(outer, "map") ? type_map(element) : NULL;
}

/* --- options ---------------------------------------------------------------------------------- */

static void read_wire(TypeReader *reader, const Node *node, Row *row)
{
    static const char *const words[] = { "send", "update", "read", NULL };
    const Node *update;

    if (node->kind != NODE_MAPPING) {
        row->send = row->update = row->read = reader_path(reader, node);
        row->wireless = row->send.count == 0;
        return;
    }
    reader_words(reader, node, words);
    update = node_member(node, "update");
    if (node_member(node, "send"))
        row->send = row->update = reader_path(reader, node_member(node, "send"));
    if (update)
        row->update = reader_path(reader, update);
    if (node_member(node, "read"))
        row->read = reader_path(reader, node_member(node, "read"));
}

static void read_same(TypeReader *reader, const Node *node, Row *row)
{
    if (text_is(node->text, "nocase"))
        row->same = SAME_NOCASE;
    else if (text_is(node->text, "arn_or_name"))
        row->same = SAME_ARN_OR_NAME;
    else if (text_is(node->text, "comma_list"))
        row->same = SAME_COMMA_LIST;
    else if (node_is_expression(node))
        row->same = SAME_EXPRESSION;
    else
        reader_report(reader, node->range,
                      "same is nocase, arn_or_name, comma_list or an expression.");
    if (row->same == SAME_EXPRESSION)
        row->same_when = node_expr(reader->arena, node, reader->diags);
}

static void read_flag(TypeReader *reader, const Node *node, bool *flag)
{
    *flag = node->kind == NODE_BOOL && node->truth;
    if (node->kind != NODE_BOOL)
        reader_report(reader, node->range, "This word is true or false.");
}

static void read_row_option(TypeReader *reader, Text word, const Node *node, Row *row)
{
    const Expr **expression = find_expression(row, word);
    bool *flag = find_flag(row, word);

    if (expression)
        *expression = node_expr(reader->arena, node, reader->diags);
    else if (flag)
        read_flag(reader, node, flag);
    else if (text_is(word, "wire"))
        read_wire(reader, node, row);
    else if (text_is(word, "same"))
        read_same(reader, node, row);
    else if (text_is(word, "patch"))
        row->patch = node->text;
    else if (text_is(word, "one_of"))
        row->one_of = node;
    else if (text_is(word, "new_with"))
        row->new_with_names = node;
    else
        reader_report(reader, node->range, "\"" TEXT_FMT "\" is no word of a row.", TEXT(word));
}

static Row *make_row(TypeReader *reader, const Row *holder, Text name, Range range)
{
    Row *row = arena_new(reader->arena, Row);
    WireStep *step = arena_new(reader->arena, WireStep);

    step->name = service_member_name(reader->arena, reader->service, name);
    row->name = name;
    row->range = range;
    row->holder = holder;
    row->send = row->update = row->read = (WirePath){ step, 1 };
    return row;
}

/* `name: [type, words, {option: value}]`: the reader gives a pair in a flow list as a mapping of
   one. */
static const Row *read_attribute(TypeReader *reader, const Row *holder, const Node *key,
                                 const Node *node)
{
    Row *row = make_row(reader, holder, key->text, key->range);

    if (node->kind != NODE_SEQUENCE || node->count == 0)
        reader_report(reader, node->range, "A row is [type, words, options].");
    else
        row->type = type_named(node->items[0]->text, &row->meaning);
    if (!row->type) {
        reader_report(reader, node->range, "The row \"" TEXT_FMT "\" has no type that there is.",
                      TEXT(row->name));
        row->type = type_string;
    }
    for (size_t i = 1; node->kind == NODE_SEQUENCE && i < node->count; i++) {
        const Node *item = node->items[i];
        bool *flag = item->kind == NODE_STRING ? find_flag(row, item->text) : NULL;

        if (flag)
            *flag = true;
        else if (item->kind != NODE_MAPPING)
            reader_report(reader, item->range, "\"" TEXT_FMT "\" is no word of a row.",
                          TEXT(item->text));
        for (size_t k = 0; item->kind == NODE_MAPPING && k < item->count; k++)
            read_row_option(reader, item->keys[k]->text, item->items[k], row);
    }
    row->computed = row->computed || row->output;
    return row;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void read_block_rows(TypeReader *reader, const Node *attributes, const Node *blocks,
                            Row *row);

static bool read_block_option(TypeReader *reader, const Node *node, Text word, Row *row)
{
    static const char *const others[] = { "attributes", "blocks", NULL };

    if (text_is(word, "at_least"))
        row->at_least = reader_integer(reader, node, "at_least", 0);
    else if (text_is(word, "at_most"))
        row->at_most = reader_integer(reader, node, "at_most", 0);
    else if (text_is(word, "set"))
        row->is_set = reader_flag(reader, node, "set");
    else
        return text_is(word, others[0]) || text_is(word, others[1]);
    return true;
}

static const Type *type_of_rows(TypeReader *reader, const Row *row)
{
    Text *names = arena_array(reader->arena, Text, row->row_count);
    const Type **types = arena_array(reader->arena, const Type *, row->row_count);

    for (size_t i = 0; i < row->row_count; i++) {
        names[i] = row->rows[i]->name;
        types[i] = row->rows[i]->type;
    }
    return type_object(names, types, NULL, row->row_count);
}

static void finish_block(TypeReader *reader, Row *row, RowRefs rows)
{
    row->is_block = true;
    row->rows = rows.items;
    row->row_count = rows.count;
    row->type = type_of_rows(reader, row);
    if (!row_is_one(row))
        row->type = row->is_set ? type_set(row->type) : type_list(row->type);
}

static const Row *read_block(TypeReader *reader, const Row *holder, const Node *key,
                             const Node *node)
{
    Row *row = make_row(reader, holder, key->text, key->range);

    if (node->kind != NODE_MAPPING)
        reader_report(reader, node->range, "A block is a mapping.");
    for (size_t i = 0; node->kind == NODE_MAPPING && i < node->count; i++)
        if (!read_block_option(reader, node, node->keys[i]->text, row))
            read_row_option(reader, node->keys[i]->text, node->items[i], row);
    read_block_rows(reader, node_member(node, "attributes"), node_member(node, "blocks"), row);
    return row;
}

static void add_rows(TypeReader *reader, const Node *attributes, const Node *blocks,
                     const Row *holder, RowRefs *rows)
{
    for (size_t i = 0; attributes && i < attributes->count; i++)
        list_add(reader->arena, rows,
                 read_attribute(reader, holder, attributes->keys[i], attributes->items[i]));
    for (size_t i = 0; blocks && i < blocks->count; i++)
        list_add(reader->arena, rows,
                 read_block(reader, holder, blocks->keys[i], blocks->items[i]));
}

static void read_block_rows(TypeReader *reader, const Node *attributes, const Node *blocks,
                            Row *row)
{
    RowRefs rows = { 0 };

    add_rows(reader, attributes, blocks, row, &rows);
    finish_block(reader, row, rows);
}

/* --- the rows that every type has ------------------------------------------------------------- */

/* The rows still belong to the reader here. */
static Row *written_row(const RowRefs *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++)
        if (text_is(rows->items[i]->name, name))
            return (Row *)rows->items[i];
    return NULL;
}

static Row *add_row(TypeReader *reader, const Row *holder, RowRefs *rows, const char *name,
                    const Type *type)
{
    Row *row = make_row(reader, holder, text_of(name), RANGE_NONE);

    row->type = type;
    list_add(reader->arena, rows, row);
    return row;
}

static void make_wireless(Row *row)
{
    row->wireless = true;
    row->send = row->update = row->read = (WirePath){ NULL, 0 };
}

static void add_id(TypeReader *reader, const Row *holder, RowRefs *rows)
{
    Row *row;

    if (written_row(rows, "id"))
        return;
    row = add_row(reader, holder, rows, "id", type_string);
    row->computed = true;
    make_wireless(row);
}

static void add_tags(TypeReader *reader, const Row *holder, RowRefs *rows)
{
    Row *row = add_row(reader, holder, rows, "tags", type_map(type_string));

    row->local = true;
    make_wireless(row);
    row = written_row(rows, "tags_all");
    if (!row) {
        row = add_row(reader, holder, rows, "tags_all", type_map(type_string));
        row->send = row->update = row->read = reader->type->tags.wire;
    }
    row->computed = true;
    row->meaning = MEANING_TAGS;
}

static void add_timeouts(TypeReader *reader, const Row *holder, RowRefs *rows, const Node *node)
{
    Row *row = make_row(reader, holder, TEXT_LIT("timeouts"), node->range);
    RowRefs inner = { 0 };

    row->is_single = row->local = true;
    row->at_most = 1;
    make_wireless(row);
    for (size_t i = 0; i < node->count; i++)
        make_wireless(add_row(reader, row, &inner, text_cstring(reader->arena, node->keys[i]->text),
                              type_string));
    finish_block(reader, row, inner);
    list_add(reader->arena, rows, row);
}

/* What is refused is known by name, so that a message can say what it would be; in a state it is an
   empty list. */
static void add_refused(TypeReader *reader, const Row *holder, RowRefs *rows, const Node *refused)
{
    for (size_t i = 0; refused && i < refused->count; i++) {
        Row *row = make_row(reader, holder, refused->keys[i]->text, refused->keys[i]->range);

        row->refused = refused->items[i]->text;
        row->local = true;
        make_wireless(row);
        finish_block(reader, row, (RowRefs){ 0 });
        list_add(reader->arena, rows, row);
    }
}

const Row *reader_object(TypeReader *reader, const Node *file)
{
    Row *object = make_row(reader, NULL, TEXT_LIT("self"), file->range);
    const Node *timeouts = node_member(file, "timeouts");
    RowRefs rows = { 0 };

    object->at_most = 1;
    add_rows(reader, node_member(file, "attributes"), node_member(file, "blocks"), object, &rows);
    add_id(reader, object, &rows);
    if (reader->type->has_tags)
        add_tags(reader, object, &rows);
    if (timeouts)
        add_timeouts(reader, object, &rows, timeouts);
    add_refused(reader, object, &rows, node_member(file, "refused"));
    finish_block(reader, object, rows);
    return object;
}

/* --- names of rows ---------------------------------------------------------------------------- */

static void add_name(TypeReader *reader, const Node *node, Naming *naming)
{
    const Row *row = row_find(reader->type->object, node->text);
    const Group *group = table_find(&reader->type->groups, node->text);

    if (row)
        list_add(reader->arena, &naming->rows, row);
    else if (group)
        list_add(reader->arena, &naming->groups, group);
    else
        reader_report(reader, node->range, "There is no row or group \"" TEXT_FMT "\".",
                      TEXT(node->text));
}

Naming reader_naming(TypeReader *reader, const Node *node)
{
    Naming naming = { 0 };

    for (size_t i = 0; i < reader_count(node); i++)
        add_name(reader, reader_item(node, i), &naming);
    return naming;
}

/* Groups may name later ones, so they are put first and filled then. */
void reader_groups(TypeReader *reader, const Node *node)
{
    for (size_t i = 0; node && i < node->count; i++) {
        Group *group = arena_new(reader->arena, Group);

        group->name = node->keys[i]->text;
        table_put(reader->arena, &reader->type->groups, group->name, group);
    }
    for (size_t i = 0; node && i < node->count; i++) {
        Group *group = table_find(&reader->type->groups, node->keys[i]->text);

        if (node_is_expression(node->items[i]))
            group->names = node_expr(reader->arena, node->items[i], reader->diags);
        else
            group->members = reader_naming(reader, node->items[i]);
    }
}

/* The tables are const for everybody else; until here they belong to the reader. */
void reader_resolve_rows(TypeReader *reader)
{
    const Row *object = reader->type->object;

    for (size_t i = 0; i < object->row_count; i++)
        ((Row *)object->rows[i])->new_with = reader_naming(reader, object->rows[i]->new_with_names);
}
