/*
 * files.h: what the functions that look at files share.
 */
#pragma once

#include "functions.h"

/* The name as the system knows it: ~ expanded, relative to the scope's directory. */
Text file_path(const Call *call, Text name);

/* The file that the first argument names. Reported at [argument], -1 for the call. */
bool read_file(Call *call, int argument, Text *ret_content);
