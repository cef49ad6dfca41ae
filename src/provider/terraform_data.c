/*
 * terraform_data: keeps a value in the state, and is replaced when another one changes.
 */
#include "native.h"

#include "pipectl/base/digest.h"

static const Schema *schema(void)
{
    static const NativeAttribute attributes[] = { { "input", "any", "optional" },
                                                  { "output", "any", "computed" },
                                                  { "triggers_replace", "any", "optional" },
                                                  { "id", "string", "computed" } };
    static const Schema *made;

    if (!made)
        made = native_schema(attributes, sizeof attributes / sizeof *attributes);
    return made;
}

static Value member(Value object, const char *name)
{
    Value value = value_null(type_dynamic);

    if (value_is_known(object) && !value_is_null(object))
        value_member(object, text_of(name), &value);
    return value;
}

/* Output has input's type, also when that is null. */
static Value new_output(Value input)
{
    return value_is_null(input) ? input : value_with_marks_of(value_unknown(input.type), input);
}

static PlanAnswer plan(const PlanRequest *request, Arena *arena, Diags *diags)
{
    Value input = member(request->configuration, "input"),
          triggers = member(request->configuration, "triggers_replace");
    PlanAnswer answer = { .planned = request->proposed };
    bool is_new = value_is_null(request->prior);
    bool replaced = !is_new && !value_same(member(request->prior, "triggers_replace"), triggers);

    (void)diags;
    if (replaced) {
        Path path = path_child(arena, (Path){ NULL, 0 }, TEXT_LIT("triggers_replace"));

        list_add(arena, &answer.replace, path);
    }
    if (is_new || replaced)
        answer.planned =
            native_with(arena, answer.planned, "id", value_unknown_not_null(arena, type_string));
    if (is_new || replaced)
        answer.planned = native_with(arena, answer.planned, "output", new_output(input));
    else if (!value_same(member(request->prior, "input"), input))
        answer.planned = native_with(arena, answer.planned, "output",
                                     value_with_marks_of(value_unknown(input.type), input));
    return answer;
}

static Value apply(Value prior, Value planned, Arena *arena, Diags *diags)
{
    (void)prior, (void)diags;
    if (value_is_unknown(member(planned, "id")))
        planned = native_with(arena, planned, "id", value_string_raw(random_uuid(arena)));
    if (!value_is_wholly_known(member(planned, "output")))
        planned = native_with(arena, planned, "output", member(planned, "input"));
    return planned;
}

/* Any text is the id of one. */
static Value import(Text id, Arena *arena, Diags *diags)
{
    (void)diags;
    return native_with(arena, native_empty(arena, schema()), "id", value_string(arena, id));
}

const NativeType native_terraform_data = {
    .name = "terraform_data",
    .mode = MODE_MANAGED,
    .schema = schema,
    .plan = plan,
    .apply = apply,
    .import = import,
};
