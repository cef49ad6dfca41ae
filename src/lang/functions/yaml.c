/*
 * yamldecode and yamlencode, which have rules of their own: the words of YAML 1.1 (yes, on, ~),
 * numbers as the language reads them, timestamps in one form, and an emitter that quotes every
 * string.
 */
#include "functions.h"

#include "../yaml_stream.h"
#include "pipectl/base/table.h"

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
    *ret_text = text_format(arena, TEXT_FMT "-%02d-%02dT%02d:%02d:%02d" TEXT_FMT, TEXT(year), month,
                            day, clock[0], clock[1], clock[2], TEXT(zone));
    return true;
}

/* --- decoding ------------------------------------------------------------------------------- */

typedef struct Decoder {
    Call *call;
    YamlStream *stream;
    YamlEvent event;
    Table anchors; /* name → Value; NULL while it is being read */
    size_t expanded;
    bool failed;
} Decoder;

/* Reported where the event is, once. */
__attribute__((format(printf, 3, 4))) static Value fail(Decoder *decoder, YamlMark mark,
                                                        const char *format, ...)
{
    va_list arguments;
    Text why;

    va_start(arguments, format);
    why = text_format_list(decoder->call->arena, format, arguments);
    va_end(arguments);
    if (!decoder->failed)
        call_error(decoder->call, -1, "on line %zu, column %zu: " TEXT_FMT, mark.line + 1,
                   mark.column + 1, TEXT(why));
    decoder->failed = true;
    return value_unknown(type_dynamic);
}

static void next(Decoder *decoder)
{
    YamlProblem problem;

    if (decoder->failed || yaml_stream_next(decoder->stream, &decoder->event))
        return;
    problem = yaml_stream_problem(decoder->stream);
    fail(decoder, problem.at, "%s", problem.problem);
}

/* A tag without what all of the standard ones begin with; empty where there is none. */
static Text tag_name(Text tag)
{
    Text standard = TEXT_LIT(YAML_TAG_PREFIX);

    return text_starts_with(tag, standard) ? text_slice(tag, standard.length, tag.length) : tag;
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
        return fail(decoder, decoder->event.start, "floating point NaN is not supported");
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
    Text text = decoder->event.text, tag = tag_name(decoder->event.tag);
    bool quoted = decoder->event.style != STYLE_PLAIN;
    static const char *const known[] = { "",    "str",   "binary",    "null", "bool",
                                        "int", "float", "timestamp", NULL };
    Value value;

    if (!is_one_of(tag, known))
        return fail(decoder, decoder->event.start, "unsupported tag \"" TEXT_FMT "\"", TEXT(tag));
    if (quoted || text_is(tag, "str") || text_is(tag, "binary"))
        return value_string(decoder->call->arena, text);
    if (text_is(tag, "null"))
        return value_null(type_dynamic);
    value = scalar_by_content(decoder, text);
    if ((text_is(tag, "int") || text_is(tag, "float")) && value.type != type_number)
        return fail(decoder, decoder->event.start, "cannot parse \"" TEXT_FMT "\" as a number",
                    TEXT(text));
    return value;
}

static Value decode_node(Decoder *decoder, size_t depth);

static Value decode_alias(Decoder *decoder)
{
    Text name = decoder->event.anchor;
    Value *value = table_find(&decoder->anchors, name);

    if (!table_has(&decoder->anchors, name))
        return fail(decoder, decoder->event.start, "reference to undefined anchor \"" TEXT_FMT "\"",
                    TEXT(name));
    if (!value)
        return fail(decoder, decoder->event.start, "anchor \"" TEXT_FMT "\" holds itself",
                    TEXT(name));
    return *value;
}

static Value decode_sequence(Decoder *decoder, size_t depth)
{
    ValueBuilder builder = value_builder(decoder->call->arena);

    for (next(decoder); !decoder->failed && decoder->event.kind != EVENT_SEQUENCE_END;
         next(decoder))
        value_builder_add(&builder, decode_node(decoder, depth + 1));
    return value_built_tuple(&builder);
}

