/*
 * decode.h: blocks into the structs of module.h. Private to the layer.
 *
 * Each decoder of a block adds what it made to the module under construction and reports what is
 * wrong; it goes on with what is right, so that a run reports all mistakes.
 */
#pragma once

#include "pipectl/config/module.h"

typedef struct Decoder {
    Arena *arena;
    Module *module;
    LIST(ModuleCall *) calls; /* the module's, as long as they still lack what they call */
    bool overriding; /* in an override file: what is decoded replaces what was there before */
    Range required_providers; /* of the block, once it was seen */
    Diags *diags;
} Decoder;

/* --- one file a block type ------------------------------------------------------------------ */

void decode_variable(Decoder *decoder, const Block *block);                    /* variable.c */
void decode_resource(Decoder *decoder, const Block *block, ResourceMode mode); /* resource.c */
/* provisioner and connection blocks of a resource, other blocks left alone */
void decode_provisioners(Decoder *decoder, Resource *resource,
                         const BodyContent *content);                          /* provisioner.c */
void decode_module_call(Decoder *decoder, const Block *block);                 /* module_call.c */
void decode_provider(Decoder *decoder, const Block *block);                    /* provider.c */
void decode_required_providers(Decoder *decoder, const Block *block);
void decode_terraform(Decoder *decoder, const Block *block); /* settings.c */
void decode_output(Decoder *decoder, const Block *block);    /* output.c */
void decode_locals(Decoder *decoder, const Block *block);
void decode_check(Decoder *decoder, const Block *block); /* check.c */
/* The data source of a check block, which is added to the module as others are; NULL after a report. */
const Resource *decode_nested_data(Decoder *decoder, const Block *block,
                                   const Check *check); /* resource.c */
void decode_moved(Decoder *decoder, const Block *block);   /* moved.c */
void decode_removed(Decoder *decoder, const Block *block); /* removed.c */
void decode_import(Decoder *decoder, const Block *block);  /* import.c */

/* --- what they share (decode.c) ------------------------------------------------------------- */

/* The value of an expression that may use no names and call no functions; unknown after a report.
   */
Value static_value(Decoder *decoder, const Expr *expr);

/* A literal bool or text; false after a report. An absent attribute (NULL) is no error: false,
   too. */
bool static_bool(Decoder *decoder, const Attribute *attribute, bool *ret_truth);
bool static_text(Decoder *decoder, const Attribute *attribute, Text *ret_text);

/* The elements of what is written as a list; false after a report. */
bool static_list(Decoder *decoder, const Expr *expr, const Expr *const **ret_elements,
                 size_t *ret_count);

/* Letter or underscore, then letters, digits, underscores and dashes. */
bool is_identifier(Text text);
/* Reports "Invalid KIND name" at [range] where it is none. */
bool check_identifier(Decoder *decoder, Text name, Range range, const char *kind);

/* A list of references as depends_on has it. */
void decode_depends_on(Decoder *decoder, const Attribute *attribute, TraversalList *traversals);

/* An address of a resource, an instance or a module. */
bool decode_address(Decoder *decoder, const Attribute *attribute, Address *ret_address,
                    bool *ret_is_module);

/* One reference, with the warning about quotes. */
bool decode_traversal(Decoder *decoder, const Expr *expr, Traversal *ret_traversal);

/* "aws" or "aws.west"; [argument]: "provider" or "providers", for the message. */
bool decode_provider_name(Decoder *decoder, const Expr *expr, const char *argument,
                          ProviderName *ret_name);

/* count and for_each exclude each other. [what]: "resources", "modules". */
void decode_repetition(Decoder *decoder, const BodyContent *content, const Expr **ret_count,
                       const Expr **ret_for_each);

/* A precondition, postcondition or validation block: added to the list. [kind]: for the messages.
   */
void decode_condition(Decoder *decoder, const Block *block, const char *kind,
                      ConditionList *conditions);

/* The block type or argument is part of the language and not yet of this program. */
void refuse_unsupported(Decoder *decoder, Range range, Text name);

/* Meta-argument tables. */
#define RULE(text)                                                                                 \
    {                                                                                              \
        .name = TEXT_INIT(text)                                                                    \
    }
#define RULE_REQUIRED(text)                                                                        \
    {                                                                                              \
        .name = TEXT_INIT(text), .required = true                                                  \
    }
#define RULE_LITERAL(word)                                                                         \
    {                                                                                              \
        .name = TEXT_INIT(word), .literal = true                                                   \
    }
#define RULE_TEXT(word)                                                                            \
    {                                                                                              \
        .name = TEXT_INIT(word), .literal = true, .text = true                                     \
    }
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

extern const char *const label_name[];      /* { "name" } */
extern const char *const label_type[];      /* { "type" } */
extern const char *const label_type_name[]; /* { "type", "name" } */
