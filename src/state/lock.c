#include "pipectl/state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Marks, in lock.info, a holder that found no state file: if it is killed, it leaves an empty one.
 */
#define NEW_STATE TEXT_LIT("new state")

struct StateLock {
    Arena *arena;
    LockInfo info;
    const char *path; /* as it was given */
    const char *info_path;
    int descriptor;
    bool created; /* by us; and nothing was written yet */
    bool found_new;
    Diags *diags;
};

/* --- lock.info ------------------------------------------------------------------------------ */

static const char *info_path_of(Arena *arena, Text path)
{
    Text name = file_base_name(path);

    if (text_starts_with(name, TEXT_LIT(".")))
        name = text_slice(name, 1, name.length);
    name = text_format(arena, "." TEXT_FMT ".lock.info", TEXT(name));
    return text_cstring(arena, file_join(arena, file_directory(arena, path), name));
}

/* In one write: a reader finds all of it or nothing. That it cannot be written is no error: it is
   only text for others. */
static void write_info(StateLock *lock)
{
    Text json = lock_info_json(lock->arena, &lock->info);
    int descriptor = open(lock->info_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t written;

    if (descriptor < 0)
        return;
    written = write(descriptor, json.bytes, json.length);
    (void)written;
    close(descriptor);
}

static bool read_info(Arena *arena, const char *info_path, LockInfo *ret_info)
{
    Diags ignored = diags_make(arena);
    bool exists;
    Text json;

    return file_read_optional(arena, text_of(info_path), &exists, &json, &ignored) && exists &&
           lock_info_parse(arena, json, ret_info);
}

/* --- acquiring ------------------------------------------------------------------------------ */

typedef enum Attempt { ACQUIRED, HELD_BY_ANOTHER, FAILED } Attempt;

static int set_lock(int descriptor)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    return fcntl(descriptor, F_OFD_SETLK, &whole);
}

