/*
 * A step's call: its members, its pages, and the part of the answer that is looked at.
 */
#include "operation.h"

/* --- members ---------------------------------------------------------------------------------- */

static WireSide side_of(const Operation *operation)
{
    return operation->detour == DETOUR_NONE && operation_phase(operation) == PHASE_CHANGE
               ? WIRE_UPDATE
               : WIRE_SEND;
}

static Value with_member(Operation *operation, Value members, Text name, Value value)
{
    WireStep step = { .name = name };

    return wire_put(&operation->arena, members, (WirePath){ &step, 1 }, value);
}

static Value add_with(Operation *operation, const Step *step, Value members)
{
    for (size_t i = 0; i < step->with.count; i++) {
        const Member *member = &step->with.items[i];
        Value value = type_evaluate(&operation->scope, member->value, &operation->arena,
                                    &operation->diags);

        members = with_member(operation, members, member->name,
                              wire_prune(&operation->arena, value));
    }
    return members;
}

static Value members_of(Operation *operation, const Step *step)
{
    RowRefs rows = naming_rows(&operation->scope, &step->send, &operation->arena,
                               &operation->diags);
    Value members = value_object(&operation->arena, NULL, NULL, 0);

    members = wire_add_rows(&operation->scope, &rows, side_of(operation), members,
                            &operation->arena, &operation->diags);
    members = add_with(operation, step, members);
    if (step->patch.rows.count > 0 || step->patch.groups.count > 0)
        members = with_member(operation, members, TEXT_LIT("patchOperations"),
                              patch_operations(operation, step));
    return members;
}

/* --- pages ------------------------------------------------------------------------------------ */

/* A step that asks for a page of a size of its own gets that one page. */
static const PageRule *pages_of(const Operation *operation, const Step *step)
{
    const PageRule *rule = service_pages(operation->type->service, step->call);

    for (size_t i = 0; rule && i < rule->size.count; i++)
        for (size_t k = 0; k < step->with.count; k++)
            if (text_equal(rule->size.items[i].name, step->with.items[k].name))
                return NULL;
    return rule;
}

static Value with_page_size(Operation *operation, const Step *step, Value members)
{
    const PageRule *rule = pages_of(operation, step);

    for (size_t i = 0; rule && i < rule->size.count; i++) {
        Value size = type_evaluate(&operation->scope, rule->size.items[i].value, &operation->arena,
                                   &operation->diags);

        members = with_member(operation, members, rule->size.items[i].name, size);
    }
    return members;
}

static bool adds_up(const PageRule *rule, Text member, Value value)
{
    if (rule->items.count == 0)
        return value_has_kind(value, TYPE_TUPLE);
    for (size_t i = 0; i < rule->items.count; i++)
        if (text_equal(rule->items.items[i], member))
            return true;
    return false;
}

static Value joined(Operation *operation, Value first, Value second)
{
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < value_count(first); i++)
        value_builder_add(&builder, value_at(first, i));
    for (size_t i = 0; i < value_count(second); i++)
        value_builder_add(&builder, value_at(second, i));
    return value_built_tuple(&builder);
}

/* The newest page, with the lists of those before it in front of its own. */
static Value merge_pages(Operation *operation, const PageRule *rule, Value before, Value page)
{
    ValueBuilder builder = value_builder(&operation->arena);

    for (size_t i = 0; i < value_count(before); i++)
        if (adds_up(rule, value_key_at(before, i), value_at(before, i)))
            value_builder_put(&builder, value_key_at(before, i), value_at(before, i));
    for (size_t i = 0; i < value_count(page); i++) {
        Text name = value_key_at(page, i);
        Value value = value_at(page, i), earlier;

        if (adds_up(rule, name, value) && value_member(before, name, &earlier))
            value = joined(operation, earlier, value);
        value_builder_put(&builder, name, value);
    }
    return value_built_object(&builder);
}

static bool is_true(Value value)
{
    return value_is_true(value) || (value_has_kind(value, TYPE_STRING) && !value_is_null(value) &&
                                    text_is(value_text(value), "true"));
}

static bool is_token(Value value)
{
    return value_is_known(value) && !value_is_null(value) &&
           (!value_has_kind(value, TYPE_STRING) || value_text(value).length > 0);
}

