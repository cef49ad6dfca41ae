#include "targets.h"

#include "pipectl/lang/body.h"
#include "pipectl/lang/format.h"
#include "pipectl/value/json.h"

#include <assert.h>
#include <string.h>

/* What a run of a target works with. */
typedef struct Trial {
    Arena arena;
    Source source;
    Diags diags;
} Trial;

static Trial *trial_begin(Text input)
{
    Arena arena = { 0 };
    Trial *trial = arena_new(&arena, Trial);

    trial->arena = arena;
    trial->source = (Source){ .name = TEXT_LIT("input"), .text = input };
    trial->diags = diags_make(&trial->arena);
    return trial;
}

static void trial_end(Trial *trial)
{
    Arena arena = trial->arena;

    arena_free(&arena);
}

static ExprText whole(const Trial *trial)
{
    return (ExprText){ .source = &trial->source, .text = trial->source.text };
}

/* Nothing, and nothing reported, would leave the user without a word. */
static void check_told(const Trial *trial, bool is_there)
{
    assert(is_there || diags_have_errors(&trial->diags));
}

/* --- expressions ---------------------------------------------------------------------------- */

static void look_at_expr(Trial *trial, const Expr *expr)
{
    TraversalList traversals = { 0 };

    check_told(trial, expr != NULL);
    if (expr)
        expr_traversals(expr, &trial->arena, &traversals);
}

static void run_expression(Text input)
{
    Trial *trial = trial_begin(input);

    look_at_expr(trial, expr_parse(&trial->arena, whole(trial), &trial->diags));
    trial_end(trial);
}

static void run_template(Text input)
{
    Trial *trial = trial_begin(input);

    look_at_expr(trial, expr_parse_template(&trial->arena, whole(trial), &trial->diags));
    trial_end(trial);
}

static void run_type(Text input)
{
    Trial *trial = trial_begin(input);
    const Expr *expr = expr_parse(&trial->arena, whole(trial), &trial->diags);
    const Type *type;
    const TypeDefaults *defaults;

    if (expr)
        check_told(trial,
                   expr_type_constraint(expr, &trial->arena, &type, &defaults, &trial->diags));
    trial_end(trial);
}

/* --- bodies --------------------------------------------------------------------------------- */

static void look_at_body(Trial *trial, const Body *body)
{
    static const AttributeRule attributes[] = { { .name = TEXT_INIT("depends_on"),
                                                  .literal = true } };
    static const char *const labels[] = { "type", "name" };
    static const BlockRule blocks[] = { { TEXT_INIT("resource"), labels, 2 },
                                        { TEXT_INIT("locals"), NULL, 0 } };
    static const BodySchema schema = { attributes, 1, blocks, 2 };
    TraversalList traversals = { 0 };
    BodyContent content;

    check_told(trial, body != NULL);
    if (!body)
        return;
    body_traversals(body, &trial->arena, &traversals);
    content = body_content(body, &schema, &trial->arena, &trial->diags);
    for (size_t i = 0; i < content.blocks.count; i++)
        (void)body_attributes(content.blocks.items[i].body, &trial->arena, &trial->diags);
}

static void run_hcl(Text input)
{
    Trial *trial = trial_begin(input);

    look_at_body(trial, body_read_hcl(&trial->arena, &trial->source, &trial->diags));
    trial_end(trial);
}

static void run_yaml(Text input)
{
    Trial *trial = trial_begin(input);

    look_at_body(trial, body_read_yaml(&trial->arena, &trial->source, &trial->diags));
    trial_end(trial);
}

/* A document, and where it is a plain value the value written and read again. */
static void run_json(Text input)
{
    Trial *trial = trial_begin(input);
    Source again = { .name = TEXT_LIT("again"), .text = TEXT_NONE };
    Value value, read;

    look_at_body(trial, body_read_json(&trial->arena, &trial->source, &trial->diags));
    trial->diags = diags_make(&trial->arena);
    if (json_read(&trial->arena, &trial->source, &value, &trial->diags) && !value_has_infinity(value)) {
        again.text = json_text(&trial->arena, value);
        assert(json_read(&trial->arena, &again, &read, &trial->diags));
        assert(value_same(value, read));
    }
    trial_end(trial);
}

/* Arguments whose values need no scope. */
static void run_tfvars(Text input)
{
    Trial *trial = trial_begin(input);
    const Body *body = body_read_hcl(&trial->arena, &trial->source, &trial->diags);
    BodyContent content = body_attributes(body, &trial->arena, &trial->diags);

    for (size_t i = 0; i < content.attributes.count; i++)
        (void)expr_evaluate(content.attributes.items[i].expr, NULL, &trial->arena, &trial->diags);
    trial_end(trial);
}

static void run_fmt(Text input)
{
    Trial *trial = trial_begin(input);
    Source again = { .name = TEXT_LIT("again"), .text = TEXT_NONE };
    Text text;

    if (format_native(&trial->arena, &trial->source, &again.text, &trial->diags))
        assert(format_native(&trial->arena, &again, &text, &trial->diags));
    else
        check_told(trial, false);
    trial_end(trial);
}

const FuzzTarget fuzz_targets[] = {
    { "expression", run_expression },
    { "template", run_template },
    { "type", run_type },
    { "hcl", run_hcl },
    { "yaml", run_yaml },
    { "json", run_json },
    { "tfvars", run_tfvars },
    { "fmt", run_fmt },
    { NULL, NULL },
};

const FuzzTarget *fuzz_target_find(const char *name)
{
    for (const FuzzTarget *target = fuzz_targets; target->name; target++)
        if (strcmp(target->name, name) == 0)
            return target;
    return NULL;
}
