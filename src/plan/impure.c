/*
 * Functions whose answer is another one at each call. While planning they are unknown, so that a
 * plan never promises what apply cannot keep; plantimestamp() is the plan's own time, in apply too.
 */
#include "evaluate.h"

static const Evaluator *evaluator_of(const Scope *scope)
{
    while (scope->resolve != evaluate_reference)
        scope = scope->parent;
    return ((const ModuleInstance *)scope->user)->evaluator;
}

static Value call_when_applying(Call *call)
{
    if (!evaluator_of(call->scope)->applying)
        return value_unknown(type_string);
    return function_find(text_of(call->function->name))->body(call);
}

static Value plan_time(Call *call)
{
    const Evaluator *evaluator = evaluator_of(call->scope);

    return evaluator->time == 0 ? value_unknown(type_string)
                                : value_string_raw(clock_rfc3339(call->arena, evaluator->time, 0));
}

typedef struct ImpureFunction {
    const char *name;
    FunctionBody *body;
    Function function; /* the language's own, with this body; made when it is asked for first */
} ImpureFunction;

const Function *evaluate_function(Text name)
{
    static ImpureFunction table[] = {
        { "bcrypt", call_when_applying, { 0 } },
        { "plantimestamp", plan_time, { 0 } },
        { "timestamp", call_when_applying, { 0 } },
        { "uuid", call_when_applying, { 0 } },
    };
    const Function *function = function_find(name);

    for (size_t i = 0; function && i < sizeof table / sizeof *table; i++)
        if (text_is(text_of(function->name), table[i].name)) {
            table[i].function = *function;
            table[i].function.body = table[i].body;
            return &table[i].function;
        }
    return function;
}
