/* Functions that look at files. Relative names are relative to the scope's directory. */
#include "functions.h"

#include "files.h"
#include "pipectl/base/digest.h"
#include "pipectl/base/file.h"
#include "pipectl/value/unicode.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* --- paths ---------------------------------------------------------------------------------- */

static Text scope_directory(const Scope *scope)
{
    for (; scope; scope = scope->parent)
        if (scope->directory.length)
            return scope->directory;
    return TEXT_NONE;
}

static Text home_directory(void)
{
    const char *home = getenv("HOME");
    const struct passwd *user;

    if (home && *home)
        return text_of(home);
    user = getpwuid(getuid());
    return user ? text_of(user->pw_dir) : TEXT_NONE;
}

/* ~ and ~/x; a ~ before a user's name stays. */
static Text expand_home(Arena *arena, Text path)
{
    if (!text_starts_with(path, TEXT_LIT("~")) || (path.length > 1 && path.bytes[1] != '/'))
        return path;
    return file_join(arena, home_directory(), text_slice(path, 2, path.length));
}

Text file_path(const Call *call, Text name)
{
    Text path = expand_home(call->arena, name), directory = scope_directory(call->scope);

    if (directory.length)
        path = file_join(call->arena, directory, path);
    return file_clean(call->arena, path);
}

Value function_pathexpand(Call *call)
{
    Text path = call_text(call, 0);
    bool is_home = text_starts_with(path, TEXT_LIT("~"));

    if (is_home && path.length > 1 && path.bytes[1] != '/')
        return call_error(call, -1, "cannot expand user-specific home dir");
    path = expand_home(call->arena, path);
    return call_string(call, is_home ? file_clean(call->arena, path) : path);
}

Value function_abspath(Call *call)
{
    char *current = realpath(".", NULL);
    Text path =
        file_clean(call->arena, file_join(call->arena, text_of(current), call_text(call, 0)));

    free(current);
    return call_string(call, path);
}

static Text without_slashes(Text path)
{
    while (path.length > 1 && path.bytes[path.length - 1] == '/')
        path.length--;
    return path;
}

Value function_basename(Call *call)
{
    Text path = without_slashes(call_text(call, 0));

    if (!path.length)
        return value_string_raw(TEXT_LIT("."));
    return call_string(call, text_is(path, "/") ? path : file_base_name(path));
}

Value function_dirname(Call *call)
{
    Text path = call_text(call, 0);
    size_t slash = text_find_last(path, TEXT_LIT("/"));

    if (slash == TEXT_NOT_FOUND)
        return value_string_raw(TEXT_LIT("."));
    return call_string(call, file_clean(call->arena, text_slice(path, 0, slash ? slash : 1)));
}

/* --- contents ------------------------------------------------------------------------------- */

/* [argument] is where an error points, -1 for the call. */
bool read_file(Call *call, int argument, Text *ret_content)
{
    Text name = call_text(call, 0), path = file_path(call, name);
    Diags diags = diags_make(call->arena);

    switch (file_kind(path)) {
    case FILE_ABSENT:
        call_error(call, argument,
                   "no file exists at \"" TEXT_FMT
                   "\"; functions that read files work with files that "
                   "are part of the configuration, not with files that a resource will make",
                   TEXT(name));
        return false;
    case FILE_DIRECTORY:
        call_error(call, argument, "failed to read file: " TEXT_FMT " is a directory", TEXT(name));
        return false;
    default:
        break;
    }
    if (file_read(call->arena, path, ret_content, RANGE_NONE, &diags))
        return true;
    call_error(call, argument, "failed to read file: " TEXT_FMT,
               TEXT(diags.list.count ? diags.list.items[0].detail : name));
    return false;
}

Value function_file(Call *call)
{
    Text content;

    if (!read_file(call, 0, &content))
        return value_unknown(type_string);
    if (!unicode_is_valid(content))
        return call_error(call, 0,
                          "contents of \"" TEXT_FMT
                          "\" are not valid UTF-8; use filebase64 to get them as "
                          "Base64, or a function such as filesha256 to get a digest",
                          TEXT(call_text(call, 0)));
    return call_string(call, content);
}

Value function_filebase64(Call *call)
{
    Text content;

    if (!read_file(call, 0, &content))
        return value_unknown(type_string);
    return value_string_raw(base64_encode(call->arena, content));
}

Value function_fileexists(Call *call)
{
    Text name = call_text(call, 0);

    switch (file_kind(file_path(call, name))) {
    case FILE_ABSENT:
        return value_bool(false);
    case FILE_REGULAR:
        return value_bool(true);
    case FILE_DIRECTORY:
        return call_error(call, -1, "\"" TEXT_FMT "\" is a directory, not a file", TEXT(name));
    case FILE_OTHER:
        break;
    }
    return call_error(call, -1, "\"" TEXT_FMT "\" is not a regular file", TEXT(name));
}

/* --- digests -------------------------------------------------------------------------------- */

static Value file_digest(Call *call, DigestKind kind, bool as_base64)
{
    Digest digest;
    Text content;

    if (!read_file(call, -1, &content))
        return value_unknown(type_string);
    digest = digest_of(kind, content);
    return value_string_raw(as_base64 ? base64_encode(call->arena, digest_text(&digest))
                                      : digest_hex(call->arena, &digest));
}

Value function_filemd5(Call *call)
{
    return file_digest(call, DIGEST_MD5, false);
}

Value function_filesha1(Call *call)
{
    return file_digest(call, DIGEST_SHA1, false);
}

Value function_filesha256(Call *call)
{
    return file_digest(call, DIGEST_SHA256, false);
}

Value function_filesha512(Call *call)
{
    return file_digest(call, DIGEST_SHA512, false);
}

Value function_filebase64sha256(Call *call)
{
    return file_digest(call, DIGEST_SHA256, true);
}

Value function_filebase64sha512(Call *call)
{
    return file_digest(call, DIGEST_SHA512, true);
}
