/*
 * s3_lock.c: Terraform's two locks of a state in S3.
 *
 * use_lockfile: the object KEY.tflock, written on the condition that there is none. dynamodb_table:
 * an item of that table, on the same condition. With both, the object comes first, and both must be
 * had.
 */
#include "s3_parts.h"

#include "pipectl/value/json.h"

/* One wish for the lock. */
typedef struct Wish {
    S3State *state;
    LockInfo info;
    Text json;
    LockInfo holder; /* id empty: nobody knows */
    Text why;        /* the refusal */
    Arena *arena;
    Diags *diags;
} Wish;

static Text lock_key(const S3State *state, Arena *arena)
{
    return text_concat(arena, state->key, TEXT_LIT(".tflock"));
}

static Text item_id(const S3State *state, Arena *arena)
{
    return text_format(arena, TEXT_FMT "/" TEXT_FMT, TEXT(state->s3->bucket), TEXT(state->key));
}

static LockAttempt fail(Wish *wish, const AwsCall *call)
{
    diag_error(wish->diags, RANGE_NONE, "Error acquiring the state lock",
               "The state of \"" TEXT_FMT "\" cannot be locked: " TEXT_FMT,
               TEXT(wish->state->home.name), TEXT(s3_failure(wish->arena, call)));
    return LOCK_FAILED;
}

/* --- the object ----------------------------------------------------------------------------- */

/* Who holds it; false when nobody does (any more), or that cannot be read. */
static bool read_object(S3State *state, Arena *arena, LockInfo *ret_info, Diags *diags)
{
    AwsCall *call = s3_call(state->s3, arena, "GetObject", "GET", lock_key(state, arena));

    s3_add_customer_key(state->s3, call);
    return s3_wait(state->s3, call, diags) && s3_succeeded(call) &&
           lock_info_parse(arena, call->answer.body, ret_info);
}

static LockAttempt take_object(Wish *wish)
{
    S3 *s3 = wish->state->s3;
    AwsCall *call =
        s3_call(s3, wish->arena, "PutObject", "PUT", lock_key(wish->state, wish->arena));
    Diags ignored = diags_make(wish->arena);
    int status;

    s3_add_content(s3, call, wish->json);
    s3_add_header(call, "If-None-Match", TEXT_LIT("*"));
    if (!s3_wait(s3, call, wish->diags))
        return LOCK_FAILED;
    if (s3_succeeded(call))
        return LOCK_ACQUIRED;
    status = call->answer.status;
    if (status != 412 && status != 409)
        return fail(wish, call);
    wish->why = s3_failure(wish->arena, call);
    if (!read_object(wish->state, wish->arena, &wish->holder, &ignored))
        wish->holder = (LockInfo){ 0 };
    /* The answer to an earlier attempt was lost: it is ours. */
    return text_equal(wish->holder.id, wish->info.id) ? LOCK_ACQUIRED : LOCK_HELD;
}

static bool remove_object(S3State *state, Arena *arena, Diags *diags)
{
    AwsCall *call = s3_call(state->s3, arena, "DeleteObject", "DELETE", lock_key(state, arena));

    if (!s3_wait(state->s3, call, diags))
        return false;
    if (s3_succeeded(call) || call->answer.status == 404)
        return true;
    diag_error(diags, RANGE_NONE, "Error releasing the state lock",
               "The lock \"" TEXT_FMT "\" could not be removed: " TEXT_FMT,
               TEXT(lock_key(state, arena)), TEXT(s3_failure(arena, call)));
    return false;
}

/* --- the item ------------------------------------------------------------------------------- */

static bool read_item(S3State *state, Arena *arena, LockInfo *ret_info, Diags *diags)
{
    Text json;
    bool exists;

    return s3_table_read(state->s3, arena, item_id(state, arena), "Info", &json, &exists, diags) &&
           exists && lock_info_parse(arena, json, ret_info);
}

