/*
 * plan.h: what is about to happen, as a value.
 *
 * plan_make reads what exists, evaluates the configuration and says how the two differ: a list of Changes.
 * plan_apply carries them out; render prints them; nothing else knows what is about to happen.
 *
 * Calling sequence
 *   Plan *plan = plan_make(&request, diags);      no side effects but reads
 *   plan_apply(plan, &apply_request, diags);      changes the world, the journal and the state
 *
 * Errors      A plan with errors is returned all the same (errored = true), with what could be planned.
 * Ownership   Everything lives in request->arena.
 */
#pragma once

#include "pipectl/config/load.h"
#include "pipectl/provider/provider.h"
#include "pipectl/state/store.h"
#include "pipectl/state/state.h"

typedef enum Action {
    ACTION_NONE,
    ACTION_CREATE,
    ACTION_READ,
    ACTION_UPDATE,
    ACTION_REPLACE,             /* delete, then create */
    ACTION_CREATE_THEN_DELETE,  /* replace with create_before_destroy */
    ACTION_DELETE,
    ACTION_FORGET,
} Action;

typedef enum Reason {
    REASON_NONE,
    REASON_REPLACE_CANNOT_UPDATE,
    REASON_REPLACE_TAINTED,
    REASON_REPLACE_BY_REQUEST,
    REASON_REPLACE_BY_TRIGGERS,
    REASON_DELETE_NO_RESOURCE_CONFIG,
    REASON_DELETE_WRONG_REPETITION,
    REASON_DELETE_COUNT_INDEX,
    REASON_DELETE_EACH_KEY,
    REASON_DELETE_NO_MODULE,
    REASON_DELETE_NO_MOVE_TARGET,
    REASON_READ_CONFIG_UNKNOWN,
    REASON_READ_DEPENDENCY_PENDING,
    REASON_READ_CHECK_NESTED,
} Reason;

/* As the plan's JSON says it: "replace_because_tainted"; empty for REASON_NONE. */
Text reason_text(Reason reason);

typedef struct Change {
    Address address;
    Text name;               /* its text form */
    Text previous_name;      /* moved from there; empty: not moved */
    Text deposed;            /* key of the deposed object that it is about; empty: the current one */
    Text provider;           /* as the state says it: provider["registry.terraform.io/hashicorp/aws"] */
    const ProviderKind *kind;
    const Schema *schema;
    const Resource *resource; /* NULL when it is not configured any more */
    Action action;
    Reason reason;
    Text note;               /* of the provider, for people: the region changes from ... to ... */
    Value before;            /* the object as it was read; null: none. Sensitive values are marked */
    Value after;             /* planned; null: none. Unknown where only apply can tell */
    Value configuration;     /* decoded; null for deletes */
    PathList replace;        /* which attributes make the replacement necessary */
    TextList dependencies;   /* resources as written, sorted: for the state */
    bool create_before_destroy;
    Text import_id;          /* the object is taken over under this id; empty: the state knows it already */
    Text generated;          /* the configuration that was written for it; empty: it has one */
    Text region;             /* where the prior object lives; empty: the provider's */
    Text private_json;
    /* Applied, for the summary and the order of output. */
    bool done;
} Change;

typedef LIST(Change *) ChangeList;

/* An object that was changed outside, seen by refresh. */
typedef struct Drift {
    Address address;
    Text name;
    Text provider;
    const Schema *schema;
    Text previous_name;      /* moved from there; empty: not moved */
    Action action;           /* ACTION_UPDATE or ACTION_DELETE; of a refresh-only plan NONE: it has only moved */
    Value before;            /* as the state had it */
    Value after;             /* as it was read; null: gone */
} Drift;

typedef struct OutputChange {
    Text name;
    Action action;           /* NONE, CREATE, UPDATE, DELETE */
    Value before;
    Value after;             /* may be unknown; null of any type with DELETE */
    bool sensitive;          /* before or after */
} OutputChange;

typedef enum PlanMode { PLAN_NORMAL, PLAN_DESTROY, PLAN_REFRESH_ONLY } PlanMode;

typedef struct Plan {
    Arena *arena;
    PlanMode mode;
    const Module *root;
    const State *prior;       /* before refresh (and after moves) */
    State *refreshed;         /* prior with what was read */
    ChangeList changes;       /* in address order: data reads first within a module; NONE changes are in */
    LIST(Drift) drift;
    LIST(OutputChange) outputs; /* of the root, by name */
    LIST(ScopeName) variables;  /* root, as values */
    Value raw_variables;        /* as given: for JSON */
    TextList ephemeral_given;   /* ephemeral variables that were given a value: to be given again with the saved plan */
    TextList targets;
    Text workspace;
    Nanoseconds time;
    bool errored;
    bool complete;            /* nothing was left out by targets */
    Value check_results;      /* as the state's check_results; null: none */
} Plan;

