/* A saved plan's archive: the document, two states, and the configuration's files by module. */
#include "pipectl/plan/planfile.h"

#include "plan_document.h"
#include "zip.h"

#include "pipectl/state/statefile.h"
#include "pipectl/value/json.h"

static const Text archive_mark = TEXT_INIT("PK\003\004");

/* --- the configuration's files --------------------------------------------------------------- */

typedef struct Snapshot {
    Arena *arena;
    Table directories; /* of modules that are in already: one that is called twice is kept once */
    ValueBuilder modules;
    ZipMemberList *members;
} Snapshot;

/* "m-" and the calls that lead there: "m-", "m-lake", "m-lake.bucket". */
static Text folder(Arena *arena, Text module_key)
{
    return text_concat(arena, TEXT_LIT("tfconfig/m-"), module_key);
}

static void add_module(Snapshot *snapshot, const Module *module, Text module_key, Text source)
{
    ValueBuilder builder = value_builder(snapshot->arena);

    if (table_has(&snapshot->directories, module->directory))
        return;
    table_put(snapshot->arena, &snapshot->directories, module->directory,
              (void *)(uintptr_t)module);
    value_builder_put(&builder, TEXT_LIT("Key"), value_string_raw(module_key));
    value_builder_put(&builder, TEXT_LIT("Source"), value_string(snapshot->arena, source));
    value_builder_put(&builder, TEXT_LIT("Dir"), value_string(snapshot->arena, module->directory));
    value_builder_add(&snapshot->modules, value_built_object(&builder));
    for (size_t i = 0; i < module->sources.count; i++) {
        const Source *file = module->sources.items[i];
        Text path = file_join(snapshot->arena, folder(snapshot->arena, module_key),
                              file_base_name(file->name));

        list_add(snapshot->arena, snapshot->members, (ZipMember){ path, file->text });
    }
    for (size_t i = 0; i < module->calls.count; i++) {
        const ModuleCall *call = module->calls.items[i];
        Text key = module_key.length == 0 ? call->name
                                          : text_format(snapshot->arena, TEXT_FMT "." TEXT_FMT,
                                                        TEXT(module_key), TEXT(call->name));

        if (call->module)
            add_module(snapshot, call->module, key, call->source);
    }
}

static void add_configuration(Arena *arena, const Plan *plan, ZipMemberList *members)
{
    Snapshot snapshot = { .arena = arena, .modules = value_builder(arena), .members = members };

    add_module(&snapshot, plan->root, TEXT_NONE, TEXT_NONE);
    list_add(arena, members,
             (ZipMember){ TEXT_LIT("tfconfig/modules.json"),
                          json_text(arena, value_built_tuple(&snapshot.modules)) });
}

/* Where each module's folder in the archive belongs: files of it are laid over the disk there. */
static bool lay_over(Arena *arena, const ZipMemberList *members)
{
    const Text *document = zip_find(members, "tfconfig/modules.json");
    Table directories = { 0 };
    Value modules;

    if (!document || !json_parse(arena, *document, &modules) ||
        !value_has_kind(modules, TYPE_TUPLE))
        return false;
    for (size_t i = 0; i < value_count(modules); i++) {
        Text *directory = arena_new(arena, Text);

        *directory = value_get_text(value_at(modules, i), "Dir");
        table_put(arena, &directories, folder(arena, value_get_text(value_at(modules, i), "Key")),
                  directory);
    }
    for (size_t i = 0; i < members->count; i++) {
        Text name = members->items[i].name;
        size_t slash = text_find_last(name, TEXT_LIT("/"));
        const Text *directory =
            slash == TEXT_NOT_FOUND ? NULL : table_find(&directories, text_slice(name, 0, slash));

        if (directory)
            file_overlay_add(file_join(arena, *directory, file_base_name(name)),
                             members->items[i].content);
    }
    return true;
}

static const Module *load_configuration(Arena *arena, const ZipMemberList *members, Diags *diags)
{
    const Module *root = NULL;

    if (lay_over(arena, members))
        root = module_load_optional(arena, TEXT_LIT("."), diags);
    file_overlay_clear();
    return root;
}

/* --- writing --------------------------------------------------------------------------------- */

