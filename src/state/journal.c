#include "pipectl/state/journal.h"

#include "pipectl/base/digest.h"
#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SUM_LENGTH = sizeof((JournalEnd *)0)->sum };

/* {"sum":"................",   and then the rest of the object. */
static const Text line_start = TEXT_INIT("{\"sum\":\"");
static const Text after_sum = TEXT_INIT("\",");

struct Journal {
    Arena scratch; /* holds the queue; empty after each write */
    TextBuilder queue;
    JournalEnd end;
    const char *path;
    int descriptor; /* -1: the text is kept instead */
    TextBuilder text;
    int error; /* the first one; sticky */
    bool is_new;
};

/* The sum of a record, of which [rest] is what stands behind its own sum. */
static void compute_sum(char sum[SUM_LENGTH], const char previous[SUM_LENGTH], Text rest)
{
    static const char digits[] = "0123456789abcdef";
    Digest digest = digest_of(DIGEST_SHA256, rest);

    /* Chained: a line is only valid where it was written. */
    memcpy(digest.bytes + digest.length, previous, SUM_LENGTH);
    digest =
        digest_of(DIGEST_SHA256, (Text){ (const char *)digest.bytes, digest.length + SUM_LENGTH });
    for (size_t i = 0; i < SUM_LENGTH; i++)
        sum[i] = digits[digest.bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

/* --- reading -------------------------------------------------------------------------------- */

/* The record of [line], when its sum follows [sum]; then [sum] is its own. */
static bool read_line(Arena *arena, Text line, char sum[SUM_LENGTH], Value *ret_record)
{
    size_t rest_at = line_start.length + SUM_LENGTH + after_sum.length;
    Text rest = text_slice(line, rest_at, line.length);
    char expected[SUM_LENGTH];

    if (line.length <= rest_at || !text_starts_with(line, line_start) ||
        !text_starts_with(text_slice(line, line_start.length + SUM_LENGTH, line.length), after_sum))
        return false;
    compute_sum(expected, sum, rest);
    if (memcmp(expected, line.bytes + line_start.length, SUM_LENGTH) != 0 ||
        !json_parse(arena, line, ret_record))
        return false;
    memcpy(sum, expected, SUM_LENGTH);
    return true;
}

JournalRecords journal_read(Arena *arena, Text content, JournalEnd *ret_end)
{
    JournalRecords records = { 0 };
    JournalEnd end = { 0 };
    Text line, rest = content;
    Value record;

    while (text_cut(rest, TEXT_LIT("\n"), &line, &rest) &&
           read_line(arena, line, end.sum, &record)) {
        list_add(arena, &records, record);
        end.length = content.length - rest.length;
    }
    *ret_end = end;
    return records;
}

/* --- writing -------------------------------------------------------------------------------- */

Journal *journal_open(Arena *arena, Text path, JournalEnd end, Diags *diags)
{
    Journal *journal = arena_new(arena, Journal);

    journal->path = text_cstring(arena, path);
    journal->end = end;
    journal->is_new = end.length == 0;
    journal->descriptor = open(journal->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (journal->descriptor >= 0 && ftruncate(journal->descriptor, (off_t)end.length) == 0 &&
        lseek(journal->descriptor, 0, SEEK_END) == (off_t)end.length) {
        journal->queue = text_builder(&journal->scratch);
        return journal;
    }
    diag_error(
        diags, RANGE_NONE, "Failed to open the journal",
        "%s: %s. Nothing is created or changed without a journal, because it would be lost if "
        "this run were stopped.",
        journal->path, strerror(errno));
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    return NULL;
}

Journal *journal_open_text(Arena *arena, Text content, JournalEnd end)
{
    Journal *journal = arena_new(arena, Journal);

    journal->end = end;
    journal->descriptor = -1;
    journal->text = text_builder(arena);
    text_add(&journal->text, text_slice(content, 0, end.length));
    journal->queue = text_builder(&journal->scratch);
    return journal;
}

Text journal_text(Journal *journal)
{
    (void)journal_write(journal);
    return text_built(&journal->text);
}

void journal_add_json(Journal *journal, Text json)
{
    Text rest = text_slice(json, 1, json.length);

    compute_sum(journal->end.sum, journal->end.sum, rest);
    text_add(&journal->queue, line_start);
    text_add(&journal->queue, (Text){ journal->end.sum, SUM_LENGTH });
    text_add(&journal->queue, after_sum);
    text_add(&journal->queue, rest);
    text_add_char(&journal->queue, '\n');
}

void journal_add(Journal *journal, Value record)
{
    Arena scratch = { 0 };

    journal_add_json(journal, json_text(&scratch, record));
    arena_free(&scratch);
}

bool journal_write(Journal *journal)
{
    Text queue = text_built(&journal->queue);

    if (journal->descriptor < 0) {
        text_add(&journal->text, queue);
        queue = TEXT_NONE;
    }
    while (!journal->error && queue.length) {
        ssize_t written = write(journal->descriptor, queue.bytes, queue.length);

        if (written >= 0)
            queue = text_slice(queue, (size_t)written, queue.length);
        else if (errno != EINTR)
            journal->error = errno;
    }
    arena_free(&journal->scratch);
    journal->queue = text_builder(&journal->scratch);
    return !journal->error;
}

/* A new file is only safe when its folder knows its name. */
static int sync_name(Journal *journal)
{
    Arena scratch = { 0 };
    Text directory = file_directory(&scratch, text_of(journal->path));
    int descriptor = open(text_cstring(&scratch, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    arena_free(&scratch);
    if (descriptor < 0)
        return 0; /* a folder that may be written but not read */
    if (fsync(descriptor) < 0 && errno != EINVAL && errno != ENOTSUP)
        error = errno;
    close(descriptor);
    return error;
}

bool journal_sync(Journal *journal, Diags *diags)
{
    journal_write(journal);
    if (journal->descriptor < 0)
        return true;
    if (!journal->error && fdatasync(journal->descriptor) < 0 && errno != EINVAL)
        journal->error = errno;
    if (!journal->error && journal->is_new)
        journal->error = sync_name(journal);
    journal->is_new = false;
    if (!journal->error)
        return true;
    diag_error(
        diags, RANGE_NONE, "Failed to write the journal",
        "%s: %s. Nothing more is created or changed, because it would be lost if this run were "
        "stopped.",
        journal->path, strerror(journal->error));
    return false;
}

void journal_close(Journal *journal)
{
    journal_write(journal);
    arena_free(&journal->scratch);
    if (journal->descriptor >= 0)
        close(journal->descriptor);
}

void journal_remove(Journal *journal)
{
    if (journal->descriptor >= 0)
        unlink(journal->path);
    journal_close(journal);
}
