/* Outputs for programs. */
#include "pipectl/render/plan_json.h"

#include "pipectl/value/json.h"

Value output_json_value(Arena *arena, const StateOutput *output)
{
    ValueBuilder builder = value_builder(arena);

    value_builder_put(&builder, TEXT_LIT("sensitive"), value_bool(output->sensitive));
    value_builder_put(&builder, TEXT_LIT("type"), json_of_type(arena, output->value.type));
    value_builder_put(&builder, TEXT_LIT("value"), output->value);
    return value_built_object(&builder);
}

Text outputs_json(Arena *arena, const State *state)
{
    ValueBuilder builder = value_builder(arena);
    TextBuilder text = text_builder(arena);

    for (size_t i = 0; i < state->outputs.count; i++)
        value_builder_put(&builder, state->outputs.items[i].name,
                          output_json_value(arena, &state->outputs.items[i]));
    json_add_pretty(&text, value_built_object(&builder), 0);
    return text_built(&text);
}
