/*
 * hashicorp/aws: described types run by the engine, and the few that are C.
 */
#include "aws_configure.h"

#include "aws_schema.h"
#include "operation.h"
#include "type_import.h"
#include "type_upgrade.h"

/* Planning leaves only its answer behind; what it works in is used again. */
static Arena scratch;

static const ResourceType *find_type(ResourceMode mode, Text type)
{
    ArenaMark mark = arena_mark(&scratch);
    Diags ignored = diags_make(&scratch);
    const ResourceType *found = resource_type_find(mode, type, &ignored);

    arena_rewind(&scratch, mark);
    return found;
}

static AwsProvider *of(Provider *provider)
{
    return (AwsProvider *)provider;
}

/* --- without a configuration ------------------------------------------------------------------ */

static const Schema *schema(ResourceMode mode, Text type, Diags *diags)
{
    const NativeType *native = native_find(mode, type);
    const ResourceType *found = native ? NULL : resource_type_find(mode, type, diags);

    return native ? native->schema() : found ? &found->schema : NULL;
}

static const Text *types(ResourceMode mode, size_t *ret_count)
{
    static LIST(Text) data;
    static Arena arena;
    size_t count;
    const Text *described = resource_type_names(mode, &count);

    *ret_count = count;
    if (mode == MODE_MANAGED)
        return described;
    for (size_t i = 0; data.count < count + 1; i++) {
        Text native = text_of(native_iam_policy_document.name);
        bool placed = data.count > i;

        if (!placed && (i == count || text_compare(described[i], native) > 0))
            list_add(&arena, &data, native);
        if (i < count)
            list_add(&arena, &data, described[i]);
    }
    *ret_count = data.count;
    return data.items;
}

/* Nothing is known of the provider, nor of what there is. */
static void validate_alone(const ResourceType *type, Value configuration, const Body *body,
                           Diags *diags)
{
    AwsProvider nowhere = { .region = TEXT_NONE };
    ArenaMark mark = arena_mark(&scratch);
    Value object = row_inner(type->object, configuration, &scratch);
    TypeScope scope = type_scope(type, object, value_null(type->object->type),
                                 aws_provider_value(&nowhere, TEXT_NONE, &scratch));

    type_validate(&scope, configuration, body, &scratch, diags);
    arena_rewind(&scratch, mark);
}

static bool validate(ResourceMode mode, Text type, Value configuration, const Body *body,
                     Arena *arena, Diags *diags)
{
    const ResourceType *found;
    size_t errors = diags->error_count;

    if (native_find(mode, type))
        return native_validate(mode, type, configuration, body, arena, diags);
    found = resource_type_find(mode, type, diags);
    if (found)
        validate_alone(found, configuration, body, diags);
    return diags->error_count == errors;
}

static bool upgrade(Text type, int64_t version, Value json, Arena *arena, Value *ret_json,
                    Diags *diags)
{
    const ResourceType *found = resource_type_find(MODE_MANAGED, type, diags);
    size_t errors = diags->error_count;

    *ret_json = found ? type_upgrade(found, version, json, arena, diags) : json;
    return diags->error_count == errors;
}

/* --- planning --------------------------------------------------------------------------------- */

/* Predictions of ARNs need the account: the one answer that a plan waits for. */
static void await_identity(AwsProvider *provider)
{
    if (provider->client)
        aws_identity_ready(provider, NULL);
    while (provider->client && provider->identity == IDENTITY_COMING)
        if (!loop_run_once(exchange_loop(provider->exchange)))
            return;
}

static PlanAnswer plan(Provider *provider, const PlanRequest *request, Arena *arena, Diags *diags)
{
    AwsProvider *aws = of(provider);
    const ResourceType *type = find_type(MODE_MANAGED, request->type);
    ArenaMark mark = arena_mark(&scratch);
    PlanAnswer answer, kept;

    await_identity(aws);
    if (aws->identity == IDENTITY_FAILED && !exchange_is_cut_short(aws->exchange)) /* an interrupted plan says so itself */
        aws_identity_problems(aws, diags);
    answer = type_plan(type, request, aws_provider_value(aws, TEXT_NONE, &scratch), aws->region,
                       &aws->tag_defaults, &scratch, diags);
    kept = plan_answer_copy(arena, &answer, request);
    arena_rewind(&scratch, mark);
    return kept;
}

