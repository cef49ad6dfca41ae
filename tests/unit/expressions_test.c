/*
 * layer: lang
 *
 * Terraform's answers to expressions (tests/conformance/expressions): type and value of those that
 * succeed, the first error's summary of those that do not. Expressions that need a configuration
 * around them are for the whole program's run of the same corpus. With ONLY=fn.regex in the
 * environment only the cases whose id holds that are judged.
 */
#include "eval.h"

#include "pipectl/base/file.h"
#include "pipectl/lang/body.h"
#include "pipectl/lang/reference.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define CORPUS TESTS_DIR "/conformance/expressions"

/* --- an empty root module ------------------------------------------------------------------- */

static Value fail_reference(const Traversal *traversal, Diags *diags, const char *summary)
{
    diag_error(diags, traversal->range, summary, "It is not there.");
    return value_unknown(type_dynamic);
}

static Value path_value(const Traversal *traversal, Text name, Arena *arena, Diags *diags)
{
    if (text_is(name, "module") || text_is(name, "root"))
        return value_string_raw(TEXT_LIT("."));
    if (text_is(name, "cwd"))
        return value_string(arena, text_of(getcwd(arena_alloc(arena, 4096), 4096)));
    return fail_reference(traversal, diags, "Invalid \"path\" attribute");
}

static Value resolve(void *user, const Traversal *traversal, size_t *ret_used, Arena *arena,
                     Diags *diags)
{
    Reference reference;

    (void)user;
    if (!reference_of(traversal, &reference, diags))
        return value_unknown(type_dynamic);
    *ret_used = reference.used;
    switch (reference.kind) {
    case REFERENCE_PATH:
        return path_value(traversal, reference.name, arena, diags);
    case REFERENCE_TERRAFORM:
        return text_is(reference.name, "workspace")
                   ? value_string_raw(TEXT_LIT("default"))
                   : fail_reference(traversal, diags, "Invalid \"terraform\" attribute");
    case REFERENCE_VARIABLE:
        return fail_reference(traversal, diags, "Reference to undeclared input variable");
    case REFERENCE_LOCAL:
        return fail_reference(traversal, diags, "Reference to undeclared local value");
    case REFERENCE_MODULE:
        return fail_reference(traversal, diags, "Reference to undeclared module");
    case REFERENCE_COUNT:
        return fail_reference(traversal, diags,
                              text_is(reference.name, "index")
                                  ? "Reference to \"count\" in non-counted context"
                                  : "Invalid \"count\" attribute");
    case REFERENCE_EACH:
        if (text_is(reference.name, "value"))
            return fail_reference(traversal, diags, "each.value cannot be used in this context");
        return fail_reference(traversal, diags,
                              text_is(reference.name, "key")
                                  ? "Reference to \"each\" in context without for_each"
                                  : "Invalid \"each\" attribute");
    default:
        return fail_reference(traversal, diags, "Reference to undeclared resource");
    }
}

/* References are looked at before anything is evaluated: what `try` hides must still be declared.
 */
static void check_references(const Expr *expr, Arena *arena, Diags *diags)
{
    TraversalList traversals = { 0 };
    size_t used;

    expr_traversals(expr, arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++)
        resolve(NULL, &traversals.items[i], &used, arena, diags);
}

/* The expression as an argument of a native file, which is how Terraform was asked. */
static const Expr *read_argument(Arena *arena, Text text, Diags *diags)
{
    const Source *source;
    const Body *body;
    BodyContent content;

    source = source_make(arena, TEXT_LIT("expr.tf"), text_format(arena, "e = " TEXT_FMT "\n", TEXT(text)));
    body = body_read_hcl(arena, source, diags);
    if (!body || diags_have_errors(diags))
        return NULL;
    content = body_attributes(body, arena, diags);
    return content.attributes.count == 1 ? content.attributes.items[0].expr : NULL;
}

static Value evaluate_text(Arena *arena, Text text, Diags *diags)
{
    Scope scope = { .resolve = resolve };
    const Expr *expr = read_argument(arena, text, diags);

    if (!expr)
        return value_unknown(type_dynamic);
    check_references(expr, arena, diags);
    if (diags_have_errors(diags))
        return value_unknown(type_dynamic);
    return expr_evaluate(expr, &scope, arena, diags);
}

/* --- records -------------------------------------------------------------------------------- */

typedef struct Tally {
    size_t passed, failed, skipped;
} Tally;

typedef bool Judge(Arena *arena, Value record);

static void report(Value record, Text what, Text wanted)
{
    print_message("%.*s: %.*s\n    says %.*s\n    want %.*s\n", TEXT(value_get_text(record, "id")),
                  TEXT(value_get_text(record, "expr")), TEXT(what), TEXT(wanted));
}

