/*
 * A create whose answer was lost: was it made? It is looked for (rule 7), and adopted, or made again, or
 * the report stands.
 */
#include "operation.h"

/* How long a create may still come to light: when there was no answer it may be under way; an answer
   that it failed says that it is over. */
static const Nanoseconds silent_for = SECONDS(10);
static const Nanoseconds failed_for = SECONDS(3);
static const Nanoseconds look_again_after = SECONDS(1);

/* Without a natural key a create is sent once, and again only when it is known not to have been
   made: its effect has been looked for until it could not come any more. */
static bool may_be_made_again(const Operation *operation)
{
    enum { TIMES = 5 };

    return !operation->type->find_by_read && operation->lost_until > 0 && !operation_is_winding_down() &&
           operation->made_again < TIMES && clock_monotonic() < operation->deadline;
}

static void look_again(Operation *operation)
{
    Nanoseconds at = clock_monotonic() + look_again_after;

    operation->cursor.step = 0;
    operation->marked = false;
    operation_forget_candidates(operation);
    operation_begin_read(operation);
    operation_wait_until(operation, at < operation->lost_until ? at : operation->lost_until);
}

static void make_again(Operation *operation)
{
    operation->made_again++;
    operation->in_doubt = false;
    operation->scope.is_new = true;
    operation_resume(operation);
}

/* It was not made, or nobody can tell: the reports stand. */
void operation_give_up_lost(Operation *operation)
{
    operation->diags = operation->lost;
    operation->detour = DETOUR_NONE;
    operation->scope.is_new = true;
    operation_fail(operation);
}

/* The create whose answer was lost is found: it was made. (A step before it may have said so.) */
void operation_adopt_lost(Operation *operation)
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
bool operation_end_vain_look(Operation *operation)
{
    bool none = operation->candidates.count == 0 && may_be_made_again(operation);

    if (none && clock_monotonic() < operation->lost_until) {
        look_again(operation);
        return false;
    }
    if (none)
        make_again(operation);
    else
        operation_give_up_lost(operation);
    return none;
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
    operation_take_detour(operation, DETOUR_LOST, operation->cursor);
    operation_advance(operation);
}