bool plan_file_write(const Plan *plan, Text path, Diags *diags)
{
    Arena scratch = { 0 };
    ZipMemberList members = { 0 };
    bool ok;

    list_add(&scratch, &members,
             (ZipMember){ TEXT_LIT("tfplan"), plan_document_text(&scratch, plan) });
    list_add(&scratch, &members,
             (ZipMember){ TEXT_LIT("tfstate"), statefile_text(&scratch, plan->refreshed) });
    list_add(&scratch, &members,
             (ZipMember){ TEXT_LIT("tfstate-prev"), statefile_text(&scratch, plan->prior) });
    add_configuration(&scratch, plan, &members);
    ok = file_replace(path, zip_write(&scratch, &members), 0600, diags);
    arena_free(&scratch);
    return ok;
}

/* --- reading --------------------------------------------------------------------------------- */

bool plan_file_is_one(Text path)
{
    Arena scratch = { 0 };
    Diags ignored = diags_make(&scratch);
    Text content = TEXT_NONE;
    bool exists = false;
    bool is_one = file_read_optional(&scratch, path, &exists, &content, &ignored) && exists &&
                  text_starts_with(content, archive_mark);

    arena_free(&scratch);
    return is_one;
}

static bool refuse(Diags *diags, Text path, const char *why)
{
    Arena scratch = { 0 };
    Text summary =
        text_format(&scratch, "Failed to load \"" TEXT_FMT "\" as a plan file", TEXT(path));

    diag_error(diags, RANGE_NONE, text_cstring(&scratch, summary),
               "It is no plan that can be used: %s.", why);
    arena_free(&scratch);
    return false;
}

static State *read_state(Arena *arena, const ZipMemberList *members, const char *name, Diags *diags)
{
    const Text *content = zip_find(members, name);

    if (!content)
        return NULL;
    return statefile_read(arena, source_make(arena, text_of(name), *content), diags);
}

static bool open_archive(Arena *arena, Text path, ZipMemberList *ret_members, Diags *diags)
{
    const char *why;
    Text content = TEXT_NONE;
    bool exists = false;

    if (file_kind(path) == FILE_DIRECTORY)
        return refuse(diags, path, "it is a directory");
    if (!file_read_optional(arena, path, &exists, &content, diags))
        return false;
    if (!exists)
        return refuse(diags, path, "there is no such file");
    if (!text_starts_with(content, archive_mark))
        return refuse(diags, path, "it is not an archive as `plan -out` writes it");
    return zip_read(arena, content, ret_members, &why) || refuse(diags, path, why);
}

Plan *plan_file_read(Arena *arena, Text path, Diags *diags)
{
    Plan *plan = arena_new(arena, Plan);
    ZipMemberList members = { 0 };
    const Text *document;

    if (!open_archive(arena, path, &members, diags))
        return NULL;
    plan->arena = arena;
    plan->root = load_configuration(arena, &members, diags);
    plan->prior = read_state(arena, &members, "tfstate-prev", diags);
    plan->refreshed = read_state(arena, &members, "tfstate", diags);
    document = zip_find(&members, "tfplan");
    if (diags_have_errors(diags))
        return NULL;
    if (!plan->root || !plan->prior || !plan->refreshed || !document) {
        (void)refuse(diags, path, "a part of it is missing");
        return NULL;
    }
    return plan_document_read(plan, *document, diags) ? plan : NULL;
}

/* A state that no one has written yet has no lineage: the one that was opened for this apply has
 * just got its. */
static bool is_new(const State *planned, const State *state)
{
    return planned->lineage.length == 0 && planned->serial == 0 && state->serial == 0 &&
           state_is_empty(state);
}

bool plan_file_fits(const Plan *plan, const State *state, Diags *diags)
{
    if (is_new(plan->prior, state)) {
        plan->refreshed->lineage = state->lineage;
        return true;
    }
    if (text_equal(plan->prior->lineage, state->lineage) && plan->prior->serial == state->serial)
        return true;
    diag_error(diags, RANGE_NONE, "Saved plan is stale",
               "The given plan file can no longer be applied because the state was changed by "
               "another operation after the plan was created.");
    return false;
}
