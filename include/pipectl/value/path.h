/*
 * path.h: steps into a value, as replacement paths, sensitive paths and error texts need them.
 */
#pragma once

#include "pipectl/value/value.h"

typedef struct PathStep {
    bool is_index;
    Text name;   /* attribute step */
    Value index; /* index step: a string, a number, or for sets the element itself */
} PathStep;

typedef struct Path {
    const PathStep *steps;
    size_t count;
} Path;

typedef LIST(Path) PathList;

Path path_child(Arena *arena, Path parent, Text attribute);
Path path_index(Arena *arena, Path parent, Value index);
/* The step from a known collection to its item at [index]; shares what it names. */
PathStep path_step(Value collection, size_t index);
Path path_copy(Arena *arena, Path path);
bool path_equal(Path a, Path b);
bool path_starts_with(Path path, Path prefix);
Text path_text(Arena *arena, Path path); /* ".a[0].b[\"k\"]" */

/* The value there; false when a step leads nowhere. */
bool path_get(Value value, Path path, Value *ret_value);

/* The value with [replacement] at [path]; the value as it was when a step leads nowhere. */
Value path_set(Arena *arena, Value value, Path path, Value replacement);

/* Adds the path of every value that bears the mark itself, outermost only. */
void path_marked(Arena *arena, Value value, uint8_t mark, PathList *paths);

/* The value with the mark on each of the paths (those that lead somewhere). */
Value path_apply_mark(Arena *arena, Value value, const PathList *paths, uint8_t mark);

/* As Terraform's JSON: [{"type":"get_attr","value":"x"},{"type":"index","value":{...}}] and back. */
Value path_to_json(Arena *arena, Path path);
bool path_from_json(Arena *arena, Value json, Path *ret_path);
