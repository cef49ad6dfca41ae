/*
 * yamldecode and yamlencode, which have rules of their own: the words of YAML 1.1 (yes, on, ~), numbers
 * as the language reads them, timestamps in one form, and an emitter that quotes every string.
 */
#include "functions.h"

#include "pipectl/base/table.h"

#include <yaml.h>

enum { DEPTH_MAX = 1000, EXPANDED_MAX = 1000000 };

/* --- scalars -------------------------------------------------------------------------------- */

static bool is_one_of(Text text, const char *const *words)
{
    for (; *words; words++)
        if (text_is(text, *words))
            return true;
    return false;
}

static const char *const true_words[] = { "y",    "Y",    "yes", "Yes", "YES", "true",
                                          "True", "TRUE", "on",  "On",  "ON",  NULL };
static const char *const false_words[] = { "n",     "N",     "no",  "No",  "NO",  "false",
                                           "False", "FALSE", "off", "Off", "OFF", NULL };
static const char *const null_words[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const infinity_words[] = { ".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf",
                                              "+.INF", "-.inf", "-.Inf", "-.INF", NULL };
static const char *const nan_words[] = { ".nan", ".NaN", ".NAN", NULL };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 0x1f, 0o17, or a decimal with an optional sign, fraction and exponent. */
static bool parse_number(Arena *arena, Text text, Number *ret_number)
{
    if (text_starts_with(text, TEXT_LIT("0x")))
        return number_parse_base(arena, text_slice(text, 2, text.length), 16, ret_number);
    if (text_starts_with(text, TEXT_LIT("0o")))
        return number_parse_base(arena, text_slice(text, 2, text.length), 8, ret_number);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (!is_digit(c) && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-')
            return false;
    }
    return text.length > 0 && number_parse(arena, text, ret_number);
}

/* --- timestamps ----------------------------------------------------------------------------- */

/* One or two digits; -1 when there is none. */
static int read_field(Text *text)
{
    int number = -1;

    for (size_t i = 0; i < 2 && text->length && is_digit(text->bytes[0]); i++) {
        number = (number < 0 ? 0 : number * 10) + (text->bytes[0] - '0');
        *text = text_slice(*text, 1, text->length);
    }
    return number;
}

static bool take(Text *text, const char *any)
{
    for (; *any && text->length; any++) {
        if (text->bytes[0] == *any) {
            *text = text_slice(*text, 1, text->length);
            return true;
        }
    }
    return false;
}

static bool take_zone(Text *text, Text *ret_zone)
{
    Text start = *text;

    if (take(text, "Z")) {
        *ret_zone = TEXT_LIT("Z");
        return true;
    }
    if (!take(text, "+-") || read_field(text) < 0 || !take(text, ":") || read_field(text) < 0)
        return false;
    *ret_zone = text_slice(start, 0, 6);
    return true;
}

/* time = h ":" m ":" s ("." digit*)?, with a zone after T and none after a blank */
static bool read_time(Text *text, bool zoned, int clock[3], Text *ret_zone)
{
    *ret_zone = TEXT_LIT("Z");
    for (int i = 0; i < 3; i++) {
        clock[i] = read_field(text);
        if (clock[i] < 0 || clock[i] > (i ? 59 : 23) || (i < 2 && !take(text, ":")))
            return false;
    }
    if (take(text, "."))
        while (text->length && is_digit(text->bytes[0]))
            *text = text_slice(*text, 1, text->length);
    return !zoned || take_zone(text, ret_zone);
}

/* YYYY-M-D, alone or with a time; as RFC 3339. */
static bool parse_timestamp(Arena *arena, Text text, Text *ret_text)
{
    Text year = text_slice(text, 0, 4), zone = TEXT_LIT("Z");
    int month, day, clock[3] = { 0 };

    for (size_t i = 0; i < 4; i++)
        if (i >= text.length || !is_digit(text.bytes[i]))
            return false;
    text = text_slice(text, 4, text.length);
    if (!take(&text, "-") || (month = read_field(&text)) < 1 || month > 12 || !take(&text, "-") ||
        (day = read_field(&text)) < 1 || day > 31)
        return false;
    if (text.length) {
        bool zoned = text.bytes[0] != ' ';

        if (!take(&text, "Tt ") || !read_time(&text, zoned, clock, &zone))
            return false;
    }
    if (text.length)
        return false;
    *ret_text = text_format(arena, TEXT_FMT "-%02d-%02dT%02d:%02d:%02d" TEXT_FMT, TEXT(year), month, day, clock[0],
                            clock[1], clock[2], TEXT(zone));
    return true;
}

/* --- decoding ------------------------------------------------------------------------------- */

typedef struct Decoder {
    Call *call;
    yaml_parser_t parser;
    yaml_event_t event;
    Table anchors; /* name → Value; NULL while it is being read */
    size_t expanded;
    bool failed;
} Decoder;

/* Reported where the event is, once. */
__attribute__((format(printf, 3, 4))) static Value fail(Decoder *decoder, yaml_mark_t mark, const char *format, ...)
{
    va_list arguments;
    Text why;

    va_start(arguments, format);
    why = text_format_list(decoder->call->arena, format, arguments);
    va_end(arguments);
    if (!decoder->failed)
        call_error(decoder->call, -1, "on line %zu, column %zu: " TEXT_FMT, mark.line + 1, mark.column + 1, TEXT(why));
    decoder->failed = true;
    return value_unknown(type_dynamic);
}

static void next(Decoder *decoder)
{
    yaml_event_delete(&decoder->event);
    if (!decoder->failed && !yaml_parser_parse(&decoder->parser, &decoder->event))
        fail(decoder, decoder->parser.problem_mark, "%s",
             decoder->parser.problem ? decoder->parser.problem : "this is no YAML");
}

/* A tag without what all of the standard ones begin with; empty where there is none. */
static Text tag_name(const yaml_char_t *tag)
{
    Text text = text_of((const char *)tag), standard = TEXT_LIT(YAML_STR_TAG);

    standard.length -= 3;
    return text_starts_with(text, standard) ? text_slice(text, standard.length, text.length) : text;
}

static Value scalar_by_content(Decoder *decoder, Text text)
{
    Arena *arena = decoder->call->arena;
    Number number;
    Text time;

    if (is_one_of(text, true_words) || is_one_of(text, false_words))
        return value_bool(is_one_of(text, true_words));
    if (is_one_of(text, null_words))
        return value_null(type_dynamic);
    if (is_one_of(text, nan_words))
        return fail(decoder, decoder->event.start_mark, "floating point NaN is not supported");
    if (is_one_of(text, infinity_words)) {
        number_parse(arena, text.bytes[0] == '-' ? TEXT_LIT("-Inf") : TEXT_LIT("Inf"), &number);
        return value_number(number);
    }
    if (parse_number(arena, text, &number))
        return value_number(number);
    return parse_timestamp(arena, text, &time) ? value_string_raw(time) : value_string(arena, text);
}

/* What is quoted is a string, whatever its tag. */
static Value decode_scalar(Decoder *decoder)
{
    Text text = { (const char *)decoder->event.data.scalar.value, decoder->event.data.scalar.length };
    Text tag = tag_name(decoder->event.data.scalar.tag);
    bool quoted = decoder->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    static const char *const known[] = { "", "str", "binary", "null", "bool", "int", "float", "timestamp", NULL };
    Value value;

    if (!is_one_of(tag, known))
        return fail(decoder, decoder->event.start_mark, "unsupported tag \"" TEXT_FMT "\"", TEXT(tag));
    if (quoted || text_is(tag, "str") || text_is(tag, "binary"))
        return value_string(decoder->call->arena, text_copy(decoder->call->arena, text));
    if (text_is(tag, "null"))
        return value_null(type_dynamic);
    value = scalar_by_content(decoder, text_copy(decoder->call->arena, text));
    if ((text_is(tag, "int") || text_is(tag, "float")) && value.type != type_number)
        return fail(decoder, decoder->event.start_mark, "cannot parse \"" TEXT_FMT "\" as a number", TEXT(text));
    return value;
}

static Value decode_node(Decoder *decoder, size_t depth);

static Value decode_alias(Decoder *decoder)
{
    Text name = text_of((const char *)decoder->event.data.alias.anchor);
    Value *value = table_find(&decoder->anchors, name);

    if (!table_has(&decoder->anchors, name))
        return fail(decoder, decoder->event.start_mark, "reference to undefined anchor \"" TEXT_FMT "\"", TEXT(name));
    if (!value)
        return fail(decoder, decoder->event.start_mark, "anchor \"" TEXT_FMT "\" holds itself", TEXT(name));
    return *value;
}

static Value decode_sequence(Decoder *decoder, size_t depth)
{
    ValueBuilder builder = value_builder(decoder->call->arena);

    for (next(decoder); !decoder->failed && decoder->event.type != YAML_SEQUENCE_END_EVENT; next(decoder))
        value_builder_add(&builder, decode_node(decoder, depth + 1));
    return value_built_tuple(&builder);
}

/* Keys are strings, or what has a text: numbers and bools. */
static Text decode_key(Decoder *decoder, size_t depth)
{
    yaml_mark_t mark = decoder->event.start_mark;
    Value key = decode_node(decoder, depth + 1);

    if (decoder->failed)
        return TEXT_NONE;
    if (key.state == VALUE_NULL)
        fail(decoder, mark, "mapping key cannot be null");
    else if (!type_is_primitive(key.type))
        fail(decoder, mark, "only strings are allowed as mapping keys");
    else
        return value_to_text(decoder->call->arena, key);
    return TEXT_NONE;
}

static bool is_merge_key(const Decoder *decoder)
{
    return decoder->event.type == YAML_SCALAR_EVENT && decoder->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           !decoder->event.data.scalar.tag && text_is(text_of((const char *)decoder->event.data.scalar.value), "<<");
}

static Value decode_mapping(Decoder *decoder, size_t depth)
{
    Arena *arena = decoder->call->arena;
    ValueBuilder builder = value_builder(arena), merged = value_builder(arena);

    for (next(decoder); !decoder->failed && decoder->event.type != YAML_MAPPING_END_EVENT; next(decoder)) {
        yaml_mark_t mark = decoder->event.start_mark;
        bool merges = is_merge_key(decoder);
        Text key = decode_key(decoder, depth);
        Value value;

        next(decoder);
        if (decoder->failed)
            break;
        value = decode_node(decoder, depth + 1);
        if (!merges)
            value_builder_put(&builder, key, value);
        else if (!is_mapping_type(value.type) || value.state != VALUE_KNOWN)
            fail(decoder, mark, "cannot merge " TEXT_FMT " into mapping", TEXT(type_friendly(arena, value.type)));
        for (size_t i = 0; merges && !decoder->failed && i < value_count(value); i++)
            value_builder_put(&merged, value_key_at(value, i), value_at(value, i));
    }
    /* What is written out wins over what is merged, wherever it stands. */
    for (size_t i = 0; i < builder.keys.count; i++)
        value_builder_put(&merged, builder.keys.items[i], builder.values.items[i]);
    return value_built_object(&merged);
}

static bool check_collection_tag(Decoder *decoder, const yaml_char_t *tag, const char *expected, const char *what)
{
    Text name = tag_name(tag);

    if (!name.length || text_is(name, expected))
        return true;
    fail(decoder, decoder->event.start_mark, "can't interpret %s as " TEXT_FMT, what, TEXT(text_of((const char *)tag)));
    return false;
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

static size_t count_nodes(Value value)
{
    size_t count = 1;

    if (value.state == VALUE_KNOWN && !type_is_primitive(value.type))
        for (size_t i = 0; i < value_count(value); i++)
            count += count_nodes(value_at(value, i));
    return count;
}

/* What an alias stands for is counted in full: a few lines of them could fill the memory. */
static Value decode_content(Decoder *decoder, size_t depth)
{
    Value value;

    switch (decoder->event.type) {
    case YAML_SCALAR_EVENT:
        return decode_scalar(decoder);
    case YAML_ALIAS_EVENT:
        value = decode_alias(decoder);
        decoder->expanded += count_nodes(value);
        if (decoder->expanded > EXPANDED_MAX)
            return fail(decoder, decoder->event.start_mark, "the aliases stand for more than %d nodes", EXPANDED_MAX);
        return value;
    case YAML_SEQUENCE_START_EVENT:
        if (!check_collection_tag(decoder, decoder->event.data.sequence_start.tag, "seq", "sequence"))
            return value_unknown(type_dynamic);
        return decode_sequence(decoder, depth);
    case YAML_MAPPING_START_EVENT:
        if (!check_collection_tag(decoder, decoder->event.data.mapping_start.tag, "map", "mapping"))
            return value_unknown(type_dynamic);
        return decode_mapping(decoder, depth);
    default:
        return fail(decoder, decoder->event.start_mark, "a value is expected here");
    }
}

static Value decode_node(Decoder *decoder, size_t depth)
{
    Arena *arena = decoder->call->arena;
    const yaml_char_t *anchor = anchor_of(&decoder->event);
    Text name = anchor ? text_copy(arena, text_of((const char *)anchor)) : TEXT_NONE;
    Value value, *kept;

    if (depth > DEPTH_MAX)
        return fail(decoder, decoder->event.start_mark, "values can be nested %d levels deep", DEPTH_MAX);
    if (anchor)
        table_put(arena, &decoder->anchors, name, NULL);
    value = decode_content(decoder, depth);
    if (anchor) {
        kept = arena_new(arena, Value);
        *kept = value;
        table_put(arena, &decoder->anchors, name, kept);
    }
    return value;
}

/* stream = one document */
static Value decode_stream(Decoder *decoder)
{
    Value value;

    next(decoder); /* the stream's start */
    next(decoder);
    if (decoder->failed)
        return value_unknown(type_dynamic);
    if (decoder->event.type != YAML_DOCUMENT_START_EVENT)
        return fail(decoder, decoder->event.start_mark, "missing start of document");
    if (decoder->event.data.document_start.version_directive &&
        decoder->event.data.document_start.version_directive->minor != 1)
        return fail(decoder, decoder->event.start_mark, "found incompatible YAML document");
    next(decoder);
    value = decoder->failed ? value_unknown(type_dynamic) : decode_node(decoder, 0);
    next(decoder); /* the document's end */
    next(decoder);
    if (!decoder->failed && decoder->event.type != YAML_STREAM_END_EVENT)
        return fail(decoder, decoder->event.start_mark, "unexpected extra content after value");
    return decoder->failed ? value_unknown(type_dynamic) : value;
}

Value function_yamldecode(Call *call)
{
    Decoder decoder = { .call = call };
    Text text = call_text(call, 0);
    Value value;

    if (!yaml_parser_initialize(&decoder.parser))
        return call_error(call, -1, "there is no memory for it");
    yaml_parser_set_input_string(&decoder.parser, (const unsigned char *)(text.bytes ? text.bytes : ""), text.length);
    yaml_parser_set_encoding(&decoder.parser, YAML_UTF8_ENCODING);
    value = decode_stream(&decoder);
    yaml_event_delete(&decoder.event);
    yaml_parser_delete(&decoder.parser);
    return value;
}

/* --- encoding ------------------------------------------------------------------------------- */

static int write_bytes(void *user, unsigned char *bytes, size_t count)
{
    text_add(user, (Text){ (const char *)bytes, count });
    return 1;
}

static void emit_scalar(yaml_emitter_t *emitter, Text text, yaml_scalar_style_t style)
{
    yaml_event_t event;

    yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)(text.bytes ? text.bytes : ""),
                                 (int)text.length, 1, 1, style);
    yaml_emitter_emit(emitter, &event);
}

