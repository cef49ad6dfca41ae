/* A plan as one JSON document. Members are written as they come, and looked up when they are read.
 */
#include "plan_document.h"

#include "saved_value.h"

#include "pipectl/value/json.h"

#define FORMAT 1

static const char *const mode_names[] = {
    [PLAN_NORMAL] = "normal", [PLAN_DESTROY] = "destroy", [PLAN_REFRESH_ONLY] = "refresh-only"};

static const char *const action_names[] = {
    [ACTION_NONE] = "none",       [ACTION_CREATE] = "create",
    [ACTION_READ] = "read",       [ACTION_UPDATE] = "update",
    [ACTION_REPLACE] = "replace", [ACTION_CREATE_THEN_DELETE] = "create-then-delete",
    [ACTION_DELETE] = "delete",   [ACTION_FORGET] = "forget",
};

/* --- writing ------------------------------------------------------------------------------- */

static void key(TextBuilder *builder, const char *name)
{
    if (builder->length > 0 && builder->bytes[builder->length - 1] != '{')
        text_add_char(builder, ',');
    text_add_format(builder, "\"%s\":", name);
}

static void add_text(TextBuilder *builder, const char *name, Text text)
{
    if (text.length == 0)
        return;
    key(builder, name);
    json_add_string(builder, text);
}

static void add_bool(TextBuilder *builder, const char *name, bool value)
{
    if (!value)
        return;
    key(builder, name);
    text_add(builder, TEXT_LIT("true"));
}

static void add_value(TextBuilder *builder, const char *name, Value value, const Type *type)
{
    key(builder, name);
    saved_value_add(builder, value, type);
}

static void add_texts(TextBuilder *builder, const char *name, const TextList *texts)
{
    if (texts->count == 0)
        return;
    key(builder, name);
    text_add_char(builder, '[');
    for (size_t i = 0; i < texts->count; i++) {
        if (i > 0)
            text_add_char(builder, ',');
        json_add_string(builder, texts->items[i]);
    }
    text_add_char(builder, ']');
}

static void add_paths(TextBuilder *builder, const char *name, const PathList *paths)
{
    Arena scratch = { 0 };

    if (paths->count == 0)
        return;
    key(builder, name);
    text_add_char(builder, '[');
    for (size_t i = 0; i < paths->count; i++) {
        if (i > 0)
            text_add_char(builder, ',');
        json_add(builder, path_to_json(&scratch, paths->items[i]));
    }
    text_add_char(builder, ']');
    arena_free(&scratch);
}

static void add_change(TextBuilder *builder, const Change *change)
{
    add_text(builder, "address", change->name);
    add_text(builder, "previous_address", change->previous_name);
    add_text(builder, "deposed", change->deposed);
    add_text(builder, "provider", change->provider);
    add_text(builder, "action", text_of(action_names[change->action]));
    add_text(builder, "reason", reason_text(change->reason));
    add_text(builder, "note", change->note);
    add_value(builder, "before", change->before, change->schema->type);
    if (change->action != ACTION_NONE ||
        !value_same_marked(change->before, change->after)) /* else read back as the same value */
        add_value(builder, "after", change->after, change->schema->type);
    add_value(builder, "configuration", change->configuration, change->schema->type);
    add_paths(builder, "replace", &change->replace);
    add_texts(builder, "dependencies", &change->dependencies);
    add_bool(builder, "create_before_destroy", change->create_before_destroy);
    add_text(builder, "import", change->import_id);
    add_text(builder, "generated", change->generated);
    add_text(builder, "region", change->region);
    add_text(builder, "private", change->private_json);
}

static void add_drift(TextBuilder *builder, const Drift *drift)
{
    add_text(builder, "address", drift->name);
    add_text(builder, "previous_address", drift->previous_name);
    add_text(builder, "provider", drift->provider);
    add_text(builder, "action", text_of(action_names[drift->action]));
    add_value(builder, "before", drift->before, drift->schema->type);
    add_value(builder, "after", drift->after, drift->schema->type);
}

