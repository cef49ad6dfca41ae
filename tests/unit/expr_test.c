/*
 * layer: lang
 *
 * Expressions: the cases in tests/lang (its README.md says how they are written), and what a
 * case of three lines cannot show: positions that lead back into a file, limits, and what is asked
 * of expressions without evaluating them.
 */
#include "functions/functions.h"

#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* --- three-line cases ----------------------------------------------------------------------- */

/* unknown("list(string)") */
static Value test_unknown(Call *call)
{
    const Source *source;
    const Expr *expr;
    const Type *type;

    source = source_make(call->arena, TEXT_LIT("type"), call_text(call, 0));
    expr =
        expr_parse(call->arena, (ExprText){ .source = source, .text = source->text }, call->diags);
    if (!expr || !expr_type_constraint(expr, call->arena, &type, NULL, call->diags))
        return value_unknown(type_dynamic);
    return value_unknown(type);
}

static const Function *test_function(const Scope *scope, Text name)
{
    static const Parameter type = { "type", "string", 0 };
    static const Function unknown = { "unknown", "", &type, 1, NULL, "any", test_unknown, false };

    (void)scope;
    return text_is(name, "unknown") ? &unknown : function_find(name);
}

typedef struct Case {
    Arena *arena;
    const char *file;
    size_t line;
    Text expression, scope, wanted;
} Case;

static Value evaluate_in(Arena *arena, Text text, const Scope *scope, Diags *diags)
{
    const Source *source;
    const Expr *expr;

    source = source_make(arena, TEXT_LIT("case"), text);
    expr = expr_parse(arena, (ExprText){ .source = source, .text = text }, diags);
    return expr ? expr_evaluate(expr, scope, arena, diags) : value_unknown(type_dynamic);
}

static Scope scope_of(const Case *test)
{
    Scope functions = { .function = test_function }, scope = { .function = test_function };
    bool lenient = text_starts_with(test->scope, TEXT_LIT("lenient "));
    Text text = text_slice(test->scope, lenient ? 8 : 0, test->scope.length);
    Diags diags = diags_make(test->arena);
    ScopeName *names;
    Value value;

    scope.lenient = lenient;
    if (text_is(text, "-"))
        return scope;
    value = evaluate_in(test->arena, text, &functions, &diags);
    assert_false(diags_have_errors(&diags));
    names = arena_array(test->arena, ScopeName, value_count(value));
    for (size_t i = 0; i < value_count(value); i++)
        names[i] = (ScopeName){ value_key_at(value, i), value_at(value, i) };
    scope.names = names;
    scope.name_count = value_count(value);
    return scope;
}

static Text said(Arena *arena, const Diags *diags)
{
    const Diag *diag = &diags->list.items[0];

    return text_format(arena, "error " TEXT_FMT " %u-%u", TEXT(diag->summary),
                       range_start(diag->subject).column, range_end(diag->subject).column);
}

static Text shown(Arena *arena, Value value)
{
    return text_format(
        arena, TEXT_FMT " " TEXT_FMT "%s", TEXT(type_text(arena, value.type)),
        TEXT(value_is_wholly_known(value) ? json_text(arena, value) : TEXT_LIT("not known")),
        value_has_sensitive(value) ? ", sensitive" : "");
}

static bool run_case(const Case *test)
{
    Diags diags = diags_make(test->arena);
    Scope scope = scope_of(test), functions = { .function = test_function };
    Value value = evaluate_in(test->arena, test->expression, &scope, &diags), wanted = { 0 };
    bool wants_error = text_starts_with(test->wanted, TEXT_LIT("error "));
    Text got = diags_have_errors(&diags) ? said(test->arena, &diags) : shown(test->arena, value);

    if (wants_error && text_equal(got, test->wanted))
        return true;
    if (!wants_error && !diags_have_errors(&diags)) {
        wanted = evaluate_in(test->arena, test->wanted, &functions, &diags);
        assert_false(diags_have_errors(&diags));
        if (value_same_marked(value, wanted))
            return true;
    }
    print_message("%s:%zu: %.*s\n    gives %.*s\n    want  %.*s\n", test->file, test->line,
                  TEXT(test->expression), TEXT(got),
                  TEXT(wanted.type ? shown(test->arena, wanted) : test->wanted));
    return false;
}

/* The next line that is no remark; false at the end. */
static bool next_line(Text *content, size_t *line, Text *ret)
{
    while (content->length) {
        text_cut(*content, TEXT_LIT("\n"), ret, content);
        ++*line;
        if (!text_starts_with(*ret, TEXT_LIT("#")))
            return true;
    }
    return false;
}

