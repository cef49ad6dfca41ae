/*
 * types/NAME.yaml and data/NAME.yaml as ResourceTypes, read when first named.
 */
#include "type_reader.h"

#include "pipectl/provider/embedded.h"

/* --- reading ---------------------------------------------------------------------------------- */

static const char *const type_words[] = { "service", "schema",  "id",       "import",     "find",
                                          "lane",    "tags",    "timeouts", "settle",     "retry",
                                          "check",   "refused", "upgrade",  "attributes", "blocks",
                                          "groups",  "read",    "create",   "update",     "put",
                                          "delete",  NULL };

static void read_timeouts(TypeReader *reader, const Node *node, ResourceType *type)
{
    static const char *const words[] = { "create", "read", "update", "delete", NULL };

    type->has_timeouts = node != NULL;
    reader_words(reader, node, words);
    type->create_timeout = reader_duration(reader, node, "create");
    type->read_timeout = reader_duration(reader, node, "read");
    type->update_timeout = reader_duration(reader, node, "update");
    type->delete_timeout = reader_duration(reader, node, "delete");
}

static void read_settle(TypeReader *reader, const Node *node, ResourceType *type)
{
    static const char *const words[] = { "within", "times", NULL };

    reader_words(reader, node, words);
    type->settle_within = reader_duration(reader, node, "within");
    type->settle_times = node ? reader_integer(reader, node, "times", 1) : 0;
}

/* `here`, the value of the service's key, or more words than the service has. */
static void read_type_tags(TypeReader *reader, const Node *node, ResourceType *type)
{
    const Source *source = type->file->range.source;

    type->has_tags = node || text_find(source->text, TEXT_LIT("tags_all")) != TEXT_NOT_FOUND;
    if (reader->service)
        type->tags = reader->service->tags;
    if (!node) {
        type->tags.list = type->tags.add = type->tags.remove = TEXT_NONE;
    } else if (node->kind == NODE_MAPPING) {
        reader_tags(reader, node, &type->tags);
    } else if (node_is_expression(node)) {
        Member member = { type->tags.key, node_expr(reader->arena, node, reader->diags) };

        type->tags.with = (MemberList){ 0 };
        list_add(reader->arena, &type->tags.with, member);
    } else if (!text_is(node->text, "here")) {
        reader_report(reader, node->range, "tags is `here`, an expression or a mapping.");
    }
}

static RowRefs read_row_names(TypeReader *reader, const Node *node)
{
    return reader_naming(reader, node).rows;
}

static void read_checks(TypeReader *reader, const Node *node, ResourceType *type)
{
    static const char *const words[] = { "that", "error", "exactly_one", "at_most_one", NULL };

    for (size_t i = 0; i < reader_count(node); i++) {
        const Node *item = reader_item(node, i);
        Check check = { .that = reader_expr(reader, item, "that"),
                        .error = reader_text(reader, item, "error"),
                        .exactly_one = read_row_names(reader, node_member(item, "exactly_one")),
                        .at_most_one = read_row_names(reader, node_member(item, "at_most_one")) };

        reader_words(reader, item, words);
        list_add(reader->arena, &type->checks, check);
    }
}

static void read_upgrade(TypeReader *reader, const Node *paths, int64_t from, ResourceType *type)
{
    for (size_t i = 0; i < paths->count; i++) {
        Upgrade upgrade = { .from = from,
                            .value = node_expr(reader->arena, paths->items[i], reader->diags) };
        Text rest = paths->keys[i]->text, head;
        bool more = true;

        while (more) {
            more = text_cut(rest, TEXT_LIT("."), &head, &rest);
            list_add(reader->arena, &upgrade.path, head);
        }
        list_add(reader->arena, &type->upgrades, upgrade);
    }
}

static void read_upgrades(TypeReader *reader, const Node *node, ResourceType *type)
{
    for (size_t i = 0; node && i < node->count; i++) {
        int64_t from;

        if (text_to_int(node->keys[i]->text, &from))
            read_upgrade(reader, node->items[i], from, type);
        else
            reader_report(reader, node->keys[i]->range, "This is no schema version.");
    }
}

static void read_find(TypeReader *reader, const Node *node, ResourceType *type)
{
    type->find_by_read = node && node->kind == NODE_STRING && text_is(node->text, "read");
    if (node && !type->find_by_read)
        reader_steps(reader, node, &type->find);
}

static bool naming_has(const Naming *naming, const Row *row)
{
    for (size_t i = 0; i < naming->rows.count; i++)
        if (naming->rows.items[i] == row)
            return true;
    for (size_t i = 0; i < naming->groups.count; i++)
        if (naming_has(&naming->groups.items[i]->members, row))
            return true;
    return false;
}

static bool is_set_by(const Step *step, const Row *row)
{
    for (size_t i = 0; i < step->set.count; i++)
        if (step->set.items[i].row == row)
            return true;
    return false;
}