/* --- operations ------------------------------------------------------------------------------- */

static void start(Provider *provider, const ObjectRequest *request, OperationKind kind, Value prior,
                  Value planned, Value configuration)
{
    Operation *operation = operation_make(of(provider), find_type(request->mode, request->type),
                                          kind, request);

    operation_begin(operation, prior, planned, configuration);
}

static Value nothing(const ObjectRequest *request)
{
    return value_null(find_type(request->mode, request->type)->schema.type);
}

static Value import(Provider *provider, Text type, Text id, Arena *arena, Diags *diags)
{
    const ResourceType *found = find_type(MODE_MANAGED, type);
    ArenaMark mark = arena_mark(&scratch);
    Value object = value_copy(
        arena, type_import(found, id, aws_provider_value(of(provider), TEXT_NONE, &scratch),
                           &scratch, diags));

    arena_rewind(&scratch, mark);
    return object;
}

static void read(Provider *provider, const ObjectRequest *request, Value prior)
{
    start(provider, request, OPERATION_READ, prior, nothing(request), nothing(request));
}

static void apply(Provider *provider, const ObjectRequest *request, Value prior, Value planned,
                  Value configuration)
{
    OperationKind kind = value_is_null(prior)     ? OPERATION_CREATE
                         : value_is_null(planned) ? OPERATION_DELETE
                                                  : OPERATION_UPDATE;

    start(provider, request, kind, prior, planned, configuration);
}

static void read_data(Provider *provider, const ObjectRequest *request, Value configuration)
{
    if (native_find(MODE_DATA, request->type))
        native_read_data(provider, request, configuration);
    else
        start(provider, request, OPERATION_READ_DATA, nothing(request), configuration,
              configuration);
}

static void recover(Provider *provider, const ObjectRequest *request, const Intent *intent)
{
    Operation *operation = operation_make(of(provider), find_type(request->mode, request->type),
                                          OPERATION_FIND, request);

    operation_set_intent(operation, intent);
    operation_begin(operation, nothing(request), intent->configuration, intent->configuration);
}

static bool needs_known_ids(Text type)
{
    const ResourceType *found = find_type(MODE_MANAGED, type);

    return found && found->find.count > 0;
}

static void list_ids(Provider *provider, const ObjectRequest *request, Value planned)
{
    Operation *operation = operation_make(of(provider), find_type(request->mode, request->type),
                                          OPERATION_LIST, request);
    Intent everything = { .configuration = planned };

    operation_set_intent(operation, &everything);
    operation_begin(operation, nothing(request), planned, planned);
}

/* --- where objects live ----------------------------------------------------------------------- */

/* arn:partition:service:region:account:resource */
static Text arn_part(Value object, int index)
{
    Text arn = value_is_null(object) ? TEXT_NONE : value_get_text(object, "arn"), part = TEXT_NONE;

    if (!text_starts_with(arn, TEXT_LIT("arn:")))
        return TEXT_NONE;
    for (int i = 0; i <= index; i++)
        text_cut(arn, TEXT_LIT(":"), &part, &arn);
    return part;
}

static Text home(Provider *provider, Text type, Value object, Arena *arena)
{
    const ResourceType *found = find_type(MODE_MANAGED, type);
    Text region = value_is_null(object) ? TEXT_NONE : value_get_text(object, "region");

    (void)provider, (void)arena;
    if (!found || (found->service && found->service->service.global))
        return TEXT_LIT("global");
    return region.length > 0 ? region : arn_part(object, 3);
}

static Text account(Provider *provider, Text type, Value object, Arena *arena)
{
    (void)provider, (void)type, (void)arena;
    return arn_part(object, 4);
}

static Text region(Provider *provider)
{
    return of(provider)->region;
}

const ProviderKind aws_kind = {
    .source = "registry.terraform.io/hashicorp/aws",
    .prefix = "aws",
    .goes_beyond = true,
    .configuration_schema = aws_configuration_schema,
    .configure = aws_configure,
    .schema = schema,
    .types = types,
    .validate = validate,
    .upgrade = upgrade,
    .plan = plan,
    .import = import,
    .read = read,
    .apply = apply,
    .read_data = read_data,
    .recover = recover,
    .needs_known_ids = needs_known_ids,
    .list_ids = list_ids,
    .home = home,
    .account = account,
    .region = region,
    .id = native_id,
    .access = aws_access,
};
