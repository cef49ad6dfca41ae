/* workspace.c: which workspace is selected. */
#include "pipectl/backend/backend.h"

#include <stdlib.h>
#include <string.h>

static Text environment_path(Arena *arena)
{
    return file_join(arena, data_directory(arena), TEXT_LIT("environment"));
}

Text workspace_selected(Arena *arena, bool *ret_overridden)
{
    const char *named = getenv("TF_WORKSPACE");
    Diags ignored = diags_make(arena);
    Text content = TEXT_NONE;
    bool exists = false;

    if (ret_overridden)
        *ret_overridden = named && *named;
    if (named && *named)
        return text_copy(arena, text_of(named));
    if (file_read_optional(arena, environment_path(arena), &exists, &content, &ignored) && exists &&
        text_trim(content).length)
        return text_trim(content);
    return DEFAULT_WORKSPACE;
}

bool workspace_select(Text name, Diags *diags)
{
    Arena scratch = { 0 };
    bool ok = file_make_directory(data_directory(&scratch), diags) &&
              file_replace(environment_path(&scratch), name, 0644, diags);

    arena_free(&scratch);
    return ok;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* It becomes a part of paths and URLs: what would have to be escaped there is not allowed. */
bool workspace_name_is_valid(Text name)
{
    bool ok = name.length > 0 && !text_is(name, ".") && !text_is(name, "..");

    for (size_t i = 0; ok && i < name.length; i++)
        ok = is_letter_or_digit(name.bytes[i]) ||
             (name.bytes[i] && strchr("-_.~$&+:=@", name.bytes[i]));
    return ok;
}
