/*
 * What an answer means for the step under the cursor. Retries are looked at first, then absent and
 * empty, then failed (rule 4); what is left over is an error, or the answer.
 */
#include "operation.h"

static const Nanoseconds retry_pause = MILLISECONDS(500);

/* After which everybody sees what was made. */
static const Nanoseconds visible_within = SECONDS(30);

/* --- rules ------------------------------------------------------------------------------------ */

static bool is_listed(const Text *texts, size_t count, Text text)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(texts[i], text))
            return true;
    return false;
}

static bool is_like(const Rule *rule, Text message)
{
    for (size_t i = 0; i < rule->like.count; i++)
        if (text_find(message, rule->like.items[i]) != TEXT_NOT_FOUND)
            return true;
    return rule->like.count == 0;
}

/* [error] is NULL for a good answer, which only rules without codes can be about. */
static bool rule_applies(Operation *operation, const Rule *rule, const ErrorAnswer *error)
{
    if (error ? rule->on.count > 0 && !is_listed(rule->on.items, rule->on.count, error->code)
              : rule->on.count > 0)
        return false;
    if (error ? !is_like(rule, error->message) : rule->like.count > 0)
        return false;
    return !rule->when ||
           type_condition(&operation->scope, rule->when, &operation->arena, &operation->diags);
}

/* Whether the step under the cursor had to be repeated for so long. */
static bool is_late(Operation *operation, Nanoseconds limit)
{
    Nanoseconds now = clock_monotonic();

    if (operation->trouble_since == 0)
        operation->trouble_since = now;
    return now - operation->trouble_since >= limit;
}

static bool is_over(Operation *operation, const Rule *rule)
{
    bool late = is_late(operation, rule->limit);

    return rule->limit > 0 && late;
}

static const Rule *find_rule(Operation *operation, const RuleList *rules, const ErrorAnswer *error)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rule_applies(operation, &rules->items[i], error) &&
            !is_over(operation, &rules->items[i]))
            return &rules->items[i];
    return NULL;
}

/* `again` of the step, then what the type and its service retry. */
static const Rule *retry_rule(Operation *operation, const Step *step, const ErrorAnswer *error)
{
    const Rule *rule = NULL;

    if (step->again && rule_applies(operation, step->again, error) &&
        !is_over(operation, step->again))
        return step->again;
    if (error)
        rule = find_rule(operation, &operation->type->retry, error);
    if (error && !rule)
        rule = find_rule(operation, &operation->type->service->retry, error);
    return rule;
}

/* What was kept since the step of that name is forgotten, and its memory used again. */
static void forget_since(Operation *operation, Text name)
{
    const KeptAnswer *kept = operation->scope.kept;

    while (kept && !text_equal(kept->name, name))
        kept = kept->next;
    operation->scope.kept = kept ? kept->next : NULL;
    operation->scope.answer = operation->scope.taken = value_null(type_dynamic);
    operation->scope.each = (Value){ 0 };
    if (operation->loops)
        arena_rewind(&operation->arena, operation->loop_mark);
    operation->loop_mark = arena_mark(&operation->arena);
    operation->loops = true;
}

static void go_back(Operation *operation, Text name)
{
    const StepList *steps = operation_steps(operation);

    for (size_t i = 0; i < steps->count; i++)
        if (text_equal(steps->items[i].as, name))
            operation->cursor.step = i;
    operation->round.running = false;
    operation->marked = false;
    forget_since(operation, name);
}

static Outcome repeat_by(Operation *operation, const Rule *rule, const ErrorAnswer *error)
{
    Nanoseconds wanted = operation_pause(operation);
    Nanoseconds pause = wanted > retry_pause ? wanted : retry_pause;
    Text why = error ? error->code : TEXT_LIT("what comes after it");

    operation->waits_for = text_format(&operation->arena, "the end of " TEXT_FMT, TEXT(why));
    if (operation->request.events.retrying)
        operation->request.events.retrying(operation->request.events.user, why, pause);
    if (rule->from.length > 0)
        go_back(operation, rule->from);
    operation_repeat(operation, rule->from.length > 0 ? 0 : pause);
    return OUTCOME_AGAIN;
}

static Outcome wait_for(Operation *operation, const char *what)
{
    if (operation->request.events.waiting)
        operation->request.events.waiting(operation->request.events.user, text_of(what));
    operation->waits_for = text_format(&operation->arena, "it %s", what);
    operation_repeat(operation, operation_pause(operation));
    return OUTCOME_AGAIN;
}

/* --- errors ----------------------------------------------------------------------------------- */

typedef struct Advice {
    const char *codes; /* separated by spaces; NULL: any */
    const char *like;  /* NULL: any */
    const char *text;
} Advice;

