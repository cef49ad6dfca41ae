/* Conditions of variables, outputs, resources and checks: evaluated, reported and recorded. */
#include "evaluate.h"

static Text below_module(Arena *arena, Text module, const char *prefix, Text name)
{
    return text_format(arena, TEXT_FMT "%s%s" TEXT_FMT, TEXT(module), module.length > 0 ? "." : "",
                       prefix, TEXT(name));
}

static bool is_kind(const Conditioned *subject, const char *kind)
{
    return text_is(text_of(subject->kind), kind);
}

/* A variable, an output or a check of a module instance. */
Conditioned evaluate_subject(const ModuleInstance *instance, const char *kind, Text name)
{
    Arena *arena = instance->evaluator->arena;
    const char *prefix = kind[0] == 'v' ? "var." : kind[0] == 'o' ? "output." : "check.";

    return (Conditioned){ .kind = kind,
                          .config_address = below_module(
                              arena, module_path_config_text(arena, instance->path), prefix, name),
                          .address = below_module(arena, instance->name, prefix, name) };
}

/* What must not be shown is said also where the condition holds: it is a mistake of the rule. */
static void check_message(const Condition *condition, const Conditioned *subject, Value message,
                          Diags *diags)
{
    Range range = expr_range(condition->error_message);
    bool variable = is_kind(subject, "var");

    if (value_has_ephemeral(message) && variable)
        diag_error(diags, range, "Error message refers to ephemeral values",
                   "The message is derived from an ephemeral value, and is not shown. "
                   "ephemeralasnull() makes a value that can be.");
    else if (value_has_ephemeral(message))
        diag_warning(diags, range, "Error message refers to ephemeral values",
                     "The message is derived from an ephemeral value, and will not be shown. "
                     "ephemeralasnull() makes a value that can be.");
    else if (value_has_sensitive(message) && !variable)
        diag_warning(diags, range, "Error message refers to sensitive values",
                     "The message is derived from a sensitive value, and will not be shown. Where "
                     "it tells nothing of the value, nonsensitive() says so.");
}

/* Evaluated whether the condition holds or not: what is wrong with it should not wait for the day.
 */
static Value condition_message(const Condition *condition, const Conditioned *subject,
                               const Scope *scope, Arena *arena, Diags *diags)
{
    Value message = expr_evaluate(condition->error_message, scope, arena, diags);

    if (!is_kind(subject, "var"))
        check_message(condition, subject, message, diags);
    return message;
}

static Text usable_message(Value message, Arena *arena)
{
    Text why;

    if (value_convert(arena, message, type_string, &message, &why) &&
        value_is_wholly_known(message) && !value_is_null(message))
        return value_text(message);
    return TEXT_LIT("The condition does not hold; its error message is not known yet.");
}

/* Where the value comes from is what has to change; which rule says so is said beside it. */
static Text with_rule(Text message, const Conditioned *subject, const Condition *condition,
                      Arena *arena)
{
    if (!subject->given.source)
        return message;
    return text_format(arena,
                       TEXT_FMT "\n\nThis was checked by the validation rule at " TEXT_FMT ".",
                       TEXT(message), TEXT(range_place(arena, condition->range)));
}

/* The record in a plan has the message as it is, but for what is ephemeral; what is sensitive in it
   is not shown to people. */
static CheckStatus condition_failed(const Condition *condition, const Conditioned *subject,
                                    const Scope *scope, Value message, Text *ret_message,
                                    Diags *diags)
{
    Arena *arena = diags->arena;
    bool hidden = value_has_sensitive(message) || value_has_ephemeral(message);
    Text text = usable_message(message, arena);
    Diag diag;
    bool recorded = is_kind(subject, "var") || (!hidden && value_is_wholly_known(message));

    if (is_kind(subject, "var"))
        check_message(condition, subject, message, diags);
    Text shown = hidden ? TEXT_LIT("The condition does not hold; its error message holds values "
                                   "that are sensitive or ephemeral, and is not shown.")
                        : text;

    *ret_message = !recorded ? TEXT_NONE : value_has_ephemeral(message) ? shown : text;
    diag = (Diag){ .severity = is_kind(subject, "check") ? SEVERITY_WARNING : SEVERITY_ERROR,
                   .summary = text_of(subject->summary),
                   .detail = with_rule(shown, subject, condition, arena),
                   .subject =
                       subject->given.source ? subject->given : expr_range(condition->condition),
                   .address = is_kind(subject, "resource") ? subject->address : TEXT_NONE };
    expr_explain(condition->condition, scope, arena, &diag);
    diag_add(diags, diag);
    return CHECK_FAIL;
}

