/* layer: config
 *
 * tests/config/CASE/ holds a configuration and expected.txt: what is declared, and what is
 * reported. A file "inputs" beside it lists what is given for root variables, a line each: -var
 * x=1, -var-file f, TF_VAR_x=1. With UPDATE=1 in the environment expected.txt is written instead
 * of compared.
 */
#include "pipectl/config/load.h"
#include "pipectl/config/version.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* --- a module as text ----------------------------------------------------------------------- */

static void add_traversals(TextBuilder *out, const char *label, const TraversalList *traversals)
{
    for (size_t i = 0; i < traversals->count; i++)
        text_add_format(out, "%s" TEXT_FMT, i ? " " : label,
                        TEXT(traversal_text(out->arena, &traversals->items[i])));
}

static void add_expr(TextBuilder *out, const char *label, const Expr *expr)
{
    if (expr)
        text_add_format(out, "%s" TEXT_FMT, label, TEXT(range_text(expr_range(expr))));
}

static void add_references(TextBuilder *out, const Body *body)
{
    Diags unheard = diags_make(out->arena);
    ReferenceList references = { 0 };

    body_references(body, out->arena, &references, &unheard);
    for (size_t i = 0; i < references.count; i++)
        text_add_format(out, "%s" TEXT_FMT, i ? " " : ", refers to ",
                        TEXT(range_text(references.items[i].range)));
}

static void add_variable(TextBuilder *out, const Variable *variable)
{
    text_add_format(out, "variable " TEXT_FMT ": " TEXT_FMT, TEXT(variable->name),
                    TEXT(type_text(out->arena, variable->type)));
    if (variable->has_default && value_is_wholly_known(variable->default_value)) {
        text_add(out, TEXT_LIT(" = "));
        json_add(out, variable->default_value);
    }
    text_add_format(out, "%s%s", variable->sensitive ? ", sensitive" : "",
                    variable->nullable ? "" : ", not nullable");
    if (variable->validations.count)
        text_add_format(out, ", %zu rules", variable->validations.count);
    if (variable->description.length)
        text_add_format(out, ", \"" TEXT_FMT "\"", TEXT(variable->description));
    text_add(out, TEXT_LIT("\n"));
}

static void add_lifecycle(TextBuilder *out, const Lifecycle *lifecycle)
{
    if (lifecycle->has_create_before_destroy)
        text_add_format(out, ", create_before_destroy %s",
                        lifecycle->create_before_destroy ? "true" : "false");
    text_add_format(out, "%s%s", lifecycle->prevent_destroy ? ", prevent_destroy" : "",
                    lifecycle->ignore_all ? ", ignores all" : "");
    add_traversals(out, ", ignores ", &lifecycle->ignore_changes);
    for (size_t i = 0; i < lifecycle->replace_triggered_by.count; i++)
        add_expr(out, ", replaced with ", lifecycle->replace_triggered_by.items[i]);
    if (lifecycle->preconditions.count || lifecycle->postconditions.count)
        text_add_format(out, ", conditions %zu+%zu", lifecycle->preconditions.count,
                        lifecycle->postconditions.count);
}

static void add_provider_name(TextBuilder *out, const char *label, ProviderName name)
{
    text_add_format(out, "%s" TEXT_FMT "%s" TEXT_FMT, label, TEXT(name.local),
                    name.alias.length ? "." : "", TEXT(name.alias));
}

static void add_resource(TextBuilder *out, const Resource *resource)
{
    text_add_format(out, "%s" TEXT_FMT "." TEXT_FMT,
                    resource->mode == MODE_DATA ? "data." : "resource ", TEXT(resource->type),
                    TEXT(resource->name));
    add_expr(out, ", count ", resource->count);
    add_expr(out, ", for_each ", resource->for_each);
    if (resource->provider.local.length)
        add_provider_name(out, ", provider ", resource->provider);
    add_traversals(out, ", depends on ", &resource->depends_on);
    add_lifecycle(out, &resource->lifecycle);
    add_references(out, resource->body);
    text_add(out, TEXT_LIT("\n"));
}

static void add_module(TextBuilder *out, const Module *module);

