/*
 * read_yaml.c: YAML text as nodes with positions.
 *
 * The YAML is that of design.md section 3: 1.2 core schema, one document, no equal keys, merge
 * keys, depth 100, and what aliases expand to is counted. Reading goes event by event and stops
 * at the first thing that is not YAML; mistakes that leave the structure intact are all reported.
 *
 * Bottom-up: marks to positions, events, scalars, collections, the document.
 */
#include "escape.h"
#include "pipectl/base/table.h"
#include "pipectl/lang/node.h"
#include "pipectl/value/unicode.h"
#include "scalar.h"
#include "yaml_schema.h"
#include "yaml_stream.h"
#include "yaml_trouble.h"

#include <string.h>

enum { DEPTH_LIMIT = 100, EXPANDED_LIMIT = 1000000, FEW_KEYS = 8 };

/* What an anchor names; NULL while it is still being read. */
typedef struct Anchor {
    const Node *node;
    size_t expanded; /* nodes in it, aliases counted with all that they stand for */
} Anchor;

typedef struct YamlReader {
    Arena *arena;
    const Source *source;
    Diags *diags;
    YamlStream *stream;
    Text parsed; /* what libyaml reads: the source's characters behind a byte order mark, ... */
    bool hides_pairs; /* ... or stand-ins for some of them (escape.h) */
    YamlEvent event;
    Arena events; /* of the stream, and of the current event's texts */
    ArenaMark between_events;
    size_t mark_index;   /* libyaml's marks count characters: this many were passed ... */
    uint32_t mark_place; /* ... to come here */
    uint32_t end;        /* of what was read last; where a block collection ends */
    Table anchors;
    size_t depth;
    size_t expanded;
} YamlReader;

typedef LIST(const Node *) NodeList;

typedef struct Entries {
    NodeList keys;
    NodeList items;
    NodeList merges; /* values of << */
    Table found;     /* key text -> key node; only filled when there are many */
} Entries;

static const Node *read_node(YamlReader *reader);

/* --- positions ------------------------------------------------------------------------------ */

static uint32_t start_of_text(const Source *source)
{
    return text_starts_with(source->text, TEXT_LIT("\xEF\xBB\xBF")) ? 3 : 0;
}

static size_t next_character(Text text, size_t at)
{
    do
        at++;
    while (at < text.length && ((unsigned char)text.bytes[at] & 0xC0) == 0x80);
    return at;
}

static uint32_t place(YamlReader *reader, YamlMark mark)
{
    Text text = reader->source->text;
    size_t byte;

    if (mark.index < reader->mark_index) {
        reader->mark_index = 0;
        reader->mark_place = start_of_text(reader->source);
    }
    byte = reader->mark_place;
    for (; reader->mark_index < mark.index && byte < text.length; reader->mark_index++)
        byte = next_character(text, byte);
    return reader->mark_place = (uint32_t)byte;
}

static Range range_of_event(YamlReader *reader)
{
    uint32_t start = place(reader, reader->event.start);

    return (Range){ reader->source, start, place(reader, reader->event.end) };
}

static Range range_of_character(YamlReader *reader, YamlMark mark)
{
    uint32_t start = place(reader, mark);
    Text text = reader->source->text;
    size_t end = start < text.length ? next_character(text, start) : start;

    return (Range){ reader->source, start, (uint32_t)end };
}

/* --- events --------------------------------------------------------------------------------- */

static const Node *fail(YamlReader *reader, Range range, const char *summary, const char *detail)
{
    diag_error(reader->diags, range, summary, "%s", detail);
    return NULL;
}

/* The character at byte [offset] of what libyaml reads. */
static YamlMark mark_at(const YamlReader *reader, size_t offset)
{
    YamlMark mark = { 0 };

    for (size_t at = 0; at < offset; at = next_character(reader->parsed, at))
        mark.index++;
    return mark;
}

