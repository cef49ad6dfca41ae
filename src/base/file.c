#include "pipectl/base/file.h"

#include "overlay.h"
#include "pipectl/base/digest.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void report(Diags *diags, Range subject, const char *summary, Text path, int error)
{
    diag_error(diags, subject, summary, TEXT_FMT ": %s.", TEXT(path), strerror(error));
}

/* The path as the system wants it; NULL when it can be no path. */
static const char *system_path(Text path, char buffer[PATH_MAX])
{
    if (!path.length || path.length >= PATH_MAX || memchr(path.bytes, '\0', path.length)) {
        errno = path.length >= PATH_MAX ? ENAMETOOLONG : ENOENT;
        return NULL;
    }
    memcpy(buffer, path.bytes, path.length);
    buffer[path.length] = '\0';
    return buffer;
}

static int open_path(Text path, int flags, unsigned mode)
{
    char buffer[PATH_MAX];
    const char *name = system_path(path, buffer);

    return name ? open(name, flags | O_CLOEXEC, mode) : -1;
}

FileKind file_kind(Text path)
{
    char buffer[PATH_MAX];
    const char *name = system_path(path, buffer);
    struct stat status;

    if (overlay_find(path))
        return FILE_REGULAR;
    if (overlay_directory(path))
        return FILE_DIRECTORY;
    if (!name || stat(name, &status) < 0)
        return FILE_ABSENT;
    return S_ISREG(status.st_mode) ? FILE_REGULAR
           : S_ISDIR(status.st_mode) ? FILE_DIRECTORY
                                     : FILE_OTHER;
}

bool file_is_link(Text path)
{
    char buffer[PATH_MAX];
    const char *name = system_path(path, buffer);
    struct stat status;

    return name && lstat(name, &status) == 0 && S_ISLNK(status.st_mode);
}

/* --- reading -------------------------------------------------------------------------------- */

