/*
 * file.h: reading files whole, and replacing them without ever leaving half of one.
 *
 * A replaced file is written beside the old one, synced, renamed over it, and its folder synced.
 * Temporary files are on one list, so that an exit or a signal removes them.
 */
#pragma once

#include "pipectl/base/diag.h"

typedef enum FileKind { FILE_ABSENT, FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER } FileKind;

FileKind file_kind(Text path); /* follows symbolic links; FILE_ABSENT when it cannot be reached */

bool file_is_link(Text path); /* a symbolic link */

/* The whole file. Errors (absence too) are reported at [subject]. False on failure. */
bool file_read(Arena *arena, Text path, Text *ret_content, Range subject, Diags *diags);

/* As file_read, but an absent file is no error: [ret_exists] says so. */
bool file_read_optional(Arena *arena, Text path, bool *ret_exists, Text *ret_content, Diags *diags);

/* What can still be read from an open descriptor; [name] is for the message. */
bool file_read_descriptor(Arena *arena, int descriptor, Text name, Text *ret_content, Diags *diags);

/* Replaces or makes [path]; mode is used for a new file only, an existing one keeps its own. Where it cannot be
   replaced it is rewritten. */
bool file_replace(Text path, Text content, unsigned mode, Diags *diags);

/* In place: a death in between leaves half of it. */
bool file_rewrite(Text path, Text content, unsigned mode, Diags *diags);

/*
 * The same in steps, for who has to do something between them (state/lock.c locks the new file):
 * begin, then commit or abandon. Nothing of it is seen at [path] before the commit.
 */
typedef struct FileReplacement {
    Text path;      /* symbolic links resolved: what the rename replaces */
    Text temporary; /* beside it */
    int descriptor; /* of the temporary file, for reading and writing; stays open after the commit */
} FileReplacement;

typedef enum FileReplaced {
    FILE_REPLACED,
    FILE_NOT_REPLACEABLE, /* this file can only be rewritten in place (a mount point, a folder without
                             permission): nothing was changed and nothing reported */
    FILE_FAILED,          /* reported */
} FileReplaced;

/* All steps, and nothing else. */
FileReplaced file_try_replace(Text path, Text content, unsigned mode, Diags *diags);

/* Writes and syncs the temporary file. */
FileReplaced file_replacement_begin(Arena *arena, Text path, Text content, unsigned mode,
                                    FileReplacement *ret_replacement, Diags *diags);
/* Renames it and syncs the folder. The caller closes the descriptor, also after a failure. */
FileReplaced file_replacement_commit(const FileReplacement *replacement, Diags *diags);
void file_replacement_abandon(const FileReplacement *replacement); /* closes it, too */

/* All bytes to a descriptor, then fsync. [path] is for the message. */
bool file_write_all(int descriptor, Text content, Text path, Diags *diags);

/* Where [path] leads when it is a symbolic link (also to a file that does not exist yet), else itself. */
Text file_resolve(Arena *arena, Text path);

/* Makes the folder and those above it (mode 0777 less the umask). */
bool file_make_directory(Text path, Diags *diags);

/* Entries of a folder, sorted by bytes, without "." and "..". */
typedef LIST(Text) TextList;
bool file_list(Arena *arena, Text directory, TextList *ret_names, Range subject, Diags *diags);

Text file_join(Arena *arena, Text directory, Text name);  /* an absolute name wins; "." is left out */
Text file_directory(Arena *arena, Text path);             /* "." where there is no slash */
Text file_base_name(Text path);
Text file_clean(Arena *arena, Text path);                 /* lexical: "a/./b/../c" is "a/c" */
Text file_relative(Arena *arena, Text path, Text base);   /* absolute and clean ones as seen from [base]; others as they are */

/* Files that stand in for those on disk (a saved plan's configuration, while it is loaded): file_kind, file_read and
   file_list look here first; of a folder that has such files the others are not seen. Paths are as they are asked for. */
void file_overlay_add(Text path, Text content); /* [content] is not copied */
void file_overlay_clear(void);
bool file_overlay_is_used(void);
