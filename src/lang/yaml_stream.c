#include "yaml_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

struct YamlStream {
    Arena *arena;
    yaml_parser_t parser;
};

struct YamlWriter {
    yaml_emitter_t emitter;
};

static void give_up(void)
{
    fprintf(stderr, "pipectl: out of memory\n");
    exit(1);
}

/* --- reading -------------------------------------------------------------------------------- */

YamlStream *yaml_stream_open(Arena *arena, Text text)
{
    YamlStream *stream = arena_new(arena, YamlStream);

    stream->arena = arena;
    if (!yaml_parser_initialize(&stream->parser))
        give_up();
    yaml_parser_set_encoding(&stream->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &stream->parser, (const unsigned char *)(text.bytes ? text.bytes : ""), text.length);
    return stream;
}

void yaml_stream_close(YamlStream *stream)
{
    yaml_parser_delete(&stream->parser);
}

static YamlMark mark_of(yaml_mark_t mark)
{
    return (YamlMark){ mark.index, mark.line, mark.column };
}

static Text copied(Arena *arena, const yaml_char_t *terminated)
{
    return terminated ? text_copy(arena, text_of((const char *)terminated)) : TEXT_NONE;
}

static YamlStyle style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return STYLE_SINGLE;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return STYLE_DOUBLE;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
        return STYLE_BLOCK;
    default:
        return STYLE_PLAIN;
    }
}

static EventKind kind_of(yaml_event_type_t type)
{
    switch (type) {
    case YAML_STREAM_START_EVENT:
        return EVENT_STREAM;
    case YAML_DOCUMENT_START_EVENT:
        return EVENT_DOCUMENT;
    case YAML_DOCUMENT_END_EVENT:
        return EVENT_DOCUMENT_END;
    case YAML_ALIAS_EVENT:
        return EVENT_ALIAS;
    case YAML_SCALAR_EVENT:
        return EVENT_SCALAR;
    case YAML_SEQUENCE_START_EVENT:
        return EVENT_SEQUENCE;
    case YAML_SEQUENCE_END_EVENT:
        return EVENT_SEQUENCE_END;
    case YAML_MAPPING_START_EVENT:
        return EVENT_MAPPING;
    case YAML_MAPPING_END_EVENT:
        return EVENT_MAPPING_END;
    default:
        return EVENT_STREAM_END;
    }
}

/* What only some kinds have. */
static void copy_details(Arena *arena, const yaml_event_t *from, YamlEvent *to)
{
    switch (from->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (from->data.document_start.version_directive)
            to->version_minor = from->data.document_start.version_directive->minor;
        break;
    case YAML_ALIAS_EVENT:
        to->anchor = copied(arena, from->data.alias.anchor);
        break;
    case YAML_SCALAR_EVENT:
        to->text = text_copy(
            arena, (Text){ (const char *)from->data.scalar.value, from->data.scalar.length});
        to->anchor = copied(arena, from->data.scalar.anchor);
        to->tag = copied(arena, from->data.scalar.tag);
        to->style = style_of(from->data.scalar.style);
        break;
    case YAML_SEQUENCE_START_EVENT:
        to->anchor = copied(arena, from->data.sequence_start.anchor);
        to->tag = copied(arena, from->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        to->anchor = copied(arena, from->data.mapping_start.anchor);
        to->tag = copied(arena, from->data.mapping_start.tag);
        break;
    default:
        break;
    }
}

bool yaml_stream_next(YamlStream *stream, YamlEvent *ret_event)
{
    yaml_event_t event;

    if (!yaml_parser_parse(&stream->parser, &event))
        return false;
    *ret_event = (YamlEvent){
        .kind = kind_of(event.type),
        .version_minor = -1,
        .start = mark_of(event.start_mark),
        .end = mark_of(event.end_mark),
    };
    copy_details(stream->arena, &event, ret_event);
    yaml_event_delete(&event);
    return true;
}

YamlProblem yaml_stream_problem(const YamlStream *stream)
{
    const yaml_parser_t *parser = &stream->parser;

    return (YamlProblem){
        .problem = parser->problem ? parser->problem : "the text is not YAML",
        .context = parser->context ? parser->context : "",
        .at = mark_of(parser->problem_mark),
        .context_at = mark_of(parser->context_mark),
        .is_character = parser->error == YAML_READER_ERROR,
        .offset = parser->problem_offset,
    };
}

/* --- writing -------------------------------------------------------------------------------- */

static int write_bytes(void *user, unsigned char *bytes, size_t count)
{
    text_add(user, (Text){ (const char *)bytes, count });
    return 1;
}

static void emit(YamlWriter *writer, int made, yaml_event_t *event)
{
    /* Events are well formed and the output takes everything: only memory can be missing. */
    if (!made || !yaml_emitter_emit(&writer->emitter, event))
        give_up();
}

YamlWriter *yaml_writer_open(Arena *arena, TextBuilder *out)
{
    YamlWriter *writer = arena_new(arena, YamlWriter);
    yaml_event_t event;

    if (!yaml_emitter_initialize(&writer->emitter))
        give_up();
    yaml_emitter_set_output(&writer->emitter, write_bytes, out);
    yaml_emitter_set_unicode(&writer->emitter, 1);
    emit(writer, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    emit(writer, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    return writer;
}

void yaml_write_scalar(YamlWriter *writer, Text text, YamlStyle style)
{
    static const yaml_scalar_style_t styles[] = {
        [STYLE_PLAIN] = YAML_PLAIN_SCALAR_STYLE,
        [STYLE_SINGLE] = YAML_SINGLE_QUOTED_SCALAR_STYLE,
        [STYLE_DOUBLE] = YAML_DOUBLE_QUOTED_SCALAR_STYLE,
        [STYLE_BLOCK] = YAML_LITERAL_SCALAR_STYLE,
    };
    const yaml_char_t *bytes = (const yaml_char_t *)(text.bytes ? text.bytes : "");
    yaml_event_t event;

    emit(writer,
         yaml_scalar_event_initialize(&event, NULL, NULL, bytes, (int)text.length, 1, 1,
                                      styles[style]),
         &event);
}

void yaml_write_start(YamlWriter *writer, bool is_mapping)
{
    yaml_event_t event;
    int made = is_mapping ? yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                                                YAML_BLOCK_MAPPING_STYLE)
                          : yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                                 YAML_BLOCK_SEQUENCE_STYLE);

    emit(writer, made, &event);
}

void yaml_write_end(YamlWriter *writer, bool is_mapping)
{
    yaml_event_t event;

    emit(writer,
         is_mapping ? yaml_mapping_end_event_initialize(&event)
                    : yaml_sequence_end_event_initialize(&event),
         &event);
}

void yaml_writer_close(YamlWriter *writer)
{
    yaml_event_t event;

    emit(writer, yaml_document_end_event_initialize(&event, 1), &event);
    emit(writer, yaml_stream_end_event_initialize(&event), &event);
    yaml_emitter_delete(&writer->emitter);
}
