/*
 * apply_work.h: what the parts of an apply share: private to this folder.
 *
 * Calling sequence, for one half of a change: apply_make, apply_delete or apply_read fills a Work
 * and announces it; work_begin writes down what is about to happen; apply_send_begun sends it once
 * that is durable; the provider's answer puts the result into the state and ends in work_finish,
 * which tells the walk.
 */
#pragma once

#include "apply_graph.h"
#include "evaluate.h"
#include "instance.h"
#include "provision.h"

typedef struct Applier {
    Plan *plan;
    const ApplyRequest *request;
    Arena *arena;
    Diags *diags;
    Evaluator *evaluator;
    ConfigGraph *config;
    Provisioning *provisioning;
    Table changes;             /* instance name -> Change of its current object */
    Table outputs;             /* names of those in the plan: with targets not all are */
    LIST(struct Work *) begun; /* written down and not sent: sent after the next sync */
    VertexList completed;
    size_t next_completed;
    LoopTimer *write_timer;
    ApplySummary summary;
} Applier;

/* One half of a change, under way. */
typedef struct Work {
    Applier *applier;
    ApplyVertex *vertex;
    Change *change;
    ProviderConfiguration *provider;
    Instance *instance; /* creates and updates */
    Value prior;        /* without marks; null: none */
    Value planned;      /* null: delete */
    TextList known_ids;
    bool knows_ids; /* they were listed */
    int64_t record; /* of the journal */
    Text deposed;   /* the deposed object that a delete is about */
    Value made;     /* creates and updates: what came of it */
    ScopeName names[2];
    Scope scope; /* of provisioners before a delete */
    Nanoseconds start;
    LoopTimer *progress;
    bool failed; /* creates and updates, once they have ended */
    bool to_provision;
} Work;

/* --- one half of a change (apply_work.c) ---------------------------------------------------- */

static inline const PlanEvents *work_events(const Work *work)
{
    return &work->applier->request->events;
}

Work *work_make(Applier *applier, ApplyVertex *vertex);
void work_announce(Work *work);
ObjectRequest work_request(Work *work, OperationDone *done);

/* Writes down what is about to happen; it is sent after the sync that makes the record durable. */
void work_begin(Work *work);

void work_report_end(Work *work, Value object, bool failed);
void work_count(Work *work);
void work_finish(Work *work, bool failed);

/* Everything that was begun becomes durable with one sync, then goes out; what is not durable yet
   waits for the loop. False: nothing could be done. */
bool apply_send_begun(Applier *applier);

/* The instance of a change as the configuration has it; NULL and an error when it has it no longer.
 */
Instance *apply_instance(Applier *applier, ConfigBlock *block, const Change *change);

/* --- the kinds of changes --------------------------------------------------------------------
   Each returns true when it has ended at once; else it ends in work_finish. */

bool apply_make(Applier *applier, ApplyVertex *vertex); /* creates and updates */
bool apply_delete(Applier *applier, ApplyVertex *vertex);
bool apply_read(Applier *applier, ApplyVertex *vertex); /* data sources that had to wait */
bool apply_forget(Applier *applier, const Change *change);

/* Answers of providers. */
void work_made(void *user, const OperationResult *result);
void work_deleted(void *user, const OperationResult *result);
