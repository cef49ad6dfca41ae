/*
 * operation.h: one thing that is done to one object, as a cursor over the steps of its type.
 *
 * "What next?" is asked in one place, operation_advance: it looks at the step under the cursor, and
 * either sends its call (the answer moves the cursor), or sets a timer, or ends the operation.
 * Nothing blocks.
 *
 * An operation goes through phases; each is a list of steps of the type file:
 *
 *   create   make (create or put), change (update), read
 *   update   tags, put, change, read
 *   delete   remove, gone
 *   read     read
 *   find     find, or read; list: find
 *
 * Between two calls that change something it may take a detour through the read steps: until
 * `ready` holds, or because a step said `then: read`.
 *
 * Files       operation.c          phases and the cursor
 *             operation_call.c     a step's call: members, pages, answer
 *             operation_outcome.c  what an answer means: again, absent, empty, failed
 *             operation_begin.c    making one
 *             operation_lost.c     a create whose answer was lost
 *             operation_round.c    for_each
 *             operation_object.c   what is known of the object: before, and as calls make it
 *             operation_found.c    what a read finds
 *
 * Ownership   Everything lives in the operation's own arena; each poll rewinds to a mark.
 */
#pragma once

#include "aws_provider.h"
#include "wire.h"

typedef enum OperationKind {
    OPERATION_READ,
    OPERATION_READ_DATA,
    OPERATION_CREATE,
    OPERATION_UPDATE,
    OPERATION_DELETE,
    OPERATION_FIND, /* the object of a create that got no answer */
    OPERATION_LIST, /* objects that are there before a create */
} OperationKind;

typedef enum Phase {
    PHASE_MAKE,
    PHASE_TAGS,
    PHASE_PUT,
    PHASE_CHANGE,
    PHASE_READ,
    PHASE_REMOVE,
    PHASE_GONE,
    PHASE_FIND,
    PHASE_END,
} Phase;

typedef enum Detour {
    DETOUR_NONE,
    DETOUR_READY, /* read steps that bear `ready`, alone */
    DETOUR_PRIOR, /* all read steps; what they find is the new prior */
    DETOUR_LOST,  /* the first read step: was it made, although no answer said so? */
} Detour;

/* Where an operation stands. */
typedef struct Cursor {
    size_t phase; /* into the operation's phases */
    size_t step;
} Cursor;

/* One way through the elements of a for_each. */
typedef struct Round {
    bool running;
    Value elements;
    size_t index;
    ValueBuilder answers; /* key → answer */
} Round;

/* What a read has found so far, for each row of the object. */
typedef struct Found {
    Value *values;  /* type NULL: not filled */
    Value *partial; /* rows of a block that `set` gave one by one, by name */
} Found;

struct Operation {
    Arena arena;
    AwsProvider *provider;
    const ResourceType *type;
    OperationKind kind;
    ObjectRequest request;
    Diags diags;
    Waiter waiter;

    const Phase *phases; /* ends with PHASE_END */
    Cursor cursor;
    Detour detour;
    Cursor resume;      /* where a detour leads back to, */
    Round resume_round; /* and at which element */
    Round round;

    TypeScope scope; /* self: the object as it is wanted, unknown rows null */
    Value planned;   /* inside; where it is unknown, AWS decides */
    Value before;    /* inside; the object at the start, null when it is new */
    Value border_planned;
    Value border_prior;
    Found found;
    Value object;   /* what a read has made of it */
    Value id;       /* null: not known yet */
    bool announced; /* the identity went up */
    bool made;      /* a call that makes or changes it was answered well */
    bool unready;   /* since then `ready` was not seen */
    bool salvaging; /* it failed; this read looks what there is all the same */
    bool in_doubt;
    bool can_look;         /* a create whose answer is lost can be looked for */
    Diags lost;            /* what to say when a lost create was not made */
    bool said_to_exist;    /* a create was refused because there is one already */
    bool adopted;          /* a lost create was found */
    Nanoseconds lost_until; /* monotonic: until then a lost create may still be seen to have been made */
    int made_again;        /* how often it was sent again because it was not */
    bool calls_absent;     /* a delete step that bears `absent` was called */
    Intent known;          /* what was known before a create */
    Value intent;          /* the same for find steps; type NULL else */
    bool gone;             /* an answer said that there is no such object */
    LIST(Text) candidates; /* what find steps set: who may be the one */
    bool chooses;          /* they did */

    AwsCall call;
    Value members;       /* of the call under way, without page tokens */
    Value answer_so_far; /* pages */
    bool last_sent_changes;
    Nanoseconds limit;    /* how long it may take */
    Nanoseconds deadline; /* monotonic */
    Text waits_for;       /* "to become ready", or an error's code */
    LoopTimer *timer;
    Nanoseconds waits_since;   /* monotonic: the first poll or repetition of this step; 0: none yet */
    Nanoseconds vanishing_since; /* the first time that a read found only the first half of it */
    Nanoseconds trouble_since; /* the first time this step had to be repeated; 0: it had not */
    ArenaMark mark;
    bool marked;
    ArenaMark loop_mark;  /* `again` with `from`: the loop uses the same memory each time */
    bool loops;
    int64_t settled; /* equal reads in a row */
    Nanoseconds settle_until;
    Operation *next_waiting, *previous_waiting;
};

