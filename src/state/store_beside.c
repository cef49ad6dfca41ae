/*
 * store_beside.c: where what stands beside the state file is kept.
 *
 * Journal and backup stand beside the state: whoever moves or mounts the folder takes them along.
 * Where no file can be made there (the folder is read-only, or the state file is mounted by itself
 * from elsewhere) they go into the spare folder, under the state's name and a part of the digest of
 * its place:
 *
 *   .terraform/terraform.tfstate.0123456789abcdef.journal
 *
 * What lies beside the state comes first. A journal stays where it was begun until it is done.
 */
#include "store_parts.h"

#include <stdlib.h>

static Text spare_path(const StateStore *store, Arena *arena, const char *suffix)
{
    char *real = realpath(text_cstring(arena, store->settings.path), NULL);
    Digest digest = digest_of(DIGEST_SHA256, real ? text_of(real) : store->settings.path);
    Text name =
        text_format(arena, TEXT_FMT "." TEXT_FMT "%s", TEXT(file_base_name(store->settings.path)),
                    TEXT(text_slice(digest_hex(arena, &digest), 0, 16)), suffix);

    free(real);
    return file_join(arena, store->settings.spare_folder, name);
}

static bool has_spare(const StateStore *store)
{
    return store->settings.spare_folder.length && !store->settings.home;
}

Text store_find_beside(const StateStore *store, Arena *arena, const char *suffix)
{
    Text beside = text_concat(arena, store->settings.path, text_of(suffix)), spare;

    if (!has_spare(store) || file_kind(beside) != FILE_ABSENT)
        return beside;
    spare = spare_path(store, arena, suffix);
    return file_kind(spare) != FILE_ABSENT ? spare : beside;
}

Journal *store_open_journal(StateStore *store)
{
    Diags beside = diags_make(store->arena), spare = diags_make(store->arena);
    Journal *journal = journal_open(store->arena, store->journal_path, store->journal_end, &beside);

    if (!journal && has_spare(store) && !store->journal_exists &&
        file_make_directory(store->settings.spare_folder, &spare)) {
        Text path = spare_path(store, store->arena, ".journal");

        journal = journal_open(store->arena, path, store->journal_end, &spare);
        if (journal)
            store->journal_path = path;
    }
    if (!journal)
        diags_append(&store->notes, &beside, TEXT_NONE);
    return journal;
}

bool store_replace_backup(StateStore *store, Text content, Diags *diags)
{
    Arena scratch = { 0 };
    Text path = text_concat(&scratch, store->settings.path, TEXT_LIT(".backup"));
    FileReplaced replaced = file_try_replace(path, content, 0600, diags);
    bool ok = replaced == FILE_REPLACED;

    if (replaced == FILE_NOT_REPLACEABLE) {
        bool to_spare = has_spare(store) && file_kind(path) == FILE_ABSENT;

        if (to_spare)
            path = spare_path(store, &scratch, ".backup");
        ok = (!to_spare || file_make_directory(store->settings.spare_folder, diags)) &&
             file_replace(path, content, 0600, diags);
    }
    arena_free(&scratch);
    return ok;
}
