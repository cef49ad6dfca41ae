#include "operation.h"

static const Nanoseconds first_pause = MILLISECONDS(200);
static const Nanoseconds longest_pause = SECONDS(5);

/* How long a create may still come to light: when there was no answer it may be under way; an answer
   that it failed says that it is over. */
static const Nanoseconds silent_for = SECONDS(10);
static const Nanoseconds failed_for = SECONDS(3);
static const Nanoseconds look_again_after = SECONDS(1);

static const Nanoseconds ask_again_after = MILLISECONDS(5);

static const Phase create_phases[] = { PHASE_MAKE, PHASE_CHANGE, PHASE_READ, PHASE_END };
static const Phase update_phases[] = { PHASE_TAGS, PHASE_PUT, PHASE_CHANGE, PHASE_READ, PHASE_END };
static const Phase delete_phases[] = { PHASE_REMOVE, PHASE_GONE, PHASE_END };
static const Phase read_phases[] = { PHASE_READ, PHASE_END };
static const Phase find_phases[] = { PHASE_FIND, PHASE_READ, PHASE_END };
static const Phase list_phases[] = { PHASE_FIND, PHASE_END };

static const Phase *const phases_of[] = {
    [OPERATION_READ] = read_phases,     [OPERATION_READ_DATA] = read_phases,
    [OPERATION_CREATE] = create_phases, [OPERATION_UPDATE] = update_phases,
    [OPERATION_DELETE] = delete_phases, [OPERATION_FIND] = find_phases,
    [OPERATION_LIST] = list_phases,
};

/* Operations that wait for a timer: a first Ctrl-C wakes them. */
static Operation *waiting;
static bool winding_down;

void operation_set_phases(Operation *operation, OperationKind kind)
{
    operation->phases = phases_of[kind];
    operation->cursor = (Cursor){ 0, 0 };
    operation->pause = first_pause;
}

/* --- asking ----------------------------------------------------------------------------------- */

Phase operation_phase(const Operation *operation)
{
    return operation->phases[operation->cursor.phase];
}

bool operation_reads(const Operation *operation)
{
    Phase phase = operation_phase(operation);

    return operation->detour != DETOUR_NONE || phase == PHASE_READ || phase == PHASE_GONE ||
           phase == PHASE_FIND;
}

bool operation_finds(const Operation *operation)
{
    if (operation->detour == DETOUR_LOST)
        return !operation->type->find_by_read;
    return operation->detour == DETOUR_NONE && operation_phase(operation) == PHASE_FIND;
}

const StepList *operation_steps(const Operation *operation)
{
    static const StepList none;
    const ResourceType *type = operation->type;

    if (operation_finds(operation))
        return &type->find;
    if (operation->detour != DETOUR_NONE)
        return &type->read;
    switch (operation_phase(operation)) {
    case PHASE_MAKE:
        return type->put.count > 0 ? &type->put : &type->create;
    case PHASE_TAGS:
        return &type->tag_steps;
    case PHASE_PUT:
        return &type->put;
    case PHASE_CHANGE:
        return &type->update;
    case PHASE_READ:
    case PHASE_GONE:
        return &type->read;
    case PHASE_REMOVE:
        return &type->remove;
    case PHASE_FIND:
    case PHASE_END:
        break;
    }
    return &none;
}

static bool has_ready_step(const ResourceType *type)
{
    for (size_t i = 0; i < type->read.count; i++)
        if (type->read.items[i].ready)
            return true;
    return false;
}

bool operation_changes(const Operation *operation, const Step *step)
{
    static const char *const looks[] = { "Get", "List", "Describe", "Head" };

    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (text_starts_with(step->call, text_of(looks[i])))
            return false;
    return !operation_reads(operation);
}

/* --- ending ----------------------------------------------------------------------------------- */

void operation_report(Operation *operation, const char *summary, const char *format, ...)
{
    Diag diag = { .severity = SEVERITY_ERROR,
                  .summary = text_of(summary),
                  .address = operation->request.address };
    va_list arguments;

    va_start(arguments, format);
    diag.detail = text_format_list(&operation->arena, format, arguments);
    va_end(arguments);
    diag_add(&operation->diags, diag);
}

