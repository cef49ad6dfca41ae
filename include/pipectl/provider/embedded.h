/*
 * embedded.h: the type, service and data files that travel inside the program.
 *
 * CMake turns each .yaml file of src/provider into a byte array (embed.cmake); names are relative
 * to that folder ("types/aws_kinesis_stream.yaml") and sorted.
 */
#pragma once

#include <stddef.h>

typedef struct EmbeddedFile {
    const char *name;
    const char *bytes;
    size_t length;
} EmbeddedFile;

extern const EmbeddedFile embedded_files[];
extern const size_t embedded_file_count;
