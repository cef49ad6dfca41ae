/*
 * The functions that a module's expressions may call: the language's own, and a provider's under
 * the name that the module gives to it. Those whose answer is another one at each call are unknown
 * while planning, so that a plan never promises what apply cannot keep; plantimestamp() is the
 * plan's own time, in apply too.
 */
#include "evaluate.h"

#include <string.h>

static const ModuleInstance *module_of(const Scope *scope)
{
    while (scope->resolve != evaluate_reference)
        scope = scope->parent;
    return scope->user;
}

static Value call_when_applying(Call *call)
{
    if (!module_of(call->scope)->evaluator->applying)
        return value_unknown(type_string);
    return function_find(text_of(call->function->name))->body(call);
}

static Value plan_time(Call *call)
{
    const Evaluator *evaluator = module_of(call->scope)->evaluator;

    return evaluator->time == 0 ? value_unknown(type_string)
                                : value_string_raw(clock_rfc3339(call->arena, evaluator->time, 0));
}

typedef struct ImpureFunction {
    const char *name;
    FunctionBody *body;
    Function function; /* the language's own, with this body; made when it is asked for first */
} ImpureFunction;

/* provider::LOCAL::NAME, where required_providers must say whose name LOCAL is. */
static const Function *find_provided(const ModuleInstance *instance, Text name)
{
    Text rest = text_slice(name, strlen("provider::"), name.length), local, function;
    Arena *arena = instance->evaluator->arena;

    text_cut(rest, TEXT_LIT("::"), &local, &function);
    if (!module_requires(instance->module, local, TEXT_LIT("terraform.io/builtin/terraform")))
        return NULL;
    return function_find(text_concat(arena, TEXT_LIT("provider::terraform::"), function));
}

const Function *evaluate_function(const Scope *scope, Text name)
{
    static ImpureFunction table[] = {
        { "bcrypt", call_when_applying, { 0 } },
        { "plantimestamp", plan_time, { 0 } },
        { "timestamp", call_when_applying, { 0 } },
        { "uuid", call_when_applying, { 0 } },
    };
    const Function *function = text_starts_with(name, TEXT_LIT("provider::"))
                                   ? find_provided(module_of(scope), name)
                                   : function_find(name);

    for (size_t i = 0; function && i < sizeof table / sizeof *table; i++)
        if (text_is(text_of(function->name), table[i].name)) {
            table[i].function = *function;
            table[i].function.body = table[i].body;
            return &table[i].function;
        }
    return function;
}