static void stop_waiting(Operation *operation)
{
    operation->timer = NULL;
    if (operation->next_waiting)
        operation->next_waiting->previous_waiting = operation->previous_waiting;
    if (operation->previous_waiting)
        operation->previous_waiting->next_waiting = operation->next_waiting;
    else if (waiting == operation)
        waiting = operation->next_waiting;
    operation->next_waiting = operation->previous_waiting = NULL;
}

/* Users do not read type files: what went wrong in one is about the object; the place is a hint. */
static void hand_up_reports(Operation *operation, Diags *diags)
{
    for (size_t i = 0; i < operation->diags.list.count; i++) {
        Diag diag = operation->diags.list.items[i];

        if (diag.address.length == 0)
            diag.address = operation->request.address;
        if (diag.subject.source && text_equal(diag.address, operation->request.address)) {
            diag.detail = text_format(&operation->arena, TEXT_FMT "\n\n(" TEXT_FMT ", line %u)",
                                      TEXT(diag.detail), TEXT(diag.subject.source->name),
                                      diag.subject.start.line);
            diag.subject = diag.context = RANGE_NONE;
        }
        diag_add(diags, diag);
    }
}

void operation_end(Operation *operation)
{
    Diags diags = diags_make(&operation->arena);
    OperationResult result = { .failed = diags_have_errors(&operation->diags),
                               .in_doubt = operation->in_doubt,
                               .adopted = operation->adopted,
                               .diags = &diags,
                               .private_json = operation->request.private_json };
    Arena arena;

    hand_up_reports(operation, &diags);
    result.object = operation_result(operation);
    if (operation->kind != OPERATION_READ || operation->request.private_json.length == 0)
        result.private_json = private_of(operation->type, result.object, &operation->arena);
    operation_candidates(operation, &result);
    operation->request.done(operation->request.user, &result);
    arena = operation->arena;
    arena_free(&arena);
}

