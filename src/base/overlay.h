/* overlay.h: what file.c asks before it looks at the disk. */
#pragma once

#include "pipectl/base/file.h"

/* NULL: no such file in the overlay. */
const Text *overlay_find(Text path);

/* The names in a folder that the overlay knows, or NULL. */
const TextList *overlay_directory(Text path);