/* The error that Terraform prints first: it sorts by place. */
static const Diag *first_error(const Diags *diags)
{
    const Diag *first = NULL;

    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];

        if (diag->severity == SEVERITY_ERROR &&
            (!first || diag->subject.start < first->subject.start))
            first = diag;
    }
    return first;
}

static Text said(Arena *arena, const Diags *diags)
{
    const Diag *diag = first_error(diags);

    return text_format(arena, TEXT_FMT ": " TEXT_FMT, TEXT(diag->summary), TEXT(diag->detail));
}

/* What cannot be known is written to an output as null. */
static Value as_output(Value value)
{
    return value.state == VALUE_UNKNOWN && value.type == type_dynamic ? value_null(type_dynamic)
                                                                      : value;
}

static bool judge_success(Arena *arena, Value record)
{
    Diags diags = diags_make(arena);
    Value value = as_output(evaluate_text(arena, value_get_text(record, "expr"), &diags)), got;
    Text type, text;

    if (diags_have_errors(&diags)) {
        report(record, said(arena, &diags), json_text(arena, value_get(record, "value")));
        return false;
    }
    type = json_text(arena, json_of_type(arena, value.type));
    text = value_is_wholly_known(value) ? json_text(arena, value) : TEXT_LIT("\"unknown\"");
    /* Compared as values: -0 is 0. */
    if (json_parse(arena, text, &got) && value_same(got, value_get(record, "value")) &&
        text_equal(type, json_text(arena, value_get(record, "type"))) &&
        value_has_sensitive(value) == value_is_true(value_get(record, "sensitive")))
        return true;
    report(record,
           text_format(arena, TEXT_FMT " " TEXT_FMT "%s", TEXT(type), TEXT(text),
                       value_has_sensitive(value) ? " sensitive" : ""),
           text_format(arena, TEXT_FMT " " TEXT_FMT,
                       TEXT(json_text(arena, value_get(record, "type"))),
                       TEXT(json_text(arena, value_get(record, "value")))));
    return false;
}

static bool judge_failure(Arena *arena, Value record)
{
    Diags diags = diags_make(arena);
    Value value = evaluate_text(arena, value_get_text(record, "expr"), &diags);
    Text wanted = value_get_text(record, "error");

    if (!diags_have_errors(&diags)) {
        report(record, value_is_wholly_known(value) ? json_text(arena, value) : TEXT_LIT("unknown"),
               wanted);
        return false;
    }
    if (text_equal(first_error(&diags)->summary, wanted))
        return true;
    report(record, said(arena, &diags), wanted);
    return false;
}

static void judge_file(const char *name, Judge *judge, Tally *tally)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    const char *only = getenv("ONLY");
    Text content, line;
    bool more = true;

    assert_true(file_read(&arena, text_of(name), &content, RANGE_NONE, &diags));
    while (more) {
        ArenaMark mark = arena_mark(&arena);
        Value record;

        more = text_cut(content, TEXT_LIT("\n"), &line, &content);
        if (!line.length)
            continue;
        assert_true(json_parse(&arena, line, &record));
        if (only && text_find(value_get_text(record, "id"), text_of(only)) == TEXT_NOT_FOUND)
            continue;
        if (value_member(record, TEXT_LIT("context"), NULL))
            tally->skipped++;
        else if (judge(&arena, record))
            tally->passed++;
        else
            tally->failed++;
        arena_rewind(&arena, mark);
    }
    print_message("%s: %zu passed, %zu failed, %zu skipped\n", name, tally->passed,
                  tally->failed, tally->skipped);
    arena_free(&arena);
}

/* --- the tests ------------------------------------------------------------------------------ */

static void expressions_give_what_terraform_gives(void **state)
{
    Tally tally = { 0 };

    (void)state;
    assert_int_equal(chdir(CORPUS), 0);
    judge_file("expressions.jsonl", judge_success, &tally);
    assert_int_equal(tally.failed, 0);
    assert_true(tally.passed > 2000 || getenv("ONLY"));
}

static void mistakes_are_called_what_terraform_calls_them(void **state)
{
    Tally tally = { 0 };

    (void)state;
    assert_int_equal(chdir(CORPUS), 0);
    judge_file("failures.jsonl", judge_failure, &tally);
    assert_int_equal(tally.failed, 0);
    assert_true(tally.passed > 800 || getenv("ONLY"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_give_what_terraform_gives),
        cmocka_unit_test(mistakes_are_called_what_terraform_calls_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
