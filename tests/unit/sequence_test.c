/* layer: render */
/* sequence_test.c: which elements belong together. A letter is an element; what Terraform shows for
 * them is in tests/render/lists. */
#include "sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static bool never(Value value)
{
    (void)value;
    return false;
}

static bool is_upper(Value value)
{
    return value_text(value).bytes[0] >= 'A' && value_text(value).bytes[0] <= 'Z';
}

static Sequence sequence(Arena *arena, const char *letters)
{
    size_t count = strlen(letters);
    Value *values = arena_array(arena, Value, count);

    for (size_t i = 0; i < count; i++)
        values[i] = value_string_raw((Text){ letters + i, 1 });
    return (Sequence){ values, count };
}

/* "-a +b c d>e": gone, new, the same, changed. */
static Text shown(Arena *arena, const char *before, const char *after, bool (*changes)(Value value))
{
    PairList pairs =
        sequence_pairs(arena, sequence(arena, before), sequence(arena, after), changes);
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < pairs.count; i++) {
        Pair pair = pairs.items[i];

        text_add(&builder, i > 0 ? TEXT_LIT(" ") : TEXT_NONE);
        if (pair.after == NOT_THERE)
            text_add_format(&builder, "-%c", before[pair.before]);
        else if (pair.before == NOT_THERE)
            text_add_format(&builder, "+%c", after[pair.after]);
        else if (before[pair.before] == after[pair.after])
            text_add_char(&builder, before[pair.before]);
        else
            text_add_format(&builder, "%c>%c", before[pair.before], after[pair.after]);
    }
    return text_built(&builder);
}

static void pairs(void **state)
{
    static const char *const cases[][3] = {
        { "", "", "" },
        { "", "ab", "+a +b" },
        { "ab", "", "-a -b" },
        { "abc", "abc", "a b c" },
        { "abc", "bcd", "a>b b>c c>d" },            /* of one length: place by place */
        { "abc", "bac", "-a b +a c" },              /* unless it is only another order */
        { "aab", "abb", "a -a b +b" },
        { "abcd", "badc", "-a b -c +a d +c" },
        { "abc", "cab", "+c a b -c" },
        { "abcdefg", "abcDefgh", "a b c -d +D e f g +h" },
        { "abc", "bc", "-a b c" },
        { "abc", "abxc", "a b +x c" },
        { "AxBy", "CxDyE", "A>C x B>D y +E" },      /* with pairs, see below */
    };
    Arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool last = i + 1 == sizeof cases / sizeof *cases;
        Text text = shown(&arena, cases[i][0], cases[i][1], last ? is_upper : never);

        if (!text_is(text, cases[i][2]))
            fail_msg("%s to %s: " TEXT_FMT, cases[i][0], cases[i][1], TEXT(text));
    }
    arena_free(&arena);
}

/* Long lists with a small change must not cost their square. */
static void long_lists(void **state)
{
    enum { COUNT = 100000 };
    Arena arena = { 0 };
    Value *before = arena_array(&arena, Value, COUNT),
          *after = arena_array(&arena, Value, COUNT + 1);
    PairList list;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        before[i] = after[i + (i >= COUNT / 2)] = value_integer((int64_t)i);
    after[COUNT / 2] = value_integer(-1);
    list = sequence_pairs(&arena, (Sequence){before, COUNT}, (Sequence){after, COUNT + 1}, never);
    assert_int_equal(list.count, COUNT + 1);
    assert_int_equal(list.items[COUNT / 2].before, NOT_THERE);
    assert_int_equal(list.items[COUNT].after, COUNT);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pairs), cmocka_unit_test(long_lists) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
