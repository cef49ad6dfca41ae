#include "provision.h"

#include "local_exec.h"

#include "pipectl/base/process.h"
#include <string.h>
#include <sys/wait.h>

enum {
    TAIL_BYTES = 8192,  /* of what was printed, in a message */
    LINE_BYTES = 65536, /* a longer line is shown in pieces */
};

#define PATIENCE SECONDS(10) /* with a program that is told to end */

/* The provisioners of one object, under way or waiting for it. */
typedef struct Run {
    Provisioning *provisioning;
    ProvisionRequest request;
    ScopeName self;
    Scope scope;
    size_t next; /* of the resource's provisioners */
    const Provisioner *provisioner;
    LocalExec local;
    Process *process; /* NULL: none runs */
    TextBuilder line, tail;
} Run;

typedef LIST(Run *) RunList;

struct Provisioning {
    Arena *arena;
    Loop *loop;
    size_t limit;
    const PlanEvents *events;
    RunList running;
    RunList waiting;
    size_t next_waiting;
};

static Provisioning *interruptible; /* the one that Ctrl-C is about; NULL: none */

static void run_next(Run *run);

/* --- what it prints --------------------------------------------------------------------------- */

static void say(Run *run, Text line)
{
    const PlanEvents *events = run->provisioning->events;
    Arena scratch = { 0 };

    if (run->local.secrecy)
        line = text_format(&scratch, "(output suppressed due to %s value in config)",
                           run->local.secrecy);
    if (events->provision_output)
        events->provision_output(events->user, run->request.change, run->provisioner->type, line);
    arena_free(&scratch);
}

static void end_line(Run *run)
{
    Text line = text_trim(text_built(&run->line));

    if (line.length > 0)
        say(run, text_slice(text_built(&run->line), 0,
                            (size_t)(line.bytes + line.length - run->line.bytes)));
    run->line.length = 0;
}

static void keep_tail(Run *run, Text piece)
{
    text_add(&run->tail, piece);
    if (run->tail.length <= 2 * TAIL_BYTES)
        return;
    memmove(run->tail.bytes, run->tail.bytes + run->tail.length - TAIL_BYTES, TAIL_BYTES);
    run->tail.length = TAIL_BYTES;
}

static void on_output(void *user, Text piece)
{
    Run *run = user;

    keep_tail(run, piece);
    for (size_t i = 0; i < piece.length; i++) {
        char c = piece.bytes[i];

        if (c == '\n' || c == '\r' || run->line.length >= LINE_BYTES)
            end_line(run);
        if (c != '\n' && c != '\r')
            text_add_char(&run->line, c);
    }
}

/* --- the end of one --------------------------------------------------------------------------- */

static Text outcome(Arena *arena, const ProcessEnd *end)
{
    if (end->status == -1)
        return end->failure;
    if (WIFSIGNALED(end->status))
        return text_format(arena, "signal: " TEXT_FMT,
                           TEXT(text_lower(arena, text_of(strsignal(WTERMSIG(end->status))))));
    return text_format(arena, "exit status %d", WEXITSTATUS(end->status));
}

/* Why it failed, for a message; empty: it did not. */
static Text failure_text(Run *run, const ProcessEnd *end)
{
    Arena *arena = run->provisioning->arena;
    Text tail = text_built(&run->tail), how = outcome(arena, end);

    if (end->failure.length == 0)
        return TEXT_NONE;
    if (run->local.secrecy)
        return text_format(arena,
                           "Error running a command: " TEXT_FMT ". Neither the command nor its "
                           "output is shown, since a value in its configuration is %s.",
                           TEXT(how), run->local.secrecy);
    tail = text_slice(tail, tail.length > TAIL_BYTES ? tail.length - TAIL_BYTES : 0, tail.length);
    return text_format(arena,
                       "Error running command '" TEXT_FMT "': " TEXT_FMT ". Output: " TEXT_FMT,
                       TEXT(run->local.command), TEXT(how), TEXT(tail));
}

static void report(Run *run, Text failure)
{
    diag_add(run->request.diags, (Diag){ .severity = SEVERITY_ERROR,
                                         .summary = TEXT_LIT("local-exec provisioner error"),
                                         .detail = failure,
                                         .subject = run->provisioner->range,
                                         .address = run->request.change->name });
}

static void take_from(RunList *list, const Run *run)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == run) {
            list->items[i] = list->items[--list->count];
            return;
        }
}

static void start_waiting(Provisioning *provisioning)
{
    while (provisioning->running.count < provisioning->limit &&
           provisioning->next_waiting < provisioning->waiting.count) {
        Run *run = provisioning->waiting.items[provisioning->next_waiting++];

        list_add(provisioning->arena, &provisioning->running, run);
        run_next(run);
    }
}

static void finish(Run *run, bool failed)
{
    Provisioning *provisioning = run->provisioning;

    take_from(&provisioning->running, run);
    run->request.done(run->request.user, failed);
    start_waiting(provisioning);
}

/* One is over; [failure]: why it failed, empty: it did not. */
static void end_provisioner(Run *run, Text failure)
{
    const PlanEvents *events = run->provisioning->events;

    if (events->provision_complete)
        events->provision_complete(events->user, run->request.change, run->provisioner->type,
                                   failure.length > 0);
    if (failure.length == 0 || run->provisioner->goes_on) {
        run_next(run);
        return;
    }
    report(run, failure);
    finish(run, true);
}

