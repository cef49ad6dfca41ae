#include "native.h"

static const NativeType *const native_types[] = { &native_random_id, &native_terraform_data,
                                                  &native_iam_policy_document, &native_remote_state };

const NativeType *native_find(ResourceMode mode, Text type)
{
    for (size_t i = 0; i < sizeof native_types / sizeof *native_types; i++)
        if (native_types[i]->mode == mode && text_is(type, native_types[i]->name))
            return native_types[i];
    return NULL;
}

/* --- schemas ---------------------------------------------------------------------------------- */

static const Type *type_named(const char *name)
{
    static const struct {
        const char *name;
        const Type *(*collection)(const Type *);
    } collections[] = { { "list(string)", type_list },
                        { "set(string)", type_set },
                        { "map(string)", type_map } };
    Text text = text_of(name);

    for (size_t i = 0; i < sizeof collections / sizeof *collections; i++)
        if (text_is(text, collections[i].name))
            return collections[i].collection(type_string);
    return text_is(text, "string")   ? type_string
           : text_is(text, "number") ? type_number
           : text_is(text, "bool")   ? type_bool
                                     : type_dynamic;
}

static bool has_word(const char *words, const char *word)
{
    return text_find(text_of(words), text_of(word)) != TEXT_NOT_FOUND;
}

void native_fill_schema(Arena *arena, Schema *schema, const NativeAttribute *attributes,
                        size_t count)
{
    AttributeSchema *made = arena_array(arena, AttributeSchema, count);

    for (size_t i = 0; i < count; i++)
        made[i] = (AttributeSchema){ .name = text_of(attributes[i].name),
                                     .type = type_named(attributes[i].type),
                                     .required = has_word(attributes[i].words, "required"),
                                     .optional = has_word(attributes[i].words, "optional"),
                                     .computed = has_word(attributes[i].words, "computed") };
    schema->attributes = made;
    schema->attribute_count = count;
}

const Schema *native_schema(const NativeAttribute *attributes, size_t count)
{
    static Arena arena;
    Schema *schema = arena_new(&arena, Schema);

    native_fill_schema(&arena, schema, attributes, count);
    schema_finish(&arena, schema);
    return schema;
}

Value native_empty(Arena *arena, const Schema *schema)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < schema->type->count; i++)
        value_builder_put(&builder, schema->type->names[i], value_null(schema->type->types[i]));
    return value_built_object(&builder);
}

Value native_with(Arena *arena, Value object, const char *name, Value value)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(object); i++)
        value_builder_put(&builder, value_key_at(object, i), value_at(object, i));
    value_builder_put(&builder, text_of(name), value);
    return value_marked(value_built_object(&builder), object.marks);
}

/* --- operations: done before they return ------------------------------------------------------ */

static void finish(const ObjectRequest *request, Arena *arena, Value object, Diags *diags)
{
    Diags addressed = diags_make(arena);
    OperationResult result = { .object = object,
                               .failed = diags_have_errors(diags),
                               .diags = &addressed,
                               .private_json = request->private_json };

    diags_append(&addressed, diags, request->address);
    request->done(request->user, &result);
    arena_free(arena);
}

bool native_validate(ResourceMode mode, Text type, Value configuration, const Body *body,
                     Arena *arena, Diags *diags)
{
    const NativeType *native = native_find(mode, type);

    return !native->validate || native->validate(configuration, body, arena, diags);
}

bool native_upgrade(Text type, int64_t version, Value json, Arena *arena, Value *ret_json,
                    Diags *diags)
{
    (void)type, (void)version, (void)arena, (void)diags;
    *ret_json = json;
    return true;
}

PlanAnswer plan_answer_copy(Arena *arena, const PlanAnswer *answer, const PlanRequest *request)
{
    bool unchanged = value_same_marked(answer->planned, request->prior);
    PlanAnswer copy = { .planned = unchanged ? request->prior : value_copy(arena, answer->planned),
                        .note = text_copy(arena, answer->note) };

    for (size_t i = 0; i < answer->replace.count; i++)
        list_add(arena, &copy.replace, path_copy(arena, answer->replace.items[i]));
    return copy;
}

PlanAnswer native_plan(Provider *provider, const PlanRequest *request, Arena *arena, Diags *diags)
{
    const NativeType *native = native_find(MODE_MANAGED, request->type);
    static Arena scratch;
    ArenaMark mark = arena_mark(&scratch);
    PlanAnswer answer = native->plan(request, &scratch, diags), kept;

    (void)provider;
    kept = plan_answer_copy(arena, &answer, request);
    arena_rewind(&scratch, mark);
    return kept;
}

Value native_import(Provider *provider, Text type, Text id, Arena *arena, Diags *diags)
{
    const NativeType *native = native_find(MODE_MANAGED, type);

    (void)provider;
    if (native->import)
        return native->import(id, arena, diags);
    diag_error(diags, RANGE_NONE, "Resource Import Not Implemented",
               "An object of the type " TEXT_FMT " cannot be imported.", TEXT(type));
    return value_null(native->schema()->type);
}

