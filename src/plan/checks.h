/*
 * checks.h: what became of the conditions of variables, outputs and resources, as the state and a
 * plan's JSON record it.
 */
#pragma once

#include "pipectl/base/file.h"
#include "pipectl/base/table.h"
#include "pipectl/value/value.h"

/* In the order in which one outweighs another. */
typedef enum CheckStatus { CHECK_PASS, CHECK_UNKNOWN, CHECK_FAIL, CHECK_ERROR } CheckStatus;

typedef struct CheckedObject {
    Text address; /* module.a["k"].var.x */
    bool evaluated;
    CheckStatus status;
    TextList messages; /* of conditions that do not hold */
} CheckedObject;

/* What has conditions as written, with its instances. */
typedef struct CheckedConfig {
    const char *kind; /* "var", "output", "resource", "check" */
    Text address;     /* module.a.var.x */
    LIST(CheckedObject *) objects;
    bool is_expanded; /* these are all that there are */
} CheckedConfig;

typedef struct Checks {
    Arena *arena;
    Table configs; /* config address -> CheckedConfig */
    Table objects; /* address -> CheckedObject */
} Checks;

/* The records; made when they are asked for first, with nothing known. */
CheckedConfig *checks_config(Checks *checks, const char *kind, Text address);
CheckedObject *checks_object(Checks *checks, const char *kind, Text config_address, Text address);

void checks_note(Checks *checks, CheckedObject *object, CheckStatus status, Text message);

/* As a state's check_results; null when there are none. */
Value checks_results(const Checks *checks, Arena *arena);
