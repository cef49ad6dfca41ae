/*
 * process.c: a child is over when it has ended, not when its output is closed: what it leaves
 * running may keep that open for ever. (One whose output is joined is over when both is so; once it
 * was told to stop, its own end will do.)
 */
#include "pipectl/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct Process {
    Arena *arena;
    Loop *loop;
    ProcessSettings settings;
    pid_t pid;  /* 0: it was not started */
    int output; /* the reading end; -1: closed */
    TextBuilder printed;
    LoopTimer *timer; /* its limit; of one that was not started, its end */
    Text failure;
    int status; /* as waitpid gives it; -1: it has not ended */
    bool cancelled, stopped;
};

/* --- the end ---------------------------------------------------------------------------------- */

static void close_output(Process *process)
{
    if (process->output < 0)
        return;
    loop_watch(process->loop, process->output, 0, NULL, NULL);
    close(process->output);
    process->output = -1;
}

static void give_up(Process *process, Text why)
{
    if (!process->failure.length)
        process->failure = why;
    kill(process->pid, SIGKILL);
}

static void end(Process *process)
{
    ProcessEnd found = { text_built(&process->printed), process->failure, process->status };

    close_output(process);
    loop_cancel(process->loop, process->timer);
    process->timer = NULL;
    if (!process->cancelled)
        process->settings.on_end(process->settings.user, &found);
}

