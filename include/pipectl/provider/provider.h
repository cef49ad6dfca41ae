/*
 * provider.h: a set of resource types and what can be done with their objects.
 *
 * The shape is Terraform's own provider protocol: configure, validate, plan, apply, read, read
 * data, upgrade, recover. Three kinds of implementer stand behind it: types described by data (the
 * AWS engine: src/provider/operation.h), native types in C (src/provider/native.h), and one day
 * Terraform's plugin protocol.
 *
 * Nothing blocks: read, apply, read_data and recover start an operation and return; later, from the
 * event loop, the operation's `done` is called once. Native types may be done before the start
 * returns.
 *
 * Ownership   An OperationResult lives in the operation's arena: what is wanted longer is copied
 *             inside done.
 */
#pragma once

#include "pipectl/aws/exchange.h"
#include "pipectl/lang/address.h"
#include "pipectl/provider/schema.h"

typedef struct Provider Provider;
/* How a configured provider gets to what it provides: for people. */
typedef struct ProviderAccess {
    Text region, account;
    Text caller;            /* ARN */
    Text endpoint;          /* scheme and host that were asked */
    Text source;            /* of the credentials; empty: there are none */
    Text access_key;
    Nanoseconds expires;    /* of the credentials; 0: never */
    Nanoseconds clock_skew; /* its clock less ours */
    Nanoseconds took;
} ProviderAccess;

typedef struct ProviderKind ProviderKind;
typedef struct Operation Operation;

/* Whether what went up is where the death of this machine cannot take it. */
typedef enum Safety {
    SAFE,
    NOT_YET_SAFE,
    NEVER_SAFE, /* it could not be written down: nothing may be sent that changes anything */
} Safety;

/* What happens while an operation runs; any may be NULL. They are called from the loop. */
typedef struct OperationEvents {
    void *user;
    /* As soon as an answer names the object, before the next call is sent: [object] holds what is
       known. The caller writes it down. */
    void (*identity)(void *user, Value object);
    Safety (*safety)(void *user); /* asked before each call that changes something; NULL: SAFE */
    void (*call)(void *user, Text service, Text operation); /* a request goes out */
    void (*retrying)(void *user, Text why, Nanoseconds wait);
    void (*waiting)(void *user, Text what); /* polling for it to become ready */
} OperationEvents;

typedef struct OperationResult {
    Value object;  /* the object as it is now; null: there is none */
    bool failed;   /* diags say why; [object] is then what exists all the same (null: nothing was
                      made) */
    bool adopted;  /* it was not this create that made the object: an earlier one did, whose answer
                      was lost */
    bool in_doubt; /* failed, and a create or change may still have reached the service: keep the
                      journal's record open */
    Diags *diags;
    Text private_json; /* opaque, kept in the state */
    /* recover only: several objects that cannot be told apart (their ids); object is null then. */
    const Text *candidates;
    size_t candidate_count;
} OperationResult;

typedef void OperationDone(void *user, const OperationResult *result);

/* What all requests about one object say. */
typedef struct ObjectRequest {
    Text type;
    ResourceMode mode;
    Text address; /* for messages and lanes of native types */
    Text region;  /* where the object lives, when it is not the provider's region; empty: there */
    Text private_json;
    OperationEvents events;
    OperationDone *done;
    void *user;
    /* Of a create whose type needs_known_ids: what existed before (its known_ids), so that a lost
       answer can be looked for at once. NULL: not known. Read before the start returns. */
    const struct Intent *intent;
    /* An earlier run began to create it. Where it was looked for in vain and is created again, and
       the service says that there is one already, it is ours; a read waits until it is ready. */
    bool begun_before;
    Value begun_as; /* the name that it was given then, to be used again; null or no value: none */
} ObjectRequest;

typedef struct PlanRequest {
    Text type;
    Text address;
    Value prior;         /* null: nothing yet */
    Value proposed;      /* schema_propose's result */
    Value configuration; /* decoded body, with what is there already where changes are ignored */
    Value written;       /* decoded body: what must be right in itself */
    Text region;         /* where the prior object lives; empty: not known or no prior */
    const Body *body;    /* for messages */
} PlanRequest;

typedef struct PlanAnswer {
    Value planned;    /* wholly typed, unknown where only apply can tell */
    PathList replace; /* attributes whose change needs another object */
    Text note; /* why, for people: "the region changes from us-east-1 to eu-west-1"; else empty */
} PlanAnswer;

