#include "pipectl/render/plan_json.h"

Text plan_json(Arena *arena, const Plan *plan)
{
    (void)arena;
    (void)plan;
    return TEXT_LIT("{}");
}

Text state_json(Arena *arena, const State *state)
{
    (void)arena;
    (void)state;
    return TEXT_LIT("{}");
}
