/*
 * Making an operation: what it is asked, how long it may take, what it starts with.
 */
#include "operation.h"

static Nanoseconds default_timeout(const ResourceType *type, OperationKind kind)
{
    Nanoseconds said = 0;

    switch (kind) {
    case OPERATION_CREATE:
        said = type->create_timeout;
        break;
    case OPERATION_UPDATE:
        said = type->update_timeout;
        break;
    case OPERATION_DELETE:
        said = type->delete_timeout;
        break;
    default:
        said = type->read_timeout;
        break;
    }
    return said > 0 ? said : SECONDS(1200);
}

/* What the user's `timeouts` block says. */
static Nanoseconds timeout_of(const Operation *operation)
{
    static const char *const names[] = { [OPERATION_CREATE] = "create",
                                         [OPERATION_UPDATE] = "update",
                                         [OPERATION_DELETE] = "delete",
                                         [OPERATION_READ] = "read" };
    const char *name = operation->kind <= OPERATION_DELETE && names[operation->kind]
                           ? names[operation->kind]
                           : "read";
    Nanoseconds limit;
    Value block;

    if (operation->type->has_timeouts && value_is_known(operation->scope.object) &&
        !value_is_null(operation->scope.object) &&
        value_member(operation->scope.object, TEXT_LIT("timeouts"), &block) &&
        value_is_known(block) && clock_parse_duration(value_get_text(block, name), &limit))
        return limit;
    return default_timeout(operation->type, operation->kind);
}

static void begin(void *user)
{
    Operation *operation = user;

    if (operation->provider->identity == IDENTITY_FAILED) {
        aws_identity_problems(operation->provider, &operation->diags);
        operation_end(operation);
        return;
    }
    operation->scope.provider = aws_provider_value(operation->provider, operation->request.region,
                                                   &operation->arena);
    operation->scope.intent = operation->intent;
    operation_prepare_computed(operation);
    if (operation->kind == OPERATION_FIND && operation->type->find_by_read &&
        operation_was_never_sent(operation)) {
        operation->gone = true;
        operation_end(operation);
        return;
    }
    operation_begin_read(operation);
    operation_advance(operation);
}

static const Text *copied_texts(Arena *arena, const Intent *intent)
{
    Text *texts = arena_array(arena, Text, intent->known_id_count);

    for (size_t i = 0; i < intent->known_id_count; i++)
        texts[i] = text_copy(arena, intent->known_ids[i]);
    return texts;
}

Operation *operation_make(AwsProvider *provider, const ResourceType *type, OperationKind kind,
                          const ObjectRequest *request)
{
    Arena arena = { 0 };
    Operation *operation = arena_new(&arena, Operation);

    operation->arena = arena;
    operation->provider = provider;
    operation->type = type;
    operation->kind = kind;
    operation_set_phases(operation, kind);
    operation->request = *request;
    operation->request.type = text_copy(&operation->arena, request->type);
    operation->request.address = text_copy(&operation->arena, request->address);
    operation->request.region = text_copy(&operation->arena, request->region);
    operation->request.private_json = text_copy(&operation->arena, request->private_json);
    operation->request.intent = NULL;
    if (request->begun_as.type)
        operation->request.begun_as = row_inner(type->object, value_copy(&operation->arena, request->begun_as),
                                                &operation->arena);
    operation->diags = diags_make(&operation->arena);
    operation->can_look = type->find_by_read || request->intent;
    if (request->intent)
        operation->known = (Intent){ .known_ids = copied_texts(&operation->arena, request->intent),
                                     .known_id_count = request->intent->known_id_count };
    return operation;
}

/* What find steps call `intent`. Times are seconds, as JSON services say them. */
void operation_set_intent(Operation *operation, const Intent *intent)
{
    Text names[] = { TEXT_LIT("known_ids"), TEXT_LIT("time"), TEXT_LIT("token") };
    ValueBuilder ids = value_builder(&operation->arena);

    for (size_t i = 0; i < intent->known_id_count; i++)
        value_builder_add(&ids, value_string(&operation->arena, intent->known_ids[i]));
    Value parts[] = { value_built_list(&ids, type_string), value_integer(intent->time / SECONDS(1)),
                      value_string(&operation->arena, intent->token) };
    operation->intent = value_object(&operation->arena, names, parts, 3);
    operation->known = *intent;
    if (operation->kind == OPERATION_FIND && operation->type->find.count == 0)
        operation_set_phases(operation, OPERATION_READ);
}

void operation_begin(Operation *operation, Value prior, Value planned, Value configuration)
{
    operation_prepare(operation, prior, planned, configuration);
    operation->limit = timeout_of(operation);
    operation->deadline = clock_monotonic() + operation->limit;
    operation->waiter = (Waiter){ .resume = begin, .user = operation };
    if (aws_identity_ready(operation->provider, &operation->waiter))
        begin(operation);
}
