#include "sequence.h"

/* A table of more cells than this is not made: then all that lies between the common ends has
 * changed. */
#define MOST_CELLS 4000000

typedef struct Alignment {
    Arena *arena;
    Sequence before, after;
    bool (*changes)(Value value);
    PairList pairs;
} Alignment;

static bool is_same(Value a, Value b)
{
    return value_is_wholly_known(b) && value_same(a, b);
}

static void add_pair(Alignment *alignment, size_t before, size_t after)
{
    list_add(alignment->arena, &alignment->pairs, (Pair){ before, after });
}

/* --- place by place -------------------------------------------------------------------------- */

static bool has(Sequence sequence, Value value)
{
    for (size_t i = 0; i < sequence.count; i++)
        if (is_same(sequence.values[i], value))
            return true;
    return false;
}

/* Whether each has only elements of the other. */
static bool is_reordered(Sequence before, Sequence after)
{
    if (before.count > MOST_CELLS / (after.count + 1))
        return false;
    for (size_t i = 0; i < before.count; i++)
        if (!has(after, before.values[i]) || !has(before, after.values[i]))
            return false;
    return true;
}

/* --- the longest common subsequence ---------------------------------------------------------- */

/* lengths[y * width + x]: of the longest common to the first x+1 and the first y+1 elements. */
static uint32_t *common_lengths(Arena *arena, Sequence xs, Sequence ys)
{
    size_t width = xs.count;
    uint32_t *lengths = arena_array(arena, uint32_t, width * ys.count);

    for (size_t y = 0; y < ys.count; y++)
        for (size_t x = 0; x < width; x++) {
            uint32_t left = x > 0 ? lengths[y * width + x - 1] : 0,
                     up = y > 0 ? lengths[(y - 1) * width + x] : 0;

            if (is_same(xs.values[x], ys.values[y]))
                lengths[y * width + x] =
                    1 + (x > 0 && y > 0 ? lengths[(y - 1) * width + x - 1] : 0);
            else
                lengths[y * width + x] = left > up ? left : up;
        }
    return lengths;
}

/* Read from its end: the elements of [xs] that are common, in order. */
static Sequence longest_common(Arena *arena, Sequence xs, Sequence ys)
{
    ArenaMark mark;
    const uint32_t *lengths;
    size_t x = xs.count, y = ys.count, count;
    Value *values;

    if (xs.count == 0 || ys.count == 0 || xs.count > MOST_CELLS / ys.count)
        return (Sequence){ NULL, 0 };
    values = arena_array(arena, Value, xs.count < ys.count ? xs.count : ys.count);
    mark = arena_mark(arena);
    lengths = common_lengths(arena, xs, ys);
    count = lengths[xs.count * ys.count - 1];
    for (size_t i = count; i > 0;) {
        uint32_t left = x > 1 ? lengths[(y - 1) * xs.count + x - 2] : 0,
                 up = y > 1 ? lengths[(y - 2) * xs.count + x - 1] : 0;

        if (is_same(xs.values[x - 1], ys.values[y - 1])) {
            values[--i] = xs.values[x - 1];
            x--;
            y--;
        } else if (left > up) {
            x--;
        } else {
            y--;
        }
    }
    arena_rewind(arena, mark);
    return (Sequence){ values, count };
}

/* --- walking along it ------------------------------------------------------------------------ */

static bool is_next(Sequence common, size_t at, Value value)
{
    return at < common.count && is_same(common.values[at], value);
}

/* What was there before the next common element: paired where both sides can change, else gone. */
static void take_gone(Alignment *alignment, size_t *before, size_t *after, size_t before_end,
                      size_t after_end, Sequence common, size_t at)
{
    while (*before < before_end && !is_next(common, at, alignment->before.values[*before])) {
        bool paired = *after < after_end && alignment->changes(alignment->before.values[*before]) &&
                      alignment->changes(alignment->after.values[*after]) &&
                      !is_next(common, at, alignment->after.values[*after]);

        add_pair(alignment, *before, paired ? *after : NOT_THERE);
        ++*before;
        *after += paired;
    }
}

static void take_new(Alignment *alignment, size_t *after, size_t after_end, Sequence common,
                     size_t at)
{
    while (*after < after_end && !is_next(common, at, alignment->after.values[*after]))
        add_pair(alignment, NOT_THERE, (*after)++);
}

static Sequence part(Sequence whole, size_t from, size_t to)
{
    return (Sequence){ whole.values + from, to - from };
}

/* Where what is common to both ends begins; not looked for in short lists, in which it would only
   change which of two equal elements counts as the new one. */
static size_t common_tail(const Alignment *alignment, size_t from)
{
    size_t tail = 0, most;

    if (alignment->before.count <= MOST_CELLS / (alignment->after.count + 1))
        return 0;
    most = (alignment->before.count < alignment->after.count ? alignment->before.count
                                                             : alignment->after.count) -
           from;
    while (tail < most && is_same(alignment->before.values[alignment->before.count - 1 - tail],
                                  alignment->after.values[alignment->after.count - 1 - tail]))
        tail++;
    return tail;
}

static void align(Alignment *alignment)
{
    size_t before = 0, after = 0, before_end, after_end;
    Sequence common;

    while (before < alignment->before.count && after < alignment->after.count &&
           is_same(alignment->before.values[before], alignment->after.values[after]))
        add_pair(alignment, before++, after++);
    before_end = alignment->before.count - common_tail(alignment, before);
    after_end = alignment->after.count - (alignment->before.count - before_end);
    common = longest_common(alignment->arena, part(alignment->before, before, before_end),
                            part(alignment->after, after, after_end));
    for (size_t at = 0; at <= common.count; at++) {
        take_gone(alignment, &before, &after, before_end, after_end, common, at);
        take_new(alignment, &after, after_end, common, at);
        if (at < common.count)
            add_pair(alignment, before++, after++);
    }
    while (before < alignment->before.count)
        add_pair(alignment, before++, after++);
}

PairList sequence_pairs(Arena *arena, Sequence before, Sequence after, bool (*changes)(Value value))
{
    Alignment alignment = { .arena = arena, .before = before, .after = after, .changes = changes };

    if (before.count != after.count || is_reordered(before, after)) {
        align(&alignment);
        return alignment.pairs;
    }
    for (size_t i = 0; i < before.count; i++)
        add_pair(&alignment, i, i);
    return alignment.pairs;
}
