/*
 * backend.h: where states live: one for each workspace.
 *
 * A kind of backend (local, s3, http) is a table: the arguments that its block takes, and what it
 * can do. Configured with the values of its arguments it is a Backend, which opens the states of
 * workspaces for state/store.h, lists the workspaces and deletes them. Reading, writing and locking
 * one state is state/home.h, of which each kind that is not a file has its own.
 *
 * Calling sequence
 *   kind = backend_kind_find(type)
 *   config = backend_config(...)            the block and -backend-config, checked; names its
 * type's arguments backend = backend_open(kind, config, settings) backend_home / backend_workspaces
 * / backend_delete_workspace
 *
 * Errors      What a block says wrongly points into it, else (-backend-config) names the argument.
 */
#pragma once

#include "pipectl/base/loop.h"
#include "pipectl/lang/body.h"
#include "pipectl/state/store.h"

typedef struct Backend Backend;
typedef struct BackendKind BackendKind;

#define DEFAULT_WORKSPACE TEXT_LIT("default")

typedef enum ArgumentKind {
    ARGUMENT_TEXT,
    ARGUMENT_BOOL,
    ARGUMENT_NUMBER,
    ARGUMENT_TEXT_LIST,
    ARGUMENT_TEXT_SET,
    ARGUMENT_TEXT_MAP,
    ARGUMENT_OBJECT, /* has members of its own */
} ArgumentKind;

typedef struct BackendArgument BackendArgument;
struct BackendArgument {
    const char *name;
    ArgumentKind kind;
    bool required;
    bool refused;                   /* part of Terraform's block, and not yet of this program */
    const BackendArgument *members; /* ARGUMENT_OBJECT: sorted; ends with a name of NULL */
};

/* What a backend has to know of the run that it serves. */
typedef struct BackendSettings {
    Arena *arena;
    Loop *(*loop)(void *user); /* the run's event loop, made when it is first wanted */
    void *user;
} BackendSettings;

struct BackendKind {
    const char *name;
    const BackendArgument
        *arguments; /* sorted by name, all of Terraform's; ends with a name of NULL */

    /* What is wrong with the values, besides their types; may be NULL. */
    void (*check)(Value config, Range subject, Diags *diags);
    bool (*open)(Backend *backend, Diags *diags); /* may be NULL, as the next */
    void (*close)(Backend *backend);
    /* All that exist besides `default`, sorted. */
    bool (*workspaces)(Backend *backend, TextList *ret_names, Diags *diags);
    /* Fills the path or the home of the workspace's state. */
    void (*locate)(Backend *backend, Text workspace, StoreSettings *settings);
    /* NULL: an empty state is written. */
    bool (*create_workspace)(Backend *backend, Text workspace, Diags *diags);
    bool (*delete_workspace)(Backend *backend, Text workspace, Diags *diags);
    bool has_workspaces;
};

struct Backend {
    const BackendKind *kind;
    BackendSettings settings;
    Value config; /* an object with every argument; null: not given */
    void *self;   /* the kind's own */
};

const BackendKind *backend_kind_find(Text name); /* NULL: unknown */

/* The names of all kinds, for messages: `"local", "s3"`; and whether Terraform has one of that
 * name. */
Text backend_kind_names(Arena *arena);
bool backend_kind_is_terraforms(Text name);

/* The type of a configuration: an object of all arguments. */
const Type *backend_config_type(const BackendKind *kind);

/* One -backend-config option: `name=text`, or a file of arguments. */
typedef TextList BackendOptions;

/* The arguments of [body] (NULL: no block), each overridden by [options] (may be NULL); what was
   not given is null. Unknown of dynamic type after errors. [ret_hash] is of the body alone, as
   Terraform records it; may be NULL. */
Value backend_config(Arena *arena, const BackendKind *kind, const Body *body,
                     const BackendOptions *options, uint32_t *ret_hash, Diags *diags);

/* The same from values: the `config` of terraform_remote_state, or what init has recorded. Messages
   are without place. [strict]: unknown names are errors, else left out. */
Value backend_config_from(Arena *arena, const BackendKind *kind, Value values, bool strict,
                          Range subject, Diags *diags);

/* Terraform's hash of a configuration. */
uint32_t backend_config_hash(const BackendKind *kind, Value config);

/* Required arguments and what else its kind demands. False after errors. */
bool backend_config_check(const BackendKind *kind, Value config, Range subject, Diags *diags);

/* NULL with errors. [config] must have been checked. */
Backend *backend_open(const BackendSettings *settings, const BackendKind *kind, Value config,
                      Diags *diags);

void backend_close(Backend *backend);

/* All workspaces, `default` first, then sorted. */
bool backend_workspaces(Backend *backend, TextList *ret_names, Diags *diags);
bool backend_has_workspace(Backend *backend, Text workspace, bool *ret_exists, Diags *diags);
void backend_locate(Backend *backend, Text workspace, StoreSettings *settings);
bool backend_delete_workspace(Backend *backend, Text workspace, Diags *diags);

/* --- what init records (record.c) ------------------------------------------------------------ */

/* .terraform, or what TF_DATA_DIR says. */
Text data_directory(Arena *arena);

/* What stands in DATA/terraform.tfstate: which backend this folder was initialised with. */
typedef struct BackendRecord {
    Text type;    /* empty: none */
    Value config; /* as JSON gave it */
    int64_t hash;
} BackendRecord;

bool backend_record_read(Arena *arena, BackendRecord *ret_record, Diags *diags);

/* A record without a type removes the file. */
bool backend_record_write(const BackendRecord *record, Diags *diags);

/* --- states of other configurations (remote_state.c) ----------------------------------------- */

/* Whether a backend can be made of the arguments of `data "terraform_remote_state"`; what is not
 * known yet is not looked at. */
bool remote_state_check(Text type, Value config, Range type_range, Range config_range,
                        Diags *diags);

/* The outputs of the state that the data source's arguments name: an object; unknown after errors.
 */
Value remote_state_outputs(const BackendSettings *settings, Value configuration, Diags *diags);

/* --- workspaces (workspace.c) ---------------------------------------------------------------- */

/* TF_WORKSPACE, DATA/environment, or `default`. [ret_overridden]: by the variable; may be NULL. */
Text workspace_selected(Arena *arena, bool *ret_overridden);
bool workspace_select(Text name, Diags *diags);
bool workspace_name_is_valid(Text name);
