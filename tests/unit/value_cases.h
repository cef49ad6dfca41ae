/* value_cases.h: reading the files of tests/value, for the tests of the value layer. */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/value/json.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* The text of tests/value/[name]; fails the test when it cannot be read. */
static inline Text read_cases(Arena *arena, const char *name)
{
    Diags diags = diags_make(arena);
    Text text = TEXT_NONE;

    if (!file_read(arena, text_format(arena, "%s/value/%s", TESTS_DIR, name), &text, RANGE_NONE,
                   &diags))
        fail_msg("cannot read tests/value/%s", name);
    return text;
}

/* The next line that is neither empty nor a comment (#). */
static inline bool next_case(Text *rest, Text *ret_line)
{
    while (rest->length > 0) {
        text_cut(*rest, TEXT_LIT("\n"), ret_line, rest);
        if (ret_line->length > 0 && ret_line->bytes[0] != '#')
            return true;
    }
    return false;
}

static inline Value parse_case(Arena *arena, Text line)
{
    Value value = value_null(type_dynamic);

    if (!json_parse(arena, line, &value))
        fail_msg("no JSON: " TEXT_FMT, TEXT(line));
    return value;
}

#define assert_text(actual, expected)                                                            \
    do {                                                                                         \
        Text actual_ = (actual), expected_ = (expected);                                         \
        if (!text_equal(actual_, expected_))                                                     \
            fail_msg("got \"" TEXT_FMT "\", wanted \"" TEXT_FMT "\"", TEXT(actual_),             \
                     TEXT(expected_));                                                           \
    } while (0)
