/* quote.h: text in quotes, as Go's %q writes it: what cannot be printed is an escape. */
#pragma once

#include "pipectl/base/text.h"

void quote_add(TextBuilder *builder, Text text);

/* An attribute's or key's name: as it is where it is an identifier, else in quotes. */
Text quote_name(Arena *arena, Text name);