/* In quotes, or as a literal block when it has more than one line. */
static void emit_string(yaml_emitter_t *emitter, Text text)
{
    emit_scalar(emitter, text, text_find(text, TEXT_LIT("\n")) == TEXT_NOT_FOUND ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                                                   : YAML_LITERAL_SCALAR_STYLE);
}

static void emit_value(yaml_emitter_t *emitter, Arena *arena, Value value)
{
    yaml_event_t event;
    bool is_mapping = is_mapping_type(value.type);

    if (value.state == VALUE_NULL) {
        emit_scalar(emitter, TEXT_LIT("null"), YAML_PLAIN_SCALAR_STYLE);
    } else if (value.type == type_string) {
        emit_string(emitter, value_text(value));
    } else if (type_is_primitive(value.type)) {
        emit_scalar(emitter, value_to_text(arena, value), YAML_PLAIN_SCALAR_STYLE);
    } else {
        if (is_mapping)
            yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE);
        else
            yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE);
        yaml_emitter_emit(emitter, &event);
        for (size_t i = 0; i < value_count(value); i++) {
            if (is_mapping)
                emit_string(emitter, value_key_at(value, i));
            emit_value(emitter, arena, value_at(value, i));
        }
        if (is_mapping)
            yaml_mapping_end_event_initialize(&event);
        else
            yaml_sequence_end_event_initialize(&event);
        yaml_emitter_emit(emitter, &event);
    }
}