static const Advice advices[] = {
    { "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch "
      "InvalidSignatureException",
      NULL,
      "The credentials are wrong or belong to another partition of AWS: look at the profile or the "
      "environment variables that they "
      "come from." },
    { "ExpiredToken ExpiredTokenException RequestExpired", NULL,
      "The session's credentials have expired: log in again." },
    { "AccessDenied AccessDeniedException UnauthorizedOperation", NULL,
      "The credentials are good, but their policies do not allow this call: allow it, or use "
      "others." },
    { "InvalidParameterValueException", "S3 Error Code: PermanentRedirect",
      "The bucket that holds the code must lie in the function's own region." },
    { "InvalidParameterValueException", "GetObject",
      "The function's code could not be fetched from S3: bucket and key must exist, "
      "and the bucket must lie in the function's own region." },
    { "IllegalLocationConstraintException AuthorizationHeaderMalformed PermanentRedirect", NULL,
      "The bucket lies in another region than the provider's." },
    { "AccessControlListNotSupported", NULL,
      "The bucket does not allow ACLs: it needs aws_s3_bucket_ownership_controls first, and a "
      "depends_on to it." },
};

static bool advice_fits(const Advice *advice, const ErrorAnswer *error)
{
    Text head, rest = text_of(advice->codes);
    bool more = true, coded = false;

    while (more) {
        more = text_cut(rest, TEXT_LIT(" "), &head, &rest);
        coded = coded || text_equal(head, error->code);
    }
    return coded &&
           (!advice->like || text_find(error->message, text_of(advice->like)) != TEXT_NOT_FOUND);
}

static const char *advice_for(const ErrorAnswer *error)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advice_fits(&advices[i], error))
            return advices[i].text;
    return "";
}

static const char *summary_of(Operation *operation, const Step *step)
{
    return text_cstring(&operation->arena,
                        text_format(&operation->arena, TEXT_FMT " failed", TEXT(step->call)));
}

/* How services refuse to make what is there already. */
static bool says_there_is_one(Text code)
{
    static const char *const parts[] = { "Exist", "AlreadyOwned", "Conflict", "InUse",
                                         "Duplicate" };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (text_find(code, text_of(parts[i])) != TEXT_NOT_FOUND)
            return true;
    return false;
}

static Outcome report_error(Operation *operation, const Step *step, const ErrorAnswer *error)
{
    const char *advice = advice_for(error);

    operation->said_to_exist = says_there_is_one(error->code);
    operation_report(operation, summary_of(operation, step),
                     TEXT_FMT " answered " TEXT_FMT "%s" TEXT_FMT "%s%s",
                     TEXT(operation->type->service->service.name), TEXT(error->code),
                     error->message.length > 0 ? ": " : ".", TEXT(error->message),
                     *advice ? "\n\n" : "", advice);
    return OUTCOME_FAILED;
}

/* A create whose key stands in the configuration can be looked for: an earlier attempt, or this
   one, or an earlier run may have made it. */
static bool may_be_lost(const Operation *operation, const Step *step)
{
    const AwsCall *call = &operation->call;
    bool failed_inside = call->send_once && call->answer.status >= 500;
    bool unanswered = call->answer.status == 0 && call->answer.sent;

    return operation->kind == OPERATION_CREATE && operation->detour == DETOUR_NONE &&
           operation_phase(operation) == PHASE_MAKE && operation->can_look &&
           !operation->made &&
           (operation->request.begun_before ||
            (operation_changes(operation, step) &&
             (call->any_attempt_sent || unanswered || failed_inside)));
}

static Outcome report_silence(Operation *operation, const Step *step)
{
    const Answer *answer = &operation->call.answer;
    bool may_be_done = operation_changes(operation, step) &&
                       (answer->sent || operation->call.any_attempt_sent);
    Text region = operation->request.region.length > 0 ? operation->request.region
                                                       : operation->provider->region;
    const char *hint = !region_is_known(region) ? " Is the region right?" : "";

    operation->in_doubt = operation->in_doubt || may_be_done;
    operation_report(operation, summary_of(operation, step),
                     "No answer from " TEXT_FMT " in " TEXT_FMT ": " TEXT_FMT ".%s%s",
                     TEXT(operation->type->service->service.name), TEXT(region),
                     TEXT(answer->failure), hint,
                     may_be_done ? " It may have been done all the same." : "");
    return OUTCOME_FAILED;
}

static Outcome report_failed(Operation *operation, const Step *step, const Rule *rule)
{
    Text words = type_text_of(&operation->scope, rule->say, &operation->arena, &operation->diags);

    operation_report(operation, summary_of(operation, step), TEXT_FMT, TEXT(words));
    return OUTCOME_FAILED;
}

static const Rule *find_failed(Operation *operation, const Step *step, const ErrorAnswer *error)
{
    for (size_t i = 0; i < step->failed.count; i++) {
        const Rule *rule = &step->failed.items[i];

        if ((error != NULL) == (rule->on.count > 0) && rule_applies(operation, rule, error))
            return rule;
    }
    return NULL;
}

/* --- absent, empty ---------------------------------------------------------------------------- */

static bool any_holds(Operation *operation, const Outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->when.count; i++)
        if (type_condition(&operation->scope, outcomes->when.items[i], &operation->arena,
                           &operation->diags))
            return true;
    return false;
}

