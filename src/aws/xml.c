#include "xml.h"

#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 100 };

typedef struct Open {
    XmlElement *element;
    TextBuilder text;
} Open;

typedef struct Reading {
    Arena *arena;
    XML_Parser parser;
    XmlElement *root;
    Open open[DEPTH_MAX];
    size_t depth;
} Reading;

static Text without_prefix(Text name)
{
    Text prefix, rest;

    return text_cut(name, TEXT_LIT(":"), &prefix, &rest) ? rest : name;
}

static void on_start(void *user, const char *name, const char **attributes)
{
    Reading *reading = user;
    XmlElement *element = arena_new(reading->arena, XmlElement);

    if (reading->depth == DEPTH_MAX) {
        XML_StopParser(reading->parser, XML_FALSE);
        return;
    }
    element->name = text_copy(reading->arena, without_prefix(text_of(name)));
    for (size_t i = 0; attributes[i]; i += 2)
        list_add(reading->arena, &element->attributes,
                 (XmlAttribute){ text_copy(reading->arena, text_of(attributes[i])),
                                 text_copy(reading->arena, text_of(attributes[i + 1])) });
    if (reading->depth)
        list_add(reading->arena, &reading->open[reading->depth - 1].element->children, element);
    else
        reading->root = element;
    reading->open[reading->depth++] = (Open){ element, text_builder(reading->arena) };
}

static void on_end(void *user, const char *name)
{
    Reading *reading = user;
    Open *open = &reading->open[--reading->depth];

    (void)name;
    open->element->text = text_built(&open->text);
}

static void on_text(void *user, const char *bytes, int length)
{
    Reading *reading = user;

    text_add(&reading->open[reading->depth - 1].text, (Text){ bytes, (size_t)length });
}

static void on_doctype(void *user, const char *name, const char *system, const char *public,
                       int has_subset)
{
    Reading *reading = user;

    (void)name, (void)system, (void)public, (void)has_subset;
    XML_StopParser(reading->parser, XML_FALSE);
}

XmlElement *xml_parse(Arena *arena, Text text)
{
    Reading *reading = arena_new(arena, Reading);
    enum XML_Status status;

    if (text.length > INT_MAX)
        return NULL;
    reading->arena = arena;
    reading->parser = XML_ParserCreate(NULL);
    if (!reading->parser) {
        fputs("pipectl: out of memory\n", stderr);
        exit(1);
    }
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    status = XML_Parse(reading->parser, text.length ? text.bytes : "", (int)text.length, XML_TRUE);
    XML_ParserFree(reading->parser);
    return status == XML_STATUS_OK ? reading->root : NULL;
}

const XmlElement *xml_child(const XmlElement *element, const char *name)
{
    for (size_t i = 0; element && i < element->children.count; i++)
        if (text_is(element->children.items[i]->name, name))
            return element->children.items[i];
    return NULL;
}

Text xml_child_text(const XmlElement *element, const char *name)
{
    const XmlElement *child = xml_child(element, name);

    return child ? text_trim(child->text) : TEXT_NONE;
}

void xml_add_text(TextBuilder *builder, Text text)
{
    for (size_t i = 0; i < text.length; i++) {
        switch (text.bytes[i]) {
        case '&':
            text_add(builder, TEXT_LIT("&amp;"));
            break;
        case '<':
            text_add(builder, TEXT_LIT("&lt;"));
            break;
        case '>':
            text_add(builder, TEXT_LIT("&gt;"));
            break;
        case '"':
            text_add(builder, TEXT_LIT("&quot;"));
            break;
        case '\r':
            text_add(builder, TEXT_LIT("&#13;"));
            break;
        default:
            text_add_char(builder, text.bytes[i]);
        }
    }
}
