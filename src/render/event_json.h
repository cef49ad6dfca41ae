/*
 * event_json.h: one line of the -json stream: @level, @message, @module, @timestamp, then what the
 * kind of event adds, by name, and its type among that.
 *
 *   EventLine line = event_begin("info", message);
 *   json_put_text(&line.builder, "provisioner", ...);
 *   event_end(&line, "provision_start", terminal);
 */
#pragma once

#include "json_parts.h"
#include "pipectl/render/terminal.h"

typedef struct EventLine {
    Arena scratch;
    TextBuilder builder;
} EventLine;

/* To the place where the first member of its own goes. */
void event_begin(EventLine *line, const char *level, Text message);
/* For members that sort behind "type". */
void event_put_type(EventLine *line, const char *type);
/* Writes the line and frees what it used. [type]: NULL where it has been put. */
void event_end(EventLine *line, const char *type, Terminal *terminal);

/* {"addr":...,"module":...} of a resource instance. */
void event_put_resource(EventLine *line, const char *member, Address address, Text name);

/* A message that is no more than that. */
void event_log(Terminal *terminal, Text message);