/* What exists all the same is looked at before the end, unless nobody wants to wait any more. */
void operation_fail(Operation *operation)
{
    bool worth_reading = operation->made && !winding_down && !operation->salvaging &&
                         (operation->kind == OPERATION_CREATE ||
                          operation->kind == OPERATION_UPDATE);

    if (!worth_reading) {
        operation_end(operation);
        return;
    }
    operation->salvaging = true;
    operation->detour = DETOUR_NONE;
    operation->round.running = false;
    operation_set_phases(operation, OPERATION_READ);
    operation_begin_read(operation);
    operation_advance(operation);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void on_time(void *user)
{
    Operation *operation = user;

    stop_waiting(operation);
    if (winding_down) {
        operation_report(operation, "Stopped", "It was asked to stop while it waited.");
        operation_fail(operation);
        return;
    }
    operation_advance(operation);
}

static void wait_until(Operation *operation, Nanoseconds at)
{
    operation->next_waiting = waiting;
    if (waiting)
        waiting->previous_waiting = operation;
    waiting = operation;
    operation->timer = loop_timer(exchange_loop(operation->provider->exchange), at, on_time,
                                  operation);
}

void provider_wind_down(void)
{
    winding_down = true;
    for (Operation *operation = waiting; operation; operation = operation->next_waiting) {
        Loop *loop = exchange_loop(operation->provider->exchange);

        loop_cancel(loop, operation->timer);
        operation->timer = loop_timer(loop, clock_monotonic(), on_time, operation);
    }
}

/* An hour of polling must not grow memory: the first repetition takes a mark, each later one
   rewinds to it. */
static void rewind_for_repetition(Operation *operation)
{
    if (operation->marked)
        arena_rewind(&operation->arena, operation->mark);
    operation->mark = arena_mark(&operation->arena);
    operation->marked = true;
}

static Nanoseconds longer(Nanoseconds pause, Nanoseconds limit)
{
    pause += pause / 2;
    return pause > limit ? limit : pause;
}

static void report_timeout(Operation *operation)
{
    long long seconds = (long long)(operation->limit / SECONDS(1));

    operation_report(
        operation, "Timeout",
        "%lldm%llds were not enough: it waited for " TEXT_FMT ", as the last answer to " TEXT_FMT
        " says.%s",
        seconds / 60, seconds % 60, TEXT(operation->waits_for), TEXT(operation->call.operation),
        operation->type->has_timeouts ? " A `timeouts` block can give it longer." : "");
}

void operation_repeat(Operation *operation, Nanoseconds pause)
{
    Nanoseconds now = clock_monotonic();

    if (now >= operation->deadline) {
        report_timeout(operation);
        operation_fail(operation);
        return;
    }
    rewind_for_repetition(operation);
    operation->pause = longer(pause, longest_pause);
    wait_until(operation, now + pause < operation->deadline ? now + pause : operation->deadline);
}

/* --- the cursor ------------------------------------------------------------------------------- */

static void next_step(Operation *operation)
{
    operation->cursor.step++;
    operation->round.running = false;
    operation->pause = first_pause;
    operation->trouble_since = 0;
    operation->marked = false;
}

static void take_detour(Operation *operation, Detour detour, Cursor resume)
{
    operation->detour = detour;
    operation->resume = resume;
    operation->resume_round = operation->round;
    operation->round.running = false;
    operation->cursor.step = 0;
    operation->pause = first_pause;
    operation->marked = false;
    operation_begin_read(operation);
}

/* Without a natural key a create is sent once, and again only when it is known not to have been
   made: its effect has been looked for until it could not come any more. */
static bool may_be_made_again(const Operation *operation)
{
    enum { TIMES = 5 };

    return !operation->type->find_by_read && operation->lost_until > 0 && !winding_down &&
           operation->made_again < TIMES && clock_monotonic() < operation->deadline;
}

static void look_again(Operation *operation)
{
    Nanoseconds at = clock_monotonic() + look_again_after;

    operation->cursor.step = 0;
    operation->marked = false;
    operation_forget_candidates(operation);
    operation_begin_read(operation);
    wait_until(operation, at < operation->lost_until ? at : operation->lost_until);
}

static void make_again(Operation *operation)
{
    operation->made_again++;
    operation->in_doubt = false;
    operation->detour = DETOUR_NONE;
    operation->scope.is_new = true;
    operation->cursor = operation->resume;
    operation->round = operation->resume_round;
    operation->pause = first_pause;
    operation->marked = false;
}

/* It was not made, or nobody can tell: the reports stand. */
static void give_up_lost(Operation *operation)
{
    operation->diags = operation->lost;
    operation->detour = DETOUR_NONE;
    operation->scope.is_new = true;
    operation_fail(operation);
}

/* The create whose answer was lost is found: it was made. (A step before it may have said so.) */
static void adopt_lost(Operation *operation)
{
    const StepList *steps;
    size_t *step = &operation->resume.step;

    operation->scope.is_new = true;
    operation->adopted = true;
    operation->in_doubt = false;
    operation->detour = DETOUR_NONE;
    operation->cursor = operation->resume;
    steps = operation_steps(operation);
    while (*step + 1 < steps->count && !operation_changes(operation, &steps->items[*step]))
        ++*step;
    operation_made(operation, &steps->items[*step]);
    ++*step;
}

/* Steps have looked for it, and found none, or several. False when the operation is over, or waits. */
static bool end_vain_look(Operation *operation)
{
    bool none = operation->candidates.count == 0 && may_be_made_again(operation);

    if (none && clock_monotonic() < operation->lost_until) {
        look_again(operation);
        return false;
    }
    if (none)
        make_again(operation);
    else
        give_up_lost(operation);
    return none;
}

/* False when the operation is over, or waits. */
static bool end_detour(Operation *operation)
{
    if (operation->detour == DETOUR_LOST && operation->chooses && operation->candidates.count != 1)
        return end_vain_look(operation);
    if (operation->detour == DETOUR_LOST)
        adopt_lost(operation);
    if (operation->detour == DETOUR_PRIOR) {
        operation_found(operation);
        operation->scope.prior = operation->object;
    }
    if (operation->detour == DETOUR_READY)
        operation->unready = false;
    operation->detour = DETOUR_NONE;
    operation->cursor = operation->resume;
    operation->round = operation->resume_round;
    operation->pause = first_pause;
    operation->marked = false;
    return true;
}

/* Settling: read until what was sent is what is read. */
static bool end_read(Operation *operation)
{
    Nanoseconds now = clock_monotonic();
    bool writes = operation->kind == OPERATION_CREATE || operation->kind == OPERATION_UPDATE;

    operation_found(operation);
    if (!writes || operation->salvaging || operation->type->settle_within == 0 || !operation->made)
        return true;
    if (operation->settle_until == 0)
        operation->settle_until = now + operation->type->settle_within;
    operation->settled = operation_is_settled(operation) ? operation->settled + 1 : 0;
    return operation->settled >= operation->type->settle_times || now >= operation->settle_until;
}

/* The phase is through; true when the operation has to wait, or is over. */
static bool next_phase(Operation *operation)
{
    if (operation_phase(operation) == PHASE_FIND && operation->kind == OPERATION_FIND &&
        operation->chooses && operation->candidates.count != 1) {
        operation->gone = true;
        operation_end(operation);
        return true;
    }
    if (operation_phase(operation) == PHASE_READ && !end_read(operation)) {
        operation->cursor.step = 0;
        operation_begin_read(operation);
        operation->marked = false;
        wait_until(operation, clock_monotonic() + operation->pause);
        operation->pause = longer(operation->pause, longest_pause);
        return true;
    }
    operation->cursor = (Cursor){ operation->cursor.phase + 1, 0 };
    operation->round.running = false;
    if (operation_phase(operation) == PHASE_READ)
        operation_begin_read(operation);
    return false;
}

/* Whether the step under the cursor has something to do at all. */
static bool is_wanted(Operation *operation, const Step *step)
{
    Phase phase = operation_phase(operation);

    if (operation->detour == DETOUR_READY && !step->ready)
        return false;
    if (operation->detour == DETOUR_LOST && operation->type->find_by_read &&
        operation->cursor.step > 0)
        return false;
    if (phase == PHASE_GONE && operation->detour == DETOUR_NONE)
        return operation->calls_absent && operation->cursor.step == 0;
    if (operation->detour == DETOUR_NONE &&
        (phase == PHASE_TAGS || phase == PHASE_PUT || phase == PHASE_CHANGE) &&
        !operation_wants(operation, step))
        return false;
    return !step->when ||
           type_condition(&operation->scope, step->when, &operation->arena, &operation->diags);
}

/* --- after an answer -------------------------------------------------------------------------- */

static void keep_answer(Operation *operation, Text name, Value answer)
{
    KeptAnswer *kept = arena_new(&operation->arena, KeptAnswer);

    *kept = (KeptAnswer){ name, answer, operation->scope.kept };
    operation->scope.kept = kept;
}

/* The step is through, all its elements and pages: its answer is known. */
static void finish_step(Operation *operation, const Step *step)
{
    if (step->as.length > 0)
        keep_answer(operation, step->as, operation->scope.answer);
    if (operation_reads(operation) && operation->detour != DETOUR_READY)
        operation_find_rows(operation, step);
    next_step(operation);
    if (step->then_read && operation->detour == DETOUR_NONE)
        take_detour(operation, DETOUR_PRIOR, operation->cursor);
}

static void finish_element(Operation *operation, const Step *step)
{
    operation->trouble_since = 0;
    operation->marked = false;
    if (!operation_finish_element(operation))
        finish_step(operation, step);
}

/* The reports become a question: what they are about may have been done. */
void operation_look_for_lost(Operation *operation)
{
    const Answer *answer = &operation->call.answer;

    operation->lost = operation->diags;
    operation->diags = diags_make(&operation->arena);
    operation->scope.is_new = false;
    operation->lost_until = 0;
    if (answer->status == 0 || answer->status >= 500) {
        operation->in_doubt = true;
        operation->lost_until = clock_monotonic() +
                                (answer->status == 0 ? silent_for : failed_for);
    }
    operation_forget_candidates(operation);
    if (operation->known.time == 0)
        operation->known.time = operation->call.first_sent;
    operation_set_intent(operation, &operation->known);
    operation->scope.intent = operation->intent;
    take_detour(operation, DETOUR_LOST, operation->cursor);
    operation_advance(operation);
}

/* There is no such object. */
static void take_absence(Operation *operation)
{
    if (operation->detour == DETOUR_LOST) {
        give_up_lost(operation);
        return;
    }
    operation->gone = true;
    if (operation->kind == OPERATION_READ_DATA)
        operation_report(operation, "Not found", "There is no such object in " TEXT_FMT ".",
                         TEXT(operation->type->service->service.name));
    operation_end(operation);
}

void operation_answered(Operation *operation)
{
    const Step *step = &operation_steps(operation)->items[operation->cursor.step];

    switch (operation_outcome(operation, step)) {
    case OUTCOME_AGAIN:
        return;
    case OUTCOME_FAILED:
        operation_fail(operation);
        return;
    case OUTCOME_ABSENT:
        take_absence(operation);
        return;
    case OUTCOME_ANSWER:
        break;
    }
    if (operation_next_page(operation, step))
        return;
    if (operation_changes(operation, step))
        operation_made(operation, step);
    if (diags_have_errors(&operation->diags) && !operation->salvaging) {
        operation_fail(operation);
        return;
    }
    if (step->for_each)
        finish_element(operation, step);
    else
        finish_step(operation, step);
    operation_advance(operation);
}

/* --- advancing -------------------------------------------------------------------------------- */

/* Before a call that changes something, what the one before it began must be over. */
static bool must_be_ready_first(const Operation *operation, const Step *step)
{
    return operation_changes(operation, step) && operation->unready &&
           operation_phase(operation) != PHASE_REMOVE && has_ready_step(operation->type);
}

/* A step without a call to make: its answer is null, or what its elements gave (none). */
static void skip_step(Operation *operation, const Step *step)
{
    operation->scope.answer = step->for_each && operation->round.running
                                  ? value_object(&operation->arena, NULL, NULL, 0)
                                  : value_null(type_dynamic);
    if (step->for_each && operation->round.running && operation_reads(operation) &&
        operation->detour != DETOUR_READY)
        operation_find_rows(operation, step);
    next_step(operation);
}

/* False: it waits, or is over. */
static bool is_written_down(Operation *operation)
{
    const OperationEvents *events = &operation->request.events;
    Safety safety = events->safety ? events->safety(events->user) : SAFE;

    if (safety == NOT_YET_SAFE)
        wait_until(operation, clock_monotonic() + ask_again_after);
    if (safety == NEVER_SAFE) {
        operation_report(operation, "Not sent",
                         "What is known of it could not be written down, so nothing more was made or "
                         "changed.");
        operation_fail(operation);
    }
    return safety == SAFE;
}

static bool is_through(const Operation *operation)
{
    return operation->cursor.step >= operation_steps(operation)->count;
}

void operation_advance(Operation *operation)
{
    for (;;) {
        const Step *step;

        if (operation->detour == DETOUR_NONE && operation_phase(operation) == PHASE_END) {
            operation_end(operation);
            return;
        }
        if (is_through(operation) && operation->detour != DETOUR_NONE) {
            if (!end_detour(operation))
                return;
            continue;
        }
        if (is_through(operation)) {
            if (next_phase(operation))
                return;
            continue;
        }
        step = &operation_steps(operation)->items[operation->cursor.step];
        if ((!operation->round.running && !is_wanted(operation, step)) ||
            (step->for_each && !operation_begin_element(operation, step))) {
            skip_step(operation, step);
            continue;
        }
        if (must_be_ready_first(operation, step)) {
            take_detour(operation, DETOUR_READY, operation->cursor);
            continue;
        }
        operation_announce(operation);
        if (operation_changes(operation, step) && !is_written_down(operation))
            return;
        if (!operation_send(operation, step))
            operation_fail(operation);
        return;
    }
}
