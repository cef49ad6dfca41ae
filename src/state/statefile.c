/* statefile.c: reading. The file is scanned, and its pieces parsed one at a time. */
#include "pipectl/state/statefile.h"

#include "object.h"
#include "pipectl/value/json.h"
#include "scan.h"

typedef struct Reader {
    Arena *arena;
    const Source *source;
    State *state;
    Diags *diags;
    bool is_broken;   /* some piece is no JSON */
    Text module_text; /* the module path that was read last, and what it means */
    ModulePath module;
} Reader;

/* What a resource says before its instances. */
typedef struct ResourceHead {
    Text module, mode, type, name, provider;
} ResourceHead;

static bool read_piece(Reader *reader, Text piece, Value *ret_value)
{
    if (json_parse(reader->arena, piece, ret_value))
        return true;
    reader->is_broken = true;
    return false;
}

static Text read_string(Reader *reader, Text piece)
{
    Value value;

    if (!read_piece(reader, piece, &value) || value_is_null(value) ||
        !value_has_kind(value, TYPE_STRING))
        return TEXT_NONE;
    return value_text(value);
}

static int64_t read_integer(Reader *reader, Text piece)
{
    int64_t integer = 0;
    Value value;

    if (read_piece(reader, piece, &value) && !value_is_null(value) &&
        value_has_kind(value, TYPE_NUMBER))
        number_to_int(value_to_number(value), &integer);
    return integer;
}

/* --- outputs -------------------------------------------------------------------------------- */

static void read_output(Reader *reader, Text name, Value json)
{
    const Type *type;
    Value value;
    Text why;

    if (value_is_null(json) || !value_has_kind(json, TYPE_OBJECT) ||
        !json_to_type(value_get(json, "type"), &type)) {
        diag_error(reader->diags, RANGE_NONE, "Invalid state file",
                   "In \"" TEXT_FMT "\", the output \"" TEXT_FMT "\" has no valid type.",
                   TEXT(reader->source->name), TEXT(name));
        return;
    }
    if (!json_decode_typed(reader->arena, value_get(json, "value"), type, &value, &why)) {
        diag_error(reader->diags, RANGE_NONE, "Invalid state file",
                   "In \"" TEXT_FMT "\", the value of the output \"" TEXT_FMT
                   "\" is not of the type that stands beside it: " TEXT_FMT ".",
                   TEXT(reader->source->name), TEXT(name), TEXT(why));
        return;
    }
    /* Not with state_put_output: an output that is null stays in the file until an apply removes
     * it. */
    list_add(reader->arena, &reader->state->outputs,
             (StateOutput){ name, value, value_is_true(value_get(json, "sensitive")) });
}

static void read_outputs(Reader *reader, Text piece)
{
    Value outputs; /* an object: sorted by name */

    if (!read_piece(reader, piece, &outputs) || value_is_null(outputs) ||
        !value_has_kind(outputs, TYPE_OBJECT))
        return;
    for (size_t i = 0; i < value_count(outputs); i++)
        read_output(reader, value_key_at(outputs, i), value_at(outputs, i));
}

/* --- instances ------------------------------------------------------------------------------ */

static void report_resource(Reader *reader, const ResourceHead *head, const char *why)
{
    diag_error(reader->diags, RANGE_NONE, "Invalid state file",
               "In \"" TEXT_FMT "\", the resource %s" TEXT_FMT "." TEXT_FMT " cannot be read: %s.",
               TEXT(reader->source->name), text_is(head->mode, "data") ? "data." : "",
               TEXT(head->type), TEXT(head->name), why);
}

/* Resources of one module stand together: its path is parsed once. */
static bool find_module(Reader *reader, Text text)
{
    Address address = { .name = TEXT_NONE };
    bool is_module = false;

    if (text_equal(text, reader->module_text))
        return true;
    if (text.length &&
        !(address_parse(reader->arena, text, RANGE_NONE, &address, &is_module, reader->diags) &&
          is_module))
        return false;
    reader->module_text = text;
    reader->module = address.module;
    return true;
}

static bool read_key(Value json, InstanceKey *ret_key)
{
    int64_t integer;

    if (value_is_null(json)) {
        *ret_key = KEY_OF_NONE;
    } else if (value_has_kind(json, TYPE_STRING)) {
        *ret_key = key_of_text(value_text(json));
    } else if (value_has_kind(json, TYPE_NUMBER) &&
               number_to_int(value_to_number(json), &integer)) {
        *ret_key = key_of_integer(integer);
    } else {
        return false;
    }
    return true;
}

static void read_instance(Reader *reader, const ResourceHead *head, Address address, Text piece)
{
    const InstanceObject *object;
    const char *why = NULL;
    Text deposed, provider;
    Value json;

    if (!read_piece(reader, piece, &json))
        return;
    object = object_read(reader->arena, json, &why);
    if (!object) {
        report_resource(reader, head, why);
        return;
    }
    if (!read_key(value_get(json, "index_key"), &address.key)) {
        report_resource(reader, head, "an instance key is neither a whole number nor a string");
        return;
    }
    provider = value_get_text(json, "provider"); /* OpenTofu may put it here */
    if (!provider.length)
        provider = head->provider;
    deposed = value_get_text(json, "deposed");
    if (deposed.length)
        state_put_deposed(reader->state, address, provider, deposed, object);
    else
        state_put(reader->state, address, provider, object);
}