void native_read(Provider *provider, const ObjectRequest *request, Value prior)
{
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)provider;
    finish(request, &arena, prior, &diags);
}

void native_apply(Provider *provider, const ObjectRequest *request, Value prior, Value planned,
                  Value configuration)
{
    const NativeType *native = native_find(MODE_MANAGED, request->type);
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Value object = planned;

    (void)provider, (void)configuration;
    if (!value_is_null(planned))
        object = native->apply(prior, planned, &arena, &diags);
    finish(request, &arena, diags_have_errors(&diags) ? prior : object, &diags);
}

void native_read_data(Provider *provider, const ObjectRequest *request, Value configuration)
{
    const NativeType *native = native_find(MODE_DATA, request->type);
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);
    Value object = native->read_data(configuration, &arena, &diags);

    (void)provider;
    finish(request, &arena, object, &diags);
}

/* Nothing was made outside of the state. */
void native_recover(Provider *provider, const ObjectRequest *request, const Intent *intent)
{
    const NativeType *native = native_find(MODE_MANAGED, request->type);
    Arena arena = { 0 };
    Diags diags = diags_make(&arena);

    (void)provider, (void)intent;
    finish(request, &arena, value_null(native->schema()->type), &diags);
}

Text native_id(Text type, Value object)
{
    (void)type;
    return value_is_null(object) ? TEXT_NONE : value_get_text(object, "id");
}

/* --- kinds ------------------------------------------------------------------------------------ */

static const Schema *no_arguments(void)
{
    static Arena arena;
    static Schema schema;

    if (!schema.type)
        schema_finish(&arena, &schema);
    return &schema;
}

static const Schema *schema_of(ResourceMode mode, Text type, Diags *diags)
{
    const NativeType *native = native_find(mode, type);

    (void)diags;
    return native ? native->schema() : NULL;
}

static Provider *configure(Arena *arena, const ProviderKind *kind)
{
    Provider *provider = arena_new(arena, Provider);

    provider->kind = kind;
    return provider;
}

static Provider *configure_random(Arena *arena, Exchange *exchange, Value configuration,
                                  const Body *body, Diags *diags)
{
    (void)exchange, (void)configuration, (void)body, (void)diags;
    return configure(arena, &random_kind);
}

static Provider *configure_terraform(Arena *arena, Exchange *exchange, Value configuration,
                                     const Body *body, Diags *diags)
{
    (void)exchange, (void)configuration, (void)body, (void)diags;
    return configure(arena, &terraform_kind);
}

static const Text *random_types(ResourceMode mode, size_t *ret_count)
{
    static const Text names[] = { TEXT_INIT("random_id") };

    *ret_count = mode == MODE_MANAGED;
    return names;
}

static const Text *terraform_types(ResourceMode mode, size_t *ret_count)
{
    static const Text managed[] = { TEXT_INIT("terraform_data") };
    static const Text data[] = { TEXT_INIT("terraform_remote_state") };

    *ret_count = 1;
    return mode == MODE_MANAGED ? managed : data;
}

static bool needs_known_ids(Text type)
{
    (void)type;
    return false;
}

static void list_ids(Provider *provider, const ObjectRequest *request, Value planned)
{
    (void)planned;
    native_recover(provider, request, NULL);
}

static Text home(Provider *provider, Text type, Value object, Arena *arena)
{
    (void)provider, (void)type, (void)object, (void)arena;
    return TEXT_LIT("global");
}

static Text account(Provider *provider, Text type, Value object, Arena *arena)
{
    (void)provider, (void)type, (void)object, (void)arena;
    return TEXT_NONE;
}

static Text region(Provider *provider)
{
    (void)provider;
    return TEXT_NONE;
}

#define NATIVE_KIND(kind_source, kind_prefix, kind_configure, kind_types)                          \
    {                                                                                              \
        .source = kind_source, .prefix = kind_prefix, .configuration_schema = no_arguments,        \
        .configure = kind_configure, .schema = schema_of, .types = kind_types,                     \
        .validate = native_validate, .upgrade = native_upgrade, .plan = native_plan,               \
        .import = native_import, .read = native_read, .apply = native_apply, .read_data = native_read_data,                 \
        .recover = native_recover, .needs_known_ids = needs_known_ids, .list_ids = list_ids,       \
        .home = home, .account = account, .region = region, .id = native_id                        \
    }

const ProviderKind random_kind = NATIVE_KIND("registry.terraform.io/hashicorp/random", "random",
                                             configure_random, random_types);
const ProviderKind terraform_kind = NATIVE_KIND("terraform.io/builtin/terraform", "terraform",
                                                configure_terraform, terraform_types);