static void report_trouble(YamlReader *reader)
{
    YamlProblem problem = yaml_stream_problem(reader->stream);
    YamlTrouble trouble = { .problem = problem.problem, .context = problem.context };

    if (problem.is_character) {
        uint32_t at = place(reader, mark_at(reader, problem.offset));

        fail(
            reader, (Range){ reader->source, at, at }, "Invalid YAML",
            "A control character stands here: in YAML it must be written as an escape in double "
            "quotes.");
        return;
    }
    if (*trouble.context)
        trouble.context_at = range_of_character(reader, problem.context_at);
    trouble.at = range_of_character(reader, problem.at);
    yaml_trouble_report(&trouble, reader->diags);
}

static bool next_event(YamlReader *reader)
{
    arena_rewind(&reader->events, reader->between_events);
    if (yaml_stream_next(reader->stream, &reader->event))
        return true;
    report_trouble(reader);
    return false;
}

/* --- scalars -------------------------------------------------------------------------------- */

/* !!str 1 is a string; other tags must say what the scalar is anyway. */
static NodeKind kind_of_tagged(YamlReader *reader, Text text, Text tag)
{
    static const struct {
        const char *tag;
        NodeKind kind;
    } tags[] = { { YAML_TAG_PREFIX "null", NODE_NULL },
                 { YAML_TAG_PREFIX "bool", NODE_BOOL },
                 { YAML_TAG_PREFIX "int", NODE_NUMBER },
                 { YAML_TAG_PREFIX "float", NODE_NUMBER } };

    if (text_is(tag, YAML_TAG_PREFIX "str") || text_is(tag, "!"))
        return NODE_STRING;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (text_is(tag, tags[i].tag) && yaml_kind(text) == tags[i].kind)
            return tags[i].kind;
    diag_error(reader->diags, range_of_event(reader), "Unsupported YAML tag",
               "The tag " TEXT_FMT " has no meaning for this value.", TEXT(tag));
    return NODE_STRING;
}

/* An anchor or a tag belongs to the event's range, not to the text. */
static size_t properties_length(Text raw)
{
    size_t at = 0;

    while (at < raw.length && strchr("&! \t\r\n#", raw.bytes[at])) {
        bool comment = raw.bytes[at] == '#';

        if (strchr("&!#", raw.bytes[at]))
            while (at < raw.length && !strchr(comment ? "\n" : " \t\r\n", raw.bytes[at]))
                at++;
        else
            at++;
    }
    return at;
}

static Range content_range(YamlReader *reader)
{
    Range range = range_of_event(reader);
    Text raw = range_text(range);
    size_t skipped = 0, end = raw.length;

    if (reader->event.anchor.length || reader->event.tag.length)
        skipped = properties_length(raw);
    while (end > skipped && strchr(" \t\r\n", raw.bytes[end - 1]))
        end--;
    range.end = range.start + (uint32_t)end;
    range.start += (uint32_t)skipped;
    return range;
}

static ScalarStyle style_of(YamlStyle style)
{
    switch (style) {
    case STYLE_SINGLE: return SCALAR_SINGLE;
    case STYLE_DOUBLE: return SCALAR_DOUBLE;
    case STYLE_BLOCK: return SCALAR_BLOCK;
    case STYLE_PLAIN: break;
    }
    return SCALAR_PLAIN;
}

/* What stands for the scalar in the file, without quotes. */
static Text raw_text(Range range, ScalarStyle style)
{
    Text raw = range_text(range);

    return style == SCALAR_SINGLE || style == SCALAR_DOUBLE ? text_slice(raw, 1, raw.length - 1)
                                                            : raw;
}

/* The event's text: the file's own bytes, where they are the same. */
static Text text_of_event(YamlReader *reader, Text raw, ScalarStyle style)
{
    if (reader->hides_pairs)
        return escape_join_pairs(reader->arena, reader->event.text, style == SCALAR_DOUBLE);
    return text_equal(reader->event.text, raw) ? raw : text_copy(reader->arena, reader->event.text);
}