/* Reads what is there. False at the end of it, or when there is too much. */
static bool read_output(Process *process)
{
    char bytes[4096];
    ssize_t count;

    while ((count = read(process->output, bytes, sizeof bytes)) > 0) {
        if (process->settings.on_output) {
            process->settings.on_output(process->settings.user, (Text){ bytes, (size_t)count });
            continue;
        }
        if (process->settings.output_max &&
            process->printed.length + (size_t)count > process->settings.output_max) {
            give_up(process, text_format(process->arena, "it printed more than %zu bytes",
                                         process->settings.output_max));
            return false;
        }
        text_add(&process->printed, (Text){ bytes, (size_t)count });
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_output(void *user, int descriptor, int events)
{
    Process *process = user;

    (void)descriptor, (void)events;
    if (read_output(process))
        return;
    close_output(process);
    if (!process->pid)
        end(process); /* it was waited for */
}

static Text failure_of(Arena *arena, int status)
{
    if (WIFSIGNALED(status))
        return text_format(arena, "it was ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status) ? text_format(arena, "it ended with status %d", WEXITSTATUS(status))
                               : TEXT_NONE;
}

static void on_child(void *user, int status)
{
    Process *process = user;

    process->pid = 0;
    process->status = status;
    if (!process->failure.length)
        process->failure = failure_of(process->arena, status);
    if (process->output >= 0 && read_output(process) && process->settings.joined &&
        !process->stopped)
        return; /* something else still writes */
    end(process);
}

static void on_limit(void *user)
{
    Process *process = user;

    process->timer = NULL;
    if (process->stopped && process->pid)
        kill(process->pid, SIGKILL);
    else if (process->pid)
        give_up(process, text_format(process->arena, "it took longer than %lld s",
                                     (long long)(process->settings.limit / SECONDS(1))));
    else
        end(process);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static char **argument_vector(Arena *arena, const TextList *words)
{
    char **arguments = arena_array(arena, char *, words->count + 1);

    for (size_t i = 0; i < words->count; i++)
        arguments[i] = text_cstring(arena, words->items[i]);
    return arguments;
}

static bool is_named_in(const TextList *settings, const char *variable)
{
    size_t name = strcspn(variable, "=") + 1;

    for (size_t i = 0; i < settings->count; i++)
        if (text_starts_with(settings->items[i], text_slice(text_of(variable), 0, name)))
            return true;
    return false;
}

/* Ours, but for what is set anew. */
static char **environment_vector(Process *process)
{
    const TextList *set = &process->settings.environment;
    size_t count = 0, ours = 0;
    char **variables;

    while (environ[ours])
        ours++;
    variables = arena_array(process->arena, char *, ours + set->count + 1);
    for (size_t i = 0; i < ours; i++)
        if (!is_named_in(set, environ[i]))
            variables[count++] = environ[i];
    for (size_t i = 0; i < set->count; i++)
        variables[count++] = text_cstring(process->arena, set->items[i]);
    return variables;
}

/* SIGPIPE, which we ignore, is the child's own business. */
static int spawn(Process *process, int output)
{
    const ProcessSettings *settings = &process->settings;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    char **arguments = argument_vector(process->arena, &settings->words);
    int error;

    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (settings->joined) {
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    if (settings->directory.length > 0)
        posix_spawn_file_actions_addchdir_np(&actions,
                                             text_cstring(process->arena, settings->directory));
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    error = posix_spawnp(&process->pid, arguments[0], &actions, &attributes, arguments,
                         environment_vector(process));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int start(Process *process)
{
    int ends[2], error;

    if (!process->settings.words.count)
        return ENOENT;
    if (process->settings.directory.length > 0 &&
        file_kind(process->settings.directory) != FILE_DIRECTORY)
        return ENOTDIR;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    error = spawn(process, ends[1]);
    close(ends[1]);
    process->output = ends[0];
    return error;
}

static Text start_failure(const Process *process, int error)
{
    if (error == ENOTDIR)
        return text_format(process->arena,
                           "it could not be started: there is no folder " TEXT_FMT,
                           TEXT(process->settings.directory));
    return text_format(process->arena, "it could not be started: %s", strerror(error));
}

Process *process_run(Arena *arena, Loop *loop, const ProcessSettings *settings)
{
    Process *process = arena_new(arena, Process);
    int error;

    *process = (Process){ .arena = arena,
                          .loop = loop,
                          .settings = *settings,
                          .output = -1,
                          .status = -1,
                          .printed = text_builder(arena) };
    error = start(process);
    if (error) {
        process->pid = 0;
        process->failure = start_failure(process, error);
        process->timer = loop_timer(loop, clock_monotonic(), on_limit, process);
        return process;
    }
    loop_watch(loop, process->output, LOOP_READ, on_output, process);
    loop_on_child(loop, process->pid, on_child, process);
    if (settings->limit > 0)
        process->timer = loop_timer(loop, clock_monotonic() + settings->limit, on_limit, process);
    return process;
}

void process_cancel(Process *process)
{
    process->cancelled = true;
    if (process->pid)
        kill(process->pid, SIGKILL);
    close_output(process);
    loop_cancel(process->loop, process->timer);
    process->timer = NULL;
}

void process_stop(Process *process, Nanoseconds patience)
{
    process->stopped = true;
    if (!process->pid) { /* what it left behind is not waited for any longer */
        if (process->output >= 0)
            end(process);
        return;
    }
    kill(process->pid, SIGTERM);
    loop_cancel(process->loop, process->timer);
    process->timer = loop_timer(process->loop, clock_monotonic() + patience, on_limit, process);
}

/* --- words ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* One word from [at] on: plain, quoted, or a mixture. Returns where it ends. */
static size_t split_word(Text line, size_t at, TextBuilder *word)
{
    char quote = 0;

    for (; at < line.length; at++) {
        char c = line.bytes[at];

        if (quote == 0 && is_blank(c))
            return at;
        if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == quote && quote != 0)
            quote = 0;
        else if (c == '\\' && quote != '\'' && at + 1 < line.length)
            text_add_char(word, line.bytes[++at]);
        else
            text_add_char(word, c);
    }
    return at;
}

TextList words_split(Arena *arena, Text line)
{
    TextList words = { 0 };

    for (size_t at = 0; at < line.length;) {
        TextBuilder word = text_builder(arena);

        if (is_blank(line.bytes[at])) {
            at++;
            continue;
        }
        at = split_word(line, at, &word);
        list_add(arena, &words, text_built(&word));
    }
    return words;
}
