/*
 * data terraform_remote_state: the outputs of another configuration, from the backend that holds
 * its state.
 *
 * Backends are no business of this layer: the program says, by provider_set_remote_states, who
 * reads them.
 */
#include "native.h"

static const RemoteStates *remote_states;

void provider_set_remote_states(const RemoteStates *states)
{
    remote_states = states;
}

static const Schema *schema(void)
{
    static const NativeAttribute attributes[] = { { "backend", "string", "required" },
                                                  { "config", "any", "optional" },
                                                  { "defaults", "any", "optional" },
                                                  { "outputs", "any", "computed" },
                                                  { "workspace", "string", "optional" } };
    static const Schema *made;

    if (!made)
        made = native_schema(attributes, sizeof attributes / sizeof *attributes);
    return made;
}

/* Where an argument's value stands. */
static Range argument_range(const Body *body, const char *name, Arena *arena)
{
    AttributeRule rule = { .name = text_of(name) };
    BodySchema one = { .attributes = &rule, .attribute_count = 1 };
    Diags ignored = diags_make(arena);
    BodyContent content = body_partial_content(body, &one, NULL, arena, &ignored);

    return content.attributes.count ? expr_range(content.attributes.items[0].expr)
                                    : body_range(body);
}

static bool is_object_or_nothing(Value value)
{
    return value_is_null(value) || value_is_unknown(value) || value_has_kind(value, TYPE_OBJECT) ||
           value_has_kind(value, TYPE_MAP);
}

/* What is known already is checked before anything is read. */
static bool validate(Value configuration, const Body *body, Arena *arena, Diags *diags)
{
    static const char *const objects[] = { "config", "defaults" };
    Value backend = value_get(configuration, "backend"),
          config = value_get(configuration, "config");
    size_t errors = diags->error_count;

    for (size_t i = 0; i < 2; i++)
        if (!is_object_or_nothing(value_get(configuration, objects[i])))
            diag_error(diags, argument_range(body, objects[i], arena),
                       i == 0 ? "Invalid backend configuration" : "Invalid default values",
                       i == 0 ? "The configuration must be an object value."
                              : "Defaults must be given in an object value.");
    if (diags->error_count > errors || !remote_states || !value_is_known(backend) ||
        value_is_null(backend))
        return diags->error_count == errors;
    return remote_states->check(value_text(backend), config, argument_range(body, "backend", arena),
                                argument_range(body, "config", arena), diags);
}

static void add_members(ValueBuilder *builder, Value object)
{
    for (size_t i = 0; !value_is_null(object) && i < value_count(object); i++)
        value_builder_put(builder, value_key_at(object, i), value_at(object, i));
}

static Value read_data(Value configuration, Arena *arena, Diags *diags)
{
    ValueBuilder outputs = value_builder(arena);
    Value found;

    if (!remote_states) {
        diag_error(diags, RANGE_NONE, "Unable to find remote state",
                   "The states of other configurations cannot be read here.");
        return value_null(configuration.type);
    }
    add_members(&outputs, value_get(configuration, "defaults"));
    found = remote_states->outputs(remote_states->user, configuration, arena, diags);
    if (!value_is_unknown(found))
        add_members(&outputs, found);
    return native_with(arena, configuration, "outputs", value_built_object(&outputs));
}

const NativeType native_remote_state = {
    .name = "terraform_remote_state",
    .mode = MODE_DATA,
    .schema = schema,
    .validate = validate,
    .read_data = read_data,
};