static bool comment_follows(Range range)
{
    Text text = range.source->text;
    size_t at = range.end;

    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t'))
        at++;
    return at > range.end && at < text.length && text.bytes[at] == '#';
}

static void check_plain(YamlReader *reader, const Node *node)
{
    if (yaml_is_infinite(node->text))
        fail(reader, node->range, "Unsupported number",
             "There are no infinite numbers here. Where text is meant, quote it.");
    if (comment_follows(node->range) && scalar_find_unclosed(node->text) != TEXT_NOT_FOUND)
        yaml_trouble_comment(node->range, reader->diags);
}

static Node *read_scalar(YamlReader *reader)
{
    ScalarStyle style = style_of(reader->event.style);
    Text tag = reader->event.tag;
    Node *node = arena_new(reader->arena, Node);
    Text raw;
    Number number;

    node->plain = style == SCALAR_PLAIN;
    node->block = style == SCALAR_BLOCK;
    node->range = content_range(reader);
    reader->end = node->range.end;
    raw = raw_text(node->range, style);
    node->text = text_of_event(reader, raw, style);
    node->kind = tag.length    ? kind_of_tagged(reader, node->text, tag)
                 : node->plain ? yaml_kind(node->text)
                               : NODE_STRING;
    if (node->kind == NODE_NUMBER && !scalar_number(reader->arena, node->text, &number)) {
        fail(reader, node->range, "Unsupported number",
             "This exponent is too large: there is no such number here. Where text is meant, quote "
             "it.");
        node->kind = NODE_STRING;
    }
    node->truth = node->kind == NODE_BOOL && (node->text.bytes[0] | 0x20) == 't';
    if (node->plain && node->kind == NODE_STRING)
        check_plain(reader, node);
    scalar_locate(reader->arena, node, raw,
                  node->range.start + (style == SCALAR_SINGLE || style == SCALAR_DOUBLE), style);
    return node;
}

/* --- anchors and aliases -------------------------------------------------------------------- */

static const Node *too_large(YamlReader *reader, Range range)
{
    return fail(reader, range, "YAML document too large",
                "With its aliases expanded the document has more than a million values.");
}

static Anchor *open_anchor(YamlReader *reader, Text name)
{
    Anchor *anchor;

    if (!name.length)
        return NULL;
    anchor = arena_new(reader->arena, Anchor);
    anchor->expanded = reader->expanded;
    table_put(reader->arena, &reader->anchors, text_copy(reader->arena, name), anchor);
    return anchor;
}

static const Node *close_anchor(YamlReader *reader, Anchor *anchor, const Node *node)
{
    if (anchor) {
        anchor->node = node;
        anchor->expanded = reader->expanded - anchor->expanded + 1;
    }
    return node;
}

static const Node *read_alias(YamlReader *reader)
{
    Text name = reader->event.anchor;
    const Anchor *anchor = table_find(&reader->anchors, name);
    Range range = range_of_event(reader);

    reader->end = range.end;
    if (!anchor) {
        diag_error(reader->diags, range, "Undefined alias",
                   "There is no anchor &" TEXT_FMT
                   " before this place. Where text is meant, quote it: \"*" TEXT_FMT "\".",
                   TEXT(name), TEXT(name));
        return NULL;
    }
    if (!anchor->node)
        return fail(reader, range, "Endless alias",
                    "This alias stands inside of what its anchor names.");
    reader->expanded += anchor->expanded;
    return reader->expanded > EXPANDED_LIMIT ? too_large(reader, range) : anchor->node;
}

/* --- collections ---------------------------------------------------------------------------- */

static Node *make_collection(YamlReader *reader, NodeKind kind, Range start, const NodeList *keys,
                             const NodeList *items)
{
    Node *node = arena_new(reader->arena, Node);
    Range end = range_of_event(reader);

    node->kind = kind;
    node->keys = keys ? keys->items : NULL;
    node->items = items->items;
    node->count = (uint32_t)items->count;
    /* A block collection ends where its last item does, not where the next thing begins. */
    if (end.end > end.start)
        reader->end = end.end;
    node->range =
        (Range){ reader->source, start.start, reader->end > start.start ? reader->end : start.end };
    return node;
}

