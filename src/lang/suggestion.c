#include "pipectl/lang/suggestion.h"

enum { LENGTH_LIMIT = 100, NEAR = 2 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t both = a < b ? a : b;

    return both < c ? both : c;
}

size_t suggestion_distance(Text a, Text b)
{
    size_t row[LENGTH_LIMIT + 1];

    if (a.length > LENGTH_LIMIT || b.length > LENGTH_LIMIT)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1,
                           diagonal + (a.bytes[i - 1] != b.bytes[j - 1]));
            diagonal = above;
        }
    }
    return row[b.length];
}

Text suggestion_find(Text name, const Text *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (suggestion_distance(name, known[i]) <= NEAR)
            return known[i];
    return TEXT_NONE;
}

Text suggestion_text(Arena *arena, Text name, const Text *known, size_t count)
{
    Text found = suggestion_find(name, known, count);

    return found.length ? text_format(arena, " Did you mean \"" TEXT_FMT "\"?", TEXT(found))
                        : TEXT_NONE;
}
