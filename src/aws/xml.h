/*
 * xml.h: XML text to a tree of elements. The only user of expat.
 *
 * Names are without their namespace prefix; attributes keep theirs ("xsi:type"); namespaces are not
 * looked at. Documents with a DTD are refused (so entities of their own, too), as is nesting over
 * 100 elements.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/text.h"

typedef struct XmlAttribute {
    Text name;
    Text value;
} XmlAttribute;

typedef struct XmlElement XmlElement;
struct XmlElement {
    Text name;
    LIST(XmlAttribute) attributes;
    LIST(XmlElement *) children;
    Text text; /* all of it, in order; of an element with children mostly white space */
};

/* The root element, or NULL when [text] is no whole XML document. */
XmlElement *xml_parse(Arena *arena, Text text);

/* The first child of that name, or NULL; [element] may be NULL. */
const XmlElement *xml_child(const XmlElement *element, const char *name);

/* The trimmed text of that child; empty when absent. */
Text xml_child_text(const XmlElement *element, const char *name);

/* Adds [text] with what XML reserves escaped, CR too (a reader would make LF of it). */
void xml_add_text(TextBuilder *builder, Text text);
