/*
 * diag.h: what is wrong, where, and what to do.
 *
 * Every function that can meet a mistake of the user or of the world takes a Diags as its last
 * parameter, adds to it and carries on: a run reports all that it can find. The texts follow one
 * form. Summary: a few words, the thing first, no full stop ("Unsupported attribute"). Detail:
 * whole sentences: what is wrong, why, what to do. Subject: exactly the offending token.
 */
#pragma once

#include "pipectl/base/list.h"
#include "pipectl/base/source.h"

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING } Severity;

/* What a name in the expression at fault stands for: "var.n", "is 3". */
typedef struct DiagValue {
    Text traversal, statement;
} DiagValue;

typedef struct Diag {
    Severity severity;
    Text summary;
    Text detail;  /* may be empty */
    Range subject; /* RANGE_NONE where no file is at fault */
    Range context; /* a larger span that explains; RANGE_NONE: the subject's line */
    Text address;  /* of the resource instance that it is about, or empty */
    const DiagValue *values; /* in the order of their names */
    size_t value_count;
} Diag;

typedef struct Diags {
    Arena *arena; /* texts are copied here */
    LIST(Diag) list;
    size_t error_count;
    uint32_t *slots; /* a hash table of a long list: index + 1, 0 is free */
    size_t slot_count;
    size_t indexed; /* so many of the list are in it */
} Diags;

Diags diags_make(Arena *arena);

__attribute__((format(printf, 4, 5))) void diag_error(Diags *diags, Range subject, const char *summary,
                                                      const char *detail_format, ...);
__attribute__((format(printf, 4, 5))) void diag_warning(Diags *diags, Range subject, const char *summary,
                                                        const char *detail_format, ...);
/* A copy of [diag], texts included; exactly equal diags are added once. */
void diag_add(Diags *diags, Diag diag);

/* Gives values to the entry [index]; they are copied. */
void diag_set_values(Diags *diags, size_t index, const DiagValue *values, size_t count);

/* Adds all of [from]; those without an address get [address]. */
void diags_append(Diags *diags, const Diags *from, Text address);
/* Those without a subject get [subject], too. */
void diags_append_about(Diags *diags, const Diags *from, Text address, Range subject);
bool diags_have_errors(const Diags *diags);

/* The same ones as people read them: warnings first, so that errors stand at the end of the screen;
   then by place, what has none before the rest. The texts are shared. */
Diags diags_sorted(Arena *arena, const Diags *diags);

/* Takes back what was added since [count] entries (for try and can). */
void diags_truncate(Diags *diags, size_t count);
