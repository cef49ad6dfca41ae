/*
 * resource_type.h: a type file as the engine uses it.
 *
 * TYPES.md is the language; the structs here have its words. A file is read once, into the run's
 * arena, when a configuration or a state first names the type. All that it says is checked while it
 * is read: unknown words, rows that are not there, types that do not exist are diagnostics with a
 * caret into the YAML.
 *
 * Shapes      A value of a type has two. At the border (schema, state, plan) every block is a list,
 * a set or, for timeouts, an object. Here, inside, a block that may occur once is null or one
 * object: that is how expressions and AWS see it. row_inner and row_border lead from one to the
 * other.
 */
#pragma once

#include "pipectl/aws/protocol.h"
#include "pipectl/base/file.h"
#include "pipectl/base/table.h"
#include "pipectl/lang/node.h"
#include "pipectl/provider/provider.h"

/* --- the wire --------------------------------------------------------------------------------- */

typedef enum WireSelect {
    WIRE_MEMBER, /* Name */
    WIRE_EACH,   /* Name[]: a list, also of at most one */
    WIRE_INDEX,  /* Name[0] */
    WIRE_MATCH,  /* Name[Key=value]: the element with that member */
} WireSelect;

typedef struct WireStep {
    Text name;
    WireSelect select;
    size_t index;
    Text key, value;
} WireStep;

/* Where a row stands among the members of a call or an answer. No steps: it does not travel. */
typedef struct WirePath {
    const WireStep *steps;
    size_t count;
} WirePath;

/* False when the text is no path. "none" gives an empty one. */
bool wire_path_parse(Arena *arena, Text text, WirePath *ret_path);
bool wire_path_is_list(WirePath path); /* ends in [] */

/* What stands there; false when a step leads nowhere or to null. */
bool wire_get(Value members, WirePath path, Value *ret_value);

/* The members with [value] at the path; objects and lists on the way are made. A null changes
   nothing. */
Value wire_put(Arena *arena, Value members, WirePath path, Value value);

/* Rule 5: without nulls, and without objects all of whose members were; null when nothing is left.
 */
Value wire_prune(Arena *arena, Value value);

/* --- rows ------------------------------------------------------------------------------------- */

typedef enum Meaning {
    MEANING_NONE,
    MEANING_POLICY,
    MEANING_JSON,
    MEANING_TIME,
    MEANING_TAGS,
    MEANING_INLINE_POLICY
} Meaning;
typedef enum Same {
    SAME_PLAIN,
    SAME_NOCASE,
    SAME_ARN_OR_NAME,
    SAME_COMMA_LIST,
    SAME_EXPRESSION
} Same;

typedef struct Row Row;
typedef struct Group Group;
typedef LIST(const Row *) RowRefs;

/* Rows and groups as a step or a row names them. */
typedef struct Naming {
    RowRefs rows;
    LIST(const Group *) groups;
} Naming;

/* A name for rows that are sent or change together; an expression where that depends on the object.
 */
struct Group {
    Text name;
    Naming members;
    const Expr *names;
};

/* An attribute or a block; the object itself is a block that holds all rows. */
struct Row {
    Text name;
    Range range;
    const Type *type; /* inside */
    Meaning meaning;
    bool is_block;
    bool required, computed, replaces, sensitive, kept, local;
    bool output;   /* computed, and only AWS says it: it cannot be given */
    bool readable; /* an answer or a `set` of the read can fill it */
    bool key;      /* a read step sends it: what it is is known before the read */
    bool wireless; /* wire: none, both ways: `set` gives its rows by their own names */

    WirePath send, update, read;
    const Expr *default_value;
    const Expr *empty;
    const Expr *sent;
    const Expr *read_as;
    const Expr *null_as;
    const Expr *cleared;
    const Expr *is;
    const Expr *same_when;
    Same same;
    Text patch; /* its JSON pointer, where that is not the default */
    const Node *one_of;
    Text refused; /* a block that is only there to be refused: what it would be */
    const Node *new_with_names;
    Naming new_with; /* what they name */

    /* blocks */
    bool is_set;
    bool is_single; /* an object at the border too: timeouts */
    int64_t at_least;
    int64_t at_most; /* 0: any number */
    const Row *const *rows;
    size_t row_count;
    const Row *holder; /* the block that holds this row; NULL for the object itself */
};

const Row *row_find(const Row *block, Text name); /* a row of this block, NULL when absent */
Value row_of(Value object, const Row *row); /* null where there is no object, or not the row */
bool value_exists(Value value);             /* known and not null */
bool row_is_document(const Row *row);       /* JSON in a string */
bool row_is_one(const Row *row);            /* a block that is null or one object inside */
Value row_inner(const Row *row, Value border, Arena *arena);
Value row_border(const Row *row, Value inner, Arena *arena);
const Type *row_border_type(const Row *row);

