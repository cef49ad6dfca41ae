/* templatefile and templatestring: templates with variables of their own. */
#include "files.h"

#include "pipectl/base/file.h"

#include "../lex.h"

/* What a template is rendered with. */
typedef struct Rendering {
    Call *call;
    Text name; /* of the template, for messages */
    Value variables;
    Scope scope;
} Rendering;

/* --- variables ------------------------------------------------------------------------------ */

static bool check_variables(Call *call, size_t index, Value variables)
{
    if (!is_mapping_type(variables.type)) {
        call_error(call, (int)index, "invalid vars value: must be a map");
        return false;
    }
    for (size_t i = 0; variables.state == VALUE_KNOWN && i < value_count(variables); i++) {
        Text name = value_key_at(variables, i);

        if (lex_is_identifier(name))
            continue;
        call_error(call, (int)index,
                   "invalid template variable name \"" TEXT_FMT
                   "\": must start with a letter, followed "
                   "by zero or more letters, digits, and underscores",
                   TEXT(name));
        return false;
    }
    return true;
}

/* Everything that the template refers to must be there. */
static bool check_references(Rendering *rendering, const Expr *template, size_t index)
{
    TraversalList traversals = { 0 };

    expr_traversals(template, rendering->call->arena, &traversals);
    for (size_t i = 0; i < traversals.count; i++) {
        const Traversal *traversal = &traversals.items[i];

        if (value_member(rendering->variables, traversal->root, NULL))
            continue;
        call_error(rendering->call, (int)index,
                   "vars map does not contain key \"" TEXT_FMT "\", referenced at " TEXT_FMT,
                   TEXT(traversal->root),
                   TEXT(range_place(rendering->call->arena, traversal->root_range)));
        return false;
    }
    return true;
}

/* Bound in every template, besides its variables: no identifier can be it. */
#define TEMPLATE_MARK TEXT_LIT("%template")

static const ScopeName *bind_variables(Arena *arena, Value variables)
{
    size_t count = value_count(variables);
    ScopeName *names = arena_array(arena, ScopeName, count + 1);

    for (size_t i = 0; i < count; i++)
        names[i] = (ScopeName){ value_key_at(variables, i), value_at(variables, i) };
    names[count] = (ScopeName){ TEMPLATE_MARK, value_bool(true) };
    return names;
}

/* A template must not render itself: it would never end. */
static bool check_recursion(Call *call)
{
    Value mark;

    if (!scope_find(call->scope, TEMPLATE_MARK, &mark))
        return true;
    call_error(call, -1, "cannot recursively call %s from inside another template function",
               call->function->name);
    return false;
}

/* --- rendering ------------------------------------------------------------------------------- */

static Value fail_template(Rendering *rendering, const Diags *diags)
{
    const Diag *diag = &diags->list.items[0];

    return call_error(rendering->call, -1, TEXT_FMT ": " TEXT_FMT "; " TEXT_FMT,
                      TEXT(range_place(rendering->call->arena, diag->subject)), TEXT(diag->summary),
                      TEXT(diag->detail));
}

/* [index] is the argument that holds the variables. */
static Value render(Rendering *rendering, Text template_text, size_t index)
{
    Call *call = rendering->call;
    Diags diags = diags_make(call->arena);
    const Source *source = source_make(call->arena, rendering->name, template_text);
    const Expr *template;
    Value value;

    template = expr_parse_template(call->arena,
                                   (ExprText){ .source = source, .text = template_text }, &diags);
    if (!template)
        return fail_template(rendering, &diags);
    if (rendering->variables.state == VALUE_UNKNOWN)
        return value_unknown(type_dynamic);
    if (!check_references(rendering, template, index))
        return value_unknown(type_dynamic);
    rendering->scope = (Scope){
        .parent =
            call->scope, /* for its functions and its directory; its names are not referred to */
        .names = bind_variables(call->arena, rendering->variables),
        .name_count = value_count(rendering->variables) + 1,
    };
    value = expr_evaluate(template, &rendering->scope, call->arena, &diags);
    if (diags_have_errors(&diags))
        return fail_template(rendering, &diags);
    if (value.state == VALUE_NULL)
        return call_error(call, -1,
                          TEXT_FMT
                          ": Template result is null; the result of a template must not be null",
                          TEXT(rendering->name));
    return value;
}