static void read_instances(Reader *reader, const ResourceHead *head, Text instances)
{
    Address address = { .type = head->type, .name = head->name };
    Scan scan = scan_open(instances);
    bool is_husk = true;
    Text key, piece;

    if (!find_module(reader, head->module)) {
        report_resource(reader, head, "its module path is not valid");
        return;
    }
    address.module = reader->module;
    address.mode = text_is(head->mode, "data") ? MODE_DATA : MODE_MANAGED;
    while (scan_next(&scan, &key, &piece)) {
        read_instance(reader, head, address, piece);
        is_husk = false;
    }
    if (is_husk)
        state_add_husk(reader->state, address, head->provider);
}

static void read_resource(Reader *reader, Text resource)
{
    ResourceHead head = { .module = TEXT_NONE };
    Text key, piece, instances = TEXT_LIT("[]");
    Scan scan = scan_open(resource);

    while (scan_next(&scan, &key, &piece)) {
        if (text_is(key, "module"))
            head.module = read_string(reader, piece);
        else if (text_is(key, "mode"))
            head.mode = read_string(reader, piece);
        else if (text_is(key, "type"))
            head.type = read_string(reader, piece);
        else if (text_is(key, "name"))
            head.name = read_string(reader, piece);
        else if (text_is(key, "provider"))
            head.provider = read_string(reader, piece);
        else if (text_is(key, "instances"))
            instances = piece;
    }
    if (!head.type.length || !head.name.length ||
        !(text_is(head.mode, "managed") || text_is(head.mode, "data")))
        report_resource(reader, &head, "it has no mode, type or name");
    else
        read_instances(reader, &head, instances);
}

static void read_resources(Reader *reader, Text resources)
{
    Scan scan = scan_open(resources);
    Text key, piece;

    while (scan_next(&scan, &key, &piece))
        read_resource(reader, piece);
}

/* --- the file ------------------------------------------------------------------------------- */

static void read_member(Reader *reader, Text key, Text piece)
{
    State *state = reader->state;

    if (text_is(key, "serial"))
        state->serial = read_integer(reader, piece);
    else if (text_is(key, "lineage"))
        state->lineage = read_string(reader, piece);
    else if (text_is(key, "terraform_version"))
        state->terraform_version = read_string(reader, piece);
    else if (text_is(key, "outputs"))
        read_outputs(reader, piece);
    else if (text_is(key, "resources"))
        read_resources(reader, piece);
    else if (text_is(key, "check_results"))
        read_piece(reader, piece, &state->check_results);
}

/* The JSON reader knows where exactly it is wrong. */
static void report_broken(Reader *reader)
{
    Value value;

    if (json_read(reader->arena, reader->source, &value, reader->diags))
        diag_error(reader->diags, RANGE_NONE, "Invalid state file",
                   "\"" TEXT_FMT "\" is JSON, but not a state file.", TEXT(reader->source->name));
}

/* [piece] is where it stands in the source; empty: nowhere. */
static Range range_of(const Reader *reader, Text piece)
{
    size_t start = piece.length ? (size_t)(piece.bytes - reader->source->text.bytes) : 0;

    return piece.length ? (Range){ .source = reader->source,
                                   .start = (uint32_t)start,
                                   .end = (uint32_t)(start + piece.length) }
                        : RANGE_NONE;
}

static bool check_version(Reader *reader, Text version)
{
    Range range = range_of(reader, version);
    int64_t number = 0;

    if (text_is(version, "4"))
        return true;
    if (!text_to_int(version, &number) || number < 1)
        diag_error(reader->diags, range, "Unsupported state file format",
                   "\"" TEXT_FMT "\" has no \"version\" that is a positive whole number, so it is "
                   "no state file. If it was damaged, restore it from a backup.",
                   TEXT(reader->source->name));
    else if (number > 4)
        diag_error(reader->diags, range, "Unsupported state file format",
                   "\"" TEXT_FMT
                   "\" uses format version %lld; this program knows version 4. It was "
                   "made by a newer program: use that, or a newer version of this one.",
                   TEXT(reader->source->name), (long long)number);
    else
        diag_error(
            reader->diags, range, "Unsupported state file format",
            "\"" TEXT_FMT "\" uses format version %lld, from before Terraform 0.12. Run "
            "Terraform 1 once on it (terraform apply -refresh-only), which writes version 4.",
            TEXT(reader->source->name), (long long)number);
    return false;
}

typedef struct Member {
    Text key, piece;
} Member;

typedef LIST(Member) MemberList;

/* Finds the members, and sees whether the nesting is right to the end of the file; then the
 * version. */
static bool read_outline(Reader *reader, MemberList *members)
{
    Scan scan = scan_open(reader->source->text);
    Text key, piece, version = TEXT_NONE;

    if (!text_trim(reader->source->text).length) {
        diag_error(reader->diags, RANGE_NONE, "Empty state file",
                   "\"" TEXT_FMT
                   "\" has no content. A state file is never empty: it was cut off, or "
                   "its first writer was stopped.",
                   TEXT(reader->source->name));
        return false;
    }
    while (scan_next(&scan, &key, &piece)) {
        if (text_is(key, "version"))
            version = piece;
        list_add(reader->arena, members, (Member){ key, piece });
    }
    if (!scan_ok(&scan) || scan.close != '}') {
        report_broken(reader);
        return false;
    }
    return check_version(reader, version);
}

State *statefile_read(Arena *arena, const Source *source, Diags *diags)
{
    Reader reader = {
        .arena = arena, .source = source, .state = state_make(arena), .diags = diags
    };
    size_t errors = diags->error_count;
    MemberList members = { 0 };

    if (!read_outline(&reader, &members))
        return NULL;
    for (size_t i = 0; i < members.count; i++)
        read_member(&reader, members.items[i].key, members.items[i].piece);
    if (reader.is_broken)
        report_broken(&reader);
    return diags->error_count == errors ? reader.state : NULL;
}
