/* lock_info.c: what a lock says of its holder. */
#include "pipectl/base/digest.h"
#include "pipectl/state/lock.h"
#include "pipectl/value/json.h"

#include <pwd.h>
#include <unistd.h>

static Text user_at_host(Arena *arena)
{
    struct passwd *user = getpwuid(getuid());
    char host[256] = "";

    gethostname(host, sizeof host - 1);
    return text_format(arena, "%s@%s", user ? user->pw_name : "", host);
}

LockInfo lock_info_make(Arena *arena, Text operation, Text path)
{
    return (LockInfo){
        .id = random_uuid(arena),
        .operation = operation,
        .who = user_at_host(arena),
        .version = TEXT_LIT("pipectl " PIPECTL_VERSION),
        .created = clock_rfc3339(arena, clock_now(), 9),
        .path = path,
    };
}

static void add_member(TextBuilder *out, const char *name, Text value)
{
    if (out->length > 1)
        text_add_char(out, ',');
    text_add_format(out, "\"%s\":", name);
    json_add_string(out, value);
}

Text lock_info_json(Arena *arena, const LockInfo *info)
{
    TextBuilder out = text_builder(arena);

    text_add_char(&out, '{');
    add_member(&out, "ID", info->id);
    add_member(&out, "Operation", info->operation);
    add_member(&out, "Info", info->info);
    add_member(&out, "Who", info->who);
    add_member(&out, "Version", info->version);
    add_member(&out, "Created", info->created);
    add_member(&out, "Path", info->path);
    text_add_char(&out, '}');
    return text_built(&out);
}

bool lock_info_parse(Arena *arena, Text json, LockInfo *ret_info)
{
    Value value;

    if (!json_parse(arena, json, &value) || value_is_null(value) ||
        !value_has_kind(value, TYPE_OBJECT))
        return false;
    *ret_info = (LockInfo){
        .id = value_get_text(value, "ID"),
        .operation = value_get_text(value, "Operation"),
        .info = value_get_text(value, "Info"),
        .who = value_get_text(value, "Who"),
        .version = value_get_text(value, "Version"),
        .created = value_get_text(value, "Created"),
        .path = value_get_text(value, "Path"),
    };
    return true;
}

/* "2026-01-02 03:04:05.12 +0000 UTC": how Terraform prints the time. */
static Text created_text(Arena *arena, Text created)
{
    Text date, time;

    if (!text_cut(created, TEXT_LIT("T"), &date, &time) || !text_ends_with(time, TEXT_LIT("Z")))
        return created;
    time.length--;
    if (text_find(time, TEXT_LIT(".")) != TEXT_NOT_FOUND) {
        while (text_ends_with(time, TEXT_LIT("0")))
            time.length--;
        if (text_ends_with(time, TEXT_LIT(".")))
            time.length--;
    }
    return text_format(arena, TEXT_FMT " " TEXT_FMT " +0000 UTC", TEXT(date), TEXT(time));
}

static Text fields_text(Arena *arena, const LockInfo *holder)
{
    return text_format(arena,
                       "Lock Info:\n"
                       "  ID:        " TEXT_FMT "\n"
                       "  Path:      " TEXT_FMT "\n"
                       "  Operation: " TEXT_FMT "\n"
                       "  Who:       " TEXT_FMT "\n"
                       "  Version:   " TEXT_FMT "\n"
                       "  Created:   " TEXT_FMT "\n"
                       "  Info:      " TEXT_FMT "\n\n",
                       TEXT(holder->id), TEXT(holder->path), TEXT(holder->operation),
                       TEXT(holder->who), TEXT(holder->version),
                       TEXT(created_text(arena, holder->created)), TEXT(holder->info));
}

void lock_report_held(Diags *diags, const char *why, const LockInfo *holder)
{
    Arena scratch = { 0 };
    Text fields = holder ? fields_text(&scratch, holder) : TEXT_NONE;

    diag_error(
        diags, RANGE_NONE, "Error acquiring the state lock",
        "Error message: %s\n" TEXT_FMT "\n"
        "The state is locked so that no two runs write it at once. Wait until the other run has "
        "ended (-lock-timeout waits for it), then try again. The lock can be left out with "
        "\"-lock=false\", but then nothing keeps two runs apart.",
        why, TEXT(fields));
    arena_free(&scratch);
}