static const Node *read_key(YamlReader *reader)
{
    const Node *key = read_node(reader);
    Node *text;

    if (!key)
        return NULL;
    if (key->kind == NODE_SEQUENCE || key->kind == NODE_MAPPING)
        return fail(reader, key->range, "Invalid mapping key",
                    "A key must be text. Where text is meant, quote it.");
    if (key->plain && scalar_find_unclosed(key->text) != TEXT_NOT_FOUND) {
        yaml_trouble_split_key(key->range, reader->diags);
        return NULL;
    }
    if (key->kind == NODE_STRING)
        return key;
    text = arena_new(reader->arena, Node);
    *text = *key;
    text->kind = NODE_STRING;
    return text;
}

/* Most mappings are small: a table is made for the others. */
static const Node *find_key(YamlReader *reader, Entries *entries, Text key)
{
    size_t count = entries->keys.count;

    if (count > FEW_KEYS) {
        for (size_t i = entries->found.count; i < count; i++)
            table_put(reader->arena, &entries->found, entries->keys.items[i]->text,
                      (void *)(uintptr_t)entries->keys.items[i]);
        return table_find(&entries->found, key);
    }
    for (size_t i = 0; i < count; i++)
        if (text_equal(entries->keys.items[i]->text, key))
            return entries->keys.items[i];
    return NULL;
}

static void add_entry(YamlReader *reader, Entries *entries, const Node *key, const Node *item)
{
    const Node *before = find_key(reader, entries, key->text);

    if (before) {
        diag_error(reader->diags, key->range, "Duplicate key",
                   "The key \"" TEXT_FMT "\" was already given in line %u.", TEXT(key->text),
                   range_start(before->range).line);
        return;
    }
    list_add(reader->arena, &entries->keys, key);
    list_add(reader->arena, &entries->items, item);
}

/* What << names fills in keys that are not there; of several mappings the first that has it wins.
   */
static void merge(YamlReader *reader, Entries *entries, const Node *from)
{
    if (from->kind == NODE_SEQUENCE) {
        for (size_t i = 0; i < from->count; i++)
            if (from->items[i]->kind == NODE_MAPPING)
                merge(reader, entries, from->items[i]);
            else
                fail(reader, from->items[i]->range, "Invalid merge",
                     "Only mappings can be merged with <<.");
        return;
    }
    if (from->kind != NODE_MAPPING) {
        fail(reader, from->range, "Invalid merge",
             "<< must be followed by a mapping, or by a list of mappings.");
        return;
    }
    for (size_t i = 0; i < from->count; i++)
        if (!find_key(reader, entries, from->keys[i]->text))
            add_entry(reader, entries, from->keys[i], from->items[i]);
}

static bool read_entry(YamlReader *reader, Entries *entries)
{
    const Node *key = read_key(reader), *item;
    bool merges = key && key->plain && text_is(key->text, "<<");

    if (!key || !next_event(reader))
        return false;
    item = read_node(reader);
    if (!item)
        return false;
    if (merges)
        list_add(reader->arena, &entries->merges, item);
    else
        add_entry(reader, entries, key, item);
    return true;
}

static const Node *read_mapping(YamlReader *reader)
{
    Range start = range_of_event(reader);
    Anchor *anchor = open_anchor(reader, reader->event.anchor);
    Entries entries = { 0 };

    for (;;) {
        if (!next_event(reader))
            return NULL;
        if (reader->event.kind == EVENT_MAPPING_END)
            break;
        if (!read_entry(reader, &entries))
            return NULL;
    }
    for (size_t i = 0; i < entries.merges.count; i++)
        merge(reader, &entries, entries.merges.items[i]);
    return close_anchor(
        reader, anchor,
        make_collection(reader, NODE_MAPPING, start, &entries.keys, &entries.items));
}

