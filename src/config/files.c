#include "files.h"

#include "pipectl/config/load.h"

static const char *const endings[] = { ".tf", ".tf.json", ".tf.yaml", ".tf.yml" };

/* The name without its ending, empty where the file is no configuration. */
static Text stem(Text name)
{
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        Text ending = text_of(endings[i]);

        if (name.length > ending.length && text_ends_with(name, ending))
            return text_slice(name, 0, name.length - ending.length);
    }
    return TEXT_NONE;
}

bool module_file_is_ignored(Text name)
{
    return text_starts_with(name, TEXT_LIT(".")) || text_ends_with(name, TEXT_LIT("~")) ||
           (text_starts_with(name, TEXT_LIT("#")) && text_ends_with(name, TEXT_LIT("#")));
}

static bool is_override(Text stem_of_name)
{
    return text_is(stem_of_name, "override") || text_ends_with(stem_of_name, TEXT_LIT("_override"));
}

static void read_one(Arena *arena, Text directory, Text name, Range subject, ModuleFileList *files,
                     Diags *diags)
{
    Text path = text_is(directory, ".") ? name : file_join(arena, directory, name);
    Source *source = source_make(arena, text_copy(arena, path), TEXT_NONE);
    ModuleFile file = { .source = source, .overrides = is_override(stem(name)) };

    if (file_kind(path) == FILE_DIRECTORY)
        return;
    if (!file_read(arena, path, &source->text, subject, diags))
        return;
    file.body = body_read(arena, source, diags);
    list_add(arena, files, file);
}

bool module_files_read(Arena *arena, Text directory, Range subject, ModuleFileList *ret_files,
                       Diags *diags)
{
    ModuleFileList files = { 0 };
    TextList names = { 0 };

    if (!file_list(arena, directory, &names, subject, diags))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!module_file_is_ignored(names.items[i]) && stem(names.items[i]).length)
            read_one(arena, directory, names.items[i], subject, &files, diags);
    *ret_files = files;
    return true;
}