static CheckStatus evaluate_condition(const Evaluator *evaluator, const Condition *condition,
                                      const Conditioned *subject, const Scope *scope,
                                      Text *ret_message, Diags *diags)
{
    Arena *arena = evaluator->arena;
    size_t errors = diags->error_count;
    Value value = expr_evaluate(condition->condition, scope, arena, diags);
    Value message = condition_message(condition, subject, scope, arena, diags);
    Value holds;
    Text why;

    if (diags->error_count > errors)
        return is_kind(subject, "check") ? CHECK_ERROR : CHECK_UNKNOWN;
    if (value_is_unknown(value)) {
        if (is_kind(subject, "check") && !evaluator->validating)
            diag_warning(diags, expr_range(condition->condition),
                         "Check block assertion known after apply",
                         "Whether it holds can only be told when the plan has been applied.");
        return CHECK_UNKNOWN;
    }
    if (!value_convert(arena, value, type_bool, &holds, &why) || value_is_null(holds)) {
        diag_error(diags, expr_range(condition->condition),
                   is_kind(subject, "var") ? "Invalid variable validation result"
                                           : "Invalid condition result",
                   "A condition must be true or false.");
        return CHECK_ERROR;
    }
    return value_truth(holds)
               ? CHECK_PASS
               : condition_failed(condition, subject, scope, message, ret_message, diags);
}

void evaluate_conditions(Evaluator *evaluator, const ConditionList *conditions,
                         const Conditioned *subject, const Scope *scope, Diags *diags)
{
    for (size_t i = 0; i < conditions->count; i++) {
        CheckedObject *object = checks_object(&evaluator->checks, subject->kind,
                                              subject->config_address, subject->address);
        Text message = TEXT_NONE;
        CheckStatus status =
            evaluate_condition(evaluator, &conditions->items[i], subject, scope, &message, diags);

        checks_note(&evaluator->checks, object, status, message);
    }
}

void evaluate_check(ModuleInstance *instance, const Check *check)
{
    Evaluator *evaluator = instance->evaluator;
    Conditioned subject = evaluate_subject(instance, "check", check->name);
    const CheckedObject *object =
        checks_object(&evaluator->checks, subject.kind, subject.config_address, subject.address);

    subject.summary = "Check block assertion failed";
    if (evaluator->untyped)
        for (size_t i = 0; i < check->assertions.count; i++)
            (void)expr_evaluate(check->assertions.items[i].error_message, &instance->scope,
                                evaluator->arena, evaluator->diags);
    else if (!object->evaluated || object->status < CHECK_FAIL)
        evaluate_conditions(evaluator, &check->assertions, &subject, &instance->scope,
                            evaluator->diags);
}

void evaluate_unread_check(ModuleInstance *instance, const Resource *data, const Diags *why,
                           Diags *diags)
{
    Checks *checks = &instance->evaluator->checks;
    Conditioned subject = evaluate_subject(instance, "check", data->check->name);
    CheckedObject *object =
        checks_object(checks, subject.kind, subject.config_address, subject.address);

    for (size_t i = 0; i < why->list.count; i++) {
        Diag diag = why->list.items[i];

        if (diag.severity == SEVERITY_ERROR)
            checks_note(checks, object, CHECK_FAIL,
                        text_format(checks->arena, TEXT_FMT ": " TEXT_FMT, TEXT(diag.summary),
                                    TEXT(diag.detail)));
        diag.severity = SEVERITY_WARNING;
        if (!diag.subject.source)
            diag.subject = data->range;
        diag_add(diags, diag);
    }
}

/* One with its conditions, as it is written and in a module instance that there is. */
static void expect(Checks *checks, const ModuleInstance *instance, const char *kind, Text name)
{
    Conditioned subject = evaluate_subject(instance, kind, name);

    (void)checks_object(checks, subject.kind, subject.config_address, subject.address);
}