static void add_output(TextBuilder *builder, const OutputChange *output)
{
    add_text(builder, "name", output->name);
    add_text(builder, "action", text_of(action_names[output->action]));
    add_value(builder, "before", output->before, type_dynamic);
    add_value(builder, "after", output->after, type_dynamic);
    add_bool(builder, "sensitive", output->sensitive);
}

/* The value of an ephemeral one is not kept: whoever applies the plan gives it again. */
static void add_variable(TextBuilder *builder, const ScopeName *variable)
{
    add_text(builder, "name", variable->name);
    if (value_has_ephemeral(variable->value))
        add_bool(builder, "ephemeral", true);
    else
        add_value(builder, "value", variable->value, type_dynamic);
}

static void begin_list(TextBuilder *builder, const char *name)
{
    key(builder, name);
    text_add_char(builder, '[');
}

static void begin_item(TextBuilder *builder, size_t index)
{
    text_add(builder, index > 0 ? TEXT_LIT(",\n{") : TEXT_LIT("\n{"));
}

static void add_variables(TextBuilder *builder, const Plan *plan)
{
    begin_list(builder, "variables");
    for (size_t i = 0; i < plan->variables.count; i++) {
        begin_item(builder, i);
        add_variable(builder, &plan->variables.items[i]);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

static void add_outputs(TextBuilder *builder, const Plan *plan)
{
    begin_list(builder, "outputs");
    for (size_t i = 0; i < plan->outputs.count; i++) {
        begin_item(builder, i);
        add_output(builder, &plan->outputs.items[i]);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

static void add_drifts(TextBuilder *builder, const Plan *plan)
{
    begin_list(builder, "drift");
    for (size_t i = 0; i < plan->drift.count; i++) {
        begin_item(builder, i);
        add_drift(builder, &plan->drift.items[i]);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

static void add_changes(TextBuilder *builder, const Plan *plan)
{
    begin_list(builder, "changes");
    for (size_t i = 0; i < plan->changes.count; i++) {
        begin_item(builder, i);
        add_change(builder, plan->changes.items[i]);
        text_add_char(builder, '}');
    }
    text_add_char(builder, ']');
}

Text plan_document_text(Arena *arena, const Plan *plan)
{
    TextBuilder builder = text_builder(arena);

    text_add_format(&builder, "{\"format\":%d", FORMAT);
    add_text(&builder, "pipectl", TEXT_LIT(PIPECTL_VERSION));
    add_text(&builder, "mode", text_of(mode_names[plan->mode]));
    add_text(&builder, "workspace", plan->workspace);
    key(&builder, "time");
    text_add_format(&builder, "%lld", (long long)plan->time);
    add_bool(&builder, "errored", plan->errored);
    add_bool(&builder, "complete", plan->complete);
    add_texts(&builder, "targets", &plan->targets);
    if (plan->check_results.type)
        add_value(&builder, "check_results", plan->check_results, type_dynamic);
    if (plan->raw_variables.type)
        add_value(&builder, "raw_variables", plan->raw_variables, type_dynamic);
    add_texts(&builder, "ephemeral_given", &plan->ephemeral_given);
    add_variables(&builder, plan);
    add_outputs(&builder, plan);
    add_drifts(&builder, plan);
    add_changes(&builder, plan);
    text_add(&builder, TEXT_LIT("}\n"));
    return text_built(&builder);
}

/* --- reading ------------------------------------------------------------------------------- */

static bool damaged(Diags *diags, const char *what)
{
    diag_error(diags, RANGE_NONE, "Invalid plan file",
               "Its %s cannot be read: the file is damaged, or another version of pipectl wrote "
               "it. Make a new plan.",
               what);
    return false;
}

static bool read_name(Text text, const char *const *names, size_t count, int *ret_index)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(text, names[i])) {
            *ret_index = (int)i;
            return true;
        }
    return false;
}

static bool read_action(Value json, Action *ret_action)
{
    int index = ACTION_NONE;
    bool ok = read_name(value_get_text(json, "action"), action_names,
                        sizeof action_names / sizeof *action_names, &index);

    *ret_action = (Action)index;
    return ok;
}

static bool read_reason(Value json, Reason *ret_reason)
{
    Text text = value_get_text(json, "reason");

    for (int reason = REASON_NONE; reason <= REASON_READ_CHECK_NESTED; reason++)
        if (text_equal(reason_text((Reason)reason), text)) {
            *ret_reason = (Reason)reason;
            return true;
        }
    return false;
}

static bool read_value(Arena *arena, Value json, const char *name, const Type *type,
                       Value *ret_value)
{
    Value member;

    return value_member(json, text_of(name), &member) &&
           saved_value_read(arena, member, type, ret_value);
}

static size_t count_of(Value json)
{
    return value_has_kind(json, TYPE_TUPLE) && value_is_known(json) && !value_is_null(json)
               ? value_count(json)
               : 0;
}

static TextList read_texts(Arena *arena, Value json)
{
    TextList texts = { 0 };

    for (size_t i = 0; i < count_of(json); i++)
        if (value_has_kind(value_at(json, i), TYPE_STRING))
            list_add(arena, &texts, value_text(value_at(json, i)));
    return texts;
}

static bool read_paths(Arena *arena, Value json, PathList *ret_paths)
{
    for (size_t i = 0; i < count_of(json); i++) {
        Path path;

        if (!path_from_json(arena, value_at(json, i), &path))
            return false;
        list_add(arena, ret_paths, path);
    }
    return true;
}

static const Resource *find_resource(const Module *root, Address address)
{
    const Module *module = root;

    for (size_t i = 0; i < address.module.count && module; i++) {
        const ModuleCall *call = module_call(module, address.module.steps[i].name);

        module = call ? call->module : NULL;
    }
    return module ? module_resource(module, address.mode, address.type, address.name) : NULL;
}

static const Schema *find_schema(Text provider, Address address, const ProviderKind **ret_kind,
                                 Diags *diags)
{
    *ret_kind = provider_kind_of_source(provider_text_source(provider));
    return *ret_kind ? (*ret_kind)->schema(address.mode, address.type, diags) : NULL;
}

static bool read_change(Plan *plan, Value json, Diags *diags)
{
    Arena *arena = plan->arena;
    Change *change = arena_new(arena, Change);

    change->name = value_get_text(json, "address");
    change->provider = value_get_text(json, "provider");
    if (!address_parse(arena, change->name, RANGE_NONE, &change->address, NULL, diags))
        return false;
    change->schema = find_schema(change->provider, change->address, &change->kind, diags);
    change->resource = find_resource(plan->root, change->address);
    change->previous_name = value_get_text(json, "previous_address");
    change->deposed = value_get_text(json, "deposed");
    change->note = value_get_text(json, "note");
    change->import_id = value_get_text(json, "import");
    change->generated = value_get_text(json, "generated");
    change->region = value_get_text(json, "region");
    change->private_json = value_get_text(json, "private");
    change->dependencies = read_texts(arena, value_get(json, "dependencies"));
    change->create_before_destroy = value_is_true(value_get(json, "create_before_destroy"));
    if (!change->schema || !read_action(json, &change->action) ||
        !read_reason(json, &change->reason) ||
        !read_value(arena, json, "before", change->schema->type, &change->before) ||
        !read_value(arena, json, "configuration", change->schema->type, &change->configuration) ||
        !read_paths(arena, value_get(json, "replace"), &change->replace))
        return false;
    change->after = change->before;
    list_add(arena, &plan->changes, change);
    return !value_member(json, TEXT_LIT("after"), NULL) ||
           read_value(arena, json, "after", change->schema->type, &change->after);
}

static bool read_drift(Plan *plan, Value json, Diags *diags)
{
    Drift drift = {.name = value_get_text(json, "address"),
                   .previous_name = value_get_text(json, "previous_address"),
                   .provider = value_get_text(json, "provider")};
    const ProviderKind *kind;

    if (!address_parse(plan->arena, drift.name, RANGE_NONE, &drift.address, NULL, diags))
        return false;
    drift.schema = find_schema(drift.provider, drift.address, &kind, diags);
    if (!drift.schema || !read_action(json, &drift.action) ||
        !read_value(plan->arena, json, "before", drift.schema->type, &drift.before) ||
        !read_value(plan->arena, json, "after", drift.schema->type, &drift.after))
        return false;
    list_add(plan->arena, &plan->drift, drift);
    return true;
}

static bool read_output(Plan *plan, Value json, Diags *diags)
{
    OutputChange output = {.name = value_get_text(json, "name"),
                           .sensitive = value_is_true(value_get(json, "sensitive"))};

    (void)diags;
    if (!read_action(json, &output.action) ||
        !read_value(plan->arena, json, "before", type_dynamic, &output.before) ||
        !read_value(plan->arena, json, "after", type_dynamic, &output.after))
        return false;
    list_add(plan->arena, &plan->outputs, output);
    return true;
}

static bool read_variable(Plan *plan, Value json, Diags *diags)
{
    ScopeName variable = { .name = value_get_text(json, "name") };

    (void)diags;
    if (value_is_true(value_get(json, "ephemeral")))
        variable.value = value_marked(value_unknown(type_dynamic), MARK_EPHEMERAL);
    else if (!read_value(plan->arena, json, "value", type_dynamic, &variable.value))
        return false;
    list_add(plan->arena, &plan->variables, variable);
    return true;
}

static bool read_list(Plan *plan, Value json, const char *name,
                      bool (*read_item)(Plan *plan, Value json, Diags *diags), Diags *diags)
{
    Value list = value_get(json, name);

    for (size_t i = 0; i < count_of(list); i++)
        if (!read_item(plan, value_at(list, i), diags))
            return damaged(diags, name);
    return true;
}

/* What stands at the top: how the plan was made. */
static bool read_facts(Plan *plan, Value json)
{
    Value time = value_get(json, "time");
    int mode = 0;

    plan->workspace = value_get_text(json, "workspace");
    plan->time = value_has_kind(time, TYPE_NUMBER) ? value_to_integer(time) : 0;
    plan->errored = value_is_true(value_get(json, "errored"));
    plan->complete = value_is_true(value_get(json, "complete"));
    plan->targets = read_texts(plan->arena, value_get(json, "targets"));
    plan->ephemeral_given = read_texts(plan->arena, value_get(json, "ephemeral_given"));
    plan->check_results = value_null(type_dynamic);
    plan->raw_variables = value_null(type_dynamic);
    (void)read_value(plan->arena, json, "check_results", type_dynamic, &plan->check_results);
    (void)read_value(plan->arena, json, "raw_variables", type_dynamic, &plan->raw_variables);
    if (!read_name(value_get_text(json, "mode"), mode_names, sizeof mode_names / sizeof *mode_names,
                   &mode))
        return false;
    plan->mode = (PlanMode)mode;
    return true;
}

bool plan_document_read(Plan *plan, Text document, Diags *diags)
{
    Value json, format;

    if (!json_parse(plan->arena, document, &json) || !value_has_kind(json, TYPE_OBJECT))
        return damaged(diags, "document");
    format = value_get(json, "format");
    if (!value_has_kind(format, TYPE_NUMBER) || value_to_integer(format) != FORMAT ||
        !read_facts(plan, json))
        return damaged(diags, "heading");
    return read_list(plan, json, "variables", read_variable, diags) &&
           read_list(plan, json, "outputs", read_output, diags) &&
           read_list(plan, json, "drift", read_drift, diags) &&
           read_list(plan, json, "changes", read_change, diags);
}