static void add_call(TextBuilder *out, const ModuleCall *call)
{
    text_add_format(out, "module " TEXT_FMT ": " TEXT_FMT, TEXT(call->name), TEXT(call->source));
    add_expr(out, ", count ", call->count);
    add_expr(out, ", for_each ", call->for_each);
    for (size_t i = 0; i < call->providers.count; i++) {
        add_provider_name(out, ", ", call->providers.items[i].inner);
        add_provider_name(out, " is ", call->providers.items[i].outer);
    }
    add_traversals(out, ", depends on ", &call->depends_on);
    for (size_t i = 0; i < call->arguments.attributes.count; i++)
        text_add_format(out, ", " TEXT_FMT " = " TEXT_FMT,
                        TEXT(call->arguments.attributes.items[i].name),
                        TEXT(range_text(expr_range(call->arguments.attributes.items[i].expr))));
    text_add(out, TEXT_LIT("\n"));
    if (call->module) {
        text_add_format(out, "--- module " TEXT_FMT " in " TEXT_FMT "\n", TEXT(call->name),
                        TEXT(call->module->directory));
        add_module(out, call->module);
        text_add(out, TEXT_LIT("---\n"));
    }
}

static void add_output(TextBuilder *out, const Output *output)
{
    text_add_format(out, "output " TEXT_FMT ": " TEXT_FMT "%s", TEXT(output->name),
                    TEXT(range_text(expr_range(output->value))),
                    output->sensitive ? ", sensitive" : "");
    add_traversals(out, ", depends on ", &output->depends_on);
    if (output->preconditions.count)
        text_add_format(out, ", %zu conditions", output->preconditions.count);
    text_add(out, TEXT_LIT("\n"));
}

static void add_providers(TextBuilder *out, const Module *module)
{
    for (size_t i = 0; i < module->required_providers.count; i++) {
        const RequiredProvider *required = module->required_providers.items[i];

        text_add_format(out, "requires " TEXT_FMT ": " TEXT_FMT " " TEXT_FMT "\n",
                        TEXT(required->name), TEXT(required->source),
                        TEXT(version_constraint_text(out->arena, required->version)));
    }
    for (size_t i = 0; i < module->providers.count; i++) {
        add_provider_name(out, "provider ", module->providers.items[i]->name);
        add_references(out, module->providers.items[i]->body);
        text_add(out, TEXT_LIT("\n"));
    }
    if (module->backend)
        text_add_format(out, "backend " TEXT_FMT "\n", TEXT(module->backend->type));
}

static void add_module(TextBuilder *out, const Module *module)
{
    add_providers(out, module);
    for (size_t i = 0; i < module->variables.count; i++)
        add_variable(out, module->variables.items[i]);
    for (size_t i = 0; i < module->locals.count; i++)
        text_add_format(out, "local " TEXT_FMT ": " TEXT_FMT "\n",
                        TEXT(module->locals.items[i]->name),
                        TEXT(range_text(expr_range(module->locals.items[i]->expr))));
    for (size_t i = 0; i < module->resources.count; i++)
        add_resource(out, module->resources.items[i]);
    for (size_t i = 0; i < module->moved.count; i++)
        text_add_format(out, "moved " TEXT_FMT " to " TEXT_FMT "%s\n",
                        TEXT(address_text(out->arena, module->moved.items[i]->from)),
                        TEXT(address_text(out->arena, module->moved.items[i]->to)),
                        module->moved.items[i]->is_module ? " (module)" : "");
    for (size_t i = 0; i < module->calls.count; i++)
        add_call(out, module->calls.items[i]);
    for (size_t i = 0; i < module->outputs.count; i++)
        add_output(out, module->outputs.items[i]);
}

static void add_diags(TextBuilder *out, const Diags *diags)
{
    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = &diags->list.items[i];
        Position start = range_start(diag->subject), end = range_end(diag->subject);

        text_add_format(out, "%s: ", diag->severity == SEVERITY_ERROR ? "error" : "warning");
        if (diag->subject.source)
            text_add_format(out, TEXT_FMT ":%u,%u-%u,%u: ", TEXT(diag->subject.source->name),
                            start.line, start.column, end.line, end.column);
        text_add_format(out, TEXT_FMT ": " TEXT_FMT "\n", TEXT(diag->summary), TEXT(diag->detail));
    }
}

/* --- inputs --------------------------------------------------------------------------------- */

typedef LIST(VariableOption) OptionList;

static void take_input(Arena *arena, Text line, OptionList *options)
{
    Text name, value;

    if (text_starts_with(line, TEXT_LIT("-var-file "))) {
        list_add(arena, options, (VariableOption){ true, text_slice(line, 10, line.length) });
    } else if (text_starts_with(line, TEXT_LIT("-var "))) {
        list_add(arena, options, (VariableOption){ false, text_slice(line, 5, line.length) });
    } else if (text_cut(line, TEXT_LIT("="), &name, &value)) {
        setenv(text_cstring(arena, name), text_cstring(arena, value), 1);
    }
}

