/* s3_parts.h: what the files of the S3 backend share. s3.c has its arguments, s3_call.c the calls,
   s3_home.c a state's objects, s3_lock.c its lock. */
#pragma once

#include "kinds.h"
#include "pipectl/aws/protocol.h"
#include "pipectl/state/home.h"

typedef struct S3 {
    Arena *arena;
    Value config;
    Loop *loop;
    Exchange *exchange; /* its own: what apply has in flight does not delay it */
    Client *client;
    Text bucket, key, prefix;
    Text table; /* dynamodb_table; empty: none */
    bool lockfile;
    bool unconditional; /* the store knows no conditions: read, compare, write */
    Text customer_key;  /* base64; empty: none */
} S3;

/* One state. */
typedef struct S3State {
    StateHome home;
    S3 *s3;
    Text key;        /* of the object */
    Text lock_id;    /* empty: not locked by us */
    Table versions;  /* object -> S3Version */
    Diags *warnings; /* said once */
} S3State;

StateHome *s3_home(S3 *s3, Text workspace); /* s3_home.c */

/* All keys that begin with [prefix] (s3.c). False with an error, or with the call that was refused.
 */
bool s3_list(S3 *s3, Text prefix, TextList *ret_keys, const AwsCall **ret_refused, Diags *diags);

/* --- calls (s3_call.c) -------------------------------------------------------------------------
 */

/* A call of an object; [content] of a write. Further headers may be added. */
AwsCall *s3_call(S3 *s3, Arena *arena, const char *operation, const char *method, Text key);
void s3_add_header(AwsCall *call, const char *name, Text value);

/* The headers of a state or lock object that is written: type, checksum, encryption, acl. */
void s3_add_content(S3 *s3, AwsCall *call, Text content);
void s3_add_customer_key(S3 *s3, AwsCall *call);

/* Waits for the answer; false with an error when there is none. */
bool s3_wait(S3 *s3, AwsCall *call, Diags *diags);

/* What an answer without success says, in the words that Terraform's SDK has for it. */
Text s3_failure(Arena *arena, const AwsCall *call);
bool s3_is_error(const AwsCall *call, const char *code);
bool s3_succeeded(const AwsCall *call);

/* A call of the lock table; [members] without the table's name. */
AwsCall *s3_table_call(S3 *s3, Arena *arena, const char *operation, ValueBuilder *members);

/* {"S": text}, and {"LockID": {"S": text}} */
Value s3_table_text(Arena *arena, Text text);
Value s3_table_key(Arena *arena, Text id);

/* The text of one attribute of the item; false when there is no such item. */
bool s3_table_read(S3 *s3, Arena *arena, Text id, const char *attribute, Text *ret_text,
                   bool *ret_exists, Diags *diags);

/* --- the lock (s3_lock.c) ----------------------------------------------------------------------
 */

bool s3_lock(void *self, const LockSettings *settings, Diags *diags);
bool s3_unlock(void *self, Diags *diags);
bool s3_break_lock(void *self, Text id, Diags *diags);
