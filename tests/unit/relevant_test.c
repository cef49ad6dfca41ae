/* layer: render */
/* relevant_test.c: what is shown of a change that somebody else made. */
#include "pipectl/value/json.h"
#include "relevant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define RESOURCE TEXT_LIT("a.b")
#define BEFORE "{\"arn\":\"x\",\"list\":[1,2],\"tags\":{\"a\":\"1\",\"gone\":\"0\"}}"
#define AFTER "{\"arn\":\"y\",\"list\":[3],\"tags\":{\"a\":\"2\",\"new\":\"3\"}}"

static void a_value_has_of_what_came_the_relevant_parts(void **state)
{
    static const struct {
        const char *steps[2];
        const char *shown;
    } rows[] = {
        { { NULL, NULL }, AFTER },
        { { "nothing", NULL }, BEFORE },
        { { "arn", NULL }, "{\"arn\":\"y\",\"list\":[1,2],\"tags\":{\"a\":\"1\",\"gone\":\"0\"}}" },
        { { "list", "0" }, "{\"arn\":\"x\",\"list\":[3],\"tags\":{\"a\":\"1\",\"gone\":\"0\"}}" },
        { { "tags", NULL }, "{\"arn\":\"x\",\"list\":[1,2],\"tags\":{\"a\":\"2\",\"new\":\"3\"}}" },
        { { "tags", "a" }, "{\"arn\":\"x\",\"list\":[1,2],\"tags\":{\"a\":\"2\",\"gone\":\"0\"}}" },
        { { "tags", "gone" }, "{\"arn\":\"x\",\"list\":[1,2],\"tags\":{\"a\":\"1\"}}" },
        { { "tags", "new" }, "{\"arn\":\"x\",\"list\":[1,2],\"tags\":{\"a\":\"1\",\"gone\":\"0\",\"new\":\"3\"}}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Arena arena = { 0 };
        TraversalStep steps[2] = { { .name = text_of(rows[i].steps[0]) }, { .name = text_of(rows[i].steps[1]) } };
        RelevantAttribute attribute = { RESOURCE, steps, rows[i].steps[0] ? rows[i].steps[1] ? 2 : 1 : 0 };
        RelevantAttributeList attributes = { .items = &attribute, .count = 1 };
        Value before, after, shown;

        assert_true(json_parse(&arena, TEXT_LIT(BEFORE), &before) && json_parse(&arena, TEXT_LIT(AFTER), &after));
        shown = relevant_part(&attributes, RESOURCE, before, after, &arena);
        assert_string_equal(text_cstring(&arena, json_text(&arena, shown)), rows[i].shown);
        assert_true(value_same(relevant_part(&attributes, TEXT_LIT("a.c"), before, after, &arena), before));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_has_of_what_came_the_relevant_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