/* Rule 1: each row is filled by a read, or sent by the read itself, or kept, local or `is`. */
static void mark_rows(ResourceType *type)
{
    for (size_t i = 0; i < type->object->row_count; i++) {
        Row *row = (Row *)type->object->rows[i];

        row->readable = row->read.count > 0 && !row->kept && !row->local;
        for (size_t k = 0; k < type->read.count; k++) {
            row->readable = row->readable || is_set_by(&type->read.items[k], row);
            row->key = row->key || naming_has(&type->read.items[k].send, row);
        }
    }
}

static void read_id(TypeReader *reader, const Node *file, ResourceType *type)
{
    TraversalList names = { 0 };

    type->id = reader_expr(reader, file, "id");
    if (!type->id)
        return;
    expr_traversals(type->id, reader->arena, &names);
    for (size_t i = 0; i < names.count; i++)
        type->id_of_answer = type->id_of_answer || text_is(names.items[i].root, "answer");
}

/* A pattern, several, or {id: these, set: rows}. */
static void read_import(TypeReader *reader, const Node *node, ImportRule *import)
{
    static const char *const words[] = { "id", "set", NULL };
    const Node *patterns = node;

    if (node && node->kind == NODE_MAPPING) {
        reader_words(reader, node, words);
        patterns = node_member(node, "id");
        reader_members(reader, node_member(node, "set"), &import->set);
    }
    for (size_t i = 0; i < reader_count(patterns); i++)
        list_add(reader->arena, &import->patterns, reader_item(patterns, i)->text);
}

static void read_type(TypeReader *reader, const Node *file, ResourceType *type)
{
    reader_words(reader, file, type_words);
    type->schema_version = reader_integer(reader, file, "schema", 0);
    read_id(reader, file, type);
    read_import(reader, node_member(file, "import"), &type->import);
    read_timeouts(reader, node_member(file, "timeouts"), type);
    read_settle(reader, node_member(file, "settle"), type);
    read_type_tags(reader, node_member(file, "tags"), type);
    type->object = reader_object(reader, file);
    reader_groups(reader, node_member(file, "groups"));
    reader_resolve_rows(reader);
    type->lane = reader_expr(reader, file, "lane");
    reader_rules(reader, node_member(file, "retry"), &type->retry);
    read_checks(reader, node_member(file, "check"), type);
    read_upgrades(reader, node_member(file, "upgrade"), type);
    read_find(reader, node_member(file, "find"), type);
    reader_steps(reader, node_member(file, "read"), &type->read);
    reader_steps(reader, node_member(file, "create"), &type->create);
    reader_steps(reader, node_member(file, "update"), &type->update);
    reader_steps(reader, node_member(file, "put"), &type->put);
    reader_steps(reader, node_member(file, "delete"), &type->remove);
    reader_tag_steps(reader);
    mark_rows(type);
    reader_schema(reader);
}

static const ServiceType *service_of(const Node *file, Diags *diags)
{
    const Node *name = node_member(file, "service");
    const ServiceType *service = name ? service_find(name->text, diags) : NULL;

    if (name && !service)
        diag_error(diags, name->range, "Mistake in a resource type",
                   "There is no service " TEXT_FMT ".", TEXT(name->text));
    return service;
}

/* --- finding ---------------------------------------------------------------------------------- */

static const char *folder_of(ResourceMode mode)
{
    return mode == MODE_DATA ? "data" : "types";
}

const ResourceType *resource_type_find(ResourceMode mode, Text name, Diags *diags)
{
    static Table types[2];
    ResourceType *type = table_find(&types[mode], name);
    TypeReader reader = { .arena = &types_arena, .diags = diags };
    const Node *file;

    if (type)
        return type;
    file = embedded_read(
        text_format(&types_arena, "%s/" TEXT_FMT ".yaml", folder_of(mode), TEXT(name)), diags);
    if (!file)
        return NULL;
    type = arena_new(&types_arena, ResourceType);
    type->name = text_copy(&types_arena, name);
    type->mode = mode;
    type->file = file;
    type->service = reader.service = service_of(file, diags);
    reader.type = type;
    read_type(&reader, file, type);
    table_put(&types_arena, &types[mode], type->name, type);
    return type;
}

/* Embedded files are sorted, so names are. */
const Text *resource_type_names(ResourceMode mode, size_t *ret_count)
{
    static LIST(Text) lists[2];
    static bool listed[2];
    Text folder = text_format(&types_arena, "%s/", folder_of(mode)), end = TEXT_LIT(".yaml");

    for (size_t i = 0; !listed[mode] && i < embedded_file_count; i++) {
        Text name = text_of(embedded_files[i].name);

        if (text_starts_with(name, folder))
            list_add(&types_arena, &lists[mode],
                     text_slice(name, folder.length, name.length - end.length));
    }
    listed[mode] = true;
    *ret_count = lists[mode].count;
    return lists[mode].items;
}