static void on_end(void *user, const ProcessEnd *end)
{
    Run *run = user;

    run->process = NULL;
    end_line(run);
    end_provisioner(run, failure_text(run, end));
}

/* --- the beginning of one --------------------------------------------------------------------- */

static void start(Run *run)
{
    const PlanEvents *events = run->provisioning->events;
    Arena *arena = run->provisioning->arena;
    ProcessSettings settings = { .words = run->local.words,
                                 .environment = run->local.environment,
                                 .directory = run->local.directory,
                                 .joined = true,
                                 .on_output = on_output,
                                 .on_end = on_end,
                                 .user = run };

    if (events->provision_start)
        events->provision_start(events->user, run->request.change, run->provisioner->type);
    if (run->local.command.length == 0) {
        end_provisioner(run, TEXT_LIT("The command must be a non-empty string."));
        return;
    }
    say(run, run->local.quiet ? TEXT_LIT("local-exec: Executing: Suppressed by quiet=true")
                              : text_format(arena, "Executing: " TEXT_FMT,
                                            TEXT(local_exec_words_text(&run->local, arena))));
    run->tail.length = 0;
    run->process = process_run(arena, run->provisioning->loop, &settings);
}

/* The next one for this occasion; NULL: all are done. */
static const Provisioner *take_next(Run *run)
{
    const Resource *resource = run->request.resource;

    while (run->next < resource->provisioners.count) {
        const Provisioner *provisioner = &resource->provisioners.items[run->next++];

        if (provisioner->at_destroy == run->request.at_destroy)
            return provisioner;
    }
    return NULL;
}

static void run_next(Run *run)
{
    Diags own = diags_make(run->provisioning->arena);
    bool is_ready;

    run->provisioner = take_next(run);
    if (!run->provisioner) {
        finish(run, false);
        return;
    }
    if (plan_is_interrupted()) {
        report(run, TEXT_LIT("It was not run: the apply was interrupted before."));
        finish(run, true);
        return;
    }
    is_ready =
        local_exec_read(run->provisioner, &run->scope, &run->local, run->provisioning->arena, &own);
    diags_append(run->request.diags, &own, run->request.change->name);
    if (is_ready)
        start(run);
    else
        finish(run, true);
}

/* --- from outside ----------------------------------------------------------------------------- */

Provisioning *provisioning_make(Arena *arena, Loop *loop, size_t limit, const PlanEvents *events)
{
    Provisioning *provisioning = arena_new(arena, Provisioning);

    *provisioning =
        (Provisioning){ .arena = arena, .loop = loop, .limit = limit, .events = events };
    interruptible = provisioning;
    return provisioning;
}

void provisioning_end(void)
{
    interruptible = NULL;
}

Scope provision_destroy_scope(Evaluator *evaluator, Address address, ScopeName *names)
{
    const ModuleInstance *module = evaluator_instance(evaluator, address.module);
    InstanceKey *key = arena_new(evaluator->arena, InstanceKey);
    Value *value = arena_new(evaluator->arena, Value);
    Repetition repetition = { .keys = key, .values = value, .count = 1 };
    size_t index = 0;

    *key = address.key;
    *value = value_unknown(type_dynamic);
    if (key->kind == KEY_INTEGER) {
        repetition.kind = REPEAT_COUNT;
        index = (size_t)key->integer;
    } else if (key->kind == KEY_STRING) {
        repetition.kind = REPEAT_EACH;
    }
    return evaluate_instance_scope(module ? &module->scope : &evaluator->root->scope, &repetition,
                                   index, names, evaluator->arena);
}

bool provision_is_needed(const Resource *resource, bool at_destroy)
{
    for (size_t i = 0; i < resource->provisioners.count; i++)
        if (resource->provisioners.items[i].at_destroy == at_destroy)
            return true;
    return false;
}

void provision_run(Provisioning *provisioning, const ProvisionRequest *request)
{
    Run *run = arena_new(provisioning->arena, Run);

    run->provisioning = provisioning;
    run->request = *request;
    run->self = (ScopeName){ TEXT_LIT("self"), request->self };
    run->scope = (Scope){ .parent = request->scope, .names = &run->self, .name_count = 1 };
    run->line = text_builder(provisioning->arena);
    run->tail = text_builder(provisioning->arena);
    list_add(provisioning->arena, &provisioning->waiting, run);
    start_waiting(provisioning);
}

void provision_validate(const Resource *resource, const Scope *scope, Value self, Arena *arena,
                        Diags *diags)
{
    ScopeName name = { TEXT_LIT("self"), self };
    Scope inner = { .parent = scope, .names = &name, .name_count = 1 };

    for (size_t i = 0; i < resource->provisioners.count; i++)
        local_exec_validate(&resource->provisioners.items[i], &inner, arena, diags);
}

void provision_interrupt(void)
{
    for (size_t i = 0; interruptible && i < interruptible->running.count; i++)
        if (interruptible->running.items[i]->process)
            process_stop(interruptible->running.items[i]->process, PATIENCE);
}
