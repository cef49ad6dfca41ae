/*
 * yaml_schema.h: what a plain scalar means: the core schema of YAML 1.2.
 */
#pragma once

#include "pipectl/lang/node.h"

/* yes, no, on, off, 1_000, 12:30 and dates are strings. */
NodeKind yaml_kind(Text text);

/* .inf, .nan: numbers of the schema that there are not in this language. */
bool yaml_is_infinite(Text text);