Value function_templatefile(Call *call)
{
    Rendering rendering = { .call = call,
                            .name = call_text(call, 0),
                            .variables = call_argument(call, 1) };
    uint8_t marks = take_marks(&rendering.variables);
    Text content;

    if (!check_recursion(call))
        return value_unknown(type_dynamic);
    if (rendering.variables.type == type_dynamic)
        return value_marked(value_unknown(type_dynamic), marks);
    if (!check_variables(call, 1, rendering.variables) || !read_file(call, 0, &content))
        return value_unknown(type_dynamic);
    return value_marked(render(&rendering, content, 1), marks);
}

/* --- templatestring --------------------------------------------------------------------------- */

static bool is_reference(const Expr *expr)
{
    while (expr->kind == EXPR_PARENTHESES)
        expr = expr->as.inner;
    return expr->kind == EXPR_TRAVERSAL || expr->kind == EXPR_INDEX || expr->kind == EXPR_RELATIVE;
}

/* The template must come from elsewhere: one that is written here needs no function. */
static bool check_template_expr(Call *call)
{
    const Expr *expr = call->expressions[0];

    if (is_reference(expr))
        return true;
    diag_error(call->diags, expr->range, "Invalid function argument",
               "Invalid value for \"template\" parameter: invalid template expression: "
               "templatestring renders templates "
               "that come from elsewhere, such as a variable; a template that is written here "
               "needs no function.");
    return false;
}

/* The arguments evaluated; false when one failed. */
static bool evaluate_both(Call *call, Value values[2], Range ranges[2])
{
    size_t errors = call->diags->error_count;

    for (size_t i = 0; i < 2; i++) {
        values[i] = expr_evaluate(call->expressions[i], call->scope, call->arena, call->diags);
        ranges[i] = call->expressions[i]->range;
    }
    return call->diags->error_count == errors;
}

Value function_templatestring(Call *call)
{
    Rendering rendering = { .call = call, .name = TEXT_LIT("<templatestring argument>") };
    Value values[2];
    Range ranges[2];
    uint8_t marks;
    Text why;

    if (call->count != 2) {
        diag_error(call->diags, call->range,
                   call->count < 2 ? "Not enough function arguments"
                                   : "Too many function arguments",
                   "Function \"templatestring\" expects 2 argument(s).");
        return value_unknown(type_string);
    }
    if (!check_recursion(call) || !check_template_expr(call) ||
        !evaluate_both(call, values, ranges))
        return value_unknown(type_string);
    call->arguments = values;
    call->argument_ranges = ranges;
    marks = take_marks(&values[0]) | take_marks(&values[1]);
    rendering.variables = values[1];
    if (values[0].state == VALUE_NULL || values[1].state == VALUE_NULL)
        return call_error(call, values[0].state == VALUE_NULL ? 0 : 1, "argument must not be null");
    if (values[0].state == VALUE_UNKNOWN || values[1].state == VALUE_UNKNOWN)
        return value_marked(
            value_unknown(values[1].type == type_dynamic ? type_dynamic : type_string), marks);
    if (values[0].type != type_string)
        return call_error(call, 0, "invalid template value: a string is required");
    if (!check_variables(call, 1, values[1]))
        return value_unknown(type_string);
    values[0] = render(&rendering, value_text(values[0]), 1);
    if (!value_convert(call->arena, values[0], type_string, &values[0], &why))
        return call_error(call, 0, "invalid template result: " TEXT_FMT, TEXT(why));
    return value_marked(values[0], marks);
}
