#include "profile.h"

#include "pipectl/base/file.h"

#include <stdlib.h>

/* --- reading -------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* A comment begins a line, or follows white space. */
static Text without_comment(Text line)
{
    for (size_t i = 0; i < line.length; i++)
        if ((line.bytes[i] == '#' || line.bytes[i] == ';') &&
            (i == 0 || is_space(line.bytes[i - 1])))
            return text_slice(line, 0, i);
    return line;
}

static Text without_quotes(Text text)
{
    bool quoted = text.length >= 2 && text.bytes[0] == '"' && text.bytes[text.length - 1] == '"';

    return quoted ? text_slice(text, 1, text.length - 1) : text;
}

/* "profile dev", "default", "sso-session x"; in credentials files just the profile's name. */
static Section section_of_title(Text title, bool is_credentials_file)
{
    Section section = { .kind = TEXT_LIT("profile"),
                        .name = without_quotes(title),
                        .of_credentials_file = is_credentials_file };
    Text kind, name;

    if (is_credentials_file || !text_cut(title, TEXT_LIT(" "), &kind, &name))
        return section;
    section.kind = kind;
    section.name = without_quotes(text_trim(name));
    return section;
}

static void add_setting(Arena *arena, Section *section, Text line, Text *group)
{
    bool is_indented = is_space(line.bytes[0]);
    Text key, value;

    if (!text_cut(line, TEXT_LIT("="), &key, &value))
        return;
    key = text_lower(arena, text_trim(key));
    value = text_trim(value);
    if (!is_indented)
        *group = value.length ? TEXT_NONE : key;
    list_add(arena, &section->settings, (Setting){ is_indented ? *group : TEXT_NONE, key, value });
}

void profile_files_parse(Arena *arena, Text text, bool is_credentials_file, ProfileFiles *files)
{
    Text line, trimmed, group = TEXT_NONE;
    bool in_section = false;

    while (text.length) {
        text_cut(text, TEXT_LIT("\n"), &line, &text);
        line = without_comment(line);
        trimmed = text_trim(line);
        if (!trimmed.length)
            continue;
        if (trimmed.bytes[0] == '[') {
            Text title = text_trim(text_slice(trimmed, 1, text_find(trimmed, TEXT_LIT("]"))));

            list_add(arena, &files->sections, section_of_title(title, is_credentials_file));
            group = TEXT_NONE;
            in_section = true;
        } else if (in_section) {
            add_setting(arena, &files->sections.items[files->sections.count - 1], line, &group);
        }
    }
}

static Text with_home(Arena *arena, Text path)
{
    Text home = text_of(getenv("HOME"));

    if (!home.length || !text_starts_with(path, TEXT_LIT("~/")))
        return path;
    return text_concat(arena, home, text_slice(path, 1, path.length));
}

static void read_file(Arena *arena, Text path, bool is_credentials_file, ProfileFiles *files)
{
    Diags unreadable = diags_make(arena); /* as the SDKs: what cannot be read is not there */
    bool exists = false;
    Text text = TEXT_NONE;

    if (file_read_optional(arena, with_home(arena, path), &exists, &text, &unreadable) && exists)
        profile_files_parse(arena, text, is_credentials_file, files);
}

typedef struct FileKindNames {
    const char *variable;
    const char *custom; /* path */
} FileKindNames;

static void read_files(Arena *arena, const Text *paths, size_t count, FileKindNames names,
                       bool is_credentials_file, ProfileFiles *files)
{
    Text variable = text_of(getenv(names.variable));

    for (size_t i = 0; i < count; i++)
        read_file(arena, paths[i], is_credentials_file, files);
    if (!count)
        read_file(arena, variable.length ? variable : text_of(names.custom), is_credentials_file,
                  files);
}

ProfileFiles profile_files_read(Arena *arena, const CredentialSettings *settings)
{
    ProfileFiles files = { 0 };

    read_files(arena, settings->credentials_files, settings->credentials_file_count,
               (FileKindNames){ "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials" }, true,
               &files);
    read_files(arena, settings->config_files, settings->config_file_count,
               (FileKindNames){ "AWS_CONFIG_FILE", "~/.aws/config" }, false, &files);
    return files;
}

/* --- asking --------------------------------------------------------------------------------- */

static bool is_section(const Section *section, const char *kind, Text name)
{
    return text_is(section->kind, kind) && text_equal(section->name, name);
}

Text profile_files_find(const ProfileFiles *files, const char *kind, Text name, Text group,
                        const char *key)
{
    for (size_t i = 0; i < files->sections.count; i++) {
        const Section *section = &files->sections.items[i];

        if (!is_section(section, kind, name))
            continue;
        for (size_t j = 0; j < section->settings.count; j++) {
            const Setting *setting = &section->settings.items[j];

            if (text_is(setting->key, key) && text_equal(setting->group, group) &&
                setting->value.length)
                return setting->value;
        }
    }
    return TEXT_NONE;
}

bool profile_files_have(const ProfileFiles *files, const char *kind, Text name)
{
    for (size_t i = 0; i < files->sections.count; i++)
        if (is_section(&files->sections.items[i], kind, name))
            return true;
    return false;
}

Text profile_name(const CredentialSettings *settings, bool *ret_is_named)
{
    const Text said[] = { settings->profile, text_of(getenv("AWS_PROFILE")),
                         text_of(getenv("AWS_DEFAULT_PROFILE")) };

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        *ret_is_named = said[i].length > 0;
        if (*ret_is_named)
            return said[i];
    }
    return TEXT_LIT("default");
}

Text profile_setting(Arena *arena, const CredentialSettings *settings, const char *key)
{
    ProfileFiles files = profile_files_read(arena, settings);
    bool is_named;

    return profile_files_find(&files, "profile", profile_name(settings, &is_named), TEXT_NONE, key);
}

Text profile_service_setting(Arena *arena, const CredentialSettings *settings, Text service,
                             const char *key)
{
    ProfileFiles files = profile_files_read(arena, settings);
    bool is_named;
    Text section = profile_files_find(&files, "profile", profile_name(settings, &is_named),
                                      TEXT_NONE, "services");

    return section.length ? profile_files_find(&files, "services", section, service, key)
                          : TEXT_NONE;
}
