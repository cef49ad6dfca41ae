/*
 * replay.c: every kept input, and some that are hard by their size, through its target.
 *
 *   fuzz_replay CORPUS [TARGET]    each input in CORPUS/TARGET, and the hard ones; ends where one
 * crashes
 *
 * An input that takes longer than SLOW counts as failed: a mistake ends in an error at once.
 */
#include "targets.h"

#include "pipectl/base/clock.h"
#include "pipectl/base/file.h"
#include "pipectl/value/unicode.h"

#include <stdio.h>

#define SLOW ((Nanoseconds)10 * 1000 * 1000 * 1000) /* with sanitizers, on a busy machine */

static size_t passed, failed;

static void replay(const FuzzTarget *target, const char *name, Text input)
{
    Nanoseconds begin = clock_monotonic(), took;

    (void)fflush(stdout);
    target->run(input);
    took = clock_monotonic() - begin;
    if (took < SLOW) {
        passed++;
        return;
    }
    printf("FAIL %s: %s takes %lld ms\n", target->name, name, (long long)(took / 1000000));
    failed++;
}

/* --- kept inputs ---------------------------------------------------------------------------- */

static void replay_folder(const FuzzTarget *target, Text corpus)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Text folder = file_join(&arena, corpus, text_of(target->name));
    TextList names = { 0 };

    if (!file_list(&arena, folder, &names, RANGE_NONE, &diags)) {
        printf("FAIL %s: there are no inputs in " TEXT_FMT "\n", target->name, TEXT(folder));
        failed++;
    }
    for (size_t i = 0; i < names.count; i++) {
        Arena scratch = { 0 };
        Text input;

        if (file_read(&scratch, file_join(&scratch, folder, names.items[i]), &input, RANGE_NONE,
                      &diags))
            replay(target, text_cstring(&scratch, names.items[i]), input);
        arena_free(&scratch);
    }
    arena_free(&arena);
}

/* --- hard inputs ---------------------------------------------------------------------------- */

/* [start], [repeated] 65,536 times, [end]. */
static const struct {
    const char *name, *start, *repeated, *end;
} hard_inputs[] = {
    { "parentheses", "a = ", "(", "" },
    { "lists", "a = ", "[", "" },
    { "objects", "a = ", "{a=", "" },
    { "calls", "a = ", "f(", "" },
    { "templates", "a = ", "\"${", "" },
    { "conditionals", "a = ", "x?", "" },
    { "right conditionals", "a = ", "x?1:", "1" },
    { "signs", "a = ", "-", "1" },
    { "nots", "a = ", "!", "x" },
    { "sums", "a = ", "1+", "1" },
    { "powers of comparison", "a = ", "1==", "1" },
    { "steps", "a = x", ".b", "" },
    { "indexes", "a = x", "[0]", "" },
    { "nested indexes", "a = ", "x[", "" },
    { "splats", "a = x", ".*", "" },
    { "for", "a = ", "[for a in ", "" },
    { "blocks", "", "a {\n", "" },
    { "labels", "a ", "\"b\" ", "{}" },
    { "arguments", "", "a = 1\n", "" },
    { "text", "a = \"", "xxxxxxxxxxxxxxxx", "\"" },
    { "open text", "a = \"", "xxxxxxxxxxxxxxxx", "" },
    { "open lines", "a = \"", "line\n", "" },
    { "strange characters", "", "@ ", "" },
    { "number", "a = ", "123456789", "" },
    { "fraction", "a = 0.", "123456789", "" },
    { "name", "", "abcdefgh", " = 1" },
    { "comment", "/*", "/*******", "" },
    { "heredoc", "a = <<E\n", "line\n", "E\n" },
    { "open heredoc", "a = <<E\n", "line\n", "" },
    { "heredocs", "a = ", "\"${<<E\n", "" },
    { "directives", "a = \"", "%{if x}", "\"" },
    { "else", "a = \"%{if x}", "%{else}", "\"" },
    { "escapes", "a = \"", "\\u0041", "\"" },
    { "dollars", "a = \"", "$", "\"" },
    { "marks", "a = \"", "\xCC\x81", "\"" },
    { "sequences", "", "- ", "" },
    { "flow sequences", "a: ", "[", "" },
    { "flow mappings", "a: ", "{a: ", "" },
    { "mappings", "", "? ", "" },
    { "anchors", "a: [", "&a *a ,", "]" },
    { "aliases", "a: &a [1]\nb: [", "*a,", "]" },
    { "tags", "a: ", "!", "" },
    { "block scalar", "a: |\n", "  line\n", "" },
    { "folded scalar", "a: >\n", "  line\n\n", "" },
    { "quoted scalar", "a: \"", "line\n  ", "\"" },
    { "pairs", "a: \"", "\\uD83D\\uDE00", "\"" },
    { "halves", "a: \"\\uD83D\\uDE00", "\\uD83D", "\"" },
    { "documents", "", "---\n", "" },
    { "duplicates", "", "a: 1\n", "" },
    { "JSON lists", "", "[", "" },
    { "JSON objects", "", "{\"a\":", "" },
    { "JSON text", "{\"a\":\"", "\\u0041", "\"}" },
    { "JSON number", "{\"a\":", "1234567", "}" },
    { "JSON members", "{", "\"a\":1,", "\"b\":1}" },
    { "line ends", "", "\r\n", "" },
    { "blanks", "", "    ", "" },
    { "bad bytes", "a = \"", "\xFF", "\"" },
};

/* Each alias stands for nine of those before it: 9^9 in the end. */
static Text anchor_bomb(Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, TEXT_LIT("a0: &a0 [x,x,x,x,x,x,x,x,x]\n"));
    for (int i = 1; i < 10; i++) {
        text_add_format(&builder, "a%d: &a%d [", i, i);
        for (int j = 0; j < 9; j++)
            text_add_format(&builder, "*a%d,", i - 1);
        text_add(&builder, TEXT_LIT("]\n"));
    }
    return text_built(&builder);
}

static Text zeros(Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, TEXT_LIT("a = \"x"));
    text_add_repeated(&builder, '\0', 1000);
    text_add(&builder, TEXT_LIT("\"\n"));
    return text_built(&builder);
}

static Text hard_input(Arena *arena, size_t index)
{
    const size_t times = 1 << 16;
    TextBuilder builder = text_builder(arena);

    text_add(&builder, text_of(hard_inputs[index].start));
    for (size_t i = 0; i < times; i++)
        text_add(&builder, text_of(hard_inputs[index].repeated));
    text_add(&builder, text_of(hard_inputs[index].end));
    return text_built(&builder);
}

static void replay_hard(const FuzzTarget *target)
{
    Arena arena = { 0 };

    replay(target, "anchor bomb", anchor_bomb(&arena));
    replay(target, "zeros", zeros(&arena));
    for (size_t i = 0; i < sizeof hard_inputs / sizeof *hard_inputs; i++) {
        ArenaMark mark = arena_mark(&arena);

        replay(target, hard_inputs[i].name, hard_input(&arena, i));
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
}

int main(int count, char **arguments)
{
    if (count < 2) {
        (void)fprintf(stderr, "usage: fuzz_replay CORPUS [TARGET]\n");
        return 2;
    }
    unicode_install();
    for (const FuzzTarget *target = fuzz_targets; target->name; target++) {
        if (count > 2 && target != fuzz_target_find(arguments[2]))
            continue;
        replay_folder(target, text_of(arguments[1]));
        replay_hard(target);
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0;
}
