/* Files that are not on disk: a table by cleaned path, and one of folders with the names in them.
 */
#include "overlay.h"

#include "pipectl/base/table.h"

static Arena arena;
static Table files;       /* path -> Text */
static Table directories; /* path -> TextList */

/* A name in the folder that it lies in; a folder that was not known yet is a name in its own, and
 * so on up. */
static void enter(Text path)
{
    bool is_known = false;

    while (!is_known && !text_is(path, ".") && !text_is(path, "/") &&
           !text_is(file_base_name(path), "..")) {
        Text parent = file_directory(&arena, path);
        TextList *names = table_find(&directories, parent);

        is_known = names != NULL;
        if (!names) {
            names = arena_new(&arena, TextList);
            table_put(&arena, &directories, parent, names);
        }
        list_add(&arena, names, file_base_name(path));
        path = parent;
    }
}

void file_overlay_add(Text path, Text content)
{
    Text clean = file_clean(&arena, path);
    Text *file = arena_new(&arena, Text);
    bool is_new = !table_has(&files, clean);

    *file = content;
    table_put(&arena, &files, clean, file);
    if (is_new)
        enter(clean);
}

void file_overlay_clear(void)
{
    files = directories = (Table){ 0 };
    arena_free(&arena);
}

bool file_overlay_is_used(void)
{
    return files.count > 0;
}

static void *find(const Table *table, Text path)
{
    Arena scratch = { 0 };
    void *found;

    if (files.count == 0)
        return NULL;
    found = table_find(table, file_clean(&scratch, path));
    arena_free(&scratch);
    return found;
}

const Text *overlay_find(Text path)
{
    return find(&files, path);
}

const TextList *overlay_directory(Text path)
{
    return find(&directories, path);
}
