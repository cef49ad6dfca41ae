/*
 * scan.h: walks over the members of a JSON object or array without building it.
 *
 * A state file may have tens of megabytes; its pieces are found with this and parsed one at a time.
 * It looks at nesting and strings only: each piece is checked when it is parsed.
 *
 *   Scan scan = scan_open(text);
 *   while (scan_next(&scan, &key, &value)) ...
 *   if (!scan_ok(&scan)) it is not well formed
 */
#pragma once

#include "pipectl/base/text.h"

typedef struct Scan {
    Text rest;
    char close; /* what ends it: '}' or ']' */
    bool started, ended, failed;
} Scan;

/* [text]: an object or an array, white space around it allowed. */
Scan scan_open(Text text);

/* The next member: its key without the quotes, as it stands (empty in an array), and the text of
 * its value. */
bool scan_next(Scan *scan, Text *ret_key, Text *ret_value);

/* It ended properly, with nothing behind it. */
bool scan_ok(const Scan *scan);