/* What was known before a create that got no answer (the journal's begin record). */
typedef struct Intent Intent;
struct Intent {
    Nanoseconds time;      /* before the call, by the service's clock where known */
    Text token;            /* a client token that was sent, or empty */
    const Text *known_ids; /* objects of the type that existed or were ours before */
    size_t known_id_count;
    Value configuration; /* planned attributes; unknown ones are null */
};

struct ProviderKind {
    const char *source; /* "registry.terraform.io/hashicorp/aws" */
    const char *prefix; /* of its type names: "aws" */
    /* It plans changes that the configuration does not ask for (tags_all): they are ignored too
       where the user wants changes to be ignored. */
    bool goes_beyond;

    const Schema *(*configuration_schema)(void);
    /* A new one for each configuration block; [configuration] may be unknown in parts. */
    Provider *(*configure)(Arena *arena, Exchange *exchange, Value configuration, const Body *body,
                           Diags *diags);

    /* NULL when there is no such type. Needs no configuration. Mistakes in a type file are
       reported. */
    const Schema *(*schema)(ResourceMode mode, Text type, Diags *diags);
    /* All type names of a mode, sorted: for suggestions and `types`. */
    const Text *(*types)(ResourceMode mode, size_t *ret_count);

    bool (*validate)(ResourceMode mode, Text type, Value configuration, const Body *body,
                     Arena *arena, Diags *diags);
    bool (*upgrade)(Text type, int64_t version, Value json, Arena *arena, Value *ret_json,
                    Diags *diags);

    PlanAnswer (*plan)(Provider *provider, const PlanRequest *request, Arena *arena, Diags *diags);

    /* What [id], by which people call it, says of an object that the state does not know: a read of
       this finds the rest. Null and an error where it is no id of the type, or none can be imported. */
    Value (*import)(Provider *provider, Text type, Text id, Arena *arena, Diags *diags);

    /* [prior]'s object as it is now. */
    void (*read)(Provider *provider, const ObjectRequest *request, Value prior);
    /* [prior] null: create; [planned] null: delete; else update. */
    void (*apply)(Provider *provider, const ObjectRequest *request, Value prior, Value planned,
                  Value configuration);
    void (*read_data)(Provider *provider, const ObjectRequest *request, Value configuration);
    /* Looks for the object of a create that got no answer. */
    void (*recover)(Provider *provider, const ObjectRequest *request, const Intent *intent);
    /* Called before a create where `find` has steps: lists known ids into the intent; done gives
       them as candidates. NULL when the type needs none. */
    bool (*needs_known_ids)(Text type);
    void (*list_ids)(Provider *provider, const ObjectRequest *request, Value planned);

    /* The region in which an object lives, by its own ARN or region attribute; empty when only what
       it belongs to can tell; "global" for types without one. */
    Text (*home)(Provider *provider, Text type, Value object, Arena *arena);
    /* The account that the object's ARN names, or empty. */
    Text (*account)(Provider *provider, Text type, Value object, Arena *arena);
    /* The provider's own region and account (the account may be empty before the first call). */
    Text (*region)(Provider *provider);
    /* The identity as people know it: what stands in [id=...]. */
    Text (*id)(Text type, Value object);
    /* Who it is where, asked when it is not known yet. False with errors when it may not call. NULL:
       it calls nobody. */
    bool (*access)(Provider *provider, Arena *arena, ProviderAccess *ret_access, Diags *diags);
};

/* Every provider begins with its kind. */
struct Provider {
    const ProviderKind *kind;
};

/* The kind for a source address or for a type's prefix ("aws", "random", "terraform"); NULL when
   unknown. */
const ProviderKind *provider_kind_of_source(Text source);
const ProviderKind *provider_kind_of_type(Text type);
const ProviderKind *const *provider_kinds(size_t *ret_count);

/* Reads every type and service file and checks it completely: for tests and `types -check`. */
void provider_check_types(Diags *diags);

/* Ends what can be ended soon (a first Ctrl-C): waiting and polling stop with an error that says
   so. */
void provider_wind_down(void);

/* Who reads the states of other configurations, for `data "terraform_remote_state"`: see backend/backend.h. Said once, by the
   program. */
typedef struct RemoteStates {
    bool (*check)(Text type, Value config, Range type_range, Range config_range, Diags *diags);
    Value (*outputs)(void *user, Value configuration, Arena *arena, Diags *diags);
    void *user;
} RemoteStates;

void provider_set_remote_states(const RemoteStates *states);