static LockAttempt take_item(Wish *wish)
{
    S3 *s3 = wish->state->s3;
    ValueBuilder item = value_builder(wish->arena), members = value_builder(wish->arena);
    Diags ignored = diags_make(wish->arena);
    AwsCall *call;

    value_builder_put(&item, TEXT_LIT("LockID"),
                      s3_table_text(wish->arena, item_id(wish->state, wish->arena)));
    value_builder_put(&item, TEXT_LIT("Info"), s3_table_text(wish->arena, wish->json));
    value_builder_put(&members, TEXT_LIT("Item"), value_built_object(&item));
    value_builder_put(&members, TEXT_LIT("ConditionExpression"),
                      value_string_raw(TEXT_LIT("attribute_not_exists(LockID)")));
    call = s3_table_call(s3, wish->arena, "PutItem", &members);
    if (!s3_wait(s3, call, wish->diags))
        return LOCK_FAILED;
    if (s3_succeeded(call))
        return LOCK_ACQUIRED;
    if (!s3_is_error(call, "ConditionalCheckFailedException"))
        return fail(wish, call);
    wish->why = s3_failure(wish->arena, call);
    if (!read_item(wish->state, wish->arena, &wish->holder, &ignored))
        wish->holder = (LockInfo){ 0 };
    return text_equal(wish->holder.id, wish->info.id) ? LOCK_ACQUIRED : LOCK_HELD;
}

static bool remove_item(S3State *state, Arena *arena, Diags *diags)
{
    ValueBuilder members = value_builder(arena);
    AwsCall *call;

    value_builder_put(&members, TEXT_LIT("Key"), s3_table_key(arena, item_id(state, arena)));
    call = s3_table_call(state->s3, arena, "DeleteItem", &members);
    if (!s3_wait(state->s3, call, diags))
        return false;
    if (s3_succeeded(call))
        return true;
    diag_error(diags, RANGE_NONE, "Error releasing the state lock",
               "The lock in the table \"" TEXT_FMT "\" could not be removed: " TEXT_FMT,
               TEXT(state->s3->table), TEXT(s3_failure(arena, call)));
    return false;
}

/* --- both ----------------------------------------------------------------------------------- */

static LockAttempt try_once(void *user)
{
    Wish *wish = user;
    S3 *s3 = wish->state->s3;
    LockAttempt attempt = s3->lockfile ? take_object(wish) : LOCK_ACQUIRED;

    if (attempt != LOCK_ACQUIRED || !s3->table.length)
        return attempt;
    attempt = take_item(wish);
    if (attempt != LOCK_ACQUIRED && s3->lockfile)
        (void)remove_object(wish->state, wish->arena, wish->diags);
    return attempt;
}

bool s3_lock(void *self, const LockSettings *settings, Diags *diags)
{
    S3State *state = self;
    Arena *arena = state->s3->arena;
    Wish wish = { .state = state, .arena = arena, .diags = diags };
    LockAttempt attempt;

    if (!state->s3->lockfile && !state->s3->table.length)
        return true; /* as Terraform: nobody asked for one */
    wish.info = lock_info_make(arena, settings->operation, item_id(state, arena));
    wish.json = lock_info_json(arena, &wish.info);
    attempt = lock_try_until(state->s3->loop, settings, try_once, &wish);
    if (attempt == LOCK_HELD)
        lock_report_held(diags, text_cstring(arena, wish.why),
                         wish.holder.id.length ? &wish.holder : NULL);
    if (attempt != LOCK_ACQUIRED)
        return false;
    state->lock_id = wish.info.id;
    return true;
}

/* A lock with another id is another's: somebody has broken ours. */
static bool is_ours(const LockInfo *found, Text id, Diags *diags)
{
    if (text_equal(found->id, id))
        return true;
    diag_error(diags, RANGE_NONE, "Error releasing the state lock",
               "lock ID \"" TEXT_FMT "\" does not match existing lock (\"" TEXT_FMT
               "\"): it was not removed.",
               TEXT(id), TEXT(found->id));
    return false;
}

bool s3_break_lock(void *self, Text id, Diags *diags)
{
    S3State *state = self;
    S3 *s3 = state->s3;
    LockInfo found = { 0 };
    bool is_found = false, ok = true;

    if (s3->lockfile && read_object(state, s3->arena, &found, diags)) {
        is_found = true;
        ok &= is_ours(&found, id, diags) && remove_object(state, s3->arena, diags);
    }
    if (s3->table.length && read_item(state, s3->arena, &found, diags)) {
        is_found = true;
        ok &= is_ours(&found, id, diags) && remove_item(state, s3->arena, diags);
    }
    if (!is_found && !diags_have_errors(diags))
        diag_error(diags, RANGE_NONE, "Error releasing the state lock",
                   "The state of \"" TEXT_FMT "\" is not locked.", TEXT(state->home.name));
    return ok && is_found;
}

bool s3_unlock(void *self, Diags *diags)
{
    S3State *state = self;

    if (!state->lock_id.length)
        return true;
    return s3_break_lock(state, state->lock_id, diags);
}