static const Node *read_sequence(YamlReader *reader)
{
    Range start = range_of_event(reader);
    Anchor *anchor = open_anchor(reader, reader->event.anchor);
    NodeList items = { 0 };

    for (;;) {
        const Node *item;

        if (!next_event(reader))
            return NULL;
        if (reader->event.kind == EVENT_SEQUENCE_END)
            break;
        item = read_node(reader);
        if (!item)
            return NULL;
        list_add(reader->arena, &items, item);
    }
    return close_anchor(reader, anchor,
                        make_collection(reader, NODE_SEQUENCE, start, NULL, &items));
}

static const Node *read_collection(YamlReader *reader)
{
    const Node *node;

    if (reader->depth == DEPTH_LIMIT)
        return fail(reader, range_of_event(reader), "YAML nested too deeply",
                    "Lists and mappings may be nested 100 levels deep.");
    reader->depth++;
    node = reader->event.kind == EVENT_MAPPING ? read_mapping(reader)
                                                          : read_sequence(reader);
    reader->depth--;
    return node;
}

/* The node that the current event begins; on return the event is the node's last. */
static const Node *read_node(YamlReader *reader)
{
    if (reader->event.kind == EVENT_ALIAS)
        return read_alias(reader);
    if (++reader->expanded > EXPANDED_LIMIT)
        return too_large(reader, range_of_event(reader));
    if (reader->event.kind == EVENT_SCALAR) {
        Anchor *anchor = open_anchor(reader, reader->event.anchor);

        return close_anchor(reader, anchor, read_scalar(reader));
    }
    return read_collection(reader);
}

/* --- the document --------------------------------------------------------------------------- */

static const Node *empty_mapping(YamlReader *reader)
{
    Node *node = arena_new(reader->arena, Node);
    uint32_t start = start_of_text(reader->source);

    node->kind = NODE_MAPPING;
    node->range = (Range){ reader->source, start, start };
    return node;
}

static bool check_one_document(YamlReader *reader)
{
    if (!next_event(reader) || !next_event(reader)) /* the document's end, and what follows */
        return false;
    if (reader->event.kind == EVENT_STREAM_END)
        return true;
    diag_error(
        reader->diags, range_of_event(reader), "Second YAML document",
        "A file holds one document, and this --- in line %u begins another: put it into a file of "
        "its own.",
        range_start(range_of_event(reader)).line);
    return false;
}

static const Node *read_document(YamlReader *reader)
{
    const Node *node;

    if (!next_event(reader) || !next_event(reader)) /* the stream's start, and what follows */
        return NULL;
    if (reader->event.kind == EVENT_STREAM_END)
        return empty_mapping(reader);
    if (!next_event(reader))
        return NULL;
    node = read_node(reader);
    if (!node || !check_one_document(reader))
        return NULL;
    return node->kind == NODE_NULL ? empty_mapping(reader) : node;
}

const Node *node_read_yaml(Arena *arena, const Source *source, Diags *diags)
{
    YamlReader reader = {
        .arena = arena, .source = source, .diags = diags, .mark_place = start_of_text(source)
    };
    size_t start = reader.mark_place, errors = diags->error_count;
    const Node *node;

    if (!unicode_is_valid(source->text)) {
        uint32_t place = (uint32_t)unicode_valid_length(source->text);

        return fail(&reader, (Range){ source, place, place }, "Invalid character encoding",
                    "The file is not valid UTF-8: no character begins with what stands here.");
    }
    reader.parsed = text_slice(source->text, start, source->text.length);
    reader.hides_pairs = escape_hide_pairs(arena, reader.parsed, &reader.parsed);
    reader.stream = yaml_stream_open(&reader.events, reader.parsed);
    reader.between_events = arena_mark(&reader.events);
    node = read_document(&reader);
    yaml_stream_close(reader.stream);
    arena_free(&reader.events);
    return diags->error_count > errors ? NULL : node;
}
