/*
 * s3_home.c: the objects of a state in S3, each written only over the version that was seen last.
 *
 * The version is the object's ETag. A write that is refused because of its condition is looked at:
 * where the object holds what was to be written, the answer to an earlier attempt was lost, and all
 * is well.
 */
#include "s3_parts.h"

#include "pipectl/base/digest.h"

#include <string.h>

/* What is known of an object. */
typedef struct S3Version {
    bool exists;
    Text tag;
    Digest pending; /* of what was sent without an answer; of length 0: nothing */
} S3Version;

/* One write, from call to call. */
typedef struct S3Write {
    S3State *state;
    S3Version *version;
    Text object, content;
    Digest digest; /* of the content */
    bool looked;   /* the object was read, to find out whose it is */
    HomeDone *done;
    void *user;
    Arena arena;
} S3Write;

static S3Version *version_of(S3State *state, Text object)
{
    S3Version *version = table_find(&state->versions, object);

    if (!version) {
        version = arena_new(state->s3->arena, S3Version);
        table_put(state->s3->arena, &state->versions, text_copy(state->s3->arena, object), version);
    }
    return version;
}

static Text object_key(const S3State *state, Arena *arena, Text object)
{
    return text_concat(arena, state->key, object);
}

static void note_version(S3State *state, S3Version *version, bool exists, const AwsCall *call)
{
    version->exists = exists;
    version->tag = exists ? text_copy(state->s3->arena, header_find(&call->answer.headers, "ETag"))
                          : TEXT_NONE;
    version->pending.length = 0;
}