static size_t run_file(Arena *arena, const char *file, size_t *count)
{
    Diags diags = diags_make(arena);
    Case test = { .arena = arena, .file = file };
    size_t failed = 0, line = 0;
    Text content;

    assert_true(file_read(arena, text_of(file), &content, RANGE_NONE, &diags));
    while (next_line(&content, &line, &test.expression)) {
        if (!test.expression.length)
            continue;
        test.line = line;
        assert_true(next_line(&content, &line, &test.scope) &&
                    next_line(&content, &line, &test.wanted));
        failed += !run_case(&test);
        ++*count;
    }
    return failed;
}

static void cases_hold(void **state)
{
    static const char *const names[] = { "operators", "steps",   "templates", "collections",
                                         "calls",     "unknown", "marks",     "lenient" };
    Arena arena = { 0 };
    size_t failed = 0, count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        failed += run_file(&arena, text_format(&arena, TESTS_DIR "/lang/%s.test", names[i]).bytes,
                           &count);
    print_message("%zu cases\n", count);
    assert_int_equal(failed, 0);
    arena_free(&arena);
}

/* --- positions ------------------------------------------------------------------------------ */

/* A folded YAML scalar: the decoded text has a blank where the file has a line end and blanks. */
static void runs_lead_back_into_the_file(void **state)
{
    static const PositionRun runs[] = { { 0, 10 }, { 6, 18 } };
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Source source = { .name = TEXT_LIT("main.tf.yaml"), .text = TEXT_LIT("x: >-\n    first\n  ${nosuch}\n") };
    ExprText text = { .source = &source,
                      .text = TEXT_LIT("first ${nosuch}"),
                      .start = 10,
                      .runs = runs,
                      .run_count = 2 };
    const Expr *expr = expr_parse_template(&arena, text, &diags);
    Range range;

    (void)state;
    assert_non_null(expr);
    expr_evaluate(expr, NULL, &arena, &diags);
    assert_int_equal(diags.error_count, 1);
    range = diags.list.items[0].subject;
    assert_int_equal(range_start(range).line, 3);
    assert_int_equal(range_start(range).column, 5);
    assert_int_equal(range.start, 20);
    assert_int_equal(range_end(range).column, 11);
    arena_free(&arena);
}

static void heredocs_span_lines(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Value value = evaluate_in(
        &arena, TEXT_LIT("[<<-A\n    one\n      two ${1}\n  A\n, <<B\n x\nB\n]"), NULL, &diags);

    (void)state;
    assert_false(diags_have_errors(&diags));
    assert_true(text_is(value_text(value_at(value, 0)), "one\n  two 1\n"));
    assert_true(text_is(value_text(value_at(value, 1)), " x\n"));
    arena_free(&arena);
}

/* --- limits --------------------------------------------------------------------------------- */

static Text repeated(Arena *arena, const char *before, size_t count, const char *middle,
                     const char *after, size_t closes)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < count; i++)
        text_add(&builder, text_of(before));
    text_add(&builder, text_of(middle));
    for (size_t i = 0; i < closes; i++)
        text_add(&builder, text_of(after));
    return text_built(&builder);
}

static void expect(Arena *arena, Text text, const char *summary)
{
    Diags diags = diags_make(arena);
    Scope scope = { 0 };

    evaluate_in(arena, text, &scope, &diags);
    if (!summary) {
        assert_false(diags_have_errors(&diags));
        return;
    }
    assert_int_equal(diags.error_count, 1);
    assert_true(text_is(diags.list.items[0].summary, summary));
}

static void depth_has_a_limit(void **state)
{
    Arena arena = { 0 };

    (void)state;
    expect(&arena, repeated(&arena, "(", 900, "1", ")", 900), NULL);
    expect(&arena, repeated(&arena, "[", 900, "1", "]", 900), NULL);
    expect(&arena, repeated(&arena, "\"${", 400, "1", "}\"", 400), NULL);
    expect(&arena, repeated(&arena, "(", 100000, "1", ")", 100000), "Expression too deep");
    expect(&arena, repeated(&arena, "!", 100000, "true", "", 0), "Expression too deep");
    expect(&arena, repeated(&arena, "true ? 1 : ", 100000, "1", "", 0), "Expression too deep");
    expect(&arena, repeated(&arena, "", 0, "[1]", "[*]", 100000), "Expression too deep");
    expect(&arena, repeated(&arena, "{ a = ", 100000, "1", "}", 100000), "Expression too deep");
    arena_free(&arena);
}

