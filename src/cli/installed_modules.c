/*
 * installed_modules.c: DATA/modules/modules.json, in which Terraform notes where the modules of a
 * folder lie. pipectl finds local modules without it; it is written so that Terraform can go on in
 * the folder.
 */
#include "command.h"

#include "pipectl/value/json.h"

#include <stdlib.h>

typedef struct Manifest {
    Session *session;
    Value known;          /* what stood in it: an array, or null */
    bool all;             /* those that stand in it are said, too */
    ValueBuilder modules; /* what will */
} Manifest;

static Text manifest_path(Arena *arena)
{
    return file_join(arena, data_directory(arena), TEXT_LIT("modules/modules.json"));
}

static Value read_known(Session *session)
{
    Diags ignored = diags_make(session->arena);
    Text content;
    Value json;
    bool exists;

    if (!file_read_optional(session->arena, manifest_path(session->arena), &exists, &content,
                            &ignored) ||
        !exists || !json_parse(session->arena, content, &json) ||
        !value_has_kind(json, TYPE_OBJECT))
        return value_null(type_dynamic);
    json = value_get(json, "Modules");
    return value_is_null(json) || value_has_kind(json, TYPE_TUPLE) ? json
                                                                   : value_null(type_dynamic);
}

static bool is_known(const Manifest *manifest, Text key, Text source, Text directory)
{
    for (size_t i = 0; !value_is_null(manifest->known) && i < value_count(manifest->known); i++) {
        Value module = value_at(manifest->known, i);

        if (value_has_kind(module, TYPE_OBJECT) && text_equal(value_get_text(module, "Key"), key))
            return text_equal(value_get_text(module, "Source"), source) &&
                   text_equal(value_get_text(module, "Dir"), directory);
    }
    return false;
}

static void add_module(Manifest *manifest, Text key, Text source, Text directory)
{
    ValueBuilder module = value_builder(manifest->session->arena);

    value_builder_put(&module, TEXT_LIT("Key"), value_string_raw(key));
    value_builder_put(&module, TEXT_LIT("Source"), value_string_raw(source));
    value_builder_put(&module, TEXT_LIT("Dir"), value_string_raw(directory));
    value_builder_add(&manifest->modules, value_built_object(&module));
}

static int compare_calls(const void *a, const void *b)
{
    return text_compare((*(const ModuleCall *const *)a)->name,
                        (*(const ModuleCall *const *)b)->name);
}

/* "- lake.bucket in ../modules/s3", by name. */
static void add_calls(Manifest *manifest, const Module *module, Text above)
{
    Session *session = manifest->session;
    const ModuleCall **calls = arena_array(session->arena, const ModuleCall *, module->calls.count);

    for (size_t i = 0; i < module->calls.count; i++)
        calls[i] = module->calls.items[i];
    if (module->calls.count > 1)
        qsort(calls, module->calls.count, sizeof *calls, compare_calls);
    for (size_t i = 0; i < module->calls.count; i++) {
        const ModuleCall *call = calls[i];
        Text key = above.length > 0 ? text_format(session->arena, TEXT_FMT "." TEXT_FMT,
                                                  TEXT(above), TEXT(call->name))
                                    : call->name;

        if (!call->module)
            continue;
        if (manifest->all || !is_known(manifest, key, call->source, call->module->directory))
            session_step(session, NULL, "- " TEXT_FMT " in " TEXT_FMT, TEXT(key),
                         TEXT(call->module->directory));
        add_module(manifest, key, call->source, call->module->directory);
        add_calls(manifest, call->module, key);
    }
}

/* Only where something has changed. That it cannot be written is no error: nothing here needs it.
 */
static void write_manifest(Manifest *manifest)
{
    Arena *arena = manifest->session->arena;
    Diags ignored = diags_make(arena);
    Value modules = value_built_tuple(&manifest->modules);
    ValueBuilder document = value_builder(arena);
    Text path = manifest_path(arena);

    if (!value_is_null(manifest->known) && value_same(manifest->known, modules))
        return;
    value_builder_put(&document, TEXT_LIT("Modules"), modules);
    if (file_make_directory(file_directory(arena, path), &ignored))
        (void)file_replace(path, json_text(arena, value_built_object(&document)), 0644, &ignored);
}

void session_install_modules(Session *session, bool all)
{
    Manifest manifest = { .session = session,
                          .known = read_known(session),
                          .all = all,
                          .modules = value_builder(session->arena) };

    add_module(&manifest, TEXT_NONE, TEXT_NONE, TEXT_LIT("."));
    add_calls(&manifest, session->root, TEXT_NONE);
    write_manifest(&manifest);
}