static void expect_in(Checks *checks, const ModuleInstance *instance)
{
    const Module *module = instance->module;

    for (size_t i = 0; i < module->checks.count; i++)
        expect(checks, instance, "check", module->checks.items[i]->name);
    for (size_t i = 0; i < module->variables.count; i++)
        if (module->variables.items[i]->validations.count > 0)
            expect(checks, instance, "var", module->variables.items[i]->name);
    for (size_t i = 0; i < module->outputs.count; i++)
        if (module->outputs.items[i]->preconditions.count > 0)
            expect(checks, instance, "output", module->outputs.items[i]->name);
    for (size_t c = 0; c < instance->children.count; c++) {
        const ModuleExpansion *expansion = instance->children.entries[c].value;

        for (size_t i = 0; i < expansion->count; i++)
            expect_in(checks, expansion->instances[i]);
    }
}

/* What is written, whether the walk came to it or not. */
static void expect_written(Checks *checks, const Module *module, Text path)
{
    Arena *arena = checks->arena;

    for (size_t i = 0; i < module->checks.count; i++)
        (void)checks_config(checks, "check",
                            below_module(arena, path, "check.", module->checks.items[i]->name));
    for (size_t i = 0; i < module->variables.count; i++)
        if (module->variables.items[i]->validations.count > 0)
            (void)checks_config(
                checks, "var", below_module(arena, path, "var.", module->variables.items[i]->name));
    for (size_t i = 0; i < module->outputs.count; i++)
        if (module->outputs.items[i]->preconditions.count > 0)
            (void)checks_config(
                checks, "output",
                below_module(arena, path, "output.", module->outputs.items[i]->name));
    for (size_t i = 0; i < module->resources.count; i++) {
        const Resource *resource = module->resources.items[i];
        Text type = text_format(arena, "%s" TEXT_FMT ".",
                                resource->mode == MODE_DATA ? "data." : "", TEXT(resource->type));

        if (resource->lifecycle.preconditions.count + resource->lifecycle.postconditions.count > 0)
            (void)checks_config(
                checks, "resource",
                below_module(arena, path, text_cstring(arena, type), resource->name));
    }
    for (size_t i = 0; i < module->calls.count; i++)
        if (module->calls.items[i]->module)
            expect_written(checks, module->calls.items[i]->module,
                           below_module(arena, path, "module.", module->calls.items[i]->name));
}

void evaluator_expect_checks(Evaluator *evaluator, Value results)
{
    static const char *const kinds[] = { "var", "output", "resource", "check" };

    for (size_t i = 0; results.type && !value_is_null(results) && i < value_count(results); i++) {
        Value result = value_at(results, i), objects = value_get(result, "objects");
        bool passes = text_is(value_get_text(result, "status"), "pass");

        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            if (text_is(value_get_text(result, "object_kind"), kinds[k]))
                checks_config(&evaluator->checks, kinds[k], value_get_text(result, "config_addr"))
                    ->is_expanded = passes;
            for (size_t o = 0; !value_is_null(objects) && o < value_count(objects); o++)
                if (text_is(value_get_text(result, "object_kind"), kinds[k]))
                    (void)checks_object(&evaluator->checks, kinds[k],
                                        value_get_text(result, "config_addr"),
                                        value_get_text(value_at(objects, o), "object_addr"));
        }
    }
}

void evaluator_forget_checks(Evaluator *evaluator, bool whole)
{
    const Module *root = evaluator->root_module;

    evaluator->checks = (Checks){ .arena = evaluator->arena };
    for (size_t i = 0; whole && i < root->outputs.count; i++)
        if (root->outputs.items[i]->preconditions.count > 0)
            expect(&evaluator->checks, evaluator->root, "output", root->outputs.items[i]->name);
}

Value evaluator_check_results(Evaluator *evaluator, bool whole)
{
    Checks *checks = &evaluator->checks;

    expect_written(checks, evaluator->root_module, TEXT_NONE);
    if (whole)
        expect_in(checks, evaluator->root);
    for (size_t i = 0; whole && i < checks->configs.count; i++)
        ((CheckedConfig *)checks->configs.entries[i].value)->is_expanded =
            !diags_have_errors(evaluator->diags);
    return checks_results(&evaluator->checks, evaluator->arena);
}
