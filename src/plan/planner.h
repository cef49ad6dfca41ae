/*
 * planner.h: what the parts of planning share: private to this folder.
 */
#pragma once

#include "config_graph.h"
#include "evaluate.h"
#include "homes.h"
#include "moved.h"
#include "pipectl/plan/plan.h"
#include "removed.h"

typedef struct Planner Planner;

/* An object that is to be taken over. */
typedef struct ImportTarget {
    Text id;
    Address address;
    Text name;   /* its text form */
    Range range; /* of the address that was given; RANGE_NONE: on the command line */
} ImportTarget;

/* One object of the state being read again, or one that is imported. */
typedef struct Refresh {
    Planner *planner;
    const StateInstance *instance;
    const InstanceObject *object;
    const ImportTarget *import; /* NULL: the state has it */
    Text deposed;               /* key; empty: the current object */
    ProviderConfiguration *provider;
    const Schema *schema;
    Text region; /* where it lives; empty: the provider's */
    Value prior; /* typed, as the state has it */
    Value read;  /* as it is now; null: gone */
    bool started;
    bool done;
    bool failed;
    ConfigBlock *waiter; /* the block that waits for it */
} Refresh;

struct Planner {
    const PlanMakeRequest *request;
    Arena *arena;
    Plan *plan;
    Diags *diags;
    Evaluator *evaluator;
    ConfigGraph *graph;
    Table refreshes;   /* "name" or "name (deposed key)" -> Refresh */
    Table by_resource; /* "module.a[0].aws_x.y" -> RefreshList: what the state has of a resource */
    Table imports; /* instance name -> ImportTarget: what import blocks name and the state lacks */
    Table visited; /* instance names that the configuration has */
    Table changes; /* "module.a[0].aws_x.y" -> ResourceChanges, of triggers.h */
    Table changes_by_name;     /* instance name -> Change of its current object */
    TextList failed_variables; /* of the root: what was given does not fit */
    MovedTable moves;
    RemovalList removals;
    Homes homes;          /* of the prior state */
    bool *targeted;       /* by vertex index; NULL: no targets */
    bool *whole;          /* the same; of the others only the instances that a target names */
    Table dependents;     /* of a destroy with targets: resources as written that go with them */
    VertexList completed; /* blocks whose reads have all ended */
    size_t next_completed;
    size_t reads; /* under way */
};

typedef LIST(Refresh *) RefreshList;

/* --- refresh.c: reading what exists --------------------------------------------------------- */

/* Typed values of all state objects, upgraded and decoded. */
void refresh_prepare(Planner *planner);
/* Starts all reads of the objects of one provider configuration. */
void refresh_start(Planner *planner, ProviderConfiguration *provider);
/* All objects that the state has of a resource in one module instance (orphaned keys too); never
 * NULL. */
const RefreshList *refresh_of_resource(Planner *planner, Address any_instance);
Refresh *refresh_find(Planner *planner, Text name, Text deposed); /* NULL: the state has none */
/* Makes [block] wait for the reads of its objects; how many there are. */
size_t refresh_wait(Planner *planner, ConfigBlock *block);
void refresh_run_all(Planner *planner);
/* Reads the object of [target] as if the state had it; may have ended when this returns. */
Refresh *refresh_import(Planner *planner, const ImportTarget *target,
                        ProviderConfiguration *provider, const Schema *schema);

/* --- imports.c ------------------------------------------------------------------------------ */

/* Whether what the import blocks name is there (reported). */
bool imports_check(Planner *planner);
/* Starts the reads of what is to be imported into a resource; the block waits for them. False with
   errors: nothing is read. */
bool imports_start(Planner *planner, ConfigBlock *block);
/* The import of one object, up to its end, into the store. */
bool imports_run(Planner *planner, const ImportTarget *target);
/* The objects of those whose resource is not configured. */
bool imports_read_unconfigured(Planner *planner, UnconfiguredList *list);
/* What is wrong with the blocks alone. */
bool imports_check_constants(Arena *arena, const Module *root, Diags *diags);
void imports_check_providers(const Module *root, Diags *diags);

/* --- target.c ------------------------------------------------------------------------------- */

void target_note(Planner *planner);
bool target_names(const Planner *planner,
                  Text name); /* the instance itself, or what it stands in */
bool target_is_read(const Planner *planner, Text name,
                    Text config_name); /* refreshed: with all that it needs */
bool target_has_instance(const Planner *planner, Text name,
                         Text config_name); /* planned, or destroyed */

/* --- plan_resource.c ------------------------------------------------------------------------ */

void plan_resource(Planner *planner, ConfigBlock *block);
void plan_orphan(Planner *planner, Refresh *refresh, Reason reason);
void plan_remaining_orphans(Planner *planner);

/* --- plan_data.c ---------------------------------------------------------------------------- */

/* True when all of it is planned; false when reads are under way (block->pending). */
bool plan_data(Planner *planner, ConfigBlock *block);

/* --- provider_setup.c ------------------------------------------------------------------------ */

/* Evaluates the configuration's body and configures the provider; leaves it unconfigured where that
   is not known yet ([allow_unknown]) or fails. */
void provider_setup(ProviderConfiguration *provider, Evaluator *evaluator, Exchange *exchange,
                    bool allow_unknown, Diags *diags);

/* --- objects.c: between state objects and values ---------------------------------------------- */

Value object_from_state(const ProviderConfiguration *provider, const Schema *schema, Text type,
                        const InstanceObject *object, Text name, Arena *arena, Diags *diags);
const InstanceObject *object_to_state(Arena *arena, const Schema *schema, Value value, bool tainted,
                                      const Change *change);
/* Unknown leaves become null. */
Value object_known_part(Arena *arena, Value value);
/* An object's JSON for the journal: the known part. */
Value object_known_json(Arena *arena, const Schema *schema, Value value);
Change *planner_change(Planner *planner, Address address, Text deposed,
                       ProviderConfiguration *provider, const Schema *schema, Action action);
void planner_complete(Planner *planner, ConfigBlock *block);