static void chains_have_a_limit(void **state)
{
    Arena arena = { 0 };

    (void)state;
    expect(&arena, repeated(&arena, "1 + ", 2000, "1", "", 0), NULL);
    expect(&arena, repeated(&arena, "1 + ", 100000, "1", "", 0), "Expression too long");
    expect(&arena, repeated(&arena, "", 0, "{}", ".a", 100000), "Expression too long");
    arena_free(&arena);
}

/* Were any of it quadratic, this would take minutes. */
static void size_has_none(void **state)
{
    Arena arena = { 0 };

    (void)state;
    expect(&arena, repeated(&arena, "\"", 1, "", "abcdefghij", 200000),
           "Unterminated template string");
    expect(&arena, repeated(&arena, "[", 1, "", "1,", 100000), "Missing expression");
    expect(&arena, repeated(&arena, "<<A\n", 1, "", "line\n", 100000),
           "Unterminated template string");
    expect(&arena, repeated(&arena, "", 0, "1", " /* x */", 100000), NULL);
    expect(&arena, repeated(&arena, "", 0, "1", " /* x", 100000), "Invalid expression");
    expect(&arena, repeated(&arena, "\"", 1, "", "$", 200000), "Unterminated template string");
    arena_free(&arena);
}

static void patterns_that_never_end_are_stopped(void **state)
{
    Arena arena = { 0 };

    (void)state;
    expect(&arena, TEXT_LIT("regex(\"^(a+)+$\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")"),
           "Error in function call");
    arena_free(&arena);
}

static void without_a_scope_all_is_constant(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)state;
    evaluate_in(&arena, TEXT_LIT("[1 + 2, [for x in [1] : x]]"), NULL, &diags);
    assert_int_equal(diags.error_count, 0);
    evaluate_in(&arena, TEXT_LIT("[for x in [1] : max(x)]"), NULL, &diags);
    assert_true(text_is(diags.list.items[0].summary, "Function calls not allowed"));
    evaluate_in(&arena, TEXT_LIT("var.x"), NULL, &diags);
    assert_true(text_is(diags.list.items[1].summary, "Variables not allowed"));
    arena_free(&arena);
}

/* What is predicted of an ARN is shown in the texts that are made of it. */
static void predictions_travel(void **state)
{
    static const struct {
        const char *text;
        const char *predicted; /* NULL: none */
    } cases[] = {
        { "\"${a}/*\"", "arn:x/*" },
        { "jsonencode({ Resource = [a, \"${a}/*\"] })", "{\"Resource\":[\"arn:x\",\"arn:x/*\"]}" },
        { "join(\",\", [a, \"b\"])", "arn:x,b" },
        { "format(\"%s!\", upper(a))", "ARN:X!" },
        { "\"${a}${u}\"", NULL },
        { "jsonencode([a, u])", NULL },
    };
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    ScopeName names[] = {
        { TEXT_LIT("a"),
          value_unknown_predicted(&arena, value_string_raw(TEXT_LIT("arn:x"))) },
        { TEXT_LIT("u"), value_unknown(type_string) },
    };
    Scope scope = { .names = names, .name_count = 2 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value value = evaluate_in(&arena, text_of(cases[i].text), &scope, &diags);
        const Refinement *refinement = value.as.refinement;

        assert_true(value_is_unknown(value));
        if (!cases[i].predicted)
            assert_true(!refinement || !refinement->predicted.type);
        else
            assert_true(text_is(value_text(refinement->predicted), cases[i].predicted));
    }
    assert_int_equal(diags.error_count, 0);
    arena_free(&arena);
}

/* --- asking --------------------------------------------------------------------------------- */

static const Expr *parsed(Arena *arena, const char *text)
{
    Diags diags = diags_make(arena);
    const Source *source;
    const Expr *expr;

    source = source_make(arena, TEXT_LIT("x"), text_of(text));
    expr = expr_parse(arena, (ExprText){ .source = source, .text = source->text }, &diags);
    assert_non_null(expr);
    return expr;
}

