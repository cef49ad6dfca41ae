/*
 * options.h: command lines, as Terraform's: -flag, --flag, -flag=value, -flag value, -flag=true.
 *
 * Every command has a table of its options; parsing, "-help" and the complaint about an unknown
 * flag come from it. What was given stays in its order, since a later -var wins over an earlier
 * -var-file.
 */
#pragma once

#include "pipectl/base/diag.h"
#include "pipectl/base/file.h"

typedef enum OptionKind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST } OptionKind;

typedef struct Option {
    const char *name;
    OptionKind kind;
    const char *value; /* what its value is called in the help: "path"; NULL for flags */
    const char *summary;
} Option;

typedef struct GivenOption {
    const Option *option;
    Text value; /* "true" or "false" for flags */
} GivenOption;

typedef struct Options {
    LIST(GivenOption) given;
    TextList arguments; /* positional */
    bool help;
} Options;

/* False when the command line cannot be understood: the message has been added, and [ret_options]
   holds what was understood before, and how the message is to look. Flags end at the first
   argument, after [leading] words. */
bool options_parse(Arena *arena, const Option *const *tables, size_t table_count,
                   const TextList *words, size_t leading, Options *ret_options, Diags *diags);

bool options_flag(const Options *options, const char *name,
                  bool otherwise);                           /* the last one given wins */
Text options_text(const Options *options, const char *name); /* empty: not given */
bool options_has(const Options *options, const char *name);
TextList options_list(const Options *options, const char *name, Arena *arena);

/* The table as help text: one line an option. Tables end with a name of NULL. */
void options_help(const Option *const *tables, size_t table_count, TextBuilder *builder);