/* Progress, filled by the CLI with render functions; any may be NULL. */
typedef struct PlanEvents {
    void *user;
    /* [deposed]: the key of the deposed object that is read; empty: the current one */
    void (*refresh_start)(void *user, Text address, Text deposed, Text id);
    void (*refresh_complete)(void *user, Text address, Text deposed, Text id);
    void (*import_prepare)(void *user, Text address, Text id);          /* it will be read */
    void (*import_done)(void *user, const Change *change);              /* it is in the state */
    void (*read_start)(void *user, Text address);                       /* data sources */
    void (*read_complete)(void *user, Text address, Nanoseconds took, Text id);
    void (*apply_start)(void *user, const Change *change, Action half);   /* half: CREATE, UPDATE, DELETE or READ */
    void (*apply_progress)(void *user, const Change *change, Action half, Nanoseconds elapsed); /* every 10 s */
    void (*apply_complete)(void *user, const Change *change, Action half, Nanoseconds took, Text id);
    void (*apply_failed)(void *user, const Change *change, Action half, Nanoseconds took);
    void (*provision_start)(void *user, const Change *change, Text provisioner);
    void (*provision_output)(void *user, const Change *change, Text provisioner, Text line);
    void (*provision_complete)(void *user, const Change *change, Text provisioner, bool failed);
    void (*retrying)(void *user, Text address, Text why, Nanoseconds wait);
    void (*recovered)(void *user, Text address, Text what);             /* "adopted aws_x.y [id=...]: made by a run that died" */
    void (*call)(void *user, Text address, Text service, Text operation);
} PlanEvents;

/* An object that an import block names, and that is not configured yet. */
typedef struct Unconfigured {
    Address address;
    Text name;               /* its text form */
    Text id;
    const Schema *schema;
    Value object;            /* as it was read */
    Text config;             /* the configuration that was made of it, in native syntax */
} Unconfigured;

typedef LIST(Unconfigured) UnconfiguredList;

struct ConfigGraph; /* who refers to whom in a configuration */

typedef struct PlanRequest_ PlanMakeRequest;
struct PlanRequest_ {
    Arena *arena;
    Exchange *exchange;
    const Module *root;
    struct ConfigGraph *graph; /* of root, as plan_validate made it; NULL: it is made here */
    State *state;             /* as it stands in the file, replay applied */
    VariableInputList variables;
    PlanMode mode;
    bool refresh;             /* false: -refresh=false */
    TextList targets;
    TextList replace;         /* -replace addresses */
    Text workspace;
    PlanEvents events;
    const UnconfiguredList *generated; /* whose configuration was made for this plan; may be NULL */
    const JournalDoubtList *doubts; /* what an earlier run left in doubt: looked for before planning; may be NULL */
    StateStore *store;        /* where adopted objects are written; NULL: plan only (adopted in memory) */
};

Plan *plan_make(const PlanMakeRequest *request, Diags *diags);

/* The provider configurations, those configured that need no resource and no data source. */
typedef struct ConfiguredProvider {
    Text name; /* provider["registry.terraform.io/hashicorp/aws"].west */
    const ProviderKind *kind;
    Provider *provider; /* NULL: its configuration waits for something, or is wrong */
    bool failed;        /* it is wrong: reported */
} ConfiguredProvider;

typedef LIST(ConfiguredProvider) ConfiguredProviderList;

/* Reads nothing; request->state, store and doubts are not looked at. */
ConfiguredProviderList plan_providers(const PlanMakeRequest *request, Diags *diags);

/* Reads all of these; false with errors. What cannot be generated (in modules, with keys) is left for the plan to report. */
bool plan_unconfigured(const PlanMakeRequest *request, UnconfiguredList *ret_list, Diags *diags);

/* Reads the object that [id] names into the state at [address], which is configured; request->store is written. */
bool plan_import(const PlanMakeRequest *request, Address address, Text id, Diags *diags);

/* Whether the change does something: to the world, or to what the state knows. */
bool change_is_something(const Change *change);

/* What apply writes to. */
typedef struct ApplyRequest {
    Exchange *exchange;
    StateStore *store;        /* journal, lock and writer of the state: store.h of the state layer */
    PlanEvents events;
    VariableInputList variables;
} ApplyRequest;

typedef struct ApplySummary {
    size_t added, changed, destroyed, imported;
    bool ok;
    bool interrupted;
} ApplySummary;

/* The state after it is plan->refreshed, changed in place object by object and written through the store. */
ApplySummary plan_apply(Plan *plan, const ApplyRequest *request, Diags *diags);

/* Something to do: a change that is not NONE, or an output that changes; of a refresh-only plan something that was changed
   outside, or such an output. */
bool plan_has_changes(const Plan *plan);

typedef struct PlanCounts {
    size_t add, change, destroy, import;
} PlanCounts;

PlanCounts plan_count(const Plan *plan);

/* After a first Ctrl-C: what runs is finished, nothing more is started. */
void plan_interrupt(void);
bool plan_is_interrupted(void);

/* Graph and types checked, nothing read: what `validate` reports. The graph serves one plan. */
struct ConfigGraph *plan_validate(Arena *arena, const Module *root, Diags *diags);

/* What validate does not mind, and can be no plan: something is configured that a removed block gives up, an import without
   an id. */
bool plan_check(Arena *arena, const Module *root, Diags *diags);

/* --- planfile.h's business: saved plans ------------------------------------------------------ */