/* Keys are strings, or what has a text: numbers and bools. */
static Text decode_key(Decoder *decoder, size_t depth)
{
    YamlMark mark = decoder->event.start;
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

static bool is_merge_key(const YamlEvent *event)
{
    return event->kind == EVENT_SCALAR && event->style == STYLE_PLAIN && !event->tag.length &&
           text_is(event->text, "<<");
}

static Value decode_mapping(Decoder *decoder, size_t depth)
{
    Arena *arena = decoder->call->arena;
    ValueBuilder builder = value_builder(arena), merged = value_builder(arena);

    for (next(decoder); !decoder->failed && decoder->event.kind != EVENT_MAPPING_END;
         next(decoder)) {
        YamlMark mark = decoder->event.start;
        bool merges = is_merge_key(&decoder->event);
        Text key = decode_key(decoder, depth);
        Value value;

        next(decoder);
        if (decoder->failed)
            break;
        value = decode_node(decoder, depth + 1);
        if (!merges)
            value_builder_put(&builder, key, value);
        else if (!is_mapping_type(value.type) || value.state != VALUE_KNOWN)
            fail(decoder, mark, "cannot merge " TEXT_FMT " into mapping",
                 TEXT(type_friendly(arena, value.type)));
        for (size_t i = 0; merges && !decoder->failed && i < value_count(value); i++)
            value_builder_put(&merged, value_key_at(value, i), value_at(value, i));
    }
    /* What is written out wins over what is merged, wherever it stands. */
    for (size_t i = 0; i < builder.keys.count; i++)
        value_builder_put(&merged, builder.keys.items[i], builder.values.items[i]);
    return value_built_object(&merged);
}

static bool check_collection_tag(Decoder *decoder, const char *expected, const char *what)
{
    Text name = tag_name(decoder->event.tag);

    if (!name.length || text_is(name, expected))
        return true;
    fail(decoder, decoder->event.start, "can't interpret %s as " TEXT_FMT, what,
         TEXT(decoder->event.tag));
    return false;
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

    switch (decoder->event.kind) {
    case EVENT_SCALAR:
        return decode_scalar(decoder);
    case EVENT_ALIAS:
        value = decode_alias(decoder);
        decoder->expanded += count_nodes(value);
        if (decoder->expanded > EXPANDED_MAX)
            return fail(decoder, decoder->event.start, "the aliases stand for more than %d nodes",
                        EXPANDED_MAX);
        return value;
    case EVENT_SEQUENCE:
        if (!check_collection_tag(decoder, "seq", "sequence"))
            return value_unknown(type_dynamic);
        return decode_sequence(decoder, depth);
    case EVENT_MAPPING:
        if (!check_collection_tag(decoder, "map", "mapping"))
            return value_unknown(type_dynamic);
        return decode_mapping(decoder, depth);
    default:
        return fail(decoder, decoder->event.start, "a value is expected here");
    }
}

static Value decode_node(Decoder *decoder, size_t depth)
{
    Arena *arena = decoder->call->arena;
    Text anchor = decoder->event.kind == EVENT_ALIAS ? TEXT_NONE : decoder->event.anchor;
    Value value, *kept;

    if (depth > DEPTH_MAX)
        return fail(decoder, decoder->event.start, "values can be nested %d levels deep",
                    DEPTH_MAX);
    if (anchor.length)
        table_put(arena, &decoder->anchors, anchor, NULL);
    value = decode_content(decoder, depth);
    if (anchor.length) {
        kept = arena_new(arena, Value);
        *kept = value;
        table_put(arena, &decoder->anchors, anchor, kept);
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
    if (decoder->event.kind != EVENT_DOCUMENT)
        return fail(decoder, decoder->event.start, "missing start of document");
    if (decoder->event.version_minor >= 0 && decoder->event.version_minor != 1)
        return fail(decoder, decoder->event.start, "found incompatible YAML document");
    next(decoder);
    value = decoder->failed ? value_unknown(type_dynamic) : decode_node(decoder, 0);
    next(decoder); /* the document's end */
    next(decoder);
    if (!decoder->failed && decoder->event.kind != EVENT_STREAM_END)
        return fail(decoder, decoder->event.start, "unexpected extra content after value");
    return decoder->failed ? value_unknown(type_dynamic) : value;
}

Value function_yamldecode(Call *call)
{
    Decoder decoder = { .call = call, .stream = yaml_stream_open(call->arena, call_text(call, 0)) };
    Value value = decode_stream(&decoder);

    yaml_stream_close(decoder.stream);
    return value;
}

/* --- encoding ------------------------------------------------------------------------------- */

/* In quotes, or as a literal block when it has more than one line. */
static void write_string(YamlWriter *writer, Text text)
{
    yaml_write_scalar(writer, text,
                      text_find(text, TEXT_LIT("\n")) == TEXT_NOT_FOUND ? STYLE_DOUBLE
                                                                        : STYLE_BLOCK);
}

static void write_value(YamlWriter *writer, Arena *arena, Value value)
{
    bool is_mapping = is_mapping_type(value.type);

    if (value.state == VALUE_NULL) {
        yaml_write_scalar(writer, TEXT_LIT("null"), STYLE_PLAIN);
    } else if (value.type == type_string) {
        write_string(writer, value_text(value));
    } else if (type_is_primitive(value.type)) {
        yaml_write_scalar(writer, value_to_text(arena, value), STYLE_PLAIN);
    } else {
        yaml_write_start(writer, is_mapping);
        for (size_t i = 0; i < value_count(value); i++) {
            if (is_mapping)
                write_string(writer, value_key_at(value, i));
            write_value(writer, arena, value_at(value, i));
        }
        yaml_write_end(writer, is_mapping);
    }
}

/* libyaml ends a document with "..." in other cases than the emitter that Terraform has: there,
   after a plain scalar that is all of it. */
static Text with_document_end(Arena *arena, Text text, Value value)
{
    bool is_plain =
        value.state == VALUE_NULL || value.type == type_number || value.type == type_bool;
    Text end = TEXT_LIT("...\n");

    if (text_ends_with(text, TEXT_LIT("\n...\n")))
        text.length -= end.length;
    return is_plain ? text_concat(arena, text, end) : text;
}

Value function_yamlencode(Call *call)
{
    Value value = call_argument(call, 0);
    TextBuilder builder = text_builder(call->arena);
    YamlWriter *writer;

    if (value.state == VALUE_NULL && call_is_lenient(call))
        return value_null(type_string);
    writer = yaml_writer_open(call->arena, &builder);
    write_value(writer, call->arena, value);
    yaml_writer_close(writer);
    return call_string(call, with_document_end(call->arena, text_built(&builder), value));
}
