/*
 * files.h: which files of a directory are configuration. Private to the layer.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/lang/body.h"

typedef struct ModuleFile {
    const Source *source;
    const Body *body; /* NULL: it could not be read, reported */
    bool overrides;   /* override.tf, x_override.tf.json: changes what others declare */
} ModuleFile;

typedef LIST(ModuleFile) ModuleFileList;

/* The directory's configuration files, sorted by name, read and parsed. False when the directory
   cannot be read. */
bool module_files_read(Arena *arena, Text directory, Range subject, ModuleFileList *ret_files,
                       Diags *diags);
