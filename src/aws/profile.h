/*
 * profile.h: the shared files, ~/.aws/config and ~/.aws/credentials, as sections with settings.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
#pragma once

#include "pipectl/aws/credentials.h"
#include "pipectl/base/list.h"

typedef struct Setting {
    Text group; /* of an indented line: the key above it ("s3", "kinesis"); empty else */
    Text key;   /* lower case */
    Text value;
} Setting;

typedef struct Section {
    Text kind; /* "profile", "sso-session", "services" */
    Text name;
    bool of_credentials_file;
    LIST(Setting) settings;
} Section;

typedef struct ProfileFiles {
    LIST(Section) sections; /* those of credentials files first: they win */
} ProfileFiles;

/* Reads the files that [settings], the environment or custom name. Absent ones are empty. */
ProfileFiles profile_files_read(Arena *arena, const CredentialSettings *settings);

/* Adds the sections of one file's text. */
void profile_files_parse(Arena *arena, Text text, bool is_credentials_file, ProfileFiles *files);

/* The first value of the key in sections of that kind and name; empty when there is none. */
Text profile_files_find(const ProfileFiles *files, const char *kind, Text name, Text group,
                        const char *key);
bool profile_files_have(const ProfileFiles *files, const char *kind, Text name);

/* Which profile is meant, and whether somebody named it (it is then an error that it does not
   exist). */
Text profile_name(const CredentialSettings *settings, bool *ret_is_named);
