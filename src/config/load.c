/*
 * load.c: a directory's files into a module, and the modules that it calls into theirs.
 *
 * A directory is read and parsed once, however often it is called; what it declares is decoded for
 * each call, since every call has a module of its own.
 */
#include "pipectl/config/load.h"

#include "call.h"
#include "decode.h"
#include "files.h"
#include "override.h"

typedef struct Loader {
    Arena *arena;
    bool settings_only; /* terraform blocks */
    Table directories;  /* path -> ModuleFileList */
    Diags *diags;
} Loader;

/* --- what stands at the top of a file ------------------------------------------------------- */

static const char *const label_provider_name[] = { "name" };

static void decode_managed(Decoder *decoder, const Block *block)
{
    decode_resource(decoder, block, MODE_MANAGED);
}

static void decode_data(Decoder *decoder, const Block *block)
{
    decode_resource(decoder, block, MODE_DATA);
}

/* Which types there are is the providers' business. */
static void decode_ephemeral(Decoder *decoder, const Block *block)
{
    Resource *resource = arena_new(decoder->arena, Resource);

    *resource = (Resource){ .type = block->labels[0],
                            .name = block->labels[1],
                            .body = block->body,
                            .range = block->range };
    list_add(decoder->arena, &decoder->module->ephemerals, resource);
}

static void decode_stray_providers(Decoder *decoder, const Block *block)
{
    diag_error(decoder->diags, block->range, "Invalid required_providers block",
               "A \"required_providers\" block stands inside of a \"terraform\" block.");
}

static const BlockRule file_blocks[] = {
    { .type = TEXT_INIT("terraform") },
    { .type = TEXT_INIT("required_providers") },
    { .type = TEXT_INIT("provider"), .labels = label_provider_name, .label_count = 1 },
    { .type = TEXT_INIT("variable"), .labels = label_name, .label_count = 1 },
    { .type = TEXT_INIT("locals") },
    { .type = TEXT_INIT("output"), .labels = label_name, .label_count = 1 },
    { .type = TEXT_INIT("module"), .labels = label_name, .label_count = 1 },
    { .type = TEXT_INIT("resource"), .labels = label_type_name, .label_count = 2 },
    { .type = TEXT_INIT("data"), .labels = label_type_name, .label_count = 2 },
    { .type = TEXT_INIT("ephemeral"), .labels = label_type_name, .label_count = 2 },
    { .type = TEXT_INIT("moved") },
    { .type = TEXT_INIT("import") },
    { .type = TEXT_INIT("check"), .labels = label_name, .label_count = 1 },
    { .type = TEXT_INIT("removed") },
};
static const BodySchema file_schema = { NULL, 0, file_blocks, COUNT_OF(file_blocks) };

typedef void DecodeBlock(Decoder *decoder, const Block *block);

/* Parallel to file_blocks. */
static DecodeBlock *const decoders[COUNT_OF(file_blocks)] = {
    decode_terraform,   decode_stray_providers, decode_provider,    decode_variable,
    decode_locals,      decode_output,          decode_module_call, decode_managed,
    decode_data,        decode_ephemeral,       decode_moved,       decode_import,
    decode_check,       decode_removed,
};

static void decode_block(Decoder *decoder, const Block *block)
{
    for (size_t i = 0; i < COUNT_OF(file_blocks); i++)
        if (text_equal(file_blocks[i].type, block->type))
            decoders[i](decoder, block);
}

/* locals and terraform blocks have no names: what stands in them is replaced one by one. */
static bool is_nameless(const Block *block)
{
    return text_is(block->type, "locals") || text_is(block->type, "terraform");
}

static BodyContent read_blocks(Decoder *decoder, const ModuleFile *file)
{
    return body_content(file->body, &file_schema, decoder->arena, decoder->diags);
}

static void collect_blocks(Decoder *decoder, const ModuleFileList *files, BlockList *blocks)
{
    for (size_t i = 0; i < files->count; i++) {
        BodyContent content;

        list_add(decoder->arena, &decoder->module->sources, files->items[i].source);
        if (!files->items[i].body || files->items[i].overrides)
            continue;
        content = read_blocks(decoder, &files->items[i]);
        for (size_t j = 0; j < content.blocks.count; j++)
            list_add(decoder->arena, blocks, content.blocks.items[j]);
    }
}

