#include "operation.h"

static const Nanoseconds shortest_pause = MILLISECONDS(200);
static const Nanoseconds longest_pause = SECONDS(5);

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
    operation->waits_since = 0;
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

bool operation_is_winding_down(void)
{
    return winding_down;
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
                                      range_start(diag.subject).line);
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
    bool worth_reading =
        operation->made && !winding_down && !operation->salvaging &&
        (operation->kind == OPERATION_CREATE || operation->kind == OPERATION_UPDATE);

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

void operation_wait_until(Operation *operation, Nanoseconds at)
{
    operation->next_waiting = waiting;
    if (waiting)
        waiting->previous_waiting = operation;
    waiting = operation;
    operation->timer =
        loop_timer(exchange_loop(operation->provider->exchange), at, on_time, operation);
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

/* A part of the time it has waited already: nothing is waited for much longer than it takes. */
Nanoseconds operation_pause(Operation *operation)
{
    Nanoseconds now = clock_monotonic(), pause;

    if (operation->waits_since == 0)
        operation->waits_since = now;
    pause = (now - operation->waits_since) / 12;
    return pause < shortest_pause ? shortest_pause : pause > longest_pause ? longest_pause : pause;
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
    operation_wait_until(operation,
                         now + pause < operation->deadline ? now + pause : operation->deadline);
}

/* --- the cursor ------------------------------------------------------------------------------- */

static void next_step(Operation *operation)
{
    operation->cursor.step++;
    operation->round.running = false;
    operation->waits_since = 0;
    operation->trouble_since = 0;
    operation->marked = false;
}

void operation_take_detour(Operation *operation, Detour detour, Cursor resume)
{
    operation->detour = detour;
    operation->resume = resume;
    operation->resume_round = operation->round;
    operation->round.running = false;
    operation->cursor.step = 0;
    operation->waits_since = 0;
    operation->marked = false;
    operation_begin_read(operation);
}

void operation_resume(Operation *operation)
{
    operation->detour = DETOUR_NONE;
    operation->cursor = operation->resume;
    operation->round = operation->resume_round;
    operation->waits_since = 0;
    operation->marked = false;
}

/* False when the operation is over, or waits. */
static bool end_detour(Operation *operation)
{
    if (operation->detour == DETOUR_LOST && operation->chooses && operation->candidates.count != 1)
        return operation_end_vain_look(operation);
    if (operation->detour == DETOUR_LOST)
        operation_adopt_lost(operation);
    if (operation->detour == DETOUR_PRIOR) {
        operation_found(operation);
        operation->scope.prior = operation->object;
    }
    if (operation->detour == DETOUR_READY)
        operation->unready = false;
    operation_resume(operation);
    return true;
}

/* How long a read of what was changed may show it as it was, where the type's file does not say. */
#define STALE_WITHIN SECONDS(10)

/* Settling: read until what was sent is what is read. Without a word about it in the type's file a
 * read after an update is repeated while it shows what was there before. */
static bool end_read(Operation *operation)
{
    bool settles = operation->type->settle_within > 0;
    Nanoseconds now = clock_monotonic();
    bool writes = operation->kind == OPERATION_CREATE || operation->kind == OPERATION_UPDATE;

    operation_found(operation);
    if (!writes || operation->salvaging || !operation->made ||
        (!settles && operation->kind != OPERATION_UPDATE))
        return true;
    if (operation->settle_until == 0)
        operation->settle_until = now + (settles ? operation->type->settle_within : STALE_WITHIN);
    if (!settles)
        return !operation_is_stale(operation) || now >= operation->settle_until;
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
        operation_wait_until(operation, clock_monotonic() + operation_pause(operation));
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
        operation_take_detour(operation, DETOUR_PRIOR, operation->cursor);
}

static void finish_element(Operation *operation, const Step *step)
{
    operation->trouble_since = 0;
    operation->marked = false;
    if (!operation_finish_element(operation))
        finish_step(operation, step);
}

/* There is no such object. */
static void take_absence(Operation *operation)
{
    if (operation->detour == DETOUR_LOST) {
        operation_give_up_lost(operation);
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
        operation_wait_until(operation, clock_monotonic() + ask_again_after);
    if (safety == NEVER_SAFE) {
        operation_report(
            operation, "Not sent",
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
            operation_take_detour(operation, DETOUR_READY, operation->cursor);
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