/* The members that ask for the next page; false when there is none. */
static bool next_members(Operation *operation, const PageRule *rule, Value *ret_members)
{
    Value answer = operation->scope.answer, more;
    bool any = false;

    if (rule->more.length > 0 && (!value_member(answer, rule->more, &more) || !is_true(more)))
        return false;
    *ret_members = operation->members;
    for (size_t i = 0; i < rule->next.count; i++) {
        Value token = type_evaluate(&operation->scope, rule->next.items[i], &operation->arena,
                                    &operation->diags);

        any = any || is_token(token);
        if (is_token(token))
            *ret_members = with_member(operation, *ret_members, rule->send.items[i], token);
    }
    return any;
}

/* --- sending ---------------------------------------------------------------------------------- */

static void on_done(AwsCall *call)
{
    operation_answered(call->user);
}

static void on_retry(AwsCall *call, const ErrorAnswer *error, Nanoseconds pause)
{
    Operation *operation = call->user;
    Text why = error && error->code.length > 0 ? error->code : TEXT_LIT("no answer");

    if (operation->request.events.retrying)
        operation->request.events.retrying(operation->request.events.user, why, pause);
}

/* Calls that change one thing go one after another. */
static Text lane_of(Operation *operation)
{
    const ResourceType *type = operation->type;
    const Expr *lane = type->lane ? type->lane : type->service->lane;

    return lane ? type_text_of(&operation->scope, lane, &operation->arena, &operation->diags)
                : TEXT_NONE;
}

static void prepare_call(Operation *operation, const Step *step)
{
    Text key;

    operation->call = (AwsCall){ .client = operation->provider->client,
                                 .arena = &operation->arena,
                                 .region = operation->request.region,
                                 .deadline = operation->deadline,
                                 .on_retry = on_retry,
                                 .done = on_done,
                                 .user = operation };
    if (text_is(operation->call.region, "global"))
        operation->call.region = TEXT_NONE;
    if (operation_changes(operation, step))
        operation->call.lane = lane_of(operation);
    operation->call.send_once = operation_phase(operation) == PHASE_MAKE &&
                                !operation->type->find_by_read &&
                                operation_changes(operation, step);
    operation->call.rate = service_rate(operation->type->service, step->call, &key);
    operation->call.rate_key = text_format(&operation->arena, TEXT_FMT " " TEXT_FMT,
                                           TEXT(operation->type->service->service.name), TEXT(key));
}

static bool send_members(Operation *operation, const Step *step, Value members)
{
    const ServiceType *service = operation->type->service;
    const RestCall *rest = service_call(service, step->call);
    Text why;

    prepare_call(operation, step);
    if (!protocol_request(&operation->arena, &service->service, step->call, rest, members,
                          &operation->call, &why)) {
        operation_report(operation, "Request cannot be made", TEXT_FMT ": " TEXT_FMT,
                         TEXT(step->call), TEXT(why));
        return false;
    }
    if (operation->request.events.call)
        operation->request.events.call(operation->request.events.user, service->service.name,
                                       step->call);
    return exchange_send(operation->provider->exchange, &operation->call, &operation->diags);
}

bool operation_send(Operation *operation, const Step *step)
{
    size_t errors = operation->diags.error_count;
    Value members = members_of(operation, step);

    operation->members = with_page_size(operation, step, members);
    operation->answer_so_far = value_null(type_dynamic);
    if (operation->diags.error_count > errors)
        return false;
    return send_members(operation, step, operation->members);
}

bool operation_next_page(Operation *operation, const Step *step)
{
    const PageRule *rule = pages_of(operation, step);
    Value answer = operation->scope.answer, members;
    bool more;

    if (!rule || value_is_null(answer) || !value_has_kind(answer, TYPE_OBJECT))
        return false;
    more = next_members(operation, rule, &members);
    if (!value_is_null(operation->answer_so_far))
        operation->scope.answer = merge_pages(operation, rule, operation->answer_so_far, answer);
    operation->answer_so_far = operation->scope.answer;
    if (!more)
        return false;
    if (!send_members(operation, step, members))
        operation_fail(operation);
    return true;
}

/* --- the answer ------------------------------------------------------------------------------- */

Value operation_taken(Operation *operation, const Step *step)
{
    Value taken = operation->scope.answer;

    if (step->take)
        return type_evaluate(&operation->scope, step->take, &operation->arena, &operation->diags);
    if (step->take_path.count == 0)
        return taken;
    return wire_get(operation->scope.answer, step->take_path, &taken) ? taken
                                                                      : value_null(type_dynamic);
}