static void emit_document(yaml_emitter_t *emitter, Arena *arena, Value value)
{
    yaml_event_t event;

    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    yaml_emitter_emit(emitter, &event);
    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1);
    yaml_emitter_emit(emitter, &event);
    emit_value(emitter, arena, value);
    yaml_document_end_event_initialize(&event, 1);
    yaml_emitter_emit(emitter, &event);
    yaml_stream_end_event_initialize(&event);
    yaml_emitter_emit(emitter, &event);
}

/* libyaml ends a document with "..." in other cases than the emitter that Terraform has: there, after a
   plain scalar that is all of it. */
static Text with_document_end(Arena *arena, Text text, Value value)
{
    bool is_plain = value.state == VALUE_NULL || value.type == type_number || value.type == type_bool;
    Text end = TEXT_LIT("...\n");

    if (text_ends_with(text, TEXT_LIT("\n...\n")))
        text.length -= end.length;
    return is_plain ? text_concat(arena, text, end) : text;
}

Value function_yamlencode(Call *call)
{
    Value value = call_argument(call, 0);
    TextBuilder builder = text_builder(call->arena);
    yaml_emitter_t emitter;

    if (value.state == VALUE_NULL && call_is_lenient(call))
        return value_null(type_string);
    if (!yaml_emitter_initialize(&emitter))
        return call_error(call, -1, "there is no memory for it");
    yaml_emitter_set_output(&emitter, write_bytes, &builder);
    yaml_emitter_set_unicode(&emitter, 1);
    emit_document(&emitter, call->arena, value);
    yaml_emitter_delete(&emitter);
    return call_string(call, with_document_end(call->arena, text_built(&builder), value));
}
