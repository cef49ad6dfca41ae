/*
 * The steps of a type file: what is called, and what becomes of the answer.
 */
#include "type_reader.h"

static void read_outcomes(TypeReader *reader, const Node *node, Outcomes *outcomes)
{
    for (size_t i = 0; i < reader_count(node); i++) {
        const Node *item = reader_item(node, i);

        if (node_is_expression(item))
            list_add(reader->arena, &outcomes->when, node_expr(reader->arena, item, reader->diags));
        else
            list_add(reader->arena, &outcomes->codes, item->text);
    }
}

/* A row, or `block.row`. */
static void read_setting(TypeReader *reader, const Node *key, const Node *node, Step *step)
{
    Text head, tail;
    bool inner = text_cut(key->text, TEXT_LIT("."), &head, &tail);
    Setting setting = { .row = row_find(reader->type->object, head),
                        .value = node_expr(reader->arena, node, reader->diags) };

    if (inner && setting.row)
        setting.inner = row_find(setting.row, tail);
    if (!setting.row || (inner && !setting.inner))
        reader_report(reader, key->range, "There is no row \"" TEXT_FMT "\".", TEXT(key->text));
    else
        list_add(reader->arena, &step->set, setting);
}

static void read_take(TypeReader *reader, const Node *node, Step *step)
{
    if (!node)
        return;
    if (node_is_expression(node))
        step->take = node_expr(reader->arena, node, reader->diags);
    else
        step->take_path = reader_path(reader, node);
}

static void read_then(TypeReader *reader, const Node *node, Step *step)
{
    step->then_read = node && text_is(node->text, "read");
    if (node && !step->then_read)
        reader_report(reader, node->range, "What can follow is `read`.");
}

static void check_call(TypeReader *reader, const Step *step)
{
    const ServiceType *service = reader->service;

    if (step->call.length == 0)
        reader_report(reader, step->range, "A step calls something.");
    else if (!service && !node_member(reader->type->file, "service"))
        reader_report(reader, step->range, "A type that calls something has a service.");
    else if (service && service->calls.count > 0 && !service_call(service, step->call))
        reader_report(reader, step->range, "The service's file has no call " TEXT_FMT ".",
                      TEXT(step->call));
}

static Step read_step(TypeReader *reader, const Node *node)
{
    static const char *const words[] = { "call", "send",   "with",  "patch",  "for_each", "changed",
                                         "when", "absent", "empty", "failed", "again",    "take",
                                         "set",  "as",     "then",  "ready",  NULL };
    const Node *set = node_member(node, "set");
    Step step = { .range = node->range };

    reader_words(reader, node, words);
    step.call = reader_text(reader, node, "call");
    step.as = reader_text(reader, node, "as");
    step.send = reader_naming(reader, node_member(node, "send"));
    step.patch = reader_naming(reader, node_member(node, "patch"));
    step.changed = reader_naming(reader, node_member(node, "changed"));
    reader_members(reader, node_member(node, "with"), &step.with);
    step.for_each = reader_expr(reader, node, "for_each");
    step.when = reader_expr(reader, node, "when");
    step.ready = reader_expr(reader, node, "ready");
    read_outcomes(reader, node_member(node, "absent"), &step.absent);
    read_outcomes(reader, node_member(node, "empty"), &step.empty);
    reader_rules(reader, node_member(node, "failed"), &step.failed);
    step.again = reader_rule(reader, node_member(node, "again"));
    read_take(reader, node_member(node, "take"), &step);
    read_then(reader, node_member(node, "then"), &step);
    for (size_t i = 0; set && i < set->count; i++)
        read_setting(reader, set->keys[i], set->items[i], &step);
    check_call(reader, &step);
    return step;
}

void reader_steps(TypeReader *reader, const Node *node, StepList *steps)
{
    list_reserve(reader->arena, steps, reader_count(node));
    for (size_t i = 0; i < reader_count(node); i++)
        list_add(reader->arena, steps, read_step(reader, reader_item(node, i)));
}

/* --- tags
   ------------------------------------------------------------------------------------------------
 *
   Where the service says how tags travel, they are steps like all others: one that lists them at
   the end of a read, two that remove and add before anything else is updated.
 */

static Step make_tag_step(TypeReader *reader, Text call)
{
    const TagRule *tags = &reader->type->tags;
    Step step = { .call = call, .range = reader->type->object->range };

    for (size_t i = 0; i < tags->with.count; i++)
        list_add(reader->arena, &step.with, tags->with.items[i]);
    return step;
}

static void add_member(TypeReader *reader, Step *step, Text name, const char *expression)
{
    Member member = { name, reader_constant(reader, expression) };

    list_add(reader->arena, &step->with, member);
}

static void add_list_step(TypeReader *reader, const Row *tags_all)
{
    Step step = make_tag_step(reader, reader->type->tags.list);
    Text name = reader->type->tags.wire.steps[0].name;
    Setting setting = { .row = tags_all };

    setting.value = reader_constant(
        reader, text_cstring(reader->arena,
                             text_format(reader->arena, "${answer." TEXT_FMT "}", TEXT(name))));
    list_add(reader->arena, &step.set, setting);
    list_add(reader->arena, &reader->type->read, step);
}

#define TAGS_GONE "setsubtract(keys(prior.tags_all), keys(self.tags_all))"
#define TAGS_NEW  "{ for k, v in self.tags_all : k => v if lookup(prior.tags_all, k, null) != v }"

static void add_change_steps(TypeReader *reader, const Row *tags_all)
{
    const TagRule *tags = &reader->type->tags;
    bool listed = wire_path_is_list(tags->wire);
    bool camel = reader->service->camel;
    Step remove = make_tag_step(reader, tags->remove), add = make_tag_step(reader, tags->add);

    list_add(reader->arena, &remove.changed.rows, tags_all);
    list_add(reader->arena, &add.changed.rows, tags_all);
    remove.when = reader_constant(reader, "${length(" TAGS_GONE ") > 0}");
    add.when = reader_constant(reader, "${length(" TAGS_NEW ") > 0}");
    add_member(reader, &remove, camel ? TEXT_LIT("tagKeys") : TEXT_LIT("TagKeys"),
               "${" TAGS_GONE "}");
    add_member(reader, &add, tags->wire.steps[0].name,
               !listed ? "${" TAGS_NEW "}"
               : camel ? "${[for k, v in " TAGS_NEW " : { key = k, value = v }]}"
                       : "${[for k, v in " TAGS_NEW " : { Key = k, Value = v }]}");
    list_add(reader->arena, &reader->type->tag_steps, remove);
    list_add(reader->arena, &reader->type->tag_steps, add);
}

void reader_tag_steps(TypeReader *reader)
{
    const TagRule *tags = &reader->type->tags;
    const Row *tags_all = row_find(reader->type->object, TEXT_LIT("tags_all"));

    if (tags->wire.count == 0)
        return;
    if (tags->list.length > 0)
        add_list_step(reader, tags_all);
    if (tags->add.length > 0)
        add_change_steps(reader, tags_all);
}