static void traversals_are_found(void **state)
{
    Arena arena = { 0 };
    TraversalList list = { 0 };
    const char *const wanted[] = { "a.b[0]", "c", "d.e", "f", "g", "h[\"k\"]", "a" };

    (void)state;
    expr_traversals(
        parsed(&arena,
               "[a.b[0], c ? \"${d.e}\" : upper(f), [for x in g : x.y + h[\"k\"]], { k = a }]"),
        &arena, &list);
    assert_int_equal(list.count, 7);
    for (size_t i = 0; i < list.count; i++)
        assert_true(text_is(traversal_text(&arena, &list.items[i]), wanted[i]));
    arena_free(&arena);
}

static void expressions_say_what_they_are(void **state)
{
    Arena arena = { 0 };
    Traversal traversal;
    const Expr *const *items, *const *values;
    size_t count;
    Text name;

    (void)state;
    assert_true(expr_is_literal(parsed(&arena, "\"text\"")));
    assert_false(expr_is_literal(parsed(&arena, "\"${a}\"")));
    assert_true(text_is(expr_keyword(parsed(&arena, "string")), "string"));
    assert_true(text_is(expr_keyword(parsed(&arena, "null")), "null"));
    assert_int_equal(expr_keyword(parsed(&arena, "a.b")).length, 0);
    assert_true(expr_as_traversal(parsed(&arena, "a.b[\"c\"]"), &arena, &traversal));
    assert_true(text_is(traversal_text(&arena, &traversal), "a.b[\"c\"]"));
    assert_true(expr_as_traversal(parsed(&arena, "\"aws_x.y\""), &arena, &traversal));
    assert_int_equal(traversal.count, 1);
    assert_false(expr_as_traversal(parsed(&arena, "1 + 1"), &arena, &traversal));
    assert_true(expr_elements(parsed(&arena, "[1, 2]"), &items, &count));
    assert_int_equal(count, 2);
    assert_true(expr_items(parsed(&arena, "{ a.b = c.d }"), &items, &values, &count));
    assert_true(expr_as_traversal(items[0], &arena, &traversal));
    assert_int_equal(traversal.count, 1);
    assert_true(expr_call(parsed(&arena, "list(string)"), &name, &items, &count));
    assert_true(text_is(name, "list"));
    arena_free(&arena);
}

/* --- type constraints ----------------------------------------------------------------------- */

static void type_constraints_are_read(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const Type *type;
    const TypeDefaults *defaults;
    Value value;

    (void)state;
    assert_true(expr_type_constraint(
        parsed(&arena, "object({ a = optional(string, \"x\"), b = list(any), "
                       "c = optional(object({ d = optional(number, 1) }), {}) })"),
        &arena, &type, &defaults, &diags));
    assert_non_null(defaults);
    value = type_apply_defaults(
        &arena, defaults, evaluate_in(&arena, TEXT_LIT("{ a = null, b = [] }"), NULL, &diags));
    assert_true(text_is(json_text(&arena, value), "{\"a\":\"x\",\"b\":[],\"c\":{\"d\":1}}"));
    assert_false(diags_have_errors(&diags));
    assert_true(expr_type_constraint(parsed(&arena, "map(tuple([bool, number]))"), &arena, &type,
                                     &defaults, &diags));
    assert_null(defaults);
    assert_ptr_equal(type->kind == TYPE_MAP ? type->element->types[0] : NULL, type_bool);
    arena_free(&arena);
}

static void wrong_type_constraints_are_refused(void **state)
{
    static const char *const wrong[] = {
        "strin",
        "list",
        "list(string, string)",
        "string(1)",
        "object([string])",
        "tuple({})",
        "object({ (a) = string })",
        "optional(string)",
        "foo(string)",
        "1",
        "object({ a = optional() })",
        "object({ a = optional(number, \"x\") })",
    };
    Arena arena = { 0 };
    const Type *type;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Diags diags = diags_make(&arena);

        assert_false(expr_type_constraint(parsed(&arena, wrong[i]), &arena, &type, NULL, &diags));
        assert_int_equal(diags.error_count, 1);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_hold),
        cmocka_unit_test(runs_lead_back_into_the_file),
        cmocka_unit_test(heredocs_span_lines),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(chains_have_a_limit),
        cmocka_unit_test(size_has_none),
        cmocka_unit_test(patterns_that_never_end_are_stopped),
        cmocka_unit_test(without_a_scope_all_is_constant),
        cmocka_unit_test(predictions_travel),
        cmocka_unit_test(traversals_are_found),
        cmocka_unit_test(expressions_say_what_they_are),
        cmocka_unit_test(type_constraints_are_read),
        cmocka_unit_test(wrong_type_constraints_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
