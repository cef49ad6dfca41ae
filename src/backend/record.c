/* record.c: DATA/terraform.tfstate, where init writes down which backend a folder uses. Terraform's
   own format, so that either can take over from the other. */
#include "pipectl/backend/backend.h"
#include "pipectl/base/version.h"
#include "pipectl/value/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Text data_directory(Arena *arena)
{
    const char *named = getenv("TF_DATA_DIR");

    return named && *named ? text_copy(arena, text_of(named)) : TEXT_LIT(".terraform");
}

static Text record_path(Arena *arena)
{
    return file_join(arena, data_directory(arena), TEXT_LIT("terraform.tfstate"));
}

static bool report_unusable(Text path, Diags *diags)
{
    diag_error(diags, RANGE_NONE, "Error loading the backend configuration",
               "\"" TEXT_FMT
               "\", in which init has written down the backend of this folder, cannot be "
               "understood. Remove it and run \"pipectl init\" again.",
               TEXT(path));
    return false;
}

bool backend_record_read(Arena *arena, BackendRecord *ret_record, Diags *diags)
{
    Text path = record_path(arena), content;
    Value json, backend, hash;
    BackendRecord record = { 0 };
    bool exists;

    if (!file_read_optional(arena, path, &exists, &content, diags))
        return false;
    if (exists && content.length) {
        if (!json_parse(arena, content, &json) || !value_has_kind(json, TYPE_OBJECT))
            return report_unusable(path, diags);
        backend = value_get(json, "backend");
        hash = value_get(backend, "hash");
        record.type = value_get_text(backend, "type");
        record.config = value_get(backend, "config");
        if (!value_is_null(hash) && value_has_kind(hash, TYPE_NUMBER))
            (void)number_to_int(value_to_number(hash), &record.hash);
    }
    *ret_record = record;
    return true;
}

static Text record_text(Arena *arena, const BackendRecord *record)
{
    TextBuilder text = text_builder(arena);

    text_add_format(&text,
                    "{\n  \"version\": 3,\n  \"terraform_version\": \"" TERRAFORM_VERSION "\",\n"
                    "  \"backend\": {\n    \"type\": ");
    json_add_string(&text, record->type);
    text_add_format(&text, ",\n    \"config\": ");
    json_add_pretty(&text, record->config, 2);
    text_add_format(&text, ",\n    \"hash\": %lld\n  }\n}", (long long)record->hash);
    return text_built(&text);
}

bool backend_record_write(const BackendRecord *record, Diags *diags)
{
    Arena scratch = { 0 };
    Text path = record_path(&scratch);
    bool ok;

    if (record->type.length) {
        ok = file_make_directory(file_directory(&scratch, path), diags) &&
             file_replace(path, record_text(&scratch, record), 0644, diags);
    } else {
        ok = unlink(text_cstring(&scratch, path)) == 0 || errno == ENOENT || errno == ENOTDIR;
        if (!ok)
            diag_error(diags, RANGE_NONE, "Failed to remove file", TEXT_FMT ": %s.", TEXT(path),
                       strerror(errno));
    }
    arena_free(&scratch);
    return ok;
}
