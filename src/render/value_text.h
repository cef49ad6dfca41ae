/* value_text.h: values in configuration syntax that gives that very value back: tolist([...]),
 * tostring(null). */
#pragma once

#include "pipectl/render/plan_text.h"

/* [indent]: columns before the line that it begins on. */
void value_text_add(TextBuilder *builder, Value value, size_t indent);