/* Reads to the end, whatever size the file claims to have (pipes have none). */
/* Positions in a file are 32 bits wide: a larger one fails with EFBIG. */
static bool read_all(Arena *arena, int descriptor, Text *ret_content)
{
    struct stat status;
    size_t capacity, length = 0;
    char *bytes;

    if (fstat(descriptor, &status) < 0)
        return false;
    if (status.st_size > (off_t)UINT32_MAX) {
        errno = EFBIG;
        return false;
    }
    capacity = S_ISREG(status.st_mode) && status.st_size > 0 ? (size_t)status.st_size + 1 : 4096;
    bytes = arena_alloc(arena, capacity);
    for (;;) {
        ssize_t got = read(descriptor, bytes + length, capacity - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        length += (size_t)got;
        if (length == capacity) {
            bytes = arena_grow(arena, bytes, capacity, capacity * 2);
            capacity *= 2;
        }
    }
    *ret_content = (Text){ bytes, length };
    return true;
}

static bool read_path(Arena *arena, Text path, Text *ret_content)
{
    const Text *laid_over = overlay_find(path);
    int descriptor;
    int error;
    bool ok;

    if (laid_over) {
        *ret_content = *laid_over;
        return true;
    }
    descriptor = open_path(path, O_RDONLY, 0);
    ok = descriptor >= 0 && read_all(arena, descriptor, ret_content);
    error = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    return ok;
}

bool file_read(Arena *arena, Text path, Text *ret_content, Range subject, Diags *diags)
{
    if (read_path(arena, path, ret_content))
        return true;
    report(diags, subject, "Failed to read file", path, errno);
    return false;
}

bool file_read_descriptor(Arena *arena, int descriptor, Text name, Text *ret_content, Diags *diags)
{
    if (read_all(arena, descriptor, ret_content))
        return true;
    report(diags, RANGE_NONE, "Failed to read file", name, errno);
    return false;
}

bool file_read_optional(Arena *arena, Text path, bool *ret_exists, Text *ret_content, Diags *diags)
{
    if (read_path(arena, path, ret_content)) {
        *ret_exists = true;
        return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        *ret_exists = false;
        return true;
    }
    report(diags, RANGE_NONE, "Failed to read file", path, errno);
    return false;
}

/* --- temporary files ------------------------------------------------------------------------ */

/* All that exist now. Slots are fixed so that a signal handler can walk them. */
static struct {
    volatile pid_t owner; /* 0: free. A forked child must not remove what is its parent's */
    char path[PATH_MAX];
} temporaries[8];

static void remove_temporaries(void)
{
    for (size_t i = 0; i < sizeof temporaries / sizeof *temporaries; i++)
        if (temporaries[i].owner == getpid())
            unlink(temporaries[i].path);
}

static void remove_and_die(int signal_number)
{
    remove_temporaries();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Only where nobody else handles the signal (loop.c does, and then the exit cleans up). */
static void install_removal(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    static bool installed;

    if (installed)
        return;
    installed = true;
    atexit(remove_temporaries);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;

        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            signal(signals[i], remove_and_die);
    }
}

static void remember_temporary(Text path)
{
    install_removal();
    for (size_t i = 0; i < sizeof temporaries / sizeof *temporaries; i++)
        if (!temporaries[i].owner) {
            system_path(path, temporaries[i].path);
            temporaries[i].owner = getpid();
            return;
        }
    assert(!"too many temporary files at once");
}

static void forget_temporary(Text path)
{
    for (size_t i = 0; i < sizeof temporaries / sizeof *temporaries; i++)
        if (temporaries[i].owner && text_is(path, temporaries[i].path))
            temporaries[i].owner = 0;
}

/* --- replacing ------------------------------------------------------------------------------ */

Text file_resolve(Arena *arena, Text path)
{
    enum { MOST_LINKS = 40 };
    char name[PATH_MAX], target[PATH_MAX];

    for (int i = 0; i < MOST_LINKS && system_path(path, name); i++) {
        ssize_t length = readlink(name, target, sizeof target);

        if (length < 0)
            break;
        path = file_join(arena, file_directory(arena, path),
                         text_copy(arena, (Text){ target, (size_t)length }));
    }
    return path;
}

static bool write_all(int descriptor, Text content)
{
    while (content.length) {
        ssize_t written = write(descriptor, content.bytes, content.length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content = text_slice(content, (size_t)written, content.length);
    }
    return true;
}

bool file_write_all(int descriptor, Text content, Text path, Diags *diags)
{
    if (write_all(descriptor, content) && fsync(descriptor) == 0)
        return true;
    report(diags, RANGE_NONE, "Failed to write file", path, errno);
    return false;
}

static bool sync_directory(Arena *arena, Text path)
{
    int descriptor = open_path(file_directory(arena, path), O_RDONLY | O_DIRECTORY, 0);
    bool ok;

    /* A folder that may be written but not read cannot be synced; nor can one on some network file
       systems. The rename itself has been done. */
    if (descriptor < 0)
        return true;
    ok = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    close(descriptor);
    return ok;
}

/* Errors that say "not in this way", as opposed to "the disk is full". */
static bool is_about_the_folder(int error)
{
    return error == EACCES || error == EPERM || error == EBUSY || error == EXDEV || error == EROFS ||
           error == ETXTBSY;
}

static FileReplaced failed(Diags *diags, Text path, int error)
{
    if (is_about_the_folder(error))
        return FILE_NOT_REPLACEABLE;
    report(diags, RANGE_NONE, "Failed to write file", path, error);
    return FILE_FAILED;
}

/* Mode and owner of the file that is replaced, as far as we may. */
static bool keep_attributes(int descriptor, Text path)
{
    char buffer[PATH_MAX];
    const char *name = system_path(path, buffer);
    struct stat old, new;

    if (!name || stat(name, &old) < 0 || fstat(descriptor, &new) < 0)
        return true;
    if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
        fchown(descriptor, old.st_uid, old.st_gid) < 0)
        return false;
    return fchmod(descriptor, old.st_mode & 07777) == 0;
}

static Text temporary_name(Arena *arena, Text path)
{
    unsigned char bytes[8];
    Text name;

    random_bytes(bytes, sizeof bytes);
    name = text_concat(arena, TEXT_LIT(".pipectl-"),
                       hex_encode(arena, (Text){ (const char *)bytes, sizeof bytes }));
    return file_join(arena, file_directory(arena, path), text_concat(arena, name, TEXT_LIT(".tmp")));
}

FileReplaced file_replacement_begin(Arena *arena, Text path, Text content, unsigned mode,
                                    FileReplacement *ret_replacement, Diags *diags)
{
    FileReplacement replacement = { .path = file_resolve(arena, path) };

    if (file_kind(replacement.path) == FILE_OTHER) /* a device or a pipe stays one */
        return FILE_NOT_REPLACEABLE;
    replacement.temporary = temporary_name(arena, replacement.path);
    remember_temporary(replacement.temporary);
    replacement.descriptor = open_path(replacement.temporary, O_RDWR | O_CREAT | O_EXCL, mode);
    if (replacement.descriptor < 0) {
        int error = errno;

        forget_temporary(replacement.temporary);
        return failed(diags, path, error);
    }
    if (!keep_attributes(replacement.descriptor, replacement.path) ||
        !write_all(replacement.descriptor, content) || fsync(replacement.descriptor) < 0) {
        int error = errno;

        file_replacement_abandon(&replacement);
        return failed(diags, path, error);
    }
    *ret_replacement = replacement;
    return FILE_REPLACED;
}

FileReplaced file_replacement_commit(const FileReplacement *replacement, Diags *diags)
{
    char from[PATH_MAX], to[PATH_MAX];
    Arena arena = { 0 };
    int error = 0;
    bool synced;

    if (!system_path(replacement->temporary, from) || !system_path(replacement->path, to) ||
        rename(from, to) < 0)
        error = errno;
    if (error)
        unlink(from);
    forget_temporary(replacement->temporary);
    if (error)
        return failed(diags, replacement->path, error);
    synced = sync_directory(&arena, replacement->path);
    error = errno;
    arena_free(&arena);
    if (synced)
        return FILE_REPLACED;
    report(diags, RANGE_NONE, "Failed to write file", replacement->path, error);
    return FILE_FAILED;
}

void file_replacement_abandon(const FileReplacement *replacement)
{
    char name[PATH_MAX];
    int error = errno;

    if (system_path(replacement->temporary, name))
        unlink(name);
    forget_temporary(replacement->temporary);
    close(replacement->descriptor);
    errno = error;
}

bool file_rewrite(Text path, Text content, unsigned mode, Diags *diags)
{
    int descriptor = open_path(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    bool ok;

    if (descriptor < 0) {
        report(diags, RANGE_NONE, "Failed to write file", path, errno);
        return false;
    }
    ok = write_all(descriptor, content) && (fsync(descriptor) == 0 || errno == EINVAL);
    if (!ok)
        report(diags, RANGE_NONE, "Failed to write file", path, errno);
    close(descriptor);
    return ok;
}

FileReplaced file_try_replace(Text path, Text content, unsigned mode, Diags *diags)
{
    Arena arena = { 0 };
    FileReplacement replacement;
    FileReplaced result = file_replacement_begin(&arena, path, content, mode, &replacement, diags);

    if (result == FILE_REPLACED) {
        result = file_replacement_commit(&replacement, diags);
        close(replacement.descriptor);
    }
    arena_free(&arena);
    return result;
}

bool file_replace(Text path, Text content, unsigned mode, Diags *diags)
{
    FileReplaced result = file_try_replace(path, content, mode, diags);

    if (result == FILE_NOT_REPLACEABLE)
        return file_rewrite(path, content, mode, diags);
    return result == FILE_REPLACED;
}

/* --- folders -------------------------------------------------------------------------------- */

/* Unless it is there. */
static bool make_one_directory(Text path)
{
    char buffer[PATH_MAX];
    int error;

    if (!system_path(path, buffer))
        return false;
    if (mkdir(buffer, 0777) == 0)
        return true;
    error = errno;
    if (file_kind(path) == FILE_DIRECTORY)
        return true;
    errno = error;
    return false;
}

bool file_make_directory(Text path, Diags *diags)
{
    for (size_t i = 1; i <= path.length; i++) {
        Text upper = text_slice(path, 0, i);

        if (i < path.length && path.bytes[i] != '/')
            continue;
        if (!make_one_directory(upper)) {
            report(diags, RANGE_NONE, "Failed to create directory", path, errno);
            return false;
        }
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static bool list_on_disk(Arena *arena, Text directory, TextList *ret_names)
{
    char buffer[PATH_MAX];
    const char *name = system_path(directory, buffer);
    DIR *entries = name ? opendir(name) : NULL;
    struct dirent *entry;

    if (!entries)
        return false;
    while ((entry = readdir(entries)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            list_add(arena, ret_names, text_copy(arena, text_of(entry->d_name)));
    closedir(entries);
    return true;
}

bool file_list(Arena *arena, Text directory, TextList *ret_names, Range subject, Diags *diags)
{
    const TextList *laid_over = overlay_directory(directory);
    TextList names = { 0 };

    for (size_t i = 0; laid_over && i < laid_over->count; i++)
        list_add(arena, &names, text_copy(arena, laid_over->items[i]));
    if (!laid_over && !list_on_disk(arena, directory, &names)) {
        report(diags, subject, "Failed to read directory", directory, errno);
        return false;
    }
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, compare_names);
    *ret_names = names;
    return true;
}
