#include "infinite.h"
#include "pipectl/value/path.h"

void infinite_check_arguments(Value configuration, const Schema *schema, const Body *body,
                              Arena *arena, Diags *diags)
{
    if (!value_has_infinity(configuration))
        return;
    for (size_t i = 0; i < value_count(configuration); i++) {
        PathStep step = path_step(configuration, i);

        if (value_has_infinity(value_at(configuration, i)))
            diag_error(diags, schema_range(schema, body, (Path){ &step, 1 }, arena),
                       "Infinite number",
                       "\"" TEXT_FMT "\" holds an infinite number, and neither a plan nor a state "
                       "can hold one. Was something divided by zero?",
                       TEXT(step.name));
    }
}

void infinite_check_output(const Output *output, Value value, Diags *diags)
{
    if (value_has_infinity(value))
        diag_error(diags, expr_range(output->value), "Infinite number",
                   "The output value \"" TEXT_FMT "\" holds an infinite number, and neither a plan "
                   "nor a state can hold one. Was something divided by zero?",
                   TEXT(output->name));
}