/* Whether it may take a while until the object is seen, or seen as it should be. */
static bool may_wait(const Operation *operation)
{
    return !operation->salvaging &&
           (operation->kind == OPERATION_CREATE || operation->kind == OPERATION_UPDATE);
}

/* What a dead run began to make is waited for as it would have been. */
static bool waits_until_ready(const Operation *operation)
{
    return may_wait(operation) || operation->kind == OPERATION_FIND ||
           (operation->kind == OPERATION_READ && operation->request.begun_before);
}

static Outcome take_absent(Operation *operation, const Step *step)
{
    if (operation_phase(operation) == PHASE_REMOVE && operation->detour == DETOUR_NONE)
        return OUTCOME_ABSENT;
    if (!operation_reads(operation)) {
        ErrorAnswer error = error_parse(&operation->arena,
                                        protocol_name(operation->type->service->service.protocol),
                                        &operation->call.answer);

        return report_error(operation, step, &error);
    }
    if (operation->scope.is_new && may_wait(operation))
        return wait_for(operation, "to appear");
    if (operation->detour == DETOUR_LOST && operation->said_to_exist &&
        !is_late(operation, visible_within))
        return wait_for(operation, "to appear");
    return OUTCOME_ABSENT;
}

/* The object goes away under a read: a later step is told what the first one takes for absence. */
static bool is_vanishing(Operation *operation, const ErrorAnswer *error)
{
    const StepList *read = &operation->type->read;
    Nanoseconds now = clock_monotonic();

    if (operation_steps(operation) != read || operation->cursor.step == 0 ||
        operation->detour == DETOUR_READY ||
        !is_listed(read->items[0].absent.codes.items, read->items[0].absent.codes.count,
                   error->code))
        return false;
    if (operation->vanishing_since == 0)
        operation->vanishing_since = now;
    return now - operation->vanishing_since < visible_within;
}

static Outcome read_anew(Operation *operation)
{
    operation->cursor.step = 0;
    operation->round.running = false;
    operation->marked = false;
    operation_begin_read(operation);
    return wait_for(operation, "to be read as a whole");
}

static Outcome take_error(Operation *operation, const Step *step)
{
    ErrorAnswer error = error_parse(&operation->arena,
                                    protocol_name(operation->type->service->service.protocol),
                                    &operation->call.answer);
    const Rule *rule = retry_rule(operation, step, &error);

    operation->scope.answer = value_null(type_dynamic);
    if (rule)
        return repeat_by(operation, rule, &error);
    if (is_listed(step->absent.codes.items, step->absent.codes.count, error.code))
        return take_absent(operation, step);
    if (is_listed(step->empty.codes.items, step->empty.codes.count, error.code))
        return OUTCOME_ANSWER;
    if (is_vanishing(operation, &error))
        return read_anew(operation);
    rule = find_failed(operation, step, &error);
    return rule ? report_failed(operation, step, rule) : report_error(operation, step, &error);
}

static Outcome take_answer(Operation *operation, const Step *step)
{
    const ServiceType *service = operation->type->service;
    const Rule *rule;

    if (!protocol_answer(&operation->arena, &service->service, step->call,
                         service_call(service, step->call), &operation->call.answer,
                         &operation->scope.answer)) {
        operation_report(operation, summary_of(operation, step),
                         "The answer of " TEXT_FMT " could not be read.",
                         TEXT(service->service.name));
        return OUTCOME_FAILED;
    }
    operation->scope.taken = operation_taken(operation, step);
    rule = retry_rule(operation, step, NULL);
    if (rule)
        return repeat_by(operation, rule, NULL);
    if (any_holds(operation, &step->absent))
        return take_absent(operation, step);
    if (any_holds(operation, &step->empty))
        operation->scope.answer = value_null(type_dynamic);
    rule = find_failed(operation, step, NULL);
    if (rule && (may_wait(operation) || !operation_reads(operation)))
        return report_failed(operation, step, rule);
    if (operation->detour == DETOUR_NONE && operation_phase(operation) == PHASE_GONE)
        return wait_for(operation, "to be gone");
    if (step->ready && !rule && waits_until_ready(operation) &&
        !type_condition(&operation->scope, step->ready, &operation->arena, &operation->diags))
        return wait_for(operation, "to become ready");
    return OUTCOME_ANSWER;
}

Outcome operation_outcome(Operation *operation, const Step *step)
{
    const Answer *answer = &operation->call.answer;
    bool lost = may_be_lost(operation, step);
    Outcome outcome;

    if (answer->status == 0)
        outcome = report_silence(operation, step);
    else if (answer->status >= 200 && answer->status < 300)
        outcome = take_answer(operation, step);
    else
        outcome = take_error(operation, step);
    if (outcome != OUTCOME_FAILED || !lost)
        return outcome;
    operation_look_for_lost(operation);
    return OUTCOME_AGAIN;
}