/* What a step's call came to. */
typedef enum Outcome {
    OUTCOME_ANSWER, /* the scope's answer is it; null where it was empty */
    OUTCOME_ABSENT, /* there is no such object */
    OUTCOME_AGAIN,  /* a timer is set, or the cursor has gone back */
    OUTCOME_FAILED, /* reported */
} Outcome;

/* --- operation_begin.c ------------------------------------------------------------------------ */

/* Copies the request. The values of operation_begin are of the type's border shape. Ends with the
   request's done, from the loop or at once. */
Operation *operation_make(AwsProvider *provider, const ResourceType *type, OperationKind kind,
                          const ObjectRequest *request);
void operation_set_intent(Operation *operation, const Intent *intent);
void operation_begin(Operation *operation, Value prior, Value planned, Value configuration);

/* --- operation.c ------------------------------------------------------------------------------ */

void operation_set_phases(Operation *operation, OperationKind kind);

/* The step under the cursor, or what comes after it. */
void operation_advance(Operation *operation);

/* The call is over. */
void operation_answered(Operation *operation);

/* Before the next poll or repetition; the first question begins the wait. */
Nanoseconds operation_pause(Operation *operation);

/* The step under the cursor again, after a pause. */
void operation_repeat(Operation *operation, Nanoseconds pause);

/* After a report. Where something may exist all the same, it is looked at before the end. */
void operation_fail(Operation *operation);


/* A time at which to advance again; before it a first Ctrl-C ends the operation. */
void operation_wait_until(Operation *operation, Nanoseconds at);
bool operation_is_winding_down(void);

/* To the read (or find) steps, and back to [resume]. */
void operation_take_detour(Operation *operation, Detour detour, Cursor resume);
void operation_resume(Operation *operation);

/* Hands the result up; the operation is gone. */
void operation_end(Operation *operation);

Phase operation_phase(const Operation *operation);
const StepList *operation_steps(const Operation *operation);

/* The step under the cursor is a read step (or a find step). */
bool operation_reads(const Operation *operation);
bool operation_finds(const Operation *operation);

/* The step's call changes something: its name says so. */
bool operation_changes(const Operation *operation, const Step *step);

__attribute__((format(printf, 3, 4))) void
operation_report(Operation *operation, const char *summary, const char *format, ...);

/* --- operation_lost.c ------------------------------------------------------------------------- */

/* After a report about a create: the report stands unless it was made all the same. */
void operation_look_for_lost(Operation *operation);

/* What came of it: it was found; the steps found none, or several (false: the operation is over, or waits); it was not
   made, or nobody can tell. */
void operation_adopt_lost(Operation *operation);
bool operation_end_vain_look(Operation *operation);
void operation_give_up_lost(Operation *operation);

/* --- operation_call.c ------------------------------------------------------------------------- */

/* False: reported. */
bool operation_send(Operation *operation, const Step *step);

/* True: another page is on its way, or it failed. */
bool operation_next_page(Operation *operation, const Step *step);

/* The part of the answer that the step looks at. */
Value operation_taken(Operation *operation, const Step *step);

/* --- operation_outcome.c ---------------------------------------------------------------------- */

Outcome operation_outcome(Operation *operation, const Step *step);

/* --- operation_round.c ------------------------------------------------------------------------ */

/* False when there is no (further) element. */
bool operation_begin_element(Operation *operation, const Step *step);

/* False when it was the last: the scope's answer is then all answers. */
bool operation_finish_element(Operation *operation);

/* --- operation_object.c ----------------------------------------------------------------------- */

void operation_prepare(Operation *operation, Value prior, Value planned, Value configuration);

/* What needs the provider: defaults of computed rows, `is`, all tags. */
void operation_prepare_computed(Operation *operation);

/* Of self. */
void operation_set_row(Operation *operation, const Row *row, Value value);

/* As the row's type; null where it cannot be said. */
Value operation_evaluate(Operation *operation, const Row *row, const Expr *expr);

/* Rule 2: whether an update step has something to do. */
bool operation_wants(Operation *operation, const Step *step);

/* Rules 2, 3, 6: after an answer to a call that changes something. */
void operation_made(Operation *operation, const Step *step);

/* Rule 6: the identity goes up as soon as it is known. */
void operation_announce(Operation *operation);

/* Whether the journal would know more of the create that is looked for, had it been sent. True
   leaves self of no use. */
bool operation_was_never_sent(Operation *operation);

/* The object at the border, as the operation leaves it. */
Value operation_result(Operation *operation);
void operation_candidates(Operation *operation, OperationResult *result);

/* --- operation_found.c ------------------------------------------------------------------------ */

void operation_begin_read(Operation *operation);

/* Before find steps go out (again). */
void operation_forget_candidates(Operation *operation);

/* Rule 1: what the step's answer fills. */
void operation_find_rows(Operation *operation, const Step *step);

/* At the end of a read: the object. */
void operation_found(Operation *operation);
bool operation_is_settled(Operation *operation);

/* Whether something that this update changed is read as it was before. */
bool operation_is_stale(Operation *operation);

/* --- private.c, patch.c ----------------------------------------------------------------------- */

/* Base64, as it stands in a state. */
Text private_of(const ResourceType *type, Value object, Arena *arena);

Value patch_operations(Operation *operation, const Step *step);