static int open_or_create(StateLock *lock)
{
    int descriptor = open(lock->path, O_RDWR | O_CLOEXEC);

    lock->created = false;
    if (descriptor >= 0 || errno != ENOENT)
        return descriptor;
    /* Before the file, so that an empty one is at no time without the mark. */
    lock->created = true;
    lock->info.info = NEW_STATE;
    write_info(lock);
    /* Through a symbolic link that leads to nothing the target is created, hence no O_EXCL. */
    return open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* Another may have replaced the file between our opening and locking it. */
static bool is_at_path(int descriptor, const char *path)
{
    struct stat opened, named;

    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static Attempt try_once(StateLock *lock)
{
    for (;;) {
        int error;

        lock->descriptor = open_or_create(lock);
        if (lock->descriptor < 0)
            return FAILED;
        if (set_lock(lock->descriptor) == 0) {
            if (is_at_path(lock->descriptor, lock->path))
                return ACQUIRED;
            close(lock->descriptor);
            continue;
        }
        error = errno;
        close(lock->descriptor);
        errno = error;
        return error == EAGAIN || error == EACCES ? HELD_BY_ANOTHER : FAILED;
    }
}

static void report_failure(const StateLock *lock, int error)
{
    if (error == ENOLCK || error == ENOTSUP || error == EINVAL)
        diag_error(
            lock->diags, RANGE_NONE, "Error acquiring the state lock",
            "The file system of \"%s\" cannot lock files (%s). Where it is certain that nobody "
            "else uses this state, run with -lock=false.",
            lock->path, strerror(error));
    else
        diag_error(lock->diags, RANGE_NONE, "Error acquiring the state lock",
                   "The state file \"%s\" cannot be opened for writing, which its lock needs: %s.",
                   lock->path, strerror(error));
}

/* In short naps, so that an interrupt is seen. False when it was. */
static bool wait_until(Nanoseconds time, const bool *interrupted)
{
    const struct timespec nap = { .tv_nsec = 50 * 1000000 };

    while (clock_monotonic() < time) {
        if (interrupted && *interrupted)
            return false;
        nanosleep(&nap, NULL);
    }
    return true;
}

#define A_MOMENT MILLISECONDS(400)

void lock_say_waiting(const LockSettings *settings, Nanoseconds end)
{
    if (settings->waits && end - clock_monotonic() > A_MOMENT)
        settings->waits(settings->user);
}

/* Tries after 1 s, then after twice as long each time up to 16 s, as Terraform does. */
static Attempt try_until(StateLock *lock, const LockSettings *settings)
{
    Nanoseconds end = clock_monotonic() + settings->timeout, delay = SECONDS(1);
    Attempt attempt = try_once(lock);

    if (attempt == HELD_BY_ANOTHER)
        lock_say_waiting(settings, end);
    while (attempt == HELD_BY_ANOTHER && clock_monotonic() < end) {
        Nanoseconds next = clock_monotonic() + delay;

        if (!wait_until(next < end ? next : end, settings->interrupted))
            break;
        attempt = try_once(lock);
        if (delay < SECONDS(16))
            delay *= 2;
    }
    return attempt;
}

StateLock *lock_acquire(Arena *arena, const LockSettings *settings, Diags *diags)
{
    StateLock *lock = arena_new(arena, StateLock);
    LockInfo holder;
    Attempt attempt;
    bool is_known;

    lock->arena = arena;
    lock->diags = diags;
    lock->path = text_cstring(arena, settings->path);
    lock->info_path = info_path_of(arena, settings->path);
    lock->info = lock_info_make(arena, settings->operation, settings->path);
    if (!file_make_directory(file_directory(arena, settings->path), diags))
        return NULL;
    attempt = try_until(lock, settings);
    if (attempt == FAILED) {
        report_failure(lock, errno);
        if (lock->created)
            unlink(lock->info_path);
    }
    is_known = read_info(arena, lock->info_path, &holder);
    if (attempt == HELD_BY_ANOTHER)
        lock_report_held(diags, "resource temporarily unavailable", is_known ? &holder : NULL);
    if (attempt != ACQUIRED)
        return NULL;
    /* Left by a run that was killed: see NEW_STATE. */
    lock->found_new = !lock->created && is_known && text_equal(holder.info, NEW_STATE);
    lock->info.info = lock->created || lock->found_new ? NEW_STATE : TEXT_NONE;
    if (!lock->created)
        write_info(lock);
    return lock;
}

bool lock_found_new(const StateLock *lock)
{
    struct stat status;

    return (lock->created || lock->found_new) && fstat(lock->descriptor, &status) == 0 &&
           status.st_size == 0;
}

bool lock_says_new(Arena *arena, Text path)
{
    LockInfo holder;

    return read_info(arena, info_path_of(arena, path), &holder) &&
           text_equal(holder.info, NEW_STATE);
}

/* --- reading and writing -------------------------------------------------------------------- */

bool lock_read(StateLock *lock, Arena *arena, Text *ret_content, Diags *diags)
{
    struct stat status;
    char *bytes;
    size_t length = 0;

    if (fstat(lock->descriptor, &status) < 0)
        status.st_size = 0;
    bytes = arena_alloc(arena, (size_t)status.st_size + 1);
    while (length < (size_t)status.st_size) {
        ssize_t got =
            pread(lock->descriptor, bytes + length, (size_t)status.st_size - length, (off_t)length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            diag_error(diags, RANGE_NONE, "Failed to read file", "%s: %s.", lock->path,
                       strerror(errno));
            return false;
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *ret_content = (Text){ bytes, length };
    return true;
}

/* Whoever waits for the lock on a file without a name must not believe that it is the state. */
static void spoil(int descriptor)
{
    static const char line[] =
        "\nThis state file was replaced by another run; run the command again.\n";
    struct stat status;
    ssize_t written;

    if (fstat(descriptor, &status) < 0 || status.st_nlink > 0)
        return;
    written = pwrite(descriptor, line, sizeof line - 1, status.st_size);
    (void)written;
}

/* A waiter that gave up may have removed it. */
static void renew_info(StateLock *lock)
{
    lock->info.info = TEXT_NONE;
    if (lock->created || lock->found_new || access(lock->info_path, F_OK) < 0)
        write_info(lock);
    lock->created = lock->found_new = false;
}

FileReplaced lock_replace(StateLock *lock, Text content, Diags *diags)
{
    FileReplacement replacement;
    Arena scratch = { 0 };
    FileReplaced result =
        file_replacement_begin(&scratch, text_of(lock->path), content, 0600, &replacement, diags);

    if (result == FILE_REPLACED && set_lock(replacement.descriptor) < 0) {
        file_replacement_abandon(&replacement);
        result = FILE_NOT_REPLACEABLE;
    }
    if (result == FILE_REPLACED) {
        result = file_replacement_commit(&replacement, diags);
        if (is_at_path(replacement.descriptor,
                       lock->path)) { /* also when only its folder failed to sync */
            spoil(lock->descriptor);
            close(lock->descriptor);
            lock->descriptor = replacement.descriptor;
            renew_info(lock);
        } else {
            close(replacement.descriptor);
        }
    }
    arena_free(&scratch);
    return result;
}

bool lock_rewrite(StateLock *lock, Text content, Diags *diags)
{
    if (lseek(lock->descriptor, 0, SEEK_SET) < 0 || ftruncate(lock->descriptor, 0) < 0) {
        diag_error(diags, RANGE_NONE, "Failed to write file", "%s: %s.", lock->path,
                   strerror(errno));
        return false;
    }
    renew_info(lock);
    return file_write_all(lock->descriptor, content, text_of(lock->path), diags);
}

void lock_release(StateLock *lock)
{
    bool is_unused = lock_found_new(lock) && is_at_path(lock->descriptor, lock->path);

    unlink(lock->info_path);
    if (is_unused) {
        unlink(lock->path);
        spoil(lock->descriptor);
    }
    close(lock->descriptor);
}
