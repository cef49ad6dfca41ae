/*
 * command.h: what every subcommand is, and what they share.
 *
 * A command is a row: name, one line, its options, and the function that runs it. command_*.c holds
 * one each; main.c has the table. A Session is what a command works with, opened as far as it
 * needs.
 */
#pragma once

#include "options.h"
#include "pipectl/backend/backend.h"
#include "pipectl/plan/plan.h"
#include "pipectl/render/view.h"

typedef struct Session Session;

typedef struct Command Command;
struct Command {
    const char *name;             /* of a subcommand its group's, too: "state mv" */
    const char *usage;            /* what follows the name: "[options] [PLAN]" */
    const char *summary;          /* one line, for the list of commands */
    const char *about;            /* a paragraph or two, for its own help */
    const Option *const *options; /* tables */
    size_t option_count;
    size_t leading_words;  /* before its options: 1 where it looks for its subcommands itself */
    size_t most_arguments; /* after its options; SIZE_MAX: it looks for itself */
    bool streams;          /* with -json it says what happens, a line an event */
    bool plain;            /* complaints about its command line are lines, not boxes, as those of
                              Terraform's older commands */
    int (*run)(Session *session);
    const Command *const
        *subcommands;        /* of a group, up to a NULL; the rest but name and summary is theirs */
    bool keeps_every_backup; /* the backups of its state have the time in their names */
    bool recovers;           /* journals that were put aside are its business: see state/store.h */
};

struct Session {
    Arena *arena;
    Diags diags;
    Terminal out, err;
    View view; /* what is said while it runs; [out] is for a command's own result */
    const Command *command;
    Options options;
    bool input;   /* may ask questions */
    bool streams; /* the view is for programs: nothing else may go to [out] */

    /* opened when needed */
    const Module *root;
    VariableInputList variables;
    Loop *loop;
    Exchange *exchange;
    Backend *backend; /* where the state lives */
    LIST(Backend *) backends; /* all that were opened */
    StateStore *store;
    RemoteStates remote_states;
    bool interrupted;
    bool applies; /* calls that change something are under way */
};

extern const Command command_init, command_validate, command_plan, command_apply, command_destroy,
    command_doctor, command_show, command_output, command_console, command_state,
    command_state_mv, command_state_recover,
    command_state_rm, command_state_replace_provider, command_taint, command_untaint,
        command_refresh, command_version, command_types, command_workspace, command_fmt,
    command_force_unlock, command_state_push, command_graph, command_providers,
    command_metadata, command_get, command_modules, command_import;

/* Option tables that several commands share; each ends with a row of NULL. */
extern const Option options_common[];    /* -no-color */
extern const Option options_stream[];    /* -json, for commands that stream */
extern const Option options_variables[]; /* -var, -var-file */
extern const Option options_input[];     /* -input */
extern const Option options_lock[];      /* -lock, -lock-timeout, -state */
extern const Option options_backup[];    /* -backup */
extern const Option options_state_out[]; /* -state-out */
extern const Option options_reach[];     /* -target, -parallelism, -compact-warnings */
extern const Option options_plan[];      /* -destroy, -refresh-only, -replace, -refresh */

/* A step of init; [code] is Terraform's for programs, NULL where it has none. */
__attribute__((format(printf, 3, 4))) void session_step(Session *session, const char *code,
                                                        const char *format, ...);

/* The modules of the configuration, a step for each that is new, or for [all]; writes down where they lie. */
void session_install_modules(Session *session, bool all);

/* Says what was found wrong so far, and forgets the warnings: they have been said. */
void session_say_diags(Session *session);

/* Says what was found wrong and returns the exit status: 1 with errors, else [otherwise]. */
int session_end(Session *session, int otherwise);

/* Its usage on the error output, below a message where there is one; the exit status, 1. */
int session_usage(Session *session, const char *message);
void session_help(Session *session, Terminal *terminal);

/* The configuration in [directory]; false with errors. That it [may_be_empty] is for the commands
   that make sense without any. */
bool session_load(Session *session, Text directory, bool may_be_empty);

/* Its root variables: collected, and asked for where they are missing and that is allowed. */
bool session_variables(Session *session);

/* What was given for them, only collected: a saved plan has the rest. */
bool session_given_variables(Session *session);

/* Lets the data source terraform_remote_state read states of other configurations. */
void session_serve_remote_states(Session *session);

/* Where the state lives, by the configuration and by what init has written down; NULL with errors.
   Reads the terraform blocks itself where no configuration has been loaded. */
Backend *session_backend(Session *session);
Backend *session_open_backend(Session *session, const BackendKind *kind, Value config);
const BackendKind *session_backend_kind(Session *session, const BackendBlock *block);

/* The state of the selected workspace, in session->store, wherever its backend keeps it. [writable]
   takes the journal along; [operation] as the lock's information says it. */
bool session_store(Session *session, bool writable, bool lock, const char *operation);

/* The same for reading only, without a lock, what a dead run left replayed in memory; NULL with
   errors. store_exists(session->store) says whether there is one at all. */
State *session_state(Session *session);

/* Says that there is no state file, as all `state` commands do. */
void session_no_state(Session *session);

/* The same, writable, for a command that makes no sense without a state file. */
bool session_existing_store(Session *session, const char *operation);
/* Where the backup of the state in [path] goes when every one is kept. */
Text session_timed_backup(const Session *session, Text path);

/* For what plans and applies: -state is on its way out. */
void session_warn_of_state_option(Session *session);

/* As session_state, of the state file [path]. */
State *session_state_file(Session *session, Text path);

/* The state of one workspace of a backend; NULL with errors. The caller closes it. */
StateStore *session_open(Session *session, Backend *backend, Text workspace, bool writable,
                         bool lock, const char *operation);
bool session_create_workspace(Session *session, Backend *backend, Text name);

/* init: compares the backend block with what is written down, takes states along, and writes it
 * down. */
bool session_init_backend(Session *session);

/* The selected workspace; false with an error when its name is none. */
bool session_workspace(Session *session, Text *ret_name);

/* The event loop, with its signals; made when it is first asked for. */
Loop *session_loop(Session *session);

/* The way to AWS. */
bool session_exchange(Session *session);

/* A question that wants `yes`. No answer at all (end of input, -input=false) is an error; another
 * one is false. */
bool session_confirm(Session *session, const char *question, const char *asking_for);

/* A line from standard input, without its end; false at its end. */
bool session_read_line(Session *session, Text *ret_line);

/* What -destroy and -refresh-only ask for; false with errors. */
bool session_mode(Session *session, PlanMode *ret_mode);

/* -generate-config-out: writes what import blocks lack, and takes it into the request's configuration; nothing without that
   option. False with errors. */
bool session_generate(Session *session, PlanMakeRequest *request);

/* plan, apply and destroy: a plan of what the options say. NULL with errors. */
Plan *session_plan(Session *session, PlanMode mode, bool writable, const char *operation);

/* apply's and destroy's own: plan (or read the saved plan), show, ask, carry out, report. */
int session_plan_and_apply(Session *session, PlanMode mode);
