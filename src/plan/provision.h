/*
 * provision.h: the provisioners of a resource, run one after the other when an object was made, or
 * before it is destroyed.
 *
 * As many objects at once as -parallelism says, in a queue of their own: the rest waits for its
 * turn.
 *
 * Calling sequence
 *   Provisioning *provisioning = provisioning_make(...)   once for an apply
 *   if (provision_is_needed(resource, false))
 *       provision_run(provisioning, &request)              -> request.done, at once or from the
 * loop provisioning_end()
 */
#pragma once

#include "evaluate.h"
#include "pipectl/base/loop.h"
#include "pipectl/plan/plan.h"

typedef struct Provisioning Provisioning;

Provisioning *provisioning_make(Arena *arena, Loop *loop, size_t limit, const PlanEvents *events);

void provisioning_end(void);

/* [failed]: one did, whose on_failure is not `continue`; it has been reported. */
typedef void ProvisionDone(void *user, bool failed);

typedef struct ProvisionRequest {
    const Change *change;
    const Resource *resource;
    const Scope *scope; /* of the instance: each and count, and what its module knows */
    Value self;         /* the object */
    bool at_destroy;
    Diags *diags;
    ProvisionDone *done;
    void *user;
} ProvisionRequest;

/* The scope of what runs before an object is destroyed: nothing of its configuration may be left
   but its key. [names] has room for two. */
Scope provision_destroy_scope(Evaluator *evaluator, Address address, ScopeName *names);

bool provision_is_needed(const Resource *resource, bool at_destroy);
void provision_run(Provisioning *provisioning, const ProvisionRequest *request);

/* For validate: [self] is unknown. */
void provision_validate(const Resource *resource, const Scope *scope, Value self, Arena *arena,
                        Diags *diags);

/* What runs is told to end, and nothing more is started. */
void provision_interrupt(void);