static void add_values(TextBuilder *out, const Module *module, Text inputs, Diags *diags)
{
    OptionList options = { 0 };
    VariableInputList given;
    Value values, raw;
    Text line;

    clearenv();
    for (bool more = true; more;) {
        more = text_cut(inputs, TEXT_LIT("\n"), &line, &inputs);
        take_input(out->arena, line, &options);
    }
    given = variables_collect(out->arena, TEXT_LIT("."), options.items, options.count, diags);
    variables_check(out->arena, module, &given, NULL, diags);
    values = variables_values(out->arena, module, &given, NULL, &raw, diags);
    for (size_t i = 0; i < value_count(values); i++) {
        Value value = value_at(values, i);

        text_add_format(out, "var." TEXT_FMT " = ", TEXT(value_key_at(values, i)));
        if (value_is_wholly_known(value))
            json_add(out, value);
        text_add_format(out, " (" TEXT_FMT ")%s, raw ", TEXT(type_text(out->arena, value.type)),
                        value_is_sensitive(value) ? " sensitive" : "");
        if (value_is_wholly_known(value_at(raw, i)))
            json_add(out, value_at(raw, i));
        text_add(out, TEXT_LIT("\n"));
    }
}

/* --- cases ---------------------------------------------------------------------------------- */

static void run_case(Arena *arena, Text name, bool update)
{
    Diags diags = diags_make(arena);
    TextBuilder out = text_builder(arena);
    Text expected = TEXT_NONE, inputs;
    bool exists;
    const Module *module = module_load(arena, TEXT_LIT("."), &diags);

    assert_non_null(module);
    add_module(&out, module);
    assert_true(file_read_optional(arena, TEXT_LIT("inputs"), &exists, &inputs, &diags));
    if (exists)
        add_values(&out, module, inputs, &diags);
    add_diags(&out, &diags);
    if (update) {
        assert_true(file_replace(TEXT_LIT("expected.txt"), text_built(&out), 0644, &diags));
        return;
    }
    assert_true(file_read_optional(arena, TEXT_LIT("expected.txt"), &exists, &expected, &diags));
    if (!text_equal(expected, text_built(&out)))
        fail_msg("tests/config/" TEXT_FMT "/expected.txt differs; what came out:\n" TEXT_FMT,
                 TEXT(name), TEXT(text_built(&out)));
}

static void cases_give_what_is_expected(void **state)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    bool update = getenv("UPDATE") != NULL;
    TextList names;

    (void)state;
    assert_true(file_list(&arena, TEXT_LIT(TESTS_DIR "/config"), &names, RANGE_NONE, &diags));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        assert_int_equal(chdir(text_cstring(&arena, file_join(&arena, TEXT_LIT(TESTS_DIR "/config"),
                                                              names.items[i]))),
                         0);
        run_case(&arena, names.items[i], update);
    }
    arena_free(&arena);
}

static void versions_satisfy_constraints(void **state)
{
    static const struct {
        const char *constraint;
        bool satisfied;
    } rows[] = {
        { "", true },
        { "1.11.4", true },
        { "= 1.11.4", true },
        { "1.11", false },
        { ">= 1.5", true },
        { ">=1.11.5", false },
        { "< 2", true },
        { "<= 1.11.3", false },
        { "> 1.11.4", false },
        { "!= 1.11.4", false },
        { "~> 1.11", true },
        { "~> 1.11.0", true },
        { "~> 1.10.0", false },
        { "~> 1.12", false },
        { "~> 1", true },
        { ">= 1.0, < 1.11", false },
        { ">= 1.0, < 2.0", true },
        { "> 1.11.4-beta1", true },
        { ">= 1.12.0-rc1", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(i == 0 || version_constraint_is_valid(text_of(rows[i].constraint)));
        if (version_satisfies(TEXT_LIT("1.11.4"), text_of(rows[i].constraint)) != rows[i].satisfied)
            fail_msg("%s", rows[i].constraint);
    }
}

static void constraints_that_are_none_are_refused(void **state)
{
    static const char *const rows[] = { "", "foo", ">=", "1.x", ">> 1", "1.2.3.4", ">= 1,", "~1" };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(version_constraint_is_valid(text_of(rows[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_give_what_is_expected),
        cmocka_unit_test(versions_satisfy_constraints),
        cmocka_unit_test(constraints_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