/* Override files go over the others in order; what has no name is left for later. */
static void apply_overrides(Decoder *decoder, const ModuleFileList *files, BlockList *blocks,
                            BlockList *nameless)
{
    for (size_t i = 0; i < files->count; i++) {
        BodyContent content;

        if (!files->items[i].body || !files->items[i].overrides)
            continue;
        content = read_blocks(decoder, &files->items[i]);
        for (size_t j = 0; j < content.blocks.count; j++) {
            if (is_nameless(&content.blocks.items[j]))
                list_add(decoder->arena, nameless, content.blocks.items[j]);
            else
                override_block(decoder, blocks, &content.blocks.items[j]);
        }
    }
}

static void decode_blocks(Decoder *decoder, const BlockList *blocks, bool settings_only)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (!settings_only || text_is(blocks->items[i].type, "terraform"))
            decode_block(decoder, &blocks->items[i]);
}

static void decode_files(Decoder *decoder, const ModuleFileList *files, bool settings_only)
{
    BlockList blocks = { 0 }, nameless = { 0 };

    collect_blocks(decoder, files, &blocks);
    apply_overrides(decoder, files, &blocks, &nameless);
    decode_blocks(decoder, &blocks, settings_only);
    decoder->overriding = true;
    decode_blocks(decoder, &nameless, settings_only);
}

/* --- modules -------------------------------------------------------------------------------- */

static Module *load_directory(Loader *loader, Text directory, const Module *parent,
                              const ModuleCall *call);

static bool is_above(const Module *module, Text directory)
{
    for (; module; module = module->parent)
        if (text_equal(module->directory, directory))
            return true;
    return false;
}

static void load_call(Loader *loader, const Module *module, ModuleCall *call)
{
    Text directory;

    if (!module_source_is_local(call->source))
        return;
    directory =
        file_clean(loader->arena, file_join(loader->arena, module->directory, call->source));
    if (file_kind(directory) != FILE_DIRECTORY) {
        diag_error(loader->diags, call->source_range, "Unreadable module directory",
                   "There is no directory \"" TEXT_FMT
                   "\", which is the source of module \"" TEXT_FMT
                   "\". Look at the argument: a source is relative to the directory of the file "
                   "that it stands in.",
                   TEXT(directory), TEXT(call->name));
        return;
    }
    if (is_above(module, directory)) {
        diag_error(loader->diags, call->source_range, "Endless module call",
                   "The module \"" TEXT_FMT "\" is in the directory \"" TEXT_FMT
                   "\", from which it is called.",
                   TEXT(call->name), TEXT(directory));
        return;
    }
    call->module = load_directory(loader, directory, module, call);
    if (call->module)
        module_call_arguments(call, loader->arena, loader->diags);
}

static const ModuleFileList *files_of(Loader *loader, Text directory, Range subject)
{
    ModuleFileList *files = table_find(&loader->directories, directory);

    if (files)
        return files;
    files = arena_new(loader->arena, ModuleFileList);
    if (!module_files_read(loader->arena, directory, subject, files, loader->diags))
        return NULL;
    table_put(loader->arena, &loader->directories, directory, files);
    return files;
}

static Module *load_directory(Loader *loader, Text directory, const Module *parent,
                              const ModuleCall *call)
{
    const ModuleFileList *files =
        files_of(loader, directory, call ? call->source_range : RANGE_NONE);
    Module *module = arena_new(loader->arena, Module);
    Decoder decoder = { .arena = loader->arena, .module = module, .diags = loader->diags };

    if (!files)
        return NULL;
    module->directory = directory;
    module->parent = parent;
    module->call_name = call ? call->name : TEXT_NONE;
    decode_files(&decoder, files, loader->settings_only);
    if (parent && module->backend)
        module->backend = NULL; /* of a root module that is also called: it has no say there */
    for (size_t i = 0; i < decoder.calls.count; i++)
        load_call(loader, module, decoder.calls.items[i]);
    return module;
}

const Module *module_load_optional(Arena *arena, Text directory, Diags *diags)
{
    Loader loader = { .arena = arena, .diags = diags };

    return load_directory(&loader, file_clean(arena, directory), NULL, NULL);
}

const Module *module_load_settings(Arena *arena, Text directory, Diags *diags)
{
    Loader loader = { .arena = arena, .settings_only = true, .diags = diags };

    return load_directory(&loader, file_clean(arena, directory), NULL, NULL);
}

const Module *module_load(Arena *arena, Text directory, Diags *diags)
{
    const Module *module = module_load_optional(arena, directory, diags);

    if (module && !module->sources.count && !diags_have_errors(diags))
        diag_error(
            diags, RANGE_NONE, "No configuration files",
            "This directory holds no file of configuration (*.tf.yaml, *.tf.json, *.tf), and a "
            "plan without any would mark everything for destruction. If that is what you want, use "
            "the destroy command.");
    return module;
}