/* --- steps ------------------------------------------------------------------------------------ */

/* One of retry, failed, again: which error, for how long, and what then. */
typedef struct Rule {
    LIST(Text) on; /* none: any outcome, `when` decides */
    LIST(Text) like;
    const Expr *when;
    const Expr *say;
    Nanoseconds limit; /* `for`; 0: as long as the operation may take */
    Text from;
} Rule;
typedef LIST(Rule) RuleList;

/* absent, empty: codes, and expressions over the answer. */
typedef struct Outcomes {
    LIST(Text) codes;
    LIST(const Expr *) when;
} Outcomes;

typedef struct Member {
    Text name;
    const Expr *value;
} Member;
typedef LIST(Member) MemberList;

/* A row by name, or a row of a block by a path with one dot. */
typedef struct Setting {
    const Row *row;
    const Row *inner; /* NULL: the row itself */
    const Expr *value;
} Setting;

typedef struct Step {
    Text call;
    Range range;
    Naming send, patch, changed;
    MemberList with;
    const Expr *for_each;
    const Expr *when;
    const Expr *ready;
    const Expr *take; /* or take_path */
    WirePath take_path;
    Outcomes absent, empty;
    RuleList failed;
    const Rule *again;
    LIST(Setting) set;
    Text as;
    bool then_read;
} Step;
typedef LIST(Step) StepList;

/* --- services --------------------------------------------------------------------------------- */

typedef struct PageRule {
    LIST(const Expr *) next; /* expressions over the answer; a plain name is that member */
    LIST(Text) send;
    LIST(Text) items; /* none: every list in the answer */
    Text more;
    MemberList size;
} PageRule;

typedef struct Rate {
    Text call; /* "*": the rest */
    double a_second;
} Rate;

/* How tags travel where they are not part of the type's own steps. */
typedef struct TagRule {
    Text list, add, remove; /* calls; list empty: the read brings them */
    Text key;               /* the member that names the object, its value from the type */
    MemberList with;        /* instead */
    WirePath wire;
} TagRule;

typedef struct ServiceType {
    Service service; /* what the protocols need */
    bool camel;      /* some_name is someName, else SomeName */
    Table calls;     /* name → RestCall */
    Table pages;     /* name → PageRule; "*": every other call */
    LIST(Rate) rates;
    Table iam; /* call → Node with its action(s) */
    RuleList retry;
    const Expr *lane;
    bool has_tags;
    TagRule tags;
} ServiceType;

const RestCall *service_call(const ServiceType *service, Text call);  /* NULL: not a REST service */
const PageRule *service_pages(const ServiceType *service, Text call); /* NULL: one page */
double service_rate(const ServiceType *service, Text call,
                    Text *ret_key); /* calls a second; 0: no limit */
Text service_member_name(Arena *arena, const ServiceType *service,
                         Text row); /* some_name → SomeName */

/* --- types ------------------------------------------------------------------------------------ */

typedef struct Check {
    const Expr *that;
    Text error;
    RowRefs exactly_one;
    RowRefs at_most_one;
} Check;

/* One conversion of an older state: the value at a path of row names. */
typedef struct Upgrade {
    int64_t from;
    LIST(Text) path;
    const Expr *value;
} Upgrade;

/* What an object of the type is called by who imports it. */
typedef struct ImportRule {
    LIST(Text) patterns; /* in order: "{rest_api_id}/{id}" */
    MemberList set;      /* rows that no answer carries */
} ImportRule;

typedef struct ResourceType {
    Text name;
    ResourceMode mode;
    const Node *file;
    const ServiceType *service; /* NULL: a data source that calls nothing */
    int64_t schema_version;
    const Expr *id;
    bool id_of_answer; /* an answer gives it, once */
    ImportRule import;
    bool find_by_read;
    StepList find;
    const Expr *lane;
    TagRule tags;
    bool has_tags; /* the object has the rows tags and tags_all */
    Nanoseconds create_timeout, read_timeout, update_timeout, delete_timeout; /* 0: not said */
    bool has_timeouts;
    Nanoseconds settle_within; /* 0: no settling */
    int64_t settle_times;
    RuleList retry;
    LIST(Check) checks;
    LIST(Upgrade) upgrades;
    const Row *object; /* its rows are the type's */
    Table groups;      /* name → Group */
    StepList read, create, update, put, remove;
    StepList tag_steps; /* of an update: remove, add */
    Schema schema;
} ResourceType;

/* The type; NULL when there is none of that name. Mistakes in its file are reported, once. */
const ResourceType *resource_type_find(ResourceMode mode, Text name, Diags *diags);
const Text *resource_type_names(ResourceMode mode, size_t *ret_count);
const ServiceType *service_find(Text name, Diags *diags);
