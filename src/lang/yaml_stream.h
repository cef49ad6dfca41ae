/*
 * yaml_stream.h: YAML as a stream of events, read and written. The only user of libyaml.
 *
 * It knows YAML's syntax and nothing of what scalars mean: the readers of configuration and the
 * functions yamldecode and yamlencode have rules of their own for that.
 *
 * Calling sequence
 *   YamlStream *stream = yaml_stream_open(arena, text);
 *   while (yaml_stream_next(stream, &event) && event.kind != EVENT_STREAM_END) ...
 *   yaml_stream_close(stream);
 *
 * Errors      yaml_stream_next returns false, and yaml_stream_problem says why.
 * Ownership   Texts of events live in the arena.
 */
#pragma once

#include "pipectl/base/text.h"

typedef enum EventKind {
    EVENT_STREAM,
    EVENT_STREAM_END,
    EVENT_DOCUMENT,
    EVENT_DOCUMENT_END,
    EVENT_SCALAR,
    EVENT_ALIAS,
    EVENT_SEQUENCE,
    EVENT_SEQUENCE_END,
    EVENT_MAPPING,
    EVENT_MAPPING_END,
} EventKind;

typedef enum YamlStyle { STYLE_PLAIN, STYLE_SINGLE, STYLE_DOUBLE, STYLE_BLOCK } YamlStyle;

/* All count from 0; the index counts characters (code points), not bytes. */
typedef struct YamlMark {
    size_t index;
    size_t line;
    size_t column;
} YamlMark;

typedef struct YamlEvent {
    EventKind kind;
    Text text;    /* of a scalar */
    Text anchor;  /* of a node; the name that an alias stands for; empty: none */
    Text tag;     /* of a node, in full (YAML_TAG_PREFIX "str"); empty: none */
    YamlStyle style;
    int version_minor; /* of a document: the N of %YAML 1.N, -1 where it is not said */
    YamlMark start;
    YamlMark end;
} YamlEvent;

#define YAML_TAG_PREFIX "tag:yaml.org,2002:"

/* What libyaml says when the text is no YAML. */
typedef struct YamlProblem {
    const char *problem;
    const char *context; /* empty: none */
    YamlMark at;
    YamlMark context_at;
    bool is_character; /* a character that may not stand in YAML: only [offset], in bytes, is known
                        */
    size_t offset;
} YamlProblem;

typedef struct YamlStream YamlStream;

YamlStream *yaml_stream_open(Arena *arena, Text text);
bool yaml_stream_next(YamlStream *stream, YamlEvent *ret_event);
YamlProblem yaml_stream_problem(const YamlStream *stream);
void yaml_stream_close(YamlStream *stream);

/* --- writing -------------------------------------------------------------------------------- */

typedef struct YamlWriter YamlWriter;

/* One document, in block style. [out] must stay where it is until the writer is closed. */
YamlWriter *yaml_writer_open(Arena *arena, TextBuilder *out);
void yaml_write_scalar(YamlWriter *writer, Text text, YamlStyle style);
void yaml_write_start(YamlWriter *writer, bool is_mapping);
void yaml_write_end(YamlWriter *writer, bool is_mapping);
void yaml_writer_close(YamlWriter *writer);
