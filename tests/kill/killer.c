/*
 * killer.c: preloaded into pipectl, it counts what the program does to its state and journal, and kills it there.
 *
 *   KILL_AT=N      at the N-th event; 0: never
 *   KILL_HOW=      before  the event does not happen (a kill after it is the one before the next event)
 *                  half    a write that is cut off in its middle
 *                  power   as before, and what was not synced in the journal is lost, as when the machine loses its power
 *   KILL_LOG=FILE  a line for each event: its kind and the file's name
 *   KILL_DENY=     what the system refuses meanwhile:
 *                  rename  nothing may take the place of the state file, which is a mount of its own (EBUSY)
 *                  folder  in the working directory no file may be made, replaced or removed (EACCES)
 *
 * Events are write, sync, rename, remove, create and truncate of files whose name has ".tfstate" in it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int events;
static int journal = -1;  /* its descriptor */
static off_t synced;      /* how much of the journal the disk has for certain */

#define REAL(name, result, ...) ((result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value && *value ? value : otherwise;
}

static int is_ours(const char *path)
{
    return strstr(path, ".tfstate") != NULL;
}

/* The name behind a descriptor; empty when it has none. */
static const char *name_of(int descriptor)
{
    static char name[PATH_MAX];
    char link[64];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, name, sizeof name - 1);
    name[length < 0 ? 0 : length] = '\0';
    return name;
}

static void note(const char *kind, const char *name)
{
    const char *path = setting("KILL_LOG", "");
    char line[PATH_MAX + 16];
    int descriptor, length;

    if (!*path)
        return;
    length = snprintf(line, sizeof line, "%s %s\n", kind, strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
    descriptor = REAL("open", int, const char *, int, ...)(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (descriptor < 0 || REAL("write", ssize_t, int, const void *, size_t)(descriptor, line, (size_t)length) != length)
        abort();
    close(descriptor);
}

static void die(void)
{
    if (!strcmp(setting("KILL_HOW", "before"), "power") && journal >= 0)
        REAL("ftruncate", int, int, off_t)(journal, synced);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Counts; true when a write has to be cut off. Does not return when this is the place to die. */
static int event(const char *kind, const char *name)
{
    int half = !strcmp(setting("KILL_HOW", "before"), "half");

    if (!is_ours(name))
        return 0;
    note(kind, name);
    if (++events != atoi(setting("KILL_AT", "0")))
        return 0;
    if (half && !strcmp(kind, "write"))
        return 1;
    die();
    return 0;
}

static int denies(const char *what)
{
    return !strcmp(setting("KILL_DENY", ""), what);
}

/* Paths of the working directory are relative here. */
static int is_denied(const char *path)
{
    if (!denies("folder") || strchr(path, '/'))
        return 0;
    errno = EACCES;
    return 1;
}

int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = REAL("open", int, const char *, int, ...);
    mode_t mode = 0;
    int descriptor;
    va_list arguments;

    va_start(arguments, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (flags & O_CREAT && access(path, F_OK) < 0 && is_denied(path))
        return -1;
    if (flags & O_CREAT)
        event("create", path);
    descriptor = real(path, flags, mode);
    if (descriptor >= 0 && (flags & O_WRONLY) && strlen(path) > 8 && !strcmp(path + strlen(path) - 8, ".journal")) {
        struct stat status;

        journal = descriptor;
        synced = fstat(descriptor, &status) == 0 ? status.st_size : 0;
    }
    return descriptor;
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    ssize_t (*real)(int, const void *, size_t) = REAL("write", ssize_t, int, const void *, size_t);

    if (descriptor > 2 && event("write", name_of(descriptor))) {
        if (real(descriptor, bytes, count / 2) >= 0)
            die();
    }
    return real(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    if (event("write", name_of(descriptor)))
        die();
    return REAL("pwrite", ssize_t, int, const void *, size_t, off_t)(descriptor, bytes, count, offset);
}

static void note_synced(int descriptor, int result)
{
    struct stat status;

    if (result == 0 && descriptor == journal && fstat(descriptor, &status) == 0)
        synced = status.st_size;
}

int fsync(int descriptor)
{
    int result;

    event("sync", name_of(descriptor));
    result = REAL("fsync", int, int)(descriptor);
    note_synced(descriptor, result);
    return result;
}

int fdatasync(int descriptor)
{
    int result;

    event("sync", name_of(descriptor));
    result = REAL("fdatasync", int, int)(descriptor);
    note_synced(descriptor, result);
    return result;
}

int ftruncate(int descriptor, off_t length)
{
    event("truncate", name_of(descriptor));
    return REAL("ftruncate", int, int, off_t)(descriptor, length);
}

int rename(const char *from, const char *to)
{
    if (is_denied(to))
        return -1;
    event("rename", to);
    if (denies("rename") && !strcmp(to, "terraform.tfstate")) {
        errno = EBUSY;
        return -1;
    }
    return REAL("rename", int, const char *, const char *)(from, to);
}

int unlink(const char *path)
{
    if (is_denied(path))
        return -1;
    event("remove", path);
    return REAL("unlink", int, const char *)(path);
}
