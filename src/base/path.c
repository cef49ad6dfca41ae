/* path.c: the part of file.h that never looks at a file: paths as texts. */
#include "pipectl/base/file.h"

static bool is_absolute(Text path)
{
    return path.length && path.bytes[0] == '/';
}

Text file_join(Arena *arena, Text directory, Text name)
{
    if (is_absolute(name) || !directory.length || text_is(directory, "."))
        return name;
    if (text_ends_with(directory, TEXT_LIT("/")))
        return text_concat(arena, directory, name);
    return text_join(arena, (Text[]){ directory, name }, 2, TEXT_LIT("/"));
}

Text file_directory(Arena *arena, Text path)
{
    size_t slash = text_find_last(path, TEXT_LIT("/"));

    return slash == TEXT_NOT_FOUND ? TEXT_LIT(".")
                                   : file_clean(arena, text_slice(path, 0, slash + 1));
}

Text file_base_name(Text path)
{
    size_t slash;

    if (!path.length)
        return TEXT_LIT(".");
    while (path.length > 1 && text_ends_with(path, TEXT_LIT("/")))
        path.length--;
    slash = text_find_last(path, TEXT_LIT("/"));
    if (slash == TEXT_NOT_FOUND || path.length == 1)
        return path;
    return text_slice(path, slash + 1, path.length);
}

Text file_clean(Arena *arena, Text path)
{
    TextList parts = { 0 };
    bool absolute = is_absolute(path), more = path.length > 0;
    Text part, cleaned;

    while (more) {
        more = text_cut(path, TEXT_LIT("/"), &part, &path);
        if (!part.length || text_is(part, "."))
            continue;
        if (!text_is(part, ".."))
            list_add(arena, &parts, part);
        else if (parts.count && !text_is(parts.items[parts.count - 1], ".."))
            parts.count--;
        else if (!absolute)
            list_add(arena, &parts, part);
    }
    cleaned = text_join(arena, parts.items, parts.count, TEXT_LIT("/"));
    if (absolute)
        return text_concat(arena, TEXT_LIT("/"), cleaned);
    return cleaned.length ? cleaned : TEXT_LIT(".");
}

Text file_relative(Arena *arena, Text path, Text base)
{
    TextBuilder builder = text_builder(arena);
    Text part, rest = path, base_part, base_rest = base;

    if (!is_absolute(path))
        return path;
    for (;;) {
        Text path_after, base_after;

        text_cut(rest, TEXT_LIT("/"), &part, &path_after);
        text_cut(base_rest, TEXT_LIT("/"), &base_part, &base_after);
        if (!text_equal(part, base_part) || (!rest.length && !base_rest.length))
            break;
        rest = path_after;
        base_rest = base_after;
    }
    for (bool more = base_rest.length > 0; more;) {
        more = text_cut(base_rest, TEXT_LIT("/"), &base_part, &base_rest);
        text_add(&builder, TEXT_LIT("../"));
    }
    text_add(&builder, rest);
    return file_clean(arena, text_built(&builder));
}