static bool is_absent(const AwsCall *call)
{
    return call->answer.status == 404 && !s3_is_error(call, "NoSuchBucket");
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct Reading {
    AwsCall *call;
    bool is_done;
} Reading;

static void on_read(AwsCall *call)
{
    Reading *reading = call->user;

    reading->is_done = true;
}

static bool begin_reading(S3State *state, Arena *arena, Text object, Reading *reading, Diags *diags)
{
    AwsCall *call = s3_call(state->s3, arena, "GetObject", "GET", object_key(state, arena, object));

    s3_add_customer_key(state->s3, call);
    call->done = on_read;
    call->user = reading;
    reading->call = call;
    return exchange_send(state->s3->exchange, call, diags);
}

static bool report_unread(S3State *state, const AwsCall *call, Diags *diags)
{
    if (s3_is_error(call, "NoSuchBucket"))
        diag_error(diags, RANGE_NONE, "S3 bucket does not exist",
                   "Failed to get the state: S3 bucket \"" TEXT_FMT
                   "\" does not exist. The bucket must "
                   "have been created before it is used as a backend. " TEXT_FMT,
                   TEXT(state->s3->bucket), TEXT(s3_failure(diags->arena, call)));
    else
        diag_error(diags, RANGE_NONE, "Error loading state",
                   "Unable to access object \"" TEXT_FMT "\" in S3 bucket \"" TEXT_FMT
                   "\": " TEXT_FMT,
                   TEXT(state->key), TEXT(state->s3->bucket), TEXT(s3_failure(diags->arena, call)));
    return false;
}

static bool end_reading(S3State *state, Text object, Reading *reading, HomeContent *ret_content,
                        Diags *diags)
{
    AwsCall *call = reading->call;
    bool exists = s3_succeeded(call);

    if (!exists && !is_absent(call))
        return report_unread(state, call, diags);
    note_version(state, version_of(state, object), exists, call);
    ret_content->exists = exists;
    ret_content->content = exists ? call->answer.body : TEXT_NONE;
    return true;
}

/* Whoever may not see the journal's object keeps it in a file, which helps as long as this machine
 * lives. */
static void keep_journal_here(S3State *state, Diags *diags)
{
    Arena *arena = state->s3->arena;

    state->home.journal_path =
        text_format(arena, TEXT_FMT "/s3.journal", TEXT(data_directory(arena)));
    diag_warning(
        diags, RANGE_NONE, "No permission for the journal",
        "pipectl keeps a journal of what is being created in \"" TEXT_FMT ".journal\", beside the "
        "state, so that another machine can go on when this one dies; and access is denied. "
        "Allow s3:GetObject, s3:PutObject and s3:DeleteObject on it. Until then it is in "
        "\"" TEXT_FMT "\" of this folder.",
        TEXT(state->key), TEXT(state->home.journal_path));
}

static bool end_reading_journal(S3State *state, Reading *reading, HomeContent *ret_content,
                                Diags *diags)
{
    if (reading->call->answer.status != 403)
        return end_reading(state, TEXT_LIT(".journal"), reading, ret_content, diags);
    *ret_content = (HomeContent){ 0 };
    keep_journal_here(state, diags);
    return true;
}

static bool read_both(S3State *state, Arena *arena, HomeContent *ret_state,
                      HomeContent *ret_journal, Diags *diags)
{
    Reading content = { 0 }, journal = { .is_done = ret_journal == NULL };

    if (!begin_reading(state, arena, TEXT_NONE, &content, diags) ||
        (ret_journal && !begin_reading(state, arena, TEXT_LIT(".journal"), &journal, diags)))
        return false;
    while (!content.is_done || !journal.is_done)
        if (!loop_run_once(state->s3->loop))
            return false;
    return end_reading(state, TEXT_NONE, &content, ret_state, diags) &&
           (!ret_journal || end_reading_journal(state, &journal, ret_journal, diags));
}

/* --- the digest in the table ---------------------------------------------------------------- */

static Text digest_id(const S3State *state, Arena *arena)
{
    return text_format(arena, TEXT_FMT "/" TEXT_FMT "-md5", TEXT(state->s3->bucket),
                       TEXT(state->key));
}

static AwsCall *digest_call(S3State *state, Arena *arena, Text digest)
{
    ValueBuilder item = value_builder(arena), members = value_builder(arena);

    value_builder_put(&item, TEXT_LIT("LockID"), s3_table_text(arena, digest_id(state, arena)));
    value_builder_put(&item, TEXT_LIT("Digest"), s3_table_text(arena, digest));
    value_builder_put(&members, TEXT_LIT("Item"), value_built_object(&item));
    return s3_table_call(state->s3, arena, "PutItem", &members);
}

/* Whoever holds the lock writes the digest that the dead run could not: once the journal is gone,
 * nobody would know. */
static bool repair_digest(S3State *state, Arena *arena, Text digest, Diags *diags)
{
    AwsCall *call = digest_call(state, arena, digest);

    if (!state->lock_id.length)
        return true;
    if (!s3_wait(state->s3, call, diags))
        return false;
    if (!s3_succeeded(call))
        diag_error(diags, RANGE_NONE, "Error loading state",
                   "The state's checksum in the table \"" TEXT_FMT
                   "\" could not be mended: " TEXT_FMT,
                   TEXT(state->s3->table), TEXT(s3_failure(arena, call)));
    return s3_succeeded(call);
}

/* A run that died between the state and its digest: the journal says that this content is its own.
 */
static bool is_known_to_journal(Arena *arena, Text content, const HomeContent *journal)
{
    Digest digest = digest_of(DIGEST_SHA256, content);

    return journal && journal->exists &&
           text_find(journal->content, digest_hex(arena, &digest)) != TEXT_NOT_FOUND;
}

static bool fits_digest(S3State *state, Arena *arena, const HomeContent *content,
                        const HomeContent *journal, Text *ret_expected, Text *ret_found,
                        bool *ret_ok, Diags *diags)
{
    Digest digest = digest_of(DIGEST_MD5, content->content);
    bool exists;

    *ret_found = content->exists ? digest_hex(arena, &digest) : TEXT_NONE;
    if (!s3_table_read(state->s3, arena, digest_id(state, arena), "Digest", ret_expected, &exists,
                       diags))
        return false;
    *ret_ok = !exists || !ret_expected->length || text_equal(*ret_expected, *ret_found);
    if (*ret_ok || !is_known_to_journal(arena, content->content, journal))
        return true;
    *ret_ok = repair_digest(state, arena, *ret_found, diags);
    return *ret_ok;
}

enum { DIGEST_ATTEMPTS = 5 };

/* The table knows what the last writer wrote; S3 may need a moment until everybody sees it. */
static bool s3_read(void *self, Arena *arena, HomeContent *ret_state, HomeContent *ret_journal,
                    Diags *diags)
{
    S3State *state = self;
    Text expected, found;
    bool ok;

    state->warnings = diags;
    for (int attempt = 0; attempt <= DIGEST_ATTEMPTS; attempt++) {
        if (!read_both(state, arena, ret_state, ret_journal, diags))
            return false;
        if (!state->s3->table.length)
            return true;
        if (!fits_digest(state, arena, ret_state, ret_journal, &expected, &found, &ok, diags))
            return false;
        if (ok)
            return true;
        if (attempt < DIGEST_ATTEMPTS)
            (void)wait_in_loop(state->s3->loop, clock_monotonic() + SECONDS(2), NULL);
    }
    diag_error(
        diags, RANGE_NONE, "Error loading state",
        "state data in S3 does not have the expected content.\n\n"
        "The checksum calculated for the state stored in S3 does not match the checksum stored in "
        "DynamoDB.\n\n"
        "Bucket: " TEXT_FMT "\nKey:    " TEXT_FMT "\nCalculated checksum: " TEXT_FMT
        "\nStored checksum:     " TEXT_FMT "\n\n"
        "S3 may be late: wait a minute or two and try again. If that does not help, a run was "
        "stopped between writing the state and its checksum: look at the state, and if it is "
        "right, set the attribute Digest of the item \"" TEXT_FMT "\" in the table \"" TEXT_FMT
        "\" to the calculated checksum.",
        TEXT(state->s3->bucket), TEXT(state->key), TEXT(found), TEXT(expected),
        TEXT(digest_id(state, arena)), TEXT(state->s3->table));
    return false;
}

/* --- writing -------------------------------------------------------------------------------- */

static void put(S3Write *write);
static void look(S3Write *write);

static void end_write(S3Write *write, HomeOutcome outcome, Text why)
{
    HomeDone *done = write->done;
    void *user = write->user;
    Arena arena = write->arena;

    write->version->pending = outcome == HOME_FAILED ? write->digest : (Digest){ 0 };
    done(user, outcome, why);
    arena_free(&arena);
}

static void on_digest_written(AwsCall *call)
{
    S3Write *write = call->user;

    if (s3_succeeded(call))
        end_write(write, HOME_DONE, TEXT_NONE);
    else
        end_write(write, HOME_FAILED, s3_failure(&write->arena, call));
}

static void send(S3Write *write, AwsCall *call, void (*done)(AwsCall *call))
{
    Diags diags = diags_make(&write->arena);

    call->done = done;
    call->user = write;
    if (!exchange_send(write->state->s3->exchange, call, &diags)) {
        call->answer = (Answer){ .failure = diags.list.items[0].detail };
        done(call);
    }
}

static void put_digest(S3Write *write)
{
    Digest digest = digest_of(DIGEST_MD5, write->content);

    send(write, digest_call(write->state, &write->arena, digest_hex(&write->arena, &digest)),
         on_digest_written);
}

static void written(S3Write *write, const AwsCall *call)
{
    note_version(write->state, write->version, true, call);
    if (write->state->s3->table.length && !write->object.length)
        put_digest(write);
    else
        end_write(write, HOME_DONE, TEXT_NONE);
}

static bool is_same_digest(Text content, const Digest *digest)
{
    Digest found = digest_of(DIGEST_SHA256, content);

    return digest->length && text_equal(digest_text(&found), digest_text(digest));
}

/* What lies there: ours, what we took it for, or another's. */
static void on_looked(AwsCall *call)
{
    S3Write *write = call->user;
    S3Version *version = write->version;
    bool exists = s3_succeeded(call);
    Text tag = header_find(&call->answer.headers, "ETag");

    write->looked = true;
    if (!exists && !is_absent(call)) {
        end_write(write, HOME_FAILED, s3_failure(&write->arena, call));
    } else if (exists && is_same_digest(call->answer.body, &write->digest)) {
        written(write, call);
    } else if (exists == version->exists && text_equal(tag, version->tag)) {
        put(write);
    } else if (exists && is_same_digest(call->answer.body, &version->pending)) {
        note_version(write->state, version, true, call);
        put(write);
    } else {
        end_write(write, HOME_CONFLICT, TEXT_LIT("another version is there"));
    }
}

static void look(S3Write *write)
{
    S3State *state = write->state;
    AwsCall *call = s3_call(state->s3, &write->arena, "GetObject", "GET",
                            object_key(state, &write->arena, write->object));

    s3_add_customer_key(state->s3, call);
    send(write, call, on_looked);
}

/* Said once a run. */
static void do_without_conditions(S3State *state)
{
    state->s3->unconditional = true;
    if (state->warnings)
        diag_warning(
            state->warnings, RANGE_NONE, "The store knows no conditional writes",
            "\"" TEXT_FMT "\" answered \"not implemented\" to a write with a condition. The state "
            "is read and compared before each write instead, so only the lock keeps two runs "
            "apart.",
            TEXT(state->home.name));
}

static void on_put(AwsCall *call)
{
    S3Write *write = call->user;
    int status = call->answer.status;

    if (s3_succeeded(call)) {
        written(write, call);
    } else if (status == 501 && !write->state->s3->unconditional) {
        do_without_conditions(write->state);
        write->looked = false;
        look(write);
    } else if ((status == 412 || is_absent(call)) && !write->looked) {
        look(write);
    } else if (status == 412 || status == 409 || is_absent(call)) {
        end_write(write, HOME_CONFLICT, s3_failure(&write->arena, call));
    } else {
        end_write(write, HOME_FAILED, s3_failure(&write->arena, call));
    }
}

static void put(S3Write *write)
{
    S3State *state = write->state;
    AwsCall *call = s3_call(state->s3, &write->arena, "PutObject", "PUT",
                            object_key(state, &write->arena, write->object));

    s3_add_content(state->s3, call, write->content);
    if (!state->s3->unconditional && write->version->exists)
        s3_add_header(call, "If-Match", write->version->tag);
    else if (!state->s3->unconditional)
        s3_add_header(call, "If-None-Match", TEXT_LIT("*"));
    send(write, call, on_put);
}

static void s3_write(void *self, Text object, Text content, HomeDone *done, void *user)
{
    Arena arena = { 0 };
    S3Write *write = arena_new(&arena, S3Write);

    *write = (S3Write){ .state = self,
                        .version = version_of(self, object),
                        .object = text_copy(&arena, object),
                        .content = content,
                        .digest = digest_of(DIGEST_SHA256, content),
                        .done = done,
                        .user = user };
    write->arena = arena;
    if (write->state->s3->unconditional)
        look(write);
    else
        put(write);
}

/* --- removing ------------------------------------------------------------------------------- */

static bool s3_remove(void *self, Text object, Diags *diags)
{
    S3State *state = self;
    Arena *arena = state->s3->arena;
    AwsCall *call =
        s3_call(state->s3, arena, "DeleteObject", "DELETE", object_key(state, arena, object));

    if (!s3_wait(state->s3, call, diags))
        return false;
    *version_of(state, object) = (S3Version){ 0 };
    if (s3_succeeded(call) || is_absent(call))
        return true;
    diag_error(diags, RANGE_NONE, "Failed to remove an object",
               "\"" TEXT_FMT "\" could not be removed: " TEXT_FMT,
               TEXT(object_key(state, arena, object)), TEXT(s3_failure(arena, call)));
    return false;
}

static bool s3_pass_time(void *self)
{
    S3State *state = self;

    return loop_run_once(state->s3->loop);
}

/* --- one state ------------------------------------------------------------------------------ */

static bool s3_list_objects(void *self, Text prefix, TextList *ret_objects, Diags *diags)
{
    S3State *state = self;
    Arena *arena = state->s3->arena;
    const AwsCall *refused;
    TextList keys = { 0 };

    if (!s3_list(state->s3, object_key(state, arena, prefix), &keys, &refused, diags)) {
        if (refused)
            diag_error(diags, RANGE_NONE, "Failed to list objects",
                       "Unable to list what lies beside \"" TEXT_FMT "\": " TEXT_FMT,
                       TEXT(state->home.name), TEXT(s3_failure(arena, refused)));
        return false;
    }
    for (size_t i = 0; i < keys.count; i++)
        list_add(arena, ret_objects,
                 text_slice(keys.items[i], state->key.length, keys.items[i].length));
    return true;
}

static bool s3_read_object(void *self, Arena *arena, Text object, HomeContent *ret_content,
                           Diags *diags)
{
    S3State *state = self;
    Reading reading = { 0 };

    if (!begin_reading(state, arena, object, &reading, diags))
        return false;
    while (!reading.is_done)
        if (!loop_run_once(state->s3->loop))
            return false;
    return end_reading(state, object, &reading, ret_content, diags);
}

StateHome *s3_home(S3 *s3, Text workspace)
{
    S3State *state = arena_new(s3->arena, S3State);

    state->s3 = s3;
    state->key = text_equal(workspace, DEFAULT_WORKSPACE)
                     ? s3->key
                     : text_format(s3->arena, TEXT_FMT "/" TEXT_FMT "/" TEXT_FMT, TEXT(s3->prefix),
                                   TEXT(workspace), TEXT(s3->key));
    if (!s3->prefix.length && !text_equal(workspace, DEFAULT_WORKSPACE))
        state->key = text_slice(state->key, 1, state->key.length);
    state->home = (StateHome){
        .name = text_format(s3->arena, "s3://" TEXT_FMT "/" TEXT_FMT, TEXT(s3->bucket),
                            TEXT(state->key)),
        .self = state,
        .lock = s3_lock,
        .unlock = s3_unlock,
        .break_lock = s3_break_lock,
        .read = s3_read,
        .write = s3_write,
        .remove = s3_remove,
        .list = s3_list_objects,
        .read_object = s3_read_object,
        .wait = s3_pass_time,
    };
    return &state->home;
}
